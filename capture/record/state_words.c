/* SPDX-License-Identifier: Apache-2.0 */
/* Flags and the time stamp of state.xml; see state_words.h. Canonical: one text per
 * value. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "state_words.h"
#include "snapstate/cleanup.h"
#include "snapstate/host/device.h"

#define N_FLAGS 32

void device_flags_write(unsigned flags, struct buf *ret_text)
{
	const char *separator = "";

	for (unsigned i = 0; i < N_FLAGS; i++) {
		const char *word = device_flag_name(flags & 1u << i);

		if (word) {
			buf_printf(ret_text, "%s%s", separator, word);
			separator = ",";
		}
	}
	if (!*separator)
		buf_puts(ret_text, "-");
}

int device_flags_read(const char *text, unsigned *ret_flags)
{
	cleanup_buf struct buf again = BUF_INIT;
	unsigned flags = 0;

	for (unsigned i = 0; i < N_FLAGS; i++) {
		const char *word = device_flag_name(1u << i);

		if (word && strstr(text, word))
			flags |= 1u << i;
	}
	/* not sorted, twice, or unknown: then it does not come out the same */
	device_flags_write(flags, &again);
	if (strcmp(buf_text(&again), text) != 0)
		return -EINVAL;
	*ret_flags = flags;
	return 0;
}
