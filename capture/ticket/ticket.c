/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files in, one archive out; see ticket.h. Input: bytes that strangers may have written.
 * Output: the same bytes beside words about them. Invariant: what is in one ticket is of
 * one plan: the journal by the plan's digest, the capture by the digest in the plan.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "members.h"
#include "snapstate/cleanup.h"
#include "snapstate/record.h"
#include "snapstate/ticket.h"

void ticket_free(struct ticket *ticket)
{
	buf_free(&ticket->plan_text);
	buf_free(&ticket->journal_text);
	for (size_t i = 0; i < ticket->n_signatures; i++)
		buf_free(&ticket->signatures[i]);
	buf_free(&ticket->before_archive);
	buf_free(&ticket->after_archive);
	plan_free(ticket->plan);
	host_free(ticket->before);
	*ticket = TICKET_INIT;
}

/* ---- reading ---- */

static int read_journal(struct ticket *ticket, const char *name, struct err *err)
{
	const struct buf *text = &ticket->journal_text;
	int r = journal_parse(buf_text(text), text->len, name, &ticket->run, err);

	if (r < 0)
		return r;
	if (!ticket->run.has_header)
		return err_set(err, -EBADMSG,
			"%s is cut off in its first lines: its run began nothing", name);
	if (strcmp(ticket->run.digest, ticket->plan->digest) != 0 ||
		ticket->run.n_steps != ticket->plan->n_steps)
		return err_set(err, -EBADMSG,
			"%s is the journal of another plan (sha256:%s) than that one "
			"(sha256:%s)",
			name, ticket->run.digest, ticket->plan->digest);
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
	return r == 0 ? read_before(ticket, before_name, err) : r;
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
	if (ticket->before)
		add(&members, "before.snapstate.tar.gz", &ticket->before_archive);
	add(&members, "after.snapstate.tar.gz", &ticket->after_archive);
	sums_write(&members, &member_add(&members, MEMBER_SUMS)->bytes);
	return members_pack(
		&members, top, ticket->after->identity.taken, ret_archive, err);
}
