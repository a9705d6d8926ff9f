/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The archive's reader against any bytes. Law: what it accepts is written again, and that
 * reads back to the same bytes. Compression and digests are no obstacle to the fuzzer:
 * unless the input looks compressed, it is taken as a list of members, "NAME LENGTH\n"
 * and the bytes, that are packed with a SHA256SUMS that fits.
 */
#include <archive.h>
#include <archive_entry.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/io.h"
#include "snapstate/record.h"

#define TOP "fuzz"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_and_write(const void *bytes, size_t len)
{
	cleanup_host struct host *host = NULL, *again = NULL;
	cleanup_buf struct buf first = BUF_INIT, second = BUF_INIT;
	struct err err = ERR_INIT;

	if (record_read(bytes, len, "fuzz", &host, &err) < 0) {
		if (err.code >= 0 || strncmp(err.msg, "fuzz: ", 6) != 0 || host)
			abort();
		return;
	}
	if (record_write(host, TOP, &first, &err) < 0 ||
		record_read(first.data, first.len, "again", &again, &err) < 0 ||
		record_write(again, TOP, &second, &err) < 0)
		abort();
	if (first.len != second.len || memcmp(first.data, second.data, first.len) != 0)
		abort();
}

static la_ssize_t on_write(
	struct archive *a, void *context, const void *bytes, size_t len)
{
	(void)a;
	buf_add(context, bytes, len);
	return (la_ssize_t)len;
}

static void member_write(
	struct archive *a, const char *name, const void *bytes, size_t len)
{
	struct archive_entry *entry = archive_entry_new();
	cleanup_buf struct buf path = BUF_INIT;

	buf_printf(&path, TOP "/%s", name);
	archive_entry_set_pathname(entry, buf_text(&path));
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_size(entry, (la_int64_t)len);
	if (archive_write_header(a, entry) == ARCHIVE_OK && len)
		archive_write_data(a, bytes, len);
	archive_entry_free(entry);
}

/* One member of the list: false at its end. Names are cut to 60 characters of ASCII, as
 * libarchive's writer dies of others in the C locale. */
static bool member_take(const char **at, const char *end, char name[61],
	const char **ret_bytes, size_t *ret_len)
{
	const char *newline = memchr(*at, '\n', (size_t)(end - *at));
	unsigned long len;
	char line[128];

	if (!newline || newline - *at > 100)
		return false;
	snprintf(line, sizeof(line), "%.*s", (int)(newline - *at), *at);
	if (sscanf(line, "%60[!-~] %lu", name, &len) != 2)
		return false;
	*ret_bytes = newline + 1;
	*ret_len = len < (size_t)(end - *ret_bytes) ? len : (size_t)(end - *ret_bytes);
	*at = *ret_bytes + *ret_len;
	return true;
}

static void pack(const char *at, const char *end, struct buf *out)
{
	struct archive *a = archive_write_new();
	cleanup_buf struct buf sums = BUF_INIT;
	const char *bytes;
	char name[61];
	size_t len;

	archive_write_set_format_pax_restricted(a);
	archive_write_set_bytes_in_last_block(a, 1);
	archive_write_open(a, out, NULL, on_write, NULL);
	while (member_take(&at, end, name, &bytes, &len)) {
		char hex[SHA256_HEX_LEN + 1];

		member_write(a, name, bytes, len);
		sha256_hex(bytes, len, hex);
		buf_printf(&sums, "%s  %s\n", hex, name);
	}
	member_write(a, "SHA256SUMS", sums.data, sums.len);
	archive_write_free(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_buf struct buf packed = BUF_INIT;

	read_and_write(data, size);
	if (size && data[0] >= 'A' && data[0] <= 'z') {
		pack((const char *)data, (const char *)data + size, &packed);
		read_and_write(packed.data, packed.len);
	}
	return 0;
}
