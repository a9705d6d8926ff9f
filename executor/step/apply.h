/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One run of a plan: verify all of it, show it, and, if asked to, carry it out step by
 * step: verify, journal, act, read again, journal. The first difference ends it.
 */
#ifndef SNAPSTATE_APPLY_H
#define SNAPSTATE_APPLY_H

#include "journal.h"
#include "observer.h"
#include "snapstate/exit.h"

/* The volume group whose lock is held from one removal behind LVM's back to the next: no
 * LVM command of this host changes it meanwhile, so that LVM need not be asked at each.
 */
struct held_group {
	char *vg_name; /* NULL: none */
	int hold;
	bool is_read;  /* what LVM said since counts for the next step as well */
	int64_t until; /* now_ms(): not longer */
};

struct executor {
	struct observer observer;
	struct hands hands;
	const struct orders *plan; /* of its parts those that are gone on with */
	const struct orders *whole;
	struct orders left;	/* `plan`, once parts were left out or moved */
	struct facts skipped;	/* "N SENTENCE": step N is left out, and why */
	size_t n_noted;		/* of these, in the journal */
	bool is_going_on;	/* parts that differ are left out */
	FILE *out;		/* what is done */
	FILE *errors;		/* why it is not */
	bool is_verbose;	/* facts that differ beside what they mean */
	struct sight sight;	/* as first verified, with LVM's names */
	struct facts strings;	/* names of the host for steps */
	size_t n_done;
	bool is_begun; /* the next step was: what it may change besides may be changed */
	uint64_t n_facts; /* that are expected by now, when all were last looked at */
	const struct journal_state *resumed; /* what an earlier run came to; NULL: none */
	bool was_done; /* of the last of these, that run recorded the intent only */
	struct held_group held;
};

/*
 * What LVM said of a group counts, while its lock is held, so many times as long as the
 * asking took, within these bounds. Then the lock is given back, so that LVM commands
 * that wait for it have their turn, and LVM is asked again. What the lock does not keep
 * out, another host or a clone of a disk, is so found after EXECUTOR_HELD_MS_MOST at the
 * latest; before each lvremove LVM is asked anyway.
 */
#define EXECUTOR_HELD_FACTOR   20
#define EXECUTOR_HELD_MS_LEAST 2000
#define EXECUTOR_HELD_MS_MOST  30000
/* LVM waits in flock(2) (lib/misc/lvm-flock.c); it is woken, and has taken the lock by
 * then. */
#define EXECUTOR_TURN_MS    200
#define EXECUTOR_TURN_TRIES 6 /* each as long as act_ops.hold waits, to take it back */

/* Patience with a real host. */
#define EXECUTOR_POLL_MS 100
#define EXECUTOR_BUSY_MS                                                                 \
	3000 /* a step that met an open device is tried again this long */
#define EXECUTOR_LVM_TRIES    5
#define EXECUTOR_LVM_PAUSE_MS 1000

void executor_free(struct executor *executor);

/* All facts of the plan, against this host. Says what differs. May be called again. */
enum exit_code executor_verify(struct executor *executor);
/* Each step and why. */
void executor_show(struct executor *executor);
/* Carries out all steps. Call after executor_verify() returned EXIT_DONE. */
enum exit_code executor_apply(struct executor *executor, struct journal *journal);

/* ---- inside ---- */

/* By an answer; to the journal, if there is one. -ENODATA: it contradicts itself. */
int executor_take_parts(struct executor *executor, struct journal *journal,
	const struct sight *sight, const struct difference *difference, struct err *err);
/* The next step is done. */
void executor_advance(struct executor *executor);
/* A question about the plan as far as it is done. */
struct compare_question executor_question(
	const struct executor *executor, enum compare_what what, enum compare_how how);
/* resume.c: whether the step that the earlier run began was carried out: then it counts.
 * EXIT_STOPPED: neither.
 */
enum exit_code executor_settle_begun(struct executor *executor);

/* The next step, from its verification to its confirmation. EXIT_REFUSED: its part is
 * left out now. */
enum exit_code executor_step(struct executor *executor, struct journal *journal);
/* The lock that steps keep from one to the next is given back, if there is one. */
void executor_release_group(struct executor *executor);
/* The whole scope against what holds now: EXIT_DONE, EXIT_DIFFERS, or unreadable.
 * `is_begin`: a step is to begin. `ret_sight` may be NULL: nothing is to be named. */
enum exit_code executor_compare(struct executor *executor, bool is_begin,
	struct sight *ret_sight, struct difference *difference);
void executor_say_difference(
	const struct executor *executor, const struct difference *difference);
/* Not permitted or not readable: nothing was changed so far, or the steps before were. */
enum exit_code executor_cannot(const struct executor *executor);
void executor_say_how_far(const struct executor *executor, const struct journal *journal);

#endif
