/* SPDX-License-Identifier: Apache-2.0 */
/* Questions about a plan are read; see compare.h. The other side is compare_text.c. */
#include <errno.h>
#include <string.h>

#include "snapstate/cleanup.h"
#include "snapstate/compare.h"
#include "snapstate/lines.h"

static const struct lines_kind question_kind = {"a question", OBSERVE_BYTES_MAX};

static int take_end(struct lines *lines)
{
	if (lines_take(lines, "end") < 0 || lines_take_end(lines) < 0)
		return -EBADMSG;
	return lines->line == lines->end ? 0 : lines_bad(lines, "behind the end");
}

int compare_plan_read(const char *text, size_t len, struct buf *ret_plan, struct err *err)
{
	const size_t skip = strlen(COMPARE_PLAN);
	struct lines lines;
	int r = lines_open(&lines, text, len, &question_kind, "question", err);

	if (r < 0)
		return r;
	while (lines_is(&lines, COMPARE_PLAN)) {
		buf_add(ret_plan, lines.line + skip, lines.len - skip);
		buf_puts(ret_plan, "\n");
		lines_advance(&lines);
	}
	return take_end(&lines);
}

/* The line is taken off the text. false: it does not begin with that word. */
static bool take_line(const char **text, const char *end, const char *word,
	const char **ret_line, size_t *ret_len)
{
	size_t skip = strlen(word);
	const char *newline = memchr(*text, '\n', (size_t)(end - *text));

	if (!newline || (size_t)(newline - *text) < skip ||
		memcmp(*text, word, skip) != 0)
		return false;
	*ret_line = *text + skip;
	*ret_len = (size_t)(newline - *ret_line);
	*text = newline + 1;
	return true;
}

static bool is_word(const char *line, size_t len, const char *word)
{
	return len == strlen(word) && memcmp(line, word, len) == 0;
}

/* A journal's lines may be anything: its reader says what is wrong with them. */
int compare_journal_read(const char *text, size_t len, bool *ret_is_done,
	struct buf *ret_journal, struct err *err)
{
	const char *end = text + len, *line = NULL;
	size_t line_len = 0;
	bool is_done = false, is_known = false;

	if (take_line(&text, end, COMPARE_JOURNAL, &line, &line_len)) {
		is_done = is_word(line, line_len, COMPARE_JOURNAL_DONE);
		is_known = is_done || is_word(line, line_len, COMPARE_JOURNAL_ANY);
	}
	while (is_known && take_line(&text, end, COMPARE_LINE, &line, &line_len)) {
		buf_add(ret_journal, line, line_len);
		buf_puts(ret_journal, "\n");
	}
	if (is_known && take_line(&text, end, COMPARE_CUT, &line, &line_len))
		buf_add(ret_journal, line, line_len);
	if (!is_known || !is_word(text, (size_t)(end - text), OBSERVE_END))
		return err_set(err, -EBADMSG, "no question about a journal");
	*ret_is_done = is_done;
	return 0;
}

/* One of these words; -EBADMSG: none of them. */
static int take_one_of(
	struct lines *lines, const char *const words[], size_t n_words, size_t *ret_which)
{
	cleanup_free char *word = NULL;

	if (lines_take_word(lines, ' ', &word) < 0)
		return -EBADMSG;
	for (size_t i = 0; i < n_words; i++) {
		if (strcmp(words[i], word) != 0)
			continue;
		*ret_which = i;
		return 0;
	}
	return lines_bad(lines, "nothing that is compared: \"%s\"", word);
}

static int read_question(struct lines *lines, struct compare_question *question)
{
	static const char *const states[] = {"idle", "begun"};
	size_t what = 0, state = 0, how = 0;

	if (lines_take(lines, COMPARE_WORD) < 0 ||
		take_one_of(lines, compare_whats, COMPARE_WHATS, &what) < 0 ||
		lines_take(lines, " ") < 0 ||
		lines_take_number(lines, ' ', PLAN_STEPS_MAX, &question->n_done) < 0 ||
		lines_take(lines, " ") < 0 || take_one_of(lines, states, 2, &state) < 0 ||
		lines_take(lines, " ") < 0)
		return -EBADMSG;
	/* "-" is no escaped word */
	if (*lines->at == '-')
		lines->at++;
	else if (take_one_of(lines, compare_hows, COMPARE_HOWS, &how) < 0)
		return -EBADMSG;
	question->what = (enum compare_what)what;
	question->is_begun = state;
	question->how = (enum compare_how)how;
	if (lines_take_end(lines) < 0)
		return -EBADMSG;
	while (lines_is(lines, "name ")) {
		wanted_name(&question->names, "%.*s", (int)(lines->len - strlen("name ")),
			lines->line + strlen("name "));
		lines_advance(lines);
	}
	return take_end(lines);
}

int compare_question_read(const char *text, size_t len,
	struct compare_question *ret_question, struct err *err)
{
	struct compare_question question = {.n_done = 0};
	struct lines lines;
	int r = lines_open(&lines, text, len, &question_kind, "question", err);

	if (r == 0)
		r = read_question(&lines, &question);
	if (r == 0)
		*ret_question = question;
	else
		wanted_names_free(&question.names);
	return r;
}
