/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of facts that follow from one thing alone; see fact_kind.h. */
#include <stddef.h>

#include "snapstate/buf.h"
#include "snapstate/dm_target.h"
#include "snapstate/fact_kind.h"

void fact_target(enum fact_kind kind, struct devno devno, const struct dm_target *target,
	struct buf *line)
{
	buf_puts(line, fact_row(kind)->word);
	buf_puts(line, " ");
	buf_devno(line, devno);
	buf_puts(line, " ");
	buf_number(line, target->start);
	buf_puts(line, " ");
	buf_number(line, target->length);
	buf_puts(line, " ");
	buf_word(line, target->type);
	buf_puts(line, " ");
	buf_tail(line, target->params);
}
