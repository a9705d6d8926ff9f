/* SPDX-License-Identifier: Apache-2.0 */
/* Scope <-> text, as in plans and in what the observer is asked; the grammar is in
 * plan.h. */
#include <errno.h>
#include <string.h>

#include "snapstate/cleanup.h"
#include "snapstate/facts.h"
#include "snapstate/lines.h"
#include "snapstate/policy.h"

/* ---- writing ---- */

static void write_word(struct buf *text, const char *key, const char *value)
{
	buf_puts(text, key);
	buf_word(text, value);
}

static void write_end(bool has_parts, unsigned part, struct buf *text)
{
	if (has_parts && part)
		buf_printf(text, " part %u", part);
	buf_puts(text, "\n");
}

void scope_write(const struct scope *scope, bool has_parts, struct buf *text)
{
	for (size_t i = 0; i < scope->n_devices; i++) {
		const struct scope_device *device = &scope->devices[i];

		buf_puts(text, "scope device ");
		buf_devno(text, device->devno);
		write_word(text, " uuid ", device->uuid);
		write_word(text, " name ", device->name);
		buf_printf(text, " level %s", scope_level_name(device->level));
		write_end(has_parts, device->part, text);
	}
	for (size_t i = 0; i < scope->n_blocks; i++) {
		buf_printf(text, "scope block " DEVNO_FMT,
			DEVNO_ARGS(scope->blocks[i].devno));
		write_word(text, " name ", scope->blocks[i].kname);
		write_end(has_parts, scope->blocks[i].part, text);
	}
	for (size_t i = 0; i < scope->n_volumes; i++) {
		write_word(text, "scope volume ", scope->volumes[i].vg_uuid);
		write_word(text, "/", scope->volumes[i].lv_uuid);
		if (scope->volumes[i].tags)
			write_word(text, " tags ", scope->volumes[i].tags);
		write_end(has_parts, scope->volumes[i].part, text);
	}
	for (size_t i = 0; i < scope->n_groups; i++) {
		write_word(text, "scope group ", scope->groups[i]);
		buf_puts(text, "\n");
	}
	for (size_t i = 0; i < scope->n_conditions; i++) {
		buf_puts(text, "scope condition ");
		condition_print(&scope->conditions[i], text);
		write_end(has_parts, scope->conditions[i].part, text);
	}
}

bool scope_is_empty(const struct scope *scope)
{
	return !scope->n_devices && !scope->n_blocks && !scope->n_volumes &&
	       !scope->n_groups && !scope->n_conditions;
}

/* ---- reading ---- */

static int take_string(
	struct lines *lines, char stop, struct arena *strings, const char **ret_text)
{
	cleanup_free char *word = NULL;
	int r = lines_take_word(lines, stop, &word);

	if (r < 0)
		return r;
	*ret_text = arena_strdup(strings, word);
	return 0;
}

static int bad_order(const struct lines *lines)
{
	return lines_bad(lines, "entries of the scope are in ascending order, each once");
}

/* The end of an entry. */
static int take_part(struct lines *lines, bool has_parts, unsigned *ret_part)
{
	uint64_t part = 0;

	if (has_parts &&
		(lines_take(lines, " part ") < 0 ||
			lines_take_number(lines, ' ', PLAN_STEPS_MAX, &part) < 0))
		return -EBADMSG;
	if (has_parts && !part)
		return lines_bad(lines, "parts are numbered from 1");
	*ret_part = (unsigned)part;
	return lines_take_end(lines);
}

static int read_scope_device(
	struct lines *lines, bool has_parts, struct arena *strings, struct scope *scope)
{
	struct scope_device *device = array_add(&scope->devices, &scope->n_devices);
	cleanup_free char *level = NULL;

	device->uuid = device->name = "";
	if (lines_take(lines, "scope device ") < 0 ||
		lines_take_devno(lines, &device->devno) < 0 ||
		lines_take(lines, " uuid ") < 0 ||
		take_string(lines, ' ', strings, &device->uuid) < 0 ||
		lines_take(lines, " name ") < 0 ||
		take_string(lines, ' ', strings, &device->name) < 0 ||
		lines_take(lines, " level ") < 0 ||
		lines_take_word(lines, ' ', &level) < 0)
		return -EBADMSG;
	if (scope_level_parse(level, &device->level) < 0)
		return lines_bad(lines, "a level is identity, table or all");
	if (scope->n_devices > 1 && devno_compare(device[-1].devno, device->devno) >= 0)
		return bad_order(lines);
	return take_part(lines, has_parts, &device->part);
}

static int read_scope_block(
	struct lines *lines, bool has_parts, struct arena *strings, struct scope *scope)
{
	struct scope_block *block = array_add(&scope->blocks, &scope->n_blocks);

	block->kname = "";
	if (lines_take(lines, "scope block ") < 0 ||
		lines_take_devno(lines, &block->devno) < 0 ||
		lines_take(lines, " name ") < 0 ||
		take_string(lines, ' ', strings, &block->kname) < 0)
		return -EBADMSG;
	if (scope->n_blocks > 1 && devno_compare(block[-1].devno, block->devno) >= 0)
		return bad_order(lines);
	return take_part(lines, has_parts, &block->part);
}

/* "a,b": what facts may be about. */
static int read_scope_tags(
	struct lines *lines, struct arena *strings, struct scope_volume *volume)
{
	if (lines_take(lines, " tags ") < 0 ||
		take_string(lines, ' ', strings, &volume->tags) < 0)
		return -EBADMSG;
	if (!policy_tags_are_valid(volume->tags))
		return lines_bad(lines, "not what LVM takes as tags, or more than %d",
			POLICY_TAGS_MAX);
	return 0;
}

static int read_scope_volume(
	struct lines *lines, bool has_parts, struct arena *strings, struct scope *scope)
{
	struct scope_volume *volume = array_add(&scope->volumes, &scope->n_volumes);

	volume->vg_uuid = volume->lv_uuid = "";
	if (lines_take(lines, "scope volume ") < 0 ||
		take_string(lines, '/', strings, &volume->vg_uuid) < 0 ||
		lines_take(lines, "/") < 0 ||
		take_string(lines, ' ', strings, &volume->lv_uuid) < 0)
		return -EBADMSG;
	if (*lines->at == ' ' &&
		(!has_parts || strncmp(lines->at, " part ", strlen(" part ")) != 0) &&
		read_scope_tags(lines, strings, volume) < 0)
		return -EBADMSG;
	if (scope->n_volumes > 1 && scope_volume_compare(&volume[-1], volume) >= 0)
		return bad_order(lines);
	return take_part(lines, has_parts, &volume->part);
}

static int read_scope_group(
	struct lines *lines, struct arena *strings, struct scope *scope)
{
	const char **group = array_add(&scope->groups, &scope->n_groups);

	*group = "";
	if (lines_take(lines, "scope group ") < 0 ||
		take_string(lines, ' ', strings, group) < 0)
		return -EBADMSG;
	if (scope->n_groups > 1 && strcmp(group[-1], *group) >= 0)
		return bad_order(lines);
	return lines_take_end(lines);
}

/* With another argument it would be the same question once more; only of a guest's group
 * there may be copies on several snapshots. */
static bool is_asked_twice(const struct condition *a, const struct condition *b)
{
	return a->kind == b->kind && a->kind != CONDITION_GUEST_GROUP &&
	       strcmp(a->vg_uuid, b->vg_uuid) == 0 &&
	       strcmp(a->lv_uuid, b->lv_uuid) == 0 && devno_is_equal(a->devno, b->devno);
}

static int read_scope_condition(
	struct lines *lines, bool has_parts, struct arena *strings, struct scope *scope)
{
	struct condition condition;
	size_t len;

	if (lines_take(lines, "scope condition ") < 0)
		return -EBADMSG;
	if (condition_parse(lines->at, (size_t)(lines->line + lines->len - lines->at),
		    strings, &condition, &len) < 0)
		return lines_bad(lines, "not a condition that this program knows");
	lines->at += len;
	if (scope->n_conditions &&
		condition_compare(
			&scope->conditions[scope->n_conditions - 1], &condition) >= 0)
		return bad_order(lines);
	if (scope->n_conditions &&
		is_asked_twice(&scope->conditions[scope->n_conditions - 1], &condition))
		return lines_bad(lines, "a condition of one kind about one thing, once");
	has_parts &= condition_is_of_part(&condition);
	if (take_part(lines, has_parts, &condition.part) < 0)
		return -EBADMSG;
	*array_add(&scope->conditions, &scope->n_conditions) = condition;
	return 0;
}

int scope_read(struct lines *lines, bool has_conditions, bool has_parts,
	struct arena *strings, struct scope *scope)
{
	while (lines_is(lines, "scope device "))
		if (read_scope_device(lines, has_parts, strings, scope) < 0)
			return -EBADMSG;
	while (lines_is(lines, "scope block "))
		if (read_scope_block(lines, has_parts, strings, scope) < 0)
			return -EBADMSG;
	while (lines_is(lines, "scope volume "))
		if (read_scope_volume(lines, has_parts, strings, scope) < 0)
			return -EBADMSG;
	while (lines_is(lines, "scope group "))
		if (read_scope_group(lines, strings, scope) < 0)
			return -EBADMSG;
	while (has_conditions && lines_is(lines, "scope condition "))
		if (read_scope_condition(lines, has_parts, strings, scope) < 0)
			return -EBADMSG;
	return 0;
}
