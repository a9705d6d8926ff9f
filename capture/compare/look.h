/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the host shows, compared with what the plan expects: line by line, and only what
 * the plan speaks of.
 */
#ifndef SNAPSTATE_COMPARE_LOOK_H
#define SNAPSTATE_COMPARE_LOOK_H

#include "snapstate/difference.h"
#include "snapstate/observe.h"
#include "view.h"

/* How one looks: by whose eyes, and with how much patience. */
struct looking {
	/* Puts a question (observe.h). -ETIMEDOUT, -EPIPE, -EBADMSG: there is no answer,
	 * and there will be none. */
	int (*ask)(void *eyes, const struct buf *question, struct buf *ret_answer,
		struct err *err);
	void *eyes;
	const char *redaction; /* the plan's; "" = it has the host's names */
	void (*pause)(void *clock, unsigned ms);
	int64_t (*now_ms)(void *clock); /* monotonic */
	void *clock;
	unsigned poll_ms;
	unsigned flap_ms;   /* how long an open count may be off */
	unsigned settle_ms; /* how long a step's result, or another LVM command, may take
			     */
};

/*
 * Probes and compares with view->expected. What udev does to a device for a moment (an
 * open count, a holder), and what an LVM command beside it does (suspended, an inactive
 * table, a condition), is looked at again for a while; nothing else is. *ret_sight is the
 * last whole look, with the host's own names, and set also when there is a difference.
 * Returns 0 when everything could be read, -ENODATA with the source's name otherwise.
 */
int verify_expected(const struct looking *looking, const struct view *view,
	struct sight *ret_sight, struct difference *ret_difference, struct err *err);

/* Probes, and gives all facts of the view's scope. -ENODATA as above. */
int verify_read(const struct looking *looking, const struct view *view,
	struct facts *ret_found, struct err *err);
/* These lines, found before, against view->expected. */
void verify_compare(const struct view *view, const struct facts *found,
	struct difference *ret_difference);

enum confirmation {
	CONFIRM_PREDICTED,
	CONFIRM_UNCHANGED, /* as before the step; openers apart where it failed */
	CONFIRM_DIFFERS,   /* neither: see the difference from what was predicted */
	CONFIRM_UNREAD,	   /* the host could not be read; see err */
};

/* Probes until the predicted facts are found or settle_ms have passed; with `has_failed`
 * (the operation reported an error) a host that is unchanged ends it at once. */
enum confirmation verify_predicted(const struct looking *looking, const struct view *view,
	bool has_failed, struct difference *ret_difference, struct err *err);

/* The plan's host line against this host: 0, or -EXDEV with words for people. */
int verify_identity(
	const struct looking *looking, const struct plan *plan, struct err *err);

#endif
