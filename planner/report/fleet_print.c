/* SPDX-License-Identifier: Apache-2.0 */
/* What people and programs read of a fleet: the order first, then each host's own review.
 */
#include <string.h>

#include "reports.h"
#include "json.h"
#include "review.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"

#define FLEET_SCHEMA "snapstate-plan-hosts 1" /* hosts.schema.json */

static const char *node_of(const struct fleet *fleet, const struct fleet_plan *plan)
{
	return fleet->members[plan->member].host->identity.node;
}

static size_t number_of(const struct fleet *fleet, const char *digest)
{
	for (size_t i = 0; i < fleet->n_plans; i++)
		if (strcmp(fleet->plans[i].plan->digest, digest) == 0)
			return i + 1;
	return 0;
}

static void print_after(
	const struct fleet *fleet, const struct plan *plan, struct buf *text)
{
	for (size_t i = 0; i < plan->n_after; i++)
		buf_printf(text, "%s%zu", i ? ", " : "; only when done: ",
			number_of(fleet, plan->after[i].digest));
}

static void print_order(const struct fleet *fleet, const char *folder, struct buf *text)
{
	buf_printf(text, "%zu hosts, %zu plan%s\n", fleet->n_members, fleet->n_plans,
		fleet->n_plans == 1  ? ""
		: fleet->n_plans > 1 ? "s, in this order:"
				     : "s");
	for (size_t i = 0; i < fleet->n_plans; i++) {
		const struct fleet_plan *plan = &fleet->plans[i];

		buf_printf(text, "  %zu  on ", i + 1);
		buf_word(text, node_of(fleet, plan));
		buf_printf(text, ", %zu step%s", plan->plan->n_steps,
			plan->plan->n_steps == 1 ? "" : "s");
		print_after(fleet, plan->plan, text);
		if (folder) {
			buf_puts(text, "\n     ");
			buf_word(text, folder);
			buf_printf(text, "/%s, digest sha256:%s", plan->file,
				plan->plan->digest);
		}
		buf_puts(text, "\n");
	}
	if (fleet->request->is_single_host)
		buf_puts(text, "asserted: no host but these sees their volume groups\n");
	if (fleet->request->is_hosts_complete)
		buf_puts(text,
			"asserted: these are all hosts that reach the storage of their "
			"volume groups\n");
}

/* ---- hazards ---- */

static void print_end(
	const struct fleet *fleet, const struct fleet_hazard *hazard, struct buf *text)
{
	cleanup_buf struct buf end = BUF_INIT;

	fleet_hazard_end_words(fleet, hazard, &end);
	print_wrapped(text, "", buf_text(&end), ".");
}

/* They come before the order of the plans, on whatever host they are. */
static void print_hazards(const struct fleet *fleet, struct buf *text)
{
	struct fleet_hazard hazard = {0};

	while (fleet_hazards_next(fleet, &hazard)) {
		cleanup_buf struct buf node = BUF_INIT;

		fleet_node_words(fleet, hazard.member, &node);
		buf_puts(text, "HAZARD     DATA IS BEING DESTROYED on ");
		buf_tail(text, buf_text(&node));
		buf_puts(text, " by ");
		buf_word(text, hazard.subject->label);
		buf_puts(text, "\n");
		print_wrapped(text, "", hazard.reason->text, "");
		print_end(fleet, &hazard, text);
		buf_puts(text, "\n");
	}
}

/* What another host does to this one's volumes. */
static void print_strikes(const struct fleet *fleet, size_t member, struct buf *text)
{
	struct fleet_hazard hazard = {0};

	while (fleet_hazards_next(fleet, &hazard)) {
		cleanup_buf struct buf words = BUF_INIT;

		if (!fleet_hazard_strikes(fleet, &hazard, member))
			continue;
		fleet_hazard_victim_words(fleet, &hazard, member, &words);
		buf_puts(text, "HAZARD     DATA OF THIS HOST IS BEING DESTROYED\n");
		print_wrapped(text, "", buf_text(&words), "");
		print_end(fleet, &hazard, text);
		buf_puts(text, "\n");
	}
}

void fleet_print(const struct fleet *fleet, const char *folder, struct buf *ret_text)
{
	print_hazards(fleet, ret_text);
	print_order(fleet, folder, ret_text);
	for (size_t i = 0; i < fleet->n_members; i++) {
		const struct member *member = &fleet->members[i];

		buf_puts(ret_text, "\n==== ");
		buf_word(ret_text, member->host->identity.node);
		buf_puts(ret_text, " ====\n");
		print_strikes(fleet, i, ret_text);
		review_print(
			&member->survey, member->whole, member->file, NULL, ret_text);
	}
}

/* ---- JSON ---- */

static struct json_object *after_array(const struct fleet *fleet, const struct plan *plan)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < plan->n_after; i++)
		json_object_array_add(array, json_object_new_int64((int64_t)number_of(
						     fleet, plan->after[i].digest)));
	return array;
}

static struct json_object *plan_object(const struct fleet *fleet, size_t at)
{
	const struct fleet_plan *plan = &fleet->plans[at];
	struct json_object *entry = json_object_new_object();

	json_object_object_add(entry, "n", json_object_new_int64((int64_t)at + 1));
	json_object_object_add(entry, "file", json_text(plan->file));
	json_object_object_add(entry, "digest", json_text(plan->plan->digest));
	json_object_object_add(entry, "node", json_text(node_of(fleet, plan)));
	json_object_object_add(
		entry, "steps", json_object_new_int64((int64_t)plan->plan->n_steps));
	json_object_object_add(entry, "after", after_array(fleet, plan->plan));
	return entry;
}

void fleet_print_json(const struct fleet *fleet, struct buf *ret_text)
{
	struct json_object *root = json_object_new_object();
	struct json_object *plans = json_object_new_array();
	struct json_object *hosts = json_object_new_array();

	for (size_t i = 0; i < fleet->n_plans; i++)
		json_object_array_add(plans, plan_object(fleet, i));
	for (size_t i = 0; i < fleet->n_members; i++)
		json_object_array_add(hosts,
			json_review(&fleet->members[i].survey, fleet->members[i].whole));
	json_object_object_add(root, "schema", json_text(FLEET_SCHEMA));
	json_object_object_add(root, "plans", plans);
	json_object_object_add(root, "hosts", hosts);
	json_write(root, ret_text);
}
