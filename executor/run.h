/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One run of an admitted plan on this host, from the question whether it is wanted to its
 * journal. Input: plan, options. Output: words; with --apply a changed host.
 */
#ifndef SNAPSTATE_RUN_H
#define SNAPSTATE_RUN_H

#include "admission.h"
#include "apply.h"
#include "audit.h"
#include "eyes.h"
#include "runner.h"
#include "ticket.h"

struct run {
	const struct options *options;
	const struct admission *admission;
	struct audit *audit;
	struct runner *runner;
	struct eyes *eyes;
	const struct ticket_file *ticket;
	struct executor executor; /* set here, and the rest */
	struct buf journal;	  /* with --resume, as it was read */
	struct journal_state recalled;
	bool has_journal; /* there is something to tell of */
};

enum exit_code run_on_this_host(struct run *run);

#endif
