/* SPDX-License-Identifier: Apache-2.0 */
/* The reader of LVM's report against any bytes. Law: of a refused text nothing becomes
 * part of the host, and no uuid is there twice. */
#include <stdlib.h>
#include <string.h>

#include "snapstate/buf.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/lvm.h"
#include "snapstate/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(struct host *host)
{
	host_sort(host);
	for (size_t i = 1; i < host->n_vgs; i++)
		if (strcmp(host->vgs[i - 1].uuid, host->vgs[i].uuid) >= 0)
			abort();
	for (size_t i = 1; i < host->n_pvs; i++)
		if (strcmp(host->pvs[i - 1].uuid, host->pvs[i].uuid) >= 0)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_host struct host *host = host_new();
	/* a copy with the NUL behind it that documents have */
	cleanup_free char *bytes = xstrndup((const char *)data, size);
	struct document document = {"lvm/report.json", bytes, size};
	struct err err = ERR_INIT;

	if (text_lvm_report_read(host, &document, &err) == 0) {
		check(host);
		return 0;
	}
	if (err.code >= 0 ||
		strncmp(err.msg, "lvm/report.json: ", strlen("lvm/report.json: ")) != 0 ||
		host->n_mounts || host->n_vgs || host->n_pvs || host->n_lvs)
		abort();
	return 0;
}
