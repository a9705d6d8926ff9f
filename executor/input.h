/* SPDX-License-Identifier: Apache-2.0 */
/* The files that a command line names: plans, signatures, journals. */
#ifndef SNAPSTATE_INPUT_H
#define SNAPSTATE_INPUT_H

#include "snapstate/buf.h"
#include "snapstate/err.h"

/* All of a regular file, read once. -EBADMSG: it is none, or has more than `max` bytes.
 */
int input_read(const char *path, size_t max, struct buf *ret_text, struct err *err);

#endif
