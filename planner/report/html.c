/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The review as one page for a browser or a printer: without script, without anything
 * from elsewhere. Hazards first, then each subject, what stays, and what was recorded.
 */
#include <string.h>

#include "html.h"
#include "review.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/device.h"
#include "snapstate/host/source.h"
#include "snapstate/stamp.h"

#define UNTOUCHED_SHOWN 200

/* ---- the head ---- */

static size_t count_missing(const struct host *host)
{
	size_t count = 0;

	for (size_t i = 0; i < host->n_sources; i++)
		count += host->sources[i].outcome != OUTCOME_READ;
	return count;
}

void html_summary(struct page *page, const struct story *story)
{
	const struct survey *survey = story->survey;
	size_t to_remove = count_verdicts(survey, VERDICT_REMOVE);
	size_t refused = count_verdicts(survey, VERDICT_REFUSE);
	size_t undecided = count_verdicts(survey, VERDICT_UNDECIDED);

	page_open(page, "p", "summary");
	if (to_remove + refused + undecided == 0)
		page_say(page,
			"Nothing to remove: this host has no leftover of that name.");
	else
		page_say(page, "%zu to remove in %zu step%s, %zu refused, %zu undecided.",
			to_remove, story->plan->n_steps,
			story->plan->n_steps == 1 ? "" : "s", refused, undecided);
	page_close(page);
}

void html_pseudonyms(struct page *page, const struct identity *id)
{
	if (!*id->redaction)
		return;
	page_open(page, "p", "note");
	page_say(page, "The names on this page are pseudonyms, made with the key ");
	page_captured_in(page, "code", "", id->redaction);
	page_say(page, ": commands typed by hand need the host's own.");
	page_close(page);
}

static void print_head(struct page *page, const struct story *story)
{
	const struct identity *id = &story->survey->host->identity;
	cleanup_buf struct buf taken = BUF_INIT;

	page_open(page, "h1", "");
	page_say(page, "Leftover snapshots of ");
	page_captured(page, id->node);
	page_close(page);
	stamp_print(id->taken, &taken);
	page_open(page, "p", "soft");
	page_say(page, "as captured on %s", buf_text(&taken));
	page_close(page);
	html_summary(page, story);
	html_pseudonyms(page, id);
}

static void print_missing(struct page *page, const struct host *host)
{
	if (!count_missing(host))
		return;
	page_open(page, "div", "note");
	page_say_in(page, "h3", "", "Not everything could be read");
	page_open(page, "ul", "");
	for (size_t i = 0; i < host->n_sources; i++) {
		const struct source *source = &host->sources[i];

		if (source->outcome == OUTCOME_READ)
			continue;
		page_open(page, "li", "");
		page_captured_in(page, "code", "", source->name);
		page_say(page, ": %s", outcome_name(source->outcome));
		if (*source->detail) {
			page_say(page, ", ");
			page_captured(page, source->detail);
		}
		page_close(page);
	}
	page_close(page);
	page_close(page);
}

static void print_hazard_end_of_several(
	struct page *page, const struct fleet *fleet, const struct fleet_hazard *hazard)
{
	cleanup_buf struct buf words = BUF_INIT;

	fleet_hazard_end_words(fleet, hazard, &words);
	page_open(page, "p", "fate");
	page_captured(page, buf_text(&words));
	page_say(page, ".");
	page_close(page);
}

static void print_hazard_end(
	struct page *page, const struct subject *subject, const struct html_host *of)
{
	struct fleet_hazard hazard = {.subject = subject};

	if (of) {
		hazard.member = of->member;
		print_hazard_end_of_several(page, of->fleet, &hazard);
		return;
	}
	page_open(page, "p", "fate");
	if (subject->n_steps > 1)
		page_say(page, "Steps %zu to %zu of the plan end it.",
			subject->first_step + 1, subject->first_step + subject->n_steps);
	else if (subject->n_steps)
		page_say(page, "Step %zu of the plan ends it.", subject->first_step + 1);
	else
		page_say(page, "No step ends it: it is %s, see below.",
			subject->verdict == VERDICT_UNDECIDED ? "undecided" : "refused");
	page_close(page);
}

static void print_hazard_head(struct page *page, const struct subject *subject,
	const char *head, const struct html_host *of)
{
	cleanup_buf struct buf node = BUF_INIT;

	page_open(page, "h2", "");
	page_say(page, "HAZARD");
	if (of) {
		fleet_node_words(of->fleet, of->member, &node);
		page_say(page, " on ");
		page_open_link(page, HTML_HOST, of->member + 1);
		page_captured(page, buf_text(&node));
		page_close(page);
	}
	page_say(page, ": %s ", head);
	page_captured(page, subject->label);
	page_close(page);
}

void html_hazards(
	struct page *page, const struct survey *survey, const struct html_host *of)
{
	for (size_t i = 0; i < survey->n_subjects; i++) {
		const struct subject *subject = &survey->subjects[i];

		for (size_t r = 0; r < subject->n_reasons; r++) {
			const char *head = rule_hazard(subject->reasons[r].rule);

			if (!head)
				continue;
			page_open(page, "div", "hazard");
			print_hazard_head(page, subject, head, of);
			page_captured_in(page, "p", "", subject->reasons[r].text);
			print_hazard_end(page, subject, of);
			page_close(page);
		}
	}
}

void html_strikes(struct page *page, const struct html_host *of)
{
	struct fleet_hazard hazard = {0};

	while (fleet_hazards_next(of->fleet, &hazard)) {
		cleanup_buf struct buf words = BUF_INIT;

		if (!fleet_hazard_strikes(of->fleet, &hazard, of->member))
			continue;
		fleet_hazard_victim_words(of->fleet, &hazard, of->member, &words);
		page_open(page, "div", "hazard");
		page_say_in(
			page, "h2", "", "HAZARD: data of this host is being destroyed");
		page_captured_in(page, "p", "", buf_text(&words));
		print_hazard_end_of_several(page, of->fleet, &hazard);
		page_close(page);
	}
}

void html_suspended(struct page *page, const struct story *story)
{
	cleanup_buf struct buf words = BUF_INIT;
	const struct device *device;

	for (size_t at = 0; story_next_suspended(story, &at, &device, &words);) {
		page_open(page, "div", "hazard");
		page_open(page, "h2", "");
		page_say(page, "SUSPENDED: ");
		page_captured(page, device->name);
		page_close(page);
		page_captured_in(page, "p", "", buf_text(&words));
		page_close(page);
	}
}

/* ---- subjects ---- */

static void print_sections(struct page *page, const struct story *story,
	enum verdict verdict, bool is_selected)
{
	const struct survey *survey = story->survey;

	for (size_t i = 0; i < survey->n_subjects; i++)
		if (survey->subjects[i].verdict == verdict &&
			survey->subjects[i].is_selected == is_selected)
			html_subject(page, story, &survey->subjects[i]);
}

static void print_refreshes(struct page *page, const struct plan *plan)
{
	bool is_first = true;

	for (size_t i = 0; i < plan->n_steps; i++) {
		if (plan->steps[i].op != OP_LV_REFRESH)
			continue;
		if (is_first) {
			page_open(page, "section", "subject");
			page_say_in(page, "h2", "", "Origins made plain volumes again");
		}
		is_first = false;
		html_steps(page, plan, "", i, 1);
	}
	if (!is_first)
		page_close(page);
}

/* ---- what stays ---- */

static void print_untouched_row(
	struct page *page, const struct story *story, const struct device *device)
{
	cleanup_buf struct buf fate = BUF_INIT;

	page_open(page, "tr", "");
	page_open(page, "td", "number");
	page_say(page, DEVNO_FMT, DEVNO_ARGS(device->devno));
	page_close(page);
	page_captured_in(page, "td", "name", device->name);
	story_fate(story, device, &fate);
	page_captured_in(page, "td", "", buf_text(&fate));
	page_close(page);
}

static void print_untouched(struct page *page, const struct story *story)
{
	const struct host *host = story->survey->host;
	size_t shown = 0, more = 0;

	page_say_in(page, "h2", "", "What would stay, and why");
	page_open(page, "div", "scroll");
	page_open(page, "table", "");
	for (size_t i = 0; i < host->n_devices; i++) {
		if (story->devices[i].removed_by)
			continue;
		if (shown == UNTOUCHED_SHOWN) {
			more++;
			continue;
		}
		shown++;
		print_untouched_row(page, story, &host->devices[i]);
	}
	page_close(page);
	page_close(page);
	if (!shown)
		page_say_in(page, "p", "", "No other device-mapper device was recorded.");
	if (more) {
		page_open(page, "p", "");
		page_say(page, "And %zu more device-mapper devices.", more);
		page_close(page);
	}
	page_say_in(page, "p", "soft",
		"No disk, partition, loop device or array is touched either.");
}

/* ---- what was recorded ---- */

static void row(struct page *page, const char *name, const char *text)
{
	page_open(page, "tr", "");
	page_say_in(page, "th", "", name);
	page_captured_in(page, "td", "", text);
	page_close(page);
}

static void row_of_recorded(
	struct page *page, const struct host *host, const struct html_host *of)
{
	const struct {
		size_t count;
		const char *noun;
	} counts[] = {
		{host->n_devices, "device-mapper device"},
		{host->n_blocks, "other block device"},
		{host->n_vgs, "volume group"},
		{host->n_lvs, "logical volume"},
		{host->n_mounts, "mount"},
		{host->n_namespaces, "mount namespace"},
		{count_holding_processes(host), "holding process"},
	};
	cleanup_buf struct buf text = BUF_INIT;

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		buf_puts(&text, i ? ", " : "");
		print_counted(&text, counts[i].count, counts[i].noun);
	}
	row(page, "recorded", buf_text(&text));
	if (!count_missing(host))
		row(page, "not read", "nothing was missing");
	else
		row(page, "not read",
			of ? "see where this host begins" : "see the top of this page");
}

static void rows_of_request(struct page *page, const struct request *request)
{
	cleanup_buf struct buf globs = BUF_INIT;

	for (size_t i = 0; i < request->n_select; i++)
		buf_printf(&globs, "%s%s", i ? " " : "", request->select[i]);
	buf_puts(&globs, ", older than ");
	print_duration(&globs, request->min_age);
	if (request->n_select)
		row(page, "asked for", buf_text(&globs));
	for (size_t i = 0; i < request->n_rules; i++) {
		cleanup_buf struct buf rule = BUF_INIT;

		buf_printf(&rule, "rule %s: ", request->rules[i].name);
		print_rule(&rule, &request->rules[i]);
		row(page, "asked for", buf_text(&rule));
	}
}

static void print_evidence(struct page *page, const struct story *story,
	const char *capture_name, const char *plan_file, const struct html_host *of)
{
	const struct host *host = story->survey->host;
	const struct identity *id = &host->identity;
	cleanup_buf struct buf taken = BUF_INIT, expires = BUF_INIT;

	page_say_in(page, "h2", "",
		of ? "What this was made from" : "What this page was made from");
	page_open(page, "div", "scroll");
	page_open(page, "table", "");
	row(page, "capture", capture_name);
	row(page, "its sha256", story->plan->capture_sha256);
	row(page, "host", id->node);
	row(page, "kernel", id->kernel);
	row(page, "machine-id", id->machine_id);
	row(page, "boot-id", id->boot_id);
	stamp_print(id->taken, &taken);
	buf_puts(&taken, ", ");
	print_duration(&taken, (int64_t)(id->uptime / (id->ticks ? id->ticks : 100)));
	buf_puts(&taken, " after boot");
	row(page, "taken", buf_text(&taken));
	row(page, "names",
		*id->redaction ? "pseudonyms, see the top of this page"
			       : "the host's own");
	row_of_recorded(page, host, of);
	rows_of_request(page, story->survey->request);
	if (plan_file) {
		row(page, "plan", plan_file);
		row(page, "its digest", story->plan->digest);
		stamp_print(story->plan->expires, &expires);
		row(page, "it expires on", buf_text(&expires));
	}
	row(page, "made by", story->plan->created_by);
	page_close(page);
	page_close(page);
}

void html_review(struct page *page, const struct story *story, const char *capture_name,
	const char *plan_file, const struct html_host *of)
{
	print_missing(page, story->survey->host);
	print_sections(page, story, VERDICT_REMOVE, true);
	print_refreshes(page, story->plan);
	print_sections(page, story, VERDICT_UNDECIDED, true);
	print_sections(page, story, VERDICT_UNDECIDED, false);
	print_sections(page, story, VERDICT_REFUSE, true);
	print_sections(page, story, VERDICT_REFUSE, false);
	print_untouched(page, story);
	print_evidence(page, story, capture_name, plan_file, of);
}

void html_print(const struct survey *survey, const struct plan *plan,
	const char *capture_name, const char *plan_file, struct buf *ret_text)
{
	cleanup_story struct story story = {0};
	struct page page;

	story_collect(survey, plan, &story);
	page_begin(&page, ret_text, survey->host->identity.node);
	print_head(&page, &story);
	html_hazards(&page, survey, NULL);
	html_suspended(&page, &story);
	html_review(&page, &story, capture_name, plan_file, NULL);
	page_end(&page);
}
