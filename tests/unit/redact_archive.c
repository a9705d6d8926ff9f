/* SPDX-License-Identifier: Apache-2.0 */
/* redact_archive KEYFILE IN OUT: an archive with pseudonyms, made of one without. */
#include <fcntl.h>
#include <stdio.h>

#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/io.h"
#include "snapstate/record.h"
#include "snapstate/redact.h"

#define ARCHIVE_MAX (64u << 20)

static int rewrite(const char *key_file, const char *in, const char *out, struct err *err)
{
	cleanup_buf struct buf bytes = BUF_INIT, archive = BUF_INIT;
	cleanup_host struct host *host = NULL;
	cleanup_host struct host *redacted = NULL;
	struct redact_key key;
	int r = redact_key_read(key_file, true, &key, err);

	if (r == 0)
		r = file_read_at(AT_FDCWD, in, ARCHIVE_MAX, &bytes, err);
	if (r < 0)
		return r;
	r = record_read(bytes.data, bytes.len, in, &host, err);
	if (r < 0)
		return r;
	redact_secrets(host);
	redacted = redact_names(host, &key);
	r = record_write(redacted, "redacted", &archive, err);
	return r < 0 ? r : file_publish(out, 0600, archive.data, archive.len, err);
}

int main(int argc, char **argv)
{
	struct err err = ERR_INIT;

	if (argc != 4) {
		fputs("usage: redact_archive KEYFILE IN OUT\n", stderr);
		return 2;
	}
	if (rewrite(argv[1], argv[2], argv[3], &err) == 0)
		return 0;
	fprintf(stderr, "redact_archive: %s\n", err.msg);
	return 1;
}
