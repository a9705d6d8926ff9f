/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The prover's rule 10: an executor compares what the plan names, so what an operation of
 * LVM touches beside its target must be named, as conditions (snapstate/condition.h); and
 * they must hold when it begins. Shares no code with the passes that put them there.
 */
#include <string.h>

#include "prove.h"
#include "snapstate/cleanup.h"

int proof_check_conditions(const struct proof *proof, const char *origin_uuid)
{
	static const enum condition_kind wanted[] = {
		CONDITION_SIBLINGS, CONDITION_SETTLED, CONDITION_SINGLE};

	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		const struct condition condition = {.kind = wanted[i],
			.vg_uuid = proof->step->target.vg_uuid,
			.lv_uuid = condition_row(wanted[i])->about == CONDITION_OF_VOLUME
					   ? origin_uuid
					   : "",
			.argument = ""};
		cleanup_violations struct violations violations = VIOLATIONS_INIT;
		cleanup_buf struct buf text = BUF_INIT;

		condition_print(&condition, &text);
		if (!scope_has_condition(&proof->plan->scope, &condition))
			return proof_broken(proof, 10, "is no condition of the plan",
				buf_text(&text));
		condition_find(proof->now, &condition, &violations);
		if (!violations.count)
			continue;
		text.len = 0;
		violation_print(wanted[i], &violations.items[0], &text);
		return proof_broken(proof, 10, "by then", buf_text(&text));
	}
	return 0;
}
