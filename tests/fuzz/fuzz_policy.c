/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reader of policies against any bytes. Laws: an error has words; what is accepted
 * keeps the limits, and stands in a plan that reads back; both matchers end on it.
 */
#include <stdlib.h>
#include <string.h>

#include "judge.h"
#include "planning.h"
#include "proof.h"
#include "reports.h"
#include "snapstate/cleanup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void put_into_plan(const struct policy *policy)
{
	cleanup_plan struct plan *plan = plan_new(), *again = NULL;
	cleanup_buf struct buf text = BUF_INIT;
	struct err err = ERR_INIT;

	memset(plan->capture_sha256, '0', SHA256_HEX_LEN);
	free(plan->created_by);
	plan->created_by = xstrdup("fuzz");
	facts_add(&plan->expect, "host machine-id m boot-id b");
	for (size_t i = 0; i < policy->n_rules; i++)
		policy_rule_copy(
			&policy->rules[i], array_add(&plan->rules, &plan->n_rules));
	plan_write(plan, &text);
	if (plan_read(buf_text(&text), text.len, "plan", &again, &err) < 0 ||
		again->n_rules != policy->n_rules)
		abort();
}

static void check_rules(const struct policy *policy)
{
	struct request request = {.rules = policy->rules, .n_rules = policy->n_rules};
	const struct policy_rule *rule;

	if (policy->n_rules == 0 || policy->n_rules > POLICY_RULES_MAX)
		abort();
	for (size_t i = 0; i < policy->n_rules; i++)
		if (policy->rules[i].n_globs == 0 ||
			policy->rules[i].n_globs > POLICY_GLOBS_MAX)
			abort();
	request_selects(&request, "onapp-aaaaaaaaaaaaaaaa/backup-bbbbbbbbbbbbbbbb",
		"backup,a", &rule);
	request_selects_name(&request, "onapp--aaaa-backup--aaaabbbbX1", &rule);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_policy struct policy policy = {0};
	struct err err = ERR_INIT;

	if (policy_read((const char *)data, size, "fuzz", &policy, &err) < 0) {
		if (!*err.msg || policy.n_rules)
			abort();
		return 0;
	}
	policy_set_age(&policy, 3600);
	check_rules(&policy);
	put_into_plan(&policy);
	return 0;
}
