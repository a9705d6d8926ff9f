/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Capabilities and system calls; see confine.h. Sources: capabilities(7), seccomp(2),
 * seccomp_rule_add(3), linux/dm-ioctl.h. Invariant: nothing is loosened later; who needs
 * another call adds it here, with the reason.
 */
#include "confine.h"
#include "limits.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/dm-ioctl.h>
#include <linux/loop.h>
#include <linux/netlink.h>
#include <linux/sockios.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <termios.h>

#include "snapstate/kernel.h"

#define BIT(capability) LIMITS_BIT(capability)

/* SYS_ADMIN: dm's ioctls, umount, swapoff, stopping arrays. DAC_OVERRIDE: a journal in a
 * folder that is not root's. */
#define CAPABILITIES_OF_SELF (BIT(CAP_SYS_ADMIN) | BIT(CAP_DAC_OVERRIDE))

/* SYS_ADMIN alone is enough to remove a snapshot; without IPC_LOCK and SYS_NICE LVM
 * warns. The others: its nodes in /dev where udev makes none. */
#define CAPABILITIES_OF_LVM                                                              \
	(BIT(CAP_SYS_ADMIN) | BIT(CAP_IPC_LOCK) | BIT(CAP_SYS_NICE) | BIT(CAP_MKNOD) |   \
		BIT(CAP_DAC_OVERRIDE) | BIT(CAP_CHOWN) | BIT(CAP_FOWNER))

/* Beside limits_plain. */
static const int own_calls[] = {
	/* the journal, its lock, LVM's lock; a stale node of a removed mapping */
	SCMP_SYS(open), SCMP_SYS(openat), SCMP_SYS(mkdir), SCMP_SYS(mkdirat),
	SCMP_SYS(flock), SCMP_SYS(fsync), SCMP_SYS(fdatasync), SCMP_SYS(ftruncate),
	SCMP_SYS(unlink), SCMP_SYS(unlinkat), SCMP_SYS(pwrite64), SCMP_SYS(setrlimit),
	/* udev's cookies */
	SCMP_SYS(semget), SCMP_SYS(semop), SCMP_SYS(semctl), SCMP_SYS(semtimedop),
	/* its path is a descriptor's (act_block.c), which no filter can see; no page is
	 * lost by it */
	SCMP_SYS(swapoff),
	/* udev's monitor */
	SCMP_SYS(bind), __NR_SCMP_ERROR};

/* Nothing here calls them, on any machine: what does was made to. */
static const int attacks[] = {
	/* other programs, other processes, more processes */
	SCMP_SYS(execve), SCMP_SYS(execveat), SCMP_SYS(fork), SCMP_SYS(vfork),
	SCMP_SYS(clone), SCMP_SYS(clone3), SCMP_SYS(ptrace), SCMP_SYS(setns),
	SCMP_SYS(kcmp), SCMP_SYS(process_vm_readv), SCMP_SYS(process_vm_writev),
	SCMP_SYS(pidfd_getfd),
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
static const uint32_t fcntl_attacks[] = {
	F_SETOWN, F_SETOWN_EX, F_SETSIG, F_SETLEASE, F_NOTIFY};

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
	if (r == 0)
		r = limits_narrow(filter);
	if (r == 0)
		r = limits_requests(filter, SCMP_ACT_ALLOW, SCMP_SYS(ioctl), dm_requests,
			LIMITS_COUNT(dm_requests));
	if (r == 0)
		r = limits_requests(filter, SCMP_ACT_ALLOW, SCMP_SYS(ioctl),
			loop_requests, LIMITS_COUNT(loop_requests));
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

	if (LIMITS_OTHERS == LIMITS_KILL)
		return 0;
	r = limits_calls(filter, LIMITS_KILL, attacks);
	if (r == 0)
		r = seccomp_rule_add(filter, LIMITS_KILL, SCMP_SYS(umount2), 1,
			SCMP_A1(SCMP_CMP_NE, UMOUNT_NOFOLLOW | MNT_EXPIRE));
	if (r == 0)
		r = limits_requests(filter, LIMITS_KILL, SCMP_SYS(ioctl), dm_attacks,
			LIMITS_COUNT(dm_attacks));
	if (r == 0)
		r = limits_requests(filter, LIMITS_KILL, SCMP_SYS(ioctl), loop_attacks,
			LIMITS_COUNT(loop_attacks));
	if (r == 0)
		r = limits_requests(filter, LIMITS_KILL, SCMP_SYS(ioctl), ioctl_attacks,
			LIMITS_COUNT(ioctl_attacks));
	if (r == 0)
		r = limits_requests(filter, LIMITS_KILL, SCMP_SYS(fcntl), fcntl_attacks,
			LIMITS_COUNT(fcntl_attacks));
	return r;
}

static int add_rules(scmp_filter_ctx filter)
{
	int r = limits_calls(filter, SCMP_ACT_ALLOW, limits_plain);

	if (r == 0)
		r = limits_calls(filter, SCMP_ACT_ALLOW, own_calls);
	if (r == 0)
		r = add_narrow_calls(filter);
	return r == 0 ? add_attacks(filter) : r;
}

int confine_self(struct err *err)
{
	const struct limits limits = {CAPABILITIES_OF_SELF, LIMITS_OTHERS, add_rules};

	return limits_apply(&limits, err);
}

static int add_rules_for_lvm(scmp_filter_ctx filter)
{
	static const uint32_t remove_all = DM_REMOVE_ALL;
	int r = limits_calls(filter, SCMP_ACT_ERRNO(EPERM), limits_not_for_lvm);

	return r == 0 ? limits_requests(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(ioctl),
				&remove_all, 1)
		      : r;
}

int confine_lvm(struct err *err)
{
	const struct limits limits = {
		CAPABILITIES_OF_LVM, SCMP_ACT_ALLOW, add_rules_for_lvm};

	return limits_apply(&limits, err);
}
