/* SPDX-License-Identifier: Apache-2.0 */
/* What a journal (journal.h) says of the run, or the runs, that wrote it. */
#ifndef SNAPSTATE_JOURNAL_RUN_H
#define SNAPSTATE_JOURNAL_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "snapstate/err.h"
#include "snapstate/io.h"
#include "snapstate/journal.h"
#include "snapstate/limits.h"

#define JOURNAL_KEPT_MAX 64 /* groups; of more the lines are read, and no more */

/* A volume group's metadata before its first removal. */
struct journal_kept {
	char vg_uuid[JOURNAL_VG_UUID_LEN + 1];
	uint64_t seqno;
	char sha256[SHA256_HEX_LEN + 1];
	uint64_t step;
};

enum journal_step { JOURNAL_LEFT, JOURNAL_DONE, JOURNAL_SKIPPED };

/* What a journal says of the run. */
struct journal_run {
	char digest[SHA256_HEX_LEN + 1]; /* of the plan */
	uint64_t n_steps;
	uint64_t n_done;
	bool has_header; /* else it was cut in there: nothing was begun */
	bool is_begun;	 /* step `begun` was, and may have come to anything */
	bool is_finished;
	uint64_t begun;
	uint64_t n_skipped;			    /* by its last run */
	bool has_skipped;			    /* any of its runs */
	uint8_t steps[PLAN_STEPS_MAX + 1];	    /* enum journal_step, by number */
	struct journal_kept kept[JOURNAL_KEPT_MAX]; /* one for each group, the last one */
	size_t n_kept;
	bool is_stopped; /* it ended early, and says so; else it was interrupted */
	size_t whole;	 /* bytes up to the end of the last whole line */
	struct err end;	 /* why this is no plan that was carried out; code 0: it is */
};

/* Any journal, cut off anywhere. -EBADMSG: not what journal_create() and the others
 * write; ret_run is set up to there. */
int journal_parse(const char *text, size_t len, const char *name,
	struct journal_run *ret_run, struct err *err);

/*
 * Whether the journal of any host says that all steps of its plan were done and
 * confirmed. -ECANCELED: a journal, but of a run that stopped or was interrupted, or cut
 * off. -EBADMSG: not what journal_create() and the others write. `name` is the file's,
 * for messages.
 */
int journal_read(const char *text, size_t len, const char *name,
	struct journal_run *ret_run, struct err *err);

struct plan;

/* The parts of the plan that the journal is of: what is done first, then what was begun,
 * the others behind it; with `is_left_out` without those that were left out. `ret_parts`
 * has room for all. -EBADMSG: the journal is not of these parts. */
int journal_parts(const struct journal_run *run, const struct plan *plan,
	bool is_left_out, unsigned *ret_parts, size_t *ret_count, struct err *err);

#endif
