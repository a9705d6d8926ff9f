/* SPDX-License-Identifier: Apache-2.0 */
/*
 * /proc/PID/mountinfo, line by line (proc(5)).
 * Input: a hostile text. Output: the same lines, with masks or pseudonyms; a line of
 * another shape becomes a mask as a whole.
 *
 * Invariant: what the reader (capture/text/mountinfo.c) takes from a line is what
 * host->mounts gets by the same functions: escapes are undone first, and made again.
 */
#include <string.h>

#include "parts.h"
#include "snapstate/cleanup.h"

#define FIELDS_MAX 64 /* the optional ones are four at most */

struct field {
	const char *at;
	size_t len;
};

struct line {
	struct field fields[FIELDS_MAX];
	size_t count;
	size_t separator; /* the field "-" */
};

enum {
	FIELD_ID,
	FIELD_PARENT,
	FIELD_DEVNO,
	FIELD_ROOT,
	FIELD_TARGET,
	FIELD_OPTIONS,
	FIELD_OPTIONAL
};

static bool line_split(const char *at, size_t len, struct line *ret_line)
{
	const char *end = at + len;

	*ret_line = (struct line){.count = 0};
	for (;;) {
		const char *blank = memchr(at, ' ', (size_t)(end - at));
		struct field *field;

		if (ret_line->count == FIELDS_MAX)
			return false;
		field = &ret_line->fields[ret_line->count++];
		*field = (struct field){at, (size_t)((blank ? blank : end) - at)};
		if (!ret_line->separator && ret_line->count > FIELD_OPTIONAL &&
			field->len == 1 && *at == '-')
			ret_line->separator = ret_line->count - 1;
		if (!blank)
			break;
		at = blank + 1;
	}
	/* type, source and options: with one less they are not what they seem */
	return ret_line->separator && ret_line->count >= ret_line->separator + 4;
}

static bool is_octal(const char *at, const char *end)
{
	return end - at > 3 && *at == '\\' && at[1] >= '0' && at[1] <= '3' &&
	       at[2] >= '0' && at[2] <= '7' && at[3] >= '0' && at[3] <= '7';
}

static void decode(const struct field *field, struct buf *out)
{
	const char *at = field->at, *end = at + field->len;

	while (at < end) {
		char byte = *at;
		bool is_escape = is_octal(at, end);

		if (is_escape)
			byte = (char)((at[1] - '0') << 6 | (at[2] - '0') << 3 |
				      (at[3] - '0'));
		buf_add(out, &byte, 1);
		at += is_escape ? 4 : 1;
	}
}

/* As the kernel does (fs/proc_namespace.c, mangle()). */
static void encode(const struct buf *text, struct buf *out)
{
	for (size_t i = 0; i < text->len; i++) {
		unsigned char c = (unsigned char)text->data[i];

		if (c == '\0' || strchr(" \t\n\\#", c))
			buf_printf(out, "\\%03o", c);
		else
			buf_add(out, &c, 1);
	}
}

enum role { ROLE_PATH, ROLE_SOURCE, ROLE_TYPE };

static void field_rewrite(const struct pseudonyms *names, const struct field *field,
	enum role role, struct buf *out)
{
	struct buf plain = BUF_INIT, text = BUF_INIT;
	const char *at;

	decode(field, &plain);
	at = buf_text(&plain);
	if (role == ROLE_TYPE && names)
		type_pseudonyms(names, at, plain.len, &text);
	else if (names)
		pseudonym_text(names, at, plain.len, &text);
	else if (role == ROLE_TYPE)
		type_mask(at, plain.len, &text);
	else if (role == ROLE_SOURCE)
		source_mask(at, plain.len, &text);
	else
		buf_add(&text, at, plain.len);
	encode(&text, out);
	buf_free(&plain);
	buf_free(&text);
}

static void options_rewrite(const struct pseudonyms *names, const struct field *field,
	const struct field *type, struct buf *out)
{
	cleanup_buf struct buf plain = BUF_INIT, text = BUF_INIT, name = BUF_INIT;

	decode(field, &plain);
	decode(type, &name);
	options_keep(names, buf_text(&name), buf_text(&plain), plain.len, &text);
	encode(&text, out);
}

/* "shared:12", "unbindable" */
static bool is_optional(const struct field *field)
{
	static const char *const tags[] = {"shared:", "master:", "propagate_from:"};

	if (field->len == strlen("unbindable") &&
		memcmp(field->at, "unbindable", field->len) == 0)
		return true;
	for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
		size_t tag = strlen(tags[i]);
		uint64_t group;

		if (field->len > tag && memcmp(field->at, tags[i], tag) == 0 &&
			parse_u64(field->at + tag, field->len - tag, 10, &group) == 0)
			return true;
	}
	return false;
}

/* The kernel's first word of both, always (fs/proc_namespace.c, show_mountinfo()): where
 * it is missing, fields are not where they seem to be. */
static bool is_options(const struct field *field)
{
	return field->len >= 2 &&
	       (memcmp(field->at, "rw", 2) == 0 || memcmp(field->at, "ro", 2) == 0) &&
	       (field->len == 2 || field->at[2] == ',');
}

static bool has_head(const struct line *line)
{
	const struct field *f = line->fields;
	struct devno devno;
	uint64_t number;

	return is_options(&f[FIELD_OPTIONS]) && is_options(&f[line->separator + 3]) &&
	       f[FIELD_TARGET].at[0] == '/' &&
	       parse_u64(f[FIELD_ID].at, f[FIELD_ID].len, 10, &number) == 0 &&
	       parse_u64(f[FIELD_PARENT].at, f[FIELD_PARENT].len, 10, &number) == 0 &&
	       parse_devno(f[FIELD_DEVNO].at, f[FIELD_DEVNO].len, &devno) == 0;
}

static void line_rewrite(
	const struct pseudonyms *names, const struct line *line, struct buf *out)
{
	for (size_t i = 0; i < line->count; i++) {
		const struct field *field = &line->fields[i];

		if (i > 0)
			buf_puts(out, " ");
		if (i < FIELD_ROOT || i == line->separator)
			buf_add(out, field->at, field->len);
		else if (i == FIELD_ROOT || i == FIELD_TARGET)
			field_rewrite(names, field, ROLE_PATH, out);
		else if (i == line->separator + 1)
			field_rewrite(names, field, ROLE_TYPE, out);
		else if (i == line->separator + 2)
			field_rewrite(names, field, ROLE_SOURCE, out);
		else if (i == FIELD_OPTIONS || i == line->separator + 3)
			options_rewrite(
				names, field, &line->fields[line->separator + 1], out);
		else if (i < line->separator && is_optional(field))
			buf_add(out, field->at, field->len);
		else
			buf_puts(out, MASK);
	}
}

bool mountinfo_rewrite(
	const struct pseudonyms *names, const char *bytes, size_t len, struct buf *out)
{
	const char *end = bytes + len;
	bool is_good = true;

	while (bytes < end) {
		const char *newline = memchr(bytes, '\n', (size_t)(end - bytes));
		const char *stop = newline ? newline : end;
		struct line line;

		if (newline && line_split(bytes, (size_t)(stop - bytes), &line) &&
			has_head(&line)) {
			line_rewrite(names, &line, out);
		} else {
			buf_puts(out, MASK);
			is_good = false;
		}
		buf_puts(out, "\n");
		bytes = newline ? newline + 1 : end;
	}
	return is_good;
}
