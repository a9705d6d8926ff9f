/* SPDX-License-Identifier: Apache-2.0 */
/* See overview.h. What comes from the process of a group is not trusted: it read the
 * files of strangers. Words are escaped again where they are printed. */
#include "overview.h"

#include <stdlib.h>
#include <string.h>

#include "page.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/device.h"
#include "snapstate/stamp.h"
#include "table.h"
#include "wrap.h"

/* Of struct overview_line, of a host. */
enum host_word {
	HOST_NODE,
	HOST_FILE,
	HOST_TAKEN,
	HOST_REMOVE,
	HOST_UNDECIDED,
	HOST_REFUSED,
	HOST_HAZARDS,
	HOST_GROUP,
};

static const struct {
	const char *word;
	size_t n_words;
} kinds[OVERVIEW_KINDS] = {
	[OVERVIEW_HAZARD] = {"hazard", 2},
	[OVERVIEW_HOST] = {"host", 8},
	[OVERVIEW_CHANGE] = {"change", 3},
	[OVERVIEW_ALIKE] = {"alike", 2},
	[OVERVIEW_BAD] = {"bad", 2},
	[OVERVIEW_NOW] = {"now", 3},
	[OVERVIEW_NO_MATCH] = {"no-match", 1},
	[OVERVIEW_EXIT] = {"exit", 1},
};

/* ---- written ---- */

void overview_put(
	struct buf *text, enum overview_kind kind, size_t n, const char *const *words)
{
	buf_puts(text, kinds[kind].word);
	for (size_t i = 0; i < n; i++) {
		buf_puts(text, "\t");
		buf_tail(text, words[i]);
	}
	buf_puts(text, "\n");
}

/* Errors of archives begin with their names. */
void overview_put_bad(struct buf *text, const char *file, const char *why)
{
	size_t len = strlen(file);

	if (strncmp(why, file, len) == 0 && strncmp(why + len, ": ", 2) == 0)
		why += len + 2;
	overview_put(text, OVERVIEW_BAD, 2, (const char *const[]){file, why});
}

static void put_hazard(struct buf *text, const struct report_host *host,
	const char *sentence, const char *end)
{
	cleanup_buf struct buf whole = BUF_INIT;

	buf_printf(&whole, "%s%s%s", sentence, end ? " " : "", end ? end : "");
	overview_put(text, OVERVIEW_HAZARD, 2,
		(const char *const[]){host->node, buf_text(&whole)});
}

/* Without what points at other places of the review. */
static const char *hazard_end(const struct report_hazard *hazard)
{
	switch (hazard->subject->verdict) {
	case VERDICT_REMOVE:
		return hazard->plan_end ? hazard->plan_end : "Its plan fixes this.";
	case VERDICT_REFUSE:
		return "No plan fixes this: the snapshot is refused.";
	case VERDICT_UNDECIDED:
		break;
	}
	return "No plan fixes this: the snapshot is undecided.";
}

static void put_hazards(const struct report_host *host, struct buf *text)
{
	for (size_t i = 0; i < host->n_hazards; i++) {
		const struct report_hazard *hazard = &host->hazards[i];
		cleanup_buf struct buf sentence = BUF_INIT;

		buf_printf(&sentence, "%s %s: %s.", hazard->head, hazard->subject->label,
			hazard->reason->text);
		put_hazard(text, host, buf_text(&sentence), hazard_end(hazard));
	}
	for (size_t i = 0; i < host->n_strikes; i++)
		put_hazard(text, host, host->strikes[i].text, host->strikes[i].end);
	for (size_t i = 0; i < host->n_suspended; i++)
		put_hazard(text, host, host->suspended[i].text, NULL);
}

static void put_host(const struct report_host *host, const char *group, struct buf *text)
{
	size_t numbers[] = {host->to_remove, host->undecided, host->refused,
		host->n_hazards + host->n_strikes + host->n_suspended};
	const char *node = *host->node ? host->node : "not known";
	cleanup_buf struct buf taken = BUF_INIT;
	char words[4][24];

	if (host->member->host->identity.taken)
		stamp_print(host->member->host->identity.taken, &taken);
	else
		buf_puts(&taken, "not known");
	for (size_t i = 0; i < 4; i++)
		snprintf(words[i], sizeof(words[i]), "%zu", numbers[i]);
	overview_put(text, OVERVIEW_HOST, 8,
		(const char *const[]){node, host->member->file, buf_text(&taken),
			words[0], words[1], words[2], words[3], group});
}

void overview_put_hosts(const struct report *report, const char *group, struct buf *text)
{
	for (size_t i = 0; i < report->n_hosts; i++) {
		put_hazards(&report->hosts[i], text);
		put_host(&report->hosts[i], group, text);
	}
	overview_put_now(report, group, text);
	for (size_t i = 0; i < report->n_mistyped; i++)
		overview_put(text, OVERVIEW_NO_MATCH, 1, &report->mistyped[i].glob);
}

/* ---- taken ---- */

static void free_line(struct overview_line *line)
{
	for (size_t i = 0; i < OVERVIEW_WORDS_MAX; i++)
		free(line->words[i]);
}

static bool take_words(
	struct overview_line *line, size_t n_words, const char *text, size_t len)
{
	for (size_t i = 0; i < n_words; i++) {
		const char *tab = memchr(text, '\t', len);
		size_t n = tab ? (size_t)(tab - text) : len;

		if (word_decode(text, n, &line->words[i]) < 0 ||
			(i + 1 < n_words) != (tab != NULL))
			return false;
		text += n + (tab != NULL);
		len -= n + (tab != NULL);
	}
	return true;
}

static bool read_kind(const char *line, size_t len, enum overview_kind *ret)
{
	for (size_t i = 0; i < OVERVIEW_KINDS; i++)
		if (strlen(kinds[i].word) == len &&
			memcmp(kinds[i].word, line, len) == 0) {
			*ret = (enum overview_kind)i;
			return true;
		}
	return false;
}

bool overview_take(struct overview *overview, const char *line, size_t len)
{
	const char *tab = memchr(line, '\t', len);
	struct overview_line taken = {0};
	struct overview_lines *lines;
	enum overview_kind kind;

	if (!tab || !read_kind(line, (size_t)(tab - line), &kind))
		return false;
	if (!take_words(&taken, kinds[kind].n_words, tab + 1,
		    len - (size_t)(tab + 1 - line))) {
		free_line(&taken);
		return false;
	}
	lines = &overview->of[kind];
	*array_add(&lines->items, &lines->count) = taken;
	return true;
}

/* Lines of one node stay in their order only by their words: so by all of them. */
static int order_lines(const void *pa, const void *pb)
{
	const struct overview_line *a = pa, *b = pb;
	int order = 0;

	for (size_t i = 0; order == 0 && i < OVERVIEW_WORDS_MAX && a->words[i]; i++)
		order = strcmp(a->words[i], b->words[i]);
	return order;
}

void overview_sort(struct overview *overview)
{
	for (size_t i = 0; i < OVERVIEW_KINDS; i++)
		if (overview->of[i].count)
			qsort(overview->of[i].items, overview->of[i].count,
				sizeof(struct overview_line), order_lines);
}

uint64_t overview_sum(
	const struct overview *overview, enum overview_kind kind, size_t word)
{
	uint64_t sum = 0, value;

	for (size_t i = 0; i < overview->of[kind].count; i++) {
		const char *text = overview->of[kind].items[i].words[word];

		if (parse_u64(text, strlen(text), 10, &value) == 0)
			sum += value;
	}
	return sum;
}

bool overview_has_removals(const struct overview *overview)
{
	return overview_sum(overview, OVERVIEW_HOST, HOST_REMOVE) > 0;
}

void overview_free(struct overview *overview)
{
	for (size_t i = 0; i < OVERVIEW_KINDS; i++) {
		for (size_t k = 0; k < overview->of[i].count; k++)
			free_line(&overview->of[i].items[k]);
		free(overview->of[i].items);
	}
}

/* ---- what both writers say ---- */

static void summary_words(const struct overview *overview, struct buf *text)
{
	report_counted(text, overview->n_captures, "capture");
	buf_puts(text, ", ");
	report_counted(text, overview->of[OVERVIEW_HOST].count, "host");
	buf_puts(text, " in ");
	report_counted(text, overview->n_groups, "group");
	buf_printf(text, ": %llu to remove, %llu undecided, %llu refused; ",
		(unsigned long long)overview_sum(overview, OVERVIEW_HOST, HOST_REMOVE),
		(unsigned long long)overview_sum(overview, OVERVIEW_HOST, HOST_UNDECIDED),
		(unsigned long long)overview_sum(overview, OVERVIEW_HOST, HOST_REFUSED));
	report_counted(text, overview->of[OVERVIEW_HAZARD].count, "hazard");
	buf_printf(text, ", %zu failed.", overview->of[OVERVIEW_BAD].count);
}

static const char incomplete[] =
	"--hosts-complete was not used for every group: a capture could not be read, or "
	"does not say of which host it is.";

/* A glob that takes nothing in any group. */
static bool next_mistyped(
	const struct overview *overview, size_t *at, const char **ret_glob)
{
	const struct overview_lines *lines = &overview->of[OVERVIEW_NO_MATCH];

	while (*at < lines->count) {
		const char *glob = lines->items[*at].words[0];
		size_t count = 0;

		for (; *at < lines->count &&
			strcmp(lines->items[*at].words[0], glob) == 0;
			(*at)++)
			count++;
		*ret_glob = glob;
		if (count == overview->n_groups)
			return true;
	}
	return false;
}

bool overview_has_mistyped(const struct overview *overview)
{
	const char *glob;
	size_t at = 0;

	return next_mistyped(overview, &at, &glob);
}

/* true: it is the first change of its node. */
static bool is_first_change(const struct overview_lines *changes, size_t at)
{
	const struct overview_line *line = &changes->items[at];

	return at == 0 || strcmp(line[-1].words[0], line->words[0]) != 0 ||
	       strcmp(line[-1].words[1], line->words[1]) != 0;
}

static const char *const headings[] = {"HOST", "CAPTURED", "REMOVE", "UNDECIDED",
	"REFUSED", "HAZARDS", "GROUP", "CAPTURE", NULL};
static const enum host_word columns[] = {HOST_NODE, HOST_TAKEN, HOST_REMOVE,
	HOST_UNDECIDED, HOST_REFUSED, HOST_HAZARDS, HOST_GROUP, HOST_FILE};

/* ---- as text ---- */

static void print_mistyped(const struct overview *overview, struct buf *text)
{
	const char *glob;

	for (size_t at = 0; next_mistyped(overview, &at, &glob);) {
		buf_puts(text, "NO MATCH   --select ");
		buf_tail(text, glob);
		buf_puts(text, " matches no snapshot of any host\n");
	}
	if (overview->is_incomplete)
		buf_printf(text, "%s\n", incomplete);
}

/* What is to be read by people is wrapped; what failed is a line each, for tools. */
static void print_lines(const struct overview *overview, enum overview_kind kind,
	unsigned width, const char *head, struct buf *text)
{
	for (size_t i = 0; i < overview->of[kind].count; i++) {
		const struct overview_line *line = &overview->of[kind].items[i];
		cleanup_buf struct buf words = BUF_INIT;

		buf_tail(&words, line->words[0]);
		buf_puts(&words, ": ");
		buf_tail(&words, line->words[1]);
		if (width)
			wrap_add(text, width, OVERVIEW_INDENT, head, buf_text(&words));
		else
			buf_printf(text, "%-*s%s\n", OVERVIEW_INDENT, head,
				buf_text(&words));
	}
}

static void print_hosts(const struct overview *overview, struct buf *text)
{
	const struct overview_lines *hosts = &overview->of[OVERVIEW_HOST];
	struct table *table;

	if (!hosts->count)
		return;
	table = table_new(headings, true, false);
	for (size_t i = 0; i < hosts->count; i++) {
		struct libscols_line *line = table_line(table, NULL);

		for (size_t c = 0; c < sizeof(columns) / sizeof(columns[0]); c++)
			table_cell(line, c, hosts->items[i].words[columns[c]]);
	}
	buf_puts(text, "\n");
	table_print(table, text, 0, "");
}

static void print_changes(const struct overview *overview, struct buf *text)
{
	const struct overview_lines *changes = &overview->of[OVERVIEW_CHANGE];

	for (size_t i = 0; i < changes->count; i++) {
		const struct overview_line *line = &changes->items[i];

		if (is_first_change(changes, i)) {
			buf_puts(text, "\n");
			buf_tail(text, line->words[0]);
			buf_printf(text, ", since its capture of %s:\n", line->words[1]);
		}
		buf_puts(text, "  ");
		buf_tail(text, line->words[2]);
		buf_puts(text, "\n");
	}
}

void overview_print(const struct overview *overview, unsigned width, struct buf *ret_text)
{
	width = width ? width : WRAP_WIDTH;
	summary_words(overview, ret_text);
	buf_puts(ret_text, "\n");
	print_mistyped(overview, ret_text);
	if (overview->of[OVERVIEW_HAZARD].count)
		buf_puts(ret_text, "\n");
	print_lines(overview, OVERVIEW_HAZARD, width, "HAZARD", ret_text);
	overview_print_now(overview, width, ret_text);
	print_hosts(overview, ret_text);
	if (overview->of[OVERVIEW_ALIKE].count)
		buf_puts(ret_text, "\n");
	print_lines(overview, OVERVIEW_ALIKE, width, "NOTE", ret_text);
	print_changes(overview, ret_text);
	if (overview->of[OVERVIEW_BAD].count)
		buf_puts(ret_text, "\n");
	print_lines(overview, OVERVIEW_BAD, 0, "FAILED", ret_text);
}

/* ---- as a page ---- */

static void page_hazards(struct page *page, const struct overview_lines *hazards)
{
	for (size_t i = 0; i < hazards->count; i++) {
		page_open(page, "div", "hazard");
		page_open(page, "h2", "");
		page_say(page, "HAZARD on ");
		page_captured(page, hazards->items[i].words[0]);
		page_close(page);
		page_captured_in(page, "p", "", hazards->items[i].words[1]);
		page_close(page);
	}
}

static void page_hosts(struct page *page, const struct overview_lines *hosts)
{
	page_say_in(page, "h2", "", "Hosts");
	page_open(page, "div", "scroll");
	page_open(page, "table", "");
	page_open(page, "tr", "");
	for (size_t c = 0; headings[c]; c++)
		page_say_in(page, "th", "", headings[c]);
	page_close(page);
	for (size_t i = 0; i < hosts->count; i++) {
		page_open(page, "tr", "");
		for (size_t c = 0; headings[c]; c++)
			page_captured_in(
				page, "td", "", hosts->items[i].words[columns[c]]);
		page_close(page);
	}
	page_close(page);
	page_close(page);
}

static void page_changes(struct page *page, const struct overview_lines *changes)
{
	for (size_t i = 0; i < changes->count; i++) {
		if (is_first_change(changes, i)) {
			page_open(page, "h2", "");
			page_captured(page, changes->items[i].words[0]);
			page_say(page, ", since its capture of ");
			page_captured(page, changes->items[i].words[1]);
			page_close(page);
		}
		page_captured_in(page, "p", "", changes->items[i].words[2]);
	}
}

static void page_lines(
	struct page *page, const char *heading, const struct overview_lines *lines)
{
	if (!lines->count)
		return;
	page_open(page, "div", "note");
	page_say_in(page, "h2", "", heading);
	page_open(page, "ul", "");
	for (size_t i = 0; i < lines->count; i++) {
		page_open(page, "li", "");
		page_captured_in(page, "code", "", lines->items[i].words[0]);
		page_say(page, ": ");
		page_captured(page, lines->items[i].words[1]);
		page_close(page);
	}
	page_close(page);
	page_close(page);
}

static void page_mistyped(struct page *page, const struct overview *overview)
{
	const char *glob;

	for (size_t at = 0; next_mistyped(overview, &at, &glob);) {
		page_open(page, "p", "fate");
		page_say(page, "No snapshot of any host is called ");
		page_captured(page, glob);
		page_close(page);
	}
	if (overview->is_incomplete)
		page_say_in(page, "p", "fate", incomplete);
}

void overview_print_page(const struct overview *overview, struct buf *ret_html)
{
	cleanup_buf struct buf summary = BUF_INIT;
	struct page page;

	summary_words(overview, &summary);
	page_begin(&page, ret_html, "many hosts");
	page_say_in(&page, "h1", "", "Snapshots of many hosts");
	page_say_in(&page, "p", "summary", buf_text(&summary));
	page_mistyped(&page, overview);
	page_hazards(&page, &overview->of[OVERVIEW_HAZARD]);
	overview_page_now(overview, &page);
	page_hosts(&page, &overview->of[OVERVIEW_HOST]);
	page_lines(&page, "Hosts of one name", &overview->of[OVERVIEW_ALIKE]);
	page_changes(&page, &overview->of[OVERVIEW_CHANGE]);
	page_lines(&page, "Failed", &overview->of[OVERVIEW_BAD]);
	page_end(&page);
}
