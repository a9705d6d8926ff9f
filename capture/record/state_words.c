/* SPDX-License-Identifier: Apache-2.0 */
/* Flags and the time stamp of state.xml; see state_words.h. Canonical: one text per
 * value. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "state_words.h"
#include "snapstate/cleanup.h"

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

#define TIME_FORMAT "%Y-%m-%dT%H:%M:%SZ"
#define TIME_MAX    253402300799 /* the end of the year 9999 */

int time_write(int64_t seconds, struct buf *ret_text)
{
	time_t time = (time_t)seconds;
	struct tm tm;
	char text[32];

	if (seconds < 0 || seconds > TIME_MAX || !gmtime_r(&time, &tm) ||
		strftime(text, sizeof(text), TIME_FORMAT, &tm) == 0)
		return -ERANGE;
	buf_puts(ret_text, text);
	return 0;
}

int time_read(const char *text, int64_t *ret_seconds)
{
	cleanup_buf struct buf again = BUF_INIT;
	struct tm tm = {0};
	const char *end = strptime(text, TIME_FORMAT, &tm);
	int64_t seconds;

	if (!end || *end)
		return -EINVAL;
	seconds = (int64_t)timegm(&tm);
	/* the 31st of February */
	if (time_write(seconds, &again) < 0 || strcmp(buf_text(&again), text) != 0)
		return -EINVAL;
	*ret_seconds = seconds;
	return 0;
}
