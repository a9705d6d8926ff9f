/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asking the observer (observe.h) over its socket. What it answers is believed no more
 * than a file from a stranger: text of bounded length within a bounded time, or none.
 * Where it gave none, it is not asked again.
 */
#ifndef SNAPSTATE_EYES_H
#define SNAPSTATE_EYES_H

#include "snapstate/buf.h"
#include "snapstate/err.h"

#define EYES_PROGRAM "snapstate-capture"

struct eyes {
	int fd;		  /* -1: it is not there (any more) */
	unsigned seconds; /* that it has for an answer */
	unsigned long n_asked;
	struct err lost; /* why it is not there any more */
};
#define EYES_INIT ((struct eyes){.fd = -1})

/* It ends by itself. */
void eyes_close(struct eyes *eyes);
static inline void eyes_close_fn(struct eyes *eyes)
{
	eyes_close(eyes);
}
#define cleanup_eyes cleanup_with(eyes_close_fn)

/* Its greeting. -EBADMSG: it is none of this version. */
int eyes_greet(struct eyes *eyes, struct err *err);

/* `context` is a struct eyes. -ETIMEDOUT, -EPIPE, -EBADMSG: there is no answer, and there
 * will be none. */
int eyes_ask(void *context, const struct buf *question, struct buf *ret_answer,
	struct err *err);

#endif
