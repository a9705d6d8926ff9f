/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tar.gz -> members, by libarchive, in memory only; the writer is members_pack().
 *
 * Input:  a hostile file. Output: its members, in the file's order.
 * Invariants: libarchive gets to use no format but tar and no filter but gzip, zstd and
 * xz as built in: the other formats hold most of its past holes, the other filters start
 * programs.
 * Unpacked in two rounds, first the compression, then the tar: so the whole file is
 * looked at, down to the last byte of both, and a file that was cut anywhere is noticed.
 */
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "manifest.h"
#include "snapstate/cleanup.h"
#include "snapstate/record.h"
#include "tar.h"

#define RATIO_FREE   (1u << 20) /* bytes that may unpack from anything */
#define TAR_OVERHEAD 4096	/* of one member: header, pax header, padding */
#define TAR_BLOCK    512
#define TAR_MAX	     (RECORD_TOTAL_MAX + RECORD_MEMBERS_MAX * TAR_OVERHEAD)

/* ---- compression ---- */

static void filters_add(struct archive *archive)
{
	static tar_filter *const filters[] = {archive_read_support_filter_gzip,
		archive_read_support_filter_zstd, archive_read_support_filter_xz};

	tar_filters_add(archive, filters, sizeof(filters) / sizeof(filters[0]));
}

static int size_check(size_t packed, size_t unpacked, struct err *err)
{
	if (unpacked > TAR_MAX)
		return err_set(err, -EFBIG, "unpacks to more than %u bytes", TAR_MAX);
	if (unpacked > RATIO_FREE && (unpacked - RATIO_FREE) / RECORD_RATIO_MAX > packed)
		return err_set(err, -EFBIG, "unpacks to more than %d times its size",
			RECORD_RATIO_MAX);
	return 0;
}

/* In what came last: words that begin in an earlier block end in it. */
static bool has_come(const struct buf *tar, size_t last, const char *words)
{
	size_t from = tar->len - last;

	from -= from < strlen(words) ? from : strlen(words);
	return memmem(buf_text(tar) + from, tar->len - from, words, strlen(words));
}

/* All of it, or up to some words. */
static int drain(struct archive *archive, size_t packed, const char *until,
	struct buf *tar, struct err *err)
{
	const void *block;
	size_t n;
	la_int64_t offset;
	int r;

	while ((r = archive_read_data_block(archive, &block, &n, &offset)) ==
		ARCHIVE_OK) {
		if (size_check(packed, tar->len + n, err) < 0)
			return -EFBIG;
		buf_add(tar, block, n);
		if (until && has_come(tar, n, until))
			return 0;
	}
	if (r != ARCHIVE_EOF)
		return tar_fail(archive, err);
	if (archive_filter_bytes(archive, -1) != (la_int64_t)packed)
		return err_set(err, -EBADMSG, "bytes follow after the archive's end");
	return 0;
}

int archive_decompress(const void *bytes, size_t len, const char *until,
	struct buf *ret_tar, struct err *err)
{
	cleanup_archive struct archive *archive = archive_read_new();
	cleanup_buf struct buf tar = BUF_INIT;
	struct archive_entry *entry;
	int r;

	if (len == 0)
		return err_set(err, -EBADMSG, "is empty");
	if (len > RECORD_ARCHIVE_MAX)
		return err_set(err, -EFBIG, "larger than %u bytes", RECORD_ARCHIVE_MAX);
	if (!archive)
		return err_set(err, -ENOMEM, "out of memory");
	filters_add(archive);
	if (archive_read_support_format_raw(archive) != ARCHIVE_OK ||
		archive_read_open_memory(archive, bytes, len) != ARCHIVE_OK ||
		archive_read_next_header(archive, &entry) != ARCHIVE_OK)
		return tar_fail(archive, err);
	r = drain(archive, len, until, &tar, err);
	if (r < 0)
		return r;
	*ret_tar = tar;
	tar = BUF_INIT;
	return 0;
}

/* ---- tar ---- */

/* "TOP/NAME" -> NAME, with one and the same TOP throughout. *top is malloc'ed at the
 * first. */
static int path_split(
	const char *path, char **top, const char **ret_name, struct err *err)
{
	const char *slash;

	if (!path)
		return err_set(err, -EBADMSG, "a name that is not ASCII");
	if (member_name_check(path, err) < 0)
		return -EBADMSG;
	slash = strchr(path, '/');
	if (!slash)
		return err_set(err, -EBADMSG, "%s: is not in the archive's folder", path);
	if (!*top)
		*top = xstrndup(path, (size_t)(slash - path));
	if (strncmp(*top, path, (size_t)(slash - path)) != 0 ||
		(*top)[slash - path] != '\0')
		return err_set(err, -EBADMSG, "%s: is not in the archive's folder %s",
			path, *top);
	*ret_name = slash + 1;
	return 0;
}

static int entry_check(struct archive_entry *entry, const char *name, struct err *err)
{
	if (archive_entry_hardlink(entry) || archive_entry_symlink(entry) ||
		archive_entry_filetype(entry) != AE_IFREG)
		return err_set(err, -EBADMSG, "%s: is not a regular file", name);
	if (archive_entry_sparse_count(entry) > 0)
		return err_set(err, -EBADMSG, "%s: is a sparse file", name);
	if (!archive_entry_size_is_set(entry) || archive_entry_size(entry) < 0 ||
		archive_entry_size(entry) > (la_int64_t)RECORD_MEMBER_MAX)
		return err_set(
			err, -EFBIG, "%s: larger than %u bytes", name, RECORD_MEMBER_MAX);
	return 0;
}

static int member_read(
	struct archive *archive, size_t size, struct member *member, struct err *err)
{
	const void *block;
	size_t n;
	la_int64_t offset;
	int r;

	while ((r = archive_read_data_block(archive, &block, &n, &offset)) == ARCHIVE_OK)
		buf_add(&member->bytes, block, n);
	if (r != ARCHIVE_EOF) {
		tar_fail(archive, err);
		return err_wrap(err, "%s", member->name);
	}
	if (member->bytes.len != size)
		return err_set(err, -EBADMSG, "%s: is cut off", member->name);
	return 0;
}

static int entry_read(struct archive *archive, struct archive_entry *entry, char **top,
	struct members *members, struct err *err)
{
	struct member *member;
	const char *name = "";
	int r = path_split(archive_entry_pathname(entry), top, &name, err);

	if (r == 0)
		r = entry_check(entry, name, err);
	if (r < 0)
		return r;
	if (!members->count && strcmp(name, MEMBER_FORMAT) != 0)
		return err_set(err, -EBADMSG,
			"%s: the first member must be %s: this is not a capture", name,
			MEMBER_FORMAT);
	if (members->count == RECORD_MEMBERS_MAX)
		return err_set(err, -EFBIG, "more than %d members", RECORD_MEMBERS_MAX);
	member = member_add(members, name);
	r = member_read(archive, (size_t)archive_entry_size(entry), member, err);
	if (r == 0 && members->count == 1)
		r = format_check(&member->bytes, err);
	return r;
}

static bool is_zero(const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (bytes[i])
			return false;
	return true;
}

/* A tar ends with two blocks of zeros, and whatever follows as padding is zero, too.
 * libarchive is content with less. */
static int end_check(const struct buf *tar, la_int64_t consumed, struct err *err)
{
	if (tar->len < 2 * TAR_BLOCK ||
		!is_zero(tar->data + tar->len - 2 * TAR_BLOCK, 2 * TAR_BLOCK))
		return err_set(err, -EBADMSG, "the archive is cut off");
	if (consumed < 0 || (size_t)consumed > tar->len ||
		!is_zero(tar->data + consumed, tar->len - (size_t)consumed))
		return err_set(err, -EBADMSG, "bytes follow after the archive's end");
	return 0;
}

static int members_read(struct archive *archive, const struct buf *tar,
	struct members *members, struct err *err)
{
	cleanup_free char *top = NULL;
	struct archive_entry *entry;
	size_t total = 0;
	int r;

	while ((r = archive_read_next_header(archive, &entry)) == ARCHIVE_OK) {
		int failed = entry_read(archive, entry, &top, members, err);

		if (failed < 0)
			return failed;
		total += members->items[members->count - 1].bytes.len;
		if (total > RECORD_TOTAL_MAX)
			return err_set(err, -EFBIG, "holds more than %u bytes",
				RECORD_TOTAL_MAX);
	}
	if (r != ARCHIVE_EOF)
		return tar_fail(archive, err);
	if (!members->count)
		return err_set(err, -EBADMSG, "is an empty archive");
	return end_check(tar, archive_filter_bytes(archive, 0), err);
}

static int tar_read(const struct buf *tar, struct members *ret_members, struct err *err)
{
	cleanup_archive struct archive *archive = archive_read_new();
	struct members members = MEMBERS_INIT;
	int r;

	if (!archive)
		return err_set(err, -ENOMEM, "out of memory");
	if (archive_read_support_format_tar(archive) != ARCHIVE_OK ||
		archive_read_open_memory(archive, tar->data, tar->len) != ARCHIVE_OK)
		return tar_fail(archive, err);
	r = members_read(archive, tar, &members, err);
	if (r < 0)
		members_free(&members);
	else
		*ret_members = members;
	return r;
}

int members_unpack(
	const void *archive, size_t len, struct members *ret_members, struct err *err)
{
	cleanup_buf struct buf tar = BUF_INIT;
	int r = archive_decompress(archive, len, NULL, &tar, err);

	return r < 0 ? r : tar_read(&tar, ret_members, err);
}
