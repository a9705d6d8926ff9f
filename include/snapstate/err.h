/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Errors that read as a path, outermost first:
 *   "plan line 14: device vg-snap: open /sys/block: No such file or directory"
 *
 * A function that can fail returns 0 or a negative errno value and fills its struct err.
 * The struct is never allocated; a message that does not fit is cut. `err` may be NULL
 * where the caller does not want the words.
 */
#ifndef SNAPSTATE_ERR_H
#define SNAPSTATE_ERR_H

#define ERR_MSG_MAX 1024

struct err {
	int code;              /* negative errno, 0 = no error */
	char msg[ERR_MSG_MAX]; /* no trailing newline */
};

#define ERR_INIT ((struct err){0})

/* At the cause. Returns `code`, so that `return err_set(err, -EINVAL, "...")` works. */
int err_set(struct err *err, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* At the cause, when a system call failed: appends ": " and strerror(errnum).
 * `errnum` is positive, as in errno. Returns -errnum. */
int err_errno(struct err *err, int errnum, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* On the way up: puts "<format>: " before the message. Returns err->code. */
int err_wrap(struct err *err, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* For a terminal: what is neither a letter, a digit nor a sign of ASCII becomes '?'. */
void err_plain(struct err *err);

#endif
