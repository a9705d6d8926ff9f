/* SPDX-License-Identifier: Apache-2.0 */
/* The lvm of this machine, and which devices it may be given. */
#ifndef SNAPSTATE_LVM_PROGRAM_H
#define SNAPSTATE_LVM_PROGRAM_H

#include <stdbool.h>

/* Where lvm is on this machine, an absolute path; NULL = it is not there. */
const char *lvm_path(void);
/* true: a path below /dev. */
bool lvm_is_device(const char *path);
/* true: nothing, or `--devices PATH` and again, each below /dev. */
bool lvm_are_devices(const char *const argv[]);

#endif
