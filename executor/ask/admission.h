/* SPDX-License-Identifier: Apache-2.0 */
/*
 * May this run use the plan that its command line names? Its signatures and the site's
 * policy are read by another program, snapstate-admit, beside this one, which is started
 * before the plan is opened and confined to reading; what it answers
 * (executor/admit/admit.h) holds for bytes with one digest, and no others are taken for a
 * plan here.
 */
#ifndef SNAPSTATE_ADMISSION_H
#define SNAPSTATE_ADMISSION_H

#include "observer.h"
#include "options.h"
#include "snapstate/orders.h"

struct admission_signer {
	char *role; /* "plan@snapstate", "approve@snapstate" */
	char *key;  /* "ssh-ed25519 SHA256:..." */
	char *principals;
};

/* A plan that may be used, and on whose word. */
struct admission {
	struct orders *plan;
	uint64_t age_max; /* seconds; 0 = as old as the plan itself allows */
	struct admission_signer signers[SIGNATURES_MAX];
	size_t n_signers; /* 0: it was taken unsigned */
};
void admission_free(struct admission *admission);

/* Starts that program; where its answer will be. -EPERM: it is not root's. */
int admission_ask(const struct options *options, int *ret_fd, struct err *err);

/* Reads the answer, then the plan, once, and hands it to the observer to compare with.
 * Says what is wrong, where the program has not. */
enum exit_code admission_take(const struct options *options, int fd,
	const struct observer *observer, struct admission *ret_admission);
/* Is it still, and already, to be used at the time `now` (seconds since 1970, the host's
 * own clock)? */
enum exit_code admission_check_time(const struct admission *admission, int64_t now);

#endif
