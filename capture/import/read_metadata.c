/* SPDX-License-Identifier: Apache-2.0 */
/*
 * LVM's metadata as text (vgcfgbackup, /etc/lvm/backup), among other outputs: which lines
 * are of it. What they mean the model's reader says (capture/text/lvm_metadata.c), which
 * gets all of them; by lines alone nothing is said, since a backup may be old.
 */
#include <ctype.h>
#include <string.h>

#include "format.h"

/* Without the comment behind it; of a string with a '#' the rest does not matter. */
static struct line uncommented(struct line line)
{
	for (size_t i = 0; i < line.len; i++)
		if (line.at[i] == '#')
			line.len = i;
	return line_trim(line);
}

static bool is_list(struct line line)
{
	return line.len && *line.at && strchr("\"[]", *line.at);
}

bool read_metadata(struct reading *reading, struct line line)
{
	struct line text = uncommented(line), key = text, rest;

	(void)reading;
	if (!text.len || line_is(text, "}") || is_list(text))
		return line.len > 0;
	key = line_word(&text);
	rest = line_trim(text);
	return key.len &&
	       (isalnum((unsigned char)*key.at) || *key.at == '_' || *key.at == '.' ||
		       *key.at == '+') &&
	       (line_is(rest, "{") || line_begins(&rest, "="));
}
