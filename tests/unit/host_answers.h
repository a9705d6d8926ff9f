/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a host would have answered to commands, had somebody typed them there: texts made
 * of the facts of a capture, in the form that the programs print.
 */
#ifndef HOST_ANSWERS_H
#define HOST_ANSWERS_H

#include <stdbool.h>

#include "random_host.h"
#include "snapstate/buf.h"

struct host;

/* The output of the command, which is one line as it would be typed. false: it is none of
 * those that are known. */
bool answer_command(const struct host *host, const char *command, struct buf *out);

enum answer {
	ANSWER_LVS,
	ANSWER_FUSER,
	ANSWER_FUSER_MOUNTS,
	ANSWER_BACKUP, /* cat /etc/lvm/backup/VG */
	ANSWER_VGS,
	ANSWER_PVS,
	ANSWER_LVSCAN,
	ANSWER_LVDISPLAY,
	ANSWER_TREE, /* dmsetup ls --tree */
	ANSWER_LS,   /* dmsetup ls */
	ANSWER_INFO_C,
	ANSWER_INFO,
	ANSWER_TABLE,
	ANSWER_STATUS,
	ANSWER_DEPS,
	ANSWER_LSBLK,
	ANSWER_MOUNT,
	ANSWER_PROC_MOUNTS,
	ANSWER_MOUNTINFO,
	ANSWER_FINDMNT,
	ANSWER_DF,
	ANSWER_FSTAB,
	ANSWER_SWAPS,
	ANSWER_LOSETUP,
	ANSWER_MDSTAT,
	ANSWER_MAPPER, /* ls -l /dev/mapper */
	ANSWER_LSOF,
	ANSWER_PS,
};
#define ANSWERS (ANSWER_PS + 1)

/* A command of that kind, its columns drawn; nothing where the host has nothing to ask it
 * about. */
void answer_draw(const struct host *host, enum answer kind, struct dice *dice,
	struct buf *command);

/* ---- collections ---- */

enum layout {
	LAYOUT_LVMDUMP,
	LAYOUT_SOSREPORT,
	LAYOUT_SUPPORTCONFIG,
	LAYOUTS,
};
const char *layout_name(enum layout layout);
/* Bits of enum answer: what its files show. */
uint64_t layout_kinds(enum layout layout);
/* A file of it, by its number; false: there are no more. */
bool layout_file(const struct host *host, enum layout layout, unsigned number,
	struct buf *path, struct buf *bytes);

#endif
