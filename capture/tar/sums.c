/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SHA256SUMS of members; see members.h. Input and output: members in memory. Invariant:
 * what sums_check() accepts is exactly what sums_write() makes of the same members.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "members.h"
#include "snapstate/cleanup.h"
#include "snapstate/io.h"

static int order_members(const void *pa, const void *pb)
{
	const struct member *a = *(const struct member *const *)pa;
	const struct member *b = *(const struct member *const *)pb;

	return strcmp(a->name, b->name);
}

static const struct member **members_sorted(const struct members *members)
{
	const struct member **sorted = xcalloc(members->count, sizeof(*sorted));

	for (size_t i = 0; i < members->count; i++)
		sorted[i] = &members->items[i];
	qsort(sorted, members->count, sizeof(*sorted), order_members);
	return sorted;
}

static void line_write(const struct member *member, struct buf *ret_text)
{
	char hex[SHA256_HEX_LEN + 1];

	sha256_hex(member->bytes.data, member->bytes.len, hex);
	buf_printf(ret_text, "%s  %s\n", hex, member->name);
}

void sums_write(const struct members *members, struct buf *ret_text)
{
	const struct member **sorted = members_sorted(members);

	for (size_t i = 0; i < members->count; i++)
		if (strcmp(sorted[i]->name, MEMBER_SUMS) != 0)
			line_write(sorted[i], ret_text);
	free(sorted);
}

/* Says which of the rules it is that the line breaks. */
static int line_error(
	const struct member *member, const char *line, size_t number, struct err *err)
{
	const char *name = line + SHA256_HEX_LEN + 2;
	size_t len = strcspn(line, "\n");

	if (len < SHA256_HEX_LEN + 2 + strlen(member->name) ||
		strncmp(name, member->name, len - SHA256_HEX_LEN - 2) != 0 ||
		len != SHA256_HEX_LEN + 2 + strlen(member->name))
		return err_set(err, -EBADMSG,
			"%s line %zu: must be about %s, the next member in order of "
			"names",
			MEMBER_SUMS, number, member->name);
	return err_set(err, -EBADMSG,
		"%s: its digest is not the one that %s line %zu has: the archive was "
		"damaged or changed",
		member->name, MEMBER_SUMS, number);
}

static int lines_check(const struct member **sorted, size_t count, const char *at,
	const char *end, struct err *err)
{
	size_t number = 0;

	for (size_t i = 0; i < count; i++) {
		cleanup_buf struct buf line = BUF_INIT;

		if (strcmp(sorted[i]->name, MEMBER_SUMS) == 0)
			continue;
		number++;
		line_write(sorted[i], &line);
		if ((size_t)(end - at) < line.len || memcmp(at, line.data, line.len) != 0)
			return line_error(sorted[i], at, number, err);
		at += line.len;
	}
	if (at != end)
		return err_set(err, -EBADMSG,
			"%s line %zu: about a member that is not there", MEMBER_SUMS,
			number + 1);
	return 0;
}

static int names_check(const struct member **sorted, size_t count, struct err *err)
{
	for (size_t i = 1; i < count; i++)
		if (strcmp(sorted[i - 1]->name, sorted[i]->name) == 0)
			return err_set(err, -EBADMSG, "%s: the archive has it twice",
				sorted[i]->name);
	return 0;
}

int sums_check(const struct members *members, struct err *err)
{
	const struct member **sorted;
	const struct member *sums;
	int r;

	if (!members->count ||
		strcmp(members->items[members->count - 1].name, MEMBER_SUMS) != 0)
		return err_set(err, -EBADMSG,
			"the last member must be %s: the archive was cut off or changed",
			MEMBER_SUMS);
	sums = &members->items[members->count - 1];
	sorted = members_sorted(members);
	r = names_check(sorted, members->count, err);
	if (r == 0)
		r = lines_check(sorted, members->count, buf_text(&sums->bytes),
			buf_text(&sums->bytes) + sums->bytes.len, err);
	free(sorted);
	return r;
}
