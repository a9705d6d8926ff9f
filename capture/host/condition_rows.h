/* SPDX-License-Identifier: Apache-2.0 */
/* One function for each row of condition.c; see snapstate/condition.h. */
#ifndef SNAPSTATE_CONDITION_ROWS_H
#define SNAPSTATE_CONDITION_ROWS_H

#include "snapstate/condition.h"

struct host;

void condition_find_siblings(const struct host *host, const struct condition *condition,
	struct violations *ret);
void condition_find_guest_group(const struct host *host,
	const struct condition *condition, struct violations *ret);
void condition_find_settled(const struct host *host, const struct condition *condition,
	struct violations *ret);
void condition_find_single(const struct host *host, const struct condition *condition,
	struct violations *ret);
void condition_find_in_use(const struct host *host, const struct condition *condition,
	struct violations *ret);
void condition_find_hosts(const struct host *host, const struct condition *condition,
	struct violations *ret);
void condition_find_local(const struct host *host, const struct condition *condition,
	struct violations *ret);
void condition_find_ground(const struct host *host, const struct condition *condition,
	struct violations *ret);
void condition_find_storage(const struct host *host, const struct condition *condition,
	struct violations *ret);
void condition_find_not_configured(const struct host *host,
	const struct condition *condition, struct violations *ret);
void condition_find_quiet(const struct host *host, const struct condition *condition,
	struct violations *ret);
void condition_find_mount_points(const struct host *host,
	const struct condition *condition, struct violations *ret);

#endif
