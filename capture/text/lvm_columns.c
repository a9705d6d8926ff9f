/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rows of `lvm vgs` and `lvm pvs`, of releases without JSON, -> a report as those with it
 * print one; see lvm_columns.h.
 *
 *   "  LVM2_VG_UUID=Ep0O4W-...|LVM2_VG_NAME=vg|LVM2_VG_ATTR=wz--n-"
 *
 * Input: text of --noheadings --nameprefixes --unquoted --separator '|'. Output: the
 * values, by the fields that were asked for; all of the rows, or none.
 */
#include "lvm_columns.h"

#include <ctype.h>
#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "snapstate/cleanup.h"
#include "snapstate/json_space.h"
#include "snapstate/limits.h"

void lvm_rows_free(struct lvm_rows *rows)
{
	for (size_t i = 0; i < rows->n_values; i++)
		free(rows->values[i]);
	for (size_t i = 0; i < rows->n_fields; i++)
		free(rows->fields[i]);
	free(rows->values);
	free(rows->fields);
	*rows = (struct lvm_rows){0};
}

static void add_fields(struct lvm_rows *rows, const char *fields)
{
	while (*fields) {
		size_t len = strcspn(fields, ",");

		*array_add(&rows->fields, &rows->n_fields) = xstrndup(fields, len);
		fields += len + (fields[len] == ',');
	}
}

/* "vg_uuid" -> "LVM2_VG_UUID=" */
static void prefix_of(const char *field, struct buf *ret_prefix)
{
	ret_prefix->len = 0;
	buf_puts(ret_prefix, "LVM2_");
	for (; *field; field++) {
		char upper = (char)toupper((unsigned char)*field);

		buf_add(ret_prefix, &upper, 1);
	}
	buf_puts(ret_prefix, "=");
}

/* The value ends where the next field begins: it may hold the separator. */
static int row_read(struct lvm_rows *rows, const char *line, size_t len)
{
	cleanup_free char *copy = xstrndup(line, len);
	cleanup_buf struct buf prefix = BUF_INIT;
	char *at = copy + strspn(copy, " ");

	for (size_t i = 0; i < rows->n_fields; i++) {
		char *end = NULL;

		prefix_of(rows->fields[i], &prefix);
		if (strncmp(at, buf_text(&prefix), prefix.len) != 0)
			return -EBADMSG;
		at += prefix.len;
		if (i + 1 < rows->n_fields) {
			cleanup_buf struct buf next = BUF_INIT, word = BUF_INIT;

			prefix_of(rows->fields[i + 1], &word);
			buf_printf(&next, "|%s", buf_text(&word));
			end = strstr(at, buf_text(&next));
			if (!end)
				return -EBADMSG;
			*end++ = '\0';
		}
		*array_add(&rows->values, &rows->n_values) = xstrndup(at, strlen(at));
		at = end;
	}
	return 0;
}

int text_lvm_rows_read(const char *fields, const struct buf *text,
	struct lvm_rows *ret_rows, struct err *err)
{
	struct lvm_rows rows = {0};
	const char *line = buf_text(text);
	size_t number = 0;
	int r = 0;

	add_fields(&rows, fields);
	if (text->len > TEXT_REPORT_MAX)
		r = err_set(err, -EFBIG, "larger than %u bytes", TEXT_REPORT_MAX);
	else if (text->len != strlen(line))
		r = err_set(err, -EBADMSG, "holds a NUL byte");
	while (r == 0 && *line) {
		size_t len = strcspn(line, "\n");

		number++;
		if (len && row_read(&rows, line, len) < 0)
			r = err_set(err, -EBADMSG, "line %zu: not the requested fields",
				number);
		line += len + (line[len] == '\n');
	}
	if (r < 0)
		lvm_rows_free(&rows);
	else
		*ret_rows = rows;
	return r;
}

size_t lvm_rows_count(const struct lvm_rows *rows)
{
	return rows->n_fields ? rows->n_values / rows->n_fields : 0;
}

const char *lvm_rows_value(const struct lvm_rows *rows, size_t row, const char *field)
{
	for (size_t i = 0; i < rows->n_fields; i++)
		if (strcmp(rows->fields[i], field) == 0)
			return rows->values[row * rows->n_fields + i];
	return NULL;
}

void lvm_rows_add_field(
	struct lvm_rows *rows, const char *field, const char *const values[])
{
	size_t n_rows = lvm_rows_count(rows), n = rows->n_fields;
	char **all = xcalloc(n_rows * (n + 1) + 1, sizeof(*all));

	for (size_t i = 0; i < n_rows; i++) {
		memcpy(all + i * (n + 1), rows->values + i * n, n * sizeof(*all));
		all[i * (n + 1) + n] = xstrndup(values[i], strlen(values[i]));
	}
	free(rows->values);
	rows->values = all;
	rows->n_values = n_rows * (n + 1);
	*array_add(&rows->fields, &rows->n_fields) = xstrndup(field, strlen(field));
}

static void add_part(
	struct json_object *report, const char *name, const struct lvm_rows *rows)
{
	struct json_object *list = json_object_new_array();
	struct json_object *part = json_object_new_object();

	for (size_t i = 0; i < lvm_rows_count(rows); i++) {
		struct json_object *row = json_object_new_object();

		for (size_t j = 0; j < rows->n_fields; j++)
			json_object_object_add(row, rows->fields[j],
				json_object_new_string(
					rows->values[i * rows->n_fields + j]));
		json_object_array_add(list, row);
	}
	json_object_object_add(part, name, list);
	json_object_array_add(report, part);
}

void text_lvm_rows_print(
	const struct lvm_rows *vgs, const struct lvm_rows *pvs, struct buf *ret_json)
{
	struct json_object *all = json_object_new_object();
	struct json_object *report = json_object_new_array();

	if (vgs)
		add_part(report, "vg", vgs);
	if (pvs)
		add_part(report, "pv", pvs);
	json_object_object_add(all, "report", report);
	json_close_empty(
		json_object_to_json_string_ext(
			all, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE),
		ret_json);
	buf_puts(ret_json, "\n");
	json_object_put(all);
}
