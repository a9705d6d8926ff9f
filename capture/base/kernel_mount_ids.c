/* SPDX-License-Identifier: Apache-2.0 */
/* See kernel.h. */
#include <fcntl.h>

#include "snapstate/kernel.h"

bool kernel_has_mount_ids(int root)
{
	struct statx stx;

	return statx(root, "", AT_EMPTY_PATH, STATX_MNT_ID, &stx) == 0 &&
	       (stx.stx_mask & STATX_MNT_ID);
}
