/* SPDX-License-Identifier: Apache-2.0 */
/* See report.h. Input: a fleet that is judged and ordered. Strings of a host are kept as
 * they were recorded. */
#include "report.h"

#include <stdlib.h>
#include <string.h>

#include "list.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/device.h"
#include "snapstate/host/lvm.h"
#include "snapstate/host/process.h"
#include "snapstate/host/source.h"
#include "snapstate/stamp.h"

/* ---- words ---- */

const char *report_verdict(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_REMOVE:
		return "REMOVE";
	case VERDICT_UNDECIDED:
		return "UNDECIDED";
	case VERDICT_REFUSE:
		return "REFUSE";
	}
	return "";
}

const struct report_side *report_side(
	const struct subject *subject, const struct reason *reason)
{
	static const struct report_side because = {"because", "Why"},
					against = {"against", "Against its removal"},
					unknown = {"unknown", "Unknown"},
					favour = {"for", "For its removal"},
					seen = {"seen", "Also seen"};
	enum verdict verdict = rule_text(reason->rule)->verdict;

	if (subject->verdict == VERDICT_REMOVE)
		return &because;
	if (reason->is_unknown || verdict == VERDICT_UNDECIDED)
		return &unknown;
	if (verdict == VERDICT_REFUSE)
		return &against;
	return rule_is_hint(reason->rule) ? &seen : &favour;
}

void report_counted(struct buf *text, size_t count, const char *noun)
{
	size_t len = strlen(noun);
	bool is_y = len && noun[len - 1] == 'y';

	buf_printf(text, "%zu %.*s%s", count, (int)(is_y && count != 1 ? len - 1 : len),
		noun,
		count == 1 ? "" : (is_y ? "ies" : (noun[len - 1] == 's' ? "es" : "s")));
}

size_t report_holding_processes(const struct host *host)
{
	size_t holders = 0;

	/* both are sorted by pid */
	for (size_t i = 0, u = 0; i < host->n_processes; i++) {
		uint32_t pid = host->processes[i].pid;

		while (u < host->n_uses && host->uses[u].pid < pid)
			u++;
		holders += u < host->n_uses && host->uses[u].pid == pid;
	}
	return holders;
}

static char *node_words(const struct fleet *fleet, size_t member)
{
	struct buf node = BUF_INIT;

	fleet_node_words(fleet, member, &node);
	return node.data ? node.data : xstrdup("");
}

static char *taken_words(const struct identity *id)
{
	struct buf text = BUF_INIT;

	if (!id->taken)
		return xstrdup("at an unknown time");
	stamp_print(id->taken, &text);
	if (!id->uptime)
		return text.data;
	buf_puts(&text, ", ");
	print_duration(&text, (int64_t)(id->uptime / (id->ticks ? id->ticks : 100)));
	buf_puts(&text, " after boot");
	return text.data;
}

static const char *kept_words(const struct subject *subject)
{
	if (subject->verdict == VERDICT_REMOVE)
		return "to be removed";
	return subject->verdict == VERDICT_UNDECIDED ? "undecided" : "refused";
}

/* ---- the head of a host ---- */

static void add_globs(struct buf *text, const char *const *globs, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		buf_puts(text, i ? " " : "");
		buf_puts(text, globs[i]);
	}
}

static void add_asked(struct report_host *it, struct buf *text, int64_t min_age)
{
	buf_puts(text, ", older than ");
	print_duration(text, min_age);
	*array_add(&it->asked, &it->n_asked) = text->data;
}

static void collect_asked(struct report_host *it)
{
	const struct request *request = it->member->survey.request;
	struct buf text = BUF_INIT;

	if (request->n_select) {
		add_globs(&text, request->select, request->n_select);
		add_asked(it, &text, request->min_age);
	}
	for (size_t i = 0; i < request->n_rules; i++) {
		const struct policy_rule *rule = &request->rules[i];
		struct buf words = BUF_INIT;

		buf_printf(&words, "rule %s: ", rule->name);
		add_globs(&words, (const char *const *)rule->globs, rule->n_globs);
		if (rule->tags)
			buf_printf(&words, ", tagged %s", rule->tags);
		add_asked(it, &words, (int64_t)rule->min_age);
	}
}

static void collect_missing(struct report_host *it)
{
	const struct host *host = it->member->host;

	for (size_t i = 0; i < host->n_sources; i++)
		if (host->sources[i].outcome != OUTCOME_READ)
			*array_add(&it->missing, &it->n_missing) = &host->sources[i];
}

static void collect_suspended(struct report_host *it)
{
	const struct host *host = it->member->host;

	for (size_t i = 0; i < host->n_devices; i++) {
		const struct device *device = &host->devices[i];
		struct buf text = BUF_INIT;

		if (!remedy_is_suspended(device))
			continue;
		remedy_resume_words(device, story_of(&it->story, device)->subject, &text);
		*array_add(&it->suspended, &it->n_suspended) =
			(struct report_suspended){.device = device, .text = text.data};
	}
}

static size_t count_verdicts(const struct survey *survey, enum verdict verdict)
{
	size_t count = 0;

	for (size_t i = 0; i < survey->n_subjects; i++)
		count += survey->subjects[i].is_selected &&
			 survey->subjects[i].verdict == verdict;
	return count;
}

static void collect_summary(struct report_host *it)
{
	const struct survey *survey = &it->member->survey;
	size_t n_steps = it->member->whole->n_steps;
	struct buf text = BUF_INIT;

	it->to_remove = count_verdicts(survey, VERDICT_REMOVE);
	it->refused = count_verdicts(survey, VERDICT_REFUSE);
	it->undecided = count_verdicts(survey, VERDICT_UNDECIDED);
	for (size_t i = 0; i < survey->n_subjects; i++)
		it->not_asked += survey->subjects[i].decisive == RULE_NOT_SELECTED;
	if (it->to_remove + it->refused + it->undecided == 0)
		buf_puts(&text, "No snapshots match the selection.");
	else
		buf_printf(&text,
			"%zu to remove in %zu step%s, %zu refused, %zu undecided.",
			it->to_remove, n_steps, n_steps == 1 ? "" : "s", it->refused,
			it->undecided);
	if (it->not_asked) {
		buf_puts(&text, " ");
		report_counted(&text, it->not_asked, "snapshot");
		buf_puts(&text, " not selected.");
	}
	it->summary = text.data;
}

/* ---- subjects ---- */

/* Facts that decide, other facts, what is not known. */
static int place_of_reason(const struct subject *subject, const struct reason *reason)
{
	if (reason->is_unknown)
		return 2;
	return rule_text(reason->rule)->verdict == subject->verdict ? 0 : 1;
}

static void collect_subjects(struct report_host *it)
{
	const struct survey *survey = &it->member->survey;

	it->subjects = xcalloc(survey->n_subjects, sizeof(*it->subjects));
	it->n_subjects = survey->n_subjects;
	for (size_t i = 0; i < survey->n_subjects; i++) {
		const struct subject *subject = &survey->subjects[i];
		struct report_subject *told = &it->subjects[i];
		size_t count = 0;

		told->subject = subject;
		told->reasons = xcalloc(subject->n_reasons, sizeof(*told->reasons));
		for (int place = 0; place < 3; place++)
			for (size_t r = 0; r < subject->n_reasons; r++) {
				const struct reason *reason = &subject->reasons[r];

				if (place_of_reason(subject, reason) == place)
					told->reasons[count++] = reason;
			}
		remedy_collect(survey, subject, &told->remedy);
		ask_collect(survey, subject, &told->asks);
	}
}

static void tell_subjects(struct report_host *it, enum verdict verdict, bool is_selected)
{
	for (size_t i = 0; i < it->n_subjects; i++)
		if (it->subjects[i].subject->verdict == verdict &&
			it->subjects[i].subject->is_selected == is_selected)
			it->told[it->n_told++] = &it->subjects[i];
}

static void collect_told(struct report_host *it)
{
	it->told = xcalloc(it->n_subjects, sizeof(*it->told));
	tell_subjects(it, VERDICT_REMOVE, true);
	it->n_removed = it->n_told;
	tell_subjects(it, VERDICT_UNDECIDED, true);
	tell_subjects(it, VERDICT_UNDECIDED, false);
	tell_subjects(it, VERDICT_REFUSE, true);
	tell_subjects(it, VERDICT_REFUSE, false);
}

/* What a person is to look at first: what may go, then what should stay. */
static void collect_outlooks(struct report_host *it)
{
	static const enum outlook order[] = {OUTLOOK_REMOVE, OUTLOOK_KEEP, OUTLOOK_OPEN};

	it->outlooks = xcalloc(it->n_told, sizeof(*it->outlooks));
	for (size_t k = 0; k < sizeof(order) / sizeof(order[0]); k++)
		for (size_t i = 0; i < it->n_told; i++)
			if (it->told[i]->subject->outlook == order[k] &&
				it->told[i]->subject->kind != SUBJECT_HOST)
				it->outlooks[it->n_outlooks++] = it->told[i];
	ask_collect_all(&it->member->survey, &it->asks);
}

/* ---- the plan ---- */

static void collect_refreshes(struct report_host *it)
{
	const struct plan *plan = it->member->whole;

	for (size_t i = 0; i < plan->n_steps; i++)
		if (plan->steps[i].op == OP_LV_REFRESH)
			*array_add(&it->refreshes, &it->n_refreshes) = i;
}

static void collect_untouched(struct report_host *it)
{
	const struct host *host = it->member->host;

	it->untouched = xcalloc(host->n_devices, sizeof(*it->untouched));
	for (size_t i = 0; i < host->n_devices; i++)
		if (!it->story.devices[i].removed_by)
			it->untouched[it->n_untouched++] = &host->devices[i];
}

/* ---- hazards ---- */

static char *hazard_end(const struct subject *subject)
{
	struct buf text = BUF_INIT;

	if (subject->n_steps > 1)
		buf_printf(&text, "Steps %zu to %zu fix this.", subject->first_step + 1,
			subject->first_step + subject->n_steps);
	else if (subject->n_steps)
		buf_printf(&text, "Step %zu fixes this.", subject->first_step + 1);
	else
		buf_printf(&text,
			"This plan does not fix it: the snapshot is %s, see below.",
			kept_words(subject));
	return text.data;
}

static char *hazard_plan_end(
	const struct fleet *fleet, size_t member, const struct subject *subject)
{
	struct buf text = BUF_INIT;
	size_t plan, step;

	if (!subject->n_steps ||
		!fleet_find_step(fleet, member, subject->first_step, &plan, &step)) {
		buf_printf(&text, "No plan fixes this: the snapshot is %s, see host ",
			kept_words(subject));
		fleet_node_words(fleet, member, &text);
		buf_puts(&text, ".");
		return text.data;
	}
	buf_printf(&text, "Plan %zu on ", plan + 1);
	fleet_node_words(fleet, member, &text);
	buf_printf(&text, " fixes this (step%s %zu", subject->n_steps == 1 ? "" : "s",
		step + 1);
	if (subject->n_steps > 1)
		buf_printf(&text, " to %zu", step + subject->n_steps);
	buf_puts(&text, ").");
	return text.data;
}

static void collect_hazards(
	const struct fleet *fleet, size_t member, struct report_host *it)
{
	const struct survey *survey = &it->member->survey;

	for (size_t i = 0; i < survey->n_subjects; i++) {
		const struct subject *subject = &survey->subjects[i];

		for (size_t r = 0; r < subject->n_reasons; r++) {
			const struct reason *reason = &subject->reasons[r];
			const char *head = rule_hazard(reason->rule);

			if (!head)
				continue;
			*array_add(&it->hazards, &it->n_hazards) = (struct report_hazard){
				.subject = subject,
				.head = head,
				.reason = reason,
				.end = hazard_end(subject),
				.plan_end =
					fleet->n_members > 1
						? hazard_plan_end(fleet, member, subject)
						: NULL};
		}
	}
}

/* What it overwrites, as the member's metadata know it; NULL: they do not. */
static const struct lv *victim_on(
	const struct report_hazard *hazard, const struct host *host)
{
	const struct lv *victim = hazard->reason->about.it;

	if (!report_is_destruction(hazard) || hazard->reason->about.kind != ABOUT_LV)
		return NULL;
	return host_lv(host, victim->vg_uuid, victim->uuid);
}

static char *label_of(const struct host *host, const struct lv *lv)
{
	const struct vg *vg = host_vg(host, lv->vg_uuid);
	struct buf text = BUF_INIT;

	buf_printf(&text, "%s/%s", vg ? vg->name : "?", lv->name);
	return text.data;
}

static char *strike_words(const struct report_hazard *hazard, const char *by,
	const struct host *host, const struct lv *victim)
{
	cleanup_free char *label = label_of(host, victim);
	bool is_active = host_device_of_lv(host, victim->vg_uuid, victim->uuid, "");
	struct buf text = BUF_INIT;

	buf_printf(&text,
		"%s, which is %s on this host, is being overwritten by the host %s, "
		"where the snapshot %s is active. When that has ended, check its data, "
		"as described for that snapshot.",
		label, is_active ? "active" : "not active", by, hazard->subject->label);
	return text.data;
}

/* What the other hosts destroy. */
static void collect_strikes(struct report *report, struct report_host *it)
{
	for (size_t i = 0; i < report->n_hosts; i++) {
		const struct report_host *by = &report->hosts[i];

		for (size_t h = 0; by != it && h < by->n_hazards; h++) {
			const struct report_hazard *hazard = &by->hazards[h];
			const struct lv *victim = victim_on(hazard, it->member->host);

			if (victim)
				*array_add(&it->strikes,
					&it->n_strikes) = (struct report_strike){
					.text = strike_words(hazard, by->node,
						it->member->host, victim),
					.victim = label_of(it->member->host, victim),
					.end = hazard->plan_end};
		}
	}
}

/* ---- the whole ---- */

static void collect_host(
	const struct fleet *fleet, size_t member, struct report_host *ret)
{
	const struct member *of = &fleet->members[member];

	*ret = (struct report_host){.member = of,
		.node = node_words(fleet, member),
		.taken = taken_words(&of->host->identity)};
	story_collect(&of->survey, of->whole, &ret->story);
	collect_asked(ret);
	collect_missing(ret);
	collect_suspended(ret);
	collect_subjects(ret);
	collect_told(ret);
	collect_outlooks(ret);
	ret->worth = report_worth(ret);
	collect_refreshes(ret);
	collect_untouched(ret);
	collect_summary(ret);
	collect_hazards(fleet, member, ret);
}

static void collect_asserted(struct report *report)
{
	const struct request *request = report->fleet->request;

	if (request->is_single_host)
		report->asserted[report->n_asserted++] =
			"no other host sees these volume groups (--single-host)";
	if (request->is_hosts_complete)
		report->asserted[report->n_asserted++] =
			"all hosts that reach the storage of these volume groups were "
			"captured (--hosts-complete)";
}

void report_collect(const struct fleet *fleet, const char *output, struct report *ret)
{
	*ret = (struct report){.fleet = fleet,
		.output = output,
		.hosts = xcalloc(fleet->n_members, sizeof(*ret->hosts)),
		.n_hosts = fleet->n_members,
		.waits = fleet_waits(fleet)};
	for (size_t i = 0; i < ret->n_hosts; i++)
		collect_host(fleet, i, &ret->hosts[i]);
	for (size_t i = 0; i < ret->n_hosts; i++)
		collect_strikes(ret, &ret->hosts[i]);
	for (size_t i = 0; i < ret->n_hosts; i++)
		now_collect(ret, &ret->hosts[i]);
	now_collect_plans(ret);
	collect_asserted(ret);
	list_mistyped(ret);
}

bool report_is_hazard(const struct report_host *host, const struct subject *subject)
{
	for (size_t i = 0; i < host->n_hazards; i++)
		if (host->hazards[i].subject == subject)
			return true;
	return false;
}

bool report_has_hazard(const struct report *report)
{
	for (size_t i = 0; i < report->n_hosts; i++)
		if (report->hosts[i].n_hazards)
			return true;
	return false;
}

bool report_is_empty(const struct report *report)
{
	for (size_t i = 0; i < report->n_hosts; i++) {
		const struct report_host *host = &report->hosts[i];

		if (host->to_remove || host->refused || host->undecided)
			return false;
	}
	return true;
}

static void free_now(struct report_to_do *now)
{
	for (size_t i = 0; i < now->count; i++) {
		free(now->items[i].text);
		free(now->items[i].command);
	}
	free(now->items);
}

static void free_host(struct report_host *it)
{
	for (size_t i = 0; i < it->n_asked; i++)
		free(it->asked[i]);
	for (size_t i = 0; i < it->n_hazards; i++) {
		free(it->hazards[i].end);
		free(it->hazards[i].plan_end);
	}
	for (size_t i = 0; i < it->n_strikes; i++) {
		free(it->strikes[i].text);
		free(it->strikes[i].victim);
	}
	for (size_t i = 0; i < it->n_suspended; i++)
		free(it->suspended[i].text);
	for (size_t i = 0; i < it->n_subjects; i++) {
		free(it->subjects[i].reasons);
		remedy_free(&it->subjects[i].remedy);
		asks_free(&it->subjects[i].asks);
	}
	free_now(&it->now);
	free(it->asked);
	free(it->missing);
	free(it->hazards);
	free(it->strikes);
	free(it->suspended);
	free(it->subjects);
	free(it->told);
	free(it->refreshes);
	free(it->untouched);
	free(it->summary);
	free(it->taken);
	free(it->worth);
	free(it->outlooks);
	asks_free(&it->asks);
	free(it->node);
	story_free(&it->story);
}

void report_free(struct report *report)
{
	for (size_t i = 0; i < report->n_hosts; i++)
		free_host(&report->hosts[i]);
	for (size_t i = 0; i < report->n_mistyped; i++)
		free(report->mistyped[i].there);
	free(report->mistyped);
	free_now(&report->now);
	free(report->hosts);
	free(report->waits);
}
