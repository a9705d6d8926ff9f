/* SPDX-License-Identifier: Apache-2.0 */
/* See mold.h. Input: what its maker asks for. Output: a host to be written as an archive.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "mold.h"
#include "snapstate/buf.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/device.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/process.h"
#include "snapstate/host/source.h"
#include "snapstate/lvm_names.h"

#define TAKEN	       1795400000
#define NAMESPACE      4026531841u
#define EXTENT	       8192
#define ORIGIN_EXTENTS 4
#define PE_START       2048
#define GROUP	       "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct devno disk = {8, 0};

const char *mold_words(struct mold *mold, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return host_string(mold->host, text);
}

void mold_begin(struct mold *mold)
{
	static const char *const names[] = {"identity", "dm", "blocks", "superblocks",
		"swaps", "mounts", "processes", "fstab"};
	struct host *host = host_new();

	*mold = (struct mold){.host = host};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		host_source_set(host, names[i], OUTCOME_READ, "%s", "");
	host->identity = (struct identity){
		.machine_id = "0123456789abcdef0123456789abcdef",
		.boot_id = "8d1e0000-0000-4000-8000-000000000000",
		.node = "hv7",
		.kernel = "6.1.0",
		.dm_driver = "4.47.0",
		.redaction = "",
		.ticks = 100,
		.taken = TAKEN,
		.uptime = 100 * 86400 * 10ull,
	};
	*array_add(&host->namespaces, &host->n_namespaces) =
		(struct mount_namespace){.id = NAMESPACE, .pid = 1, .is_host = true};
	*array_add(&host->blocks, &host->n_blocks) = (struct block){.transport = "",
		.devno = disk,
		.kname = "sda",
		.kind = BLOCK_DISK,
		.size = 1ull << 40,
		.backing_file = ""};
	buf_printf(&mold->mounts,
		"%d 1 8:65535 / / rw,relatime shared:1 - ext4 /dev/root rw\n",
		MOLD_ROOT_MOUNT);
}

/* ---- devices ---- */

struct devno mold_dm(unsigned minor)
{
	return (struct devno){254, minor};
}

static struct device *add_device(
	struct mold *mold, const char *name, const char *uuid, uint64_t extents)
{
	struct host *host = mold->host;
	struct device *device = array_add(&host->devices, &host->n_devices);

	(void)extents;
	device->devno = mold_dm((unsigned)host->n_devices - 1);
	device->diskseq = host->n_devices + 9;
	device->name = name;
	device->uuid = uuid;
	return device;
}

static struct dm_target *add_target(
	struct device *device, uint64_t extents, const char *type, const char *params)
{
	uint64_t start = 0;
	struct dm_target *target;

	for (size_t i = device->n_targets; i > 0; i = 0)
		start = device->targets[i - 1].start + device->targets[i - 1].length;
	target = array_add(&device->targets, &device->n_targets);
	*target = (struct dm_target){.start = start,
		.length = extents * EXTENT,
		.type = type,
		.params = params,
		.status = ""};
	return target;
}

/* The dependencies are sorted, as the kernel's are. */
static void stand_on(struct mold *mold, struct device *device, struct devno below)
{
	struct host *host = mold->host;

	*array_add(&device->deps, &device->n_deps) = below;
	if (below.major == 254)
		host->devices[below.minor].open_count++;
}

static unsigned add_on_disk(
	struct mold *mold, const char *name, const char *uuid, unsigned extents)
{
	struct device *device = add_device(mold, name, uuid, extents);

	add_target(device, extents, "linear",
		mold_words(mold, DEVNO_FMT " %llu", DEVNO_ARGS(disk),
			PE_START + (unsigned long long)mold->n_extents * EXTENT));
	stand_on(mold, device, disk);
	mold->n_extents += extents;
	return device->devno.minor;
}

/* ---- what LVM says ---- */

/* "o0000...0042" */
static const char *uuid_of(struct mold *mold, char kind, unsigned number)
{
	return mold_words(mold, "%c%031u", kind, number);
}

static const char *hyphens(struct mold *mold, const char *uuid)
{
	char text[LVM_UUID_HYPHENS + 1];

	lvm_uuid_hyphenate(uuid, text);
	return host_string(mold->host, text);
}

static void print_volume(struct mold *mold, const char *name, const char *uuid,
	unsigned first, unsigned extents)
{
	buf_printf(&mold->volumes,
		"%s {\nid = \"%s\"\nstatus = [\"READ\", \"WRITE\", \"VISIBLE\"]\n"
		"flags = []\ncreation_time = %d\ncreation_host = \"hv7\"\n"
		"segment_count = 1\n\nsegment1 {\nstart_extent = 0\nextent_count = %u\n\n"
		"type = \"striped\"\nstripe_count = 1\n\nstripes = [\n\"pv0\", %u\n]\n"
		"}\n}\n\n",
		name, hyphens(mold, uuid), TAKEN - 3 * 86400, extents, first);
}

static void print_pair(
	struct mold *mold, unsigned number, const char *origin, const char *store)
{
	buf_printf(&mold->volumes,
		"snapshot%u {\nid = \"%s\"\nstatus = [\"READ\", \"WRITE\", \"VISIBLE\"]\n"
		"flags = []\ncreation_time = %d\ncreation_host = \"hv7\"\n"
		"segment_count = 1\n\nsegment1 {\nstart_extent = 0\nextent_count = %u\n\n"
		"type = \"snapshot\"\nchunk_size = 8\norigin = \"%s\"\n"
		"cow_store = \"%s\"\n}\n}\n\n",
		number, hyphens(mold, uuid_of(mold, 'p', number)), TAKEN - 3 * 86400,
		ORIGIN_EXTENTS, origin, store);
}

static void print_report(struct mold *mold, const char *name, const char *uuid,
	const char *origin, const char *origin_uuid)
{
	buf_printf(&mold->report,
		"%s{\"lv_uuid\":\"%s\", \"lv_name\":\"%s\", "
		"\"lv_full_name\":\"onapp-aaaa/%s\", \"lv_attr\":\"%s\", "
		"\"lv_size\":\"67108864\", \"origin\":\"%s\", \"origin_uuid\":\"%s\", "
		"\"lv_role\":\"public\", \"lv_tags\":\"\"}",
		mold->report.len ? ",\n" : "", hyphens(mold, uuid), name, name,
		*origin ? "swi-aos---" : "owi-aos---", origin,
		*origin_uuid ? hyphens(mold, origin_uuid) : "");
}

/* ---- volumes ---- */

unsigned mold_origin(struct mold *mold)
{
	unsigned number = mold->n_volumes++, first = mold->n_extents;
	const char *name = mold_words(mold, "disk%06u", number);
	const char *uuid = uuid_of(mold, 'o', number);
	const char *dm_name = mold_words(mold, "onapp--aaaa-%s", name);
	const char *dm_uuid = mold_words(mold, "LVM-" GROUP "%s", uuid);
	struct device *device = add_device(mold, dm_name, dm_uuid, ORIGIN_EXTENTS);
	unsigned minor = device->devno.minor;

	add_target(device, ORIGIN_EXTENTS, "snapshot-origin",
		mold_words(mold, "254:%u", minor + 1));
	add_on_disk(mold, mold_words(mold, "%s-real", dm_name),
		mold_words(mold, "%s-real", dm_uuid), ORIGIN_EXTENTS);
	stand_on(mold, &mold->host->devices[minor], mold_dm(minor + 1));
	print_volume(mold, name, uuid, first, ORIGIN_EXTENTS);
	print_report(mold, name, uuid, "", "");
	return minor;
}

static unsigned add_snapshot(struct mold *mold, unsigned origin, bool is_stale)
{
	unsigned number = mold->n_volumes++, first = mold->n_extents, cow;
	const char *name = mold_words(mold, "backup-%06u", number);
	const char *uuid = uuid_of(mold, 's', number);
	const char *dm_name = mold_words(mold, "onapp--aaaa-backup--%06u", number);
	const char *dm_uuid = mold_words(mold, "LVM-" GROUP "%s", uuid);
	const char *of = strstr(mold->host->devices[origin].name, "disk");
	struct device *device;

	cow = add_on_disk(mold, mold_words(mold, "%s-cow", dm_name),
		mold_words(mold, "%s-cow", dm_uuid), 1);
	device = add_device(mold, dm_name, dm_uuid, ORIGIN_EXTENTS);
	add_target(device, ORIGIN_EXTENTS, "snapshot",
		mold_words(mold, "254:%u 254:%u P 8", origin + 1, cow))
		->status = "16/8192 16";
	stand_on(mold, device, mold_dm(origin + 1));
	stand_on(mold, device, mold_dm(cow));
	if (is_stale)
		return device->devno.minor;
	print_volume(mold, name, uuid, first, 1);
	print_pair(mold, number, of, name);
	print_report(mold, name, uuid, of,
		mold->host->devices[origin].uuid + strlen("LVM-" GROUP));
	return device->devno.minor;
}

unsigned mold_snapshot(struct mold *mold, unsigned origin)
{
	return add_snapshot(mold, origin, false);
}

unsigned mold_stale(struct mold *mold, unsigned origin)
{
	return add_snapshot(mold, origin, true);
}

unsigned mold_mapping(struct mold *mold, const struct devno *below, size_t count)
{
	unsigned number = (unsigned)mold->host->n_devices;
	struct device *device =
		add_device(mold, mold_words(mold, "map%06u", number), "", count);

	for (size_t i = 0; i < count; i++) {
		add_target(device, 1, "linear",
			mold_words(mold, DEVNO_FMT " 0", DEVNO_ARGS(below[i])));
		stand_on(mold, device, below[i]);
	}
	return device->devno.minor;
}

unsigned mold_mapping_on(struct mold *mold, unsigned below)
{
	struct devno devno = mold_dm(below);

	return mold_mapping(mold, &devno, 1);
}

void mold_missing_pv(struct mold *mold)
{
	unsigned number = ++mold->n_pvs;
	const char *uuid = hyphens(mold, uuid_of(mold, 'd', number));

	buf_printf(&mold->pvs,
		"pv%u {\nid = \"%s\"\ndevice = \"unknown\"\n\nstatus = "
		"[\"ALLOCATABLE\"]\nflags = [\"MISSING\"]\ndev_size = 524288000\n"
		"pe_start = 2048\npe_count = 1000\n}\n",
		number, uuid);
	buf_printf(&mold->pv_report,
		",\n{\"pv_uuid\":\"%s\", \"pv_name\":\"[unknown]\", "
		"\"pv_major\":\"-1\", \"pv_minor\":\"-1\", \"pv_missing\":\"1\", "
		"\"pv_duplicate\":\"0\", \"pe_start\":\"1048576\", "
		"\"pv_pe_count\":\"1000\", \"pv_in_use\":\"1\"}",
		uuid);
}

unsigned mold_pieces(struct mold *mold, unsigned count)
{
	unsigned number = mold->n_volumes++, first = mold->n_extents;
	const char *name = mold_words(mold, "disk%06u", number);
	const char *uuid = uuid_of(mold, 'o', number);

	mold->n_extents += 2 * count;
	buf_printf(&mold->volumes,
		"%s {\nid = \"%s\"\nstatus = [\"READ\", \"WRITE\", \"VISIBLE\"]\n"
		"flags = []\ncreation_time = %d\ncreation_host = \"hv7\"\n"
		"segment_count = %u\n\n",
		name, hyphens(mold, uuid), TAKEN - 3 * 86400, count);
	for (unsigned i = 0; i < count; i++)
		buf_printf(&mold->volumes,
			"segment%u {\nstart_extent = %u\nextent_count = 1\n\n"
			"type = \"striped\"\nstripe_count = 1\n\nstripes = [\n\"pv0\", "
			"%u\n]\n}\n",
			i + 1, i, first + 2 * i);
	buf_puts(&mold->volumes, "}\n\n");
	print_report(mold, name, uuid, "", "");
	return first;
}

/* ---- users ---- */

unsigned mold_mount(
	struct mold *mold, unsigned parent, struct devno devno, const char *target)
{
	unsigned id = MOLD_ROOT_MOUNT + ++mold->n_mounts;

	buf_printf(&mold->mounts,
		"%u %u " DEVNO_FMT " / %s ro,relatime shared:%u - ext4 /dev/none ro\n",
		id, parent, DEVNO_ARGS(devno), target, id);
	return id;
}

void mold_loop(struct mold *mold, struct devno below, const char *file)
{
	struct host *host = mold->host;
	struct block *block = array_add(&host->blocks, &host->n_blocks);

	*block = (struct block){.transport = "",
		.devno = {7, (unsigned)host->n_blocks - 2},
		.kname = mold_words(mold, "loop%zu", host->n_blocks - 2),
		.kind = BLOCK_LOOP,
		.size = 1024,
		.state = "",
		.backing_file = file};
	if (!devno_is_none(below))
		*array_add(&block->below, &block->n_below) = below;
}

void mold_use(struct mold *mold, enum use_kind kind, struct devno devno)
{
	struct host *host = mold->host;
	unsigned pid = 1000 + (unsigned)host->n_processes;

	*array_add(&host->processes, &host->n_processes) = (struct process){.pid = pid,
		.start = 5000 + pid,
		.comm = "tar",
		.exe = "/usr/bin/tar",
		.mount_namespace = NAMESPACE};
	*array_add(&host->uses, &host->n_uses) = (struct use){
		.pid = pid, .kind = kind, .devno = devno, .count = 1, .example = ""};
}

/* ---- the whole ---- */

static void add_metadata(struct mold *mold)
{
	cleanup_buf struct buf text = BUF_INIT;

	buf_printf(&text,
		"onapp-aaaa {\nid = \"%s\"\nseqno = 7\nformat = \"lvm2\"\n"
		"status = [\"RESIZEABLE\", \"READ\", \"WRITE\"]\nflags = []\n"
		"extent_size = %u\nmax_lv = 0\nmax_pv = 0\nmetadata_copies = 0\n\n"
		"physical_volumes {\n\npv0 {\nid = \"%s\"\ndevice = \"/dev/sda\"\n\n"
		"status = [\"ALLOCATABLE\"]\nflags = []\ndev_size = 524288000\n"
		"pe_start = %u\npe_count = 60000000\n}\n%s}\n\nlogical_volumes "
		"{\n\n%s}\n\n}\n"
		"contents = \"Text Format Volume Group\"\nversion = 1\n"
		"description = \"\"\ncreation_host = \"hv7\"\ncreation_time = %d\n",
		hyphens(mold, GROUP), EXTENT, hyphens(mold, uuid_of(mold, 'd', 0)),
		PE_START, buf_text(&mold->pvs), buf_text(&mold->volumes),
		TAKEN - 3 * 86400);
	host_document_add(mold->host, "lvm/" GROUP ".vg", text.data, text.len);
}

static void add_report(struct mold *mold)
{
	cleanup_buf struct buf text = BUF_INIT;

	buf_printf(&text,
		"{\"report\": [\n{\"vg\": [{\"vg_uuid\":\"%s\", "
		"\"vg_name\":\"onapp-aaaa\", "
		"\"vg_attr\":\"wz--n-\", \"vg_seqno\":\"7\", "
		"\"vg_permissions\":\"writeable\", \"vg_extent_size\":\"4194304\", "
		"\"vg_systemid\":\"\", \"vg_lock_type\":\"\", \"vg_exported\":\"0\", "
		"\"vg_partial\":\"0\", \"vg_clustered\":\"0\", \"vg_tags\":\"\"}],\n"
		"\"pv\": [{\"pv_uuid\":\"%s\", \"pv_name\":\"/dev/sda\", "
		"\"pv_major\":\"8\", \"pv_minor\":\"0\", \"pv_missing\":\"0\", "
		"\"pv_duplicate\":\"0\", \"pe_start\":\"1048576\", "
		"\"pv_pe_count\":\"60000000\", \"pv_in_use\":\"1\"}%s],\n\"lv\": [\n%s],\n"
		"\"pvseg\": [],\n\"seg\": []}%s]}\n",
		hyphens(mold, GROUP), hyphens(mold, uuid_of(mold, 'd', 0)),
		buf_text(&mold->pv_report), buf_text(&mold->report),
		buf_text(&mold->groups));
	host_document_add(mold->host, "lvm/report.json", text.data, text.len);
}

struct host *mold_finish(struct mold *mold)
{
	add_metadata(mold);
	add_report(mold);
	host_document_add(
		mold->host, "mounts/4026531841", mold->mounts.data, mold->mounts.len);
	host_sort(mold->host);
	buf_free(&mold->mounts);
	buf_free(&mold->volumes);
	buf_free(&mold->report);
	buf_free(&mold->groups);
	buf_free(&mold->pvs);
	buf_free(&mold->pv_report);
	return mold->host;
}
