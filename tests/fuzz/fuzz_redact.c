/* SPDX-License-Identifier: Apache-2.0 */
/* The rewriters of documents against any bytes; the first byte says which document. Laws:
 * masking twice is masking once, and what the reader accepts after masking it accepts
 * with pseudonyms too, with as many mounts, groups and volumes. */
#include <stdlib.h>
#include <string.h>

#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/source.h"
#include "snapstate/redact.h"
#include "snapstate/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct redact_key key = {
	"any 32 bytes will do for a key.", "0123456789abcdef"};
static const char *const names[] = {
	"mounts/1", "lvm/x.vg", "lvm/report.json", "lvm/lvscan.txt", "lvm/warnings.txt"};

static struct host *host_with(const char *name, const char *bytes, size_t len)
{
	struct host *host = host_new();
	struct mount_namespace *space = array_add(&host->namespaces, &host->n_namespaces);

	space->id = 1;
	host_document_add(host, name, bytes, len);
	return host;
}

static int read_again(const struct document *document, struct host **ret_host)
{
	*ret_host = host_with(document->name, document->bytes, document->len);
	return text_documents_read(*ret_host, NULL);
}

static void check_masked_twice(struct host *host, const char *name)
{
	const struct document *first = host_document(host, name);
	cleanup_host struct host *again = host_with(name, first->bytes, first->len);
	const struct document *second;

	redact_secrets(again);
	second = host_document(again, name);
	if (second->len != first->len ||
		memcmp(second->bytes, first->bytes, first->len) != 0)
		abort();
}

static void check_names(const struct host *host, const char *name)
{
	cleanup_host struct host *redacted = redact_names(host, &key);
	cleanup_host struct host *plain = NULL, *replaced = NULL;
	const struct document *document = host_document(redacted, name);

	if (read_again(host_document(host, name), &plain) < 0 || !document)
		return;
	if (read_again(document, &replaced) < 0 ||
		plain->n_mounts != replaced->n_mounts ||
		plain->n_vgs != replaced->n_vgs || plain->n_pvs != replaced->n_pvs ||
		plain->n_lvs != replaced->n_lvs)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *name;
	cleanup_host struct host *host = NULL;

	if (!size)
		return 0;
	name = names[data[0] % (sizeof(names) / sizeof(names[0]))];
	host = host_with(name, (const char *)data + 1, size - 1);
	redact_secrets(host);
	check_masked_twice(host, name);
	check_names(host, name);
	return 0;
}
