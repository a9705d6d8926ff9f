/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plan <-> text. Laws: what is written is read, and written again to the same bytes; no
 * other bytes are read. Each hostile file is one named mutation of one good file.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "snapstate/buf.h"
#include "snapstate/cleanup.h"
#include "snapstate/facts.h"
#include "snapstate/host/device.h"
#include "snapstate/plan.h"

#define VG   "Da1UTaq4lAkyD5h3bFKUGAm0uNtqKOI2"
#define SNAP "1tV3yUmSUOnPZ3D8NwRRvg9fVfr0WZMi"
#define ORIG "pu1v5pKBm8hWS5BHHcVSLi6IUiu28KkX"
#define SHB  "f1e2d3c4b5a6978812345678901234567890abcdef0123456789abcdef012345"
#define SHA  "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* facts of the sample */
#define F_DEV3                                                                           \
	"device 254:3 name snap uuid LVM-" VG SNAP " diskseq 4 open 1 flags - size 8"
#define F_DEV4 "device 254:4 name snapX1 uuid - diskseq 5 open 1 flags - size 4"
#define F_IDLE "device 254:4 name snapX1 uuid - diskseq 5 open 0 flags - size 4"
#define F_HOLD "holder 254:3 dm 254:4"
#define F_FS   "holder 254:4 fs ext4"
#define F_MNT  "mount 4026531841:44 device 254:4 root / target /mnt/back\\x20up type ext4"
#define F_VOL                                                                            \
	"volume " VG "/" SNAP " name onapp-aaaa/backup-dddd type snapshot origin " ORIG  \
	" state - segments P:40+4"
#define F_SETTLED "condition settled " VG "/" ORIG " ok"
#define F_STALE	  "condition siblings " VG "/" ORIG " stale old LVM-x"
#define F_TAG	  "tag " VG "/" SNAP " host:#1"
#define F_ORIG                                                                           \
	"volume " VG "/" ORIG " name onapp-aaaa/disk type ordinary origin - state - "    \
	"segments P:0+16"
#define F_IDLE3                                                                          \
	"device 254:3 name snap uuid LVM-" VG SNAP " diskseq 4 open 0 flags - size 8"

static const char golden[] =
	"#!/usr/sbin/snapstate-execute\n"
	"snapstate-plan 2\n"
	"capture sha256:" SHA " taken 2026-11-22T03:00:00Z\n"
	"expires 2026-11-29T03:00:00Z\n"
	"created-by snapstate-plan\\x200.1.0\n"
	"select onapp-*/backup-*\n"
	"select other/\\x20*\n"
	"min-age 3600\n"
	"select-mount /mnt/back\\x20up*\n"
	"rule nightly min-age 86400\n"
	"rule-select vg/snap-*\n"
	"rule-select vg/old\n"
	"rule-tags backup,host:#1\n"
	"rule other min-age 0\n"
	"rule-select */x\n"
	"rule-mount /srv/?/*\n"
	"rule-mount /tmp/*\n"
	"refresh-origin\n"
	"single-host\n"
	"hosts-complete\n"
	"leftover-mount /mnt/[*\n"
	"redaction 0123456789abcdef\n"
	"after hv\\x20a sha256:" SHA "\n"
	"after hvb sha256:" SHB "\n"
	"\n"
	"scope device 254:3 uuid LVM-" VG SNAP " name snap level all\n"
	"scope device 254:4 uuid - name snapX1 level all\n"
	"scope volume " VG "/" SNAP " tags backup,host:#1\n"
	"scope volume " VG "/" ORIG "\n"
	"scope group " VG "\n"
	"scope condition siblings " VG "/" ORIG "\n"
	"scope condition settled " VG "/" ORIG "\n"
	"\n"
	"expect host machine-id 7c1e boot-id 8d1e\n"
	"expect " F_SETTLED "\n"
	"expect " F_STALE "\n"
	"expect " F_DEV3 "\n"
	"expect " F_DEV4 "\n"
	"expect group " VG " name onapp-aaaa access rw lock - system-id - state -\n"
	"expect " F_HOLD "\n"
	"expect " F_FS "\n"
	"expect " F_MNT "\n"
	"expect " F_TAG "\n"
	"expect " F_VOL "\n"
	"expect " F_ORIG "\n"
	"\n"
	"step 1 umount\n"
	"# umount '/mnt/back up'\n"
	"reason nothing uses this mount\n"
	"target mount 4026531841:44 device 254:4 target /mnt/back\\x20up\n"
	"gone " F_DEV4 "\n"
	"gone " F_FS "\n"
	"gone " F_MNT "\n"
	"new " F_IDLE "\n"
	"\n"
	"step 2 dm-remove\n"
	"# dmsetup remove snapX1\n"
	"reason a partition mapping that nothing uses\n"
	"reason it stands on the snapshot\n"
	"target device 254:4 uuid - name snapX1\n"
	"gone " F_DEV3 "\n"
	"gone " F_IDLE "\n"
	"gone " F_HOLD "\n"
	"new " F_IDLE3 "\n"
	"\n"
	"step 3 lv-remove\n"
	"# lvremove -y onapp-aaaa/backup-dddd\n"
	"reason a leftover backup snapshot\n"
	"target volume " VG "/" SNAP " origin " ORIG " name onapp-aaaa/backup-dddd\n"
	"gone " F_IDLE3 "\n"
	"gone " F_VOL "\n"
	"new volume " VG "/" SNAP " absent\n"
	"maybe gone table 254:0 0 8 snapshot-origin 254:1\n"
	"maybe new table 254:0 0 8 linear 7:0 2048\n"
	"\n"
	"step 4 lv-refresh\n"
	"# lvchange --refresh onapp-aaaa/disk\n"
	"reason the origin has no snapshot any more\n"
	"target volume " VG "/" ORIG " origin - name onapp-aaaa/disk\n"
	"\n";

/* ---- helpers ---- */

/* Text with the digest line that belongs to it. */
static void seal(struct buf *text)
{
	char digest[SHA256_HEX_LEN + 1];

	sha256_hex(buf_text(text), text->len, digest);
	buf_printf(text, "digest sha256:%s\n", digest);
}

static int read_text(const char *text, size_t len, struct err *err)
{
	cleanup_plan struct plan *plan = NULL;
	/* an exact copy, so that the sanitizer sees a read behind the end */
	cleanup_free char *copy = xcalloc(len, 1);

	memcpy(copy, text, len);
	return plan_read(copy, len, "x.snapplan", &plan, err);
}

static void add_replaced(
	struct buf *b, const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);

	assert_non_null(at);
	buf_add(b, text, (size_t)(at - text));
	buf_puts(b, to);
	buf_puts(b, at + strlen(from));
}

/* The good file with the first `from` replaced, sealed with a digest that fits. */
static void assert_refused(const char *from, const char *to, const char *rule)
{
	cleanup_buf struct buf text = BUF_INIT;
	struct err err = ERR_INIT;

	add_replaced(&text, golden, from, to);
	seal(&text);
	assert_int_equal(read_text(text.data, text.len, &err), -EBADMSG);
	assert_int_equal(err.code, -EBADMSG);
	if (!strstr(err.msg, rule))
		fail_msg("expected \"%s\", found \"%s\"", rule, err.msg);
}

static void set_string(char **place, const char *text)
{
	free(*place);
	*place = xstrdup(text);
}

/* ---- round trips ---- */

static void test_golden_is_read_and_written_again(void **state)
{
	cleanup_buf struct buf text = BUF_INIT, again = BUF_INIT;
	cleanup_plan struct plan *plan = NULL;
	struct err err = ERR_INIT;

	(void)state;
	buf_puts(&text, golden);
	seal(&text);
	if (plan_read(text.data, text.len, "x.snapplan", &plan, &err) < 0)
		fail_msg("%s", err.msg);
	assert_string_equal(plan->created_by, "snapstate-plan 0.1.0");
	assert_int_equal(plan->n_select, 2);
	assert_int_equal(plan->taken, 1795316400);
	assert_int_equal(plan->expires, 1795316400 + 7 * 86400);
	assert_int_equal(plan->min_age, 3600);
	assert_true(plan->has_refresh_origin);
	assert_true(plan->is_single_host);
	assert_true(plan->is_hosts_complete);
	assert_string_equal(plan->redaction, "0123456789abcdef");
	assert_int_equal(plan->n_after, 2);
	assert_string_equal(plan->after[0].node, "hv a");
	assert_string_equal(plan->after[1].digest, SHB);
	assert_int_equal(plan->expect.count, 12);
	assert_int_equal(plan->n_rules, 2);
	assert_string_equal(plan->rules[0].name, "nightly");
	assert_int_equal(plan->rules[0].min_age, 86400);
	assert_int_equal(plan->rules[0].n_globs, 2);
	assert_string_equal(plan->rules[0].tags, "backup,host:#1");
	assert_string_equal(plan->rules[1].globs[0], "*/x");
	assert_null(plan->rules[1].tags);
	assert_int_equal(plan->n_select_mounts, 1);
	assert_string_equal(plan->select_mounts[0], "/mnt/back up*");
	assert_int_equal(plan->rules[0].n_mounts, 0);
	assert_int_equal(plan->rules[1].n_mounts, 2);
	assert_string_equal(plan->rules[1].mounts[0], "/srv/?/*");
	assert_int_equal(plan->n_leftover_mounts, 1);
	assert_string_equal(plan->leftover_mounts[0], "/mnt/[*");
	assert_true(facts_has(&plan->expect, "host machine-id 7c1e boot-id 8d1e"));
	assert_int_equal(plan->n_steps, 4);
	assert_string_equal(plan->steps[0].target.mount_target, "/mnt/back up");
	assert_int_equal(plan->steps[0].target.mount_id, 44);
	assert_int_equal(plan->steps[1].n_reasons, 2);
	assert_string_equal(plan->steps[1].target.dm_uuid, "");
	assert_string_equal(plan->steps[2].target.origin_uuid, ORIG);
	assert_int_equal(plan->steps[2].maybe_gone.count, 1);
	assert_string_equal(plan->steps[3].target.lv_name, "disk");
	plan_write(plan, &again);
	assert_int_equal(text.len, again.len);
	assert_memory_equal(text.data, again.data, text.len);
}

static void assert_same_target(const struct plan_step *a, const struct plan_step *b)
{
	cleanup_buf struct buf of_a = BUF_INIT, of_b = BUF_INIT;

	assert_int_equal(a->op, b->op);
	plan_step_target(a, &of_a);
	plan_step_target(b, &of_b);
	assert_string_equal(buf_text(&of_a), buf_text(&of_b));
	assert_int_equal(a->n_reasons, b->n_reasons);
	for (size_t i = 0; i < a->n_reasons; i++)
		assert_string_equal(a->reasons[i], b->reasons[i]);
	assert_int_equal(a->gone.count, b->gone.count);
	for (size_t i = 0; i < a->gone.count; i++)
		assert_string_equal(a->gone.lines[i], b->gone.lines[i]);
}

/* Who carries it out reads the same of it. */
static void test_orders(void **state)
{
	cleanup_plan struct plan *plan = NULL;
	cleanup_orders struct orders *orders = NULL, *none = NULL;
	cleanup_buf struct buf text = BUF_INIT;
	struct err err = ERR_INIT;

	(void)state;
	buf_puts(&text, golden);
	seal(&text);
	assert_int_equal(plan_read(text.data, text.len, "x", &plan, &err), 0);
	assert_int_equal(orders_read(text.data, text.len, "x", &orders, &err), 0);
	assert_int_equal(orders->version, plan->version);
	assert_string_equal(orders->capture_sha256, plan->capture_sha256);
	assert_true(orders->taken == plan->taken && orders->expires == plan->expires);
	assert_string_equal(orders->redaction, plan->redaction);
	assert_string_equal(orders->digest, plan->digest);
	assert_int_equal(orders->n_after, plan->n_after);
	for (size_t i = 0; i < plan->n_after; i++) {
		assert_string_equal(orders->after[i].node, plan->after[i].node);
		assert_string_equal(orders->after[i].digest, plan->after[i].digest);
	}
	assert_int_equal(orders->n_devices, plan->scope.n_devices);
	for (size_t i = 0; i < plan->scope.n_devices; i++)
		assert_true(
			devno_is_equal(orders->devices[i], plan->scope.devices[i].devno));
	assert_true(facts_has(&plan->expect, orders->host));
	assert_int_equal(orders->n_steps, plan->n_steps);
	for (size_t i = 0; i < plan->n_steps; i++)
		assert_same_target(&orders->steps[i], &plan->steps[i]);
	text.data[strlen("#!/usr/sbin/snapstate-execute\nsnapstate-plan 2\ncapture "
			 "sha256:")] ^= 1;
	assert_int_equal(orders_read(text.data, text.len, "x", &none, &err), -EBADMSG);
	assert_non_null(strstr(err.msg, "the digest does not match"));
	for (size_t len = 0; len < text.len; len++)
		assert_int_equal(orders_read(text.data, len, "x", &none, &err), -EBADMSG);
}

static void test_empty_plan(void **state)
{
	cleanup_plan struct plan *plan = plan_new(), *read = NULL;
	cleanup_buf struct buf text = BUF_INIT;
	struct err err = ERR_INIT;

	(void)state;
	memcpy(plan->capture_sha256, SHA, sizeof(SHA));
	facts_add(&plan->expect, "host machine-id - boot-id -");
	plan_write(plan, &text);
	if (plan_read(text.data, text.len, "x", &read, &err) < 0)
		fail_msg("%s", err.msg);
	assert_int_equal(read->n_steps, 0);
	assert_string_equal(read->digest, plan->digest);
	assert_string_equal(read->created_by, "");
}

/* Names that would break a line, a word or a shell. */
static void test_names_that_break_things(void **state)
{
	static const char *const names[] = {"cr #1", "-", "--help", "a'b\"c\\d", "a\nb",
		"isw\x87N8:", "$(touch x)", "1IET     00080001", " edge ", "a/b", "#!"};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		cleanup_plan struct plan *plan = plan_new(), *read = NULL;
		cleanup_buf struct buf text = BUF_INIT, again = BUF_INIT, fact = BUF_INIT;
		cleanup_scope struct scope scope = {0};
		struct device device = {.devno = {254, 9}, .name = names[i], .uuid = ""};
		struct err err = ERR_INIT;
		struct plan_step *step;

		memcpy(plan->capture_sha256, SHA, sizeof(SHA));
		scope_add_device(&scope, &device, SCOPE_ALL);
		plan_scope_set(plan, &scope);
		buf_puts(&fact, "device 254:9 name ");
		buf_word(&fact, names[i]);
		buf_puts(&fact, " uuid - diskseq 0 open 0 flags - size 0");
		facts_add(&plan->expect, buf_text(&fact));
		facts_add(&plan->expect, "host machine-id a boot-id b");
		step = plan_step_add(plan, OP_DM_REMOVE);
		step->target.devno = device.devno;
		set_string(&step->target.dm_name, names[i]);
		plan_step_reason(step, "%s: %d", names[i], 7);
		facts_add(&step->gone, buf_text(&fact));
		plan_write(plan, &text);
		if (plan_read(text.data, text.len, "x", &read, &err) < 0)
			fail_msg("%s: %s\n%s", names[i], err.msg, text.data);
		assert_string_equal(read->steps[0].target.dm_name, names[i]);
		assert_string_equal(read->scope.devices[0].name, names[i]);
		plan_write(read, &again);
		assert_string_equal(text.data, again.data);
	}
}

static void test_commands_are_quoted(void **state)
{
	static const struct {
		const char *name, *command;
	} cases[] = {
		{"plain", "dmsetup remove plain"},
		{"cr #1", "dmsetup remove 'cr #1'"},
		{"-x", "dmsetup remove -- -x"},
		{"it's", "dmsetup remove 'it'\\''s'"},
		{"a\nb", "dmsetup remove $'a\\x0ab'"},
		{"\x87'\\", "dmsetup remove $'\\x87\\'\\\\'"},
		{"", "dmsetup remove ''"},
		{"$(id)", "dmsetup remove '$(id)'"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cleanup_plan struct plan *plan = plan_new();
		struct plan_step *step = plan_step_add(plan, OP_DM_REMOVE);
		cleanup_buf struct buf text = BUF_INIT;

		set_string(&step->target.dm_name, cases[i].name);
		plan_step_command(step, &text);
		assert_string_equal(buf_text(&text), cases[i].command);
	}
}

static void test_scope_is_sorted(void **state)
{
	struct device a = {.devno = {254, 10}, .name = "a", .uuid = "A"};
	struct device b = {.devno = {254, 9}, .name = "b", .uuid = "B"};
	cleanup_scope struct scope scope = {0};
	cleanup_plan struct plan *plan = plan_new();

	(void)state;
	scope_add_device(&scope, &a, SCOPE_ALL);
	scope_add_device(&scope, &b, SCOPE_IDENTITY);
	scope_add_group(&scope, "y");
	scope_add_group(&scope, "x");
	scope_add_volume(&scope, "x", "2");
	scope_add_volume(&scope, "x", "1");
	plan_scope_set(plan, &scope);
	assert_string_equal(plan->scope.devices[0].name, "b");
	assert_string_equal(plan->scope.groups[0], "x");
	assert_string_equal(plan->scope.volumes[0].lv_uuid, "1");
}

static void test_operations_have_names(void **state)
{
	enum plan_op op;

	(void)state;
	for (int i = OP_UMOUNT; i <= OP_LOOP_DETACH; i++) {
		const char *name = plan_op_name((enum plan_op)i);

		assert_int_equal(plan_op_parse(name, strlen(name), &op), 0);
		assert_int_equal(op, i);
	}
	assert_int_equal(plan_op_parse("lv-removed", 10, &op), -EINVAL);
	assert_int_equal(plan_op_parse("lv", 2, &op), -EINVAL);
}

/* ---- should fail ---- */

static void test_named_mutations(void **state)
{
	static const struct {
		const char *from, *to, *rule;
	} cases[] = {
		/* header */
		{"#!/usr/sbin/snapstate-execute", "#!/bin/sh", "x.snapplan:1: expected"},
		{"snapstate-plan 2\n", "snapstate-plan 4\n",
			"x.snapplan:2: this program"},
		{"snapstate-plan 2\n", "snapstate-plan 3\n",
			"x.snapplan:26: expected \" part \""},
		{"snapstate-plan 2\n", "snapstate-plan 0\n", "reads versions 1 to 3"},
		{"snapstate-plan 2\n", "snapstate-plan 20\n", "reads versions 1 to 3"},
		{"snapstate-plan 2\n", "snapstate-plan 2 \n", "reads versions 1 to 3"},
		{"snapstate-plan 2\n", "snapstate-plan 1\n", "expected an empty line"},
		{"capture sha256:0", "capture sha256:G", "64 hexadecimal digits"},
		{"T03:00:00Z", "T03:00:00", "x.snapplan:3: a time is written as"},
		{"2026-11-22", "2026-02-31", "x.snapplan:3: a time is written as"},
		{"2026-11-22", "1969-11-22", "a time is written as"},
		{"expires 2026-11-29", "expires 2026-11-21",
			"x.snapplan:4: a plan does not expire before"},
		{"expires 2026-11-29", "expires 1970-01-00", "a time is written as"},
		{"expires 2026-11-29T03:00:00Z\n", "expires never\n",
			"x.snapplan:4: a time is written as"},
		{"expires ", "expires  ", "expected a word"},
		{"00Z\ncreated", "00Z \ncreated", "the end of the line"},
		{"created-by", "expires 2026-11-29T03:00:00Z\ncreated-by",
			"expected \"created-by \""},
		{"min-age 3600", "min-age 03600", "must read \"min-age 3600\""},
		{"min-age 3600", "min-age -1", "expected a number"},
		{"min-age 3600", "min-age 18446744073709551616", "expected a number"},
		{"min-age 3600\n", "", "expected \"min-age \""},
		{"refresh-origin\n", "refresh-origin\nrefresh-origin\n", "an empty line"},
		{"single-host\n", "single-hosts\n", "the end of the line"},
		{"hosts-complete\n", "hosts-completed\n", "the end of the line"},
		{"single-host\nhosts-complete\n", "hosts-complete\nsingle-host\n",
			"an empty line"},
		{"after hvb sha256:", "after  sha256:", "expected a word"},
		{"after hvb sha256:", "after hvb sha512:", "expected \"sha256:"},
		{"after hvb sha256:" SHB, "after hvb sha256:" SHA, "only once"},
		{"after hvb", "after\\x20hvb", "expected an empty line"},
		{"redaction 0", "redaction 00", "16 hex digits"},
		{"redaction 0", "redaction ", "16 hex digits"},
		{"redaction 0", "redaction A", "16 hex digits"},
		{"redaction 0123456789abcdef\n", "redaction\n", "an empty line"},
		/* blanks and escapes */
		{"min-age 3600\n", "min-age  3600\n", "expected a number"},
		{"min-age 3600\n", "min-age 3600 \n", "the end of the line"},
		{"\nscope device", "\n\nscope device", "expected \"expect \""},
		{"\nscope device", "scope device", "expected an empty line"},
		{"select onapp", "select \\x6fnapp", "must read \"select onapp-*"},
		{"select onapp", "select \\x6Fnapp", "badly escaped"},
		{"select onapp", "select \\x00", "badly escaped"},
		{"select onapp-*/backup-*", "select ", "expected a word"},
		{"nothing uses", "nothing\\x20uses", "must read \"reason nothing uses"},
		/* scope */
		{"level all", "level most", "a level is identity, table or all"},
		{"254:3 uuid", "254:5 uuid", "ascending order, each once"},
		{"scope device 254:4", "scope device 254:3",
			"ascending order, each once"},
		{"scope device 254:3", "scope device 0254:3",
			"not as the planner writes it"},
		{"scope volume " VG "/" SNAP " tags backup,host:#1\n", "",
			"not in scope"},
		{"scope condition siblings ", "scope condition siblinks ",
			"not a condition that this program knows"},
		{"scope condition siblings " VG "/" ORIG, "scope condition siblings " VG,
			"not a condition that this program knows"},
		{"scope condition siblings " VG "/" ORIG "\n",
			"scope condition siblings " VG "/" ORIG " ok\n",
			"the end of the line"},
		{"scope condition siblings ", "scope condition settled ",
			"ascending order, each once"},
		{"scope condition siblings " VG "/" ORIG "\n",
			"scope condition not-configured " VG "/" ORIG " /mnt/a\n"
			"scope condition not-configured " VG "/" ORIG " /mnt/b\n"
			"scope condition siblings " VG "/" ORIG "\n",
			"a condition of one kind about one thing, once"},
		{"scope condition settled " VG "/" ORIG "\n", "",
			"a condition that is not in scope"},
		{"expect " F_SETTLED, "expect condition settled " VG "/" ORIG,
			"a condition that is not in scope"},
		{"expect " F_SETTLED, "expect condition settled " VG "/" SNAP " ok",
			"a condition that is not in scope"},
		{"expect " F_SETTLED, "expect condition settled", "not a fact"},
		{" tags backup,host:#1\n", " tags -\n", "takes as tags"},
		{" tags backup,host:#1\n", " tags \n", "expected a word"},
		{" tags backup,host:#1\n", " tags a,,b\n", "takes as tags"},
		{" tags backup,host:#1\n", " tag a\n", "expected \" tags \""},
		/* rules */
		{"rule nightly", "rule night/ly", "a rule's name is at most"},
		{"rule nightly", "rule night\\x20ly", "a rule's name is at most"},
		{"rule other", "rule nightly", "a second rule nightly"},
		{"rule nightly min-age 86400", "rule nightly", "expected \" min-age \""},
		{"rule other min-age 0", "rule other min-age 0s", "expected a number"},
		{"rule-select */x\n", "", "expected \"rule-select \""},
		{"rule-select */x", "rule-select x", "a rule selects by VG/LV"},
		{"rule-select */x", "rule-select */[x]", "a rule selects by VG/LV"},
		{"rule-select */x", "rule-select */\\x78", "must read"},
		{"rule-tags backup,", "rule-tags backup;", "takes as tags"},
		{"select-mount /mnt", "select-mount mnt", "absolute path"},
		{"select-mount /mnt", "select-mount /mnt[a]", "absolute path"},
		{"rule-mount /tmp/*", "rule-mount /tmp/", "absolute path"},
		{"rule-mount /tmp/*", "rule-mount /tmp/..", "absolute path"},
		{"rule-mount /tmp/*", "rule-mount /tmp//x", "absolute path"},
		{"leftover-mount /mnt/[*", "leftover-mount /", "absolute path"},
		{"leftover-mount /mnt/[*", "leftover-mount /./x", "absolute path"},
		{"rule-tags backup,", "rule-tags -,", "takes as tags"},
		{"rule-tags backup,host:#1\n", "rule-tags a\nrule-tags b\n",
			"expected an empty line"},
		{"scope group " VG "\n", "", "not in scope"},
		{"scope device 254:4 uuid - name snapX1 level all\n", "",
			"a fact about 254:4, which is not in scope"},
		{"scope group " VG, "scope group " VG "/x", "not in scope"},
		/* facts */
		{"expect host machine-id 7c1e boot-id 8d1e\n", "",
			"\"host machine-id \""},
		{"boot-id 8d1e", "boot-id 8d1e x", "the end of the line"},
		{"expect " F_DEV3, "expect host machine-id 8 boot-id 8\nexpect " F_DEV3,
			"the host line comes first, once"},
		{"expect " F_FS "\n", "", "gone, but not expected at this point"},
		{"expect " F_FS "\n", "expect " F_FS "\nexpect " F_FS "\n", "each once"},
		{"expect " F_DEV3 "\nexpect " F_DEV4, "expect " F_DEV4 "\nexpect " F_DEV3,
			"ascending order"},
		{"expect group", "expect troup", "not a fact"},
		{"expect group", "expect", "not a fact"},
		/* steps */
		{"step 1 umount", "step 1 remount", "unknown operation \"remount\""},
		{"step 1 umount", "step 1 umount ", "unknown operation"},
		{"step 2 dm", "step 3 dm", "expected step 2"},
		{"step 1 ", "step 0 ", "expected step 1"},
		{"step 1 ", "step 01 ", "must read \"step 1 umount\""},
		{"# umount '/mnt/back up'", "# umount /mnt/other",
			"must read \"# umount '"},
		{"# lvremove -y onapp-aaaa/backup-dddd", "# true",
			"must read \"# lvremove -y onapp-aaaa/backup-dddd\""},
		{"# dmsetup remove snapX1\n", "", "expected \"# \""},
		{"# dmsetup remove snapX1\n", "# dmsetup remove snapX1\n# harmless\n",
			"expected \"reason \""},
		{"reason nothing uses this mount\n", "", "expected \"reason \""},
		{"target mount 4026531841:44", "target mount 4026531841:45",
			"no fact of this step is about its target"},
		{"target mount 4026531841:44", "target mount 4026531841:4294967296",
			"expected a number"},
		{"target /mnt/back\\x20up\n", "target /mnt/other\n", "about its target"},
		{"target /mnt/back\\x20up\n", "target mnt\n", "begins with /"},
		{"target device 254:4", "target device 254:3", "about its target"},
		{"target device 254:4 uuid -", "target device 254:4 uuid X",
			"about its target"},
		{"uuid - name snapX1\ngone", "uuid - name snapX2\ngone",
			"about its target"},
		{"uuid - name snapX1\ngone", "uuid - name -\ngone",
			"a device has a name"},
		{"origin " ORIG " name", "origin - name", "a LVM uuid is 32"},
		{"origin " ORIG " name", "origin " SNAP " name", "about its target"},
		{"target volume " VG "/" SNAP, "target volume " VG "/x",
			"a LVM uuid is 32"},
		{"target volume " VG "/" SNAP, "target volume " VG "/" ORIG,
			"about its target"},
		{"origin - name onapp-aaaa/disk", "origin - name onapp-aaaa/boot",
			"about its target"},
		{"origin - name onapp", "origin " SNAP " name onapp",
			"expected \" origin - name \""},
		{"new " F_IDLE, "new " F_HOLD, "new, but expected already"},
		{"expect " F_VOL "\n", "expect " F_VOL "\nexpect " F_VOL "x\n",
			"a volume has one fact at a time"},
		{"new " F_IDLE "\n", "", "x.snapplan:61: gone, but not expected"},
		{"gone " F_HOLD "\n", "gone " F_HOLD "\ngone " F_HOLD "\n", "each once"},
		{"gone " F_HOLD "\nnew " F_IDLE3, "new " F_IDLE3 "\ngone " F_HOLD,
			"expected an empty line"},
		{"maybe gone table 254:0 0 8 snapshot-origin 254:1", "maybe gone " F_VOL,
			"certain and uncertain at once"},
		{"maybe gone table 254:0", "maybe gone stable 254:0", "not a fact"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_refused(cases[i].from, cases[i].to, cases[i].rule);
}

static void assert_bytes_refused(const char *text, size_t len, const char *rule)
{
	struct err err = ERR_INIT;

	assert_int_equal(read_text(text, len, &err), -EBADMSG);
	if (!strstr(err.msg, rule))
		fail_msg("expected \"%s\", found \"%s\"", rule, err.msg);
}

static void test_digest(void **state)
{
	cleanup_buf struct buf text = BUF_INIT, bad = BUF_INIT, longer = BUF_INIT;

	(void)state;
	buf_puts(&text, golden);
	seal(&text);
	/* a change that leaves the form intact */
	add_replaced(&bad, text.data, "min-age 3600", "min-age 3601");
	assert_bytes_refused(bad.data, bad.len, "the digest does not match");
	buf_puts(&longer, text.data);
	buf_puts(&longer, "\n");
	assert_bytes_refused(longer.data, longer.len, "the digest is the last line");
	buf_puts(&longer, text.data);
	assert_bytes_refused(longer.data, longer.len, "the digest is the last line");
	text.data[text.len - 2] ^= 1;
	assert_bytes_refused(text.data, text.len, "digest");
}

static void test_bytes(void **state)
{
	cleanup_buf struct buf text = BUF_INIT;
	static const struct {
		char byte;
		const char *rule;
	} cases[] = {{'\0', "byte 0x00"}, {'\t', "byte 0x09"}, {'\x7f', "byte 0x7f"},
		{'\x80', "byte 0x80"}, {'\r', "a carriage return"}};

	(void)state;
	buf_puts(&text, golden);
	seal(&text);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char kept = text.data[40];

		text.data[40] = cases[i].byte;
		assert_bytes_refused(text.data, text.len, cases[i].rule);
		assert_bytes_refused(text.data, text.len, "x.snapplan:2: ");
		text.data[40] = kept;
	}
	assert_bytes_refused("", 0, "the file is empty");
	assert_bytes_refused("\n", 1, "x.snapplan:1: expected");
}

static void test_crlf(void **state)
{
	cleanup_buf struct buf text = BUF_INIT;

	(void)state;
	for (const char *c = golden; *c; c++)
		buf_puts(&text, *c == '\n' ? "\r\n" : (char[]){*c, '\0'});
	seal(&text);
	assert_bytes_refused(text.data, text.len, "x.snapplan:1: a carriage return");
}

static void test_truncated_at_every_byte(void **state)
{
	cleanup_buf struct buf text = BUF_INIT;

	(void)state;
	buf_puts(&text, golden);
	seal(&text);
	for (size_t len = 0; len < text.len; len++) {
		struct err err = ERR_INIT;

		assert_int_equal(read_text(text.data, len, &err), -EBADMSG);
		assert_non_null(strstr(err.msg, "x.snapplan:"));
	}
}

/* Any one byte changed: refused, whatever it was. */
static void test_any_byte_changed(void **state)
{
	cleanup_buf struct buf text = BUF_INIT;

	(void)state;
	buf_puts(&text, golden);
	seal(&text);
	for (size_t i = 0; i < text.len; i++) {
		struct err err = ERR_INIT;

		text.data[i] ^= 1;
		assert_int_equal(read_text(text.data, text.len, &err), -EBADMSG);
		text.data[i] ^= 1;
	}
}

static void test_limits(void **state)
{
	cleanup_buf struct buf line = BUF_INIT, globs = BUF_INIT, reasons = BUF_INIT;
	cleanup_buf struct buf rules = BUF_INIT, rule_globs = BUF_INIT, tags = BUF_INIT;

	(void)state;
	buf_puts(&line, "reason ");
	for (int i = 0; i < FACT_LINE_MAX + 16; i++)
		buf_puts(&line, "x");
	assert_refused("reason nothing", buf_text(&line), "a line has at most");
	for (int i = 0; i < PLAN_SELECT_MAX; i++)
		buf_puts(&globs, "select x\n");
	buf_puts(&globs, "select onapp");
	assert_refused("select onapp", buf_text(&globs), "at most 64 globs");
	for (int i = 0; i < POLICY_RULES_MAX - 1; i++)
		buf_printf(&rules, "rule r%d min-age 0\nrule-select a/b\n", i);
	buf_puts(&rules, "rule other");
	assert_refused("rule other", buf_text(&rules), "at most 64 rules");
	for (int i = 0; i < POLICY_GLOBS_MAX; i++)
		buf_puts(&rule_globs, "rule-select a/b\n");
	buf_puts(&rule_globs, "rule-select */x");
	assert_refused("rule-select */x", buf_text(&rule_globs), "at most 32 globs");
	for (int i = 0; i < POLICY_TAGS_MAX; i++)
		buf_puts(&tags, "t,");
	assert_refused("backup,", buf_text(&tags), "or more than 16");
	for (int i = 0; i < PLAN_REASONS_MAX; i++)
		buf_puts(&reasons, "reason x\n");
	buf_puts(&reasons, "reason nothing");
	assert_refused("reason nothing", buf_text(&reasons), "at most 64 reasons");
}

/* ---- size ---- */

static void add_big_step(struct plan *plan, uint32_t minor)
{
	struct plan_step *step = plan_step_add(plan, OP_DM_REMOVE);
	cleanup_buf struct buf name = BUF_INIT, fact = BUF_INIT;

	buf_printf(&name, "map%u", minor);
	buf_printf(&fact,
		"device 254:%u name map%u uuid - diskseq 1 open 0 flags - size 8", minor,
		minor);
	step->target.devno = (struct devno){254, minor};
	set_string(&step->target.dm_name, buf_text(&name));
	plan_step_reason(step, "it is in the way");
	facts_add(&step->gone, buf_text(&fact));
}

static void test_a_large_plan_reads_quickly(void **state)
{
	cleanup_plan struct plan *plan = plan_new(), *read = NULL;
	cleanup_buf struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	clock_t begin;

	(void)state;
	memcpy(plan->capture_sha256, SHA, sizeof(SHA));
	facts_add(&plan->expect, "host machine-id a boot-id b");
	for (uint32_t i = 0; i < 10000; i++) {
		struct scope_device *device =
			array_add(&plan->scope.devices, &plan->scope.n_devices);
		cleanup_buf struct buf name = BUF_INIT, fact = BUF_INIT;

		buf_printf(&name, "map%u", i);
		buf_printf(&fact,
			"device 254:%u name map%u uuid - diskseq 1 open 0 flags - size 8",
			i, i);
		*device = (struct scope_device){.devno = {254, i},
			.uuid = "",
			.name = arena_strdup(plan->strings, buf_text(&name)),
			.level = SCOPE_ALL};
		facts_add(&plan->expect, buf_text(&fact));
		if (i < 1500)
			add_big_step(plan, i);
	}
	facts_sort(&plan->expect);
	plan_write(plan, &text);
	begin = clock();
	if (plan_read(text.data, text.len, "x", &read, &err) < 0)
		fail_msg("%s", err.msg);
	/* 0.1 s with sanitizers; a minute where something is quadratic */
	assert_true(clock() - begin < 5 * CLOCKS_PER_SEC);
	assert_int_equal(read->n_steps, 1500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden_is_read_and_written_again),
		cmocka_unit_test(test_orders),
		cmocka_unit_test(test_empty_plan),
		cmocka_unit_test(test_names_that_break_things),
		cmocka_unit_test(test_commands_are_quoted),
		cmocka_unit_test(test_scope_is_sorted),
		cmocka_unit_test(test_operations_have_names),
		cmocka_unit_test(test_named_mutations),
		cmocka_unit_test(test_digest),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_crlf),
		cmocka_unit_test(test_truncated_at_every_byte),
		cmocka_unit_test(test_any_byte_changed),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_a_large_plan_reads_quickly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
