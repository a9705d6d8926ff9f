/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All signatures that a plan carries: whose they are, and whether they are the ones that
 * this host wants. PLAN.sig is the maker's, PLAN.approve.sig that of an operator of the
 * host; which is which, each says itself, by its namespace.
 */
#ifndef SNAPSTATE_SIGNED_H
#define SNAPSTATE_SIGNED_H

#include "sshsig.h"

struct signer {
	char *principals;  /* NULL: nobody signed in this role */
	char *fingerprint; /* "ssh-ed25519 SHA256:..." */
};

/* By role; all NULL where a plan was taken unsigned. */
struct signed_by {
	struct signer signers[SSHSIG_ROLES];
};
void signed_free(struct signed_by *signed_by);
#define cleanup_signed cleanup_with(signed_free)

/*
 * Verifies over the plan's bytes, before anything of them is understood. `files` are the
 * ones that were named; where a wanted role is not among them, the file beside `plan` is
 * read. What was named must be good, wanted or not. Two signatures are of two keys and
 * two principals. Anything but 0: no valid signature.
 */
int signed_check(const char *plan, const struct buf *text, const char *const *files,
	size_t n_files, bool is_approval_wanted, struct signed_by *ret_signed_by,
	struct err *err);

#endif
