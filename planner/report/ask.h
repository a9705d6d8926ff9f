/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What to ask for, so that something that is undecided can be decided: commands that only
 * read, each with what it decides, the most telling first. An import reads all of them
 * back (capture/import/formats.c).
 */
#ifndef SNAPSTATE_ASK_H
#define SNAPSTATE_ASK_H

#include "judge.h"

struct ask {
	enum evidence kind;
	char *command; /* for a shell, in printable ASCII */
	char *decides; /* for people */
};

struct asks {
	struct ask *items;
	size_t count;
};

/* Of one subject; nothing where evidence would not help. */
void ask_collect(
	const struct survey *survey, const struct subject *subject, struct asks *ret);
/* Of all that was asked for, each kind once, with the names of all. */
void ask_collect_all(const struct survey *survey, struct asks *ret);
/* Of no subject: those that tell more of a message, with names to be filled in. */
void ask_of_message(unsigned wants, struct asks *ret);
void asks_free(struct asks *asks);
#define cleanup_asks cleanup_with(asks_free)

#endif
