/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reader of state.xml against any bytes, behind the line that every state.xml begins
 * with, or as they are where they begin like it: whatever else is refused by its first
 * bytes. Law: what it accepts is written, read and written to the same bytes.
 */
#include <stdlib.h>
#include <string.h>

#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_and_write(const void *bytes, size_t len)
{
	cleanup_host struct host *host = host_new(), *again = host_new();
	cleanup_buf struct buf first = BUF_INIT, second = BUF_INIT;
	struct err err = ERR_INIT;

	if (record_state_read(bytes, len, host, &err) < 0) {
		if (err.code >= 0 || strncmp(err.msg, "state.xml: ", 11) != 0)
			abort();
		return;
	}
	if (record_state_write(host, &first, &err) < 0 ||
		record_state_read(first.data, first.len, again, &err) < 0 ||
		record_state_write(again, &second, &err) < 0)
		abort();
	if (first.len != second.len || memcmp(first.data, second.data, first.len) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char head[] = "<?xml";
	cleanup_buf struct buf headed = BUF_INIT;

	if (size >= strlen(head) && memcmp(data, head, strlen(head)) == 0) {
		read_and_write(data, size);
		return 0;
	}
	buf_puts(&headed, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
	buf_add(&headed, data, size);
	read_and_write(headed.data, headed.len);
	return 0;
}
