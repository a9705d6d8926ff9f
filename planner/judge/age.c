/* SPDX-License-Identifier: Apache-2.0 */
/* How long ago something was, in words: for reasons and for reviews. */
#include "judge.h"
#include "snapstate/host.h"
#include "snapstate/stamp.h"

void print_duration(struct buf *text, int64_t seconds)
{
	if (seconds >= 2 * 86400)
		buf_printf(text, "%lld days", (long long)(seconds / 86400));
	else if (seconds >= 2 * 3600)
		buf_printf(text, "%lld hours", (long long)(seconds / 3600));
	else if (seconds >= 120)
		buf_printf(text, "%lld minutes", (long long)(seconds / 60));
	else
		buf_printf(text, "%lld second%s", (long long)seconds,
			seconds == 1 ? "" : "s");
}

void print_age(struct buf *text, const struct host *host, int64_t when)
{
	int64_t age = host->identity.taken - when;

	stamp_print(when, text);
	if (!host->identity.taken)
		return; /* when it was captured is not known */
	buf_puts(text, ", ");
	print_duration(text, age < 0 ? -age : age);
	buf_puts(text, age < 0 ? " after the capture" : " before the capture");
}
