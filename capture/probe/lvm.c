/* SPDX-License-Identifier: Apache-2.0 */
/*
 * LVM's own view, read last. Input: machine->lvm, the devices that LVM may look at.
 * Output: the documents lvm/version.txt, lvm/settings.txt, lvm/report.json,
 * lvm/<vg-uuid>.vg, lvm/pvs.json, lvm/lvscan.txt and lvm/warnings.txt, their sources, and
 * what they say about VGs, PVs and LVs. A capture takes these commands of LVM's, whatever the number of groups:
 * version, fullreport (without JSON: vgs), pvs, lvscan; and before 2.03.00 dumpconfig.
 *
 * Invariants: the report and each VG's metadata have the same sequence number, or the
 * source says OUTCOME_CHANGED. After one command hung, no further one is started.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lvm_command.h"
#include "snapstate/host.h"
#include "snapstate/host/device.h"
#include "snapstate/host/lvm.h"
#include "snapstate/host/source.h"
#include "snapstate/lvm_ability.h"
#include "snapstate/lvm_names.h"
#include "snapstate/text.h"

#define VERSION_NAME  "lvm/version.txt"
#define SETTINGS_NAME "lvm/settings.txt"
#define LVM_LVMETAD_SOCKET "run/lvm/lvmetad.socket"
#define REPORT_NAME   "lvm/report.json"
#define DEVICES_NAME  "lvm/pvs.json"
#define LVSCAN_NAME   "lvm/lvscan.txt"
#define WARNINGS_NAME "lvm/warnings.txt"

/* One reading of everything; kept apart from the host until it is known to be steady. */
struct reading {
	struct lvm_session session;
	struct host *scratch; /* documents, sources, and the report's VGs and PVs */
	struct lvm_answer devices; /* that came with the report, of an old release */
	struct buf version, settings;
};

/* Only who cannot be started, or hangs, is asked nothing more. */
static int read_version(struct reading *reading, struct err *err)
{
	cleanup_answer struct lvm_answer answer = {.status = 0};
	int r = lvm_ask(&reading->session, LVM_VERSION, &answer, err);

	if (r < 0)
		return r;
	reading->session.release = lvm_release_of(buf_text(&answer.out));
	if (reading->session.release == LVM_NEWEST)
		return 0;
	buf_add(&reading->version, buf_text(&answer.out), answer.out.len);
	return 0;
}

/* ---- the report ---- */

/* Each setting that is not in the host's configuration is told of with status 5. */
static int read_settings(struct reading *reading, struct err *err)
{
	cleanup_answer struct lvm_answer answer = {.status = 0};
	int r = lvm_ask(&reading->session, LVM_SETTINGS, &answer, err);

	if (r == 0)
		buf_add(&reading->settings, buf_text(&answer.out), answer.out.len);
	if (r == 0 && faccessat(reading->session.machine->root, LVM_LVMETAD_SOCKET, F_OK,
			      0) == 0)
		buf_puts(&reading->settings, LVM_LVMETAD_RUNS "\n");
	buf_free(&reading->session.warnings);
	return r;
}

static int ask_report(
	struct reading *reading, struct lvm_answer *ret_answer, struct err *err)
{
	lvm_answer_free(&reading->devices);
	reading->devices = (struct lvm_answer){.status = 0};
	return lvm_has(reading->session.release, LVM_HAS_FULLREPORT)
		       ? lvm_ask(&reading->session, LVM_REPORT, ret_answer, err)
		       : lvm_old_report(
				 &reading->session, ret_answer, &reading->devices, err);
}

static int read_report(struct reading *reading)
{
	cleanup_answer struct lvm_answer answer = {.status = 0};
	struct host *scratch = reading->scratch;
	struct err err = ERR_INIT;
	char said[256];
	int r = ask_report(reading, &answer, &err);

	if (r < 0) {
		host_source_set(scratch, REPORT_NAME, outcome_of_errno(r), "%s", err.msg);
		return r;
	}
	lvm_answer_describe(&answer, said, sizeof(said));
	if (!answer.out.len || !lvm_answer_is_one(&reading->session, &answer)) {
		host_source_set(scratch, REPORT_NAME, OUTCOME_UNSUPPORTED, "%s", said);
		return -EBADMSG;
	}
	host_document_add(scratch, REPORT_NAME, answer.out.data, answer.out.len);
	host_source_set(scratch, REPORT_NAME, OUTCOME_READ, "%s", said);
	r = text_lvm_report_read(scratch, host_document(scratch, REPORT_NAME), &err);
	if (r < 0)
		host_source_set(scratch, REPORT_NAME, OUTCOME_UNSUPPORTED, "%s", err.msg);
	return r;
}

/* ---- the metadata of one VG ---- */

/* 0: it is that VG's, with the report's sequence number; -EAGAIN: with a later one;
 * -ESTALE: with an earlier one. */
static int check_metadata(
	const struct vg *vg, const char *name, const char *text, struct err *err)
{
	struct host *check = host_new();
	int r;

	host_document_add(check, name, text, strlen(text));
	r = text_lvm_metadata_read(check, host_document(check, name), err);
	if (r == 0 && (check->n_vgs != 1 || strcmp(check->vgs[0].uuid, vg->uuid) != 0))
		r = err_set(err, -EBADMSG, "holds metadata of another volume group");
	else if (r == 0 && check->vgs[0].seqno != vg->seqno)
		r = err_set(err, check->vgs[0].seqno < vg->seqno ? -ESTALE : -EAGAIN,
			"sequence number %llu here, %llu in the report",
			(unsigned long long)check->vgs[0].seqno,
			(unsigned long long)vg->seqno);
	host_free(check);
	return r;
}

/* The copies of a group's metadata. */
struct copies {
	const struct vg *vg;
	const char *name; /* of the document */
	struct buf text;  /* the one that counts */
	const char *path; /* where it was found; NULL = none yet */
	bool is_stale;	  /* an earlier one was found */
	bool is_wrong;	  /* two contradict each other */
};

/* LVM writes the same bytes to all: two that differ under one sequence number were
 * written apart from each other, and nobody can tell which of them LVM will take. */
static int copies_add(
	struct copies *copies, const char *path, const char *text, struct err *err)
{
	int r = check_metadata(copies->vg, copies->name, text, err);

	copies->is_stale |= r == -ESTALE;
	if (r < 0)
		return err_wrap(err, "%s", path);
	if (!copies->path) {
		buf_puts(&copies->text, text);
		copies->path = path;
		return 0;
	}
	if (strcmp(buf_text(&copies->text), text) == 0)
		return 0;
	copies->is_wrong = true;
	return err_set(err, -EBADMSG,
		"the group's copies contradict each other: sequence number %llu is one "
		"text on %s and another on %s",
		(unsigned long long)copies->vg->seqno, copies->path, path);
}

/* All that one physical volume has. */
static int copies_read(struct lvm_session *session, struct copies *copies,
	struct devno devno, struct err *err)
{
	cleanup_buf struct buf texts = BUF_INIT;
	int r = lvm_ask_disk(session, devno, &texts, err);
	const char *at = buf_text(&texts), *end = at + texts.len;

	for (; r != -EAGAIN && !copies->is_wrong && at < end; at += strlen(at) + 1)
		r = copies_add(
			copies, lvm_devices_path(session->devices, devno), at, err);
	return r;
}

/* All physical volumes are asked: some carry none by choice, some an earlier one, and
 * where two contradict each other, neither counts. -EAGAIN: a later sequence number was
 * found, or only earlier ones. */
static int find_metadata(
	struct reading *reading, const struct vg *vg, const char *name, struct err *err)
{
	struct lvm_session *session = &reading->session;
	const struct host *scratch = reading->scratch;
	struct copies copies = {.vg = vg, .name = name, .text = BUF_INIT};
	int r = err_set(err, -EBADMSG, "no physical volume of it can be read");

	for (size_t i = 0; r != -EAGAIN && !copies.is_wrong && !session->has_hung &&
			   i < scratch->n_pvs;
		i++)
		if (strcmp(scratch->pvs[i].vg_uuid, vg->uuid) == 0 &&
			lvm_devices_path(session->devices, scratch->pvs[i].devno))
			r = copies_read(session, &copies, scratch->pvs[i].devno, err);
	if (r != -EAGAIN && !copies.is_wrong && !session->has_hung)
		r = copies.path ? 0 : copies.is_stale ? -EAGAIN : r;
	if (r == 0)
		host_document_add(
			reading->scratch, name, copies.text.data, copies.text.len);
	buf_free(&copies.text);
	return r;
}

static int read_metadata(struct reading *reading, const struct vg *vg)
{
	struct err err = ERR_INIT;
	char name[64];
	int r;

	snprintf(name, sizeof(name), "lvm/%s.vg", vg->uuid);
	if (reading->session.has_hung) {
		host_source_set(reading->scratch, name, OUTCOME_SKIPPED, "%s",
			"not asked: an earlier question to LVM hung");
		return 0;
	}
	r = find_metadata(reading, vg, name, &err);
	if (r < 0)
		host_source_set(reading->scratch, name,
			r == -EAGAIN ? OUTCOME_CHANGED : outcome_of_errno(r), "%s",
			err.msg);
	return r;
}

static int read_all_metadata(struct reading *reading)
{
	int r = 0;

	/* reading documents does not touch the arrays of VGs and PVs */
	for (size_t i = 0; i < reading->scratch->n_vgs; i++)
		if (read_metadata(reading, &reading->scratch->vgs[i]) == -EAGAIN)
			r = -EAGAIN;
	return r;
}

/* ---- what only a capture asks ---- */

static int ask_plain(struct reading *reading, enum lvm_question question,
	struct lvm_answer *ret_answer, struct err *err)
{
	if (question == LVM_LVSCAN ||
		lvm_has(reading->session.release, LVM_HAS_FULLREPORT))
		return lvm_ask(&reading->session, question, ret_answer, err);
	if (!reading->devices.out.len)
		return lvm_old_devices(&reading->session, ret_answer, err);
	*ret_answer = reading->devices;
	reading->devices = (struct lvm_answer){.status = 0};
	return 0;
}

/* An answer that is kept as it is; adopt() reads it, if it is one that can be read. */
static void read_plain(
	struct reading *reading, enum lvm_question question, const char *name)
{
	cleanup_answer struct lvm_answer answer = {.status = 0};
	struct err err = ERR_INIT;
	char said[256];
	int r;

	if (reading->session.has_hung) {
		host_source_set(reading->scratch, name, OUTCOME_SKIPPED, "%s",
			"not asked: an earlier question to LVM hung");
		return;
	}
	r = ask_plain(reading, question, &answer, &err);
	if (r < 0) {
		host_source_set(
			reading->scratch, name, outcome_of_errno(r), "%s", err.msg);
		return;
	}
	lvm_answer_describe(&answer, said, sizeof(said));
	host_document_add(reading->scratch, name, buf_text(&answer.out), answer.out.len);
	host_source_set(reading->scratch, name,
		lvm_answer_is_one(&reading->session, &answer) ? OUTCOME_READ
							      : OUTCOME_UNSUPPORTED,
		"%s", said);
}

/* The kernel has a volume of a group that the report lacks. Whether that group is gone,
 * only the list of what LVM looked at can tell (host_group_is_gone()). */
static bool has_unknown_group(const struct host *host, const struct host *scratch)
{
	char vg[LVM_UUID_LEN + 1], lv[LVM_UUID_LEN + 1];
	const char *layer;

	for (size_t i = 0; i < host->n_devices; i++)
		if (lvm_dm_uuid_split(host->devices[i].uuid, vg, lv, &layer) &&
			!host_vg(scratch, vg))
			return true;
	return false;
}

/* ---- all together ---- */

static void reading_start(struct reading *reading, const struct host *host)
{
	host_free(reading->scratch);
	buf_free(&reading->session.warnings);
	reading->scratch = host_new();
	reading->scratch->identity = host->identity; /* says which VGs are foreign */
	if (!reading->version.len)
		return;
	host_document_add(reading->scratch, VERSION_NAME, reading->version.data,
		reading->version.len);
	host_source_set(reading->scratch, VERSION_NAME, OUTCOME_READ, "%s", "");
	if (!lvm_asks_settings(reading->session.release))
		return;
	host_document_add(reading->scratch, SETTINGS_NAME,
		buf_text(&reading->settings), reading->settings.len);
	host_source_set(reading->scratch, SETTINGS_NAME, OUTCOME_READ, "%s", "");
}

static void reading_free(struct reading *reading)
{
	host_free(reading->scratch);
	buf_free(&reading->session.warnings);
	buf_free(&reading->version);
	buf_free(&reading->settings);
	lvm_answer_free(&reading->devices);
}

static void read_into_model(struct host *host, const char *name)
{
	const struct document *document = host_document(host, name);
	struct err err = ERR_INIT;
	bool is_report =
		strcmp(name, REPORT_NAME) == 0 || strcmp(name, DEVICES_NAME) == 0;
	int r = is_report ? text_lvm_report_read(host, document, &err)
			  : text_lvm_metadata_read(host, document, &err);

	if (r < 0)
		host_source_set(host, name, OUTCOME_UNSUPPORTED, "%s", err.msg);
}

static bool is_for_people(const char *name)
{
	return strcmp(name, LVSCAN_NAME) == 0 || strcmp(name, WARNINGS_NAME) == 0 ||
	       strcmp(name, VERSION_NAME) == 0 || strcmp(name, SETTINGS_NAME) == 0;
}

static void adopt(struct host *host, const struct host *scratch)
{
	for (size_t i = 0; i < scratch->n_documents; i++)
		host_document_add(host, scratch->documents[i].name,
			scratch->documents[i].bytes, scratch->documents[i].len);
	for (size_t i = 0; i < scratch->n_sources; i++)
		host_source_set(host, scratch->sources[i].name,
			scratch->sources[i].outcome, "%s", scratch->sources[i].detail);
	for (size_t i = 0; i < scratch->n_documents; i++) {
		const char *name = scratch->documents[i].name;

		if (host_source_is_read(host, name) && !is_for_people(name))
			read_into_model(host, name);
	}
}

static void read_steadily(struct reading *reading, struct host *host)
{
	int r = -EAGAIN;

	for (int i = 0; i < PROBE_TRIES && r == -EAGAIN; i++) {
		reading_start(reading, host);
		r = read_report(reading);
		if (r == 0)
			r = read_all_metadata(reading);
	}
}

static void note_all(
	struct host *host, unsigned parts, enum outcome outcome, const char *detail)
{
	if (parts & PROBE_LVM)
		host_source_set(host, REPORT_NAME, outcome, "%s", detail);
	if (parts & PROBE_PVS)
		host_source_set(host, DEVICES_NAME, outcome, "%s", detail);
	if (parts & PROBE_LVSCAN)
		host_source_set(host, LVSCAN_NAME, outcome, "%s", detail);
}

/* Without the lists nobody knows what is safe to read. false: noted why. */
static bool is_list_known(struct host *host, unsigned parts)
{
	const struct source *dm = host_source(host, "dm");
	const struct source *blocks = host_source(host, "blocks");
	const struct source *bad = NULL;

	if (dm && dm->outcome != OUTCOME_READ && dm->outcome != OUTCOME_ABSENT)
		bad = dm;
	else if (blocks && blocks->outcome != OUTCOME_READ)
		bad = blocks;
	if (bad)
		note_all(host, parts, bad->outcome,
			"not run: which devices are safe to read is unknown");
	else if (!dm || !blocks)
		note_all(host, parts, OUTCOME_SKIPPED, "not run: needs dm and blocks");
	return dm && blocks && !bad;
}

static void probe_devices(const struct machine *machine, struct host *host,
	unsigned parts, const struct lvm_devices *devices)
{
	struct reading reading = {.session = {.machine = machine, .devices = devices}};
	struct err err = ERR_INIT;
	int r = read_version(&reading, &err);

	if (r == 0 && lvm_asks_settings(reading.session.release))
		r = read_settings(&reading, &err);
	reading_start(&reading, host);
	if (r < 0 && !reading.session.has_hung) {
		note_all(host, parts, outcome_of_errno(r), err.msg);
		reading_free(&reading);
		return;
	}
	if (r < 0 && (parts & PROBE_LVM))
		host_source_set(host, REPORT_NAME, outcome_of_errno(r), "%s", err.msg);
	else if (parts & PROBE_LVM)
		read_steadily(&reading, host);
	if ((parts & PROBE_PVS) || has_unknown_group(host, reading.scratch))
		read_plain(&reading, LVM_DEVICES, DEVICES_NAME);
	if (parts & PROBE_LVSCAN)
		read_plain(&reading, LVM_LVSCAN, LVSCAN_NAME);
	if (reading.session.warnings.len)
		host_document_add(reading.scratch, WARNINGS_NAME,
			reading.session.warnings.data, reading.session.warnings.len);
	adopt(host, reading.scratch);
	reading_free(&reading);
}

void probe_lvm(const struct machine *machine, struct host *host, unsigned parts)
{
	struct lvm_devices devices = {0};

	if (!is_list_known(host, parts))
		return;
	lvm_devices_collect(machine, host, &devices);
	if (devices.count)
		probe_devices(machine, host, parts, &devices);
	else
		note_all(host, parts, OUTCOME_ABSENT,
			"no device that could hold a physical volume");
	lvm_devices_free(&devices);
}
