/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Model -> fact lines: the only renderer. See facts.h for the grammar.
 * Input: a sorted host, a scope or none. Output: a sorted set. Invariant: a line depends
 * on nothing that a healthy, busy host changes by itself.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "index.h"
#include "snapstate/buf.h"
#include "snapstate/cleanup.h"
#include "snapstate/fact_line.h"
#include "snapstate/facts.h"
#include "snapstate/facts_noted.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/device.h"
#include "snapstate/host/holder.h"
#include "snapstate/host/holders.h"
#include "snapstate/host/lvm.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/places.h"
#include "snapstate/host/process.h"
#include "snapstate/host/swap.h"
#include "snapstate/lvm_names.h"

/* What one rendering needs at every turn. */
struct rendering {
	const struct host *host;
	struct facts *facts;
	struct buf line; /* reused */
	struct facts_noted *noted; /* NULL: all is rendered */
	const struct facts_noted *last; /* at an earlier moment; NULL: none */
	size_t last_at;			/* in its devices */
	uint32_t entry;	      /* of the scope: its place among devices, then blocks */
	struct devno home_of; /* the device that was last asked for its own mounts */
	struct home_mounts home;
};

static void emit(struct rendering *r)
{
	facts_add(r->facts, buf_text(&r->line));
	r->line.len = 0;
}

/* What facts are asked about: strings and pointers that the others have are NULL. */
struct asked {
	enum asked_about {
		ABOUT_HOST = 1 << 0,
		ABOUT_DEVICE = 1 << 1,
		ABOUT_BLOCK = 1 << 2,
		ABOUT_GROUP = 1 << 3,
		ABOUT_VOLUME = 1 << 4,
		ABOUT_CONDITION = 1 << 5,
	} about;
	enum scope_level level; /* of a device; of all others SCOPE_ALL */
	struct devno devno;	/* of the device, or of the block */
	const struct device *device;
	const struct block *block;
	const char *vg_uuid, *lv_uuid, *tags;
	const struct condition *condition;
};

static void begin(struct rendering *r, enum fact_kind kind)
{
	buf_puts(&r->line, fact_row(kind)->word);
	buf_puts(&r->line, " ");
}

static void begin_devno(struct rendering *r, enum fact_kind kind, struct devno subject)
{
	begin(r, kind);
	buf_devno(&r->line, subject);
}

static void key_number(struct rendering *r, const char *key, uint64_t value)
{
	buf_puts(&r->line, key);
	buf_number(&r->line, value);
}

static void word(struct rendering *r, const char *key, const char *value)
{
	buf_puts(&r->line, " ");
	buf_puts(&r->line, key);
	buf_puts(&r->line, " ");
	buf_word(&r->line, value);
}

/* ---- devices ---- */

/* Cheaper than to parse a table. Evidence that others collected may lack all of these. */
static bool may_stand_on(const struct device *device, struct devno below)
{
	return device->n_deps == 0 || device_stands_on(device, below);
}

static bool is_cow_of_a_snapshot(const struct host *host, const struct device *device)
{
	cleanup_places struct places places =
		host_places(host, PLACES_SNAPSHOT_OF_COW, places_devno(device->devno));

	for (size_t i; places_next(&places, &i);) {
		struct devno origin, cow;

		if (!host->devices[i].is_gone &&
			may_stand_on(&host->devices[i], device->devno) &&
			device_snapshot_parts(&host->devices[i], &origin, &cow) &&
			devno_is_equal(cow, device->devno))
			return true;
	}
	return false;
}

static bool has_cow_uuid(const struct device *device)
{
	char vg[LVM_UUID_LEN + 1], lv[LVM_UUID_LEN + 1];
	const char *layer = strrchr(device->uuid, '-');

	return layer && strcmp(layer, "-cow") == 0 &&
	       lvm_dm_uuid_split(device->uuid, vg, lv, &layer) &&
	       strcmp(layer, "cow") == 0;
}

bool host_device_opens_count(const struct host *host, const struct device *device)
{
	return device_snapshot_state(device) != SNAPSHOT_NONE || has_cow_uuid(device) ||
	       host_device_is_on_snapshot(host, device) ||
	       is_cow_of_a_snapshot(host, device);
}

static void render_flags(struct rendering *r, unsigned flags)
{
	const char *separator = " flags ";

	for (unsigned bit = 1; device_flag_name(bit); bit <<= 1) {
		if (!(flags & bit))
			continue;
		buf_puts(&r->line, separator);
		buf_puts(&r->line, device_flag_name(bit));
		separator = ",";
	}
	if (*separator == ' ')
		buf_puts(&r->line, " flags -");
}

static void render_device(struct rendering *r, const struct asked *asked)
{
	const struct device *device = asked->device;
	uint64_t size = 0;

	for (size_t i = 0; i < device->n_targets; i++)
		size += device->targets[i].length;
	begin_devno(r, FACT_DEVICE, device->devno);
	word(r, "name", device->name);
	word(r, "uuid", device->uuid);
	key_number(r, " diskseq ", device->diskseq);
	if (asked->level == SCOPE_ALL)
		key_number(r, " open ", device->open_count);
	else
		buf_puts(&r->line, " open *");
	render_flags(r, device->flags);
	key_number(r, " size ", size);
	emit(r);
}

static void render_targets(struct rendering *r, enum fact_kind kind, struct devno devno,
	const struct dm_target *targets, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		fact_target(kind, devno, &targets[i], &r->line);
		emit(r);
	}
}

static void render_table(struct rendering *r, const struct asked *asked)
{
	render_targets(r, FACT_TABLE, asked->devno, asked->device->targets,
		asked->device->n_targets);
}

static void render_inactive(struct rendering *r, const struct asked *asked)
{
	render_targets(r, FACT_INACTIVE, asked->devno, asked->device->inactive,
		asked->device->n_inactive);
}

static void render_status(struct rendering *r, const struct asked *asked)
{
	const struct device *device = asked->device;
	enum snapshot_state state = device_snapshot_state(device);

	if (state == SNAPSHOT_NONE)
		return;
	begin_devno(r, FACT_STATUS, device->devno);
	key_number(r, " ", device->targets[0].start);
	key_number(r, " ", device->targets[0].length);
	buf_puts(&r->line, " ");
	buf_word(&r->line, device->targets[0].type);
	buf_puts(&r->line, " ");
	buf_puts(&r->line, snapshot_state_name(state));
	emit(r);
}

/* ---- holders ---- */

static void begin_holder(struct rendering *r, struct devno held, const char *name)
{
	begin_devno(r, FACT_HOLDER, held);
	buf_puts(&r->line, " ");
	buf_puts(&r->line, name);
}

static void render_device_holder(struct rendering *r, struct devno held,
	const struct holder *holder, struct devno above)
{
	for (uint32_t n = holder->times; n; n--) {
		begin_holder(r, held, holder->row->name);
		buf_puts(&r->line, " ");
		buf_devno(&r->line, above);
		emit(r);
	}
}

static void render_named_holder(struct rendering *r, struct devno held,
	const struct holder *holder, const char *name)
{
	begin_devno(r, FACT_HOLDER, held);
	word(r, holder->row->name, name);
	emit(r);
}

static void render_swap(
	struct rendering *r, struct devno held, const struct holder *holder)
{
	begin_devno(r, FACT_HOLDER, held);
	word(r, holder->row->name, holder->swap->path);
	if (!holder->is_on_file)
		buf_puts(&r->line, !holder->swap->has_used ? " unread"
				   : holder->swap->used	   ? " used"
							   : " unused");
	emit(r);
}

static void render_process(
	struct rendering *r, struct devno held, const struct holder *holder)
{
	const struct process *process = host_process(r->host, holder->use->pid);

	begin_holder(r, held, holder->row->name);
	key_number(r, " pid ", holder->use->pid);
	key_number(r, " start ", process ? process->start : 0);
	word(r, "comm", process ? process->comm : "");
	emit(r);
}

static const char *unplaced_label(const struct holder *unplaced)
{
	if (unplaced->shape == HELD_BY_BLOCK)
		return unplaced->block->kname;
	return unplaced->shape == HELD_BY_SWAP ? unplaced->swap->path
					       : unplaced->kernel->name;
}

static void render_unplaced(struct rendering *r, struct devno held)
{
	struct unplaced_list list;

	host_unplaced_on(r->host, held, &list);
	for (size_t i = 0; i < list.count; i++) {
		const struct holder *unplaced = &list.items[i];

		begin_holder(r, held, "unplaced");
		word(r, unplaced->shape == HELD_BY_SWAP ? "swap" : unplaced->row->name,
			unplaced_label(unplaced));
		emit(r);
	}
}

static const char *access_word(const struct mount *mount)
{
	struct mount alone = *mount;

	if (!mount_is_writable(mount))
		return "ro";
	alone.super_options = "";
	return mount_is_writable(&alone) ? "rw" : "rw-below";
}

static void render_mount(
	struct rendering *r, struct devno devno, const struct mount *mount)
{
	begin(r, FACT_MOUNT);
	buf_number(&r->line, mount->namespace_id);
	key_number(r, ":", mount->id);
	buf_puts(&r->line, " device ");
	buf_devno(&r->line, devno);
	word(r, "root", mount->root);
	word(r, "target", mount->target);
	word(r, "type", mount->type);
	word(r, "access", access_word(mount));
	emit(r);
}

/* Not one that goes along with one of the host's own. */
static bool is_mount_fact(
	struct rendering *r, struct devno held, const struct mount *mount)
{
	const struct mount_namespace *home = host_namespace_of_host(r->host);

	if (home && mount->namespace_id == home->id)
		return true;
	if (!devno_is_equal(r->home_of, held))
		host_mounts_of(r->host, held, &r->home);
	r->home_of = held;
	return !mount_goes_along(r->host, &r->home, mount);
}

static void render_holder(
	struct rendering *r, struct devno held, const struct holder *holder)
{
	switch (holder->shape) {
	case HELD_BY_TABLE:
		render_device_holder(r, held, holder, holder->table->devno);
		return;
	case HELD_BY_BLOCK:
		render_device_holder(r, held, holder, holder->block->devno);
		return;
	case HELD_BY_SUPERBLOCK:
		render_named_holder(r, held, holder, holder->superblock->type);
		return;
	case HELD_BY_MOUNT: /* a fact of its own kind */
		return;
	case HELD_BY_SWAP:
		render_swap(r, held, holder);
		return;
	case HELD_BY_KERNEL:
		render_named_holder(r, held, holder, holder->kernel->name);
		return;
	case HELD_BY_PROCESS:
		render_process(r, held, holder);
		return;
	case HOLDER_SHAPES:
		return;
	}
}

/* ---- holders that are noted ---- */

/* All that its line says but for `held` is the element's own, and no step changes that.
 */
struct noted_holder {
	struct devno held;
	uint32_t entry, shape, at;
};

/* All of whose holders were looked at. */
struct noted_device {
	struct devno devno;
	size_t first, n_holders; /* those that are noted */
};

static bool note_holder(
	struct rendering *r, struct devno held, const struct holder *holder)
{
	bool is_fact = holder->times > 0;

	if (!r->noted || holder->shape == HELD_BY_SUPERBLOCK ||
		holder->shape == HELD_BY_KERNEL || holder->shape == HELD_BY_PROCESS ||
		(holder->shape == HELD_BY_SWAP && holder->is_on_file))
		return false;
	if (holder->shape == HELD_BY_MOUNT)
		is_fact = is_mount_fact(r, held, holder->mount);
	if (is_fact)
		*array_add(&r->noted->holders, &r->noted->n_holders) =
			(struct noted_holder){.held = held,
				.entry = r->entry,
				.shape = holder->shape,
				.at = (uint32_t)holder->at};
	return true;
}

static void render_noted(struct rendering *r, const struct noted_holder *noted)
{
	const struct host *host = r->host;
	struct holder holder = {.shape = (enum holder_shape)noted->shape, .times = 1};

	switch (holder.shape) {
	case HELD_BY_TABLE:
		holder.table = &host->devices[noted->at];
		holder.row = holder_row(holder.shape, 0);
		break;
	case HELD_BY_BLOCK:
		holder.block = &host->blocks[noted->at];
		holder.row = holder_row(holder.shape, holder.block->kind);
		break;
	case HELD_BY_SWAP:
		holder.swap = &host->swaps[noted->at];
		holder.row = holder_row(holder.shape, 0);
		break;
	case HELD_BY_MOUNT:
		render_mount(r, noted->held, &host->mounts[noted->at]);
		return;
	case HELD_BY_SUPERBLOCK:
	case HELD_BY_KERNEL:
	case HELD_BY_PROCESS:
	case HOLDER_SHAPES:
		return;
	}
	render_holder(r, noted->held, &holder);
}

static int order_noted(const struct noted_holder *a, const struct noted_holder *b)
{
	if (a->entry != b->entry)
		return a->entry < b->entry ? -1 : 1;
	if (a->shape != b->shape)
		return a->shape < b->shape ? -1 : 1;
	return (a->at > b->at) - (a->at < b->at);
}

static void render_holders_by(struct rendering *r, struct devno held,
	enum holder_shape first, enum holder_shape last)
{
	struct holders holders = host_holders_between(r->host, held, first, last);

	for (struct holder holder; holders_next(&holders, &holder);)
		if (!note_holder(r, held, &holder))
			render_holder(r, held, &holder);
}

/* Of what was noted last, the holders of a device; NULL: nobody looked. Scopes of one
 * plan have their devices in one order. */
static const struct noted_device *noted_last(struct rendering *r, struct devno held)
{
	for (size_t i = r->last_at; r->last && i < r->last->n_devices; i++)
		if (devno_is_equal(r->last->devices[i].devno, held)) {
			r->last_at = i + 1;
			return &r->last->devices[i];
		}
	return NULL;
}

/* A step makes no block device, and puts none on another device: a loop device's file
 * system is not unmounted before it. So those that were there and are not gone are all,
 * and nobody looks again where their files are. */
static void note_blocks_again(struct rendering *r, const struct noted_device *device)
{
	for (size_t i = device->first; i < device->first + device->n_holders; i++) {
		struct noted_holder holder = r->last->holders[i];

		holder.entry = r->entry;
		if (holder.shape == HELD_BY_BLOCK && !r->host->blocks[holder.at].is_gone)
			*array_add(&r->noted->holders, &r->noted->n_holders) = holder;
	}
}

static void render_all_holders(struct rendering *r, struct devno held)
{
	const enum holder_shape last = HOLDER_SHAPES - 1;
	const struct noted_device *device = noted_last(r, held);

	if (!device) {
		render_holders_by(r, held, HELD_BY_TABLE, last);
		return;
	}
	render_holders_by(r, held, HELD_BY_TABLE, HELD_BY_TABLE);
	note_blocks_again(r, device);
	render_holders_by(r, held, HELD_BY_BLOCK + 1, last);
}

/* As long as only its table matters, only what has one on it. */
static void render_holders(struct rendering *r, const struct asked *asked)
{
	struct noted_device device = {.devno = asked->devno};

	if (asked->level != SCOPE_ALL) {
		render_holders_by(r, asked->devno, HELD_BY_TABLE, HELD_BY_TABLE);
		return;
	}
	device.first = r->noted ? r->noted->n_holders : 0;
	render_all_holders(r, asked->devno);
	render_unplaced(r, asked->devno);
	if (!r->noted)
		return;
	device.n_holders = r->noted->n_holders - device.first;
	*array_add(&r->noted->devices, &r->noted->n_devices) = device;
}

static void render_mounts(struct rendering *r, const struct asked *asked)
{
	struct holders holders = host_holders_by(r->host, asked->devno, HELD_BY_MOUNT);

	for (struct holder holder; !r->noted && holders_next(&holders, &holder);)
		if (is_mount_fact(r, asked->devno, holder.mount))
			render_mount(r, asked->devno, holder.mount);
}

/* ---- other block devices ---- */

static void render_block(struct rendering *r, const struct asked *asked)
{
	fact_block(r->host, asked->block, &r->line);
	emit(r);
}

/* ---- volumes ---- */

static void render_group(struct rendering *r, const struct asked *asked)
{
	const struct vg *vg = host_vg(r->host, asked->vg_uuid);
	const char *separator = " state ";

	begin(r, FACT_GROUP);
	buf_word(&r->line, asked->vg_uuid);
	if (!vg) {
		buf_puts(&r->line, host_group_is_gone(r->host, asked->vg_uuid)
					   ? " absent"
					   : " unread");
		emit(r);
		return;
	}
	word(r, "name", vg->name);
	word(r, "access", vg->is_writable ? "rw" : "ro");
	word(r, "lock", vg->lock_type);
	word(r, "system-id", vg->system_id);
	const struct {
		bool is_set;
		const char *word;
	} states[] = {
		{vg->is_exported, "exported"},
		{vg->is_partial, "partial"},
		{vg->is_clustered, "clustered"},
		{vg->is_foreign, "foreign"},
	};
	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
		if (!states[i].is_set)
			continue;
		buf_printf(&r->line, "%s%s", separator, states[i].word);
		separator = ",";
	}
	if (*separator == ' ')
		buf_puts(&r->line, " state -");
	emit(r);
}

static void render_segments(struct rendering *r, const struct lv *lv)
{
	const char *separator = " segments ";

	for (size_t i = 0; i < lv->n_segments; i++) {
		const struct segment *segment = &lv->segments[i];

		for (size_t s = 0; s < segment->n_stripes; s++) {
			const struct stripe *stripe = &segment->stripes[s];

			buf_puts(&r->line, separator);
			buf_word(&r->line,
				*stripe->pv_uuid ? stripe->pv_uuid : stripe->lv_name);
			key_number(r, ":", stripe->start);
			key_number(r, "+", segment->extents / segment->n_stripes);
			separator = ",";
		}
	}
	if (*separator == ' ')
		buf_puts(&r->line, " segments -");
}

static void render_volume(struct rendering *r, const struct asked *asked)
{
	const struct vg *vg = host_vg(r->host, asked->vg_uuid);
	const struct lv *lv = host_lv(r->host, asked->vg_uuid, asked->lv_uuid);

	begin(r, FACT_VOLUME);
	buf_word(&r->line, asked->vg_uuid);
	buf_puts(&r->line, "/");
	buf_word(&r->line, asked->lv_uuid);
	if (vg ? !vg->has_metadata : !host_group_is_gone(r->host, asked->vg_uuid)) {
		buf_puts(&r->line, " unread");
	} else if (!vg || !lv) {
		buf_puts(&r->line, " absent");
	} else {
		buf_puts(&r->line, " name ");
		buf_word(&r->line, vg->name);
		buf_puts(&r->line, "/");
		buf_word(&r->line, lv->name);
		word(r, "type", lv_role_name(lv->role));
		word(r, "origin", lv->origin_uuid);
		word(r, "state", lv->is_merging ? "merging" : "");
		render_segments(r, lv);
	}
	emit(r);
}

/* Of those that are asked for, those that the volume has. */
static void render_tags(struct rendering *r, const struct asked *asked)
{
	const struct lv *lv = host_lv(r->host, asked->vg_uuid, asked->lv_uuid);
	const char *tags = asked->tags;

	while (lv && tags && *tags) {
		const char *next;
		size_t len = lvm_tags_first(tags, &next);
		cleanup_free char *tag = xstrndup(tags, len);

		if (lvm_tags_have(lv->tags, tag)) {
			fact_tag(lv->vg_uuid, lv->uuid, tag, &r->line);
			emit(r);
		}
		tags = next;
	}
}

/* ---- conditions ---- */

static void render_result(
	struct rendering *r, const struct buf *begin, const struct violation *violation)
{
	buf_add(&r->line, begin->data, begin->len);
	buf_puts(&r->line, " ");
	buf_puts(&r->line, violation ? violation->word : "ok");
	if (violation && (*violation->name || *violation->uuid)) {
		buf_puts(&r->line, " ");
		buf_word(&r->line, violation->name);
		buf_puts(&r->line, " ");
		buf_word(&r->line, violation->uuid);
	}
	emit(r);
}

static void render_condition(struct rendering *r, const struct asked *asked)
{
	cleanup_violations struct violations violations = VIOLATIONS_INIT;
	cleanup_buf struct buf begin = BUF_INIT;

	condition_line_begin(asked->condition, &begin);
	condition_find(r->host, asked->condition, &violations);
	if (!violations.count)
		render_result(r, &begin, NULL);
	for (size_t i = 0; i < violations.count; i++)
		render_result(r, &begin, &violations.items[i]);
}

/* ---- the whole ---- */

static void render_host(struct rendering *r, const struct asked *asked)
{
	(void)asked;
	buf_puts(&r->line, fact_row(FACT_HOST)->word);
	word(r, "machine-id", r->host->identity.machine_id);
	word(r, "boot-id", r->host->identity.boot_id);
	emit(r);
}

/* How the facts of each kind are written, and what is asked about that has some: of a
 * device, from which level on. */
static const struct {
	unsigned about; /* enum asked_about */
	enum scope_level level;
	void (*render)(struct rendering *r, const struct asked *asked);
} renderers[FACT_KINDS] = {
	[FACT_HOST] = {ABOUT_HOST, SCOPE_IDENTITY, render_host},
	[FACT_DEVICE] = {ABOUT_DEVICE, SCOPE_IDENTITY, render_device},
	[FACT_TABLE] = {ABOUT_DEVICE, SCOPE_TABLE, render_table},
	[FACT_INACTIVE] = {ABOUT_DEVICE, SCOPE_TABLE, render_inactive},
	[FACT_STATUS] = {ABOUT_DEVICE, SCOPE_ALL, render_status},
	[FACT_HOLDER] = {ABOUT_DEVICE | ABOUT_BLOCK, SCOPE_TABLE, render_holders},
	[FACT_MOUNT] = {ABOUT_DEVICE | ABOUT_BLOCK, SCOPE_ALL, render_mounts},
	[FACT_BLOCK] = {ABOUT_BLOCK, SCOPE_IDENTITY, render_block},
	[FACT_GROUP] = {ABOUT_GROUP, SCOPE_IDENTITY, render_group},
	[FACT_VOLUME] = {ABOUT_VOLUME, SCOPE_IDENTITY, render_volume},
	[FACT_TAG] = {ABOUT_VOLUME, SCOPE_IDENTITY, render_tags},
	[FACT_CONDITION] = {ABOUT_CONDITION, SCOPE_IDENTITY, render_condition},
};

static void render(struct rendering *r, const struct asked *asked)
{
	for (enum fact_kind kind = 0; kind < FACT_KINDS; kind++)
		if ((renderers[kind].about & asked->about) &&
			asked->level >= renderers[kind].level)
			renderers[kind].render(r, asked);
}

static struct asked about_device(const struct device *device, enum scope_level level)
{
	return (struct asked){.about = ABOUT_DEVICE,
		.level = level,
		.devno = device->devno,
		.device = device};
}

static void render_about_block(struct rendering *r, const struct block *block)
{
	render(r, &(struct asked){.about = ABOUT_BLOCK,
			  .level = SCOPE_ALL,
			  .devno = block->devno,
			  .block = block});
}

static void render_about_group(struct rendering *r, const char *vg_uuid)
{
	render(r, &(struct asked){
			  .about = ABOUT_GROUP, .level = SCOPE_ALL, .vg_uuid = vg_uuid});
}

static void render_about_volume(
	struct rendering *r, const char *vg_uuid, const char *lv_uuid, const char *tags)
{
	render(r, &(struct asked){.about = ABOUT_VOLUME,
			  .level = SCOPE_ALL,
			  .vg_uuid = vg_uuid,
			  .lv_uuid = lv_uuid,
			  .tags = tags});
}

/* Numbers of devices and mounts are used again as soon as they are free, so the entry's
 * devno alone never finds a device. */
static const struct device *scope_find(
	const struct host *host, const struct scope_device *entry)
{
	const struct device *device;

	device = host_device_by_devno(host, entry->devno);
	if (*entry->uuid)
		return device && strcmp(device->uuid, entry->uuid) == 0
			       ? device
			       : host_device_by_uuid(host, entry->uuid);
	if (!device || *device->uuid || strcmp(device->name, entry->name) != 0)
		return NULL;
	return device;
}

static void render_scope(struct rendering *r, const struct scope *scope)
{
	for (size_t i = 0; i < scope->n_devices; i++) {
		const struct device *device = scope_find(r->host, &scope->devices[i]);

		if (device) {
			struct asked asked =
				about_device(device, scope->devices[i].level);

			r->entry = (uint32_t)i;
			render(r, &asked);
		}
	}
	for (size_t i = 0; i < scope->n_blocks; i++) {
		const struct block *block =
			host_block_by_devno(r->host, scope->blocks[i].devno);

		r->entry = (uint32_t)(scope->n_devices + i);
		if (block)
			render_about_block(r, block);
	}
	for (size_t i = 0; i < scope->n_groups; i++)
		render_about_group(r, scope->groups[i]);
	for (size_t i = 0; i < scope->n_volumes; i++) {
		const struct scope_volume *entry = &scope->volumes[i];

		render_about_volume(r, entry->vg_uuid, entry->lv_uuid, entry->tags);
	}
	for (size_t i = 0; i < scope->n_conditions; i++)
		render(r, &(struct asked){.about = ABOUT_CONDITION,
				  .level = SCOPE_ALL,
				  .condition = &scope->conditions[i]});
}

static void render_everything(struct rendering *r)
{
	const struct host *host = r->host;

	for (size_t i = 0; i < host->n_devices; i++) {
		const struct device *device = &host->devices[i];
		bool has_opens = host_device_opens_count(host, device);
		struct asked asked =
			about_device(device, has_opens ? SCOPE_ALL : SCOPE_TABLE);

		if (device->is_gone)
			continue;
		render(r, &asked);
		if (!has_opens)
			render_mounts(r, &asked);
	}
	for (size_t i = 0; i < host->n_blocks; i++)
		if (host_block_is_fact(host, &host->blocks[i]))
			render_about_block(r, &host->blocks[i]);
	for (size_t i = 0; i < host->n_vgs; i++)
		render_about_group(r, host->vgs[i].uuid);
	for (size_t i = 0; i < host->n_lvs; i++) {
		const struct lv *lv = &host->lvs[i];

		if (!lv->is_gone)
			render_about_volume(r, lv->vg_uuid, lv->uuid, lv->tags);
	}
}

void host_facts(
	const struct host *host, const struct scope *scope, struct facts *ret_facts)
{
	struct rendering r = {.host = host, .facts = ret_facts};

	render(&r, &(struct asked){.about = ABOUT_HOST, .level = SCOPE_ALL});
	if (scope)
		render_scope(&r, scope);
	else
		render_everything(&r);
	buf_free(&r.line);
	facts_sort(ret_facts);
}

void host_facts_note(const struct host *host, const struct scope *scope,
	const struct facts_noted *last, struct facts_noted *ret)
{
	struct rendering r = {
		.host = host, .facts = &ret->facts, .noted = ret, .last = last};

	render_scope(&r, scope);
	buf_free(&r.line);
	facts_sort(&ret->facts);
}

void host_facts_minus(const struct host *host, const struct facts_noted *a,
	const struct facts_noted *b, struct facts *ret_facts)
{
	struct rendering r = {.host = host, .facts = ret_facts};
	size_t at = 0;

	facts_minus(&a->facts, &b->facts, ret_facts);
	for (size_t i = 0; i < a->n_holders; i++) {
		int order = 1;

		if (at < b->n_holders && memcmp(&b->holders[at], &a->holders[i],
						 sizeof(*a->holders)) == 0) {
			at++; /* most are the same */
			continue;
		}
		while (at < b->n_holders &&
			(order = order_noted(&b->holders[at], &a->holders[i])) < 0)
			at++;
		if (at == b->n_holders || order != 0)
			render_noted(&r, &a->holders[i]);
	}
	buf_free(&r.line);
	facts_sort(ret_facts);
}

void facts_noted_free(struct facts_noted *noted)
{
	facts_free(&noted->facts);
	free(noted->holders);
	free(noted->devices);
	*noted = (struct facts_noted){.n_holders = 0};
}
