/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does somebody want this plan applied, and not the one in the next window? They give the
 * first digits of its digest, PLAN_CONFIRM_DIGITS or more, which the review shows.
 */
#ifndef SNAPSTATE_CONFIRM_H
#define SNAPSTATE_CONFIRM_H

#include <stdbool.h>

#include "snapstate/exit.h"
#include "snapstate/orders.h"

#define CONFIRM_TERMINAL "/dev/tty"

/* Hexadecimal digits, enough of them, that a digest could begin with. */
bool confirm_is_prefix(const char *text);

/* Each EXIT_DONE, or it said why not, and nothing is done. First, and at once: `digits`
 * (--yes-digest; confirm_is_prefix()) are this plan's; where they are NULL, there is a
 * terminal to ask on. */
enum exit_code confirm_check(
	const struct orders *plan, const char *digits, const char *terminal);
/* Last, when the steps were verified and shown. An answer may take hours. */
enum exit_code confirm_ask(const struct orders *plan, const char *terminal);

#endif
