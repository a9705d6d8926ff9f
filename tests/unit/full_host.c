/* SPDX-License-Identifier: Apache-2.0 */
/* A host that has one of everything; see full_host.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <fcntl.h>
#include <string.h>

#include <cmocka.h>

#include "full_host.h"
#include "snapstate/buf.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/change.h"
#include "snapstate/host/config.h"
#include "snapstate/host/device.h"
#include "snapstate/host/file.h"
#include "snapstate/host/holder.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/process.h"
#include "snapstate/host/source.h"
#include "snapstate/host/swap.h"
#include "snapstate/io.h"

static void add_document(struct host *host, const char *name, const char *file)
{
	cleanup_buf struct buf path = BUF_INIT;
	cleanup_buf struct buf bytes = BUF_INIT;

	buf_printf(&path, TEST_DATA "/data/%s", file);
	assert_int_equal(
		file_read_at(AT_FDCWD, buf_text(&path), 1 << 20, &bytes, NULL), 0);
	host_document_add(host, name, bytes.data, bytes.len);
}

static void add_sources(struct host *host)
{
	static const char mounts[] =
		"24 1 254:4 / /mnt/backup ro,relatime shared:1 - ext4 /dev/mapper/x ro\n"
		"16 1 0:15 / /mnt/\x87\\040raw rw - tmpfs none rw\n";

	host_source_set(host, "dm", OUTCOME_READ, "%s", "");
	host_source_set(host, "identity", OUTCOME_READ, "%s", "-");
	host_source_set(host, "swaps", OUTCOME_ABSENT, "%s", "no swap");
	host_source_set(host, "blocks", OUTCOME_DENIED, "%s", "a \"quote\" & <angle>");
	host_source_set(host, "processes", OUTCOME_CHANGED, "%s", "3 of 412 vanished");
	host_source_set(host, "superblocks", OUTCOME_HUNG, "%s", " leading blank");
	host_source_set(host, "lvm/lvscan.txt", OUTCOME_TIMED_OUT, "%s", "after 60 s");
	host_source_set(host, "mounts/7", OUTCOME_UNSUPPORTED, "%s", "\n\x80\xff\\");
	host_document_add(host, "mounts/4026531841", mounts, strlen(mounts));
	add_document(host, "lvm/" VG ".vg", "every-type.vg");
	add_document(host, "lvm/report.json", "three-groups.json");
	/* half a document is kept, and never parsed */
	host_document_add(host, "mounts/8", "24 1 254", 8);
	host_source_set(host, "mounts/8", OUTCOME_TRUNCATED, "%s", "");
}

static void add_device(struct host *host)
{
	struct device *device = array_add(&host->devices, &host->n_devices);

	*device = (struct device){.devno = {254, 4},
		.name = "isw_dih\x87N8:",
		.uuid = "LVM-" VG VG "-real",
		.diskseq = 18446744073709551615u,
		.open_count = 4294967295u,
		.flags = DEVICE_SUSPENDED | DEVICE_READ_ONLY | DEVICE_HAS_INACTIVE |
			 DEVICE_DEFERRED | DEVICE_INTERNAL | DEVICE_NO_TABLE};
	*array_add(&device->targets, &device->n_targets) = (struct dm_target){
		0, 204800, "snapshot", "254:2 254:3 P 8", "16/204800 16"};
	*array_add(&device->targets, &device->n_targets) =
		(struct dm_target){204800, 8, "error", "", ""};
	*array_add(&device->inactive, &device->n_inactive) =
		(struct dm_target){0, 8, "linear", "7:0 0", ""};
	*array_add(&device->deps, &device->n_deps) = (struct devno){7, 0};
	*array_add(&device->deps, &device->n_deps) = (struct devno){254, 2};
	device = array_add(&host->devices, &host->n_devices);
	*device = (struct device){.devno = {254, 0}, .name = "-", .uuid = ""};
}

static void add_rest(struct host *host)
{
	struct block *block = array_add(&host->blocks, &host->n_blocks);

	*block = (struct block){.transport = "iscsi",
		.devno = {8, 1},
		.kname = "sda1",
		.kind = BLOCK_PARTITION,
		.size = 1000,
		.backing_file = ""};
	*array_add(&block->below, &block->n_below) = (struct devno){8, 0};
	*array_add(&host->blocks, &host->n_blocks) = (struct block){.transport = "iscsi",
		.devno = {7, 0},
		.kname = "loop0",
		.kind = BLOCK_LOOP,
		.backing_file = "/srv/a b (deleted)",
		.file = {FILE_FOUND, {254, 4}},
		.diskseq = 21,
		.state = ""};
	*array_add(&host->blocks, &host->n_blocks) = (struct block){.transport = "",
		.devno = {7, 1},
		.kname = "loop1",
		.kind = BLOCK_LOOP,
		.backing_file = "/img",
		.file = {FILE_UNPLACED, DEVNO_NONE}};
	block = array_add(&host->blocks, &host->n_blocks);
	*block = (struct block){.devno = {9, 127},
		.kname = "md127",
		.transport = "",
		.kind = BLOCK_MD,
		.backing_file = "",
		.uuid = "0102-3",
		.level = "raid1",
		.state = "read-auto",
		.sync = "idle",
		.missing = 1};
	*array_add(&block->below, &block->n_below) = (struct devno){254, 4};
	*array_add(&host->superblocks, &host->n_superblocks) =
		(struct superblock){.devno = {254, 4}, .type = "ext4"};
	*array_add(&host->namespaces, &host->n_namespaces) =
		(struct mount_namespace){.id = NS, .pid = 1, .is_host = true};
	*array_add(&host->namespaces, &host->n_namespaces) =
		(struct mount_namespace){.id = 7, .pid = 4711, .comm = "a \x87"};
	*array_add(&host->namespaces, &host->n_namespaces) =
		(struct mount_namespace){.id = NS + 1, .pin_path = "/run/k p"};
	*array_add(&host->namespaces, &host->n_namespaces) = (struct mount_namespace){
		.id = NS + 2, .comm = "x", .pin_pid = 12, .pin_path = ""};
	*array_add(&host->kernel_holders, &host->n_kernel_holders) =
		(struct kernel_holder){.devno = {254, 4},
			.kind = HOLDER_XEN,
			.name = "vbd-3-51712"};
	*array_add(&host->kernel_holders, &host->n_kernel_holders) =
		(struct kernel_holder){.kind = HOLDER_OVERLAY,
			.name = "/srv/m x",
			.namespace_id = 7,
			.is_within = true};
	*array_add(&host->kernel_holders, &host->n_kernel_holders) =
		(struct kernel_holder){.devno = {254, 4},
			.kind = HOLDER_NFSD,
			.name = "*:/mnt/backup"};
	*array_add(&host->kernel_holders, &host->n_kernel_holders) =
		(struct kernel_holder){.devno = {254, 4},
			.kind = HOLDER_LIO,
			.name = "iblock_0/a b"};
	*array_add(&host->fstab, &host->n_fstab) =
		(struct fstab_entry){9, true, "UUID=a b", "/srv/x y", "ext4"};
	*array_add(&host->fstab, &host->n_fstab) =
		(struct fstab_entry){2, false, "/dev/vg/snap", "none", "swap"};
	*array_add(&host->configs, &host->n_configs) =
		(struct config_entry){"/etc/x y", 7, CONFIG_PROXMOX, "/dev/vg/a", ""};
	*array_add(&host->configs, &host->n_configs) = (struct config_entry){
		"/etc/x y", 2, CONFIG_MOUNT, "/dev/vg/snap", "/srv/x <y"};
	*array_add(&host->swaps, &host->n_swaps) =
		(struct swap){.path = "/swap file",
			.devno = DEVNO_NONE,
			.file = {FILE_FOUND, DEVNO_NONE},
			.size = 1020};
	*array_add(&host->swaps, &host->n_swaps) = (struct swap){
		.path = "/dev/dm-4", .devno = {254, 4}, .used = 12, .has_used = true};
	*array_add(&host->processes, &host->n_processes) = (struct process){4711, 883112,
		"tar <&\">", "/usr/bin/tar", 1000, true, true, NS, "tar -c -f - <&\">"};
	*array_add(&host->processes, &host->n_processes) =
		(struct process){2, 1, "kthreadd", "", 0, false, false, 0, NULL};
	*array_add(&host->uses, &host->n_uses) =
		(struct use){4711, USE_FILE, {254, 4}, 3, "/mnt/backup/\xc3\xa4"};
	*array_add(&host->uses, &host->n_uses) =
		(struct use){4711, USE_CWD, {254, 4}, 1, "/mnt/backup"};
}

struct host *full_host(void)
{
	struct host *host = host_new();

	host->identity =
		(struct identity){.machine_id = "0123456789abcdef0123456789abcdef",
			.boot_id = "8d1e0000-0000-4000-8000-000000000000",
			.node = "cp 17",
			.kernel = "6.1.0",
			.dm_driver = "",
			.ticks = 100,
			.uevents = 4711,
			.uevents_after = 4712,
			.redaction = "0123456789abcdef",
			.taken = 1650000000,
			.uptime = 86400000};
	add_sources(host);
	add_device(host);
	add_rest(host);
	host_change_add(host, (struct devno){254, 4}, CHANGE_ABOVE, "x <&\"> \n");
	host_change_add(host, (struct devno){254, 0}, CHANGE_GONE, "");
	return host; /* not sorted: the writer does not depend on it */
}
