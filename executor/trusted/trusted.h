/* SPDX-License-Identifier: Apache-2.0 */
/* Files that decide what root may do, and folders that root writes to: nobody but root
 * (or, for tests, the user of this process) may write there. */
#ifndef SNAPSTATE_TRUSTED_H
#define SNAPSTATE_TRUSTED_H

#include <sys/types.h>

#include "snapstate/buf.h"
#include "snapstate/err.h"

/* Reads an absolute path without links. It and each folder above it must belong to root
 * and be writable by nobody else: -EPERM. -ENOENT: it is not there. */
int trusted_read(const char *path, size_t max, struct buf *ret_text, struct err *err);

/* Opens the folder of an absolute path without links, and makes it with mode 0700 where
 * it is missing. As above, but folders above it may also be sticky ones like /tmp. */
int trusted_folder(const char *path, int *ret_fd, struct err *err);

/* ---- inside ---- */

/* What is open is of that type, and belongs to whom it must. */
int trusted_check(int fd, const char *path, mode_t type, bool is_for_output,
	mode_t forbidden, struct err *err);
/* The folder that `path` names its last part in, and that part. */
int trusted_walk(const char *path, bool is_for_output, int *ret_folder,
	const char **ret_name, struct err *err);

#endif
