/* SPDX-License-Identifier: Apache-2.0 */
/* What holds a device without a process, a table or a block device of its own. */
#ifndef SNAPSTATE_HOST_HOLDER_H
#define SNAPSTATE_HOST_HOLDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "snapstate/buf.h"

struct host;

/* A part of the kernel that has a block device open, without a process, a table or a
 * block device of its own to show for it. */
enum holder_kind {
	HOLDER_LIO, /* a SCSI target's backstore: iblock, or fileio on a device node */
	HOLDER_LIO_FILE, /* a fileio backstore on a file of the file system on the device
			  */
	HOLDER_XEN,	 /* a virtual disk of a Xen guest (blkback) */
	HOLDER_OTHER,	 /* in the device's holders/, and not explained by the model */
	HOLDER_OVERLAY,	 /* an overlay with a layer on the file system on the device */
	HOLDER_NFSD,	 /* a folder or file of it that nfsd exports */
};
const char *holder_kind_name(enum holder_kind kind);
int holder_kind_parse(const char *name, enum holder_kind *ret_kind);

struct kernel_holder {
	/* Of the block device that is held; DEVNO_NONE: on which file system its file is,
	 * is not known. */
	struct devno devno;
	enum holder_kind kind;
	/* "iblock_0/disk1", "vbd-3-51712", a kernel name; an overlay's mount point;
	 * "CLIENT:PATH" of an export. */
	const char *name;
	uint64_t namespace_id; /* where an overlay is mounted; 0 = the host's own */
	bool is_within; /* not known, but it is one that is mounted in that namespace */
};
/* true: it has a file or a folder open, and not the device (host/holders.h). */
bool holder_is_of_file(enum holder_kind kind);
int kernel_holder_compare(const struct kernel_holder *a, const struct kernel_holder *b);

/* That holder, on a file system that is not known, may be on the one of that device. */
bool holder_may_be_on(const struct host *host, const struct kernel_holder *holder,
	struct devno devno);
#endif
