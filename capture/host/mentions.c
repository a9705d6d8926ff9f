/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the configuration of the host and of its guests says uses a volume: lines of
 * /etc/fstab, of units of systemd, of guests' configurations. See host/config.h.
 * Input: the model. Output: the lines that name the volume, or what is on it.
 * Invariant: a name counts by the device that has it now, or by the volume that has it in
 * the metadata. Whether a name is right nobody asks: who wrote it means to use it.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "index.h"
#include "snapstate/buf.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/config.h"
#include "snapstate/host/places.h"
#include "snapstate/lvm_names.h"
#include "stack.h"

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

char *dm_name_label(const char *name)
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
		return dm_name_label(name);
	return slash && !strchr(slash + 1, '/') ? xstrdup(path) : NULL;
}

/* ---- mentions ---- */

static struct places places_of_mentions(
	const struct host *host, const struct stack *stack, size_t most)
{
	struct places places = host_places_of_devices(
		host, PLACES_MENTIONS, stack->items, stack->count, most);

	if (!places.is_all && stack->label)
		places_unite(&places, places_text(stack->label), most);
	return places;
}

void host_mentions_of_volume(const struct host *host, const char *vg_uuid,
	const char *lv_uuid, size_t most, struct mentions *ret_mentions)
{
	struct mentions mentions = {0};
	cleanup_stack struct stack stack = {.count = 0};
	cleanup_places struct places places = {0};

	if (host_mentions_count(host) > 0) {
		host_stack_of_volume(host, vg_uuid, lv_uuid, &stack);
		places = places_of_mentions(host, &stack, most);
	}
	for (size_t i; places_next(&places, &i);) {
		const struct mention mention = host_mention(host, i);

		if (stack_is_named(host, &stack, &mention))
			*array_add(&mentions.items, &mentions.count) = mention;
	}
	mentions.is_cut = places.is_cut;
	*ret_mentions = mentions;
}

void mentions_free(struct mentions *mentions)
{
	free(mentions->items);
	*mentions = (struct mentions){0};
}
