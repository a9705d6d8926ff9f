/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Members -> tar.gz, by libarchive; see members.h.
 *
 * Input:  members with checked names. Output: a pax tar, compressed by gzip.
 * Invariant: the same input gives the same bytes: the members' order is the caller's,
 * their time is the capture's, their owner is 0, and gzip's own time stamp is off. Names
 * are ASCII: libarchive 3.6 crashes on others in the C locale.
 */
#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "members.h"
#include "snapstate/cleanup.h"

#define MEMBER_MODE 0600
static const char name_chars[] =
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";

/* ---- members ---- */

struct member *member_add(struct members *members, const char *name)
{
	struct member *member = array_add(&members->items, &members->count);

	member->name = xstrdup(name);
	return member;
}

void members_free(struct members *members)
{
	for (size_t i = 0; i < members->count; i++) {
		free(members->items[i].name);
		buf_free(&members->items[i].bytes);
	}
	free(members->items);
	*members = MEMBERS_INIT;
}

int member_name_check(const char *name, struct err *err)
{
	cleanup_buf struct buf word = BUF_INIT;
	const char *at = name;

	buf_word(&word, name);
	if (strlen(name) > MEMBER_NAME_MAX)
		return err_set(err, -EBADMSG, "a name of more than %d bytes: %.40s...",
			MEMBER_NAME_MAX, buf_text(&word));
	for (;;) {
		size_t len = strspn(at, name_chars);

		if (len == 0 || (at[len] && at[len] != '/') ||
			(len <= 2 && strncmp(at, "..", len) == 0))
			return err_set(err, -EBADMSG,
				"%s: a name that is not allowed here", buf_text(&word));
		if (!at[len])
			return 0;
		at += len + 1;
	}
}

/* ---- archive ---- */

static la_ssize_t on_write(
	struct archive *archive, void *context, const void *bytes, size_t len)
{
	(void)archive;
	buf_add(context, bytes, len);
	return (la_ssize_t)len;
}

static int archive_open(struct archive *archive, struct buf *bytes)
{
	int r = archive_write_set_format_pax_restricted(archive);

	if (r == ARCHIVE_OK)
		r = archive_write_add_filter_gzip(archive);
	if (r == ARCHIVE_OK)
		r = archive_write_set_options(
			archive, "gzip:!timestamp,gzip:compression-level=6");
	if (r == ARCHIVE_OK)
		r = archive_write_set_bytes_in_last_block(archive, 1); /* no padding */
	if (r == ARCHIVE_OK)
		r = archive_write_open(archive, bytes, NULL, on_write, NULL);
	return r;
}

static int member_write(struct archive *archive, const struct member *member,
	const char *top, int64_t taken)
{
	struct archive_entry *entry = archive_entry_new();
	cleanup_buf struct buf path = BUF_INIT;
	int r = ARCHIVE_FATAL;

	buf_printf(&path, "%s/%s", top, member->name);
	if (entry) {
		archive_entry_set_pathname(entry, buf_text(&path));
		archive_entry_set_filetype(entry, AE_IFREG);
		archive_entry_set_perm(entry, MEMBER_MODE);
		archive_entry_set_size(entry, (la_int64_t)member->bytes.len);
		archive_entry_set_mtime(entry, taken, 0);
		r = archive_write_header(archive, entry);
	}
	if (r == ARCHIVE_OK && member->bytes.len &&
		archive_write_data(archive, member->bytes.data, member->bytes.len) !=
			(la_ssize_t)member->bytes.len)
		r = ARCHIVE_FATAL;
	archive_entry_free(entry);
	return r;
}

int members_pack(const struct members *members, const char *top, int64_t taken,
	struct buf *ret_archive, struct err *err)
{
	struct archive *archive = archive_write_new();
	struct buf bytes = BUF_INIT;
	int r;

	if (!archive)
		return err_set(err, -ENOMEM, "out of memory");
	r = archive_open(archive, &bytes);
	for (size_t i = 0; r == ARCHIVE_OK && i < members->count; i++)
		r = member_write(archive, &members->items[i], top, taken);
	if (r == ARCHIVE_OK)
		r = archive_write_close(archive);
	if (r == ARCHIVE_OK) {
		*ret_archive = bytes;
	} else {
		const char *why = archive_error_string(archive);

		err_set(err, -EIO, "cannot be packed: %s", why ? why : "unknown");
	}
	archive_write_free(archive); /* may still write */
	if (r != ARCHIVE_OK)
		buf_free(&bytes);
	return r == ARCHIVE_OK ? 0 : -EIO;
}
