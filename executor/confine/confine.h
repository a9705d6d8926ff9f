/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the executor gives up before it opens a plan: it has read nothing yet that a
 * stranger wrote. No way back: neither by a program it starts, nor by a process it forks.
 */
#ifndef SNAPSTATE_CONFINE_H
#define SNAPSTATE_CONFINE_H

#include "snapstate/err.h"

/*
 * The process that reads the plan, verifies and acts. Of root's capabilities it keeps
 * those that reading /proc, device-mapper and umount want; of the system calls those in
 * confine.c, some with the only arguments that they may have. A call that could only be
 * an attack ends the process (SIGSYS); others that are not listed answer ENOSYS.
 */
int confine_self(struct err *err);

/*
 * The runner and lvm. LVM is a large program of many versions, and a call that failed in
 * the middle of lvremove would do harm; so it is only kept from what no lvm command has
 * any business with, and such calls answer EPERM.
 */
int confine_lvm(struct err *err);

#endif
