/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of facts that follow from one thing alone; see fact_line.h. */
#include <stddef.h>

#include "snapstate/buf.h"
#include "snapstate/dm_target.h"
#include "snapstate/fact_line.h"
#include "snapstate/facts.h"

void fact_tag(const char *vg_uuid, const char *lv_uuid, const char *tag, struct buf *line)
{
	buf_printf(line, "%s %s/%s ", fact_row(FACT_TAG)->word, vg_uuid, lv_uuid);
	buf_word(line, tag);
}

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
