/* SPDX-License-Identifier: Apache-2.0 */
/* The reader of mountinfo against any bytes. Law: of a refused text nothing becomes a
 * mount; of an accepted one every line does. */
#include <stdlib.h>
#include <string.h>

#include "snapstate/buf.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/mount.h"
#include "snapstate/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct host *host, const char *bytes, size_t len)
{
	size_t n_lines = 0;

	for (size_t i = 0; i < len; i++)
		n_lines += bytes[i] == '\n';
	if (!n_lines || host->n_mounts != n_lines)
		abort();
	for (size_t i = 0; i < host->n_mounts; i++)
		if (!*host->mounts[i].target || !*host->mounts[i].root)
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_host struct host *host = host_new();
	/* a copy with the NUL behind it that documents have */
	cleanup_free char *bytes = xstrndup((const char *)data, size);
	struct document document = {"mounts/1", bytes, size};
	struct err err = ERR_INIT;

	if (text_mountinfo_read(host, 1, &document, &err) == 0) {
		check(host, bytes, size);
		return 0;
	}
	if (err.code >= 0 || strncmp(err.msg, "mounts/1: ", strlen("mounts/1: ")) != 0 ||
		host->n_mounts || host->n_vgs || host->n_pvs || host->n_lvs)
		abort();
	return 0;
}
