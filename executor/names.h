/* SPDX-License-Identifier: Apache-2.0 */
/* The host's own names for what a step acts on, where the plan has pseudonyms. */
#ifndef SNAPSTATE_NAMES_H
#define SNAPSTATE_NAMES_H

#include "snapstate/host.h"
#include "snapstate/plan.h"

/*
 * *ret_step is a copy of the step whose target carries the names that `host` has for the
 * same mount id, device number and uuids; its other members are the step's own. Borrows
 * from both, is not freed. `host` was verified for this step just now, under pseudonyms:
 * what has that number is what the plan speaks of. -ESTALE: the host has no such thing.
 */
int names_of_step(const struct host *host, const struct plan_step *step,
	struct plan_step *ret_step, struct err *err);

#endif
