/* SPDX-License-Identifier: Apache-2.0 */
/* Files that somebody sent: a plan, its signatures. */
#ifndef SNAPSTATE_REGULAR_H
#define SNAPSTATE_REGULAR_H

#include "snapstate/buf.h"
#include "snapstate/err.h"

/* A regular file, once and whole: a pipe could say one thing now and another one later, a
 * device could hang. -EBADMSG: it is none, or holds more than `max` bytes. */
int regular_read(const char *path, size_t max, struct buf *ret_text, struct err *err);

#endif
