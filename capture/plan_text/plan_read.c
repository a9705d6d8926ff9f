/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text -> plan; the grammar is in snapstate/plan.h, the writer is plan_write.c.
 *
 * The text is hostile. It is read strictly; then the plan is written again and the bytes
 * are compared, so that nothing in a file that passes - no comment, no blank, no second
 * spelling - can tell a reviewer something else than the executor reads. The digest comes
 * last: it only says that the file arrived as it was written, not by whom.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "plan_text.h"
#include "snapstate/cleanup.h"

/* ---- header ---- */

static int read_selects(struct lines *lines, struct plan *plan)
{
	while (lines_is(lines, "select ")) {
		if (plan->n_select == PLAN_SELECT_MAX)
			return lines_bad(
				lines, "a plan has at most %d globs", PLAN_SELECT_MAX);
		if (lines_take(lines, "select ") < 0 ||
			lines_take_word(lines, ' ',
				array_add(&plan->select, &plan->n_select)) < 0 ||
			lines_take_end(lines) < 0)
			return -EBADMSG;
	}
	return 0;
}

/* A word alone on its line. */
static int read_flag(struct lines *lines, const char *word, bool *ret_flag)
{
	if (!lines_is(lines, word))
		return 0;
	*ret_flag = true;
	return lines_take(lines, word) < 0 ? -EBADMSG : lines_take_end(lines);
}

static int read_header(struct lines *lines, struct plan *plan, struct orders *orders)
{
	if (plan_read_origin(lines, orders) < 0 || lines_take(lines, "created-by ") < 0 ||
		lines_take_word(lines, ' ', &plan->created_by) < 0 ||
		lines_take_end(lines) < 0 || read_selects(lines, plan) < 0 ||
		lines_take(lines, "min-age ") < 0 ||
		lines_take_number(lines, ' ', UINT64_MAX, &plan->min_age) < 0 ||
		lines_take_end(lines) < 0 ||
		plan_read_mounts(lines, "select-mount ", &plan_mounts_places,
			&plan->select_mounts, &plan->n_select_mounts) < 0 ||
		plan_read_rules(lines, plan) < 0)
		return -EBADMSG;
	if (read_flag(lines, "refresh-origin", &plan->has_refresh_origin) < 0 ||
		read_flag(lines, "single-host", &plan->is_single_host) < 0 ||
		read_flag(lines, "hosts-complete", &plan->is_hosts_complete) < 0 ||
		plan_read_mounts(lines, "leftover-mount ", &plan_mounts_asserted,
			&plan->leftover_mounts, &plan->n_leftover_mounts) < 0 ||
		plan_read_redaction(lines, orders) < 0 ||
		plan_read_after(lines, orders) < 0)
		return -EBADMSG;
	return lines_take_end(lines);
}

/* What both readers of a plan read alike. */
static void take_head(struct plan *plan, struct orders *orders)
{
	plan->version = orders->version;
	memcpy(plan->capture_sha256, orders->capture_sha256,
		sizeof(plan->capture_sha256));
	plan->taken = orders->taken;
	plan->expires = orders->expires;
	memcpy(plan->redaction, orders->redaction, sizeof(plan->redaction));
	plan->after = take_ptr(orders->after);
	plan->n_after = orders->n_after;
	orders->n_after = 0;
}

/* ---- scope ---- */

static int read_scope(struct lines *lines, struct plan *plan)
{
	if (!lines_is(lines, "scope "))
		return 0;
	if (scope_read(lines, plan->version >= PLAN_VERSION_CONDITIONS,
		    plan->version >= PLAN_VERSION_PARTS, plan->strings, &plan->scope) < 0)
		return -EBADMSG;
	return lines_take_end(lines);
}

/* ---- parts ---- */

static unsigned last_part(const struct scope *scope)
{
	unsigned last = 0;

	for (size_t i = 0; i < scope->n_devices; i++)
		last = scope->devices[i].part > last ? scope->devices[i].part : last;
	for (size_t i = 0; i < scope->n_blocks; i++)
		last = scope->blocks[i].part > last ? scope->blocks[i].part : last;
	for (size_t i = 0; i < scope->n_volumes; i++)
		last = scope->volumes[i].part > last ? scope->volumes[i].part : last;
	for (size_t i = 0; i < scope->n_conditions; i++)
		if (scope->conditions[i].part > last)
			last = scope->conditions[i].part;
	return last;
}

/* Behind all steps. */
static int check_parts(const struct lines *lines, const struct plan *plan)
{
	unsigned last = last_part(&plan->scope);

	if (plan->version < PLAN_VERSION_PARTS)
		return 0;
	if (plan->n_parts < 2)
		return lines_bad(lines, "a plan of version %d has two parts or more",
			PLAN_VERSION_PARTS);
	if (last > plan->n_parts)
		return lines_bad(lines,
			"the scope is of a part %u, and the last step of part %u", last,
			plan->n_parts);
	return 0;
}

/* ---- the whole ---- */

/* Bytes that differ from the writer's, in front of the digest line. */
static int check_canonical(
	struct lines *lines, const char *text, size_t len, const struct buf *again)
{
	size_t same = 0, begin = 0;

	while (same < len && same < again->len && text[same] == again->data[same])
		same++;
	if (same == len && same == again->len)
		return 0;
	lines->number = 1;
	for (size_t i = 0; i < same; i++) {
		if (text[i] == '\n') {
			lines->number++;
			begin = i + 1;
		}
	}
	if (strncmp(buf_text(again) + begin, "digest ", 7) == 0)
		return lines_bad(lines,
			"the digest does not match: the plan was changed "
			"after it was written");
	return lines_bad(lines, "not as the planner writes it: must read \"%.*s\"",
		(int)strcspn(buf_text(again) + begin, "\n"), buf_text(again) + begin);
}

static int read_plan(struct lines *lines, struct plan *plan)
{
	struct plan_ledger ledger = {.plan = plan};
	struct orders *orders = xcalloc(1, sizeof(*orders));
	int r = read_header(lines, plan, orders);

	take_head(plan, orders);
	orders_free(orders);
	if (r < 0)
		return r;
	r = -EBADMSG;
	if (read_scope(lines, plan) < 0 ||
		plan_take_expect(lines, &ledger, &plan->expect) < 0 ||
		lines_take_end(lines) < 0)
		goto out;
	while (lines_is(lines, "step "))
		if (plan_read_step(lines, plan, &ledger) < 0)
			goto out;
	r = check_parts(lines, plan);
	if (r == 0)
		r = plan_read_digest(lines, plan->digest);
out:
	plan_ledger_free(&ledger);
	return r;
}

int plan_read(const char *text, size_t len, const char *name, struct plan **ret_plan,
	struct err *err)
{
	cleanup_plan struct plan *plan = plan_new();
	cleanup_buf struct buf again = BUF_INIT;
	struct lines lines;
	int r = lines_open(&lines, text, len, &plan_kind, name, err);

	if (r == 0)
		r = read_plan(&lines, plan);
	if (r < 0)
		return r;
	plan_write(plan, &again);
	r = check_canonical(&lines, text, len, &again);
	if (r < 0)
		return r;
	*ret_plan = take_ptr(plan);
	return 0;
}
