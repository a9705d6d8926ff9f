/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside names*.c: one host becomes another, struct by struct. Each part copies its
 * arrays with every string replaced, or named as one that stays.
 */
#ifndef SNAPSTATE_REDACT_NAMES_H
#define SNAPSTATE_REDACT_NAMES_H

#include "parts.h"

struct copy {
	struct host *to;
	struct pseudonyms names;
};

/* ---- one string; the result is the new host's ---- */

const char *copy_keep(const struct copy *copy, const char *text); /* NULL stays */
const char *copy_name(const struct copy *copy, const char *text); /* NULL stays */
const char *copy_dm_uuid(const struct copy *copy, const char *text);
const char *copy_type(const struct copy *copy, const char *text); /* of a file system */
/* Frees the text. */
const char *copy_finish(const struct copy *copy, struct buf *text);

/* Uuids of LVM, and of partitions on it, stay: all joins hang on them. Others may hold
 * the device's name ("CRYPT-LUKS2-UUID-NAME", cryptsetup lib/libdevmapper.c). */
void dm_uuid_pseudonyms(
	const struct pseudonyms *names, const char *uuid, struct buf *out);

/* ---- parts ---- */

/* dm devices, other block devices, file systems on them, holders in the kernel, changes
 */
void copy_devices(struct copy *copy, const struct host *from);
/* namespaces, mounts, swap, processes and their uses */
void copy_users(struct copy *copy, const struct host *from);
/* volume groups, physical and logical volumes */
void copy_volumes(struct copy *copy, const struct host *from);

#endif
