/* SPDX-License-Identifier: Apache-2.0 */
/* With --ticket: asking the observer to capture the host once more, when the run has
 * ended, and to pack what came of the plan. It opened the file before the plan was
 * opened, and knows everything else from the command line: nothing of the plan can name a
 * file. */
#ifndef SNAPSTATE_EXECUTOR_TICKET_H
#define SNAPSTATE_EXECUTOR_TICKET_H

#include "eyes.h"
#include "options.h"
#include "snapstate/plan.h"

/* What is refused later is so before the host is looked at: --before is the plan's
 * capture. EXIT_DONE: it is, or none was given. */
enum exit_code ticket_check_before(
	const struct options *options, struct eyes *eyes, const struct plan *plan);

/* Says where the ticket is, or that there is none, and how it is packed by hand. false:
 * there is none. */
bool ticket_ask(
	const struct options *options, struct eyes *eyes, const struct plan *plan);

#endif
