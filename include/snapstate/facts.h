/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A fact is a line: one canonical text line about one thing on the host. This header is
 * the grammar; host_facts() is the only function that renders it.
 *
 *   host machine-id M boot-id B
 *   device MAJ:MIN name N uuid U diskseq D open O flags F size S
 *   table MAJ:MIN START LENGTH TYPE PARAMS...
 *   pending MAJ:MIN START LENGTH TYPE PARAMS...
 *   status MAJ:MIN START LENGTH TYPE STATE
 *   holder MAJ:MIN dm MAJ:MIN | loop MAJ:MIN | md MAJ:MIN | block MAJ:MIN
 *   holder MAJ:MIN fs TYPE
 *   holder MAJ:MIN swap PATH unused|used|unread
 *   holder MAJ:MIN swap-file PATH
 *   holder MAJ:MIN unplaced loop NAME | swap PATH | lio-file|overlay|nfsd NAME
 *   holder MAJ:MIN lio|lio-file|xen|other|overlay|nfsd NAME
 *   holder MAJ:MIN node|file|cwd|root|map pid P start T comm C
 *   mount NS:ID device MAJ:MIN root R target T type F access rw|ro|rw-below
 *   block MAJ:MIN name K kind loop|md|partition uuid U diskseq D below MAJ:MIN,... file F
 *         level L state S sync Y missing N size S    (one line)
 *   group VG-UUID name N access rw|ro lock L system-id I state S
 *   group VG-UUID absent | unread
 *   volume VG-UUID/LV-UUID name VG/LV type T origin LV-UUID state S segments
 * PV-UUID:START+EXTENTS,... volume VG-UUID/LV-UUID absent | unread tag VG-UUID/LV-UUID
 * TAG condition KIND SUBJECT ok | WORD NAME UUID | WORD    (condition.h; behind SUBJECT
 * one word more, where the kind has an argument)
 *
 * Words are escaped by buf_word(), PARAMS by buf_tail(). MAJ:MIN and numbers are decimal
 * without leading zeros. F is a comma list of suspended, read-only, pending, deferred,
 * internal, no-table, or "-". `open` is "*" where the count changes by itself on a
 * healthy host: only snapshots, what is on them, and COWs count. `status` is a class
 * (valid, invalid, overflow, merge-failed, merging, unknown), never a number. S of a
 * group is "-" or a comma list of exported, partial, clustered, foreign; S of a volume
 * "-" or merging. T of a volume is ordinary, snapshot, thin, thin-pool, other. A group is
 * "absent" only where LVM was read as a whole (host_group_is_gone()), a volume only where
 * its group is, or where the group's metadata was read; else they are "unread". A `tag`
 * is one of LVM's, on that volume; in a plan only those are facts that a rule relied on
 * when it selected the volume.
 *
 * `access` of a mount is that of its file system, which decides whether data can be
 * written: "rw-below" is one that can be written, by a mount that cannot ("mount -o
 * bind,ro"). What was written through the device's own node shows in no mount: how full a
 * snapshot is hints at it.
 *
 * No mount line: a copy in another namespace that goes away when one of the host's own
 * mounts of that device is unmounted (mount_goes_along()). Services that start or stop,
 * with namespaces of their own, make and end such copies all day. One that would stay is
 * a line.
 *
 * A block line is about a loop device, an array, or a partition of one. `below`: the
 * members of an array; the disk of a partition; the device on which a loop device or its
 * file is found. level, state, sync and missing: see struct block; a state that was not
 * recorded is "unread". Whether a swap area is used at all is a fact, how much is not.
 *
 * "unplaced" is what the kernel has open on a file system that is not known, where one is
 * live on that device (host_unplaced_on()).
 *
 * The NAME of a holder in the kernel (enum holder_kind) is what the kernel calls it:
 * a backstore, a Xen virtual disk, a device in holders/; the mount point of an overlay;
 * CLIENT:PATH of an export.
 *
 * Not facts, since a busy host changes them all day: how full a valid snapshot is, open
 * counts of origins, a VG's sequence number, event numbers.
 */
#ifndef SNAPSTATE_FACTS_H
#define SNAPSTATE_FACTS_H

#include <stdbool.h>
#include <stddef.h>

#include "snapstate/buf.h"
#include "snapstate/condition.h"
#include "snapstate/fact_set.h"
#include "snapstate/limits.h"
#include "snapstate/redact_key.h"

struct block;
struct device;
struct dm_target;
struct host;
struct lines;

/* How much of a device is a fact of the plan. */
enum scope_level {
	SCOPE_IDENTITY, /* the device line, its open count left out */
	SCOPE_TABLE,	/* and its tables, and which dm devices are on it */
	SCOPE_ALL,	/* and its open count, its status, mounts and every holder */
};
const char *scope_level_name(enum scope_level level);
int scope_level_parse(const char *name, enum scope_level *ret_level);

/* Of all entries, `part` is the number of the plan's part that asks for it (plan.h); 0 =
 * the plan has none, or it is of no part. */

/* A device is found again by uuid; without one by devno and name. */
struct scope_device {
	struct devno devno;
	const char *uuid; /* "" = none */
	const char *name;
	enum scope_level level;
	unsigned part;
};

/* A loop device, an array, or a partition of one: always with all that is on it. Found
 * again by its number; its line tells whether it is the same. */
struct scope_block {
	struct devno devno;
	const char *kname;
	unsigned part;
};

struct scope_volume {
	const char *vg_uuid;
	const char *lv_uuid;
	const char *
		tags; /* those of its tags that are facts, as in struct lv; NULL = none */
	unsigned part;
};

/* The part of a host that a plan speaks of. Strings are borrowed. */
struct scope {
	struct scope_device *devices;
	size_t n_devices;
	struct scope_block *blocks;
	size_t n_blocks;
	struct scope_volume *volumes;
	size_t n_volumes;
	const char **groups; /* VG uuids */
	size_t n_groups;
	struct condition *conditions;
	size_t n_conditions;
};
void scope_free(struct scope *scope);
static inline void scope_free_fn(struct scope *scope)
{
	scope_free(scope);
}
#define cleanup_scope cleanup_with(scope_free_fn)

/* Idempotent; a second entry for the same device keeps the higher level. */
void scope_add_device(
	struct scope *scope, const struct device *device, enum scope_level level);
void scope_add_block(struct scope *scope, const struct block *block);
void scope_add_volume(struct scope *scope, const char *vg_uuid, const char *lv_uuid);
/* Of one volume, the entry that was added last keeps its tags. */
void scope_set_tags(
	struct scope *scope, const char *vg_uuid, const char *lv_uuid, const char *tags);
void scope_add_group(struct scope *scope, const char *vg_uuid);
void scope_add_condition(struct scope *scope, const struct condition *condition);
/* Of a scope whose conditions are in ascending order, as a plan's are. */
const struct condition *scope_condition(
	const struct scope *scope, const struct condition *condition);
/* One about a volume. */
void scope_add_volume_condition(struct scope *scope, enum condition_kind kind,
	const char *vg_uuid, const char *lv_uuid);
/* One about a group. */
void scope_add_group_condition(
	struct scope *scope, enum condition_kind kind, const char *vg_uuid);
/* For many entries: adds all of `more` as they are, and scope_unite() at the end makes
 * the same entries of them, in ascending order. */
void scope_append(struct scope *scope, const struct scope *more);
void scope_unite(struct scope *scope);
/* The order of volumes: by group, then by volume. */
int scope_volume_compare(const struct scope_volume *a, const struct scope_volume *b);
bool scope_is_empty(const struct scope *scope);
/* With `has_parts` as in a plan that has parts. */
void scope_write(const struct scope *scope, bool has_parts, struct buf *text);
/* The lines of a scope that come next; strings go into the arena. Entries are in the
 * order in which scope_write() writes them. */
int scope_read(struct lines *lines, bool has_conditions, bool has_parts,
	struct arena *strings, struct scope *scope);

/* Renders the facts of `scope`, or of the whole host for NULL (no conditions; process
 * holders only of devices whose opens count, so that a comparison of two captures does
 * not fail for nothing). */
void host_facts(
	const struct host *host, const struct scope *scope, struct facts *ret_facts);

/* true: snapshots, what is on them, COWs. See "open" above. */
bool host_device_opens_count(const struct host *host, const struct device *device);

/* true: a loop device, an array or a partition on a device whose opens count. */
bool host_block_is_fact(const struct host *host, const struct block *block);
/* Its line; and the line up to FILE, which says which one it is: of `block`, its devno,
 * kname, kind, uuid, diskseq and backing file count. */
void fact_block(const struct host *host, const struct block *block, struct buf *line);
void fact_block_identity(const struct block *block, const struct devno *below,
	size_t n_below, struct buf *line);

/* ---- sets ---- */

/* Lines of `a` that are not in `b`. */
void facts_minus(const struct facts *a, const struct facts *b, struct facts *ret_facts);
/* Lines of `a` that are neither in `b` nor in `c`. */
void facts_minus_both(const struct facts *a, const struct facts *b, const struct facts *c,
	struct facts *ret_facts);
/* false when the line was not (remove) or already (insert) there. */
bool facts_remove(struct facts *facts, const char *line);
bool facts_insert(struct facts *facts, const char *line);
/* Conditions that count before a step only (condition_row.is_momentary). */
void facts_drop_momentary(struct facts *facts);
/* A set for many changes, in no order. The lines are borrowed, and none is empty. */
struct fact_bag {
	const char **slots;
	size_t n_slots, n_used, n_lines;
};
bool bag_has(const struct fact_bag *bag, const char *line);
/* false when the line was already (insert) or not (remove) there. */
bool bag_insert(struct fact_bag *bag, const char *line);
bool bag_remove(struct fact_bag *bag, const char *line);
/* The line behind `last`, the first one for NULL; NULL = that was the last one. */
const char *const *bag_next(const struct fact_bag *bag, const char *const *last);
/* Adds all of them, sorted. */
void bag_facts(const struct fact_bag *bag, struct facts *ret);
void bag_free(struct fact_bag *bag);
#define cleanup_bag cleanup_with(bag_free)

/* The lines about one of these subjects, and the host's: without a look at the others. */
void facts_about(
	const struct facts *facts, const struct facts *subjects, struct facts *ret);

#endif
