/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A volume that evidence of others names, and does not show as a whole. Input: what the
 * texts say of it. Output: reasons to keep it, and what is missing. Invariants: it is
 * never removed; what speaks for keeping it decides, what speaks against that is told.
 */
#include <string.h>

#include "checks.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/process.h"
#include "snapstate/host/shown.h"
#include "snapstate/host/source.h"

/* Of one volume: which kinds of statements there are, and how many were told. */
struct summary {
	struct subject *subject;
	size_t n_of[SHOWN_KINDS], n_told[SHOWN_KINDS];
	bool is_snapshot;
};

static void summary_make(struct subject *subject, struct summary *ret)
{
	*ret = (struct summary){.subject = subject};
	for (size_t i = 0; i < subject->n_shown; i++) {
		const struct shown *shown = &subject->shown[i];

		ret->n_of[shown->kind]++;
		ret->is_snapshot |=
			shown->kind == SHOWN_SNAPSHOT ||
			(shown->kind == SHOWN_LAYER && strcmp(shown->value, "cow") == 0);
	}
}

/* "17311 (tar)" -> "tar", cut as the kernel does */
static enum rule use_rule(const char *value)
{
	const char *open = strchr(value, '(');
	char comm[16] = "";

	if (open)
		strncpy(comm, open + 1,
			strcspn(open + 1, ")") < sizeof(comm) - 1 ? strcspn(open + 1, ")")
								  : sizeof(comm) - 1);
	if (program_is_backup(comm))
		return RULE_BACKUP_RUNNING;
	return program_is_hypervisor(comm) ? RULE_VM_RUNNING : RULE_IN_USE;
}

/* A volume that some text calls a snapshot, and some other one not, is of two moments. */
static void plain_reason(const struct summary *summary, enum rule rule, const char *what,
	const struct shown *shown)
{
	if (summary->is_snapshot)
		subject_reason(summary->subject, RULE_EVIDENCE_MISSING,
			"%s (%s), and other evidence shows a snapshot: it is of several "
			"moments",
			what, shown->from);
	else
		subject_reason(summary->subject, rule, "%s (%s)", what, shown->from);
}

static void told(struct subject *subject, const struct shown *shown, const char *what)
{
	subject_reason(subject, RULE_EVIDENCE_MISSING, "%s%s%s%s%s%s", what,
		*shown->value ? " " : "", shown->value, *shown->from ? " (" : "",
		shown->from, *shown->from ? ")" : "");
}

static void check_one(const struct summary *summary, const struct shown *shown)
{
	struct subject *subject = summary->subject;

	switch (shown->kind) {
	case SHOWN_SNAPSHOT:
		told(subject, shown, *shown->value ? "a snapshot of" : "a snapshot");
		return;
	case SHOWN_ORIGIN:
		plain_reason(
			summary, RULE_ORIGIN, "it is the origin of a snapshot", shown);
		return;
	case SHOWN_PLAIN:
		if (!summary->n_of[SHOWN_ORIGIN])
			plain_reason(summary, RULE_NOT_A_SNAPSHOT,
				"it is listed as a plain volume", shown);
		return;
	case SHOWN_THIN:
		subject_reason(subject, RULE_THIN, "it is a thin volume or a pool (%s)",
			shown->from);
		return;
	case SHOWN_MERGING:
		subject_reason(subject, RULE_MERGING, "it is merging (%s)", shown->from);
		return;
	case SHOWN_INVALID:
		subject_reason(subject, RULE_INVALID,
			"it is invalid: every read of it gives an I/O error, and what "
			"was "
			"backed up from it is worthless (%s)",
			shown->from);
		return;
	case SHOWN_OVERFLOWED:
		subject_reason(subject, RULE_OVERFLOWED,
			"it has overflowed, and is stale (%s)", shown->from);
		return;
	case SHOWN_SHRUNK:
		subject_reason(subject, RULE_SHRUNK,
			"more of its COW is used than it has: it was made smaller (%s)",
			shown->from);
		return;
	case SHOWN_UNSETTLED:
		subject_reason(
			subject, RULE_UNSETTLED, "%s (%s)", shown->value, shown->from);
		return;
	case SHOWN_GONE:
		told(subject, shown, "LVM says that it was removed:");
		return;
	case SHOWN_UNLISTED:
		told(subject, shown, "a whole list of LVM's volumes does not have it");
		return;
	case SHOWN_USED:
		subject_reason(subject, use_rule(shown->value),
			"process %s uses it, or what is on it (%s)", shown->value,
			shown->from);
		return;
	case SHOWN_HELD:
		subject_reason(subject, RULE_HELD, "%s is on it%s%s%s", shown->value,
			*shown->from ? " (" : "", shown->from, *shown->from ? ")" : "");
		return;
	case SHOWN_ABOVE:
		told(subject, shown, "on it is the mapping");
		return;
	case SHOWN_MOUNTED:
		told(subject, shown, "it, or what is on it, is mounted on");
		return;
	case SHOWN_GROUP:
		told(subject, shown, "on it is a physical volume of the volume group");
		return;
	case SHOWN_CONFIGURED:
		told(subject, shown, "a configuration names it:");
		return;
	case SHOWN_MESSAGE:
		told(subject, shown, "a message says:");
		return;
	case SHOWN_OPEN:
		told(subject, shown, "open:");
		return;
	case SHOWN_FULL:
		told(subject, shown, "used, per cent of its COW:");
		return;
	case SHOWN_STATUS:
		told(subject, shown, "its status is");
		return;
	case SHOWN_CREATED:
		told(subject, shown, "created");
		return;
	case SHOWN_LISTED:
	case SHOWN_ACTIVE:
	case SHOWN_NUMBER:
	case SHOWN_UUID:
	case SHOWN_TABLE:
	case SHOWN_LAYER:
		return;
	}
}

/* In the order in which it would decide most. */
static void note_missing(const struct host *host, const struct summary *summary)
{
	static const struct {
		enum shown_kind kind;
		const char *words;
	} rows[] = {{SHOWN_UUID, "its uuid (dmsetup info -c)"},
		{SHOWN_NUMBER, "its device number (dmsetup info -c)"},
		{SHOWN_TABLE, "its table (dmsetup table)"},
		{SHOWN_STATUS, "its status (dmsetup status)"}};
	cleanup_buf struct buf text = BUF_INIT;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (!summary->n_of[rows[i].kind])
			buf_printf(&text, "%s, ", rows[i].words);
	if (!host->n_vgs)
		buf_puts(&text, "the metadata of its volume group (vgcfgbackup), ");
	if (!host_source_is_read(host, "mounts"))
		buf_puts(&text, "the mounts of all namespaces, ");
	buf_puts(&text, "the processes that use it");
	subject_reason(summary->subject, RULE_EVIDENCE_MISSING,
		"the evidence names it and does not show it as a whole; missing: %s",
		buf_text(&text));
}

void check_shown(const struct host *host, struct subject *subject)
{
	struct summary summary;

	summary_make(subject, &summary);
	note_missing(host, &summary);
	for (size_t i = 0; i < subject->n_shown; i++) {
		const struct shown *shown = &subject->shown[i];

		if (summary.n_told[shown->kind]++ < ALIKE_MOST)
			check_one(&summary, shown);
	}
	for (size_t kind = 0; kind < SHOWN_KINDS; kind++)
		if (summary.n_of[kind] > ALIKE_MOST)
			subject_reason(subject, RULE_EVIDENCE_MISSING,
				"and %zu more statements of the kind \"%s\"",
				summary.n_of[kind] - ALIKE_MOST,
				shown_kind_name((enum shown_kind)kind));
}
