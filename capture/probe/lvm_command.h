/* SPDX-License-Identifier: Apache-2.0 */
/* The questions that are put to LVM, and its answers; see lvm_command.c. */
#ifndef SNAPSTATE_PROBE_LVM_COMMAND_H
#define SNAPSTATE_PROBE_LVM_COMMAND_H

#include "parts.h"
#include "snapstate/cleanup.h"

enum lvm_question {
	LVM_REPORT,  /* `lvm fullreport`, JSON: VGs, PVs, LVs */
	LVM_LVSCAN,  /* `lvm lvscan`: the text that people know */
	LVM_DEVICES, /* `lvm pvs -a`, JSON: each PV on each of its devices */
};

/* What all questions share. */
struct lvm_session {
	const struct machine *machine;
	const struct lvm_devices *devices;
	struct buf warnings; /* what LVM said on stderr, each line once */
	bool has_hung;	     /* then nothing more may be asked */
};

struct lvm_answer {
	struct buf out, err_text;
	int status; /* exit status */
};
void lvm_answer_free(struct lvm_answer *answer);
#define cleanup_answer cleanup_with(lvm_answer_free)

/* -errno as of lvm_ops.run. */
int lvm_ask(struct lvm_session *session, enum lvm_question question,
	struct lvm_answer *ret_answer, struct err *err);
/* The metadata text on the device at `path`; -errno as of lvm_ops.metadata. */
int lvm_ask_disk(struct lvm_session *session, const char *path, struct buf *ret_text,
	struct err *err);

/* "status 5: first line of what it said", for people; "" for success without a word. */
void lvm_answer_describe(const struct lvm_answer *answer, char *ret_text, size_t size);

#endif
