/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The gate in front of a plan, part by part: the site policy, principals, a plan's
 * time, the confirmation on a terminal, the copy for syslog. The whole of it: tests/gate.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "admission.h"
#include "audit.h"
#include "confirm.h"
#include "journal.h"
#include "signers.h"
#include "site_policy.h"
#include "snapstate/cleanup.h"
#include "snapstate/stamp.h"
#include "ticket.h"

/* ---- the policy ---- */

static void assert_policy_refused(const char *text, size_t len, const char *rule)
{
	struct site_policy policy = {.age_max = 7};
	struct err err = ERR_INIT;

	assert_int_equal(site_policy_read(text, len, "p", &policy, &err), -EBADMSG);
	if (strncmp(err.msg, rule, strlen(rule)) != 0)
		fail_msg("expected \"%s\", found \"%s\"", rule, err.msg);
	assert_int_equal(policy.age_max, 7);
}

static void test_policies_that_are_refused(void **state)
{
	static const struct {
		const char *text, *rule;
	} cases[] = {
		{"", "p:1: it does not say: unsigned"},
		{"\n# unsigned allowed\n", "p:3: it does not say: unsigned"},
		{"unsigned allowed", "p:1: the last line has no newline"},
		{"unsigned allowed\nplan-age-max 1", "p:2: the last line has no newline"},
		{"unsigned allowed\r\n", "p:1: only printable ASCII"},
		{"unsigned allowed\n# \xc3\xa9\n", "p:2: only printable ASCII"},
		{"unsigned\tallowed\n", "p:1: only printable ASCII"},
		{" unsigned allowed\n", "p:1: the rules are"},
		{"unsigned  allowed\n", "p:1: once, and: unsigned"},
		{"unsigned allowed \n", "p:1: once, and: unsigned"},
		{"unsigned Allowed\n", "p:1: once, and: unsigned"},
		{"unsigned allowed # really\n", "p:1: once, and: unsigned"},
		{"unsigned\n", "p:1: the rules are"},
		{"unsigned refused\nunsigned refused\n", "p:2: once, and: unsigned"},
		{"unsigned refused\nsecond-signature yes\n", "p:2: once, and: second"},
		{"second-signature required\nsecond-signature required\n",
			"p:2: once, and: second"},
		{"plan-age-max 0\n", "p:1: once, and: plan-age-max"},
		{"plan-age-max -1d\n", "p:1: once, and: plan-age-max"},
		{"plan-age-max 1w\n", "p:1: once, and: plan-age-max"},
		{"plan-age-max 1d\nplan-age-max 1d\n", "p:2: once, and: plan-age-max"},
		{"operators x\n", "p:1: the rules are"},
		{"unsigned allowed\nsecond-signature required\n",
			"p:3: \"second-signature required\" and"},
		{"second-signature required\n", "p:2: it does not say: unsigned"},
	};
	cleanup_buf struct buf large = BUF_INIT;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_policy_refused(
			cases[i].text, strlen(cases[i].text), cases[i].rule);
	assert_policy_refused("unsigned allowed\n\0\n", 19, "p:2: only printable ASCII");
	buf_puts(&large, "unsigned allowed\n");
	while (large.len <= SITE_POLICY_BYTES_MAX)
		buf_puts(&large, "#\n");
	assert_policy_refused(large.data, large.len, "p:1: a site policy has at most");
}

/* A file that was cut anywhere is refused, or asks for as much. */
static void test_a_policy_that_was_cut(void **state)
{
	static const char text[] =
		"# ours\nplan-age-max 2d\nsecond-signature required\nunsigned refused\n";

	(void)state;
	for (size_t len = 0; len <= strlen(text); len++) {
		cleanup_free char *copy = xstrndup(text, len);
		struct site_policy policy = {0};
		struct err err = ERR_INIT;
		int r = site_policy_read(copy, len, "p", &policy, &err);

		assert_int_equal(r, len == strlen(text) ? 0 : -EBADMSG);
		if (r < 0)
			continue;
		assert_true(policy.is_unsigned_refused);
		assert_true(policy.has_second_signature);
		assert_int_equal(policy.age_max, 2 * 86400);
	}
}

/* ---- one person or two ---- */

static void test_principals(void **state)
{
	static const struct {
		const char *a, *b;
		bool is_same;
	} cases[] = {
		{"a@x", "a@x", true},
		{"a@x", "A@X", true},
		{"a@x", "b@x", false},
		{"a@x,b@x", "c@x,b@x", true},
		{"*@x", "b@x", true},
		{"b@x", "c@x,?@x", true},
		{"a@x", "!a@x,b@x", true},
		{"a@x", "a@xx", false},
		{"a@x,", ",b@x", false},
		{"*", "b@x", true},
		{"*@x", "*@y", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		assert_int_equal(
			signers_may_be_same(cases[i].a, cases[i].b), cases[i].is_same);
		assert_int_equal(
			signers_may_be_same(cases[i].b, cases[i].a), cases[i].is_same);
	}
}

/* ---- the plan's time ---- */

static void test_times(void **state)
{
	enum { TAKEN = 1790000000, DAY = 86400 };
	static const struct {
		int64_t expires, age_max, now;
		enum exit_code code;
	} cases[] = {
		{0, 0, TAKEN, EXIT_DONE},
		{0, 0, TAKEN - 300, EXIT_DONE},
		{0, 0, TAKEN - 301, EXIT_DIFFERS},
		{0, 0, STAMP_MAX, EXIT_DONE},
		{TAKEN + DAY, 0, TAKEN + DAY - 1, EXIT_DONE},
		{TAKEN + DAY, 0, TAKEN + DAY, EXIT_DIFFERS},
		{TAKEN, 0, TAKEN, EXIT_DIFFERS},
		{TAKEN + DAY, 2 * DAY, TAKEN + DAY, EXIT_DIFFERS},
		{TAKEN + 3 * DAY, 2 * DAY, TAKEN + 2 * DAY - 1, EXIT_DONE},
		{TAKEN + 3 * DAY, 2 * DAY, TAKEN + 2 * DAY, EXIT_DIFFERS},
		{0, 1, TAKEN + 1, EXIT_DIFFERS},
		{0, UINT32_MAX * INT64_C(86400), STAMP_MAX, EXIT_DONE},
		{0, 0, 0, EXIT_DIFFERS},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct orders plan = {.taken = TAKEN, .expires = cases[i].expires};
		struct admission admission = {
			.plan = &plan, .age_max = (uint64_t)cases[i].age_max};

		if (admission_check_time(&admission, cases[i].now) != cases[i].code)
			fail_msg("case %zu", i);
	}
}

/* ---- the confirmation ---- */

#define DIGEST "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void test_digits(void **state)
{
	static const char *const bad[] = {
		"", "0123456", "0123456G", "01234567 ", "0x123456", DIGEST "0"};
	struct orders plan = {.digest = DIGEST};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_false(confirm_is_prefix(bad[i]));
		assert_int_equal(confirm_check(&plan, bad[i], "/dev/null"), EXIT_USAGE);
	}
	assert_int_equal(confirm_check(&plan, "01234567", "/dev/null"), EXIT_DONE);
	assert_int_equal(confirm_check(&plan, DIGEST, "/dev/null"), EXIT_DONE);
	assert_int_equal(
		confirm_check(&plan, "0123456789ABCDEF", "/dev/null"), EXIT_DONE);
	assert_int_equal(
		confirm_check(&plan, "0123456789ABCDEE", "/dev/null"), EXIT_USAGE);
	assert_int_equal(confirm_check(&plan, "0123456789abce", "/dev/null"), EXIT_USAGE);
	assert_int_equal(confirm_check(&plan, "12345678", "/dev/null"), EXIT_USAGE);
	/* nobody to ask */
	assert_int_equal(confirm_check(&plan, NULL, "/dev/null"), EXIT_USAGE);
	assert_int_equal(confirm_check(&plan, NULL, "/no-such-terminal"), EXIT_USAGE);
	assert_int_equal(confirm_ask(&plan, "/dev/null"), EXIT_USAGE);
}

/* Somebody at a terminal, who types `early` at once and `answer` when asked. */
static enum exit_code answer_with(const char *early, const char *answer)
{
	struct orders plan = {.digest = DIGEST};
	int keyboard, screen, status = 0;
	char terminal[128], seen[4096];
	size_t len = 0;
	pid_t child;

	assert_int_equal(openpty(&keyboard, &screen, terminal, NULL, NULL), 0);
	assert_true(write(keyboard, early, strlen(early)) == (ssize_t)strlen(early));
	child = fork();
	if (child == 0)
		_exit(confirm_ask(&plan, terminal));
	while (!len || !memmem(seen, len, "sha256: ", 8)) {
		ssize_t n = read(keyboard, seen + len, sizeof(seen) - len);

		assert_true(n > 0);
		len += (size_t)n;
	}
	assert_true(write(keyboard, answer, strlen(answer)) == (ssize_t)strlen(answer));
	assert_int_equal(waitpid(child, &status, 0), child);
	close(keyboard);
	close(screen);
	return (enum exit_code)WEXITSTATUS(status);
}

static void test_answers(void **state)
{
	(void)state;
	assert_int_equal(answer_with("", "01234567\n"), EXIT_DONE);
	assert_int_equal(answer_with("", "0123456789abcdef\n"), EXIT_DONE);
	assert_int_equal(answer_with("", "\n"), EXIT_USAGE);
	assert_int_equal(answer_with("", "y\n"), EXIT_USAGE);
	assert_int_equal(answer_with("", "0123456\n"), EXIT_USAGE);
	assert_int_equal(answer_with("", "76543210\n"), EXIT_USAGE);
	assert_int_equal(answer_with("", "\004"), EXIT_USAGE); /* end of file */
	/* what was typed before the question */
	assert_int_equal(answer_with("01234567\n", "\n"), EXIT_USAGE);
	assert_int_equal(answer_with("76543210\n", "01234567\n"), EXIT_DONE);
}

/* ---- syslog ---- */

static int daemon_at(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0);

	strcpy(address.sun_path, path);
	unlink(path);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

static void assert_received(int fd, const char *end)
{
	char text[AUDIT_LINE_MAX + 1] = "";
	ssize_t n = recv(fd, text, sizeof(text) - 1, 0);

	assert_true(n > 0);
	assert_int_equal(strncmp(text, "<85>", 4), 0); /* authpriv.notice */
	assert_non_null(strstr(text, " snapstate-execute["));
	if ((size_t)n < strlen(end) || strcmp(text + n - strlen(end), end) != 0)
		fail_msg("expected %s, found %s", end, text);
}

static void test_syslog_is_never_waited_for(void **state)
{
	char folder[] = "/tmp/test_gate.XXXXXX", path[64];
	cleanup_free char *large = xcalloc(5000, 1);
	struct audit audit = AUDIT_INIT(path);
	int64_t begun = clock_ms();
	int fd;

	(void)state;
	audit_open(&audit);
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/log", folder);
	audit_line(&audit, "nobody there");
	assert_int_equal(audit.n_lost, 1);
	fd = daemon_at(path);
	audit_line(&audit, "line %d", 2);
	assert_received(fd, ": line 2");
	/* the daemon is started anew */
	close(fd);
	fd = daemon_at(path);
	audit_line(&audit, "line %d", 3);
	assert_received(fd, ": line 3");
	memset(large, 'x', 4999);
	audit_line(&audit, "%s", large);
	assert_received(fd, "xxxx");
	assert_int_equal(audit.n_lost, 1);
	/* it reads no more */
	for (int i = 0; i < 5000; i++)
		audit_line(&audit, "line %d", i);
	assert_true(audit.n_lost > 1000);
	/* a send that waits would wait for good; on a busy machine all takes its time */
	assert_true(clock_ms() - begun < 60000);
	close(fd);
	audit_line(&audit, "gone");
	unlink(path);
	rmdir(folder);
	audit_close(&audit);
}

/* ---- who does not answer, and what is taken away again ---- */

static void test_an_admission_that_hangs(void **state)
{
	const struct options options = {.plan = (char *)"plan", .seconds = 1};
	const struct observer observer = {.ask = NULL};
	struct admission admission = {0};
	int ends[2];

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	/* nobody writes, and nobody closes the other end */
	assert_int_equal(admission_take(&options, ends[0], &observer, &admission),
		EXIT_ENVIRONMENT);
	close(ends[0]);
	close(ends[1]);
}

static void make_file(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	close(fd);
}

static void test_the_ticket_that_is_taken_away(void **state)
{
	char folder[] = "/tmp/snapstate-ticket-XXXXXX";
	cleanup_buf struct buf path = BUF_INIT, other = BUF_INIT;
	cleanup_ticket_file struct ticket_file file = TICKET_FILE_INIT;
	struct options options = {0};
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(ticket_file_hold(&options, &file, &err), 0);
	ticket_file_remove(&file); /* without --ticket there is none */
	assert_non_null(mkdtemp(folder));
	buf_printf(&path, "%s/t", folder);
	buf_printf(&other, "%s/other", folder);
	options.ticket = path.data;
	assert_int_equal(ticket_file_hold(&options, &file, &err), -ENOENT);
	make_file(path.data);
	assert_int_equal(ticket_file_hold(&options, &file, &err), 0);
	/* another one has its name by now */
	assert_int_equal(rename(path.data, other.data), 0);
	make_file(path.data);
	ticket_file_remove(&file);
	assert_int_equal(access(path.data, F_OK), 0);
	assert_int_equal(unlink(path.data), 0);
	assert_int_equal(rename(other.data, path.data), 0);
	ticket_file_remove(&file);
	assert_int_equal(access(path.data, F_OK), -1);
	assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_policies_that_are_refused),
		cmocka_unit_test(test_a_policy_that_was_cut),
		cmocka_unit_test(test_principals),
		cmocka_unit_test(test_times),
		cmocka_unit_test(test_digits),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_syslog_is_never_waited_for),
		cmocka_unit_test(test_an_admission_that_hangs),
		cmocka_unit_test(test_the_ticket_that_is_taken_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
