/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What lvscan prints, for people (lvm2 lib/display/display.c):
 *   "  ACTIVE   Snapshot '/dev/VG/LV' [16.00 MiB] inherit"
 * Names stand in quotes. Of the rest only words that lvscan is known to print stay.
 */
#include <ctype.h>
#include <string.h>

#include "parts.h"

/* Sorted. */
static const char *const lvscan_words[] = {"active", "anywhere", "b", "cling",
	"cling_by_tags", "contiguous", "eib", "gib", "inactive", "inherit", "kib", "mib",
	"normal", "original", "pib", "snapshot", "tib"};

static bool is_word_char(char c)
{
	return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

static bool is_amount(const char *word, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!isdigit((unsigned char)word[i]))
			return false;
	return true;
}

void lvscan_rewrite(
	const struct pseudonyms *names, const char *bytes, size_t len, struct buf *out)
{
	const char *end = bytes + len;
	bool is_quoted = false;

	while (bytes < end) {
		const char *word = bytes;
		size_t n;

		while (bytes < end && is_word_char(*bytes))
			bytes++;
		n = (size_t)(bytes - word);
		if (!is_quoted &&
			(is_amount(word, n) || WORD_IN(lvscan_words, word, n))) {
			buf_add(out, word, n);
		} else {
			while (is_quoted && bytes < end && !strchr("'\n", *bytes))
				bytes++;
			pseudonym_text(names, word, (size_t)(bytes - word), out);
		}
		if (bytes == end)
			break;
		is_quoted = *bytes == '\'' ? !is_quoted : is_quoted && *bytes != '\n';
		buf_add(out, bytes++, 1);
	}
}
