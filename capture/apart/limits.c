/* SPDX-License-Identifier: Apache-2.0 */
/* See limits.h. Sources: capabilities(7), seccomp(2), seccomp_rule_add(3). */
#include "limits.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define BIT(capability) LIMITS_BIT(capability)

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

/* Those that other versions of libc or other machines lack are left out. */
int limits_calls(scmp_filter_ctx filter, uint32_t action, const int calls[])
{
	int r = 0;

	for (size_t i = 0; r == 0 && calls[i] != __NR_SCMP_ERROR; i++)
		if (calls[i] >= 0)
			r = seccomp_rule_add(filter, action, calls[i], 0);
	return r;
}

/* What no command of lvm has any business with. */
const int limits_not_for_lvm[] = {SCMP_SYS(ptrace), SCMP_SYS(process_vm_readv),
	SCMP_SYS(process_vm_writev), SCMP_SYS(mount), SCMP_SYS(umount2),
	SCMP_SYS(mount_setattr), SCMP_SYS(move_mount), SCMP_SYS(open_tree),
	SCMP_SYS(fsopen), SCMP_SYS(fsmount), SCMP_SYS(pivot_root), SCMP_SYS(chroot),
	SCMP_SYS(unshare), SCMP_SYS(setns), SCMP_SYS(swapon), SCMP_SYS(swapoff),
	SCMP_SYS(init_module), SCMP_SYS(finit_module), SCMP_SYS(delete_module),
	SCMP_SYS(kexec_load), SCMP_SYS(kexec_file_load), SCMP_SYS(reboot), SCMP_SYS(bpf),
	SCMP_SYS(perf_event_open), SCMP_SYS(iopl), SCMP_SYS(ioperm),
	SCMP_SYS(settimeofday), SCMP_SYS(clock_settime), SCMP_SYS(sethostname),
	SCMP_SYS(acct), SCMP_SYS(quotactl), SCMP_SYS(userfaultfd),
	SCMP_SYS(io_uring_setup), __NR_SCMP_ERROR};

/* What every process of ours does: reads files, memory, time, and what libc asks. */
const int limits_plain[] = {SCMP_SYS(read), SCMP_SYS(readv), SCMP_SYS(pread64),
	SCMP_SYS(write), SCMP_SYS(writev), SCMP_SYS(lseek), SCMP_SYS(close),
	SCMP_SYS(close_range), SCMP_SYS(stat), SCMP_SYS(lstat), SCMP_SYS(fstat),
	SCMP_SYS(newfstatat), SCMP_SYS(statx), SCMP_SYS(name_to_handle_at),
	SCMP_SYS(statfs), SCMP_SYS(fstatfs), SCMP_SYS(access), SCMP_SYS(faccessat),
	SCMP_SYS(faccessat2), SCMP_SYS(readlink), SCMP_SYS(readlinkat),
	SCMP_SYS(getdents64), SCMP_SYS(getcwd), SCMP_SYS(chdir), SCMP_SYS(fchdir),
	SCMP_SYS(dup), SCMP_SYS(dup2), SCMP_SYS(dup3), SCMP_SYS(poll), SCMP_SYS(ppoll),
	SCMP_SYS(umask),
	/* memory */
	SCMP_SYS(brk), SCMP_SYS(mmap), SCMP_SYS(munmap), SCMP_SYS(mremap),
	SCMP_SYS(mprotect), SCMP_SYS(madvise), SCMP_SYS(memfd_create),
	/* time, signals to itself, what libc asks */
	SCMP_SYS(clock_gettime), SCMP_SYS(clock_getres), SCMP_SYS(gettimeofday),
	SCMP_SYS(time), SCMP_SYS(nanosleep), SCMP_SYS(clock_nanosleep),
	SCMP_SYS(restart_syscall), SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigpending), SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack),
	SCMP_SYS(getrandom), SCMP_SYS(futex), SCMP_SYS(rseq), SCMP_SYS(set_robust_list),
	SCMP_SYS(set_tid_address), SCMP_SYS(getrlimit), SCMP_SYS(sched_getaffinity),
	SCMP_SYS(sched_yield), SCMP_SYS(sysinfo), SCMP_SYS(uname), SCMP_SYS(getpid),
	SCMP_SYS(getppid), SCMP_SYS(gettid), SCMP_SYS(getuid), SCMP_SYS(geteuid),
	SCMP_SYS(getgid), SCMP_SYS(getegid), SCMP_SYS(capget), SCMP_SYS(exit),
	SCMP_SYS(exit_group),
	/* a process that starts lvm (wire.h) */
	SCMP_SYS(sendmsg), SCMP_SYS(recvmsg), __NR_SCMP_ERROR};

/* The second argument of ioctl and fcntl. */
int limits_requests(scmp_filter_ctx filter, uint32_t action, int call,
	const uint32_t requests[], size_t count)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < count; i++)
		r = seccomp_rule_add(filter, action, call, 1,
			SCMP_A1(SCMP_CMP_MASKED_EQ, UINT32_MAX, requests[i]));
	return r;
}

static const uint32_t fcntl_commands[] = {
	F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL};

int limits_narrow(scmp_filter_ctx filter)
{
	int r = limits_requests(filter, SCMP_ACT_ALLOW, SCMP_SYS(fcntl), fcntl_commands,
		LIMITS_COUNT(fcntl_commands));

	if (r == 0)
		r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(fcntl), 2,
			SCMP_A1(SCMP_CMP_MASKED_EQ, UINT32_MAX, F_SETFL),
			SCMP_A2(SCMP_CMP_MASKED_EQ, O_ASYNC, 0));
	/* the limit of another one's CPU time ends it */
	if (r == 0)
		r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 1,
			SCMP_A0(SCMP_CMP_MASKED_EQ, UINT32_MAX, 0));
	return r;
}

int limits_apply(const struct limits *limits, struct err *err)
{
	scmp_filter_ctx filter;
	int r = keep_capabilities(limits->capabilities, err);

	if (r < 0)
		return r;
	filter = seccomp_init(limits->others);
	if (!filter)
		return err_set(err, -ENOMEM, "libseccomp gave no filter");
	r = limits->add(filter);
	if (r == 0)
		r = seccomp_load(filter);
	seccomp_release(filter);
	return r < 0 ? err_errno(err, -r, "limit the system calls (seccomp)") : 0;
}
