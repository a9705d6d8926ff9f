/* SPDX-License-Identifier: Apache-2.0 */
/*
 * See ask.h. The table has a row for each kind of evidence: the command, with the names
 * of the very devices, and what its answer decides. Which kinds a subject wants its
 * reasons say; what other answers say as well is left out. Invariants: no command writes;
 * a kind that the capture covers as a whole is not asked for; snapstate-capture, which
 * brings all of it, is always among them.
 */
#include "ask.h"

#include <stdlib.h>
#include <string.h>

#include "checks.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/device.h"
#include "snapstate/host/lvm.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/shown.h"
#include "snapstate/host/source.h"
#include "snapstate/ledger.h"

#define NAMES_MOST 16 /* in one command */

struct names {
	char **items;
	size_t count;
};

static void names_add(struct names *names, const char *name)
{
	for (size_t i = 0; i < names->count; i++)
		if (strcmp(names->items[i], name) == 0)
			return;
	if (*name && names->count < NAMES_MOST)
		*array_add(&names->items, &names->count) = xstrdup(name);
}

static void names_add_n(struct names *names, const char *name, size_t len)
{
	cleanup_free char *copy = xstrndup(name, len);

	names_add(names, copy);
}

static void names_unite(struct names *names, const struct names *more)
{
	for (size_t i = 0; i < more->count; i++)
		names_add(names, more->items[i]);
}

static void names_free(struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->items[i]);
	free(names->items);
}

/* The devices in question, by their names. */
struct things {
	struct names groups;
	struct names mapped; /* of device-mapper: what is on it, topmost first, then it */
	struct names numbers; /* of these, "253:4", as far as they are known */
	struct names mounts;
	struct names blocks; /* "loop7", "md5": their opens no mapping counts */
	/* By the kernel's counts nobody has any of them open but what was found. */
	bool is_explained;
	bool is_open;	 /* it is known to be open, and not by whom */
	bool is_invalid; /* its status is known well enough */
	bool is_one;	 /* of one subject */
};

static void things_free(struct things *things)
{
	names_free(&things->groups);
	names_free(&things->mapped);
	names_free(&things->numbers);
	names_free(&things->mounts);
	names_free(&things->blocks);
}
#define cleanup_things cleanup_with(things_free)

struct explained {
	const struct host *host;
	const struct subject *subject;
	struct things *things;
};

static void add_device(struct things *things, const struct device *device)
{
	cleanup_buf struct buf number = BUF_INIT;

	buf_devno(&number, device->devno);
	names_add(&things->mapped, device->name);
	names_add(&things->numbers, buf_text(&number));
}

static bool add_explained(void *context, const struct device *device)
{
	struct explained *it = context;
	struct ledger ledger;

	ledger_of_device(it->host, device, &ledger);
	it->things->is_explained &= ledger.unexplained == 0;
	if (device != it->subject->cow)
		add_device(it->things, device);
	return true;
}

static void things_of_model(
	const struct host *host, const struct subject *subject, struct things *things)
{
	struct explained it = {host, subject, things};

	things->is_explained = subject->snapshot || subject->cow;
	subject_devices(subject, add_explained, &it);
}

/* "loop7"; no sentence. */
static bool is_kname(const char *text)
{
	return strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789") == strlen(text) &&
	       strcmp(text, "swap") != 0;
}

static void things_of_texts(const struct subject *subject, struct things *things)
{
	for (size_t i = 0; i < subject->n_shown; i++) {
		const struct shown *shown = &subject->shown[i];

		if (shown->kind == SHOWN_ABOVE)
			names_add(&things->mapped, shown->value);
		if (shown->kind == SHOWN_MOUNTED)
			names_add(&things->mounts, shown->value);
		if (shown->kind == SHOWN_HELD && is_kname(shown->value))
			names_add(&things->blocks, shown->value);
		if (shown->kind == SHOWN_NUMBER)
			names_add(&things->numbers, shown->value);
		things->is_invalid |= shown->kind == SHOWN_INVALID;
	}
}

static void things_of_reasons(const struct subject *subject, struct things *things)
{
	for (size_t i = 0; i < subject->n_reasons; i++) {
		const struct about *about = &subject->reasons[i].about;
		const struct mount *mount = about->it;
		const struct block *block = about->it;

		if (about->kind == ABOUT_MOUNT)
			names_add(&things->mounts, mount->target);
		if (about->kind == ABOUT_BLOCK)
			names_add(&things->blocks, block->kname);
	}
}

static void things_collect(
	const struct survey *survey, const struct subject *subject, struct things *ret)
{
	const struct vg *vg = host_vg(survey->host, subject->vg_uuid);
	const char *slash = strchr(subject->label, '/');
	struct things things = {0};

	if (vg)
		names_add(&things.groups, vg->name);
	else if (slash)
		names_add_n(
			&things.groups, subject->label, (size_t)(slash - subject->label));
	things_of_model(survey->host, subject, &things);
	things_of_texts(subject, &things);
	things.is_open = subject_has_rule(subject, RULE_OPENS_UNEXPLAINED);
	things_of_reasons(subject, &things);
	if (!subject->snapshot && slash) {
		cleanup_buf struct buf name = BUF_INIT;

		subject_dm_name(subject, &name);
		names_add(&things.mapped, buf_text(&name));
	}
	*ret = things;
}

/* ---- commands ---- */

static void add_paths(const struct names *names, const char *folder, struct buf *command)
{
	for (size_t i = 0; i < names->count; i++) {
		cleanup_buf struct buf path = BUF_INIT;

		buf_printf(&path, "%s%s", folder, names->items[i]);
		buf_argument(command, buf_text(&path));
	}
}

static void ask_users(const struct things *things, struct buf *command)
{
	if (!things->mounts.count)
		return;
	buf_puts(command, "fuser -vm");
	add_paths(&things->mounts, "", command);
}

/* "vg-snapX1" has "vg-snap" in it. */
static bool is_found_by_another(const struct names *names, size_t at)
{
	for (size_t i = 0; i < names->count; i++)
		if (i != at && strstr(names->items[at], names->items[i]))
			return true;
	return false;
}

static void ask_mounts(const struct things *things, struct buf *command)
{
	const struct names *numbers = &things->numbers;
	bool has_all = numbers->count >= things->mapped.count;
	const struct names *names = has_all ? numbers : &things->mapped;

	if (!names->count)
		return;
	buf_puts(command, "grep");
	for (size_t i = 0; i < names->count; i++) {
		cleanup_buf struct buf word = BUF_INIT;

		if (!has_all && is_found_by_another(names, i))
			continue;
		buf_printf(&word, has_all ? " %s " : "%s", names->items[i]);
		buf_puts(command, " -e");
		buf_argument(command, buf_text(&word));
	}
	buf_puts(command, " /proc/[0-9]*/mountinfo");
}

static void ask_holders(const struct things *things, struct buf *command)
{
	if (!things->mapped.count)
		return;
	buf_puts(command, "lsblk");
	add_paths(&things->mapped, "/dev/mapper/", command);
}

static void ask_status(const struct things *things, struct buf *command)
{
	if (!things->mapped.count)
		return;
	buf_puts(command, "dmsetup status");
	if (things->is_one)
		buf_argument(command, things->mapped.items[things->mapped.count - 1]);
}

static void ask_volumes(const struct things *things, struct buf *command)
{
	buf_puts(command,
		"lvs -a -o vg_name,lv_name,lv_uuid,lv_attr,origin,data_percent,lv_time");
	for (size_t i = 0; i < things->groups.count; i++)
		buf_argument(command, things->groups.items[i]);
}

static void ask_openers(const struct things *things, struct buf *command)
{
	if (!things->mapped.count)
		return;
	buf_puts(command, "fuser -v");
	add_paths(&things->mapped, "/dev/mapper/", command);
	add_paths(&things->blocks, "/dev/", command);
}

static void ask_extents(const struct things *things, struct buf *command)
{
	if (!things->groups.count)
		return;
	buf_puts(command, "cat");
	add_paths(&things->groups, "/etc/lvm/backup/", command);
}

/* ---- the table ---- */

/* When the kernel's open counts make it unnecessary. */
enum row_open {
	OPEN_ALWAYS,
	OPEN_AT_ALL,	  /* nobody has it open, and it is not mounted */
	OPEN_UNEXPLAINED, /* all who have it open were found */
};

static const struct row {
	const char
		*command; /* NULL: `make` writes it; both NULL: none that is read back */
	void (*make)(const struct things *things, struct buf *command);
	const char *decides;
	const char *sources[2]; /* that stand for it where they cover all */
	unsigned spares;	/* bits of enum evidence: what its answer says as well */
	enum row_open open;
} rows[EVIDENCE_KINDS] = {
	[EVIDENCE_USERS] = {NULL, ask_users,
		"who uses the mount: a backup, a service or a shell there means that it "
		"is in use; nobody, that it can be unmounted",
		{"processes"}, 0, OPEN_ALWAYS},
	[EVIDENCE_DEVICES] = {"dmsetup info -c", NULL,
		"number, uuid and open count of each mapping: 0 opens means that nobody "
		"uses it, more that something does",
		{"dm"}, WANTS(OPENERS) | WANTS(SWAPS) | WANTS(LOOPS), OPEN_ALWAYS},
	[EVIDENCE_MOUNTS] = {NULL, ask_mounts,
		"whether it is mounted anywhere, also in a container or by a service; no "
		"output means that it is not",
		{"mounts"}, 0, OPEN_AT_ALL},
	[EVIDENCE_TABLES] = {"dmsetup table", NULL,
		"what each mapping is on: whether all that is on the snapshot is on it "
		"alone, and what the snapshot itself is",
		{"dm"}, WANTS(HOLDERS) | WANTS(STATUS), OPEN_ALWAYS},
	[EVIDENCE_HOLDERS] = {NULL, ask_holders,
		"what is on it: partition maps, a guest's volumes, an array",
		{"blocks", "dm"}, WANTS(ARRAYS), OPEN_UNEXPLAINED},
	[EVIDENCE_STATUS] = {NULL, ask_status,
		"whether it is valid, full or being merged", {"dm"}, 0, OPEN_ALWAYS},
	[EVIDENCE_VOLUMES] = {NULL, ask_volumes,
		"whether it is a snapshot, of which origin, whether it is invalid or "
		"merging, and how old it is",
		{"lvm/report.json"}, WANTS(STATUS), OPEN_ALWAYS},
	[EVIDENCE_OPENERS] = {NULL, ask_openers, "which process has it open",
		{"processes"}, 0, OPEN_UNEXPLAINED},
	[EVIDENCE_SUPERBLOCKS] = {NULL, NULL, "", {"superblocks"}, 0, OPEN_UNEXPLAINED},
	[EVIDENCE_SWAPS] = {"cat /proc/swaps", NULL,
		"whether it, or a file in it, is an active swap area", {"swaps"}, 0,
		OPEN_AT_ALL},
	[EVIDENCE_ARRAYS] = {"cat /proc/mdstat", NULL,
		"whether the array on it is running, and what else is in it", {"blocks"},
		0, OPEN_UNEXPLAINED},
	[EVIDENCE_LOOPS] = {"losetup -a", NULL,
		"whether a loop device is on it, or on a file in it", {"blocks"}, 0,
		OPEN_AT_ALL},
	[EVIDENCE_EXTENTS] = {NULL, ask_extents,
		"where LVM has its extents, and whether another volume has them now: "
		"then data is being overwritten",
		{"lvm/pvs.json"}, 0, OPEN_ALWAYS},
	[EVIDENCE_DISKS] = {"pvs -a -o pv_name,vg_name,pv_attr,pv_uuid", NULL,
		"whether LVM finds a disk of the group twice, or misses one: then "
		"nothing of the group may be changed",
		{"lvm/pvs.json"}, 0, OPEN_ALWAYS},
	[EVIDENCE_FSTAB] = {"cat /etc/fstab", NULL,
		"whether the host is configured to mount it, or mounts something else "
		"there",
		{"fstab"}, 0, OPEN_ALWAYS},
	[EVIDENCE_COMMANDS] = {"ps -ef", NULL,
		"whether a backup, or a command of LVM, device-mapper or kpartx, is "
		"still running",
		{NULL}, 0, OPEN_ALWAYS},
	[EVIDENCE_TIME] = {NULL, NULL, "", {"identity"}, 0, OPEN_ALWAYS},
	[EVIDENCE_LOG] = {"dmesg", NULL,
		"what the kernel said: an overflow of the snapshot, or errors of a disk",
		{NULL}, 0, OPEN_ALWAYS},
	[EVIDENCE_HOSTS] = {NULL, NULL, "", {NULL}, 0, OPEN_ALWAYS},
	[EVIDENCE_WHOLE] = {"snapstate-capture", NULL,
		"all of this at once, and what no other command shows; as root, on the "
		"host itself",
		{NULL}, 0, OPEN_ALWAYS},
};

/* A list of disks covers all that matters, though it is a part of what LVM says. */
static bool is_listed(const struct host *host, const struct row *row)
{
	const struct source *source = host_source(host, row->sources[0]);

	return row == &rows[EVIDENCE_DISKS] && source &&
	       strncmp(source->detail, SHOWN_IN_PART, strlen(SHOWN_IN_PART)) == 0;
}

static bool is_covered(const struct host *host, const struct row *row)
{
	if (!row->sources[0])
		return false;
	if (is_listed(host, row))
		return true;
	for (size_t i = 0; i < 2; i++)
		if (row->sources[i] && host_coverage(host, row->sources[i]) != COVERS_ALL)
			return false;
	return true;
}

static void add(
	struct asks *asks, enum evidence kind, struct buf *command, const char *decides)
{
	*array_add(&asks->items, &asks->count) =
		(struct ask){kind, xstrdup(buf_text(command)), xstrdup(decides)};
}

/* Nothing where no command of the table is one. */
static void add_row(struct asks *asks, enum evidence kind, const struct things *things)
{
	const struct row *row = &rows[kind];
	cleanup_buf struct buf command = BUF_INIT;

	if (row->make)
		row->make(things, &command);
	else if (row->command)
		buf_puts(&command, row->command);
	if (command.len)
		add(asks, kind, &command, row->decides);
}

static void add_hosts(struct asks *asks, const struct things *things)
{
	cleanup_buf struct buf command = BUF_INIT, decides = BUF_INIT;

	buf_puts(&command, rows[EVIDENCE_WHOLE].command);
	buf_puts(&decides, "on each other host that sees ");
	for (size_t i = 0; i < things->groups.count; i++) {
		buf_puts(&decides, i ? ", " : "");
		buf_prose(&decides, things->groups.items[i]);
	}
	buf_puts(&decides, things->groups.count ? "" : "the volume group");
	buf_puts(&decides, ": whether it is active or used there");
	add(asks, EVIDENCE_HOSTS, &command, buf_text(&decides));
}

/* ---- which ---- */

/* Of a file in what is mounted, or of a loop device on it, being open its own device
 * knows nothing. */
static unsigned spared(const struct row *row, const struct things *things)
{
	unsigned spares = row->spares;

	if (things->mounts.count)
		spares &= ~(WANTS(SWAPS) | WANTS(LOOPS));
	return things->blocks.count ? spares & ~WANTS(OPENERS) : spares;
}

/* Of what is wanted, what is asked for: not what the capture covers as a whole, what the
 * kernel's counts exclude, and what another answer says as well. `host` NULL: of none. */
static unsigned choose(
	const struct host *host, unsigned wants, const struct things *things)
{
	bool is_idle = things->is_explained && !things->mounts.count;
	unsigned asks = 0;

	for (unsigned kind = 0; kind < EVIDENCE_KINDS; kind++) {
		const struct row *row = &rows[kind];

		if (!(wants & (1u << kind)) || (host && is_covered(host, row)) ||
			(row->open == OPEN_UNEXPLAINED && things->is_explained &&
				!(kind == EVIDENCE_OPENERS && things->blocks.count)) ||
			(row->open == OPEN_AT_ALL && is_idle) ||
			(kind == EVIDENCE_STATUS && things->is_invalid))
			continue;
		asks |= 1u << kind;
		if (kind != EVIDENCE_DEVICES || !things->is_open)
			wants &= ~spared(row, things);
	}
	return asks;
}

/* What only a capture brings, or all of it at once. */
static unsigned with_whole(unsigned wants, unsigned asks)
{
	return wants & ~WANTS(HOSTS) ? asks | WANTS(WHOLE) : asks;
}

static unsigned asks_of(const struct survey *survey, const struct subject *subject,
	const struct things *things)
{
	unsigned wants = subject_asks(subject);
	unsigned asks = choose(survey->host, wants, things);

	/* a capture that has all of it would say the same again */
	if (subject->verdict != VERDICT_UNDECIDED ||
		(!host_is_imported(survey->host) && !(asks & ~WANTS(HOSTS))))
		return asks;
	return with_whole(wants, asks);
}

/* The rows of these kinds. */
static void add_kinds(unsigned kinds, const struct things *things, struct asks *asks)
{
	for (unsigned kind = 0; kind < EVIDENCE_KINDS; kind++)
		if (kinds & (1u << kind) && kind == EVIDENCE_HOSTS)
			add_hosts(asks, things);
		else if (kinds & (1u << kind))
			add_row(asks, (enum evidence)kind, things);
}

void ask_collect(
	const struct survey *survey, const struct subject *subject, struct asks *ret)
{
	cleanup_things struct things things = {0};
	struct asks asks = {.count = 0};
	unsigned kinds;

	things_collect(survey, subject, &things);
	things.is_one = true;
	kinds = asks_of(survey, subject, &things);
	add_kinds(kinds, &things, &asks);
	*ret = asks;
}

void ask_of_message(unsigned wants, struct asks *ret)
{
	cleanup_things struct things things = {.is_one = true};
	struct asks asks = {.count = 0};
	unsigned kinds;

	names_add(&things.groups, "VG");
	names_add(&things.mapped, "VG-LV");
	names_add(&things.mounts, "/MOUNT-POINT");
	kinds = with_whole(wants, choose(NULL, wants, &things));
	add_kinds(kinds, &things, &asks);
	*ret = asks;
}

/* ---- of all subjects ---- */

static void things_unite(struct things *things, const struct things *more)
{
	names_unite(&things->groups, &more->groups);
	names_unite(&things->mapped, &more->mapped);
	names_unite(&things->numbers, &more->numbers);
	names_unite(&things->mounts, &more->mounts);
	names_unite(&things->blocks, &more->blocks);
}

/* What would be asked about the host itself is asked about its volumes, if there are any.
 */
static bool is_asked_of(const struct subject *subject, bool has_others)
{
	return subject->is_selected && subject->verdict != VERDICT_REMOVE &&
	       (subject->kind != SUBJECT_HOST || !has_others);
}

static bool has_other_subjects(const struct survey *survey)
{
	for (size_t i = 0; i < survey->n_subjects; i++)
		if (survey->subjects[i].verdict == VERDICT_UNDECIDED &&
			is_asked_of(&survey->subjects[i], true))
			return true;
	return false;
}

void ask_collect_all(const struct survey *survey, struct asks *ret)
{
	bool has_others = has_other_subjects(survey);
	struct things of[EVIDENCE_KINDS] = {0};
	struct asks asks = {.count = 0};
	unsigned all = 0;

	for (size_t i = 0; i < survey->n_subjects; i++) {
		const struct subject *subject = &survey->subjects[i];
		cleanup_things struct things things = {0};
		unsigned kinds;

		if (!is_asked_of(subject, has_others))
			continue;
		things_collect(survey, subject, &things);
		kinds = asks_of(survey, subject, &things);
		all |= kinds;
		for (unsigned kind = 0; kind < EVIDENCE_KINDS; kind++)
			if (kinds & (1u << kind))
				things_unite(&of[kind], &things);
	}
	for (unsigned kind = 0; kind < EVIDENCE_KINDS; kind++) {
		add_kinds(all & (1u << kind), &of[kind], &asks);
		things_free(&of[kind]);
	}
	*ret = asks;
}

void asks_free(struct asks *asks)
{
	for (size_t i = 0; i < asks->count; i++) {
		free(asks->items[i].command);
		free(asks->items[i].decides);
	}
	free(asks->items);
}
