/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reader of the site's policy against any bytes. Laws: an error names file, line and
 * rule; what is accepted says in plain words whether unsigned plans are, and does not
 * contradict itself; and a file that was cut is never accepted.
 */
#include <stdlib.h>
#include <string.h>

#include "site_policy.h"
#include "snapstate/cleanup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool has_line(const char *text, const char *line)
{
	size_t len = strlen(line);

	for (; text; text = strchr(text, '\n') ? strchr(text, '\n') + 1 : NULL)
		if (strncmp(text, line, len) == 0 && text[len] == '\n')
			return true;
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_free char *text = xstrndup((const char *)data, size);
	struct site_policy policy = {0};
	struct err err = ERR_INIT;
	int r = site_policy_read((const char *)data, size, "fuzz", &policy, &err);

	if (r > 0 || (r < 0 && strncmp(err.msg, "fuzz:", 5) != 0))
		abort();
	if (r < 0)
		return 0;
	if (memchr(data, '\0', size) || data[size - 1] != '\n' ||
		has_line(text, "unsigned refused") != policy.is_unsigned_refused ||
		has_line(text, "unsigned allowed") == policy.is_unsigned_refused ||
		has_line(text, "second-signature required") !=
			policy.has_second_signature ||
		(policy.has_second_signature && !policy.is_unsigned_refused) ||
		policy.age_max < 0)
		abort();
	/* without its last byte, as a full disk may leave it */
	if (data[size - 2] != '\n' && site_policy_read((const char *)data, size - 1,
					      "fuzz", &policy, &err) == 0)
		abort();
	return 0;
}
