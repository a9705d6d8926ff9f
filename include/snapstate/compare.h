/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Questions about a plan: the host, compared with what the plan expects and predicts.
 * Who compares is a process between the executor and the observer, started by the
 * observer (capture/observe/compare_process.c); it hands all other questions on. Lines as
 * in observe.h.
 *
 * The plan comes first, once. It is read as plan_read() reads it, and the answer has the
 * digest of its bytes, or says why it is none:
 *
 *   plan LINE                       one for each line of it, in order
 *   end
 *
 *   read
 *   name plan HEX
 *   name refused :LINE: RULE        instead
 *   end
 *
 * Then, as often as one likes, with N of the plan's steps done. STATE is "begun" where
 * the step behind them was begun, so that its consequences may have happened, or "idle":
 *
 *   compare host 0 idle -           is this the host, and the boot, of the plan?
 *   compare plan N STATE -          all that the plan is about
 *   compare plan N STATE begin      the same, before a step
 *   compare plan N STATE go-on      the same; parts that differ are left out
 *   compare before N STATE -        what the next step is about, as before it
 *   compare after N STATE -         the same, as the step makes it
 *   compare after N STATE failed    the same, where it may have done nothing
 *   compare metadata N STATE free   what the step relies on of LVM's metadata
 *   compare metadata N STATE held   the same; the lock of the group is held
 *   compare metadata N STATE kept   the same, since before the last such question
 *   name ...                        as in observe.h: what is to be named besides
 *   end
 *
 * The answer has the lines that differ ("fact", "expected"), the names, and these:
 *
 *   name verdict expected           all is as the plan says
 *   name verdict differs            see the lines
 *   name words I SENTENCE           what differs, for people: sentences, from 0 on
 *   name verdict predicted          of "after": all is as the step makes it
 *   name verdict unchanged          of "after": all is as before it
 *   name verdict other              of "host": it is not; see the next line
 *   name other SENTENCE
 *   name verdict skipped            of "before" and "metadata": its part is left out
 *   name parts A-B,C-D,             of a plan with parts those that are gone on with
 *   name skipped N SENTENCE         step N is left out, and why
 *   name facts COUNT                of "plan": that are expected by now
 *   name suspended yes              of "plan": a device that differs is suspended
 *   name live yes                   of "after" a umount: the file system is still live,
 *                                   or its device as open as before
 *   name neighbours ok              of "before" a command of LVM: it would leave the
 *   name neighbours SENTENCE        origin's other snapshots as they are; or why not
 *   name took MS                    of "metadata": LVM was asked, and took so long
 *
 * Of a plan with parts, "plan N STATE -" is about those that were begun. Once "go-on" was
 * said, others are left out where only parts differ. N counts their steps.
 *
 * Journals (journal.h) are read here as well, that of this plan and those of plans that
 * come before it: files, one of which may have come from another host. HOW is "any" for a
 * journal that may be cut off anywhere, "done" for one that must say that its plan was
 * carried out:
 *
 *   journal HOW
 *   line LINE                       one for each line of it, in order, whatever is in it
 *   cut TEXT                        behind them, what has no newline
 *   end
 *
 *   read
 *   name journal plan HEX steps N done N begun yes|no finished yes|no stopped yes|no
 *   name journal - done 0 ...       it was cut off within its header
 *   name undone :LINE: SENTENCE     instead: of "done", and why it was not
 *   name refused :LINE: RULE        instead: it is no journal
 *   end
 *
 * What udev or an LVM command beside it changes for a moment is looked at again for a
 * while before an answer is given (capture/compare/look.h).
 */
#ifndef SNAPSTATE_COMPARE_H
#define SNAPSTATE_COMPARE_H

#include "snapstate/observe.h"

#define COMPARE_WORD "compare "
#define COMPARE_PLAN "plan "

#define COMPARE_JOURNAL	     "journal "
#define COMPARE_JOURNAL_ANY  "any"
#define COMPARE_JOURNAL_DONE "done"
#define COMPARE_LINE	     "line "
#define COMPARE_CUT	     "cut "

enum compare_what {
	COMPARE_HOST,
	COMPARE_WHOLE,
	COMPARE_BEFORE,
	COMPARE_AFTER,
	COMPARE_METADATA,
};
#define COMPARE_WHATS (COMPARE_METADATA + 1)

/* Under which circumstances. */
enum compare_how {
	COMPARE_PLAINLY,
	COMPARE_TO_BEGIN,
	COMPARE_TO_GO_ON,
	COMPARE_FAILED,
	COMPARE_FREE,
	COMPARE_HELD,
	COMPARE_KEPT,
};
#define COMPARE_HOWS (COMPARE_KEPT + 1)

struct compare_question {
	enum compare_what what;
	uint64_t n_done;
	bool is_begun;
	enum compare_how how;
	struct wanted_names names;
};
extern const char *const compare_whats[COMPARE_WHATS], *const compare_hows[COMPARE_HOWS];

void compare_plan_write(const char *text, size_t len, struct buf *ret_question);
void compare_journal_write(
	const char *how, const char *text, size_t len, struct buf *ret_question);
void compare_question_write(
	const struct compare_question *question, struct buf *ret_question);

/* The plan's text. -EBADMSG: err says where and what. */
int compare_plan_read(
	const char *text, size_t len, struct buf *ret_plan, struct err *err);
/* The journal's bytes. -EBADMSG: that is no such question. */
int compare_journal_read(const char *text, size_t len, bool *ret_is_done,
	struct buf *ret_journal, struct err *err);
int compare_question_read(const char *text, size_t len,
	struct compare_question *ret_question, struct err *err);

#endif
