/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What this program asks the observer (observe.h): to compare the host with the plan
 * (compare.h), to look at something by its name. This program compares no facts: it has
 * the lines that differ, for people and the journal.
 */
#ifndef SNAPSTATE_OBSERVER_H
#define SNAPSTATE_OBSERVER_H

#include "snapstate/compare.h"
#include "snapstate/difference.h"
#include "snapstate/io.h"

struct observer {
	/* Puts a question. -ETIMEDOUT, -EPIPE, -EBADMSG: there is no answer, and there
	 * will be none. */
	int (*ask)(void *eyes, const struct buf *question, struct buf *ret_answer,
		struct err *err);
	void *eyes;
	const char *redaction; /* the plan's; "" = it has the host's names */
};

/* The plan that it compares with from now on; its digest is that of these bytes.
 * -EBADMSG: they are no plan, as err says; `name` is the file's. -ENODATA: no answer. */
int observer_take_plan(const struct observer *observer, const struct buf *text,
	const char *name, struct err *err);

/* How far the runs of a plan came, by their journal. */
struct journal_state {
	char digest[SHA256_HEX_LEN + 1]; /* of the plan */
	uint64_t n_steps;
	uint64_t n_done;
	bool has_header; /* else it was cut in there: nothing was begun */
	bool is_begun;	 /* step n_done + 1 was, and may have come to anything */
	bool is_finished;
	bool is_stopped; /* it ended early, and says so; else it was interrupted */
};
/* What a journal says, by its bytes. This program does not parse them: a journal may come
 * from another host. `is_done`: one that must say that all steps of its plan were done;
 * else it may be cut off anywhere. -ECANCELED: its run ended before that. -EBADMSG: it is
 * no journal. `name` is the file's, for both. -ENODATA: no answer. */
int observer_read_journal(const struct observer *observer, const struct buf *text,
	bool is_done, const char *name, struct journal_state *ret_state, struct err *err);

enum verdict {
	VERDICT_EXPECTED,
	VERDICT_DIFFERS,
	VERDICT_PREDICTED,
	VERDICT_UNCHANGED,
	VERDICT_OTHER,
	VERDICT_SKIPPED, /* the next step's part is left out from now on */
};
#define VERDICTS (VERDICT_SKIPPED + 1)

/* *ret_sight has the names, *ret_difference the lines of VERDICT_DIFFERS; what they had
 * is freed. -ENODATA: no verdict; err says why, and both are as they were. */
int observer_compare(const struct observer *observer,
	const struct compare_question *question, enum verdict *ret_verdict,
	struct sight *ret_sight, struct difference *ret_difference, struct err *err);

/* The plan's host line against this host: 0, or -EXDEV with words for people. */
int observer_check_host(const struct observer *observer, struct err *err);

/* Now, these parts ("dm,blocks", "-"), and what has this name, where it is not NULL; see
 * act_request.look: `context` is a struct observer. -EAGAIN: a source kept changing.
 * -ENODATA: all else. */
int observer_look(void *context, const char *parts, const char *name,
	struct sight *ret_sight, struct err *err);

/* The observer has the key of the plan's pseudonyms. -ENODATA: err says why not. */
int observer_check_key(const struct observer *observer, struct err *err);

#endif
