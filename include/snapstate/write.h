/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes to a descriptor that may take a part of them at a time. */
#ifndef SNAPSTATE_WRITE_H
#define SNAPSTATE_WRITE_H

#include <stddef.h>

/* All of them, or a negative errno. */
int write_all(int fd, const void *bytes, size_t len);

#endif
