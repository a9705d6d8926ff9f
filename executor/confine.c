/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Capabilities and system calls; see confine.h. Sources: capabilities(7), seccomp(2),
 * seccomp_rule_add(3), linux/dm-ioctl.h. Invariant: nothing is loosened later; who needs
 * another call adds it here, with the reason.
 */
#include "confine.h"

/* libseccomp's SCMP_A0() and others leave out a field, which clang tells of. */
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/dm-ioctl.h>
#include <linux/fs.h>
#include <linux/loop.h>
#include <linux/nsfs.h>
#include <linux/netlink.h>
#include <linux/sockios.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

/* In the lab nothing may be missing from the list without being noticed. */
#ifdef SNAPSTATE_CONFINE_STRICT
#define ACTION_OF_OTHERS SCMP_ACT_KILL_PROCESS
#else
/* What glibc takes for an older kernel, and does without. */
#define ACTION_OF_OTHERS SCMP_ACT_ERRNO(ENOSYS)
#endif

#ifndef BLKGETDISKSEQ /* Linux 5.15 */
#define BLKGETDISKSEQ _IOR(0x12, 128, __u64)
#endif

#ifdef __s390__
#define CLONE_FLAGS_AT 1 /* clone(2): the first two are the other way round there */
#else
#define CLONE_FLAGS_AT 0
#endif

#define BIT(capability) (UINT64_C(1) << (capability))

/* SYS_ADMIN: dm's ioctls, umount, setns, swapoff, stopping arrays. SYS_CHROOT: setns into
 * a mount namespace. SYS_PTRACE, DAC_READ_SEARCH: /proc/PID/fd, maps and ns of others'
 * processes. DAC_OVERRIDE: a journal in a folder that is not root's. */
#define CAPABILITIES_OF_SELF                                                             \
	(BIT(CAP_SYS_ADMIN) | BIT(CAP_SYS_CHROOT) | BIT(CAP_SYS_PTRACE) |                \
		BIT(CAP_DAC_READ_SEARCH) | BIT(CAP_DAC_OVERRIDE))

/* SYS_ADMIN alone is enough to remove a snapshot; without IPC_LOCK and SYS_NICE LVM
 * warns. The others: its nodes in /dev where udev makes none. */
#define CAPABILITIES_OF_LVM                                                              \
	(BIT(CAP_SYS_ADMIN) | BIT(CAP_IPC_LOCK) | BIT(CAP_SYS_NICE) | BIT(CAP_MKNOD) |   \
		BIT(CAP_DAC_OVERRIDE) | BIT(CAP_CHOWN) | BIT(CAP_FOWNER))

/* ---- capabilities ---- */

/* Also for programs it starts: those outside the bounding set are lost for good. */
static int keep_capabilities(uint64_t kept, struct err *err)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {0};

	for (unsigned long i = 0; prctl(PR_CAPBSET_READ, i, 0, 0, 0) >= 0; i++)
		if (!(kept & BIT(i)) && prctl(PR_CAPBSET_DROP, i, 0, 0, 0) < 0 &&
			errno != EPERM) /* not root: there is none to drop */
			return err_errno(err, errno, "drop capability %lu", i);
	if (syscall(SYS_capget, &header, data) < 0)
		return err_errno(err, errno, "capget");
	for (int i = 0; i < 2; i++) {
		data[i].permitted &= (uint32_t)(kept >> (32 * i));
		data[i].effective = data[i].permitted;
		data[i].inheritable = 0;
	}
	if (syscall(SYS_capset, &header, data) < 0)
		return err_errno(err, errno, "capset");
	return 0;
}

/* ---- system calls ---- */

/* Those that other versions of libc or other machines lack are left out. */
static int add_calls(scmp_filter_ctx filter, uint32_t action, const int calls[])
{
	int r = 0;

	for (size_t i = 0; r == 0 && calls[i] != __NR_SCMP_ERROR; i++)
		if (calls[i] >= 0)
			r = seccomp_rule_add(filter, action, calls[i], 0);
	return r;
}

static const int plain_calls[] = {
	/* files and folders */
	SCMP_SYS(read), SCMP_SYS(readv), SCMP_SYS(pread64), SCMP_SYS(write),
	SCMP_SYS(writev), SCMP_SYS(pwrite64), SCMP_SYS(lseek), SCMP_SYS(open),
	SCMP_SYS(openat), SCMP_SYS(openat2), SCMP_SYS(close), SCMP_SYS(close_range),
	SCMP_SYS(stat), SCMP_SYS(lstat), SCMP_SYS(fstat), SCMP_SYS(newfstatat),
	SCMP_SYS(statx), SCMP_SYS(statfs), SCMP_SYS(fstatfs), SCMP_SYS(access),
	SCMP_SYS(faccessat), SCMP_SYS(faccessat2), SCMP_SYS(readlink),
	SCMP_SYS(readlinkat), SCMP_SYS(getdents64), SCMP_SYS(getcwd), SCMP_SYS(chdir),
	SCMP_SYS(fchdir), SCMP_SYS(dup), SCMP_SYS(dup2), SCMP_SYS(dup3), SCMP_SYS(pipe),
	SCMP_SYS(pipe2), SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(umask),
	/* the journal, its lock, LVM's lock; a stale node of a removed mapping */
	SCMP_SYS(mkdir), SCMP_SYS(mkdirat), SCMP_SYS(flock), SCMP_SYS(fsync),
	SCMP_SYS(fdatasync), SCMP_SYS(ftruncate), SCMP_SYS(unlink), SCMP_SYS(unlinkat),
	/* memory */
	SCMP_SYS(brk), SCMP_SYS(mmap), SCMP_SYS(munmap), SCMP_SYS(mremap),
	SCMP_SYS(mprotect), SCMP_SYS(madvise), SCMP_SYS(memfd_create),
	/* time, signals to itself, what libc asks */
	SCMP_SYS(clock_gettime), SCMP_SYS(clock_getres), SCMP_SYS(gettimeofday),
	SCMP_SYS(time), SCMP_SYS(nanosleep), SCMP_SYS(clock_nanosleep),
	SCMP_SYS(restart_syscall), SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigpending), SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack),
	SCMP_SYS(getrandom), SCMP_SYS(futex), SCMP_SYS(rseq), SCMP_SYS(set_robust_list),
	SCMP_SYS(set_tid_address), SCMP_SYS(getrlimit), SCMP_SYS(setrlimit),
	SCMP_SYS(sched_getaffinity), SCMP_SYS(sched_yield), SCMP_SYS(sysinfo),
	SCMP_SYS(uname), SCMP_SYS(getpid), SCMP_SYS(getppid), SCMP_SYS(gettid),
	SCMP_SYS(getuid), SCMP_SYS(geteuid), SCMP_SYS(getgid), SCMP_SYS(getegid),
	SCMP_SYS(capget), SCMP_SYS(exit), SCMP_SYS(exit_group),
	/* do two processes share their descriptors? on which mount is that? (the probe)
	 */
	SCMP_SYS(kcmp), SCMP_SYS(name_to_handle_at),
	/* children that read what may hang; they start no program, and a timer of their
	 * own ends them */
	SCMP_SYS(fork), SCMP_SYS(wait4), SCMP_SYS(setitimer),
	/* udev's cookies */
	SCMP_SYS(semget), SCMP_SYS(semop), SCMP_SYS(semctl), SCMP_SYS(semtimedop),
	/* its path is a descriptor's (act_block.c), which no filter can see; no page is
	 * lost by it */
	SCMP_SYS(swapoff),
	/* the runner; the socket of syslog; udev's monitor */
	SCMP_SYS(sendmsg), SCMP_SYS(recvmsg), SCMP_SYS(bind), __NR_SCMP_ERROR};

/* Nothing here calls them, on any machine: what does was made to. */
static const int attacks[] = {
	/* other programs, other processes */
	SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(ptrace),
	SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev), SCMP_SYS(pidfd_getfd),
	/* signals, in whatever way and to whomever. (pidfd_send_signal takes any folder
	 * /proc/PID as well, so that who may call it may signal everybody.) */
	SCMP_SYS(kill), SCMP_SYS(tkill), SCMP_SYS(tgkill), SCMP_SYS(rt_sigqueueinfo),
	SCMP_SYS(rt_tgsigqueueinfo), SCMP_SYS(pidfd_open), SCMP_SYS(pidfd_send_signal),
	/* mounting, another root */
	SCMP_SYS(mount), SCMP_SYS(move_mount), SCMP_SYS(open_tree), SCMP_SYS(fsopen),
	SCMP_SYS(fsmount), SCMP_SYS(mount_setattr), SCMP_SYS(pivot_root),
	SCMP_SYS(chroot), SCMP_SYS(unshare), SCMP_SYS(swapon),
	/* the kernel and the machine */
	SCMP_SYS(init_module), SCMP_SYS(finit_module), SCMP_SYS(delete_module),
	SCMP_SYS(kexec_load), SCMP_SYS(kexec_file_load), SCMP_SYS(reboot), SCMP_SYS(bpf),
	SCMP_SYS(perf_event_open), SCMP_SYS(iopl), SCMP_SYS(ioperm),
	SCMP_SYS(settimeofday), SCMP_SYS(clock_settime), SCMP_SYS(adjtimex),
	SCMP_SYS(clock_adjtime), SCMP_SYS(sethostname), SCMP_SYS(acct),
	SCMP_SYS(quotactl), SCMP_SYS(userfaultfd), SCMP_SYS(io_uring_setup),
	/* owners and nodes */
	SCMP_SYS(setuid), SCMP_SYS(setresuid), SCMP_SYS(setgid), SCMP_SYS(setgroups),
	SCMP_SYS(mknod), SCMP_SYS(mknodat), SCMP_SYS(chown), SCMP_SYS(fchown),
	SCMP_SYS(fchownat), __NR_SCMP_ERROR};

/* libdevmapper passes them as int: the upper half of the register says nothing. */
static const uint32_t dm_requests[] = {DM_VERSION, DM_LIST_DEVICES, DM_DEV_STATUS,
	DM_TABLE_STATUS, DM_TABLE_DEPS, DM_DEV_REMOVE};
static const uint32_t dm_attacks[] = {DM_REMOVE_ALL, DM_DEV_CREATE, DM_DEV_RENAME,
	DM_DEV_SUSPEND, DM_TABLE_LOAD, DM_TABLE_CLEAR, DM_TARGET_MSG};

/* act_block.c: which loop device it is, and detaching it; no other change of one. */
static const uint32_t loop_requests[] = {BLKGETDISKSEQ, LOOP_GET_STATUS64, LOOP_CLR_FD};
static const uint32_t loop_attacks[] = {LOOP_SET_FD, LOOP_CONFIGURE, LOOP_CHANGE_FD,
	LOOP_SET_STATUS, LOOP_SET_STATUS64, LOOP_SET_CAPACITY, LOOP_CTL_ADD,
	LOOP_CTL_REMOVE};

/* Who owns a descriptor gets its signals, of any number: F_SETOWN with F_SETSIG kills. */
static const uint32_t ioctl_attacks[] = {FIOSETOWN, SIOCSPGRP, FIOASYNC, TIOCSTI,
	TIOCSPGRP, TIOCSCTTY, 0x40045436 /* TIOCSIG */};
static const uint32_t fcntl_commands[] = {
	F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL};
static const uint32_t fcntl_attacks[] = {
	F_SETOWN, F_SETOWN_EX, F_SETSIG, F_SETLEASE, F_NOTIFY};

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* The second argument of ioctl and fcntl. */
static int add_requests(scmp_filter_ctx filter, uint32_t action, int call,
	const uint32_t requests[], size_t count)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < count; i++)
		r = seccomp_rule_add(filter, action, call, 1,
			SCMP_A1(SCMP_CMP_MASKED_EQ, UINT32_MAX, requests[i]));
	return r;
}

/* What may be done about a process: only its own, and its children's making. */
static int add_process_calls(scmp_filter_ctx filter)
{
	/* as fork() calls it: no namespace, no other signal at its end than SIGCHLD */
	int r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
		SCMP_CMP(CLONE_FLAGS_AT, SCMP_CMP_MASKED_EQ,
			~(uint64_t)(CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID), SIGCHLD));

	/* its flags are out of sight, and libc knows how to go without */
	if (r == 0 && ACTION_OF_OTHERS == SCMP_ACT_KILL_PROCESS)
		r = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	/* a child, out of reach of the terminal's Ctrl-C */
	if (r == 0)
		r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(setpgid), 2,
			SCMP_A0(SCMP_CMP_EQ, 0), SCMP_A1(SCMP_CMP_EQ, 0));
	if (r == 0)
		r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prctl), 2,
			SCMP_A0(SCMP_CMP_EQ, PR_SET_PDEATHSIG),
			SCMP_A1(SCMP_CMP_EQ, SIGKILL));
	/* the limit of another one's CPU time ends it */
	if (r == 0)
		r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 1,
			SCMP_A0(SCMP_CMP_MASKED_EQ, UINT32_MAX, 0));
	return r;
}

static int add_fcntl(scmp_filter_ctx filter)
{
	int r = add_requests(filter, SCMP_ACT_ALLOW, SCMP_SYS(fcntl), fcntl_commands,
		COUNT_OF(fcntl_commands));

	if (r == 0)
		r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(fcntl), 2,
			SCMP_A1(SCMP_CMP_MASKED_EQ, UINT32_MAX, F_SETFL),
			SCMP_A2(SCMP_CMP_MASKED_EQ, O_ASYNC, 0));
	return r;
}

/* The calls that may have some arguments only. */
static int add_narrow_calls(scmp_filter_ctx filter)
{
	/* two-phase: never lazy, never forced (act_umount.c) */
	int r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(umount2), 1,
		SCMP_A1(SCMP_CMP_EQ, UMOUNT_NOFOLLOW | MNT_EXPIRE));

	/* udev's monitor (udev_alive.c) */
	if (r == 0)
		r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(socket), 2,
			SCMP_A0(SCMP_CMP_EQ, AF_NETLINK),
			SCMP_A2(SCMP_CMP_EQ, NETLINK_KOBJECT_UEVENT));
	/* to read mount tables */
	if (r == 0)
		r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(setns), 1,
			SCMP_A1(SCMP_CMP_EQ, CLONE_NEWNS));
	if (r == 0)
		r = add_process_calls(filter);
	if (r == 0)
		r = add_fcntl(filter);
	if (r == 0)
		r = add_requests(filter, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), dm_requests,
			COUNT_OF(dm_requests));
	if (r == 0)
		r = add_requests(filter, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), loop_requests,
			COUNT_OF(loop_requests));
	/* who owns a mount namespace (the probe) */
	if (r == 0)
		r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1,
			SCMP_A1(SCMP_CMP_EQ, NS_GET_USERNS));
	/* is stdout a terminal? (libc, isatty) */
	if (r == 0)
		r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 1,
			SCMP_A1(SCMP_CMP_EQ, 0x5401 /* TCGETS */));
	/* what was typed before the question (confirm.c) */
	if (r == 0)
		r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), 2,
			SCMP_A1(SCMP_CMP_EQ, 0x540b /* TCFLSH */),
			SCMP_A2(SCMP_CMP_EQ, TCIFLUSH));
	return r;
}

/* Where all others are attacks, there is nothing to add. */
static int add_attacks(scmp_filter_ctx filter)
{
	int r;

	if (ACTION_OF_OTHERS == SCMP_ACT_KILL_PROCESS)
		return 0;
	r = add_calls(filter, SCMP_ACT_KILL_PROCESS, attacks);
	if (r == 0)
		r = seccomp_rule_add(filter, SCMP_ACT_KILL_PROCESS, SCMP_SYS(umount2), 1,
			SCMP_A1(SCMP_CMP_NE, UMOUNT_NOFOLLOW | MNT_EXPIRE));
	if (r == 0)
		r = add_requests(filter, SCMP_ACT_KILL_PROCESS, SCMP_SYS(ioctl),
			dm_attacks, COUNT_OF(dm_attacks));
	if (r == 0)
		r = add_requests(filter, SCMP_ACT_KILL_PROCESS, SCMP_SYS(ioctl),
			loop_attacks, COUNT_OF(loop_attacks));
	if (r == 0)
		r = add_requests(filter, SCMP_ACT_KILL_PROCESS, SCMP_SYS(ioctl),
			ioctl_attacks, COUNT_OF(ioctl_attacks));
	if (r == 0)
		r = add_requests(filter, SCMP_ACT_KILL_PROCESS, SCMP_SYS(fcntl),
			fcntl_attacks, COUNT_OF(fcntl_attacks));
	return r;
}

static int load(scmp_filter_ctx filter, int r, struct err *err)
{
	if (r == 0)
		r = seccomp_load(filter);
	seccomp_release(filter);
	return r < 0 ? err_errno(err, -r, "limit the system calls") : 0;
}

int confine_self(struct err *err)
{
	scmp_filter_ctx filter;
	int r = keep_capabilities(CAPABILITIES_OF_SELF, err);

	if (r < 0)
		return r;
	filter = seccomp_init(ACTION_OF_OTHERS);
	if (!filter)
		return err_set(err, -ENOMEM, "libseccomp gave no filter");
	r = add_calls(filter, SCMP_ACT_ALLOW, plain_calls);
	if (r == 0)
		r = add_narrow_calls(filter);
	if (r == 0)
		r = add_attacks(filter);
	return load(filter, r, err);
}

static const int not_for_lvm[] = {SCMP_SYS(ptrace), SCMP_SYS(process_vm_readv),
	SCMP_SYS(process_vm_writev), SCMP_SYS(mount), SCMP_SYS(umount2),
	SCMP_SYS(move_mount), SCMP_SYS(open_tree), SCMP_SYS(fsopen), SCMP_SYS(fsmount),
	SCMP_SYS(pivot_root), SCMP_SYS(chroot), SCMP_SYS(unshare), SCMP_SYS(setns),
	SCMP_SYS(swapon), SCMP_SYS(swapoff), SCMP_SYS(init_module),
	SCMP_SYS(finit_module), SCMP_SYS(delete_module), SCMP_SYS(kexec_load),
	SCMP_SYS(kexec_file_load), SCMP_SYS(reboot), SCMP_SYS(bpf),
	SCMP_SYS(perf_event_open), SCMP_SYS(iopl), SCMP_SYS(ioperm),
	SCMP_SYS(settimeofday), SCMP_SYS(clock_settime), SCMP_SYS(sethostname),
	SCMP_SYS(acct), SCMP_SYS(quotactl), SCMP_SYS(userfaultfd),
	SCMP_SYS(io_uring_setup), __NR_SCMP_ERROR};

int confine_lvm(struct err *err)
{
	static const uint32_t remove_all = DM_REMOVE_ALL;
	scmp_filter_ctx filter;
	int r = keep_capabilities(CAPABILITIES_OF_LVM, err);

	if (r < 0)
		return r;
	filter = seccomp_init(SCMP_ACT_ALLOW);
	if (!filter)
		return err_set(err, -ENOMEM, "libseccomp gave no filter");
	r = add_calls(filter, SCMP_ACT_ERRNO(EPERM), not_for_lvm);
	if (r == 0)
		r = add_requests(
			filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(ioctl), &remove_all, 1);
	return load(filter, r, err);
}
