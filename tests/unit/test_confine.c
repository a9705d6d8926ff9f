/* SPDX-License-Identifier: Apache-2.0 */
/* What the confined processes cannot do, call by call, each in a child of its own. */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/dm-ioctl.h>
#include <linux/loop.h>
#include <linux/netlink.h>
#include <linux/openat2.h>
#include <linux/sched.h>
#include <linux/sockios.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

#include "admit.h"
#include "audit.h"
#include "confine.h"
#include "observe_process.h"
#include "../../capture/probe/parts.h"
#include "snapstate/cleanup.h"

#define NOWHERE "/nonexistent-snapstate"

typedef int (*confine_function)(struct err *err);

/* Its status as wait(2) gives it; its exit code is what `act` left in errno. */
static int in_child(confine_function confine, void (*act)(void))
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		struct err err = ERR_INIT;

		if (confine(&err) < 0)
			_exit(255);
		errno = 0;
		act();
		_exit(errno);
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static bool is_killed(int status)
{
	return WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS;
}

/* ---- attacks ---- */

static void start_program(void)
{
	execl("/bin/true", "true", NULL);
}

static void mount_something(void)
{
	mount("none", NOWHERE, "tmpfs", 0, NULL);
}

static void umount_lazily(void)
{
	umount2(NOWHERE, MNT_DETACH);
}

static void umount_by_force(void)
{
	umount2(NOWHERE, MNT_FORCE | UMOUNT_NOFOLLOW | MNT_EXPIRE);
}

static void umount_plainly(void)
{
	umount2(NOWHERE, 0);
}

static void look_for_a_process(void)
{
	kill(getppid(), 0);
}

static void limit_a_process(void)
{
	const struct rlimit64 none = {0, 0};

	syscall(SYS_prlimit64, getppid(), RLIMIT_CPU, &none, NULL);
}

static void enter_namespace(void)
{
	setns(-1, CLONE_NEWNS);
}

static void clone_with(unsigned long flags)
{
	if (syscall(SYS_clone, flags, NULL, NULL, NULL, 0) == 0)
		_exit(0);
}

static void clone_into_a_namespace(void)
{
	clone_with(CLONE_NEWUSER | SIGCHLD);
}

static void clone_with_another_signal(void)
{
	clone_with(SIGUSR1);
}

static void clone_for_the_parent(void)
{
	clone_with(CLONE_PARENT | SIGCHLD);
}

static void clone_out_of_sight(void)
{
	struct clone_args args = {.exit_signal = SIGCHLD};

	if (syscall(SYS_clone3, &args, sizeof(args)) == 0)
		_exit(0);
}

static void become_traceable(void)
{
	prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY, 0, 0, 0);
}

static void join_a_group(void)
{
	setpgid(0, getpgid(getppid()));
}

static void own_by_lease(void)
{
	fcntl(1, F_SETLEASE, F_RDLCK);
}

static void type_for_others(void)
{
	ioctl(0, TIOCSTI, "x");
}

static void trace(void)
{
	ptrace(PTRACE_TRACEME, 0, NULL, NULL);
}

static void change_root(void)
{
	if (chroot(NOWHERE) < 0)
		return;
}

static void leave_namespaces(void)
{
	unshare(CLONE_FS);
}

static void swap_on(void)
{
	swapon(NOWHERE, 0);
}

static void make_node(void)
{
	mknod(NOWHERE "/x", S_IFIFO, 0);
}

static void become_somebody(void)
{
	if (setuid(0) < 0)
		return;
}

static void load_module(void)
{
	syscall(SYS_init_module, NULL, 0, "");
}

static void reboot_machine(void)
{
	syscall(SYS_reboot, 0, 0, 0, NULL);
}

static void bpf(void)
{
	syscall(SYS_bpf, -1, NULL, 0);
}

static void dm_remove_all(void)
{
	ioctl(-1, DM_REMOVE_ALL, NULL);
}

/* as libdevmapper passes it: an int, whose sign fills the register */
static void dm_remove_all_as_int(void)
{
	syscall(SYS_ioctl, -1, (long)(int)DM_REMOVE_ALL, NULL);
}

static void dm_suspend(void)
{
	ioctl(-1, DM_DEV_SUSPEND, NULL);
}

static void dm_load(void)
{
	ioctl(-1, DM_TABLE_LOAD, NULL);
}

static void dm_create(void)
{
	ioctl(-1, DM_DEV_CREATE, NULL);
}

static void dm_rename(void)
{
	ioctl(-1, DM_DEV_RENAME, NULL);
}

static void dm_message(void)
{
	ioctl(-1, DM_TARGET_MSG, NULL);
}

static void loop_attach(void)
{
	ioctl(-1, LOOP_SET_FD, 0);
}

static void loop_change(void)
{
	ioctl(-1, LOOP_CHANGE_FD, 0);
}

static void loop_set_status(void)
{
	ioctl(-1, LOOP_SET_STATUS64, NULL);
}

static void start_a_child(void)
{
	if (fork() == 0)
		_exit(0);
}

static const struct {
	const char *name;
	void (*act)(void);
} attacks[] = {
	{"execve", start_program},
	{"mount", mount_something},
	{"lazy umount", umount_lazily},
	{"forced umount", umount_by_force},
	{"umount without looking", umount_plainly},
	{"kill, nothing but to look", look_for_a_process},
	{"lease", own_by_lease},
	{"TIOCSTI", type_for_others},
	{"ptrace", trace},
	{"chroot", change_root},
	{"unshare", leave_namespaces},
	{"swapon", swap_on},
	{"mknod", make_node},
	{"setuid", become_somebody},
	{"init_module", load_module},
	{"reboot", reboot_machine},
	{"bpf", bpf},
	{"dm remove_all", dm_remove_all},
	{"dm remove_all, sign extended", dm_remove_all_as_int},
	{"dm suspend", dm_suspend},
	{"dm table load", dm_load},
	{"dm create", dm_create},
	{"dm rename", dm_rename},
	{"dm message", dm_message},
	{"loop attach", loop_attach},
	{"loop change", loop_change},
	{"loop set status", loop_set_status},
};

static void test_forbidden_calls_die(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(attacks) / sizeof(attacks[0]); i++)
		if (!is_killed(in_child(confine_self, attacks[i].act)))
			fail_msg("%s did not end the process", attacks[i].name);
}

/* In the lab they end it, elsewhere the kernel does not know them. */
static bool is_ended_or_unknown(int status)
{
	return is_killed(status) || (WIFEXITED(status) && WEXITSTATUS(status) == ENOSYS);
}

static void test_calls_on_processes(void **state)
{
	static const struct {
		const char *name;
		void (*act)(void);
	} calls[] = {
		{"prlimit of another one", limit_a_process},
		{"fork", start_a_child},
		{"setns", enter_namespace},
		{"clone into a namespace", clone_into_a_namespace},
		{"clone with another signal", clone_with_another_signal},
		{"clone for the parent", clone_for_the_parent},
		{"clone3", clone_out_of_sight},
		{"prctl", become_traceable},
		{"setpgid", join_a_group},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		int status = in_child(confine_self, calls[i].act);

		if (!is_ended_or_unknown(status))
			fail_msg("%s: status %#x", calls[i].name, (unsigned)status);
	}
}

/* ---- signals ---- */

/*
 * Each way to signal somebody, in a pid namespace of its own: the first process there,
 * a victim, and the attacker. To show that it is one, each is tried without confinement
 * as well: then the victim dies.
 */
struct scene {
	pid_t victim;
	int victim_fd;	/* its pidfd */
	int pipe[2];	/* nobody reads it yet */
	int sockets[2]; /* connected to each other */
};

static void kill_it(const struct scene *scene)
{
	kill(scene->victim, SIGKILL);
}

static void kill_its_group(const struct scene *scene)
{
	kill(-scene->victim, SIGKILL);
}

static void kill_all(const struct scene *scene)
{
	(void)scene;
	kill(-1, SIGKILL);
}

/* The attacker is in its group. */
static void kill_own_group(const struct scene *scene)
{
	(void)scene;
	kill(0, SIGKILL);
}

static void tkill_it(const struct scene *scene)
{
	syscall(SYS_tkill, scene->victim, SIGKILL);
}

static void tgkill_it(const struct scene *scene)
{
	syscall(SYS_tgkill, scene->victim, scene->victim, SIGKILL);
}

static void queue_it(const struct scene *scene)
{
	siginfo_t info = {.si_code = SI_QUEUE};

	syscall(SYS_rt_sigqueueinfo, scene->victim, SIGKILL, &info);
}

static void queue_its_thread(const struct scene *scene)
{
	siginfo_t info = {.si_code = SI_QUEUE};

	syscall(SYS_rt_tgsigqueueinfo, scene->victim, scene->victim, SIGKILL, &info);
}

static void by_open_pidfd(const struct scene *scene)
{
	int fd = (int)syscall(SYS_pidfd_open, scene->victim, 0);

	syscall(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 0);
}

static void by_inherited_pidfd(const struct scene *scene)
{
	syscall(SYS_pidfd_send_signal, scene->victim_fd, SIGKILL, NULL, 0);
}

/* Whoever owns a descriptor is told of its input, here by SIGKILL. */
static void own_pipe(const struct scene *scene)
{
	int fd = scene->pipe[0];

	if (fcntl(fd, F_SETOWN, scene->victim) == 0 &&
		fcntl(fd, F_SETSIG, SIGKILL) == 0 && fcntl(fd, F_SETFL, O_ASYNC) == 0 &&
		write(scene->pipe[1], "x", 1) < 0)
		return;
}

static void own_pipe_ex(const struct scene *scene)
{
	const struct f_owner_ex owner = {F_OWNER_PID, scene->victim};
	int fd = scene->pipe[0];

	if (fcntl(fd, F_SETOWN_EX, &owner) == 0 && fcntl(fd, F_SETSIG, SIGKILL) == 0 &&
		fcntl(fd, F_SETFL, O_ASYNC) == 0 && write(scene->pipe[1], "x", 1) < 0)
		return;
}

static void own_pipe_as_group(const struct scene *scene)
{
	int fd = scene->pipe[0];

	if (fcntl(fd, F_SETOWN, -scene->victim) == 0 &&
		fcntl(fd, F_SETSIG, SIGKILL) == 0 && fcntl(fd, F_SETFL, O_ASYNC) == 0 &&
		write(scene->pipe[1], "x", 1) < 0)
		return;
}

/* SIGIO ends those that do not expect it. */
static void own_socket(const struct scene *scene)
{
	int fd = scene->sockets[0], on = 1;

	if (ioctl(fd, FIOSETOWN, &scene->victim) == 0 && ioctl(fd, FIOASYNC, &on) == 0 &&
		write(scene->sockets[1], "x", 1) < 0)
		return;
}

static const struct signal_way {
	const char *name;
	void (*act)(const struct scene *scene);
	bool is_in_its_group;
} ways[] = {
	{"kill", kill_it, false},
	{"kill of a group", kill_its_group, false},
	{"kill of all", kill_all, false},
	{"kill of the own group", kill_own_group, true},
	{"tkill", tkill_it, false},
	{"tgkill", tgkill_it, false},
	{"rt_sigqueueinfo", queue_it, false},
	{"rt_tgsigqueueinfo", queue_its_thread, false},
	{"pidfd_open and pidfd_send_signal", by_open_pidfd, false},
	{"pidfd_send_signal", by_inherited_pidfd, false},
	{"F_SETOWN and F_SETSIG", own_pipe, false},
	{"F_SETOWN_EX and F_SETSIG", own_pipe_ex, false},
	{"F_SETOWN of a group", own_pipe_as_group, false},
	{"FIOSETOWN and FIOASYNC", own_socket, false},
};

enum ending {
	VICTIM_LIVES = 40,
	VICTIM_DIED,
	NO_SCENE,
};

static int set_scene(struct scene *scene)
{
	scene->victim = fork();
	if (scene->victim == 0)
		for (;;)
			pause();
	if (scene->victim < 0 || setpgid(scene->victim, scene->victim) < 0 ||
		pipe(scene->pipe) < 0 ||
		socketpair(AF_UNIX, SOCK_STREAM, 0, scene->sockets) < 0)
		return -1;
	scene->victim_fd = (int)syscall(SYS_pidfd_open, scene->victim, 0);
	return scene->victim_fd < 0 ? -1 : 0;
}

/* The first process of a pid namespace: what becomes of the victim when the attacker has
 * ended. */
static enum ending play(const struct signal_way *way, confine_function confine)
{
	struct scene scene;
	struct pollfd death;
	pid_t attacker;

	if (set_scene(&scene) < 0)
		return NO_SCENE;
	attacker = fork();
	if (attacker == 0) {
		struct err err = ERR_INIT;

		if (way->is_in_its_group && setpgid(0, scene.victim) < 0)
			_exit(1);
		if (confine && confine(&err) < 0)
			_exit(1);
		way->act(&scene);
		_exit(0);
	}
	if (attacker < 0 || waitpid(attacker, NULL, 0) != attacker)
		return NO_SCENE;
	/* a signal that was sent has arrived: the victim sleeps in pause() */
	death = (struct pollfd){.fd = scene.victim_fd, .events = POLLIN};
	return poll(&death, 1, confine ? 100 : 5000) > 0 ? VICTIM_DIED : VICTIM_LIVES;
}

static enum ending in_pid_namespace(
	const struct signal_way *way, confine_function confine)
{
	int status = 0;
	pid_t outer = fork();

	if (outer == 0) {
		pid_t first;

		if (unshare(geteuid() ? CLONE_NEWUSER | CLONE_NEWPID : CLONE_NEWPID) < 0)
			_exit(NO_SCENE);
		first = fork();
		if (first == 0)
			_exit(play(way, confine));
		if (first < 0 || waitpid(first, &status, 0) != first)
			_exit(NO_SCENE);
		_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 255);
	}
	assert_int_equal(waitpid(outer, &status, 0), outer);
	assert_true(WIFEXITED(status));
	return (enum ending)WEXITSTATUS(status);
}

static void test_it_can_signal_nobody(void **state)
{
	(void)state;
	if (in_pid_namespace(&ways[0], NULL) == NO_SCENE)
		skip();
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		enum ending free = in_pid_namespace(&ways[i], NULL);
		enum ending confined = in_pid_namespace(&ways[i], confine_self);

		if (free != VICTIM_DIED)
			fail_msg("%s: it is no attack (%d)", ways[i].name, free);
		if (confined != VICTIM_LIVES)
			fail_msg("%s: %d", ways[i].name, confined);
	}
}

/* ---- what it needs ---- */

static void umount_unused(void)
{
	umount2(NOWHERE, UMOUNT_NOFOLLOW | MNT_EXPIRE);
}

static void dm_remove(void)
{
	ioctl(-1, DM_DEV_REMOVE, NULL);
}

static void dm_status(void)
{
	syscall(SYS_ioctl, -1, (long)(int)DM_TABLE_STATUS, NULL);
}

static void loop_status(void)
{
	ioctl(-1, LOOP_GET_STATUS64, NULL);
}

static void loop_detach(void)
{
	ioctl(-1, LOOP_CLR_FD, 0);
}

static void swap_off(void)
{
	swapoff(NOWHERE);
}

/* A body that hangs: nobody signals it, and it is gone in time. */
static int hang(void *context)
{
	(void)context;
	while (poll(NULL, 0, 1000) <= 0)
		continue;
	return 0;
}

static void give_up_a_child(void)
{
	const struct child_limits limits = {
		.seconds = 1, .max = 100, .ends_itself = true};
	cleanup_buf struct buf out = BUF_INIT, err_text = BUF_INIT;
	struct err err = ERR_INIT;
	int r = child_run(&limits, hang, NULL, &out, &err_text, &err);

	errno = r == -ETIMEDOUT && waitpid(-1, NULL, 0) < 0 && errno == ECHILD ? 0 : 1;
}

static void open_and_close(void)
{
	int fd = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);

	if (fd >= 0 && close(fd) == 0)
		errno = 0;
}

static void forget_what_was_typed(void)
{
	tcflush(-1, TCIFLUSH);
}

static void open_socket(int family, int type, int protocol)
{
	int fd = socket(family, type | SOCK_CLOEXEC, protocol);

	if (fd >= 0)
		errno = close(fd) < 0 ? errno : 0;
}

static void listen_to_udev(void)
{
	open_socket(AF_NETLINK, SOCK_RAW, NETLINK_KOBJECT_UEVENT);
}

static void reach_the_network(void)
{
	open_socket(AF_INET, SOCK_STREAM, 0);
}

static void reach_a_service(void)
{
	open_socket(AF_UNIX, SOCK_STREAM, 0);
}

static void change_routes(void)
{
	open_socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
}

/* Nobody listens there. */
static void write_to_syslog(void)
{
	struct audit audit = AUDIT_INIT(NOWHERE);

	audit_line(&audit, "lost");
}

static void test_needed_calls_are_answered_by_the_kernel(void **state)
{
	static const struct {
		const char *name;
		void (*act)(void);
		int expected[2]; /* errno: as root, and not */
	} needed[] = {
		{"two-phase umount", umount_unused, {ENOENT, EPERM}},
		{"dm remove", dm_remove, {EBADF, EBADF}},
		{"dm status", dm_status, {EBADF, EBADF}},
		{"loop status", loop_status, {EBADF, EBADF}},
		{"loop detach", loop_detach, {EBADF, EBADF}},
		{"swapoff", swap_off, {ENOENT, EPERM}},
		{"reading", open_and_close, {0, 0}},
		{"flushing a terminal", forget_what_was_typed, {EBADF, EBADF}},
		{"syslog", write_to_syslog, {EBADF, EBADF}},
		{"udev's monitor", listen_to_udev, {0, 0}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		int status = in_child(confine_self, needed[i].act);

		if (!WIFEXITED(status) ||
			(WEXITSTATUS(status) != needed[i].expected[0] &&
				WEXITSTATUS(status) != needed[i].expected[1]))
			fail_msg("%s: status %#x", needed[i].name, (unsigned)status);
	}
}

/* No other socket than udev's monitor. */
static void test_no_other_socket(void **state)
{
	static void (*const opens[])(void) = {
		reach_the_network, reach_a_service, change_routes};

	(void)state;
	for (size_t i = 0; i < sizeof(opens) / sizeof(opens[0]); i++) {
		int status = in_child(confine_self, opens[i]);

		assert_true(is_ended_or_unknown(status));
	}
}

/* ---- the observer ---- */

static uint64_t capabilities_of_status(const char *field)
{
	char line[256];
	unsigned long long value = UINT64_MAX;
	FILE *file = fopen("/proc/self/status", "re");

	while (file && fgets(line, sizeof(line), file))
		if (strncmp(line, field, strlen(field)) == 0)
			sscanf(line + strlen(field), ": %llx", &value);
	if (file)
		fclose(file);
	return value;
}

static void write_to_a_file(void)
{
	int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);

	errno = fd < 0 ? errno : 0;
}

static void make_a_file(void)
{
	int fd = open("/tmp/snapstate-confined", O_RDONLY | O_CREAT | O_CLOEXEC, 0600);

	errno = fd < 0 ? errno : 0;
}

static void unlink_a_file(void)
{
	unlink(NOWHERE);
}

static void make_a_folder(void)
{
	mkdir(NOWHERE "/x", 0700);
}

static int confine_comparer(struct err *err)
{
	return observe_confine_comparer(getppid(), err);
}

static void test_who_reads_changes_nothing(void **state)
{
	static const struct {
		const char *name;
		void (*act)(void);
	} others[] = {
		{"two-phase umount", umount_unused},
		{"swapoff", swap_off},
		{"dm remove", dm_remove},
		{"loop detach", loop_detach},
		{"open for writing", write_to_a_file},
		{"make a file", make_a_file},
		{"unlink", unlink_a_file},
		{"mkdir", make_a_folder},
		{"clone into a namespace", clone_into_a_namespace},
		{"clone with another signal", clone_with_another_signal},
		{"clone3", clone_out_of_sight},
		{"prctl", become_traceable},
		{"prlimit of another one", limit_a_process},
		{"udev's monitor", listen_to_udev},
		{"network", reach_the_network},
	};

	static const confine_function readers[] = {
		observe_confine, admit_confine, confine_comparer};

	(void)state;
	for (size_t r = 0; r < sizeof(readers) / sizeof(readers[0]); r++) {
		for (size_t i = 0; i < sizeof(attacks) / sizeof(attacks[0]); i++)
			if (!is_ended_or_unknown(in_child(readers[r], attacks[i].act)))
				fail_msg("%zu: %s", r, attacks[i].name);
		for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
			if (!is_ended_or_unknown(in_child(readers[r], others[i].act)))
				fail_msg("%zu: %s", r, others[i].name);
	}
}

/* Whose signatures are read by it, asks the kernel nothing. */
static void test_admission_reads_only(void **state)
{
	static void (*const refused[])(void) = {
		dm_status, loop_status, enter_namespace};

	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		if (!is_ended_or_unknown(in_child(admit_confine, refused[i])))
			fail_msg("%zu", i);
	assert_int_equal(in_child(admit_confine, open_and_close), 0);
	if (in_pid_namespace(&ways[0], NULL) == NO_SCENE)
		skip();
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		if (in_pid_namespace(&ways[i], admit_confine) != VICTIM_LIVES)
			fail_msg("%s", ways[i].name);
}

/* Nor does who reads a plan to compare with it; and of root it has nothing left. */
static void look_at_the_comparer(void)
{
	bool is_good = !capabilities_of_status("CapEff") &&
		       !capabilities_of_status("CapPrm") && geteuid() != 0;
	int fd = open("/etc/shadow", O_RDONLY | O_CLOEXEC);

	errno = is_good && fd < 0 ? 0 : 1;
}

static void test_comparing_takes_nothing(void **state)
{
	static void (*const refused[])(void) = {
		dm_status, loop_status, enter_namespace, start_a_child};

	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		if (!is_ended_or_unknown(in_child(confine_comparer, refused[i])))
			fail_msg("%zu", i);
	if (geteuid() == 0)
		assert_int_equal(in_child(confine_comparer, look_at_the_comparer), 0);
	if (in_pid_namespace(&ways[0], NULL) == NO_SCENE)
		skip();
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		if (in_pid_namespace(&ways[i], confine_comparer) != VICTIM_LIVES)
			fail_msg("%s", ways[i].name);
}

static void test_the_observer_can_signal_nobody(void **state)
{
	(void)state;
	if (in_pid_namespace(&ways[0], NULL) == NO_SCENE)
		skip();
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++)
		if (in_pid_namespace(&ways[i], observe_confine) != VICTIM_LIVES)
			fail_msg("%s", ways[i].name);
}

/* Of root's only this, and no user id to which anything belongs: no call writes to a file of root's. */
static void look_at_the_observer(void)
{
	const uint64_t kept =
		UINT64_C(1) << CAP_SYS_ADMIN | UINT64_C(1) << CAP_SYS_CHROOT |
		UINT64_C(1) << CAP_SYS_PTRACE | UINT64_C(1) << CAP_DAC_READ_SEARCH;
	bool is_good = !(capabilities_of_status("CapEff") & ~kept) &&
		       !(capabilities_of_status("CapPrm") & ~kept) && geteuid() != 0 &&
		       getegid() != 0;
	const struct open_how how = {.flags = O_WRONLY};
	int fd = (int)syscall(__NR_openat2, AT_FDCWD, "/etc/passwd", &how, sizeof(how));

	errno = is_good && fd < 0 && errno == EACCES ? 0 : 1;
}

static void test_the_observer_reads(void **state)
{
	static const struct {
		const char *name;
		void (*act)(void);
		int expected;
	} needed[] = {
		{"dm status", dm_status, EBADF},
		{"loop status", loop_status, EBADF},
		{"setns", enter_namespace, EBADF},
		{"giving up a child", give_up_a_child, 0},
		{"reading", open_and_close, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		int status = in_child(observe_confine, needed[i].act);

		if (!WIFEXITED(status) || WEXITSTATUS(status) != needed[i].expected)
			fail_msg("%s: status %#x", needed[i].name, (unsigned)status);
	}
	if (geteuid() == 0)
		assert_int_equal(in_child(observe_confine, look_at_the_observer), 0);
}

/* lvm, where it is only asked. */
static void test_lvm_of_the_observer_changes_nothing(void **state)
{
	static void (*const refused[])(void) = {dm_remove, dm_load, dm_suspend, dm_create,
		dm_rename, dm_message, dm_remove_all, mount_something, umount_plainly,
		swap_on, load_module};

	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		int status = in_child(observe_confine_lvm, refused[i]);

		if (!WIFEXITED(status) || WEXITSTATUS(status) != EPERM)
			fail_msg("%zu: status %#x", i, (unsigned)status);
	}
	assert_int_equal(WEXITSTATUS(in_child(observe_confine_lvm, dm_status)), EBADF);
	assert_int_equal(WEXITSTATUS(in_child(observe_confine_lvm, start_program)), 0);
}

/* ---- lvm's side ---- */

static void test_lvm_is_kept_from_the_machine(void **state)
{
	static const struct {
		const char *name;
		void (*act)(void);
	} refused[] = {
		{"mount", mount_something},
		{"umount", umount_plainly},
		{"ptrace", trace},
		{"swapon", swap_on},
		{"init_module", load_module},
		{"dm remove_all", dm_remove_all},
		{"dm remove_all, sign extended", dm_remove_all_as_int},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		int status = in_child(confine_lvm, refused[i].act);

		if (!WIFEXITED(status) || WEXITSTATUS(status) != EPERM)
			fail_msg("%s: status %#x", refused[i].name, (unsigned)status);
	}
	/* EBADF is the kernel's own answer */
	assert_int_equal(WEXITSTATUS(in_child(confine_lvm, dm_load)), EBADF);
	assert_int_equal(WEXITSTATUS(in_child(confine_lvm, start_program)), 0);
}

/* ---- capabilities ---- */

static void look_at_capabilities(void)
{
	const uint64_t kept =
		UINT64_C(1) << CAP_SYS_ADMIN | UINT64_C(1) << CAP_DAC_OVERRIDE;
	bool is_root = geteuid() == 0;
	bool is_good = !(capabilities_of_status("CapEff") & ~kept) &&
		       !(capabilities_of_status("CapPrm") & ~kept) &&
		       capabilities_of_status("CapInh") == 0 &&
		       (!is_root || !(capabilities_of_status("CapBnd") & ~kept));

	errno = is_good ? 0 : 1;
}

static void test_other_capabilities_are_gone(void **state)
{
	(void)state;
	assert_int_equal(in_child(confine_self, look_at_capabilities), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forbidden_calls_die),
		cmocka_unit_test(test_calls_on_processes),
		cmocka_unit_test(test_it_can_signal_nobody),
		cmocka_unit_test(test_needed_calls_are_answered_by_the_kernel),
		cmocka_unit_test(test_no_other_socket),
		cmocka_unit_test(test_who_reads_changes_nothing),
		cmocka_unit_test(test_admission_reads_only),
		cmocka_unit_test(test_comparing_takes_nothing),
		cmocka_unit_test(test_the_observer_can_signal_nobody),
		cmocka_unit_test(test_the_observer_reads),
		cmocka_unit_test(test_lvm_of_the_observer_changes_nothing),
		cmocka_unit_test(test_lvm_is_kept_from_the_machine),
		cmocka_unit_test(test_other_capabilities_are_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
