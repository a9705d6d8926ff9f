/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is said for the ticket. Laws: on any host, after any number of a plan's steps, the
 * replayed host is as predicted for a journal of so many steps, and differs for one step
 * less or more, unless that step was begun; whatever else changes is told, and is no
 * failure of the plan; what is not of one plan is refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "judge.h"
#include "planning.h"
#include "proof.h"
#include "reports.h"
#include "random_host.h"
#include "sample_host.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/source.h"
#include "snapstate/io.h"
#include "snapstate/record.h"
#include "snapstate/ticket.h"

#define STATES_DEFAULT 600
#define WHEN	       "2026-11-22T03:00:00Z"
#define FIXTURE	       FIXTURES "/kvm-mapped/"

static const char *select_all[] = {SELECT_DEFAULT};

/* ---- plans, journals, tickets ---- */

static struct plan *plan_of(const struct host *host)
{
	struct request request = {
		.select = select_all, .n_select = 1, .min_age = MIN_AGE_DEFAULT};
	cleanup_survey struct survey survey = {0};
	struct plan *plan;
	struct err err = ERR_INIT;
	cleanup_buf struct buf text = BUF_INIT;
	char sha256[SHA256_HEX_LEN + 1];

	memset(sha256, '0', SHA256_HEX_LEN);
	sha256[SHA256_HEX_LEN] = '\0';
	survey_collect(host, &request, &survey);
	classify_survey(&survey);
	plan = plan_begin(&survey, &request, sha256);
	if (order_survey(&survey, plan, &err) < 0)
		fail_msg("%s", err.msg);
	plan_write(plan, &text);
	return plan;
}

enum ending { FINISHED, STOPPED, BEGUN };

static void journal_of(
	const struct plan *plan, size_t n_done, enum ending ending, struct buf *text)
{
	buf_printf(text,
		"snapstate-journal 1\nplan sha256:%s file x\nhost machine-id m boot-id "
		"b\n"
		"steps %zu\n0 unsigned " WHEN "\n0 verified " WHEN " 1\n",
		plan->digest, plan->n_steps);
	for (size_t i = 0; i < n_done + (ending == BEGUN); i++) {
		buf_printf(text, "%zu intent " WHEN " umount x\n", i + 1);
		if (i < n_done)
			buf_printf(text, "%zu done " WHEN "\n", i + 1);
	}
	if (ending == FINISHED)
		buf_puts(text, "0 finished " WHEN "\n");
	else if (ending == STOPPED)
		buf_puts(text, "0 stopped " WHEN " steps are left\n");
}

/* The ticket owns neither the plan nor the hosts of these tests. */
static void compare(const struct plan *plan, size_t n_done, enum ending ending,
	struct host *before, struct host *after, struct ticket_result *result,
	struct buf *words)
{
	struct ticket ticket = {
		.plan = (struct plan *)plan, .before = before, .after = after};
	struct err err = ERR_INIT;

	journal_of(plan, n_done, ending, &ticket.journal_text);
	if (journal_parse(buf_text(&ticket.journal_text), ticket.journal_text.len, "j",
		    &ticket.run, &err) < 0)
		fail_msg("%s", err.msg);
	ticket_result_free(result);
	ticket_compare(&ticket, result);
	if (words) {
		words->len = 0;
		ticket_words(&ticket, result, words);
	}
	buf_free(&ticket.journal_text);
}

static void assert_words(const struct buf *words, const char *part)
{
	if (!strstr(buf_text(words), part))
		fail_msg("no \"%s\" in:\n%s", part, buf_text(words));
}

/* ---- any host ---- */

/* Nobody else did anything. What stands on a loop device below a volume group may change
 * with a step, and that may lie outside of all that the plan speaks of. */
static void check_besides(uint64_t seed, const struct facts *besides)
{
	for (size_t i = 0; i < besides->count; i++)
		if (strncmp(besides->lines[i], "holder 7:", strlen("holder 7:")) != 0)
			fail_msg("RANDOM_SEED=%" PRIu64 ": besides: %s", seed,
				besides->lines[i]);
}

static void check_prefixes(uint64_t seed, size_t *n_compared)
{
	cleanup_host struct host *host = random_host(seed);
	cleanup_host struct host *after = host_clone(host);
	cleanup_with(plan_free_fn) struct plan *plan = plan_of(host);
	cleanup_ticket_result struct ticket_result result = TICKET_RESULT_INIT;
	struct err err = ERR_INIT;

	for (size_t n = 0; n <= plan->n_steps; n++) {
		cleanup_host struct host *now = host_clone(after);
		cleanup_host struct host *before = host_clone(host);

		compare(plan, n, n == plan->n_steps ? FINISHED : STOPPED, before, now,
			&result, NULL);
		if (!ticket_is_as_predicted(&result))
			fail_msg("RANDOM_SEED=%" PRIu64 ": %zu steps, %s", seed, n,
				result.missing.count ? result.missing.lines[0]
						     : result.extra.lines[0]);
		check_besides(seed, &result.gone);
		check_besides(seed, &result.new);
		if (n < plan->n_steps) { /* told one too many */
			compare(plan, n + 1, STOPPED, before, now, &result, NULL);
			assert_false(ticket_is_as_predicted(&result));
			compare(plan, n, BEGUN, before, now, &result, NULL);
			assert_true(ticket_is_as_predicted(&result));
			assert_false(result.is_begun_done);
		}
		if (n) { /* one too few */
			compare(plan, n - 1, STOPPED, before, now, &result, NULL);
			assert_false(ticket_is_as_predicted(&result));
			compare(plan, n - 1, BEGUN, before, now, &result, NULL);
			assert_true(ticket_is_as_predicted(&result));
			assert_true(result.is_begun_done);
			check_besides(seed, &result.gone);
			check_besides(seed, &result.new);
		}
		*n_compared += n < plan->n_steps;
		if (n < plan->n_steps && replay_step(after, &plan->steps[n], &err) < 0)
			fail_msg("%s", err.msg);
	}
}

static void test_each_step_of_random_plans(void **state)
{
	uint64_t first = number_from_environment("RANDOM_SEED", 1);
	uint64_t count = number_from_environment("RANDOM_STATES", STATES_DEFAULT);
	size_t n_compared = 0;

	(void)state;
	for (uint64_t seed = first; seed < first + count; seed++)
		check_prefixes(seed, &n_compared);
	print_message("%zu steps compared\n", n_compared);
	assert_true(count < 100 || n_compared > count / 10);
}

/* ---- one host, in words ---- */

static void replay_all(const struct plan *plan, struct host *host)
{
	struct err err = ERR_INIT;

	for (size_t i = 0; i < plan->n_steps; i++)
		assert_int_equal(replay_step(host, &plan->steps[i], &err), 0);
}

static void test_words(void **state)
{
	cleanup_host struct host *host = sample_host();
	cleanup_host struct host *after = host_clone(host);
	cleanup_with(plan_free_fn) struct plan *plan = plan_of(host);
	cleanup_ticket_result struct ticket_result result = TICKET_RESULT_INIT;
	cleanup_buf struct buf words = BUF_INIT;

	(void)state;
	assert_int_equal(plan->n_steps, 3);
	compare(plan, 1, STOPPED, NULL, after, &result, &words);
	assert_words(&words, "NOT AS PREDICTED: 1 of 3 steps done, and ");
	assert_words(&words, "     1  done        umount /mnt/backup\n");
	assert_words(&words, "     2  not done    dmsetup remove ");
	assert_words(&words, "\n  found     mount ");
	assert_words(&words, "\n  0 stopped " WHEN " steps are left\n");
	assert_words(&words, "was not given");
	compare(plan, 0, BEGUN, NULL, after, &result, &words);
	assert_words(&words,
		"NOT FINISHED: 0 of 3 steps done, step 1 was begun and its end "
		"is not recorded (the host shows that it was not carried out), "
		"and the host is as the plan predicts for that.\n");
	assert_words(&words, "     1  not done    umount");
	assert_words(&words, "\n  1 intent " WHEN " umount x\n");

	replay_all(plan, after);
	compare(plan, 3, FINISHED, host, after, &result, &words);
	assert_words(&words, "AS PREDICTED: 3 of 3 steps done, and the host is as the "
			     "plan predicts for that.\n");
	assert_words(&words, "Nothing else on the host changed");
	assert_null(strstr(buf_text(&words), "NOT"));
	compare(plan, 2, BEGUN, host, after, &result, &words);
	assert_words(&words, "     3  found done  lvremove");
	compare(plan, 1, BEGUN, host, after, &result, &words);
	assert_words(&words, "     2  unknown     dmsetup");

	after->identity.boot_id = "another";
	compare(plan, 3, FINISHED, host, after, &result, &words);
	assert_words(&words, "this is another host, or it was restarted since");
}

/* Somebody else is at work on the host: not on what the plan speaks of. */
static void test_besides(void **state)
{
	cleanup_host struct host *host = sample_host();
	cleanup_host struct host *changed = sample_host();
	cleanup_host struct host *after = NULL;
	cleanup_with(plan_free_fn) struct plan *plan = plan_of(host);
	cleanup_ticket_result struct ticket_result result = TICKET_RESULT_INIT;
	cleanup_buf struct buf words = BUF_INIT;

	(void)state;
	sample_add_device(changed, 77, "other", "", "linear", "7:0 0", 8);
	host_sort(changed);
	after = host_clone(changed);
	replay_all(plan, after);
	compare(plan, 3, FINISHED, host, after, &result, &words);
	assert_true(ticket_is_as_predicted(&result));
	assert_int_equal(result.gone.count, 0);
	assert_true(result.new.count);
	assert_words(&words, "AS PREDICTED");
	assert_words(&words, "\n  + device 254:77 name other ");
	compare(plan, 3, FINISHED, NULL, after, &result, &words);
	assert_int_equal(result.new.count, 0);
}

/* What was not read proves nothing. */
static void test_unread(void **state)
{
	cleanup_host struct host *host = sample_host();
	cleanup_host struct host *after = host_clone(host);
	cleanup_with(plan_free_fn) struct plan *plan = plan_of(host);
	cleanup_ticket_result struct ticket_result result = TICKET_RESULT_INIT;
	cleanup_buf struct buf words = BUF_INIT;

	(void)state;
	replay_all(plan, after);
	host_source_set(after, "processes", OUTCOME_TIMED_OUT, "%s", "");
	compare(plan, 3, FINISHED, host, after, &result, &words);
	assert_int_equal(result.unread.count, 1);
	assert_words(&words, ", as far as it could be read.\n");
	assert_words(&words, "\n  processes: timed-out\n");
}

/* ---- files ---- */

static void read_file(const char *name, struct buf *bytes)
{
	struct err err = ERR_INIT;

	bytes->len = 0;
	if (file_read_at(AT_FDCWD, name, 1 << 20, bytes, &err) < 0)
		fail_msg("%s", err.msg);
}

static void set_text(struct buf *buf, const char *text)
{
	buf->len = 0;
	buf_puts(buf, text);
}

static void ticket_of_fixture(struct ticket *ticket)
{
	cleanup_with(plan_free_fn) struct plan *plan = NULL;
	struct err err = ERR_INIT;

	read_file(FIXTURE "plan.snapplan", &ticket->plan_text);
	read_file(FIXTURE "capture.snapstate.tar.gz", &ticket->before_archive);
	if (plan_read(buf_text(&ticket->plan_text), ticket->plan_text.len, "p", &plan,
		    &err) < 0)
		fail_msg("%s", err.msg);
	journal_of(plan, 1, STOPPED, &ticket->journal_text);
}

static void assert_refused(struct ticket *ticket, const char *begin, const char *part)
{
	struct err err = ERR_INIT;

	assert_int_equal(ticket_read(ticket, "p", "j", "b", &err), -EBADMSG);
	if (strncmp(err.msg, begin, strlen(begin)) != 0 || !strstr(err.msg, part))
		fail_msg("%s", err.msg);
	ticket_free(ticket);
	ticket_of_fixture(ticket);
}

static void test_not_of_one_plan(void **state)
{
	cleanup_ticket struct ticket ticket = TICKET_INIT;
	cleanup_host struct host *sample = sample_host();
	cleanup_with(plan_free_fn) struct plan *other = plan_of(sample);
	struct err err = ERR_INIT;

	(void)state;
	ticket_of_fixture(&ticket);
	ticket.before_archive.data[40] ^= 1;
	assert_refused(
		&ticket, "b (sha256:", "is not the capture that the plan was made");
	ticket.journal_text.len = 0;
	journal_of(other, 1, STOPPED, &ticket.journal_text);
	assert_refused(&ticket, "j is the journal of another plan", other->digest);
	set_text(&ticket.journal_text, "snapstate-journal 1\n");
	assert_refused(&ticket, "j is cut off", "its run began no step");
	set_text(&ticket.journal_text, "");
	assert_refused(&ticket, "j is cut off", "");
	set_text(&ticket.journal_text, "hello, this is no journal\n");
	assert_refused(&ticket, "j:", "not a journal");
	buf_puts(&ticket.journal_text, "more\n");
	assert_refused(&ticket, "j:", "");
	ticket.plan_text.data[300] ^= 1;
	assert_refused(&ticket, "p:", "");
	assert_int_equal(ticket_read(&ticket, "p", "j", "b", &err), 0);
}

/* ---- what was saved, and whether the errors ended ---- */

static struct journal_kept kept_row(void)
{
	struct journal_kept row = {
		.vg_uuid = "abcdefghijklmnopqrstuvwxyzABCDEF", .seqno = 17, .step = 3};

	sha256_hex("text\n", 5, row.sha256);
	return row;
}

static void test_kept_metadata(void **state)
{
	static const struct {
		const char *bytes; /* NULL: no such file */
		const char *says;
	} cases[] = {
		{"text\n", "in this ticket it is abcdefghijklmnopqrstuvwxyzABCDEF.vg"},
		{"other\n", "the file no longer exists, or was changed"},
		{NULL, "the file no longer exists, or was changed"},
	};
	char folder[] = "/tmp/snapstate-ticket.XXXXXX";

	(void)state;
	assert_non_null(mkdtemp(folder));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cleanup_ticket_result struct ticket_result result = TICKET_RESULT_INIT;
		cleanup_ticket struct ticket ticket = TICKET_INIT;
		cleanup_buf struct buf words = BUF_INIT, journal = BUF_INIT;
		cleanup_buf struct buf file = BUF_INIT, command = BUF_INIT;
		cleanup_host struct host *after = NULL;
		struct err err = ERR_INIT;

		buf_printf(&journal, "%s/x.journal", folder);
		buf_printf(&file, "%s/", folder);
		ticket_of_fixture(&ticket);
		if (ticket_read(&ticket, "p", "j", "b", &err) < 0)
			fail_msg("%s", err.msg);
		ticket.run.kept[0] = kept_row();
		ticket.run.n_kept = 1;
		journal_kept_name(ticket.run.digest, ticket.run.kept[0].vg_uuid, &file);
		unlink(buf_text(&file));
		if (cases[i].bytes && file_publish(buf_text(&file), 0600, cases[i].bytes,
					      strlen(cases[i].bytes), &err) < 0)
			fail_msg("%s", err.msg);
		ticket_read_kept(&ticket, buf_text(&journal));
		after = host_clone(ticket.before);
		ticket.after = after;
		ticket_words(&ticket, &result, &words);
		assert_words(&words, cases[i].says);
		buf_printf(&command, "\n  command  vgcfgrestore -f %s ", buf_text(&file));
		assert_words(&words, buf_text(&command));
		unlink(buf_text(&file));
	}
	assert_int_equal(rmdir(folder), 0);
}

/* Cut off anywhere, a journal is refused, or tells of no more than was done. */
static void test_cut_journal(void **state)
{
	cleanup_ticket struct ticket whole = TICKET_INIT;

	(void)state;
	ticket_of_fixture(&whole);
	for (size_t len = 0; len <= whole.journal_text.len; len++) {
		cleanup_ticket struct ticket ticket = TICKET_INIT;
		cleanup_ticket_result struct ticket_result result = TICKET_RESULT_INIT;
		cleanup_host struct host *after = NULL;
		cleanup_buf struct buf words = BUF_INIT;
		struct err err = ERR_INIT;

		ticket_of_fixture(&ticket);
		ticket.journal_text.data[len] = '\0';
		ticket.journal_text.len = len;
		if (ticket_read(&ticket, "p", "j", "b", &err) < 0)
			continue;
		assert_true(ticket.run.n_done <= 1);
		after = host_clone(ticket.before);
		ticket.after = after;
		ticket_compare(&ticket, &result);
		ticket_words(&ticket, &result, &words);
		assert_true(ticket_is_as_predicted(&result) == (ticket.run.n_done == 0));
	}
}

static void test_same_bytes(void **state)
{
	cleanup_ticket struct ticket ticket = TICKET_INIT;
	cleanup_ticket_result struct ticket_result result = TICKET_RESULT_INIT;
	cleanup_host struct host *after = NULL;
	cleanup_buf struct buf one = BUF_INIT, two = BUF_INIT;
	struct err err = ERR_INIT;

	(void)state;
	ticket_of_fixture(&ticket);
	assert_int_equal(ticket_read(&ticket, "p", "j", "b", &err), 0);
	after = host_clone(ticket.before);
	ticket.after = after;
	assert_int_equal(record_write(after, "after", &ticket.after_archive, &err), 0);
	ticket_compare(&ticket, &result);
	assert_int_equal(ticket_pack(&ticket, &result, "top", &one, &err), 0);
	assert_int_equal(ticket_pack(&ticket, &result, "top", &two, &err), 0);
	assert_int_equal(one.len, two.len);
	assert_memory_equal(one.data, two.data, one.len);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_step_of_random_plans),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_besides),
		cmocka_unit_test(test_unread),
		cmocka_unit_test(test_not_of_one_plan),
		cmocka_unit_test(test_kept_metadata),
		cmocka_unit_test(test_cut_journal),
		cmocka_unit_test(test_same_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
