/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Model <-> archive; see record.h. Here the pieces are put together: which members there
 * are, in which order, and that they fit each other.
 *
 * Writing: FORMAT, state.xml, the documents by name, SHA256SUMS.
 * Reading: the same backwards; every document is announced as a source in state.xml, and
 * every document announced as read is there; then the documents are read into the model.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "manifest.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/source.h"
#include "snapstate/record.h"
#include "snapstate/text.h"

/* ---- documents and sources ---- */

/* Sources of the capture itself ("dm", "processes") have no slash in their name. */
static bool is_document_name(const char *name)
{
	return strchr(name, '/') != NULL;
}

/* Both lists are sorted by name, without duplicates. */
static int documents_check(const struct host *host, struct err *err)
{
	size_t d = 0;

	for (size_t s = 0; s < host->n_sources; s++) {
		const struct source *source = &host->sources[s];
		int order = d < host->n_documents
				    ? strcmp(host->documents[d].name, source->name)
				    : 1;

		if (order < 0)
			break;
		if (order == 0 && is_document_name(source->name))
			d++;
		else if (is_document_name(source->name) &&
			 source->outcome == OUTCOME_READ)
			return err_set(err, -EBADMSG,
				"%s: state.xml says that it was read, but it is not "
				"there",
				source->name);
	}
	if (d < host->n_documents)
		return err_set(err, -EBADMSG, "%s: state.xml does not know it",
			host->documents[d].name);
	return 0;
}

/* ---- write ---- */

static int limits_check(const struct members *members, size_t packed, struct err *err)
{
	size_t total = 0;

	for (size_t i = 0; i < members->count; i++) {
		if (members->items[i].bytes.len > RECORD_MEMBER_MAX)
			return err_set(err, -EFBIG, "%s: larger than %u bytes",
				members->items[i].name, RECORD_MEMBER_MAX);
		total += members->items[i].bytes.len;
	}
	if (total > RECORD_TOTAL_MAX || members->count > RECORD_MEMBERS_MAX ||
		packed > RECORD_ARCHIVE_MAX)
		return err_set(err, -EFBIG,
			"more than %u bytes, %d members or %u bytes when packed",
			RECORD_TOTAL_MAX, RECORD_MEMBERS_MAX, RECORD_ARCHIVE_MAX);
	return 0;
}

static int members_collect(
	const struct host *host, struct members *members, struct err *err)
{
	format_write(&member_add(members, MEMBER_FORMAT)->bytes);
	if (record_state_write(host, &member_add(members, MEMBER_STATE)->bytes, err) < 0)
		return err->code;
	for (size_t i = 0; i < host->n_documents; i++) {
		const struct document *document = &host->documents[i];

		if (member_name_check(document->name, err) < 0)
			return -EINVAL;
		buf_add(&member_add(members, document->name)->bytes, document->bytes,
			document->len);
	}
	sums_write(members, &member_add(members, MEMBER_SUMS)->bytes);
	return 0;
}

static int write_sorted(const struct host *host, const char *top, struct buf *ret_archive,
	struct err *err)
{
	cleanup_members struct members members = MEMBERS_INIT;
	cleanup_buf struct buf archive = BUF_INIT;
	int r;

	if (strchr(top, '/') || member_name_check(top, err) < 0)
		return err_set(err, -EINVAL,
			"%s is not a valid name for the archive's folder", top);
	r = host_limits_check(host, err);
	if (r == 0)
		r = documents_check(host, err);
	if (r == 0)
		r = members_collect(host, &members, err);
	if (r == 0)
		r = members_pack(&members, top, host->identity.taken, &archive, err);
	if (r == 0)
		r = limits_check(&members, archive.len, err);
	if (r < 0)
		return r;
	*ret_archive = archive;
	archive = BUF_INIT;
	return 0;
}

int record_write(const struct host *host, const char *top, struct buf *ret_archive,
	struct err *err)
{
	cleanup_host struct host *sorted = host_clone(host);
	struct err inner = ERR_INIT;
	int r;

	host_sort(sorted);
	r = write_sorted(sorted, top, ret_archive, &inner);
	if (r < 0 && err)
		*err = inner;
	return r < 0 ? err_wrap(err, "archive %s", top) : 0;
}

/* ---- read ---- */

static bool is_document(const struct member *member)
{
	return strcmp(member->name, MEMBER_FORMAT) != 0 &&
	       strcmp(member->name, MEMBER_STATE) != 0 &&
	       strcmp(member->name, MEMBER_SUMS) != 0;
}

static int order_documents(const void *a, const void *b)
{
	return strcmp(
		((const struct document *)a)->name, ((const struct document *)b)->name);
}

/* Moves the members' bytes into the host: what was taken is freed at once. */
static void documents_take(struct members *members, struct host *host)
{
	for (size_t i = 0; i < members->count; i++) {
		struct member *member = &members->items[i];
		struct document *document;

		if (!is_document(member))
			continue;
		document = array_add(&host->documents, &host->n_documents);
		document->name = host_string(host, member->name);
		document->bytes =
			host_string_n(host, buf_text(&member->bytes), member->bytes.len);
		document->len = member->bytes.len;
		buf_free(&member->bytes);
	}
	if (host->n_documents)
		qsort(host->documents, host->n_documents, sizeof(*host->documents),
			order_documents);
}

static int state_take(const struct members *members, struct host *host, struct err *err)
{
	for (size_t i = 0; i < members->count; i++) {
		const struct member *member = &members->items[i];

		if (strcmp(member->name, MEMBER_STATE) == 0)
			return record_state_read(
				buf_text(&member->bytes), member->bytes.len, host, err);
	}
	return err_set(err, -EBADMSG, "%s: is not there", MEMBER_STATE);
}

static int read_into(const void *archive, size_t len, struct host *host, struct err *err)
{
	cleanup_members struct members members = MEMBERS_INIT;
	int r = members_unpack(archive, len, &members, err);

	if (r == 0)
		r = sums_check(&members, err);
	if (r == 0)
		r = state_take(&members, host, err);
	if (r == 0) {
		documents_take(&members, host);
		r = documents_check(host, err);
	}
	if (r == 0)
		r = text_documents_read(host, err);
	if (r == 0)
		host_sort(host);
	return r;
}

int record_read(const void *archive, size_t len, const char *name, struct host **ret_host,
	struct err *err)
{
	cleanup_host struct host *host = host_new();
	int r = read_into(archive, len, host, err);

	if (r < 0)
		return err_wrap(err, "%s", name);
	*ret_host = take_ptr(host);
	return 0;
}
