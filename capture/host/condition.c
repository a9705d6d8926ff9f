/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a condition holds; see snapstate/condition.h. Input: a host and a condition.
 * Output: in which ways it does not. */
#include <stdlib.h>

#include "condition_rows.h"
#include "snapstate/buf.h"
#include "snapstate/host.h"

static void (*const finds[CONDITION_KINDS])(const struct host *host,
	const struct condition *condition, struct violations *ret) = {
	[CONDITION_IN_USE] = condition_find_in_use,
	[CONDITION_NOT_CONFIGURED] = condition_find_not_configured,
	[CONDITION_SIBLINGS] = condition_find_siblings,
	[CONDITION_SETTLED] = condition_find_settled,
	[CONDITION_SINGLE] = condition_find_single,
	[CONDITION_HOSTS] = condition_find_hosts,
	[CONDITION_LOCAL] = condition_find_local,
	[CONDITION_GROUND] = condition_find_ground,
	[CONDITION_STORAGE] = condition_find_storage,
	[CONDITION_GUEST_GROUP] = condition_find_guest_group,
	[CONDITION_MOUNT_POINTS] = condition_find_mount_points,
	[CONDITION_QUIET] = condition_find_quiet,
};

void violations_add(struct violations *violations, const char *word, const char *name,
	const char *uuid)
{
	*array_add(&violations->items, &violations->count) =
		(struct violation){word, name, uuid};
}

void violations_free(struct violations *violations)
{
	free(violations->items);
	*violations = VIOLATIONS_INIT;
}

void condition_find(const struct host *host, const struct condition *condition,
	struct violations *ret)
{
	finds[condition->kind](host, condition, ret);
}
