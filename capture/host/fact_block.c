/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fact of a loop device, an array, or a partition of one; see facts.h. Input: a block
 * of the model. Output: its line.
 */
#include <stdbool.h>
#include <string.h>

#include "snapstate/buf.h"
#include "snapstate/cleanup.h"
#include "snapstate/facts.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/device.h"

static void add_word(struct buf *line, const char *key, const char *value)
{
	buf_puts(line, key);
	buf_word(line, value ? value : "");
}

/* Not recorded, and recorded without a flag, are different things. */
static const char *state_word(const struct block *block)
{
	return block->state || block->kind == BLOCK_PARTITION ? block->state : "unread";
}

void fact_block(const struct host *host, const struct block *block, struct buf *line)
{
	struct devno holder = DEVNO_NONE;

	if (*block->backing_file)
		holder = host_loop_devno(host, block);
	if (devno_is_none(holder))
		fact_block_identity(block, block->below, block->n_below, line);
	else
		fact_block_identity(block, &holder, 1, line);
	add_word(line, " level ", block->level);
	add_word(line, " state ", state_word(block));
	add_word(line, " sync ", block->sync);
	buf_printf(line, " missing %u size %llu", block->missing,
		(unsigned long long)block->size);
}

/* Depth is bounded: a hostile archive may hold a loop. */
static bool stands_on_counted(const struct host *host, struct devno devno, unsigned depth)
{
	const struct device *device = host_device_by_devno(host, devno);
	const struct block *block = device ? NULL : host_block_by_devno(host, devno);

	if (device)
		return host_device_opens_count(host, device);
	if (!block || depth == 32)
		return false;
	for (size_t i = 0; i < block->n_below; i++)
		if (stands_on_counted(host, block->below[i], depth + 1))
			return true;
	return *block->backing_file &&
	       stands_on_counted(host, host_loop_devno(host, block), depth + 1);
}

bool host_block_is_fact(const struct host *host, const struct block *block)
{
	return !block->is_gone &&
	       (block->kind == BLOCK_LOOP || block->kind == BLOCK_MD ||
		       block->kind == BLOCK_PARTITION) &&
	       stands_on_counted(host, block->devno, 0);
}
