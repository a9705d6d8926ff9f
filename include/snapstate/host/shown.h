/* SPDX-License-Identifier: Apache-2.0 */
/* Of the model (host.h): what an import shows of volumes that it knows by name alone. */
#ifndef SNAPSTATE_HOST_SHOWN_H
#define SNAPSTATE_HOST_SHOWN_H

#include "snapstate/err.h"
#include "snapstate/host/source.h"

struct host;

/* What evidence that others collected says of a volume. It is told to people, and nothing
 * is removed on it: the volume is known by its name alone, and not as a whole. */
enum shown_kind {
	SHOWN_LISTED,
	SHOWN_SNAPSHOT, /* value: its origin's name; "" = not said */
	SHOWN_ORIGIN,
	SHOWN_PLAIN, /* neither of the two */
	SHOWN_THIN,
	SHOWN_MERGING,
	SHOWN_INVALID,
	SHOWN_FULL,	  /* per cent, as printed */
	SHOWN_ACTIVE,	  /* yes, no */
	SHOWN_OPEN,	  /* yes, no, or a count */
	SHOWN_NUMBER,	  /* MAJOR:MINOR */
	SHOWN_UUID,	  /* of device-mapper, or of LVM */
	SHOWN_TABLE,	  /* one line of it: TYPE PARAMETERS */
	SHOWN_STATUS,	  /* the same */
	SHOWN_LAYER,	  /* "cow", "real" */
	SHOWN_ABOVE,	  /* a mapping on it */
	SHOWN_MOUNTED,	  /* of it, or of what is on it: the mount point */
	SHOWN_USED,	  /* "PID (PROGRAM)" */
	SHOWN_HELD,	  /* an array, a loop device, swap */
	SHOWN_GROUP,	  /* a volume group with a physical volume on it */
	SHOWN_CONFIGURED, /* the line that names it */
	SHOWN_CREATED,	  /* as printed */
	SHOWN_MESSAGE,	  /* of LVM or of the kernel */
	SHOWN_OVERFLOWED,
	SHOWN_SHRUNK,	   /* more of its COW is used than it has */
	SHOWN_UNSETTLED,   /* of it, or of a layer: suspended, an inactive table */
	SHOWN_GONE,	   /* LVM said that it removed it */
	SHOWN_UNLISTED,	   /* a whole list of LVM's volumes does not have it */
	SHOWN_READ_WRITE,  /* a mount point, the mount's options begin with rw */
	SHOWN_READ_ONLY,   /* the same, with ro */
	SHOWN_COW_OPEN,	   /* how often its -cow is open */
	SHOWN_ABOVE_OPEN,  /* a mapping on it that is open, and nothing shows by what */
	SHOWN_ON_VOLUME,   /* of another group: VG/LV */
	SHOWN_GROUP_STATE, /* exported, partial, read-only, shared: of its group */
};
#define SHOWN_KINDS (SHOWN_GROUP_STATE + 1)
const char *shown_kind_name(enum shown_kind kind);
int shown_kind_parse(const char *name, enum shown_kind *ret_kind);

/* The host itself, in the place of a volume: SHOWN_USED is a command of LVM,
 * device-mapper or kpartx at work, SHOWN_MESSAGE one that names no volume. */
#define SHOWN_HOST "/"

struct shown {
	const char *volume; /* VG/LV, or SHOWN_HOST */
	enum shown_kind kind;
	const char *value;
	const char *from; /* "ticket.txt, line 13: lvs" */
};
int shown_compare(const struct shown *a, const struct shown *b);
/* What is said of it, in a row; NULL: nothing. */
const struct shown *host_shown_of(
	const struct host *host, const char *volume, size_t *ret_count);

/* The document that carries host->shown: a line for each, "VOLUME KIND VALUE FROM", words
 * as buf_word() writes them. Readers older than it take it as one for people. */
#define SHOWN_DOCUMENT "lvm/shown.txt"
/* How the detail of a source that was skipped begins, of which texts show a part. */
#define SHOWN_IN_PART "only a part is in the evidence: "
/* What became of each file and each pasted command of an import, a line for each; for
 * people. A capture of snapstate-capture's own has none. */
#define IMPORT_DOCUMENT "lvm/import.txt"
/* true: others collected it; there a source that is not named was not read. With
 * pseudonyms the record is left out, and its source stays. */
bool host_is_imported(const struct host *host);
/* Adds its statements; -EBADMSG names the line. */
int host_shown_read(struct host *host, const struct document *document, struct err *err);
/* Makes the document of host->shown, where it has some; the source keeps its detail. */
void host_shown_write(struct host *host);

#endif
