/* SPDX-License-Identifier: Apache-2.0 */
/* First bytes -> what the file is; see kind.h. */
#include "snapstate/kind.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "snapstate/cleanup.h"
#include "snapstate/io.h"

/* Of files of ours, and of those that are beside them. The longer beginning comes first.
 */
static const struct beginning {
	enum file_kind kind;
	const char *bytes;
} beginnings[] = {
	{KIND_CAPTURE, "\x1f\x8b"},
	{KIND_PLAN, "#!/usr/sbin/snapstate-execute"},
	{KIND_PLAN, "snapstate-plan "},
	{KIND_JOURNAL, "snapstate-journal "},
	{KIND_REDACT_KEY, "snapstate-redaction-key "},
	{KIND_SIGNATURE, "-----BEGIN SSH SIGNATURE-----"},
	{KIND_KEY, "-----BEGIN "},
	{KIND_KEY, "ssh-"},
	{KIND_PAGE, "<!DOCTYPE html>"},
	{KIND_GRAPH, "digraph "},
	{KIND_JSON, "{"},
	{KIND_REVIEW, "HOST       "},
	{KIND_REVIEW, "HAZARD     "},
	{KIND_POLICY, "rule "},
};

const char *file_kind_name(enum file_kind kind)
{
	switch (kind) {
	case KIND_CAPTURE:
		return "a capture";
	case KIND_PLAN:
		return "a plan";
	case KIND_JOURNAL:
		return "a journal";
	case KIND_POLICY:
		return "a policy";
	case KIND_SIGNATURE:
		return "a signature";
	case KIND_REDACT_KEY:
		return "a key of pseudonyms";
	case KIND_KEY:
		return "a key of ssh or OpenSSL";
	case KIND_REVIEW:
		return "a review";
	case KIND_PAGE:
		return "a page";
	case KIND_GRAPH:
		return "a graph";
	case KIND_JSON:
		return "JSON";
	case KIND_UNKNOWN:
		break;
	}
	return "a file of an unknown kind";
}

/* Not compressed: tar(5). */
static bool is_tar(const struct buf *bytes)
{
	return bytes->len > 262 && memcmp(bytes->data + 257, "ustar", 5) == 0;
}

enum file_kind file_kind_of(const struct buf *bytes)
{
	for (size_t i = 0; i < sizeof(beginnings) / sizeof(beginnings[0]); i++) {
		size_t len = strlen(beginnings[i].bytes);

		if (bytes->len >= len &&
			memcmp(bytes->data, beginnings[i].bytes, len) == 0)
			return beginnings[i].kind;
	}
	return is_tar(bytes) ? KIND_CAPTURE : KIND_UNKNOWN;
}

/* A journal may be cut off anywhere, and a policy may begin with anything. */
static bool has_beginning(enum file_kind kind)
{
	return kind != KIND_JOURNAL && kind != KIND_POLICY;
}

int file_kind_check(
	const char *name, const struct buf *bytes, enum file_kind wanted, struct err *err)
{
	enum file_kind kind = file_kind_of(bytes);

	if (kind == wanted ||
		(kind == KIND_UNKNOWN && bytes->len > 0 && !has_beginning(wanted)))
		return 0;
	if (bytes->len == 0 && wanted == KIND_JOURNAL)
		return 0;
	return err_set(err, -EBADMSG, "%s%sis %s, not %s", name ? name : "",
		name ? ": " : "",
		bytes->len == 0	       ? "empty"
		: kind == KIND_CAPTURE ? "an archive"
				       : file_kind_name(kind),
		file_kind_name(wanted));
}

int file_read_input(size_t max, struct buf *ret_bytes, struct err *err)
{
	if (isatty(STDIN_FILENO))
		return err_set(err, -EBADMSG, "standard input is a terminal");
	return file_read_open(STDIN_FILENO, "standard input", max, ret_bytes, err);
}
