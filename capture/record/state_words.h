/* SPDX-License-Identifier: Apache-2.0 */
/* Words of state.xml that are not simply text or numbers: writer beside reader. */
#ifndef SNAPSTATE_RECORD_STATE_WORDS_H
#define SNAPSTATE_RECORD_STATE_WORDS_H

#include "snapstate/buf.h"

struct err;
struct host;

#define STATE_VERSION	   "1"
#define XML_HEAD	   "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
#define FILE_ON_UNPLACED   "unplaced"
#define XML_ATTRIBUTES_MAX 32 /* of one element */

/* "suspended,read-only", in the order of enum device_flag; "-" = none. */
void device_flags_write(unsigned flags, struct buf *ret_text);
int device_flags_read(const char *text, unsigned *ret_flags);

/* That every list of state.xml is in its documented order and holds nothing twice. Called
 * before writing and after reading: what is written can be read. */
int state_check(const struct host *host, struct err *err);

#endif
