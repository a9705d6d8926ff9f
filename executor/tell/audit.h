/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal's main lines for syslog, so that a copy leaves the host. Facility authpriv:
 * like sudo's, they say who had what done as root, sites send them to another machine
 * already, and only root may read them there: they hold names of guests.
 *
 * Not syslog(3): on a datagram socket glibc waits in send() for as long as the daemon
 * does not read, and a daemon that hangs would hold up a plan half-way. Here a line that
 * cannot be sent at once is lost, and counted; the journal has them all.
 */
#ifndef SNAPSTATE_AUDIT_H
#define SNAPSTATE_AUDIT_H

#include <stddef.h>

#define AUDIT_SOCKET   "/dev/log"
#define AUDIT_LINE_MAX 1024 /* RFC 3164 4.1 */

struct audit {
	const char *path; /* of the daemon's socket */
	int fd;
	size_t n_lost;
};
#define AUDIT_INIT(socket_path) ((struct audit){.path = (socket_path), .fd = -1})
/* Before confine_self(), behind which there are no new sockets. */
void audit_open(struct audit *audit);
void audit_close(struct audit *audit);

/* One line of printable text; cut where it is too long. Never waits. */
void audit_line(struct audit *audit, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
