/* SPDX-License-Identifier: Apache-2.0 */
/* See sample_host.h. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sample_host.h"
#include "snapstate/buf.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/device.h"
#include "snapstate/host/file.h"
#include "snapstate/host/lvm.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/process.h"
#include "snapstate/host/source.h"
#include "snapstate/host/swap.h"

#define ORIGIN_SECTORS 131072
#define COW_SECTORS    32768
#define EXTENT	       8192

struct device *sample_device(struct host *host, unsigned minor)
{
	return host_device_by_devno(host, (struct devno){254, minor});
}

/* Every "MAJ:MIN" word of the parameters is a dependency, as in the kernel's targets. */
static void add_deps(struct device *device, const char *params)
{
	while (*params) {
		size_t len = strcspn(params, " ");
		struct devno devno;

		if (parse_devno(params, len, &devno) == 0)
			*array_add(&device->deps, &device->n_deps) = devno;
		params += len + (params[len] == ' ');
	}
}

struct device *sample_add_device(struct host *host, unsigned minor, const char *name,
	const char *uuid, const char *type, const char *params, uint64_t length)
{
	struct device *device = array_add(&host->devices, &host->n_devices);
	struct dm_target *target;

	device->devno = (struct devno){254, minor};
	device->name = host_string(host, name);
	device->uuid = host_string(host, uuid);
	device->diskseq = 40 + minor;
	target = array_add(&device->targets, &device->n_targets);
	target->length = length;
	target->type = host_string(host, type);
	target->params = host_string(host, params);
	target->status = "";
	add_deps(device, params);
	for (size_t i = 0; i < device->n_deps; i++) {
		struct device *below = host_device_by_devno(host, device->deps[i]);

		if (below)
			below->open_count++;
	}
	return host_device_by_devno(host, (struct devno){254, minor});
}

static void open_once(struct host *host, struct devno devno)
{
	struct device *device = host_device_by_devno(host, devno);

	if (device)
		device->open_count++;
}

static const char *numbered(struct host *host, const char *word, unsigned number)
{
	char name[64];

	snprintf(name, sizeof(name), "%s%u", word, number);
	return host_string(host, name);
}

struct block *sample_add_loop(
	struct host *host, unsigned number, const char *file, const char *state)
{
	struct block *loop = array_add(&host->blocks, &host->n_blocks);

	*loop = (struct block){.devno = {7, number},
		.kname = numbered(host, "loop", number),
		.kind = BLOCK_LOOP,
		.size = 1024,
		.diskseq = 100 + number,
		.backing_file = host_string(host, file),
		.state = state};
	open_once(host, host_path_devno(host, file));
	return loop;
}

void sample_add_member(struct host *host, struct block *array, unsigned minor)
{
	struct devno member = {254, minor};

	for (size_t i = 0; i < array->n_below; i++)
		if (devno_is_equal(array->below[i], member))
			return;
	*array_add(&array->below, &array->n_below) = member;
	for (size_t i = array->n_below; --i > 0 && array->below[i - 1].minor > minor;) {
		array->below[i] = array->below[i - 1];
		array->below[i - 1] = member;
	}
	open_once(host, member);
}

struct block *sample_add_array(struct host *host, unsigned number, unsigned minor)
{
	struct block *array = array_add(&host->blocks, &host->n_blocks);

	*array = (struct block){.devno = {9, number},
		.kname = numbered(host, "md", number),
		.kind = BLOCK_MD,
		.size = 1024,
		.diskseq = 200 + number,
		.backing_file = "",
		.uuid = "0d0c0b0a-0000-4000-8000-000000000000",
		.level = "raid1",
		.state = "clean",
		.sync = "idle"};
	sample_add_member(host, array, minor);
	return array;
}

struct block *sample_add_partition(struct host *host, unsigned number, struct devno disk)
{
	struct block *partition = array_add(&host->blocks, &host->n_blocks);

	*partition = (struct block){.devno = {259, number},
		.kname = numbered(host, "ghost", number),
		.kind = BLOCK_PARTITION,
		.size = 512,
		.diskseq = 300 + number,
		.backing_file = ""};
	*array_add(&partition->below, &partition->n_below) = disk;
	return partition;
}

struct swap *sample_add_swap(struct host *host, struct devno devno)
{
	struct swap *swap = array_add(&host->swaps, &host->n_swaps);
	struct device *device = host_device_by_devno(host, devno);

	*swap = (struct swap){.path = numbered(host, "/dev/dm-", devno.minor),
		.devno = devno,
		.has_used = true};
	if (device)
		device->open_count += 2;
	return swap;
}

void sample_add_file_system(struct host *host, struct devno devno)
{
	struct superblock *superblock =
		array_add(&host->superblocks, &host->n_superblocks);

	*superblock = (struct superblock){.devno = devno, .type = "ext4"};
	open_once(host, devno);
}

void sample_add_mount(struct host *host, uint64_t namespace_id, unsigned id,
	unsigned parent, unsigned minor, const char *target)
{
	struct mount *mount = array_add(&host->mounts, &host->n_mounts);
	struct device *device = sample_device(host, minor);

	mount->namespace_id = namespace_id;
	mount->id = id;
	mount->parent_id = parent;
	mount->devno = device ? device->devno : (struct devno){0, minor};
	mount->root = "/";
	mount->target = host_string(host, target);
	mount->type = "ext4";
	mount->source = "none";
	mount->options = mount->super_options = "ro";
}

void sample_add_use(struct host *host, unsigned pid, const char *comm, enum use_kind kind,
	unsigned minor)
{
	struct use *use = array_add(&host->uses, &host->n_uses);

	use->pid = pid;
	use->kind = kind;
	use->devno = (struct devno){254, minor};
	use->count = 1;
	use->example = "";
	if (kind == USE_NODE)
		sample_device(host, minor)->open_count++;
	if (!host_process(host, pid)) {
		struct process *process = array_add(&host->processes, &host->n_processes);

		process->pid = pid;
		process->start = 1000 + pid;
		process->comm = host_string(host, comm);
		process->exe = "";
		process->mount_namespace = SAMPLE_NS;
	}
}

static struct lv *add_lv(struct host *host, const char *uuid, const char *name,
	uint64_t start, uint64_t extents)
{
	struct lv *lv = array_add(&host->lvs, &host->n_lvs);
	struct segment *segment;
	struct stripe *stripe;

	lv->vg_uuid = SAMPLE_VG;
	lv->uuid = uuid;
	lv->name = name;
	lv->origin_uuid = "";
	lv->is_visible = true;
	lv->created = SAMPLE_TAKEN - 3 * 86400;
	lv->extents = extents;
	segment = array_add(&lv->segments, &lv->n_segments);
	segment->extents = extents;
	segment->type = "striped";
	stripe = array_add(&segment->stripes, &segment->n_stripes);
	stripe->pv_uuid = SAMPLE_PV;
	stripe->lv_name = "";
	stripe->start = start;
	return lv;
}

static void add_group(struct host *host)
{
	struct vg *vg = array_add(&host->vgs, &host->n_vgs);
	struct pv *pv = array_add(&host->pvs, &host->n_pvs);

	vg->uuid = SAMPLE_VG;
	vg->name = "onapp-aaaa";
	vg->seqno = 7;
	vg->extent_size = EXTENT;
	vg->system_id = vg->lock_type = "";
	vg->is_writable = vg->has_metadata = true;
	pv->vg_uuid = SAMPLE_VG;
	pv->uuid = SAMPLE_PV;
	pv->name = "/dev/loop0";
	pv->devno = (struct devno){7, 0};
	pv->pe_start = 2048;
	pv->pe_count = 63;
}

static void add_volumes(struct host *host)
{
	struct lv *snap;

	add_lv(host, SAMPLE_ORIGIN, "disk1", 0, 16);
	snap = add_lv(host, SAMPLE_SNAP, "backup-dddd", 16, 4);
	snap->role = LV_SNAPSHOT;
	snap->origin_uuid = SAMPLE_ORIGIN;
}

static void add_sources(struct host *host)
{
	static const char *const names[] = {"identity", "dm", "blocks", "superblocks",
		"swaps", "mounts", "processes", "mounts/4026531841", "lvm/report.json",
		"lvm/" SAMPLE_VG ".vg"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		host_source_set(host, names[i], OUTCOME_READ, "%s", "");
}

static void add_identity(struct host *host)
{
	host->identity = (struct identity){
		.redaction = "",
		.machine_id = "0123456789abcdef0123456789abcdef",
		.boot_id = "8d1e0000-0000-4000-8000-000000000000",
		.node = "cp-17",
		.kernel = "6.1.0",
		.dm_driver = "4.47.0",
		.ticks = 100,
		.taken = SAMPLE_TAKEN,
		.uptime = 100 * 86400 * 10ull,
	};
}

struct host *sample_host_empty(void)
{
	struct host *host = host_new();
	struct mount_namespace *namespace;
	struct block *loop;

	add_identity(host);
	add_sources(host);
	namespace = array_add(&host->namespaces, &host->n_namespaces);
	namespace->id = SAMPLE_NS;
	namespace->pid = 1;
	namespace->is_host = true;
	loop = array_add(&host->blocks, &host->n_blocks);
	*loop = (struct block){.transport = "",
		.devno = {7, 0},
		.kname = "loop0",
		.kind = BLOCK_LOOP,
		.size = 524288,
		.backing_file = "/srv/disk.img"};
	sample_add_mount(host, SAMPLE_NS, 1, 0, 99, "/");
	add_group(host);
	*array_add(&host->lvm_devices, &host->n_lvm_devices) = host->pvs[0].devno;
	return host;
}

struct host *sample_host_idle(void)
{
	struct host *host = sample_host_empty();
	struct device *snapshot;

	sample_add_device(host, 1, "onapp--aaaa-disk1-real",
		"LVM-" SAMPLE_VG SAMPLE_ORIGIN "-real", "linear", "7:0 2048",
		ORIGIN_SECTORS);
	sample_add_device(host, 0, "onapp--aaaa-disk1", "LVM-" SAMPLE_VG SAMPLE_ORIGIN,
		"snapshot-origin", "254:1", ORIGIN_SECTORS);
	sample_add_device(host, 2, "onapp--aaaa-backup--dddd-cow",
		"LVM-" SAMPLE_VG SAMPLE_SNAP "-cow", "linear", "7:0 133120", COW_SECTORS);
	snapshot = sample_add_device(host, 3, "onapp--aaaa-backup--dddd",
		"LVM-" SAMPLE_VG SAMPLE_SNAP, "snapshot", "254:1 254:2 P 8",
		ORIGIN_SECTORS);
	snapshot->targets[0].status = "16/32768 16";
	add_volumes(host);
	host_sort(host);
	return host;
}

struct host *sample_host(void)
{
	struct host *host = sample_host_idle();
	struct superblock *superblock;

	sample_add_device(host, 4, "onapp--aaaa-backup--ddddX1",
		"part1-LVM-" SAMPLE_VG SAMPLE_SNAP, "linear", "254:3 2048", 32768);
	sample_device(host, 4)->open_count = 1;
	sample_add_mount(host, SAMPLE_NS, 44, 1, 4, "/mnt/backup");
	superblock = array_add(&host->superblocks, &host->n_superblocks);
	superblock->devno = (struct devno){254, 4};
	superblock->type = "ext4";
	host_sort(host);
	return host;
}

void sample_make_stale(struct host *host)
{
	for (size_t i = 0; i < host->n_lvs; i++) {
		if (strcmp(host->lvs[i].uuid, SAMPLE_SNAP) != 0)
			continue;
		for (size_t s = 0; s < host->lvs[i].n_segments; s++)
			free(host->lvs[i].segments[s].stripes);
		free(host->lvs[i].segments);
		memmove(&host->lvs[i], &host->lvs[i + 1],
			(host->n_lvs - i - 1) * sizeof(struct lv));
		host->n_lvs--;
		return;
	}
}

void sample_make_merging(struct host *host, const char *status)
{
	struct device *origin = sample_device(host, 0),
		      *snapshot = sample_device(host, 3);
	struct devno *deps = origin->deps;

	origin->targets[0].type = "snapshot-merge";
	origin->targets[0].params = snapshot->targets[0].params;
	origin->targets[0].status = status;
	origin->deps = snapshot->deps;
	origin->n_deps = snapshot->n_deps;
	snapshot->deps = deps;
	snapshot->n_deps = 0;
	snapshot->targets[0].type = "error";
	snapshot->targets[0].params = "";
	snapshot->targets[0].status = "";
	sample_device(host, 1)->open_count--;
	host_sort(host);
}

void sample_add_victim(struct host *host)
{
	add_lv(host, SAMPLE_VICTIM, "victim", 16, 4);
	host_sort(host);
}

struct device *sample_add_neighbour(struct host *host)
{
	struct lv *lv = add_lv(host, SAMPLE_NEIGHBOUR, "snap-eeee", 20, 4);

	lv->role = LV_SNAPSHOT;
	lv->origin_uuid = SAMPLE_ORIGIN;
	sample_add_device(host, 8, "onapp--aaaa-snap--eeee-cow",
		"LVM-" SAMPLE_VG SAMPLE_NEIGHBOUR "-cow", "linear", "7:0 165888",
		COW_SECTORS);
	sample_add_device(host, 9, "onapp--aaaa-snap--eeee",
		"LVM-" SAMPLE_VG SAMPLE_NEIGHBOUR, "snapshot", "254:1 254:8 P 8",
		ORIGIN_SECTORS)
		->targets[0]
		.status = "16/32768 16";
	host_sort(host);
	return sample_device(host, 8);
}

void sample_add_backup(struct host *host, unsigned number)
{
	const char *origin = number == 2 ? "DDDDDDDDDDDDDDDDDDDDDDDDDDDDDDDD"
					 : "EEEEEEEEEEEEEEEEEEEEEEEEEEEEEEEE";
	const char *snapshot = SAMPLE_BACKUP(number);
	unsigned minor = 10 * number, start = 30 + 8 * (number - 2);
	char name[64], uuid[128], params[64];
	struct lv *lv;

	snprintf(params, sizeof(params), "7:0 %u", 2048 + start * EXTENT);
	snprintf(name, sizeof(name), "onapp--aaaa-disk%u-real", number);
	snprintf(uuid, sizeof(uuid), "LVM-%s%s-real", SAMPLE_VG, origin);
	sample_add_device(host, minor + 1, name, uuid, "linear", params, 4 * EXTENT);
	snprintf(name, sizeof(name), "onapp--aaaa-disk%u", number);
	snprintf(uuid, sizeof(uuid), "LVM-%s%s", SAMPLE_VG, origin);
	snprintf(params, sizeof(params), "254:%u", minor + 1);
	sample_add_device(host, minor, name, uuid, "snapshot-origin", params, 4 * EXTENT);
	snprintf(params, sizeof(params), "7:0 %u", 2048 + (start + 4) * EXTENT);
	snprintf(name, sizeof(name), "onapp--aaaa-backup--%u-cow", number);
	snprintf(uuid, sizeof(uuid), "LVM-%s%s-cow", SAMPLE_VG, snapshot);
	sample_add_device(host, minor + 2, name, uuid, "linear", params, 4 * EXTENT);
	snprintf(params, sizeof(params), "254:%u 254:%u P 8", minor + 1, minor + 2);
	snprintf(name, sizeof(name), "onapp--aaaa-backup--%u", number);
	snprintf(uuid, sizeof(uuid), "LVM-%s%s", SAMPLE_VG, snapshot);
	sample_add_device(host, minor + 3, name, uuid, "snapshot", params, 4 * EXTENT)
		->targets[0]
		.status = "16/32768 16";
	add_lv(host, origin, numbered(host, "disk", number), start, 4);
	lv = add_lv(host, snapshot, numbered(host, "backup-", number), start + 4, 4);
	lv->role = LV_SNAPSHOT;
	lv->origin_uuid = origin;
	host_sort(host);
}
