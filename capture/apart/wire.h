/* SPDX-License-Identifier: Apache-2.0 */
/* What a process that starts lvm and the one that may not tell each other: one message of
 * fixed size, with or without bytes behind it. */
#ifndef SNAPSTATE_APART_WIRE_H
#define SNAPSTATE_APART_WIRE_H

#include <stdint.h>

#include "snapstate/buf.h"
#include "snapstate/err.h"

#define WIRE_ARGUMENTS_MAX (4u << 20) /* bytes of a command line */
#define WIRE_ANSWER_MAX    (1u << 30) /* bytes; the questions have limits of their own */

enum wire_word {
	WIRE_ASK,     /* arguments, seconds, max -> ANSWER */
	WIRE_CHANGE,  /* words -> STARTED, ANSWER; or ANSWER alone */
	WIRE_STARTED, /* status: the pid */
	WIRE_ANSWER,  /* result, status, text; the bytes: out, then err_text */
};

struct wire_message {
	uint32_t word;
	int32_t result; /* 0 or -errno; of a question: as lvm_ops.run returns it */
	int32_t status; /* of wait(2), or a pid */
	uint32_t seconds;
	uint64_t max;
	uint64_t n_out; /* bytes of the first stream; the rest is the second */
	uint64_t n_bytes; /* behind it; wire_send() sets it */
	char text[ERR_MSG_MAX];
};

/* -EPIPE: the other side is gone. `bytes` may be NULL. */
int wire_send(int fd, const struct wire_message *message, const struct buf *bytes);
/* -EPIPE at the end; -EBADMSG: not a message; -EFBIG: more bytes than `max`. */
int wire_receive(
	int fd, size_t max, struct wire_message *ret_message, struct buf *ret_bytes);

/* Words, or a command line, of bytes that are words, each with its NUL. The result points
 * into `bytes` and ends with NULL; NULL = there are none, or the last one has no end. */
const char **wire_command(const struct buf *bytes);

#endif
