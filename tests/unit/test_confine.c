/* SPDX-License-Identifier: Apache-2.0 */
/* What the confined processes cannot do, call by call, each in a child of its own. */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/dm-ioctl.h>
#include <linux/loop.h>
#include <linux/netlink.h>
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
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

#include "audit.h"
#include "confine.h"

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

static void signal_a_process(void)
{
	kill(getppid(), 0);
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

static void start_program_in_a_child(void)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		start_program();
		_exit(0);
	}
	waitpid(pid, &status, 0);
	errno = is_killed(status) ? 77 : 0;
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
	{"kill", signal_a_process},
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
	assert_int_equal(
		WEXITSTATUS(in_child(confine_self, start_program_in_a_child)), 77);
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

static void enter_namespace(void)
{
	setns(-1, CLONE_NEWNS);
}

static void end_a_child(void)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		setpgid(0, 0);

		for (;;)
			poll(NULL, 0, 1000);
	}
	setpgid(pid, pid);
	kill(-pid, SIGKILL);
	waitpid(pid, &status, 0);
	errno = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL ? 0 : 1;
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
		{"setns", enter_namespace, {EBADF, EBADF}},
		{"ending its own child", end_a_child, {0, 0}},
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

/* No other socket than udev's monitor: in the lab they end it, elsewhere the kernel does
 * not know them. */
static void test_no_other_socket(void **state)
{
	static void (*const opens[])(void) = {
		reach_the_network, reach_a_service, change_routes};

	(void)state;
	for (size_t i = 0; i < sizeof(opens) / sizeof(opens[0]); i++) {
		int status = in_child(confine_self, opens[i]);

		assert_true(is_killed(status) ||
			    (WIFEXITED(status) && WEXITSTATUS(status) == ENOSYS));
	}
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

static void look_at_capabilities(void)
{
	const uint64_t kept =
		UINT64_C(1) << CAP_SYS_ADMIN | UINT64_C(1) << CAP_SYS_CHROOT |
		UINT64_C(1) << CAP_SYS_PTRACE | UINT64_C(1) << CAP_DAC_READ_SEARCH |
		UINT64_C(1) << CAP_DAC_OVERRIDE;
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
		cmocka_unit_test(test_needed_calls_are_answered_by_the_kernel),
		cmocka_unit_test(test_no_other_socket),
		cmocka_unit_test(test_lvm_is_kept_from_the_machine),
		cmocka_unit_test(test_other_capabilities_are_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
