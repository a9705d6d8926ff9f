/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the reader of dmsetup's output: devices by name, since all but `info` gives
 * names. */
#ifndef SNAPSTATE_IMPORT_DM_H
#define SNAPSTATE_IMPORT_DM_H

#include "evidence.h"

struct host;

struct dm_names {
	struct device **devices; /* sorted by name, each name once */
	size_t count;
};

/* One line of table or status. */
struct target_line {
	struct line name;
	bool has_target;
	uint64_t start;
	uint64_t length;
	char *type;   /* malloc'ed */
	char *params; /* malloc'ed */
};
/* "NAME: START LENGTH TYPE PARAMETERS", or "NAME: " without a table. */
int target_line_split(struct line line, struct target_line *ret_split, struct err *err);
void target_line_free(struct target_line *line);

/* dmsetup info -c: adds every device without targets. `ret_targets` gets, in the same
 * order, how many lines its table has. */
int dm_info_read(struct host *host, const struct piece *piece, uint32_t **ret_targets,
	struct err *err);
/* The same of its paragraphs, without -c. */
bool dm_info_is_long(const struct piece *piece);
int dm_info_long_read(struct host *host, const struct piece *piece,
	uint32_t **ret_targets, struct err *err);
/* -EBADMSG: two devices of one name or number. */
int dm_names_make(struct host *host, struct dm_names *ret_names, struct err *err);
struct device *dm_names_find(const struct dm_names *names, const char *name, size_t len);

/* Each gives all of its file to the devices, or an error. -ESTALE: they disagree. */
int dm_table_read(struct host *host, const struct dm_names *names,
	const struct piece *piece, struct err *err);
int dm_status_read(struct host *host, const struct dm_names *names,
	const struct piece *piece, struct err *err);
int dm_deps_read(
	const struct dm_names *names, const struct piece *piece, struct err *err);
/* For want of `dmsetup deps`: every device that a table names. */
void dm_deps_from_tables(struct host *host);

#endif
