/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A tar -> evidence, by libarchive, in memory only. Input: its descriptor. Output:
 * pieces. Invariants: libarchive gets to use no format but tar and no filter but gzip,
 * bzip2 and xz as built in (the other filters start programs); links are left alone; a
 * name that leads out of the archive is an error, and so is compressed data or a member
 * that is cut off. Of a plain tar that ends between two members nobody can tell: the rest
 * is then not in the evidence.
 */
#include <archive_entry.h>
#include <errno.h>
#include <string.h>

#include "evidence.h"
#include "tar.h"

#define CHUNK 65536

static void filters_add(struct archive *archive)
{
	static tar_filter *const filters[] = {archive_read_support_filter_gzip,
		archive_read_support_filter_bzip2, archive_read_support_filter_xz};

	tar_filters_add(archive, filters, sizeof(filters) / sizeof(filters[0]));
}

/* ---- a compressed file within the evidence ---- */

/* What sos cuts to a size it may put as a tar of one file into the .xz: the first member
 * it is, whichever of the two. */
static int unpack(struct archive *archive, const struct piece *piece,
	struct buf *ret_bytes, struct err *err)
{
	struct archive_entry *entry;
	char chunk[CHUNK];
	la_ssize_t n;

	filters_add(archive);
	if (archive_read_support_format_tar(archive) != ARCHIVE_OK ||
		archive_read_support_format_raw(archive) != ARCHIVE_OK ||
		archive_read_open_memory(archive, piece->bytes.data, piece->bytes.len) !=
			ARCHIVE_OK ||
		archive_read_next_header(archive, &entry) != ARCHIVE_OK)
		return tar_fail(archive, err);
	while ((n = archive_read_data(archive, chunk, sizeof(chunk))) > 0) {
		if (ret_bytes->len + (size_t)n > IMPORT_FILE_MAX)
			return err_set(err, -EFBIG, "unpacks to more than %u bytes",
				IMPORT_FILE_MAX);
		buf_add(ret_bytes, chunk, (size_t)n);
	}
	return n < 0 ? tar_fail(archive, err) : 0;
}

int piece_unpack(struct piece *piece, struct err *err)
{
	cleanup_archive struct archive *archive = archive_read_new();
	struct buf bytes = BUF_INIT;
	int r = archive ? unpack(archive, piece, &bytes, err)
			: err_set(err, -ENOMEM, "out of memory");

	buf_free(&piece->bytes);
	piece->bytes = BUF_INIT;
	if (r < 0)
		buf_free(&bytes);
	else
		piece->bytes = bytes;
	return r;
}

/* ---- the archive ---- */

static bool is_inside(const char *path)
{
	for (const char *at = path; *at; at += strspn(at, "/")) {
		size_t len = strcspn(at, "/");

		if (len == 2 && strncmp(at, "..", 2) == 0)
			return false;
		at += len;
	}
	return *path != '/';
}

static int check_entry(
	struct archive *archive, struct archive_entry *entry, struct err *err)
{
	const char *path = archive_entry_pathname(entry);
	la_int64_t size = archive_entry_size(entry),
		   seen = archive_filter_bytes(archive, 0);
	cleanup_buf struct buf word = BUF_INIT;

	if (size < 0 || seen < 0 || (uint64_t)size + (uint64_t)seen > IMPORT_UNPACKED_MAX)
		return err_set(err, -EFBIG, "unpacks to more than %llu bytes",
			(unsigned long long)IMPORT_UNPACKED_MAX);
	if (!path || is_inside(path))
		return 0;
	buf_word(&word, path);
	return err_set(err, -EBADMSG, "%s: leads out of the archive", buf_text(&word));
}

static int entry_read(struct archive *archive, struct archive_entry *entry,
	struct evidence *evidence, struct err *err)
{
	const char *path = archive_entry_pathname(entry);
	char chunk[CHUNK];
	struct piece *piece;
	enum role role;
	la_ssize_t n = 0;
	int r = evidence_count_entry(evidence, err);

	if (r == 0)
		r = check_entry(archive, entry, err);
	if (r < 0 || !path) /* no name in this locale, so none of ours */
		return r;
	path += strncmp(path, "./", 2) == 0 ? 2 : 0;
	role = role_of_path(path);
	if (role == ROLE_NONE || archive_entry_filetype(entry) != AE_IFREG ||
		archive_entry_hardlink(entry)) {
		if (archive_entry_filetype(entry) != AE_IFDIR)
			evidence_leave_out(evidence, path);
		return 0;
	}
	r = evidence_add(evidence, path, role, &piece, err);
	if (role == ROLE_ARCHIVE)
		return r;
	while (r == 0 && (n = archive_read_data(archive, chunk, sizeof(chunk))) > 0)
		r = evidence_fill(evidence, piece, chunk, (size_t)n, err);
	return n < 0 ? tar_fail(archive, err) : r;
}

int evidence_from_tar(int fd, struct evidence *evidence, struct err *err)
{
	cleanup_archive struct archive *archive = archive_read_new();
	struct archive_entry *entry;
	int r;

	if (!archive)
		return err_set(err, -ENOMEM, "out of memory");
	filters_add(archive);
	if (archive_read_support_format_tar(archive) != ARCHIVE_OK ||
		archive_read_open_fd(archive, fd, CHUNK) != ARCHIVE_OK)
		return tar_fail(archive, err);
	/* a warning is about a name or an attribute */
	while ((r = archive_read_next_header(archive, &entry)) == ARCHIVE_OK ||
		r == ARCHIVE_WARN) {
		r = entry_read(archive, entry, evidence, err);
		if (r < 0)
			return r;
	}
	return r == ARCHIVE_EOF ? 0 : tar_fail(archive, err);
}
