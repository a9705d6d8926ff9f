/* SPDX-License-Identifier: Apache-2.0 */
/* Laws of redaction: no secret and no name gets into an archive, and what was redacted
 * reads back as it was. */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "sample_host.h"
#include "snapstate/cleanup.h"
#include "snapstate/dm_mask.h"
#include "snapstate/facts.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/change.h"
#include "snapstate/host/config.h"
#include "snapstate/host/device.h"
#include "snapstate/host/holder.h"
#include "snapstate/host/lvm.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/process.h"
#include "snapstate/host/shown.h"
#include "snapstate/host/source.h"
#include "snapstate/host/swap.h"
#include "snapstate/io.h"
#include "snapstate/lvm_names.h"
#include "snapstate/record.h"
#include "snapstate/redact.h"
#include "snapstate/text.h"

#define ARCHIVE_MAX (64u << 20)
#define NS_NAME	    "mounts/1"
#define VG_NAME	    "lvm/" SAMPLE_VG ".vg"

static const struct redact_key key_a = {
	"key a: any 32 bytes will do....", "aaaaaaaaaaaaaaaa"};
static const struct redact_key key_b = {
	"key b: any 32 bytes will do....", "bbbbbbbbbbbbbbbb"};

/* ---- the model as text: every field ---- */

/* One row per string in the model. A new field changes a size below, and wants a row. */
enum fate { NAME, STAYS, DROPPED };

struct row {
	size_t offset;
	enum fate fate;
};
#define ROW(type, member, fate)                                                          \
	{                                                                                \
		offsetof(struct type, member), fate                                      \
	}

_Static_assert(sizeof(struct identity) == 88, "a new field: give it a row");
_Static_assert(sizeof(struct source) == 24, "a new field: give it a row");
_Static_assert(sizeof(struct document) == 24, "a new field: give it a rewriter");
_Static_assert(sizeof(struct dm_target) == 40, "a new field: give it a row");
/* `snapshot` is what the index keeps of the target's strings, by their places: no string
 * of its own, and of no use where the target has others */
_Static_assert(sizeof(struct snapshot_words) == 48, "a new field: give it a row");
_Static_assert(sizeof(struct device) == 96 + 48, "a new field: give it a row");
_Static_assert(sizeof(struct block) == 128, "a new field: give it a row");
_Static_assert(sizeof(struct superblock) == 24, "a new field: give it a row");
_Static_assert(sizeof(struct mount_namespace) == 40, "a new field: give it a row");
_Static_assert(sizeof(struct mount) == 88, "a new field: give it a row");
_Static_assert(sizeof(struct swap) == 56, "a new field: give it a row");
_Static_assert(sizeof(struct fstab_entry) == 32, "a new field: give it a row");
_Static_assert(sizeof(struct config_entry) == 32, "a new field: give it a row");
_Static_assert(sizeof(struct process) == 56, "a new field: give it a row");
_Static_assert(sizeof(struct use) == 32, "a new field: give it a row");
_Static_assert(sizeof(struct kernel_holder) == 40, "a new field: give it a row");
_Static_assert(sizeof(struct change) == 24, "a new field: give it a row");
_Static_assert(sizeof(struct stripe) == 24, "a new field: give it a row");
_Static_assert(sizeof(struct segment) == 40, "a new field: give it a row");
_Static_assert(sizeof(struct lv) == 104, "a new field: give it a row");
_Static_assert(sizeof(struct pv) == 56, "a new field: give it a row");
_Static_assert(sizeof(struct vg) == 64, "a new field: give it a row");
_Static_assert(sizeof(struct shown) == 32, "a new field: give it a row");
_Static_assert(sizeof(struct host) == 408, "a new array: give it rows");

static const struct row identity_rows[] = {ROW(identity, machine_id, STAYS),
	ROW(identity, boot_id, STAYS), ROW(identity, node, NAME),
	ROW(identity, kernel, STAYS), ROW(identity, dm_driver, STAYS),
	ROW(identity, redaction, DROPPED)};
static const struct row source_rows[] = {
	ROW(source, name, STAYS), ROW(source, detail, DROPPED)};
static const struct row target_rows[] = {ROW(dm_target, type, STAYS),
	ROW(dm_target, params, NAME), ROW(dm_target, status, NAME)};
static const struct row device_rows[] = {
	ROW(device, name, NAME), ROW(device, uuid, NAME)};
static const struct row block_rows[] = {ROW(block, kname, NAME),
	ROW(block, backing_file, NAME), ROW(block, transport, STAYS),
	ROW(block, uuid, STAYS), ROW(block, level, STAYS), ROW(block, state, STAYS),
	ROW(block, sync, STAYS)};
static const struct row superblock_rows[] = {ROW(superblock, type, STAYS)};
static const struct row namespace_rows[] = {
	ROW(mount_namespace, comm, NAME), ROW(mount_namespace, pin_path, NAME)};
static const struct row mount_rows[] = {ROW(mount, root, NAME), ROW(mount, target, NAME),
	ROW(mount, type, STAYS), ROW(mount, source, NAME), ROW(mount, options, NAME),
	ROW(mount, super_options, NAME)};
static const struct row swap_rows[] = {ROW(swap, path, NAME)};
static const struct row fstab_rows[] = {ROW(fstab_entry, source, NAME),
	ROW(fstab_entry, target, NAME), ROW(fstab_entry, type, STAYS)};
static const struct row config_rows[] = {ROW(config_entry, file, NAME),
	ROW(config_entry, device, NAME), ROW(config_entry, target, NAME)};
static const struct row shown_rows[] = {
	ROW(shown, volume, NAME), ROW(shown, value, NAME), ROW(shown, from, NAME)};
static const struct row process_rows[] = {ROW(process, comm, NAME),
	ROW(process, exe, NAME), ROW(process, cmdline, DROPPED)};
static const struct row use_rows[] = {ROW(use, example, NAME)};
static const struct row holder_rows[] = {ROW(kernel_holder, name, NAME)};
static const struct row change_rows[] = {ROW(change, name, NAME)};
static const struct row vg_rows[] = {ROW(vg, uuid, STAYS), ROW(vg, name, NAME),
	ROW(vg, system_id, NAME), ROW(vg, lock_type, STAYS), ROW(vg, writer, NAME)};
static const struct row pv_rows[] = {
	ROW(pv, vg_uuid, STAYS), ROW(pv, uuid, STAYS), ROW(pv, name, NAME)};
static const struct row lv_rows[] = {ROW(lv, vg_uuid, STAYS), ROW(lv, uuid, STAYS),
	ROW(lv, name, NAME), ROW(lv, creator, NAME), ROW(lv, origin_uuid, STAYS),
	ROW(lv, tags, NAME)};
static const struct row segment_rows[] = {ROW(segment, type, STAYS)};
static const struct row stripe_rows[] = {
	ROW(stripe, pv_uuid, STAYS), ROW(stripe, lv_name, NAME)};

/* What to do with every string of a host. */
struct walk {
	void (*visit)(struct walk *walk, const char **field, enum fate fate);
	struct host *host;
	struct buf text;
	unsigned count;
};

#define WALK(walk, item, rows)                                                           \
	walk_rows((walk), (item), (rows), sizeof(rows) / sizeof((rows)[0]))
#define WALK_ALL(walk, items, rows)                                                      \
	do {                                                                             \
		for (size_t i_ = 0; i_ < (walk)->host->n_##items; i_++)                  \
			WALK(walk, &(walk)->host->items[i_], rows);                      \
	} while (0)

static void walk_rows(
	struct walk *walk, void *item, const struct row *rows, size_t n_rows)
{
	for (size_t i = 0; i < n_rows; i++)
		walk->visit(walk, (const char **)((char *)item + rows[i].offset),
			rows[i].fate);
}

static void walk_devices(struct walk *walk)
{
	for (size_t i = 0; i < walk->host->n_devices; i++) {
		struct device *device = &walk->host->devices[i];

		WALK(walk, device, device_rows);
		for (size_t t = 0; t < device->n_targets; t++)
			WALK(walk, &device->targets[t], target_rows);
		for (size_t t = 0; t < device->n_inactive; t++)
			WALK(walk, &device->inactive[t], target_rows);
	}
}

static void walk_lvs(struct walk *walk)
{
	for (size_t i = 0; i < walk->host->n_lvs; i++) {
		struct lv *lv = &walk->host->lvs[i];

		WALK(walk, lv, lv_rows);
		for (size_t s = 0; s < lv->n_segments; s++) {
			WALK(walk, &lv->segments[s], segment_rows);
			for (size_t t = 0; t < lv->segments[s].n_stripes; t++)
				WALK(walk, &lv->segments[s].stripes[t], stripe_rows);
		}
	}
}

static void walk_host(struct walk *walk)
{
	WALK(walk, &walk->host->identity, identity_rows);
	WALK_ALL(walk, sources, source_rows);
	walk_devices(walk);
	WALK_ALL(walk, blocks, block_rows);
	WALK_ALL(walk, superblocks, superblock_rows);
	WALK_ALL(walk, namespaces, namespace_rows);
	WALK_ALL(walk, mounts, mount_rows);
	WALK_ALL(walk, swaps, swap_rows);
	WALK_ALL(walk, fstab, fstab_rows);
	WALK_ALL(walk, configs, config_rows);
	WALK_ALL(walk, shown, shown_rows);
	WALK_ALL(walk, processes, process_rows);
	WALK_ALL(walk, uses, use_rows);
	WALK_ALL(walk, kernel_holders, holder_rows);
	WALK_ALL(walk, changes, change_rows);
	WALK_ALL(walk, vgs, vg_rows);
	WALK_ALL(walk, pvs, pv_rows);
	walk_lvs(walk);
}

static void visit_print(struct walk *walk, const char **field, enum fate fate)
{
	(void)fate;
	buf_word(&walk->text, *field ? *field : "");
	buf_puts(&walk->text, "\n");
}

static void host_print(struct host *host, struct buf *ret_text)
{
	struct walk walk = {.visit = visit_print, .host = host};

	walk_host(&walk);
	*ret_text = walk.text;
}

/* ---- archives ---- */

static struct host *archive_load(const char *path)
{
	cleanup_buf struct buf bytes = BUF_INIT;
	struct host *host = NULL;
	struct err err = ERR_INIT;

	if (file_read_at(AT_FDCWD, path, ARCHIVE_MAX, &bytes, &err) < 0 ||
		record_read(bytes.data, bytes.len, path, &host, &err) < 0)
		fail_msg("%s", err.msg);
	return host;
}

static struct host *through_archive(const struct host *host)
{
	cleanup_buf struct buf archive = BUF_INIT;
	struct host *again = NULL;
	struct err err = ERR_INIT;

	if (record_write(host, "law", &archive, &err) < 0 ||
		record_read(archive.data, archive.len, "law", &again, &err) < 0)
		fail_msg("%s", err.msg);
	return again;
}

/* Strings and all numbers that facts tell. */
static void assert_same(struct host *a, struct host *b, const char *what)
{
	cleanup_buf struct buf text_a = BUF_INIT, text_b = BUF_INIT;

	host_print(a, &text_a);
	host_print(b, &text_b);
	if (strcmp(buf_text(&text_a), buf_text(&text_b)) != 0)
		fail_msg("%s: not the same model:\n%s----\n%s", what, text_a.data,
			text_b.data);
	assert_int_equal(a->n_documents, b->n_documents);
	for (size_t i = 0; i < a->n_documents; i++) {
		assert_string_equal(a->documents[i].name, b->documents[i].name);
		assert_int_equal(a->documents[i].len, b->documents[i].len);
		assert_memory_equal(a->documents[i].bytes, b->documents[i].bytes,
			a->documents[i].len);
	}
}

static void test_fixtures_read_back(void **state)
{
	glob_t paths;

	(void)state;
	assert_int_equal(
		glob(TEST_DATA "/../../fixtures/*/capture*.tar.gz", 0, NULL, &paths), 0);
	assert_true(paths.gl_pathc > 20);
	for (size_t i = 0; i < paths.gl_pathc; i++) {
		cleanup_host struct host *host = archive_load(paths.gl_pathv[i]);
		cleanup_host struct host *masked = NULL, *redacted = NULL, *again = NULL;

		redact_secrets(host);
		masked = through_archive(host);
		assert_same(host, masked, paths.gl_pathv[i]);
		redact_secrets(masked);
		assert_same(host, masked, paths.gl_pathv[i]);
		redacted = redact_names(host, &key_a);
		again = through_archive(redacted);
		assert_same(redacted, again, paths.gl_pathv[i]);
		assert_string_equal(again->identity.redaction, key_a.id);
		if (*host->identity.node) /* of an import it may not be known */
			assert_string_not_equal(
				again->identity.node, host->identity.node);
	}
	globfree(&paths);
}

/* ---- a mark in every field ---- */

static const char mountinfo[] =
	"20 1 254:3 /rootmarkn /mnt/targetmarkn rw,relatime,flagmarkn - ext4 "
	"/dev/mapper/vgmarkn-lvmarkn rw,lowerdir=/marks,marks,errors=continue\n"
	"21 20 0:50 / /mnt/spaced\\040markn rw - cifs "
	"//usermarks%passmarks@hostmarkn/share:// "
	"rw,username=usermarks,password=pass,marks,rw\n"
	"22 20 0:51 / /mnt/b rw - fuse.rclone https://u:marks@hostmarkn/p?token=marks "
	"rw,key=marks,user_id=0\n"
	"23 20 0:52 / /mnt/c rw shared:3 - nfs4 hostmarkn:/exportmarkn "
	"rw,vers=4.2,addr=10.9.8.7,clientaddr=hostmarkn\n"
	"24 20 0:53 / /mnt/d ro,relatime - overlay overlay rw,lowerdir=/a\\,dirmarkn,"
	"lowerdir+=/dirmarkn,datadir+=/dirmarkn,upperdir=/upmarkn,workdir=/workmarkn,"
	"redirect_dir=marks\n";

static const char metadata[] =
	"  metadata text at 4608 crc 0x1 # vgname vgmarkn seqno 3\n  ---\n"
	"vgmarkn {\nid = \"VVVVVV-VVVV-VVVV-VVVV-VVVV-VVVV-VVVVVV\"\nseqno = 3\n"
	"format = \"lvm2\"\nstatus = [\"RESIZEABLE\", \"READ\", \"WRITE\"]\nflags = []\n"
	"tags = [\"tagmarkn\"]\nextent_size = 8192 # marks of sectors\n"
	"system_id = \"nodemarkn\"\n"
	"physical_volumes {\npv0 {\nid = \"PPPPPP-PPPP-PPPP-PPPP-PPPP-PPPP-PPPPPP\"\n"
	"device = \"/dev/mapper/hint\\\\x20markn\"\nstatus = [\"ALLOCATABLE\"]\n"
	"dev_size = 524288\npe_start = 2048\npe_count = 63\n}\n}\n"
	"logical_volumes {\nlvmarkn {\nid = \"SSSSSS-SSSS-SSSS-SSSS-SSSS-SSSS-SSSSSS\"\n"
	"status = [\"READ\", \"WRITE\", \"VISIBLE\"]\ncreation_time = 1795378125\n"
	"creation_host = \"nodemarkn\"\nsegment_count = 1\nsegment1 {\nstart_extent = 0\n"
	"extent_count = 4\ntype = \"striped\"\nstripe_count = 1\nstripes = [\"pv0\", 0]\n"
	"}\n}\n}\n}\n# Generated by lvcreate marks\n"
	"description = \"Created by lvcreate --marks \\\"marks\\\" marks\"\n"
	"creation_host = \"nodemarkn\"\t# Linux nodemarkn marks\n\n  ---\n";

static const char report[] =
	"{\"report\": [{\"vg\": [{\"vg_uuid\": "
	"\"VVVVVV-VVVV-VVVV-VVVV-VVVV-VVVV-VVVVVV\", "
	"\"vg_name\": \"vgmarkn\", \"vg_tags\": \"tagmarkn\", \"vg_systemid\": "
	"\"nodemarkn\", "
	"\"vg_seqno\": \"3\", \"vg_permissions\": \"writeable\"}], "
	"\"pv\": [{\"pv_uuid\": \"PPPPPP-PPPP-PPPP-PPPP-PPPP-PPPP-PPPPPP\", "
	"\"pv_name\": \"/dev/mapper/pv\\x20markn\", \"pv_major\": \"7\", \"pv_minor\": "
	"\"0\"}], "
	"\"lv\": [{\"lv_name\": \"lvmarkn\", \"lv_tags\": [\"tagmarkn\"]}]}], "
	"\"log\": [{\"log_message\": \"lvcreate marks\"}]}";

static const char lvscan[] =
	"  ACTIVE   Snapshot '/dev/vgmarkn/lvmarkn' [16.00 MiB] inherit\n  hostmarkn\n";
static const char warnings[] =
	"  WARNING: hostmarkn https://marks:marks@hostmarkn/ password=marks\n";

static void add_document(struct host *host, const char *name, const char *text)
{
	host_document_add(host, name, text, strlen(text));
}

/* Marks of names end in "markn", of secrets in "marks". */
static struct host *marked_host(void)
{
	struct host *host = host_new();
	struct device *device;
	struct err err = ERR_INIT;

	host->identity = (struct identity){"7c1e0f6a52d84b0f9a3be4d06c8f2715",
		"dff15fb1-2fca-406c-aa41-354e5a094b90", "nodemarkn", "6.1", "4.47.0", 100,
		SAMPLE_TAKEN, 1000, 4711, 4712, ""};
	host_source_set(host, "dm", OUTCOME_DENIED, "%s",
		"hostmarkn: https://a:marks@hostmarkn/ password=marks");
	device = array_add(&host->devices, &host->n_devices);
	*device = (struct device){.devno = {254, 3},
		.name = "vgmarkn-lvmarkn",
		.uuid = "CRYPT-LUKS2-00112233445566778899aabbccddeeff-lvmarkn"};
	dm_target_add(host, &device->targets, &device->n_targets, 0, 8, "crypt",
		"aes-xts-plain64 markskeymarks 0 254:0 4096");
	dm_target_add(host, &device->targets, &device->n_targets, 8, 8, "crypt",
		"aes-xts-plain64 :64:logon:descriptionmarkn 0 /dev/mapper/pathmarkn "
		"4096");
	dm_target_add(host, &device->targets, &device->n_targets, 16, 8, "integrity",
		"254:0 0 32 J 1 internal_hash:hmac(sha256):marksmarks");
	dm_target_add(host, &device->targets, &device->n_targets, 24, 8, "no-such-type",
		"marks markn");
	device->targets[0].status = "statusmarkn";
	dm_target_add(host, &device->inactive, &device->n_inactive, 0, 8, "linear",
		"/dev/pathmarkn 0");
	*array_add(&host->blocks, &host->n_blocks) = (struct block){.transport = "",
		.devno = {7, 0},
		.kname = "kmarkn",
		.kind = BLOCK_LOOP,
		.backing_file = "/srv/filemarkn.img"};
	*array_add(&host->superblocks, &host->n_superblocks) =
		(struct superblock){{254, 3}, "ext4", false};
	*array_add(&host->namespaces, &host->n_namespaces) =
		(struct mount_namespace){.id = 1,
			.pid = 1,
			.is_host = true,
			.comm = "commmarkn",
			.pin_path = "/run/pinmarkn"};
	*array_add(&host->swaps, &host->n_swaps) = (struct swap){.path = "/swapmarkn"};
	*array_add(&host->fstab, &host->n_fstab) = (struct fstab_entry){.line = 3,
		.is_automatic = true,
		.source = "//u:fstabmarks@fstabmarkn/share",
		.target = "/mnt/fstabmarkn",
		.type = "cifs"};
	*array_add(&host->configs, &host->n_configs) =
		(struct config_entry){.file = "/etc/libvirt/qemu/guestmarkn.xml",
			.line = 3,
			.kind = CONFIG_LIBVIRT,
			.device = "/dev/vgmarkn/diskmarkn",
			.target = "/srv/wheremarkn"};
	*array_add(&host->shown, &host->n_shown) = (struct shown){"vgmarkn/lvmarkn",
		SHOWN_MESSAGE, "https://a:marks@hostmarkn/ password=marks", "filemarkn"};
	host_shown_write(host);
	host->n_shown = 0; /* read with the documents */
	*array_add(&host->processes, &host->n_processes) = (struct process){.pid = 1,
		.comm = "commmarkn",
		.exe = "/opt/exemarkn",
		.mount_namespace = 1,
		.cmdline = NULL};
	*array_add(&host->uses, &host->n_uses) = (struct use){.pid = 1,
		.devno = {254, 3},
		.count = 1,
		.example = "/home/usemarkn/a.txt"};
	*array_add(&host->kernel_holders, &host->n_kernel_holders) =
		(struct kernel_holder){.devno = {254, 3},
			.kind = HOLDER_LIO,
			.name = "iblock_0/holdermarkn"};
	host_change_add(host, (struct devno){254, 3}, CHANGE_MOUNTED, "/mnt/changemarkn");
	add_document(host, NS_NAME, mountinfo);
	add_document(host, VG_NAME, metadata);
	add_document(host, "lvm/report.json", report);
	add_document(host, "lvm/lvscan.txt", lvscan);
	add_document(host, "lvm/warnings.txt", warnings);
	if (text_documents_read(host, &err) < 0)
		fail_msg("%s", err.msg);
	host_sort(host);
	return host;
}

/* What an archive would hold: state.xml is the model. */
static void assert_without(struct host *host, const char *mark, const char *what)
{
	cleanup_buf struct buf text = BUF_INIT;
	cleanup_host struct host *again = through_archive(host);

	assert_same(host, again, what);
	host_print(host, &text);
	if (strstr(buf_text(&text), mark))
		fail_msg("%s: %s in the model:\n%s", what, mark, text.data);
	for (size_t i = 0; i < host->n_documents; i++)
		if (memmem(host->documents[i].bytes, host->documents[i].len, mark,
			    strlen(mark)))
			fail_msg("%s: %s in %s:\n%.*s", what, mark,
				host->documents[i].name, (int)host->documents[i].len,
				host->documents[i].bytes);
}

/* A package may bring a program that tells of a customer: below /usr/lib, and by its
 * name. */
static void test_programs(void **state)
{
	static const struct {
		const char *exe, *comm;
		const char *exe_end, *comm_kept; /* what stays as it is; NULL: nothing */
	} programs[] = {
		{"/usr/lib/exemarkn/agentmarkn", "agentmarkn", NULL, NULL},
		{"/usr/libexec/exemarkn/agentmarkn-helper-of-it", "agentmarkn-help", NULL,
			NULL},
		{"/usr/bin/exemarkn", "exemarkn", NULL, NULL},
		{"/sbin/exemarkn (deleted)", "exemarkn", NULL, NULL},
		{"/usr/lib64/exemarkn/rsync", "rsync", "/rsync", "rsync"},
		{"/usr/lib64/exemarkn/bash", "exemarkn", "/bash", NULL},
		{"/usr/bin/tar", "tar", "/usr/bin/tar", "tar"},
		{"/usr/lib/systemd/systemd-udevd", "systemd-udevd",
			"/usr/lib/systemd/systemd-udevd", "systemd-udevd"},
		{"/usr/lib/systemd/systemd-journald", "systemd-journal",
			"/usr/lib/systemd/systemd-journald", "systemd-journal"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(programs) / sizeof(programs[0]); i++) {
		cleanup_host struct host *host = marked_host(), *named = NULL;
		const char *exe, *comm;

		host->processes[0].exe = programs[i].exe;
		host->processes[0].comm = programs[i].comm;
		redact_secrets(host);
		named = redact_names(host, &key_a);
		exe = named->processes[0].exe;
		comm = named->processes[0].comm;
		assert_null(strstr(exe, "markn"));
		assert_null(strstr(comm, "markn"));
		if (programs[i].exe_end)
			assert_string_equal(
				exe + strlen(exe) - strlen(programs[i].exe_end),
				programs[i].exe_end);
		if (programs[i].comm_kept)
			assert_string_equal(comm, programs[i].comm_kept);
	}
}

static void test_no_secret(void **state)
{
	cleanup_host struct host *host = marked_host();

	(void)state;
	redact_secrets(host);
	assert_without(host, "marks", "secrets");
	assert_non_null(host_lv(host, SAMPLE_VG, SAMPLE_SNAP));
	assert_string_equal(host->mounts[1].source, "//<masked>@hostmarkn/share://");
	assert_string_equal(host->mounts[0].source, "/dev/mapper/vgmarkn-lvmarkn");
	assert_string_equal(host->mounts[0].options, "rw");
	assert_string_equal(host->mounts[0].super_options, "rw");
	assert_non_null(strstr(host_document(host, NS_NAME)->bytes,
		" ro - overlay overlay rw,lowerdir=/a\\134,dirmarkn,lowerdir+=/dirmarkn,"
		"datadir+=/dirmarkn,upperdir=/upmarkn,workdir=/workmarkn\n"));
}

static void test_no_name(void **state)
{
	cleanup_host struct host *host = marked_host();
	cleanup_host struct host *redacted = NULL;

	(void)state;
	redact_secrets(host);
	redacted = redact_names(host, &key_a);
	assert_without(redacted, "markn", "names");
	assert_without(redacted, "marks", "names");
	assert_without(redacted, "10.9.8.7", "names");
	assert_null(host_document(redacted, "lvm/warnings.txt"));
	assert_non_null(host_document(redacted, SHOWN_DOCUMENT));
	assert_int_equal(redacted->n_shown, 1);
	assert_int_equal(
		host_source(redacted, "lvm/warnings.txt")->outcome, OUTCOME_SKIPPED);
}

static void visit_mark(struct walk *walk, const char **field, enum fate fate)
{
	char mark[64];

	snprintf(mark, sizeof(mark), fate == STAYS ? "staying%uq" : "q%umarkn",
		walk->count++);
	*field = host_string(walk->host, mark);
}

/* Every field, whatever it held: a name goes, and what stays stays. */
static void test_every_field(void **state)
{
	cleanup_host struct host *host = marked_host();
	cleanup_host struct host *redacted = NULL;
	cleanup_buf struct buf text = BUF_INIT;
	struct walk walk = {.visit = visit_mark, .host = host};

	(void)state;
	walk_host(&walk);
	assert_true(walk.count > 60);
	redacted = redact_names(host, &key_a);
	host_print(redacted, &text);
	if (strstr(text.data, "markn"))
		fail_msg("a name stayed:\n%s", text.data);
	for (unsigned i = 0, stayed = 0; i <= walk.count; i++) {
		char mark[64];

		snprintf(mark, sizeof(mark), "staying%uq\n", i);
		stayed += strstr(text.data, mark) != NULL;
		if (i == walk.count)
			assert_true(stayed > 20);
	}
}

/* ---- words ---- */

static const char *redacted_name(struct host *host, const char *name)
{
	struct host *redacted;
	const char *text;

	host->swaps[0].path = name;
	redacted = redact_names(host, &key_a);
	text = host_string(host, redacted->swaps[0].path);
	host_free(redacted);
	return text;
}

static struct host *swap_host(void)
{
	struct host *host = host_new();

	host->identity.machine_id = host->identity.boot_id = host->identity.node =
		host->identity.kernel = host->identity.dm_driver = "";
	array_add(&host->swaps, &host->n_swaps);
	return host;
}

static void test_words_that_stay(void **state)
{
	static const char *const words[] = {"", "/dev/dm-5", "/dev/sda1", "/mnt/backup",
		"/dev/mapper/vg-snap", "/dev/nvme0n1p2", "lvol12_pmspare",
		"/dev/loop15p1", "vg--lv-real", "snapshot123", "/ (deleted)", "<masked>",
		"/dev/md127", "/dev/mmcblk0p1", "/usr/sbin", "a\\x20b"};
	cleanup_host struct host *host = swap_host();

	(void)state;
	for (size_t i = 0; i + 1 < sizeof(words) / sizeof(words[0]); i++)
		assert_string_equal(redacted_name(host, words[i]), words[i]);
}

/* So that they select the same under pseudonyms. */
static void test_words_of_policies_stay(void **state)
{
	cleanup_host struct host *host = swap_host();
	glob_t files;
	size_t n_words = 0;

	(void)state;
	assert_int_equal(glob(POLICIES "/*.policy", 0, NULL, &files), 0);
	for (size_t i = 0; i < files.gl_pathc; i++) {
		cleanup_buf struct buf text = BUF_INIT;
		char *rest = NULL, *line;

		assert_int_equal(file_read_at(AT_FDCWD, files.gl_pathv[i], ARCHIVE_MAX,
					 &text, NULL),
			0);
		for (line = strtok_r(text.data, "\n", &rest); line;
			line = strtok_r(NULL, "\n", &rest)) {
			char word[256];

			if (sscanf(line, " select %255s", word) != 1 &&
				sscanf(line, " tag %255s", word) != 1)
				continue;
			n_words++;
			assert_string_equal(redacted_name(host, word), word);
		}
	}
	globfree(&files);
	assert_true(n_words >= 8);
}

static void test_words_join(void **state)
{
	cleanup_host struct host *host = swap_host();
	const char *lv = redacted_name(host, "acme-web");
	char expected[128];

	(void)state;
	assert_int_equal(strlen(lv), 10 + 1 + 10);
	snprintf(expected, sizeof(expected), "vg-%.10s--%s", lv, lv + 11);
	assert_string_equal(redacted_name(host, "vg-acme--web"), expected);
	snprintf(expected, sizeof(expected), "/dev/mapper/vg-%.10s--%sX1", lv, lv + 11);
	assert_string_equal(redacted_name(host, "/dev/mapper/vg-acme--webX1"), expected);
	snprintf(expected, sizeof(expected), "%s7p1", lv + 11);
	assert_string_equal(redacted_name(host, "web7p1"), expected);
	/* an escaped letter is a letter, wherever the word stands */
	assert_string_equal(
		redacted_name(host, "caf\\xc3\\xa9"), redacted_name(host, "caf\xc3\xa9"));
	assert_string_equal(
		redacted_name(host, "caf\\303\\251"), redacted_name(host, "caf\xc3\xa9"));
	assert_null(strstr(redacted_name(host, "customer 4711"), "4711"));
	assert_string_equal(redacted_name(host, "web123") + 10, "");
}

/* A UUID is one name, so that the names of XenServer's and oVirt's groups do not grow. */
static void test_uuids(void **state)
{
	static const char uuid[] = "9f0b1c58-3c0a-4b0e-9d0c-6f6f0e1d2a3b";
	cleanup_host struct host *host = swap_host();
	const char *lv = redacted_name(host, uuid);
	char expected[128];

	(void)state;
	assert_int_equal(strlen(lv), 10);
	snprintf(expected, sizeof(expected), "/dev/mapper/VG-%.10s-real", lv);
	assert_string_equal(redacted_name(host, "/dev/mapper/VG-9f0b1c58--3c0a--4b0e--"
						"9d0c--6f6f0e1d2a3b-real"),
		expected);
	snprintf(expected, sizeof(expected), "%s1", lv);
	assert_string_equal(
		redacted_name(host, "9f0b1c58-3c0a-4b0e-9d0c-6f6f0e1d2a3b1"), expected);
	assert_string_equal(redacted_name(host, "9f0b1c58\\x2d3c0a\\x2d4b0e\\x2d9d0c\\x2d"
						"6f6f0e1d2a3b"),
		lv);
	/* and what is none is words as ever */
	assert_true(strlen(redacted_name(host, "9f0b1c58-3c0a-4b0e-9d0c")) > 40);
	assert_true(
		strlen(redacted_name(host, "9f0b1c58-3c0a-4b0e-9d0c-6f6f0e1d2a3")) > 50);
	assert_true(
		strlen(redacted_name(host, "9f0b1c58-3c0ag-b0e-9d0c-6f6f0e1d2a3b")) > 50);
}

static void test_keys(void **state)
{
	cleanup_host struct host *host = sample_host();
	cleanup_host struct host *a = redact_names(host, &key_a);
	cleanup_host struct host *again = redact_names(host, &key_a);
	cleanup_host struct host *b = redact_names(host, &key_b);

	(void)state;
	assert_same(a, again, "one key");
	assert_string_not_equal(a->vgs[0].name, b->vgs[0].name);
	assert_string_not_equal(a->vgs[0].name, host->vgs[0].name);
	assert_string_equal(a->lvs[0].uuid, host->lvs[0].uuid);
}

/* 64 words of one letter: as long as a name can be, and all of it words. */
static void test_long_names(void **state)
{
	char lv[128], dm[132];
	cleanup_host struct host *host = sample_host();
	cleanup_host struct host *redacted = NULL;
	cleanup_free char *vg_name = NULL, *lv_name = NULL, *layer = NULL;

	(void)state;
	memset(lv, 0, sizeof(lv));
	memset(dm, 0, sizeof(dm));
	for (int i = 0; i < 40; i++)
		strcat(lv, i ? "_ab" : "ab");
	snprintf(dm, sizeof(dm), "vg-%s", lv);
	host->vgs[0].name = "vg";
	host->lvs[0].name = lv;
	host->devices[0].name = dm;
	redacted = redact_names(host, &key_a);
	assert_true(strlen(redacted->lvs[0].name) <= 127);
	assert_true(strlen(redacted->devices[0].name) <= 127);
	assert_true(
		lvm_dm_name_split(redacted->devices[0].name, &vg_name, &lv_name, &layer));
	assert_string_equal(lv_name, redacted->lvs[0].name);
	assert_null(strstr(redacted->lvs[0].name, "ab_ab"));
}

/* What pvck finds odd stands before the text, where an lvm command failed between writing
 * and committing it; the text itself is as good as any. */
static void test_odd_frame(void **state)
{
	cleanup_host struct host *plain = host_new();
	cleanup_host struct host *odd = host_new();
	cleanup_buf struct buf text = BUF_INIT;
	const struct document *a, *b;

	(void)state;
	buf_printf(&text, "  CHECK: mda_header_1.raw_locn[1] for precommit not empty\n%s",
		metadata);
	add_document(plain, VG_NAME, metadata);
	add_document(odd, VG_NAME, buf_text(&text));
	redact_secrets(plain);
	redact_secrets(odd);
	a = host_document(plain, VG_NAME);
	b = host_document(odd, VG_NAME);
	assert_non_null(memmem(a->bytes, a->len, "segment_count = 1", 17));
	assert_int_equal(a->len, b->len);
	assert_memory_equal(a->bytes, b->bytes, a->len);
}

/* A command with a line feed in it is told in the description as it was typed; a string
 * over several lines anywhere else is one whose quotes are out of step. */
static void test_command_of_two_lines(void **state)
{
	static const struct {
		const char *from, *to;
		bool is_kept;
	} changes[] = {
		{"--marks", "--marks\nmarks", true},
		{" marks\"\ncreation_host", " marks\"\nmarks = 1\ncreation_host", true},
		{"--marks \\\"marks\\\" marks\"\ncreation_host",
			"--marks\nmarks\"\nmarks = 1\ncreation_host", false},
		{"nodemarkn\"\n", "node\nmarkn\"\n", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		cleanup_host struct host *host = host_new();
		cleanup_buf struct buf text = BUF_INIT;
		const char *at = strstr(metadata, changes[i].from);
		const struct document *document;

		buf_add(&text, metadata, (size_t)(at - metadata));
		buf_printf(&text, "%s%s", changes[i].to, at + strlen(changes[i].from));
		add_document(host, VG_NAME, buf_text(&text));
		redact_secrets(host);
		document = host_document(host, VG_NAME);
		if (changes[i].is_kept != (memmem(document->bytes, document->len,
						   "segment_count", 13) != NULL))
			fail_msg("%zu: %.*s", i, (int)document->len, document->bytes);
	}
}

/* ---- damage ---- */

static unsigned random_next(unsigned *state)
{
	return *state = *state * 1103515245u + 12345u, *state >> 8;
}

/* Bytes lost, doubled and changed everywhere but in the marks themselves. */
static void damage(const char *text, unsigned *state, struct buf *ret_text)
{
	static const char junk[] = "\n \"'={}[],#\\-/x0\t";

	for (const char *at = text; *at; at++) {
		unsigned dice = random_next(state) % 200;
		bool is_mark = strncmp(at, "marks", 5) == 0;

		if (is_mark) {
			buf_add(ret_text, at, 5);
			at += 4;
		} else if (dice == 0) {
			buf_add(ret_text, &junk[random_next(state) % (sizeof(junk) - 1)],
				1);
		} else if (dice == 1) {
			buf_add(ret_text, at, 1);
			buf_add(ret_text, at, 1);
		} else if (dice > 2) {
			buf_add(ret_text, at, 1);
		}
	}
}

/* Secrets of options and descriptions: the text around them may be anything. (What an '@'
 * stands behind can only be told as long as it is there.) */
static void test_damaged_secrets(void **state)
{
	static const char options_only[] =
		"20 1 254:3 / /mnt/a rw,marks - cifs //host/share "
		"rw,username=marks,password=pass,marks,rw\n"
		"21 20 0:50 / /mnt/b ro,relatime shared:2 - ext4 /dev/sda1 "
		"rw,data=ordered,key=marks\n";
	unsigned seed = 11;

	(void)state;
	for (int round = 0; round < 8000; round++) {
		cleanup_host struct host *host = host_new();
		cleanup_buf struct buf text = BUF_INIT;
		bool is_mounts = round % 2;
		const char *name = is_mounts ? NS_NAME : VG_NAME;
		const struct document *document;

		damage(is_mounts ? options_only : metadata, &seed, &text);
		host_document_add(host, name, text.data, text.len);
		redact_secrets(host);
		document = host_document(host, name);
		if (memmem(document->bytes, document->len, "marks", 5))
			fail_msg("round %d: a secret stayed in:\n%.*s\nof\n%s", round,
				(int)document->len, document->bytes, text.data);
	}
}

/* Whatever became of the text around them, names are gone, and nothing crashes. */
static void test_damaged_names(void **state)
{
	static const struct {
		const char *name, *text;
	} kinds[] = {{NS_NAME, mountinfo}, {VG_NAME, metadata},
		{"lvm/report.json", report}, {"lvm/lvscan.txt", lvscan}};
	unsigned seed = 7;

	(void)state;
	for (int round = 0; round < 4000; round++) {
		cleanup_host struct host *host = swap_host();
		cleanup_host struct host *redacted = NULL;
		cleanup_buf struct buf text = BUF_INIT;
		const char *name = kinds[round % 4].name;
		const struct document *document;

		host->swaps[0].path = "";
		damage(kinds[round % 4].text, &seed, &text);
		host_document_add(host, name, text.data, text.len);
		redact_secrets(host);
		document = host_document(host, name);
		redacted = redact_names(host, &key_a);
		document = host_document(redacted, name);
		if (memmem(document->bytes, document->len, "targetmarkn", 11) ||
			memmem(document->bytes, document->len, "hostmarkn", 9) ||
			memmem(document->bytes, document->len, "nodemarkn", 9))
			fail_msg("a name stayed in:\n%.*s\nof\n%s", (int)document->len,
				document->bytes, text.data);
	}
}

/* ---- the key file ---- */

static void test_key_file(void **state)
{
	char folder[] = "/tmp/redact-XXXXXX";
	cleanup_free char *path = NULL;
	struct redact_key key, again;
	struct err err = ERR_INIT;
	struct stat st;

	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_true(asprintf(&path, "%s/key", folder) > 0);
	assert_int_equal(redact_key_read(path, false, &key, &err), -ENOENT);
	assert_int_equal(redact_key_read(path, true, &key, &err), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(redact_key_read(path, false, &again, &err), 0);
	assert_memory_equal(&key, &again, sizeof(key));
	assert_int_equal(strlen(key.id), REDACT_KEY_ID_LEN);
	assert_int_equal(chmod(path, 0640), 0);
	assert_int_equal(redact_key_read(path, true, &key, &err), -EPERM);
	assert_non_null(strstr(err.msg, "0640"));
	assert_int_equal(chmod(path, 0600), 0);
	assert_int_equal(truncate(path, 40), 0);
	assert_int_equal(redact_key_read(path, true, &key, &err), -EBADMSG);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink("/etc/passwd", path), 0);
	assert_int_equal(redact_key_read(path, true, &key, &err), -EPERM);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(redact_key_read(folder, true, &key, &err), -EPERM);
	assert_int_equal(rmdir(folder), 0);
	assert_int_equal(redact_key_read(path, true, &key, &err), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fixtures_read_back),
		cmocka_unit_test(test_no_secret),
		cmocka_unit_test(test_programs),
		cmocka_unit_test(test_no_name),
		cmocka_unit_test(test_every_field),
		cmocka_unit_test(test_words_that_stay),
		cmocka_unit_test(test_words_of_policies_stay),
		cmocka_unit_test(test_words_join),
		cmocka_unit_test(test_uuids),
		cmocka_unit_test(test_keys),
		cmocka_unit_test(test_long_names),
		cmocka_unit_test(test_odd_frame),
		cmocka_unit_test(test_command_of_two_lines),
		cmocka_unit_test(test_damaged_secrets),
		cmocka_unit_test(test_damaged_names),
		cmocka_unit_test(test_key_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
