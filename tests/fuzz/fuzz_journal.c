/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal's reader against any bytes. Laws: what it accepts is a plan that was
 * carried out to its last line, so that nothing shorter and nothing longer is accepted;
 * what it refuses has words that are printable.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "snapstate/journal_run.h"
#include "snapstate/limits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int try(const char *text, size_t len, struct journal_run *run)
{
	struct err err = ERR_INIT;
	int r = journal_read(text, len, "fuzz", run, &err);

	if (r == 0)
		return 0;
	if ((r != -EBADMSG && r != -ECANCELED) || err.code != r || !*err.msg)
		abort();
	for (const char *c = err.msg; *c; c++)
		if (*c < ' ' || *c > '~')
			abort();
	return r;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct journal_run run = {.n_steps = 0};
	const char *last, *text = (const char *)data;

	if (try(text, size, &run) < 0)
		return 0;
	last = memrchr(text, '\n', size - 1);
	if (!last || strlen(run.digest) != SHA256_HEX_LEN ||
		run.n_steps > PLAN_STEPS_MAX || try(text, size - 1, &run) == 0 ||
		try(text, (size_t)(last + 1 - text), &run) == 0)
		abort();
	return 0;
}
