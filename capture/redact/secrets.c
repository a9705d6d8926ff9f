/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Secrets out of the model and its documents; see redact.h.
 * Input: a host as it was read. Output: the same host.
 *
 * Invariant: a document that is not understood is left out, whatever its source says:
 * nobody can tell where the secrets are in it.
 */
#include <string.h>

#include "parts.h"
#include "snapstate/host.h"
#include "snapstate/host/config.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/shown.h"
#include "snapstate/host/source.h"

enum document_kind document_kind(const char *name)
{
	size_t len = strlen(name);

	if (strncmp(name, "mounts/", 7) == 0)
		return DOCUMENT_MOUNTINFO;
	if (strcmp(name, "lvm/lvscan.txt") == 0)
		return DOCUMENT_LVSCAN;
	if (len > 3 && strcmp(name + len - 3, ".vg") == 0)
		return DOCUMENT_METADATA;
	if (len > 5 && strcmp(name + len - 5, ".json") == 0)
		return DOCUMENT_REPORT;
	return DOCUMENT_TEXT;
}

static bool document_mask(const struct document *document, struct buf *out)
{
	switch (document_kind(document->name)) {
	case DOCUMENT_MOUNTINFO:
		return mountinfo_rewrite(NULL, document->bytes, document->len, out);
	case DOCUMENT_METADATA:
		return metadata_rewrite(NULL, document->bytes, document->len, out);
	case DOCUMENT_REPORT:
		return report_rewrite(NULL, document->bytes, document->len, out);
	case DOCUMENT_LVSCAN:
	case DOCUMENT_TEXT:
		words_mask(document->bytes, document->len, out);
		return true;
	}
	return false;
}

/* As a reader of the archive will find it. */
static void mounts_drop(struct host *host, const char *document)
{
	const char *id = document + strlen("mounts/");
	uint64_t namespace_id = 0;
	size_t kept = 0;

	if (parse_u64(id, strlen(id), 10, &namespace_id) < 0)
		return;
	for (size_t i = 0; i < host->n_mounts; i++)
		if (host->mounts[i].namespace_id != namespace_id)
			host->mounts[kept++] = host->mounts[i];
	host->n_mounts = kept;
}

/* It stays as a document: what is left of it, or a mask. */
static void document_give_up(
	struct host *host, struct document *document, const struct buf *masked)
{
	const struct source *source = host_source(host, document->name);
	enum outcome outcome = source ? source->outcome : OUTCOME_UNSUPPORTED;
	const char *what = "not understood, so masked";

	if (outcome == OUTCOME_READ)
		outcome = OUTCOME_UNSUPPORTED;
	if (document_kind(document->name) == DOCUMENT_MOUNTINFO) {
		what = "lines that were not understood are masked";
		document->bytes = host_string_n(host, buf_text(masked), masked->len);
		document->len = masked->len;
		mounts_drop(host, document->name);
	} else {
		document->bytes = MASK "\n";
		document->len = strlen(document->bytes);
	}
	if (!source || !strstr(source->detail, what))
		host_source_set(host, document->name, outcome, "%s%s%s",
			source ? source->detail : "",
			source && *source->detail ? "; " : "", what);
}

static void documents_mask(struct host *host)
{
	for (size_t i = 0; i < host->n_documents; i++) {
		struct document *document = &host->documents[i];
		struct buf masked = BUF_INIT;

		if (!document_mask(document, &masked)) {
			document_give_up(host, document, &masked);
		} else if (masked.len != document->len ||
			   memcmp(buf_text(&masked), document->bytes, masked.len) != 0) {
			document->bytes =
				host_string_n(host, buf_text(&masked), masked.len);
			document->len = masked.len;
		}
		buf_free(&masked);
	}
}

static const char *options_kept(
	struct host *host, const struct mount *mount, const char *options)
{
	struct buf kept = BUF_INIT;
	const char *copy = options;

	options_keep(NULL, mount->type, options, strlen(options), &kept);
	if (kept.len != strlen(options))
		copy = host_string(host, buf_text(&kept));
	buf_free(&kept);
	return copy;
}

static const char *masked_with(struct host *host, const char *text,
	void (*mask)(const char *text, size_t len, struct buf *out))
{
	struct buf masked = BUF_INIT;
	const char *copy = text;

	mask(text, strlen(text), &masked);
	if (strcmp(buf_text(&masked), text) != 0)
		copy = host_string(host, buf_text(&masked));
	buf_free(&masked);
	return copy;
}

/* The values, and with them the document that carries them. */
static void shown_mask(struct host *host)
{
	for (size_t i = 0; i < host->n_shown; i++) {
		struct shown *shown = &host->shown[i];

		shown->volume = masked_with(host, shown->volume, words_mask);
		shown->value = masked_with(host, shown->value, words_mask);
		shown->from = masked_with(host, shown->from, words_mask);
	}
	host_shown_write(host);
}

void redact_secrets(struct host *host)
{
	for (size_t i = 0; i < host->n_mounts; i++) {
		struct mount *mount = &host->mounts[i];

		mount->source = masked_with(host, mount->source, source_mask);
		mount->options = options_kept(host, mount, mount->options);
		mount->super_options = options_kept(host, mount, mount->super_options);
		mount->type = masked_with(host, mount->type, type_mask);
	}
	for (size_t i = 0; i < host->n_fstab; i++) {
		struct fstab_entry *entry = &host->fstab[i];

		entry->source = masked_with(host, entry->source, source_mask);
		entry->type = masked_with(host, entry->type, type_mask);
	}
	documents_mask(host);
	shown_mask(host);
	for (size_t i = 0; i < host->n_sources; i++)
		host->sources[i].detail =
			masked_with(host, host->sources[i].detail, words_mask);
}
