/* SPDX-License-Identifier: Apache-2.0 */
/* The reader of /etc/fstab against any bytes. Law: each line becomes one entry at most,
 * in the order of the lines, and an entry has a source and a target. */
#include <stdlib.h>

#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_host struct host *host = host_new();
	size_t n_lines = 1, bad_lines = 0;

	for (size_t i = 0; i < size; i++)
		n_lines += data[i] == '\n';
	text_fstab_read(host, (const char *)data, size, &bad_lines);
	if (host->n_fstab + bad_lines > n_lines)
		abort();
	for (size_t i = 0; i < host->n_fstab; i++) {
		const struct fstab_entry *entry = &host->fstab[i];

		if (!*entry->source || !*entry->target || !entry->line ||
			entry->line > n_lines ||
			(i && host->fstab[i - 1].line >= entry->line))
			abort();
	}
	return 0;
}
