/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every snapshot as an object of its own, a line each, for programs that ask questions of
 * many captures; row.schema.json. What the list shows, with who holds it, and with what a
 * program needs to tell hosts, captures and volumes apart. Each object has all keys: null
 * is what is not known, or does not apply.
 */
#include <string.h>

#include "json_text.h"
#include "list_row.h"
#include "reports.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/device.h"
#include "snapstate/host/holder.h"
#include "snapstate/host/lvm.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/process.h"
#include "snapstate/host/swap.h"

#define ROW_SCHEMA "snapstate-row 1" /* row.schema.json */

static void add_text(struct json_object *object, const char *key, const char *text)
{
	json_object_object_add(object, key, text && *text ? json_text(text) : NULL);
}

static void add_number(struct json_object *object, const char *key, int64_t number)
{
	json_object_object_add(
		object, key, number > 0 ? json_object_new_int64(number) : NULL);
}

static void add_boolean(struct json_object *object, const char *key, bool value)
{
	json_object_object_add(object, key, json_object_new_boolean(value));
}

/* ---- who holds it ---- */

/* `pid` 0: it is no process, or not known. */
static void add_holder(
	struct json_object *holders, const char *kind, const char *name, uint32_t pid)
{
	struct json_object *holder = json_object_new_object();

	add_text(holder, "kind", kind);
	add_text(holder, "name", name);
	add_number(holder, "pid", pid);
	json_object_array_add(holders, holder);
}

static void add_held(void *context, const struct host *host, const struct holder *held)
{
	struct json_object *holders = context;
	const struct process *process;

	switch (held->shape) {
	case HELD_BY_MOUNT:
		add_holder(holders, "mount", held->mount->target, 0);
		return;
	case HELD_BY_SWAP:
		add_holder(holders, "swap", held->swap->path, 0);
		return;
	case HELD_BY_KERNEL:
		add_holder(holders, held->row->name, held->kernel->name, 0);
		return;
	case HELD_BY_PROCESS:
		process = host_process(host, held->use->pid);
		add_holder(holders, "process", process ? process->comm : NULL,
			held->use->pid);
		return;
	case HELD_BY_SUPERBLOCK:
	case HELD_BY_TABLE:
	case HELD_BY_BLOCK:
	case HOLDER_SHAPES:
		return;
	}
}

/* As evidence of others has them: PID and program are one text there. */
static void add_shown(struct json_object *holders, const struct subject *subject)
{
	for (size_t i = 0; i < subject->n_shown; i++) {
		const struct shown *shown = &subject->shown[i];

		if (shown->kind == SHOWN_MOUNTED)
			add_holder(holders, "mount", shown->value, 0);
		else if (shown->kind == SHOWN_USED)
			add_holder(holders, "process", shown->value, 0);
		else if (shown->kind == SHOWN_HELD || shown->kind == SHOWN_ABOVE)
			add_holder(holders, "block", shown->value, 0);
	}
}

static struct json_object *holders_of(const struct list_row *row)
{
	const struct subject *subject = row->subject;
	struct json_object *holders = json_object_new_array();

	list_holders(row, add_held, holders);
	for (size_t i = 0; i < subject->n_layers; i++)
		add_holder(holders, "block",
			subject->layers[i].device ? subject->layers[i].device->name
						  : subject->layers[i].block->kname,
			0);
	add_shown(holders, subject);
	return holders;
}

/* ---- the snapshot ---- */

/* Of one that was not asked for: what it would be. */
static enum rule class_of(const struct subject *subject)
{
	return subject->decisive == RULE_NOT_SELECTED ? subject->otherwise
						      : subject->decisive;
}

static const char *hazard_of(const struct subject *subject)
{
	for (size_t i = 0; i < subject->n_reasons; i++)
		if (rule_hazard(subject->reasons[i].rule))
			return rule_text(subject->reasons[i].rule)->name;
	return rule_hazard(class_of(subject)) ? rule_text(class_of(subject))->name : NULL;
}

/* The first write to each chunk of the origin is copied into its COW. */
static bool is_written(const struct subject *subject)
{
	return subject->snapshot && subject->origin &&
	       device_snapshot_state(subject->snapshot) == SNAPSHOT_VALID;
}

static void add_identity(struct json_object *object, const struct member *member)
{
	const struct identity *identity = &member->host->identity;

	add_text(object, "host", identity->node);
	add_text(object, "machine_id", identity->machine_id);
	add_text(object, "boot_id", identity->boot_id);
	add_text(object, "redaction", identity->redaction);
	add_number(object, "taken", identity->taken);
	add_text(object, "capture", member->sha256);
}

static void add_columns(struct json_object *object, const struct list_row *row)
{
	static const struct {
		const char *key, *column;
	} keys[] = {{"name", "NAME"}, {"device", "DEVICE"}, {"origin", "ORIGIN"},
		{"created", "CREATED"}, {"age_seconds", "AGE"}, {"size_bytes", "SIZE"},
		{"full_percent", "FULL"}, {"state", "STATE"}, {"producer", "PRODUCER"},
		{"outlook", "OUTLOOK"}};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		json_object_object_add(
			object, keys[i].key, list_value(row, keys[i].column));
}

static struct json_object *row_object(const struct list_row *row, bool is_newest)
{
	const struct member *member = row->host->member;
	const struct subject *subject = row->subject;
	const struct rule_text *class = rule_text(class_of(subject));
	struct json_object *object = json_object_new_object();

	add_text(object, "schema", ROW_SCHEMA);
	add_identity(object, member);
	add_boolean(object, "newest", is_newest);
	add_columns(object, row);
	add_text(object, "vg_uuid", subject->vg_uuid);
	add_text(object, "lv_uuid", subject->lv_uuid);
	add_text(object, "origin_uuid", subject->lv ? subject->lv->origin_uuid : NULL);
	add_boolean(object, "stale", subject->kind == SUBJECT_STALE);
	add_boolean(object, "writing", is_written(subject));
	add_boolean(object, "selected", subject->is_selected);
	add_text(object, "verdict", verdict_name(class->verdict));
	add_text(object, "class", class->name);
	add_text(object, "hazard", hazard_of(subject));
	json_object_object_add(object, "holders", holders_of(row));
	return object;
}

void rows_print(const struct report *report, bool is_newest, struct buf *ret_text)
{
	struct list_walk walk = {0};

	for (struct list_row row = {.is_exact = true}; list_next(report, &walk, &row);) {
		struct json_object *object = row_object(&row, is_newest);

		buf_puts(ret_text,
			json_object_to_json_string_ext(object,
				JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
		buf_puts(ret_text, "\n");
		json_object_put(object);
	}
}
