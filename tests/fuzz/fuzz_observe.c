/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the observer is asked, and what it answers, against any bytes. Laws: what is
 * accepted, written again, is accepted again and gives the same bytes; what is refused
 * has words that are printable. (The sentence of an observer that could not read has any
 * bytes: the report makes them printable.)
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "snapstate/cleanup.h"
#include "snapstate/observe_question.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_words(int r, const struct err *err)
{
	if (err->code != r || !*err->msg)
		abort();
	for (const char *c = err->msg; *c; c++)
		if (*c < ' ' || *c > '~')
			abort();
}

/* false: it is none. */
static bool question_again(const char *text, size_t len, struct buf *ret)
{
	cleanup_question struct observe_question question = {0};
	struct err err = ERR_INIT;
	int r = observe_question_read(text, len, &question, &err);

	if (r < 0) {
		check_words(r, &err);
		return false;
	}
	observe_question_write(&question, ret);
	return true;
}

static bool answer_again(const char *text, size_t len, struct buf *ret)
{
	cleanup_sight struct sight sight = SIGHT_INIT;
	struct err err = ERR_INIT;
	int r = observe_answer_read(text, len, OBSERVE_NAME, &sight, &err);

	if (r == -EBADMSG) {
		check_words(r, &err);
		return false;
	}
	observe_answer_write(&sight, r, err.msg, ret);
	return true;
}

static void check(bool (*again)(const char *text, size_t len, struct buf *ret),
	const uint8_t *data, size_t size)
{
	cleanup_buf struct buf once = BUF_INIT, twice = BUF_INIT;

	if (!again((const char *)data, size, &once))
		return;
	if (!again(buf_text(&once), once.len, &twice) ||
		strcmp(buf_text(&once), buf_text(&twice)) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	check(question_again, data, size);
	check(answer_again, data, size);
	return 0;
}
