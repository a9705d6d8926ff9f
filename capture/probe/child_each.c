/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Looks at many things of which any may hang, in children. Input: an array, a function.
 * Output: the same array, each item as the function left it. Invariant: an item at which
 * a child hangs stays as it was, and takes no other one with it, until too many do.
 */
#include <string.h>

#include "parts.h"
#include "snapstate/cleanup.h"

#define EACH_SECONDS	5
#define EACH_TRIES	3 /* children */
#define EACH_ANSWER_MAX (16u << 20)

struct each {
	const struct machine *machine;
	char *items;
	size_t size, count;
	size_t first; /* of those that no child has answered yet */
	void (*look)(const struct machine *machine, void *item);
};

/* Pointers mean the same in both processes. */
static int look_at_all(void *context)
{
	const struct each *each = context;

	for (size_t i = each->first; i < each->count; i++) {
		void *item = each->items + i * each->size;
		struct buf bytes = BUF_INIT;
		int r;

		each->look(each->machine, item);
		buf_add(&bytes, item, each->size);
		r = child_answer(&bytes);
		buf_free(&bytes);
		if (r < 0)
			return 1;
	}
	return 0;
}

static void take_answers(struct each *each, const struct buf *answers)
{
	size_t count = answers->len / each->size;

	if (count > each->count - each->first)
		count = each->count - each->first;
	if (count)
		memcpy(each->items + each->first * each->size, answers->data,
			count * each->size);
	each->first += count;
}

void child_each(const struct machine *machine, void *items, size_t size, size_t count,
	void (*look)(const struct machine *machine, void *item))
{
	const struct child_limits limits = {
		.seconds = EACH_SECONDS,
		.max = EACH_ANSWER_MAX,
		.deadline_ms = machine->deadline_ms,
		.ends_itself = true,
	};
	struct each each = {machine, items, size, count, 0, look};

	for (unsigned i = 0; i < EACH_TRIES && each.first < count; i++) {
		cleanup_buf struct buf answers = BUF_INIT, unused = BUF_INIT;
		struct err err = ERR_INIT;

		child_run(&limits, look_at_all, &each, &answers, &unused, &err);
		take_answers(&each, &answers);
		each.first += each.first < count; /* there it hangs */
	}
}
