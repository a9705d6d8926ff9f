/* SPDX-License-Identifier: Apache-2.0 */
/* More of what one line of facts says than fact_kind.h tells, and of lines in a set. */
#ifndef SNAPSTATE_FACT_LINE_H
#define SNAPSTATE_FACT_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "snapstate/buf.h"
#include "snapstate/fact_kind.h"

struct facts;

bool fact_is_about(const char *line, const char *subject, size_t len);
bool fact_value_is(const char *line, const char *key, const char *value);
/* The value is a comma list that has this word. */
bool fact_value_has(const char *line, const char *key, const char *word);
/* "NS:ID" of a mount line. */
bool fact_mount_id(const char *line, uint64_t *ret_namespace, uint64_t *ret_id);
/* The kind of a holder: "dm", "fs", "swap"; NULL: the line is about none. */
const char *fact_holder_word(const char *line, size_t *ret_len);
bool fact_holder_is(const char *line, const char *kind);
/* The device that is the holder, "254:5", up to the end of the line; NULL: it is none. */
const char *fact_holding_device(const char *line);

/* From which parts of a probe it follows; of what is no fact none. */
unsigned fact_parts(const char *line);

/* Lines of one kind are in a row, and of these, those with the same word behind the kind
 * (fact_id()): the place of the first one that is not before it; NULL = of the kind. */
size_t facts_first(const struct facts *facts, enum fact_kind kind, const char *id);
/* The line at `i` is one of these; false also behind the last line. */
bool facts_is_at(
	const struct facts *facts, size_t i, enum fact_kind kind, const char *id);

/* The line of one tag. */
void fact_tag(
	const char *vg_uuid, const char *lv_uuid, const char *tag, struct buf *line);

#endif
