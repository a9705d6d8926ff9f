/* SPDX-License-Identifier: Apache-2.0 */
/* Exit codes, the same for all three programs. docs/using.md repeats this table. */
#ifndef SNAPSTATE_EXIT_H
#define SNAPSTATE_EXIT_H

enum exit_code {
	EXIT_DONE = 0,	  /* done; of the planner: all that is selected can be removed */
	EXIT_REFUSED = 1, /* snapshots are kept: refused, undecided, skipped, not found */
	EXIT_USAGE = 2,	  /* the command line makes no sense */
	EXIT_DIFFERS = 3, /* the host differs from the plan; nothing (more) was changed */
	EXIT_STOPPED = 4, /* stopped midway; the journal says where */
	EXIT_ENVIRONMENT = 5, /* not permitted, or the environment lacks something */
	EXIT_BAD_INPUT = 6,   /* a file that was read is bad */
	EXIT_NOTHING = 7,     /* the planner: no snapshots match the selection */
	EXIT_HAZARD = 8,      /* the planner: data is being destroyed, or in danger */
};

/* Of what the planner found the most urgent is told: EXIT_HAZARD, EXIT_REFUSED,
 * EXIT_DONE, EXIT_NOTHING. */

#endif
