/* SPDX-License-Identifier: Apache-2.0 */
/* See wire.h. The socket keeps messages apart (SOCK_SEQPACKET), and takes none that is
 * larger than its buffer: what has no fixed size follows in pieces. */
#include "wire.h"

#include <errno.h>
#include <sys/socket.h>
#include <string.h>

#define PIECE_MAX 32768u /* net.core.wmem_default is 212,992 */

static int send_piece(int fd, const void *bytes, size_t len)
{
	struct iovec part = {(void *)bytes, len};
	const struct msghdr packet = {.msg_iov = &part, .msg_iovlen = 1};
	ssize_t n;

	do
		n = sendmsg(fd, &packet, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)len ? 0 : -EPIPE;
}

int wire_send(int fd, const struct wire_message *message, const struct buf *bytes)
{
	struct wire_message first = *message;
	int r;

	first.n_bytes = bytes ? bytes->len : 0;
	r = send_piece(fd, &first, sizeof(first));
	for (size_t done = 0, len; r == 0 && done < first.n_bytes; done += len) {
		len = bytes->len - done < PIECE_MAX ? bytes->len - done : PIECE_MAX;
		r = send_piece(fd, bytes->data + done, len);
	}
	return r;
}

/* -EBADMSG: it was larger. */
static int receive_piece(int fd, void *bytes, size_t max, size_t *ret_len)
{
	struct iovec part = {bytes, max};
	struct msghdr packet = {.msg_iov = &part, .msg_iovlen = 1};
	ssize_t n;

	do
		n = recvmsg(fd, &packet, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return -EPIPE;
	*ret_len = (size_t)n;
	return packet.msg_flags & (MSG_TRUNC | MSG_CTRUNC) ? -EBADMSG : 0;
}

int wire_receive(
	int fd, size_t max, struct wire_message *ret_message, struct buf *ret_bytes)
{
	struct wire_message message;
	char piece[PIECE_MAX];
	size_t len = 0;
	int r = receive_piece(fd, &message, sizeof(message), &len);

	if (r == 0 && len != sizeof(message))
		r = -EBADMSG;
	if (r == 0 && message.n_bytes > max)
		r = -EFBIG;
	for (uint64_t done = 0; r == 0 && done < message.n_bytes; done += len) {
		r = receive_piece(fd, piece, sizeof(piece), &len);
		if (r == 0 && len > message.n_bytes - done)
			r = -EBADMSG;
		if (r == 0)
			buf_add(ret_bytes, piece, len);
	}
	message.text[sizeof(message.text) - 1] = '\0';
	if (r == 0)
		*ret_message = message;
	return r;
}

const char **wire_command(const struct buf *bytes)
{
	const char **argv = NULL;
	size_t n = 0;

	if (!bytes->len || bytes->data[bytes->len - 1] != '\0')
		return NULL;
	for (size_t at = 0; at < bytes->len; at += strlen(bytes->data + at) + 1)
		*array_add(&argv, &n) = bytes->data + at;
	*array_add(&argv, &n) = NULL;
	return argv;
}
