/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text that the host gave, verbatim, -> model. One reader per kind, shared by everyone
 * who meets that text: the live probe, the archive, evidence collected by others.
 *
 *   mounts/<namespace>   /proc/PID/mountinfo            libmount
 *   lvm/report.json      lvm fullreport --reportformat json   json-c
 *   lvm/<vg-uuid>.vg     a VG's metadata text           libdevmapper (dm_config)
 *   /etc/fstab, not kept as a document              libmount
 *   units of systemd, guests' configurations: neither; ours, config.c
 *   lvm/shown.txt        what an import found of volumes that it knows by name; ours
 *   lvm/lvscan.txt       for people only; not parsed
 *
 * Every reader takes hostile input: limits first (limits.h), an error that names
 * document, line (where the library tells) and rule.
 */
#ifndef SNAPSTATE_TEXT_H
#define SNAPSTATE_TEXT_H

#include <stdbool.h>

#include "snapstate/err.h"
#include "snapstate/host/config.h"
#include "snapstate/limits.h"

struct buf;
struct document;
struct host;

/* Reads every document of the host whose source was read into the model. Call once, when
 * all documents are there; host->namespaces must be filled. Does not sort. */
int text_documents_read(struct host *host, struct err *err);

/* One reader each; `document` names the text in errors. */
int text_mountinfo_read(struct host *host, uint64_t namespace_id,
	const struct document *document, struct err *err);
/* Adds the entries of an /etc/fstab; a line that is none is left out, and counted. */
void text_fstab_read(
	struct host *host, const char *bytes, size_t len, size_t *ret_bad_lines);

/* What a storage of Proxmox or a pool of libvirt is called, and the folder below /dev in
 * which its volumes are. */
struct text_storage {
	char *name, *folder;
};
struct text_storages {
	struct text_storage *items;
	size_t count;
	bool is_full; /* there were more than TEXT_STORAGES_MAX */
};
/* Of /etc/pve/storage.cfg; of a file below /etc/libvirt/storage. */
void text_proxmox_storages_read(
	const char *bytes, size_t len, struct text_storages *storages);
void text_libvirt_pool_read(
	const char *bytes, size_t len, struct text_storages *storages);
void text_storages_free(struct text_storages *storages);
/* Adds the lines of `file` that name a device to host->configs; `storages` may be NULL.
 * false: it names more than the limits allow. */
bool text_config_read(struct host *host, enum config_kind kind, const char *file,
	const struct buf *text, const struct text_storages *storages);
int text_lvm_report_read(
	struct host *host, const struct document *document, struct err *err);
int text_lvm_metadata_read(
	struct host *host, const struct document *document, struct err *err);
/* The text alone, as vgcfgrestore takes it, without what pvck prints around it. */
void text_lvm_metadata_body(const struct document *document, struct buf *ret_text);

#endif
