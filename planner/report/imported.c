/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an import says for people: what became of each file and each pasted command, and
 * the messages that name no volume. Input: IMPORT_DOCUMENT, and what is shown of the host
 * itself. Output: a sentence for each. Invariant: every string is escaped.
 */
#include <stdlib.h>
#include <string.h>

#include "report.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/shown.h"

void report_imported(const struct host *host, struct words *ret)
{
	const struct document *record = host_document(host, IMPORT_DOCUMENT);
	const char *at = record ? record->bytes : "";

	while (*at) {
		size_t len = strcspn(at, "\n");
		cleanup_free char *line = xstrndup(at, len);
		struct buf text = BUF_INIT;

		buf_prose(&text, line);
		*array_add(&ret->items, &ret->count) =
			text.data ? text.data : xstrdup("");
		at += len + (at[len] == '\n');
	}
}

/* Several hosts or minutes may repeat one; what is shown is sorted by kind and value. */
static bool is_told(const struct shown *shown, size_t at)
{
	return at > 0 && shown_compare(&shown[at - 1], &shown[at]) == 0;
}

void report_host_messages(const struct host *host, struct words *ret)
{
	size_t count;
	const struct shown *shown = host_shown_of(host, SHOWN_HOST, &count);

	for (size_t i = 0; i < count && ret->count < REPORT_MESSAGES_MOST; i++) {
		const struct message_cause *cause;
		struct buf text = BUF_INIT;

		if (shown[i].kind != SHOWN_MESSAGE || is_told(shown, i))
			continue;
		cause = message_cause(shown[i].value);
		buf_puts(&text, "\"");
		buf_prose(&text, shown[i].value);
		buf_puts(&text, "\"");
		if (*shown[i].from) {
			buf_puts(&text, " (");
			buf_prose(&text, shown[i].from);
			buf_puts(&text, ")");
		}
		if (cause)
			buf_printf(&text, ": %s", cause->meaning);
		*array_add(&ret->items, &ret->count) = text.data;
	}
}

void words_free(struct words *words)
{
	for (size_t i = 0; i < words->count; i++)
		free(words->items[i]);
	free(words->items);
}
