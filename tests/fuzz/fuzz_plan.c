/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plan's readers against any bytes. Laws: what it accepts is written again to the same
 * bytes, and who carries it out reads the same steps. The digest is no obstacle to the fuzzer: the text is tried as it is and with a
 * digest line that fits.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "snapstate/cleanup.h"
#include "snapstate/plan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_orders(const char *text, size_t len, const struct plan *plan)
{
	cleanup_orders struct orders *orders = NULL;
	struct err err = ERR_INIT;

	if (orders_read(text, len, "fuzz", &orders, &err) < 0) {
		if (plan || err.code != -EBADMSG || !*err.msg)
			abort();
		return;
	}
	if (!plan)
		return;
	if (orders->n_steps != plan->n_steps || strcmp(orders->digest, plan->digest) != 0)
		abort();
	for (size_t i = 0; i < plan->n_steps; i++) {
		cleanup_buf struct buf a = BUF_INIT, b = BUF_INIT;

		plan_step_target(&orders->steps[i], &a);
		plan_step_target(&plan->steps[i], &b);
		if (orders->steps[i].op != plan->steps[i].op ||
			strcmp(buf_text(&a), buf_text(&b)) != 0)
			abort();
	}
}

static void read_and_write(const char *text, size_t len)
{
	cleanup_plan struct plan *plan = NULL;
	cleanup_buf struct buf again = BUF_INIT;
	struct err err = ERR_INIT;

	if (plan_read(text, len, "fuzz", &plan, &err) < 0) {
		if (err.code >= 0 || !*err.msg)
			abort();
		check_orders(text, len, NULL);
		return;
	}
	check_orders(text, len, plan);
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
