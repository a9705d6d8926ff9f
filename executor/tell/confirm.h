/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does somebody want this plan applied, and not the one in the next window? They give the
 * first digits of its digest, PLAN_CONFIRM_DIGITS or more, which the review shows.
 */
#ifndef SNAPSTATE_CONFIRM_H
#define SNAPSTATE_CONFIRM_H

#include <stdbool.h>

#include "snapstate/exit.h"
#include "snapstate/plan.h"

#define CONFIRM_TERMINAL "/dev/tty"

/* Hexadecimal digits, enough of them, that a digest could begin with. */
bool confirm_is_prefix(const char *text);

/* With `digits` (--yes-digest; confirm_is_prefix()), or, where they are NULL, asks on
 * `terminal`. EXIT_DONE: this plan is meant. Else it said why not, and nothing is done.
 */
enum exit_code confirm_plan(
	const struct plan *plan, const char *digits, const char *terminal);

#endif
