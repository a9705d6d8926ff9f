/* SPDX-License-Identifier: Apache-2.0 */
/* What a message of LVM or of the kernel means, and what to ask next; see reports.h. */
#include "reports.h"
#include "review.h"
#include "snapstate/cleanup.h"
#include "wrap.h"

bool explain_message(const char *message, struct buf *text)
{
	const struct message_cause *cause = message_cause(message);
	cleanup_asks struct asks asks = {0};
	struct review to = {text, WRAP_WIDTH};

	if (!cause)
		return false;
	ask_of_message(cause->wants, &asks);
	print_wrapped(&to, "message", message, "");
	print_wrapped(&to, "cause", cause->cause, "");
	print_wrapped(&to, "means", cause->meaning, "");
	if (asks.count)
		print_wrapped(&to, "ask",
			"the output of these read-only commands, with your names filled "
			"in:",
			"");
	review_asks(&to, &asks);
	return true;
}
