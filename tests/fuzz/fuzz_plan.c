/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plan's reader against any bytes. Law: what it accepts is written again to the same
 * bytes. The digest is no obstacle to the fuzzer: the text is tried as it is and with a
 * digest line that fits.
 */
#include <stdlib.h>
#include <string.h>

#include "snapstate/cleanup.h"
#include "snapstate/plan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_and_write(const char *text, size_t len)
{
	cleanup_plan struct plan *plan = NULL;
	cleanup_buf struct buf again = BUF_INIT;
	struct err err = ERR_INIT;

	if (plan_read(text, len, "fuzz", &plan, &err) < 0) {
		if (err.code >= 0 || !*err.msg)
			abort();
		return;
	}
	plan_write(plan, &again);
	if (again.len != len || memcmp(again.data, text, len) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_buf struct buf sealed = BUF_INIT;
	char digest[SHA256_HEX_LEN + 1];

	read_and_write((const char *)data, size);
	buf_add(&sealed, data, size);
	sha256_hex(buf_text(&sealed), sealed.len, digest);
	buf_printf(&sealed, "digest sha256:%s\n", digest);
	read_and_write(sealed.data, sealed.len);
	return 0;
}
