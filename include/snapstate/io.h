/* SPDX-License-Identifier: Apache-2.0 */
/* Whole files in, whole files out, and digests. */
#ifndef SNAPSTATE_IO_H
#define SNAPSTATE_IO_H

#include <stdbool.h>
#include <stddef.h>

#include "snapstate/buf.h"
#include "snapstate/err.h"

/* Reads all of `path` below `dirfd` (AT_FDCWD allowed) by read(2) until end of file; sizes that
 * stat reports are not believed. -EFBIG when it holds more than `max` bytes. */
int file_read_at(int dirfd, const char *path, size_t max, struct buf *ret_bytes, struct err *err);

/*
 * Publishes bytes as a new file: temporary file in the same folder, fsync, link under the final
 * name, fsync of the folder. Never overwrites: -EEXIST. A failure leaves nothing behind.
 */
int file_publish(const char *path, unsigned mode, const void *bytes, size_t len, struct err *err);

#define SHA256_HEX_LEN 64
/* Lower-case hex and a NUL. */
void sha256_hex(const void *bytes, size_t len, char ret_hex[SHA256_HEX_LEN + 1]);

#endif
