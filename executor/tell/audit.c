/* SPDX-License-Identifier: Apache-2.0 */
/* Lines to the syslog daemon's socket; see audit.h. */
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syslog.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "audit.h"

void audit_close(struct audit *audit)
{
	if (audit->fd >= 0)
		close(audit->fd);
	audit->fd = -1;
}

void audit_open(struct audit *audit)
{
	audit->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

/* To the name, not to a connection: a daemon that was started anew has the name. */
static bool is_sent(const struct audit *audit, char *text, size_t len)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct iovec part = {.iov_base = text, .iov_len = len};
	struct msghdr message = {.msg_name = &address,
		.msg_namelen = sizeof(address),
		.msg_iov = &part,
		.msg_iovlen = 1};

	if (strlen(audit->path) >= sizeof(address.sun_path))
		return false;
	strcpy(address.sun_path, audit->path);
	return sendmsg(audit->fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)len;
}

/* As syslog(3) writes it; the months of RFC 3164 are English, whatever the locale. */
static size_t begin_line(char *text, size_t size)
{
	time_t now = time(NULL);
	char stamp[32] = "";
	struct tm tm;
	int len;

	if (localtime_r(&now, &tm))
		strftime(stamp, sizeof(stamp), "%b %e %T ", &tm);
	len = snprintf(text, size,
		"<%d>%ssnapstate-execute[%d]: ", LOG_AUTHPRIV | LOG_NOTICE, stamp,
		(int)getpid());
	return (size_t)len;
}

void audit_line(struct audit *audit, const char *format, ...)
{
	char text[AUDIT_LINE_MAX];
	size_t len = begin_line(text, sizeof(text));
	va_list args;

	va_start(args, format);
	vsnprintf(text + len, sizeof(text) - len, format, args);
	va_end(args);
	audit->n_lost += !is_sent(audit, text, strlen(text));
}
