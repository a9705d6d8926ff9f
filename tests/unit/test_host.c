/* SPDX-License-Identifier: Apache-2.0 */
/* The model: names and uuids, snapshot states, joins. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sample_host.h"
#include "snapstate/buf.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/device.h"
#include "snapstate/host/file.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/process.h"
#include "snapstate/host/source.h"
#include "snapstate/lvm_names.h"

static const struct {
	const char *name, *vg, *lv, *layer; /* vg NULL: not splittable */
} names[] = {
	{"onapp--aaaa-backup--dddd-cow", "onapp-aaaa", "backup-dddd", "cow"},
	{"onapp--aaaa-disk1", "onapp-aaaa", "disk1", ""},
	{"vg--t-backup--x-cow", "vg-t", "backup-x", "cow"},
	{"VG1--hogep1", NULL, NULL, NULL},
	{"mpatha", NULL, NULL, NULL},
	{"kvmvg-vm.snap-1", "kvmvg", "vm.snap", "1"},
	{"-lv", NULL, NULL, NULL},
};

static void test_dm_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		cleanup_free char *vg = NULL, *lv = NULL, *layer = NULL;

		assert_int_equal(lvm_dm_name_split(names[i].name, &vg, &lv, &layer),
			names[i].vg != NULL);
		if (!names[i].vg)
			continue;
		assert_string_equal(vg, names[i].vg);
		assert_string_equal(lv, names[i].lv);
		assert_string_equal(layer, names[i].layer);
	}
}

static void test_lvm_uuids(void **state)
{
	char vg[LVM_UUID_LEN + 1], lv[LVM_UUID_LEN + 1];
	char text[LVM_UUID_HYPHENS + 1];
	const char *layer;

	(void)state;
	assert_true(
		lvm_dm_uuid_split("LVM-" SAMPLE_VG SAMPLE_SNAP "-cow", vg, lv, &layer));
	assert_string_equal(vg, SAMPLE_VG);
	assert_string_equal(lv, SAMPLE_SNAP);
	assert_string_equal(layer, "cow");
	assert_true(lvm_dm_uuid_split("LVM-" SAMPLE_VG SAMPLE_SNAP, vg, lv, &layer));
	assert_string_equal(layer, "");
	assert_false(lvm_dm_uuid_split("LVM-" SAMPLE_VG, vg, lv, &layer));
	assert_false(
		lvm_dm_uuid_split("LVM-" SAMPLE_VG SAMPLE_SNAP "cow", vg, lv, &layer));
	assert_false(
		lvm_dm_uuid_split("part1-LVM-" SAMPLE_VG SAMPLE_SNAP, vg, lv, &layer));
	assert_true(lvm_uuid_plain("Rjw7Hh-60kJ-dn0y-qQXV-h8xK-Y7m2-Fx0V4N", vg));
	assert_string_equal(vg, "Rjw7Hh60kJdn0yqQXVh8xKY7m2Fx0V4N");
	lvm_uuid_hyphenate(vg, text);
	assert_string_equal(text, "Rjw7Hh-60kJ-dn0y-qQXV-h8xK-Y7m2-Fx0V4N");
	assert_false(lvm_uuid_plain("Rjw7Hh-60kJ-dn0y-qQXV-h8xK-Y7m2Fx0V4N-", vg));
	assert_false(lvm_uuid_plain("Rjw7Hh' || lv_name=x", vg));
}

static void test_kpartx_uuids(void **state)
{
	const char *parent;
	uint32_t number;

	(void)state;
	assert_true(kpartx_uuid_split("part12-LVM-x", &number, &parent));
	assert_int_equal(number, 12);
	assert_string_equal(parent, "LVM-x");
	assert_true(kpartx_uuid_split("part1-part2-mpath-x", &number, &parent));
	assert_string_equal(parent, "part2-mpath-x");
	assert_false(kpartx_uuid_split("part-LVM-x", &number, &parent));
	assert_false(kpartx_uuid_split("partX-LVM-x", &number, &parent));
	assert_false(kpartx_uuid_split("part1-", &number, &parent));
	assert_false(kpartx_uuid_split("LVM-x", &number, &parent));
}

static void test_snapshot_states(void **state)
{
	static const struct {
		const char *status;
		enum snapshot_state state;
	} rows[] = {
		{"16/32768 16", SNAPSHOT_VALID},
		{"85864/2097152", SNAPSHOT_VALID},
		{"Invalid", SNAPSHOT_INVALID},
		{"Overflow", SNAPSHOT_OVERFLOW},
		{"Merge failed", SNAPSHOT_MERGE_FAILED},
		{"Unknown", SNAPSHOT_UNKNOWN},
		{"", SNAPSHOT_UNKNOWN},
		{"16/", SNAPSHOT_UNKNOWN},
		{"16/32768x", SNAPSHOT_UNKNOWN},
	};
	cleanup_host struct host *host = sample_host();

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		sample_device(host, 3)->targets[0].status = rows[i].status;
		assert_int_equal(
			device_snapshot_state(sample_device(host, 3)), rows[i].state);
	}
	sample_device(host, 3)->targets[0].type = "snapshot-merge";
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		sample_device(host, 3)->targets[0].status = rows[i].status;
		assert_int_equal(device_snapshot_state(sample_device(host, 3)),
			rows[i].state == SNAPSHOT_MERGE_FAILED ? SNAPSHOT_MERGE_FAILED
							       : SNAPSHOT_MERGING);
	}
	assert_int_equal(device_snapshot_state(sample_device(host, 0)), SNAPSHOT_NONE);
}

static void test_paths_join_by_label(void **state)
{
	cleanup_host struct host *host = sample_host();
	static const struct {
		const char *path;
		struct devno devno;
	} rows[] = {
		{"/dev/dm-3", {254, 3}},
		{"/dev/mapper/onapp--aaaa-backup--dddd", {254, 3}},
		{"/dev/onapp-aaaa/backup-dddd", {254, 3}},
		{"/dev/onapp-aaaa/backup-dddd-cow", {0, 0}},
		{"/dev/loop0", {7, 0}},
		{"/dev/dm-99", {0, 0}},
		{"/dev/dm-", {0, 0}},
		{"none", {0, 0}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_true(devno_is_equal(
			host_path_devno(host, rows[i].path), rows[i].devno));
}

/* What users can mount may have any source; btrfs and fuseblk only root mounts. */
static void test_a_source_that_a_user_chose(void **state)
{
	static const struct {
		const char *type;
		uint32_t major;
		bool is_believed;
	} cases[] = {{"tmpfs", 0, false}, {"fuse", 0, false}, {"fuse.btrfs", 0, false},
		{"overlay", 0, false}, {"ext4", 8, false}, {"btrfsx", 0, false},
		{"btrfs", 0, true}, {"fuseblk", 0, true}, {"fuseblk.ntfs-3g", 0, true}};
	cleanup_host struct host *host = sample_host();

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct mount mount = {.devno = {cases[i].major, 99},
			.type = cases[i].type,
			.source = "/dev/mapper/onapp--aaaa-backup--dddd"};

		assert_int_equal(!devno_is_none(host_mount_devno(host, &mount)),
			cases[i].is_believed);
	}
}

static void test_a_name_that_a_user_chose(void **state)
{
	struct process process = {.comm = "lvremove", .exe = "/usr/bin/tar", .uid = 1000};

	(void)state;
	assert_false(process_is_storage(&process));
	assert_false(process_is_backup(&process));
	process.is_exe_of_root = true;
	assert_true(process_is_backup(&process));
	assert_false(process_is_storage(&process));
	process.exe = "/usr/bin/qemu-system-x86_64";
	assert_true(process_is_hypervisor(&process));
	process.uid = 0;
	assert_true(process_is_storage(&process));
	assert_false(process_is_hypervisor(&process));
}

static void test_loop_on_a_file_of_a_mount(void **state)
{
	cleanup_host struct host *host = sample_host();
	struct block loop = {.transport = "",
		.kind = BLOCK_LOOP,
		.backing_file = "/mnt/backup/disk.img"};

	(void)state;
	assert_true(devno_is_equal(host_loop_devno(host, &loop), (struct devno){254, 4}));
	loop.backing_file = "/mnt/backups/disk.img";
	assert_true(devno_is_none(host_loop_devno(host, &loop)));
}

static void test_clone_is_independent(void **state)
{
	cleanup_host struct host *host = sample_host();
	cleanup_host struct host *clone = host_clone(host);

	(void)state;
	sample_device(clone, 3)->is_gone = true;
	clone->mounts[0].is_gone = true;
	assert_null(sample_device(clone, 3));
	assert_non_null(sample_device(host, 3));
	assert_false(host->mounts[0].is_gone);
}

static void test_sources(void **state)
{
	cleanup_host struct host *host = host_new();

	(void)state;
	assert_null(host_source(host, "dm"));
	host_source_set(host, "dm", OUTCOME_DENIED, "%d devices", 3);
	assert_false(host_source_is_read(host, "dm"));
	host_source_set(host, "dm", OUTCOME_READ, "%s", "");
	assert_true(host_source_is_read(host, "dm"));
	assert_int_equal(host->n_sources, 1);
}

static void test_process_start_in_wall_time(void **state)
{
	cleanup_host struct host *host = sample_host();
	struct process process = {.start = host->identity.uptime - 100 * 60};

	(void)state;
	assert_int_equal(host_process_started(host, &process), SAMPLE_TAKEN - 60);
}

static bool is_writable(const char *options, const char *super_options)
{
	return mount_is_writable(
		&(struct mount){.options = options, .super_options = super_options});
}

static void test_what_decides_whether_a_mount_is_writable(void **state)
{
	(void)state;
	assert_true(is_writable("rw,relatime", "rw,errors=remount-ro"));
	assert_false(is_writable("ro,relatime", "ro"));
	assert_false(is_writable("rw,relatime", "ro")); /* a bind mount of "mount -r" */
	assert_true(is_writable("ro,relatime", "rw"));	/* mount -o bind,ro */
	/* a superblock's options may be unknown */
	assert_false(is_writable("ro", ""));
	assert_true(is_writable("rw", ""));
	assert_true(is_writable("", ""));
	assert_true(is_writable("root=/", "rodir,ro"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dm_names),
		cmocka_unit_test(test_lvm_uuids),
		cmocka_unit_test(test_kpartx_uuids),
		cmocka_unit_test(test_snapshot_states),
		cmocka_unit_test(test_paths_join_by_label),
		cmocka_unit_test(test_loop_on_a_file_of_a_mount),
		cmocka_unit_test(test_a_source_that_a_user_chose),
		cmocka_unit_test(test_a_name_that_a_user_chose),
		cmocka_unit_test(test_what_decides_whether_a_mount_is_writable),
		cmocka_unit_test(test_clone_is_independent),
		cmocka_unit_test(test_sources),
		cmocka_unit_test(test_process_start_in_wall_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
