/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reads a journal that came from another host; grammar and contract are in journal.h.
 * Input: bytes that a stranger may have written. Output: which plan was carried out, or
 * why that does not follow. Invariant: accepts only what journal.c writes when every step
 * of a plan was done; what is optional there (output, failures that were not believed)
 * may be missing here.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "journal.h"
#include "snapstate/cleanup.h"
#include "snapstate/stamp.h"

#define QUOTE_MAX 60 /* bytes of a bad line that a message shows */

struct reader {
	const char *name; /* of the file */
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

static int next(struct reader *r)
{
	const char *newline;

	r->number++;
	if (r->next == r->end)
		return fail(r, -ECANCELED,
			"it ends here, and not with \"finished\": the run was "
			"interrupted, or the file is cut off");
	newline = memchr(r->next, '\n', (size_t)(r->end - r->next));
	if (!newline)
		return fail(r, -ECANCELED,
			"the line has no end: the run was interrupted, or the file is "
			"cut off");
	r->line = r->at = r->next;
	r->len = (size_t)(newline - r->line);
	r->next = newline + 1;
	for (const char *c = r->line; c < newline; c++)
		if (*c < ' ' || *c > '~')
			return fail(r, -EBADMSG,
				"byte 0x%02x: a journal is printable ASCII",
				(unsigned char)*c);
	return 0;
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

static int read_header(struct reader *r, struct journal_run *run)
{
	static const char magic[] = "snapstate-journal";

	if ((size_t)(r->end - r->next) < strlen(magic) ||
		memcmp(r->next, magic, strlen(magic)) != 0)
		return fail(r, -EBADMSG, "no journal of snapstate-execute");
	if (next(r) < 0)
		return r->err->code;
	if (!take(r, "snapstate-journal 1") || rest(r))
		return bad(r, "snapstate-journal 1");
	if (next(r) < 0)
		return r->err->code;
	if (!take(r, "plan sha256:") || !take_sha256(r, run->digest) ||
		!take(r, " file ") || !take_word(r) || rest(r))
		return bad(r, "plan sha256:HEX file WORD");
	if (next(r) < 0)
		return r->err->code;
	if (!take(r, "host machine-id ") || !take_word(r) || !take(r, " boot-id ") ||
		!take_word(r) || rest(r))
		return bad(r, "host machine-id M boot-id B");
	if (next(r) < 0)
		return r->err->code;
	if (!take(r, "steps ") || !take_number(r, PLAN_STEPS_MAX, &run->n_steps) ||
		rest(r))
		return bad(r, "steps COUNT");
	return 0;
}

/* The line is a run's last word: of step `number`, or of the run. */
static int check_ended(struct reader *r, uint64_t number)
{
	static const char *const verbs[] = {
		"unchanged", "differs", "unconfirmed", "refused"};

	if (take_verb(r, 0, "stopped"))
		return fail(
			r, -ECANCELED, "its run stopped before the plan was carried out");
	for (size_t i = 0; number && i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (take_verb(r, number, verbs[i]))
			return fail(r, -ECANCELED, "step %llu was not done (%s)",
				(unsigned long long)number, verbs[i]);
	return 0;
}

/* Who signed, on that host's word; journals of older executors do not say it. 1: the line
 * is of that kind. */
static int read_signed(struct reader *r)
{
	if (take_verb(r, 0, "unsigned"))
		return take_time(r) && !rest(r) ? 1 : bad(r, "0 unsigned TIME");
	if (!take_verb(r, 0, "signed"))
		return 0;
	if (!take_time(r))
		return bad(r, "0 signed TIME");
	for (int i = 0; i < 4; i++)
		if (!take(r, " ") || !take_word(r))
			return bad(r, "namespace, type, fingerprint and principals");
	return rest(r) ? bad(r, "the end of the line") : 1;
}

static int read_verified(struct reader *r)
{
	uint64_t count;
	int is_signed;

	do {
		if (next(r) < 0)
			return r->err->code;
		is_signed = read_signed(r);
	} while (is_signed > 0);
	if (is_signed < 0)
		return is_signed;
	if (!take_verb(r, 0, "verified") || !take_time(r) || !take(r, " ") ||
		!take_number(r, UINT64_MAX, &count) || rest(r))
		return bad(r, "0 verified TIME COUNT");
	return 0;
}

static int read_intent(struct reader *r, uint64_t number)
{
	cleanup_free char *op = NULL;
	enum plan_op parsed;

	if (next(r) < 0 || check_ended(r, number) < 0)
		return r->err->code;
	if (!take_verb(r, number, "intent") || !take_time(r) || !take(r, " "))
		return bad(r, "the intent of the next step");
	op = take_raw(r);
	if (plan_op_parse(op, strlen(op), &parsed) < 0 || !take(r, " ") || !rest(r))
		return bad(r, "an operation and its target");
	return 0;
}

static int read_step(struct reader *r, uint64_t number)
{
	if (read_intent(r, number) < 0)
		return r->err->code;
	for (;;) {
		if (next(r) < 0 || check_ended(r, number) < 0)
			return r->err->code;
		if (take_verb(r, number, "done"))
			return take_time(r) && !rest(r) ? 0 : bad(r, "N done TIME");
		if ((!take_verb(r, number, "output") &&
			    !take_verb(r, number, "failed")) ||
			!take_text(r))
			return bad(r, "what became of the step");
	}
}

static int read_finished(struct reader *r)
{
	if (next(r) < 0 || check_ended(r, 0) < 0)
		return r->err->code;
	if (!take_verb(r, 0, "finished") || !take_time(r) || rest(r))
		return bad(r, "0 finished TIME");
	if (r->next == r->end)
		return 0;
	return fail(r, -EBADMSG, "something follows the last line");
}

int journal_read(const char *text, size_t len, const char *name,
	struct journal_run *ret_run, struct err *err)
{
	struct err own = ERR_INIT;
	struct journal_run run = {.n_steps = 0};
	struct reader r = {
		.name = name, .next = text, .end = text + len, .err = err ? err : &own};
	int status = read_header(&r, &run);

	if (status == 0)
		status = read_verified(&r);
	for (uint64_t i = 1; status == 0 && i <= run.n_steps; i++)
		status = read_step(&r, i);
	if (status == 0)
		status = read_finished(&r);
	if (status == 0)
		*ret_run = run;
	return status;
}
