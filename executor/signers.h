/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who may sign: the ALLOWED SIGNERS format of ssh-keygen(1). Pure function over bytes.
 *
 *   PRINCIPALS [OPTION,OPTION...] KEYTYPE BASE64 [COMMENT]
 *
 * Options: namespaces="PATTERN,...", valid-after="TIME", valid-before="TIME". Stricter
 * than ssh-keygen: a line that is malformed, quotes its principals, or has any other
 * option (cert-authority among them) refuses the whole file, as its limits would be lost.
 */
#ifndef SNAPSTATE_SIGNERS_H
#define SNAPSTATE_SIGNERS_H

#include "sshsig.h"

#define SIGNERS_FILE	  "/etc/snapstate/allowed_signers"
#define SIGNERS_BYTES_MAX (1u << 20)

/*
 * The principals of the first line that lets `key` sign plans at the time `now` (seconds
 * since 1970); malloc'ed. -EKEYREJECTED: no line does; err says why. -EBADMSG: a bad
 * line.
 */
int signers_find(const char *text, size_t len, struct bytes key, int64_t now,
	char **ret_principals, struct err *err);

#endif
