/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The pieces of the evidence; see evidence.h. Input: a path. Output: its files of use.
 * Invariants: each path once; nothing but regular files; no more bytes than import.h
 * allows.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "clean.h"
#include "evidence.h"
#include "snapstate/buf.h"

#define CHUNK 65536

int evidence_count_entry(struct evidence *evidence, struct err *err)
{
	if (++evidence->entries > IMPORT_ENTRIES_MAX)
		return err_set(
			err, -EFBIG, "holds more than %d entries", IMPORT_ENTRIES_MAX);
	return 0;
}

int evidence_add(struct evidence *evidence, const char *path, enum role role,
	struct piece **ret_piece, struct err *err)
{
	struct piece *piece;

	if (strlen(path) > IMPORT_PATH_MAX)
		return err_set(
			err, -EFBIG, "a path of more than %d bytes", IMPORT_PATH_MAX);
	if (evidence->n_pieces == IMPORT_PIECES_MAX)
		return err_set(err, -EFBIG, "holds more than %d files of use",
			IMPORT_PIECES_MAX);
	piece = array_add(&evidence->pieces, &evidence->n_pieces);
	piece->path = xstrdup(path);
	piece->role = role;
	piece->root_len = path_root_len(path);
	*ret_piece = piece;
	return 0;
}

int evidence_fill(struct evidence *evidence, struct piece *piece, const void *bytes,
	size_t len, struct err *err)
{
	if (piece->error)
		return 0; /* its rest is gone through */
	if (evidence->kept + len > IMPORT_KEPT_MAX)
		return err_set(err, -EFBIG, "holds more than %u bytes in files of use",
			IMPORT_KEPT_MAX);
	if (piece->bytes.len + len > IMPORT_FILE_MAX) {
		evidence->kept -= piece->bytes.len;
		buf_free(&piece->bytes);
		piece->bytes = BUF_INIT;
		piece->error = -EFBIG;
		return 0;
	}
	buf_add(&piece->bytes, bytes, len);
	evidence->kept += len;
	return 0;
}

void evidence_free(struct evidence *evidence)
{
	for (size_t i = 0; i < evidence->n_pieces; i++) {
		free(evidence->pieces[i].path);
		buf_free(&evidence->pieces[i].bytes);
	}
	free(evidence->pieces);
	free(evidence->first_other);
	free(evidence->cut);
	free(evidence->capture);
}

void evidence_note_cut(struct evidence *evidence, const char *path, const char *why)
{
	cleanup_buf struct buf text = BUF_INIT;

	if (evidence->cut)
		return;
	if (*path)
		buf_word(&text, path);
	else
		buf_puts(&text, "the archive");
	buf_printf(&text, " is cut off or damaged (%s): the rest is missing", why);
	evidence->cut = xstrdup(buf_text(&text));
}

void evidence_leave_out(struct evidence *evidence, const char *path)
{
	if (!evidence->n_others++)
		evidence->first_other = xstrdup(path);
}

/* ---- order ---- */

static size_t path_depth(const char *path)
{
	size_t depth = 0;

	for (; *path; path++)
		depth += *path == '/';
	return depth;
}

static int order_pieces(const void *pa, const void *pb)
{
	const struct piece *a = pa, *b = pb;
	size_t depth_a = path_depth(a->path), depth_b = path_depth(b->path);

	if (depth_a != depth_b)
		return depth_a < depth_b ? -1 : 1;
	return strcmp(a->path, b->path);
}

/* Which of two files of one name is meant cannot be known. */
static int check_unique(const struct evidence *evidence, struct err *err)
{
	for (size_t i = 1; i < evidence->n_pieces; i++)
		if (strcmp(evidence->pieces[i - 1].path, evidence->pieces[i].path) == 0) {
			cleanup_buf struct buf word = BUF_INIT;

			buf_word(&word, evidence->pieces[i].path);
			return err_set(
				err, -EBADMSG, "%s: is there twice", buf_text(&word));
		}
	return 0;
}

/* ---- captures of our own ---- */

static size_t folder_len(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? (size_t)(slash - path) : 0;
}

static bool is_below(const char *path, const char *folder, size_t len)
{
	return strncmp(path, folder, len) == 0 &&
	       (!len || path[len] == '/' || !path[len]);
}

/* The piece, or all below the folder, that has the first `len` bytes of the path. */
static void pieces_drop(struct evidence *evidence, const char *path, size_t len)
{
	size_t kept = 0;

	for (size_t i = 0; i < evidence->n_pieces; i++) {
		struct piece *piece = &evidence->pieces[i];

		if (is_below(piece->path, path, len)) {
			evidence->kept -= piece->bytes.len;
			free(piece->path);
			buf_free(&piece->bytes);
		} else {
			evidence->pieces[kept++] = *piece;
		}
	}
	evidence->n_pieces = kept;
}

/* Its documents would be taken for outputs, and most of it would be lost. */
static void captures_leave(struct evidence *evidence)
{
	static const char magic[] = "snapstate-capture ";
	const struct piece *piece = NULL;

	while ((piece = evidence_next(evidence, ROLE_CAPTURE, NULL))) {
		cleanup_free char *path = xstrdup(piece->path);
		size_t len = folder_len(path);

		if (strncmp(buf_text(&piece->bytes), magic, strlen(magic)) != 0) {
			evidence_leave_out(evidence, path); /* another program's */
			pieces_drop(evidence, path, strlen(path));
			continue;
		}
		pieces_drop(evidence, path, len);
		free(evidence->capture);
		evidence->capture = len ? xstrndup(path, len) : xstrdup(".");
	}
}

/* ---- find ---- */

const struct piece *evidence_next(
	const struct evidence *evidence, enum role role, const struct piece *after)
{
	size_t i = after ? (size_t)(after - evidence->pieces) + 1 : 0;

	for (; i < evidence->n_pieces; i++)
		if (evidence->pieces[i].role == role)
			return &evidence->pieces[i];
	return NULL;
}

const struct piece *evidence_best(const struct evidence *evidence, enum role role)
{
	const struct piece *piece = NULL;

	while ((piece = evidence_next(evidence, role, piece)))
		if (piece->bytes.len && !piece->error)
			return piece;
	return evidence_next(evidence, role, NULL);
}

const struct piece *evidence_beside(
	const struct evidence *evidence, enum role role, const struct piece *piece)
{
	size_t len = folder_len(piece->path);
	const struct piece *other = NULL;

	while ((other = evidence_next(evidence, role, other)))
		if (folder_len(other->path) == len &&
			strncmp(other->path, piece->path, len) == 0)
			return other;
	return NULL;
}

/* ---- read ---- */

static int unpack_pieces(struct evidence *evidence, struct err *err)
{
	for (size_t i = 0; i < evidence->n_pieces; i++) {
		struct piece *piece = &evidence->pieces[i];
		struct err e = ERR_INIT;

		if (!piece->bytes.len || !*path_packed_suffix(piece->path))
			continue;
		evidence->kept -= piece->bytes.len;
		piece->error = piece_unpack(piece, &e);
		evidence->kept += piece->bytes.len;
		if (evidence->kept > IMPORT_KEPT_MAX)
			return err_set(err, -EFBIG,
				"holds more than %u bytes in files of use",
				IMPORT_KEPT_MAX);
	}
	return 0;
}

static void pieces_decode(struct evidence *evidence)
{
	for (size_t i = 0; i < evidence->n_pieces; i++) {
		struct piece *piece = &evidence->pieces[i];
		struct buf text = BUF_INIT;

		if (!text_is_utf16(buf_text(&piece->bytes), piece->bytes.len))
			continue;
		text_from_utf16(piece->bytes.data, piece->bytes.len, &text);
		evidence->kept += text.len - piece->bytes.len;
		buf_free(&piece->bytes);
		piece->bytes = text;
	}
}

/* ---- a text alone ---- */

static bool is_archive(const char *bytes, size_t len)
{
	static const struct {
		size_t at, len;
		const char *bytes;
	} marks[] = {{0, 2, "\x1f\x8b"},
		{0, 6,
			"\xfd"
			"7zXZ"},
		{0, 3, "BZh"}, {0, 4, "\x28\xb5\x2f\xfd"}, {0, 4, "\x04\x22\x4d\x18"},
		{0, 4, "PK\x03\x04"}, {257, 5, "ustar"}};

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (len >= marks[i].at + marks[i].len &&
			memcmp(bytes + marks[i].at, marks[i].bytes, marks[i].len) == 0)
			return true;
	return false;
}

/* Of a thousand bytes at most 30 that no terminal prints. */
bool text_is_likely(const char *bytes, size_t len)
{
	size_t n_strange = 0;

	if (text_is_utf16(bytes, len))
		return true;
	for (size_t i = 0; i < len; i++)
		n_strange += (unsigned char)bytes[i] < ' ' &&
			     (!bytes[i] || !strchr("\t\n\r\f\b\033", bytes[i]));
	return !is_archive(bytes, len) && n_strange <= len * 3 / 100;
}

static int read_text(int fd, const char *name, struct evidence *evidence, struct err *err)
{
	enum role role = role_of_path(name);
	char chunk[CHUNK];
	struct piece *piece = NULL;
	ssize_t n = 0;
	int r = evidence_add(evidence, name,
		role == ROLE_NONE || role == ROLE_ARCHIVE ? ROLE_TEXT : role, &piece,
		err);

	while (r == 0 && !piece->error && (n = read(fd, chunk, sizeof(chunk))) > 0)
		r = evidence_fill(evidence, piece, chunk, (size_t)n, err);
	if (r == 0 && n < 0)
		r = err_errno(err, errno, "read");
	if (r == 0 && piece->error)
		r = piece_check_text(piece, err);
	if (r == 0 && !text_is_likely(buf_text(&piece->bytes), piece->bytes.len))
		r = err_set(err, -EBADMSG, "is not text");
	return r;
}

/* By its first bytes. */
static bool is_text(int fd)
{
	char bytes[CHUNK];
	ssize_t n = pread(fd, bytes, sizeof(bytes), 0);

	return n > 0 && text_is_likely(bytes, (size_t)n);
}

static int read_any(int fd, const char *path, struct evidence *evidence, struct err *err)
{
	const char *slash = strrchr(path, '/');
	struct stat st;
	int r;

	if (fstat(fd, &st) < 0)
		return err_errno(err, errno, "stat");
	if (!S_ISDIR(st.st_mode) && !S_ISREG(st.st_mode))
		return err_set(
			err, -EINVAL, "is neither a folder nor an archive nor a text");
	if (S_ISDIR(st.st_mode))
		r = evidence_from_folder(fd, evidence, err);
	else if (is_text(fd))
		r = read_text(fd, slash ? slash + 1 : path, evidence, err);
	else
		r = evidence_from_tar(fd, "", evidence, err);
	if (r < 0)
		return r;
	if (evidence->n_pieces)
		qsort(evidence->pieces, evidence->n_pieces, sizeof(*evidence->pieces),
			order_pieces);
	r = check_unique(evidence, err);
	if (r == 0)
		r = unpack_pieces(evidence, err);
	if (r == 0)
		pieces_decode(evidence);
	if (r == 0)
		captures_leave(evidence);
	return r;
}

static int read_stdin(struct evidence *ret_evidence, struct err *err)
{
	cleanup_evidence struct evidence evidence = {0};
	int r = read_text(STDIN_FILENO, "standard-input", &evidence, err);

	if (r < 0)
		return err_wrap(err, "standard input");
	pieces_decode(&evidence);
	*ret_evidence = evidence;
	evidence = (struct evidence){0};
	return 0;
}

const char evidence_kinds[] =
	"sosreports, supportconfigs, lvmdumps, archives of insights-client and "
	"xen-bugtool, "
	"and texts with outputs of lvs, lvdisplay, lvscan, dmsetup, lsblk, mount, df, "
	"findmnt, ls -l /dev/mapper, kpartx, losetup, fuser, lsof, ps, swapon, and LVM's "
	"and "
	"the kernel's messages";

static int nothing_known(const struct evidence *evidence, struct err *err)
{
	cleanup_buf struct buf name = BUF_INIT;

	if (evidence->capture)
		return err_set(
			err, -ENODATA, "is a capture already: give it to snapstate-plan");
	if (!evidence->n_others)
		return err_set(err, -ENODATA, "no recognised files in it; it reads %s",
			evidence_kinds);
	buf_word(&name, evidence->first_other);
	return err_set(err, -ENODATA,
		"no recognised files among its %zu file%s, the first is %s; it reads %s",
		evidence->n_others, evidence->n_others == 1 ? "" : "s", buf_text(&name),
		evidence_kinds);
}

int evidence_read(const char *path, struct evidence *ret_evidence, struct err *err)
{
	cleanup_evidence struct evidence evidence = {0};
	/* not to wait for a writer of a fifo */
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	int r;

	if (strcmp(path, "-") == 0)
		return read_stdin(ret_evidence, err);
	if (fd < 0)
		return err_errno(err, errno, "%s", path);
	r = read_any(fd, path, &evidence, err);
	if (r == 0 && !evidence.n_pieces)
		r = nothing_known(&evidence, err);
	if (r < 0)
		return err_wrap(err, "%s", path);
	*ret_evidence = evidence;
	evidence = (struct evidence){0};
	return 0;
}
