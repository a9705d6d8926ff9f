/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a site asks of every plan on this host: SITE_POLICY_FILE, which only root may have
 * written (trusted.h). Printable ASCII, one rule a line, one blank between words, each
 * rule at most once, in any order; empty lines and lines that begin with # are skipped.
 *
 *   unsigned allowed|refused                 whether --unsigned takes a plan without any
 *                                            signature; this line must be there
 *   second-signature required|not-required   whether somebody of APPROVERS_FILE must have
 *                                            signed as well (signers.h,
 * approve@snapstate) plan-age-max DURATION                    the oldest capture a plan
 * may be made from: 90s, 30m, 12h, 7d
 *
 * "second-signature required" with "unsigned allowed" is an error: one would undo the
 * other. A file that cannot be read, or that has an error, refuses every plan.
 *
 * No file: unsigned allowed, no second signature, no age. A signature is wanted then too,
 * unless somebody says --unsigned. This stops no intruder less, as who is root can write
 * the file; what it stops is a mistake, and the site says which ones.
 */
#ifndef SNAPSTATE_SITE_POLICY_H
#define SNAPSTATE_SITE_POLICY_H

#include <stdbool.h>

#include "snapstate/buf.h"
#include "snapstate/err.h"

#define SITE_POLICY_BYTES_MAX (64u << 10)

struct site_policy {
	bool is_unsigned_refused;
	bool has_second_signature;
	int64_t age_max; /* seconds; 0 = as old as the plan itself allows */
};

/* Hostile text: "NAME:LINE: rule", -EBADMSG. */
int site_policy_read(const char *text, size_t len, const char *name,
	struct site_policy *ret_policy, struct err *err);

/* The file of this host, or what holds without it. */
int site_policy_load(struct site_policy *ret_policy, struct err *err);

#endif
