/* SPDX-License-Identifier: Apache-2.0 */
/* Strings that are freed together; see buf.h. */
#include <stdlib.h>
#include <string.h>

#include "snapstate/buf.h"

/* Each block is twice the one before: some arenas hold a few words only. */
#define ARENA_BLOCK_FIRST (1u << 10)
#define ARENA_BLOCK_MAX	  (64u << 10)

struct arena_block {
	struct arena_block *next;
	size_t used, size;
	char bytes[];
};

struct arena {
	struct arena_block *blocks; /* the first one has room */
};

struct arena *arena_new(void)
{
	return xcalloc(1, sizeof(struct arena));
}

void arena_free(struct arena *a)
{
	if (!a)
		return;
	while (a->blocks) {
		struct arena_block *next = a->blocks->next;

		free(a->blocks);
		a->blocks = next;
	}
	free(a);
}

static struct arena_block *block_add(struct arena *a, size_t need)
{
	size_t size = a->blocks ? a->blocks->size * 2 : ARENA_BLOCK_FIRST;
	struct arena_block *block;

	if (size > ARENA_BLOCK_MAX)
		size = ARENA_BLOCK_MAX;
	if (size < need)
		size = need;
	block = xmalloc(sizeof(*block) + size);
	*block = (struct arena_block){.next = a->blocks, .size = size};
	a->blocks = block;
	return block;
}

const char *arena_strndup(struct arena *a, const char *bytes, size_t len)
{
	struct arena_block *block = a->blocks;
	char *copy;

	if (!block || block->size - block->used < len + 1)
		block = block_add(a, len + 1);
	copy = block->bytes + block->used;
	if (len)
		memcpy(copy, bytes, len);
	copy[len] = '\0';
	block->used += len + 1;
	return copy;
}

const char *arena_strdup(struct arena *a, const char *text)
{
	return arena_strndup(a, text, strlen(text));
}
