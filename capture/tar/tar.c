/* SPDX-License-Identifier: Apache-2.0 */
/* See tar.h. Input: an archive of libarchive's. Output: what it may use, or its error. */
#include <errno.h>

#include "tar.h"

/* A filter that libarchive has no library for is registered as an external program, with
 * a warning. So it is tried on another archive first. */
void tar_filters_add(struct archive *archive, tar_filter *const filters[], size_t count)
{
	for (size_t i = 0; i < count; i++) {
		cleanup_archive struct archive *trial = archive_read_new();

		if (trial && filters[i](trial) == ARCHIVE_OK)
			filters[i](archive);
	}
}

int tar_fail(struct archive *archive, struct err *err)
{
	const char *why = archive_error_string(archive);
	cleanup_buf struct buf text = BUF_INIT;

	buf_tail(&text, why ? why : "is not a tar archive"); /* it may quote the file */
	return err_set(err, -EBADMSG, "%s", buf_text(&text));
}
