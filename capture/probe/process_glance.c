/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one statx() of a link of proc tells. Input: the index, a link. Output: whether
 * what it leads to is recorded.
 *
 * The mount id alone decides where the mount is in a table; elsewhere, as after a lazy
 * umount, the file system's number does. A glance decides nothing that could be wrong: a
 * device node of interest (it may be open for its path only), a namespace (it may be an
 * unknown one) and whatever cannot be told are left to a look with care.
 */
#include <fcntl.h>
#include <sys/stat.h>

#include "process.h"
#include "snapstate/kernel.h"

enum glance process_glance(const struct process_index *index, int dir, const char *link,
	struct devno *ret_device)
{
	const struct known_mount *mount = NULL;
	struct devno dev, device;
	struct statx stx;

	if (kernel_statx(dir, link, AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT,
		    STATX_TYPE | STATX_MNT_ID, &stx) < 0 ||
		!(stx.stx_mask & STATX_MNT_ID))
		return GLANCE_UNSURE;
	if (S_ISBLK(stx.stx_mode)) {
		device = (struct devno){stx.stx_rdev_major, stx.stx_rdev_minor};
		return process_index_is_of_interest(index, device) ? GLANCE_UNSURE
								   : GLANCE_NOTHING;
	}
	dev = (struct devno){stx.stx_dev_major, stx.stx_dev_minor};
	if (stx.stx_mnt_id <= UINT32_MAX)
		mount = process_index_mount(index, (uint32_t)stx.stx_mnt_id);
	if (!mount && (devno_is_none(index->nsfs) || devno_is_equal(dev, index->nsfs)))
		return GLANCE_UNSURE;
	device = mount ? mount->device : process_index_device(index, dev);
	if (!process_index_is_recorded(index, device))
		return GLANCE_NOTHING;
	*ret_device = device;
	return GLANCE_FILE;
}
