/* SPDX-License-Identifier: Apache-2.0 */
/* state.rng as bytes; the build makes state_schema.c from it. */
#ifndef SNAPSTATE_RECORD_STATE_SCHEMA_H
#define SNAPSTATE_RECORD_STATE_SCHEMA_H

#include <stddef.h>

extern const char state_schema[];
extern const size_t state_schema_len;

#endif
