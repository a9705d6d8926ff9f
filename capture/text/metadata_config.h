/* SPDX-License-Identifier: Apache-2.0 */
/* VG metadata text -> a checked tree of libdevmapper's dm_config, and its typed values.
 */
#ifndef SNAPSTATE_TEXT_METADATA_CONFIG_H
#define SNAPSTATE_TEXT_METADATA_CONFIG_H

#include <libdevmapper.h>
#include <stdbool.h>
#include <stdint.h>

#include "snapstate/err.h"

struct host;

/*
 * Reads the text of one VG: as `pvck --dump metadata` prints it, with its header line and
 * rulers, or bare, as in a backup file. Limits: TEXT_METADATA_MAX, TEXT_METADATA_DEPTH;
 * no key twice in a section. Ends with dm_config_destroy().
 */
int metadata_parse(
	const char *bytes, size_t len, struct dm_config_tree **ret_tree, struct err *err);

/* Values of a section. Required where not said otherwise. */
int config_number(const struct dm_config_node *section, const char *key, uint64_t max,
	uint64_t *ret_value, struct err *err);
/* 0 when the key is not there. */
int config_number_or_0(const struct dm_config_node *section, const char *key,
	uint64_t max, uint64_t *ret_value, struct err *err);
/* The 32 characters, in the host's arena. */
int config_uuid(struct host *host, const struct dm_config_node *section,
	const char **ret_uuid, struct err *err);
/* "" when the key is not there or no string. */
const char *config_string(const struct dm_config_node *section, const char *key);
/* The strings of "tags" that LVM takes as tags, a comma between two, in the host's arena.
 * Others, such as those that an older capture masked, are left out: no rule can ask for
 * them. */
const char *config_tags(struct host *host, const struct dm_config_node *section);
bool config_has(const struct dm_config_node *section, const char *key);
/* `flag` in "status" or in "flags": lvm2 moves flags between them so that older versions
 * refuse or ignore them (lib/format_text/flags.c). */
bool config_has_flag(const struct dm_config_node *section, const char *flag);

/* Iterates over the sections of a section: the first one at or behind `node`. */
const struct dm_config_node *config_section_from(const struct dm_config_node *node);
#define config_for_each_section(sub, section)                                            \
	for (sub = config_section_from((section)->child); sub;                           \
		sub = config_section_from(sub->sib))

#endif
