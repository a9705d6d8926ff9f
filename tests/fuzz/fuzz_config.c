/* SPDX-License-Identifier: Apache-2.0 */
/* The readers of configurations against any bytes. Law: each entry is a path below
 * /dev, its line number is one of the text, and there are no more entries than the limit.
 * The first byte says which reader. */
#include <stdlib.h>
#include <string.h>

#include "snapstate/buf.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_host struct host *host = host_new();
	cleanup_buf struct buf text = BUF_INIT;
	struct text_storages storages = {0};
	size_t n_lines = 1;

	if (!size)
		return 0;
	buf_add(&text, data + 1, size - 1);
	for (size_t i = 0; i < text.len; i++)
		n_lines += text.data[i] == '\n';
	text_proxmox_storages_read(buf_text(&text), text.len, &storages);
	text_libvirt_pool_read(buf_text(&text), text.len, &storages);
	text_config_read(host, (enum config_kind)(data[0] % (CONFIG_PROXMOX + 1)),
		"/etc/file", &text, &storages);
	text_storages_free(&storages);
	if (host->n_configs > TEXT_CONFIG_NAMES_MAX)
		abort();
	for (size_t i = 0; i < host->n_configs; i++)
		if (strncmp(host->configs[i].device, "/dev/", 5) != 0 ||
			!host->configs[i].line || host->configs[i].line > n_lines)
			abort();
	return 0;
}
