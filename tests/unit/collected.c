/* SPDX-License-Identifier: Apache-2.0 */
/*
 * collected CAPTURE LAYOUT FOLDER: what others would have collected of the host of a
 * capture (host_answers.h), as files below FOLDER: lvmdump, sosreport, supportconfig, or
 * session, one text with commands and no time.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "evidence_files.h"
#include "host_answers.h"
#include "snapstate/host.h"
#include "snapstate/host/lvm.h"
#include "snapstate/host/places.h"
#include "snapstate/io.h"
#include "snapstate/limits.h"
#include "snapstate/record.h"

static void session_put(const struct host *host, const char *folder)
{
	static const char *const commands[] = {"lvs -a -o +devices", "dmsetup info -c",
		"dmsetup table", "dmsetup status", "lsblk", "mount", "cat /proc/swaps",
		"losetup -a", "ps -ef"};
	cleanup_buf struct buf text = BUF_INIT;

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		buf_printf(&text, "root@host:~# %s\n", commands[i]);
		answer_command(host, commands[i], &text);
	}
	for (size_t i = 0; i < host->n_vgs; i++) {
		cleanup_buf struct buf command = BUF_INIT;

		buf_printf(&command, "cat /etc/lvm/backup/%s", host->vgs[i].name);
		buf_printf(&text, "root@host:~# %s\n", buf_text(&command));
		answer_command(host, buf_text(&command), &text);
	}
	file_put(folder, "session.txt", text.data, text.len);
}

static void layout_put(const struct host *host, enum layout layout, const char *folder)
{
	for (unsigned n = 0;; n++) {
		cleanup_buf struct buf path = BUF_INIT, bytes = BUF_INIT;

		if (!layout_file(host, layout, n, &path, &bytes))
			return;
		file_put(folder, path.data, buf_text(&bytes), bytes.len);
	}
}

int main(int argc, char **argv)
{
	cleanup_host struct host *host = NULL;
	cleanup_buf struct buf archive = BUF_INIT;
	struct err err = ERR_INIT;

	if (argc != 4)
		return 2;
	if (file_read_at(AT_FDCWD, argv[1], RECORD_ARCHIVE_MAX, &archive, &err) < 0 ||
		record_read(archive.data, archive.len, argv[1], &host, &err) < 0) {
		fprintf(stderr, "collected: %s\n", err.msg);
		return 6;
	}
	host_index_build(host);
	if (strcmp(argv[2], "session") == 0) {
		session_put(host, argv[3]);
		return 0;
	}
	for (unsigned l = 0; l < LAYOUTS; l++)
		if (strcmp(argv[2], layout_name((enum layout)l)) == 0) {
			layout_put(host, (enum layout)l, argv[3]);
			return 0;
		}
	fprintf(stderr, "collected: %s is no layout\n", argv[2]);
	return 2;
}
