/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /etc/fstab -> entries, by libmount; fstab(5) has the format.
 *
 * Input:  a hostile text. Output: one entry per line that is one, with its number.
 * Invariant: nothing outside the text is looked at. libmount (util-linux 2.38,
 * libmount/src/tab_parse.c) guesses the format of a table from its first line, and does
 * not tell an entry's line: so each line is a table of its own, and one that begins with
 * a number, which would pass for mountinfo or swaps, is no entry.
 */
#include <ctype.h>
#include <libmount.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "snapstate/buf.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/config.h"
#include "snapstate/text.h"

#define FSTAB_LINE_MAX 4096

static const char *text_or_empty(const char *text)
{
	return text ? text : "";
}

static void entry_add(struct host *host, uint32_t line, struct libmnt_fs *fs)
{
	struct fstab_entry *entry = array_add(&host->fstab, &host->n_fstab);

	entry->line = line;
	entry->is_automatic = mnt_fs_get_option(fs, "noauto", NULL, NULL) != 0;
	entry->source = host_string(host, text_or_empty(mnt_fs_get_source(fs)));
	entry->target = host_string(host, text_or_empty(mnt_fs_get_target(fs)));
	entry->type = host_string(host, text_or_empty(mnt_fs_get_fstype(fs)));
}

/* Negative: it gives up. */
static int on_bad_line(struct libmnt_table *table, const char *name, int line)
{
	(void)table;
	(void)name;
	(void)line;
	return -1;
}

static bool line_read(struct host *host, uint32_t number, struct buf *line)
{
	cleanup_fclose FILE *stream = fmemopen(line->data, line->len, "r");
	struct libmnt_table *table = stream ? mnt_new_table() : NULL;
	struct libmnt_fs *fs = NULL;
	bool is_entry = false;

	if (!table)
		return false;
	mnt_table_set_parser_errcb(table, on_bad_line);
	if (mnt_table_parse_stream(table, stream, "") == 0 &&
		mnt_table_get_nents(table) == 1 && mnt_table_first_fs(table, &fs) == 0 &&
		mnt_fs_get_source(fs) && mnt_fs_get_target(fs)) {
		entry_add(host, number, fs);
		is_entry = true;
	}
	mnt_unref_table(table);
	return is_entry;
}

static bool may_be_entry(const char *at, size_t len)
{
	return len <= FSTAB_LINE_MAX && !isdigit((unsigned char)*at) &&
	       strncmp(at, "Filename", strlen("Filename")) != 0 && !memchr(at, '\0', len);
}

void text_fstab_read(
	struct host *host, const char *bytes, size_t len, size_t *ret_bad_lines)
{
	const char *end = bytes + len;
	uint32_t number = 0;
	size_t bad = 0;

	while (bytes < end) {
		const char *newline = memchr(bytes, '\n', (size_t)(end - bytes));
		const char *stop = newline ? newline : end;
		cleanup_buf struct buf line = BUF_INIT;

		number++;
		while (bytes < stop && (*bytes == ' ' || *bytes == '\t'))
			bytes++;
		buf_add(&line, bytes, (size_t)(stop - bytes));
		buf_puts(&line, "\n");
		if (line.len > 1 && *line.data != '#' &&
			!(may_be_entry(line.data, line.len) &&
				line_read(host, number, &line)))
			bad++;
		bytes = newline ? newline + 1 : end;
	}
	*ret_bad_lines = bad;
}
