/* SPDX-License-Identifier: Apache-2.0 */
/* Made-up hosts that share one volume group, and their plans, for tests. */
#ifndef SNAPSTATE_SAMPLE_FLEET_H
#define SNAPSTATE_SAMPLE_FLEET_H

#include "fleet.h"
#include "planning.h"
#include "reports.h"

struct trial {
	struct request request;
	struct fleet fleet;
	struct report report;
	struct err err;
};
void trial_begin(struct trial *trial);
void trial_end(struct trial *trial);
/* Takes the host; its machine-id is 32 times `id`, its file is called `node`. */
void trial_add(struct trial *trial, struct host *host, const char *node, char id);
/* Judges, orders and proves; where it must not fail, a failure ends the test. */
int trial_run(struct trial *trial);
void trial_must_run(struct trial *trial);
/* What is told of it; `folder` is what -o named, NULL without. */
const struct report *trial_report(struct trial *trial, const char *folder);

/* Nothing of the group is active. */
void sample_drop_devices(struct host *host);
struct host *sample_host_inactive(void);
/* Active, and gone from the metadata. */
struct host *sample_host_stale(void);

/* hva and hvb: each has a volume to remove, and a stale mapping that the other's must
 * wait for. Four plans. */
void trial_add_two_rounds(struct trial *trial);
/* Two or three hosts: random ones that see the same group, some of it active, some not.
 */
void trial_random(struct trial *trial, uint64_t seed, bool is_reversed);

#endif
