/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a mapping on a snapshot is, and whether a plan may take it away before the
 * snapshot. It may where nothing is lost with it but the way to the snapshot's data: the
 * mapping keeps no state of its own, and by table and dependencies it is on this
 * snapshot and on nothing else. Whether anyone uses it is asked elsewhere, as of every
 * device of the subject.
 */
#ifndef SNAPSTATE_MAPPING_H
#define SNAPSTATE_MAPPING_H

#include "judge.h"

enum mapping_kind {
	MAPPING_PARTITION,    /* a window onto the snapshot: kpartx, or made by hand */
	MAPPING_GUEST_VOLUME, /* a volume of a group that is inside the snapshot */
	MAPPING_ENCRYPTED,    /* LUKS, or plain dm-crypt */
	MAPPING_KEPT,	      /* anything else, or not proven to be one of these */
};

/* Judges a mapping on the subject's devices. For what is kept, *ret_why says in the words
 * of the field what it is, and what a person can do; it is added to. */
enum mapping_kind mapping_judge(const struct host *host, const struct subject *subject,
	const struct device *device, struct buf *ret_why);

/* "partition mapping", "volume of a guest", ... */
const char *mapping_kind_words(enum mapping_kind kind);

/* true: a volume of a group that LVM does not know here, on some snapshot: it is
 * part of that snapshot's subject, whatever it is called. */
bool mapping_is_of_a_guest(const struct host *host, const struct device *device);

#endif
