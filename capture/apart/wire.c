/* SPDX-License-Identifier: Apache-2.0 */
/* See wire.h. The socket keeps messages apart (SOCK_SEQPACKET); bytes travel as a
 * descriptor of a memfd, so that no message is larger than the socket takes. */
#include "wire.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "snapstate/cleanup.h"

/* Room for one descriptor, aligned as cmsg(3) wants it. */
union control {
	char bytes[CMSG_SPACE(sizeof(int))];
	struct cmsghdr align;
};

static int write_all(int file, const struct buf *bytes)
{
	for (size_t done = 0; done < bytes->len;) {
		ssize_t n = write(file, bytes->data + done, bytes->len - done);

		if (n < 0 && errno != EINTR)
			return -errno;
		done += n > 0 ? (size_t)n : 0;
	}
	return 0;
}

int wire_send_file(int fd, const struct wire_message *message, int file)
{
	union control control = {{0}};
	struct iovec part = {(void *)message, sizeof(*message)};
	struct msghdr packet = {.msg_iov = &part, .msg_iovlen = 1};
	struct cmsghdr *header;
	ssize_t n;

	if (file >= 0) {
		packet.msg_control = control.bytes;
		packet.msg_controllen = sizeof(control.bytes);
		header = CMSG_FIRSTHDR(&packet);
		header->cmsg_level = SOL_SOCKET;
		header->cmsg_type = SCM_RIGHTS;
		header->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(header), &file, sizeof(file));
	}
	do
		n = sendmsg(fd, &packet, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)sizeof(*message) ? 0 : -EPIPE;
}

int wire_send(int fd, const struct wire_message *message, const struct buf *bytes)
{
	cleanup_close int file = -1;
	int r = 0;

	if (bytes) {
		file = memfd_create("wire", MFD_CLOEXEC);
		r = file < 0 ? -errno : write_all(file, bytes);
	}
	return r < 0 ? r : wire_send_file(fd, message, file);
}

/* From its beginning, wherever the sender left its position. */
static int read_all(int file, size_t max, struct buf *ret_bytes)
{
	char chunk[65536];
	ssize_t n = 1;

	for (off_t at = 0; n > 0; at += n) {
		n = pread(file, chunk, sizeof(chunk), at);
		if (n < 0)
			return -errno;
		if (ret_bytes->len + (size_t)n > max)
			return -EFBIG;
		buf_add(ret_bytes, chunk, (size_t)n);
	}
	return 0;
}

static int take_file(struct msghdr *packet)
{
	struct cmsghdr *header = CMSG_FIRSTHDR(packet);
	int file = -1;

	if (header && header->cmsg_level == SOL_SOCKET &&
		header->cmsg_type == SCM_RIGHTS &&
		header->cmsg_len == CMSG_LEN(sizeof(int)))
		memcpy(&file, CMSG_DATA(header), sizeof(file));
	return file;
}

int wire_receive(
	int fd, size_t max, struct wire_message *ret_message, struct buf *ret_bytes)
{
	union control control;
	struct wire_message message;
	struct iovec part = {&message, sizeof(message)};
	struct msghdr packet = {.msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes)};
	cleanup_close int file = -1;
	ssize_t n;
	int r = 0;

	do
		n = recvmsg(fd, &packet, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n <= 0)
		return -EPIPE;
	file = take_file(&packet);
	if (n != (ssize_t)sizeof(message) || packet.msg_flags & (MSG_TRUNC | MSG_CTRUNC))
		return -EBADMSG;
	if (file >= 0)
		r = read_all(file, max, ret_bytes);
	message.text[sizeof(message.text) - 1] = '\0';
	if (r == 0)
		*ret_message = message;
	return r;
}

void wire_arguments(const char *const argv[], struct buf *ret_bytes)
{
	for (size_t i = 0; argv[i]; i++)
		buf_add(ret_bytes, argv[i], strlen(argv[i]) + 1);
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
