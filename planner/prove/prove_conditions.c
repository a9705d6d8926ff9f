/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The prover's rule 10: an executor compares what the plan names, so what an operation of
 * LVM touches beside its target must be named, as conditions (snapstate/condition.h); and
 * they must hold when it begins. Rule 12: what goes, no configuration names. Rule 13:
 * what is unmounted is on a mount point that is nobody else's. Rule 14: no command of LVM
 * or device-mapper is at work. Shares no code with the passes that put them there.
 */
#include <errno.h>
#include <string.h>

#include "prove.h"
#include "snapstate/cleanup.h"
#include "snapstate/host/device.h"
#include "snapstate/host/lvm.h"
#include "snapstate/lvm_names.h"

/* Every node of its argument must be that of a capture that shows the group: else the
 * executor would take a stranger for somebody who was asked. */
static int check_nodes(const struct proof *proof, const struct condition *hosts)
{
	const char *node = hosts->argument;

	if (!*node)
		return 0;
	for (;;) {
		size_t len = strcspn(node, ",");
		cleanup_free char *name = xstrndup(node, len);

		if (!proof_has_capture(proof, hosts->vg_uuid, name))
			return proof_broken(proof, 10,
				"no capture of it shows the volume group", name);
		if (!node[len])
			return 0;
		node += len + 1;
	}
}

/* Whatever its argument is: the first one of such. NULL: none. */
static const struct condition *find_condition(const struct plan *plan,
	enum condition_kind kind, const char *vg_uuid, const char *lv_uuid)
{
	const struct condition first = {
		.kind = kind, .vg_uuid = vg_uuid, .lv_uuid = lv_uuid, .argument = ""};
	const struct scope *scope = &plan->scope;
	size_t low = 0, high = scope->n_conditions;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (condition_compare(&scope->conditions[middle], &first) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == scope->n_conditions || scope->conditions[low].kind != kind ||
		strcmp(scope->conditions[low].vg_uuid, vg_uuid) != 0 ||
		strcmp(scope->conditions[low].lv_uuid, lv_uuid) != 0)
		return NULL;
	return &scope->conditions[low];
}

static int check_named(
	const struct proof *proof, int rule, const struct condition *condition)
{
	cleanup_buf struct buf text = BUF_INIT;

	if (scope_condition(&proof->plan->scope, condition))
		return 0;
	condition_print(condition, &text);
	return proof_broken(
		proof, rule, "is not a condition of the plan", buf_text(&text));
}

int proof_check_group_conditions(const struct proof *proof, const char *vg_uuid)
{
	const struct plan *plan = proof->plan;
	const struct condition condition = {
		.vg_uuid = vg_uuid, .lv_uuid = "", .argument = ""};
	struct condition ground = condition, local = condition;
	const struct condition *hosts;

	ground.kind = CONDITION_GROUND;
	local.kind = CONDITION_LOCAL;
	if (check_named(proof, 10, &ground) < 0 ||
		(!plan->is_single_host && !plan->is_hosts_complete &&
			check_named(proof, 10, &local) < 0))
		return -EPERM;
	if (plan->is_single_host || !host_vg(proof->before, vg_uuid))
		return 0;
	hosts = find_condition(plan, CONDITION_HOSTS, vg_uuid, "");
	if (hosts)
		return check_nodes(proof, hosts);
	return proof_broken(
		proof, 10, "has no condition of which hosts may use it", vg_uuid);
}

/* Of a condition of the plan that lasts: no step takes away that it holds, so that it is
 * looked for once. NULL: of another, or of none. */
static bool *has_held(const struct proof *proof, const struct condition *condition)
{
	const struct scope *scope = &proof->plan->scope;
	const struct condition *own = scope_condition(scope, condition);

	return own && condition_row(own->kind)->is_lasting
		       ? &proof->has_held[own - scope->conditions]
		       : NULL;
}

/* It is a condition of the plan, and holds on `host`. */
static int check_holds(const struct proof *proof, int rule,
	const struct condition *condition, const struct host *host, const char *when)
{
	cleanup_violations struct violations violations = VIOLATIONS_INIT;
	cleanup_buf struct buf text = BUF_INIT;
	bool *held = has_held(proof, condition);

	if (held && *held)
		return 0;
	if (check_named(proof, rule, condition) < 0)
		return -EPERM;
	condition_find(host, condition, &violations);
	if (!violations.count) {
		if (held)
			*held = true;
		return 0;
	}
	violation_print(condition->kind, &violations.items[0], &text);
	if (strcmp(violations.items[0].word, "unknown") == 0)
		rule = 6;
	return proof_broken(proof, rule, when, buf_text(&text));
}

int proof_check_storage(
	const struct proof *proof, const char *vg_uuid, const char *lv_uuid)
{
	const struct condition condition = {.kind = CONDITION_STORAGE,
		.vg_uuid = vg_uuid,
		.lv_uuid = lv_uuid,
		.argument = ""};

	return check_holds(proof, 10, &condition, proof->before, "as captured");
}

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

		if (check_holds(proof, 10, &condition, proof->now, "by then") < 0)
			return -EPERM;
	}
	return 0;
}

static bool is_place_of_leftovers(
	const struct proof *proof, const struct condition *condition)
{
	const struct device *snapshot = host_device_of_lv(
		proof->before, condition->vg_uuid, condition->lv_uuid, "");

	for (size_t i = 0; i < proof->plan->n_leftover_mounts; i++)
		if (strcmp(proof->plan->leftover_mounts[i], condition->argument) == 0)
			return true;
	return snapshot && proof_is_mounted_by_rule(proof, snapshot, condition->argument);
}

int proof_check_not_configured(
	const struct proof *proof, const char *vg_uuid, const char *lv_uuid)
{
	/* where a line mounts it on a place of leftovers, that place is its argument */
	const struct condition *condition =
		find_condition(proof->plan, CONDITION_NOT_CONFIGURED, vg_uuid, lv_uuid);
	cleanup_violations struct violations violations = VIOLATIONS_INIT;
	bool *held;

	if (!condition)
		return proof_broken(proof, 12,
			"whether a configuration names it is not a condition of the plan",
			lv_uuid);
	held = has_held(proof, condition);
	if (held && *held)
		return 0;
	if (*condition->argument && !is_place_of_leftovers(proof, condition))
		return proof_broken(proof, 12, "no place where leftovers are mounted",
			condition->argument);
	condition_find(proof->now, condition, &violations);
	if (violations.count)
		return proof_broken(proof, 12, "named by a configuration, or unread",
			violations.items[0].name);
	if (held)
		*held = true;
	return 0;
}

/* As captured: what is on the snapshot goes before it, layer by layer. */
int proof_check_guest_group(const struct proof *proof, const struct device *device)
{
	const struct device *snapshot =
		proof_snapshot_below(proof->before, device->devno);
	char vg[LVM_UUID_LEN + 1], lv[LVM_UUID_LEN + 1];
	const struct condition condition = {.kind = CONDITION_GUEST_GROUP,
		.vg_uuid = vg,
		.lv_uuid = "",
		.argument = snapshot ? snapshot->uuid : ""};
	const char *layer;

	if (!snapshot || devno_is_equal(snapshot->devno, device->devno) ||
		!lvm_dm_uuid_split(device->uuid, vg, lv, &layer))
		return 0;
	return check_holds(proof, 10, &condition, proof->before, "as captured");
}

int proof_check_mount_points(
	const struct proof *proof, const char *vg_uuid, const char *lv_uuid)
{
	const struct condition condition = {.kind = CONDITION_MOUNT_POINTS,
		.vg_uuid = vg_uuid,
		.lv_uuid = lv_uuid,
		.argument = ""};

	return check_holds(proof, 13, &condition, proof->now, "by then");
}

int proof_check_quiet(const struct proof *proof)
{
	const struct condition condition = {
		.kind = CONDITION_QUIET, .vg_uuid = "", .lv_uuid = "", .argument = ""};

	return check_holds(proof, 14, &condition, proof->now, "by then");
}
