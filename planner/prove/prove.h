/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the prover: prove.c walks the plan and compares predictions, prove_step.c knows
 * the rules for mounts, mappings and volumes, prove_block.c those for swap, arrays and
 * loop devices, prove_stack.c what is on what. */
#ifndef SNAPSTATE_PROVE_H
#define SNAPSTATE_PROVE_H

#include "proof.h"
#include "snapstate/facts_noted.h"

struct device;
struct lv;
struct mount;
struct vg;

enum proof_entry_kind { ENTRY_DEVICE, ENTRY_BLOCK, ENTRY_VOLUME, ENTRY_CONDITION };

/* A device, a block, a volume or a condition of the plan's scope. */
struct proof_entry {
	char *subject; /* see fact_subject() */
	size_t at;     /* in the scope's array of that kind */
	enum proof_entry_kind kind;
	size_t of_step; /* number of the last step that spoke of it */
};

/* All hosts and plans, in the order of the plans. */
struct proof_fleet {
	const struct host *const *hosts;
	struct host **now;
	size_t n_hosts;
	const struct proof_plan *plans;
	size_t n_plans;
};

struct proof {
	const struct proof_fleet *fleet;
	size_t at; /* the plan's place in it */
	const struct host *before; /* the capture */
	struct host *now;	   /* after the steps so far */
	const struct plan *plan;
	const struct plan_step *step;
	size_t number; /* of the step, from 1 */
	struct proof_entry *entries; /* sorted by subject */
	size_t n_entries;
	bool *has_held; /* of the plan's conditions: one that lasts was found to hold */
	bool *has_good_group; /* for each group of the capture: nothing was found */
	struct proof_ground *ground; /* what prove_stack.c has seen */
	struct scope left_scope;     /* what the last step was looked at, */
	struct facts_noted left;     /* and what it left there */
	int *gone_is_known; /* see prove_gone.c: 1 or -1; 0 = not asked yet */
	struct err *err;
};

/* "step 2 (dm-remove) breaks rule 4: NAME: WHY"; -EPERM */
int proof_broken(const struct proof *proof, int rule, const char *why, const char *what);

/* prove_fleet.c: rule 5 for other hosts that may use the volume group; no removal of a
 * volume that another host still maps; no mapping taken from a volume that stays. -EPERM.
 */
int proof_group_is_known(const struct proof *proof, const struct vg *vg);
/* One of the captures is of that node, and shows the group. */
bool proof_has_capture(const struct proof *proof, const char *vg_uuid, const char *node);
/* For a device whose group is gone. */
int proof_device_is_ours(const struct proof *proof, const struct device *device);
int proof_is_inactive_elsewhere(const struct proof *proof, const struct lv *lv);
bool proof_goes_later(
	const struct proof *proof, const char *vg_uuid, const char *lv_uuid);
/* The volume is gone for all hosts. */
void proof_forget_volume(
	const struct proof *proof, const char *vg_uuid, const char *lv_uuid);

/* prove_gone.c: LVM has looked everywhere: a group that it does not show is gone. */
bool proof_lvm_is_whole(const struct host *host);

/* prove_parts.c: rule 15. -EPERM. */
int proof_check_parts(const struct host *host, const struct plan *plan, struct err *err);
/* The plans, in their order, as they are. -EPERM. */
int proof_plans_in_turn(const struct host *const *hosts, size_t n_hosts,
	const struct proof_plan *plans, size_t n_plans, struct err *err);

/* Proves one plan on its host as the plans before left it. */
int proof_plan_alone(struct proof *proof);
/* prove_select.c: a rule of the plan selects the volume, by the metadata or, where that
 * does not know it, by the names of its devices; and a volume of the metadata is as old
 * as that rule asks. -EPERM. */
int proof_selected(const struct proof *proof, const char *vg_uuid, const char *lv_uuid);
/* The rule of the plan that selects the volume of this snapshot says that its producer
 * mounts them on `target`. */
bool proof_is_mounted_by_rule(
	const struct proof *proof, const struct device *snapshot, const char *target);
/* prove_production.c: a mount that can be written goes only where the origin is in use,
 * or the plan says that leftovers are mounted there. -EPERM. */
int proof_check_production(const struct proof *proof, const struct device *snapshot,
	const struct mount *mount);
/* prove_neighbours.c: an lvremove leaves the other snapshots of its origin as they are.
 * -EPERM. */
int proof_check_neighbours(const struct proof *proof, const struct lv *lv);
/* prove_conditions.c: what the operation relies on, and what a busy host changes by
 * itself, is a condition of the plan, and holds by then. -EPERM. */
int proof_check_conditions(const struct proof *proof, const char *origin_uuid);
/* The same for what any step in that volume group relies on. */
int proof_check_group_conditions(const struct proof *proof, const char *vg_uuid);
/* The snapshot's COW was where the metadata have it, and that is a condition. -EPERM. */
int proof_check_storage(
	const struct proof *proof, const char *vg_uuid, const char *lv_uuid);
/* No configuration names the snapshot, or its COW, but for mounting it where the plan
 * says that leftovers are mounted; and that is a condition of the plan. -EPERM. */
int proof_check_not_configured(
	const struct proof *proof, const char *vg_uuid, const char *lv_uuid);
/* No command of LVM or device-mapper is at work; and that is a condition of the plan.
 * -EPERM. */
int proof_check_quiet(const struct proof *proof);
/* Nothing else is, or belongs, where the snapshot is mounted; and that is a condition of
 * the plan. -EPERM. */
int proof_check_mount_points(
	const struct proof *proof, const char *vg_uuid, const char *lv_uuid);
/* The same for a guest's volume that goes: its group is on the snapshot alone. -EPERM. */
int proof_check_guest_group(const struct proof *proof, const struct device *device);
/* The one LVM snapshot that a device is on, itself or through layers that may go with
 * it; NULL = it is on something else, also or only. */
const struct device *proof_snapshot_below(const struct host *host, struct devno devno);
/* Neither the group nor the device may be on a volume of another group: then they are a
 * guest's own. -EPERM. */
int proof_check_group_ground(const struct proof *proof, const char *vg_uuid);
int proof_check_device_ground(
	const struct proof *proof, const struct device *device, const char *vg_uuid);
struct proof_ground *proof_ground_new(const struct host *host);
void proof_ground_free(struct proof_ground *ground);
/* At the end: whatever was taken off a snapshot was in its way; it is gone. -EPERM. */
int proof_check_purpose(struct proof *proof);

/* ---- prove_step.c; -EPERM ---- */

/* The group of a snapshot may be worked in, and a rule of the plan selects it. */
int proof_check_group_of(const struct proof *proof, const struct device *snapshot);
/* No process uses it or a file on it. */
int proof_check_processes(
	const struct proof *proof, struct devno devno, const char *name);
int proof_check_not_mounted(
	const struct proof *proof, struct devno devno, const char *name);

/* ---- prove_block.c; -EPERM ---- */

int proof_check_files(const struct proof *proof, struct devno devno, const char *name);
/* No swap area and no block device on it but partitions that go with it. */
int proof_check_held(const struct proof *proof, struct devno devno, const char *name);
/* So many opens of it have ended; a loop device may go with its last one. */
void proof_close(const struct proof *proof, struct devno devno, uint32_t opens);

int prove_swap_off(struct proof *proof);
int prove_md_stop(struct proof *proof);
int prove_loop_detach(struct proof *proof);

/* Checks the rules for the step at hand, and applies it to proof->now. -EPERM. */
int proof_apply(struct proof *proof);

#endif
