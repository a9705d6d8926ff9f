/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Verbatim documents -> model. The files in data/ are what LVM 2.03.16 printed in the
 * lab; the hostile texts are each made from a good one by one named change.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/lvm.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/source.h"
#include "snapstate/io.h"
#include "snapstate/lvm_names.h"
#include "snapstate/text.h"

#define NS 4026531841u

/* ---- helpers ---- */

static struct buf data_read(const char *name)
{
	struct buf bytes = BUF_INIT;
	cleanup_buf struct buf path = BUF_INIT;

	buf_printf(&path, TEST_DATA "/data/%s", name);
	assert_int_equal(
		file_read_at(AT_FDCWD, buf_text(&path), 1 << 20, &bytes, NULL), 0);
	return bytes;
}

static struct document document(const char *name, const char *text)
{
	return (struct document){name, text, strlen(text)};
}

/* `text` with the first `from` replaced by `to`. */
static char *changed(const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);
	struct buf out = BUF_INIT;

	assert_non_null(at);
	buf_add(&out, text, (size_t)(at - text));
	buf_puts(&out, to);
	buf_puts(&out, at + strlen(from));
	return out.data;
}

static void assert_holds(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("\"%s\" does not say \"%s\"", text, part);
}

static const char *pv_label(const struct host *host, const struct stripe *stripe)
{
	const struct pv *pv = host_pv(host, stripe->pv_uuid);

	if (*stripe->lv_name)
		return stripe->lv_name;
	assert_non_null(pv);
	return *pv->name ? pv->name : "lost";
}

/* One line per LV: NAME ROLE of ORIGIN FLAGS EXTENTS SEGMENTS */
static char *lvs_text(const struct host *host)
{
	struct buf out = BUF_INIT;

	for (size_t i = 0; i < host->n_lvs; i++) {
		const struct lv *lv = &host->lvs[i];
		const struct lv *origin = host_lv(host, lv->vg_uuid, lv->origin_uuid);

		assert_int_equal(strlen(lv->uuid), LVM_UUID_LEN);
		buf_printf(&out, "%s %s", lv->name, lv_role_name(lv->role));
		if (*lv->origin_uuid)
			buf_printf(&out, " of %s", origin ? origin->name : "?");
		buf_printf(&out, "%s%s%s%s %llu", lv->is_visible ? "" : " hidden",
			lv->is_merging ? " merging" : "",
			lv->has_virtual_origin ? " virtual-origin" : "",
			lv->has_external_origin ? " external-origin" : "",
			(unsigned long long)lv->extents);
		for (size_t s = 0; s < lv->n_segments; s++) {
			const struct segment *segment = &lv->segments[s];

			buf_printf(&out, " %s", segment->type);
			for (size_t t = 0; t < segment->n_stripes; t++)
				buf_printf(&out, "%s%s:%llu", t ? "," : "=",
					pv_label(host, &segment->stripes[t]),
					(unsigned long long)segment->stripes[t].start);
		}
		buf_puts(&out, "\n");
	}
	return out.data;
}

/* One line per VG and PV. */
static char *groups_text(const struct host *host)
{
	struct buf out = BUF_INIT;

	for (size_t i = 0; i < host->n_vgs; i++) {
		const struct vg *vg = &host->vgs[i];

		buf_printf(&out, "vg %s seqno %llu extent %llu%s%s%s%s%s%s%s%s%s\n",
			vg->name, (unsigned long long)vg->seqno,
			(unsigned long long)vg->extent_size,
			vg->is_writable ? " rw" : " ro",
			*vg->system_id ? " system-id " : "", vg->system_id,
			*vg->lock_type ? " lock " : "", vg->lock_type,
			vg->is_exported ? " exported" : "",
			vg->is_partial ? " partial" : "",
			vg->is_foreign ? " foreign" : "",
			vg->has_metadata ? " metadata" : "");
	}
	for (size_t i = 0; i < host->n_pvs; i++) {
		const struct pv *pv = &host->pvs[i];
		const struct vg *vg = host_vg(host, pv->vg_uuid);

		buf_printf(&out, "pv %s of %s at " DEVNO_FMT " %llu+%llu%s%s\n", pv->name,
			vg ? vg->name : "none", DEVNO_ARGS(pv->devno),
			(unsigned long long)pv->pe_start,
			(unsigned long long)pv->pe_count,
			pv->is_missing ? " missing" : "",
			pv->is_duplicate ? " duplicate" : "");
	}
	return out.data;
}

static void read_metadata(struct host *host, const char *file)
{
	cleanup_buf struct buf bytes = data_read(file);
	struct document text = {file, bytes.data, bytes.len};
	struct err err = ERR_INIT;

	if (text_lvm_metadata_read(host, &text, &err) < 0)
		fail_msg("%s", err.msg);
}

static void read_report(struct host *host, const char *file)
{
	cleanup_buf struct buf bytes = data_read(file);
	struct document text = {file, bytes.data, bytes.len};
	struct err err = ERR_INIT;

	if (text_lvm_report_read(host, &text, &err) < 0)
		fail_msg("%s", err.msg);
}

/* ---- mountinfo ---- */

static const char mountinfo[] =
	"16 1 0:15 / / ro,relatime - hostfs root ro,/\n"
	"24 16 254:4 / /mnt/a\\040b rw,relatime shared:1 master:7 - ext4 /dev/mapper/x "
	"rw\n"
	"25 16 0:21 / /mnt/tab\\011x\\134y rw - tmpfs  rw,size=3k\n"
	"26 16 0:22 /sub\\012dir /mnt/\x87raw rw - tmpfs so\\040u\\043rce rw\n"
	"27 24 0:23 / /mnt/a\\040(deleted) rw shared:2 - tmpfs x rw\n"
	"28 24 8:1 /gone//deleted /mnt/b//deleted rw propagate_from:3 - ext4 /dev/root "
	"rw\n"
	"29 24 0:24 / /o rw unbindable - overlay o rw,lowerdir=a\\054b - c\n"
	"30 1 0:3 mnt:[4026532117] /run/netns/x rw shared:3 - nsfs nsfs rw\n";

static void test_mountinfo(void **state)
{
	cleanup_host struct host *host = host_new();
	struct document text = document("mounts/1", mountinfo);
	const struct mount *m;

	(void)state;
	assert_int_equal(text_mountinfo_read(host, NS, &text, NULL), 0);
	assert_int_equal(host->n_mounts, 8);
	m = host->mounts;
	assert_int_equal(m[0].namespace_id, NS);
	assert_int_equal(m[0].id, 16);
	assert_int_equal(m[0].parent_id, 1);
	assert_string_equal(m[0].options, "ro,relatime");
	assert_string_equal(m[0].super_options, "ro,/");
	assert_string_equal(m[2].super_options, "rw,size=3k");
	assert_int_equal(m[0].shared, 0);
	assert_true(devno_is_equal(m[1].devno, (struct devno){254, 4}));
	assert_string_equal(m[1].target, "/mnt/a b");
	assert_string_equal(m[1].source, "/dev/mapper/x");
	assert_string_equal(m[1].type, "ext4");
	assert_int_equal(m[1].shared, 1);
	assert_int_equal(m[1].master, 7);
	assert_string_equal(m[2].target, "/mnt/tab\tx\\y");
	assert_string_equal(m[2].source, "");
	assert_string_equal(m[3].root, "/sub\ndir");
	assert_string_equal(m[3].target, "/mnt/\x87raw");
	assert_string_equal(m[3].source, "so u#rce");
	assert_string_equal(m[4].target, "/mnt/a (deleted)");
	assert_string_equal(m[5].root, "/gone//deleted");
	assert_string_equal(m[5].target, "/mnt/b//deleted");
	assert_string_equal(m[5].source, "/dev/root");
	assert_int_equal(m[5].master, 0);
	assert_string_equal(m[6].type, "overlay");
	assert_string_equal(m[7].root, "mnt:[4026532117]");
}

#define GOOD_LINE "16 1 0:15 / / ro,relatime - hostfs root ro,/\n"
static const struct {
	const char *text, *error;
} bad_mountinfo[] = {
	{"", "is empty"},
	{"16 1 0:15 / / ro - hostfs root ro,/", "last line is cut off"},
	{GOOD_LINE "17 16 0:5 / /dev rw - dev", "last line is cut off"},
	{"/dev/sda1 / ext4 rw 0 0\n", "line 1: does not begin with ID"},
	{GOOD_LINE "Filename\tType\n", "line 2: does not begin with ID"},
	{"-16 1 0:15 / / ro - hostfs root ro\n", "line 1: does not begin"},
	{"4294967296 1 0:15 / / ro - hostfs root ro\n", "line 1: does not begin"},
	{"16 1 015 / / ro - hostfs root ro\n", "line 1: does not begin"},
	{"16 1 0:99999999999 / / ro - hostfs root ro\n", "line 1: does not begin"},
	{"\n", "line 1: does not begin"},
	{"# 16 1 0:15 / / ro - hostfs root ro\n", "line 1: does not begin"},
	{"16 1 0:15 /  ro - hostfs root ro\n", "options are missing"},
	{"16 1 0:15 / / ro hostfs root ro\n", "separator"},
	{"16 1 0:15 / / ro - hostfs\n", "type or source is missing"},
	{"16 1 0:15 / / ro -  root ro\n", "type or source is missing"},
	{"16 1 0:15 / / ro - hostfs root\n", "not understood by libmount"},
	{"16 1 0:15 / /a\\000b ro - hostfs root ro\n", "an escape that no kernel"},
	{"16 1 0:15 / /a\\ ro - hostfs root ro\n", "an escape that no kernel"},
	{"16 1 0:15 / / ro - ext4 /dev/r\\157ot ro\n", "an escape that no kernel"},
	{"16 1 0:15 / /a\tb ro - hostfs root ro\n", "a tab that no kernel"},
};

/* A bad line is named, and nothing of the text becomes a mount. */
static void test_mountinfo_bad(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad_mountinfo) / sizeof(bad_mountinfo[0]); i++) {
		cleanup_host struct host *host = host_new();
		struct document text = document("mounts/1", bad_mountinfo[i].text);
		struct err err = ERR_INIT;

		assert_int_equal(text_mountinfo_read(host, NS, &text, &err), -EBADMSG);
		assert_holds(err.msg, "mounts/1: ");
		assert_holds(err.msg, bad_mountinfo[i].error);
		assert_int_equal(host->n_mounts, 0);
	}
}

static void test_mountinfo_nul(void **state)
{
	static const char bytes[] = "16 1 0:15 / /a\0b ro - hostfs root ro\n";
	cleanup_host struct host *host = host_new();
	struct document text = {"mounts/1", bytes, sizeof(bytes) - 1};
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(text_mountinfo_read(host, NS, &text, &err), -EBADMSG);
	assert_holds(err.msg, "NUL");
}

/* ---- lvm fullreport ---- */

static void test_report(void **state)
{
	cleanup_host struct host *host = host_new();
	cleanup_free char *text = NULL;

	(void)state;
	read_report(host, "three-groups.json");
	host_sort(host);
	text = groups_text(host);
	assert_string_equal(text,
		"vg vgx seqno 37 extent 8192 rw\n"
		"vg vgs seqno 1 extent 8192 rw system-id otherhost foreign\n"
		"vg vge seqno 3 extent 8192 rw exported\n"
		"pv /dev/loop0 of vgx at 7:0 2048+74\n"
		"pv /dev/loop3 of vgs at 7:3 2048+24\n"
		"pv /dev/loop1 of vgx at 7:1 2048+74\n"
		"pv /dev/loop2 of vgx at 7:2 2048+74\n"
		"pv /dev/loop4 of vge at 7:4 2048+24\n"
		"pv /dev/loop5 of none at 7:5 2048+0\n");
	assert_int_equal(host->n_lvs, 0);
}

/* 2.03.16 prints "/dev/mapper/a\x20b" as it is: no JSON. */
static void test_report_backslash(void **state)
{
	cleanup_host struct host *host = host_new();
	bool is_found = false;

	(void)state;
	read_report(host, "backslash.json");
	for (size_t i = 0; i < host->n_pvs; i++)
		is_found |= strcmp(host->pvs[i].name, "/dev/mapper/a\\x20b") == 0;
	assert_true(is_found);
}

static void test_report_missing_pv(void **state)
{
	cleanup_host struct host *host = host_new();
	cleanup_free char *text = NULL;

	(void)state;
	read_report(host, "missing-pv.json");
	host_sort(host);
	text = groups_text(host);
	assert_holds(text, " partial");
	assert_holds(text, "pv  of vgy at 0:0 2048+72 missing\n");
}

#define VG_UUID	       "1jU4bi-sLLl-PjrT-Z0zd-bH1r-VfDt-XGel0B"
#define PV_UUID	       "AAmbyc-6Jvo-x2Qq-qDOz-kykM-NpJ6-h2BYpR"
#define REPORT(vg, pv) "{\"report\":[{\"vg\":[{" vg "}],\"pv\":[{" pv "}]}]}"
#define VG_ROW	       "\"vg_uuid\":\"" VG_UUID "\",\"vg_name\":\"v\""
#define PV_ROW	       "\"pv_uuid\":\"" PV_UUID "\""

static struct host *report_of(const char *text)
{
	struct host *host = host_new();
	struct document doc = document("lvm/report.json", text);
	struct err err = ERR_INIT;

	if (text_lvm_report_read(host, &doc, &err) < 0)
		fail_msg("%s", err.msg);
	assert_int_equal(host->n_vgs, 1);
	assert_int_equal(host->n_pvs, 1);
	return host;
}

/* Any subset of the fields, with and without --binary, and as numbers (json_std). */
static void test_report_fields(void **state)
{
	cleanup_host struct host *few = report_of(REPORT(VG_ROW, PV_ROW));
	cleanup_host struct host *words = report_of(REPORT(VG_ROW
		",\"vg_exported\":\"exported\",\"vg_partial\":\"partial\","
		"\"vg_clustered\":\"clustered\",\"vg_permissions\":\"writeable\","
		"\"vg_lock_type\":\"sanlock\",\"vg_extent_size\":\"4.00m\"",
		PV_ROW ",\"pv_missing\":\"missing\",\"pv_duplicate\":\"duplicate\""));
	cleanup_host struct host *unknown = report_of(REPORT(VG_ROW
		",\"vg_exported\":\"unknown\",\"vg_partial\":\"-1\","
		"\"vg_clustered\":\"0\",\"vg_lock_type\":\"none\",\"what\":{}",
		PV_ROW ",\"pv_missing\":\"\",\"pv_duplicate\":-1,\"pv_major\":\"-1\","
		       "\"pv_minor\":\"-1\",\"pv_tags\":[]"));
	cleanup_host struct host *numbers = report_of(
		REPORT(VG_ROW ",\"vg_seqno\":12,\"vg_shared\":1,\"vg_attr\":\"wzxpnc\"",
			PV_ROW ",\"pv_major\":254,\"pv_minor\":3,\"pe_start\":1048576"));

	(void)state;
	assert_string_equal(few->vgs[0].lock_type, "");
	assert_true(devno_is_none(few->pvs[0].devno));
	assert_true(words->vgs[0].is_exported && words->vgs[0].is_partial &&
		    words->vgs[0].is_clustered && words->vgs[0].is_writable);
	assert_string_equal(words->vgs[0].lock_type, "sanlock");
	assert_int_equal(words->vgs[0].extent_size, 0);
	assert_true(words->pvs[0].is_missing && words->pvs[0].is_duplicate);
	assert_false(unknown->vgs[0].is_exported || unknown->vgs[0].is_partial ||
		     unknown->vgs[0].is_clustered || unknown->pvs[0].is_missing ||
		     unknown->pvs[0].is_duplicate);
	assert_string_equal(unknown->vgs[0].lock_type, "");
	assert_true(devno_is_none(unknown->pvs[0].devno));
	assert_int_equal(numbers->vgs[0].seqno, 12);
	assert_string_equal(numbers->vgs[0].lock_type, "shared");
	assert_true(numbers->vgs[0].is_writable && numbers->vgs[0].is_exported &&
		    numbers->vgs[0].is_partial && numbers->vgs[0].is_clustered);
	assert_true(devno_is_equal(numbers->pvs[0].devno, (struct devno){254, 3}));
	assert_int_equal(numbers->pvs[0].pe_start, 2048);
}

/* A cloned disk: the PV that LVM does not use is listed, too, in any order. */
static void test_report_duplicate_pv(void **state)
{
	static const char chosen[] = "{" PV_ROW ",\"pv_name\":\"/dev/a\",\"pv_major\":7,"
				     "\"pv_minor\":1,\"pv_duplicate\":0}";
	static const char other[] = "{" PV_ROW ",\"pv_name\":\"/dev/b\",\"pv_major\":7,"
				    "\"pv_minor\":2,\"pv_duplicate\":1}";

	(void)state;
	for (int order = 0; order < 2; order++) {
		cleanup_buf struct buf text = BUF_INIT;
		cleanup_host struct host *host = NULL;

		buf_printf(&text, "{\"report\":[{\"vg\":[{" VG_ROW "}],\"pv\":[%s,%s]}]}",
			order ? chosen : other, order ? other : chosen);
		host = report_of(buf_text(&text));
		assert_true(host->pvs[0].is_duplicate);
		assert_string_equal(host->pvs[0].name, "/dev/a");
		assert_int_equal(host->pvs[0].devno.minor, 1);
	}
}

/* `pvs -a` lists what fullreport leaves out. */
static void test_report_of_pvs(void **state)
{
	cleanup_host struct host *host = host_new();

	(void)state;
	read_report(host, "duplicate-pv.json");
	assert_int_equal(host->n_vgs, 0);
	assert_int_equal(host->n_pvs, 1);
	assert_true(host->pvs[0].is_duplicate);
	assert_string_equal(host->pvs[0].name, "/dev/loop0");
}

static const struct {
	const char *text, *error;
} bad_reports[] = {
	{"", "line 1: "},
	{"{\n\"report\": [", "line 2: the text is cut off"},
	{"{\n\"report\": [],\n}", "line 3: "},
	{"[]", "holds no list"},
	{"{\"report\":{}}", "holds no list"},
	{"{\"report\":[]} x", "line 1: "},
	{"{\"report\":[1]}", "part 1 is not a section"},
	{"{\"report\":[{\"vg\":1}]}", "\"vg\" is not a list"},
	{"{\"report\":[{\"pv\":[[]]}]}", "\"pv\" holds no rows"},
	{"{\"report\":[{\"pv\":[{\"pv_uuid\":\"x\\u001by\"}]}]}",
		"part 1: \"pv\" row 1: pv_uuid is x\\x1by, no LVM uuid"},
	{"{\"report\":[{\"vg\":[{\"vg_uuid\":\"" VG_UUID "x\"}]}]}", "no LVM uuid"},
	{"{\"report\":[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]}", "nesting"},
	/* a value that ends in a raw backslash cannot be told from an escaped quote */
	{"{\"report\":[{\"pv\":[{\"pv_name\":\"a\\\"}]}]}", "line 1: "},
};

static void test_report_bad(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad_reports) / sizeof(bad_reports[0]); i++) {
		cleanup_host struct host *host = host_new();
		struct document text = document("lvm/report.json", bad_reports[i].text);
		struct err err = ERR_INIT;

		assert_int_equal(text_lvm_report_read(host, &text, &err), -EBADMSG);
		assert_holds(err.msg, "lvm/report.json: ");
		assert_holds(err.msg, bad_reports[i].error);
		assert_int_equal(host->n_vgs + host->n_pvs, 0);
	}
}

/* ---- VG metadata ---- */

static void test_metadata_every_type(void **state)
{
	cleanup_host struct host *host = host_new();
	cleanup_free char *text = NULL;

	(void)state;
	read_metadata(host, "every-type.vg");
	assert_int_equal(host->n_lvs, 27);
	assert_int_equal(
		host_lv_by_name(host, host->vgs[0].uuid, "lin")->created, 1795385619);
	text = lvs_text(host);
	/* in the order of the text */
	assert_string_equal(text,
		"lin ordinary 8 striped=/dev/loop0:0\n"
		"str ordinary 8 striped=/dev/loop0:8,/dev/loop1:0\n"
		"lin-snap snapshot of lin 2 striped=/dev/loop0:12\n"
		"str-snap snapshot of str 2 striped=/dev/loop0:14\n"
		"pool thin-pool 10 thin-pool=pool_tdata:0,pool_tmeta:0\n"
		"thin1 thin 16 thin=pool:0\n"
		"thin1snap thin of thin1 16 thin=pool:0\n"
		"ext ordinary 4 striped=/dev/loop0:27\n"
		"thinext thin of ext external-origin 4 thin=pool:0\n"
		"lvol1 thin-pool 2 thin-pool=lvol1_tdata:0,lvol1_tmeta:0\n"
		"sparse thin 25 thin=lvol1:0\n"
		"mir other 2 mirror=mir_mimage_0:0,mir_mimage_1:0,mir_mlog:0\n"
		"busy ordinary 4 striped=/dev/loop0:35\n"
		"cpool other 3 cache-pool=cpool_cmeta:0,cpool_cdata:0\n"
		"cached ordinary 4 striped=/dev/loop0:47\n"
		"thin1merge thin of thin1 hidden merging 16 thin=pool:0\n"
		"busysnap snapshot of busy hidden merging 2 striped=/dev/loop0:39\n"
		"lvol0_pmspare ordinary hidden 2 striped=/dev/loop0:16 "
		"striped=/dev/loop0:41\n"
		"pool_tmeta ordinary hidden 1 striped=/dev/loop2:0\n"
		"pool_tdata ordinary hidden 10 striped=/dev/loop0:17\n"
		"lvol1_tmeta ordinary hidden 1 striped=/dev/loop2:1\n"
		"lvol1_tdata ordinary hidden 2 striped=/dev/loop0:31\n"
		"mir_mimage_0 ordinary hidden 2 striped=/dev/loop0:33\n"
		"mir_mimage_1 ordinary hidden 2 striped=/dev/loop1:4\n"
		"mir_mlog ordinary hidden 1 striped=/dev/loop2:2\n"
		"cpool_cmeta ordinary hidden 2 striped=/dev/loop0:42\n"
		"cpool_cdata ordinary hidden 3 striped=/dev/loop0:44\n");
}

static void test_metadata_lost_pv(void **state)
{
	cleanup_host struct host *host = host_new();
	cleanup_free char *groups = NULL, *lvs = NULL;

	(void)state;
	read_metadata(host, "lost-pv.vg");
	host_sort(host);
	groups = groups_text(host);
	lvs = lvs_text(host);
	assert_string_equal(groups, "vg vgy seqno 11 extent 8192 rw partial metadata\n"
				    "pv  of vgy at 0:0 2048+72 missing\n"
				    "pv /dev/loop0 of vgy at 0:0 2048+74\n"
				    "pv /dev/loop1 of vgy at 0:0 2048+74\n");
	assert_holds(lvs, "sparse snapshot of sparse_vorigin virtual-origin 2 ");
	assert_holds(lvs, "sparse_vorigin other hidden 25 zero\n");
	assert_holds(lvs, "r1 other 2 raid1=r1_rmeta_0:0,r1_rimage_0:0,r1_rmeta_1:0,"
			  "r1_rimage_1:0\n");
	assert_holds(lvs, "r0 other 2 raid0=r0_rimage_0:0,r0_rimage_1:0\n");
	assert_holds(lvs, "x+.y_z ordinary 2 ");
	assert_holds(lvs, "gone ordinary 2 striped=lost:2\n");
}

static void test_metadata_states(void **state)
{
	cleanup_host struct host *host = host_new();
	cleanup_host struct host *owner = host_new();
	cleanup_free char *text = NULL, *own = NULL;

	(void)state;
	owner->identity.node = "otherhost";
	read_metadata(host, "foreign.vg");
	read_metadata(host, "exported.vg");
	read_metadata(owner, "foreign.vg");
	text = groups_text(host);
	own = groups_text(owner);
	assert_holds(text,
		"vg vgs seqno 1 extent 8192 rw system-id otherhost foreign metadata\n");
	assert_holds(text, "vg vge seqno 3 extent 8192 rw exported metadata\n");
	assert_holds(own, "vg vgs seqno 1 extent 8192 rw system-id otherhost metadata\n");
}

/* Report and metadata speak of the same VG and PVs; which is read first does not matter.
 */
static void test_join(void **state)
{
	cleanup_host struct host *a = host_new();
	cleanup_host struct host *b = host_new();
	cleanup_free char *text_a = NULL, *text_b = NULL;

	(void)state;
	read_report(a, "three-groups.json");
	read_metadata(a, "every-type.vg");
	read_metadata(a, "exported.vg");
	read_metadata(b, "exported.vg");
	read_metadata(b, "every-type.vg");
	read_report(b, "three-groups.json");
	host_sort(a);
	host_sort(b);
	text_a = groups_text(a);
	text_b = groups_text(b);
	assert_string_equal(text_a, text_b);
	assert_int_equal(a->n_vgs, 3);
	assert_int_equal(a->n_pvs, 6);
	assert_holds(text_a, "vg vgx seqno 37 extent 8192 rw metadata\n");
	assert_holds(
		text_a, "vg vgs seqno 1 extent 8192 rw system-id otherhost foreign\n");
	assert_holds(text_a, "pv /dev/loop1 of vgx at 7:1 2048+74\n");
}

/* A small VG for hostile changes: an origin, its snapshot, a thin pool. */
static const char small_vg[] =
	"vg-a {\nid = \"" VG_UUID
	"\"\nseqno = 4\nstatus = [\"RESIZEABLE\", \"READ\", \"WRITE\"]\n"
	"flags = []\nextent_size = 8192\n\nphysical_volumes {\npv0 {\nid = \"" PV_UUID
	"\"\n"
	"device = \"/dev/sda\"\nstatus = [\"ALLOCATABLE\"]\nflags = []\npe_start = 2048\n"
	"pe_count = 64\n}\n}\n\nlogical_volumes {\n"
	"disk {\nid = \"xIPtbo-5q6d-A8mB-l7Qp-leAq-CQao-tLheSe\"\n"
	"status = [\"READ\", \"WRITE\", \"VISIBLE\"]\nsegment_count = 2\n"
	"segment1 {\nstart_extent = 0\nextent_count = 8\ntype = "
	"\"striped\"\nstripe_count = 1\n"
	"stripes = [\n\"pv0\", 0\n]\n}\n"
	"segment2 {\nstart_extent = 8\nextent_count = 8\ntype = "
	"\"striped\"\nstripe_count = 1\n"
	"stripes = [\n\"pv0\", 32\n]\n}\n}\n"
	"backup {\nid = \"cIaZTj-2GYz-ThUw-dRpo-dOHq-POOd-45QyN2\"\n"
	"status = [\"READ\", \"WRITE\"]\ncreation_time = 1795374092\nsegment_count = 1\n"
	"segment1 {\nstart_extent = 0\nextent_count = 4\ntype = "
	"\"striped\"\nstripe_count = 1\n"
	"stripes = [\n\"pv0\", 16\n]\n}\n}\n"
	"snapshot0 {\nid = \"AnVDBL-8fj9-atxR-htU0-08wl-vpLh-jkKj39\"\n"
	"status = [\"READ\", \"WRITE\", \"VISIBLE\"]\nsegment_count = 1\n"
	"segment1 {\nstart_extent = 0\nextent_count = 16\ntype = "
	"\"snapshot\"\nchunk_size = 8\n"
	"origin = \"disk\"\ncow_store = \"backup\"\n}\n}\n}\n}\n"
	"contents = \"Text Format Volume Group\" # a } { comment\nversion = 1\n"
	"description = \"a } { \\\" string\"\n";

static int small_read(const char *text, struct host *host, struct err *err)
{
	struct document doc = document("lvm/x.vg", text);

	return text_lvm_metadata_read(host, &doc, err);
}

static void test_metadata_small(void **state)
{
	cleanup_host struct host *host = host_new();
	cleanup_host struct host *framed = host_new();
	cleanup_buf struct buf frame = BUF_INIT;
	cleanup_free char *text = NULL, *same = NULL;

	(void)state;
	assert_int_equal(small_read(small_vg, host, NULL), 0);
	text = lvs_text(host);
	assert_string_equal(text,
		"disk ordinary 16 striped=/dev/sda:0 striped=/dev/sda:32\n"
		"backup snapshot of disk 4 striped=/dev/sda:16\n");
	buf_printf(&frame,
		"  CHECK: mda_header_1.raw_locn[1] for precommit not empty\n"
		"  metadata text at 4608 crc 0x1 # vgname vg-a seqno 4\n%s",
		small_vg);
	assert_int_equal(small_read(buf_text(&frame), framed, NULL), 0);
	same = lvs_text(framed);
	assert_string_equal(text, same);
}

static const struct {
	const char *from, *to, *error;
} bad_metadata[] = {
	{"vg-a {", "vg-a = 1 x", "line "},
	{"vg-a {", "\"vg a\" {", "volume group: vg\\x20a is not a name"},
	{"vg-a {", "-f {", "-f is not a name"},
	{VG_UUID, "no-uuid", "volume group vg-a: id is missing or no LVM uuid"},
	{"seqno = 4", "", "volume group vg-a: seqno is missing"},
	{"seqno = 4", "seqno = -4", "seqno is not a number"},
	{"seqno = 4", "seqno = \"4\"", "seqno is not a number"},
	{"seqno = 4", "seqno = 4\nseqno = 5", "seqno occurs twice"},
	{"extent_size = 8192", "extent_size = 0", "extent_size is 0"},
	{"physical_volumes {", "others {", "physical_volumes is missing"},
	{PV_UUID, "x", "physical volume pv0: id is missing"},
	{PV_UUID, "cIaZTj-2GYz-ThUw-dRpo-dOHq-POOd-45QyN2", "two volumes have the uuid"},
	{"pe_start = 2048", "", "physical volume pv0: pe_start is missing"},
	{"backup {", "disk {", "disk occurs twice"},
	{"backup {", "\"back\\\\up\" {", "is not a name that LVM allows"},
	{"cIaZTj-2GYz", "cIaZTj_2GYz", "volume backup: id is missing"},
	{"cIaZTj-2GYz-ThUw-dRpo-dOHq-POOd-45QyN2",
		"xIPtbo-5q6d-A8mB-l7Qp-leAq-CQao-tLheSe", "two volumes have the uuid"},
	{"creation_time = 1795374092", "creation_time = -1",
		"volume backup: creation_time"},
	{"segment_count = 2", "segment_count = 3",
		"volume disk: segment_count is 3, but"},
	{"start_extent = 8", "start_extent = 9", "volume disk: the segments leave a gap"},
	{"start_extent = 8", "start_extent = 7", "volume disk: the segments leave a gap"},
	{"extent_count = 8", "extent_count = 0", "volume disk: the segments leave a gap"},
	{"extent_count = 8", "extent_count = 4294967296",
		"volume disk: segment1: extent_count"},
	{"stripe_count = 1", "stripe_count = 2",
		"volume disk: segment1: stripe_count is 2, but stripes lists 1"},
	{"stripe_count = 1", "stripe_count = 3",
		"segment1: extent_count is not a multiple"},
	{"stripe_count = 1", "stripe_count = 0",
		"segment1: extent_count is not a multiple"},
	{"\"pv0\", 0", "\"pv1\", 0", "stripes refers to pv1, which is not there"},
	{"\"pv0\", 0", "\"pv0\"", "stripes is not a list of names and extents"},
	{"\"pv0\", 0", "0, \"pv0\"", "stripes is not a list of names and extents"},
	{"\"pv0\", 0", "\"pv0\", -1", "stripes is not a list of names and extents"},
	{"\"pv0\", 0", "\"pv0\", 57", "segment1: stripes reach beyond the end"},
	{"type = \"striped\"", "type = 1", "volume disk: segment1: type is missing"},
	{"type = \"striped\"", "type = \"thin\"", "segment1: thin_pool is missing"},
	{"type = \"striped\"", "type = \"thin\"\nthin_pool = \"p\"",
		"refers to p, which"},
	{"type = \"striped\"", "type = \"raid1\"\nraids = [ 1 ]",
		"raids is not a list of names"},
	{"origin = \"disk\"", "", "volume snapshot0: origin is missing"},
	{"origin = \"disk\"", "origin = \"disc\"",
		"volume snapshot0: origin is disc, which"},
	{"origin = \"disk\"", "origin = \"backup\"", "backup cannot be its COW"},
	{"cow_store = \"backup\"", "", "volume snapshot0: cow_store is missing"},
	{"cow_store = \"backup\"", "cow_store = \"b e\"",
		"cow_store is b\\x20e, which is not"},
	{"cow_store = \"backup\"", "cow_store = \"backup\"\nmerging_store = \"backup\"",
		"both cow_store and merging_store"},
	{"\ncow_store", "\n}\nsegment2 {\ntype = \"x\"\ncow_store", "one segment only"},
	{"version = 1", "version = 1 }", "Parse error"},
	{"version = 1", "version = ", "Parse error"},
	{"version = 1", "a/b = 1", "a name with a slash in it"},
	{"version = 1", "\"a/b\" = 1", "a name with a slash in it"},
};

/* Each is refused by name, and nothing of the text becomes part of the host. */
static void test_metadata_bad(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad_metadata) / sizeof(bad_metadata[0]); i++) {
		cleanup_free char *text =
			changed(small_vg, bad_metadata[i].from, bad_metadata[i].to);
		cleanup_host struct host *host = host_new();
		struct err err = ERR_INIT;

		if (small_read(text, host, &err) != -EBADMSG)
			fail_msg("accepted: %s", bad_metadata[i].error);
		assert_holds(err.msg, "lvm/x.vg: ");
		assert_holds(err.msg, bad_metadata[i].error);
		assert_int_equal(host->n_vgs + host->n_pvs + host->n_lvs, 0);
	}
}

/* What LVM takes as tags; a capture of an older version may have masked others. */
static void test_metadata_tags(void **state)
{
	static const struct {
		const char *written, *read;
	} rows[] = {
		{"", ""},
		{"tags = []\n", ""},
		{"tags = [\"backup\"]\n", "backup"},
		{"tags = \"backup\"\n", "backup"},
		{"tags = [\"b\", \"a/x:=!#&+.-_9\"]\n", "b,a/x:=!#&+.-_9"},
		{"tags = [\"<masked>\", \"a\", \"\", \"-b\", \"b,c\", 7, \"d e\"]\n",
			"a"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cleanup_host struct host *host = host_new();
		cleanup_buf struct buf creation = BUF_INIT;
		cleanup_free char *text = NULL;
		struct err err = ERR_INIT;

		buf_printf(&creation, "%screation_time", rows[i].written);
		text = changed(small_vg, "creation_time", buf_text(&creation));
		if (small_read(text, host, &err) < 0)
			fail_msg("%s", err.msg);
		assert_string_equal(
			host_lv_by_name(host, host->vgs[0].uuid, "backup")->tags,
			rows[i].read);
	}
}

/* What dm_config would recurse on until the stack is gone, also behind what only looks
 * like the start of a string. */
static void test_metadata_nesting(void **state)
{
	static const char *const units[] = {"a {", "a\"{ ", "a,\"{", "\"a\" {", "'a' {",
		"a#\"\n{", "a = [ 1\"x { ", "/a", "a{b=\"}\" "};

	(void)state;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		cleanup_host struct host *host = host_new();
		cleanup_buf struct buf text = BUF_INIT;
		struct err err = ERR_INIT;

		for (int n = 0; n < 300000; n++)
			buf_puts(&text, units[i]);
		buf_puts(&text, " = 1\n");
		assert_int_equal(small_read(buf_text(&text), host, &err), -EBADMSG);
	}
}

static void test_metadata_limits(void **state)
{
	cleanup_host struct host *host = host_new();
	cleanup_free char *large = xcalloc(TEXT_METADATA_MAX + 1, 1);
	struct document text = {"lvm/x.vg", large, TEXT_METADATA_MAX + 1};
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(text_lvm_metadata_read(host, &text, &err), -EFBIG);
	text.len = 1;
	assert_int_equal(text_lvm_metadata_read(host, &text, &err), -EBADMSG);
	assert_holds(err.msg, "NUL");
	text.len = 0;
	assert_int_equal(text_lvm_metadata_read(host, &text, &err), -EBADMSG);
}

static void test_metadata_twice(void **state)
{
	cleanup_host struct host *host = host_new();
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(small_read(small_vg, host, NULL), 0);
	assert_int_equal(small_read(small_vg, host, &err), -EBADMSG);
	assert_holds(err.msg, "volume group vg-a is described twice");
	assert_int_equal(host->n_lvs, 2);
}

/* A disk was copied, and its copy's VG got a uuid of its own: both claim the PV. */
static void test_metadata_pv_claimed_twice(void **state)
{
	cleanup_free char *other =
		changed(small_vg, VG_UUID, "zzzzzz-zzzz-zzzz-zzzz-zzzz-zzzz-zzzzzz");
	cleanup_host struct host *host = host_new();

	(void)state;
	assert_int_equal(small_read(small_vg, host, NULL), 0);
	assert_false(host->pvs[0].is_duplicate);
	assert_int_equal(small_read(other, host, NULL), 0);
	assert_int_equal(host->n_pvs, 1);
	assert_true(host->pvs[0].is_duplicate);
}

/* ---- documents ---- */

static struct host *host_with(const char *name, const char *text)
{
	struct host *host = host_new();
	struct mount_namespace *namespace =
		array_add(&host->namespaces, &host->n_namespaces);

	namespace->id = NS;
	host_document_add(host, name, text, strlen(text));
	return host;
}

static void test_documents(void **state)
{
	cleanup_host struct host *host = host_with("mounts/4026531841", mountinfo);
	struct err err = ERR_INIT;

	(void)state;
	host_document_add(host, "lvm/1jU4bisLLlPjrTZ0zdbH1rVfDtXGel0B.vg", small_vg,
		strlen(small_vg));
	host_document_add(host, "lvm/report.json", "{\"report\":[]}", 13);
	host_document_add(host, "lvm/pvs.json", "{\"report\":[]}", 13);
	host_document_add(host, "lvm/lvscan.txt", "anything {", 10);
	host_document_add(host, "lvm/warnings.txt", "anything {", 10);
	if (text_documents_read(host, &err) < 0)
		fail_msg("%s", err.msg);
	assert_int_equal(host->n_mounts, 8);
	assert_int_equal(host->n_lvs, 2);
}

/* Half a text is not read at all. */
static void test_documents_not_read(void **state)
{
	cleanup_host struct host *host = host_with("mounts/4026531841", "16 1 0:1");

	(void)state;
	host_source_set(host, "mounts/4026531841", OUTCOME_TRUNCATED, "%s", "");
	assert_int_equal(text_documents_read(host, NULL), 0);
	assert_int_equal(host->n_mounts, 0);
}

static const struct {
	const char *name, *error;
} bad_documents[] = {
	{"mounts/1", "mounts/1: no such mount namespace is recorded"},
	{"mounts/x", "mounts/x: the name must be mounts/NUMBER"},
	{"mounts/", "unknown kind of document"},
	{"lvm/.vg", "unknown kind of document"},
	{"lvm/x.conf", "lvm/x.conf: unknown kind of document"},
	{"state.xml", "unknown kind of document"},
	{"lvm/AjU4bisLLlPjrTZ0zdbH1rVfDtXGel0B.vg",
		"is the metadata of another volume group"},
};

static void test_documents_bad(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad_documents) / sizeof(bad_documents[0]); i++) {
		cleanup_host struct host *host =
			host_with(bad_documents[i].name, small_vg);
		struct err err = ERR_INIT;

		assert_int_equal(text_documents_read(host, &err), -EBADMSG);
		assert_holds(err.msg, bad_documents[i].error);
	}
}

static void test_fstab(void **state)
{
	static const char text[] =
		"# a comment\n\n"
		"UUID=0f3c / ext4 errors=remount-ro 0 1\n"
		"  /dev/vg/snap\t/mnt/a\\040b xfs noauto,password=x 0 0\n"
		"22 1 253:0 / / rw - ext4 /dev/sda rw\n"
		"nonsense\n"
		"/dev/sda2 none swap sw 0 0";
	cleanup_host struct host *host = host_new();
	size_t bad = 0;

	(void)state;
	text_fstab_read(host, text, strlen(text), &bad);
	assert_int_equal(bad, 2);
	assert_int_equal(host->n_fstab, 3);
	assert_int_equal(host->fstab[0].line, 3);
	assert_string_equal(host->fstab[0].source, "UUID=0f3c");
	assert_true(host->fstab[0].is_automatic);
	assert_int_equal(host->fstab[1].line, 4);
	assert_string_equal(host->fstab[1].source, "/dev/vg/snap");
	assert_string_equal(host->fstab[1].target, "/mnt/a b");
	assert_string_equal(host->fstab[1].type, "xfs");
	assert_false(host->fstab[1].is_automatic);
	assert_int_equal(host->fstab[2].line, 7);
	assert_string_equal(host->fstab[2].type, "swap");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fstab),
		cmocka_unit_test(test_mountinfo),
		cmocka_unit_test(test_mountinfo_bad),
		cmocka_unit_test(test_mountinfo_nul),
		cmocka_unit_test(test_report),
		cmocka_unit_test(test_report_backslash),
		cmocka_unit_test(test_report_missing_pv),
		cmocka_unit_test(test_report_fields),
		cmocka_unit_test(test_report_duplicate_pv),
		cmocka_unit_test(test_report_of_pvs),
		cmocka_unit_test(test_report_bad),
		cmocka_unit_test(test_metadata_every_type),
		cmocka_unit_test(test_metadata_lost_pv),
		cmocka_unit_test(test_metadata_states),
		cmocka_unit_test(test_join),
		cmocka_unit_test(test_metadata_small),
		cmocka_unit_test(test_metadata_bad),
		cmocka_unit_test(test_metadata_tags),
		cmocka_unit_test(test_metadata_nesting),
		cmocka_unit_test(test_metadata_limits),
		cmocka_unit_test(test_metadata_twice),
		cmocka_unit_test(test_metadata_pv_claimed_twice),
		cmocka_unit_test(test_documents),
		cmocka_unit_test(test_documents_not_read),
		cmocka_unit_test(test_documents_bad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
