/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a file is, by its first bytes: so that a wrong one is named for what it is before
 * its reader finds a wrong line in it.
 */
#ifndef SNAPSTATE_KIND_H
#define SNAPSTATE_KIND_H

#include "snapstate/buf.h"
#include "snapstate/err.h"

enum file_kind {
	KIND_CAPTURE, /* any archive: what is in it its reader knows */
	KIND_PLAN,
	KIND_JOURNAL,
	KIND_POLICY, /* of snapstate-plan */
	KIND_SIGNATURE,
	KIND_REDACT_KEY,
	KIND_KEY, /* of ssh or OpenSSL */
	KIND_REVIEW,
	KIND_PAGE,
	KIND_GRAPH,
	KIND_JSON,
	KIND_UNKNOWN,
};

/* "a plan" */
const char *file_kind_name(enum file_kind kind);
enum file_kind file_kind_of(const struct buf *bytes);
/*
 * -EBADMSG: it is another kind of file than `wanted`, or, where that one has a beginning
 * that no such file lacks, of no known kind: "NAME: is a plan, not a capture",
 * without NAME where that is NULL.
 */
int file_kind_check(const char *name, const struct buf *bytes, enum file_kind wanted,
	struct err *err);

/* As file_read_regular(), of standard input, which may be a pipe: waits for its end.
 * -EBADMSG: it is a terminal. */
int file_read_input(size_t max, struct buf *ret_bytes, struct err *err);

#endif
