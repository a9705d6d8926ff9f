/* SPDX-License-Identifier: Apache-2.0 */
/* Durations as people give them; see stamp.h. */
#include <errno.h>
#include <string.h>

#include "snapstate/stamp.h"

int duration_read(const char *text, int64_t *ret_seconds)
{
	static const struct {
		char unit;
		uint64_t seconds;
	} units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
	size_t digits = strspn(text, "0123456789");
	uint64_t number, factor = text[digits] == '\0' ? 1 : 0;

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (text[digits] == units[i].unit && text[digits + 1] == '\0')
			factor = units[i].seconds;
	if (!factor || parse_u64(text, digits, 10, &number) < 0 || number > UINT32_MAX)
		return -EINVAL;
	*ret_seconds = (int64_t)(number * factor);
	return 0;
}
