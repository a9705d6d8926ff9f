/* SPDX-License-Identifier: Apache-2.0 */
/* May this run use the plan that its command line names? */
#ifndef SNAPSTATE_ADMIT_H
#define SNAPSTATE_ADMIT_H

#include "options.h"
#include "site_policy.h"
#include "signed.h"
#include "snapstate/exit.h"
#include "snapstate/plan.h"

/* A plan that may be used, and on whose word. */
struct admission {
	struct plan *plan;
	struct site_policy policy;
	struct signed_by signed_by;
};
void admission_free(struct admission *admission);

/* Reads the plan, once, and checks that this run may use it: the site's policy first,
 * then the signatures over the raw bytes, and only then what they say. */
enum exit_code admit_plan(const struct options *options, struct admission *ret_admission);
/* Is it still, and already, to be used at the time `now` (seconds since 1970, the host's
 * own clock)? */
enum exit_code admit_time(const struct admission *admission, int64_t now);

#endif
