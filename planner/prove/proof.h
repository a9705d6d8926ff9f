/* SPDX-License-Identifier: Apache-2.0 */
/* The prover's doors: a plan against the rules, on the host that it was made for. */
#ifndef SNAPSTATE_PROOF_H
#define SNAPSTATE_PROOF_H

#include "snapstate/host/holders.h"
#include "snapstate/plan.h"

/* Shows that the plan, as read back from its text, keeps every rule on this host; see
 * prove.c. -EPERM and the broken rule otherwise: then nothing is written. */
int prove_plan(const struct host *host, const struct plan *plan, struct err *err);

/* The same for plans of several hosts, in the order in which they are to be carried out;
 * what one does is seen by all. */
struct proof_plan {
	size_t host; /* its place in `hosts` */
	const struct plan *plan;
};
int prove_plans(const struct host *const *hosts, size_t n_hosts,
	const struct proof_plan *plans, size_t n_plans, struct err *err);

#endif
