/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files that a process has mapped. Input: proc/PID/maps. Output: uses.
 *
 * The longest text of a process by far: it is read piece by piece, and of most lines
 * nothing but the device is looked at, for neighbours mostly have the same.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "process.h"
#include "snapstate/cleanup.h"
#include "snapstate/host/process.h"
#include "snapstate/kernel.h"

#define LINE_MAX_BYTES 32768 /* a path of 4096 bytes, each as \ooo, and some */
#define DEVICE_MAX     24    /* "ffffffff:ffffffff " */

struct scan {
	const struct process_index *index;
	struct holdings *held;
	char boring[DEVICE_MAX]; /* the last device that is not recorded, as text */
};

static void scan_node(struct scan *scan, const char *line, const char *path)
{
	/* of a mapped device node, the line names the file system that holds the node */
	int flags = AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT;
	char link[128];
	struct statx stx;

	snprintf(link, sizeof(link), "proc/%u/map_files/%.*s", scan->held->pid,
		(int)strcspn(line, " "), line);
	if (kernel_statx(scan->index->machine->root, link, flags, STATX_TYPE, &stx) ==
			0 &&
		S_ISBLK(stx.stx_mode))
		holdings_add(scan->index, scan->held, USE_MAP,
			(struct devno){stx.stx_rdev_major, stx.stx_rdev_minor}, path);
}

/* "MAJ:MIN ", in hex, at least two digits each */
static bool parse_device(const char *text, struct devno *ret_devno)
{
	size_t major_len = strcspn(text, ": "), minor_len;
	uint64_t major, minor;

	if (text[major_len] != ':' || parse_u64(text, major_len, 16, &major) < 0)
		return false;
	text += major_len + 1;
	minor_len = strcspn(text, " ");
	if (parse_u64(text, minor_len, 16, &minor) < 0)
		return false;
	*ret_devno = (struct devno){(uint32_t)major, (uint32_t)minor};
	return true;
}

static void scan_file(
	struct scan *scan, const char *line, const char *device, const char *path)
{
	size_t len = strcspn(device, " ") + 1;
	struct devno devno;

	if (strncmp(path, "/dev/", 5) == 0) {
		scan_node(scan, line, path);
		return;
	}
	if (!parse_device(device, &devno))
		return;
	devno = process_index_device(scan->index, devno);
	if (process_index_is_recorded(scan->index, devno))
		holdings_add(scan->index, scan->held, USE_MAP, devno, path);
	else if (len < DEVICE_MAX)
		snprintf(scan->boring, DEVICE_MAX, "%.*s", (int)len, device);
}

/* "LOW-HIGH PERMS OFFSET MAJ:MIN INODE   PATH" */
static void scan_line(struct scan *scan, const char *line)
{
	const char *device = line, *path;
	size_t boring_len = strlen(scan->boring);

	for (int i = 0; i < 3 && device; i++) {
		device = strchr(device, ' ');
		device += device != NULL;
	}
	if (!device || strncmp(device, "00:00 ", 6) == 0)
		return;
	path = strchr(device, '/');
	if (!path || (boring_len && strncmp(device, scan->boring, boring_len) == 0 &&
			     strncmp(path, "/dev/", 5) != 0))
		return;
	scan_file(scan, line, device, path);
}

/* Returns how many bytes at the end are no whole line yet. */
static size_t scan_piece(struct scan *scan, char *text, size_t len)
{
	char *line = text, *end;

	while ((end = memchr(line, '\n', len - (size_t)(line - text)))) {
		*end = '\0';
		scan_line(scan, line);
		line = end + 1;
	}
	len -= (size_t)(line - text);
	memmove(text, line, len);
	return len;
}

void holdings_add_mappings(const struct process_index *index, struct holdings *held)
{
	struct scan scan = {.index = index, .held = held};
	char path[128], piece[2 * LINE_MAX_BYTES];
	cleanup_close int fd = -1;
	size_t kept = 0;
	ssize_t n;

	snprintf(path, sizeof(path), "%s/maps", held->dir);
	fd = openat(index->machine->root, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		held->is_denied |= errno == EACCES || errno == EPERM;
	while (fd >= 0) {
		n = read(fd, piece + kept, sizeof(piece) - kept);
		if (n < 0 && errno == EINTR)
			continue;
		held->is_denied |= n < 0 && (errno == EACCES || errno == EPERM);
		if (n <= 0)
			break;
		kept = scan_piece(&scan, piece, kept + (size_t)n);
		if (kept > LINE_MAX_BYTES) /* no kernel's line */
			return;
	}
	piece[kept] = '\0'; /* kept is less than its size: LINE_MAX_BYTES at most */
	scan_line(&scan, piece);
}
