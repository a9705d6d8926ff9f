/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the configuration of the host and of its guests says uses a volume: lines of
 * /etc/fstab, of units of systemd, of guests' configurations. See "mentions" in host.h.
 * Input: the model. Output: the lines that name the volume, or what is on it.
 * Invariant: a name counts by the device that has it now, or by the volume that has it in
 * the metadata. Whether a name is right nobody asks: who wrote it means to use it.
 */
#include <stdlib.h>
#include <string.h>

#include "index.h"
#include "snapstate/cleanup.h"

/* Devices on a snapshot that are looked at. A plan goes through fewer (RULE_TOO_MUCH). */
#define ABOVE_MAX 128

/* ---- one mention ---- */

size_t host_mentions_count(const struct host *host)
{
	return host->n_fstab + host->n_configs;
}

static struct mention mention_of_fstab(const struct fstab_entry *entry)
{
	bool is_swap =
		strcmp(entry->type, "swap") == 0 || strcmp(entry->target, "swap") == 0;

	return (struct mention){.kind = is_swap ? CONFIG_SWAP : CONFIG_MOUNT,
		.file = "/etc/fstab",
		.line = entry->line,
		.device = entry->source,
		.target = *entry->target == '/' ? entry->target : "",
		.fstab = entry};
}

struct mention host_mention(const struct host *host, size_t position)
{
	const struct config_entry *entry;

	if (position < host->n_fstab)
		return mention_of_fstab(&host->fstab[position]);
	entry = &host->configs[position - host->n_fstab];
	return (struct mention){.kind = entry->kind,
		.file = entry->file,
		.line = entry->line,
		.device = entry->device,
		.target = entry->target,
		.config = entry};
}

/* NULL: `path` does not begin so. */
static const char *behind(const char *path, const char *begin)
{
	size_t len = strlen(begin);

	return strncmp(path, begin, len) == 0 ? path + len : NULL;
}

static char *label_of_dm_name(const char *name)
{
	cleanup_free char *vg = NULL, *lv = NULL, *layer = NULL;
	cleanup_buf struct buf label = BUF_INIT;

	if (!lvm_dm_name_split(name, &vg, &lv, &layer) ||
		(*layer && strcmp(layer, "cow") != 0))
		return NULL;
	buf_printf(&label, "%s/%s", vg, lv);
	return xstrdup(buf_text(&label));
}

char *mention_label(const struct mention *mention)
{
	const char *path = behind(mention->device, "/dev/");
	const char *name = path ? behind(path, "mapper/") : NULL;
	const char *slash = path ? strchr(path, '/') : NULL;

	if (path && !name)
		name = behind(path, "disk/by-id/dm-name-");
	if (name)
		return label_of_dm_name(name);
	return slash && !strchr(slash + 1, '/') ? xstrdup(path) : NULL;
}

/* ---- the devices of one volume ---- */

struct owned_devices {
	struct devno items[ABOVE_MAX];
	size_t count;
};

static void add_device(struct owned_devices *owned, struct devno devno)
{
	for (size_t i = 0; i < owned->count; i++)
		if (devno_is_equal(owned->items[i], devno))
			return;
	if (owned->count < ABOVE_MAX)
		owned->items[owned->count++] = devno;
}

static bool is_on(const struct host *host, const struct block *block, struct devno devno)
{
	for (size_t i = 0; i < block->n_below; i++)
		if (devno_is_equal(block->below[i], devno))
			return true;
	return block->kind == BLOCK_LOOP && *block->backing_file &&
	       devno_is_equal(host_loop_devno(host, block), devno);
}

static void add_above(
	const struct host *host, struct owned_devices *owned, struct devno devno)
{
	cleanup_places struct places above =
		host_places(host, PLACES_ABOVE, places_devno(devno));
	cleanup_places struct places blocks =
		host_places(host, PLACES_BLOCKS, places_devno(devno));

	for (size_t i; places_next(&above, &i);)
		if (!host->devices[i].is_gone &&
			device_stands_on(&host->devices[i], devno))
			add_device(owned, host->devices[i].devno);
	for (size_t i; places_next(&blocks, &i);)
		if (!host->blocks[i].is_gone && is_on(host, &host->blocks[i], devno))
			add_device(owned, host->blocks[i].devno);
}

/* A store has its snapshot on it. *ret_device: one of its own; NULL = it has none. */
static void collect_devices(const struct host *host, const char *vg_uuid,
	const char *lv_uuid, struct owned_devices *owned,
	const struct device **ret_device)
{
	static const char *const layers[] = {"", "-cow"};

	*ret_device = NULL;
	for (size_t i = 0; i < sizeof(layers) / sizeof(layers[0]); i++) {
		const struct device *device =
			host_device_of_lv(host, vg_uuid, lv_uuid, layers[i]);

		if (!device)
			continue;
		add_device(owned, device->devno);
		*ret_device = *ret_device ? *ret_device : device;
	}
	for (size_t i = 0; i < owned->count; i++)
		add_above(host, owned, owned->items[i]);
}

/* malloc'ed; NULL: it has no name. */
static char *label_of_volume(const struct host *host, const char *vg_uuid,
	const char *lv_uuid, const struct device *device)
{
	const struct vg *vg = host_vg(host, vg_uuid);
	const struct lv *lv = host_lv(host, vg_uuid, lv_uuid);
	cleanup_buf struct buf label = BUF_INIT;

	if (!vg || !lv)
		return device ? label_of_dm_name(device->name) : NULL;
	buf_printf(&label, "%s/%s", vg->name, lv->name);
	return xstrdup(buf_text(&label));
}

/* ---- mentions ---- */

static bool is_named(const struct host *host, const struct mention *mention,
	const struct owned_devices *owned, const char *label)
{
	struct devno devno = host_path_devno(host, mention->device);
	cleanup_free char *named = label ? mention_label(mention) : NULL;

	if (named && strcmp(named, label) == 0)
		return true;
	for (size_t i = 0; !devno_is_none(devno) && i < owned->count; i++)
		if (devno_is_equal(owned->items[i], devno))
			return true;
	return false;
}

static struct places places_of_mentions(
	const struct host *host, const struct owned_devices *owned, const char *label)
{
	struct places places =
		host_places_of_devices(host, PLACES_MENTIONS, owned->items, owned->count);

	if (!places.is_all && label)
		places_unite(host, &places, PLACES_MENTIONS, places_text(label));
	return places;
}

void host_mentions_of_volume(const struct host *host, const char *vg_uuid,
	const char *lv_uuid, struct mentions *ret_mentions)
{
	struct owned_devices owned = {.count = 0};
	struct mentions mentions = {0};
	const struct device *device;
	cleanup_free char *label = NULL;
	cleanup_places struct places places = {0};

	if (host_mentions_count(host) > 0) {
		collect_devices(host, vg_uuid, lv_uuid, &owned, &device);
		label = label_of_volume(host, vg_uuid, lv_uuid, device);
		places = places_of_mentions(host, &owned, label);
	}
	for (size_t i; places_next(&places, &i);) {
		const struct mention mention = host_mention(host, i);

		if (is_named(host, &mention, &owned, label))
			*array_add(&mentions.items, &mentions.count) = mention;
	}
	*ret_mentions = mentions;
}

void mentions_free(struct mentions *mentions)
{
	free(mentions->items);
	*mentions = (struct mentions){0};
}
