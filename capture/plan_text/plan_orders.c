/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text -> what of a plan is carried out; see snapstate/orders.h.
 *
 * That the text is a plan, with no second spelling and facts that follow from each other,
 * is found by plan_read(), in a process that compares (compare.h), of the same bytes.
 * Lines that are of no use here are passed over by their first word: no word of a plan
 * holds a newline.
 */
#include <errno.h>
#include <string.h>

#include "plan_orders.h"
#include "snapstate/cleanup.h"

/* ---- new, and free ---- */

struct plan_step *plan_step_new(
	struct plan_step **steps, size_t *n_steps, enum plan_op op)
{
	struct plan_step *step = array_add(steps, n_steps);

	step->op = op;
	step->number = *n_steps;
	plan_target_init(&step->target);
	return step;
}

void plan_step_free(struct plan_step *step)
{
	plan_target_free(&step->target);
	for (size_t i = 0; i < step->n_reasons; i++)
		free(step->reasons[i]);
	free(step->reasons);
	facts_free(&step->gone);
	facts_free(&step->new);
	facts_free(&step->maybe_gone);
	facts_free(&step->maybe_new);
}

void orders_free(struct orders *orders)
{
	if (!orders)
		return;
	for (size_t i = 0; i < orders->n_steps; i++)
		plan_step_free(&orders->steps[i]);
	free(orders->steps);
	for (size_t i = 0; i < orders->n_after; i++)
		free(orders->after[i].node);
	free(orders->after);
	free(orders->devices);
	free(orders->host);
	free(orders);
}

/* ---- reading ---- */

static void pass_over(struct lines *lines, const char *keyword)
{
	while (lines_is(lines, keyword))
		lines_advance(lines);
}

static int read_header(struct lines *lines, struct orders *orders)
{
	if (plan_read_origin(lines, orders) < 0)
		return -EBADMSG;
	while (lines->len && !lines_is(lines, "redaction ") && !lines_is(lines, "after "))
		lines_advance(lines);
	if (plan_read_redaction(lines, orders) < 0 || plan_read_after(lines, orders) < 0)
		return -EBADMSG;
	return lines_take_end(lines);
}

/* What the journal must not be on. */
static int read_devices(struct lines *lines, struct orders *orders)
{
	if (!lines_is(lines, "scope "))
		return 0;
	while (lines_is(lines, "scope device ")) {
		struct devno *devno = array_add(&orders->devices, &orders->n_devices);

		if (lines_take(lines, "scope device ") < 0 ||
			lines_take_devno(lines, devno) < 0)
			return -EBADMSG;
		lines_advance(lines);
	}
	pass_over(lines, "scope ");
	return lines_take_end(lines);
}

static int read_host(struct lines *lines, struct orders *orders)
{
	const size_t skip = strlen("expect ");

	if (!lines_is(lines, "expect host "))
		return lines_take(lines, "expect host ");
	orders->host = xstrndup(lines->line + skip, lines->len - skip);
	pass_over(lines, "expect ");
	return lines_take_end(lines);
}

static int read_step(struct lines *lines, struct orders *orders)
{
	const size_t skip = strlen("gone ");
	struct plan_step *step = NULL;

	if (plan_read_step_head(lines, orders->version >= PLAN_VERSION_PARTS,
		    &orders->steps, &orders->n_steps, &step) < 0 ||
		plan_take_target(lines, step) < 0 || lines_take_end(lines) < 0)
		return -EBADMSG;
	for (; lines_is(lines, "gone "); lines_advance(lines))
		*array_add(&step->gone.lines, &step->gone.count) =
			xstrndup(lines->line + skip, lines->len - skip);
	facts_sort(&step->gone);
	orders->n_parts = step->part;
	pass_over(lines, "new ");
	pass_over(lines, "maybe ");
	return lines_take_end(lines);
}

/* Of all bytes before its line. */
static int check_digest(
	struct lines *lines, const char *text, size_t len, const struct orders *orders)
{
	char found[SHA256_HEX_LEN + 1];

	sha256_hex(text, len, found);
	return strcmp(found, orders->digest) == 0
		       ? 0
		       : lines_bad(lines, "the digest does not match: the plan was "
					  "changed after it was written");
}

static int read_orders(struct lines *lines, const char *text, struct orders *orders)
{
	const char *digest;

	if (read_header(lines, orders) < 0 || read_devices(lines, orders) < 0 ||
		read_host(lines, orders) < 0)
		return -EBADMSG;
	while (lines_is(lines, "step "))
		if (read_step(lines, orders) < 0)
			return -EBADMSG;
	digest = lines->line;
	if (plan_read_digest(lines, orders->digest) < 0)
		return -EBADMSG;
	return check_digest(lines, text, (size_t)(digest - text), orders);
}

int plan_check_bytes(const char *text, size_t len, const char *name, struct err *err)
{
	struct lines lines;

	return lines_open(&lines, text, len, &plan_kind, name, err);
}

int orders_read(const char *text, size_t len, const char *name,
	struct orders **ret_orders, struct err *err)
{
	cleanup_orders struct orders *orders = xcalloc(1, sizeof(*orders));
	struct lines lines;
	int r = lines_open(&lines, text, len, &plan_kind, name, err);

	if (r == 0)
		r = read_orders(&lines, text, orders);
	if (r == 0)
		*ret_orders = take_ptr(orders);
	return r;
}
