/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What must not leave the host. Both passes stand between a model and its archive.
 *
 * Secrets, always: the values of mount options (only those known to be harmless stay), and user
 * names and passwords in a mount's source; the descriptions in LVM's metadata, which are command
 * lines. Keys of crypt and integrity targets never get as far as the model (dm_mask.h).
 *
 * Names, where asked for: those of hosts, volume groups, volumes, guests, files and folders become
 * pseudonyms: HMAC-SHA256 of the name with a key, so that captures made with one key can be
 * compared, and nobody without the key can tell or guess a name. A name is replaced word by word
 * (a run of letters and digits), so that
 * - "onapp-web3/backup-web3", "onapp--web3-backup--web3" and "/dev/onapp-web3/backup-web3" still
 *   belong together,
 * - words that name no person or customer stay readable: "backup", "snap", "mnt", "dev", "vg" and
 *   others of a short fixed list, names the kernel gives ("sda1", "dm"), numbers of one or two
 *   digits; so --select and the rules of the planner work as before.
 * Not replaced: uuids, device numbers, the machine id and boot id, sizes, times, types; and what
 * plans must address stays what it is. What cannot be replaced word by word without risk is left
 * out, and its source says so.
 */
#ifndef SNAPSTATE_REDACT_H
#define SNAPSTATE_REDACT_H

#include "snapstate/buf.h"
#include "snapstate/err.h"
#include "snapstate/host.h"

#define REDACT_KEY_LEN	  32
#define REDACT_KEY_ID_LEN 16
#define REDACT_KEY_FILE	  "/var/lib/snapstate/redaction.key"

struct redact_key {
	unsigned char bytes[REDACT_KEY_LEN];
	char id[REDACT_KEY_ID_LEN + 1]; /* hex; tells keys apart and gives nothing of them away */
};

/* KEYFILE is text: "snapstate-redaction-key 1\n" and 64 hex digits. `may_create`: makes one, mode
 * 0600, if there is none. Refused (-EPERM): one that others may read, or that is no regular file.
 * -EBADMSG: not such a text. */
int redact_key_read(const char *path, bool may_create, struct redact_key *ret_key, struct err *err);

/* In place. Idempotent. */
void redact_secrets(struct host *host);

/* A copy with pseudonyms for names; identity.redaction is the key's id. Reading its documents
 * again gives the same model. `host` has had redact_secrets(). */
struct host *redact_names(const struct host *host, const struct redact_key *key);

#endif
