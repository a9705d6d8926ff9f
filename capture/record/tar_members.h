/* SPDX-License-Identifier: Apache-2.0 */
/* Members <-> tar.gz: writer beside reader. The limits are those of record.h. */
#ifndef SNAPSTATE_RECORD_TAR_MEMBERS_H
#define SNAPSTATE_RECORD_TAR_MEMBERS_H

#include <stdint.h>

#include "snapstate/buf.h"
#include "snapstate/err.h"

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

/* Reads a hostile archive. The first member has to be FORMAT, which is checked before
 * anything else is looked at. */
int members_unpack(
	const void *archive, size_t len, struct members *ret_members, struct err *err);

#endif
