/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the observer gives up before it reads a question: everything that could change the
 * host. Sources: capabilities(7), credentials(7), seccomp(2), linux/dm-ioctl.h.
 *
 * - Of root it keeps four capabilities, and no user id: what root owns it can read
 *   (CAP_DAC_READ_SEARCH) and cannot write, whatever call is used.
 * - Of the system calls it keeps those below; files are opened for reading, of
 * device-mapper only questions are asked. openat2's flags are in memory, where no filter
 * sees them: there the missing user id stands alone.
 * - Landlock would say the same of files, but a process in a domain may not look into
 * processes outside of it (security/landlock/ptrace.c), and that is what it is here for.
 */
#include "observe_process.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/dm-ioctl.h>
#include <linux/fs.h>
#include <linux/loop.h>
#include <linux/nsfs.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "limits.h"
#include "snapstate/kernel.h"

#ifdef __s390__
#define CLONE_FLAGS_AT 1 /* clone(2): the first two are the other way round there */
#else
#define CLONE_FLAGS_AT 0
#endif

/* SYS_ADMIN: dm's ioctls, setns. SYS_CHROOT: setns into a mount namespace. SYS_PTRACE,
 * DAC_READ_SEARCH: /proc/PID/fd, maps and ns of others' processes. */
#define CAPABILITIES_OF_OBSERVER                                                         \
	(LIMITS_BIT(CAP_SYS_ADMIN) | LIMITS_BIT(CAP_SYS_CHROOT) |                        \
		LIMITS_BIT(CAP_SYS_PTRACE) | LIMITS_BIT(CAP_DAC_READ_SEARCH))

/* SYS_ADMIN: dm's ioctls; without IPC_LOCK and SYS_NICE LVM warns. */
#define CAPABILITIES_OF_LVM                                                              \
	(LIMITS_BIT(CAP_SYS_ADMIN) | LIMITS_BIT(CAP_IPC_LOCK) |                          \
		LIMITS_BIT(CAP_SYS_NICE) | LIMITS_BIT(CAP_DAC_OVERRIDE))

#define NOBODY 65534 /* of no file that matters */

static const int own_calls[] = {/* of the ticket's file, which is open already */
	SCMP_SYS(fsync), SCMP_SYS(pipe), SCMP_SYS(pipe2), SCMP_SYS(openat2),
	/* do two processes share their descriptors? */
	SCMP_SYS(kcmp),
	/* children that read what may hang; they start no program, and a timer of their
	 * own ends them */
	SCMP_SYS(fork), SCMP_SYS(wait4), SCMP_SYS(setitimer), __NR_SCMP_ERROR};

/* libdevmapper passes them as int: the upper half of the register says nothing. */
static const uint32_t requests[] = {DM_VERSION, DM_LIST_DEVICES, DM_DEV_STATUS,
	DM_TABLE_STATUS, DM_TABLE_DEPS, BLKGETDISKSEQ, LOOP_GET_STATUS64, NS_GET_USERNS,
	0x5401 /* TCGETS: is stdout a terminal? (libc, isatty) */};

static int add_death_signal(scmp_filter_ctx filter)
{
	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prctl), 2,
		SCMP_A0(SCMP_CMP_EQ, PR_SET_PDEATHSIG), SCMP_A1(SCMP_CMP_EQ, SIGKILL));
}

/* What may be done about a process: only its own, and its children's making. */
static int add_process_calls(scmp_filter_ctx filter)
{
	/* as fork() calls it: no namespace, no other signal at its end than SIGCHLD */
	int r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
		SCMP_CMP(CLONE_FLAGS_AT, SCMP_CMP_MASKED_EQ,
			~(uint64_t)(CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID), SIGCHLD));

	/* its flags are out of sight, and libc knows how to go without */
	if (r == 0 && LIMITS_OTHERS == LIMITS_KILL)
		r = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	/* a child, out of reach of the terminal's Ctrl-C */
	if (r == 0)
		r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(setpgid), 2,
			SCMP_A0(SCMP_CMP_EQ, 0), SCMP_A1(SCMP_CMP_EQ, 0));
	return r == 0 ? add_death_signal(filter) : r;
}

static int add_narrow_calls(scmp_filter_ctx filter)
{
	int r = limits_narrow(filter);

	if (r == 0)
		r = limits_reading(filter);
	/* to read mount tables */
	if (r == 0)
		r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(setns), 1,
			SCMP_A1(SCMP_CMP_EQ, CLONE_NEWNS));
	if (r == 0)
		r = add_process_calls(filter);
	if (r == 0)
		r = limits_requests(filter, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), requests,
			LIMITS_COUNT(requests));
	return r;
}

/* Of the user ids the effective one, by which files are judged. The real and the saved
 * one stay root's, so that no process of that user can signal or limit this one (kill(2),
 * prlimit(2)); the filter lets none of them be changed. Whoever is not root has nothing
 * to give up. */
static int leave_root(struct err *err)
{
	if (geteuid() != 0)
		return 0;
	if (setgroups(0, NULL) < 0 || setresgid((gid_t)-1, NOBODY, (gid_t)-1) < 0 ||
		setresuid((uid_t)-1, NOBODY, (uid_t)-1) < 0)
		return err_errno(err, errno, "leave root's user id");
	return 0;
}

static int add_rules(scmp_filter_ctx filter)
{
	int r = limits_calls(filter, SCMP_ACT_ALLOW, limits_plain);

	if (r == 0)
		r = limits_calls(filter, SCMP_ACT_ALLOW, own_calls);
	return r == 0 ? add_narrow_calls(filter) : r;
}

static int confine(const struct limits *limits, pid_t parent, struct err *err)
{
	int r = leave_root(err);

	if (r == 0)
		r = limits_apply(limits, err);
	if (r < 0)
		return r;
	/* cleared with the user id (prctl(2)) */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent)
		return err_set(err, -ESRCH, "who started the observer is gone");
	return 0;
}

int observe_confine(struct err *err)
{
	const struct limits limits = {CAPABILITIES_OF_OBSERVER, LIMITS_OTHERS, add_rules};

	return confine(&limits, getppid(), err);
}

/* ---- who compares ---- */

/* libcrypto and libc read files of their own: configuration, the time zone. */
static int add_rules_for_comparer(scmp_filter_ctx filter)
{
	int r = limits_calls(filter, SCMP_ACT_ALLOW, limits_plain);

	if (r == 0)
		r = limits_narrow(filter);
	if (r == 0)
		r = limits_reading(filter);
	return r == 0 ? add_death_signal(filter) : r;
}

int observe_confine_comparer(pid_t parent, struct err *err)
{
	const struct limits limits = {0, LIMITS_OTHERS, add_rules_for_comparer};

	return confine(&limits, parent, err);
}

/* ---- lvm ---- */

/* What is asked of it changes no name and no node. */
static const int not_for_questions[] = {SCMP_SYS(mknod), SCMP_SYS(mknodat),
	SCMP_SYS(rename), SCMP_SYS(renameat), SCMP_SYS(renameat2), __NR_SCMP_ERROR};

/* All that changes a device. */
static const uint32_t changes[] = {DM_REMOVE_ALL, DM_DEV_CREATE, DM_DEV_REMOVE,
	DM_DEV_RENAME, DM_DEV_SUSPEND, DM_TABLE_LOAD, DM_TABLE_CLEAR, DM_TARGET_MSG,
	DM_DEV_SET_GEOMETRY, BLKROSET, BLKRRPART, BLKFLSBUF, BLKDISCARD, BLKSECDISCARD,
	BLKZEROOUT};

static int add_rules_for_lvm(scmp_filter_ctx filter)
{
	int r = limits_calls(filter, SCMP_ACT_ERRNO(EPERM), limits_not_for_lvm);

	if (r == 0)
		r = limits_calls(filter, SCMP_ACT_ERRNO(EPERM), not_for_questions);
	return r == 0 ? limits_requests(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(ioctl),
				changes, LIMITS_COUNT(changes))
		      : r;
}

int observe_confine_lvm(struct err *err)
{
	const struct limits limits = {
		CAPABILITIES_OF_LVM, SCMP_ACT_ALLOW, add_rules_for_lvm};

	return limits_apply(&limits, err);
}
