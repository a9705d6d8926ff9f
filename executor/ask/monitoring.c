/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Does dmeventd run? Asked as libdevmapper-event does before it starts one (lvm2
 * daemons/dmeventd/libdevmapper-event.c, _check_for_usable_daemon and _start_daemon): its
 * fifo is opened for writing, and without a reader that fails with ENXIO. Where systemd
 * listens there (dm-event.socket), systemd starts it, outside of what we gave up.
 */
#include "daemons.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "snapstate/cleanup.h"

bool monitoring_is_active(const char *fifo)
{
	struct stat stat;
	cleanup_close int fd = -1;

	if (lstat(fifo, &stat) < 0 || !S_ISFIFO(stat.st_mode))
		return false;
	fd = open(fifo, O_WRONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
	return fd >= 0 && fstat(fd, &stat) == 0 && S_ISFIFO(stat.st_mode);
}
