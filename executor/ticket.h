/* SPDX-License-Identifier: Apache-2.0 */
/* With --ticket: asking the observer to capture the host once more, when the run has
 * ended, and to pack what came of the plan. It opened the file before the plan was
 * opened, and knows everything else from the command line: nothing of the plan can name a
 * file. */
#ifndef SNAPSTATE_EXECUTOR_TICKET_H
#define SNAPSTATE_EXECUTOR_TICKET_H

#include <sys/stat.h>

#include "eyes.h"
#include "options.h"
#include "snapstate/orders.h"

/* The ticket's file, as the observer made it. */
struct ticket_file {
	int folder; /* where it is; -1 = there is none */
	const char *name;
	struct stat made;
};
#define TICKET_FILE_INIT                                                                 \
	{                                                                                \
		.folder = -1                                                             \
	}
void ticket_file_close(struct ticket_file *file);
#define cleanup_ticket_file cleanup_with(ticket_file_close)

/* Right after the observer was started. -errno. */
int ticket_file_hold(
	const struct options *options, struct ticket_file *ret_file, struct err *err);
/* Takes it away again, unless another one has its name by now. */
void ticket_file_remove(const struct ticket_file *file);

/* What is refused later is so before the host is looked at: --before is the plan's
 * capture. EXIT_DONE: it is, or none was given. */
enum exit_code ticket_check_before(
	const struct options *options, struct eyes *eyes, const struct orders *plan);

/* Says where the ticket is, or that there is none, and how it is packed by hand. false:
 * there is none. */
bool ticket_ask(
	const struct options *options, struct eyes *eyes, const struct orders *plan);

#endif
