/* SPDX-License-Identifier: Apache-2.0 */
/* Files are opened, and not to be written; see limits.h. */

#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>

#include "limits.h"

/* `flags` is where open and openat have them. */
static int add_reading(scmp_filter_ctx filter, int call, unsigned flags)
{
	const uint64_t writing = O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND;
	int r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 1,
		SCMP_CMP(flags, SCMP_CMP_MASKED_EQ, writing, 0));

	/* tried where there is no memfd_create; there is another way without (kernel.h)
	 */
	if (r == 0 && LIMITS_OTHERS == LIMITS_KILL)
		r = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), call, 1,
			SCMP_CMP(flags, SCMP_CMP_MASKED_EQ, O_CREAT, O_CREAT));
	return r;
}

int limits_reading(scmp_filter_ctx filter)
{
	int r = add_reading(filter, SCMP_SYS(openat), 2);

#ifdef __NR_open
	if (r == 0)
		r = add_reading(filter, SCMP_SYS(open), 1);
#endif
	return r;
}
