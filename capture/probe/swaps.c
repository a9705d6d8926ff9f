/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Active swap areas. Input: proc/swaps. Output: host->swaps and the source "swaps".
 * A line is path, type, size, used and priority; sizes are KiB.
 * The kernel escapes blanks, tabs, newlines and backslashes of a path as \ooo
 * (mm/swapfile.c, swap_show).
 */
#include <errno.h>
#include <string.h>

#include "parts.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/file.h"
#include "snapstate/host/source.h"
#include "snapstate/host/swap.h"
#include "snapstate/io.h"

static bool is_octal(const char *digits)
{
	return digits[0] >= '0' && digits[0] <= '3' && digits[1] >= '0' &&
	       digits[1] <= '7' && digits[2] >= '0' && digits[2] <= '7';
}

void probe_unescape(char *text)
{
	char *out = text;

	for (const char *in = text; *in; in++) {
		if (*in == '\\' && strlen(in) >= 4 && is_octal(in + 1)) {
			*out++ = (char)((in[1] - '0') * 64 + (in[2] - '0') * 8 + in[3] -
					'0');
			in += 3;
		} else {
			*out++ = *in;
		}
	}
	*out = '\0';
}

#define COLUMN_SIZE 2
#define COLUMN_USED 3

/* Of the columns behind the path. */
static bool read_column(const char *line, unsigned number, uint64_t *ret_value)
{
	for (unsigned column = 0; column < number; column++) {
		line += strcspn(line, " \t");
		line += strspn(line, " \t");
	}
	return parse_u64(line, strcspn(line, " \t"), 10, ret_value) == 0;
}

static void add_swap(struct host *host, const char *line, size_t len)
{
	cleanup_free char *path = xstrndup(line, len);
	struct swap *swap;
	uint64_t size = 0, used = 0;
	bool has_used = read_column(path, COLUMN_USED, &used);

	read_column(path, COLUMN_SIZE, &size);
	path[strcspn(path, " \t")] = '\0';
	if (*path == '\0')
		return;
	probe_unescape(path);
	swap = array_add(&host->swaps, &host->n_swaps);
	swap->path = host_string(host, path);
	swap->devno = host_path_devno(host, path);
	swap->size = size;
	swap->has_used = has_used;
	swap->used = used;
}

void probe_swaps(const struct machine *machine, struct host *host)
{
	cleanup_buf struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	int r = file_read_at(machine->root, "proc/swaps", PROBE_SMALL_MAX, &text, &err);
	const char *line;

	if (r < 0) {
		host_source_set(
			host, "swaps", outcome_of_errno(r), "/proc/swaps: %s", err.msg);
		return;
	}
	line = strchr(buf_text(&text), '\n'); /* the first line is a heading */
	for (; line && line[1]; line = strchr(line + 1, '\n'))
		add_swap(host, line + 1, strcspn(line + 1, "\n"));
	host_source_set(host, "swaps", OUTCOME_READ, "%s", "");
}
