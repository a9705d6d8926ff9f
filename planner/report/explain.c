/* SPDX-License-Identifier: Apache-2.0 */
/*
 * --explain: the story of one block device, of several hosts on each that has it, under
 * its node. Each paragraph says in words what the facts behind it ("|") say to the
 * programs. Invariant: every string that came from a host is escaped.
 */
#include "explain.h"

#include <stdlib.h>
#include <string.h>

#include "reports.h"
#include "snapstate/cleanup.h"
#include "snapstate/fact_line.h"
#include "snapstate/facts.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/device.h"
#include "snapstate/host/lvm.h"
#include "snapstate/ledger.h"
#include "snapstate/lvm_names.h"

#define SUBJECTS_TOLD 4 /* with their reasons; of more only the verdict */

/* What the paragraphs share. */
struct explanation {
	struct buf *out;
	const struct report_host *report;
	const struct story *story;
	const struct host *host;
	struct devno devno;
	const struct device *device; /* NULL: one of the others */
	const struct block *block;
	struct facts facts; /* about the device and its volume */
};

static void heading(struct explanation *e, const char *text)
{
	buf_printf(e->out, "\n%s\n", text);
}

void explain_say(struct buf *out, struct buf *text)
{
	buf_puts(out, "  ");
	buf_tail(out, buf_text(text));
	buf_puts(out, "\n");
	buf_free(text);
}

static void say(struct explanation *e, struct buf *text)
{
	explain_say(e->out, text);
}

/* Facts are escaped already. */
static void cite(struct explanation *e, enum fact_kind kind)
{
	for (size_t i = 0; i < e->facts.count; i++)
		if (fact_is(e->facts.lines[i], kind))
			buf_printf(e->out, "  | %s\n", e->facts.lines[i]);
}

/* ---- what it is ---- */

static void say_volume(struct explanation *e)
{
	char vg_uuid[LVM_UUID_LEN + 1], lv_uuid[LVM_UUID_LEN + 1];
	const char *layer;
	const struct vg *vg;
	const struct lv *lv;
	struct buf text = BUF_INIT;

	if (!lvm_dm_uuid_split(e->device->uuid, vg_uuid, lv_uuid, &layer))
		return;
	vg = host_vg(e->host, vg_uuid);
	lv = host_lv(e->host, vg_uuid, lv_uuid);
	if (*layer)
		buf_printf(&text, "layer %s of ", layer);
	if (lv)
		buf_printf(&text, "LVM volume %s/%s, %s in the metadata",
			vg ? vg->name : "?", lv->name, lv_role_name(lv->role));
	else if (vg && vg->has_metadata)
		buf_printf(&text,
			"an LVM volume that the metadata of %s does not have: it was "
			"removed there, and is still active here",
			vg->name);
	else if (host_group_is_gone(e->host, vg_uuid))
		buf_puts(&text, "an LVM volume of a group that no longer exists, still "
				"active here");
	else
		buf_puts(&text, "an LVM volume whose metadata was not read");
	if (lv && lv->created) {
		buf_puts(&text, ", created ");
		print_age(&text, e->host, lv->created);
	}
	say(e, &text);
	cite(e, FACT_GROUP);
	cite(e, FACT_VOLUME);
}

static void say_physical_volume(struct explanation *e)
{
	for (size_t i = 0; i < e->host->n_pvs; i++) {
		const struct pv *pv = &e->host->pvs[i];
		const struct vg *vg = host_vg(e->host, pv->vg_uuid);
		struct buf text = BUF_INIT;

		if (!devno_is_equal(pv->devno, e->devno))
			continue;
		buf_printf(&text, "a physical volume of volume group %s",
			vg ? vg->name : "?");
		say(e, &text);
	}
}

static void say_kind(struct explanation *e)
{
	struct buf text = BUF_INIT;

	heading(e, "What it is");
	if (!e->device) {
		block_words(e->block, &text);
		say(e, &text);
		cite(e, FACT_BLOCK);
		say_physical_volume(e);
		return;
	}
	device_kind_words(e->device, &text);
	buf_puts(&text, ", ");
	device_size_words(e->device, &text);
	buf_printf(&text, ": %s", device_part_words(story_of(e->story, e->device)->part));
	say(e, &text);
	cite(e, FACT_DEVICE);
	cite(e, FACT_TABLE);
	cite(e, FACT_INACTIVE);
	cite(e, FACT_STATUS);
	say_volume(e);
	say_physical_volume(e);
}

/* ---- its neighbours ---- */

static void say_below(struct explanation *e)
{
	size_t shown = 0;

	heading(e, "What it is on");
	for (size_t i = 0; i < e->story->n_edges; i++) {
		struct buf text = BUF_INIT;
		const struct edge *edge = &e->story->edges[i];
		const char *what;

		if (!devno_is_equal(edge->above, e->devno))
			continue;
		devno_words(e->host, edge->base, &text);
		what = base_words(e->device, edge->base);
		buf_printf(&text, "%s%s", *what ? ", as its " : "", what);
		say(e, &text);
		shown++;
	}
	if (!shown)
		buf_puts(e->out, "  nothing that was recorded\n");
}

static void say_above(struct explanation *e)
{
	size_t count;
	const struct edge *edges = story_edges_of(e->story, e->devno, &count);

	heading(e, "What is on it");
	for (size_t i = 0; i < count; i++) {
		struct buf text = BUF_INIT;

		devno_words(e->host, edges[i].above, &text);
		say(e, &text);
	}
	if (!count)
		buf_puts(e->out, "  no other device\n");
}

/* ---- who holds it ---- */

static void say_ledger(struct explanation *e)
{
	struct ledger ledger;
	struct buf text = BUF_INIT;

	ledger_of_device(e->host, e->device, &ledger);
	device_opens_words(e->host, e->device, &text);
	if (ledger.unexplained == 0)
		buf_puts(&text, ledger.open ? "; all opens are explained" : ": not open");
	else
		buf_puts(&text,
			ledger.unexplained > 0
				? ": opened by a user that was not found"
				: ": more holders were found than the kernel counts");
	say(e, &text);
}

static void say_holders(struct explanation *e)
{
	size_t count;
	const struct story_holder *holders = story_holders_of(e->story, e->devno, &count);

	heading(e, "Who holds it");
	if (e->device)
		say_ledger(e);
	for (size_t i = 0; i < count; i++) {
		struct buf text = BUF_INIT;

		buf_puts(&text, holders[i].text);
		if (holders[i].ended_by)
			buf_printf(&text, ": released in step %zu", holders[i].ended_by);
		say(e, &text);
	}
	if (!count && !e->device)
		buf_puts(e->out, "  none was recorded\n");
	cite(e, FACT_HOLDER);
	cite(e, FACT_MOUNT);
}

/* ---- what becomes of it ---- */

static void say_verdict(
	struct explanation *e, const struct subject *subject, bool has_meaning)
{
	struct buf head = BUF_INIT;

	buf_printf(&head, "%s: %s, %s%s%s", subject->label,
		verdict_name(subject->verdict), rule_text(subject->decisive)->name,
		has_meaning ? ": " : "",
		has_meaning ? rule_text(subject->decisive)->meaning : "");
	say(e, &head);
}

static void say_reasons(struct explanation *e, const struct subject *subject)
{
	for (size_t i = 0; i < subject->n_reasons; i++) {
		struct buf text = BUF_INIT;

		buf_printf(&text, "because %s [%s]", subject->reasons[i].text,
			rule_text(subject->reasons[i].rule)->name);
		say(e, &text);
	}
}

static void say_remedy(struct explanation *e, const struct remedy *remedy)
{
	for (size_t i = 0; i < remedy->n_actions; i++) {
		struct buf text = BUF_INIT;

		buf_printf(&text, "to do: %s [", remedy->actions[i].text);
		remedy_print_rules(&remedy->actions[i], &text);
		buf_puts(&text, "]");
		say(e, &text);
	}
}

/* true: one of the facts that the step changes is about this device. */
static bool is_about(const struct facts *facts, struct devno devno)
{
	struct devno found;

	for (size_t i = 0; i < facts->count; i++)
		if (fact_devno(facts->lines[i], &found) && devno_is_equal(found, devno))
			return true;
	return false;
}

static void cite_changes(
	struct explanation *e, const struct facts *facts, const char *word)
{
	for (size_t i = 0; i < facts->count; i++) {
		struct facts one = {.lines = &facts->lines[i], .count = 1};

		if (is_about(&one, e->devno))
			buf_printf(e->out, "  | %s %s\n", word, facts->lines[i]);
	}
}

static void say_steps(struct explanation *e)
{
	for (size_t i = 0; i < e->story->plan->n_steps; i++) {
		const struct plan_step *step = &e->story->plan->steps[i];

		if (!is_about(&step->gone, e->devno) && !is_about(&step->new, e->devno) &&
			!is_about(&step->maybe_gone, e->devno))
			continue;
		/* quoted for a shell, in printable ASCII */
		buf_printf(e->out, "  step %zu: ", i + 1);
		plan_step_command(step, e->out);
		buf_puts(e->out, "\n");
		cite_changes(e, &step->gone, "gone");
		cite_changes(e, &step->new, "new");
		cite_changes(e, &step->maybe_gone, "perhaps gone");
		cite_changes(e, &step->maybe_new, "perhaps new");
	}
}

static void say_fate(struct explanation *e)
{
	struct buf text = BUF_INIT;
	enum device_part part;

	heading(e, "What the plan does to it");
	if (!e->device && story_block_step(e->story, e->block)) {
		buf_printf(&text, "released in step %zu",
			story_block_step(e->story, e->block));
		say(e, &text);
		say_steps(e);
		return;
	}
	if (!e->device) {
		buf_puts(e->out, "  nothing: it is outside the plan's scope\n");
		return;
	}
	story_fate(e->story, e->device, &text);
	say(e, &text);
	part = story_of(e->story, e->device)->part;
	if (part == PART_ORIGIN || part == PART_REAL)
		buf_puts(e->out, "  a plan can only refresh an origin, and never name "
				 "the layer below it or anything further down\n");
	say_steps(e);
}

bool explain_concerns(
	const struct story *story, struct devno devno, const struct subject *subject)
{
	const struct device *device = host_device_by_devno(story->survey->host, devno);

	if (subject_owns(subject, devno))
		return true;
	return device && (subject == story_of(story, device)->subject ||
				 subject->origin == device || subject->real == device);
}

/* Of many snapshots of one origin the reasons are told by their own explanations. */
static void say_subjects(struct explanation *e)
{
	size_t n_told = 0;

	for (size_t i = 0; i < e->report->n_subjects; i++) {
		const struct report_subject *told = &e->report->subjects[i];

		if (!explain_concerns(e->story, e->devno, told->subject))
			continue;
		if (!n_told)
			heading(e, "The snapshot whose stack it belongs to");
		say_verdict(e, told->subject, n_told < SUBJECTS_TOLD);
		if (n_told++ >= SUBJECTS_TOLD)
			continue;
		say_reasons(e, told->subject);
		say_remedy(e, &told->remedy);
	}
}

/* ---- one device ---- */

static void collect_facts(struct explanation *e)
{
	char vg[LVM_UUID_LEN + 1], lv[LVM_UUID_LEN + 1];
	cleanup_scope struct scope scope = {0};
	const char *layer;

	if (e->device)
		scope_add_device(&scope, e->device, SCOPE_ALL);
	else if (host_block_is_fact(e->host, e->block))
		scope_add_block(&scope, e->block);
	if (e->device && lvm_dm_uuid_split(e->device->uuid, vg, lv, &layer)) {
		scope_add_volume(&scope, vg, lv);
		scope_add_group(&scope, vg);
	}
	host_facts(e->host, &scope, &e->facts);
}

static void explain_device(
	const struct report_host *report, struct devno devno, struct buf *text)
{
	const struct host *host = report->member->host;
	struct explanation e = {.out = text,
		.report = report,
		.story = &report->story,
		.host = host,
		.devno = devno,
		.device = host_device_by_devno(host, devno),
		.block = host_block_by_devno(host, devno)};
	struct buf title = BUF_INIT;

	collect_facts(&e);
	devno_words(e.host, devno, &title);
	buf_tail(text, buf_text(&title));
	buf_puts(text, "\n");
	buf_free(&title);
	say_kind(&e);
	say_below(&e);
	say_above(&e);
	say_holders(&e);
	say_fate(&e);
	say_subjects(&e);
	facts_free(&e.facts);
}

/* ---- the hosts ---- */

static void say_node(const struct report_host *host, struct buf *text)
{
	buf_printf(text, "%s==== ", text->len ? "\n" : "");
	buf_tail(text, host->node);
	buf_puts(text, " ====\n");
}

/* Returns whether this host has the device. */
static bool explain_on(
	const struct report *report, size_t member, const char *name, struct buf *text)
{
	const struct report_host *host = &report->hosts[member];
	struct devno devno = name ? explain_find(host->member->host, name) : DEVNO_NONE;

	if (devno_is_none(devno))
		return false;
	if (report_is_of_several(report))
		say_node(host, text);
	explain_device(host, devno, text);
	if (report_is_of_several(report))
		explain_others(report, member, devno, text);
	return true;
}

/* Behind the stories: where it could be and is not. */
static void say_inactive(
	const struct report *report, const char *const *names, struct buf *text)
{
	for (size_t i = 0; i < report->n_hosts; i++) {
		const struct report_host *host = &report->hosts[i];

		if (!names[i] || !explain_is_inactive(host->member->host, names[i]))
			continue;
		say_node(host, text);
		buf_puts(text, "a volume of the metadata, not active on this host: it "
			       "has no device here\n");
	}
}

int explain_print(const struct report *report, const char *name, struct buf *ret_text,
	struct err *err)
{
	cleanup_free const char **names = xcalloc(report->n_hosts, sizeof(*names));
	cleanup_buf struct buf text = BUF_INIT;
	size_t count = 0;

	explain_choose(report, name, names);
	for (size_t i = 0; i < report->n_hosts; i++)
		count += explain_on(report, i, names[i], &text);
	if (!count)
		return explain_not_found(report, name, err);
	if (report_is_of_several(report))
		say_inactive(report, names, &text);
	buf_puts(ret_text, buf_text(&text));
	return 0;
}
