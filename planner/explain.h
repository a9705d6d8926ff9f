/* SPDX-License-Identifier: Apache-2.0 */
/* Inside --explain: explain.c tells, explain_find.c finds the device. */
#ifndef SNAPSTATE_EXPLAIN_H
#define SNAPSTATE_EXPLAIN_H

#include "snapstate/host.h"

/* MAJ:MIN, dm uuid, dm name, LV uuid, kernel name, VG/LV, or a path below /dev. MAJ:MIN
 * need not be recorded. DEVNO_NONE: no device of that name. */
struct devno explain_find(const struct host *host, const char *name);
/* -ENOENT, and what would have been understood. */
int explain_not_found(const struct host *host, const char *name, struct err *err);

#endif
