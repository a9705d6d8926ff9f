/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the model: a walk downwards, over each device once, of limited length. */
#ifndef SNAPSTATE_HOST_DEVNO_WALK_H
#define SNAPSTATE_HOST_DEVNO_WALK_H

#include <stdbool.h>
#include <stdint.h>

#include "snapstate/buf.h"
#include "snapstate/host/block.h"

#define WALK_SLOTS 1024 /* a power of two, at least three times as many as devices */

struct devno_walk {
	struct devno items[GROUND_MOST];
	size_t count;
	uint16_t slots[WALK_SLOTS]; /* number of an item, from 1; 0 = empty */
	bool is_full;		    /* there were more */
};

static inline void walk_to(struct devno_walk *walk, struct devno devno)
{
	size_t i = (devno.major * 40503u + devno.minor * 2654435761u) % WALK_SLOTS;

	for (; walk->slots[i]; i = (i + 1) % WALK_SLOTS)
		if (devno_is_equal(walk->items[walk->slots[i] - 1], devno))
			return;
	if (walk->count == GROUND_MOST) {
		walk->is_full = true;
		return;
	}
	walk->items[walk->count++] = devno;
	walk->slots[i] = (uint16_t)walk->count;
}

#endif
