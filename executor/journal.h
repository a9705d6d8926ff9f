/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What was verified, done and confirmed, on disk before and after each step. A plan has
 * one journal, DIGEST.journal, and is applied once: an existing journal refuses it, or is
 * gone on with where --resume says so.
 *
 *   snapstate-journal 1
 *   plan sha256:HEX file WORD
 *   host machine-id M boot-id B
 *   steps COUNT
 *   0 signed TIME NAMESPACE KEYTYPE SHA256:FINGERPRINT PRINCIPALS    (one per signature)
 *   0 unsigned TIME                      it was taken with --unsigned
 *   0 verified TIME COUNT                all facts that the plan expects were found
 *   N intent TIME OPERATION TARGET...    step N is about to be carried out
 *   N output TEXT                        one line that its command printed
 *   N failed TEXT                        what its operation reported (not believed)
 *   N done TIME                          the predicted facts were found
 *   N unchanged TIME                     nothing that the step is about has changed
 *   N differs TIME                       what was found is not what was predicted
 *   N unconfirmed TIME TEXT              the host could not be read after the step
 *   N refused TIME TEXT                  it changed nothing, and the run ends
 *   N expected FACT                      after differs and refused: the lines that
 *   N found FACT                         differ
 *   0 finished TIME                      all steps done, the whole scope as predicted
 *   0 stopped TIME TEXT                  the run ended before that
 *   0 resumed TIME COUNT BYTES           another run goes on behind COUNT steps; so many
 *                                        bytes of an unfinished last line were cut off
 *   N was-done TIME                      of step N only the intent was there, and the
 *                                        predicted facts were found
 *
 * A line "resumed" may stand wherever a run can end, also in the midst of a step;
 * "signed" or "unsigned" and "verified" follow it.
 *
 * The TEXTs of steps, the file's name and PRINCIPALS read "left-out" where the plan has
 * pseudonyms: they may hold names. Journals of older executors do not say who signed.
 *
 * TIME as 2026-11-22T03:00:00Z, words escaped by buf_word(), TEXT by buf_tail(), TARGET
 * as in the plan. Each line is written and fsync'ed as a whole; a line without its
 * newline was never finished. All but output, expected and found go to syslog as well
 * (audit.h).
 */
#ifndef SNAPSTATE_JOURNAL_H
#define SNAPSTATE_JOURNAL_H

#include "audit.h"
#include "signed.h"
#include "snapstate/plan.h"
#include "verify.h"

#define JOURNAL_VERSION	     1
#define JOURNAL_FOLDER	     "/var/lib/snapstate"
#define JOURNAL_DIGEST_SHOWN 16 /* names the plan in each line for syslog */

#define JOURNAL_BYTES_MAX (64u << 20) /* of one that is read */

struct journal {
	int fd;
	int folder; /* locked: one run per folder */
	char *path;
	off_t bytes;	/* of whole lines */
	bool is_broken; /* something else stands behind them: nothing can be added */
	const struct machine *machine; /* its clock */
	bool has_pseudonyms;
	struct audit *audit; /* NULL: no copy for syslog */
	char digest[JOURNAL_DIGEST_SHOWN + 1];
};
#define JOURNAL_INIT ((struct journal){.fd = -1, .folder = -1})
void journal_close(struct journal *journal);
#define cleanup_journal cleanup_with(journal_close)

/* -EEXIST: this plan has a journal there; err says how its run ended. 0: none is seen. */
int journal_find(const char *folder, const struct plan *plan, struct err *err);

/*
 * Opens `folder` (made with mode 0700 if it is missing), makes the journal and writes its
 * header. -EEXIST: this plan was applied before, or its run was interrupted. -EXDEV: the
 * folder lies on a device that the plan touches. Other errors: no journal can be kept.
 */
int journal_create(const char *folder, const struct plan *plan, const char *plan_file,
	const struct host *host, const struct machine *machine,
	struct journal *ret_journal, struct err *err);

/* What a journal says of the run. */
struct journal_run {
	char digest[SHA256_HEX_LEN + 1]; /* of the plan */
	uint64_t n_steps;
	uint64_t n_done;
	bool has_header; /* else it was cut in there: nothing was begun */
	bool is_begun;	 /* step n_done + 1 was, and may have come to anything */
	bool is_finished;
	size_t whole;	/* bytes up to the end of the last whole line */
	struct err end; /* why this is no plan that was carried out; code 0: it is */
};

/* This plan's journal, for --resume. -ENOENT: there is none. -EBADMSG: no journal of this
 * plan. */
int journal_load(const char *folder, const struct plan *plan, struct buf *ret_text,
	struct journal_run *ret_run, struct err *err);
/* As journal_create(), with the journal that was loaded. -EBUSY: it has grown since. */
int journal_resume(const char *folder, const struct plan *plan, const char *plan_file,
	const struct host *host, const struct machine *machine, const struct buf *text,
	const struct journal_run *run, struct journal *ret_journal, struct err *err);

/* From here on to syslog as well, beginning with what the header says. `audit` lives on.
 */
void journal_copy(struct journal *journal, const struct plan *plan, const char *plan_file,
	struct audit *audit);

int journal_signed(
	struct journal *journal, const struct signed_by *signed_by, struct err *err);
int journal_verified(struct journal *journal, size_t n_facts, struct err *err);
int journal_intent(struct journal *journal, size_t number, const struct plan_step *step,
	struct err *err);
/* `output` is what a command printed; `failure` NULL or what the operation reported. */
int journal_outcome(struct journal *journal, size_t number, const struct buf *output,
	const char *failure, struct err *err);
/* VERB is one of the words above; `text` and `difference` may be NULL. */
int journal_verdict(struct journal *journal, size_t number, const char *verb,
	const char *text, const struct difference *difference, struct err *err);

/* ---- reading (journal_read.c) ---- */

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

#endif
