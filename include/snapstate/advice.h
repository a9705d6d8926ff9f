/* SPDX-License-Identifier: Apache-2.0 */
/* Commands that the advice of several programs names. */
#ifndef SNAPSTATE_ADVICE_H
#define SNAPSTATE_ADVICE_H

/* What names the processes that have descriptors where no capture looks: received over a
 * unix socket and not read yet (unix(7), SCM_RIGHTS; Linux 5.6), or registered with
 * io_uring (Linux 5.12). Neither line says of which file, and any user can have some: so
 * it is no evidence about a snapshot, and only told where one is held by nothing else
 * that shows. */
#define OUT_OF_SIGHT_COMMAND                                                             \
	"grep -rlsE '^(scm_fds|UserFiles):.*[1-9]' /proc/[0-9]*/fdinfo"

#endif
