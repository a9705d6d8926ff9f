/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text that the host gave, verbatim, -> model. One reader per kind, shared by everyone who
 * meets that text: the live probe, the archive, evidence collected by others.
 *
 *   mounts/<namespace>   /proc/PID/mountinfo            libmount
 *   lvm/report.json      lvm fullreport --reportformat json   json-c
 *   lvm/<vg-uuid>.vg     a VG's metadata text           libdevmapper (dm_config)
 *   /etc/fstab, not kept as a document              libmount
 *   lvm/lvscan.txt       for people only; not parsed
 *
 * Every reader takes hostile input: limits first, an error that names document, line (where the
 * library tells) and rule.
 */
#ifndef SNAPSTATE_TEXT_H
#define SNAPSTATE_TEXT_H

#include "snapstate/err.h"
#include "snapstate/host.h"

#define TEXT_MOUNTINFO_MAX (64u << 20)
#define TEXT_REPORT_MAX	   (64u << 20)
#define TEXT_FSTAB_MAX	   (1u << 20)
#define TEXT_METADATA_MAX  (16u << 20)
#define TEXT_METADATA_DEPTH 16 /* of nested sections; dm_config recurses without bound */
#define TEXT_JSON_DEPTH	    16

/* Reads every document of the host whose source was read into the model. Call once, when all
 * documents are there; host->namespaces must be filled. Does not sort. */
int text_documents_read(struct host *host, struct err *err);

/* One reader each; `document` names the text in errors. */
int text_mountinfo_read(
	struct host *host, uint64_t namespace_id, const struct document *document, struct err *err);
/* Adds the entries of an /etc/fstab; a line that is none is left out, and counted. */
void text_fstab_read(struct host *host, const char *bytes, size_t len, size_t *ret_bad_lines);
int text_lvm_report_read(struct host *host, const struct document *document, struct err *err);
int text_lvm_metadata_read(struct host *host, const struct document *document, struct err *err);
/* The text alone, as vgcfgrestore takes it, without what pvck prints around it. */
void text_lvm_metadata_body(const struct document *document, struct buf *ret_text);

#endif
