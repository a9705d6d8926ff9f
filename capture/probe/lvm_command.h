/* SPDX-License-Identifier: Apache-2.0 */
/* The questions that are put to LVM, and its answers; see lvm_command.c. */
#ifndef SNAPSTATE_PROBE_LVM_COMMAND_H
#define SNAPSTATE_PROBE_LVM_COMMAND_H

#include "parts.h"
#include "snapstate/cleanup.h"
#include "snapstate/lvm_ability.h"

enum lvm_question {
	LVM_VERSION, /* `lvm version`: reads no device */
	LVM_SETTINGS, /* `lvm dumpconfig`, before 2.03.00: whether changes are refused */
	LVM_REPORT,  /* `lvm fullreport`, JSON: VGs, PVs, LVs */
	LVM_GROUPS,  /* `lvm vgs`, for releases without a report: VGs in columns */
	LVM_DEVICES, /* `lvm pvs -a`, JSON or columns: each PV on each of its devices */
	LVM_LVSCAN,  /* `lvm lvscan`: the text that people know */
};

/* What all questions share. */
struct lvm_session {
	const struct machine *machine;
	const struct lvm_devices *devices;
	uint32_t release;
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
/* As LVM_REPORT and LVM_DEVICES, in the same form, of a release that prints columns only.
 * Of the report, ret_devices is what lvm_old_devices() would answer. -EBADMSG: cannot be
 * read, or is no answer by its status. */
int lvm_old_report(struct lvm_session *session, struct lvm_answer *ret_answer,
	struct lvm_answer *ret_devices, struct err *err);
int lvm_old_devices(
	struct lvm_session *session, struct lvm_answer *ret_answer, struct err *err);
/* The fields in a row of LVM_GROUPS or LVM_DEVICES, of a release without JSON. */
void lvm_add_columns(uint32_t release, enum lvm_question question, struct buf *text);
/* The metadata texts on a device of the session; -errno as of lvm_ops.metadata, and
 * -ENODEV: it has no such device. */
int lvm_ask_disk(struct lvm_session *session, struct devno devno, struct buf *ret_texts,
	struct err *err);

/* The uuid in the label on it; in the same way. */
int lvm_ask_label(struct lvm_session *session, struct devno devno, struct buf *ret_uuid,
	struct err *err);

/* false: by its status LVM did not take the command, did not run at all, or left out more
 * than a report shows. */
bool lvm_answer_is_one(
	const struct lvm_session *session, const struct lvm_answer *answer);
/* "status 5: first line of what it said", for people; "" for success without a word. */
void lvm_answer_describe(const struct lvm_answer *answer, char *ret_text, size_t size);

#endif
