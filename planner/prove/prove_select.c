/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The prover's own answer to: did anybody ask for this volume, and is it old enough by
 * the rule that asked? It reads the plan's header and the capture, and shares no matcher
 * with select.c.
 */
#include <errno.h>
#include <string.h>

#include "prove.h"
#include "snapstate/cleanup.h"
#include "snapstate/fact_line.h"
#include "snapstate/host.h"
#include "snapstate/host/device.h"
#include "snapstate/host/lvm.h"
#include "snapstate/lvm_names.h"

/* '*' and '?' stand for anything but '/'. One '*' at a time is enough to go back to: what
 * an earlier one has taken is never too little. */
static bool glob_takes(const char *glob, const char *text)
{
	const char *star = NULL, *resume = NULL;

	while (*text) {
		if (*glob == '*') {
			star = ++glob;
			resume = text;
		} else if (*glob && (*glob == *text || (*glob == '?' && *text != '/'))) {
			glob++;
			text++;
		} else if (star && *resume != '/') {
			glob = star;
			text = ++resume;
		} else {
			return false;
		}
	}
	while (*glob == '*')
		glob++;
	return *glob == '\0';
}

static bool any_takes(char *const *globs, size_t n_globs, const char *label)
{
	for (size_t i = 0; i < n_globs; i++)
		if (glob_takes(globs[i], label))
			return true;
	return false;
}

/* Both are lists with a comma between two; tags hold none. */
static bool tags_within(const char *wanted, const char *tags)
{
	cleanup_buf struct buf list = BUF_INIT;

	buf_printf(&list, ",%s,", tags ? tags : "");
	while (wanted) {
		cleanup_buf struct buf tag = BUF_INIT;
		const char *comma = strchr(wanted, ',');
		size_t len = comma ? (size_t)(comma - wanted) : strlen(wanted);

		buf_printf(&tag, ",%.*s,", (int)len, wanted);
		if (!strstr(buf_text(&list), buf_text(&tag)))
			return false;
		wanted = comma ? comma + 1 : NULL;
	}
	return true;
}

struct chosen {
	uint64_t min_age;
	const char *tags;    /* that the rule wants; NULL = none */
	char *const *mounts; /* where its producer mounts them */
	size_t n_mounts;
};

/* The plan's first rule that takes the volume; the globs of --select are the first of
 * all. */
static bool choose(
	const struct plan *plan, const char *label, const char *tags, struct chosen *ret)
{
	if (any_takes(plan->select, plan->n_select, label)) {
		*ret = (struct chosen){
			plan->min_age, NULL, plan->select_mounts, plan->n_select_mounts};
		return true;
	}
	for (size_t i = 0; i < plan->n_rules; i++) {
		const struct policy_rule *rule = &plan->rules[i];

		if (!any_takes(rule->globs, rule->n_globs, label) ||
			!tags_within(rule->tags, tags))
			continue;
		*ret = (struct chosen){
			rule->min_age, rule->tags, rule->mounts, rule->n_mounts};
		return true;
	}
	return false;
}

/* Each tag that the rule wanted is a fact of the plan: without it nobody asked for this.
 */
static int check_tag_facts(
	const struct proof *proof, const struct lv *lv, const char *wanted)
{
	while (wanted) {
		cleanup_buf struct buf fact = BUF_INIT;
		const char *comma = strchr(wanted, ',');
		size_t len = comma ? (size_t)(comma - wanted) : strlen(wanted);

		cleanup_free char *tag = xstrndup(wanted, len);

		fact_tag(lv->vg_uuid, lv->uuid, tag, &fact);
		if (!facts_has(&proof->plan->expect, buf_text(&fact)))
			return proof_broken(proof, 6, "is not among the plan's facts",
				buf_text(&fact));
		wanted = comma ? comma + 1 : NULL;
	}
	return 0;
}

static int check_volume_selected(const struct proof *proof, const struct lv *lv)
{
	const struct vg *vg = host_vg(proof->before, lv->vg_uuid);
	int64_t age = proof->before->identity.taken - lv->created;
	cleanup_buf struct buf label = BUF_INIT;
	struct chosen chosen;

	buf_printf(&label, "%s/%s", vg ? vg->name : "?", lv->name);
	if (!choose(proof->plan, buf_text(&label), lv->tags, &chosen))
		return proof_broken(
			proof, 1, "no rule of the plan selects it", buf_text(&label));
	if (!lv->created || age < 0 || (uint64_t)age < chosen.min_age)
		return proof_broken(proof, 3, "younger than the minimum age", lv->name);
	return check_tag_facts(proof, lv, chosen.tags);
}

/* What the metadata does not know has no name but that of its devices, and no tags. */
static bool choose_device(const struct proof *proof, const char *vg_uuid,
	const char *dm_uuid, struct chosen *ret)
{
	const struct device *device = host_device_by_uuid(proof->before, dm_uuid);
	const struct vg *vg = host_vg(proof->before, vg_uuid);
	cleanup_free char *vg_name = NULL, *lv_name = NULL, *layer = NULL;
	cleanup_buf struct buf label = BUF_INIT;

	if (!device)
		return false;
	if (lvm_dm_name_split(device->name, &vg_name, &lv_name, &layer))
		buf_printf(&label, "%s/%s", vg ? vg->name : vg_name, lv_name);
	else
		buf_puts(&label, device->name);
	return choose(proof->plan, buf_text(&label), NULL, ret);
}

static bool is_device_selected(
	const struct proof *proof, const char *vg_uuid, const char *dm_uuid)
{
	struct chosen chosen;

	return choose_device(proof, vg_uuid, dm_uuid, &chosen);
}

bool proof_is_mounted_by_rule(
	const struct proof *proof, const struct device *snapshot, const char *target)
{
	char vg_uuid[LVM_UUID_LEN + 1], lv_uuid[LVM_UUID_LEN + 1];
	cleanup_buf struct buf label = BUF_INIT;
	struct chosen chosen;
	const char *layer;
	const struct lv *lv;

	if (!lvm_dm_uuid_split(snapshot->uuid, vg_uuid, lv_uuid, &layer))
		return false;
	lv = host_lv(proof->before, vg_uuid, lv_uuid);
	if (lv) {
		const struct vg *vg = host_vg(proof->before, vg_uuid);

		buf_printf(&label, "%s/%s", vg ? vg->name : "?", lv->name);
		if (!choose(proof->plan, buf_text(&label), lv->tags, &chosen))
			return false;
	} else if (!choose_device(proof, vg_uuid, snapshot->uuid, &chosen)) {
		return false;
	}
	return any_takes(chosen.mounts, chosen.n_mounts, target);
}

int proof_selected(const struct proof *proof, const char *vg_uuid, const char *lv_uuid)
{
	const struct lv *lv = host_lv(proof->before, vg_uuid, lv_uuid);
	cleanup_buf struct buf snapshot = BUF_INIT, cow = BUF_INIT;

	if (lv)
		return check_volume_selected(proof, lv);
	buf_printf(&snapshot, "LVM-%s%s", vg_uuid, lv_uuid);
	buf_printf(&cow, "LVM-%s%s-cow", vg_uuid, lv_uuid);
	if (is_device_selected(proof, vg_uuid, buf_text(&snapshot)) ||
		is_device_selected(proof, vg_uuid, buf_text(&cow)))
		return 0;
	return proof_broken(
		proof, 1, "no rule of the plan selects it", buf_text(&snapshot));
}
