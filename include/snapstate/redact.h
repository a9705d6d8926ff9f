/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What must not leave the host. Both passes stand between a model and its archive.
 *
 * Secrets, always: mount options, of which only "ro", "rw" and the layers of an overlay
 * stay; user names and passwords in a mount's source; in LVM's metadata the descriptions,
 * which are command lines, the comments, and the values of settings that are not known;
 * the log of a report; in free text what looks like credentials. A line of mountinfo that
 * is not of the kernel's shape is masked as a whole, and so is any other document that is
 * not understood; then its source says so, and is not "read". Keys of crypt and integrity
 * targets never get as far as the model (dm_mask.h).
 *
 * Names, where asked for: those of hosts, volume groups, volumes, guests, files and
 * folders become pseudonyms: HMAC-SHA256 of the name with a key, so that captures made
 * with one key can be compared, and nobody without the key can tell or guess a name. A
 * name is replaced word by word (a run of letters and digits), so that
 * - "onapp-web3/backup-web3", "onapp--web3-backup--web3" and
 * "/dev/onapp-web3/backup-web3" still belong together,
 * - words that name no person or customer stay readable: "backup", "snap", "mnt", "dev",
 * "vg" and others of a short fixed list, names the kernel gives ("sda1", "dm"), numbers
 * of one or two digits, also at the end of a word ("web3" keeps its 3, and "web3X1" its
 * X1: partitions belong to their disk); so --select and the rules of the planner work as
 * before. How many words a name has, and which are equal, can be seen. Where names would
 * get longer than device-mapper or LVM allow, all pseudonyms of the capture are cut to
 * the same length. Not replaced: uuids of LVM, device numbers, the machine id and boot
 * id, sizes, times, types, programs in system folders. Left out, and the source says so:
 * texts for people (warnings), and the details of sources. Arguments of processes are
 * never kept.
 */
#ifndef SNAPSTATE_REDACT_H
#define SNAPSTATE_REDACT_H

#include "snapstate/buf.h"
#include "snapstate/err.h"
#include "snapstate/facts.h"

struct host;

#define REDACT_KEY_LEN 32

struct redact_key {
	unsigned char bytes[REDACT_KEY_LEN];
	char id[REDACT_KEY_ID_LEN +
		1]; /* hex; tells keys apart and gives nothing of them away */
};

/* KEYFILE is text: "snapstate-redaction-key 1\n" and 64 hex digits. `may_create`: makes
 * one, mode 0600, if there is none. Refused (-EPERM): one that others may read, that
 * belongs to another user (other than root), or that is no regular file. -EBADMSG: not
 * such a text. */
int redact_key_read(
	const char *path, bool may_create, struct redact_key *ret_key, struct err *err);

/* In place. Idempotent. Takes time linear in the documents. A namespace whose mountinfo
 * was not understood loses its mounts, as the reader of the archive will see it. */
void redact_secrets(struct host *host);

/* A copy with pseudonyms for names; identity.redaction is the key's id. Reading its
 * documents again gives the same model. Shares nothing with `host`, which has had
 * redact_secrets() and is not redacted yet: pseudonyms would get pseudonyms. */
struct host *redact_names(const struct host *host, const struct redact_key *key);

#endif
