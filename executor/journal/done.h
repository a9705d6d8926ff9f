/* SPDX-License-Identifier: Apache-2.0 */
/* The plans of other hosts that come before this one, and the journals that show them
 * done. */
#ifndef SNAPSTATE_DONE_H
#define SNAPSTATE_DONE_H

#include "observer.h"
#include "options.h"

/*
 * Has the journals of --done read and says for each plan that comes first whether it was
 * carried out. EXIT_DIFFERS: with --apply, a journal is missing; and always, if one shows
 * that its run stopped. EXIT_USAGE: a journal of no such plan. EXIT_BAD_INPUT: no
 * journal.
 *
 * A journal is not signed. This guards against a wrong order, not against forgery; what
 * is on this host is verified in any case.
 */
enum exit_code done_check(const struct options *options, const struct orders *plan,
	const struct observer *observer);

#endif
