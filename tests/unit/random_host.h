/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random hosts: stacks of origins, snapshots, mappings, mounts and holders, with damage. The same
 * seed gives the same host.
 */
#ifndef SNAPSTATE_RANDOM_HOST_H
#define SNAPSTATE_RANDOM_HOST_H

#include "snapstate/host.h"

struct host *random_host(uint64_t seed);

#endif
