/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the model: a volume's own devices, and all that is on them. */
#ifndef SNAPSTATE_STACK_H
#define SNAPSTATE_STACK_H

#include <stdbool.h>

#include "snapstate/buf.h"
#include "snapstate/host.h"

struct mention;

/* Devices of one volume that are looked at. A plan goes through fewer (RULE_TOO_MUCH). */
#define STACK_MAX 128

struct stack {
	struct devno items[STACK_MAX];
	size_t count;
	char *label; /* "VG/LV"; NULL = it has no name */
};

/* Its mapping and its COW, no layer of an origin; a COW has its snapshot on
 * it. */
void host_stack_of_volume(const struct host *host, const char *vg_uuid,
	const char *lv_uuid, struct stack *ret_stack);
bool stack_has(const struct stack *stack, struct devno devno);
/* By the name of the volume, or of one of the devices. */
bool stack_is_named(const struct host *host, const struct stack *stack,
	const struct mention *mention);
void stack_free(struct stack *stack);
#define cleanup_stack cleanup_with(stack_free)

#endif
