/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tests of the probe share: an ordinary recorded host, a backup snapshot's stack
 * of mappings, block devices, mount tables; and how its sources ended.
 */
#ifndef SNAPSTATE_TEST_RECORDED_HOST_H
#define SNAPSTATE_TEST_RECORDED_HOST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "recorded_root.h"
#include "snapstate/host.h"
#include "snapstate/host/source.h"

#define MACHINE_ID "0123456789abcdef0123456789abcdef"
#define BOOT_ID	   "8d1e0000-0000-4000-8000-000000000000"

/* What every recorded machine has. */
static const struct entry plain[] = {
	{"etc/machine-id", MACHINE_ID "\n"},
	{"proc/sys/kernel/random/boot_id", BOOT_ID "\n"},
	{"proc/sys/kernel/hostname", "hv7\n"},
	{"proc/sys/kernel/osrelease", "6.1.0\n"},
	{"proc/swaps", "Filename Type Size Used Priority\n"},
	{"sys/class/block", NULL},
	{"sys/fs", NULL},
};

static const struct entry nothing[] __attribute__((unused)) = {{"var", NULL}};

static inline struct host *probe_with(
	struct fake *fake, unsigned parts, const struct entry *more, size_t n_more)
{
	struct machine machine;
	struct host *host = NULL;
	struct err err = ERR_INIT;

	fake_open(fake, &machine, plain, COUNT_OF(plain));
	for (size_t i = 0; i < n_more; i++)
		root_put(fake->root, more[i].path, more[i].content);
	assert_int_equal(probe_host(&machine, parts, &host, &err), 0);
	fake_close(fake, &machine);
	return host;
}
#define PROBE(fake, parts, entries) probe_with(fake, parts, entries, COUNT_OF(entries))

static inline void assert_outcome(
	const struct host *host, const char *name, enum outcome outcome, const char *word)
{
	const struct source *source = host_source(host, name);
	const char *detail;

	if (!source) {
		fail_msg("no source %s", name);
		return;
	}
	if (source->outcome != outcome)
		fail_msg("%s is %s (%s), not %s", name, outcome_name(source->outcome),
			source->detail, outcome_name(outcome));
	detail = source->detail ? source->detail : "(none)";
	if (!strstr(detail, word))
		fail_msg("%s: '%s' does not say '%s'", name, detail, word);
}

#define VG_UUID	  "Ep0O4W53egUn0Zh4dzCq50Bfp9XRBmaz"
#define LV_UUID	  "xIPtbo5q6dA8mBl7QpleAqCQaotLheSe"
#define SNAP_UUID "cIaZTj2GYzThUwdRpodOHqPOOd45QyN2"

/* A backup snapshot with a partition mapping, on one disk. */
static const struct fake_device backup[] __attribute__((unused)) = {
	{1, "vg-disk-real", "LVM-" VG_UUID LV_UUID "-real", "linear", "700:100 2048", 100,
		0},
	{2, "vg-backup-cow", "LVM-" VG_UUID SNAP_UUID "-cow", "linear", "700:100 83968",
		100, 0},
	{3, "vg-disk", "LVM-" VG_UUID LV_UUID, "snapshot-origin", "700:1", 1, 0},
	{4, "vg-backup", "LVM-" VG_UUID SNAP_UUID, "snapshot", "700:1 700:2 P 8", 1, 0},
	{5, "vg-backupX1", "part1-LVM-" VG_UUID SNAP_UUID, "linear", "700:4 2048", 4, 0},
};
#define BACKUP .devices = backup, .n_devices = COUNT_OF(backup)

#define BLOCK "sys/class/block/"
/* sda with a partition, md0 of two members, loop0 bound, and what is left out */
static const struct entry blocks[] __attribute__((unused)) = {
	{"sys/devices/sda/dev", "700:100\n"},
	{"sys/devices/sda/size", "4096\n"},
	{"sys/devices/sda/device", NULL},
	{"sys/devices/sda/sda1/dev", "700:101\n"},
	{"sys/devices/sda/sda1/size", "2048\n"},
	{"sys/devices/sda/sda1/partition", "1\n"},
	{BLOCK "sda", "-> ../../devices/sda"},
	{BLOCK "sda1", "-> ../../devices/sda/sda1"},
	{BLOCK "md0/dev", "700:110\n"},
	{BLOCK "md0/size", "2048\n"},
	{BLOCK "md0/diskseq", "12\n"},
	{BLOCK "md0/md/uuid", "0d0c0b0a-0000-4000-8000-000000000001\n"},
	{BLOCK "md0/md/level", "raid1\n"},
	{BLOCK "md0/md/array_state", "read-auto\n"},
	{BLOCK "md0/md/sync_action", "idle\n"},
	{BLOCK "md0/md/degraded", "1\n"},
	{BLOCK "md0/slaves/sda1/dev", "700:101\n"},
	{BLOCK "md0/slaves/dm-5/dev", "700:5\n"},
	{BLOCK "loop0/dev", "700:120\n"},
	{BLOCK "loop0/size", "2048\n"},
	{BLOCK "loop0/loop/backing_file", "/srv/disk image\n"},
	{BLOCK "loop0/loop/autoclear", "1\n"},
	{BLOCK "loop0/loop/partscan", "0\n"},
	{BLOCK "loop1/dev", "700:121\n"},
	{BLOCK "loop1/size", "0\n"},
	{BLOCK "ram0/dev", "700:130\n"},
	{BLOCK "ram0/size", "8192\n"},
	{BLOCK "dm-5/dev", "700:5\n"},
	{BLOCK "dm-5/size", "2048\n"},
	{BLOCK "dm-5/dm/name", "vg-backupX1\n"},
	{BLOCK "nbd0/dev", "700:140\n"},
	{BLOCK "nbd0/size", "0\n"},
	{"sys/fs/ext4/dm-5/lifetime_write_kbytes", "0\n"},
	{"sys/fs/ext4/features/casefold", "supported\n"},
	{"sys/fs/btrfs/6b1d/devices/sda1", "-> ../../../../devices/sda/sda1"},
};

#define ROOT_LINE "4000021 1 0:21 / / rw - tmpfs none rw\n"
#define BACKUP_LINE                                                                      \
	"4000044 4000021 700:5 / /mnt/backup ro - ext4 /dev/mapper/vg-backupX1 ro\n"

#endif
