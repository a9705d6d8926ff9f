/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes the journal, whose grammar is in snapstate/journal.h: an existing one refuses
 * its plan, or is gone on with where --resume says so. All but output, expected and found
 * go to syslog as well (audit.h).
 */
#ifndef SNAPSTATE_EXECUTOR_JOURNAL_H
#define SNAPSTATE_EXECUTOR_JOURNAL_H

#include "act.h"
#include "admission.h"
#include "audit.h"
#include "snapstate/journal.h"
#include "snapstate/orders.h"

#define JOURNAL_DIGEST_SHOWN 16 /* names the plan in each line for syslog */

struct journal {
	int fd;
	int folder; /* locked: one run per folder */
	char *path;
	off_t bytes;	/* of whole lines */
	bool is_broken; /* something else stands behind them: nothing can be added */
	const struct hands *hands; /* their clock */
	bool has_pseudonyms;
	struct audit *audit; /* NULL: no copy for syslog */
	char digest[JOURNAL_DIGEST_SHOWN + 1];
	char plan_digest[SHA256_HEX_LEN + 1];
};
#define JOURNAL_INIT ((struct journal){.fd = -1, .folder = -1})
void journal_close(struct journal *journal);
#define cleanup_journal cleanup_with(journal_close)

/* -EEXIST: this plan has a journal there; err says how its run ended. 0: none is seen. */
int journal_find(const char *folder, const struct orders *plan,
	const struct observer *observer, struct err *err);

/* Whether it could be made: all that journal_create() does before the file. Makes the
 * folder. */
int journal_check(const char *folder, const struct orders *plan,
	const struct sight *sight, struct err *err);

/*
 * Opens `folder` (made with mode 0700 if it is missing), makes the journal and writes its
 * header; `sight` names all mounts. -EEXIST: this plan was applied before, or its run was
 * interrupted. -EXDEV: the folder is on a device that the plan touches. Other errors: no
 * journal can be kept.
 */
int journal_create(const char *folder, const struct orders *plan, const char *plan_file,
	const struct sight *sight, const struct hands *hands, struct journal *ret_journal,
	struct err *err);

/* This plan's journal, for --resume. -ENOENT: there is none. -EBADMSG: no journal of this
 * plan. -ENODATA: nobody reads it. */
int journal_load(const char *folder, const struct orders *plan,
	const struct observer *observer, struct buf *ret_text,
	struct journal_state *ret_state, struct err *err);
/* As journal_create(), with the journal that was loaded. -EBUSY: it has grown since. */
int journal_resume(const char *folder, const struct orders *plan, const char *plan_file,
	const struct sight *sight, const struct hands *hands, const struct buf *text,
	const struct journal_state *state, struct journal *ret_journal, struct err *err);

/* From here on to syslog as well, beginning with what the header says. `audit` lives on.
 */
void journal_copy(struct journal *journal, const struct orders *plan,
	const char *plan_file, struct audit *audit);

int journal_signed(
	struct journal *journal, const struct admission *admission, struct err *err);
int journal_verified(struct journal *journal, size_t n_facts, struct err *err);
/* A volume group as LVM just read it. */
struct group_text {
	const char *vg_uuid;
	uint64_t seqno;
	const char *bytes;
	size_t len;
};
/* Keeps it in a file beside the journal, which has its digest then; it takes the place of
 * one that an earlier try of this step left. */
int journal_keep(struct journal *journal, size_t number, const struct group_text *group,
	struct err *err);
int journal_intent(struct journal *journal, size_t number, const struct plan_step *step,
	struct err *err);
/* `output` is what a command printed; `failure` NULL or what the operation reported. */
int journal_outcome(struct journal *journal, size_t number, const struct buf *output,
	const char *failure, struct err *err);
/* `verb` is one of the grammar's; `text` and `difference` may be NULL. */
int journal_verdict(struct journal *journal, size_t number, const char *verb,
	const char *text, const struct difference *difference, struct err *err);

#endif
