/* SPDX-License-Identifier: Apache-2.0 */
/* How much memory the process has taken from malloc() at most, libraries included: the
 * same on any machine. */
#ifndef SNAPSTATE_BENCH_MEMORY_H
#define SNAPSTATE_BENCH_MEMORY_H

#include <stddef.h>

/* From now on, beyond what is taken now. */
void memory_begin(void);
size_t memory_most(void);

#endif
