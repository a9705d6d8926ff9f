/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text -> what of a plan is carried out; see plan_read_orders() in snapstate/plan.h.
 *
 * That the text is a plan, with no second spelling and facts that follow from each other,
 * is found by plan_read(), in a process that compares (compare.h), of the same bytes.
 * Lines that are of no use here are passed over by their first word: no word of a plan
 * holds a newline.
 */
#include <errno.h>
#include <string.h>

#include "plan_text.h"
#include "snapstate/cleanup.h"
#include "snapstate/fact_line.h"

static void pass_over(struct lines *lines, const char *keyword)
{
	while (lines_is(lines, keyword))
		lines_advance(lines);
}

static int read_header(struct lines *lines, struct plan *plan)
{
	if (plan_read_origin(lines, plan) < 0)
		return -EBADMSG;
	while (lines->len && !lines_is(lines, "redaction ") && !lines_is(lines, "after "))
		lines_advance(lines);
	if (plan_read_redaction(lines, plan) < 0 || plan_read_after(lines, plan) < 0)
		return -EBADMSG;
	return lines_take_end(lines);
}

/* What the journal must not be on. */
static int read_devices(struct lines *lines, struct plan *plan)
{
	struct scope *scope = &plan->scope;

	if (!lines_is(lines, "scope "))
		return 0;
	while (lines_is(lines, "scope device ")) {
		struct scope_device *device =
			array_add(&scope->devices, &scope->n_devices);

		device->uuid = device->name = "";
		if (lines_take(lines, "scope device ") < 0 ||
			lines_take_devno(lines, &device->devno) < 0)
			return -EBADMSG;
		lines_advance(lines);
	}
	pass_over(lines, "scope ");
	return lines_take_end(lines);
}

static void keep_line(const struct lines *lines, size_t skip, struct facts *ret)
{
	*array_add(&ret->lines, &ret->count) =
		xstrndup(lines->line + skip, lines->len - skip);
}

static int read_host(struct lines *lines, struct plan *plan)
{
	if (!lines_is(lines, "expect host "))
		return lines_take(lines, "expect host ");
	keep_line(lines, strlen("expect "), &plan->expect);
	pass_over(lines, "expect ");
	return lines_take_end(lines);
}

static int read_step(struct lines *lines, struct plan *plan)
{
	struct plan_step *step = NULL;

	if (plan_read_step_head(lines, plan, &step) < 0 ||
		plan_take_target(lines, step) < 0 || lines_take_end(lines) < 0)
		return -EBADMSG;
	for (; lines_is(lines, "gone "); lines_advance(lines))
		keep_line(lines, strlen("gone "), &step->gone);
	facts_sort(&step->gone);
	pass_over(lines, "new ");
	pass_over(lines, "maybe ");
	return lines_take_end(lines);
}

/* Of all bytes before its line. */
static int check_digest(
	struct lines *lines, const char *text, size_t len, const struct plan *plan)
{
	char found[SHA256_HEX_LEN + 1];

	sha256_hex(text, len, found);
	return strcmp(found, plan->digest) == 0
		       ? 0
		       : lines_bad(lines, "the digest does not match: the plan was "
					  "changed after it was written");
}

static int read_orders(struct lines *lines, const char *text, struct plan *plan)
{
	const char *digest;

	if (read_header(lines, plan) < 0 || read_devices(lines, plan) < 0 ||
		read_host(lines, plan) < 0)
		return -EBADMSG;
	while (lines_is(lines, "step "))
		if (read_step(lines, plan) < 0)
			return -EBADMSG;
	digest = lines->line;
	if (plan_read_digest(lines, plan) < 0)
		return -EBADMSG;
	return check_digest(lines, text, (size_t)(digest - text), plan);
}

int plan_check_bytes(const char *text, size_t len, const char *name, struct err *err)
{
	struct lines lines;

	return lines_open(&lines, text, len, &plan_kind, name, err);
}

int plan_read_orders(const char *text, size_t len, const char *name,
	struct plan **ret_plan, struct err *err)
{
	cleanup_plan struct plan *plan = plan_new();
	struct lines lines;
	int r = lines_open(&lines, text, len, &plan_kind, name, err);

	if (r == 0)
		r = read_orders(&lines, text, plan);
	if (r == 0)
		*ret_plan = take_ptr(plan);
	return r;
}
