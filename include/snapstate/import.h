/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Evidence that others collected -> model: sosreports (folder or archive, and what "sos
 * collect" made of several), an lvmdump, a supportconfig, other collections, pasted
 * texts, and folders with any of these.
 *
 * Takes what is there. What is not there is OUTCOME_SKIPPED, never OUTCOME_ABSENT: such
 * evidence cannot prove that the host has no such thing. A file of zero bytes is a failed
 * read, "No devices found" is an answer. The sources "mounts", "superblocks" and
 * "processes" are never OUTCOME_READ, since no such evidence sees all namespaces and all
 * holders: a plan from an import removes nothing.
 *
 * Takes hostile evidence: no link is followed, no device opened, nothing is written, no
 * program is run; what is read is bounded (limits.h).
 */
#ifndef SNAPSTATE_IMPORT_H
#define SNAPSTATE_IMPORT_H

#include <stddef.h>

#include "snapstate/err.h"
#include "snapstate/host/shown.h"
#include "snapstate/limits.h"

struct buf;
struct host;

struct imports {
	struct host **hosts; /* sorted each */
	size_t count;
};
void imports_free(struct imports *imports);

/* Each collection that the evidence holds becomes a host of its own, and so do the loose
 * files beside them, if they show anything: two hosts, or two days of one, are never
 * mixed. `ret_list` gets words about each collection. Errors as below. */
int import_all(const char *path, struct imports *ret_imports, struct buf *ret_list,
	struct err *err);

/* Of one collection; -EBADMSG lists several. A folder, an archive, a text; "-" is a text
 * on standard input. What it does not tell is noted as the source's outcome; an error is
 * a path that cannot be read, or an archive that is damaged or over a limit. Sorted. */
int import_evidence(const char *path, struct host **ret_host, struct err *err);

#endif
