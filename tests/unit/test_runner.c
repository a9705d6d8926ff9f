/* SPDX-License-Identifier: Apache-2.0 */
/* The process that starts lvm: which command lines it makes, and what becomes of those
 * who tell it anything else. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "daemons.h"
#include "lvm_change.h"
#include "runner.h"
#include "snapstate/cleanup.h"
#include "snapstate/lvm_ability.h"
#include "wire.h"

#define VG     "aaaaaabbbbccccddddeeeeffffgggggg"
#define LV     "AAAAAABBBBCCCCDDDDEEEEFFFFGGGGGG"
#define ORIGIN "000000111122223333444455556666ZZ"

static const char two_paths[] = "/dev/sda\0/dev/dm-3";

static const struct buf paths = {.data = (char *)two_paths, .len = sizeof(two_paths)};

static struct lvm_volume volume_of(const char *origin, uint32_t release)
{
	return (struct lvm_volume){.vg_uuid = VG,
		.lv_uuid = LV,
		.origin_uuid = origin,
		.seqno = 17,
		.vg_name = "vg-a.b",
		.lv_name = "backup+1",
		.release = release};
}

/* What the runner makes of it. */
static const char **arguments(
	const struct lvm_volume *volume, struct buf *words, struct buf *storage)
{
	lvm_change_write(volume, &paths, words);
	return lvm_change_arguments(words, storage);
}

static void assert_arguments(const char *const found[], const char *const expected[])
{
	size_t i = 0;

	for (; expected[i]; i++)
		assert_string_equal(found[i], expected[i]);
	assert_null(found[i]);
}

#define CONFIG                                                                           \
	"global{wait_for_locks=0} devices{scan_lvs=0 ignore_suspended_devices=1 "        \
	"hints=\"none\"}"
static void test_the_two_changes(void **state)
{
	static const char selection[] =
		"lv_uuid=\"AAAAAA-BBBB-CCCC-DDDD-EEEE-FFFF-GGGGGG\" && "
		"vg_uuid=\"aaaaaa-bbbb-cccc-dddd-eeee-ffff-gggggg\" && vg_seqno=17";
	static const char *const refresh[] = {"lvm", "lvchange", "--refresh", "--config",
		CONFIG, "-S", selection, "vg-a.b/backup+1", "--devices", "/dev/sda",
		"--devices", "/dev/dm-3", NULL};
	struct lvm_volume volume = volume_of("", LVM_NEWEST);
	cleanup_buf struct buf a = BUF_INIT, b = BUF_INIT, of_a = BUF_INIT,
			       of_b = BUF_INIT;
	cleanup_buf struct buf role = BUF_INIT;
	cleanup_free const char **found = arguments(&volume, &of_a, &a), **removal = NULL;

	(void)state;
	assert_arguments(found, refresh);
	volume.origin_uuid = ORIGIN;
	removal = arguments(&volume, &of_b, &b);
	buf_printf(&role,
		"%s && origin_uuid=\"000000-1111-2222-3333-4444-5555-6666ZZ\" && "
		"lv_role=snapshot && lv_merging=0",
		selection);
	{
		const char *const expected[] = {"lvm", "lvremove", "-y", "--config",
			CONFIG, "-S", buf_text(&role), "vg-a.b/backup+1", "--devices",
			"/dev/sda", "--devices", "/dev/dm-3", NULL};

		assert_arguments(removal, expected);
	}
}

/* Where dmeventd does not run, lvm is told not to start it. */
static void test_unmonitored_changes(void **state)
{
	struct lvm_volume volume = volume_of(ORIGIN, LVM_NEWEST);
	cleanup_buf struct buf words = BUF_INIT, storage = BUF_INIT;
	cleanup_free const char **argv = NULL;

	(void)state;
	volume.is_unmonitored = true;
	argv = arguments(&volume, &words, &storage);
	assert_string_equal(argv[4], CONFIG " activation{monitoring=0}");
}

/* A release without --devices is told them by a filter; and none of those whose selection
 * does not compare is told anything. */
static void test_old_releases(void **state)
{
	const struct lvm_volume volume = volume_of(ORIGIN, LVM_RELEASE(2, 2, 187));
	const struct lvm_volume oldest = volume_of(ORIGIN, LVM_RELEASE(2, 2, 131));
	cleanup_buf struct buf words = BUF_INIT, storage = BUF_INIT, others = BUF_INIT;
	cleanup_free const char **argv = arguments(&volume, &words, &storage);
	struct err err = ERR_INIT;

	(void)state;
	assert_non_null(
		strstr(argv[4], " filter=[\"a|^/dev/sda$|\",\"a|^/dev/dm-3$|\","));
	assert_null(strstr(argv[4], "hints"));
	assert_null(argv[8]);
	assert_null(arguments(&oldest, &others, &storage));
	assert_int_equal(lvm_release_check(LVM_RELEASE(2, 2, 132), &err), 0);
	assert_int_equal(lvm_release_check(LVM_NEWEST, &err), 0);
	assert_int_equal(lvm_release_check(LVM_RELEASE(2, 2, 131), &err), -ENOTSUP);
	assert_string_equal(err.msg,
		"LVM 2.02.131 cannot compare uuid, origin, sequence number and merge "
		"mark "
		"of a volume under its lock (2.02.132 and later can)");
}

/* As LVM asks it. */
static void test_whether_dmeventd_runs(void **state)
{
	char folder[] = "/tmp/snapstate-monitoring.XXXXXX";
	char path[64], other[64];
	int reader;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/fifo", folder);
	snprintf(other, sizeof(other), "%s/file", folder);
	assert_false(monitoring_is_active(path));
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_false(monitoring_is_active(path));
	reader = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	assert_true(reader >= 0);
	assert_true(monitoring_is_active(path));
	assert_int_equal(symlink(path, other), 0);
	assert_false(monitoring_is_active(other));
	assert_int_equal(unlink(other), 0);
	close(reader);
	assert_false(monitoring_is_active(path));
	assert_int_equal(unlink(path), 0);
	close(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	assert_false(monitoring_is_active(path));
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(folder), 0);
}

/* The bytes of a removal's words, with the word `at` in other words; no more than `most`
 * words of it. */
static void words_with(size_t at, const char *instead, size_t most, struct buf *ret)
{
	const struct lvm_volume volume = volume_of(ORIGIN, LVM_NEWEST);
	cleanup_buf struct buf words = BUF_INIT;
	cleanup_free const char **all = NULL;

	lvm_change_write(&volume, &paths, &words);
	all = wire_command(&words);
	for (size_t i = 0; all[i] && i < most; i++) {
		const char *word = i == at ? instead : all[i];

		buf_add(ret, word, strlen(word) + 1);
	}
}

static bool is_made(const struct buf *words)
{
	cleanup_buf struct buf storage = BUF_INIT;
	cleanup_free const char **argv = lvm_change_arguments(words, &storage);

	return argv;
}

enum {
	RELEASE,
	UNMONITORED,
	SEQNO,
	VG_UUID,
	LV_UUID,
	ORIGIN_UUID,
	VG_NAME,
	LV_NAME,
	PATH
};

static void test_bad_values_are_refused(void **state)
{
	static const struct {
		size_t at;
		const char *value;
	} bad[] = {
		{RELEASE, ""},
		{RELEASE, "2.03.16"},
		{RELEASE, "2002131"},
		{RELEASE, "4294967296"},
		{UNMONITORED, "2"},
		{UNMONITORED, "yes"},
		{SEQNO, ""},
		{SEQNO, "-1"},
		{SEQNO, "17 || lv_name=~.*"},
		{SEQNO, "18446744073709551616"},
		{VG_UUID, ""},
		{VG_UUID, "aaaaaa-bbbb-cccc-dddd-eeee-ffff-gggggg"},
		{LV_UUID, ""},
		{LV_UUID, VG "x"},
		{ORIGIN_UUID, "x"},
		{VG_NAME, ""},
		{VG_NAME, "--force"},
		{VG_NAME, "vg/lv"},
		{LV_NAME, ""},
		{LV_NAME, "-f"},
		{LV_NAME, "a b"},
		{LV_NAME, "lv/x"},
		{LV_NAME, ".."},
		{PATH, ""},
		{PATH, "--force"},
		{PATH, "sda"},
		{PATH, "/etc/passwd"},
		{PATH, "/dev/../etc/passwd"},
		{PATH + 1, "-y"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		cleanup_buf struct buf words = BUF_INIT;

		words_with(bad[i].at, bad[i].value, SIZE_MAX, &words);
		if (is_made(&words))
			fail_msg("%s was accepted", bad[i].value);
	}
	for (size_t n = 0; n <= PATH + 2; n++) {
		cleanup_buf struct buf words = BUF_INIT;

		words_with(SIZE_MAX, NULL, n, &words);
		assert_int_equal(is_made(&words), n > PATH);
		if (words.len)
			words.len--; /* the last word has no end */
		assert_false(is_made(&words));
	}
}

static void test_each_byte_of_a_uuid_counts(void **state)
{
	static const char bytes[] = {'"', '|', '&', ' ', '-', '\\'};

	(void)state;
	for (size_t at = VG_UUID; at <= ORIGIN_UUID; at++)
		for (size_t i = 0; i < strlen(VG); i++)
			for (size_t b = 0; b < sizeof(bytes); b++) {
				char uuid[] = VG;
				cleanup_buf struct buf words = BUF_INIT;

				uuid[i] = bytes[b];
				words_with(at, uuid, SIZE_MAX, &words);
				assert_false(is_made(&words));
			}
}

static void no_report(void *context, pid_t pid, unsigned seconds)
{
	(void)context;
	(void)pid;
	(void)seconds;
}

static const struct runner_watch watch = {no_report, NULL};

static void test_the_runner_runs_nothing_else(void **state)
{
	static const char commands[][32] = {
		"lvm\0vgremove\0vg", "lvm\0lvremove\0vg", "sh\0-c\0true", "lvm", ""};
	cleanup_runner struct runner runner = RUNNER_INIT;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(runner_start(&runner, &err), 0);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		const struct buf words = {
			.data = (char *)commands[i], .len = sizeof(commands[i])};
		cleanup_buf struct buf out = BUF_INIT;
		int status = -1;

		assert_int_equal(
			runner_change(&runner, &words, &watch, &status, &out, &err),
			-EPERM);
		assert_int_equal(out.len, 0);
		assert_int_equal(status, -1);
	}
}

/* A change may have been carried out when the runner dies: not known is not "no". */
static void test_a_runner_that_is_gone_is_an_error(void **state)
{
	cleanup_buf struct buf out = BUF_INIT, words = BUF_INIT;
	cleanup_runner struct runner runner = RUNNER_INIT;
	struct err err = ERR_INIT;
	int status = -1;

	(void)state;
	words_with(SIZE_MAX, NULL, SIZE_MAX, &words);
	assert_int_equal(runner_start(&runner, &err), 0);
	assert_int_equal(kill(runner.pid, SIGKILL), 0);
	assert_int_equal(waitpid(runner.pid, NULL, 0), runner.pid);
	assert_int_equal(
		runner_change(&runner, &words, &watch, &status, &out, &err), -EIO);
	assert_int_equal(
		runner_change(&runner, &words, &watch, &status, &out, &err), -EIO);
	assert_int_equal(status, -1);
}

/* It ends when nobody can ask it any more. */
static void test_the_runner_ends_with_its_asker(void **state)
{
	struct runner runner = RUNNER_INIT;
	struct err err = ERR_INIT;
	int status = -1;

	(void)state;
	assert_int_equal(runner_start(&runner, &err), 0);
	runner_stop(&runner);
	assert_int_equal(waitpid(runner.pid, &status, 0), runner.pid);
	assert_true(WIFEXITED(status));
}

static void test_bytes_that_are_no_words(void **state)
{
	const struct buf nothing = BUF_INIT;
	const struct buf open_end = {.data = (char *)"lvm\0pvs", .len = 7};
	const struct buf whole = {.data = (char *)"lvm\0pvs", .len = 8};
	cleanup_free const char **argv = NULL;

	(void)state;
	assert_null(wire_command(&nothing));
	assert_null(wire_command(&open_end));
	argv = wire_command(&whole);
	assert_string_equal(argv[1], "pvs");
	assert_null(argv[2]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_two_changes),
		cmocka_unit_test(test_unmonitored_changes),
		cmocka_unit_test(test_old_releases),
		cmocka_unit_test(test_whether_dmeventd_runs),
		cmocka_unit_test(test_bad_values_are_refused),
		cmocka_unit_test(test_each_byte_of_a_uuid_counts),
		cmocka_unit_test(test_the_runner_runs_nothing_else),
		cmocka_unit_test(test_a_runner_that_is_gone_is_an_error),
		cmocka_unit_test(test_the_runner_ends_with_its_asker),
		cmocka_unit_test(test_bytes_that_are_no_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
