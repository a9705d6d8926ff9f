/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the process that reads signatures gives up: all but reading files. Sources:
 * capabilities(7), seccomp(2).
 */
#include <errno.h>
#include <linux/capability.h>

#include "admit.h"
#include "limits.h"

static int add_rules(scmp_filter_ctx filter)
{
	int r = limits_calls(filter, SCMP_ACT_ALLOW, limits_plain);

	if (r == 0)
		r = limits_reading(filter);
	return r == 0 ? limits_narrow(filter) : r;
}

int admit_confine(struct err *err)
{
	/* a plan in somebody's home */
	const struct limits limits = {
		LIMITS_BIT(CAP_DAC_READ_SEARCH), LIMITS_OTHERS, add_rules};

	return limits_apply(&limits, err);
}
