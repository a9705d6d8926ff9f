/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who may sign: the ALLOWED SIGNERS format of ssh-keygen(1). Pure function over bytes.
 *
 *   PRINCIPALS [OPTION,OPTION...] KEYTYPE BASE64 [COMMENT]
 *
 * Options: namespaces="PATTERN,...", valid-after="TIME", valid-before="TIME", and for
 * security keys, as in sshd(8)'s AUTHORIZED_KEYS FILE FORMAT, no-touch-required (without
 * it the key must have been touched) and verify-required (its PIN was asked for).
 * ssh-keygen -Y verify looks at neither, and refuses a line that has one.
 *
 * What is accepted here `ssh-keygen -Y verify` accepts for some principal
 * (tests/signers-differential). It is stricter than that program. These refuse the whole
 * file, as the limits of a line would be lost: a line that is malformed, quotes its
 * principals, or has a control character other than a tab (ssh-keygen looks at no line of
 * another key or principal); any other option, cert-authority among them; times with "z"
 * or "UTC" behind them; a NUL. A key expires at the second of valid-before, not behind
 * it. A line whose principals match nobody, such as "!a" or "a,!*", lets no key sign.
 *
 * Two files: who may make plans, and who may approve them (site_policy.h).
 */
#ifndef SNAPSTATE_SIGNERS_H
#define SNAPSTATE_SIGNERS_H

#include "sshsig.h"

#define SIGNERS_FILE	  SNAPSTATE_CONFIG_FOLDER "/allowed_signers"
#define APPROVERS_FILE	  SNAPSTATE_CONFIG_FOLDER "/allowed_approvers"
#define SIGNERS_BYTES_MAX (1u << 20)

/*
 * The principals of the first line that lets the signature's key sign in its role, in the
 * way it did, at the time `now` (seconds since 1970); malloc'ed. -EKEYREJECTED: no line
 * does; err says why. -EBADMSG: a bad line. Whether the key did sign is asked of
 * signature_verify().
 */
int signers_find(const char *text, size_t len, const struct sshsig *sshsig, int64_t now,
	char **ret_principals, struct err *err);

/* true: some name or pattern of one list is, or matches, one of the other; in doubt too.
 */
bool signers_may_be_same(const char *principals_a, const char *principals_b);

#endif
