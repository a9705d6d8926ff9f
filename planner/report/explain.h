/* SPDX-License-Identifier: Apache-2.0 */
/* Inside --explain: explain.c tells, explain_find.c finds the device, explain_others.c
 * tells what is done on other hosts. */
#ifndef SNAPSTATE_EXPLAIN_H
#define SNAPSTATE_EXPLAIN_H

#include "report.h"

/* MAJ:MIN, dm uuid, dm name, LV uuid, kernel name, VG/LV, or a path below /dev.
 * DEVNO_NONE: the capture has no device of that name. */
struct devno explain_find(const struct host *host, const char *name);
/* true: "VG/LV" or a path of one that the metadata has and this host has not active. */
bool explain_is_inactive(const struct host *host, const char *name);
/* What to look for on each of the hosts, "NODE:" aside; NULL = nothing. */
void explain_choose(
	const struct report *report, const char *name, const char **ret_names);
/* -ENOENT, and what would have been understood. */
int explain_not_found(const struct report *report, const char *name, struct err *err);

/* One line of words, escaped as a whole. Takes the text. */
void explain_say(struct buf *out, struct buf *text);
/* true: the subject is, has on it, or is on that device; an origin may have several. */
bool explain_concerns(
	const struct story *story, struct devno devno, const struct subject *subject);
/* What is done elsewhere to the snapshot that a member's device belongs to. */
void explain_others(
	const struct report *report, size_t member, struct devno devno, struct buf *text);

#endif
