/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What texts of others say of a volume: of one that is known by its name alone all of it,
 * and what is missing; of one that the model has what the model does not show. Output:
 * reasons. Invariants: a volume that is known by its name alone is never removed; what a
 * text shows is a fact, what it does not show is unknown.
 */
#include <stdlib.h>
#include <string.h>

#include "checks.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/device.h"
#include "snapstate/host/holders.h"
#include "snapstate/host/lvm.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/process.h"
#include "snapstate/host/shown.h"
#include "snapstate/host/source.h"

/* Of one volume: which kinds of statements there are, and how many were told. */
struct summary {
	const struct survey *survey;
	struct subject *subject;
	size_t n_of[SHOWN_KINDS], n_told[SHOWN_KINDS];
	bool is_snapshot;
};

const char *subject_shown(const struct subject *subject, enum shown_kind kind)
{
	for (size_t i = 0; i < subject->n_shown; i++)
		if (subject->shown[i].kind == kind)
			return subject->shown[i].value;
	return NULL;
}

static void summary_make(
	const struct survey *survey, struct subject *subject, struct summary *ret)
{
	*ret = (struct summary){.survey = survey, .subject = subject};
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
		subject_reason(summary->subject, RULE_DISAGREE,
			"%s (%s), but other evidence shows a snapshot: the evidence was "
			"collected at different times",
			what, shown->from);
	else
		subject_reason(summary->subject, rule, "%s (%s)", what, shown->from);
}

/* "(ticket.txt, line 13: lvs)" behind the newest reason */
static void add_from(struct subject *subject, const struct shown *shown)
{
	cleanup_buf struct buf from = BUF_INIT;

	if (!*shown->from)
		return;
	buf_printf(&from, " (%s)", shown->from);
	subject_add_words(subject, buf_text(&from));
}

static void told(struct subject *subject, enum rule rule, const struct shown *shown,
	const char *what)
{
	subject_reason(
		subject, rule, "%s%s%s", what, *shown->value ? " " : "", shown->value);
	add_from(subject, shown);
}

/* ---- one statement ---- */

static bool is_virtual_origin(const char *origin)
{
	static const char suffix[] = "_vorigin";
	size_t len = strlen(origin);

	return len >= sizeof(suffix) &&
	       strcmp(origin + len - (sizeof(suffix) - 1), suffix) == 0;
}

static void check_snapshot(struct subject *subject, const struct shown *shown)
{
	if (is_virtual_origin(shown->value))
		told(subject, RULE_VIRTUAL_ORIGIN, shown, "its origin is virtual:");
	else
		told(subject, RULE_LEFTOVER, shown,
			*shown->value ? "a snapshot of" : "a snapshot");
}

/* How many of what was shown may have it open. */
static size_t count_openers(const struct summary *summary)
{
	return summary->n_of[SHOWN_ABOVE] + summary->n_of[SHOWN_MOUNTED] +
	       summary->n_of[SHOWN_USED] + summary->n_of[SHOWN_HELD];
}

/* Of SHOWN_OPEN: "yes", "no", or a count. */
static bool says_closed(const struct shown *shown)
{
	return strcmp(shown->value, "no") == 0 || strcmp(shown->value, "0") == 0;
}

/* Of an open count that nothing explains: whatever may have it open. */
#define WANTS_OPENERS                                                                    \
	(WANTS(DEVICES) | WANTS(HOLDERS) | WANTS(ARRAYS) | WANTS(LOOPS) | WANTS(SWAPS) | \
		WANTS(MOUNTS) | WANTS(OPENERS))

static void check_open(const struct summary *summary, const struct shown *shown)
{
	struct subject *subject = summary->subject;
	unsigned long count = strtoul(shown->value, NULL, 10);

	if (!count && !says_closed(shown))
		count = 1;
	if (!summary->is_snapshot || count <= count_openers(summary)) {
		told(subject, RULE_SHOWN, shown, "open:");
		return;
	}
	subject_reason(subject, RULE_OPENS_UNEXPLAINED,
		"it is open (%s), and the evidence shows %zu of its possible holders",
		shown->value, count_openers(summary));
	add_from(subject, shown);
	subject_wants(subject, WANTS_OPENERS);
}

static bool is_explained(const struct summary *summary, const struct message_cause *cause)
{
	switch (cause->effect) {
	case MESSAGE_TELLS:
		return true;
	case MESSAGE_OF_HOLDER:
		return summary->n_of[SHOWN_ABOVE] || summary->n_of[SHOWN_HELD] ||
		       summary->subject->n_layers;
	case MESSAGE_OF_MOUNT:
		return summary->n_of[SHOWN_MOUNTED] ||
		       subject_has_rule(summary->subject, RULE_MOUNTED_IDLE);
	case MESSAGE_OF_OPENER:
		return count_openers(summary) || summary->subject->n_layers ||
		       subject_has_rule(summary->subject, RULE_MOUNTED_IDLE);
	case MESSAGE_OF_USER:
		return summary->n_of[SHOWN_USED] || summary->n_of[SHOWN_HELD];
	case MESSAGE_FORBIDS:
		return false;
	}
	return false;
}

/* "open: no" beside a message that it is open: of two moments, or the count was not of
 * the same device. */
static bool is_shown_closed(const struct summary *summary)
{
	for (size_t i = 0; i < summary->subject->n_shown; i++) {
		const struct shown *shown = &summary->subject->shown[i];

		if (shown->kind == SHOWN_OPEN && says_closed(shown))
			return true;
	}
	return false;
}

static void tell_message(struct subject *subject, const struct shown *shown,
	const struct message_cause *cause, bool is_good)
{
	subject_reason(subject, !cause || is_good ? RULE_SHOWN : RULE_MESSAGE, "\"%s\"",
		shown->value);
	add_from(subject, shown);
	if (!cause)
		return;
	subject_add_words(subject, ": ");
	subject_add_words(subject, cause->meaning);
	if (!is_good)
		subject_wants(subject, cause->wants);
}

static void check_message(const struct summary *summary, const struct shown *shown)
{
	const struct message_cause *cause = message_cause(shown->value);
	struct subject *subject = summary->subject;
	bool is_good = cause && is_explained(summary, cause);

	tell_message(subject, shown, cause, is_good);
	if (cause && !is_good && cause->effect != MESSAGE_FORBIDS &&
		is_shown_closed(summary))
		subject_add_words(subject,
			"; other lines show it closed: they are from another "
			"time, or something opened it in between");
}

/* ---- mounts ---- */

/* Of any of its mount points: one that is read-only may be a bind of one that is not. */
static bool shows_mode(
	const struct summary *summary, enum shown_kind mode, const char *target)
{
	for (size_t i = 0; i < summary->subject->n_shown; i++) {
		const struct shown *shown = &summary->subject->shown[i];

		if (shown->kind == mode && (!target || strcmp(shown->value, target) == 0))
			return true;
	}
	return false;
}

enum origin_use {
	ORIGIN_UNKNOWN,
	ORIGIN_IDLE,
	ORIGIN_BUSY,
};

/* "VG/NAME" of the subject's own group; NULL: nothing is said of it. */
static const struct shown *shown_beside(
	const struct summary *summary, const char *name, size_t *ret_count)
{
	const char *label = summary->subject->label, *slash = strchr(label, '/');
	cleanup_buf struct buf volume = BUF_INIT;

	*ret_count = 0;
	if (!slash || !*name)
		return NULL;
	buf_add(&volume, label, (size_t)(slash + 1 - label));
	buf_puts(&volume, name);
	return host_shown_of(summary->survey->host, buf_text(&volume), ret_count);
}

static const char *origin_name(const struct summary *summary)
{
	const char *origin = subject_shown(summary->subject, SHOWN_SNAPSHOT);

	return origin ? origin : "";
}

static enum origin_use origin_use(const struct summary *summary)
{
	enum origin_use use = ORIGIN_UNKNOWN;
	size_t count;
	const struct shown *shown = shown_beside(summary, origin_name(summary), &count);

	for (size_t i = 0; i < count; i++) {
		if (shown[i].kind == SHOWN_MOUNTED || shown[i].kind == SHOWN_USED ||
			(shown[i].kind == SHOWN_OPEN && !says_closed(&shown[i])))
			return ORIGIN_BUSY;
		if (shown[i].kind == SHOWN_OPEN)
			use = ORIGIN_IDLE;
	}
	return use;
}

/* As check_production.c judges what the model has; a text may not say it all. */
static void check_writable(const struct summary *summary, const char *target)
{
	struct subject *subject = summary->subject;
	bool is_writable = shows_mode(summary, SHOWN_READ_WRITE, NULL);
	const char *place;

	if (!is_writable && shows_mode(summary, SHOWN_READ_ONLY, target))
		return;
	if (subject_place(summary->survey->request, subject, target, &place) !=
		PLACE_NONE) {
		subject_reason(subject, RULE_LEFTOVER_MOUNT,
			"%s is where such snapshots are mounted", target);
		return;
	}
	switch (origin_use(summary)) {
	case ORIGIN_BUSY:
		subject_reason(subject, RULE_LEFTOVER_MOUNT,
			"mounted on %s, but its origin is in use: that is the working "
			"copy",
			target);
		return;
	case ORIGIN_IDLE:
		if (!is_writable)
			break;
		subject_reason(subject, RULE_MOUNTED_READ_WRITE,
			"mounted read-write on %s while nobody uses its origin: "
			"production may run on it",
			target);
		return;
	case ORIGIN_UNKNOWN:
		break;
	}
	subject_reason(subject, RULE_EVIDENCE_MISSING,
		"mounted on %s, and not shown: %swhether its origin is in use; "
		"production may run on it",
		target, is_writable ? "" : "whether that is read-write, ");
	subject_wants(subject, WANTS(MOUNTS) | WANTS(DEVICES) | WANTS(VOLUMES));
}

static void check_mounted(const struct summary *summary, const struct shown *shown)
{
	struct subject *subject = summary->subject;
	bool has_tables = summary->survey->host->n_namespaces > 0;

	if (has_tables) {
		told(subject, RULE_DISAGREE, shown,
			"no mount table that was read shows it mounted on");
		subject_wants(subject, WANTS(MOUNTS));
	} else {
		told(subject, RULE_MOUNTED_IDLE, shown,
			"it, or what is on it, is mounted on");
		subject_wants(subject, WANTS(USERS));
	}
	if (mount_target_is_system(shown->value))
		subject_reason(subject, RULE_MOUNTED_AS_SYSTEM,
			"mounted on %s, where this host's own file systems belong: it "
			"may be what the host really runs on",
			shown->value);
	else if (!has_tables)
		check_writable(summary, shown->value);
}

/* "/dev/g/s /mnt ext4 ro 0 0": the place may decide, as of a line that the model has. */
static void check_configured_line(
	const struct summary *summary, const struct shown *shown)
{
	const char *target = strchr(shown->value, ' ');
	cleanup_free char *path = NULL;
	const char *place;

	target = target ? target + strspn(target, " ") : "";
	path = xstrndup(target, strcspn(target, " "));
	if (*path && subject_place(summary->survey->request, summary->subject, path,
			     &place) != PLACE_NONE)
		told(summary->subject, RULE_FSTAB, shown, "a configuration names it:");
	else
		told(summary->subject, RULE_CONFIGURED, shown,
			"a configuration names it:");
}

/* "no" counts where nothing shows it active. */
static void check_active(const struct summary *summary, const struct shown *shown)
{
	if (strcmp(shown->value, "no") == 0 && !summary->n_of[SHOWN_NUMBER] &&
		!summary->n_of[SHOWN_TABLE])
		told(summary->subject, RULE_NOT_ACTIVE_HERE, shown,
			"it is not active here; active:");
}

/* A removal that stopped midway leaves the table of its -cow in its place. */
static void check_table(const struct summary *summary, const struct shown *shown)
{
	if (summary->is_snapshot && strncmp(shown->value, "snapshot", 8) != 0)
		told(summary->subject, RULE_HALF_REMOVED, shown,
			"it is listed as a snapshot, or has a -cow, and its table is");
}

/* By the snapshot, and by each mapping that is shown on it. */
static void check_cow_open(const struct summary *summary, const struct shown *shown)
{
	if (strtoul(shown->value, NULL, 10) > 1)
		told(summary->subject, RULE_OPENS_UNEXPLAINED, shown,
			"its -cow is open more often than by the snapshot:");
}

static void check_one(const struct summary *summary, const struct shown *shown)
{
	struct subject *subject = summary->subject;

	switch (shown->kind) {
	case SHOWN_SNAPSHOT:
		check_snapshot(subject, shown);
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
		told(subject, RULE_THIN, shown, "it is a thin volume or a pool");
		return;
	case SHOWN_MERGING:
		told(subject, RULE_MERGING, shown, "it is merging");
		return;
	case SHOWN_INVALID:
		told(subject, RULE_INVALID, shown,
			"it is invalid: every read of it gives an I/O error, and backups "
			"made from it are unusable");
		return;
	case SHOWN_OVERFLOWED:
		told(subject, RULE_OVERFLOWED, shown, "it has overflowed, and is stale");
		return;
	case SHOWN_SHRUNK:
		told(subject, RULE_SHRUNK, shown,
			"its COW holds more data than it has room for: it was made "
			"smaller");
		return;
	case SHOWN_UNSETTLED:
		subject_reason(subject, RULE_UNSETTLED, "%s", shown->value);
		add_from(subject, shown);
		return;
	case SHOWN_GONE:
		told(subject, RULE_MESSAGE, shown, "LVM says that it was removed:");
		subject_wants(subject, WANTS(DEVICES) | WANTS(TABLES) | WANTS(VOLUMES));
		return;
	case SHOWN_UNLISTED:
		/* a plain volume may be live data that LVM lost sight of */
		told(subject, summary->is_snapshot ? RULE_STALE : RULE_STALE_VOLUME,
			shown, "a complete list of LVM's volumes does not contain it");
		return;
	case SHOWN_USED:
		subject_reason(subject, use_rule(shown->value),
			"process %s uses it, or what is on it", shown->value);
		add_from(subject, shown);
		return;
	case SHOWN_HELD:
		subject_reason(subject, RULE_HELD, "%s is on it", shown->value);
		add_from(subject, shown);
		return;
	case SHOWN_ABOVE:
		told(subject, RULE_MAPPED_IDLE, shown, "on it is the mapping");
		subject_wants(subject, WANTS(DEVICES)); /* who has that open */
		return;
	case SHOWN_MOUNTED:
		check_mounted(summary, shown);
		return;
	case SHOWN_GROUP:
		told(subject, RULE_SHOWN, shown,
			"on it is a physical volume of the volume group");
		return;
	case SHOWN_CONFIGURED:
		check_configured_line(summary, shown);
		return;
	case SHOWN_MESSAGE:
		check_message(summary, shown);
		return;
	case SHOWN_OPEN:
		check_open(summary, shown);
		return;
	case SHOWN_FULL:
		told(subject, RULE_SHOWN, shown, "used, per cent of its COW:");
		return;
	case SHOWN_STATUS:
		told(subject, RULE_SHOWN, shown, "its status is");
		return;
	case SHOWN_CREATED:
		told(subject, RULE_SHOWN, shown, "created");
		return;
	case SHOWN_ACTIVE:
		check_active(summary, shown);
		return;
	case SHOWN_TABLE:
		check_table(summary, shown);
		return;
	case SHOWN_COW_OPEN:
		check_cow_open(summary, shown);
		return;
	case SHOWN_ABOVE_OPEN:
		told(subject, RULE_OPENS_UNEXPLAINED, shown,
			"nothing shows what has the mapping on it open:");
		subject_wants(subject, WANTS_OPENERS);
		return;
	case SHOWN_ON_VOLUME:
		told(subject, RULE_GUEST_VOLUME, shown,
			"it is on a volume of another group:");
		return;
	case SHOWN_GROUP_STATE:
		told(subject,
			strcmp(shown->value, "shared") == 0 ? RULE_SHARED_VG
							    : RULE_VG_UNSAFE,
			shown, "its volume group is");
		return;
	case SHOWN_READ_WRITE:
	case SHOWN_READ_ONLY:
	case SHOWN_LISTED:
	case SHOWN_NUMBER:
	case SHOWN_UUID:
	case SHOWN_LAYER:
		return;
	}
}

/* ---- what is missing ---- */

/* In the order in which it would decide most. */
static void note_missing(const struct host *host, const struct summary *summary)
{
	static const struct {
		enum shown_kind kind;
		const char *words;
		unsigned wants;
	} rows[] = {{SHOWN_UUID, "its uuid", WANTS(DEVICES)},
		{SHOWN_NUMBER, "its device number", WANTS(DEVICES)},
		{SHOWN_OPEN, "its open count", WANTS(DEVICES)},
		{SHOWN_TABLE, "its table", WANTS(TABLES)},
		{SHOWN_STATUS, "its status", WANTS(STATUS)},
		{SHOWN_CREATED, "when it was created", WANTS(VOLUMES)}};
	static const char *const sources[] = {"lvm/report.json", "mounts", "processes",
		"holders", "superblocks", "swaps", "fstab"};
	cleanup_buf struct buf text = BUF_INIT;
	unsigned wants = 0;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (!summary->n_of[rows[i].kind]) {
			buf_printf(&text, "%s, ", rows[i].words);
			wants |= rows[i].wants;
		}
	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
		enum coverage coverage = host_coverage(host, sources[i]);

		if (coverage == COVERS_ALL)
			continue;
		buf_printf(&text, "%s%s, ", coverage == COVERS_PART ? "more of " : "",
			source_words(sources[i]));
		wants |= source_wants(sources[i]);
	}
	text.len -= 2; /* one of them covers all only in a capture of the host's own */
	text.data[text.len] = '\0';
	subject_reason(summary->subject, RULE_EVIDENCE_MISSING,
		"texts name it, but show only part of it; missing: %s", buf_text(&text));
	subject_unknown(summary->subject, wants);
}

/* Of these a statement that is not told could decide something else. */
static bool is_alike(const struct shown *shown)
{
	const struct message_cause *cause;

	if (shown->kind == SHOWN_MESSAGE) {
		cause = message_cause(shown->value);
		return !cause || cause->effect == MESSAGE_TELLS;
	}
	return shown->kind != SHOWN_MOUNTED && shown->kind != SHOWN_CONFIGURED &&
	       shown->kind != SHOWN_USED;
}

typedef bool (*statement_filter)(
	const struct summary *summary, const struct shown *shown);

/* `filter` NULL: all. Messages that only tell do not use up the room of others. */
static void check_each(struct summary *summary, statement_filter filter)
{
	struct subject *subject = summary->subject;
	size_t n_alike = 0, n_other = 0, n_messages = 0;

	for (size_t i = 0; i < subject->n_shown; i++) {
		const struct shown *shown = &subject->shown[i];
		size_t *n_told = shown->kind == SHOWN_MESSAGE && is_alike(shown)
					 ? &n_messages
					 : &summary->n_told[shown->kind];

		if (filter && !filter(summary, shown))
			continue;
		if ((*n_told)++ < ALIKE_MOST)
			check_one(summary, shown);
		else if (is_alike(shown))
			n_alike++;
		else
			n_other++;
	}
	if (n_alike)
		subject_reason(subject, RULE_SHOWN, "and %zu more statements like these",
			n_alike);
	if (n_other)
		subject_reason(subject, RULE_TOO_MUCH,
			"and %zu more statements of mounts, users, configurations or "
			"messages than are looked at",
			n_other);
}

/* ---- of others that matter to it ---- */

/* LVM suspends and resumes the origin and all its snapshots when it removes one. */
static void check_beside(const struct summary *summary, const char *name)
{
	size_t count;
	const struct shown *shown = shown_beside(summary, name, &count);

	for (size_t i = 0; i < count; i++) {
		if (shown[i].kind != SHOWN_UNSETTLED && shown[i].kind != SHOWN_MERGING)
			continue;
		subject_reason(summary->subject, RULE_UNSETTLED, "of %s: %s",
			shown[i].volume,
			shown[i].kind == SHOWN_MERGING ? "it is merging"
						       : shown[i].value);
		add_from(summary->subject, &shown[i]);
		return;
	}
}

/* A merge in its group may be its own, where nothing shows of which origin it is. */
static void check_merge_of_any(const struct summary *summary)
{
	const struct host *host = summary->survey->host;
	const char *label = summary->subject->label;
	size_t len = strcspn(label, "/");

	for (size_t i = 0; i < host->n_shown; i++) {
		const struct shown *shown = &host->shown[i];

		if (shown->kind != SHOWN_MERGING || strcmp(shown->volume, label) == 0 ||
			strncmp(shown->volume, label, len) != 0 ||
			shown->volume[len] != '/')
			continue;
		subject_reason(summary->subject, RULE_UNSETTLED,
			"%s is merging, and whose snapshot this is was not shown",
			shown->volume);
		add_from(summary->subject, shown);
		subject_wants(summary->subject, WANTS(VOLUMES) | WANTS(TABLES));
		return;
	}
}

static void check_neighbours_shown(const struct summary *summary)
{
	const char *origin = origin_name(summary);
	size_t count, n_told = 0;
	const struct shown *shown = shown_beside(summary, origin, &count);

	if (!*origin && summary->is_snapshot)
		check_merge_of_any(summary);
	check_beside(summary, origin);
	for (size_t i = 0; i < count && n_told < NEIGHBOURS_MOST; i++)
		if (shown[i].kind == SHOWN_ORIGIN && *shown[i].value) {
			check_beside(summary, shown[i].value);
			n_told++;
		}
}

static void check_host_shown(const struct survey *survey, struct subject *subject)
{
	size_t count, n_told = 0;
	const struct shown *shown = host_shown_of(survey->host, SHOWN_HOST, &count);

	for (size_t i = 0; i < count && n_told < COMMANDS_MOST; i++) {
		if (shown[i].kind != SHOWN_USED)
			continue;
		subject_reason(subject, RULE_COMMAND_RUNNING, "process %s was running",
			shown[i].value);
		add_from(subject, &shown[i]);
		n_told++;
	}
}

/* Which groups are on the disk was not shown. */
static void check_disks_shown(const struct survey *survey, struct subject *subject)
{
	size_t count, n_told = 0;
	const struct shown *shown = host_shown_of(survey->host, SHOWN_HOST, &count);

	for (size_t i = 0; i < count && n_told < ALIKE_MOST; i++) {
		const struct message_cause *cause =
			shown[i].kind == SHOWN_MESSAGE ? message_cause(shown[i].value)
						       : NULL;

		if (!cause || !cause->is_of_disks)
			continue;
		tell_message(subject, &shown[i], cause, false);
		n_told++;
	}
}

void check_shown(const struct survey *survey, struct subject *subject)
{
	struct summary summary;

	summary_make(survey, subject, &summary);
	check_each(&summary, NULL);
	check_neighbours_shown(&summary);
	check_host_shown(survey, subject);
	check_disks_shown(survey, subject);
	note_missing(survey->host, &summary);
}

/* ---- of a volume that the model has ---- */

static bool has_mount(const struct summary *summary, const char *target)
{
	cleanup_holders struct holders mounts = subject_holders(
		summary->survey->host, summary->subject, HELD_BY_MOUNT, PLACES_MOST);

	for (struct holder holder; holders_next(&mounts, &holder);)
		if (strcmp(holder.mount->target, target) == 0)
			return true;
	return false;
}

static bool has_process(const struct summary *summary, const char *value)
{
	const struct process *process =
		host_process(summary->survey->host, (uint32_t)strtoul(value, NULL, 10));

	return process && host_source_is_read(summary->survey->host, "processes");
}

/* What the model cannot show, or does not. */
static bool is_besides(const struct summary *summary, const struct shown *shown)
{
	const struct host *host = summary->survey->host;
	const struct subject *subject = summary->subject;

	switch (shown->kind) {
	case SHOWN_SNAPSHOT:
	case SHOWN_ORIGIN:
	case SHOWN_PLAIN:
	case SHOWN_THIN:
	case SHOWN_CREATED:
		/* the metadata say more where they were read */
	case SHOWN_UNLISTED:
		return !subject->lv && !host_vg(host, subject->vg_uuid);
	case SHOWN_GROUP_STATE:
		return !host_source_is_read(host, "lvm/report.json");
	case SHOWN_USED:
		return !has_process(summary, shown->value);
	case SHOWN_HELD:
		return !host_block_by_kname(host, shown->value);
	case SHOWN_MOUNTED:
		return !has_mount(summary, shown->value);
	case SHOWN_CONFIGURED:
		return !host_source_is_read(host, "fstab");
	case SHOWN_MESSAGE:
	case SHOWN_MERGING:
	case SHOWN_GONE:
		return true;
	case SHOWN_LISTED:
	case SHOWN_ABOVE_OPEN:
	case SHOWN_ON_VOLUME:
	case SHOWN_COW_OPEN:
	case SHOWN_INVALID:
	case SHOWN_OVERFLOWED:
	case SHOWN_SHRUNK:
	case SHOWN_UNSETTLED:
	case SHOWN_FULL:
	case SHOWN_ACTIVE:
	case SHOWN_OPEN:
	case SHOWN_NUMBER:
	case SHOWN_UUID:
	case SHOWN_TABLE:
	case SHOWN_STATUS:
	case SHOWN_LAYER:
	case SHOWN_ABOVE:
	case SHOWN_GROUP:
	case SHOWN_READ_WRITE:
	case SHOWN_READ_ONLY:
		return false;
	}
	return false;
}

void check_shown_besides(const struct survey *survey, struct subject *subject)
{
	struct summary summary;

	if (!host_source_is_read(survey->host, "processes"))
		check_host_shown(survey, subject);
	if (!host_source_is_read(survey->host, "lvm/report.json"))
		check_disks_shown(survey, subject);
	if (!subject->n_shown)
		return;
	summary_make(survey, subject, &summary);
	check_each(&summary, is_besides);
	if (!subject->lv && !host_vg(survey->host, subject->vg_uuid))
		check_neighbours_shown(&summary);
	if (subject->lv || host_vg(survey->host, subject->vg_uuid) ||
		!subject->snapshot ||
		device_snapshot_state(subject->snapshot) != SNAPSHOT_NONE)
		return;
	if (summary.n_of[SHOWN_SNAPSHOT])
		subject_reason(subject, RULE_HALF_REMOVED,
			"LVM lists it as a snapshot, but the kernel's %s is not one",
			subject->snapshot->name);
	else if (summary.n_of[SHOWN_UNLISTED] && subject->cow)
		subject_reason(subject, RULE_HALF_REMOVED,
			"%s is on no list of LVM's volumes, and in the kernel it is not "
			"a snapshot",
			subject->snapshot->name);
}
