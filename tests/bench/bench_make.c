/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_make DEVICES FILE [HOST GROUP]: writes a made-up capture; see made_host.h. HOST
 * and GROUP, below 100,000, are parts of its machine id and node, and of the uuids of its
 * volume groups: hosts of one GROUP share storage.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "made_host.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/device.h"
#include "snapstate/host/lvm.h"
#include "snapstate/io.h"
#include "snapstate/record.h"

#define PART 6 /* bytes of a uuid before its first hyphen */

static void replace(const char *text, size_t len, const char *old, const char *new)
{
	for (char *at = (char *)text;
		(at = memmem(at, len - (size_t)(at - text), old, PART));)
		memcpy(at, new, PART);
}

/* Wherever the model has the uuid of a volume group: strings of the host's arena. */
static void replace_group(struct host *host, const char *old, const char *new)
{
	for (size_t i = 0; i < host->n_devices; i++)
		replace(host->devices[i].uuid, strlen(host->devices[i].uuid), old, new);
	for (size_t i = 0; i < host->n_sources; i++)
		replace(host->sources[i].name, strlen(host->sources[i].name), old, new);
	for (size_t i = 0; i < host->n_documents; i++) {
		struct document *document = &host->documents[i];

		replace(document->name, strlen(document->name), old, new);
		replace(document->bytes, document->len, old, new);
	}
}

static void number_host(struct host *host, unsigned number, unsigned group)
{
	char text[40];
	unsigned n = 0;

	snprintf(text, sizeof(text), "hv%u", number);
	host->identity.node = host_string(host, text);
	snprintf(text, sizeof(text), "%032u", number);
	host->identity.machine_id = host_string(host, text);
	for (size_t i = 0; i < host->n_documents; i++) {
		const char *name = host->documents[i].name;
		char old[PART + 1] = "";

		if (!strstr(name, ".vg"))
			continue;
		memcpy(old, name + strlen("lvm/"), PART);
		snprintf(text, sizeof(text), "%c%05u", 'a' + (int)(n++ % 26), group);
		replace_group(host, old, text);
	}
}

int main(int argc, char **argv)
{
	cleanup_host struct host *host = NULL;
	cleanup_buf struct buf archive = BUF_INIT;
	struct err err = ERR_INIT;

	if (argc != 3 && argc != 5) {
		fputs("usage: bench_make DEVICES FILE [HOST GROUP]\n", stderr);
		return 2;
	}
	host = made_host((unsigned)strtoul(argv[1], NULL, 10) / MADE_STACK_DEVICES);
	if (argc == 5)
		number_host(host, (unsigned)strtoul(argv[3], NULL, 10),
			(unsigned)strtoul(argv[4], NULL, 10));
	if (record_write(host, "made", &archive, &err) < 0 ||
		file_publish(argv[2], 0600, archive.data, archive.len, &err) < 0) {
		fprintf(stderr, "bench_make: %s\n", err.msg);
		return 1;
	}
	return 0;
}
