/* SPDX-License-Identifier: Apache-2.0 */
/* Strings of a host in JSON. */
#ifndef SNAPSTATE_JSON_TEXT_H
#define SNAPSTATE_JSON_TEXT_H

#include <json-c/json.h>

#include "snapstate/buf.h"

/* What is not ASCII is escaped as in facts, since JSON has no other bytes. */
struct json_object *json_text(const char *text);

#endif
