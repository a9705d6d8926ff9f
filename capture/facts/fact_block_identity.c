/* SPDX-License-Identifier: Apache-2.0 */
/* Which loop device, array or partition it is, as its line begins; see facts.h. */
#include "snapstate/buf.h"
#include "snapstate/fact_line.h"
#include "snapstate/facts.h"
#include "snapstate/host/block.h"

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
