/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which of the operator's rules selects a volume, what age it asks for, and where what it
 * selects is mounted. See policy.h.
 * Invariant: to be selected is never a reason to be removed; it only lets the checks
 * look.
 */
#include <fnmatch.h>
#include <string.h>

#include "judge.h"
#include "snapstate/cleanup.h"
#include "snapstate/lvm_names.h"

static bool any_glob(char *const *globs, size_t n_globs, const char *label)
{
	for (size_t i = 0; i < n_globs; i++)
		if (fnmatch(globs[i], label, FNM_PATHNAME | FNM_NOESCAPE) == 0)
			return true;
	return false;
}

static bool has_all_tags(const char *tags, const char *wanted)
{
	for (const char *next; wanted; wanted = next) {
		cleanup_free char *tag = xstrndup(wanted, lvm_tags_first(wanted, &next));

		if (!lvm_tags_have(tags, tag))
			return false;
	}
	return true;
}

bool request_selects(const struct request *request, const char *label, const char *tags,
	const struct policy_rule **ret_rule)
{
	if (any_glob((char *const *)request->select, request->n_select, label)) {
		*ret_rule = NULL;
		return true;
	}
	for (size_t i = 0; i < request->n_rules; i++) {
		const struct policy_rule *rule = &request->rules[i];

		if (any_glob(rule->globs, rule->n_globs, label) &&
			has_all_tags(tags, rule->tags)) {
			*ret_rule = rule;
			return true;
		}
	}
	return false;
}

/* The volume's part of the glob, with anything behind it. */
static bool any_glob_of_name(char *const *globs, size_t n_globs, const char *dm_name)
{
	for (size_t i = 0; i < n_globs; i++) {
		const char *slash = strchr(globs[i], '/');
		cleanup_buf struct buf glob = BUF_INIT;

		buf_printf(&glob, "%s*", slash ? slash + 1 : globs[i]);
		if (fnmatch(buf_text(&glob), dm_name, FNM_NOESCAPE) == 0)
			return true;
	}
	return false;
}

bool request_selects_name(const struct request *request, const char *dm_name,
	const struct policy_rule **ret_rule)
{
	cleanup_free char *vg = NULL, *lv = NULL, *layer = NULL;
	cleanup_buf struct buf label = BUF_INIT;

	if (any_glob_of_name(
		    (char *const *)request->select, request->n_select, dm_name)) {
		*ret_rule = NULL;
		return true;
	}
	for (size_t i = 0; i < request->n_rules; i++) {
		const struct policy_rule *rule = &request->rules[i];

		if (!rule->tags &&
			any_glob_of_name(rule->globs, rule->n_globs, dm_name)) {
			*ret_rule = rule;
			return true;
		}
	}
	if (!lvm_dm_name_split(dm_name, &vg, &lv, &layer))
		return false;
	buf_printf(&label, "%s/%s", vg, lv);
	return request_selects(request, buf_text(&label), NULL, ret_rule);
}

bool glob_takes(const char *glob, const struct subject *subject)
{
	char *const globs[] = {(char *)glob};

	return any_glob(globs, 1, subject->label) ||
	       (subject->kind == SUBJECT_OTHER && subject->is_selected &&
		       any_glob_of_name(globs, 1, subject->label));
}

static bool any_glob_of_group(char *const *globs, size_t n_globs, const char *vg_name)
{
	for (size_t i = 0; i < n_globs; i++) {
		cleanup_free char *glob = xstrndup(globs[i], strcspn(globs[i], "/"));

		if (fnmatch(glob, vg_name, FNM_NOESCAPE) == 0)
			return true;
	}
	return false;
}

bool request_selects_group(const struct request *request, const char *vg_name)
{
	bool is_match = any_glob_of_group(
		(char *const *)request->select, request->n_select, vg_name);

	for (size_t i = 0; i < request->n_rules; i++)
		is_match |= any_glob_of_group(
			request->rules[i].globs, request->rules[i].n_globs, vg_name);
	return is_match;
}

const char *const select_default_mounts[SELECT_DEFAULT_MOUNTS] = {
	"/mnt/backup*", "/tmp/*", "/var/tmp/*"};

/* NULL: none of them. */
static const char *find_place(
	const char *const *places, size_t n_places, const char *target)
{
	for (size_t i = 0; i < n_places; i++)
		if (fnmatch(places[i], target, FNM_PATHNAME | FNM_NOESCAPE) == 0)
			return places[i];
	return NULL;
}

enum place_kind subject_place(const struct request *request,
	const struct subject *subject, const char *target, const char **ret_place)
{
	const struct policy_rule *rule = subject->rule;
	const char *place = rule ? find_place((const char *const *)rule->mounts,
					   rule->n_mounts, target)
				 : find_place(request->select_mounts,
					   request->n_select_mounts, target);

	if (place) {
		*ret_place = place;
		return rule ? PLACE_OF_RULE : PLACE_OF_SELECT;
	}
	for (size_t i = 0; i < request->n_leftover_mounts; i++)
		if (strcmp(request->leftover_mounts[i], target) == 0) {
			*ret_place = request->leftover_mounts[i];
			return PLACE_ASSERTED;
		}
	return PLACE_NONE;
}

int64_t subject_min_age(const struct request *request, const struct subject *subject)
{
	return subject->rule ? (int64_t)subject->rule->min_age : request->min_age;
}
