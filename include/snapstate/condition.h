/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A condition is a fact of which any healthy state will do. Where a verdict depends on
 * something that a healthy, busy host changes by itself (another backup of the same
 * origin begins, another one ends), its exact lines cannot be facts of a plan: the plan
 * would be stopped for nothing. So the plan expects that a condition holds, and the
 * executor asks whether it still does:
 *
 *   condition siblings VG-UUID/LV-UUID ok
 *   condition siblings VG-UUID/LV-UUID merging NAME UUID      (else one line for each
 * violation)
 *
 * The law: whatever a planner's verdict depends on is a fact of the plan, as a line
 * (facts.h) or as a condition. host_facts() renders those of a scope; they are predicted
 * by the replay like any other fact; names come from the model, so that redaction needs
 * nothing more.
 *
 * How to add one, say "idle":
 *
 *   1. Here: CONDITION_IDLE in enum condition_kind, before CONDITION_KINDS.
 *   2. In capture/host/, a file condition_idle.c with condition_find_idle(), declared in
 *      condition_rows.h. It walks over the model with the look-ups of host/ (which take
 * an index where there is one, and leave out what a replay marked as gone: check is_gone
 * of elements of arrays), and calls violations_add() for each way in which it does not
 * hold; and its line in the table of condition.c there. What was not read is a violation
 * "unread". It must not depend on numbers, order or time.
 *   3. In capture/facts/condition_text.c, its row: name, what it is about, whether it has
 * an argument (one word more, such as a path), the sources it needs, and the words of
 * each violation. Needs: those without which find() cannot answer. The executor asks a
 * condition before the first step, and again around each step that reads these sources
 * anyway (capture/compare/view.c): lv-remove and lv-refresh read all of them; umount
 * identity, dm, blocks, mounts, fstab and processes; md-stop identity, dm, blocks and
 * mounts; swap-off and loop-detach processes too; dm-remove all, for those conditions of
 * its snapshot and the group that are lasting, and LVM is asked less often
 * (executor/step/step.c); and each one "guest-group" while a guest's volumes are to go
 * with its snapshot.
 *   4. In planner/order/order.c, scope_of_subject(): scope_add_condition() for the
 * subjects whose verdict depends on it. It is asked around a step if its subject (the
 * volume, group or device) is one that the step's own facts speak of, or is the host;
 * around a umount also if it is the snapshot for which that is done.
 *   5. In planner/prove/prove_conditions.c: which operations may not be in a plan without
 * it.
 *   6. tests/unit/test_conditions.c: each violation, and what must not be one; and
 * fixtures.
 *
 * Where it is violated already and the planner plans all the same (a stale sibling that
 * is removed first), the violations are what the plan expects, line by line.
 */
#ifndef SNAPSTATE_CONDITION_H
#define SNAPSTATE_CONDITION_H

#include <stdbool.h>
#include <stddef.h>

#include "snapstate/buf.h"

struct host;

enum condition_kind {
	/* The origin, and all snapshots that LVM would load with it, are as LVM would
	 * load them: so nothing comes of it. About the origin's volume. */
	CONDITION_SIBLINGS,
	/* Nothing of an origin's stack is suspended or has an inactive table, which a
	 * resume would put into force. About the origin's volume. */
	CONDITION_SETTLED,
	/* Each physical volume of the group is found, on one device alone. LVM refuses to
	 * change a group with a duplicate, and cannot see one that it is not shown. About
	 * the group. */
	CONDITION_SINGLE,
	/* Somebody uses its origin, or it is not mounted for writing: it is a copy then,
	 * and not what production runs on. About the snapshot. */
	CONDITION_IN_USE,
	/* No host but this one and those captured with it wrote the group's metadata or
	 * made one of its volumes. About the group; the argument is the nodes of the
	 * others, with commas between them, or "". */
	CONDITION_HOSTS,
	/* No physical volume of the group is on storage that other hosts may reach; of a
	 * group that is gone, none of its devices. About the group. */
	CONDITION_LOCAL,
	/* The group is the host's own: not on a volume of another one. About the group.
	 */
	CONDITION_GROUND,
	/* No configuration of the host or of a guest names it
	 * (host_mentions_of_volume()), but for mounting it on the argument, a mount
	 * point, which may be "". About the snapshot. */
	CONDITION_NOT_CONFIGURED,
	/* Nothing of another device is mounted below the host's own mounts of what is on
	 * it, or on top of them, /etc/fstab puts nothing else there, and no device below
	 * them is suspended. About the snapshot. */
	CONDITION_MOUNT_POINTS,
	/* A snapshot's COW in the kernel is on the extents that LVM's
	 * metadata give it; of one that left the metadata, no other group has it now.
	 * About the snapshot. */
	CONDITION_STORAGE,
	/* No command of LVM, device-mapper or kpartx is at work. Of the host. */
	CONDITION_QUIET,
	/* LVM does not know a guest's group, or all of its physical volumes are on the
	 * snapshot. About the group; the argument is the snapshot's dm uuid. */
	CONDITION_GUEST_GROUP,
	CONDITION_KINDS,
};

/* What the subject is, and how it is written. */
enum condition_about {
	CONDITION_OF_VOLUME, /* VG-UUID/LV-UUID */
	CONDITION_OF_GROUP,  /* VG-UUID */
	CONDITION_OF_DEVICE, /* MAJ:MIN; whether that is still the same device, its own
				line tells */
	CONDITION_OF_HOST,   /* host */
};

/* One of a scope. Strings are borrowed, and "" where the kind has none. */
struct condition {
	enum condition_kind kind;
	const char *vg_uuid, *lv_uuid;
	struct devno devno;
	const char *argument;
	unsigned part; /* of a scope's: as of its other entries (facts.h) */
};

/* One way in which it does not hold. Strings are the host's. */
struct violation {
	const char *word; /* of the kind's table: "merging" */
	const char *name; /* of what it is about, a label; "" = of the subject itself */
	const char *uuid; /* "" = none */
};

struct violations {
	struct violation *items;
	size_t count;
};
#define VIOLATIONS_INIT ((struct violations){NULL, 0})
void violations_add(struct violations *violations, const char *word, const char *name,
	const char *uuid);
void violations_free(struct violations *violations);
#define cleanup_violations cleanup_with(violations_free)

struct condition_words {
	const char *word;
	const char *sentence; /* behind the name of what it is about */
};

struct condition_row {
	const char *name;
	enum condition_about about;
	bool has_argument;
	unsigned needs; /* enum probe_part: without these it cannot be told */
	const struct condition_words *words; /* ends with NULL */
	/* Of what is there: where things only go, as in a replay, it holds for good once
	 * it holds, and need not be looked for again at each step. */
	bool is_lasting;
	/* It matters to a step that is to begin, and says nothing of one that is done. */
	bool is_momentary;
};
const struct condition_row *condition_row(enum condition_kind kind);

/* None: it holds. */
void condition_find(const struct host *host, const struct condition *condition,
	struct violations *ret);
/* "backup-2 is marked for merging into this origin". */
void violation_print(
	enum condition_kind kind, const struct violation *violation, struct buf *text);

/* "siblings VG-UUID/LV-UUID", and the argument where the kind has one. */
void condition_print(const struct condition *condition, struct buf *text);
/* Its inverse, of the begin of `text`; strings go into the arena. *ret_len: of that
 * begin. -EINVAL: not a condition. */
int condition_parse(const char *text, size_t len, struct arena *strings,
	struct condition *ret_condition, size_t *ret_len);
int condition_compare(const struct condition *a, const struct condition *b);
/* What it tells matters to one part of a plan, and not to all: it is not about a whole
 * group, or the host. */
bool condition_is_of_part(const struct condition *condition);

/* How the fact line begins that tells of it: "condition KIND SUBJECT [ARGUMENT]". */
void condition_line_begin(const struct condition *condition, struct buf *line);
/* The kind of a fact line "condition KIND ..."; false: it is no such line. */
bool condition_of_line(const char *line, enum condition_kind *ret_kind);
/* What a line says of that condition: "ok", or how it does not hold. NULL: the line is
 * about something else. */
const char *condition_line_found(const char *line, const struct condition *condition);
/* What such a line says, in words; nothing where it is another line, or says "ok". */
void condition_line_print(const char *line, struct buf *text);

#endif
