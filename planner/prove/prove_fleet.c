/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The prover's rules between hosts. Input: all captures, all plans in their order.
 * Output: 0, or the first rule that is broken. As everywhere in the prover, nothing is
 * taken from the passes that joined the hosts and ordered the plans.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "prove.h"
#include "snapstate/cleanup.h"
#include "snapstate/fact_line.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/device.h"
#include "snapstate/host/lvm.h"
#include "snapstate/host/places.h"
#include "snapstate/host/source.h"
#include "snapstate/lvm_names.h"

#define STORAGE_DEPTH_MAX 16

/* ---- who may use the volume group ---- */

/* It shows a physical volume of the group on a device of its own. */
static bool sees_group(
	const struct host *before, const struct host *other, const char *vg_uuid)
{
	cleanup_places struct places pvs =
		host_places(before, PLACES_PVS, places_text(vg_uuid));

	for (size_t i; places_next(&pvs, &i);) {
		const struct pv *there = host_pv(other, before->pvs[i].uuid);

		if (strcmp(before->pvs[i].vg_uuid, vg_uuid) == 0 && there &&
			!there->is_missing && !devno_is_none(there->devno))
			return true;
	}
	return false;
}

bool proof_has_capture(const struct proof *proof, const char *vg_uuid, const char *node)
{
	const struct proof_fleet *fleet = proof->fleet;

	for (size_t i = 0; i < fleet->n_hosts; i++)
		if (strcmp(fleet->hosts[i]->identity.node, node) == 0 &&
			sees_group(proof->before, fleet->hosts[i], vg_uuid))
			return true;
	return false;
}

/* Its own, or the capture of that node, which must show the group. */
static bool has_host(const struct proof *proof, const struct vg *vg, const char *node)
{
	if (!node || !*node || strcmp(proof->before->identity.node, node) == 0)
		return true;
	return proof_has_capture(proof, vg->uuid, node);
}

static bool is_reachable_by_others(
	const struct host *host, struct devno devno, unsigned depth)
{
	const struct device *device = host_device_by_devno(host, devno);
	const struct block *block = host_block_by_devno(host, devno);
	bool is_reachable = block && block->transport && *block->transport;

	if (is_reachable || depth == STORAGE_DEPTH_MAX)
		return is_reachable;
	if (device && strncmp(device->uuid, "mpath-", strlen("mpath-")) == 0)
		return true;
	for (size_t i = 0; device && i < device->n_deps; i++)
		is_reachable |= is_reachable_by_others(host, device->deps[i], depth + 1);
	for (size_t i = 0; block && i < block->n_below; i++)
		is_reachable |= is_reachable_by_others(host, block->below[i], depth + 1);
	return is_reachable;
}

/* The operator's word that all of them were captured; and each capture shows the group,
 * or shows that it cannot. */
static int check_all_captured(const struct proof *proof, const struct vg *vg)
{
	const struct proof_fleet *fleet = proof->fleet;

	if (!proof->plan->is_hosts_complete)
		return proof_broken(proof, 5,
			"on storage that other hosts may reach, and nobody asserted "
			"that all of them were captured",
			vg->name);
	for (size_t i = 0; i < fleet->n_hosts; i++)
		if (fleet->hosts[i] != proof->before &&
			!sees_group(proof->before, fleet->hosts[i], vg->uuid) &&
			!proof_lvm_is_whole(fleet->hosts[i]))
			return proof_broken(proof, 5,
				"a capture does not tell whether its host reaches it",
				vg->name);
	return 0;
}

static int check_storage(const struct proof *proof, const struct vg *vg)
{
	cleanup_places struct places pvs =
		host_places(proof->before, PLACES_PVS, places_text(vg->uuid));

	for (size_t i; places_next(&pvs, &i);) {
		const struct pv *pv = &proof->before->pvs[i];

		if (strcmp(pv->vg_uuid, vg->uuid) == 0 &&
			is_reachable_by_others(proof->before, pv->devno, 0))
			return check_all_captured(proof, vg);
	}
	return 0;
}

int proof_group_is_known(const struct proof *proof, const struct vg *vg)
{
	cleanup_places struct places lvs =
		host_places(proof->before, PLACES_LVS, places_text(vg->uuid));

	if (proof->plan->is_single_host)
		return 0;
	if (!has_host(proof, vg, vg->writer))
		return proof_broken(proof, 5,
			"its metadata was written by a host that was not captured",
			vg->name);
	for (size_t i; places_next(&lvs, &i);) {
		const struct lv *lv = &proof->before->lvs[i];

		if (strcmp(lv->vg_uuid, vg->uuid) == 0 &&
			!has_host(proof, vg, lv->creator))
			return proof_broken(proof, 5,
				"made by a host that was not captured", lv->name);
	}
	return check_storage(proof, vg);
}

int proof_device_is_ours(const struct proof *proof, const struct device *device)
{
	if (proof->plan->is_single_host || proof->plan->is_hosts_complete || !device ||
		!is_reachable_by_others(proof->before, device->devno, 0))
		return 0;
	return proof_broken(proof, 5,
		"on storage that other hosts may reach, and nobody asserted that all of "
		"them were captured",
		device->name);
}

/* ---- the volume on the other hosts ---- */

/* What the other host's metadata, if it has the group's, says of the volume. */
static int check_same_volume(
	const struct proof *proof, const struct host *other, const struct lv *lv)
{
	cleanup_facts struct facts here = FACTS_INIT, there = FACTS_INIT;
	cleanup_scope struct scope scope = {0};
	const struct vg *vg = host_vg(other, lv->vg_uuid);

	if (!vg || !vg->has_metadata)
		return 0;
	scope_add_volume(&scope, lv->vg_uuid, lv->uuid);
	host_facts(proof->now, &scope, &here);
	host_facts(other, &scope, &there);
	for (size_t i = 0; i < here.count; i++)
		if (fact_is(here.lines[i], FACT_VOLUME) &&
			!facts_has(&there, here.lines[i]))
			return proof_broken(proof, 6,
				"two hosts read different metadata of it", lv->name);
	return 0;
}

int proof_is_inactive_elsewhere(const struct proof *proof, const struct lv *lv)
{
	const struct proof_fleet *fleet = proof->fleet;

	for (size_t i = 0; i < fleet->n_hosts; i++) {
		const struct host *other = fleet->now[i];

		if (i == fleet->plans[proof->at].host)
			continue;
		if (!host_source_is_read(fleet->hosts[i], "dm"))
			return proof_broken(proof, 5,
				"what is active on another host was not read",
				other->identity.node);
		if (host_device_of_lv(other, lv->vg_uuid, lv->uuid, "") ||
			host_device_of_lv(other, lv->vg_uuid, lv->uuid, "-cow"))
			return proof_broken(proof, 5,
				"it would still be active on another host", lv->name);
		if (check_same_volume(proof, other, lv) < 0)
			return -EPERM;
	}
	return 0;
}

void proof_forget_volume(
	const struct proof *proof, const char *vg_uuid, const char *lv_uuid)
{
	for (size_t i = 0; i < proof->fleet->n_hosts; i++) {
		struct lv *lv = host_lv(proof->fleet->now[i], vg_uuid, lv_uuid);

		if (lv)
			lv->is_gone = true;
	}
}

/* ---- the order of the plans ---- */

static bool comes_after(const struct plan *later, const struct plan *earlier)
{
	for (size_t i = 0; i < later->n_after; i++)
		if (strcmp(later->after[i].digest, earlier->digest) == 0)
			return true;
	return false;
}

bool proof_goes_later(const struct proof *proof, const char *vg_uuid, const char *lv_uuid)
{
	const struct proof_fleet *fleet = proof->fleet;

	for (size_t i = proof->at + 1; i < fleet->n_plans; i++) {
		const struct plan *later = fleet->plans[i].plan;

		for (size_t s = 0; s < later->n_steps; s++)
			if (later->steps[s].op == OP_LV_REMOVE &&
				strcmp(later->steps[s].target.vg_uuid, vg_uuid) == 0 &&
				strcmp(later->steps[s].target.lv_uuid, lv_uuid) == 0 &&
				comes_after(later, proof->plan))
				return true;
	}
	return false;
}

static bool has_group(const struct plan *plan, const char *vg_uuid)
{
	for (size_t i = 0; i < plan->scope.n_groups; i++)
		if (strcmp(plan->scope.groups[i], vg_uuid) == 0)
			return true;
	return false;
}

/* A plan that removes a volume waits for every earlier one in that group: their mappings
 * write to extents, and their commands write metadata. */
static int check_waits(const struct proof *proof)
{
	const struct proof_fleet *fleet = proof->fleet;

	for (size_t s = 0; s < proof->plan->n_steps; s++) {
		const struct plan_step *step = &proof->plan->steps[s];

		for (size_t i = 0; i < proof->at && step->op == OP_LV_REMOVE; i++)
			if (has_group(fleet->plans[i].plan, step->target.vg_uuid) &&
				!comes_after(proof->plan, fleet->plans[i].plan))
				return err_set(proof->err, -EPERM,
					"plan %zu breaks rule 5: it does not wait for "
					"plan %zu, which works in the same volume group",
					proof->at + 1, i + 1);
	}
	return 0;
}

static bool removes_volume_of(const struct plan *plan, const char *vg_uuid)
{
	for (size_t i = 0; i < plan->n_steps; i++)
		if (plan->steps[i].op == OP_LV_REMOVE &&
			strcmp(plan->steps[i].target.vg_uuid, vg_uuid) == 0)
			return true;
	return false;
}

/* A stale mapping goes before any host frees extents of its group. */
static int check_mapping_is_early(
	const struct proof *proof, const struct plan_target *target)
{
	const struct proof_fleet *fleet = proof->fleet;
	char vg[LVM_UUID_LEN + 1], lv[LVM_UUID_LEN + 1];
	const char *layer;

	if (!lvm_dm_uuid_split(target->dm_uuid, vg, lv, &layer) ||
		host_lv(proof->before, vg, lv))
		return 0;
	for (size_t i = 0; i < proof->at; i++)
		if (fleet->plans[i].host != fleet->plans[proof->at].host &&
			removes_volume_of(fleet->plans[i].plan, vg))
			return err_set(proof->err, -EPERM,
				"plan %zu breaks rule 5: %s is stale, and plan %zu "
				"removes "
				"a volume of its group before",
				proof->at + 1, target->dm_name, i + 1);
	return 0;
}

static int check_rounds(const struct proof *proof)
{
	for (size_t i = 0; i < proof->plan->n_steps; i++)
		if (proof->plan->steps[i].op == OP_DM_REMOVE &&
			check_mapping_is_early(proof, &proof->plan->steps[i].target) < 0)
			return -EPERM;
	return 0;
}

/* ---- the whole ---- */

/* Of one machine-id are two hosts only if each was up when the other was. */
static bool is_one_host(const struct identity *a, const struct identity *b)
{
	int64_t apart = a->taken < b->taken ? b->taken - a->taken : a->taken - b->taken;
	const struct identity *later = a->taken < b->taken ? b : a;

	if (strcmp(a->machine_id, b->machine_id) != 0)
		return false;
	return !*a->boot_id || !*b->boot_id || strcmp(a->boot_id, b->boot_id) == 0 ||
	       !later->ticks ||
	       later->uptime / later->ticks <= (uint64_t)apart + BOOT_SLACK;
}

static int check_hosts(const struct proof_fleet *fleet, struct err *err)
{
	for (size_t i = 0; i < fleet->n_hosts; i++)
		for (size_t k = i + 1; k < fleet->n_hosts; k++)
			if (is_one_host(&fleet->hosts[i]->identity,
				    &fleet->hosts[k]->identity))
				return err_set(err, -EPERM,
					"two captures of one host cannot be proven");
	return 0;
}

static int prove_in_turn(const struct proof_fleet *fleet, struct err *err)
{
	int r = check_hosts(fleet, err);

	for (size_t i = 0; r == 0 && i < fleet->n_plans; i++) {
		const struct proof_plan *it = &fleet->plans[i];
		int gone_is_known = 0;
		struct proof proof = {.fleet = fleet,
			.at = i,
			.before = fleet->hosts[it->host],
			.now = fleet->now[it->host],
			.plan = it->plan,
			.has_held =
				xcalloc(it->plan->scope.n_conditions + 1, sizeof(bool)),
			.has_good_group =
				xcalloc(fleet->hosts[it->host]->n_vgs, sizeof(bool)),
			.ground = proof_ground_new(fleet->hosts[it->host]),
			.gone_is_known = &gone_is_known,
			.err = err};

		r = check_waits(&proof);
		if (r == 0)
			r = check_rounds(&proof);
		if (r == 0)
			r = proof_plan_alone(&proof);
		free(proof.has_held);
		free(proof.has_good_group);
		proof_ground_free(proof.ground);
		if (r < 0 && fleet->n_hosts > 1)
			err_wrap(err, "plan %zu, of %s", i + 1,
				proof.before->identity.node);
	}
	return r;
}

int proof_plans_in_turn(const struct host *const *hosts, size_t n_hosts,
	const struct proof_plan *plans, size_t n_plans, struct err *err)
{
	struct proof_fleet fleet = {.hosts = hosts,
		.now = xcalloc(n_hosts, sizeof(struct host *)),
		.n_hosts = n_hosts,
		.plans = plans,
		.n_plans = n_plans};
	int r;

	for (size_t i = 0; i < n_hosts; i++)
		fleet.now[i] = host_clone(hosts[i]);
	r = prove_in_turn(&fleet, err);
	for (size_t i = 0; i < n_hosts; i++)
		host_free(fleet.now[i]);
	free(fleet.now);
	return r;
}

int prove_plans(const struct host *const *hosts, size_t n_hosts,
	const struct proof_plan *plans, size_t n_plans, struct err *err)
{
	int r = proof_plans_in_turn(hosts, n_hosts, plans, n_plans, err);

	for (size_t i = 0; r == 0 && i < n_plans; i++) {
		if (!plans[i].plan->n_parts)
			continue;
		r = n_hosts > 1
			    ? err_set(err, -EPERM, "a plan of several hosts has no parts")
			    : proof_check_parts(hosts[plans[i].host], plans[i].plan, err);
	}
	return r;
}
