/* SPDX-License-Identifier: Apache-2.0 */
/* What a message of LVM or of the kernel means, and what to ask next; see reports.h. */
#include "reports.h"
#include "review.h"
#include "snapstate/cleanup.h"

bool explain_message(const char *message, struct buf *text)
{
	const struct message_cause *cause = message_cause(message);
	cleanup_asks struct asks asks = {0};

	if (!cause)
		return false;
	ask_of_message(cause->wants, &asks);
	print_wrapped(text, "message", message, "");
	print_wrapped(text, "cause", cause->cause, "");
	print_wrapped(text, "means", cause->meaning, "");
	if (asks.count)
		buf_puts(text,
			"  ask      the output of these, which only read, with the "
			"names that are meant:\n");
	review_asks(text, &asks);
	return true;
}
