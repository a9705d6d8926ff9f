/* SPDX-License-Identifier: Apache-2.0 */
/* Many captures in one run: hosts that share storage together, the others each alone. */
#ifndef SNAPSTATE_PLAN_MANY_H
#define SNAPSTATE_PLAN_MANY_H

#include "options.h"

/* true: what was asked for is such a run: a folder, processes, or rows. */
bool many_is_asked(const struct options *options);
/* Returns the exit code. */
int many_run(const struct options *options);

#endif
