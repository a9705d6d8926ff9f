/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the host mounts by itself: /etc/fstab -> host->fstab and the source "fstab". Of
 * units of systemd configs.c tells.
 */
#include "parts.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/source.h"
#include "snapstate/io.h"
#include "snapstate/text.h"

void probe_fstab(const struct machine *machine, struct host *host)
{
	cleanup_buf struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	int r = file_read_at(machine->root, "etc/fstab", TEXT_FSTAB_MAX, &text, &err);
	size_t bad_lines = 0;

	if (r < 0) {
		host_source_set(
			host, "fstab", outcome_of_errno(r), "/etc/fstab: %s", err.msg);
		return;
	}
	text_fstab_read(host, buf_text(&text), text.len, &bad_lines);
	if (bad_lines)
		host_source_set(host, "fstab", OUTCOME_READ,
			"%zu lines are not entries, and were left out", bad_lines);
	else
		host_source_set(host, "fstab", OUTCOME_READ, "%s", "");
}
