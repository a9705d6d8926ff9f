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

static int take_sha256(struct lines *lines, char ret_hex[SHA256_HEX_LEN + 1])
{
	if (lines_take(lines, "sha256:") < 0)
		return -EBADMSG;
	if (strspn(lines->at, "0123456789abcdef") < SHA256_HEX_LEN)
		return lines_bad(
			lines, "a digest is %d hexadecimal digits", SHA256_HEX_LEN);
	memcpy(ret_hex, lines->at, SHA256_HEX_LEN);
	ret_hex[SHA256_HEX_LEN] = '\0';
	lines->at += SHA256_HEX_LEN;
	return 0;
}

static int take_time(struct lines *lines, int64_t *ret_seconds)
{
	cleanup_free char *word = NULL;

	if (lines_take_word(lines, ' ', &word) < 0)
		return -EBADMSG;
	if (stamp_read(word, ret_seconds) < 0)
		return lines_bad(lines, "a time is written as 2026-11-22T03:00:00Z");
	return 0;
}

static int read_version(struct lines *lines, struct plan *plan)
{
	if (lines_take(lines, "#!" PLAN_INTERPRETER) < 0 || lines_take_end(lines) < 0)
		return -EBADMSG;
	if (!lines_is(lines, "snapstate-plan "))
		return lines_take(lines, "snapstate-plan ");
	for (unsigned version = PLAN_VERSION_OLDEST; version <= PLAN_VERSION; version++) {
		char line[32];

		snprintf(line, sizeof(line), "snapstate-plan %u", version);
		if (lines->len != strlen(line) || !lines_is(lines, line))
			continue;
		plan->version = version;
		lines_advance(lines);
		return 0;
	}
	return lines_bad(lines,
		"this program reads versions %d to %d of plans; use the programs of one "
		"release",
		PLAN_VERSION_OLDEST, PLAN_VERSION);
}

static int read_expiry(struct lines *lines, struct plan *plan)
{
	if (!lines_is(lines, "expires "))
		return 0;
	if (lines_take(lines, "expires ") < 0 || take_time(lines, &plan->expires) < 0)
		return -EBADMSG;
	if (plan->expires < plan->taken)
		return lines_bad(
			lines, "a plan does not expire before its capture was taken");
	return lines_take_end(lines);
}

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

static int read_redaction(struct lines *lines, struct plan *plan)
{
	cleanup_free char *id = NULL;

	if (!lines_is(lines, "redaction "))
		return 0;
	if (lines_take(lines, "redaction ") < 0 || lines_take_word(lines, ' ', &id) < 0)
		return -EBADMSG;
	if (strlen(id) != REDACT_KEY_ID_LEN ||
		strspn(id, "0123456789abcdef") != REDACT_KEY_ID_LEN)
		return lines_bad(lines, "a key's id is %d hex digits in lower case",
			REDACT_KEY_ID_LEN);
	memcpy(plan->redaction, id, sizeof(plan->redaction));
	return lines_take_end(lines);
}

static int check_after(const struct lines *lines, const struct plan *plan)
{
	const struct plan_after *last = &plan->after[plan->n_after - 1];

	for (const struct plan_after *other = plan->after; other < last; other++)
		if (strcmp(other->digest, last->digest) == 0)
			return lines_bad(
				lines, "a plan comes after another only once");
	return 0;
}

static int read_after(struct lines *lines, struct plan *plan)
{
	while (lines_is(lines, "after ")) {
		struct plan_after *after;

		if (plan->n_after == PLAN_AFTER_MAX)
			return lines_bad(lines,
				"a plan comes after at most %d others", PLAN_AFTER_MAX);
		after = array_add(&plan->after, &plan->n_after);
		if (lines_take(lines, "after ") < 0 ||
			lines_take_word(lines, ' ', &after->node) < 0 ||
			lines_take(lines, " ") < 0 ||
			take_sha256(lines, after->digest) < 0 ||
			check_after(lines, plan) < 0 || lines_take_end(lines) < 0)
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

static int read_header(struct lines *lines, struct plan *plan)
{
	if (read_version(lines, plan) < 0 || lines_take(lines, "capture ") < 0 ||
		take_sha256(lines, plan->capture_sha256) < 0 ||
		lines_take(lines, " taken ") < 0 || take_time(lines, &plan->taken) < 0 ||
		lines_take_end(lines) < 0 || read_expiry(lines, plan) < 0 ||
		lines_take(lines, "created-by ") < 0 ||
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
		read_redaction(lines, plan) < 0 || read_after(lines, plan) < 0)
		return -EBADMSG;
	return lines_take_end(lines);
}

/* ---- scope ---- */

static int read_scope(struct lines *lines, struct plan *plan)
{
	if (!lines_is(lines, "scope "))
		return 0;
	if (scope_read(lines, plan->version >= PLAN_VERSION_CONDITIONS, plan->strings,
		    &plan->scope) < 0)
		return -EBADMSG;
	return lines_take_end(lines);
}

/* ---- the whole ---- */

static int read_digest(struct lines *lines, struct plan *plan)
{
	if (lines_take(lines, "digest ") < 0 || take_sha256(lines, plan->digest) < 0 ||
		lines_take_end(lines) < 0)
		return -EBADMSG;
	if (lines->line != lines->end)
		return lines_bad(lines, "the digest is the last line");
	return 0;
}

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
	int r = -EBADMSG;

	if (read_header(lines, plan) < 0 || read_scope(lines, plan) < 0 ||
		plan_take_expect(lines, &ledger, &plan->expect) < 0 ||
		lines_take_end(lines) < 0)
		goto out;
	while (lines_is(lines, "step "))
		if (plan_read_step(lines, plan, &ledger) < 0)
			goto out;
	r = read_digest(lines, plan);
out:
	plan_ledger_free(&ledger);
	return r;
}

static const struct lines_kind plan_kind = {"a plan", PLAN_BYTES_MAX};

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
