/* SPDX-License-Identifier: Apache-2.0 */
/* Prints docs/verdicts.md's table of classes from the planner's own rules; tests/readme
 * compares. */
#include <stdio.h>

#include "judge.h"
#include "planning.h"
#include "proof.h"
#include "reports.h"

int main(void)
{
	for (int i = 0; i < RULES_COUNT; i++) {
		const struct rule_text *text = rule_text((enum rule)i);

		if (rule_is_hint((enum rule)i))
			continue; /* reasons only, never a class */
		printf("| %s | %s | %s | %s |\n", text->name, verdict_name(text->verdict),
			text->evidence, text->remedy);
	}
	return 0;
}
