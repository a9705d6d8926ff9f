/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hosts that no administrator builds and that a stranger may send: each makes one pass
 * over the model look at much, again and again. See the table for what each has.
 */
#ifndef SNAPSTATE_SHAPES_H
#define SNAPSTATE_SHAPES_H

struct shape {
	const char *name;
	const char *meaning;
	struct host *(*make)(unsigned size); /* about `size` of what it has many of */
};
extern const struct shape shapes[];
extern const size_t n_shapes;

/* How much there is to read: devices, targets, dependencies, mounts, uses, ... */
size_t shape_facts(const struct host *host);

#endif
