/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each reader of a text that people paste against any bytes: the row of the table of
 * formats whose name FUZZ_ROW has, "session" for a whole one; without it the first byte
 * says which. FUZZ_ROW=? lists them. Laws: what is
 * said is of a volume, each statement once and in order, and survives its document; a
 * text has as many lines when it is cleaned.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clean.h"
#include "session.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/shown.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

static size_t row = SIZE_MAX;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *name = getenv("FUZZ_ROW");

	(void)argc;
	(void)argv;
	for (size_t i = 0; name && i <= n_formats; i++) {
		const char *own = i < n_formats ? formats[i].name : "session";

		if (strcmp(name, "?") == 0)
			printf("%s\n", own);
		else if (strcmp(name, own) == 0)
			row = i;
	}
	if (name && row == SIZE_MAX)
		exit(strcmp(name, "?") != 0);
	return 0;
}

static size_t count_lines(const char *text, size_t len)
{
	size_t count = len && text[len - 1] != '\n';

	for (size_t i = 0; i < len; i++)
		count += text[i] == '\n';
	return count;
}

/* Its command has the words of its pattern: so -o and others are looked for. */
static void read_lines(
	struct findings *findings, const struct format *format, const char *text)
{
	struct reading reading = {
		.findings = findings, .format = format, .file = line_text("file")};

	for (; *text; text += strcspn(text, "\n"), text += *text == '\n') {
		struct line line = {text, strcspn(text, "\n")};
		struct command command;

		reading.number++;
		reading.from = NULL;
		if (command_read(line, &command))
			reading.command = command;
		else if (line_trim(line).len)
			format->read(&reading, line);
	}
}

static void check_shown(struct host *host)
{
	cleanup_host struct host *again = host_new();

	for (size_t i = 0; i < host->n_shown; i++)
		if (!strchr(host->shown[i].volume, '/') ||
			(i && shown_compare(&host->shown[i - 1], &host->shown[i]) >= 0))
			abort();
	host_shown_write(host);
	if (!host->n_shown)
		return;
	if (host_shown_read(again, host_document(host, SHOWN_DOCUMENT), NULL) < 0 ||
		again->n_shown != host->n_shown)
		abort();
	for (size_t i = 0; i < host->n_shown; i++)
		if (shown_compare(&host->shown[i], &again->shown[i]) != 0 ||
			strcmp(host->shown[i].from, again->shown[i].from) != 0)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_host struct host *host = host_new();
	cleanup_findings struct findings findings;
	cleanup_buf struct buf bytes = BUF_INIT, text = BUF_INIT, record = BUF_INIT;
	size_t which = row != SIZE_MAX ? row
		       : size	       ? data[0] % (n_formats + 1)
				       : n_formats;

	findings_init(&findings);
	buf_add(&bytes, size ? data + 1 : data, size ? size - 1 : 0);
	text_clean(buf_text(&bytes), bytes.len, &text);
	if (count_lines(buf_text(&text), text.len) !=
		count_lines(buf_text(&bytes), bytes.len))
		abort();
	if (which < n_formats)
		read_lines(&findings, &formats[which], buf_text(&text));
	else
		session_read(&findings, "file", "", &bytes, &record);
	shown_collect(host, &findings);
	check_shown(host);
	return 0;
}
