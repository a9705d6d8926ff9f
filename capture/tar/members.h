/* SPDX-License-Identifier: Apache-2.0 */
/* A tar.gz as its members, and how they become one; record reads them, archive_read.c. */
#ifndef SNAPSTATE_TAR_MEMBERS_H
#define SNAPSTATE_TAR_MEMBERS_H

#include <stdint.h>

#include "snapstate/buf.h"
#include "snapstate/err.h"

#define MEMBER_SUMS	"SHA256SUMS"
#define MEMBER_NAME_MAX 200 /* bytes */

struct member {
	char *name; /* below the top folder */
	struct buf bytes;
};

struct members {
	struct member *items;
	size_t count;
};
#define MEMBERS_INIT ((struct members){0})

/* A new last member. Valid until the next call. */
struct member *member_add(struct members *members, const char *name);
void members_free(struct members *members);
static inline void members_free_fn(struct members *members)
{
	members_free(members);
}
#define cleanup_members cleanup_with(members_free_fn)

/* [A-Za-z0-9._-]+ between single slashes, no "." or "..", not too long. */
int member_name_check(const char *name, struct err *err);

/* One folder named `top`, the members in their order, all of them of the time `taken`. */
int members_pack(const struct members *members, const char *top, int64_t taken,
	struct buf *ret_archive, struct err *err);

/*
 * SHA256SUMS, as sha256sum(1) writes it and `sha256sum -c` checks it inside the top
 * folder: 64 hex digits, two blanks, name; sorted by name; every member but itself
 */
void sums_write(const struct members *members, struct buf *ret_text);
/* The last member has to be SHA256SUMS: every other one is in it, nothing else is, and
 * the digests are right. */
int sums_check(const struct members *members, struct err *err);

#endif
