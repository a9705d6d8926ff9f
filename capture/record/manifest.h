/* SPDX-License-Identifier: Apache-2.0 */
/* An archive as members, and the first of them, which speaks about the archive itself:
 * FORMAT. */
#ifndef SNAPSTATE_RECORD_MANIFEST_H
#define SNAPSTATE_RECORD_MANIFEST_H

#include "members.h"

#define MEMBER_FORMAT "FORMAT"
#define MEMBER_STATE  "state.xml"

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

/* The tar of a hostile archive, by the limits of record.h: all of it, or a block or so
 * more than up to the first `until`, if that is there. */
int archive_decompress(const void *bytes, size_t len, const char *until,
	struct buf *ret_tar, struct err *err);

/* Reads a hostile archive, by the limits of record.h. The first member has to be FORMAT,
 * which is checked before anything else is looked at. */
int members_unpack(
	const void *archive, size_t len, struct members *ret_members, struct err *err);

#endif
