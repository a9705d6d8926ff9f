/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Model <-> archive (X.snapstate.tar.gz): a pax tar, gzip by default, one top folder.
 *
 *   FORMAT                first member: "snapstate-capture 1\nmin-reader 1\n..."
 *   state.xml             what libdevmapper, /proc and /sys answered; RELAX NG in
 * state.rng lvm/ mounts/          documents, verbatim SHA256SUMS            last member:
 * `sha256sum -c` checks every other member
 *
 * The same model gives the same bytes. The reader takes hostile files: members are read
 * into memory under the limits of limits.h; links, devices, duplicates, foreign names and
 * unknown compression are refused, and every error names the member and the rule.
 */
#ifndef SNAPSTATE_RECORD_H
#define SNAPSTATE_RECORD_H

#include "snapstate/buf.h"
#include "snapstate/err.h"
#include "snapstate/limits.h"

struct host;

#define RECORD_VERSION 1

/* `top` is the name of the top folder ([A-Za-z0-9._-]+). */
int record_write(const struct host *host, const char *top, struct buf *ret_archive,
	struct err *err);

/* `name` is the file's name in errors. -EBADMSG (or another errno) for a bad archive. */
int record_read(const void *archive, size_t len, const char *name, struct host **ret_host,
	struct err *err);

/*
 * A look at an archive that tells which captures belong together, at a small part of what
 * reading it costs (glance.c). It is not checked: two different things may be said of one
 * archive, and what record_read() says counts.
 */
struct glance {
	char *node, *machine_id, *boot_id; /* as words of facts; "-" = not known */
	int64_t taken, booted;
	/* Each volume group that it may show anything of: LVM's uuids without hyphens,
	 * sorted, each once. There may be others among them. */
	char (*groups)[33];
	size_t n_groups;
};
int record_glance(const void *archive, size_t len, const char *name, struct glance *ret,
	struct err *err);
void glance_free(struct glance *glance);

/* state.xml alone; the archive's reader and writer use them. */
int record_state_write(const struct host *host, struct buf *ret_xml, struct err *err);
int record_state_read(const void *xml, size_t len, struct host *host, struct err *err);

#endif
