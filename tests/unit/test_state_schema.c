/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reader of state.xml checks the grammar by itself (capture/record/state_grammar.c);
 * the shipped schema says what it is. Law, on random changes of a state.xml that has one
 * of everything: what the schema refuses, the reader refuses. RANDOM_STATES and
 * RANDOM_SEED in the environment as in test_random.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "full_host.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/record.h"
#include "state_schema.h"

#define CHANGES_MAX 3

/* Each element has a line of its own, as the writer writes them. */
struct text {
	char **lines;
	size_t count;
	uint64_t seed;
};

static size_t draw(struct text *text, size_t below)
{
	text->seed = text->seed * 6364136223846793005u + 1442695040888963407u;
	return (size_t)(text->seed >> 33) % below;
}

static void text_split(struct text *text, const struct buf *xml)
{
	const char *at = buf_text(xml);

	while (*at) {
		size_t len = strcspn(at, "\n");

		*array_add(&text->lines, &text->count) = xstrndup(at, len);
		at += len + (at[len] == '\n');
	}
}

static void text_join(const struct text *text, struct buf *ret_xml)
{
	for (size_t i = 0; i < text->count; i++) {
		buf_puts(ret_xml, text->lines[i]);
		buf_puts(ret_xml, "\n");
	}
}

static void text_free(struct text *text)
{
	for (size_t i = 0; i < text->count; i++)
		free(text->lines[i]);
	free(text->lines);
}

/* ---- changes of lines: elements ---- */

/* The first line stays: without it nobody reads on. */
static size_t any_line(struct text *text)
{
	return 1 + draw(text, text->count - 1);
}

static void line_insert(struct text *text, size_t at, const char *line)
{
	array_add(&text->lines, &text->count);
	memmove(&text->lines[at + 1], &text->lines[at],
		(text->count - 1 - at) * sizeof(*text->lines));
	text->lines[at] = xstrdup(line);
}

static void change_drop(struct text *text)
{
	size_t at = any_line(text);

	free(text->lines[at]);
	text->lines[at] = xstrdup("");
}

static void change_copy(struct text *text)
{
	size_t from = any_line(text);

	line_insert(text, any_line(text), text->lines[from]);
}

static void change_twice(struct text *text)
{
	size_t at = any_line(text);

	line_insert(text, at, text->lines[at]);
}

static void change_swap(struct text *text)
{
	size_t a = any_line(text), b = any_line(text);
	char *line = text->lines[a];

	text->lines[a] = text->lines[b];
	text->lines[b] = line;
}

/* ---- changes within a line ---- */

/* Replaces `len` bytes at `at` of the line. */
static void splice(char **line, size_t at, size_t len, const char *with)
{
	struct buf changed = BUF_INIT;

	buf_add(&changed, *line, at);
	buf_puts(&changed, with);
	buf_puts(&changed, *line + at + len);
	free(*line);
	*line = changed.data;
}

/* The place of some attribute's `=`; 0: the line has none. */
static size_t any_attribute(struct text *text, const char *line)
{
	size_t count = 0, chosen;

	for (const char *at = line; (at = strstr(at, "=\"")); at++)
		count++;
	if (!count)
		return 0;
	chosen = draw(text, count);
	for (const char *at = line; (at = strstr(at, "=\"")); at++)
		if (chosen-- == 0)
			return (size_t)(at - line);
	return 0;
}

static size_t name_start(const char *line, size_t equals)
{
	while (equals && line[equals - 1] != ' ')
		equals--;
	return equals;
}

static size_t value_len(const char *line, size_t equals)
{
	return strcspn(line + equals + 2, "\"");
}

static void change_value(struct text *text)
{
	static const char *const values[] = {"", "-", "0", "1", "-1", "00", "yes", "no",
		"read", "dm", "7:0", "254:4", "1:", ":1", "12345678901:1", "a b", " 1",
		"1 ", "loop", "iscsi", "fc", "sata", "suspended", "suspended,pending",
		",", "a,,b", "18446744073709551615", "18446744073709551616",
		"99999999999999999999", "123456789012345678901", "0x1", "+1", "1.0",
		"\\x41", "\\", "&amp;", "&lt;a&gt;", "&quot;", "2022-04-15T05:20:00Z",
		"2022-4-15T05:20:00Z", "0123456789abcdef", "0123456789ABCDEF",
		"a/b.c_d-e", "a:b", "A", "cwd", "lio", "gone"};
	char **line = &text->lines[any_line(text)];
	size_t equals = any_attribute(text, *line);

	if (equals)
		splice(line, equals + 2, value_len(*line, equals),
			values[draw(text, sizeof(values) / sizeof(values[0]))]);
}

static void change_name(struct text *text)
{
	static const char *const names[] = {"devno", "name", "kind", "x", "xml:lang",
		"a:b", "xmlns", "xmlns:a", "NAME", "uuid", "version", "state"};
	char **line = &text->lines[any_line(text)];
	size_t equals = any_attribute(text, *line);
	size_t start = name_start(*line, equals);

	if (equals)
		splice(line, start, equals - start,
			names[draw(text, sizeof(names) / sizeof(names[0]))]);
}

static void change_without(struct text *text)
{
	char **line = &text->lines[any_line(text)];
	size_t equals = any_attribute(text, *line);
	size_t start = name_start(*line, equals);

	if (equals)
		splice(line, start, equals + 3 + value_len(*line, equals) - start, "");
}

/* An element by another name: as one that is known elsewhere, or nowhere. */
static void change_element(struct text *text)
{
	static const char *const names[] = {"state", "device", "target", "pending", "dep",
		"sources", "source", "ledger", "below", "block", "x", "a:device", "use",
		"devices", "change", "swap"};
	char **line = &text->lines[any_line(text)];
	size_t start = strspn(*line, " </");

	if ((*line)[start])
		splice(line, start, strcspn(*line + start, " />"),
			names[draw(text, sizeof(names) / sizeof(names[0]))]);
}

static void change_insert(struct text *text)
{
	static const char *const pieces[] = {"text", " ", "<x/>", "<device/>", "<?x y?>",
		"&amp;", "<devices></devices>", "<dep devno=\"1:1\"/>", "</device>", "/",
		">", "<", "\""};
	char **line = &text->lines[any_line(text)];

	splice(line, draw(text, strlen(*line) + 1), 0,
		pieces[draw(text, sizeof(pieces) / sizeof(pieces[0]))]);
}

static void (*const changes[])(struct text *) = {change_drop, change_copy, change_twice,
	change_swap, change_value, change_value, change_value, change_name,
	change_without, change_element, change_insert};

/* ---- the law ---- */

struct counts {
	size_t both, reader_only, neither, schema_only;
};

static void compare(struct schema *schema, const struct buf *good, uint64_t seed,
	struct counts *counts)
{
	struct text text = {.seed = seed};
	cleanup_host struct host *host = host_new();
	cleanup_buf struct buf xml = BUF_INIT;
	bool has_schema, has_reader;

	text_split(&text, good);
	for (size_t n = 1 + draw(&text, CHANGES_MAX); n > 0; n--)
		changes[draw(&text, sizeof(changes) / sizeof(changes[0]))](&text);
	text_join(&text, &xml);
	text_free(&text);
	has_schema = schema_accepts(schema, xml.data, xml.len);
	has_reader = record_state_read(xml.data, xml.len, host, NULL) == 0;
	counts->both += has_schema && has_reader;
	counts->neither += !has_schema && !has_reader;
	counts->schema_only += has_schema && !has_reader;
	if (has_reader && !has_schema)
		fail_msg("RANDOM_SEED=%llu RANDOM_STATES=1: the schema refuses, the "
			 "reader "
			 "accepts:\n%s",
			(unsigned long long)seed, buf_text(&xml));
}

static uint64_t number(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 10) : otherwise;
}

static void test_reader_is_as_strict(void **state)
{
	cleanup_host struct host *host = full_host();
	cleanup_buf struct buf good = BUF_INIT;
	struct schema *schema = schema_open();
	uint64_t first = number("RANDOM_SEED", 1), n = number("RANDOM_STATES", 4000);
	struct counts counts = {0};

	(void)state;
	assert_non_null(schema);
	assert_int_equal(record_state_write(host, &good, NULL), 0);
	assert_true(schema_accepts(schema, good.data, good.len));
	for (uint64_t i = 0; i < n; i++)
		compare(schema, &good, first + i, &counts);
	printf("%zu accepted by both, %zu by none, %zu by the schema only: its patterns "
	       "know "
	       "no ranges, order or sums\n",
		counts.both, counts.neither, counts.schema_only);
	assert_true(n < 1000 || (counts.both > n / 20 && counts.neither > n / 2));
	schema_close(schema);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_reader_is_as_strict)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
