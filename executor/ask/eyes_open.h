/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The process by which this program sees: snapstate-capture --observe, of the same
 * version, beside it. It is started before the plan is opened, with words of the command
 * line alone, and may change nothing (capture/observe).
 */
#ifndef SNAPSTATE_EYES_OPEN_H
#define SNAPSTATE_EYES_OPEN_H

#include "eyes.h"
#include "options.h"

/* Told at its start: the file with the key of pseudonyms, which need not be there; the
 * time for reading the host; and what it packs with --ticket. -EPERM: the program is not
 * root's. -EBADMSG: it is none of this version. */
int eyes_open(const struct options *options, struct eyes *ret_eyes, struct err *err);

#endif
