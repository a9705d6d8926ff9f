/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One line of facts (facts.h has the grammar): its kind, its subject, the values of its
 * keys, and from which parts of a probe it follows. Only the functions here look into a
 * line; there is one table of kinds, in capture/facts/fact_kinds.c.
 *
 * A new kind of fact: its row in that table, its lines in the grammar of facts.h, and
 * what writes it, which is a row of the table in capture/host/facts.c. A line that lacks
 * what its row says has no values, so every answer here is safe on text that a stranger
 * sent.
 */
#ifndef SNAPSTATE_FACT_KIND_H
#define SNAPSTATE_FACT_KIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "snapstate/buf.h"

struct dm_target;

enum fact_kind {
	FACT_HOST,
	FACT_DEVICE,
	FACT_TABLE,
	FACT_INACTIVE,
	FACT_STATUS,
	FACT_HOLDER,
	FACT_MOUNT,
	FACT_BLOCK,
	FACT_GROUP,
	FACT_VOLUME,
	FACT_TAG,
	FACT_CONDITION,
	FACT_KINDS,
};

#define FACT_KEYS_MAX 12

struct fact_row {
	const char *word;
	/* Which word of a line names its subject, counted from 0, the kind; 0 = none. */
	unsigned subject;
	/* Parts of a probe (probe_part.h). Those of a holder and of a condition depend on
	 * its own kind: fact_parts(). */
	unsigned parts;
	/* Read from LVM's metadata, or of the host itself: what device-mapper alone
	 * cannot tell. */
	bool is_of_metadata;
	/* "KEY VALUE", in this order, behind the kind and, but of the host's line, one
	 * word more; ends with NULL. A group or a volume that is not there has none. */
	const char *keys[FACT_KEYS_MAX];
};
const struct fact_row *fact_row(enum fact_kind kind);

/* -EINVAL: not a fact. */
int fact_kind_of(const char *line, enum fact_kind *ret_kind);
bool fact_is(const char *line, enum fact_kind kind);
/* The word behind the kind: "254:4", "NS:ID", "VG-UUID/LV-UUID"; of a condition its kind.
 */
const char *fact_id(const char *line, size_t *ret_len);
bool fact_has_id(const char *line, const char *id);

/* What a line is about: "254:4" of a device, table, pending, status, holder, mount or
 * block line, "VG-UUID" or "VG-UUID/LV-UUID" of a group, volume or tag line, any of these
 * or "host" of a condition, "" of the host line. Points into `line`. -EINVAL: not a fact.
 */
int fact_subject(const char *line, const char **ret_text, size_t *ret_len);

/* false: its subject is no device. */
bool fact_devno(const char *line, struct devno *ret_devno);
/* A line of that kind, about that device. */
bool fact_is_of(const char *line, enum fact_kind kind, struct devno devno);

/* The value of a key, as it is written: points into `line`. NULL: it has none. */
const char *fact_value(const char *line, const char *key, size_t *ret_len);
/* The value, decoded; malloc'ed. NULL: it has none. */
char *fact_value_text(const char *line, const char *key);

/* The line of one target of a table, FACT_TABLE or FACT_INACTIVE. */
void fact_target(enum fact_kind kind, struct devno devno, const struct dm_target *target,
	struct buf *line);

#endif
