/* SPDX-License-Identifier: Apache-2.0 */
/* Is this signature over these bytes by the key that it names? libcrypto answers. */
#ifndef SNAPSTATE_SIGNATURE_H
#define SNAPSTATE_SIGNATURE_H

#include "sshsig.h"

/* 0: it is. -EKEYREJECTED: it is not. -ENOTSUP, -EBADMSG: see ssh_key_read(). Whether the
 * key may sign is asked of signers_find(). */
int signature_verify(
	const struct sshsig *sshsig, const void *data, size_t len, struct err *err);

/* "ssh-ed25519 SHA256:..." as ssh-keygen -l prints it */
int signature_fingerprint(struct bytes key, struct buf *ret_text);

#endif
