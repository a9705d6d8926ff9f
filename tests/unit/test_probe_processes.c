/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who holds what, over recorded machines; and the children in which /proc is read, which
 * must never hold up the probe itself.
 */
#include <signal.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <time.h>

#include "../../capture/probe/parts.h"
#include "recorded_host.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/device.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/process.h"
#include "snapstate/host/source.h"
#include "snapstate/record.h"

/* ---- processes ---- */

#define STAT(pid, comm, parent, start)                                                   \
#pid " (" comm ") S " #parent " 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 " #start     \
	     " 0\n"
#define STATUS "Name:\tx\nUid:\t33\t0\t0\t0\n"
#define OF_ROOT "Name:\tx\nUid:\t0\t0\t0\t0\n"

/* A backup of the mounted mapping by 50, seen in the namespace of process 1. */
static const struct entry holders[] = {
	{"proc/1/ns/mnt", "-> mnt:[4026531841]"},
	{"proc/1/root", "-> /"},
	{"proc/1/mountinfo", ROOT_LINE BACKUP_LINE},
	{"proc/1/stat", STAT(1, "systemd", 0, 1)},
	{"proc/50/stat", STAT(50, "tar) (x S 9", 1, 4711)},
	{"proc/50/status", STATUS},
	{"proc/50/exe", "-> /usr/bin/tar"},
	{"proc/50/ns/mnt", "-> mnt:[4026531841]"},
	{"proc/50/root", "-> /"},
	{"proc/50/fd/0", "-> /dev/null"},
	{"proc/50/fd/3", "-> /mnt/backup/b"},
	{"proc/50/fd/4", "-> /mnt/backup/a"},
	{"proc/50/fd/5", "-> socket:[4711]"},
	{"proc/50/fdinfo/3", "pos:\t0\nflags:\t0100000\nmnt_id:\t4000044\n"},
	{"proc/50/fdinfo/4", "pos:\t0\nflags:\t0100000\nmnt_id:\t4000044\n"},
	{"proc/50/maps",
		"55d0-55e0 r-xp 00000000 2bc:05 12    /mnt/backup/lib with blanks\n"
		"55e0-55f0 r--p 00001000 2bc:05 12    /mnt/backup/lib with blanks\n"
		"55f0-5600 rw-p 00000000 00:00 0\n"
		"7ff0-7fff rw-p 00000000 00:00 0      [stack]\n"},
	/* the snapshot itself, open; and another one only named (O_PATH) */
	{"proc/60/stat", STAT(60, "dd", 1, 5000)},
	{"proc/60/fd/0", "-> /dev/mapper/vg-backup"},
	{"proc/60/fd/1", "-> /dev/mapper/vg-backupX1"},
	{"proc/60/fdinfo/0", "pos:\t0\nflags:\t0100000\nmnt_id:\t4000099\n"},
	{"proc/60/fdinfo/1", "pos:\t0\nflags:\t010000000\nmnt_id:\t4000099\n"},
	/* interesting though they hold nothing; and not interesting */
	{"proc/70/stat", STAT(70, "rsync", 1, 6000)},
	{"proc/71/stat", STAT(71, "lvremove", 1, 6001)},
	{"proc/72/stat", STAT(72, "lvs", 1, 6002)},
	{"proc/73/stat", STAT(73, "dmeventd", 1, 6003)},
	/* vanishing: only parts are left */
	{"proc/80", NULL},
	{"proc/81/stat", "81 (cut"},
	{"proc/82/stat", STAT(82, "tar", 1, 7000)},
};
#define MANY	      700
#define PARTS                                                                            \
	(PROBE_DM | PROBE_BLOCKS | PROBE_HOLDERS | PROBE_MOUNTS | PROBE_PROCESSES)

static const struct use *use(
	const struct host *host, uint32_t pid, enum use_kind kind, uint32_t minor)
{
	for (size_t i = 0; i < host->n_uses; i++)
		if (host->uses[i].pid == pid && host->uses[i].kind == kind &&
			host->uses[i].devno.minor == minor)
			return &host->uses[i];
	fail_msg(
		"process %u does not hold 700:%u by %s", pid, minor, use_kind_name(kind));
	return NULL;
}

static uint32_t count_uses(const struct host *host, uint32_t pid, enum use_kind kind)
{
	uint32_t count = 0;

	for (size_t i = 0; i < host->n_uses; i++)
		if (host->uses[i].pid == pid && host->uses[i].kind == kind)
			count += host->uses[i].count;
	return count;
}

static void test_holders(void **state)
{
	struct fake fake = {BACKUP};
	cleanup_host struct host *host = PROBE(&fake, PARTS, holders);
	const struct process *tar = host_process(host, 50);

	(void)state;
	assert_outcome(host, "processes", OUTCOME_READ, "");
	assert_int_equal(host->n_uses, 3);
	assert_int_equal(use(host, 50, USE_FILE, 5)->count, 2);
	assert_string_equal(use(host, 50, USE_FILE, 5)->example, "/mnt/backup/a");
	assert_int_equal(use(host, 50, USE_MAP, 5)->count, 2);
	assert_string_equal(
		use(host, 50, USE_MAP, 5)->example, "/mnt/backup/lib with blanks");
	assert_int_equal(use(host, 60, USE_NODE, 4)->count, 1);
	assert_non_null(tar);
	assert_string_equal(tar->comm, "tar) (x S 9");
	assert_int_equal(tar->start, 4711);
	assert_int_equal(tar->uid, 33);
	assert_string_equal(tar->exe, "/usr/bin/tar");
	assert_int_equal(tar->mount_namespace, 4026531841);
}

static void test_programs_that_hold_nothing(void **state)
{
	struct fake fake = {BACKUP};
	cleanup_host struct host *host = PROBE(&fake, PARTS, holders);
	static const uint32_t recorded[] = {50, 60, 70, 71, 82};

	(void)state;
	assert_int_equal(host->n_processes, COUNT_OF(recorded));
	for (size_t i = 0; i < COUNT_OF(recorded); i++)
		assert_int_equal(host->processes[i].pid, recorded[i]);
}

static void test_we_and_our_children_hold_nothing(void **state)
{
	static const char rest[] = "1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 9 0\n";
	char own_path[64], own_stat[128], child_stat[128];
	struct entry entries[] = {
		{own_path, own_stat},
		{"proc/90/stat", child_stat},
		{"proc/90/fd/0", "-> /dev/mapper/vg-backup"},
	};
	struct fake fake = {BACKUP};
	cleanup_host struct host *host = NULL;

	(void)state;
	snprintf(own_path, sizeof(own_path), "proc/%d/stat", getpid());
	snprintf(own_stat, sizeof(own_stat), "%d (tar) S 1 %s", getpid(), rest);
	snprintf(child_stat, sizeof(child_stat), "90 (dd) S %d %s", getpid(), rest);
	host = PROBE(&fake, PARTS, entries);
	assert_outcome(host, "processes", OUTCOME_READ, "");
	assert_int_equal(host->n_processes, 0);
}

/* Those that wait for the one that reads are named; their parent says nothing. */
static void test_who_waits_for_us_holds_nothing(void **state)
{
	static const char rest[] = "S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 9 0\n";
	static const uint32_t own[] = {91, 92};
	struct fake fake = {BACKUP};
	struct machine machine;
	struct host *host = NULL;
	struct err err = ERR_INIT;

	(void)state;
	fake_open(&fake, &machine, plain, COUNT_OF(plain));
	for (unsigned pid = 90; pid < 93; pid++) {
		char path[64], stat[128];

		snprintf(path, sizeof(path), "proc/%u/stat", pid);
		snprintf(stat, sizeof(stat), "%u (dd) %s", pid, rest);
		root_put(fake.root, path, stat);
		snprintf(path, sizeof(path), "proc/%u/cwd", pid);
		root_put(fake.root, path, "-> /dev/mapper/vg-backup");
		snprintf(path, sizeof(path), "proc/%u/fd/0", pid);
		root_put(fake.root, path, "-> /dev/mapper/vg-backup");
	}
	machine.own_pids = own;
	machine.n_own_pids = COUNT_OF(own);
	assert_int_equal(probe_host(&machine, PARTS, &host, &err), 0);
	assert_int_equal(host->n_processes, 1);
	assert_int_equal(host->processes[0].pid, 90);
	host_free(host);
	fake_close(&fake, &machine);
}

/* Not read, so that a host with thousands of devices, and a thread for each, is not slow:
 * what it would be shown to hold stands here only to tell. */
static void test_threads_of_the_kernel_are_passed_over(void **state)
{
	static const struct entry thread[] = {
		{"proc/83/stat", "83 (kdmflush/700:4) I 2 0 0 0 -1 69238880 0 0 0 0 0 0 "
				 "0 0 0 -20 1 0 9 0\n"},
		{"proc/83/fd/0", "-> /dev/mapper/vg-backup"},
	};
	static const struct entry program[] = {
		{"proc/83/stat", "83 (kdmflush/700:4) S 2 0 0 0 -1 4194304 0 0 0 0 0 0 "
				 "0 0 0 -20 1 0 9 0\n"},
		{"proc/83/fd/0", "-> /dev/mapper/vg-backup"},
	};
	struct fake fake = {BACKUP}, other = {BACKUP};
	cleanup_host struct host *host = PROBE(&fake, PARTS, thread);
	cleanup_host struct host *with = PROBE(&other, PARTS, program);

	(void)state;
	assert_outcome(host, "processes", OUTCOME_READ, "");
	assert_int_equal(host->n_uses, 0);
	assert_int_equal(with->n_uses, 1); /* whatever it calls itself */
}

/* Lazily unmounted: the mount of the descriptor is in no table, and the file system's own
 * number is all there is. */
static void test_a_lazily_unmounted_file_system(void **state)
{
	char folder[] = "/tmp/snapstate-lazy-XXXXXX", link[64];
	struct stat st;
	struct fake_device device = {
		.name = "vg-lazy", .uuid = "", .type = "linear", .params = ""};
	struct fake fake = {.devices = &device, .n_devices = 1};
	struct entry entries[] = {
		{"proc/50/stat", STAT(50, "bash", 1, 4711)},
		{"proc/50/fd/3", link},
		{"proc/50/fdinfo/3", "flags:\t0100000\nmnt_id:\t4000077\n"},
		{"proc/50/cwd", link},
	};
	cleanup_host struct host *host = NULL;
	struct machine machine;

	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_int_equal(stat(folder, &st), 0);
	snprintf(link, sizeof(link), "-> %s", folder);
	fake_open(&fake, &machine, entries, COUNT_OF(entries));
	/* the mapping has the number that this test's own file system has */
	host = host_new();
	*array_add(&host->devices, &host->n_devices) =
		(struct device){.devno = {major(st.st_dev), minor(st.st_dev)},
			.name = "vg-lazy",
			.uuid = ""};
	probe_processes(&machine, host);
	fake_close(&fake, &machine);
	rmdir(folder);
	assert_outcome(host, "processes", OUTCOME_READ, "");
	assert_int_equal(host->n_uses, 2);
	assert_int_equal(host->uses[0].kind, USE_FILE);
	assert_int_equal(host->uses[1].kind, USE_CWD);
	assert_string_equal(host->uses[0].example, folder);
}

/* ---- udev ---- */

/* The daemon 40 and its worker 41, which has the snapshot open; a blkid of a rule; a
 * udevadm that somebody typed; one that is started like the daemon, by another name of
 * the program; and what a supervisor has in another group. */
static const struct entry udev[] = {
	{"usr", "-> /usr"},
	{"proc/1/ns/mnt", "-> mnt:[4026531841]"},
	{"proc/1/root", "-> /"},
	{"proc/1/mountinfo", ROOT_LINE BACKUP_LINE},
	{"proc/1/stat", STAT(1, "systemd", 0, 1)},
	{"proc/40/stat", STAT(40, "systemd-udevd", 1, 2)},
	{"proc/40/exe", "-> /usr/bin/udevadm"},
	{"proc/41/stat", STAT(41, "(udev-worker)", 40, 3)},
	{"proc/41/exe", "-> /usr/bin/udevadm"},
	{"proc/41/status", OF_ROOT},
	{"proc/41/cgroup", "0::/system.slice/systemd-udevd.service/udev\n"},
	{"proc/41/fd/3", "-> /dev/mapper/vg-backup"},
	{"proc/42/stat", STAT(42, "blkid", 41, 4)},
	{"proc/42/exe", "-> /usr/bin/env"},
	{"proc/42/status", OF_ROOT},
	{"proc/42/fd/3", "-> /dev/mapper/vg-backup"},
	{"proc/43/stat", STAT(43, "lvm", 41, 4)},
	{"proc/43/exe", "-> /usr/bin/env"},
	{"proc/43/status", OF_ROOT},
	{"proc/50/stat", STAT(50, "bash", 1, 4)},
	{"proc/50/exe", "-> /usr/bin/bash"},
	{"proc/51/stat", STAT(51, "udevadm", 50, 4)},
	{"proc/51/exe", "-> /usr/bin/udevadm"},
	{"proc/51/status", OF_ROOT},
	{"proc/51/fd/3", "-> /dev/mapper/vg-backup"},
	{"proc/52/stat", STAT(52, "systemd-udevd", 1, 4)},
	{"proc/52/exe", "-> /usr/bin/env"},
	{"proc/52/status", OF_ROOT},
	{"proc/52/fd/3", "-> /dev/mapper/vg-backup"},
	{"proc/53/stat", STAT(53, "udevadm", 1, 4)},
	{"proc/53/exe", "-> /usr/bin/udevadm"},
	{"proc/53/status", OF_ROOT},
	{"proc/53/cgroup", "12:pids:/x\n1:name=systemd:/user.slice/x\n"},
	{"proc/53/fd/3", "-> /dev/mapper/vg-backup"},
	{"proc/54/stat", STAT(54, "(udev-worker)", 40, 3)},
	{"proc/54/exe", "-> /usr/bin/udevadm"},
	{"proc/54/status", STATUS},
	{"proc/54/fd/3", "-> /dev/mapper/vg-backup"},
};

static bool is_udevs(const struct host *host, uint32_t pid)
{
	const struct process *process = host_process(host, pid);

	assert_non_null(process);
	return process->is_of_udev;
}

/* What does not end stays, and is known. */
static void test_what_is_of_udev(void **state)
{
	struct fake fake = {BACKUP};
	cleanup_host struct host *host = NULL;

	(void)state;
	if (access("/usr/bin/udevadm", X_OK) < 0)
		skip();
	host = PROBE(&fake, PARTS, udev);
	assert_outcome(host, "processes", OUTCOME_READ, "");
	assert_true(is_udevs(host, 41));
	assert_true(is_udevs(host, 42));
	assert_true(is_udevs(host, 43));
	assert_false(is_udevs(host, 51));
	assert_false(is_udevs(host, 52));
	assert_false(is_udevs(host, 53));
	assert_false(is_udevs(host, 54));
	assert_int_equal(host->n_uses, 6);
}

/* The worker closes the device, whenever that is: it is not recorded. */
static void test_what_udev_has_open_passes(void **state)
{
	struct fake fake = {BACKUP};
	cleanup_host struct host *host = NULL;
	struct machine machine;
	struct err err = ERR_INIT;
	char path[128];
	pid_t pid;

	(void)state;
	if (access("/usr/bin/udevadm", X_OK) < 0)
		skip();
	fake_open(&fake, &machine, udev, 13); /* the daemon and its worker */
	snprintf(path, sizeof(path), "%s/proc/41/fd/3", fake.root);
	assert_int_equal(access(path, F_OK) < 0 ? errno : 0, ENOENT); /* leads nowhere */
	pid = fork();
	if (pid == 0) {
		usleep(300000);
		_exit(unlink(path) < 0);
	}
	assert_int_equal(probe_host(&machine, PARTS, &host, &err), 0);
	waitpid(pid, NULL, 0);
	fake_close(&fake, &machine);
	assert_outcome(host, "processes", OUTCOME_READ, "");
	assert_int_equal(host->n_uses, 0);
	assert_int_equal(host->n_processes, 0);
}

static void test_the_root_file_system_has_no_holders(void **state)
{
	static const struct entry entries[] = {
		{"proc/1/ns/mnt", "-> mnt:[4026531841]"},
		{"proc/1/root", "-> /"},
		{"proc/1/mountinfo", "4000021 1 700:5 / / rw - ext4 /dev/dm-5 rw\n"},
		{"proc/50/stat", STAT(50, "bash", 1, 4711)},
		{"proc/50/fd/3", "-> /var/log/x"},
		{"proc/50/fdinfo/3", "flags:\t0100000\nmnt_id:\t4000021\n"},
	};
	struct fake fake = {BACKUP};
	cleanup_host struct host *host = PROBE(&fake, PARTS, entries);

	(void)state;
	assert_int_equal(host->n_uses, 0);
}

static void test_what_stands_on_a_mapping_counts(void **state)
{
	/* A loop device on a file of the mounted mapping, and a process that has it open.
	 * Its name must be none that the machine of this test has. */
	static const struct entry entries[] = {
		{"proc/1/ns/mnt", "-> mnt:[4026531841]"},
		{"proc/1/root", "-> /"},
		{"proc/1/mountinfo", ROOT_LINE BACKUP_LINE},
		{BLOCK "loop4711/dev", "700:120\n"},
		{BLOCK "loop4711/size", "2048\n"},
		{BLOCK "loop4711/loop/backing_file", "/mnt/backup/image\n"},
		{BLOCK "sdzzz/dev", "700:102\n"},
		{"proc/50/stat", STAT(50, "qemu", 1, 4711)},
		{"proc/50/fd/3", "-> /dev/loop4711"},
		{"proc/50/fd/4", "-> /dev/sdzzz"},
	};
	struct fake fake = {BACKUP};
	cleanup_host struct host *host = PROBE(&fake, PARTS, entries);

	(void)state;
	assert_int_equal(host->n_uses, 1);
	use(host, 50, USE_NODE, 120);
}

static enum outcome processes_as_nobody(void)
{
	struct fake fake = {BACKUP};
	struct machine machine;
	struct host *host = host_new();
	const struct source *source;
	char path[128];
	struct err err = ERR_INIT;

	fake_open(&fake, &machine, holders, COUNT_OF(holders));
	snprintf(path, sizeof(path), "%s/proc/60/fd", fake.root);
	chmod(path, 0);
	if (geteuid() == 0 && setuid(65534) < 0)
		return OUTCOME_SKIPPED;
	fake_list(&fake, host, &err);
	probe_processes(&machine, host);
	source = host_source(host, "processes");
	return source ? source->outcome : OUTCOME_SKIPPED;
}

static void test_a_process_that_may_not_be_read(void **state)
{
	int status = 0;
	pid_t pid = fork();

	(void)state;
	if (pid == 0)
		_exit((int)processes_as_nobody());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), OUTCOME_DENIED);
}

static void test_a_process_that_hangs_its_reader(void **state)
{
	struct fake fake = {BACKUP};
	struct machine machine;
	cleanup_host struct host *host = host_new();
	struct err err = ERR_INIT;
	char path[128];

	(void)state;
	fake_open(&fake, &machine, holders, COUNT_OF(holders));
	/* nobody ever writes to it: opening it waits for ever */
	snprintf(path, sizeof(path), "%s/proc/60/maps", fake.root);
	assert_int_equal(mkfifo(path, 0600), 0);
	fake_list(&fake, host, &err);
	probe_processes(&machine, host);
	fake_close(&fake, &machine);
	assert_outcome(host, "processes", OUTCOME_HUNG, "process 60");
	assert_non_null(host_process(host, 82)); /* what comes behind it is read */
}

/* ---- the arguments of processes ---- */

static struct host *probe_arguments(bool is_wanted)
{
	static const char cmdline[] = "tar\0--pass\0s3cr3t x\0\0";
	struct fake fake = {BACKUP};
	struct machine machine;
	struct host *host = NULL;
	struct err err = ERR_INIT;
	char path[128];
	FILE *file;

	fake_open(&fake, &machine, holders, COUNT_OF(holders));
	machine.wants_cmdline = is_wanted;
	snprintf(path, sizeof(path), "%s/proc/50/cmdline", fake.root);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_int_equal(
		fwrite(cmdline, 1, sizeof(cmdline) - 1, file), sizeof(cmdline) - 1);
	fclose(file);
	assert_int_equal(probe_host(&machine, PARTS, &host, &err), 0);
	fake_close(&fake, &machine);
	return host;
}

static bool is_written(const struct host *host, const char *word)
{
	cleanup_buf struct buf state = BUF_INIT;

	struct err err = ERR_INIT;

	assert_int_equal(record_state_write(host, &state, &err), 0);
	return strstr(buf_text(&state), word) != NULL;
}

static void test_arguments_only_when_asked_for(void **state)
{
	cleanup_host struct host *without = probe_arguments(false);
	cleanup_host struct host *with = probe_arguments(true);

	(void)state;
	assert_non_null(host_process(without, 50));
	assert_null(host_process(without, 50)->cmdline);
	assert_non_null(host_process(with, 50));
	assert_non_null(host_process(with, 50)->cmdline);
	assert_string_equal(host_process(with, 50)->cmdline, "tar --pass s3cr3t x");
	assert_string_equal(host_process(with, 60)->cmdline, ""); /* it shows none */
	assert_true(is_written(with, "s3cr3t"));
	assert_false(is_written(without, "s3cr3t"));
}

/* ---- a machine as it is ---- */

/* A host whose only mapping has the number of the file system that `path` is on. */
static struct host *probe_this_machine(const char *path)
{
	struct host *host = host_new();
	struct fake fake = {0};
	struct machine machine;
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	fake_open(&fake, &machine, NULL, 0);
	close(machine.root);
	machine.root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	*array_add(&host->devices, &host->n_devices) =
		(struct device){.devno = {major(st.st_dev), minor(st.st_dev)},
			.name = "made-up",
			.uuid = ""};
	probe_processes(&machine, host);
	fake_close(&fake, &machine);
	return host;
}

/* Opens a file twice and works in its folder; not as a child of ours nor of one
 * of those, since they are no holders. */
static void hold_and_wait(const char *folder, int ready, const int ended[2])
{
	char path[128], byte;
	int fd;

	/* until those in between have ended */
	close(ended[1]);
	if (read(ended[0], &byte, 1) != 0)
		_exit(1);
	snprintf(path, sizeof(path), "%s/file", folder);
	fd = open(path, O_RDWR | O_CREAT, 0600);
	dup2(fd, 200); /* far from the others */
	if (chdir(folder) < 0 ||
		write(ready, &(pid_t){getpid()}, sizeof(pid_t)) != sizeof(pid_t))
		_exit(1);
	alarm(600);
	pause();
	_exit(0);
}

static void test_this_machine(void **state)
{
	char folder[] = "/dev/shm/snapstate-live-XXXXXX", path[64];
	cleanup_host struct host *host = NULL;
	pid_t child, holder = 0;
	int ready[2], ended[2];

	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	assert_int_equal(pipe2(ended, O_CLOEXEC), 0);
	child = fork();
	if (child == 0) {
		if (fork() == 0 && fork() == 0)
			hold_and_wait(folder, ready[1], ended);
		_exit(0);
	}
	close(ended[0]);
	close(ended[1]);
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_int_equal(read(ready[0], &holder, sizeof(holder)), sizeof(holder));
	host = probe_this_machine(folder);
	kill(holder, SIGKILL);
	snprintf(path, sizeof(path), "%s/file", folder);
	unlink(path);
	rmdir(folder);
	close(ready[0]);
	close(ready[1]);
	assert_non_null(host_process(host, (uint32_t)holder));
	assert_int_equal(count_uses(host, (uint32_t)holder, USE_FILE), 2);
	assert_int_equal(count_uses(host, (uint32_t)holder, USE_CWD), 1);
	assert_int_equal(count_uses(host, (uint32_t)holder, USE_NODE), 0);
}

/* Enough processes for a share on each CPU: all are read, whichever share they are in. */
static void test_many_processes(void **state)
{
	struct fake fake = {BACKUP};
	struct machine machine;
	cleanup_host struct host *host = NULL;
	struct err err = ERR_INIT;

	(void)state;
	fake_open(&fake, &machine, holders, COUNT_OF(holders));
	for (unsigned pid = 1000; pid < 1000 + MANY; pid++) {
		char path[64], text[128];

		snprintf(path, sizeof(path), "proc/%u/stat", pid);
		snprintf(text, sizeof(text),
			"%u (tar) S 1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 %u 0\n", pid,
			pid);
		root_put(fake.root, path, text);
		snprintf(path, sizeof(path), "proc/%u/fd/0", pid);
		root_put(fake.root, path, "-> /dev/mapper/vg-backup");
		snprintf(path, sizeof(path), "proc/%u/fd/1", pid);
		root_put(fake.root, path, "-> mnt:[4026539999]");
	}
	assert_int_equal(probe_host(&machine, PARTS, &host, &err), 0);
	fake_close(&fake, &machine);
	assert_outcome(host, "processes", OUTCOME_READ, "");
	for (unsigned pid = 1000; pid < 1000 + MANY; pid++)
		use(host, pid, USE_NODE, 4);
	assert_int_equal(host->n_uses, 3 + MANY);
	/* of those that keep a namespace, the first one stands for all */
	assert_int_equal(host->n_namespaces, 2);
	assert_int_equal(host->namespaces[1].pin_pid, 1000);
}

/* ---- children that can be given up ---- */

static int ignore_everything(void *context)
{
	(void)context;
	signal(SIGTERM, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	if (write(1, "half", 4) != 4)
		return 1;
	for (;;)
		pause();
}

#define LONG 120 /* seconds; none of them lasts half of that, however busy the machine */

/* Its own end counts, not that of what it leaves behind with its pipes. */
static int leave_a_grandchild(void *context)
{
	(void)context;
	if (fork() == 0) {
		sleep(LONG);
		_exit(0);
	}
	return 7;
}

static int talk_for_ever(void *context)
{
	(void)context;
	for (;;)
		if (write(1, "0123456789", 10) != 10)
			return 1;
}

/* Words that come apart, none of them late, and together longer than one may take: far
 * from both on a busy machine, too. */
#define WORDS	     12
#define WORD_SECONDS 3

static int talk_slowly(void *context)
{
	(void)context;
	for (int i = 0; i < WORDS; i++) {
		usleep(300000);
		if (write(1, ".", 1) != 1)
			return 1;
	}
	return 0;
}

static int talk_slowly_and_arm(void *context)
{
	static const struct child_limits limits = {.seconds = WORD_SECONDS};

	(void)context;
	for (int i = 0; i < WORDS; i++) {
		usleep(300000);
		if (write(1, ".", 1) != 1)
			return 1;
		child_arm(&limits);
	}
	return 0;
}

static int crash(void *context)
{
	(void)context;
	raise(SIGKILL);
	return 0;
}

static void test_children(void **state)
{
	static const struct {
		int (*body)(void *context);
		struct child_limits limits;
		int result;
		const char *out;
	} children[] = {
		{ignore_everything, {1, false, 100, 0, false}, -ETIMEDOUT, "half"},
		{leave_a_grandchild, {LONG, false, 100, 0, false}, 7, ""},
		{talk_for_ever, {LONG, false, 100000, 0, false}, -EFBIG, NULL},
		{talk_slowly, {WORD_SECONDS, true, 100, 0, false}, 0, "............"},
		{talk_slowly, {1, false, 100, 0, false}, -ETIMEDOUT, NULL},
		{ignore_everything, {1, false, 100, 0, true}, -ETIMEDOUT, "half"},
		{talk_for_ever, {LONG, false, 100000, 0, true}, -EFBIG, NULL},
		{talk_slowly, {1, false, 100, 0, true}, -ETIMEDOUT, NULL},
		{talk_slowly_and_arm, {WORD_SECONDS, true, 100, 0, true}, 0,
			"............"},
		{crash, {LONG, false, 100, 0, true}, 128 + SIGKILL, ""},
		{ignore_everything, {LONG, false, 100, 1, true}, -ETIME, NULL},
		{crash, {LONG, false, 100, 0, false}, 128 + SIGKILL, ""},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(children); i++) {
		cleanup_buf struct buf out = BUF_INIT, err_text = BUF_INIT;
		struct err err = ERR_INIT;
		time_t begin = time(NULL);
		int r = child_run(&children[i].limits, children[i].body, NULL, &out,
			&err_text, &err);

		if (r != children[i].result)
			fail_msg("child %zu: %d", i, r);
		/* none waits until a long limit is over, or for its grandchild */
		assert_true(time(NULL) - begin < LONG / 2);
		assert_true(out.len <= children[i].limits.max);
		if (children[i].out)
			assert_string_equal(buf_text(&out), children[i].out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_holders),
		cmocka_unit_test(test_programs_that_hold_nothing),
		cmocka_unit_test(test_we_and_our_children_hold_nothing),
		cmocka_unit_test(test_who_waits_for_us_holds_nothing),
		cmocka_unit_test(test_threads_of_the_kernel_are_passed_over),
		cmocka_unit_test(test_a_lazily_unmounted_file_system),
		cmocka_unit_test(test_what_is_of_udev),
		cmocka_unit_test(test_what_udev_has_open_passes),
		cmocka_unit_test(test_the_root_file_system_has_no_holders),
		cmocka_unit_test(test_what_stands_on_a_mapping_counts),
		cmocka_unit_test(test_a_process_that_may_not_be_read),
		cmocka_unit_test(test_a_process_that_hangs_its_reader),
		cmocka_unit_test(test_arguments_only_when_asked_for),
		cmocka_unit_test(test_this_machine),
		cmocka_unit_test(test_many_processes),
		cmocka_unit_test(test_children),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
