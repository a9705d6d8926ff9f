/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the process that compares is asked, against any bytes, with a plan and without
 * one; who looks at the host has nothing to say. Laws: there is always one answer, and it
 * can be read; without a look nothing is as expected; a question that is taken, written
 * again, is taken again.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "comparing.h"
#include "snapstate/cleanup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int see_nothing(
	void *eyes, const struct buf *question, struct buf *ret_answer, struct err *err)
{
	(void)eyes;
	(void)question;
	(void)ret_answer;
	return err_set(err, -ENODATA, "nothing");
}

static void pause_not(void *clock, unsigned ms)
{
	*(int64_t *)clock += ms;
}

static int64_t now_ms(void *clock)
{
	return *(int64_t *)clock;
}

static void check_answer(struct comparing *comparing, const char *text, size_t len)
{
	cleanup_buf struct buf question = BUF_INIT, answer = BUF_INIT;
	cleanup_sight struct sight sight = SIGHT_INIT;
	struct err err = ERR_INIT;
	int r;

	buf_add(&question, text, len);
	comparing_answer(comparing, &question, &answer);
	r = observe_answer_read(
		buf_text(&answer), answer.len, OBSERVE_NAME, &sight, &err);
	if ((r != 0 && r != -ENODATA) || sight_name(&sight, "facts"))
		abort();
}

static void check_again(const char *text, size_t len)
{
	struct compare_question question = {.n_done = 0}, again = {.n_done = 0};
	cleanup_buf struct buf written = BUF_INIT;
	struct err err = ERR_INIT;

	if (compare_question_read(text, len, &question, &err) < 0)
		return;
	compare_question_write(&question, &written);
	if (compare_question_read(buf_text(&written), written.len, &again, &err) < 0 ||
		again.what != question.what || again.n_done != question.n_done ||
		again.is_begun != question.is_begun || again.how != question.how)
		abort();
	wanted_names_free(&question.names);
	wanted_names_free(&again.names);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	int64_t clock = 0;
	cleanup_comparing struct comparing comparing = {
		.looking = {.ask = see_nothing,
			.redaction = "",
			.pause = pause_not,
			.now_ms = now_ms,
			.clock = &clock,
			.poll_ms = COMPARE_POLL_MS,
			.flap_ms = COMPARE_FLAP_MS,
			.settle_ms = COMPARE_SETTLE_MS}};

	check_again(text, size);
	check_answer(&comparing, text, size);
	if (!comparing.plan)
		comparing_take_plan(&comparing, plan_new());
	check_answer(&comparing, text, size);
	return 0;
}
