/* SPDX-License-Identifier: Apache-2.0 */
/* What main.c and several.c share: reading captures, and how the program ends. */
#ifndef SNAPSTATE_PLAN_PROGRAM_H
#define SNAPSTATE_PLAN_PROGRAM_H

#include "options.h"

/* Says what is wrong; returns `code`. */
int program_fail(const struct err *err, int code);
/* Prints; returns `code`, or EXIT_ENVIRONMENT where that cannot be done. */
int program_print(const struct buf *output, int code);
/* A new file; `file` NULL = none was asked for. */
int program_publish(
	const char *file, unsigned mode, const struct buf *text, struct err *err);
/* A capture with its index, and its digest. */
int program_read_capture(const char *name, struct host **ret_host,
	char ret_sha256[SHA256_HEX_LEN + 1], struct err *err);

/* The rules of all policies that were named, in their order; `request` borrows them. */
int program_read_policies(const struct options *options, struct request *request,
	struct policy *ret_policy, struct err *err);

/* Plans for several hosts; the exit code. */
int plan_several(const struct options *options);

#endif
