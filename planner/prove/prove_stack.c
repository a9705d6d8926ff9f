/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a mapping is on, for the prover: walks down by itself, and shares nothing with
 * mapping.c and stack.c. A mapping may go only if everything below it, down to one single
 * LVM snapshot, is a layer that nothing is lost with.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "prove.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/device.h"
#include "snapstate/host/lvm.h"
#include "snapstate/host/places.h"
#include "snapstate/lvm_names.h"

/* More devices below one mapping than any host has. */
#define PROOF_BELOW_MAX 1024

/* Devices to visit, each once. */
struct trail {
	struct devno at[PROOF_BELOW_MAX];
	size_t count;
	bool is_full;
};

static void trail_add(struct trail *trail, struct devno devno)
{
	for (size_t i = 0; i < trail->count; i++)
		if (devno_compare(trail->at[i], devno) == 0)
			return;
	if (trail->count == PROOF_BELOW_MAX)
		trail->is_full = true;
	else
		trail->at[trail->count++] = devno;
}

/* ---- layers ---- */

/* "MAJ:MIN START": what else calls itself linear was not read right. */
static bool is_linear_params(const char *params)
{
	size_t len = strcspn(params, " ");
	struct devno devno;

	return parse_devno(params, len, &devno) == 0 && params[len] == ' ' &&
	       strspn(params + len + 1, "0123456789") == strlen(params + len + 1);
}

/* Every word of the form MAJ:MIN is a dependency, and every dependency is such a word. */
static bool has_true_deps(const struct device *device)
{
	size_t n_words = 0, n_found = 0;
	bool found[PROOF_BELOW_MAX] = {false};

	if (device->n_deps == 0 || device->n_deps > PROOF_BELOW_MAX)
		return false;
	for (size_t t = 0; t < device->n_targets; t++) {
		const char *word = device->targets[t].params;

		if (strcmp(device->targets[t].type, "linear") == 0 &&
			!is_linear_params(word))
			return false;
		for (; *word; word += strspn(word, " ")) {
			size_t len = strcspn(word, " "), d = 0;
			struct devno devno;

			if (parse_devno(word, len, &devno) == 0) {
				n_words++;
				while (d < device->n_deps &&
					devno_compare(device->deps[d], devno) != 0)
					d++;
				if (d == device->n_deps)
					return false;
				found[d] = true;
			}
			word += len;
		}
	}
	for (size_t d = 0; d < device->n_deps; d++)
		n_found += found[d];
	return n_words > 0 && n_found == device->n_deps;
}

static size_t count_targets(const struct device *device, const char *type)
{
	size_t count = 0;

	for (size_t i = 0; i < device->n_targets; i++)
		count += strcmp(device->targets[i].type, type) == 0;
	return count;
}

/* A visible volume. Of a group that LVM knows, its physical volumes are walked down as
 * well: see trail_add_group(). */
static bool is_visible_volume(const struct device *device)
{
	char vg[LVM_UUID_LEN + 1], lv[LVM_UUID_LEN + 1];
	const char *layer;

	return lvm_dm_uuid_split(device->uuid, vg, lv, &layer) && *layer == '\0';
}

static bool is_luks_or_plain(const char *uuid)
{
	return strncmp(uuid, "CRYPT-LUKS1-", 12) == 0 ||
	       strncmp(uuid, "CRYPT-LUKS2-", 12) == 0 ||
	       strncmp(uuid, "CRYPT-PLAIN-", 12) == 0;
}

/* Programs put their names and a hyphen in front. */
static bool is_nobodys(const char *uuid)
{
	return !strchr(uuid, '-');
}

/* kpartx: "partN-" + what it calls the device below. */
static bool is_partition_of_its_base(const struct host *host, const struct device *device)
{
	const struct device *base = host_device_by_devno(host, device->deps[0]);
	const char *number = device->uuid + strlen("part");
	char by_number[64];
	size_t digits;

	if (strncmp(device->uuid, "part", 4) != 0)
		return false;
	digits = strspn(number, "0123456789");
	if (!digits || digits > 9 || number[digits] != '-')
		return false;
	number += digits + 1;
	snprintf(by_number, sizeof(by_number), "devnode_%u:%u_Wh5pYvM",
		device->deps[0].major, device->deps[0].minor);
	return *number && ((base && strcmp(number, base->uuid) == 0) ||
				  strcmp(number, by_number) == 0);
}

/* What can be taken away and put back without a loss: windows, guests' plain volumes,
 * LUKS and plain dm-crypt. */
static bool is_layer(const struct host *host, const struct device *device)
{
	size_t n_linear = count_targets(device, "linear");

	if (!device->n_targets || !has_true_deps(device))
		return false;
	if (is_visible_volume(device))
		return n_linear + count_targets(device, "striped") == device->n_targets;
	if (device->n_targets != 1)
		return false;
	if (is_luks_or_plain(device->uuid))
		return count_targets(device, "crypt") == 1;
	return n_linear == 1 &&
	       (is_nobodys(device->uuid) || is_partition_of_its_base(host, device));
}

static bool is_snapshot(const struct device *device)
{
	char vg[LVM_UUID_LEN + 1], lv[LVM_UUID_LEN + 1];
	const char *layer;

	return device->n_targets && lvm_dm_uuid_split(device->uuid, vg, lv, &layer) &&
	       *layer == '\0' && strcmp(device->targets[0].type, "snapshot") == 0;
}

/* ---- walks ---- */

/* What a loop device, an array or a partition is on. false: it is none of them, or
 * says two things. */
static bool trail_add_layer(
	struct trail *trail, const struct host *host, const struct block *block)
{
	if (!block || (*block->backing_file && block->n_below))
		return false;
	switch (block->kind) {
	case BLOCK_LOOP:
		trail_add(trail, host_loop_devno(host, block));
		return block->n_below == 0;
	case BLOCK_MD:
	case BLOCK_PARTITION:
		for (size_t i = 0; i < block->n_below; i++)
			trail_add(trail, block->below[i]);
		return block->n_below == 1 || (block->n_below && block->kind == BLOCK_MD);
	case BLOCK_DISK:
	case BLOCK_OTHER:
		return false;
	}
	return false;
}

static bool is_taken_away(const struct host *host, struct devno devno)
{
	cleanup_places struct places places =
		host_places(host, PLACES_DEVICE_MINOR, devno.minor);
	bool is_gone = false;

	for (size_t i; places_next(&places, &i);)
		if (devno_compare(host->devices[i].devno, devno) == 0)
			is_gone = host->devices[i].is_gone;
	return is_gone;
}

/* Where the rest of a volume's group is: LVM could change all of it. What a step before
 * took away had been walked down then. false: a physical volume is not in one place, or
 * LVM knows the group without any. */
static bool trail_add_group(
	struct trail *trail, const struct host *host, const struct device *device)
{
	char vg[LVM_UUID_LEN + 1], lv[LVM_UUID_LEN + 1];
	cleanup_places struct places pvs = {0};
	const char *layer;
	size_t n_pvs = 0;

	if (!lvm_dm_uuid_split(device->uuid, vg, lv, &layer) || !host_vg(host, vg))
		return true;
	pvs = host_places(host, PLACES_PVS, places_text(vg));
	for (size_t i; places_next(&pvs, &i);) {
		const struct pv *pv = &host->pvs[i];

		if (strcmp(pv->vg_uuid, vg) != 0)
			continue;
		n_pvs++;
		if (pv->is_missing || pv->is_duplicate || devno_is_none(pv->devno))
			return false;
		if (!is_taken_away(host, pv->devno))
			trail_add(trail, pv->devno);
	}
	return n_pvs > 0;
}

const struct device *proof_snapshot_below(const struct host *host, struct devno devno)
{
	struct trail trail = {.count = 0};
	const struct device *snapshot = NULL;

	trail_add(&trail, devno);
	for (size_t i = 0; i < trail.count; i++) {
		const struct device *here = host_device_by_devno(host, trail.at[i]);

		if (!here) {
			if (!trail_add_layer(
				    &trail, host, host_block_by_devno(host, trail.at[i])))
				return NULL;
			continue;
		}
		if (is_snapshot(here)) {
			if (snapshot && snapshot != here)
				return NULL;
			snapshot = here;
			continue;
		}
		if (!is_layer(host, here) || !trail_add_group(&trail, host, here))
			return NULL;
		for (size_t d = 0; d < here->n_deps; d++)
			trail_add(&trail, here->deps[d]);
	}
	return trail.is_full ? NULL : snapshot;
}

/* ---- the ground of a group ---- */

/* Many volumes share what is below them: what one walk found clear is not walked again.
 */
struct proof_ground {
	const struct host *host;
	uint32_t *
		seen; /* of each device, then each block: the last walk that came there */
	uint64_t *clear; /* of the same: the group for which all below it was clear */
	uint32_t walk;
};

struct proof_ground *proof_ground_new(const struct host *host)
{
	struct proof_ground *ground = xcalloc(1, sizeof(*ground));
	size_t count = host->n_devices + host->n_blocks;

	ground->host = host;
	ground->seen = xcalloc(count, sizeof(*ground->seen));
	ground->clear = xcalloc(count, sizeof(*ground->clear));
	return ground;
}

void proof_ground_free(struct proof_ground *ground)
{
	free(ground->seen);
	free(ground->clear);
	free(ground);
}

struct descent {
	struct proof_ground *ground;
	uint64_t group; /* by places_text(), whose key nobody who writes an archive knows:
			 * no two uuids can be made to agree */
	size_t *at;	/* devices, and behind all of them, blocks */
	size_t count;
};

static void descent_add_at(struct descent *descent, size_t at)
{
	struct proof_ground *ground = descent->ground;

	if (ground->seen[at] == ground->walk || ground->clear[at] == descent->group)
		return;
	ground->seen[at] = ground->walk;
	*array_add(&descent->at, &descent->count) = at;
}

static void descent_add(struct descent *descent, struct devno devno)
{
	const struct host *host = descent->ground->host;
	const struct device *device = host_device_by_devno(host, devno);
	const struct block *block = host_block_by_devno(host, devno);

	if (device)
		descent_add_at(descent, (size_t)(device - host->devices));
	if (block)
		descent_add_at(descent, host->n_devices + (size_t)(block - host->blocks));
}

static bool is_of_another_group(const struct device *device, const char *vg_uuid)
{
	char vg[LVM_UUID_LEN + 1], lv[LVM_UUID_LEN + 1];
	const char *layer;

	return lvm_dm_uuid_split(device->uuid, vg, lv, &layer) &&
	       strcmp(vg, vg_uuid) != 0;
}

static void descend_block(struct descent *descent, const struct block *block)
{
	for (size_t i = 0; i < block->n_below; i++)
		descent_add(descent, block->below[i]);
	if (*block->backing_file)
		descent_add(descent, host_loop_devno(descent->ground->host, block));
}

/* true: it is on a volume of a group other than `vg_uuid`. */
static bool is_on_a_volume(
	struct proof_ground *ground, struct devno devno, const char *vg_uuid)
{
	const struct host *host = ground->host;
	struct descent descent = {.ground = ground, .group = places_text(vg_uuid) | 1};
	bool is_on_one = false;

	ground->walk++;
	descent_add(&descent, devno);
	for (size_t i = 0; i < descent.count && !is_on_one; i++) {
		size_t at = descent.at[i];

		if (at >= host->n_devices) {
			descend_block(&descent, &host->blocks[at - host->n_devices]);
			continue;
		}
		is_on_one = is_of_another_group(&host->devices[at], vg_uuid);
		for (size_t d = 0; d < host->devices[at].n_deps; d++)
			descent_add(&descent, host->devices[at].deps[d]);
	}
	for (size_t i = 0; i < descent.count && !is_on_one; i++)
		ground->clear[descent.at[i]] = descent.group;
	free(descent.at);
	return is_on_one;
}

int proof_check_group_ground(const struct proof *proof, const char *vg_uuid)
{
	cleanup_places struct places pvs =
		host_places(proof->before, PLACES_PVS, places_text(vg_uuid));

	for (size_t i; places_next(&pvs, &i);) {
		const struct pv *pv = &proof->before->pvs[i];

		if (strcmp(pv->vg_uuid, vg_uuid) == 0 &&
			is_on_a_volume(proof->ground, pv->devno, vg_uuid))
			return proof_broken(proof, 7,
				"its group is on a volume: it may be a guest's",
				pv->uuid);
	}
	return 0;
}

int proof_check_device_ground(
	const struct proof *proof, const struct device *device, const char *vg_uuid)
{
	if (is_on_a_volume(proof->ground, device->devno, vg_uuid))
		return proof_broken(proof, 7,
			"it is on a volume of another group: it may be a guest's",
			device->name);
	return 0;
}

int proof_check_purpose(struct proof *proof)
{
	for (size_t i = 0; i < proof->plan->n_steps; i++) {
		const struct plan_step *step = &proof->plan->steps[i];
		const struct device *snapshot;

		if (step->op == OP_LV_REMOVE || step->op == OP_LV_REFRESH)
			continue;
		snapshot = proof_snapshot_below(proof->before, step->target.devno);
		if (!snapshot || !host_device_by_devno(proof->now, snapshot->devno))
			continue;
		proof->step = step;
		proof->number = i + 1;
		return proof_broken(
			proof, 1, "stays, and what is on it is removed", snapshot->name);
	}
	return 0;
}
