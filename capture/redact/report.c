/* SPDX-License-Identifier: Apache-2.0 */
/*
 * LVM's report in JSON. Input: a hostile text. Output: the same report without its log
 * (which quotes commands), or with names replaced.
 *
 * Invariant: what is not in the tree that json-c read is not in the output.
 */
#include <ctype.h>
#include <json-c/json.h>
#include <string.h>

#include "parts.h"
#include "snapstate/json_space.h"

#define REPORT_MAX   (64u << 20)
#define REPORT_DEPTH 16

/* Fields whose values are uuids, states, types or sizes with units. Sorted. */
static const char *const plain_fields[] = {"convert_lv_uuid", "data_lv_uuid", "lv_attr",
	"lv_health_status", "lv_layout", "lv_permissions", "lv_role", "lv_size",
	"lv_time", "lv_uuid", "lv_when_full", "mirror_log_uuid", "move_pv_uuid",
	"origin_uuid", "pool_lv_uuid", "pv_attr", "pv_fmt", "pv_free", "pv_size",
	"pv_used", "pv_uuid", "segtype", "vg_allocation_policy", "vg_attr",
	"vg_extendable", "vg_extent_size", "vg_fmt", "vg_free", "vg_lock_type",
	"vg_permissions", "vg_size", "vg_uuid"};

static struct json_object *parse(const char *bytes, size_t len)
{
	struct json_tokener *tokener = json_tokener_new_ex(REPORT_DEPTH);
	struct json_object *json = NULL;

	if (!tokener)
		return NULL;
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	json = json_tokener_parse_ex(tokener, bytes, (int)len);
	if (json_tokener_get_error(tokener) != json_tokener_success) {
		json_object_put(json);
		json = NULL;
	}
	json_tokener_free(tokener);
	return json;
}

/* libdm escapes the quote and nothing else; see json_repair() in
 * capture/text/lvm_report.c, which this follows. */
static void repair(const char *bytes, size_t len, struct buf *out)
{
	bool is_string = false;

	for (size_t i = 0; i < len; i++) {
		bool has_pair =
			i + 1 < len && (bytes[i + 1] == '"' || bytes[i + 1] == '\\');

		if (is_string && bytes[i] == '\\') {
			buf_add(out, "\\", 1);
			buf_add(out, has_pair ? &bytes[++i] : "\\", 1);
			continue;
		}
		is_string ^= bytes[i] == '"';
		buf_add(out, &bytes[i], 1);
	}
}

static struct json_object *parse_any(const char *bytes, size_t len)
{
	struct buf repaired = BUF_INIT;
	struct json_object *json;

	if (len > REPORT_MAX || memchr(bytes, '\0', len))
		return NULL;
	json = parse(bytes, len);
	if (!json) {
		repair(bytes, len, &repaired);
		json = parse(buf_text(&repaired), repaired.len);
		buf_free(&repaired);
	}
	return json;
}

static void add(struct json_object *to, const char *key, struct json_object *value)
{
	if (key)
		json_object_object_add(to, key, value);
	else
		json_object_array_add(to, value);
}

/* All of it: an escaped NUL may stand inside. */
static bool is_number(const char *text, size_t len)
{
	return len > 0 && strspn(text, "0123456789") == len;
}

static struct json_object *text_copy(
	const struct pseudonyms *names, const char *field, struct json_object *value)
{
	const char *text = json_object_get_string(value);
	size_t len = (size_t)json_object_get_string_len(value);
	struct buf out = BUF_INIT;
	struct json_object *copy;

	if (is_number(text, len) || WORD_IN(plain_fields, field, strlen(field)))
		buf_add(&out, text, len);
	else
		pseudonym_text(names, text, len, &out);
	copy = json_object_new_string_len(buf_text(&out), (int)out.len);
	buf_free(&out);
	return copy;
}

/* What the reader does not know by name is no field of LVM's. */
static bool is_field(const char *key)
{
	size_t len = strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789_");

	return len > 0 && len <= 64 && key[len] == '\0';
}

/* As deep as the parser went: REPORT_DEPTH. */
static struct json_object *tree_copy(
	const struct pseudonyms *names, const char *field, struct json_object *json)
{
	struct json_object *copy;

	switch (json_object_get_type(json)) {
	case json_type_object:
		copy = json_object_new_object();
		json_object_object_foreach(json, key, value)
		{
			if (is_field(key))
				add(copy, key, tree_copy(names, key, value));
		}
		return copy;
	case json_type_array:
		copy = json_object_new_array();
		for (size_t i = 0; i < json_object_array_length(json); i++)
			add(copy, NULL,
				tree_copy(names, field,
					json_object_array_get_idx(json, i)));
		return copy;
	case json_type_string:
		return text_copy(names, field, json);
	case json_type_null:
	case json_type_boolean:
	case json_type_double:
	case json_type_int:
		break;
	}
	return json_object_get(json);
}

static void write_tree(struct json_object *json, struct buf *out)
{
	json_close_empty(
		json_object_to_json_string_ext(
			json, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE),
		out);
	buf_puts(out, "\n");
}

bool report_rewrite(
	const struct pseudonyms *names, const char *bytes, size_t len, struct buf *out)
{
	struct json_object *json = parse_any(bytes, len), *report, *copy;

	if (!json_object_is_type(json, json_type_object) ||
		!json_object_object_get_ex(json, "report", &report)) {
		json_object_put(json);
		return false;
	}
	if (!names && json_object_object_length(json) == 1) {
		buf_add(out, bytes, len);
		json_object_put(json);
		return true;
	}
	copy = json_object_new_object();
	add(copy, "report",
		names ? tree_copy(names, "report", report) : json_object_get(report));
	write_tree(copy, out);
	json_object_put(copy);
	json_object_put(json);
	return true;
}
