/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Evidence that others collected -> model: a sosreport (folder or tar), an lvmdump, or a
 * folder of command outputs.
 *
 * Takes what is there. What is not there is OUTCOME_SKIPPED, never OUTCOME_ABSENT: such
 * evidence cannot prove that the host has no such thing. A file of zero bytes is a failed
 * read, "No devices found" is an answer. The sources "mounts", "superblocks" and
 * "processes" are never OUTCOME_READ, since no such evidence sees all namespaces and all
 * holders: a plan from an import removes nothing.
 *
 * Takes hostile evidence: no link is followed, no device opened, nothing is written, no
 * program is run; what is read is bounded by the limits below.
 */
#ifndef SNAPSTATE_IMPORT_H
#define SNAPSTATE_IMPORT_H

#include "snapstate/err.h"
#include "snapstate/host.h"

#define IMPORT_UNPACKED_MAX (UINT64_C(8) << 30) /* bytes of a tar */
#define IMPORT_FILE_MAX	    (64u << 20)		/* of one file that is of use */
#define IMPORT_KEPT_MAX	    (256u << 20)	/* of all of them */
#define IMPORT_ENTRIES_MAX  1000000		/* files and folders looked at */
#define IMPORT_PIECES_MAX   10000		/* files that are of use */
#define IMPORT_DEPTH_MAX    32			/* of folders */
#define IMPORT_PATH_MAX	    4096
#define IMPORT_DEVICES_MAX  100000 /* of device-mapper */
#define IMPORT_BLOCKS_MAX   20000  /* others */

/* A file or folder. What it does not tell is noted as the source's outcome; an error is a
 * path that cannot be read, or an archive that is damaged or over a limit. Sorted. */
int import_evidence(const char *path, struct host **ret_host, struct err *err);

#endif
