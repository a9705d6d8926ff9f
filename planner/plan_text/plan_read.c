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

static int take_sha256(struct plan_lines *lines, char ret_hex[SHA256_HEX_LEN + 1])
{
	if (plan_take(lines, "sha256:") < 0)
		return -EBADMSG;
	if (strspn(lines->at, "0123456789abcdef") < SHA256_HEX_LEN)
		return plan_lines_bad(
			lines, "a digest is %d hexadecimal digits", SHA256_HEX_LEN);
	memcpy(ret_hex, lines->at, SHA256_HEX_LEN);
	ret_hex[SHA256_HEX_LEN] = '\0';
	lines->at += SHA256_HEX_LEN;
	return 0;
}

static int take_time(struct plan_lines *lines, int64_t *ret_seconds)
{
	cleanup_free char *word = NULL;

	if (plan_take_word(lines, ' ', &word) < 0)
		return -EBADMSG;
	if (stamp_read(word, ret_seconds) < 0)
		return plan_lines_bad(lines, "a time is written as 2026-11-22T03:00:00Z");
	return 0;
}

static int read_version(struct plan_lines *lines, struct plan *plan)
{
	if (plan_take(lines, "#!" PLAN_INTERPRETER) < 0 || plan_take_end(lines) < 0)
		return -EBADMSG;
	if (!plan_lines_is(lines, "snapstate-plan "))
		return plan_take(lines, "snapstate-plan ");
	for (unsigned version = PLAN_VERSION_OLDEST; version <= PLAN_VERSION; version++) {
		char line[32];

		snprintf(line, sizeof(line), "snapstate-plan %u", version);
		if (lines->len != strlen(line) || !plan_lines_is(lines, line))
			continue;
		plan->version = version;
		plan_lines_advance(lines);
		return 0;
	}
	return plan_lines_bad(lines,
		"this program reads versions %d to %d of plans; use the programs of one "
		"release",
		PLAN_VERSION_OLDEST, PLAN_VERSION);
}

static int read_expiry(struct plan_lines *lines, struct plan *plan)
{
	if (!plan_lines_is(lines, "expires "))
		return 0;
	if (plan_take(lines, "expires ") < 0 || take_time(lines, &plan->expires) < 0)
		return -EBADMSG;
	if (plan->expires < plan->taken)
		return plan_lines_bad(
			lines, "a plan does not expire before its capture was taken");
	return plan_take_end(lines);
}

static int read_selects(struct plan_lines *lines, struct plan *plan)
{
	while (plan_lines_is(lines, "select ")) {
		if (plan->n_select == PLAN_SELECT_MAX)
			return plan_lines_bad(
				lines, "a plan has at most %d globs", PLAN_SELECT_MAX);
		if (plan_take(lines, "select ") < 0 ||
			plan_take_word(lines, ' ',
				array_add(&plan->select, &plan->n_select)) < 0 ||
			plan_take_end(lines) < 0)
			return -EBADMSG;
	}
	return 0;
}

static int read_redaction(struct plan_lines *lines, struct plan *plan)
{
	cleanup_free char *id = NULL;

	if (!plan_lines_is(lines, "redaction "))
		return 0;
	if (plan_take(lines, "redaction ") < 0 || plan_take_word(lines, ' ', &id) < 0)
		return -EBADMSG;
	if (strlen(id) != REDACT_KEY_ID_LEN ||
		strspn(id, "0123456789abcdef") != REDACT_KEY_ID_LEN)
		return plan_lines_bad(lines, "a key's id is %d hex digits in lower case",
			REDACT_KEY_ID_LEN);
	memcpy(plan->redaction, id, sizeof(plan->redaction));
	return plan_take_end(lines);
}

static int check_after(const struct plan_lines *lines, const struct plan *plan)
{
	const struct plan_after *last = &plan->after[plan->n_after - 1];

	for (const struct plan_after *other = plan->after; other < last; other++)
		if (strcmp(other->digest, last->digest) == 0)
			return plan_lines_bad(
				lines, "a plan comes after another only once");
	return 0;
}

static int read_after(struct plan_lines *lines, struct plan *plan)
{
	while (plan_lines_is(lines, "after ")) {
		struct plan_after *after;

		if (plan->n_after == PLAN_AFTER_MAX)
			return plan_lines_bad(lines,
				"a plan comes after at most %d others", PLAN_AFTER_MAX);
		after = array_add(&plan->after, &plan->n_after);
		if (plan_take(lines, "after ") < 0 ||
			plan_take_word(lines, ' ', &after->node) < 0 ||
			plan_take(lines, " ") < 0 ||
			take_sha256(lines, after->digest) < 0 ||
			check_after(lines, plan) < 0 || plan_take_end(lines) < 0)
			return -EBADMSG;
	}
	return 0;
}

/* A word alone on its line. */
static int read_flag(struct plan_lines *lines, const char *word, bool *ret_flag)
{
	if (!plan_lines_is(lines, word))
		return 0;
	*ret_flag = true;
	return plan_take(lines, word) < 0 ? -EBADMSG : plan_take_end(lines);
}

static int read_header(struct plan_lines *lines, struct plan *plan)
{
	if (read_version(lines, plan) < 0 || plan_take(lines, "capture ") < 0 ||
		take_sha256(lines, plan->capture_sha256) < 0 ||
		plan_take(lines, " taken ") < 0 || take_time(lines, &plan->taken) < 0 ||
		plan_take_end(lines) < 0 || read_expiry(lines, plan) < 0 ||
		plan_take(lines, "created-by ") < 0 ||
		plan_take_word(lines, ' ', &plan->created_by) < 0 ||
		plan_take_end(lines) < 0 || read_selects(lines, plan) < 0 ||
		plan_take(lines, "min-age ") < 0 ||
		plan_take_number(lines, ' ', UINT64_MAX, &plan->min_age) < 0 ||
		plan_take_end(lines) < 0 ||
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
	return plan_take_end(lines);
}

/* ---- scope ---- */

static int take_string(
	struct plan_lines *lines, char stop, struct plan *plan, const char **ret_text)
{
	cleanup_free char *word = NULL;
	int r = plan_take_word(lines, stop, &word);

	if (r < 0)
		return r;
	*ret_text = arena_strdup(plan->strings, word);
	return 0;
}

static int bad_order(const struct plan_lines *lines)
{
	return plan_lines_bad(
		lines, "entries of the scope are in ascending order, each once");
}

static int read_scope_device(struct plan_lines *lines, struct plan *plan)
{
	struct scope *scope = &plan->scope;
	struct scope_device *device = array_add(&scope->devices, &scope->n_devices);
	cleanup_free char *level = NULL;

	device->uuid = device->name = "";
	if (plan_take(lines, "scope device ") < 0 ||
		plan_take_devno(lines, &device->devno) < 0 ||
		plan_take(lines, " uuid ") < 0 ||
		take_string(lines, ' ', plan, &device->uuid) < 0 ||
		plan_take(lines, " name ") < 0 ||
		take_string(lines, ' ', plan, &device->name) < 0 ||
		plan_take(lines, " level ") < 0 || plan_take_word(lines, ' ', &level) < 0)
		return -EBADMSG;
	if (scope_level_parse(level, &device->level) < 0)
		return plan_lines_bad(lines, "a level is identity, table or all");
	if (scope->n_devices > 1 && devno_compare(device[-1].devno, device->devno) >= 0)
		return bad_order(lines);
	return plan_take_end(lines);
}

static int read_scope_block(struct plan_lines *lines, struct plan *plan)
{
	struct scope *scope = &plan->scope;
	struct scope_block *block = array_add(&scope->blocks, &scope->n_blocks);

	block->kname = "";
	if (plan_take(lines, "scope block ") < 0 ||
		plan_take_devno(lines, &block->devno) < 0 ||
		plan_take(lines, " name ") < 0 ||
		take_string(lines, ' ', plan, &block->kname) < 0)
		return -EBADMSG;
	if (scope->n_blocks > 1 && devno_compare(block[-1].devno, block->devno) >= 0)
		return bad_order(lines);
	return plan_take_end(lines);
}

/* "a,b": what facts may be about. */
static int read_scope_tags(
	struct plan_lines *lines, struct plan *plan, struct scope_volume *volume)
{
	if (plan_take(lines, " tags ") < 0 ||
		take_string(lines, ' ', plan, &volume->tags) < 0)
		return -EBADMSG;
	if (!policy_tags_are_valid(volume->tags))
		return plan_lines_bad(lines,
			"not what LVM takes as tags, or more than %d", POLICY_TAGS_MAX);
	return 0;
}

static int read_scope_volume(struct plan_lines *lines, struct plan *plan)
{
	struct scope *scope = &plan->scope;
	struct scope_volume *volume = array_add(&scope->volumes, &scope->n_volumes);

	volume->vg_uuid = volume->lv_uuid = "";
	if (plan_take(lines, "scope volume ") < 0 ||
		take_string(lines, '/', plan, &volume->vg_uuid) < 0 ||
		plan_take(lines, "/") < 0 ||
		take_string(lines, ' ', plan, &volume->lv_uuid) < 0)
		return -EBADMSG;
	if (*lines->at == ' ' && read_scope_tags(lines, plan, volume) < 0)
		return -EBADMSG;
	if (scope->n_volumes > 1 && plan_volume_compare(&volume[-1], volume) >= 0)
		return bad_order(lines);
	return plan_take_end(lines);
}

static int read_scope_group(struct plan_lines *lines, struct plan *plan)
{
	struct scope *scope = &plan->scope;
	const char **group = array_add(&scope->groups, &scope->n_groups);

	*group = "";
	if (plan_take(lines, "scope group ") < 0 ||
		take_string(lines, ' ', plan, group) < 0)
		return -EBADMSG;
	if (scope->n_groups > 1 && strcmp(group[-1], *group) >= 0)
		return bad_order(lines);
	return plan_take_end(lines);
}

/* With another argument it would be the same question once more; only of a guest's group
 * there may be copies on several snapshots. */
static bool is_asked_twice(const struct condition *a, const struct condition *b)
{
	return a->kind == b->kind && a->kind != CONDITION_GUEST_GROUP &&
	       strcmp(a->vg_uuid, b->vg_uuid) == 0 &&
	       strcmp(a->lv_uuid, b->lv_uuid) == 0 && devno_is_equal(a->devno, b->devno);
}

static int read_scope_condition(struct plan_lines *lines, struct plan *plan)
{
	struct scope *scope = &plan->scope;
	struct condition condition;
	size_t len;

	if (plan_take(lines, "scope condition ") < 0)
		return -EBADMSG;
	if (condition_parse(lines->at, (size_t)(lines->line + lines->len - lines->at),
		    plan->strings, &condition, &len) < 0)
		return plan_lines_bad(lines, "not a condition that this program knows");
	lines->at += len;
	if (scope->n_conditions &&
		condition_compare(
			&scope->conditions[scope->n_conditions - 1], &condition) >= 0)
		return bad_order(lines);
	if (scope->n_conditions &&
		is_asked_twice(&scope->conditions[scope->n_conditions - 1], &condition))
		return plan_lines_bad(
			lines, "a condition of one kind about one thing, once");
	*array_add(&scope->conditions, &scope->n_conditions) = condition;
	return plan_take_end(lines);
}

static int read_scope(struct plan_lines *lines, struct plan *plan)
{
	if (!plan_lines_is(lines, "scope "))
		return 0;
	while (plan_lines_is(lines, "scope device "))
		if (read_scope_device(lines, plan) < 0)
			return -EBADMSG;
	while (plan_lines_is(lines, "scope block "))
		if (read_scope_block(lines, plan) < 0)
			return -EBADMSG;
	while (plan_lines_is(lines, "scope volume "))
		if (read_scope_volume(lines, plan) < 0)
			return -EBADMSG;
	while (plan_lines_is(lines, "scope group "))
		if (read_scope_group(lines, plan) < 0)
			return -EBADMSG;
	while (plan->version >= PLAN_VERSION_CONDITIONS &&
		plan_lines_is(lines, "scope condition "))
		if (read_scope_condition(lines, plan) < 0)
			return -EBADMSG;
	return plan_take_end(lines);
}

/* ---- the whole ---- */

static int read_digest(struct plan_lines *lines, struct plan *plan)
{
	if (plan_take(lines, "digest ") < 0 || take_sha256(lines, plan->digest) < 0 ||
		plan_take_end(lines) < 0)
		return -EBADMSG;
	if (lines->line != lines->end)
		return plan_lines_bad(lines, "the digest is the last line");
	return 0;
}

/* Bytes that differ from the writer's, in front of the digest line. */
static int check_canonical(
	struct plan_lines *lines, const char *text, size_t len, const struct buf *again)
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
		return plan_lines_bad(lines,
			"the digest does not match: the plan was changed "
			"after it was written");
	return plan_lines_bad(lines, "not as the planner writes it: must read \"%.*s\"",
		(int)strcspn(buf_text(again) + begin, "\n"), buf_text(again) + begin);
}

static int read_plan(struct plan_lines *lines, struct plan *plan)
{
	struct plan_ledger ledger = {.plan = plan};
	int r = -EBADMSG;

	if (read_header(lines, plan) < 0 || read_scope(lines, plan) < 0 ||
		plan_take_expect(lines, &ledger, &plan->expect) < 0 ||
		plan_take_end(lines) < 0)
		goto out;
	while (plan_lines_is(lines, "step "))
		if (plan_read_step(lines, plan, &ledger) < 0)
			goto out;
	r = read_digest(lines, plan);
out:
	plan_ledger_free(&ledger);
	return r;
}

int plan_read(const char *text, size_t len, const char *name, struct plan **ret_plan,
	struct err *err)
{
	cleanup_plan struct plan *plan = plan_new();
	cleanup_buf struct buf again = BUF_INIT;
	struct plan_lines lines;
	int r = plan_lines_open(&lines, text, len, name, err);

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
