/* SPDX-License-Identifier: Apache-2.0 */
/* The process that starts lvm: which command lines it knows, and what becomes of those
 * who ask it for others. */
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

#include "lvm_change.h"
#include "monitoring.h"
#include "runner.h"
#include "wire.h"
#include "snapstate/cleanup.h"
#include "snapstate/lvm_ability.h"

#define VG     "aaaaaabbbbccccddddeeeeffffgggggg"
#define LV     "AAAAAABBBBCCCCDDDDEEEEFFFFGGGGGG"
#define ORIGIN "000000111122223333444455556666ZZ"

static const char two_paths[] = "/dev/sda\0/dev/dm-3";

static const char **arguments(
	const char *origin, const char *vg_name, const char *lv_name, struct buf *storage)
{
	const struct lvm_volume volume = {.vg_uuid = VG,
		.lv_uuid = LV,
		.origin_uuid = origin,
		.seqno = 17,
		.vg_name = vg_name,
		.lv_name = lv_name,
		.release = LVM_NEWEST};
	const struct buf paths = {.data = (char *)two_paths, .len = sizeof(two_paths)};

	return lvm_change_arguments(&volume, &paths, storage);
}

static size_t count_of(const char *const argv[])
{
	size_t n = 0;

	while (argv[n])
		n++;
	return n;
}

static void test_its_own_changes_are_known(void **state)
{
	cleanup_buf struct buf a = BUF_INIT, b = BUF_INIT;
	cleanup_free const char **removal = arguments(ORIGIN, "vg", "backup-1", &a);
	cleanup_free const char **refresh = arguments(NULL, "vg-a.b", "disk+1", &b);

	(void)state;
	assert_true(lvm_is_change(removal));
	assert_true(lvm_is_change(refresh));
	assert_string_equal(removal[1], "lvremove");
	assert_non_null(strstr(removal[6], "lv_role=snapshot && lv_merging=0"));
	assert_string_equal(refresh[1], "lvchange");
	assert_null(strstr(refresh[6], "origin_uuid"));
}

/* Where dmeventd does not run, lvm is told not to start it, in these words alone. */
static void test_unmonitored_changes_are_known(void **state)
{
	static const char *const others[] = {" activation{monitoring=1}",
		" activation{monitoring=0 udev_sync=0}", " activation{monitoring=0} "};
	struct lvm_volume volume = {
		VG, LV, ORIGIN, 17, "vg", "backup-1", true, LVM_NEWEST};
	const struct buf paths = {.data = (char *)two_paths, .len = sizeof(two_paths)};
	cleanup_buf struct buf a = BUF_INIT, b = BUF_INIT;
	cleanup_free const char **removal = lvm_change_arguments(&volume, &paths, &a);
	cleanup_free const char **refresh = NULL;
	const char *config = removal[4];

	(void)state;
	volume.origin_uuid = NULL;
	refresh = lvm_change_arguments(&volume, &paths, &b);
	assert_true(lvm_is_change(removal));
	assert_true(lvm_is_change(refresh));
	assert_non_null(strstr(config, " activation{monitoring=0}"));
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		cleanup_buf struct buf other = BUF_INIT;

		buf_add(&other, config, (size_t)(strstr(config, " activation") - config));
		buf_puts(&other, others[i]);
		removal[4] = buf_text(&other);
		assert_false(lvm_is_change(removal));
	}
}

/* A release without --devices is told them by a filter; and none of those whose selection
 * does not compare is told anything. */
static void test_old_releases(void **state)
{
	struct lvm_volume volume = {
		VG, LV, ORIGIN, 17, "vg", "backup-1", false, LVM_RELEASE(2, 2, 187)};
	const struct buf paths = {.data = (char *)two_paths, .len = sizeof(two_paths)};
	cleanup_buf struct buf storage = BUF_INIT;
	cleanup_free const char **argv = lvm_change_arguments(&volume, &paths, &storage);
	char *config = (char *)argv[4];
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(count_of(argv), 8);
	assert_true(lvm_is_change(argv));
	assert_non_null(strstr(config, "filter=[\"a|^/dev/sda$|\",\"a|^/dev/dm-3$|\","));
	assert_null(strstr(config, "hints"));
	for (size_t i = 0; config[i]; i++) {
		char own = config[i];

		config[i] = '|';
		if (own != '|' && lvm_is_change(argv))
			fail_msg("byte %zu of %s", i, config);
		config[i] = own;
	}
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

/* Every argument of the one in the place of every other's, and left out. */
static void test_no_other_arrangement_is(void **state)
{
	cleanup_buf struct buf storage = BUF_INIT;
	cleanup_free const char **argv = arguments(ORIGIN, "vg", "backup-1", &storage);
	size_t n = count_of(argv);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		const char *own = argv[i];

		for (size_t k = 0; k < n; k++) {
			if (strcmp(argv[k], own) == 0 ||
				(i >= 9 && i % 2 == 1 && k >= 9 && k % 2 == 1))
				continue; /* another device is as good */
			argv[i] = argv[k];
			assert_false(lvm_is_change(argv));
		}
		argv[i] = own;
	}
	for (size_t len = 0; len < 8; len++) {
		const char *own = argv[len];

		argv[len] = NULL;
		assert_false(lvm_is_change(argv));
		argv[len] = own;
	}
	assert_true(lvm_is_change(argv));
}

static void test_each_byte_of_the_selection_counts(void **state)
{
	cleanup_buf struct buf storage = BUF_INIT;
	cleanup_free const char **argv = arguments(ORIGIN, "vg", "backup-1", &storage);
	char *selection = (char *)argv[6];

	(void)state;
	for (size_t i = 0; selection[i]; i++) {
		char own = selection[i];

		selection[i] = '|';
		if (lvm_is_change(argv))
			fail_msg("byte %zu of %s", i, selection);
		selection[i] = own;
	}
	assert_true(lvm_is_change(argv));
}

static void test_bad_values_are_refused(void **state)
{
	static const struct {
		size_t at;
		const char *value;
	} bad[] = {
		{1, "vgremove"},
		{1, "lvconvert"},
		{2, "-ff"},
		{4, "global{wait_for_locks=0 lvdisplay_shows_full_device_path=1}"},
		{6, "lv_name=~.*"},
		{6, ""},
		{7, "vg"},
		{7, "vg/"},
		{7, "/lv"},
		{7, "vg/lv/x"},
		{7, "--force/x"},
		{7, "vg/-f"},
		{7, "vg/a b"},
		{8, "--force"},
		{9, "sda"},
		{9, "/etc/passwd"},
		{9, "/dev/../etc/passwd"},
	};
	cleanup_buf struct buf storage = BUF_INIT;
	cleanup_free const char **argv = arguments(ORIGIN, "vg", "backup-1", &storage);

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const char *own = argv[bad[i].at];

		argv[bad[i].at] = bad[i].value;
		if (lvm_is_change(argv))
			fail_msg("%s was accepted", bad[i].value);
		argv[bad[i].at] = own;
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
	static const char *const commands[][4] = {
		{"lvm", "vgremove", "vg", NULL},
		{"lvm", "lvremove", "vg", NULL},
		{"sh", "-c", "true", NULL},
		{"lvm", NULL},
		{"", NULL},
	};
	cleanup_runner struct runner runner = RUNNER_INIT;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(runner_start(&runner, &err), 0);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		cleanup_buf struct buf out = BUF_INIT;
		int status = -1;

		assert_int_equal(
			runner_change(&runner, commands[i], &watch, &status, &out, &err),
			-EPERM);
		assert_int_equal(out.len, 0);
		assert_int_equal(status, -1);
	}
}

/* A change may have been carried out when the runner dies: not known is not "no". */
static void test_a_runner_that_is_gone_is_an_error(void **state)
{
	cleanup_buf struct buf out = BUF_INIT, storage = BUF_INIT;
	cleanup_free const char **argv = arguments(ORIGIN, "vg", "backup-1", &storage);
	cleanup_runner struct runner runner = RUNNER_INIT;
	struct err err = ERR_INIT;
	int status = -1;

	(void)state;
	assert_int_equal(runner_start(&runner, &err), 0);
	assert_int_equal(kill(runner.pid, SIGKILL), 0);
	assert_int_equal(waitpid(runner.pid, NULL, 0), runner.pid);
	assert_int_equal(runner_change(&runner, argv, &watch, &status, &out, &err), -EIO);
	assert_int_equal(runner_change(&runner, argv, &watch, &status, &out, &err), -EIO);
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

static void test_bytes_that_are_no_command_line(void **state)
{
	const struct buf nothing = BUF_INIT;
	const struct buf open_end = {.data = (char *)"lvm\0pvs", .len = 7};
	const struct buf whole = {.data = (char *)"lvm\0pvs", .len = 8};
	cleanup_free const char **argv = NULL;

	(void)state;
	assert_null(wire_command(&nothing));
	assert_null(wire_command(&open_end));
	argv = wire_command(&whole);
	assert_int_equal(count_of(argv), 2);
	assert_string_equal(argv[1], "pvs");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_its_own_changes_are_known),
		cmocka_unit_test(test_unmonitored_changes_are_known),
		cmocka_unit_test(test_old_releases),
		cmocka_unit_test(test_whether_dmeventd_runs),
		cmocka_unit_test(test_no_other_arrangement_is),
		cmocka_unit_test(test_each_byte_of_the_selection_counts),
		cmocka_unit_test(test_bad_values_are_refused),
		cmocka_unit_test(test_the_runner_runs_nothing_else),
		cmocka_unit_test(test_a_runner_that_is_gone_is_an_error),
		cmocka_unit_test(test_the_runner_ends_with_its_asker),
		cmocka_unit_test(test_bytes_that_are_no_command_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
