/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a configuration names a snapshot. Who writes it into /etc/fstab, a unit or a
 * guest's configuration means to use it: it is not a leftover to him. That it is mounted
 * on the condition's argument was known when the plan was made, and decided: a line that
 * says so may come and go. Which line of a file it is does not matter.
 */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "condition_rows.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/config.h"
#include "snapstate/host/source.h"

static bool is_accepted(const struct mention *mention, const char *target)
{
	return mention->kind == CONFIG_MOUNT && *target &&
	       strcmp(mention->target, target) == 0;
}

void condition_find_not_configured(const struct host *host,
	const struct condition *condition, struct violations *ret)
{
	static const char *const sources[] = {"fstab", "configs"};
	cleanup_mentions struct mentions mentions = {0};

	/* the first captures have no such source */
	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
		const struct source *source = host_source(host, sources[i]);

		if (source && outcome_is_gap(source->outcome))
			violations_add(ret, "unread", sources[i], "");
	}
	host_mentions_of_volume(
		host, condition->vg_uuid, condition->lv_uuid, SIZE_MAX, &mentions);
	for (size_t i = 0; i < mentions.count; i++)
		if (!is_accepted(&mentions.items[i], condition->argument))
			violations_add(ret, "named", mentions.items[i].file, "");
}
