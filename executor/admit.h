/* SPDX-License-Identifier: Apache-2.0 */
/* May this run use the plan that its command line names? */
#ifndef SNAPSTATE_ADMIT_H
#define SNAPSTATE_ADMIT_H

#include "options.h"
#include "snapstate/exit.h"
#include "snapstate/plan.h"
#include "snapstate/redact.h"

/* Reads the plan, once, and checks that this run may use it: its signature over the raw
 * bytes before they are parsed. */
enum exit_code admit_plan(const struct options *options, struct plan **ret_plan);
/* The key of a plan with pseudonyms. */
enum exit_code admit_key(const struct options *options, const struct plan *plan,
	struct redact_key *ret_key);

#endif
