/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The rules by which a plan's snapshots were selected: their lines in the plan. See
 * policy.h and plan.h; the reader of policy files is planner/judge/policy.c. Nothing is
 * decided by them when a plan is carried out.
 */
#include <errno.h>
#include <string.h>

#include "plan_text.h"
#include "snapstate/cleanup.h"

/* ---- in a plan ---- */

void plan_write_mounts(
	const char *keyword, char *const *mounts, size_t n_mounts, struct buf *text)
{
	for (size_t i = 0; i < n_mounts; i++) {
		buf_puts(text, keyword);
		buf_word(text, mounts[i]);
		buf_puts(text, "\n");
	}
}

int plan_read_mounts(struct lines *lines, const char *keyword,
	const struct plan_mounts_kind *kind, char ***ret_mounts, size_t *ret_count)
{
	while (lines_is(lines, keyword)) {
		char **mount;

		if (*ret_count == kind->max)
			return lines_bad(
				lines, "at most %zu lines \"%s\"", kind->max, keyword);
		mount = array_add(ret_mounts, ret_count);
		if (lines_take(lines, keyword) < 0 ||
			lines_take_word(lines, ' ', mount) < 0)
			return -EBADMSG;
		if (!kind->is_valid(*mount))
			return lines_bad(lines,
				"a mount is an absolute path of at most %d bytes, "
				"without a / at its end",
				POLICY_PATH_MAX);
		if (lines_take_end(lines) < 0)
			return -EBADMSG;
	}
	return 0;
}

const struct plan_mounts_kind plan_mounts_places = {
	POLICY_MOUNTS_MAX, policy_mount_is_valid};
const struct plan_mounts_kind plan_mounts_asserted = {
	PLAN_LEFTOVER_MOUNTS_MAX, policy_path_is_valid};

void plan_write_rules(const struct plan *plan, struct buf *text)
{
	for (size_t i = 0; i < plan->n_rules; i++) {
		const struct policy_rule *rule = &plan->rules[i];

		buf_puts(text, "rule ");
		buf_word(text, rule->name);
		buf_printf(text, " min-age %llu\n", (unsigned long long)rule->min_age);
		for (size_t g = 0; g < rule->n_globs; g++) {
			buf_puts(text, "rule-select ");
			buf_word(text, rule->globs[g]);
			buf_puts(text, "\n");
		}
		if (rule->tags) {
			buf_puts(text, "rule-tags ");
			buf_word(text, rule->tags);
			buf_puts(text, "\n");
		}
		plan_write_mounts("rule-mount ", rule->mounts, rule->n_mounts, text);
	}
}

static int read_globs(struct lines *lines, struct policy_rule *rule)
{
	do {
		char **glob;

		if (rule->n_globs == POLICY_GLOBS_MAX)
			return lines_bad(
				lines, "a rule has at most %d globs", POLICY_GLOBS_MAX);
		glob = array_add(&rule->globs, &rule->n_globs);
		if (lines_take(lines, "rule-select ") < 0 ||
			lines_take_word(lines, ' ', glob) < 0)
			return -EBADMSG;
		if (!policy_glob_is_valid(*glob) || strlen(*glob) > POLICY_GLOB_MAX)
			return lines_bad(lines, "a rule selects by VG/LV");
		if (lines_take_end(lines) < 0)
			return -EBADMSG;
	} while (lines_is(lines, "rule-select "));
	return 0;
}

static int read_tags(struct lines *lines, struct policy_rule *rule)
{
	if (!lines_is(lines, "rule-tags "))
		return 0;
	if (lines_take(lines, "rule-tags ") < 0 ||
		lines_take_word(lines, ' ', &rule->tags) < 0)
		return -EBADMSG;
	if (!policy_tags_are_valid(rule->tags))
		return lines_bad(lines,
			"not what LVM takes as tags, or more than %d", POLICY_TAGS_MAX);
	return lines_take_end(lines);
}

static int check_rule_name(
	const struct lines *lines, const struct plan *plan, const char *name)
{
	if (!policy_name_is_valid(name))
		return lines_bad(lines,
			"a rule's name is at most %d letters, digits, '_', '.' and '-'",
			POLICY_NAME_MAX);
	for (size_t i = 0; i + 1 < plan->n_rules; i++)
		if (strcmp(plan->rules[i].name, name) == 0)
			return lines_bad(lines, "a second rule %s", name);
	return 0;
}

static int read_rule(struct lines *lines, struct plan *plan)
{
	struct policy_rule *rule;

	if (plan->n_rules == POLICY_RULES_MAX)
		return lines_bad(
			lines, "a plan has at most %d rules", POLICY_RULES_MAX);
	rule = array_add(&plan->rules, &plan->n_rules);
	rule->has_min_age = true;
	if (lines_take(lines, "rule ") < 0 ||
		lines_take_word(lines, ' ', &rule->name) < 0 ||
		check_rule_name(lines, plan, rule->name) < 0 ||
		lines_take(lines, " min-age ") < 0 ||
		lines_take_number(lines, ' ', UINT64_MAX, &rule->min_age) < 0 ||
		lines_take_end(lines) < 0)
		return -EBADMSG;
	if (read_globs(lines, rule) < 0 || read_tags(lines, rule) < 0)
		return -EBADMSG;
	return plan_read_mounts(lines, "rule-mount ", &plan_mounts_places, &rule->mounts,
		&rule->n_mounts);
}

int plan_read_rules(struct lines *lines, struct plan *plan)
{
	while (lines_is(lines, "rule "))
		if (read_rule(lines, plan) < 0)
			return -EBADMSG;
	return 0;
}
