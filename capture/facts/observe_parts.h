/* SPDX-License-Identifier: Apache-2.0 */
/* The words for the parts of a host, of both sides of a question. */
#ifndef SNAPSTATE_OBSERVE_PARTS_H
#define SNAPSTATE_OBSERVE_PARTS_H

#include "snapstate/observe.h"

struct observe_part {
	unsigned part;
	const char *name;
};
#define OBSERVE_PARTS 10
extern const struct observe_part observe_parts[OBSERVE_PARTS];

#endif
