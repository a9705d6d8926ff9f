/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the observer: questions of the executor about this host, answered; the text of
 * both is in snapstate/observe.h. */
#ifndef SNAPSTATE_CAPTURE_OBSERVE_H
#define SNAPSTATE_CAPTURE_OBSERVE_H

#include "snapstate/observe_question.h"
#include "snapstate/probe.h"
#include "snapstate/ticket.h"

/* What the observer is told when it is started, and by nobody later. */
struct observe_duty {
	const char *key_file; /* may be missing, or NULL */
	unsigned seconds;     /* for one answer; 0 = without end */
	const char *ticket; /* the file that it packs when it is asked to; NULL: none */
	const char *top;    /* of that archive, as in record.h */
	struct ticket_files files; /* `journal`: the folder that it is in */
};

/* What answers are made from. */
struct observing {
	const struct machine *machine;
	const struct redact_key *key; /* NULL: there is none */
	const char *key_error;	      /* why there is none */
	const struct observe_duty *duty;
	int ticket; /* open for writing; -1: none is packed (any more) */
};

/* Always gives one: also to what is no question. `context` is a struct observing. */
void observe_answer(void *context, const struct buf *question, struct buf *ret_answer);

/* The ticket's file: made, or found empty, as a run that was killed leaves it; locked
 * until it is closed. *ret_fd is untouched where no ticket was asked for. -EEXIST: it has
 * something in it, or somebody else may write it. -EBUSY: another run has it. */
int observe_ticket_open(const struct observe_duty *duty, int *ret_fd, struct err *err);
/* Captures the host, and fills that file: for a plan with this digest. The sentence as in
 * ticket_sentence(). */
int observe_ticket_pack(const struct observing *observing, const char *digest,
	struct buf *ret_sentence, struct err *err);

/* Adds the name line "before" where that is asked for. -ENODATA: it cannot be read. */
int observe_ticket_name(const struct observe_duty *duty,
	const struct observe_question *question, struct sight *sight, struct err *err);

/* Starts the processes that compare and that ask lvm, gives all up, greets, and answers
 * on standard input and output until that is closed. Returns an exit code. */
int observe_run(const struct observe_duty *duty);

/* Answers questions from `in` on `out`, by `answer`, until `in` ends, or has no question.
 * Returns an exit code. */
int observe_serve(
	void (*answer)(void *context, const struct buf *question, struct buf *ret_answer),
	void *context, int in, int out);

/* The facts of a host that was read already. -ENODATA, -EAGAIN: a source was not. Builds
 * its index. */
int observe_facts(
	struct host *host, unsigned parts, const struct scope *scope, struct facts *ret,
	struct err *err);
/* The name lines of a host with its index. */
void observe_names(const struct host *host, const struct observe_question *question,
	struct sight *ret_sight);

#endif
