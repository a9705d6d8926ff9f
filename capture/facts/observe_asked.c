/* SPDX-License-Identifier: Apache-2.0 */
/* Questions are written, and read, which a stranger may have written, and answers given:
 * see observe.h. The other side is observe_text.c. */
#include <errno.h>
#include <string.h>

#include "snapstate/cleanup.h"
#include "snapstate/lines.h"
#include "snapstate/observe_question.h"

/* The words for the parts of a host. */
static const struct {
	unsigned part;
	const char *name;
} observe_parts[] = {
	{PROBE_IDENTITY, "identity"},
	{PROBE_DM, "dm"},
	{PROBE_BLOCKS, "blocks"},
	{PROBE_HOLDERS, "holders"},
	{PROBE_MOUNTS, "mounts"},
	{PROBE_PROCESSES, "processes"},
	{PROBE_LVM, "lvm"},
	{PROBE_PVS, "pvs"},
	{PROBE_FSTAB, "fstab"},
	{PROBE_CONFIGS, "configs"},
};

#define OBSERVE_PARTS (sizeof(observe_parts) / sizeof(observe_parts[0]))

/* ---- questions ---- */

void observe_question_free(struct observe_question *question)
{
	wanted_names_free(&question->names);
	scope_free(&question->scope);
	arena_free(question->strings);
	*question = (struct observe_question){0};
}

static void write_parts(unsigned wanted, struct buf *text)
{
	const char *separator = "";

	for (size_t i = 0; i < OBSERVE_PARTS; i++) {
		if (!(wanted & observe_parts[i].part))
			continue;
		buf_puts(text, separator);
		buf_puts(text, observe_parts[i].name);
		separator = ",";
	}
	if (!*separator)
		buf_puts(text, "-");
}

void observe_question_write(const struct observe_question *question, struct buf *text)
{
	buf_puts(text, "look ");
	write_parts(question->parts, text);
	buf_puts(text, "\n");
	if (*question->redaction)
		buf_printf(text, "redaction %s\n", question->redaction);
	scope_write(&question->scope, false, text);
	for (size_t i = 0; i < question->names.count; i++)
		buf_printf(text, "name %s\n", question->names.items[i]);
	if (*question->ticket)
		buf_printf(text, "ticket %s\n", question->ticket);
	buf_puts(text, OBSERVE_END);
}

static const struct lines_kind question_kind = {"a question", OBSERVE_BYTES_MAX};
/* As it stands: no part has a byte that would be escaped. */
static int read_part(
	struct lines *lines, const char *name, size_t len, unsigned *ret_parts)
{
	for (size_t i = 0; i < OBSERVE_PARTS; i++) {
		if (strlen(observe_parts[i].name) != len ||
			memcmp(observe_parts[i].name, name, len) != 0)
			continue;
		*ret_parts |= observe_parts[i].part;
		return 0;
	}
	return lines_bad(lines, "no part of a host: \"%.*s\"", (int)len, name);
}

static int read_parts(struct lines *lines, unsigned *ret_parts)
{
	const char *end = lines->line + lines->len, *at;

	if (lines_take(lines, "look ") < 0)
		return -EBADMSG;
	at = lines->at;
	lines->at = end;
	if (end - at == 1 && *at == '-')
		return lines_take_end(lines);
	while (true) {
		const char *comma = memchr(at, ',', (size_t)(end - at));
		size_t len = (size_t)((comma ? comma : end) - at);

		if (read_part(lines, at, len, ret_parts) < 0)
			return -EBADMSG;
		if (!comma)
			return lines_take_end(lines);
		at = comma + 1;
	}
}

static int read_redaction(struct lines *lines, struct observe_question *question)
{
	cleanup_free char *id = NULL;

	if (lines_take(lines, "redaction ") < 0 || lines_take_word(lines, ' ', &id) < 0)
		return -EBADMSG;
	if (strlen(id) != REDACT_KEY_ID_LEN)
		return lines_bad(lines, "a key's id is %d hex digits", REDACT_KEY_ID_LEN);
	memcpy(question->redaction, id, sizeof(question->redaction));
	return lines_take_end(lines);
}

static int read_ticket(struct lines *lines, struct observe_question *question)
{
	cleanup_free char *digest = NULL;

	if (lines_take(lines, "ticket ") < 0 || lines_take_word(lines, ' ', &digest) < 0)
		return -EBADMSG;
	if (strlen(digest) != SHA256_HEX_LEN ||
		strspn(digest, "0123456789abcdef") != SHA256_HEX_LEN)
		return lines_bad(
			lines, "a plan's digest is %d hex digits", SHA256_HEX_LEN);
	memcpy(question->ticket, digest, sizeof(question->ticket));
	return lines_take_end(lines);
}

static int read_question(struct lines *lines, struct observe_question *question)
{
	if (read_parts(lines, &question->parts) < 0)
		return -EBADMSG;
	if (lines_is(lines, "redaction ") && read_redaction(lines, question) < 0)
		return -EBADMSG;
	if (scope_read(lines, true, false, question->strings, &question->scope) < 0)
		return -EBADMSG;
	while (lines_is(lines, "name ")) {
		wanted_name(&question->names, "%.*s", (int)(lines->len - strlen("name ")),
			lines->line + strlen("name "));
		lines_advance(lines);
	}
	if (lines_is(lines, "ticket ") && read_ticket(lines, question) < 0)
		return -EBADMSG;
	if (lines_take(lines, "end") < 0 || lines_take_end(lines) < 0)
		return -EBADMSG;
	return lines->line == lines->end ? 0 : lines_bad(lines, "behind the end");
}

int observe_question_read(const char *text, size_t len,
	struct observe_question *ret_question, struct err *err)
{
	cleanup_question struct observe_question question = {.strings = arena_new()};
	struct lines lines;
	int r = lines_open(&lines, text, len, &question_kind, "question", err);

	if (r == 0)
		r = read_question(&lines, &question);
	if (r == 0) {
		*ret_question = question;
		question = (struct observe_question){0};
	}
	return r;
}

/* Mounts, files and volumes name devices that are in no scope; what is near a device
 * tells of no condition. */
bool observe_is_near(unsigned parts, const struct scope *scope)
{
	const unsigned near = PROBE_IDENTITY | PROBE_DM | PROBE_BLOCKS | PROBE_HOLDERS;

	return !(parts & ~near) && scope->n_devices && !scope->n_conditions;
}

/* ---- answers ---- */

static void write_lines(const char *keyword, const struct facts *lines, struct buf *text)
{
	for (size_t i = 0; i < lines->count; i++)
		buf_printf(text, "%s %s\n", keyword, lines->lines[i]);
}

void observe_answer_write(
	const struct sight *sight, int result, const char *sentence, struct buf *text)
{
	if (result == 0) {
		buf_puts(text, "read\n");
		write_lines("fact", &sight->found, text);
		write_lines("expected", &sight->expected, text);
		write_lines("name", &sight->names, text);
		write_lines("text", &sight->text, text);
	} else {
		buf_puts(text, result == -EAGAIN ? "changing " : "unread ");
		buf_tail(text, sentence);
		buf_puts(text, "\n");
	}
	buf_puts(text, OBSERVE_END);
}
