/* SPDX-License-Identifier: Apache-2.0 */
/* White space of JSON; see json_space.h. Source: RFC 8259, 2 and 7. */
#include "snapstate/json_space.h"

#include <string.h>

#define WHITE " \t\r\n"

/* With its quotes. */
static size_t string_len(const char *at)
{
	size_t len = 1;

	while (at[len] && at[len] != '"')
		len += at[len] == '\\' && at[len + 1] ? 2 : 1;
	return at[len] ? len + 1 : len;
}

void json_close_empty(const char *json, struct buf *out)
{
	while (*json) {
		size_t len = strcspn(json, "\"[{");
		size_t white;

		if (json[len] == '"')
			len += string_len(json + len);
		else if (json[len])
			len++;
		buf_add(out, json, len);
		json += len;
		white = strspn(json, WHITE);
		if (strchr("[{", json[-1]) && (json[white] == ']' || json[white] == '}'))
			json += white;
	}
}
