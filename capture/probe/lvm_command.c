/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Questions to LVM. Input: the devices it may look at. Output: what it answered.
 *
 * Invariants: no lock is taken, nothing is repaired, no hints file and no copy of the
 * metadata is written; LVM is given each device by name. How a question is put follows
 * from the release (lvm_ability.h). Sources: lvm.conf(5) and lvm2
 * lib/config/config_settings.h for the settings, lvmreport(7) for one `fullreport` being
 * one reading of each VG.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lvm_command.h"
#include "snapstate/text.h"

#define LVM_SECONDS	 60
#define LVM_DISK_SECONDS 20
#define LVM_LVSCAN_MAX	 (16u << 20)
#define LVM_VERSION_MAX	 (64u << 10)
#define LVM_WARNINGS_MAX (1u << 20)

/* Nothing that changes by itself (how full) or depends on the reader's clock or time
 * zone. */
#define VG_FIELDS                                                                        \
	"vg_uuid,vg_name,vg_attr,vg_seqno,vg_permissions,vg_extent_size,vg_systemid,"    \
	"vg_lock_type,vg_exported,vg_partial,vg_clustered,vg_tags"
#define PV_FIELDS                                                                        \
	"pv_uuid,pv_name,pv_major,pv_minor,pv_missing,pv_duplicate,pe_start,"            \
	"pv_pe_count,pv_in_use"
#define LV_FIELDS                                                                        \
	"lv_uuid,lv_name,lv_full_name,lv_attr,lv_size,origin,origin_uuid,lv_role,lv_"    \
	"tags"
/* Of releases that print columns, the fields that all of them have. */
#define VG_COLUMNS "vg_uuid,vg_name,vg_attr,vg_seqno,vg_extent_size,vg_tags"
#define PV_COLUMNS "pv_uuid,pv_name,pv_attr,pe_start,pv_pe_count,vg_uuid"

/* A command line in the making; the words are the buffers' or constant. */
struct words {
	const char **items;
	size_t count;
};

static void put(struct words *words, const char *word)
{
	*array_add(&words->items, &words->count) = word;
}

static void put_all(struct words *words, const char *const items[])
{
	for (; *items; items++)
		put(words, *items);
}

static const size_t maxima[] = {
	[LVM_VERSION] = LVM_VERSION_MAX,
	[LVM_SETTINGS] = LVM_VERSION_MAX,
	[LVM_REPORT] = TEXT_REPORT_MAX,
	[LVM_GROUPS] = TEXT_REPORT_MAX,
	[LVM_DEVICES] = TEXT_REPORT_MAX,
	[LVM_LVSCAN] = LVM_LVSCAN_MAX,
};

void lvm_add_columns(uint32_t release, enum lvm_question question, struct buf *text)
{
	if (question == LVM_GROUPS) {
		buf_puts(text, VG_COLUMNS);
		buf_puts(text, lvm_has(release, LVM_HAS_FOREIGN) ? ",vg_systemid" : "");
		buf_puts(
			text, lvm_has(release, LVM_HAS_LOCK_TYPE) ? ",vg_lock_type" : "");
		return;
	}
	buf_puts(text, PV_COLUMNS);
	buf_puts(text, lvm_has(release, LVM_HAS_PV_IN_USE) ? ",pv_in_use" : "");
	buf_puts(text, lvm_has(release, LVM_HAS_PV_NUMBERS) ? ",pv_major,pv_minor" : "");
	buf_puts(text, lvm_has(release, LVM_HAS_DUPLICATES) ? ",pv_duplicate" : "");
}

/* What reports have in common. */
static void put_report(struct words *words, uint32_t release, const char *config)
{
	static const char *const columns[] = {
		"--noheadings", "--nameprefixes", "--unquoted", "--separator", "|", NULL};
	static const char *const json[] = {"--reportformat", "json", "--binary", NULL};
	static const char *const bytes[] = {
		"--units", "b", "--nosuffix", "--config", NULL};

	if (lvm_has(release, LVM_HAS_NOLOCKING))
		put(words, "--nolocking");
	if (lvm_has(release, LVM_HAS_FOREIGN))
		put(words, "--foreign");
	if (lvm_has(release, LVM_HAS_SHARED))
		put(words, "--shared");
	put_all(words, lvm_has(release, LVM_HAS_FULLREPORT) ? json : columns);
	put_all(words, bytes);
	put(words, config);
}

static void put_full_fields(struct words *words)
{
	static const char *const fields[] = {"--configreport", "vg", "-o", VG_FIELDS,
		"--configreport", "pv", "-o", PV_FIELDS, "--configreport", "lv", "-o",
		LV_FIELDS,
		/* segments are in the metadata: select none of them here */
		"--configreport", "seg", "-S", "lv_uuid=none", "--configreport", "pvseg",
		"-S", "lv_uuid=none", NULL};

	put_all(words, fields);
}

/* fullreport lists a PV once, on the device that LVM chose; `pvs -a` lists the duplicates
 * that it does not use as well (seen with 2.03.16). */
static void put_devices(
	struct words *words, uint32_t release, const char *config, const char *columns)
{
	put_all(words, (const char *const[]){"pvs", "-a", NULL});
	put_report(words, release, config);
	put_all(words,
		(const char *const[]){"-o", columns, "-O", "pv_uuid,pv_name", NULL});
}

/* All words but those that name devices. */
static void put_question(struct words *words, uint32_t release,
	enum lvm_question question, const char *config, const char *columns)
{
	put(words, "lvm");
	switch (question) {
	case LVM_VERSION:
		put(words, "version");
		break;
	case LVM_SETTINGS:
		put_all(words,
			(const char *const[]){"dumpconfig", "global/metadata_read_only",
				"global/locking_type", NULL});
		break;
	case LVM_REPORT:
		put_all(words, (const char *const[]){"fullreport", "-a", NULL});
		put_report(words, release, config);
		put_full_fields(words);
		break;
	case LVM_GROUPS:
		put(words, "vgs");
		put_report(words, release, config);
		put_all(words, (const char *const[]){"-o", columns, NULL});
		break;
	case LVM_DEVICES:
		put_devices(words, release, config, columns);
		break;
	case LVM_LVSCAN:
		put(words, "lvscan");
		if (lvm_has(release, LVM_HAS_NOLOCKING))
			put(words, "--nolocking");
		put_all(words, (const char *const[]){"--config", config, NULL});
		break;
	}
}

static void add_columns(uint32_t release, enum lvm_question question, struct buf *text)
{
	if (lvm_has(release, LVM_HAS_FULLREPORT))
		buf_puts(text, "pv_uuid,pv_name,pv_duplicate,pv_major,pv_minor,vg_uuid");
	else
		lvm_add_columns(release, question, text);
}

/* vgs is asked where there is no report. */
static bool is_put(uint32_t release, enum lvm_question question)
{
	if (question == LVM_SETTINGS)
		return lvm_asks_settings(release);
	if (question == LVM_REPORT)
		return lvm_has(release, LVM_HAS_FULLREPORT);
	return question != LVM_GROUPS || !lvm_has(release, LVM_HAS_FULLREPORT);
}

void lvm_answer_free(struct lvm_answer *answer)
{
	buf_free(&answer->out);
	buf_free(&answer->err_text);
}

static bool has_line(const struct buf *text, const char *line, size_t len)
{
	const char *at = buf_text(text);

	for (; *at; at += strcspn(at, "\n"), at += *at == '\n')
		if (strcspn(at, "\n") == len && strncmp(at, line, len) == 0)
			return true;
	return false;
}

/* LVM repeats itself; each warning counts once. */
static void add_warnings(struct lvm_session *session, const struct buf *text)
{
	const char *line = buf_text(text);

	while (*line && session->warnings.len < LVM_WARNINGS_MAX) {
		size_t len = strcspn(line, "\n");

		if (len && !has_line(&session->warnings, line, len)) {
			buf_add(&session->warnings, line, len);
			buf_puts(&session->warnings, "\n");
		}
		line += len + (line[len] == '\n');
	}
}

/* ---- asking ---- */

static void put_device_options(struct words *words, const struct lvm_devices *devices)
{
	for (size_t i = 0; i < devices->count; i++) {
		put(words, "--devices");
		put(words, devices->paths[i]);
	}
}

int lvm_ask(struct lvm_session *session, enum lvm_question question,
	struct lvm_answer *ret_answer, struct err *err)
{
	const struct machine *machine = session->machine;
	const struct lvm_devices *devices = session->devices;
	unsigned seconds = machine_seconds_left(machine, LVM_SECONDS);
	cleanup_buf struct buf config = BUF_INIT, columns = BUF_INIT;
	bool has_devices = lvm_has(session->release, LVM_HAS_DEVICES);
	struct words words = {0};
	int r;

	if (!seconds)
		return err_set(err, -ETIME, "not run: the time limit is over");
	lvm_add_question_config(
		session->release, devices->paths, devices->count, &config);
	add_columns(session->release, question, &columns);
	put_question(&words, session->release, question, buf_text(&config),
		buf_text(&columns));
	if (has_devices && question != LVM_VERSION)
		put_device_options(&words, devices);
	put(&words, NULL);
	r = machine->lvm->run(machine->context, words.items, seconds, maxima[question],
		&ret_answer->out, &ret_answer->err_text, err);
	free(words.items);
	session->has_hung |= r == -ETIMEDOUT || r == -EBUSY;
	add_warnings(session, &ret_answer->err_text);
	ret_answer->status = r;
	return r < 0 ? r : 0;
}

typedef int disk_question(const struct machine *machine, const char *path,
	struct devno devno, unsigned seconds, struct buf *ret, struct err *err);

static int ask_disk(struct lvm_session *session, disk_question *question,
	struct devno devno, struct buf *ret, struct err *err)
{
	const struct machine *machine = session->machine;
	const char *path = lvm_devices_path(session->devices, devno);
	unsigned seconds = machine_seconds_left(machine, LVM_DISK_SECONDS);
	int r;

	if (!path)
		return err_set(err, -ENODEV, "no physical volume of it can be read");
	if (!seconds)
		return err_set(err, -ETIME, "not read: the time limit is over");
	r = question(machine, path, devno, seconds, ret, err);
	session->has_hung |= r == -ETIMEDOUT || r == -EBUSY;
	return r < 0 ? err_wrap(err, "%s", path) : 0;
}

int lvm_ask_disk(struct lvm_session *session, struct devno devno, struct buf *ret_texts,
	struct err *err)
{
	return ask_disk(session, session->machine->lvm->metadata, devno, ret_texts, err);
}

int lvm_ask_label(struct lvm_session *session, struct devno devno, struct buf *ret_uuid,
	struct err *err)
{
	return ask_disk(session, session->machine->lvm->label, devno, ret_uuid, err);
}

/* What 2.02.180 says of disks in no group, that it would repair although they are whole;
 * and of copies of a disk, which its report tells as well. */
static bool is_harmless(const char *line)
{
	static const char *const begins[] = {
		"  Read-only locking type set. Write locks are prohibited.\n",
		"  Recovery of standalone physical volumes failed.\n",
		"  Cannot process standalone physical volumes\n",
		"  WARNING: Not using device ", "  WARNING: PV "};

	for (size_t i = 0; i < sizeof(begins) / sizeof(begins[0]); i++)
		if (strncmp(line, begins[i], strlen(begins[i])) == 0)
			return true;
	return false;
}

/* lvm2 lib/commands/errors.h: 5 is a command that did not do all of its work, and a
 * report of what it could read; 2 to 4 one that was not begun. Before 2.03.00, where
 * reading wants to repair, a group that it was kept from repairing is left out, and so is
 * a clustered one. */
bool lvm_answer_is_one(const struct lvm_session *session, const struct lvm_answer *answer)
{
	const char *line = buf_text(&answer->err_text);

	if (answer->status == 0)
		return true;
	if (answer->status != 5)
		return false;
	if (session->release >= LVM_RELEASE(2, 3, 0))
		return true;
	for (; *line; line += strcspn(line, "\n"), line += *line == '\n')
		if (!is_harmless(line))
			return false;
	return true;
}

void lvm_answer_describe(const struct lvm_answer *answer, char *ret_text, size_t size)
{
	const char *said = buf_text(&answer->err_text);
	int len;

	said += strspn(said, " \n");
	len = (int)strcspn(said, "\n");
	if (answer->status)
		snprintf(ret_text, size, "status %d: %.*s", answer->status, len, said);
	else
		snprintf(ret_text, size, "%.*s", len, said);
}

/* ---- recognising ---- */

/* Where the question's own words end in argv; NULL = it is not that question. */
static const char *const *question_end(
	const char *const argv[], uint32_t release, enum lvm_question question)
{
	static const char config[] = "";
	cleanup_buf struct buf columns = BUF_INIT;
	struct words words = {0};
	bool is_it = true;
	size_t i;

	add_columns(release, question, &columns);
	put_question(&words, release, question, config, buf_text(&columns));
	for (i = 0; is_it && i < words.count; i++)
		is_it = argv[i] &&
			(words.items[i] == config
					? lvm_is_question_config(release, argv[i])
					: strcmp(argv[i], words.items[i]) == 0);
	free(words.items);
	return is_it ? argv + i : NULL;
}

static bool is_question_of(const char *const argv[], uint32_t release)
{
	for (size_t i = 0; i < sizeof(maxima) / sizeof(maxima[0]); i++) {
		const char *const *rest = NULL;

		if (is_put(release, (enum lvm_question)i))
			rest = question_end(argv, release, (enum lvm_question)i);
		if (rest && (i == LVM_VERSION || !lvm_has(release, LVM_HAS_DEVICES)))
			return !*rest;
		if (rest)
			return lvm_are_devices(rest);
	}
	return false;
}

bool lvm_is_question(const char *const argv[])
{
	for (size_t i = 0; lvm_generations[i]; i++)
		if (is_question_of(argv, lvm_generations[i]))
			return true;
	return false;
}
