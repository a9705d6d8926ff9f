/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The list of all device-mapper devices, by an ioctl of our own. Output: host->devices
 * with number and name.
 *
 * Why not by libdevmapper: where an answer does not fit, it doubles its buffer, and keeps
 * that size for each later request of this process (libdm/ioctl/libdm-iface.c,
 * _ioctl_buffer_double_factor). The kernel copies all of a request's buffer in, and wipes
 * it (dm-ioctl.c, copy_params); with thousands of devices, each of thousands of questions
 * then costs a quarter of a megabyte. Seen with 1.02.185: the larger the list, the slower
 * each single device.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/dm-ioctl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "parts.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/device.h"

#define LIST_BYTES_FIRST (64u << 10)
#define LIST_BYTES_MAX	 (256u << 20)

static int no_list(struct err *err)
{
	return err_set(err, -EBADMSG, "device-mapper: list: not a list of devices");
}

static void add_device(struct host *host, uint64_t number, const char *name)
{
	struct device *device = array_add(&host->devices, &host->n_devices);

	device->devno = (struct devno){major(number), minor(number)};
	device->name = host_string(host, name);
	device->uuid = ""; /* older kernels do not list it: read() asks for it */
}

int dm_list_parse(const void *answer, size_t size, struct host *host, struct err *err)
{
	const size_t head = offsetof(struct dm_name_list, name);
	const char *bytes = answer;
	struct dm_ioctl request;
	size_t at;

	if (size < sizeof(request))
		return no_list(err);
	memcpy(&request, answer, sizeof(request));
	for (at = request.data_start;;) {
		struct dm_name_list entry;

		if (at > size || size - at <= head)
			return no_list(err);
		memcpy(&entry, bytes + at, head);
		if (!entry.dev) /* the list is empty */
			return 0;
		if (strnlen(bytes + at + head, size - at - head) == size - at - head)
			return no_list(err);
		add_device(host, entry.dev, bytes + at + head);
		if (!entry.next)
			return 0;
		if (entry.next <= head || entry.next > size - at)
			return no_list(err);
		at += entry.next;
	}
}

/* Into zeroed memory. 0, also where it did not fit: the answer then says so. */
static int ask(int control, struct dm_ioctl *request, size_t size, struct err *err)
{
	/* the oldest that has all we ask; the kernel answers with its own */
	request->version[0] = DM_VERSION_MAJOR;
	request->data_size = (uint32_t)size;
	request->data_start = sizeof(*request);
	if (ioctl(control, DM_LIST_DEVICES, request) < 0)
		return err_errno(err, errno, "device-mapper: list");
	return 0;
}

int dm_list_read(const char *control_node, struct host *host, struct err *err)
{
	cleanup_close int control = open(control_node, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (control < 0)
		return err_errno(err, errno, "open %s", control_node);
	for (size_t size = LIST_BYTES_FIRST; size <= LIST_BYTES_MAX; size *= 2) {
		cleanup_free struct dm_ioctl *request = xcalloc(1, size);
		int r = ask(control, request, size, err);

		if (r < 0)
			return r;
		if (!(request->flags & DM_BUFFER_FULL_FLAG))
			return dm_list_parse(request, size, host, err);
	}
	return err_set(err, -EFBIG, "device-mapper: list: longer than %u MiB",
		LIST_BYTES_MAX >> 20);
}
