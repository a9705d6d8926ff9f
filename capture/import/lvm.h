/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the reader of LVM's outputs. */
#ifndef SNAPSTATE_IMPORT_LVM_H
#define SNAPSTATE_IMPORT_LVM_H

#include "evidence.h"
#include "snapstate/lvm_names.h"

struct host;

/* The sequence number of a VG at the time of collecting, by a command that read the
 * metadata then. */
struct witness {
	char vg_uuid[LVM_UUID_LEN + 1];
	uint64_t seqno;
	const char *file; /* a host's */
};
struct witnesses {
	struct witness *items;
	size_t count;
};

void witness_add(struct witnesses *witnesses, const char *vg_uuid, uint64_t seqno,
	const char *file);

#define LISTED_MAX 2000 /* volumes of a group: each row is looked for among them */
/* The output of lvs that shows just the volumes of a group, of which `metadata` holds
 * nothing else; NULL: none does. */
const struct piece *lvm_listed_by(
	const struct evidence *evidence, const struct host *metadata);

/* Metadata texts -> the documents lvm/<vg-uuid>.vg and their sources. */
void import_metadata(struct host *host, const struct evidence *evidence,
	const struct witnesses *witnesses);

#endif
