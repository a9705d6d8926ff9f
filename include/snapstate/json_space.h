/* SPDX-License-Identifier: Apache-2.0 */
/* JSON's white space: releases of json-c print an empty list differently. */
#ifndef SNAPSTATE_JSON_SPACE_H
#define SNAPSTATE_JSON_SPACE_H

#include "snapstate/buf.h"

/* `json`, well formed, with no white space within an empty list or object: "[]", "{}",
 * as json-c prints them from 0.18 on. What is in strings stays. */
void json_close_empty(const char *json, struct buf *out);

#endif
