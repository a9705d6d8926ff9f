/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal (X.journal): what of a plan was verified, done and confirmed on its host,
 * on disk before and after each step. A plan has one journal, DIGEST.journal, and is
 * applied once.
 *
 *   snapstate-journal 1
 *   plan sha256:HEX file WORD
 *   host machine-id M boot-id B
 *   steps COUNT
 *   0 signed TIME NAMESPACE KEYTYPE SHA256:FINGERPRINT PRINCIPALS    (one per signature)
 *   0 unsigned TIME                      it was taken with --unsigned
 *   0 verified TIME COUNT                all facts that the plan expects were found
 *   N kept TIME VG-UUID SEQNO sha256:HEX the metadata text of that group, as LVM read it
 * right before step N, the first that removes a volume of it, is in DIGEST.VG-UUID.vg
 * beside the journal N intent TIME OPERATION TARGET...    step N is about to be carried
 * out N output TEXT                        one line that its command printed N failed
 * TEXT                        what its operation reported (not believed) N done TIME the
 * predicted facts were found N unchanged TIME                     nothing that the step
 * is about has changed N differs TIME                       what was found is not what
 * was predicted N unconfirmed TIME TEXT              the host could not be read after the
 * step N refused TIME TEXT                  it changed nothing, and the run ends N
 * expected FACT                      after differs and refused: the lines that N found
 * FACT                         differ 0 finished TIME                      all steps
 * done, the whole scope as predicted 0 stopped TIME TEXT                  the run ended
 * before that 0 resumed TIME COUNT BYTES           another run goes on behind COUNT
 * steps; so many bytes of an unfinished last line were cut off N was-done TIME of step N
 * only the intent was there, and the predicted facts were found
 *   N skipped TIME TEXT                  step N is of a part that is left out (plan.h)
 *
 * A line "resumed" may stand wherever a run can end, also in the midst of a step;
 * "signed" or "unsigned" and "verified" follow it.
 *
 * The TEXTs of steps, the file's name and PRINCIPALS read "left-out" where the plan has
 * pseudonyms: they may hold names. Journals of older executors do not say who signed.
 *
 * TIME as 2026-11-22T03:00:00Z, words escaped by buf_word(), TEXT by buf_tail(), TARGET
 * as in the plan. Each line is written and fsync'ed as a whole; a line without its
 * newline was never finished. The writer is executor/journal, the reader journal_run.h.
 */
#ifndef SNAPSTATE_JOURNAL_H
#define SNAPSTATE_JOURNAL_H

#include "snapstate/buf.h"
#include "snapstate/limits.h"

#define JOURNAL_VERSION	    1
#define JOURNAL_VG_UUID_LEN 32 /* without hyphens */

/* A line of a step's output that is the executor's own. */
#define JOURNAL_UNMONITORED                                                              \
	"dmeventd does not run: nothing monitors LVM's snapshots, mirrors and pools on " \
	"this host, and lvm did not start it"

/* The name of the file with the group's metadata, beside the journal. */
void journal_kept_name(const char *digest, const char *vg_uuid, struct buf *ret_name);

#endif
