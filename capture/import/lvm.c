/* SPDX-License-Identifier: Apache-2.0 */
/*
 * LVM's outputs -> documents below lvm/, and their sources.
 * Input: a report in JSON, metadata texts, vgdisplay, and texts for people. Output:
 * report.json if it has VGs and PVs (else it says less than the planner needs),
 * <vg-uuid>.vg, and verbatim copies for people, warnings.txt among them: what LVM said of
 * missing or duplicate PVs.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lvm.h"
#include "snapstate/buf.h"
#include "snapstate/host.h"
#include "snapstate/host/lvm.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/source.h"
#include "snapstate/lvm_names.h"
#include "snapstate/text.h"

#define REPORT_NAME   "lvm/report.json"
#define WARNINGS_NAME "lvm/warnings.txt"
#define WITNESSES_MAX 10000 /* look-ups walk them */

static void scratch_prepare(struct host *scratch, const struct host *host)
{
	scratch->identity = host->identity; /* says which VGs are foreign */
	for (size_t i = 0; i < host->n_namespaces; i++)
		*array_add(&scratch->namespaces, &scratch->n_namespaces) =
			host->namespaces[i];
}

bool document_try(struct host *host, const char *name, const char *bytes, size_t len,
	const char *detail)
{
	cleanup_host struct host *scratch = host_new();
	struct err err = ERR_INIT;

	scratch_prepare(scratch, host);
	host_document_add(scratch, name, bytes, len);
	if (text_documents_read(scratch, &err) < 0) {
		host_source_set(
			host, name, OUTCOME_UNSUPPORTED, "%s; %s", detail, err.msg);
		return false;
	}
	host_document_add(host, name, bytes, len);
	host_source_set(host, name, OUTCOME_READ, "%s", detail);
	return true;
}

/* ---- the report ---- */

static int report_check(const struct host *host, const struct piece *piece,
	struct witnesses *witnesses, const char *file, struct err *err)
{
	cleanup_host struct host *scratch = host_new();
	int r = piece_check_text(piece, err);

	if (r < 0)
		return r;
	scratch_prepare(scratch, host);
	host_document_add(scratch, REPORT_NAME, piece->bytes.data, piece->bytes.len);
	r = text_lvm_report_read(scratch, host_document(scratch, REPORT_NAME), err);
	if (r == 0 && (!scratch->n_vgs || !scratch->n_pvs))
		return err_set(err, -EBADMSG, "lists no VGs and PVs with their uuids");
	for (size_t i = 0; r == 0 && i < scratch->n_vgs; i++)
		if (scratch->vgs[i].seqno && witnesses->count < WITNESSES_MAX)
			witness_add(witnesses, scratch->vgs[i].uuid,
				scratch->vgs[i].seqno, file);
	return r;
}

static void report_read(
	struct host *host, const struct evidence *evidence, struct witnesses *witnesses)
{
	const struct piece *piece = evidence_best(evidence, ROLE_LVM_REPORT);
	struct err err = ERR_INIT;
	const char *file;
	int r;

	if (!piece) {
		host_source_set(
			host, REPORT_NAME, OUTCOME_SKIPPED, "%s", "not in the evidence");
		return;
	}
	file = piece_name(host, piece);
	r = report_check(host, piece, witnesses, file, &err);
	if (r < 0) {
		host_source_set(
			host, REPORT_NAME, outcome_of_error(r), "%s: %s", file, err.msg);
		return;
	}
	host_document_add(host, REPORT_NAME, piece->bytes.data, piece->bytes.len);
	host_source_set(host, REPORT_NAME, OUTCOME_READ, "from %s", file);
}

/* ---- vgdisplay ---- */

/* A label of several words; false: the line has another one. */
static bool cut_words(struct line *line, const char *label)
{
	struct line words = {label, strlen(label)}, rest = *line, word;

	while ((word = line_word(&words)).len) {
		struct line other = line_word(&rest);

		if (other.len != word.len || memcmp(other.at, word.at, word.len) != 0)
			return false;
	}
	*line = rest;
	return true;
}

/* Within each "--- Volume group ---" first "Metadata Sequence No", then "VG UUID" (lvm2
 * lib/display/display.c, vgdisplay_full). */
static void vgdisplay_read(
	struct host *host, const struct piece *piece, struct witnesses *witnesses)
{
	struct lines lines = lines_of(piece);
	uint64_t seqno = 0;
	struct line line;

	while (lines_next(&lines, &line) && witnesses->count < WITNESSES_MAX) {
		char plain[LVM_UUID_LEN + 1];
		cleanup_free char *uuid = NULL;
		struct line word;

		if (cut_words(&line, "--- Volume group ---")) {
			seqno = 0;
		} else if (cut_words(&line, "Metadata Sequence No")) {
			word = line_word(&line);
			if (parse_u64(word.at, word.len, 10, &seqno) < 0)
				seqno = 0;
		} else if (cut_words(&line, "VG UUID")) {
			word = line_word(&line);
			uuid = xstrndup(word.at, word.len);
			if (seqno && lvm_uuid_plain(uuid, plain))
				witness_add(
					witnesses, plain, seqno, piece_name(host, piece));
		}
	}
}

/* ---- for people ---- */

/* "sos_commands/lvm2/lvs_-a_-o..." and "lvs.txt" -> "lvm/lvs.txt" */
static void text_name(const struct piece *piece, char *ret_name, size_t size)
{
	const char *slash = strrchr(piece->path, '/');
	const char *base = slash ? slash + 1 : piece->path;

	snprintf(ret_name, size, "lvm/%.*s.txt",
		(int)strspn(base, "abcdefghijklmnopqrstuvwxyz"), base);
	if (strncmp(base, "lvs_v", 5) == 0)
		snprintf(ret_name, size, "lvm/lvs_v.txt");
}

static void text_keep(struct host *host, const struct piece *piece)
{
	struct err err = ERR_INIT;
	char name[64];
	int r = piece_check_text(piece, &err);

	text_name(piece, name, sizeof(name));
	if (host_source(host, name))
		return; /* the shallower one is kept */
	if (r < 0) {
		host_source_set(host, name, outcome_of_error(r), "%s: %s",
			piece_name(host, piece), err.msg);
		return;
	}
	host_document_add(host, name, piece->bytes.data, piece->bytes.len);
	host_source_set(
		host, name, OUTCOME_READ, "as text, from %s", piece_name(host, piece));
}

/* Kept for people only: no decision hangs on these English words. */
static bool is_warning(const struct line *line)
{
	static const char *const words[] = {"WARNING", "read failed after",
		"Couldn't find device", "Cannot ", "error", "Error"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (memmem(line->at, line->len, words[i], strlen(words[i])))
			return true;
	return false;
}

static void warnings_collect(const struct piece *piece, struct buf *warnings)
{
	struct lines lines = lines_of(piece);
	struct line line;

	if (piece_check_text(piece, NULL) < 0)
		return;
	while (lines_next(&lines, &line)) {
		if (!is_warning(&line))
			continue;
		buf_word(warnings, piece->path);
		buf_puts(warnings, ": ");
		buf_add(warnings, line.at, line.len);
		buf_puts(warnings, "\n");
	}
}

static void texts_keep(struct host *host, const struct evidence *evidence)
{
	cleanup_buf struct buf warnings = BUF_INIT;
	const struct piece *piece = NULL;

	while ((piece = evidence_next(evidence, ROLE_LVM_TEXT, piece))) {
		if (piece->is_part)
			continue; /* its text is kept as it is */
		text_keep(host, piece);
		warnings_collect(piece, &warnings);
	}
	if (!warnings.len)
		return;
	host_document_add(host, WARNINGS_NAME, warnings.data, warnings.len);
	host_source_set(host, WARNINGS_NAME, OUTCOME_READ, "%s",
		"as text, collected from LVM's outputs");
}

void import_lvm(struct host *host, const struct evidence *evidence)
{
	struct witnesses witnesses = {0};
	const struct piece *piece = NULL;

	report_read(host, evidence, &witnesses);
	while ((piece = evidence_next(evidence, ROLE_VGDISPLAY, piece)))
		if (piece_check_text(piece, NULL) == 0)
			vgdisplay_read(host, piece, &witnesses);
	import_metadata(host, evidence, &witnesses);
	texts_keep(host, evidence);
	free(witnesses.items);
}
