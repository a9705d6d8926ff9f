/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads a journal: this host's own, to go on with it, or one that came from another host;
 * grammar and contract are in snapstate/journal.h and journal_run.h. Input: bytes that a
 * stranger may have written, cut off anywhere. Output: how far the plan was carried out.
 * Invariant: a step counts as done only behind its intent and a whole line that says so;
 * what is optional in journal.c (output, failures that were not believed) may be missing
 * here.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "snapstate/cleanup.h"
#include "snapstate/journal_run.h"
#include "snapstate/kind.h"
#include "snapstate/plan.h"
#include "snapstate/stamp.h"

#define QUOTE_MAX 60 /* bytes of a bad line that a message shows */

/* What may come next. */
enum place {
	AT_RUN,	   /* who signed, and that all was verified */
	AT_STEP,   /* the intent of the next step, or the end of the run */
	IN_STEP,   /* what became of it */
	BEHIND_IT, /* the run ends: what differed, that it stopped */
	AT_END,	   /* nothing, or another run */
};

struct reader {
	const char *name; /* of the file */
	struct journal_run run;
	enum place place;
	const char *next, *end;
	const char *line; /* printable ASCII, without its newline */
	size_t len;
	const char *at; /* what of the line is not taken yet */
	size_t number;
	struct err *err;
};

__attribute__((format(printf, 3, 4))) static int fail(
	const struct reader *r, int code, const char *format, ...)
{
	char text[ERR_MSG_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return err_set(r->err, code, "%s:%zu: %s", r->name, r->number, text);
}

static int bad(const struct reader *r, const char *expected)
{
	size_t len = r->len < QUOTE_MAX ? r->len : QUOTE_MAX;

	return fail(
		r, -EBADMSG, "expected %s, found \"%.*s\"", expected, (int)len, r->line);
}

/* ---- lines and their words ---- */

/* The run ended here, or was interrupted. */
__attribute__((format(printf, 2, 3))) static void end(
	struct reader *r, const char *format, ...)
{
	char text[ERR_MSG_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	err_set(&r->run.end, -ECANCELED, "%s:%zu: %s", r->name, r->number, text);
}

/* 0: there is no other whole line; run.end says why not. 1: there is one. */
static int next(struct reader *r)
{
	const char *newline;

	r->number++;
	if (r->next == r->end) {
		if (!r->run.end.code && !r->run.is_finished)
			end(r, "it ends here, and not with \"finished\": the run was "
			       "interrupted, or the file is cut off");
		return 0;
	}
	newline = memchr(r->next, '\n', (size_t)(r->end - r->next));
	if (!newline && r->run.is_finished)
		return fail(r, -EBADMSG, "something follows the last line");
	if (!newline) {
		if (!r->run.end.code)
			end(r, "the line has no end: the run was interrupted, or the "
			       "file is cut off");
		return 0;
	}
	r->line = r->at = r->next;
	r->len = (size_t)(newline - r->line);
	r->next = newline + 1;
	for (const char *c = r->line; c < newline; c++)
		if (*c < ' ' || *c > '~')
			return fail(r, -EBADMSG,
				"byte 0x%02x: a journal is printable ASCII",
				(unsigned char)*c);
	return 1;
}

static size_t rest(const struct reader *r)
{
	return (size_t)(r->line + r->len - r->at);
}

static bool take(struct reader *r, const char *literal)
{
	size_t len = strlen(literal);

	if (rest(r) < len || memcmp(r->at, literal, len) != 0)
		return false;
	r->at += len;
	return true;
}

/* Up to the next blank, or the end of the line; malloc'ed. */
static char *take_raw(struct reader *r)
{
	const char *blank = memchr(r->at, ' ', rest(r));
	char *word = xstrndup(r->at, blank ? (size_t)(blank - r->at) : rest(r));

	r->at += strlen(word);
	return word;
}

static bool is_escaped(const char *text, size_t len)
{
	char *plain;

	if (word_decode(text, len, &plain) < 0)
		return false;
	free(plain);
	return true;
}

static bool take_word(struct reader *r)
{
	cleanup_free char *word = take_raw(r);

	return is_escaped(word, strlen(word));
}

/* As "%zu" prints it. */
static bool take_number(struct reader *r, uint64_t max, uint64_t *ret_number)
{
	cleanup_free char *word = take_raw(r);
	size_t len = strlen(word);

	return parse_u64(word, len, 10, ret_number) == 0 && *ret_number <= max &&
	       (*word != '0' || len == 1);
}

/* "-": the clock of that host was out of range. */
static bool take_time(struct reader *r)
{
	cleanup_free char *word = take_raw(r);
	int64_t seconds;

	return strcmp(word, "-") == 0 || stamp_read(word, &seconds) == 0;
}

static bool take_text(struct reader *r)
{
	size_t len = rest(r);

	r->at += len;
	return is_escaped(r->at - len, len);
}

static bool take_sha256(struct reader *r, char ret_hex[SHA256_HEX_LEN + 1])
{
	cleanup_free char *word = take_raw(r);

	if (strspn(word, "0123456789abcdef") != SHA256_HEX_LEN || word[SHA256_HEX_LEN])
		return false;
	memcpy(ret_hex, word, SHA256_HEX_LEN + 1);
	return true;
}

/* "N VERB " */
static bool take_verb(struct reader *r, uint64_t number, const char *verb)
{
	char begin[64];

	snprintf(begin, sizeof(begin), "%llu %s ", (unsigned long long)number, verb);
	return take(r, begin);
}

/* ---- the parts of a journal ---- */

static const char magic[] = "snapstate-journal";

/* 0: it is cut off in there. 1: it is whole. */
static int read_header(struct reader *r)
{
	struct journal_run *run = &r->run;
	int status;

	if ((size_t)(r->end - r->next) >= strlen(magic) &&
		memcmp(r->next, magic, strlen(magic)) != 0) {
		r->number = 1;
		return fail(r, -EBADMSG, "not a journal of snapstate-execute");
	}
	if ((status = next(r)) <= 0)
		return status;
	if (!take(r, "snapstate-journal 1") || rest(r))
		return bad(r, "snapstate-journal 1");
	if ((status = next(r)) <= 0)
		return status;
	if (!take(r, "plan sha256:") || !take_sha256(r, run->digest) ||
		!take(r, " file ") || !take_word(r) || rest(r))
		return bad(r, "plan sha256:HEX file WORD");
	if ((status = next(r)) <= 0)
		return status;
	if (!take(r, "host machine-id ") || !take_word(r) || !take(r, " boot-id ") ||
		!take_word(r) || rest(r))
		return bad(r, "host machine-id M boot-id B");
	if ((status = next(r)) <= 0)
		return status;
	if (!take(r, "steps ") || !take_number(r, PLAN_STEPS_MAX, &run->n_steps) ||
		rest(r))
		return bad(r, "steps COUNT");
	run->has_header = true;
	return 1;
}

/* Steps are in order, unless some were left out. 0: the line is of no step that may come.
 */
static uint64_t next_step(const struct reader *r)
{
	static const char skipped[] = " skipped ";
	const struct journal_run *run = &r->run;
	size_t digits = strspn(r->line, "0123456789");
	uint64_t number = 0;
	bool is_left = parse_u64(r->line, digits, 10, &number) == 0 && number &&
		       number <= run->n_steps && run->steps[number] == JOURNAL_LEFT;

	if (r->place == IN_STEP || r->place == BEHIND_IT)
		return run->begun;
	if (is_left && r->len > digits + strlen(skipped) &&
		memcmp(r->line + digits, skipped, strlen(skipped)) == 0)
		return number;
	if (run->is_begun)
		return run->begun;
	if (run->has_skipped)
		return is_left ? number : 0;
	return run->n_done + 1;
}

static int read_skipped(struct reader *r, uint64_t number)
{
	if (!take_time(r) || !take(r, " ") || !take_text(r))
		return bad(r, "N skipped TIME TEXT");
	r->run.steps[number] = JOURNAL_SKIPPED;
	r->run.has_skipped = true;
	r->run.n_skipped++;
	return 0;
}

static void end_step(struct reader *r, uint64_t number)
{
	r->run.is_begun = false;
	r->run.steps[number] = JOURNAL_DONE;
	r->run.n_done++;
}

/* A run's last word: of step `number`, if it is not 0, or of the run. 1: it is one. */
static int read_ended(struct reader *r, uint64_t number)
{
	static const char *const verbs[] = {
		"unchanged", "differs", "unconfirmed", "refused"};

	if (take_verb(r, 0, "stopped")) {
		if (r->run.n_skipped)
			end(r, "%llu of its %llu steps were skipped",
				(unsigned long long)r->run.n_skipped,
				(unsigned long long)r->run.n_steps);
		else
			end(r, "its run stopped before the plan was carried out");
		r->run.is_stopped = true;
		r->place = AT_END;
		return 1;
	}
	for (size_t i = 0; number && i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (!take_verb(r, number, verbs[i]))
			continue;
		end(r, "step %llu was not done (%s)", (unsigned long long)number,
			verbs[i]);
		r->run.begun = number;
		/* these two say that it changed nothing */
		if (strcmp(verbs[i], "unchanged") == 0 ||
			strcmp(verbs[i], "refused") == 0)
			r->run.is_begun = false;
		r->place = BEHIND_IT;
		return 1;
	}
	return 0;
}

/* Who signed, on that host's word; journals of older executors do not say it. */
static int read_run(struct reader *r)
{
	uint64_t count;

	if (take_verb(r, 0, "unsigned"))
		return take_time(r) && !rest(r) ? 0 : bad(r, "0 unsigned TIME");
	if (take_verb(r, 0, "signed")) {
		if (!take_time(r))
			return bad(r, "0 signed TIME");
		for (int i = 0; i < 4; i++)
			if (!take(r, " ") || !take_word(r))
				return bad(
					r, "namespace, type, fingerprint and principals");
		return rest(r) ? bad(r, "the end of the line") : 0;
	}
	if (!take_verb(r, 0, "verified") || !take_time(r) || !take(r, " ") ||
		!take_number(r, UINT64_MAX, &count) || rest(r))
		return bad(r, "0 verified TIME COUNT");
	r->place = AT_STEP;
	return 0;
}

static int read_finished(struct reader *r)
{
	if (read_ended(r, 0))
		return 0;
	if (!take_verb(r, 0, "finished") || !take_time(r) || rest(r))
		return bad(r, "0 finished TIME");
	r->run.is_finished = true;
	r->place = AT_END;
	return 0;
}

/* The last one of a group counts: the step was tried again. */
static void keep(struct journal_run *run, const struct journal_kept *kept)
{
	size_t i = 0;

	while (i < run->n_kept && strcmp(run->kept[i].vg_uuid, kept->vg_uuid) != 0)
		i++;
	if (i == JOURNAL_KEPT_MAX)
		return;
	run->kept[i] = *kept;
	run->n_kept += i == run->n_kept;
}

static int read_kept(struct reader *r, uint64_t number)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz0123456789";
	struct journal_kept kept = {.step = number};
	cleanup_free char *uuid = NULL;

	if (!take_time(r) || !take(r, " "))
		return bad(r, "N kept TIME");
	uuid = take_raw(r);
	if (strlen(uuid) != JOURNAL_VG_UUID_LEN ||
		strspn(uuid, letters) != JOURNAL_VG_UUID_LEN || !take(r, " ") ||
		!take_number(r, UINT64_MAX, &kept.seqno) || !take(r, " sha256:") ||
		!take_sha256(r, kept.sha256) || rest(r))
		return bad(r, "VG-UUID SEQNO sha256:HEX");
	memcpy(kept.vg_uuid, uuid, sizeof(kept.vg_uuid));
	keep(&r->run, &kept);
	return 0;
}

static int read_intent(struct reader *r, uint64_t number)
{
	cleanup_free char *op = NULL;
	enum plan_op parsed;

	if (r->run.is_begun && take_verb(r, number, "was-done")) {
		end_step(r, number);
		return take_time(r) && !rest(r) ? 0 : bad(r, "N was-done TIME");
	}
	if (read_ended(r, number))
		return 0;
	if ((!r->run.is_begun || number != r->run.begun) &&
		take_verb(r, number, "skipped"))
		return read_skipped(r, number);
	if (take_verb(r, number, "kept"))
		return read_kept(r, number);
	if (!take_verb(r, number, "intent") || !take_time(r) || !take(r, " "))
		return bad(r, "the intent of the next step");
	op = take_raw(r);
	if (plan_op_parse(op, strlen(op), &parsed) < 0 || !take(r, " ") || !rest(r))
		return bad(r, "an operation and its target");
	r->run.is_begun = true;
	r->run.begun = number;
	r->place = IN_STEP;
	return 0;
}

static int read_step(struct reader *r, uint64_t number)
{
	if (read_ended(r, number))
		return 0;
	if (take_verb(r, number, "done")) {
		end_step(r, number);
		r->place = AT_STEP;
		return take_time(r) && !rest(r) ? 0 : bad(r, "N done TIME");
	}
	if ((!take_verb(r, number, "output") && !take_verb(r, number, "failed")) ||
		!take_text(r))
		return bad(r, "what became of the step");
	return 0;
}

static int read_behind(struct reader *r, uint64_t number)
{
	if (take_verb(r, 0, "stopped")) {
		r->run.is_stopped = true;
		r->place = AT_END;
		return 0;
	}
	return take_verb(r, number, "expected") || take_verb(r, number, "found")
		       ? 0
		       : bad(r, "what differed, or the end of the run");
}

static int read_resumed(struct reader *r)
{
	uint64_t n_done, cut;

	if (!take_time(r) || !take(r, " ") || !take_number(r, PLAN_STEPS_MAX, &n_done) ||
		n_done != r->run.n_done || !take(r, " ") ||
		!take_number(r, UINT64_MAX, &cut) || rest(r))
		return bad(r, "0 resumed TIME, the steps that are done, BYTES");
	r->run.end = ERR_INIT;
	r->run.is_stopped = false;
	r->run.n_skipped = 0;
	for (uint64_t i = 1; i <= r->run.n_steps; i++)
		if (r->run.steps[i] == JOURNAL_SKIPPED)
			r->run.steps[i] = JOURNAL_LEFT;
	r->place = AT_RUN;
	return 0;
}

static int read_line(struct reader *r)
{
	uint64_t number = next_step(r);

	if (r->run.is_finished)
		return fail(r, -EBADMSG, "something follows the last line");
	if (take_verb(r, 0, "resumed"))
		return read_resumed(r);
	switch (r->place) {
	case AT_RUN:
		return read_run(r);
	case AT_STEP:
		return r->run.n_done == r->run.n_steps ? read_finished(r)
						       : read_intent(r, number);
	case IN_STEP:
		return read_step(r, number);
	case BEHIND_IT:
		return read_behind(r, number);
	case AT_END:
		return bad(r, "nothing, or another run");
	}
	return 0;
}

int journal_parse(const char *text, size_t len, const char *name,
	struct journal_run *ret_run, struct err *err)
{
	struct err own = ERR_INIT;
	struct reader r = {
		.name = name, .next = text, .end = text + len, .err = err ? err : &own};
	int status = read_header(&r);

	while (status > 0) {
		r.run.whole = (size_t)(r.next - text);
		status = next(&r);
		if (status > 0 && read_line(&r) < 0)
			status = r.err->code;
	}
	*ret_run = r.run;
	return status;
}

int journal_read(const char *text, size_t len, const char *name,
	struct journal_run *ret_run, struct err *err)
{
	const struct buf bytes = {.data = (char *)text, .len = len}; /* borrowed */
	struct journal_run run;
	struct err own = ERR_INIT;
	int r;

	if (!err)
		err = &own;
	r = file_kind_check(name, &bytes, KIND_JOURNAL, err);
	if (r < 0)
		return r;
	if (len < strlen(magic))
		return err_set(
			err, -EBADMSG, "%s:1: not a journal of snapstate-execute", name);
	r = journal_parse(text, len, name, &run, err);
	if (run.end.code) { /* whatever else follows */
		*err = run.end;
		return run.end.code;
	}
	if (r == 0)
		*ret_run = run;
	return r;
}
