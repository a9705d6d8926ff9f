/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Holders that are easily missed, over recorded machines: threads that differ from their
 * process, mount namespaces in which nobody lives, and what the kernel itself holds.
 */
#include <pthread.h>
#include <sched.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "../../capture/probe/process.h"
#include "recorded_host.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/holder.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/process.h"
#include "snapstate/host/source.h"

#define PARTS                                                                            \
	(PROBE_DM | PROBE_BLOCKS | PROBE_HOLDERS | PROBE_MOUNTS | PROBE_PROCESSES)
#define HOST_NS	      "-> mnt:[4026531841]"
#define OTHER_NS      "-> mnt:[4026532177]"

static const struct use *find_use(
	const struct host *host, uint32_t pid, enum use_kind kind, uint32_t minor)
{
	for (size_t i = 0; i < host->n_uses; i++)
		if (host->uses[i].pid == pid && host->uses[i].kind == kind &&
			host->uses[i].devno.minor == minor)
			return &host->uses[i];
	return NULL;
}

static const struct mount_namespace *find_namespace(const struct host *host, uint64_t id)
{
	for (size_t i = 0; i < host->n_namespaces; i++)
		if (host->namespaces[i].id == id)
			return &host->namespaces[i];
	return NULL;
}

/* ---- threads ---- */

/* Ids that no kernel gives, so that kcmp(2) has no answer and the links must do. */
#define STAT(pid) #pid " (x) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 2 0 4711 0\n"
#define INIT                                                                             \
	{"proc/1/ns/mnt", HOST_NS}, {"proc/1/root", "-> /"},                             \
	{                                                                                \
		"proc/1/mountinfo", ROOT_LINE BACKUP_LINE                                \
	}

static const struct entry threads[] = {
	INIT,
	/* the second thread has a descriptor and a working directory of its own */
	{"proc/4999950/stat", STAT(4999950)},
	{"proc/4999950/fd/0", "-> /dev/null"},
	{"proc/4999950/task/4999950", NULL},
	{"proc/4999950/task/4999951/fd/0", "-> /dev/null"},
	{"proc/4999950/task/4999951/fd/3", "-> /dev/mapper/vg-backup"},
	{"proc/4999950/task/4999951/fdinfo/3", "flags:\t0100000\nmnt_id:\t4000099\n"},
	/* the second thread has all in common with the first: it counts once */
	{"proc/4999960/stat", STAT(4999960)},
	{"proc/4999960/fd/3", "-> /dev/mapper/vg-backup"},
	{"proc/4999960/fdinfo/3", "flags:\t0100000\nmnt_id:\t4000099\n"},
	{"proc/4999960/task/4999960", NULL},
	{"proc/4999960/task/4999961/fd/3", "-> /dev/mapper/vg-backup"},
	{"proc/4999960/task/4999961/fdinfo/3", "flags:\t0100000\nmnt_id:\t4000099\n"},
	/* the first thread has ended */
	{"proc/4999970/stat", STAT(4999970)},
	{"proc/4999970/task/4999970", NULL},
	{"proc/4999970/task/4999971/exe", "-> /usr/bin/x"},
	{"proc/4999970/task/4999971/fd/3", "-> /mnt/backup/a"},
	{"proc/4999970/task/4999971/fdinfo/3", "flags:\t0100000\nmnt_id:\t4000044\n"},
	{"proc/4999970/task/4999971/maps",
		"55d0-55e0 r-xp 00000000 2bc:05 12    /mnt/backup/lib\n"},
};

static void test_threads(void **state)
{
	struct fake fake = {BACKUP};
	cleanup_host struct host *host = PROBE(&fake, PARTS, threads);

	(void)state;
	assert_outcome(host, "processes", OUTCOME_READ, "");
	assert_int_equal(host->n_uses, 4);
	assert_int_equal(find_use(host, 4999950, USE_NODE, 4)->count, 1);
	assert_int_equal(find_use(host, 4999960, USE_NODE, 4)->count, 1);
	assert_int_equal(find_use(host, 4999970, USE_FILE, 5)->count, 1);
	assert_int_equal(find_use(host, 4999970, USE_MAP, 5)->count, 1);
}

static void test_a_thread_in_a_namespace_of_its_own(void **state)
{
	static const struct entry entries[] = {
		INIT,
		{"proc/4999950/stat", STAT(4999950)},
		{"proc/4999950/ns/mnt", HOST_NS},
		{"proc/4999950/root", "-> /"},
		{"proc/4999950/task/4999950", NULL},
		{"proc/4999950/task/4999951/ns/mnt", OTHER_NS},
		{"proc/4999950/task/4999951/root", "-> /"},
		{"proc/4999950/task/4999951/comm", "worker 7\n"},
		{"proc/4999950/task/4999951/mountinfo",
			"5000044 1 700:5 / /jail ro - ext4 none ro\n"},
		{"proc/4999950/task/4999952/ns/mnt", HOST_NS},
	};
	struct fake fake = {BACKUP};
	cleanup_host struct host *host = PROBE(&fake, PARTS, entries);
	const struct mount_namespace *namespace = find_namespace(host, 4026532177);

	(void)state;
	assert_int_equal(host->n_namespaces, 2);
	assert_non_null(namespace);
	assert_int_equal(namespace->pid, 4999950);
	assert_string_equal(namespace->comm, "worker 7");
	assert_outcome(host, "mounts/4026532177", OUTCOME_READ, "");
	assert_int_equal(host->n_mounts, 3);
}

/* For real: a child with one thread like itself, and one that is not. */
struct live {
	int tids; /* where each thread writes its id */
	bool is_apart;
};

static void *live_thread(void *context)
{
	const struct live *live = context;
	pid_t tid = (pid_t)syscall(SYS_gettid);

	if (live->is_apart) {
		if (unshare(CLONE_FILES | CLONE_FS) < 0 || chdir("/proc") < 0 ||
			open("/proc", O_PATH) < 0)
			tid = -1;
	}
	if (write(live->tids, &tid, sizeof(tid)) != sizeof(tid))
		_exit(1);
	for (;;)
		pause();
}

static int live_process(int tids)
{
	struct live like = {tids, false}, apart = {tids, true};
	pthread_t thread;

	if (pthread_create(&thread, NULL, live_thread, &like) ||
		pthread_create(&thread, NULL, live_thread, &apart))
		return 1;
	for (;;)
		pause();
}

static void test_threads_of_this_kernel(void **state)
{
	struct machine machine = {.root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
	cleanup_free uint32_t *tids = NULL;
	size_t count = 0, n_files = 0, n_places = 0, n_memory = 0;
	int pipes[2], status;
	pid_t pid, tid;

	(void)state;
	assert_int_equal(pipe(pipes), 0);
	pid = fork();
	if (pid == 0)
		_exit(live_process(pipes[1]));
	for (int i = 0; i < 2; i++) {
		assert_int_equal(read(pipes[0], &tid, sizeof(tid)), sizeof(tid));
		assert_true(tid > 0);
	}
	process_threads(&machine, (uint32_t)pid, &tids, &count);
	for (size_t i = 0; i < count; i++) {
		struct thread_difference own =
			thread_compare(&machine, (uint32_t)pid, tids[i]);

		n_files += own.has_files;
		n_places += own.has_places;
		n_memory += own.has_memory;
	}
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	close(pipes[0]);
	close(pipes[1]);
	close(machine.root);
	assert_int_equal(count, 2);
	assert_int_equal(n_files, 1);
	assert_int_equal(n_places, 1);
	assert_int_equal(n_memory, 0);
}

/* ---- namespaces in which nobody lives ---- */

/* A recorded one cannot be entered: it is listed, and its source says so. */
static void test_a_namespace_kept_by_a_bind_mount(void **state)
{
	static const struct entry entries[] = {
		{"proc/1/ns/mnt", HOST_NS},
		{"proc/1/root", "-> /"},
		{"proc/1/mountinfo", ROOT_LINE BACKUP_LINE
			"4000050 4000021 0:4 mnt:[4026532177] /run/ke\\040ep rw - nsfs "
			"nsfs rw\n"
			"4000051 4000021 0:4 net:[4026532178] /run/net rw - nsfs nsfs "
			"rw\n"
			"4000052 4000021 0:4 mnt:[4026531841] /run/own rw - nsfs nsfs "
			"rw\n"},
	};
	struct fake fake = {BACKUP};
	cleanup_host struct host *host = PROBE(&fake, PROBE_MOUNTS, entries);
	const struct mount_namespace *namespace = find_namespace(host, 4026532177);

	(void)state;
	assert_int_equal(host->n_namespaces, 2);
	assert_non_null(namespace);
	assert_int_equal(namespace->pid, 0);
	assert_int_equal(namespace->pin_pid, 0);
	assert_string_equal(namespace->pin_path, "/run/ke ep");
	assert_false(namespace->is_host);
	assert_outcome(host, "mounts", OUTCOME_READ, "");
	assert_outcome(host, "mounts/4026532177", OUTCOME_DENIED, "/run/ke ep");
}

static void test_a_namespace_kept_by_a_descriptor(void **state)
{
	static const struct entry entries[] = {
		INIT,
		{"proc/4999950/stat", STAT(4999950)},
		{"proc/4999950/fd/3", OTHER_NS},
		{"proc/4999950/fd/4", HOST_NS},
		{"proc/4999950/fd/5", "-> net:[4026532178]"},
		{"proc/4999960/stat", STAT(4999960)},
		{"proc/4999960/fd/3", OTHER_NS},
	};
	struct fake fake = {BACKUP};
	cleanup_host struct host *host = PROBE(&fake, PARTS, entries);
	const struct mount_namespace *namespace = find_namespace(host, 4026532177);

	(void)state;
	assert_int_equal(host->n_namespaces, 2);
	assert_non_null(namespace);
	assert_int_equal(namespace->pid, 0);
	assert_int_equal(namespace->pin_pid, 4999950);
	assert_string_equal(namespace->comm, "x");
	assert_string_equal(namespace->pin_path, "");
	assert_outcome(host, "mounts/4026532177", OUTCOME_DENIED, "/proc/4999950/fd/3");
}

/* ---- the kernel ---- */

static bool has_holder(
	const struct host *host, uint32_t minor, enum holder_kind kind, const char *name)
{
	for (size_t i = 0; i < host->n_kernel_holders; i++) {
		const struct kernel_holder *holder = &host->kernel_holders[i];

		if (holder->devno.minor == minor && holder->kind == kind &&
			strcmp(holder->name, name) == 0)
			return true;
	}
	return false;
}

#define CORE "sys/kernel/config/target/core/"
#define XEN  "sys/bus/xen-backend/devices/"

static void test_targets_and_guests(void **state)
{
	static const struct entry entries[] = {
		INIT,
		{CORE "iblock_0/disk 1/info",
			"Status: ACTIVATED  Max Queue Depth: 0  SectorSize: 512\n"
			"        iBlock device: dm-4  UDEV PATH: /dev/vg/backup  "
			"readonly: 0\n"
			"        Major: 700 Minor: 4  CLAIMED: IBLOCK\n"},
		{CORE "iblock_1/unset/info", "        Major: 0 Minor: 0\n"},
		{CORE "fileio_0/node/info",
			"        TCM FILEIO ID: 0        File: /dev/mapper/vg-backupX1"
			"  Size: 1048576  Mode: O_DSYNC Async: 0\n"},
		{CORE "fileio_0/file/info",
			"        TCM FILEIO ID: 0        File: /mnt/backup/a b"
			"  Size: 1048576  Mode: O_DSYNC Async: 0\n"},
		{CORE "fileio_0/hba_info", "HBA Index: 1\n"},
		{CORE "alua", NULL},
		{XEN "vbd-3-51712/physical_device", "2bc:4"},
		{XEN "vif-3-0/state", "4"},
	};
	struct fake fake = {BACKUP};
	cleanup_host struct host *host = PROBE(&fake, PARTS, entries);

	(void)state;
	assert_outcome(host, "holders", OUTCOME_READ, "");
	assert_true(has_holder(host, 4, HOLDER_LIO, "iblock_0/disk 1"));
	assert_true(has_holder(host, 5, HOLDER_LIO, "fileio_0/node"));
	assert_true(has_holder(host, 5, HOLDER_LIO_FILE, "fileio_0/file"));
	assert_true(has_holder(host, 4, HOLDER_XEN, "vbd-3-51712"));
	assert_int_equal(host->n_kernel_holders, 4);
}

/* bcache and drbd show what they stand on; what only claims is recorded, too. */
static void test_claims(void **state)
{
	static const struct entry entries[] = {
		{BLOCK "bcache0/dev", "700:150\n"},
		{BLOCK "bcache0/size", "2048\n"},
		{BLOCK "bcache0/slaves/dm-4/dev", "700:4\n"},
		{BLOCK "drbd1/dev", "700:151\n"},
		{BLOCK "drbd1/size", "2048\n"},
		{BLOCK "drbd1/slaves/dm-4/dev", "700:4\n"},
		{"sys/dev/block/700:4/holders/bcache0/dev", "700:150\n"},
		{"sys/dev/block/700:4/holders/drbd1/dev", "700:151\n"},
		{"sys/dev/block/700:4/holders/dm-5/dev", "700:5\n"},
		{"sys/dev/block/700:4/holders/novel0/dev", "700:160\n"},
		{"sys/dev/block/700:5/holders/dm-3/dev", "700:3\n"},
	};
	struct fake fake = {BACKUP};
	cleanup_host struct host *host = PROBE(&fake, PARTS, entries);
	const struct block *bcache = host_block_by_kname(host, "bcache0");

	(void)state;
	assert_non_null(bcache);
	assert_int_equal(bcache->kind, BLOCK_OTHER);
	assert_int_equal(bcache->n_below, 1);
	assert_int_equal(host_block_by_kname(host, "drbd1")->below[0].minor, 4);
	assert_true(has_holder(host, 4, HOLDER_OTHER, "novel0"));
	assert_true(has_holder(host, 5, HOLDER_OTHER, "dm-3"));
	assert_int_equal(host->n_kernel_holders, 2);
}

static enum outcome holders_as_nobody(const struct machine *machine)
{
	cleanup_host struct host *host = host_new();

	if (geteuid() == 0 && setuid(65534) < 0)
		return OUTCOME_SKIPPED;
	probe_kernel_holders(machine, host);
	return host_source(host, "holders")->outcome;
}

static void test_targets_that_may_not_be_read(void **state)
{
	static const struct entry entries[] = {{CORE "iblock_0/disk/info", "x"}};
	struct fake fake = {BACKUP};
	struct machine machine;
	char path[128];
	int status = 0;
	pid_t pid;

	(void)state;
	fake_open(&fake, &machine, entries, COUNT_OF(entries));
	snprintf(path, sizeof(path), "%s/" CORE, fake.root);
	chmod(path, 0);
	pid = fork();
	if (pid == 0)
		_exit((int)holders_as_nobody(&machine));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	chmod(path, 0755);
	fake_close(&fake, &machine);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), OUTCOME_DENIED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_threads),
		cmocka_unit_test(test_a_thread_in_a_namespace_of_its_own),
		cmocka_unit_test(test_threads_of_this_kernel),
		cmocka_unit_test(test_a_namespace_kept_by_a_bind_mount),
		cmocka_unit_test(test_a_namespace_kept_by_a_descriptor),
		cmocka_unit_test(test_targets_and_guests),
		cmocka_unit_test(test_claims),
		cmocka_unit_test(test_targets_that_may_not_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
