/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts -> what is shown of volumes, and the record of the import.
 *
 * Input: all pieces, and the sources that the other readers noted. Output: host->shown,
 * and two documents: SHOWN_DOCUMENT, which archives carry it in, and IMPORT_DOCUMENT, for
 * people, with a line for each file, and for each part of a text: what it was taken for,
 * how much of it was used, and the first line that was not understood.
 */
#include <errno.h>
#include <ctype.h>
#include <string.h>

#include "session.h"
#include "snapstate/host.h"
#include "snapstate/host/source.h"

#define LARGE (1u << 20) /* bytes of a text */

/* What is not text, or of which nothing but what its own reader takes may be kept. */
static bool is_for_people(enum role role)
{
	switch (role) {
	case ROLE_DM_INFO:
	case ROLE_DM_TABLE:
	case ROLE_DM_STATUS:
	case ROLE_DM_DEPS:
	case ROLE_LVM_REPORT:
	case ROLE_VGDISPLAY:
	case ROLE_LVM_TEXT:
	case ROLE_MOUNTINFO:
	case ROLE_MOUNTS:
	case ROLE_SWAPS:
	case ROLE_LSBLK:
	case ROLE_LOSETUP:
	case ROLE_PROCESS_TEXT:
	case ROLE_SUPPORT:
	case ROLE_TEXT:
		return true;
	case ROLE_NONE:
	case ROLE_VG_METADATA:
	case ROLE_VG_BACKUP:
	case ROLE_PARTITIONS:
	case ROLE_MACHINE_ID:
	case ROLE_BOOT_ID:
	case ROLE_HOSTNAME:
	case ROLE_OSRELEASE:
	case ROLE_UNAME:
	case ROLE_HOSTNAMECTL:
	case ROLE_DATE:
	case ROLE_BLOCK_TEXT:
	case ROLE_CAPTURE:
	case ROLE_ARCHIVE:
		return false;
	}
	return false;
}

/* Mount tables of other processes are of other namespaces, or the same once more. */
static bool is_of_other_process(const struct piece *piece)
{
	const char *slash = strrchr(piece->path, '/');

	return piece->role == ROLE_MOUNTINFO && slash &&
	       (slash - piece->path < 2 || strncmp(slash - 2, "/1/", 3) != 0);
}

/* "sos_commands/devicemapper/dmsetup_info_-c" -> "dmsetup info -c": as a command, for
 * a file that does not begin with its own. */
void piece_title(const struct piece *piece, struct buf *ret_title)
{
	const char *slash = strrchr(piece->path, '/');
	const char *name = slash ? slash + 1 : piece->path;
	size_t len = (size_t)(path_packed_suffix(name) - name);
	static const char *const endings[] = {
		".txt", ".log", ".out", ".json", ".eml", ".md"};
	/* of xen-bugtool "dmsetup-table.out" */
	bool has_hyphens = len > 4 && strncmp(name + len - 4, ".out", 4) == 0 &&
			   !memchr(name, '_', len) && !memchr(name, ' ', len);

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		if (len > strlen(endings[i]) &&
			strncmp(name + len - strlen(endings[i]), endings[i],
				strlen(endings[i])) == 0)
			len -= strlen(endings[i]);
	for (size_t i = 0; i < len; i++)
		buf_add(ret_title,
			name[i] == '_' || (has_hyphens && name[i] == '-') ? " "
									  : &name[i],
			1);
}

/* "from dmsetup_table.txt, ..." names the file. */
static bool names_file(const char *detail, const char *file)
{
	size_t len = strlen(file);

	for (const char *at = detail; (at = strstr(at, file)); at++)
		if ((at == detail || at[-1] == ' ') &&
			(!at[len] || strchr(" :;,", at[len])))
			return true;
	return false;
}

/* It is in the model as a whole: a copy for people is not. */
static bool is_in_model(const struct host *host, const char *file)
{
	for (size_t i = 0; i < host->n_sources; i++) {
		const struct source *source = &host->sources[i];
		size_t len = strlen(source->name);

		if (source->outcome == OUTCOME_READ && names_file(source->detail, file) &&
			(len < 4 || strcmp(source->name + len - 4, ".txt") != 0))
			return true;
	}
	return false;
}

/* "etc/machine-id: taken for machine-id, identity: read" */
static void record_file(const struct host *host, const struct piece *piece,
	const char *file, struct buf *record)
{
	bool has_source = false;
	struct err err = ERR_INIT;
	int r = piece_check_text(piece, &err);

	buf_printf(record, "%s: taken for %s", file, role_name(piece->role));
	for (size_t i = 0; i < host->n_sources; i++)
		if (names_file(host->sources[i].detail, file)) {
			buf_printf(record, ", %s: %s", host->sources[i].name,
				outcome_name(host->sources[i].outcome));
			has_source = true;
		}
	if (r < 0 && r != -ENOBUFS)
		buf_printf(record, "; %s", err.msg);
	if (!has_source && piece->role < ROLE_SUPPORT && piece->role > ROLE_DATE)
		buf_puts(record, ", not in the model as a whole");
	buf_puts(record, "\n");
}

static void piece_read(const struct host *host, const struct piece *piece,
	const char *file, struct findings *findings, struct buf *record)
{
	cleanup_buf struct buf title = BUF_INIT;

	if (piece->is_part)
		return;
	if ((piece->role != ROLE_TEXT && piece->role != ROLE_SUPPORT) || piece->error ||
		!piece->bytes.len)
		record_file(host, piece, file, record);
	if (piece->error || !piece->bytes.len || !is_for_people(piece->role) ||
		is_of_other_process(piece) ||
		(piece->role != ROLE_LVM_REPORT && piece->role < ROLE_SUPPORT &&
			is_in_model(host, file)))
		return;
	if (!text_is_likely(piece->bytes.data, piece->bytes.len)) {
		buf_printf(record, "%s: is not text, not read\n", file);
		return;
	}
	piece_title(piece, &title);
	session_read(findings, file, buf_text(&title), &piece->bytes, record);
}

/* The large ones last: what a list of all open files shows, of volumes that others name,
 * has room then (thing_worth_room()). The record is in the order of the pieces. */
static void pieces_read(struct host *host, const struct evidence *evidence,
	struct findings *findings, struct buf *record)
{
	cleanup_free struct buf *records = xcalloc(evidence->n_pieces, sizeof(*records));

	for (unsigned round = 0; round < 2; round++)
		for (size_t i = 0; i < evidence->n_pieces; i++) {
			const struct piece *piece = &evidence->pieces[i];

			if ((piece->bytes.len > LARGE) == (round == 1))
				piece_read(host, piece, piece_name(host, piece), findings,
					&records[i]);
		}
	for (size_t i = 0; i < evidence->n_pieces; i++) {
		buf_puts(record, buf_text(&records[i]));
		buf_free(&records[i]);
	}
}

static void note_cut(const struct evidence *evidence, struct buf *record)
{
	if (!evidence->cut)
		return;
	buf_printf(record, "%s\n", evidence->cut);
}

static void note_capture(const struct evidence *evidence, struct buf *record)
{
	if (!evidence->capture)
		return;
	buf_word(record, evidence->capture);
	buf_puts(record, ": is a capture, not read: give it to snapstate-plan\n");
}

static void note_others(const struct evidence *evidence, struct buf *record)
{
	if (!evidence->n_others)
		return;
	buf_printf(record, "%zu file%s not read, unknown names: ", evidence->n_others,
		evidence->n_others == 1 ? "" : "s");
	buf_word(record, evidence->first_other);
	buf_puts(record, evidence->n_others > 1 ? ", ...\n" : "\n");
}

static bool has_known_file(const struct evidence *evidence)
{
	for (size_t i = 0; i < evidence->n_pieces; i++)
		if (evidence->pieces[i].role < ROLE_SUPPORT &&
			!evidence->pieces[i].is_part)
			return true;
	return false;
}

static int check_some(
	const struct evidence *evidence, const struct findings *findings, struct err *err)
{
	cleanup_buf struct buf names = BUF_INIT;

	if (has_known_file(evidence) || findings->n_lines)
		return 0;
	/* one text has the name that is said already */
	for (size_t i = 0; evidence->n_pieces > 1 && i < evidence->n_pieces && i < 4;
		i++) {
		buf_puts(&names, i ? ", " : " in ");
		buf_word(&names, evidence->pieces[i].path);
	}
	return err_set(err, -ENODATA, "no recognised files or outputs%s%s; it reads %s",
		buf_text(&names), evidence->n_pieces > 4 ? ", ..." : "", evidence_kinds);
}

/* What a text shows in part is in the evidence. */
static void sources_note(struct host *host, const struct findings *findings)
{
	for (size_t i = 0; i < findings->n_seen; i++) {
		const struct seen *seen = &findings->seen[i];
		const struct source *source = host_source(host, seen->source);

		/* of captures of our own alone it is a source that is always there */
		if (!source && strcmp(seen->source, "lvm/pvs.json") == 0)
			host_source_set(host, seen->source, OUTCOME_SKIPPED,
				SHOWN_IN_PART "%s", seen->from);
		else if (source && source->outcome == OUTCOME_SKIPPED &&
			 strstr(source->detail, "in the evidence") &&
			 !strstr(source->detail, "more mount namespaces"))
			host_source_set(host, seen->source, OUTCOME_SKIPPED,
				SHOWN_IN_PART "%s", seen->from);
	}
}

int import_texts(struct host *host, const struct evidence *evidence, struct err *err)
{
	cleanup_findings struct findings findings;
	cleanup_buf struct buf record = BUF_INIT;
	int r;

	findings_init(&findings);
	findings_take_model(host, &findings);
	pieces_read(host, evidence, &findings, &record);
	note_capture(evidence, &record);
	note_others(evidence, &record);
	note_cut(evidence, &record);
	r = check_some(evidence, &findings, err);
	if (r < 0)
		return r;
	shown_collect(host, &findings);
	sources_note(host, &findings);
	if (findings.is_full)
		buf_printf(&record, "more than %d statements: the rest is left out\n",
			FOUND_MAX);
	host_document_add(host, IMPORT_DOCUMENT, buf_text(&record), record.len);
	if (evidence->cut)
		host_source_set(
			host, IMPORT_DOCUMENT, OUTCOME_TRUNCATED, "%s", evidence->cut);
	else
		host_source_set(host, IMPORT_DOCUMENT, OUTCOME_READ, "%s",
			"for people: what became of each file and each pasted command");
	if (!host->n_shown)
		return 0;
	host_shown_write(host);
	host_source_set(host, SHOWN_DOCUMENT, OUTCOME_READ, "%s",
		"what the texts show of volumes that they name");
	return 0;
}
