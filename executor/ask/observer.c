/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asking the observer; see observer.h. Input: questions. Output: what it answers.
 * Invariant: nothing is taken for found without a verdict that says so, and no verdict
 * that its own lines contradict.
 */
#include "observer.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "snapstate/cleanup.h"

/* -EAGAIN: a source kept changing while it was read. -ENODATA: all else. */
static int ask(const struct observer *observer, const struct buf *question,
	struct sight *ret_sight, struct err *err)
{
	cleanup_buf struct buf answer = BUF_INIT;
	int r = observer->ask(observer->eyes, question, &answer, err);

	if (r == 0)
		r = observe_answer_read(
			buf_text(&answer), answer.len, OBSERVE_NAME, ret_sight, err);
	return r == 0 || r == -EAGAIN ? r : -ENODATA;
}

static int bad_answer(struct err *err)
{
	return err_set(err, -ENODATA, "the observer's answer contradicts itself");
}

/* ---- about the plan ---- */

int observer_take_plan(const struct observer *observer, const struct buf *text,
	const char *name, struct err *err)
{
	cleanup_buf struct buf question = BUF_INIT;
	cleanup_sight struct sight sight = SIGHT_INIT;
	cleanup_free char *refused = NULL, *sha256 = NULL;
	char expected[SHA256_HEX_LEN + 1];
	int r;

	compare_plan_write(buf_text(text), text->len, &question);
	r = ask(observer, &question, &sight, err);
	if (r < 0)
		return r;
	refused = sight_word_of(&sight, "refused");
	if (*refused)
		return err_set(err, -EBADMSG, "%s%s", name, refused);
	sha256_hex(buf_text(text), text->len, expected);
	sha256 = sight_word_of(&sight, "plan");
	return strcmp(sha256, expected) == 0 ? 0 : bad_answer(err);
}

/* ---- about a journal ---- */

/* -EINVAL: it is not there, or no number. */
static int take_number(const char *rest, const char *key, uint64_t *ret_number)
{
	cleanup_free char *word = sight_word(rest, key);

	return word ? parse_u64(word, strlen(word), 10, ret_number) : -EINVAL;
}

static bool is_yes(const char *rest, const char *key)
{
	cleanup_free char *word = sight_word(rest, key);

	return word && strcmp(word, "yes") == 0;
}

static int take_state(
	const struct sight *sight, struct journal_state *ret_state, struct err *err)
{
	static const char without[] = "- ";
	const char *rest = sight_name(sight, "journal");
	cleanup_free char *digest = NULL;
	struct journal_state state = {.n_done = 0};

	if (!rest)
		return bad_answer(err);
	state.has_header = strncmp(rest, without, strlen(without)) != 0;
	rest += state.has_header ? 0 : strlen(without);
	digest = sight_word(rest, "plan");
	if (state.has_header && (!digest || strlen(digest) != SHA256_HEX_LEN ||
					take_number(rest, "steps", &state.n_steps) < 0))
		return bad_answer(err);
	if (take_number(rest, "done", &state.n_done) < 0 || state.n_done > state.n_steps)
		return bad_answer(err);
	if (state.has_header)
		memcpy(state.digest, digest, sizeof(state.digest));
	state.is_begun = is_yes(rest, "begun");
	state.is_finished = is_yes(rest, "finished");
	state.is_stopped = is_yes(rest, "stopped");
	if (state.n_done == state.n_steps ? state.is_begun : state.is_finished)
		return bad_answer(err);
	*ret_state = state;
	return 0;
}

int observer_read_journal(const struct observer *observer, const struct buf *text,
	bool is_done, const char *name, struct journal_state *ret_state, struct err *err)
{
	cleanup_buf struct buf question = BUF_INIT;
	cleanup_sight struct sight sight = SIGHT_INIT;
	cleanup_free char *refused = NULL, *undone = NULL;
	int r;

	compare_journal_write(is_done ? COMPARE_JOURNAL_DONE : COMPARE_JOURNAL_ANY,
		buf_text(text), text->len, &question);
	r = ask(observer, &question, &sight, err);
	if (r < 0)
		return -ENODATA;
	refused = sight_word_of(&sight, "refused");
	undone = sight_word_of(&sight, "undone");
	if (*refused)
		return err_set(err, -EBADMSG, "%s%s", name, refused);
	if (*undone && is_done)
		return err_set(err, -ECANCELED, "%s%s", name, undone);
	return take_state(&sight, ret_state, err);
}

/* ---- what is compared ---- */

static const char *const verdict_words[VERDICTS] = {
	[VERDICT_EXPECTED] = "expected",
	[VERDICT_DIFFERS] = "differs",
	[VERDICT_PREDICTED] = "predicted",
	[VERDICT_UNCHANGED] = "unchanged",
	[VERDICT_OTHER] = "other",
	[VERDICT_SKIPPED] = "skipped",
};

/* The verdicts that a question may have. */
#define BEFORE_STEP (1 << VERDICT_EXPECTED | 1 << VERDICT_DIFFERS | 1 << VERDICT_SKIPPED)
static const unsigned verdicts_of[COMPARE_WHATS] = {
	[COMPARE_HOST] = 1 << VERDICT_EXPECTED | 1 << VERDICT_OTHER,
	[COMPARE_WHOLE] = 1 << VERDICT_EXPECTED | 1 << VERDICT_DIFFERS,
	[COMPARE_BEFORE] = BEFORE_STEP,
	[COMPARE_AFTER] =
		1 << VERDICT_PREDICTED | 1 << VERDICT_UNCHANGED | 1 << VERDICT_DIFFERS,
	[COMPARE_METADATA] = BEFORE_STEP,
};

static int read_verdict(const struct sight *sight, enum compare_what what,
	enum verdict *ret_verdict, struct err *err)
{
	cleanup_free char *word = sight_word_of(sight, "verdict");
	bool has_lines = sight->found.count || sight->expected.count;

	for (size_t i = 0; i < VERDICTS; i++) {
		if (!(verdicts_of[what] & 1 << i) || strcmp(word, verdict_words[i]) != 0)
			continue;
		if (has_lines != (i == VERDICT_DIFFERS))
			return bad_answer(err);
		*ret_verdict = (enum verdict)i;
		return 0;
	}
	return bad_answer(err);
}

static void add_words(const struct sight *sight, struct difference *difference)
{
	for (size_t i = 0;; i++) {
		cleanup_free char *words = NULL;
		char name[32];

		snprintf(name, sizeof(name), "words %zu", i);
		words = sight_word_of(sight, name);
		if (!*words)
			return;
		facts_add(&difference->words, words);
	}
}

int observer_compare(const struct observer *observer,
	const struct compare_question *question, enum verdict *ret_verdict,
	struct sight *ret_sight, struct difference *ret_difference, struct err *err)
{
	cleanup_buf struct buf text = BUF_INIT;
	cleanup_sight struct sight sight = SIGHT_INIT;

	compare_question_write(question, &text);
	if (ask(observer, &text, &sight, err) < 0 ||
		read_verdict(&sight, question->what, ret_verdict, err) < 0)
		return -ENODATA;
	difference_free(ret_difference);
	*ret_difference = (struct difference){sight.expected, sight.found, FACTS_INIT};
	sight.expected = sight.found = FACTS_INIT;
	add_words(&sight, ret_difference);
	sight_free(ret_sight);
	*ret_sight = sight;
	sight = SIGHT_INIT;
	return 0;
}

int observer_check_host(const struct observer *observer, struct err *err)
{
	const struct compare_question question = {.what = COMPARE_HOST};
	cleanup_difference struct difference none = DIFFERENCE_INIT;
	cleanup_sight struct sight sight = SIGHT_INIT;
	cleanup_free char *words = NULL;
	enum verdict verdict;
	int r = observer_compare(observer, &question, &verdict, &sight, &none, err);

	if (r < 0 || verdict == VERDICT_EXPECTED)
		return r;
	words = sight_word_of(&sight, "other");
	return err_set(err, -EXDEV, "%s", words);
}

/* ---- about the host ---- */

int observer_look(void *context, const char *parts, const char *name,
	struct sight *ret_sight, struct err *err)
{
	cleanup_buf struct buf question = BUF_INIT;

	buf_printf(&question, "look %s\n", parts);
	if (name)
		buf_printf(&question, "name %s\n", name);
	buf_puts(&question, OBSERVE_END);
	return ask(context, &question, ret_sight, err);
}

int observer_check_key(const struct observer *observer, struct err *err)
{
	cleanup_buf struct buf question = BUF_INIT;
	cleanup_sight struct sight sight = SIGHT_INIT;

	buf_printf(&question, "look -\nredaction %s\n" OBSERVE_END, observer->redaction);
	return ask(observer, &question, &sight, err) < 0 ? -ENODATA : 0;
}
