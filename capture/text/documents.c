/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hands each verbatim document to the reader of its kind; see text.h.
 *
 * Input:  the host's documents, its sources and its mount namespaces.
 * Output: mounts, VGs, PVs and LVs of the same host.
 * The name alone says the kind. A document whose source was not read completely is kept
 * for people and never parsed: half a text must not pass for a whole one.
 */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "lvm_join.h"
#include "lvm_places.h"
#include "snapstate/buf.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/shown.h"
#include "snapstate/host/source.h"
#include "snapstate/text.h"

static int mounts_read(
	struct host *host, const struct document *document, struct err *err)
{
	const char *id = document->name + strlen("mounts/");
	uint64_t namespace_id;

	if (parse_u64(id, strlen(id), 10, &namespace_id) < 0)
		return err_set(err, -EBADMSG, "%s: the name must be mounts/NUMBER",
			document->name);
	if (!host_namespace(host, namespace_id))
		return err_set(err, -EBADMSG, "%s: no such mount namespace is recorded",
			document->name);
	return text_mountinfo_read(host, namespace_id, document, err);
}

static bool has_ends(const char *text, const char *prefix, const char *suffix)
{
	size_t len = strlen(text);

	return len > strlen(prefix) + strlen(suffix) &&
	       strncmp(text, prefix, strlen(prefix)) == 0 &&
	       strcmp(text + len - strlen(suffix), suffix) == 0;
}

static int document_read(struct host *host, const struct document *document,
	struct lvm_texts *texts, struct err *err)
{
	if (has_ends(document->name, "mounts/", ""))
		return mounts_read(host, document, err);
	/* report.json; what `lvm pvs` prints as JSON has the same form, and it alone
	 * lists the duplicates that LVM does not use (seen with 2.03.16) */
	if (has_ends(document->name, "lvm/", ".json"))
		return text_lvm_report_read(host, document, err);
	if (has_ends(document->name, "lvm/", ".vg"))
		return lvm_texts_add(host, document, texts, err);
	if (strcmp(document->name, SHOWN_DOCUMENT) == 0)
		return host_shown_read(host, document, err);
	if (has_ends(document->name, "lvm/", ".txt"))
		return 0; /* lvscan.txt, warnings.txt: for people */
	return err_set(err, -EBADMSG, "%s: unknown kind of document", document->name);
}

int text_documents_read(struct host *host, struct err *err)
{
	cleanup_lvm_texts struct lvm_texts texts = {.n_vgs = 0};
	int r;

	for (size_t i = 0; i < host->n_documents; i++) {
		const struct document *document = &host->documents[i];

		if (!host_source_is_read(host, document->name))
			continue;
		r = document_read(host, document, &texts, err);
		if (r < 0)
			return r;
		/* what most memory goes to, before the next document is read */
		if (host->n_mounts > RECORD_MOUNTS_MAX ||
			texts.n_lvs > RECORD_VOLUMES_MAX)
			break;
	}
	r = lvm_texts_join(host, &texts, err);
	if (r == 0 && host_is_imported(host))
		lvm_places_infer(host);
	return r < 0 ? r : host_limits_check(host, err);
}
