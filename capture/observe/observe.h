/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the observer: questions of the executor about this host, answered; the text of both is in
 * snapstate/observe.h. */
#ifndef SNAPSTATE_CAPTURE_OBSERVE_H
#define SNAPSTATE_CAPTURE_OBSERVE_H

#include "snapstate/observe.h"

/* What answers are made from. */
struct observing {
	const struct machine *machine;
	const struct redact_key *key; /* NULL: there is none */
	const char *key_file;	      /* for messages */
	const char *key_error;	      /* why there is none */
	unsigned seconds;	      /* for one answer; 0 = without end */
};

/* Always gives one: also to what is no question. */
void observe_answer(const struct observing *observing, const struct buf *question,
	struct buf *ret_answer);

/* Answers questions from `in` on `out` until `in` ends, or has no question. Returns an exit code. */
int observe_serve(const struct observing *observing, int in, int out);

/* The facts of a host that was read already. -ENODATA, -EAGAIN: a source was not. Builds its index. */
int observe_facts(
	struct host *host, unsigned parts, const struct scope *scope, struct facts *ret,
	struct err *err);
/* The name lines of a host with its index. */
void observe_names(const struct host *host, const struct observe_question *question,
	struct sight *ret_sight);

#endif
