/* SPDX-License-Identifier: Apache-2.0 */
/* What every reader of tars that strangers sent wants of libarchive. */
#ifndef SNAPSTATE_TAR_H
#define SNAPSTATE_TAR_H

#include <archive.h>

#include "snapstate/buf.h"
#include "snapstate/cleanup.h"
#include "snapstate/err.h"

static inline void archive_free_fn(struct archive **archive)
{
	archive_read_free(*archive); /* NULL is fine */
}
#define cleanup_archive cleanup_with(archive_free_fn)

/* archive_read_support_filter_gzip and others. */
typedef int tar_filter(struct archive *archive);

/* Allows the filters that are built in, and never one that would start a program. */
void tar_filters_add(struct archive *archive, tar_filter *const filters[], size_t count);

/* -EBADMSG in libarchive's words, escaped. */
int tar_fail(struct archive *archive, struct err *err);

#endif
