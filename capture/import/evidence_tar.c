/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A tar or zip -> evidence, by libarchive, in memory only; archives within it too.
 * Input: its descriptor. Output: pieces. Invariants: libarchive gets to use no format but
 * these and no filter but gzip, bzip2, xz, zstd and lz4 as built in (the other filters
 * start programs); links are left alone; a name that leads out of the archive is an
 * error. An archive that is damaged or cut off is read as far as it goes, which is noted.
 * A tar that ends between two members lacks the blocks of zeros that end one.
 */
#include <archive_entry.h>
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "evidence.h"
#include "tar.h"

#define CHUNK 65536

static void filters_add(struct archive *archive)
{
	static tar_filter *const filters[] = {archive_read_support_filter_gzip,
		archive_read_support_filter_bzip2, archive_read_support_filter_xz,
		archive_read_support_filter_zstd, archive_read_support_filter_lz4};

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
	piece->bytes = bytes;
	if (r == 0)
		return 0;
	piece->is_cut = bytes.len > 0 && r != -EFBIG;
	if (piece->is_cut)
		return 0;
	buf_free(&piece->bytes);
	piece->bytes = BUF_INIT;
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

struct walk {
	struct archive *archive;
	const char *prefix; /* of its members' paths: "" or "a/b.tar.xz/" */
	unsigned depth;	    /* of archives within archives */
	struct evidence *evidence;
	size_t n_read; /* members */
};

static int check_entry(
	const struct walk *walk, struct archive_entry *entry, struct err *err)
{
	const char *path = archive_entry_pathname(entry);
	la_int64_t size = archive_entry_size(entry),
		   seen = archive_filter_bytes(walk->archive, 0);
	cleanup_buf struct buf word = BUF_INIT;

	if (size < 0 || seen < 0 ||
		(uint64_t)size + (uint64_t)seen + walk->evidence->unpacked >
			IMPORT_UNPACKED_MAX)
		return err_set(err, -EFBIG, "unpacks to more than %llu bytes",
			(unsigned long long)IMPORT_UNPACKED_MAX);
	if (!path || is_inside(path))
		return 0;
	buf_word(&word, path);
	return err_set(err, -EBADMSG, "%s: leads out of the archive", buf_text(&word));
}

/* What came before the damage is kept, and that there was more is said. */
static void note_cut(const struct walk *walk, const char *path)
{
	struct err err = ERR_INIT;

	tar_fail(walk->archive, &err);
	evidence_note_cut(walk->evidence, path, err.msg);
}

static int member_fill(
	const struct walk *walk, const char *path, enum role role, struct err *err)
{
	char chunk[CHUNK];
	struct piece *piece;
	la_ssize_t n = 0;
	int r = evidence_add(walk->evidence, path, role, &piece, err);

	while (r == 0 && (n = archive_read_data(walk->archive, chunk, sizeof(chunk))) > 0)
		r = evidence_fill(walk->evidence, piece, chunk, (size_t)n, err);
	if (r == 0 && n < 0) {
		piece->is_cut = true;
		note_cut(walk, path);
	}
	return r;
}

/* ---- an archive within ---- */

struct member {
	struct archive *archive;
	char chunk[CHUNK];
};

static la_ssize_t member_read(struct archive *inner, void *context, const void **ret)
{
	struct member *member = context;

	(void)inner;
	*ret = member->chunk;
	return archive_read_data(member->archive, member->chunk, CHUNK);
}

static int archive_walk(struct walk *walk, struct err *err);

static struct archive *archive_new(void)
{
	struct archive *archive = archive_read_new();

	if (!archive)
		return NULL;
	filters_add(archive);
	archive_read_support_format_tar(archive);
	archive_read_support_format_zip(archive);
	return archive;
}

/* Read as it comes, without a copy of all of it. */
static int inner_read(const struct walk *walk, const char *path, struct err *err)
{
	cleanup_archive struct archive *inner = archive_new();
	cleanup_free struct member *member = xcalloc(1, sizeof(*member));
	cleanup_buf struct buf prefix = BUF_INIT;
	struct walk next = {
		.archive = inner, .depth = walk->depth + 1, .evidence = walk->evidence};

	member->archive = walk->archive;
	buf_printf(&prefix, "%s/", path);
	next.prefix = buf_text(&prefix);
	if (!inner || next.depth > IMPORT_ARCHIVES_MAX ||
		archive_read_open2(inner, member, NULL, member_read, NULL, NULL) !=
			ARCHIVE_OK) {
		evidence_leave_out(walk->evidence, path);
		return 0;
	}
	return archive_walk(&next, err);
}

/* ---- members ---- */

static int entry_read(struct walk *walk, struct archive_entry *entry, struct err *err)
{
	const char *name = archive_entry_pathname(entry);
	cleanup_buf struct buf path = BUF_INIT;
	enum role role;
	int r = evidence_count_entry(walk->evidence, err);

	if (r == 0)
		r = check_entry(walk, entry, err);
	if (r < 0 || !name) /* no name in this locale, so none of ours */
		return r;
	name += strncmp(name, "./", 2) == 0 ? 2 : 0;
	role = role_of_path(name);
	buf_printf(&path, "%s%s", walk->prefix, name);
	if (role == ROLE_NONE || archive_entry_filetype(entry) != AE_IFREG ||
		archive_entry_hardlink(entry)) {
		if (archive_entry_filetype(entry) != AE_IFDIR)
			evidence_leave_out(walk->evidence, buf_text(&path));
		return 0;
	}
	return role == ROLE_ARCHIVE ? inner_read(walk, buf_text(&path), err)
				    : member_fill(walk, buf_text(&path), role, err);
}

#define TAR_BLOCK 512

/* Where a member of a tar ends; of one with holes it is not known. */
static int64_t member_end(struct archive *archive, struct archive_entry *entry)
{
	int64_t size = archive_entry_size(entry);

	if ((archive_format(archive) & ARCHIVE_FORMAT_BASE_MASK) != ARCHIVE_FORMAT_TAR ||
		archive_entry_sparse_count(entry) || size < 0)
		return 0;
	if (archive_entry_filetype(entry) != AE_IFREG || archive_entry_hardlink(entry))
		size = 0;
	return archive_filter_bytes(archive, 0) +
	       (size + TAR_BLOCK - 1) / TAR_BLOCK * TAR_BLOCK;
}

static int archive_walk(struct walk *walk, struct err *err)
{
	struct archive_entry *entry;
	int64_t end = 0;
	int r;

	/* a warning is about a name or an attribute */
	while ((r = archive_read_next_header(walk->archive, &entry)) == ARCHIVE_OK ||
		r == ARCHIVE_WARN) {
		walk->n_read++;
		end = member_end(walk->archive, entry);
		r = entry_read(walk, entry, err);
		if (r < 0)
			return r;
	}
	walk->evidence->unpacked += (uint64_t)archive_filter_bytes(walk->archive, 0);
	if (r == ARCHIVE_EOF && archive_filter_bytes(walk->archive, 0) == end)
		evidence_note_cut(walk->evidence, walk->prefix,
			"it ends without the blocks of zeros that end a tar");
	if (r == ARCHIVE_EOF)
		return 0;
	if (!walk->n_read && !walk->depth)
		return tar_fail(walk->archive, err);
	note_cut(walk, walk->prefix);
	return 0;
}

int evidence_from_tar(
	int fd, const char *path, struct evidence *evidence, struct err *err)
{
	cleanup_archive struct archive *archive = archive_new();
	cleanup_buf struct buf prefix = BUF_INIT;
	struct walk walk = {
		.archive = archive, .depth = *path != 0, .evidence = evidence};

	if (!archive)
		return err_set(err, -ENOMEM, "out of memory");
	buf_printf(&prefix, "%s%s", path, *path ? "/" : "");
	walk.prefix = buf_text(&prefix);
	if (archive_read_open_fd(archive, fd, CHUNK) == ARCHIVE_OK)
		return archive_walk(&walk, err);
	if (!*path)
		return tar_fail(archive, err);
	evidence_leave_out(evidence, path);
	return 0;
}
