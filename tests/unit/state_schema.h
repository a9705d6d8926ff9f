/* SPDX-License-Identifier: Apache-2.0 */
/* state.xml against the shipped schema, by libxml2's own validator: what the reader is
 * compared with. */
#ifndef SNAPSTATE_TESTS_STATE_SCHEMA_H
#define SNAPSTATE_TESTS_STATE_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>

struct schema;

/* Of the file STATE_RNG; NULL: it is no schema. */
struct schema *schema_open(void);
bool schema_accepts(struct schema *schema, const void *xml, size_t len);
void schema_close(struct schema *schema);

#endif
