/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random hosts: stacks of origins, snapshots, mappings, mounts and holders, with damage.
 * The same seed gives the same host.
 */
#ifndef SNAPSTATE_RANDOM_HOST_H
#define SNAPSTATE_RANDOM_HOST_H

#include <stdbool.h>
#include <stdint.h>

#include "snapstate/host/block.h"

/* xorshift64*: small, and the same everywhere */
struct dice {
	uint64_t state;
};
struct dice dice_of_seed(uint64_t seed);
uint64_t roll(struct dice *dice, uint64_t sides);
bool one_in(struct dice *dice, uint64_t n);

/* RANDOM_STATES and RANDOM_SEED change how many hosts a test makes, and from where. */
uint64_t number_from_environment(const char *name, uint64_t otherwise);

struct host *random_host(uint64_t seed);

/* Some of the places where these hosts have something mounted: as those of a rule, and
 * one as what an operator asserts. */
#define RANDOM_HOST_PLACES "/mnt/*1", "/mnt/*4"
#define RANDOM_HOST_LEFTOVER "/mnt/52"
/* What finds its device by a path, or finds two: loops, mounts whose st_dev is nobody's,
 * devices of one name. Sort the host afterwards. */
void random_host_add_paths(struct dice *dice, struct host *host);

/* What real hosts have around it: who wrote the metadata, tags, a second disk and group,
 * other volumes, processes, a namespace that receives umounts or not, /etc/fstab. Sort it
 * afterwards. */
void random_host_add_surroundings(struct dice *dice, struct host *host);

/* ---- of any host ---- */

/* true: a partition of it, an array with it as a member, a loop device on it or on a file
 * of its file system. */
bool block_stands_on(
	const struct host *host, const struct block *block, struct devno devno);

#endif
