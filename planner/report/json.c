/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The report for programs: one object with host, verdicts, steps; of several hosts one
 * with the plans in their order and such an object for each host. Strings from a host
 * that are not ASCII are escaped as in facts, since JSON has no other bytes.
 */
#include <json-c/json.h>
#include <string.h>

#include "json_text.h"
#include "reports.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/device.h"
#include "snapstate/host/shown.h"
#include "snapstate/host/source.h"
#include "snapstate/json_space.h"

#define JSON_SCHEMA	  "snapstate-plan 1"	   /* review.schema.json */
#define JSON_HOSTS_SCHEMA "snapstate-plan-hosts 1" /* hosts.schema.json */

static void add_mistyped(struct json_object *root, const struct report *report)
{
	struct json_object *mistyped = json_object_new_array();

	for (size_t i = 0; i < report->n_mistyped; i++)
		json_object_array_add(mistyped, json_text(report->mistyped[i].glob));
	if (report->n_mistyped)
		json_object_object_add(root, "no_match", mistyped);
	else
		json_object_put(mistyped);
}

static struct json_object *missing_array(const struct report_host *it)
{
	struct json_object *missing = json_object_new_array();

	for (size_t i = 0; i < it->n_missing; i++) {
		const struct source *source = it->missing[i];
		struct json_object *entry = json_object_new_object();

		json_object_object_add(entry, "source", json_text(source->name));
		json_object_object_add(
			entry, "outcome", json_text(outcome_name(source->outcome)));
		json_object_object_add(entry, "detail", json_text(source->detail));
		if (host_is_imported(it->member->host))
			json_object_object_add(entry, "covers",
				json_text(coverage_name(
					host_coverage(it->member->host, source->name))));
		json_object_array_add(missing, entry);
	}
	return missing;
}

/* Of a capture of snapstate-capture's own there are none. */
static void add_words(
	struct json_object *object, const char *name, const struct words *words)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < words->count; i++)
		json_object_array_add(array, json_object_new_string(words->items[i]));
	json_object_object_add(object, name, array);
}

static void add_imported(struct json_object *object, const struct host *host)
{
	cleanup_words struct words record = {0}, messages = {0};

	if (!host_is_imported(host))
		return;
	report_imported(host, &record);
	report_host_messages(host, &messages);
	add_words(object, "imported", &record);
	add_words(object, "messages", &messages);
}

static struct json_object *host_object(const struct report_host *it)
{
	const struct host *host = it->member->host;
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "node", json_text(host->identity.node));
	if (*host->identity.redaction)
		json_object_object_add(
			object, "redaction", json_text(host->identity.redaction));
	json_object_object_add(object, "kernel", json_text(host->identity.kernel));
	json_object_object_add(
		object, "machine_id", json_text(host->identity.machine_id));
	json_object_object_add(object, "boot_id", json_text(host->identity.boot_id));
	json_object_object_add(
		object, "taken", json_object_new_int64(host->identity.taken));
	json_object_object_add(object, "not_read", missing_array(it));
	add_imported(object, host);
	return object;
}

static struct json_object *reasons_array(const struct subject *subject)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < subject->n_reasons; i++) {
		struct json_object *entry = json_object_new_object();

		json_object_object_add(entry, "rule",
			json_text(rule_text(subject->reasons[i].rule)->name));
		json_object_object_add(
			entry, "text", json_text(subject->reasons[i].text));
		json_object_array_add(array, entry);
	}
	return array;
}

static struct json_object *action_object(const struct action *action)
{
	struct json_object *entry = json_object_new_object();
	struct json_object *rules = json_object_new_array();

	json_object_object_add(entry, "kind", json_text(action_kind_name(action->kind)));
	json_object_object_add(entry, "text", json_text(action->text));
	for (unsigned rule = 0; rule < RULES_COUNT; rule++)
		if (action->rules & (1ull << rule))
			json_object_array_add(
				rules, json_text(rule_text((enum rule)rule)->name));
	json_object_object_add(entry, "rules", rules);
	return entry;
}

static struct json_object *actions_array(const struct remedy *remedy)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < remedy->n_actions; i++)
		json_object_array_add(array, action_object(&remedy->actions[i]));
	return array;
}

static struct json_object *asks_array(const struct asks *asks)
{
	struct json_object *array = json_object_new_array();

	for (size_t i = 0; i < asks->count; i++) {
		struct json_object *entry = json_object_new_object();

		json_object_object_add(
			entry, "command", json_text(asks->items[i].command));
		json_object_object_add(
			entry, "decides", json_text(asks->items[i].decides));
		json_object_array_add(array, entry);
	}
	return array;
}

static void add_outlook(struct json_object *entry, const struct report_subject *told)
{
	const struct subject *subject = told->subject;
	struct json_object *would = json_object_new_array();

	for (size_t i = 0; i < subject->n_would; i++)
		json_object_array_add(would, json_text(subject->would[i]));
	if (subject->outlook != OUTLOOK_NONE) {
		json_object_object_add(
			entry, "outlook", json_text(outlook_name(subject->outlook)));
		json_object_object_add(entry, "would", would);
	} else {
		json_object_put(would);
	}
	if (subject->outlook != OUTLOOK_NONE || told->asks.count)
		json_object_object_add(entry, "ask", asks_array(&told->asks));
}

static struct json_object *verdict_object(const struct report_subject *told)
{
	const struct subject *subject = told->subject;
	struct json_object *entry = json_object_new_object();
	const char *uuid = subject->lv_uuid;

	if (!*uuid && subject->snapshot)
		uuid = subject->snapshot->uuid;
	json_object_object_add(entry, "subject", json_text(subject->label));
	json_object_object_add(entry, "uuid", json_text(uuid));
	json_object_object_add(
		entry, "selected", json_object_new_boolean(subject->is_selected));
	if (subject->is_selected && subject->rule)
		json_object_object_add(
			entry, "selected_by", json_text(subject->rule->name));
	json_object_object_add(
		entry, "class", json_text(rule_text(subject->decisive)->name));
	json_object_object_add(
		entry, "verdict", json_text(verdict_name(subject->verdict)));
	json_object_object_add(entry, "reasons", reasons_array(subject));
	json_object_object_add(entry, "actions", actions_array(&told->remedy));
	add_outlook(entry, told);
	return entry;
}

static void add_target(struct json_object *entry, const struct plan_step *step)
{
	cleanup_buf struct buf target = BUF_INIT;
	const struct plan_target *t = &step->target;

	switch (step->op) {
	case OP_UMOUNT:
		buf_puts(&target, t->mount_target);
		break;
	case OP_DM_REMOVE:
		buf_puts(&target, *t->dm_uuid ? t->dm_uuid : t->dm_name);
		break;
	case OP_LV_REMOVE:
	case OP_LV_REFRESH:
		buf_printf(&target, "%s/%s", t->vg_name, t->lv_name);
		break;
	case OP_SWAP_OFF:
		buf_puts(&target, t->swap_path);
		break;
	case OP_MD_STOP:
	case OP_LOOP_DETACH:
		buf_puts(&target, t->kname);
		break;
	}
	json_object_object_add(entry, "target", json_text(buf_text(&target)));
}

static struct json_object *step_object(const struct plan_step *step, size_t n)
{
	struct json_object *entry = json_object_new_object();
	cleanup_buf struct buf command = BUF_INIT;

	plan_step_command(step, &command);
	json_object_object_add(entry, "n", json_object_new_int64((int64_t)n));
	if (step->part)
		json_object_object_add(entry, "part", json_object_new_int64(step->part));
	json_object_object_add(entry, "op", json_text(plan_op_name(step->op)));
	add_target(entry, step);
	json_object_object_add(entry, "command", json_text(buf_text(&command)));
	return entry;
}

static struct json_object *review_object(const struct report_host *host)
{
	struct json_object *root = json_object_new_object();
	struct json_object *verdicts = json_object_new_array();
	struct json_object *steps = json_object_new_array();
	const struct plan *plan = host->member->whole;

	for (size_t i = 0; i < host->n_subjects; i++)
		json_object_array_add(verdicts, verdict_object(&host->subjects[i]));
	for (size_t i = 0; i < plan->n_steps; i++)
		json_object_array_add(steps, step_object(&plan->steps[i], i + 1));
	json_object_object_add(root, "schema", json_text(JSON_SCHEMA));
	json_object_object_add(root, "host", host_object(host));
	json_object_object_add(root, "verdicts", verdicts);
	json_object_object_add(root, "steps", steps);
	return root;
}

/* ---- several hosts ---- */

static struct json_object *plan_object(const struct report *report, size_t at)
{
	const struct fleet_plan *plan = &report->fleet->plans[at];
	const char *node = report->hosts[plan->member].member->host->identity.node;
	struct json_object *entry = json_object_new_object();
	struct json_object *after = json_object_new_array();

	for (size_t i = 0; i < at; i++)
		if (report_waits(report, at, i))
			json_object_array_add(
				after, json_object_new_int64((int64_t)i + 1));
	json_object_object_add(entry, "n", json_object_new_int64((int64_t)at + 1));
	json_object_object_add(entry, "file", json_text(plan->file));
	json_object_object_add(entry, "digest", json_text(plan->plan->digest));
	json_object_object_add(entry, "node", json_text(node));
	json_object_object_add(
		entry, "steps", json_object_new_int64((int64_t)plan->plan->n_steps));
	json_object_object_add(entry, "after", after);
	return entry;
}

static struct json_object *hosts_object(const struct report *report)
{
	struct json_object *root = json_object_new_object();
	struct json_object *plans = json_object_new_array();
	struct json_object *hosts = json_object_new_array();

	for (size_t i = 0; i < report->fleet->n_plans; i++)
		json_object_array_add(plans, plan_object(report, i));
	for (size_t i = 0; i < report->n_hosts; i++)
		json_object_array_add(hosts, review_object(&report->hosts[i]));
	json_object_object_add(root, "schema", json_text(JSON_HOSTS_SCHEMA));
	json_object_object_add(root, "plans", plans);
	json_object_object_add(root, "hosts", hosts);
	return root;
}

/* ---- the whole ---- */

void json_print(const struct report *report, struct buf *ret_text)
{
	struct json_object *root = report_is_of_several(report)
					   ? hosts_object(report)
					   : review_object(&report->hosts[0]);

	add_mistyped(root, report);
	json_close_empty(json_object_to_json_string_ext(
				 root, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED |
					       JSON_C_TO_STRING_NOSLASHESCAPE),
		ret_text);
	buf_puts(ret_text, "\n");
	json_object_put(root);
}
