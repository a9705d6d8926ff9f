/* SPDX-License-Identifier: Apache-2.0 */
/* See sample_fleet.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "random_host.h"
#include "sample_fleet.h"
#include "sample_host.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/device.h"
#include "snapstate/host/lvm.h"
#include "snapstate/host/places.h"

#define SHA "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const char *select_all[] = {SELECT_DEFAULT};

void trial_begin(struct trial *trial)
{
	*trial = (struct trial){
		.request = {
			.select = select_all, .n_select = 1, .min_age = MIN_AGE_DEFAULT}};
	trial->fleet.request = &trial->request;
}

void trial_end(struct trial *trial)
{
	report_free(&trial->report);
	fleet_free(&trial->fleet);
}

void trial_add(struct trial *trial, struct host *host, const char *node, char id)
{
	char machine_id[33];

	memset(machine_id, id, 32);
	machine_id[32] = '\0';
	host->identity.node = host_string(host, node);
	host->identity.machine_id = host_string(host, machine_id);
	host_sort(host);
	host_index_build(host);
	fleet_add(&trial->fleet, node, SHA, host);
}

int trial_run(struct trial *trial)
{
	int r = fleet_survey(&trial->fleet, &trial->err);

	if (r == 0)
		r = fleet_order(&trial->fleet, &trial->err);
	return r < 0 ? r : fleet_prove(&trial->fleet, &trial->err);
}

void trial_must_run(struct trial *trial)
{
	if (trial_run(trial) < 0)
		fail_msg("%s", trial->err.msg);
}

const struct report *trial_report(struct trial *trial, const char *folder)
{
	report_free(&trial->report);
	report_collect(&trial->fleet, folder, &trial->report);
	return &trial->report;
}

/* ---- hosts ---- */

void sample_drop_devices(struct host *host)
{
	for (size_t i = 0; i < host->n_devices; i++) {
		free(host->devices[i].targets);
		free(host->devices[i].inactive);
		free(host->devices[i].deps);
	}
	host->n_devices = 0;
}

struct host *sample_host_inactive(void)
{
	struct host *host = sample_host_idle();

	sample_drop_devices(host);
	return host;
}

struct host *sample_host_stale(void)
{
	struct host *host = sample_host_idle();

	sample_make_stale(host);
	return host;
}

/* A second snapshot of its own, on another origin: uuids and minors apart by `id`. */
static void add_other_snapshot(struct host *host, char id, bool is_active)
{
	char uuids[2][33], text[128];
	static const struct {
		unsigned minor;
		const char *suffix, *layer, *type;
	} parts[] = {{0, "disk", "-real", "linear"}, {1, "disk", "", "snapshot-origin"},
		{2, "backup", "-cow", "linear"}, {3, "backup", "", "snapshot"}};
	unsigned first = id == 'Y' ? 20 : 30, sector = id == 'Y' ? 300000 : 400000;

	for (int i = 0; i < 2; i++) {
		struct lv *lv = array_add(&host->lvs, &host->n_lvs);

		memset(uuids[i], i ? id + 'a' - 'A' : id, 32);
		uuids[i][32] = '\0';
		*lv = host->lvs[i]; /* the sample's origin, the sample's snapshot */
		lv->segments = NULL;
		lv->n_segments = 0;
		lv->uuid = host_string(host, uuids[i]);
		snprintf(text, sizeof(text), "%s-%c", i ? "backup" : "disk", id);
		lv->name = host_string(host, text);
		if (i) {
			struct segment *segment =
				array_add(&lv->segments, &lv->n_segments);
			struct stripe *stripe =
				array_add(&segment->stripes, &segment->n_stripes);

			lv->origin_uuid = host_string(host, uuids[0]);
			segment->extents = 1;
			segment->type = "striped";
			*stripe = (struct stripe){.pv_uuid = SAMPLE_PV,
				.lv_name = "",
				.start = (sector - 2048) / 8192};
		}
	}
	for (size_t i = 0; is_active && i < 4; i++) {
		char name[64], uuid[128], params[64];

		snprintf(name, sizeof(name), "onapp--aaaa-%s--%c%s", parts[i].suffix, id,
			parts[i].layer);
		snprintf(uuid, sizeof(uuid), "LVM-" SAMPLE_VG "%s%s", uuids[i >= 2],
			parts[i].layer);
		if (i == 1)
			snprintf(params, sizeof(params), "254:%u", first);
		else if (i == 3)
			snprintf(params, sizeof(params), "254:%u 254:%u P 8", first,
				first + 2);
		else
			snprintf(params, sizeof(params), "7:0 %u",
				2048 + (sector - 2048) / 8192 * 8192 +
					(i == 0 ? 81920 : 0));
		sample_add_device(host, first + parts[i].minor, name, uuid, parts[i].type,
			params, 8192);
		if (i == 3)
			sample_device(host, first + 3)->targets[0].status = "16/8192 16";
	}
}

void trial_add_two_rounds(struct trial *trial)
{
	for (int i = 0; i < 2; i++) {
		struct host *host = sample_host_idle();

		add_other_snapshot(host, 'Y', i == 0);
		add_other_snapshot(host, 'Z', i == 1);
		sample_make_stale(host);
		trial_add(trial, host, i ? "hvb" : "hva", i ? 'b' : 'a');
	}
}

/* ---- random fleets ---- */

/* The same group as another host sees it: some of it active, some not. */
static struct host *random_member(uint64_t seed, uint64_t member)
{
	struct dice dice = dice_of_seed(seed * 8 + member);
	struct host *host = random_host(one_in(&dice, 4) ? seed * 8 + member : seed);

	if (one_in(&dice, 2)) {
		sample_drop_devices(host);
		host->n_mounts = host->n_uses = host->n_superblocks = host->n_swaps = 0;
	}
	if (one_in(&dice, 6))
		host->vgs[0].seqno += roll(&dice, 4);
	if (one_in(&dice, 6) && host->n_lvs)
		host->lvs[roll(&dice, host->n_lvs)].creator = "hvx";
	host->identity.taken += (int64_t)roll(&dice, 3000);
	return host;
}

void trial_random(struct trial *trial, uint64_t seed, bool is_reversed)
{
	static const char *const nodes[] = {"hva", "hvb", "hvc"};
	size_t count = 2 + seed % 2;

	trial_begin(trial);
	for (size_t i = 0; i < count; i++) {
		size_t at = is_reversed ? count - 1 - i : i;

		trial_add(trial, random_member(seed, at), nodes[at], (char)('a' + at));
	}
}
