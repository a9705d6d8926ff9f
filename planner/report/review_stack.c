/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The devices of one subject as a tree: what is on a device is below it, as in lsblk,
 * and so are those who hold it. Invariant: each device has one line, so the walk ends.
 */
#include <libsmartcols.h>
#include <stdlib.h>
#include <string.h>

#include "review.h"
#include "snapstate/cleanup.h"
#include "snapstate/host/block.h"
#include "snapstate/host/device.h"
#include "snapstate/ledger.h"
#include "table.h"

#define STACK_HOLDERS_MAX 5 /* of one device: the reasons above name them all */
#define STACK_DEPTH_MAX	  64
#define STACK_LINES_MAX	  100 /* devices; a plan goes through fewer */

/* The names last, as in ps: the others stay aligned however long one is. */
enum {
	COLUMN_NUMBER,
	COLUMN_PLAN,
	COLUMN_KIND,
	COLUMN_OPEN,
	COLUMN_NAME,
};

static const char *const headings[] = {"MAJ:MIN", "PLAN", "TYPE", "OPEN", "NAME", NULL};

struct stack {
	struct table *table;
	const struct story *story;
	const struct host *host;
	const struct subject *subject;
	struct devno *printed;
	size_t n_printed;
};

static bool is_printed(const struct stack *stack, struct devno devno)
{
	for (size_t i = 0; i < stack->n_printed; i++)
		if (devno_is_equal(stack->printed[i], devno))
			return true;
	return false;
}

static void set_plan(struct libscols_line *line, size_t step)
{
	cleanup_buf struct buf text = BUF_INIT;

	if (step)
		buf_printf(&text, "step %zu", step);
	table_cell(line, COLUMN_PLAN, step ? buf_text(&text) : "stays");
}

static void print_holders(
	struct stack *stack, struct devno devno, struct libscols_line *parent)
{
	size_t count;
	const struct story_holder *holders =
		story_holders_of(stack->story, devno, &count);

	for (size_t i = 0; i < count && i < STACK_HOLDERS_MAX; i++) {
		struct libscols_line *line = table_line(stack->table, parent);

		table_cell(line, COLUMN_NAME, holders[i].text);
		set_plan(line, holders[i].ended_by);
	}
	if (count > STACK_HOLDERS_MAX) {
		cleanup_buf struct buf text = BUF_INIT;

		buf_printf(&text, "and %zu more", count - STACK_HOLDERS_MAX);
		table_cell(
			table_line(stack->table, parent), COLUMN_NAME, buf_text(&text));
	}
}

/* What explains them is below it in the tree. */
static void print_opens(
	const struct host *host, const struct device *device, struct buf *text)
{
	struct ledger ledger;

	ledger_of_device(host, device, &ledger);
	buf_printf(text, "%u", ledger.open);
	if (ledger.unexplained)
		buf_printf(text, ", %lld UNEXPLAINED", (long long)ledger.unexplained);
}

static void set_cells(
	struct stack *stack, const struct device *device, struct libscols_line *line)
{
	cleanup_buf struct buf number = BUF_INIT, kind = BUF_INIT, opens = BUF_INIT;

	buf_devno(&number, device->devno);
	device_type_words(device, &kind);
	print_opens(stack->host, device, &opens);
	table_cell(line, COLUMN_NAME, device->name);
	table_cell(line, COLUMN_NUMBER, buf_text(&number));
	table_cell(line, COLUMN_KIND, buf_text(&kind));
	table_cell(line, COLUMN_OPEN, buf_text(&opens));
	set_plan(line, story_of(stack->story, device)->removed_by);
}

static void set_block_cells(
	struct stack *stack, struct devno devno, struct libscols_line *line)
{
	const struct block *block = host_block_by_devno(stack->host, devno);
	cleanup_buf struct buf number = BUF_INIT, words = BUF_INIT;

	buf_devno(&number, devno);
	table_cell(line, COLUMN_NUMBER, buf_text(&number));
	if (block) {
		block_words(block, &words);
		table_cell(line, COLUMN_KIND, block_kind_name(block->kind));
		table_cell(line, COLUMN_NAME, buf_text(&words));
	}
	set_plan(line, block ? story_block_step(stack->story, block) : 0);
}

static void print_devno(struct stack *stack, struct devno devno,
	struct libscols_line *parent, unsigned depth)
{
	const struct device *device = host_device_by_devno(stack->host, devno);
	struct libscols_line *line;
	const struct edge *edges;
	size_t count;

	if (stack->n_printed == STACK_LINES_MAX || depth == STACK_DEPTH_MAX ||
		is_printed(stack, devno))
		return;
	*array_add(&stack->printed, &stack->n_printed) = devno;
	line = table_line(stack->table, parent);
	if (device)
		set_cells(stack, device, line);
	else
		set_block_cells(stack, devno, line);
	edges = story_edges_of(stack->story, devno, &count);
	for (size_t i = 0; i < count; i++)
		if (subject_owns(stack->subject, edges[i].above))
			print_devno(stack, edges[i].above, line, depth + 1);
	print_holders(stack, devno, line);
}

static bool print_rest(void *context, const struct device *device)
{
	struct stack *stack = context;

	print_devno(stack, device->devno, NULL, 0);
	return stack->n_printed < STACK_LINES_MAX;
}

static void print_left_out(struct stack *stack)
{
	const struct subject *subject = stack->subject;
	size_t count =
		subject->n_layers + (subject->snapshot != NULL) + (subject->cow != NULL);
	cleanup_buf struct buf text = BUF_INIT;

	if (stack->n_printed < STACK_LINES_MAX || count <= stack->n_printed)
		return;
	buf_printf(&text, "and %zu more devices", count - stack->n_printed);
	table_cell(table_line(stack->table, NULL), COLUMN_NAME, buf_text(&text));
}

void print_stack(
	struct buf *text, const struct story *story, const struct subject *subject)
{
	struct stack stack = {
		.story = story, .host = story->survey->host, .subject = subject};

	if (!subject->cow && !subject->snapshot && !subject->n_above)
		return;
	stack.table = table_new(headings, true, true);
	if (subject->cow)
		print_devno(&stack, subject->cow->devno, NULL, 0);
	if (subject->snapshot)
		print_devno(&stack, subject->snapshot->devno, NULL, 0);
	/* what no walk from below reached */
	subject_devices(subject, print_rest, &stack);
	print_left_out(&stack);
	table_print(stack.table, text, REVIEW_INDENT, "  stack");
	free(stack.printed);
}
