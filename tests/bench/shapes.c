/* SPDX-License-Identifier: Apache-2.0 */
/* See shapes.h. Input: a size. Output: a host. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mold.h"
#include "shapes.h"
#include "snapstate/buf.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/change.h"
#include "snapstate/host/config.h"
#include "snapstate/host/device.h"
#include "snapstate/host/holder.h"
#include "snapstate/host/lvm.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/process.h"
#include "snapstate/host/source.h"
#include "snapstate/host/swap.h"
#include "snapstate/lvm_names.h"

#define COUNT(items) (sizeof(items) / sizeof((items)[0]))

static void add_idle(struct mold *mold, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		mold_snapshot(mold, mold_origin(mold));
}

static struct host *many_snapshots(unsigned size)
{
	struct mold mold;

	mold_begin(&mold);
	add_idle(&mold, size);
	return mold_finish(&mold);
}

static struct host *one_origin(unsigned size)
{
	struct mold mold;
	unsigned origin;

	mold_begin(&mold);
	origin = mold_origin(&mold);
	for (unsigned i = 0; i < size; i++)
		mold_snapshot(&mold, origin);
	return mold_finish(&mold);
}

/* Each has a flag that keeps its neighbours. */
static struct host *one_origin_suspended(unsigned size)
{
	struct host *host = one_origin(size);

	for (size_t i = 0; i < host->n_devices; i++)
		host->devices[i].flags = DEVICE_SUSPENDED;
	return host;
}

static struct host *one_origin_inactive(unsigned size)
{
	struct host *host = one_origin(size);
	size_t kept = 0;

	/* of every second snapshot, the devices are not there */
	for (size_t i = 0; i < host->n_devices; i++) {
		struct device *device = &host->devices[i];

		if (i >= 2 && i / 2 % 2) {
			free(device->targets);
			free(device->deps);
		} else {
			host->devices[kept++] = *device;
		}
	}
	host->n_devices = kept;
	return host;
}

static struct host *stale_siblings(unsigned size)
{
	struct mold mold;
	unsigned origin;

	mold_begin(&mold);
	origin = mold_origin(&mold);
	for (unsigned i = 0; i < size / 2; i++) {
		mold_snapshot(&mold, origin);
		mold_use(&mold, USE_NODE, mold_dm(mold_stale(&mold, origin)));
	}
	return mold_finish(&mold);
}

static struct host *layer_held(unsigned size)
{
	struct mold mold;
	unsigned origin;

	mold_begin(&mold);
	origin = mold_origin(&mold);
	for (unsigned i = 0; i < size / 2; i++) {
		mold_snapshot(&mold, origin);
		mold_mapping_on(&mold, origin + 1);
	}
	return mold_finish(&mold);
}

static struct host *tall_stack(unsigned size)
{
	struct mold mold;
	unsigned top;

	mold_begin(&mold);
	top = mold_snapshot(&mold, mold_origin(&mold));
	for (unsigned i = 0; i < size; i++)
		top = mold_mapping_on(&mold, top);
	return mold_finish(&mold);
}

/* Every mapping stands on the two before it: more ways down than there are atoms. */
static struct host *ladder(unsigned size)
{
	struct mold mold;
	struct devno below[2];

	mold_begin(&mold);
	below[0] = mold_dm(mold_snapshot(&mold, mold_origin(&mold)));
	below[1] = mold_dm(mold_mapping_on(&mold, below[0].minor));
	for (unsigned i = 0; i < size; i++) {
		struct devno top = mold_dm(mold_mapping(&mold, below, 2));

		below[0] = below[1];
		below[1] = top;
	}
	return mold_finish(&mold);
}

static struct host *deep_ground(unsigned size)
{
	struct mold mold;
	unsigned top;

	mold_begin(&mold);
	top = mold_mapping(&mold, &(struct devno){8, 0}, 1);
	for (unsigned i = 0; i < size; i++)
		top = mold_mapping_on(&mold, top);
	for (unsigned i = 0; i < size; i++) {
		unsigned origin = mold_origin(&mold);
		unsigned snapshot = mold_snapshot(&mold, origin);
		struct host *host = mold.host;

		/* the layer and the COW are on top of it, not on the disk */
		host->devices[origin + 1].deps[0] = mold_dm(top);
		host->devices[snapshot - 1].deps[0] = mold_dm(top);
	}
	return mold_finish(&mold);
}

static struct host *wide_stack(unsigned size)
{
	struct mold mold;
	unsigned snapshot;

	mold_begin(&mold);
	snapshot = mold_snapshot(&mold, mold_origin(&mold));
	for (unsigned i = 0; i < size; i++)
		mold_mapping_on(&mold, snapshot);
	return mold_finish(&mold);
}

/* One mapping on all snapshots, and much on that. */
static unsigned add_shared_mapping(struct mold *mold, unsigned size)
{
	cleanup_free struct devno *below = xcalloc(size, sizeof(*below));

	for (unsigned i = 0; i < size; i++)
		below[i] = mold_dm(mold_snapshot(mold, mold_origin(mold)));
	return mold_mapping(mold, below, size);
}

static struct host *shared_mapping(unsigned size)
{
	struct mold mold;

	mold_begin(&mold);
	add_shared_mapping(&mold, size);
	return mold_finish(&mold);
}

static struct host *shared_uses(unsigned size)
{
	struct mold mold;
	unsigned shared;

	mold_begin(&mold);
	shared = add_shared_mapping(&mold, size);
	for (unsigned i = 0; i < size; i++)
		mold_use(&mold, USE_FILE, mold_dm(shared));
	return mold_finish(&mold);
}

static struct host *shared_layers(unsigned size)
{
	struct mold mold;
	unsigned shared;

	mold_begin(&mold);
	shared = add_shared_mapping(&mold, size);
	for (unsigned i = 0; i < size; i++)
		mold_mapping_on(&mold, shared);
	return mold_finish(&mold);
}

static struct host *shared_mounts(unsigned size)
{
	struct mold mold;
	unsigned shared;

	mold_begin(&mold);
	shared = add_shared_mapping(&mold, size);
	for (unsigned i = 0; i < size; i++)
		mold_mount(&mold, MOLD_ROOT_MOUNT, mold_dm(shared),
			mold_words(&mold, "/mnt/%u", i));
	return mold_finish(&mold);
}

static void add_mounts(struct mold *mold, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		mold_mount(mold, MOLD_ROOT_MOUNT, (struct devno){0, 100 + i},
			mold_words(mold, "/mnt/%u", i));
}

static struct host *swap_files(unsigned size)
{
	struct mold mold;

	mold_begin(&mold);
	add_idle(&mold, size);
	add_mounts(&mold, size);
	for (unsigned i = 0; i < size; i++)
		*array_add(&mold.host->swaps, &mold.host->n_swaps) = (struct swap){
			.path = mold_words(&mold, "/mnt/%u/swap", i), .has_used = true};
	return mold_finish(&mold);
}

static struct host *loops(unsigned size)
{
	struct mold mold;

	mold_begin(&mold);
	add_idle(&mold, size);
	add_mounts(&mold, size);
	for (unsigned i = 0; i < size; i++)
		mold_loop(&mold, DEVNO_NONE, mold_words(&mold, "/mnt/%u/image", i));
	return mold_finish(&mold);
}

/* "/a/a/a/a": each mount point is below all the others. */
static struct host *nested_mounts(unsigned size)
{
	struct mold mold;
	cleanup_buf struct buf path = BUF_INIT, file = BUF_INIT;
	unsigned parent = MOLD_ROOT_MOUNT, depth = size < 1500 ? size : 1500;
	unsigned snapshot;

	mold_begin(&mold);
	snapshot = mold_snapshot(&mold, mold_origin(&mold));
	add_idle(&mold, size);
	for (unsigned i = 0; i < depth; i++) {
		buf_puts(&path, "/a");
		parent = mold_mount(&mold, parent,
			i ? (struct devno){0, 100 + i} : mold_dm(snapshot),
			buf_text(&path));
	}
	buf_printf(&file, "%s/image", buf_text(&path));
	for (unsigned i = 0; i < size / 8; i++)
		mold_loop(&mold, DEVNO_NONE, host_string(mold.host, buf_text(&file)));
	return mold_finish(&mold);
}

static struct host *mounts_of_one(unsigned size)
{
	struct mold mold;
	unsigned snapshot;

	mold_begin(&mold);
	snapshot = mold_snapshot(&mold, mold_origin(&mold));
	for (unsigned i = 0; i < size; i++)
		mold_mount(&mold, MOLD_ROOT_MOUNT, mold_dm(snapshot),
			mold_words(&mold, "/mnt/%u", i));
	mold.host->devices[snapshot].open_count = 1;
	return mold_finish(&mold);
}

static struct host *mounts_below(unsigned size)
{
	struct mold mold;
	unsigned snapshot, parent;

	mold_begin(&mold);
	snapshot = mold_snapshot(&mold, mold_origin(&mold));
	mold.host->devices[snapshot].open_count = 1;
	parent = mold_mount(&mold, MOLD_ROOT_MOUNT, mold_dm(snapshot), "/mnt/a");
	for (unsigned i = 0; i < size; i++)
		mold_mount(&mold, parent, (struct devno){0, 100 + i},
			mold_words(&mold, "/mnt/a/%u", i));
	return mold_finish(&mold);
}

/* A chain of the snapshot's own mounts, each in the one before. */
static struct host *mount_chain(unsigned size)
{
	struct mold mold;
	unsigned snapshot, parent = MOLD_ROOT_MOUNT;

	mold_begin(&mold);
	snapshot = mold_snapshot(&mold, mold_origin(&mold));
	mold.host->devices[snapshot].open_count = 1;
	for (unsigned i = 0; i < size; i++)
		parent = mold_mount(&mold, parent, mold_dm(snapshot),
			mold_words(&mold, "/mnt/%u", i));
	return mold_finish(&mold);
}

static void add_space(struct mold *mold, const struct buf *mounts)
{
	struct host *host = mold->host;
	uint64_t id = 4026540000u + host->n_namespaces;
	cleanup_buf struct buf name = BUF_INIT;

	*array_add(&host->namespaces, &host->n_namespaces) = (struct mount_namespace){
		.id = id, .pid = (uint32_t)host->n_namespaces + 500};
	buf_printf(&name, "mounts/%llu", (unsigned long long)id);
	host_document_add(host, buf_text(&name), buf_text(mounts), mounts->len);
}

static struct host *namespaces(unsigned size)
{
	struct mold mold;
	cleanup_buf struct buf text = BUF_INIT;

	mold_begin(&mold);
	add_idle(&mold, size);
	mold_mount(&mold, MOLD_ROOT_MOUNT, mold_dm(3), "/mnt/a");
	mold.host->devices[3].open_count = 1;
	buf_printf(&text, "20 1 8:65535 / / rw master:1 - ext4 /dev/root rw\n"
			  "21 20 254:3 / /mnt/a ro master:21 - ext4 /dev/none ro\n");
	for (unsigned i = 0; i < size; i++)
		add_space(&mold, &text);
	return mold_finish(&mold);
}

/* All of one peer group, at one place, in two namespaces. */
static struct host *one_group(unsigned size)
{
	struct mold mold;
	cleanup_buf struct buf text = BUF_INIT;
	unsigned snapshot;

	mold_begin(&mold);
	snapshot = mold_snapshot(&mold, mold_origin(&mold));
	mold.host->devices[snapshot].open_count = 1;
	buf_puts(&text, "20 1 8:65535 / / rw master:1 - ext4 /dev/root rw\n");
	for (unsigned i = 0; i < size; i++) {
		mold_mount(&mold, MOLD_ROOT_MOUNT, mold_dm(snapshot),
			mold_words(&mold, "/mnt/%u", i));
		buf_printf(&text,
			"%u 20 254:%u / /mnt/%u ro master:%u - ext4 /dev/x ro\n", i + 21,
			snapshot, size - i, i + 21);
	}
	add_space(&mold, &text);
	return mold_finish(&mold);
}

/* Peer groups of which each receives from the one before. */
static struct host *masters(unsigned size)
{
	struct mold mold;
	cleanup_buf struct buf text = BUF_INIT;
	unsigned snapshot;

	mold_begin(&mold);
	snapshot = mold_snapshot(&mold, mold_origin(&mold));
	mold.host->devices[snapshot].open_count = 1;
	mold_mount(&mold, MOLD_ROOT_MOUNT, mold_dm(snapshot), "/mnt/a");
	buf_puts(&text, "20 1 8:65535 / / rw shared:2 master:7 - ext4 /dev/root rw\n");
	for (unsigned i = 0; i < size; i++)
		buf_printf(&text,
			"%u 20 254:%u / /mnt/a ro shared:7 master:8 - ext4 /dev/x ro\n",
			i + 21, snapshot);
	add_space(&mold, &text);
	return mold_finish(&mold);
}

static struct host *uses_of_one(unsigned size)
{
	struct mold mold;
	unsigned mapping;

	mold_begin(&mold);
	mapping = mold_mapping_on(&mold, mold_snapshot(&mold, mold_origin(&mold)));
	for (unsigned i = 0; i < size; i++)
		mold_use(&mold, USE_FILE, mold_dm(mapping));
	return mold_finish(&mold);
}

/* One process, with something on every device. */
static struct host *one_process(unsigned size)
{
	struct mold mold;

	mold_begin(&mold);
	for (unsigned i = 0; i < size; i++) {
		unsigned snapshot = mold_snapshot(&mold, mold_origin(&mold));

		mold_use(&mold, USE_NODE, mold_dm(snapshot));
		mold.host->uses[i].pid = 1000;
		mold.host->devices[snapshot].open_count = 1;
	}
	return mold_finish(&mold);
}

static struct host *storage_programs(unsigned size)
{
	struct mold mold;

	mold_begin(&mold);
	add_idle(&mold, size);
	for (unsigned i = 0; i < size; i++) {
		mold_use(&mold, USE_NODE, (struct devno){8, 0});
		mold.host->processes[i].comm = "lvremove";
	}
	return mold_finish(&mold);
}

static struct host *fstab_lines(unsigned size)
{
	struct mold mold;

	mold_begin(&mold);
	for (unsigned i = 0; i < size; i++) {
		unsigned snapshot = mold_snapshot(&mold, mold_origin(&mold));

		mold_mount(&mold, MOLD_ROOT_MOUNT, mold_dm(snapshot),
			mold_words(&mold, "/mnt/%u", i));
		mold.host->devices[snapshot].open_count = 1;
		*array_add(&mold.host->fstab, &mold.host->n_fstab) =
			(struct fstab_entry){.line = i + 1,
				.is_automatic = i % 2,
				.source = mold_words(&mold, "/dev/mapper/none%u", i),
				.target = mold_words(&mold, "/mnt/%u", size - i),
				.type = "ext4"};
	}
	return mold_finish(&mold);
}

static struct host *changes(unsigned size)
{
	struct host *host = many_snapshots(size);

	host_source_set(host, "again", OUTCOME_CHANGED, "%s", "");
	for (unsigned i = 0; i < size; i++)
		host_change_add(host, mold_dm(4 * i), CHANGE_OPENS, "");
	host_sort(host);
	return host;
}

static struct host *kernel_holders(unsigned size)
{
	struct mold mold;
	unsigned snapshot;

	mold_begin(&mold);
	snapshot = mold_snapshot(&mold, mold_origin(&mold));
	for (unsigned i = 0; i < size; i++)
		*array_add(&mold.host->kernel_holders, &mold.host->n_kernel_holders) =
			(struct kernel_holder){.devno = mold_dm(snapshot),
				.kind = HOLDER_XEN,
				.name = mold_words(&mold, "vbd-%u-51712", i)};
	return mold_finish(&mold);
}

/* A guest's volumes on the snapshot, each on two places of it. */
static struct host *guest_volumes(unsigned size)
{
	struct mold mold;
	unsigned snapshot;

	mold_begin(&mold);
	snapshot = mold_snapshot(&mold, mold_origin(&mold));
	for (unsigned i = 0; i < size; i++) {
		unsigned mapping = mold_mapping_on(&mold, snapshot);
		struct device *device = &mold.host->devices[mapping];

		device->uuid = mold_words(
			&mold, "LVM-%s%032u", "gggggggggggggggggggggggggggggggg", i);
		device->name = mold_words(&mold, "guest-root%u", i);
	}
	return mold_finish(&mold);
}

static struct host *many_targets(unsigned size)
{
	struct mold mold;
	cleanup_free struct devno *below = xcalloc(size, sizeof(*below));
	unsigned snapshot, volume;

	mold_begin(&mold);
	snapshot = mold_snapshot(&mold, mold_origin(&mold));
	for (unsigned i = 0; i < size; i++)
		below[i] = mold_dm(mold_mapping_on(&mold, snapshot));
	volume = mold_mapping(&mold, below, size);
	mold.host->devices[volume].uuid =
		"LVM-ggggggggggggggggggggggggggggggggllllllllllllllllllllllllllllllll";
	return mold_finish(&mold);
}

/* The COW's table has as many pieces as its volume has neighbours. */
static struct host *cow_pieces(unsigned size)
{
	struct mold mold;
	unsigned snapshot;
	struct device *store;

	mold_begin(&mold);
	add_idle(&mold, size);
	snapshot = mold_stale(&mold, mold_origin(&mold));
	store = &mold.host->devices[snapshot - 1];
	for (unsigned i = 0; i < size; i++) {
		struct dm_target *target = array_add(&store->targets, &store->n_targets);

		*target = (struct dm_target){.start = (i + 1) * 8192ull,
			.length = 8192,
			.type = "linear",
			.params =
				mold_words(&mold, "8:0 %llu", 2048 + i % size * 8192ull),
			.status = ""};
	}
	return mold_finish(&mold);
}

/* Names of one bucket, were the table of names not keyed: see capture/host/index.c. */
static struct host *like_names(unsigned size)
{
	struct mold mold;

	mold_begin(&mold);
	add_idle(&mold, 1);
	for (unsigned i = 0; i < size; i++) {
		cleanup_buf struct buf name = BUF_INIT;
		unsigned mapping = mold_mapping(&mold, &(struct devno){8, 0}, 1);

		/* each pair of words differs in the highest bits only, which a
		 * multiplication leaves where they are */
		for (unsigned bit = 0; bit < 16; bit++)
			buf_puts(&name, i >> bit & 1 ? "aaaaaaa\xe1"
						       "bbb\xe2"
						       "bbb\xe2"
						     : "aaaaaaaabbbbbbbb");
		mold.host->devices[mapping].name =
			host_string(mold.host, buf_text(&name));
		mold.host->devices[mapping].uuid = mold.host->devices[mapping].name;
	}
	return mold_finish(&mold);
}

/* Numbers of one bucket, were the table of numbers not keyed. */
static struct host *like_numbers(unsigned size)
{
	struct mold mold;

	mold_begin(&mold);
	add_idle(&mold, 1);
	for (unsigned i = 0; i < size; i++)
		mold_mapping(&mold, &(struct devno){1000 + i, (1000 + i) ^ 77}, 1);
	return mold_finish(&mold);
}

static struct host *groups(unsigned size)
{
	struct mold mold;

	mold_begin(&mold);
	add_idle(&mold, 1);
	for (unsigned i = 0; i < size; i++) {
		cleanup_buf struct buf text = BUF_INIT;
		char vg[LVM_UUID_LEN + 1], vg_text[LVM_UUID_HYPHENS + 1];

		snprintf(vg, sizeof(vg), "g%031u", i);
		lvm_uuid_hyphenate(vg, vg_text);
		buf_printf(&text,
			"other-%u {\nid = \"%s\"\nseqno = 7\nformat = \"lvm2\"\n"
			"status = [\"RESIZEABLE\", \"READ\", \"WRITE\"]\nflags = []\n"
			"extent_size = 8192\nmax_lv = 0\nmax_pv = 0\nmetadata_copies = "
			"0\n\n"
			"physical_volumes {\n\n}\n\n}\ncontents = \"Text Format Volume "
			"Group\"\nversion = 1\n"
			"description = \"\"\ncreation_host = \"hv7\"\n"
			"creation_time = 1795000000\n",
			i, vg_text);
		host_document_add(mold.host, mold_words(&mold, "lvm/%s.vg", vg),
			text.data, text.len);
	}
	return mold_finish(&mold);
}

static struct host *swaps_of_one(unsigned size)
{
	struct mold mold;
	unsigned snapshot;

	mold_begin(&mold);
	snapshot = mold_snapshot(&mold, mold_origin(&mold));
	for (unsigned i = 0; i < size; i++)
		*array_add(&mold.host->swaps, &mold.host->n_swaps) =
			(struct swap){.path = mold_words(&mold, "/dev/x%u", i),
				.devno = mold_dm(snapshot),
				.has_used = true};
	mold.host->devices[snapshot].open_count = 2 * size;
	return mold_finish(&mold);
}

static struct host *loops_of_one(unsigned size)
{
	struct mold mold;
	unsigned snapshot;

	mold_begin(&mold);
	snapshot = mold_snapshot(&mold, mold_origin(&mold));
	mold.host->devices[snapshot].open_count = 1;
	mold_mount(&mold, MOLD_ROOT_MOUNT, mold_dm(snapshot), "/mnt/a");
	for (unsigned i = 0; i < size; i++)
		mold_loop(&mold, DEVNO_NONE, mold_words(&mold, "/mnt/a/image%u", i));
	return mold_finish(&mold);
}

static struct host *arrays(unsigned size)
{
	struct mold mold;

	mold_begin(&mold);
	for (unsigned i = 0; i < size; i++) {
		struct host *host = mold.host;
		unsigned snapshot = mold_snapshot(&mold, mold_origin(&mold));
		struct block *block = array_add(&host->blocks, &host->n_blocks);

		host->devices[snapshot].open_count = 1;
		*block = (struct block){.transport = "",
			.devno = {9, i},
			.kname = mold_words(&mold, "md%u", i),
			.kind = BLOCK_MD,
			.level = "raid1",
			.state = "clean",
			.sync = "idle",
			.backing_file = ""};
		for (unsigned b = 0; b <= i; b += 1 + i / 2)
			*array_add(&block->below, &block->n_below) = mold_dm(4 * b + 3);
	}
	return mold_finish(&mold);
}

/* Of half of the namespaces nobody could read the mount table. */
static struct host *blind_namespaces(unsigned size)
{
	struct mold mold;
	cleanup_buf struct buf text = BUF_INIT;

	mold_begin(&mold);
	add_idle(&mold, size);
	buf_puts(&text, "20 1 8:65535 / / rw - ext4 /dev/root rw\n");
	for (unsigned i = 0; i < size; i++) {
		add_space(&mold, &text);
		host_source_set(mold.host,
			mold_words(&mold, "mounts/%u",
				4026540000u + (unsigned)mold.host->n_namespaces - 1),
			i % 2 ? OUTCOME_DENIED : OUTCOME_READ, "%s", "");
	}
	return mold_finish(&mold);
}

/* All snapshots are mounted in namespaces of their own, next to each other. */
static struct host *mounted_elsewhere(unsigned size)
{
	struct mold mold;

	mold_begin(&mold);
	for (unsigned i = 0; i < size; i++) {
		unsigned snapshot = mold_snapshot(&mold, mold_origin(&mold));
		cleanup_buf struct buf text = BUF_INIT;

		buf_printf(&text,
			"20 1 8:65535 / / rw - ext4 /dev/root rw\n"
			"21 20 254:%u / /mnt/a ro - ext4 /dev/none ro\n",
			snapshot);
		mold.host->devices[snapshot].open_count = 1;
		add_space(&mold, &text);
	}
	return mold_finish(&mold);
}

static void add_config(struct mold *mold, enum config_kind kind, const char *device)
{
	struct host *host = mold->host;
	unsigned number = (unsigned)host->n_configs;

	*array_add(&host->configs, &host->n_configs) = (struct config_entry){
		.file = mold_words(mold, "/etc/libvirt/qemu/%06u.xml", number),
		.line = 7,
		.kind = kind,
		.device = device,
		.target = kind == CONFIG_MOUNT ? "/srv" : ""};
}

/* Each snapshot is named by a line, in one of the ways in which that can be done. */
static struct host *configs(unsigned size)
{
	struct mold mold;

	mold_begin(&mold);
	host_source_set(mold.host, "configs", OUTCOME_READ, "%s", "");
	for (unsigned i = 0; i < size; i++) {
		unsigned minor = mold_snapshot(&mold, mold_origin(&mold));
		const char *dm_name = mold.host->devices[minor].name;

		add_config(&mold, i % 2 ? CONFIG_LIBVIRT : CONFIG_MOUNT,
			i % 3 ? mold_words(&mold, "/dev/mapper/%s", dm_name)
			      : mold_words(&mold, "/dev/dm-%u", minor));
	}
	return mold_finish(&mold);
}

static struct host *configs_of_one(unsigned size)
{
	struct mold mold;
	unsigned minor;

	mold_begin(&mold);
	host_source_set(mold.host, "configs", OUTCOME_READ, "%s", "");
	minor = mold_snapshot(&mold, mold_origin(&mold));
	add_idle(&mold, size);
	for (unsigned i = 0; i < size; i++)
		add_config(&mold, CONFIG_LIBVIRT, mold_words(&mold, "/dev/dm-%u", minor));
	return mold_finish(&mold);
}

/* What is named is on all snapshots. */
static struct host *shared_configs(unsigned size)
{
	struct mold mold;
	unsigned shared;

	mold_begin(&mold);
	host_source_set(mold.host, "configs", OUTCOME_READ, "%s", "");
	shared = add_shared_mapping(&mold, size);
	for (unsigned i = 0; i < size; i++)
		add_config(
			&mold, CONFIG_LIBVIRT, mold_words(&mold, "/dev/dm-%u", shared));
	return mold_finish(&mold);
}

static struct host *shared_holders(unsigned size)
{
	struct mold mold;
	unsigned shared;

	mold_begin(&mold);
	shared = add_shared_mapping(&mold, size);
	for (unsigned i = 0; i < size; i++)
		*array_add(&mold.host->kernel_holders, &mold.host->n_kernel_holders) =
			(struct kernel_holder){.devno = mold_dm(shared),
				.kind = HOLDER_XEN,
				.name = mold_words(&mold, "vbd-%u-51712", i)};
	return mold_finish(&mold);
}

static struct host *shared_swaps(unsigned size)
{
	struct mold mold;
	unsigned shared;

	mold_begin(&mold);
	shared = add_shared_mapping(&mold, size);
	for (unsigned i = 0; i < size; i++)
		*array_add(&mold.host->swaps, &mold.host->n_swaps) =
			(struct swap){.path = mold_words(&mold, "/dev/x%u", i),
				.devno = mold_dm(shared),
				.has_used = true};
	return mold_finish(&mold);
}

/* What changed is on all snapshots. */
static struct host *shared_changes(unsigned size)
{
	struct mold mold;
	unsigned shared;
	struct host *host;

	mold_begin(&mold);
	shared = add_shared_mapping(&mold, size);
	host = mold_finish(&mold);
	host_source_set(host, "again", OUTCOME_CHANGED, "%s", "");
	for (unsigned i = 0; i < size; i++) {
		char open_count[16];

		snprintf(open_count, sizeof(open_count), "%u", i);
		host_change_add(host, mold_dm(shared), CHANGE_OPENS, open_count);
	}
	host_sort(host);
	return host;
}

static struct host *missing_disks(unsigned size)
{
	struct mold mold;

	mold_begin(&mold);
	add_idle(&mold, size);
	for (unsigned i = 0; i < size; i++)
		mold_missing_pv(&mold);
	return mold_finish(&mold);
}

/* A stale COW over one volume of many segments, as scattered as that. */
static struct host *segments_of_one(unsigned size)
{
	struct mold mold;
	unsigned first, snapshot;
	struct device *store;

	mold_begin(&mold);
	snapshot = mold_stale(&mold, mold_origin(&mold));
	first = mold_pieces(&mold, size);
	store = &mold.host->devices[snapshot - 1];
	for (unsigned i = 0; i < size; i++) {
		struct dm_target *target = array_add(&store->targets, &store->n_targets);

		*target = (struct dm_target){.start = (i + 1) * 8192ull,
			.length = 8192,
			.type = "linear",
			.params = mold_words(
				&mold, "8:0 %llu", 2048 + (first + 2ull * i) * 8192),
			.status = ""};
	}
	return mold_finish(&mold);
}

/* Removable, and each one's removal is asked about by the others' condition. */
static struct host *stale_and_idle(unsigned size)
{
	struct mold mold;
	unsigned origin;

	mold_begin(&mold);
	origin = mold_origin(&mold);
	for (unsigned i = 0; i < size / 2; i++) {
		mold_snapshot(&mold, origin);
		mold_stale(&mold, origin);
	}
	return mold_finish(&mold);
}

/* Lines that all put something on one mount point, where all snapshots are mounted. */
static struct host *fstab_of_one(unsigned size)
{
	struct mold mold;

	mold_begin(&mold);
	for (unsigned i = 0; i < size; i++) {
		unsigned snapshot = mold_snapshot(&mold, mold_origin(&mold));

		mold_mount(&mold, MOLD_ROOT_MOUNT, mold_dm(snapshot), "/mnt/a");
		mold.host->devices[snapshot].open_count = 1;
		*array_add(&mold.host->fstab, &mold.host->n_fstab) =
			(struct fstab_entry){.line = i + 1,
				.source = mold_words(&mold, "/dev/mapper/none%u", i),
				.target = "/mnt/a",
				.type = "ext4"};
	}
	return mold_finish(&mold);
}

const struct shape shapes[] = {
	{"many-snapshots", "each on an origin of its own", many_snapshots},
	{"one-origin", "all snapshots are of one origin", one_origin},
	{"one-origin-suspended", "and all are suspended", one_origin_suspended},
	{"one-origin-inactive", "and half of them are not active", one_origin_inactive},
	{"stale-siblings", "half of them unknown to LVM, and in use", stale_siblings},
	{"layer-held", "mappings on their common layer", layer_held},
	{"tall-stack", "mappings, each on the one before", tall_stack},
	{"ladder", "mappings, each on the two before", ladder},
	{"deep-ground", "the group is on top of many mappings", deep_ground},
	{"wide-stack", "many mappings on one snapshot", wide_stack},
	{"shared-mapping", "one mapping on all snapshots", shared_mapping},
	{"shared-uses", "and processes that use it", shared_uses},
	{"shared-layers", "and mappings on it", shared_layers},
	{"shared-mounts", "and mounts of it", shared_mounts},
	{"swap-files", "snapshots, swap files and mounts", swap_files},
	{"loops", "snapshots, loop devices and mounts", loops},
	{"nested-mounts", "mounts and loop devices below each other", nested_mounts},
	{"mounts-of-one", "one snapshot, mounted everywhere", mounts_of_one},
	{"mounts-below", "much is mounted below its mount", mounts_below},
	{"mount-chain", "its mounts are below each other", mount_chain},
	{"namespaces", "mounted in many namespaces", namespaces},
	{"one-group", "mounts at different places of one peer group", one_group},
	{"masters", "peer groups that receive from each other", masters},
	{"uses-of-one", "processes on one mapping", uses_of_one},
	{"one-process", "that uses all snapshots", one_process},
	{"storage-programs", "LVM commands at work", storage_programs},
	{"fstab-lines", "snapshots, mounts and lines of fstab", fstab_lines},
	{"changes", "of the devices, while it was captured", changes},
	{"kernel-holders", "guests on one snapshot", kernel_holders},
	{"guest-volumes", "guest's volumes on one snapshot", guest_volumes},
	{"many-targets", "one guest's volume on many mappings", many_targets},
	{"store-pieces", "a stale COW over everybody's extents", cow_pieces},
	{"like-names", "names that one hash would not tell apart", like_names},
	{"like-numbers", "numbers that one hash would not tell apart", like_numbers},
	{"groups", "volume groups", groups},
	{"swaps-of-one", "swap areas on one snapshot", swaps_of_one},
	{"loops-of-one", "loop devices on files of one snapshot", loops_of_one},
	{"arrays", "arrays that share members", arrays},
	{"blind-namespaces", "mount tables that could not be read", blind_namespaces},
	{"mounted-elsewhere", "each in a namespace of its own", mounted_elsewhere},
	{"configs", "lines of configurations, each of a snapshot", configs},
	{"configs-of-one", "lines that all name one snapshot", configs_of_one},
	{"shared-configs", "lines that name what is on all", shared_configs},
	{"shared-holders", "guests on one mapping on all snapshots", shared_holders},
	{"shared-swaps", "and swap areas on it", shared_swaps},
	{"shared-changes", "changes of one mapping on all snapshots", shared_changes},
	{"missing-disks", "physical volumes that are missing", missing_disks},
	{"segments-of-one", "a stale COW over one scattered volume", segments_of_one},
	{"stale-and-idle", "half of them unknown to LVM, and removable", stale_and_idle},
	{"fstab-of-one", "lines of one mount point of all snapshots", fstab_of_one},
};
const size_t n_shapes = COUNT(shapes);

size_t shape_facts(const struct host *host)
{
	size_t count = host->n_devices + host->n_blocks + host->n_superblocks +
		       host->n_namespaces + host->n_mounts + host->n_swaps +
		       host->n_processes + host->n_uses + host->n_kernel_holders +
		       host->n_changes + host->n_fstab + host->n_configs +
		       host->n_vgs + host->n_pvs + host->n_lvs;

	for (size_t i = 0; i < host->n_devices; i++)
		count += host->devices[i].n_targets + host->devices[i].n_deps;
	for (size_t i = 0; i < host->n_blocks; i++)
		count += host->blocks[i].n_below;
	for (size_t i = 0; i < host->n_lvs; i++)
		count += host->lvs[i].n_segments;
	return count;
}
