/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each reader of a file of a collection against any bytes, with those that it is joined
 * with: texts that a zero byte ends. Each is a file of the role whose name FUZZ_ROW has;
 * without it, its first byte says which. FUZZ_ROW=? lists them. Law: what is imported
 * can be written as an archive, and read again.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "evidence.h"
#include "snapstate/host.h"
#include "snapstate/record.h"
#include "snapstate/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

#define ROLES_LAST ROLE_TEXT

/* What is in these is read in their place, or not at all. */
static bool is_read(enum role role)
{
	return role != ROLE_NONE && role != ROLE_CAPTURE && role != ROLE_ARCHIVE;
}
static enum role row = ROLE_NONE;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const char *name = getenv("FUZZ_ROW");

	(void)argc;
	(void)argv;
	for (unsigned i = ROLE_NONE + 1; name && i <= ROLES_LAST; i++) {
		if (!is_read((enum role)i))
			continue;
		if (strcmp(name, "?") == 0)
			printf("%s\n", role_name((enum role)i));
		else if (strcmp(name, role_name((enum role)i)) == 0)
			row = (enum role)i;
	}
	if (name && row == ROLE_NONE)
		exit(strcmp(name, "?") != 0);
	return 0;
}

static void add_piece(
	struct evidence *evidence, enum role role, const char *bytes, size_t len)
{
	static const struct piece none;
	struct piece *piece = array_add(&evidence->pieces, &evidence->n_pieces);
	char path[32];

	*piece = none;
	snprintf(path, sizeof(path), "file-%zu", evidence->n_pieces);
	piece->path = xstrdup(path);
	piece->role = role;
	buf_add(&piece->bytes, bytes, len);
}

/* What dmsetup's outputs are joined by. */
static void add_known(struct evidence *evidence)
{
	static const char info[] = "Name Maj Min Stat Open Targ Event  UUID\n"
				   "a    253   0 L--w    1    1      0 LVM-x\n";
	static const char table[] = "a: 0 8 linear 8:0 0\n";

	if (row != ROLE_DM_INFO)
		add_piece(evidence, ROLE_DM_INFO, info, sizeof(info) - 1);
	if (row != ROLE_DM_TABLE)
		add_piece(evidence, ROLE_DM_TABLE, table, sizeof(table) - 1);
}

static void pieces_make(struct evidence *evidence, const uint8_t *data, size_t size)
{
	const char *at = (const char *)data, *end = at + size;

	while (at < end && evidence->n_pieces < 8) {
		size_t len = strnlen(at, (size_t)(end - at));
		enum role role = row;

		if (role == ROLE_NONE && len) {
			role = (enum role)(1 + (unsigned char)*at % ROLES_LAST);
			at++;
			len--;
		}
		if (is_read(role))
			add_piece(evidence, role, at, len);
		at += len + 1;
	}
}

static void check_archive(const struct host *host)
{
	cleanup_host struct host *again = NULL;
	cleanup_buf struct buf archive = BUF_INIT;
	struct err err = ERR_INIT;

	if (record_write(host, "fuzz", &archive, &err) < 0)
		return; /* over a limit */
	if (record_read(archive.data, archive.len, "fuzz", &again, &err) < 0) {
		fprintf(stderr, "%s\n", err.msg);
		abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_host struct host *host = host_new();
	cleanup_evidence struct evidence evidence = {0};
	struct err err = ERR_INIT;

	if (row != ROLE_NONE)
		add_known(&evidence);
	pieces_make(&evidence, data, size);
	evidence_take_outputs(&evidence);
	import_identity(host, &evidence);
	import_dm(host, &evidence);
	import_blocks(host, &evidence);
	import_swaps(host, &evidence);
	import_mounts(host, &evidence);
	import_processes(host, &evidence);
	import_lvm(host, &evidence);
	if (text_documents_read(host, &err) < 0 ||
		import_texts(host, &evidence, &err) < 0)
		return 0;
	host_sort(host);
	check_archive(host);
	return 0;
}
