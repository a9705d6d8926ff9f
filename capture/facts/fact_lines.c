/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of facts that follow from one thing alone; see fact_line.h. */
#include <stddef.h>

#include "snapstate/buf.h"
#include "snapstate/fact_line.h"
#include "snapstate/facts.h"
#include "snapstate/host/block.h"
#include "snapstate/host/device.h"

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

static const char *const block_words[] = {
	[BLOCK_DISK] = "disk",
	[BLOCK_PARTITION] = "partition",
	[BLOCK_LOOP] = "loop",
	[BLOCK_MD] = "md",
	[BLOCK_OTHER] = "other",
};

const char *block_kind_name(enum block_kind kind)
{
	return block_words[kind];
}

static void add_word(struct buf *line, const char *key, const char *value)
{
	buf_puts(line, key);
	buf_word(line, value ? value : "");
}

void fact_block_identity(const struct block *block, const struct devno *below,
	size_t n_below, struct buf *line)
{
	const char *separator = " below ";

	buf_printf(line, "%s " DEVNO_FMT, fact_row(FACT_BLOCK)->word,
		DEVNO_ARGS(block->devno));
	add_word(line, " name ", block->kname);
	buf_printf(line, " kind %s", block_kind_name(block->kind));
	add_word(line, " uuid ", block->uuid);
	buf_printf(line, " diskseq %llu", (unsigned long long)block->diskseq);
	for (size_t i = 0; i < n_below; i++) {
		buf_printf(line, "%s" DEVNO_FMT, separator, DEVNO_ARGS(below[i]));
		separator = ",";
	}
	if (!n_below)
		buf_puts(line, " below -");
	add_word(line, " file ", block->backing_file);
}
