/* SPDX-License-Identifier: Apache-2.0 */
/* Texts of the evidence, line by line; see evidence.h. No line is copied. */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "evidence.h"
#include "snapstate/buf.h"
#include "snapstate/host.h"
#include "snapstate/host/source.h"

struct lines lines_of(const struct piece *piece)
{
	const char *text = buf_text(&piece->bytes);

	return (struct lines){text, text + piece->bytes.len, 0};
}

bool lines_next(struct lines *lines, struct line *ret_line)
{
	const char *newline;

	if (lines->at == lines->end)
		return false;
	newline = memchr(lines->at, '\n', (size_t)(lines->end - lines->at));
	ret_line->at = lines->at;
	ret_line->len = (size_t)((newline ? newline : lines->end) - lines->at);
	lines->at = newline ? newline + 1 : lines->end;
	lines->number++;
	return true;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

struct line line_word(struct line *line)
{
	struct line word;

	while (line->len && is_blank(*line->at)) {
		line->at++;
		line->len--;
	}
	word = (struct line){line->at, 0};
	while (word.len < line->len && !is_blank(word.at[word.len]))
		word.len++;
	line->at += word.len;
	line->len -= word.len;
	return word;
}

bool line_begins(const struct line *line, const char *prefix)
{
	return line->len >= strlen(prefix) &&
	       memcmp(line->at, prefix, strlen(prefix)) == 0;
}

int piece_check_text(const struct piece *piece, struct err *err)
{
	if (piece->error == -EFBIG)
		return err_set(err, -EFBIG, "larger than %u bytes", IMPORT_FILE_MAX);
	if (piece->error == -EBADMSG)
		return err_set(err, -EBADMSG, "cannot be unpacked");
	if (piece->error)
		return err_errno(err, -piece->error, "read");
	if (piece->is_cut)
		return err_set(err, -ENOBUFS, "is cut off: its archive ends within it");
	if (!piece->bytes.len)
		return err_set(err, -ENODATA, "is empty: the command failed");
	if (memchr(piece->bytes.data, '\0', piece->bytes.len))
		return err_set(err, -EBADMSG, "holds a NUL byte");
	if (piece->bytes.data[piece->bytes.len - 1] != '\n')
		return err_set(err, -ENOBUFS, "the last line is cut off");
	return 0;
}

enum outcome outcome_of_error(int error)
{
	switch (-error) {
	case EACCES:
	case EPERM:
		return OUTCOME_DENIED;
	case EFBIG:
	case ENOBUFS:
		return OUTCOME_TRUNCATED;
	case ESTALE:
		return OUTCOME_CHANGED;
	default:
		return OUTCOME_UNSUPPORTED;
	}
}

const char *piece_name(struct host *host, const struct piece *piece)
{
	const char *slash = piece->is_part ? strrchr(piece->path, '/') : NULL;
	cleanup_free char *path = xstrndup(
		piece->path, slash ? (size_t)(slash - piece->path) : strlen(piece->path));
	cleanup_buf struct buf word = BUF_INIT;

	buf_word(&word, path);
	if (slash)
		buf_printf(&word, ", line %s", slash + 1);
	return host_string(host, buf_text(&word));
}

/* Blanks, the tree in ASCII, or box-drawing characters (U+2500 to U+257F). */
size_t line_cut_tree(struct line *line)
{
	size_t column = 0;

	while (line->len) {
		size_t n = *line->at && strchr(" |`-", *line->at) ? 1 : 0;

		if (line->len >= 3 && (unsigned char)line->at[0] == 0xe2 &&
			((unsigned char)line->at[1] & 0xfe) == 0x94)
			n = 3;
		if (!n)
			break;
		line->at += n;
		line->len -= n;
		column++;
	}
	return column;
}
