/* SPDX-License-Identifier: Apache-2.0 */
/* Facts before and after a step of a replay: see snapstate/facts.h. */
#ifndef SNAPSTATE_FACTS_NOTED_H
#define SNAPSTATE_FACTS_NOTED_H

#include "snapstate/facts.h"

/*
 * What a scope shows at one moment of a replay, to be compared with what the same scope
 * shows a step later. Of what there may be much of on one device (tables, block devices,
 * mounts and swap areas) it has the places: only what a step changes is rendered.
 */
struct facts_noted {
	struct facts facts;	      /* the rest */
	struct noted_holder *holders; /* in the order of the scope */
	size_t n_holders;
	struct noted_device *devices;
	size_t n_devices;
};
/* `last`: what a scope of the same plan showed before, in the same replay; may be NULL.
 */
void host_facts_note(const struct host *host, const struct scope *scope,
	const struct facts_noted *last, struct facts_noted *ret);
/* Lines of `a` that are not in `b`. */
void host_facts_minus(const struct host *host, const struct facts_noted *a,
	const struct facts_noted *b, struct facts *ret_facts);
void facts_noted_free(struct facts_noted *noted);
#define cleanup_facts_noted cleanup_with(facts_noted_free)

#endif
