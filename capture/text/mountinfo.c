/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /proc/PID/mountinfo -> mounts, by libmount; proc(5) has the format.
 *
 * Input:  a hostile text. Output: one struct mount per line, in the text's order.
 * Invariant: all lines or none, and nothing outside the text is looked at. Three habits
 * of libmount (util-linux 2.38, libmount/src/tab_parse.c) need care for that:
 *  - it guesses the format from the first line: each line's head is checked first;
 *  - it replaces the source /dev/root by what the live /proc and /sys say: that word is
 *    hidden from it;
 *  - it cuts off what says that a target was deleted: put back, or the target would name
 *    another mount.
 */
#include <errno.h>
#include <libmount.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "snapstate/buf.h"
#include "snapstate/cleanup.h"
#include "snapstate/err.h"
#include "snapstate/host.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/source.h"
#include "snapstate/text.h"

static const char dev_root[] = "/dev/root";
static const char dev_root_hidden[] = "/dev/\030oot"; /* no path of a kernel: CAN */

/* What libmount would lose of a line. */
struct line {
	size_t target_len;	/* decoded */
	const char *target_end; /* "", or " (deleted)" (2.38), "//deleted" (others) */
	bool is_dev_root;
};

struct text {
	struct buf bytes; /* what libmount gets */
	struct line *lines;
	size_t n_lines;
};

struct word {
	const char *at;
	size_t len;
};

/* The next word; words stand one blank apart, and may be empty. false: the line ended. */
static bool word_next(const char **at, const char *end, struct word *ret_word)
{
	const char *blank;

	if (!*at)
		return false;
	blank = memchr(*at, ' ', (size_t)(end - *at));
	ret_word->at = *at;
	ret_word->len = (size_t)((blank ? blank : end) - *at);
	*at = blank ? blank + 1 : NULL;
	return true;
}

static bool word_is(const struct word *word, const char *text)
{
	return word->len == strlen(text) && memcmp(word->at, text, word->len) == 0;
}

/* The kernel escapes blank, tab, newline, backslash and '#' and nothing else in these
 * words (fs/proc_namespace.c, mangle() and seq_path_root()). */
static bool has_kernel_escapes(const struct word *word)
{
	static const char *const escapes[] = {"040", "011", "012", "134", "043"};

	for (size_t i = 0; i < word->len; i++) {
		bool is_known = false;

		if (word->at[i] != '\\')
			continue;
		for (size_t e = 0; e < sizeof(escapes) / sizeof(escapes[0]); e++)
			is_known |= word->len - i > 3 &&
				    memcmp(word->at + i + 1, escapes[e], 3) == 0;
		if (!is_known)
			return false;
	}
	return true;
}

static bool word_ends(const struct word *word, const char *text)
{
	return word->len > strlen(text) &&
	       memcmp(word->at + word->len - strlen(text), text, strlen(text)) == 0;
}

static void target_note(const struct word *target, struct line *ret_line)
{
	ret_line->target_len = target->len;
	for (size_t i = 0; i < target->len; i++)
		ret_line->target_len -= target->at[i] == '\\' ? strlen("040") : 0;
	ret_line->target_end = "";
	if (word_ends(target, "//deleted"))
		ret_line->target_end = "//deleted";
	else if (word_ends(target, "\\040(deleted)"))
		ret_line->target_end = " (deleted)";
}

static bool is_number(const struct word *word)
{
	uint64_t value;

	return parse_u64(word->at, word->len, 10, &value) == 0 && value <= INT32_MAX;
}

/* ID PARENT MAJOR:MINOR ROOT TARGET OPTIONS [FIELD...] - TYPE SOURCE SUPER-OPTIONS */
static int line_check(const char *at, const char *end, struct line *ret_line,
	struct word *ret_source, struct err *err)
{
	struct word id, parent, devno, root, target, options, type, source;
	struct word word = {NULL, 0};
	struct devno ignored;

	if (!word_next(&at, end, &id) || !word_next(&at, end, &parent) ||
		!word_next(&at, end, &devno) || !is_number(&id) || !is_number(&parent) ||
		parse_devno(devno.at, devno.len, &ignored) < 0)
		return err_set(
			err, -EBADMSG, "does not begin with ID PARENT MAJOR:MINOR");
	if (!word_next(&at, end, &root) || !word_next(&at, end, &target) ||
		!word_next(&at, end, &options) || !root.len || !target.len ||
		!options.len)
		return err_set(err, -EBADMSG, "root, target or options are missing");
	while (!word_is(&word, "-"))
		if (!word_next(&at, end, &word))
			return err_set(err, -EBADMSG, "the separator \"-\" is missing");
	if (!word_next(&at, end, &type) || !word_next(&at, end, &source) || !type.len)
		return err_set(err, -EBADMSG, "type or source is missing");
	if (!has_kernel_escapes(&root) || !has_kernel_escapes(&target) ||
		!has_kernel_escapes(&source) || memchr(type.at, '\\', type.len))
		return err_set(err, -EBADMSG, "an escape that no kernel writes");
	/* which libmount would take for a blank */
	if (memchr(id.at, '\t', (size_t)(source.at + source.len - id.at)))
		return err_set(err, -EBADMSG, "a tab that no kernel writes");
	target_note(&target, ret_line);
	ret_line->is_dev_root = word_is(&source, dev_root);
	*ret_source = source;
	return 0;
}

static int line_add(struct text *text, const char *at, const char *end, struct err *err)
{
	struct line line = {0, "", false};
	struct word source = {NULL, 0};
	int r = line_check(at, end, &line, &source, err);

	if (r < 0)
		return r;
	*array_add(&text->lines, &text->n_lines) = line;
	if (line.is_dev_root) {
		buf_add(&text->bytes, at, (size_t)(source.at - at));
		buf_puts(&text->bytes, dev_root_hidden);
		at = source.at + source.len;
	}
	buf_add(&text->bytes, at, (size_t)(end - at));
	buf_puts(&text->bytes, "\n");
	return 0;
}

static int text_check(const struct document *document, struct text *text, struct err *err)
{
	const char *at = document->bytes;
	const char *end = at + document->len;

	if (document->len > TEXT_MOUNTINFO_MAX)
		return err_set(err, -EFBIG, "larger than %u bytes", TEXT_MOUNTINFO_MAX);
	if (memchr(at, '\0', document->len))
		return err_set(err, -EBADMSG, "holds a NUL byte");
	while (at < end) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));

		if (!newline)
			return err_set(err, -EBADMSG, "the last line is cut off");
		if (line_add(text, at, newline, err) < 0)
			return err_wrap(err, "line %zu", text->n_lines + 1);
		at = newline + 1;
	}
	/* Even an empty namespace has a root: nothing at all is a failed read. */
	if (!text->n_lines)
		return err_set(err, -EBADMSG, "is empty");
	return 0;
}

/* "shared:N" and the like; 0 = not there. */
static uint32_t peer_group(const char *fields, const char *tag)
{
	const char *end = fields + strlen(fields);
	struct word word;
	uint64_t group;

	while (word_next(&fields, end, &word))
		if (word.len > strlen(tag) && memcmp(word.at, tag, strlen(tag)) == 0 &&
			parse_u64(word.at + strlen(tag), word.len - strlen(tag), 10,
				&group) == 0 &&
			group <= UINT32_MAX)
			return (uint32_t)group;
	return 0;
}

static const char *text_or_empty(const char *text)
{
	return text ? text : "";
}

static void mount_add(struct host *host, uint64_t namespace_id, struct libmnt_fs *fs,
	const struct line *line)
{
	struct mount *mount = array_add(&host->mounts, &host->n_mounts);
	const char *fields = text_or_empty(mnt_fs_get_optional_fields(fs));
	const char *source = text_or_empty(mnt_fs_get_source(fs));
	dev_t devno = mnt_fs_get_devno(fs);
	cleanup_buf struct buf target = BUF_INIT;

	buf_puts(&target, text_or_empty(mnt_fs_get_target(fs)));
	if (target.len < line->target_len)
		buf_puts(&target, line->target_end);
	mount->namespace_id = namespace_id;
	mount->id = (uint32_t)mnt_fs_get_id(fs);
	mount->parent_id = (uint32_t)mnt_fs_get_parent_id(fs);
	mount->devno = (struct devno){major(devno), minor(devno)};
	mount->root = host_string(host, text_or_empty(mnt_fs_get_root(fs)));
	mount->target = host_string_n(host, buf_text(&target), target.len);
	mount->type = host_string(host, text_or_empty(mnt_fs_get_fstype(fs)));
	mount->source = host_string(host, line->is_dev_root ? dev_root : source);
	mount->options = host_string(host, text_or_empty(mnt_fs_get_vfs_options(fs)));
	mount->super_options =
		host_string(host, text_or_empty(mnt_fs_get_fs_options(fs)));
	mount->shared = peer_group(fields, "shared:");
	mount->master = peer_group(fields, "master:");
}

/* Negative: libmount gives up at the first line that it does not understand. */
static int on_bad_line(struct libmnt_table *table, const char *name, int line)
{
	int *bad_line = mnt_table_get_userdata(table);

	(void)name;
	*bad_line = line;
	return -EINVAL;
}

static int table_parse(
	struct libmnt_table *table, const struct text *text, struct err *err)
{
	cleanup_fclose FILE *stream = fmemopen(text->bytes.data, text->bytes.len, "r");
	int bad_line = 0;

	if (!stream)
		return err_errno(err, errno, "fmemopen");
	mnt_table_set_userdata(table, &bad_line);
	mnt_table_set_parser_errcb(table, on_bad_line);
	/* Not even the name: libmount would resolve it to find a process id in it. */
	if (mnt_table_parse_stream(table, stream, "") == 0 &&
		mnt_table_get_nents(table) == (int)text->n_lines)
		return 0;
	return err_set(err, -EBADMSG, "line %d: not understood by libmount", bad_line);
}

static int text_parse(struct host *host, uint64_t namespace_id, const struct text *text,
	struct err *err)
{
	struct libmnt_table *table = mnt_new_table();
	struct libmnt_iter *iter = mnt_new_iter(MNT_ITER_FORWARD);
	struct libmnt_fs *fs;
	size_t n = 0;
	int r = -ENOMEM;

	if (table && iter)
		r = table_parse(table, text, err);
	else
		err_set(err, r, "out of memory");
	while (r == 0 && n < text->n_lines && mnt_table_next_fs(table, iter, &fs) == 0)
		mount_add(host, namespace_id, fs, &text->lines[n++]);
	mnt_free_iter(iter);
	mnt_unref_table(table);
	return r;
}

int text_mountinfo_read(struct host *host, uint64_t namespace_id,
	const struct document *document, struct err *err)
{
	struct text text = {BUF_INIT, NULL, 0};
	int r = text_check(document, &text, err);

	if (r == 0)
		r = text_parse(host, namespace_id, &text, err);
	buf_free(&text.bytes);
	free(text.lines);
	return r < 0 ? err_wrap(err, "%s", document->name) : 0;
}
