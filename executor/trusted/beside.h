/* SPDX-License-Identifier: Apache-2.0 */
/* The other program of ours that this one starts. */
#ifndef SNAPSTATE_BESIDE_H
#define SNAPSTATE_BESIDE_H

#include "snapstate/buf.h"
#include "snapstate/err.h"

/* Where `name` is: in this program's own folder, and nowhere else. -EPERM: somebody else
 * than root, or who runs this program, could have put it there. */
int beside_find(const char *name, struct buf *ret_path, struct err *err);

#endif
