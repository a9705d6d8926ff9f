/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lvm/shown.txt <-> host->shown; see host.h.
 * Input: lines of four words. Output: statements in their order. Invariant: a line of a
 * kind that is not known, as a newer import may write it, is left out; any other line
 * that is not as host_shown_write() makes it is an error.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/shown.h"
#include "snapstate/limits.h"

#define WORDS 4

/* malloc'ed words; the caller frees also what an error leaves. */
static int line_split(const char *line, size_t len, char *ret_words[WORDS])
{
	const char *end = line + len;

	for (size_t i = 0; i < WORDS; i++) {
		const char *blank = memchr(line, ' ', (size_t)(end - line));
		const char *stop = blank ? blank : end;

		if (!blank != (i == WORDS - 1) ||
			word_decode(line, (size_t)(stop - line), &ret_words[i]) < 0)
			return -EBADMSG;
		line = blank ? blank + 1 : end;
	}
	return 0;
}

static int line_read(struct host *host, const char *line, size_t len)
{
	char *words[WORDS] = {NULL};
	int r = line_split(line, len, words);
	enum shown_kind kind;

	if (r == 0 && !strchr(words[0], '/'))
		r = -EBADMSG;
	if (r == 0 && shown_kind_parse(words[1], &kind) == 0)
		*array_add(&host->shown, &host->n_shown) =
			(struct shown){host_string(host, words[0]), kind,
				host_string(host, words[2]), host_string(host, words[3])};
	for (size_t i = 0; i < WORDS; i++)
		free(words[i]);
	return r;
}

int host_shown_read(struct host *host, const struct document *document, struct err *err)
{
	const char *at = document->bytes, *end = at + document->len;

	for (size_t number = 1; at < end; number++) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));

		if (!newline || line_read(host, at, (size_t)(newline - at)) < 0)
			return err_set(err, -EBADMSG,
				"%s: line %zu: not VOLUME KIND VALUE FROM",
				document->name, number);
		if (host->n_shown > RECORD_OTHERS_MAX)
			return err_set(err, -EFBIG, "%s: more than %d lines",
				document->name, RECORD_OTHERS_MAX);
		at = newline + 1;
	}
	return 0;
}

static int order_volumes(const void *pa, const void *pb)
{
	const struct shown *a = pa, *b = pb;

	return strcmp(a->volume, b->volume);
}

const struct shown *host_shown_of(
	const struct host *host, const char *volume, size_t *ret_count)
{
	const struct shown wanted = {.volume = volume};
	const struct shown *first = NULL, *end;

	*ret_count = 0;
	if (host->n_shown)
		first = bsearch(&wanted, host->shown, host->n_shown, sizeof(*host->shown),
			order_volumes);
	if (!first)
		return NULL;
	end = first;
	while (first > host->shown && order_volumes(first - 1, &wanted) == 0)
		first--;
	while (end < host->shown + host->n_shown && order_volumes(end, &wanted) == 0)
		end++;
	*ret_count = (size_t)(end - first);
	return first;
}

bool host_is_imported(const struct host *host)
{
	return host_document(host, IMPORT_DOCUMENT) || host_source(host, IMPORT_DOCUMENT);
}

void host_shown_write(struct host *host)
{
	cleanup_buf struct buf text = BUF_INIT;
	cleanup_free char *detail = NULL;
	const struct source *source = host_source(host, SHOWN_DOCUMENT);

	if (!host->n_shown)
		return;
	for (size_t i = 0; i < host->n_shown; i++) {
		const struct shown *shown = &host->shown[i];

		buf_word(&text, shown->volume);
		buf_printf(&text, " %s ", shown_kind_name(shown->kind));
		buf_word(&text, shown->value);
		buf_puts(&text, " ");
		buf_word(&text, shown->from);
		buf_puts(&text, "\n");
	}
	detail = xstrdup(source ? source->detail : "");
	host_document_add(host, SHOWN_DOCUMENT, text.data, text.len);
	host_source_set(host, SHOWN_DOCUMENT, OUTCOME_READ, "%s", detail);
}
