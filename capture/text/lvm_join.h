/* SPDX-License-Identifier: Apache-2.0 */
/* The report and the metadata describe the same VGs and PVs: joined by uuid, never twice.
 */
#ifndef SNAPSTATE_TEXT_LVM_JOIN_H
#define SNAPSTATE_TEXT_LVM_JOIN_H

struct document;
struct err;
struct host;
struct pv;
struct vg;

/* What each tells better: the metadata what a VG consists of; the report what LVM sees
 * today, devices' names and numbers, and what is missing. */
enum lvm_text {
	LVM_REPORT,
	LVM_METADATA,
};

/* Strings are already in the host's arena. Does not sort. */
void lvm_join_vgs(
	struct host *host, enum lvm_text from, const struct vg *vgs, size_t n_vgs);
void lvm_join_pvs(
	struct host *host, enum lvm_text from, const struct pv *pvs, size_t n_pvs);

/* What metadata texts say, and the host does not have yet: it may have as many texts as
 * groups, so they are joined all at once. */
struct lvm_texts {
	struct vg *vgs;
	size_t n_vgs;
	struct pv *pvs;
	size_t n_pvs;
	struct lv *lvs; /* segments included, until they are the host's */
	size_t n_lvs;
};
/* -EBADMSG: a group is described twice; then nothing was joined. */
int lvm_texts_join(struct host *host, struct lvm_texts *texts, struct err *err);
/* lvm_metadata.c: adds all of a document, or nothing of it. */
int lvm_texts_add(struct host *host, const struct document *document,
	struct lvm_texts *texts, struct err *err);
void lvm_texts_free(struct lvm_texts *texts);
#define cleanup_lvm_texts cleanup_with(lvm_texts_free)

#endif
