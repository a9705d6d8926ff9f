/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Holders whose file system is not known; see host/holders.h. Input: the model. Output:
 * those that may be on one device. Invariant: what could be on it is not left out, but
 * for the number of them.
 */
#include <stdbool.h>

#include "snapstate/host/holder.h"
#include "snapstate/host/holders.h"
#include "snapstate/host/mount.h"

#define HOLDERS_MOST 64 /* that are looked at one by one; any more may be on it */

bool holder_may_be_on(
	const struct host *host, const struct kernel_holder *kernel, struct devno devno)
{
	struct holders mounts = host_holders_by(host, devno, HELD_BY_MOUNT);

	if (!kernel->is_within)
		return true;
	for (struct holder holder; holders_next(&mounts, &holder);)
		if (holder.mount->namespace_id == kernel->namespace_id)
			return true;
	return false;
}

void host_unplaced_on(
	const struct host *host, struct devno devno, struct unplaced_list *ret_list)
{
	static const enum holder_shape shapes[] = {
		HELD_BY_BLOCK, HELD_BY_SWAP, HELD_BY_KERNEL};
	struct holders any = host_holders(host, DEVNO_NONE);
	struct holder first;
	unsigned n_kernel = 0;

	ret_list->count = 0;
	if (!holders_next(&any, &first) || !host_has_file_system(host, devno))
		return;
	for (size_t s = 0; s < sizeof(shapes) / sizeof(shapes[0]); s++) {
		struct holders unplaced = host_holders_by(host, DEVNO_NONE, shapes[s]);

		for (struct holder holder; ret_list->count < UNPLACED_MOST &&
					   holders_next(&unplaced, &holder);)
			if (holder.shape != HELD_BY_KERNEL || ++n_kernel > HOLDERS_MOST ||
				holder_may_be_on(host, holder.kernel, devno))
				ret_list->items[ret_list->count++] = holder;
	}
}
