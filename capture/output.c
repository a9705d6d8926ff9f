/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An archive as a file. Input: its bytes, a path. Output: the file, or why there is
 * none. Its file system may be as sick as the rest of the host: both are behind a
 * checkpoint.
 */
#include "capture.h"
#include "checkpoint.h"
#include "snapstate/io.h"
#include "snapstate/publish_check.h"

struct output {
	const struct buf *bytes;
	const char *path;
	struct err *err;
	int result;
};

static void check(void *context)
{
	struct output *output = context;

	output->result = file_publish_check(output->path, output->err);
}

static void publish(void *context)
{
	struct output *output = context;

	output->result = file_publish(output->path, 0600, buf_text(output->bytes),
		output->bytes->len, output->err);
}

static int in_time(
	struct output *output, int64_t deadline_ms, void (*body)(void *context))
{
	int r = checkpoint_run(deadline_ms, body, output, output->err);

	return r < 0 ? err_wrap(output->err, "%s", output->path) : output->result;
}

int output_check(const char *path, int64_t deadline_ms, struct err *err)
{
	struct output output = {.path = path, .err = err};

	return path ? in_time(&output, deadline_ms, check) : 0;
}

int output_write(
	const struct buf *bytes, const char *path, int64_t deadline_ms, struct err *err)
{
	struct output output = {.bytes = bytes, .path = path, .err = err};

	return in_time(&output, deadline_ms, publish);
}
