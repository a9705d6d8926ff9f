/* SPDX-License-Identifier: Apache-2.0 */
/* Strings that are freed together; see buf.h. */
#include <stdlib.h>
#include <string.h>

#include "snapstate/buf.h"

#define ARENA_BLOCK (64u << 10)

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

const char *arena_strndup(struct arena *a, const char *bytes, size_t len)
{
	struct arena_block *block = a->blocks;
	char *copy;

	if (!block || block->size - block->used < len + 1) {
		size_t size = len + 1 > ARENA_BLOCK ? len + 1 : ARENA_BLOCK;

		block = xcalloc(1, sizeof(*block) + size);
		block->size = size;
		block->next = a->blocks;
		a->blocks = block;
	}
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
