/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The process by which this program sees: snapstate-capture --observe, of the same
 * version, beside it. It is started before the plan is opened, with words of the command
 * line alone, and may change nothing (capture/observe). What it answers is believed no
 * more than a file from a stranger: text of bounded length within a bounded time, or
 * none. Where it gave none, it is not asked again.
 */
#ifndef SNAPSTATE_EYES_H
#define SNAPSTATE_EYES_H

#include <stdbool.h>

#include "options.h"
#include "snapstate/buf.h"
#include "snapstate/err.h"

#define EYES_PROGRAM "snapstate-capture"

struct eyes {
	int fd; /* -1: it is not there (any more) */
	unsigned seconds; /* that it has for an answer */
	unsigned long n_asked;
	struct err lost; /* why it is not there any more */
};
#define EYES_INIT ((struct eyes){.fd = -1})

/* Told at its start: the file with the key of pseudonyms, which need not be there; the
 * time for an answer; and what it packs with --ticket. -EPERM: the program is not root's.
 * -EBADMSG: it is none of this version. */
int eyes_open(const struct options *options, struct eyes *ret_eyes, struct err *err);
/* It ends by itself. */
void eyes_close(struct eyes *eyes);
static inline void eyes_close_fn(struct eyes *eyes)
{
	eyes_close(eyes);
}
#define cleanup_eyes cleanup_with(eyes_close_fn)

/* See struct observer. `context` is a struct eyes. */
int eyes_ask(void *context, const struct buf *question, struct buf *ret_answer,
	struct err *err);

/* ---- inside ---- */

/* Its greeting, from a socket. */
int eyes_greet(struct eyes *eyes, struct err *err);

#endif
