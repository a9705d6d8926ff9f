/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plans of a fleet. Rounds: first the mappings of all hosts, then the volumes, host
 * by host, since without lvmlockd nothing but the order keeps two hosts from writing the
 * metadata of a group at once. A host that has both gets one plan, in the second round,
 * unless another host's volumes would have to wait for its mappings: then it gets two,
 * the second one made on what the first one leaves. Of several hosts, one that has
 * nothing to do gets no plan; a single host always has one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "planning.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"

/* What a member has steps for; see enum order_part. */
static unsigned parts_of(const struct member *member)
{
	unsigned parts = 0;

	for (size_t i = 0; i < member->survey.n_subjects; i++) {
		const struct subject *subject = &member->survey.subjects[i];

		if (subject->verdict == VERDICT_REMOVE)
			parts |= subject_is_mapping(subject) ? ORDER_MAPPINGS
							     : ORDER_VOLUMES;
	}
	return parts;
}

static bool others_have_volumes(const struct fleet *fleet, size_t member)
{
	for (size_t i = 0; i < fleet->n_members; i++)
		if (i != member && (parts_of(&fleet->members[i]) & ORDER_VOLUMES))
			return true;
	return false;
}

static struct plan *plan_of_member(const struct fleet *fleet, const struct member *member)
{
	return plan_begin(&member->survey, fleet->request, member->sha256);
}

/* ---- what must come before ---- */

static bool shares_group(const struct plan *a, const struct plan *b)
{
	for (size_t i = 0; i < a->scope.n_groups; i++)
		for (size_t k = 0; k < b->scope.n_groups; k++)
			if (strcmp(a->scope.groups[i], b->scope.groups[k]) == 0)
				return true;
	return false;
}

static bool has_volume_steps(const struct plan *plan)
{
	for (size_t i = 0; i < plan->n_steps; i++)
		if (plan->steps[i].op == OP_LV_REMOVE)
			return true;
	return false;
}

static void add_after(const struct fleet *fleet, size_t member, struct plan *plan)
{
	for (size_t i = 0; i < fleet->n_plans; i++) {
		const struct fleet_plan *before = &fleet->plans[i];
		struct plan_after *after;

		if (before->member != member &&
			(!has_volume_steps(plan) || !shares_group(plan, before->plan)))
			continue;
		after = array_add(&plan->after, &plan->n_after);
		after->node = xstrdup(fleet->members[before->member].host->identity.node);
		memcpy(after->digest, before->plan->digest, sizeof(after->digest));
	}
}

/* ---- plans ---- */

/* A node's name as part of a file's. */
static char *file_name(size_t number, const char *node)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789.-_";
	cleanup_free char *name = xstrdup(node);
	struct buf file = BUF_INIT;

	for (char *c = name; *c; c++)
		if (!strchr(plain, *c))
			*c = '_';
	buf_printf(&file, "%zu-%s.snapplan", number, name);
	return file.data;
}

static int add_plan(struct fleet *fleet, size_t member, unsigned parts, struct host *now,
	struct err *err)
{
	struct member *of = &fleet->members[member];
	struct plan *plan = plan_of_member(fleet, of);
	struct fleet_plan *added;
	int r;

	if (fleet->n_members == 1)
		parts |= ORDER_PARTS;
	r = order_part(&of->survey, parts, now, plan, err);

	if (r < 0) {
		plan_free(plan);
		return err_wrap(err, "%s", of->file);
	}
	add_after(fleet, member, plan);
	added = array_add(&fleet->plans, &fleet->n_plans);
	*added = (struct fleet_plan){.member = member,
		.plan = plan,
		.file = file_name(fleet->n_plans, of->host->identity.node)};
	plan_write(plan, &added->text);
	return 0;
}

/* Whether the host's mappings have a plan of their own, in the first round. */
static bool goes_first(const struct fleet *fleet, size_t member)
{
	unsigned parts = parts_of(&fleet->members[member]);

	return parts == ORDER_MAPPINGS ||
	       (parts & ORDER_MAPPINGS && others_have_volumes(fleet, member));
}

static int order_member(struct fleet *fleet, size_t member, struct host *now,
	unsigned round, struct err *err)
{
	unsigned parts = parts_of(&fleet->members[member]);
	bool is_split = goes_first(fleet, member);

	if (round == ORDER_MAPPINGS)
		return is_split ? add_plan(fleet, member, ORDER_MAPPINGS, now, err) : 0;
	if (is_split)
		parts &= ~(unsigned)ORDER_MAPPINGS;
	return parts ? add_plan(fleet, member, parts, now, err) : 0;
}

static int order_rounds(struct fleet *fleet, struct host **now, struct err *err)
{
	static const unsigned rounds[] = {ORDER_MAPPINGS, ORDER_VOLUMES};

	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < fleet->n_members; i++)
			if (order_member(fleet, i, now[i], rounds[k], err) < 0)
				return err->code;
	if (fleet->n_members == 1 && !fleet->n_plans)
		return add_plan(fleet, 0, 0, now[0], err);
	return 0;
}

/* NULL: it has none, or several. */
static struct plan *only_plan_of(const struct fleet *fleet, size_t member)
{
	struct plan *only = NULL;

	for (size_t i = 0; i < fleet->n_plans; i++) {
		if (fleet->plans[i].member != member)
			continue;
		if (only)
			return NULL;
		only = fleet->plans[i].plan;
	}
	return only;
}

/* For the reviews: all of a host's steps in one, as they follow each other. */
static int order_whole(struct fleet *fleet, struct err *err)
{
	for (size_t i = 0; i < fleet->n_members; i++) {
		struct member *member = &fleet->members[i];
		cleanup_host struct host *now = NULL;

		member->whole = only_plan_of(fleet, i);
		if (member->whole)
			continue;
		member->whole = plan_of_member(fleet, member);
		now = host_clone(member->host);
		if (order_part(&member->survey, ORDER_MAPPINGS | ORDER_VOLUMES, now,
			    member->whole, err) < 0)
			return err_wrap(err, "%s", member->file);
	}
	return 0;
}

int fleet_order(struct fleet *fleet, struct err *err)
{
	cleanup_free struct host **now = xcalloc(fleet->n_members, sizeof(struct host *));
	int r;

	for (size_t i = 0; i < fleet->n_members; i++)
		now[i] = host_clone(fleet->members[i].host);
	r = order_rounds(fleet, now, err);
	for (size_t i = 0; i < fleet->n_members; i++)
		host_free(now[i]);
	if (r == 0)
		r = order_whole(fleet, err);
	for (size_t i = 0; r == 0 && i < fleet->n_members; i++)
		order_would(&fleet->members[i].survey);
	return r;
}

int fleet_prove(const struct fleet *fleet, struct err *err)
{
	struct proof_plan *plans = xcalloc(fleet->n_plans + 1, sizeof(*plans));
	const struct host **hosts = xcalloc(fleet->n_members, sizeof(*hosts));
	int r = 0;

	for (size_t i = 0; i < fleet->n_members; i++)
		hosts[i] = fleet->members[i].host;
	for (size_t i = 0; r == 0 && i < fleet->n_plans; i++) {
		struct plan *again = NULL;

		r = plan_read(buf_text(&fleet->plans[i].text), fleet->plans[i].text.len,
			fleet->plans[i].file, &again, err);
		plans[i] = (struct proof_plan){fleet->plans[i].member, again};
	}
	if (r == 0)
		r = prove_plans(hosts, fleet->n_members, plans, fleet->n_plans, err);
	for (size_t i = 0; i < fleet->n_plans; i++)
		plan_free((struct plan *)plans[i].plan);
	free(plans);
	free(hosts);
	return r;
}
