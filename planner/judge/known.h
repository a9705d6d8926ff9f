/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The policies that are shipped (policies/): they travel inside the program, are found by
 * their names, and say which backup program calls its snapshots so.
 */
#ifndef SNAPSTATE_KNOWN_H
#define SNAPSTATE_KNOWN_H

#include "snapstate/buf.h"
#include "snapstate/policy.h"

struct known_policy {
	const char *name; /* "proxmox" */
	struct policy policy;
};

struct known {
	struct known_policy *policies; /* by name */
	size_t count;
};

/* What is shipped can be read: anything else is a bug, and ends the program. */
void known_read(struct known *ret_known);
void known_free(struct known *known);
#define cleanup_known cleanup_with(known_free)

/* The text of the one that is called so; NULL: none is. */
const char *known_text(const char *name);
/* "proxmox, rsnapshot": all of them. */
void known_names(struct buf *text);
/* The name of the first policy with a rule that takes such a volume; NULL: none does. A
 * name alone proves nothing: it is a label. */
const char *known_producer(
	const struct known *known, const char *label, const char *tags);

#endif
