/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SNAPSTATE_PUBLISH_CHECK_H
#define SNAPSTATE_PUBLISH_CHECK_H

#include "snapstate/err.h"

/*
 * Whether file_publish() can publish it, as far as that shows now: so that work is not
 * done for nothing. -EEXIST: there is something.
 */
int file_publish_check(const char *path, struct err *err);

#endif
