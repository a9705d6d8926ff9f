/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was planned and what came of it, in one file for the ticket: a pax tar, gzip, one
 * top folder.
 *
 *   RESULT.txt              in words: as predicted, or which facts differ
 *   plan.snapplan           the plan
 *   signature-1.sig ...     its signatures, where they were given
 *   plan.journal            what was verified, done and confirmed
 *   VG-UUID.vg ...          the metadata of volume groups from before their first
 * removal, as kept beside the journal; not with pseudonyms: it has real names
 *   before.snapstate.tar.gz the capture that the plan was made from, where it was given
 *   after.snapstate.tar.gz  a capture made afterwards
 *   SHA256SUMS              `sha256sum -c` checks every other member
 *
 * All but the first and the last are the bytes of files. The same files give the same
 * bytes.
 */
#ifndef SNAPSTATE_TICKET_H
#define SNAPSTATE_TICKET_H

#include "snapstate/journal_run.h"
#include "snapstate/plan.h"

#define TICKET_SIGNATURES_MAX 2 /* the maker's, and an operator's */

/* The metadata that the journal says was kept for one volume group. */
struct ticket_kept {
	char *path;	 /* of the file; for the command */
	struct buf text; /* empty: it is not there, or is another one by now */
};

/* What goes in. All but `after` is owned. */
struct ticket {
	struct buf plan_text, journal_text;
	struct buf signatures[TICKET_SIGNATURES_MAX];
	size_t n_signatures;
	struct buf before_archive, after_archive;
	struct plan *plan;
	struct plan
		*carried_out; /* of its parts those that were not left out; NULL: all */
	struct journal_run run;			   /* of the same plan */
	struct ticket_kept kept[JOURNAL_KEPT_MAX]; /* as in `run` */
	struct host *before;			   /* NULL: not given */
	struct host *after;
};
#define TICKET_INIT ((struct ticket){0})
void ticket_free(struct ticket *ticket);
#define cleanup_ticket cleanup_with(ticket_free)

/* Where it is read from. */
struct ticket_files {
	const char *plan;
	const char *journal;
	const char *before; /* NULL = not given */
	const char *signatures[TICKET_SIGNATURES_MAX];
	size_t n_signatures;
};
/* The bytes of these. */
int ticket_files_read(
	const struct ticket_files *files, struct ticket *ticket, struct err *err);

/* Read the texts and the archive that `ticket` has. -EBADMSG with the file's name: they
 * are no such thing, or not of one plan. `journal_name` and the others are for messages.
 */
int ticket_read(struct ticket *ticket, const char *plan_name, const char *journal_name,
	const char *before_name, struct err *err);

/* Reads what the journal says was kept: files in the folder of `journal_name`. */
void ticket_read_kept(struct ticket *ticket, const char *journal_name);

/* The host afterwards against the prediction for the steps that the journal says are
 * done. */
struct ticket_result {
	struct facts missing; /* predicted, and not found */
	struct facts extra;   /* found, and not predicted */
	bool is_begun_done; /* the journal leaves one step open; the host shows it done */
	struct facts gone,
		new;	     /* what changed besides, on the whole host; needs `before` */
	struct facts unread; /* sources of the capture afterwards: "NAME: OUTCOME" */
};
#define TICKET_RESULT_INIT ((struct ticket_result){0})
void ticket_compare(const struct ticket *ticket, struct ticket_result *ret_result);
bool ticket_is_as_predicted(const struct ticket_result *result);
void ticket_result_free(struct ticket_result *result);
#define cleanup_ticket_result cleanup_with(ticket_result_free)

/* One sentence, and RESULT.txt, which begins with it. */
void ticket_sentence(const struct ticket *ticket, const struct ticket_result *result,
	struct buf *ret_text);
void ticket_words(const struct ticket *ticket, const struct ticket_result *result,
	struct buf *ret_text);

/* `top` as in record.h. */
int ticket_pack(const struct ticket *ticket, const struct ticket_result *result,
	const char *top, struct buf *ret_archive, struct err *err);

/* -EBADMSG: names were replaced with another key ("" = none) than the plan's. */
int ticket_check_redaction(
	const struct ticket *ticket, const char *redaction, struct err *err);
/* All of that with the capture made afterwards, which is borrowed: the archive, the one
 * sentence, and 0 as predicted, EXIT_STOPPED so, but steps are left, EXIT_DIFFERS. */
int ticket_make(struct ticket *ticket, struct host *after, const char *top,
	struct buf *ret_archive, struct buf *ret_sentence, int *ret_code,
	struct err *err);

#endif
