/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who the host is, and when: date, timedatectl, uname, hostname, hostnamectl, machine-id,
 * boot_id, among other outputs. Input: their lines. Output: none of its own; whether a
 * line is one of them, so that the whole of it goes to identity.c.
 */
#include <ctype.h>
#include <string.h>

#include "format.h"

/* "Mon Nov 30 10:00:00 UTC 2026" has the time of a day in it. */
static bool has_time(struct line line)
{
	for (size_t i = 0; i + 8 <= line.len; i++)
		if (isdigit((unsigned char)line.at[i]) && line.at[i + 2] == ':' &&
			line.at[i + 5] == ':' && isdigit((unsigned char)line.at[i + 7]))
			return true;
	return false;
}

static bool is_one_word(struct line line, const char *alphabet)
{
	struct line word = line_word(&line);
	cleanup_free char *text = xstrndup(word.at, word.len);

	return word.len && !line_trim(line).len && strspn(text, alphabet) == word.len;
}

bool read_identity(struct reading *reading, struct line line)
{
	struct line text = line_trim(line);

	switch ((int)reading->format->role) {
	case ROLE_DATE:
		return has_time(text) || memchr(text.at, ':', text.len);
	case ROLE_UNAME:
		return line_begins(&text, "Linux ");
	case ROLE_HOSTNAMECTL:
		return memchr(text.at, ':', text.len) != NULL;
	case ROLE_HOSTNAME:
		return is_one_word(text, "abcdefghijklmnopqrstuvwxyz"
					 "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_");
	default:
		return is_one_word(text, "0123456789abcdef-");
	}
}
