/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The executor's side of the observer: what comes of one that is dead, slow, babbling, of
 * another release, or no observer at all; and the text of questions and answers. The
 * other end of the socket is a child that says what a case wants. Laws: each is told
 * apart; it ends within its time; nobody is asked again after that.
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "beside.h"
#include "eyes.h"
#include "observer.h"
#include "snapstate/cleanup.h"
#include "snapstate/observe_question.h"
#include "ticket.h"

#define DIGEST "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define GREETING OBSERVE_GREETING "\n"

/* How the other end goes on when it has said its text. */
enum end {
	CLOSES,
	SLEEPS,
	BABBLES, /* without end */
	STOPS,	 /* and reads nothing */
};

struct act {
	const char *text;
	enum end end;
};

static void play(int fd, const struct act *act)
{
	static const char noise[65536] = "noise\n";

	signal(SIGPIPE, SIG_DFL);
	if (write(fd, act->text, strlen(act->text)) < 0)
		_exit(1);
	while (act->end == BABBLES)
		if (write(fd, noise, sizeof(noise)) < 0)
			_exit(1);
	while (act->end == STOPS)
		pause();
	/* until the other side has had enough */
	while (act->end == SLEEPS && read(fd, (char[64]){0}, 64) > 0)
		continue;
	_exit(0);
}

static struct eyes eyes_on(const struct act *act, pid_t *ret_pid)
{
	struct eyes eyes = EYES_INIT;
	int ends[2];
	pid_t pid;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	pid = fork();
	if (pid == 0) {
		close(ends[0]);
		play(ends[1], act);
	}
	close(ends[1]);
	eyes.fd = ends[0];
	eyes.seconds = 1;
	*ret_pid = pid;
	return eyes;
}

static void end_play(struct eyes *eyes, pid_t pid)
{
	eyes_close(eyes);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void test_greetings(void **state)
{
	static const struct {
		struct act act;
		int result;
		const char *said;
	} cases[] = {
		{{GREETING, SLEEPS}, 0, ""},
		{{"snapstate-observe 0.0.9\n", SLEEPS}, -EBADMSG, "not of its version"},
		{{"usage: snapstate-capture [--from PATH]\n", CLOSES}, -EBADMSG,
			"not of its version"},
		{{OBSERVE_FAILURE "capset: no\n", CLOSES}, -EIO,
			"snapstate-capture --observe: capset: no"},
		{{"", CLOSES}, -EPIPE, "is gone"},
		{{"snapstate-obs", CLOSES}, -EPIPE, "is gone"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct err err = ERR_INIT;
		pid_t pid;
		struct eyes eyes = eyes_on(&cases[i].act, &pid);

		assert_int_equal(eyes_greet(&eyes, &err), cases[i].result);
		if (!strstr(err.msg, cases[i].said))
			fail_msg("%zu: %s", i, err.msg);
		end_play(&eyes, pid);
	}
}

static void test_bad_observers_are_told_apart(void **state)
{
	static const struct {
		struct act act;
		int result;
		const char *said;
	} cases[] = {
		{{"answer 1\nread\nend\n", SLEEPS}, 0, ""},
		{{"read\nend\n", SLEEPS}, -EBADMSG, "another question"},
		{{"answer 2\nread\nend\n", SLEEPS}, -EBADMSG, "another question"},
		{{"answer 11\nread\nend\n", SLEEPS}, -EBADMSG, "another question"},
		{{"", CLOSES}, -EPIPE, "is gone"},
		{{"read\nfact x", CLOSES}, -EPIPE, "is gone"},
		{{"read\n", SLEEPS}, -ETIMEDOUT, "does not answer"},
		{{"", BABBLES}, -EBADMSG, "answers more than"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct buf question = {.data = (char *)"look -\nend\n", .len = 11};
		cleanup_buf struct buf answer = BUF_INIT, again = BUF_INIT;
		struct err err = ERR_INIT;
		pid_t pid;
		struct eyes eyes = eyes_on(&cases[i].act, &pid);

		if (cases[i].act.end == BABBLES)
			eyes.seconds = 60;
		assert_int_equal(
			eyes_ask(&eyes, &question, &answer, &err), cases[i].result);
		if (!strstr(err.msg, cases[i].said))
			fail_msg("%zu: %s", i, err.msg);
		if (cases[i].result < 0) { /* and the same once more, at once */
			assert_int_equal(eyes.fd, -1);
			assert_int_equal(eyes_ask(&eyes, &question, &again, &err),
				cases[i].result);
			assert_int_equal(again.len, 0);
		}
		end_play(&eyes, pid);
	}
}

/* A question that no socket takes as a whole, to somebody who does not read. */
static void test_who_does_not_read_holds_up_nobody(void **state)
{
	const struct act stopped = {"", STOPS};
	cleanup_buf struct buf question = BUF_INIT, answer = BUF_INIT;
	struct err err = ERR_INIT;
	pid_t pid;
	struct eyes eyes = eyes_on(&stopped, &pid);

	(void)state;
	for (size_t i = 0; i < 1 << 16; i++)
		buf_puts(&question, "name mount 4026531841:44\n");
	assert_int_equal(eyes_ask(&eyes, &question, &answer, &err), -ETIMEDOUT);
	assert_non_null(strstr(err.msg, "takes no question"));
	assert_int_equal(kill(pid, SIGKILL), 0);
	end_play(&eyes, pid);
}

/* ---- texts ---- */

static void test_answers(void **state)
{
	static const struct {
		const char *text;
		int result;
		const char *said;
	} cases[] = {
		{"read\nend\n", 0, ""},
		{"read\nfact a\nfact b\nname host x\ntext v y\ntext v y\nend\n", 0, ""},
		{"unread dm could not be read\nend\n", -ENODATA, "dm could not be read"},
		{"changing mounts\nend\n", -EAGAIN, "mounts"},
		{"read\nfact b\nfact a\nend\n", -EBADMSG,
			":3: lines are in ascending order"},
		{"read\nfact a\nfact a\nend\n", -EBADMSG,
			":3: lines are in ascending order"},
		{"read\nname x\nfact a\nend\n", -EBADMSG, ":3: expected \"end\""},
		{"read\nend\nread\nend\n", -EBADMSG, ":3: behind the end"},
		{"read\n", -EBADMSG, ":2: expected \"end\""},
		{"read\nfact \x01\nend\n", -EBADMSG, ":2: byte 0x01"},
		{"unread\nend\n", -EBADMSG, ":1: expected \"read\""},
		{"read\nfact a\nunread x\nend\n", -EBADMSG, ":3: expected \"end\""},
		{"yes\nend\n", -EBADMSG, ":1: expected \"read\""},
		{"", -EBADMSG, "empty"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cleanup_sight struct sight sight = SIGHT_INIT;
		struct err err = ERR_INIT;

		assert_int_equal(observe_answer_read(cases[i].text, strlen(cases[i].text),
					 OBSERVE_NAME, &sight, &err),
			cases[i].result);
		if (!strstr(err.msg, cases[i].said))
			fail_msg("%zu: %s", i, err.msg);
		assert_true(cases[i].result == 0 || sight.found.count == 0);
	}
}

static void test_questions_come_back(void **state)
{
	static const char *const texts[] = {
		"look -\nend\n",
		"look identity,dm,lvm\nredaction 0123456789abcdef\n"
		"scope device 254:4 uuid - name a\\x20b level all\n"
		"scope group Ep0O4W53egUn0Zh4dzCq50Bfp9XRBmaz\n"
		"scope condition quiet host\n"
		"name mount 4026531841:44\nname disks\nend\n",
		"look -\nticket " DIGEST "\nend\n",
	};
	static const struct {
		const char *text, *said;
	} bad[] = {
		{"look moon\nend\n", ":1: no part of a host: \"moon\""},
		{"look -\nscope planet x\nend\n", ":2: expected \"end\""},
		{"look -\nscope group b\nscope group a\nend\n",
			":3: entries of the scope"},
		{"look -\n", ":2: expected \"end\""},
		{"umount /\nend\n", ":1: expected \"look \""},
		/* it names a plan, and no file */
		{"look -\nticket ../../etc/shadow\nend\n", ":2: a plan's digest is 64"},
		{"look -\nticket " DIGEST "0\nend\n", ":2: a plan's digest is 64"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		cleanup_question struct observe_question question = {0};
		cleanup_buf struct buf again = BUF_INIT;
		struct err err = ERR_INIT;

		if (observe_question_read(texts[i], strlen(texts[i]), &question, &err) <
			0)
			fail_msg("%s", err.msg);
		observe_question_write(&question, &again);
		assert_string_equal(buf_text(&again), texts[i]);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		cleanup_question struct observe_question question = {0};
		struct err err = ERR_INIT;

		assert_int_equal(observe_question_read(bad[i].text, strlen(bad[i].text),
					 &question, &err),
			-EBADMSG);
		if (!strstr(err.msg, bad[i].said))
			fail_msg("%zu: %s", i, err.msg);
	}
}

/* ---- about a plan ---- */

static int answer_with(
	void *eyes, const struct buf *question, struct buf *ret_answer, struct err *err)
{
	(void)question;
	(void)err;
	buf_puts(ret_answer, eyes);
	return 0;
}

/* Nothing but a verdict that fits the question, and its own lines, is one. */
static void test_verdicts(void **state)
{
	static const struct {
		enum compare_what what;
		int verdict; /* -1: none */
		const char *text;
	} cases[] = {
		{COMPARE_BEFORE, VERDICT_EXPECTED, "read\nname verdict expected\nend\n"},
		{COMPARE_BEFORE, VERDICT_DIFFERS,
			"read\nfact a\nname verdict differs\nend\n"},
		{COMPARE_BEFORE, VERDICT_DIFFERS,
			"read\nexpected a\nname verdict differs\nend\n"},
		{COMPARE_AFTER, VERDICT_PREDICTED, "read\nname verdict predicted\nend\n"},
		{COMPARE_AFTER, VERDICT_UNCHANGED, "read\nname verdict unchanged\nend\n"},
		{COMPARE_BEFORE, -1, "read\nend\n"},
		{COMPARE_BEFORE, -1, "read\nname verdict -\nend\n"},
		{COMPARE_BEFORE, -1, "read\nname verdict predicted\nend\n"},
		{COMPARE_BEFORE, -1, "read\nname verdict unchanged\nend\n"},
		{COMPARE_BEFORE, -1, "read\nname verdict other\nend\n"},
		{COMPARE_BEFORE, -1, "read\nname verdict differs\nend\n"},
		{COMPARE_BEFORE, -1, "read\nfact a\nname verdict expected\nend\n"},
		{COMPARE_WHOLE, -1, "read\nexpected a\nname verdict expected\nend\n"},
		{COMPARE_AFTER, -1, "read\nname verdict expected\nend\n"},
		{COMPARE_AFTER, -1, "read\nfact a\nname verdict predicted\nend\n"},
		{COMPARE_HOST, -1, "read\nname verdict differs\nend\n"},
		{COMPARE_WHOLE, -1, "unread dm\nend\n"},
		{COMPARE_WHOLE, -1, "changing dm\nend\n"},
		{COMPARE_WHOLE, -1, "read\nname verdict expected\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct observer observer = {
			.ask = answer_with, .eyes = (void *)cases[i].text};
		const struct compare_question question = {.what = cases[i].what};
		cleanup_difference struct difference difference = DIFFERENCE_INIT;
		cleanup_sight struct sight sight = SIGHT_INIT;
		enum verdict verdict = VERDICT_OTHER;
		struct err err = ERR_INIT;
		int r = observer_compare(
			&observer, &question, &verdict, &sight, &difference, &err);

		if (r != (cases[i].verdict < 0 ? -ENODATA : 0) ||
			(r == 0 && (int)verdict != cases[i].verdict))
			fail_msg("%zu: %d %d %s", i, r, verdict, err.msg);
		assert_true(r == 0 || (*err.msg && difference_is_empty(&difference)));
	}
}

/* What is compared with is what was sent. */
static void test_another_plan(void **state)
{
	static const struct {
		const char *text, *said;
		int result;
	} cases[] = {
		{"read\nname refused :1: no plan\nend\n", "fix:1: no plan", -EBADMSG},
		{"read\nend\n", "contradicts itself", -ENODATA},
		{"read\nname plan " DIGEST "\nend\n", "contradicts itself", -ENODATA},
		{"unread it is gone\nend\n", "it is gone", -ENODATA},
	};
	const struct buf plan = {.data = (char *)"x\n", .len = 2};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct observer observer = {
			.ask = answer_with, .eyes = (void *)cases[i].text};
		struct err err = ERR_INIT;

		assert_int_equal(observer_take_plan(&observer, &plan, "fix", &err),
			cases[i].result);
		if (!strstr(err.msg, cases[i].said))
			fail_msg("%zu: %s", i, err.msg);
	}
}

static void test_questions_about_a_plan_come_back(void **state)
{
	static const char *const texts[] = {
		"compare host 0 idle -\nend\n",
		"compare plan 3 begun begin\nname mounts\nend\n",
		"compare after 100000 begun failed\nend\n",
		"compare metadata 1 idle kept\nend\n",
	};
	static const struct {
		const char *text, *said;
	} bad[] = {
		{"compare moon 0 idle -\nend\n", "nothing that is compared: \"moon\""},
		{"compare plan 100001 idle -\nend\n", "expected a number"},
		{"compare plan 0 done -\nend\n", "nothing that is compared: \"done\""},
		{"compare plan 0 idle -x\nend\n", "expected the end of the line"},
		{"compare plan 0 idle -\n", "expected \"end\""},
		{"compare plan 0 idle -\nend\nend\n", "behind the end"},
	};
	cleanup_buf struct buf question = BUF_INIT, plan = BUF_INIT;
	struct err none = ERR_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct compare_question read = {.n_done = 0};
		cleanup_buf struct buf again = BUF_INIT;
		struct err err = ERR_INIT;

		if (compare_question_read(texts[i], strlen(texts[i]), &read, &err) < 0)
			fail_msg("%s", err.msg);
		compare_question_write(&read, &again);
		assert_string_equal(buf_text(&again), texts[i]);
		wanted_names_free(&read.names);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct compare_question read = {.n_done = 0};
		struct err err = ERR_INIT;

		assert_int_equal(compare_question_read(
					 bad[i].text, strlen(bad[i].text), &read, &err),
			-EBADMSG);
		if (!strstr(err.msg, bad[i].said))
			fail_msg("%zu: %s", i, err.msg);
	}
	compare_plan_write("a\n\nend\n", 7, &question);
	assert_string_equal(buf_text(&question), "plan a\nplan \nplan end\nend\n");
	assert_int_equal(compare_plan_read(question.data, question.len, &plan, &none), 0);
	assert_string_equal(buf_text(&plan), "a\n\nend\n");
}

static void test_names(void **state)
{
	cleanup_sight struct sight sight = SIGHT_INIT;
	cleanup_free char *target = NULL, *node = NULL, *none = NULL;
	const char *rest;

	(void)state;
	facts_insert(&sight.names, "host hv\\x207");
	facts_insert(&sight.names, "mount 1:2 on 254:4 target /mnt/a\\x20b");
	facts_insert(&sight.names, "pv v /dev/sda");
	facts_insert(&sight.names, "pv v /dev/sdb");
	facts_insert(&sight.names, "pv v2 /dev/sdc");
	target = sight_word(sight_name(&sight, "mount 1:2"), "target");
	assert_string_equal(target, "/mnt/a b");
	assert_null(sight_name(&sight, "mount 1"));
	assert_null(sight_word(sight_name(&sight, "mount 1:3"), "target"));
	assert_null(sight_word(sight_name(&sight, "mount 1:2"), "254:4"));
	node = sight_word_of(&sight, "host");
	assert_string_equal(node, "hv 7");
	none = sight_word_of(&sight, "guest");
	assert_string_equal(none, "");
	rest = sight_name(&sight, "pv v");
	assert_string_equal(rest, "/dev/sda");
	rest = sight_next(&sight, "pv v", rest);
	assert_string_equal(rest, "/dev/sdb");
	assert_null(sight_next(&sight, "pv v", rest));
}

/* ---- the ticket ---- */

/* What it says of one that it was asked for; false: there is none. */
static bool ask_for_ticket(const char *answer, struct buf *ret_said)
{
	const struct options options = {.plan = "fix.snapplan",
		.journal = (char *)"/var/lib/snapstate",
		.ticket = (char *)"/root/fix.tar.gz",
		.before = "host.snapstate.tar.gz",
		.key = "/etc/key"};
	const struct act act = {answer, *answer ? SLEEPS : CLOSES};
	struct orders plan = {.digest = DIGEST, .redaction = "0123456789abcdef"};
	char said[2048] = "";
	int standard = dup(STDERR_FILENO);
	FILE *file = tmpfile();
	bool is_packed;
	pid_t pid;
	struct eyes eyes = eyes_on(&act, &pid);

	eyes.seconds = 20;
	assert_non_null(file);
	assert_true(dup2(fileno(file), STDERR_FILENO) >= 0);
	is_packed = ticket_ask(&options, &eyes, &plan);
	assert_true(dup2(standard, STDERR_FILENO) >= 0);
	close(standard);
	rewind(file);
	buf_add(ret_said, said, fread(said, 1, sizeof(said), file));
	fclose(file);
	end_play(&eyes, pid);
	return is_packed;
}

static void test_a_ticket_that_is_not_packed_is_packed_by_hand(void **state)
{
	static const char by_hand[] =
		"no ticket was packed; by hand: snapstate-capture --ticket FILE --plan "
		"fix.snapplan --journal /var/lib/snapstate/" DIGEST ".journal --before "
		"host.snapstate.tar.gz --redact /etc/key";
	cleanup_buf struct buf dead = BUF_INIT, full = BUF_INIT, packed = BUF_INIT;

	(void)state;
	assert_false(ask_for_ticket("", &dead));
	assert_non_null(strstr(buf_text(&dead), by_hand));
	assert_non_null(strstr(buf_text(&dead), "is gone"));
	assert_false(ask_for_ticket("answer 1\nunread disk full\nend\n", &full));
	assert_non_null(strstr(buf_text(&full), by_hand));
	assert_non_null(strstr(buf_text(&full), "disk full"));
	assert_true(ask_for_ticket(
		"answer 1\nread\nname ticket AS PREDICTED: 1\nend\n", &packed));
	assert_string_equal(buf_text(&packed), "AS PREDICTED: 1\n");
}

/* ---- the program ---- */

/* Beside this one, and nobody else's. */
static void test_whose_program(void **state)
{
	cleanup_buf struct buf path = BUF_INIT, other = BUF_INIT;
	struct err err = ERR_INIT;
	struct stat stat;

	(void)state;
	assert_int_equal(beside_find("no-such-program", &path, &err), -ENOENT);
	path.len = 0;
	assert_int_equal(beside_find("test_eyes", &path, &err), 0);
	assert_int_equal(lstat(buf_text(&path), &stat), 0);
	assert_int_equal(chmod(buf_text(&path), stat.st_mode | 02), 0);
	assert_int_equal(beside_find("test_eyes", &other, &err), -EPERM);
	assert_int_equal(chmod(buf_text(&path), stat.st_mode), 0);
	assert_non_null(strstr(err.msg, "must belong to root"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_greetings),
		cmocka_unit_test(test_bad_observers_are_told_apart),
		cmocka_unit_test(test_who_does_not_read_holds_up_nobody),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_questions_come_back),
		cmocka_unit_test(test_verdicts),
		cmocka_unit_test(test_another_plan),
		cmocka_unit_test(test_questions_about_a_plan_come_back),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_a_ticket_that_is_not_packed_is_packed_by_hand),
		cmocka_unit_test(test_whose_program),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
