/* SPDX-License-Identifier: Apache-2.0 */
/*
 * FORMAT; see manifest.h. Input and output: a text in memory.
 */
#include <errno.h>
#include <string.h>

#include "manifest.h"
#include "snapstate/record.h"

/* ---- FORMAT ---- */

static const char magic[] = "snapstate-capture ";
static const char min_reader[] = "min-reader ";

void format_write(struct buf *ret_text)
{
	buf_printf(ret_text, "%s%d\n%s%d\nprogram snapstate %s\n", magic, RECORD_VERSION,
		min_reader, RECORD_VERSION, SNAPSTATE_VERSION);
}

/* "WORD NUMBER\n": moves *at behind it. */
static int line_take(const char **at, const char *word, uint64_t *ret_number)
{
	const char *newline = strchr(*at, '\n');
	const char *number = *at + strlen(word);

	if (!newline || strncmp(*at, word, strlen(word)) != 0 || newline < number ||
		parse_u64(number, (size_t)(newline - number), 10, ret_number) < 0)
		return -EINVAL;
	*at = newline + 1;
	return 0;
}

int format_check(const struct buf *text, struct err *err)
{
	const char *at = buf_text(text);
	uint64_t version, reader;

	if (text->len > FORMAT_MAX || strlen(at) != text->len ||
		line_take(&at, magic, &version) < 0 || version < 1)
		return err_set(err, -EBADMSG,
			"%s: the first line must be \"%sN\": this is not a capture",
			MEMBER_FORMAT, magic);
	if (line_take(&at, min_reader, &reader) < 0)
		return err_set(err, -EBADMSG, "%s: the second line must be \"%sN\"",
			MEMBER_FORMAT, min_reader);
	if (reader > RECORD_VERSION)
		return err_set(err, -EPROTONOSUPPORT,
			"written by a newer snapstate: format %llu, for readers of "
			"format "
			"%llu or later; this one reads format %d",
			(unsigned long long)version, (unsigned long long)reader,
			RECORD_VERSION);
	return 0;
}
