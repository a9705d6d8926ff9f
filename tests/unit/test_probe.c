/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The probe over recorded machines: what is found, and what each way of not finding it is
 * called. Identity, device-mapper, block devices and mounts.
 */
#include <signal.h>
#include <sys/wait.h>

#include "../../capture/probe/parts.h"
#include "recorded_host.h"
#include "snapstate/cleanup.h"
#include "snapstate/dm_mask.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/device.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/source.h"
#include "snapstate/host/swap.h"

/* ---- identity ---- */

static void test_identity(void **state)
{
	struct fake fake = {0};
	cleanup_host struct host *host = PROBE(&fake, PROBE_IDENTITY, nothing);

	(void)state;
	assert_outcome(host, "identity", OUTCOME_READ, "");
	assert_string_equal(host->identity.machine_id, MACHINE_ID);
	assert_string_equal(host->identity.boot_id, BOOT_ID);
	assert_string_equal(host->identity.node, "hv7");
	assert_string_equal(host->identity.kernel, "6.1.0");
	assert_string_equal(host->identity.dm_driver, "4.47.0");
	assert_int_equal(host->identity.taken, 1790000000);
	assert_int_equal(host->identity.uptime, 500000);
	assert_outcome(host, "dm", OUTCOME_SKIPPED, "");
	assert_outcome(host, "lvm/report.json", OUTCOME_SKIPPED, "");
}

static void test_a_machine_id_that_is_none(void **state)
{
	static const struct entry entries[] = {{"etc/machine-id", "uninitialized\n"}};
	struct fake fake = {0};
	cleanup_host struct host *host = PROBE(&fake, PROBE_IDENTITY, entries);

	(void)state;
	assert_outcome(host, "identity", OUTCOME_ABSENT, "machine-id");
}

/* ---- device-mapper ---- */

static void test_devices(void **state)
{
	static const struct entry entries[] = {{"sys/dev/block/700:4/diskseq", "41\n"}};
	struct fake fake = {BACKUP};
	cleanup_host struct host *host = PROBE(&fake, PROBE_DM, entries);
	const struct device *device = host_device_by_name(host, "vg-backup");

	(void)state;
	assert_outcome(host, "dm", OUTCOME_READ, "");
	assert_int_equal(host->n_devices, 5);
	assert_non_null(device);
	assert_int_equal(device->diskseq, 41);
	assert_string_equal(device->targets[0].type, "snapshot");
	assert_int_equal(host->devices[0].diskseq, 0);
	assert_int_equal(fake.n_lists, 2);
}

static void test_no_device_mapper_in_the_kernel(void **state)
{
	struct fake fake = {BACKUP, .dm_result = -ENODEV};
	cleanup_host struct host *host = PROBE(&fake, PROBE_DM, nothing);

	(void)state;
	assert_outcome(host, "dm", OUTCOME_ABSENT, "no answer");
	assert_int_equal(host->n_devices, 0);
}

static void test_device_mapper_denied(void **state)
{
	struct fake fake = {BACKUP, .dm_result = -EPERM};
	cleanup_host struct host *host =
		PROBE(&fake, PROBE_DM | PROBE_BLOCKS | PROBE_LVM | PROBE_PVS | PROBE_LVSCAN, nothing);

	(void)state;
	assert_outcome(host, "dm", OUTCOME_DENIED, "");
	/* nobody knows what is safe to read */
	assert_outcome(host, "lvm/report.json", OUTCOME_DENIED, "not run");
	assert_outcome(host, "lvm/lvscan.txt", OUTCOME_DENIED, "not run");
	assert_string_equal(fake.calls, "");
}

static void test_devices_come_and_go_for_ever(void **state)
{
	struct fake fake = {BACKUP, .n_restless = 1000};
	cleanup_host struct host *host = PROBE(&fake, PROBE_DM, nothing);

	(void)state;
	assert_outcome(host, "dm", OUTCOME_CHANGED, "came or went");
	assert_int_equal(fake.n_lists, 6);
}

static void test_a_device_goes_once(void **state)
{
	struct fake fake = {BACKUP, .n_restless = 1};
	cleanup_host struct host *host = PROBE(&fake, PROBE_DM, nothing);

	(void)state;
	assert_outcome(host, "dm", OUTCOME_READ, "");
	assert_int_equal(host->n_devices, 5);
	assert_int_equal(host->devices[0].n_targets, 1);
}

static void test_a_device_vanishes_while_it_is_read(void **state)
{
	struct fake once = {BACKUP, .n_vanishing = 1},
		    always = {BACKUP, .n_vanishing = 99};
	cleanup_host struct host *host = PROBE(&once, PROBE_DM, nothing);
	cleanup_host struct host *other = PROBE(&always, PROBE_DM, nothing);

	(void)state;
	assert_outcome(host, "dm", OUTCOME_READ, "");
	assert_outcome(other, "dm", OUTCOME_CHANGED, "it is gone");
}

/* ---- secrets ---- */

#define CANARY "5ec4e7c0ffee5ec4e7c0ffee"
#define ZEROS  "000000000000000000000000"

static void test_keys_are_masked(void **state)
{
	static const struct {
		const char *type, *params, *masked;
	} targets[] = {
		{"crypt", "aes-xts-plain64 " CANARY " 0 8:1 4096 1 allow_discards",
			"aes-xts-plain64 " ZEROS " 0 8:1 4096 1 allow_discards"},
		{"crypt", "aes " CANARY, "aes " ZEROS},
		{"crypt", CANARY, CANARY}, /* a cipher alone: no key there */
		{"crypt", "aes :64:logon:cryptsetup:x 0 8:1 0",
			"aes :64:logon:cryptsetup:x 0 8:1 0"},
		{"integrity",
			"8:1 0 32 J 2 internal_hash:hmac(sha256):" CANARY
			" block_size:512",
			"8:1 0 32 J 2 internal_hash:hmac(sha256):" ZEROS
			" block_size:512"},
		{"integrity",
			"8:1 0 - J 2 journal_crypt:ctr(aes):" CANARY
			" journal_mac:x:" CANARY,
			"8:1 0 - J 2 journal_crypt:ctr(aes):" ZEROS
			" journal_mac:x:" ZEROS},
		{"integrity", "8:1 0 4 D 1 internal_hash:crc32c",
			"8:1 0 4 D 1 internal_hash:crc32c"},
		{"linear", "8:1 2048", "8:1 2048"},
	};
	cleanup_host struct host *host = host_new();

	(void)state;
	for (size_t i = 0; i < COUNT_OF(targets); i++) {
		struct dm_target *target = NULL;
		size_t count = 0;

		dm_target_add(
			host, &target, &count, 0, 8, targets[i].type, targets[i].params);
		assert_int_equal(count, 1);
		assert_string_equal(target->params, targets[i].masked);
		free(target);
	}
}

static void test_an_unknown_target_type_is_digested(void **state)
{
	cleanup_host struct host *host = host_new();
	struct dm_target *target = NULL;
	size_t count = 0;

	(void)state;
	dm_target_add(host, &target, &count, 0, 8, "default-key", "aes " CANARY);
	assert_null(strstr(target->params, CANARY));
	assert_memory_equal(target->params, "length 28 sha256 ", 17);
	assert_int_equal(strlen(target->params), 17 + 64);
	free(target);
	assert_null(strstr(dm_status_masked(host, "default-key", CANARY), CANARY));
	assert_string_equal(dm_status_masked(host, "default-key", ""), "");
	assert_string_equal(
		dm_status_masked(host, "snapshot", "16/40960 16"), "16/40960 16");
}

/* ---- block devices ---- */

static const struct block *block(const struct host *host, const char *kname)
{
	const struct block *found = host_block_by_kname(host, kname);

	if (!found)
		fail_msg("no %s", kname);
	return found;
}

static void test_blocks(void **state)
{
	struct fake fake = {0};
	cleanup_host struct host *host = PROBE(&fake, PROBE_BLOCKS | PROBE_HOLDERS, blocks);

	(void)state;
	assert_outcome(host, "blocks", OUTCOME_READ, "");
	assert_int_equal(host->n_blocks, 5);
	assert_int_equal(block(host, "sda")->kind, BLOCK_DISK);
	assert_int_equal(block(host, "sda")->n_below, 0);
	assert_int_equal(block(host, "sda1")->kind, BLOCK_PARTITION);
	assert_int_equal(block(host, "sda1")->below[0].minor, 100);
	assert_int_equal(block(host, "md0")->kind, BLOCK_MD);
	assert_int_equal(block(host, "md0")->n_below, 2);
	assert_int_equal(block(host, "md0")->below[0].minor, 5);
	assert_int_equal(block(host, "loop0")->kind, BLOCK_LOOP);
	assert_string_equal(block(host, "loop0")->backing_file, "/srv/disk image");
	assert_int_equal(block(host, "nbd0")->kind, BLOCK_OTHER);
}

#define DISK(kname, folder, number)                                                      \
	{"sys/devices/" folder "/dev", "700:" #number "\n"},                             \
	{                                                                                \
		BLOCK kname, "-> ../../devices/" folder                                  \
	}

/* Paths as kernels make them. */
static void test_transports(void **state)
{
	static const struct entry entries[] = {
		DISK("sda",
			"pci0/0000:05:00.0/host7/rport-7:0-1/target7:0:1/7:0:1:0/block/"
			"sda",
			200),
		DISK("sda1",
			"pci0/0000:05:00.0/host7/rport-7:0-1/target7:0:1/7:0:1:0/block/"
			"sda/sda1",
			201),
		{"sys/class/fc_host/host7/symbolic_name", "QLE2692 FW:v8.08 DVR:v10\n"},
		DISK("sdb",
			"pci0/0000:06:00.0/net/eth2/ctlr_0/host8/rport-8:0-0/target8:0:0/"
			"8:0:0:0/block/sdb",
			202),
		{"sys/class/fc_host/host8/symbolic_name", "fcoe v0.1 over eth2\n"},
		DISK("sdc", "platform/host9/session1/target9:0:0/9:0:0:0/block/sdc", 203),
		DISK("sdd", "pci0/host10/target10:0:0/10:0:0:0/block/sdd", 204),
		{"sys/class/srp_host/host10", NULL},
		DISK("sde", "LNXSYSTM:00/VMBUS:00/host11/target11:0:0/11:0:0:0/block/sde",
			205),
		{"sys/class/fc_host/host11", NULL},
		DISK("sdf", "pci0/host12/target12:0:0/12:0:0:0/block/sdf", 206),
		{"sys/class/iscsi_host/host12", NULL},
		/* local: SATA, a SAS disk, USB */
		DISK("sdg", "pci0/ata3/host2/target2:0:0/2:0:0:0/block/sdg", 207),
		DISK("sdh",
			"pci0/host0/port-0:0/end_device-0:0/target0:0:0/0:0:0:0/block/"
			"sdh",
			208),
		DISK("sdi", "pci0/usb2/2-1/host13/target13:0:0/13:0:0:0/block/sdi", 209),
		DISK("nvme0n1", "pci0/0000:01:00.0/nvme/nvme0/nvme0n1", 210),
		{"sys/class/nvme/nvme0/transport", "pcie\n"},
		DISK("nvme1n1", "virtual/nvme-fabrics/ctl/nvme1/nvme1n1", 211),
		{"sys/class/nvme/nvme1/transport", "tcp\n"},
		DISK("nvme2n1", "virtual/nvme-subsystem/nvme-subsys2/nvme2n1", 212),
		DISK("nvme2n1p1", "virtual/nvme-subsystem/nvme-subsys2/nvme2n1/nvme2n1p1",
			213),
		{"sys/class/nvme-subsystem/nvme-subsys2/model", "array\n"},
		{"sys/class/nvme-subsystem/nvme-subsys2/nvme2", NULL},
		{"sys/class/nvme/nvme2/transport", "fc\n"},
		{"sys/class/nvme-subsystem/nvme-subsys2/nvme3", NULL},
		{"sys/class/nvme/nvme3/transport", "fc\n"},
		DISK("nvme4n1", "virtual/nvme-fabrics/ctl/nvme4/nvme4n1", 214),
		{"sys/class/nvme/nvme4/transport", "rdma\n"},
		DISK("nvme5n1", "virtual/nvme-fabrics/ctl/nvme5/nvme5n1", 215),
		DISK("nbd0", "virtual/block/nbd0", 216),
		DISK("nbd0p1", "virtual/block/nbd0/nbd0p1", 217),
		DISK("rbd0", "rbd/0/block/rbd0", 218),
		DISK("rnbd0", "virtual/block/rnbd0", 219),
		DISK("drbd1", "virtual/block/drbd1", 220),
		DISK("etherd!e1.0", "virtual/block/etherd!e1.0", 221),
		DISK("vda", "pci0/virtio1/block/vda", 222),
		/* no link */
		{BLOCK "ubda/dev", "700:223\n"},
	};
	static const struct {
		const char *kname, *transport;
	} expected[] = {{"sda", "fc"}, {"sda1", "fc"}, {"sdb", "fcoe"}, {"sdc", "iscsi"},
		{"sdd", "srp"}, {"sde", "fc"}, {"sdf", "iscsi"}, {"sdg", ""}, {"sdh", ""},
		{"sdi", ""}, {"nvme0n1", ""}, {"nvme1n1", "nvme-tcp"},
		{"nvme2n1", "nvme-fc"}, {"nvme2n1p1", "nvme-fc"},
		{"nvme4n1", "nvme-rdma"}, {"nvme5n1", ""}, {"nbd0", "nbd"},
		{"nbd0p1", "nbd"}, {"rbd0", "rbd"}, {"rnbd0", "rnbd"}, {"drbd1", "drbd"},
		{"etherd!e1.0", "aoe"}, {"vda", ""}, {"ubda", ""}};
	struct fake fake = {0};
	cleanup_host struct host *host = PROBE(&fake, PROBE_BLOCKS | PROBE_HOLDERS, entries);

	(void)state;
	assert_int_equal(host->n_blocks, COUNT_OF(expected));
	for (size_t i = 0; i < COUNT_OF(expected); i++)
		assert_string_equal(
			block(host, expected[i].kname)->transport, expected[i].transport);
}

static void test_arrays_and_loop_devices(void **state)
{
	struct fake fake = {0};
	cleanup_host struct host *host = PROBE(&fake, PROBE_BLOCKS | PROBE_HOLDERS, blocks);
	const struct block *md = block(host, "md0"), *loop = block(host, "loop0");

	(void)state;
	assert_int_equal(md->diskseq, 12);
	assert_string_equal(md->uuid, "0d0c0b0a-0000-4000-8000-000000000001");
	assert_string_equal(md->level, "raid1");
	assert_string_equal(md->state, "read-auto");
	assert_string_equal(md->sync, "idle");
	assert_int_equal(md->missing, 1);
	assert_int_equal(loop->diskseq, 0);
	assert_null(loop->uuid);
	assert_true(block_state_has(loop, LOOP_AUTOCLEAR));
	assert_false(block_state_has(loop, LOOP_PARTSCAN));
	assert_false(block_state_has(loop, "auto"));
	assert_null(block(host, "sda1")->state);
}

/* What cannot be read is not "no". */
static void test_a_loop_device_of_another_kernel(void **state)
{
	static const struct entry entries[] = {
		{BLOCK "loop0/dev", "700:120\n"},
		{BLOCK "loop0/size", "2048\n"},
		{BLOCK "loop0/loop/backing_file", "/srv/disk\n"},
		{BLOCK "loop0/loop/autoclear", "0\n"},
		{BLOCK "loop3/dev", "700:123\n"},
		{BLOCK "loop3/size", "2048\n"},
		{BLOCK "loop3/loop/backing_file", "/srv/disk\n"},
		{BLOCK "loop3/loop/autoclear", "1\n"},
		{BLOCK "loop3/loop/partscan", "1\n"},
		{BLOCK "md1/dev", "700:124\n"},
		{BLOCK "md1/size", "2048\n"},
		{BLOCK "md1/md/array_state", "inactive\n"},
	};
	struct fake fake = {0};
	cleanup_host struct host *host = PROBE(&fake, PROBE_BLOCKS | PROBE_HOLDERS, entries);

	(void)state;
	assert_null(block(host, "loop0")->state);
	assert_true(block_state_has(block(host, "loop3"), LOOP_AUTOCLEAR));
	assert_true(block_state_has(block(host, "loop3"), LOOP_PARTSCAN));
	assert_string_equal(block(host, "md1")->state, "inactive");
	assert_null(block(host, "md1")->sync);
	assert_null(block(host, "md1")->level);
}

static void test_live_file_systems(void **state)
{
	struct fake fake = {0};
	cleanup_host struct host *host = PROBE(&fake, PROBE_BLOCKS | PROBE_HOLDERS, blocks);

	(void)state;
	assert_outcome(host, "superblocks", OUTCOME_READ, "");
	assert_int_equal(host->n_superblocks, 2);
	assert_int_equal(host->superblocks[0].devno.minor, 5);
	assert_string_equal(host->superblocks[0].type, "ext4");
	assert_int_equal(host->superblocks[1].devno.minor, 101);
	assert_string_equal(host->superblocks[1].type, "btrfs");
}

static void test_swaps(void **state)
{
	static const struct entry entries[] = {{"proc/swaps",
		"Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"
		"/dev/dm-5                               partition\t99996\t\t12\t\t-2\n"
		"/srv/swap\\040file\\134x                  file\t\t1024\t\t0\t\t-3\n"}};
	struct fake fake = {BACKUP};
	cleanup_host struct host *host = PROBE(&fake, PROBE_DM | PROBE_BLOCKS | PROBE_HOLDERS, entries);

	(void)state;
	assert_outcome(host, "swaps", OUTCOME_READ, "");
	assert_int_equal(host->n_swaps, 2);
	assert_string_equal(host->swaps[0].path, "/dev/dm-5");
	assert_int_equal(host->swaps[0].devno.minor, 5);
	assert_true(host->swaps[0].has_used && host->swaps[1].has_used);
	assert_int_equal(host->swaps[0].used, 12);
	assert_int_equal(host->swaps[1].used, 0);
	assert_string_equal(host->swaps[1].path, "/srv/swap file\\x");
	assert_true(devno_is_none(host->swaps[1].devno));
}

static void test_a_root_without_proc_and_sys(void **state)
{
	struct fake fake = {0};
	struct machine machine;
	cleanup_host struct host *host = NULL;
	struct err err = ERR_INIT;

	(void)state;
	fake_open(&fake, &machine, NULL, 0);
	assert_int_equal(probe_host(&machine, PROBE_ALL, &host, &err), 0);
	fake_close(&fake, &machine);
	assert_outcome(host, "identity", OUTCOME_ABSENT, "machine-id");
	assert_outcome(host, "blocks", OUTCOME_ABSENT, "/sys/class/block");
	assert_outcome(host, "superblocks", OUTCOME_ABSENT, "/sys/fs");
	assert_outcome(host, "swaps", OUTCOME_ABSENT, "/proc/swaps");
	assert_outcome(host, "mounts", OUTCOME_ABSENT, "/proc");
	assert_outcome(host, "processes", OUTCOME_ABSENT, "/proc");
	assert_outcome(host, "lvm/report.json", OUTCOME_ABSENT, "not run");
	assert_string_equal(fake.calls, "");
}

/* ---- mounts ---- */

/* Processes 1 and 20 share a namespace, 30 has its own and a chroot keeps 31 from seeing
 * it. */
static const struct entry namespaces[] = {
	{"proc/1/ns/mnt", "-> mnt:[4026531841]"},
	{"proc/1/root", "-> /"},
	{"proc/1/mountinfo", ROOT_LINE},
	{"proc/20/ns/mnt", "-> mnt:[4026531841]"},
	{"proc/20/root", "-> /"},
	{"proc/20/mountinfo", "read once per namespace, so never"},
	{"proc/30/ns/mnt", "-> mnt:[4026532177]"},
	{"proc/30/root", "-> /"},
	{"proc/30/mountinfo", ROOT_LINE BACKUP_LINE},
	{"proc/25/ns/mnt", "-> mnt:[4026532177]"},
	{"proc/25/root", "-> /srv/jail"},
	{"proc/25/mountinfo", ROOT_LINE},
	{"proc/40/stat", "40 (gone meanwhile) S 1\n"},
};

static void test_namespaces(void **state)
{
	struct fake fake = {0};
	cleanup_host struct host *host = PROBE(&fake, PROBE_MOUNTS, namespaces);

	(void)state;
	assert_outcome(host, "mounts", OUTCOME_READ, "");
	assert_int_equal(host->n_namespaces, 2);
	assert_true(host->namespaces[0].is_host);
	assert_int_equal(host->namespaces[0].pid, 1);
	assert_false(host->namespaces[1].is_host);
	assert_int_equal(host->namespaces[1].id, 4026532177);
	assert_int_equal(host->namespaces[1].pid, 30); /* not the one in a chroot */
	assert_int_equal(host->n_mounts, 3);
	assert_string_equal(host->mounts[2].target, "/mnt/backup");
	assert_string_equal(
		host_document(host, "mounts/4026532177")->bytes, ROOT_LINE BACKUP_LINE);
}

/* As on Linux 2.6.32: what cannot be told is no absence. */
static void test_a_kernel_that_tells_no_namespace(void **state)
{
	static const struct entry entries[] = {
		{"proc/1/root", "-> /"},
		{"proc/1/mountinfo", ROOT_LINE BACKUP_LINE},
		{"proc/20/root", "-> /"},
		{"proc/20/mountinfo", ROOT_LINE},
	};
	struct fake fake = {0};
	cleanup_host struct host *host = PROBE(&fake, PROBE_MOUNTS, entries);

	(void)state;
	assert_outcome(
		host, "mounts", OUTCOME_UNSUPPORTED, "only the mounts of process 1");
	assert_int_equal(host->n_namespaces, 1);
	assert_true(host->namespaces[0].is_host);
	assert_int_equal(host->n_mounts, 2);
	assert_string_equal(
		host_document(host, "mounts/1")->bytes, ROOT_LINE BACKUP_LINE);
}

static void test_a_namespace_seen_only_from_a_chroot(void **state)
{
	static const struct entry entries[] = {
		{"proc/1/ns/mnt", "-> mnt:[4026531841]"},
		{"proc/1/root", "-> /"},
		{"proc/1/mountinfo", ROOT_LINE},
		{"proc/25/ns/mnt", "-> mnt:[4026532177]"},
		{"proc/25/root", "-> /srv/jail"},
		{"proc/25/mountinfo", ROOT_LINE},
	};
	struct fake fake = {0};
	cleanup_host struct host *host = PROBE(&fake, PROBE_MOUNTS, entries);

	(void)state;
	/* a recorded namespace cannot be entered; what the jail shows is not all of it */
	assert_outcome(host, "mounts/4026532177", OUTCOME_DENIED, "/proc/25/ns/mnt");
	assert_int_equal(host->n_mounts, 1);
}

static void test_a_mountinfo_that_is_none(void **state)
{
	static const struct entry entries[] = {
		{"proc/1/ns/mnt", "-> mnt:[4026531841]"},
		{"proc/1/root", "-> /"},
		{"proc/1/mountinfo", ROOT_LINE "half a li"},
	};
	struct fake fake = {0};
	cleanup_host struct host *host = PROBE(&fake, PROBE_MOUNTS, entries);

	(void)state;
	assert_outcome(host, "mounts/4026531841", OUTCOME_UNSUPPORTED, "cut off");
	assert_int_equal(host->n_mounts, 0);
	assert_non_null(host_document(host, "mounts/4026531841")); /* for people */
}

/* Answers each reader of a pipe with another text. */
static pid_t feed_restlessly(const char *path)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	for (unsigned i = 0; i < 100; i++) {
		int fd = open(path, O_WRONLY);

		dprintf(fd, "%u 1 0:21 / / rw - tmpfs none rw\n", 5000000 + i);
		close(fd);
		usleep(20000);
	}
	_exit(0);
}

static void test_a_mount_table_that_changes_at_each_reading(void **state)
{
	struct fake fake = {0};
	struct machine machine;
	cleanup_host struct host *host = NULL;
	struct err err = ERR_INIT;
	char path[128];
	pid_t feeder;

	(void)state;
	fake_open(&fake, &machine, namespaces, 2);
	snprintf(path, sizeof(path), "%s/proc/1/mountinfo", fake.root);
	assert_int_equal(mkfifo(path, 0600), 0);
	feeder = feed_restlessly(path);
	assert_int_equal(probe_host(&machine, PROBE_MOUNTS, &host, &err), 0);
	kill(feeder, SIGKILL);
	waitpid(feeder, NULL, 0);
	fake_close(&fake, &machine);
	assert_outcome(host, "mounts/4026531841", OUTCOME_CHANGED, "each of 4 readings");
	assert_int_equal(host->n_mounts, 0);
	assert_int_equal(host->n_namespaces, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_identity),
		cmocka_unit_test(test_a_machine_id_that_is_none),
		cmocka_unit_test(test_devices),
		cmocka_unit_test(test_no_device_mapper_in_the_kernel),
		cmocka_unit_test(test_device_mapper_denied),
		cmocka_unit_test(test_devices_come_and_go_for_ever),
		cmocka_unit_test(test_a_device_goes_once),
		cmocka_unit_test(test_a_device_vanishes_while_it_is_read),
		cmocka_unit_test(test_keys_are_masked),
		cmocka_unit_test(test_an_unknown_target_type_is_digested),
		cmocka_unit_test(test_blocks),
		cmocka_unit_test(test_transports),
		cmocka_unit_test(test_arrays_and_loop_devices),
		cmocka_unit_test(test_a_loop_device_of_another_kernel),
		cmocka_unit_test(test_live_file_systems),
		cmocka_unit_test(test_swaps),
		cmocka_unit_test(test_a_root_without_proc_and_sys),
		cmocka_unit_test(test_namespaces),
		cmocka_unit_test(test_a_kernel_that_tells_no_namespace),
		cmocka_unit_test(test_a_namespace_seen_only_from_a_chroot),
		cmocka_unit_test(test_a_mountinfo_that_is_none),
		cmocka_unit_test(test_a_mount_table_that_changes_at_each_reading),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
