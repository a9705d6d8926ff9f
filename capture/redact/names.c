/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A copy of the model with pseudonyms; see redact.h.
 * Input: a host without secrets. Output: another host, which shares nothing with it.
 *
 * Invariant: every string of every struct is either replaced or named here as one that
 * stays. tests/unit/test_redact.c puts a mark into each and looks for it.
 */
#include <string.h>

#include "names.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/device.h"
#include "snapstate/host/lvm.h"
#include "snapstate/host/shown.h"
#include "snapstate/host/source.h"
#include "snapstate/lvm_names.h"

#define DM_NAME_MAX	127 /* DM_NAME_LEN - 1 */
#define DM_UUID_MAX	128
#define LEFT_OUT	"left out: free text cannot be told from names"
#define DETAIL_LEFT_OUT "details left out"

/* ---- one string ---- */

const char *copy_keep(const struct copy *copy, const char *text)
{
	return text ? host_string(copy->to, text) : NULL;
}

const char *copy_finish(const struct copy *copy, struct buf *text)
{
	const char *string = host_string_n(copy->to, buf_text(text), text->len);

	buf_free(text);
	return string;
}

const char *copy_name(const struct copy *copy, const char *text)
{
	struct buf out = BUF_INIT;

	if (!text)
		return NULL;
	pseudonym_text(&copy->names, text, strlen(text), &out);
	return copy_finish(copy, &out);
}

const char *copy_type(const struct copy *copy, const char *text)
{
	struct buf out = BUF_INIT;

	type_pseudonyms(&copy->names, text, strlen(text), &out);
	return copy_finish(copy, &out);
}

void dm_uuid_pseudonyms(const struct pseudonyms *names, const char *uuid, struct buf *out)
{
	char vg[LVM_UUID_LEN + 1], lv[LVM_UUID_LEN + 1];
	const char *lvm = uuid, *layer;
	uint32_t number;

	while (kpartx_uuid_split(lvm, &number, &lvm))
		;
	if (lvm_dm_uuid_split(lvm, vg, lv, &layer)) {
		buf_add(out, uuid, (size_t)(layer - uuid));
		uuid = layer;
	}
	pseudonym_text(names, uuid, strlen(uuid), out);
}

const char *copy_dm_uuid(const struct copy *copy, const char *text)
{
	struct buf out = BUF_INIT;

	dm_uuid_pseudonyms(&copy->names, text, &out);
	return copy_finish(copy, &out);
}

/* ---- documents and sources ---- */

static bool document_names(
	const struct pseudonyms *names, const struct document *document, struct buf *out)
{
	switch (document_kind(document->name)) {
	case DOCUMENT_MOUNTINFO:
		mountinfo_rewrite(names, document->bytes, document->len, out);
		return true; /* bad lines are masked in it */
	case DOCUMENT_METADATA:
		return metadata_rewrite(names, document->bytes, document->len, out);
	case DOCUMENT_REPORT:
		return report_rewrite(names, document->bytes, document->len, out);
	case DOCUMENT_LVSCAN:
		lvscan_rewrite(names, document->bytes, document->len, out);
		return true;
	case DOCUMENT_TEXT:
		break;
	}
	return false;
}

static void documents(struct copy *copy, const struct host *from)
{
	for (size_t i = 0; i < from->n_documents; i++) {
		const struct document *document = &from->documents[i];
		struct buf text = BUF_INIT;
		struct document *added;

		if (document_kind(document->name) == DOCUMENT_TEXT)
			continue;
		if (!document_names(&copy->names, document, &text)) {
			text.len = 0;
			buf_puts(&text, MASK "\n");
		}
		added = array_add(&copy->to->documents, &copy->to->n_documents);
		added->name = copy_keep(copy, document->name);
		added->len = text.len;
		added->bytes = copy_finish(copy, &text);
	}
}

/* That a part is shown decides what is known, and names nothing. */
static const char *detail_left_out(const char *detail)
{
	if (strncmp(detail, SHOWN_IN_PART, strlen(SHOWN_IN_PART)) == 0)
		return SHOWN_IN_PART DETAIL_LEFT_OUT;
	return *detail ? DETAIL_LEFT_OUT : "";
}

static void sources(struct copy *copy, const struct host *from)
{
	for (size_t i = 0; i < from->n_sources; i++) {
		const struct source *source = &from->sources[i];
		struct source *added =
			array_add(&copy->to->sources, &copy->to->n_sources);

		*added = (struct source){copy_keep(copy, source->name), source->outcome,
			detail_left_out(source->detail)};
		if (host_document(from, source->name) &&
			document_kind(source->name) == DOCUMENT_TEXT &&
			strcmp(source->name, SHOWN_DOCUMENT) != 0) {
			added->outcome = OUTCOME_SKIPPED;
			added->detail = LEFT_OUT;
		}
	}
}

/* ---- all ---- */

static void identity(struct copy *copy, const struct identity *from)
{
	struct identity *to = &copy->to->identity;

	*to = *from;
	to->machine_id = copy_keep(copy, from->machine_id);
	to->boot_id = copy_keep(copy, from->boot_id);
	to->node = copy_name(copy, from->node);
	to->kernel = copy_keep(copy, from->kernel);
	to->dm_driver = copy_keep(copy, from->dm_driver);
	to->redaction = copy_keep(copy, copy->names.key->id);
}

static bool fits(
	const struct pseudonyms *names, const char *text, size_t max, bool is_uuid)
{
	struct buf out = BUF_INIT;
	bool is_short;

	if (is_uuid)
		dm_uuid_pseudonyms(names, text, &out);
	else
		pseudonym_text(names, text, strlen(text), &out);
	is_short = out.len <= max || out.len <= strlen(text);
	buf_free(&out);
	return is_short;
}

static bool all_fit(const struct pseudonyms *names, const struct host *host)
{
	for (size_t i = 0; i < host->n_devices; i++)
		if (!fits(names, host->devices[i].name, DM_NAME_MAX, false) ||
			!fits(names, host->devices[i].uuid, DM_UUID_MAX, true))
			return false;
	for (size_t i = 0; i < host->n_vgs; i++)
		if (!fits(names, host->vgs[i].name, LVM_NAME_MAX, false))
			return false;
	for (size_t i = 0; i < host->n_lvs; i++)
		if (!fits(names, host->lvs[i].name, LVM_NAME_MAX, false))
			return false;
	return true;
}

/* A name of many short words grows. Then all pseudonyms of the host are cut, to the same
 * length, so that they still belong together; one letter is never longer than a word. */
static void length_choose(struct copy *copy, const struct host *host)
{
	copy->names.length = PSEUDONYM_LEN;
	while (copy->names.length > 1 && !all_fit(&copy->names, host))
		copy->names.length--;
}

struct host *redact_names(const struct host *host, const struct redact_key *key)
{
	struct copy copy = {.to = host_new()};

	pseudonyms_begin(&copy.names, key, host->identity.machine_id);
	length_choose(&copy, host);
	identity(&copy, &host->identity);
	documents(&copy, host);
	sources(&copy, host);
	copy_devices(&copy, host);
	copy_users(&copy, host);
	copy_volumes(&copy, host);
	pseudonyms_end(&copy.names);
	host_sort(copy.to);
	return copy.to;
}
