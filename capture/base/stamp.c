/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Moments as text, writer beside reader; see stamp.h. UTC, whatever TZ says.
 */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "snapstate/cleanup.h"
#include "snapstate/stamp.h"

/* "07", and so on, behind a separator */
static void add_two(struct buf *text, const char *separator, int number)
{
	const char digits[] = {(char)('0' + number / 10 % 10), (char)('0' + number % 10)};

	buf_puts(text, separator);
	buf_add(text, digits, sizeof(digits));
}

static int write_with(
	int64_t seconds, const char *between, const char *behind, struct buf *ret_text)
{
	time_t time = (time_t)seconds;
	struct tm tm;

	if (seconds < 0 || seconds > STAMP_MAX || !gmtime_r(&time, &tm))
		return -ERANGE;
	add_two(ret_text, "", (tm.tm_year + 1900) / 100);
	add_two(ret_text, "", tm.tm_year + 1900);
	add_two(ret_text, "-", tm.tm_mon + 1);
	add_two(ret_text, "-", tm.tm_mday);
	add_two(ret_text, between, tm.tm_hour);
	add_two(ret_text, ":", tm.tm_min);
	add_two(ret_text, ":", tm.tm_sec);
	buf_puts(ret_text, behind);
	return 0;
}

int stamp_write(int64_t seconds, struct buf *ret_text)
{
	return write_with(seconds, "T", "Z", ret_text);
}

int stamp_read(const char *text, int64_t *ret_seconds)
{
	cleanup_buf struct buf again = BUF_INIT;
	struct tm tm = {0};
	const char *end = strptime(text, "%Y-%m-%dT%H:%M:%SZ", &tm);
	int64_t seconds;

	if (!end || *end)
		return -EINVAL;
	seconds = (int64_t)timegm(&tm);
	/* second spellings, and the 31st of February */
	if (stamp_write(seconds, &again) < 0 || strcmp(buf_text(&again), text) != 0)
		return -EINVAL;
	*ret_seconds = seconds;
	return 0;
}

void stamp_print(int64_t seconds, struct buf *ret_text)
{
	if (write_with(seconds, " ", " UTC", ret_text) < 0)
		buf_puts(ret_text, "?");
}

int64_t clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
