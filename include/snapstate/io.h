/* SPDX-License-Identifier: Apache-2.0 */
/* Whole files in, whole files out, and digests. */
#ifndef SNAPSTATE_IO_H
#define SNAPSTATE_IO_H

#include <stdbool.h>
#include <stddef.h>

#include "snapstate/buf.h"
#include "snapstate/err.h"

/* Reads what is open to its end; `name` is for errors. -EFBIG as below. */
int file_read_open(
	int fd, const char *name, size_t max, struct buf *ret_bytes, struct err *err);
/* Reads all of `path` below `dirfd` (AT_FDCWD allowed) by read(2) until end of file;
 * sizes that stat reports are not believed. -EFBIG when it holds more than `max` bytes.
 */
int file_read_at(
	int dirfd, const char *path, size_t max, struct buf *ret_bytes, struct err *err);

/*
 * The same for a file that a person named or sent: a regular one, opened without waiting
 * for anybody. A pipe could hang, or say one thing now and another one later; so could a
 * device, and a file that the kernel makes up (/proc, /sys). -EBADMSG: it is none. Links
 * are followed, since what counts is what is read.
 */
int file_read_regular(
	int dirfd, const char *path, size_t max, struct buf *ret_bytes, struct err *err);
/* The same for one that is open (O_NONBLOCK); `path` is for words. */
int file_read_fd(
	int fd, const char *path, size_t max, struct buf *ret_bytes, struct err *err);

/*
 * Publishes bytes as a new file: temporary file in the same folder, fsync, link under the
 * final name, fsync of the folder. Never overwrites: -EEXIST. A failure leaves nothing
 * behind.
 */
int file_publish(
	const char *path, unsigned mode, const void *bytes, size_t len, struct err *err);

#define SHA256_HEX_LEN 64
/* Lower-case hex and a NUL. */
void sha256_hex(const void *bytes, size_t len, char ret_hex[SHA256_HEX_LEN + 1]);

#endif
