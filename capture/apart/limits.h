/* SPDX-License-Identifier: Apache-2.0 */
/* What a process gives up for good: the parts of which the filters of capture/observe and
 * of the executor are made. Nothing is loosened later, neither by a program it starts nor
 * by a child. */
#ifndef SNAPSTATE_APART_LIMITS_H
#define SNAPSTATE_APART_LIMITS_H

#include <seccomp.h>
#include <stddef.h>
#include <stdint.h>

#include "snapstate/err.h"

/* A process of ours has one thread, and ends with it; Linux before 4.14 ends no others.
 */
#define LIMITS_KILL SCMP_ACT_KILL_THREAD

/* In the lab nothing may be missing from a list without being noticed. */
#ifdef SNAPSTATE_CONFINE_STRICT
#define LIMITS_OTHERS LIMITS_KILL
#else
/* What glibc takes for an older kernel, and does without. */
#define LIMITS_OTHERS SCMP_ACT_ERRNO(ENOSYS)
#endif

#define LIMITS_BIT(capability) (UINT64_C(1) << (capability))
#define LIMITS_COUNT(array)    (sizeof(array) / sizeof((array)[0]))

#ifndef __NR_mount_setattr /* Linux 5.12, the same number on every machine */
#define __NR_mount_setattr 442
#endif

struct limits {
	uint64_t capabilities; /* that are kept */
	uint32_t others;       /* what becomes of calls that no rule is about */
	int (*add)(scmp_filter_ctx filter); /* the rules; -errno */
};
/* From here on. */
int limits_apply(const struct limits *limits, struct err *err);

/* ---- rules ---- */

/* Lists end with __NR_SCMP_ERROR. */
extern const int limits_plain[], limits_not_for_lvm[];
int limits_calls(scmp_filter_ctx filter, uint32_t action, const int calls[]);
/* By the second argument, of ioctl and fcntl. */
int limits_requests(scmp_filter_ctx filter, uint32_t action, int call,
	const uint32_t requests[], size_t count);
/* fcntl and prlimit64, with the arguments that do no harm. */
int limits_narrow(scmp_filter_ctx filter);
/* open and openat, where the file is not made, nor changed. */
int limits_reading(scmp_filter_ctx filter);

#endif
