/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of JSON that more than one writer uses. */
#ifndef SNAPSTATE_PLANNER_JSON_H
#define SNAPSTATE_PLANNER_JSON_H

#include <json-c/json.h>

#include "reports.h"

/* A string; bytes that are not ASCII are escaped as in facts, since JSON has no others.
 */
struct json_object *json_text(const char *text);
/* One host's review; review.schema.json. */
struct json_object *json_review(const struct survey *survey, const struct plan *plan);
/* Indented, with a newline; frees the object. */
void json_write(struct json_object *root, struct buf *ret_text);

#endif
