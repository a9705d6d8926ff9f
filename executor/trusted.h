/* SPDX-License-Identifier: Apache-2.0 */
/* Files that decide what root may do: only root may have written them. */
#ifndef SNAPSTATE_TRUSTED_H
#define SNAPSTATE_TRUSTED_H

#include "snapstate/buf.h"
#include "snapstate/err.h"

/* Reads an absolute path without links. It and each folder above it must belong to root
 * and be writable by nobody else: -EPERM. -ENOENT: it is not there. */
int trusted_read(const char *path, size_t max, struct buf *ret_text, struct err *err);

#endif
