/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A capture that ends: steps that hang, crash and dawdle, over recorded machines. Each
 * runs in a program of its own, which says on stdout what became of its sources, as the
 * process that live_read() returns in may be another one. Whoever is left behind becomes
 * a child of this test, PR_SET_CHILD_SUBREAPER in prctl(2), and is found.
 */
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include "../../capture/checkpoint.h"
#include "../../capture/live.h"
#include "../../capture/probe/parts.h"
#include "recorded_host.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/device.h"
#include "snapstate/host/source.h"
#include "snapstate/stamp.h"

#define LIMIT_SECONDS 8	   /* of a program; the machine may be slow */
#define SLACK_MS      60000 /* of the whole, for a machine that is busy */
#define EXIT_PROGRAM  42
#define SAID_MAX      65536

/* What does what a sick host does. */
enum ill {
	ILL_NOT,
	ILL_HANG,
	ILL_DAWDLE,
	ILL_KILLED,
	ILL_EXIT,
	ILL_CHILD_HANGS, /* of LVM only: the command */
};

struct sick {
	struct fake fake; /* first: the fake's operations take it */
	enum ill clock, list, read, lvm;
	unsigned n_busy; /* so many readings find the snapshot open more often */
};

static int hang(void *context)
{
	sigset_t all;

	(void)context;
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL);
	for (;;)
		sleep(60);
	return 0;
}

static void suffer(enum ill ill)
{
	if (ill == ILL_HANG)
		hang(NULL);
	else if (ill == ILL_DAWDLE)
		sleep(1);
	else if (ill == ILL_KILLED)
		raise(SIGKILL);
	else if (ill == ILL_EXIT)
		_exit(3);
}

static void sick_clock(void *context, int64_t *ret_now, uint64_t *ret_uptime_ticks)
{
	suffer(((struct sick *)context)->clock);
	fake_clock(context, ret_now, ret_uptime_ticks);
}

static int sick_list(void *context, struct host *host, struct err *err)
{
	suffer(((struct sick *)context)->list);
	return fake_list(context, host, err);
}

static int sick_read(
	void *context, struct host *host, struct device *device, struct err *err)
{
	struct sick *sick = context;
	int r;

	if (device->devno.minor == 3)
		suffer(sick->read);
	r = fake_read(context, host, device, err);
	if (device->devno.minor == 4 && sick->n_busy)
		device->open_count += sick->n_busy--;
	return r;
}

static int sick_lvm(void *context, const char *const argv[], unsigned timeout_seconds,
	size_t max, struct buf *ret_out, struct buf *ret_err_text, struct err *err)
{
	const struct child_limits limits = {.seconds = timeout_seconds, .max = max};
	struct sick *sick = context;

	if (sick->lvm == ILL_CHILD_HANGS)
		return child_run(&limits, hang, NULL, ret_out, ret_err_text, err);
	suffer(sick->lvm);
	return fake_lvm_run(
		context, argv, timeout_seconds, max, ret_out, ret_err_text, err);
}

/* ---- the program ---- */

static void say_outcomes(const struct host *host)
{
	printf("%zu devices\n", host->n_devices);
	for (size_t i = 0; i < host->n_sources; i++)
		printf("%s: %s (%s)\n", host->sources[i].name,
			outcome_name(host->sources[i].outcome), host->sources[i].detail);
	fflush(stdout);
}

static void program(struct sick *sick, struct machine *machine)
{
	static const struct dm_ops dm = {.list = sick_list,
		.read = sick_read,
		.driver_version = fake_driver_version};
	static const struct lvm_ops lvm = {
		.run = sick_lvm, .metadata = fake_lvm_metadata, .label = fake_lvm_label};
	struct live_times times = live_times_from_now(LIMIT_SECONDS);
	cleanup_host struct host *host = NULL;

	machine->dm = &dm;
	machine->lvm = &lvm;
	machine->clock = sick_clock;
	machine->context = sick;
	live_read(machine, &times, &host);
	say_outcomes(host);
}

static pid_t program_start(struct sick *sick, struct machine *machine, int *ret_fd)
{
	int fds[2];
	pid_t pid;

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	fflush(NULL);
	pid = fork();
	if (pid == 0) {
		dup2(fds[1], 1);
		close(fds[0]);
		close(fds[1]);
		program(sick, machine);
		_exit(EXIT_PROGRAM);
	}
	close(fds[1]);
	*ret_fd = fds[0];
	return pid;
}

/* Until the last process that has it open is gone. */
static void read_all(int fd, char said[SAID_MAX])
{
	size_t len = 0;
	ssize_t n;

	while ((n = read(fd, said + len, SAID_MAX - 1 - len)) > 0)
		len += (size_t)n;
	said[len] = '\0';
	close(fd);
}

static void assert_nobody_is_left(void)
{
	int64_t until = clock_ms() + SLACK_MS;
	pid_t pid;

	while ((pid = waitpid(-1, NULL, WNOHANG)) >= 0) {
		assert_true(clock_ms() < until);
		usleep(10000);
	}
	assert_int_equal(errno, ECHILD);
}

static void run_sick(struct sick *sick, char said[SAID_MAX])
{
	struct machine machine;
	int64_t begun = clock_ms();
	int fd, status;
	pid_t pid;

	prctl(PR_SET_CHILD_SUBREAPER, 1);
	fake_open(&sick->fake, &machine, plain, COUNT_OF(plain));
	for (size_t i = 0; i < COUNT_OF(blocks); i++)
		root_put(sick->fake.root, blocks[i].path, blocks[i].content);
	pid = program_start(sick, &machine, &fd);
	read_all(fd, said);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), EXIT_PROGRAM);
	assert_true(clock_ms() - begun < LIMIT_SECONDS * 1000 + SLACK_MS);
	assert_nobody_is_left();
	fake_close(&sick->fake, &machine);
}

static void assert_says(const char *said, const char *word)
{
	if (!strstr(said, word))
		fail_msg("it does not say '%s' but\n%s", word, said);
}

/* ---- the tests ---- */

static const struct fake_lvm no_answer[] = {{"fullreport", 5, "", "  nothing\n"},
	{"pvs", 0, "", NULL}, {"lvscan", 0, "", NULL}};

#define SICK .fake = {BACKUP, .lvm = no_answer, .n_lvm = COUNT_OF(no_answer)}

static void test_a_host_that_is_well(void **state)
{
	struct sick sick = {SICK, .list = ILL_DAWDLE};
	char said[SAID_MAX];

	(void)state;
	run_sick(&sick, said);
	assert_says(said, "5 devices\n");
	assert_says(said, "identity: read");
	assert_says(said, "dm: read");
	assert_says(said, "blocks: read");
	assert_says(said, "processes: read");
	assert_says(said, "lvm/report.json: unsupported (status 5");
	assert_says(said, "lvm/lvscan.txt: read");
}

/* What changed while it was read, is read again; what never rests, is named. */
static void test_a_busy_host(void **state)
{
	struct sick busy = {SICK, .n_busy = 3}, never = {SICK, .n_busy = 1000};
	char said[SAID_MAX];

	(void)state;
	run_sick(&busy, said);
	assert_says(said, "dm: read");
	assert_says(said, "again: read");
	run_sick(&never, said);
	assert_says(said, "dm: read");
	assert_says(said, "again: changed (1 of devices of snapshots, at 700:4: opens)");
}

/* What hangs is missing, what stands on it is not asked, all else is there. */
static void test_device_mapper_hangs(void **state)
{
	struct sick sicks[] = {
		{SICK, .list = ILL_HANG},
		{SICK, .read = ILL_HANG},
	};
	char said[SAID_MAX];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(sicks); i++) {
		run_sick(&sicks[i], said);
		assert_says(said, "0 devices\n");
		assert_says(said, "identity: read");
		assert_says(said, "dm: timed-out (no answer)");
		assert_says(said, "blocks: read");
		assert_says(said, "swaps: read");
		assert_says(said, "holders: read");
		assert_says(said, "processes: read");
		assert_says(said, "lvm/report.json: timed-out (not run");
	}
}

static void test_device_mapper_crashes(void **state)
{
	struct sick killed = {SICK, .read = ILL_KILLED}, ended = {SICK, .list = ILL_EXIT};
	char said[SAID_MAX];

	(void)state;
	run_sick(&killed, said);
	assert_says(said, "dm: unsupported (its process was killed by signal 9)");
	assert_says(said, "processes: read");
	run_sick(&ended, said);
	assert_says(said, "dm: unsupported (its process exited with status 3)");
	assert_says(said, "processes: read");
}

/* The command is given up early enough for the others' answers to be kept. */
static void test_lvm_hangs(void **state)
{
	struct sick command = {SICK, .lvm = ILL_CHILD_HANGS},
		    all = {SICK, .lvm = ILL_HANG};
	char said[SAID_MAX];

	(void)state;
	run_sick(&command, said);
	assert_says(said, "5 devices\n");
	assert_says(said, "lvm/report.json: timed-out (no answer within ");
	assert_says(said, "lvm/lvscan.txt: skipped (not asked: an earlier question");
	run_sick(&all, said);
	assert_says(said, "5 devices\n");
	assert_says(said, "dm: read");
	assert_says(said, "lvm/report.json: timed-out (no answer)");
	assert_says(said, "lvm/pvs.json: timed-out (no answer)");
}

static void test_several_hang(void **state)
{
	struct sick sick = {SICK, .clock = ILL_HANG, .list = ILL_HANG, .lvm = ILL_HANG};
	char said[SAID_MAX];

	(void)state;
	run_sick(&sick, said);
	assert_says(said, "identity: timed-out (no answer)");
	assert_says(said, "dm: timed-out (no answer)");
	assert_says(said, "blocks: read");
	assert_says(said, "processes: read");
}

static void test_the_first_process_is_killed(void **state)
{
	struct sick sick = {SICK, .lvm = ILL_CHILD_HANGS};
	char said[SAID_MAX];
	struct machine machine;
	int fd;
	pid_t pid;

	(void)state;
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	fake_open(&sick.fake, &machine, plain, COUNT_OF(plain));
	for (size_t i = 0; i < COUNT_OF(blocks); i++)
		root_put(sick.fake.root, blocks[i].path, blocks[i].content);
	pid = program_start(&sick, &machine, &fd);
	sleep(2); /* by now it is with LVM */
	kill(pid, SIGKILL);
	read_all(fd, said);
	assert_string_equal(said, "");
	assert_nobody_is_left();
	fake_close(&sick.fake, &machine);
}

/* No time at all: nothing is begun, and nothing is without an outcome. */
static void test_no_time(void **state)
{
	struct live_times times = live_times_from_now(0);
	struct fake fake = {BACKUP};
	cleanup_host struct host *host = NULL;
	struct machine machine;

	(void)state;
	fake_open(&fake, &machine, plain, COUNT_OF(plain));
	live_read(&machine, &times, &host);
	assert_outcome(host, "identity", OUTCOME_TIMED_OUT, "time limit is over");
	assert_outcome(host, "swaps", OUTCOME_TIMED_OUT, "time limit is over");
	assert_outcome(host, "lvm/lvscan.txt", OUTCOME_TIMED_OUT, "time limit is over");
	fake_close(&fake, &machine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_host_that_is_well),
		cmocka_unit_test(test_a_busy_host),
		cmocka_unit_test(test_device_mapper_hangs),
		cmocka_unit_test(test_device_mapper_crashes),
		cmocka_unit_test(test_lvm_hangs),
		cmocka_unit_test(test_several_hang),
		cmocka_unit_test(test_the_first_process_is_killed),
		cmocka_unit_test(test_no_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
