/* SPDX-License-Identifier: Apache-2.0 */
/* The two members that speak about the archive itself: FORMAT and SHA256SUMS. */
#ifndef SNAPSTATE_RECORD_MANIFEST_H
#define SNAPSTATE_RECORD_MANIFEST_H

#include "tar_members.h"

#define MEMBER_FORMAT "FORMAT"
#define MEMBER_STATE  "state.xml"
#define MEMBER_SUMS   "SHA256SUMS"

#define FORMAT_MAX 4096 /* bytes */

/*
 * FORMAT:
 *   snapstate-capture N     version of the format
 *   min-reader M            the oldest reader that understands it
 *   ...                     for people
 */
void format_write(struct buf *ret_text);
/* -EPROTONOSUPPORT: made for newer readers. -EBADMSG: no capture at all. */
int format_check(const struct buf *text, struct err *err);

/*
 * SHA256SUMS, as sha256sum(1) writes it and `sha256sum -c` checks it inside the top
 * folder: 64 hex digits, two blanks, name; sorted by name; every member but itself
 */
void sums_write(const struct members *members, struct buf *ret_text);
/* The last member has to be SHA256SUMS: every other one is in it, nothing else is, and
 * the digests are right. */
int sums_check(const struct members *members, struct err *err);

#endif
