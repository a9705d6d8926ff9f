/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RESULT.txt: what was planned, what was done, what the host shows, for the person who
 * closes the ticket. Input: a ticket, its result. Output: text; names from the host are
 * escaped.
 */
#include <inttypes.h>
#include <string.h>

#include "snapstate/cleanup.h"
#include "snapstate/fact_line.h"
#include "snapstate/host.h"
#include "snapstate/host/device.h"
#include "snapstate/host/source.h"
#include "snapstate/stamp.h"
#include "snapstate/ticket.h"

/* ---- the one sentence ---- */

static void add_steps(const struct ticket *ticket, struct buf *text)
{
	if (!ticket->run.n_steps)
		buf_puts(text, "the plan has no steps");
	else
		buf_printf(text, "%" PRIu64 " of %" PRIu64 " steps done",
			ticket->run.n_done, ticket->run.n_steps);
	if (ticket->run.n_skipped)
		buf_printf(text, ", %" PRIu64 " skipped", ticket->run.n_skipped);
}

static void add_begun(
	const struct ticket *ticket, const struct ticket_result *result, struct buf *text)
{
	if (!ticket->run.is_begun)
		return;
	buf_printf(text, ", step %" PRIu64 " was begun and its end is not recorded",
		ticket->run.begun);
	if (ticket_is_as_predicted(result))
		buf_puts(text, result->is_begun_done
				       ? " (the host shows that it was carried out)"
				       : " (the host shows that it was not carried out)");
}

/* Then nothing else can be as it was. */
static bool is_elsewhere(const struct ticket_result *result)
{
	for (size_t i = 0; i < result->missing.count; i++)
		if (fact_is(result->missing.lines[i], FACT_HOST))
			return true;
	return false;
}

void ticket_sentence(const struct ticket *ticket, const struct ticket_result *result,
	struct buf *ret_text)
{
	size_t n = result->missing.count + result->extra.count;

	if (!ticket_is_as_predicted(result))
		buf_puts(ret_text, "NOT AS PREDICTED: ");
	else
		buf_puts(ret_text,
			ticket->run.is_finished ? "AS PREDICTED: " : "NOT FINISHED: ");
	add_steps(ticket, ret_text);
	add_begun(ticket, result, ret_text);
	if (n)
		buf_printf(ret_text, ", and %zu %s from what the plan predicts for that",
			n, n == 1 ? "fact differs" : "facts differ");
	else
		buf_puts(ret_text, ", and the host is as the plan predicts for that");
	if (result->unread.count)
		buf_puts(ret_text, ", as far as it could be read");
	if (is_elsewhere(result))
		buf_puts(ret_text, "; this is another host, or it was restarted since");
}

/* ---- the page ---- */

static void add_stamp(struct buf *text, const char *label, int64_t seconds)
{
	buf_puts(text, label);
	stamp_print(seconds, text);
	buf_puts(text, "\n");
}

static void add_head(const struct ticket *ticket, struct buf *text)
{
	const struct identity *host = &ticket->after->identity;

	buf_puts(text, "host     ");
	buf_word(text, host->node);
	buf_puts(text, ", machine-id ");
	buf_word(text, host->machine_id);
	buf_puts(text, ", boot-id ");
	buf_word(text, host->boot_id);
	buf_printf(text, "\nplan     sha256:%s\n", ticket->plan->digest);
	add_stamp(text, "before   ", ticket->plan->taken);
	add_stamp(text, "after    ", host->taken);
	if (*ticket->plan->redaction)
		buf_printf(text, "names    pseudonyms of the key %s\n",
			ticket->plan->redaction);
}

static const char *state_of_step(
	const struct ticket *ticket, const struct ticket_result *result, size_t index)
{
	if (ticket->run.steps[index + 1] == JOURNAL_DONE)
		return "done";
	if (ticket->run.steps[index + 1] == JOURNAL_SKIPPED)
		return "skipped";
	if (index + 1 != ticket->run.begun || !ticket->run.is_begun)
		return "not done";
	if (!ticket_is_as_predicted(result))
		return "unknown";
	return result->is_begun_done ? "found done" : "not done";
}

static void add_step_list(
	const struct ticket *ticket, const struct ticket_result *result, struct buf *text)
{
	const struct plan *plan = ticket->plan;

	if (plan->n_steps)
		buf_puts(text, "\nThe plan's steps:\n\n");
	for (size_t i = 0; i < plan->n_steps; i++) {
		buf_printf(
			text, "%6zu  %-10s  ", i + 1, state_of_step(ticket, result, i));
		plan_step_command(&plan->steps[i], text);
		buf_puts(text, "\n");
	}
}

static void add_fact(struct buf *text, const char *sign, const char *line)
{
	buf_printf(text, "  %s %s\n", sign, line);
}

/* Both are sorted: what is about the same thing comes together. */
static void add_facts(struct buf *text, const char *sign_a, const struct facts *a,
	const char *sign_b, const struct facts *b)
{
	size_t i = 0, j = 0;

	while (i < a->count || j < b->count) {
		bool is_a = j == b->count ||
			    (i < a->count && strcmp(a->lines[i], b->lines[j]) < 0);

		if (is_a)
			add_fact(text, sign_a, a->lines[i++]);
		else
			add_fact(text, sign_b, b->lines[j++]);
	}
}

static void add_difference(const struct ticket_result *result, struct buf *text)
{
	if (ticket_is_as_predicted(result))
		return;
	buf_puts(text, "\nOf what the plan covers, this is not as predicted:\n\n");
	add_facts(text, "predicted", &result->missing, "found    ", &result->extra);
}

static void add_unread(const struct ticket_result *result, struct buf *text)
{
	if (!result->unread.count)
		return;
	buf_puts(
		text, "\nAfterwards this could not be read, so it was not compared:\n\n");
	for (size_t i = 0; i < result->unread.count; i++)
		buf_printf(text, "  %s\n", result->unread.lines[i]);
}

static void add_besides(
	const struct ticket *ticket, const struct ticket_result *result, struct buf *text)
{
	if (!ticket->before) {
		buf_puts(text,
			"\nThe capture that the plan was made from was not given: the "
			"rest of the host was not\ncompared.\n");
		return;
	}
	if (!result->gone.count && !result->new.count) {
		buf_puts(text,
			"\nNothing else on the host changed between the two captures.\n");
		return;
	}
	buf_puts(text, "\nElsewhere on the host this changed as well between the two "
		       "captures, whatever changed it:\n\n");
	add_facts(text, "-", &result->gone, "+", &result->new);
}

/* ---- did LVM's I/O errors end? ---- */

static bool is_read_error(const char *line, size_t len)
{
	static const char *const parts[] = {
		"read failed", "Input/output error", "Error reading", "I/O error"};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (memmem(line, len, parts[i], strlen(parts[i])))
			return true;
	return false;
}

/* What LVM itself complained of when the capture asked it; it is not asked to read what
 * the next function finds. */
static void add_warned(const struct host *host, struct facts *errors)
{
	const struct document *warnings = host_document(host, "lvm/warnings.txt");
	const char *line = warnings ? warnings->bytes : "";
	const char *end = line + (warnings ? warnings->len : 0);

	while (line < end) {
		const char *newline = memchr(line, '\n', (size_t)(end - line));
		size_t len = (size_t)((newline ? newline : end) - line);

		if (is_read_error(line, len)) {
			cleanup_free char *copy = xstrndup(line, len);
			cleanup_buf struct buf text = BUF_INIT;

			buf_puts(&text, "LVM: ");
			buf_tail(&text, copy);
			facts_insert(errors, buf_text(&text));
		}
		line = newline ? newline + 1 : end;
	}
}

/* Snapshots that answer each read with an error, and so does all that is mapped to them:
 * plain lvs reads them all. */
static void add_failing(const struct host *host, struct facts *errors)
{
	for (size_t i = 0; i < host->n_devices; i++) {
		const struct device *device = &host->devices[i];
		enum snapshot_state state = device_snapshot_state(device);
		cleanup_buf struct buf text = BUF_INIT;

		if (state != SNAPSHOT_INVALID && state != SNAPSHOT_OVERFLOW &&
			state != SNAPSHOT_MERGE_FAILED)
			continue;
		buf_word(&text, device->name);
		buf_printf(&text, " (" DEVNO_FMT "): its snapshot is %s, each read fails",
			DEVNO_ARGS(device->devno), snapshot_state_name(state));
		facts_insert(errors, buf_text(&text));
	}
}

static bool are_errors_known(const struct host *host)
{
	const struct source *dm = host_source(host, "dm");

	return dm && (dm->outcome == OUTCOME_READ || dm->outcome == OUTCOME_ABSENT);
}

static void list_errors(const char *when, const struct facts *errors, struct buf *text)
{
	buf_printf(text, "  %s  %s\n", when, errors->count ? "" : "none");
	for (size_t i = 0; i < errors->count; i++)
		buf_printf(text, "    %s\n", errors->lines[i]);
}

static void add_errors(const struct ticket *ticket, struct buf *text)
{
	cleanup_facts struct facts before = FACTS_INIT, after = FACTS_INIT;

	add_warned(ticket->after, &after);
	add_failing(ticket->after, &after);
	if (ticket->before) {
		add_warned(ticket->before, &before);
		add_failing(ticket->before, &before);
	}
	buf_puts(text,
		"\nI/O errors that LVM's commands, such as lvs, meet on this host: ");
	if (!are_errors_known(ticket->after))
		buf_puts(text, "not known, device-mapper was not read afterwards.\n");
	else if (after.count)
		buf_puts(text, "they have NOT ended.\n");
	else if (before.count)
		buf_puts(text, "they have ended.\n");
	else
		buf_puts(text, "none.\n");
	if (ticket->before && (before.count || after.count))
		list_errors("before", &before, text);
	if (before.count || after.count)
		list_errors("after ", &after, text);
}

/* ---- a way back ---- */

/* Tried in the lab: incident restored. */
static const char way_back[] =
	"\nThis restores LVM's description of the volumes as it was then, and undoes "
	"each later change of the group's\nmetadata: a volume made since is gone from "
	"it. It does not bring back what the snapshot held: what was written\nto the "
	"origin since the removal shows in it as well, so that its contents match no "
	"point in time. Never merge it.\nWhere another volume was given its extents and "
	"wrote to them, neither the snapshot nor its ORIGIN can be\nactivated any more, "
	"until lvremove removes the snapshot again. Try the command on a copy of the "
	"disk first, with\nthe group inactive (vgcfgrestore asks for confirmation while "
	"volumes are active), after lvs -a -o +seg_pe_ranges.\n";

static const char *group_name(
	const struct ticket *ticket, const struct journal_kept *kept)
{
	const struct plan *plan = ticket->plan;

	for (size_t i = 0; i < plan->n_steps; i++)
		if (strcmp(plan->steps[i].target.vg_uuid, kept->vg_uuid) == 0)
			return plan->steps[i].target.vg_name;
	return kept->vg_uuid;
}

static void add_kept(const struct ticket *ticket, size_t index, struct buf *text)
{
	const struct journal_kept *kept = &ticket->run.kept[index];
	const struct ticket_kept *file = &ticket->kept[index];

	buf_printf(text, "\nBefore step %" PRIu64 " the metadata of volume group ",
		kept->step);
	buf_word(text, group_name(ticket, kept));
	buf_printf(text, " (seqno %" PRIu64 ") was saved", kept->seqno);
	if (file->text.len)
		buf_printf(text, "; in this ticket it is %s.vg", kept->vg_uuid);
	else if (*ticket->plan->redaction)
		buf_puts(text, "; it has the host's real names, and is only on the host");
	else
		buf_puts(text, "; the file no longer exists, or was changed");
	buf_printf(text, ".\n  sha256   %s\n  command  vgcfgrestore -f ", kept->sha256);
	buf_word(text, file->path);
	buf_puts(text, " ");
	/* the plan has a pseudonym of it */
	buf_word(text, *ticket->plan->redaction ? "VG" : group_name(ticket, kept));
	buf_puts(text, *ticket->plan->redaction
			       ? "\n  VG is the group's real name, with which the file "
				 "begins.\n"
			       : "\n");
}

static void add_way_back(const struct ticket *ticket, struct buf *text)
{
	for (size_t i = 0; i < ticket->run.n_kept; i++)
		add_kept(ticket, i, text);
	if (ticket->run.n_kept)
		buf_puts(text, way_back);
}

/* The reader of the ticket may want to start it. */
static void add_monitoring(const struct ticket *ticket, struct buf *text)
{
	if (memmem(buf_text(&ticket->journal_text), ticket->run.whole,
		    " output " JOURNAL_UNMONITORED "\n",
		    strlen(" output " JOURNAL_UNMONITORED "\n")))
		buf_puts(text, "\nMonitoring is not active on this host: dmeventd did "
			       "not run, and lvm was told not to start\nit. To activate "
			       "it: systemctl start dm-event, then vgchange --monitor y "
			       "VG for each volume group.\n");
}

/* Its own lines about the run as a whole, and about the step at which it ended. */
static void add_journal(const struct ticket *ticket, struct buf *text)
{
	const char *line = buf_text(&ticket->journal_text);
	const char *end = line + ticket->run.whole;
	char last[32];

	snprintf(last, sizeof(last), "%" PRIu64 " ", ticket->run.n_done + 1);
	buf_puts(text, "\nThe journal says of its run, by this host's clock:\n\n");
	while (line < end) {
		const char *newline = memchr(line, '\n', (size_t)(end - line));
		size_t len = (size_t)(newline - line);

		if (strncmp(line, "0 ", 2) == 0 ||
			(!ticket->run.is_finished &&
				strncmp(line, last, strlen(last)) == 0))
			buf_printf(text, "  %.*s\n", (int)len, line);
		line = newline + 1;
	}
}

void ticket_words(const struct ticket *ticket, const struct ticket_result *result,
	struct buf *ret_text)
{
	ticket_sentence(ticket, result, ret_text);
	buf_puts(ret_text, ".\n\n");
	add_head(ticket, ret_text);
	add_step_list(ticket, result, ret_text);
	add_difference(result, ret_text);
	add_unread(result, ret_text);
	add_errors(ticket, ret_text);
	add_monitoring(ticket, ret_text);
	add_way_back(ticket, ret_text);
	add_journal(ticket, ret_text);
	add_besides(ticket, result, ret_text);
	buf_puts(ret_text, "\nBeside this: the plan, its journal, and each capture as a "
			   "file of its own; "
			   "\"sha256sum -c\nSHA256SUMS\" checks them, and snapstate-plan "
			   "--diff shows two "
			   "captures fact by fact.\n");
}
