/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files in, one archive out; see ticket.h. Input: bytes that strangers may have written.
 * Output: the same bytes beside words about them. Invariant: what is in one ticket is of
 * one plan: the journal by the plan's digest, the capture by the digest in the plan.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "members.h"
#include "snapstate/cleanup.h"
#include "snapstate/exit.h"
#include "snapstate/host.h"
#include "snapstate/io.h"
#include "snapstate/kind.h"
#include "snapstate/record.h"
#include "snapstate/text.h"
#include "snapstate/ticket.h"

#define SIGNATURE_BYTES_MAX 65536

void ticket_free(struct ticket *ticket)
{
	buf_free(&ticket->plan_text);
	buf_free(&ticket->journal_text);
	for (size_t i = 0; i < ticket->n_signatures; i++)
		buf_free(&ticket->signatures[i]);
	buf_free(&ticket->before_archive);
	buf_free(&ticket->after_archive);
	for (size_t i = 0; i < JOURNAL_KEPT_MAX; i++) {
		free(ticket->kept[i].path);
		buf_free(&ticket->kept[i].text);
	}
	plan_arranged_free(ticket->carried_out);
	plan_free(ticket->plan);
	host_free(ticket->before);
	*ticket = TICKET_INIT;
}

/* ---- reading ---- */

static int read_one(const char *file, enum file_kind kind, size_t max,
	struct buf *ret_bytes, struct err *err)
{
	int r = file_read_regular(AT_FDCWD, file, max, ret_bytes, err);

	return r < 0 ? r : file_kind_check(file, ret_bytes, kind, err);
}

int ticket_files_read(
	const struct ticket_files *files, struct ticket *ticket, struct err *err)
{
	int r = read_one(files->plan, KIND_PLAN, PLAN_BYTES_MAX, &ticket->plan_text, err);

	if (r == 0)
		r = read_one(files->journal, KIND_JOURNAL, JOURNAL_BYTES_MAX,
			&ticket->journal_text, err);
	for (size_t i = 0; r == 0 && i < files->n_signatures; i++)
		r = read_one(files->signatures[i], KIND_SIGNATURE, SIGNATURE_BYTES_MAX,
			&ticket->signatures[ticket->n_signatures++], err);
	if (r == 0 && files->before)
		r = read_one(files->before, KIND_CAPTURE, RECORD_ARCHIVE_MAX,
			&ticket->before_archive, err);
	return r;
}

static int read_journal(struct ticket *ticket, const char *name, struct err *err)
{
	const struct buf *text = &ticket->journal_text;
	int r = journal_parse(buf_text(text), text->len, name, &ticket->run, err);

	if (r < 0)
		return r;
	if (!ticket->run.has_header)
		return err_set(err, -EBADMSG,
			"%s is cut off in its first lines: its run began no step", name);
	if (strcmp(ticket->run.digest, ticket->plan->digest) != 0 ||
		ticket->run.n_steps != ticket->plan->n_steps)
		return err_set(err, -EBADMSG,
			"%s is the journal of another plan (sha256:%s) than that one "
			"(sha256:%s)",
			name, ticket->run.digest, ticket->plan->digest);
	return 0;
}

static int find_parts(struct ticket *ticket, const char *name, struct err *err)
{
	const struct plan *plan = ticket->plan;
	cleanup_free unsigned *parts = xcalloc(plan->n_parts + 1, sizeof(*parts));
	size_t n_parts;

	if (!plan->n_parts)
		return 0;
	if (journal_parts(&ticket->run, plan, true, parts, &n_parts, err) < 0)
		return err_wrap(err, "%s", name);
	ticket->carried_out = plan_arrange(plan, parts, n_parts);
	return 0;
}

static int read_before(struct ticket *ticket, const char *name, struct err *err)
{
	const struct buf *archive = &ticket->before_archive;
	char sha256[SHA256_HEX_LEN + 1];

	if (!name)
		return 0;
	sha256_hex(buf_text(archive), archive->len, sha256);
	if (strcmp(sha256, ticket->plan->capture_sha256) != 0)
		return err_set(err, -EBADMSG,
			"%s (sha256:%s) is not the capture that the plan was made from "
			"(sha256:%s)",
			name, sha256, ticket->plan->capture_sha256);
	return record_read(buf_text(archive), archive->len, name, &ticket->before, err);
}

int ticket_read(struct ticket *ticket, const char *plan_name, const char *journal_name,
	const char *before_name, struct err *err)
{
	int r = plan_read(buf_text(&ticket->plan_text), ticket->plan_text.len, plan_name,
		&ticket->plan, err);

	if (r == 0)
		r = read_journal(ticket, journal_name, err);
	if (r == 0)
		r = find_parts(ticket, journal_name, err);
	return r == 0 ? read_before(ticket, before_name, err) : r;
}

static void read_one_kept(
	const struct journal_kept *kept, const char *path, struct buf *ret_text)
{
	cleanup_buf struct buf text = BUF_INIT;
	char sha256[SHA256_HEX_LEN + 1];

	if (file_read_regular(AT_FDCWD, path, TEXT_METADATA_MAX, &text, NULL) < 0)
		return;
	sha256_hex(buf_text(&text), text.len, sha256);
	if (strcmp(sha256, kept->sha256) == 0)
		buf_add(ret_text, buf_text(&text), text.len);
}

void ticket_read_kept(struct ticket *ticket, const char *journal_name)
{
	const char *slash = strrchr(journal_name, '/');
	size_t folder = slash ? (size_t)(slash + 1 - journal_name) : 0;

	for (size_t i = 0; i < ticket->run.n_kept; i++) {
		cleanup_buf struct buf path = BUF_INIT;

		buf_add(&path, journal_name, folder);
		journal_kept_name(ticket->run.digest, ticket->run.kept[i].vg_uuid, &path);
		ticket->kept[i].path = xstrdup(buf_text(&path));
		if (!*ticket->plan->redaction)
			read_one_kept(&ticket->run.kept[i], buf_text(&path),
				&ticket->kept[i].text);
	}
}

/* Else every name would differ. */
int ticket_check_redaction(
	const struct ticket *ticket, const char *redaction, struct err *err)
{
	const char *wanted = ticket->plan->redaction;

	if (strcmp(wanted, redaction) == 0)
		return 0;
	if (!*wanted)
		return err_set(err, -EBADMSG,
			"the plan has the host's real names: a ticket for it cannot use "
			"--redact");
	return err_set(err, -EBADMSG,
		"the plan's names are pseudonyms of the key %s: --redact with that "
		"key%s%s",
		wanted, *redaction ? ", not with " : "", redaction);
}

/* ---- packing ---- */

static void add(struct members *members, const char *name, const struct buf *bytes)
{
	buf_add(&member_add(members, name)->bytes, buf_text(bytes), bytes->len);
}

int ticket_pack(const struct ticket *ticket, const struct ticket_result *result,
	const char *top, struct buf *ret_archive, struct err *err)
{
	cleanup_members struct members members = MEMBERS_INIT;

	ticket_words(ticket, result, &member_add(&members, "RESULT.txt")->bytes);
	add(&members, "plan.snapplan", &ticket->plan_text);
	for (size_t i = 0; i < ticket->n_signatures; i++) {
		char name[sizeof("signature-18446744073709551615.sig")];

		snprintf(name, sizeof(name), "signature-%zu.sig", i + 1);
		add(&members, name, &ticket->signatures[i]);
	}
	add(&members, "plan.journal", &ticket->journal_text);
	for (size_t i = 0; i < ticket->run.n_kept; i++) {
		char name[JOURNAL_VG_UUID_LEN + sizeof(".vg")];

		snprintf(name, sizeof(name), "%s.vg", ticket->run.kept[i].vg_uuid);
		if (ticket->kept[i].text.len)
			add(&members, name, &ticket->kept[i].text);
	}
	if (ticket->before)
		add(&members, "before.snapstate.tar.gz", &ticket->before_archive);
	add(&members, "after.snapstate.tar.gz", &ticket->after_archive);
	sums_write(&members, &member_add(&members, MEMBER_SUMS)->bytes);
	return members_pack(
		&members, top, ticket->after->identity.taken, ret_archive, err);
}

int ticket_make(struct ticket *ticket, struct host *after, const char *top,
	struct buf *ret_archive, struct buf *ret_sentence, int *ret_code, struct err *err)
{
	cleanup_ticket_result struct ticket_result result = TICKET_RESULT_INIT;
	int r = record_write(after, "after", &ticket->after_archive, err);

	if (r < 0)
		return r;
	ticket->after = after;
	ticket_compare(ticket, &result);
	ticket_sentence(ticket, &result, ret_sentence);
	*ret_code = !ticket_is_as_predicted(&result) ? EXIT_DIFFERS
		    : ticket->run.is_finished	     ? EXIT_DONE
						     : EXIT_STOPPED;
	return ticket_pack(ticket, &result, top, ret_archive, err);
}
