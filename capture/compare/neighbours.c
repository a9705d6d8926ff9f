/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Would a command of LVM leave the origin's other snapshots as they are? Input: the facts
 * of the look that gave the sequence number by which LVM compares under its lock. Output:
 * yes, or the words why not.
 */
#include <errno.h>
#include <string.h>

#include "comparing.h"
#include "snapstate/cleanup.h"
#include "snapstate/condition.h"

static int check_condition(
	const struct facts *found, const struct condition *condition, struct err *err)
{
	cleanup_buf struct buf begin = BUF_INIT, words = BUF_INIT;
	const char *said = NULL;
	size_t i;

	condition_line_begin(condition, &begin);
	i = facts_place(found, buf_text(&begin));
	if (i < found->count)
		said = condition_line_found(found->lines[i], condition);
	if (!said)
		return err_set(err, -EAGAIN, "whether this holds was not checked: %s",
			buf_text(&begin));
	if (strcmp(said, "ok") == 0)
		return 0;
	condition_line_print(found->lines[i], &words);
	return err_set(err, -EAGAIN, "%s", buf_text(&words));
}

int compare_neighbours(const struct facts *found, const char *vg_uuid,
	const char *origin_uuid, struct err *err)
{
	const struct condition conditions[] = {
		{.kind = CONDITION_SINGLE,
			.vg_uuid = vg_uuid,
			.lv_uuid = "",
			.argument = ""},
		{.kind = CONDITION_SETTLED,
			.vg_uuid = vg_uuid,
			.lv_uuid = origin_uuid,
			.argument = ""},
		{.kind = CONDITION_SIBLINGS,
			.vg_uuid = vg_uuid,
			.lv_uuid = origin_uuid,
			.argument = ""},
	};
	int r = 0;

	for (size_t i = 0; i < sizeof(conditions) / sizeof(conditions[0]) && r == 0; i++)
		r = check_condition(found, &conditions[i], err);
	return r;
}
