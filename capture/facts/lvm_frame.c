/* SPDX-License-Identifier: Apache-2.0 */
/* What pvck prints around a metadata text; see lvm_frame.h. */
#include <string.h>

#include "snapstate/lvm_frame.h"

static const char *line_next(const char *line, const char *end)
{
	const char *newline = memchr(line, '\n', (size_t)(end - line));

	return newline ? newline + 1 : end;
}

static bool begins(const char *at, const char *end, const char *text)
{
	return (size_t)(end - at) >= strlen(text) && memcmp(at, text, strlen(text)) == 0;
}

static bool is_ruler(const char *at, const char *end)
{
	return begins(at, end, "  ---\n") || begins(at, end, "---\n");
}

void lvm_frame_strip(const char **at, const char **end)
{
	const char *first = *at, *ruler = NULL;

	while (begins(first, *end, "  CHECK: "))
		first = line_next(first, *end);
	while (first < *end && *first == ' ')
		first++;
	if (!begins(first, *end, "metadata text at "))
		return;
	*at = line_next(first, *end);
	if (!is_ruler(*at, *end))
		return;
	*at = line_next(*at, *end);
	for (const char *line = *at; line < *end; line = line_next(line, *end))
		if (is_ruler(line, *end))
			ruler = line;
	if (ruler)
		*end = ruler;
}
