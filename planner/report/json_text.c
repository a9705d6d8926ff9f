/* SPDX-License-Identifier: Apache-2.0 */
/* See json_text.h. */
#include "json_text.h"

#include "snapstate/cleanup.h"

struct json_object *json_text(const char *text)
{
	cleanup_buf struct buf escaped = BUF_INIT;
	bool is_ascii = true;

	for (const char *c = text; *c; c++)
		is_ascii = is_ascii && (unsigned char)*c < 0x80;
	if (is_ascii)
		return json_object_new_string(text);
	buf_tail(&escaped, text);
	return json_object_new_string(buf_text(&escaped));
}
