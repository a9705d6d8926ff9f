/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plan -> text; the grammar is in snapstate/plan.h, the reader is plan_read.c.
 * Invariant: the same plan gives the same bytes, and every byte but the newlines is
 * printable ASCII.
 */
#include <string.h>

#include "plan_text.h"
#include "snapstate/fact_line.h"

static void write_word(struct buf *text, const char *key, const char *value)
{
	buf_puts(text, key);
	buf_word(text, value);
}

static void write_header(const struct plan *plan, struct buf *text)
{
	buf_printf(text, "#!%s\nsnapstate-plan %u\n", PLAN_INTERPRETER, plan->version);
	buf_printf(text, "capture sha256:%s taken ", plan->capture_sha256);
	if (stamp_write(plan->taken, text) < 0)
		buf_puts(text, "-"); /* the reader refuses it */
	if (plan->expires) {
		buf_puts(text, "\nexpires ");
		if (stamp_write(plan->expires, text) < 0)
			buf_puts(text, "-"); /* this one as well */
	}
	write_word(text, "\ncreated-by ", plan->created_by);
	for (size_t i = 0; i < plan->n_select; i++)
		write_word(text, "\nselect ", plan->select[i]);
	buf_printf(text, "\nmin-age %llu\n", (unsigned long long)plan->min_age);
	plan_write_mounts(
		"select-mount ", plan->select_mounts, plan->n_select_mounts, text);
	plan_write_rules(plan, text);
	if (plan->has_refresh_origin)
		buf_puts(text, "refresh-origin\n");
	if (plan->is_single_host)
		buf_puts(text, "single-host\n");
	if (plan->is_hosts_complete)
		buf_puts(text, "hosts-complete\n");
	plan_write_mounts(
		"leftover-mount ", plan->leftover_mounts, plan->n_leftover_mounts, text);
	if (*plan->redaction)
		buf_printf(text, "redaction %s\n", plan->redaction);
	for (size_t i = 0; i < plan->n_after; i++) {
		write_word(text, "after ", plan->after[i].node);
		buf_printf(text, " sha256:%s\n", plan->after[i].digest);
	}
	buf_puts(text, "\n");
}

static void write_fact(const char *keyword, const char *line, struct buf *text)
{
	buf_puts(text, keyword);
	buf_puts(text, " ");
	buf_puts(text, line);
	buf_puts(text, "\n");
}

static void write_facts(const struct facts *facts, const char *keyword, struct buf *text)
{
	for (size_t i = 0; i < facts->count; i++)
		write_fact(keyword, facts->lines[i], text);
}

/* Which host it is comes first: a reviewer looks for it. */
static void write_expect(const struct facts *expect, struct buf *text)
{
	for (size_t i = 0; i < expect->count; i++)
		if (fact_is(expect->lines[i], FACT_HOST))
			write_fact("expect", expect->lines[i], text);
	for (size_t i = 0; i < expect->count; i++)
		if (!fact_is(expect->lines[i], FACT_HOST))
			write_fact("expect", expect->lines[i], text);
	buf_puts(text, "\n");
}

static void write_step(const struct plan_step *step, size_t number, struct buf *text)
{
	buf_printf(text, "step %zu %s\n", number, plan_op_name(step->op));
	if (step->part)
		buf_printf(text, "part %u\n", step->part);
	buf_puts(text, "# ");
	plan_step_command(step, text);
	for (size_t i = 0; i < step->n_reasons; i++) {
		buf_puts(text, "\nreason ");
		buf_tail(text, step->reasons[i]);
	}
	buf_puts(text, "\ntarget ");
	plan_step_target(step, text);
	buf_puts(text, "\n");
	write_facts(&step->gone, "gone", text);
	write_facts(&step->new, "new", text);
	write_facts(&step->maybe_gone, "maybe gone", text);
	write_facts(&step->maybe_new, "maybe new", text);
	buf_puts(text, "\n");
}

void plan_write(struct plan *plan, struct buf *ret_text)
{
	size_t begin = ret_text->len;

	write_header(plan, ret_text);
	scope_write(&plan->scope, plan->version >= PLAN_VERSION_PARTS, ret_text);
	if (!scope_is_empty(&plan->scope))
		buf_puts(ret_text, "\n");
	write_expect(&plan->expect, ret_text);
	for (size_t i = 0; i < plan->n_steps; i++)
		write_step(&plan->steps[i], i + 1, ret_text);
	sha256_hex(buf_text(ret_text) + begin, ret_text->len - begin, plan->digest);
	buf_printf(ret_text, "digest sha256:%s\n", plan->digest);
}
