/* SPDX-License-Identifier: Apache-2.0 */
/* Inside --explain: explain.c tells, explain_find.c finds the device, explain_hosts.c
 * does both for several hosts. */
#ifndef SNAPSTATE_EXPLAIN_H
#define SNAPSTATE_EXPLAIN_H

#include "reports.h"
#include "story.h"

/* MAJ:MIN, dm uuid, dm name, LV uuid, kernel name, VG/LV, or a path below /dev. MAJ:MIN
 * need not be recorded. DEVNO_NONE: no device of that name. */
struct devno explain_find(const struct host *host, const char *name);
/* The same, DEVNO_NONE too where the capture has nothing of that number. */
struct devno explain_find_recorded(const struct host *host, const char *name);
/* true: "VG/LV" or a path of one that the metadata has and this host has not active. */
bool explain_is_inactive(const struct host *host, const char *name);
/* -ENOENT, and what would have been understood. */
int explain_not_found(const struct host *host, const char *name, struct err *err);

/* The story of a recorded device. */
void explain_device(const struct story *story, struct devno devno, struct buf *text);
/* true: the subject is, has on it, or is on that device; an origin may have several. */
bool explain_concerns(
	const struct story *story, struct devno devno, const struct subject *subject);

#endif
