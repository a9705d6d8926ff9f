/* SPDX-License-Identifier: Apache-2.0 */
/* Apart from the rest of a scope, which who only frees a plan does not want. */
#include <stdlib.h>

#include "snapstate/facts.h"

void scope_free(struct scope *scope)
{
	free(scope->devices);
	free(scope->blocks);
	free(scope->volumes);
	free(scope->groups);
	free(scope->conditions);
	*scope = (struct scope){0};
}
