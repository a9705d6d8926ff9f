/* SPDX-License-Identifier: Apache-2.0 */
/* Devices that changed while the host was read. */
#ifndef SNAPSTATE_HOST_CHANGE_H
#define SNAPSTATE_HOST_CHANGE_H

#include "snapstate/buf.h"

struct host;

enum change_kind {
	CHANGE_GONE,
	CHANGE_RENAMED,	 /* to `name` */
	CHANGE_REPLACED, /* another device has its number */
	CHANGE_OPENS,	 /* its open count */
	CHANGE_FLAGS,	 /* suspended, resumed, a table loaded */
	CHANGE_TABLE,
	CHANGE_STATE, /* of a snapshot: valid, invalid, ... */
	CHANGE_ABOVE, /* `name` was put on it */
	CHANGE_MOUNTED,	  /* on `name` */
	CHANGE_UNMOUNTED, /* from `name` */
};
const char *change_kind_name(enum change_kind kind);
int change_kind_parse(const char *name, enum change_kind *ret_kind);

/* A device of a snapshot's stack that had changed when everything had been read and was
 * looked at once more: what was read of it and of its holders may not fit together. */
struct change {
	struct devno devno;
	enum change_kind kind;
	const char *name; /* "" where the kind has none */
};
int change_compare(const struct change *a, const struct change *b);
/* "it was mounted on /mnt/backup"; the name as buf_word() writes it. */
void change_print(const struct change *change, struct buf *ret_text);

/* Notes that a device changed, once. */
void host_change_add(
	struct host *host, struct devno devno, enum change_kind kind, const char *name);

#endif
