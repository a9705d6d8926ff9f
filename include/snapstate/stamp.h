/* SPDX-License-Identifier: Apache-2.0 */
/* The one spelling of a moment in every file of snapstate: "2026-11-22T03:00:00Z";
 * durations as people give them; and the clock that deadlines are told by. */
#ifndef SNAPSTATE_STAMP_H
#define SNAPSTATE_STAMP_H

#include "snapstate/buf.h"

#define STAMP_MAX INT64_C(253402300799) /* the end of the year 9999 */

/* Seconds since 1970, 0 to STAMP_MAX; -ERANGE otherwise. */
int stamp_write(int64_t seconds, struct buf *ret_text);
/* Only what stamp_write() would write; -EINVAL otherwise. */
int stamp_read(const char *text, int64_t *ret_seconds);

/* For people: "2026-11-22 03:00:00 UTC"; "?" when out of range. */
void stamp_print(int64_t seconds, struct buf *ret_text);

/* "90" and "90s", "30m", "1h", "7d" -> seconds; -EINVAL. */
int duration_read(const char *text, int64_t *ret_seconds);

/* CLOCK_MONOTONIC: for deadlines, says nothing of the time of day. */
int64_t clock_ms(void);

#endif
