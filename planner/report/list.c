/* SPDX-License-Identifier: Apache-2.0 */
/* See list.h. One row of `columns` is all that there is to a column. */
#include "list_row.h"

#include <ctype.h>
#include <errno.h>
#include <json-c/json.h>
#include <libsmartcols.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "checks.h"
#include "json_text.h"
#include "known.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/device.h"
#include "snapstate/host/lvm.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/process.h"
#include "snapstate/host/shown.h"
#include "snapstate/host/swap.h"
#include "snapstate/lvm_names.h"
#include "snapstate/stamp.h"
#include "table.h"

#define USERS_SHOWN 2 /* of one snapshot; of more the count */

static const struct host *host_of(const struct list_row *row)
{
	return row->host->member->host;
}

/* ---- names ---- */

static void name_words(const struct list_row *row, struct buf *text)
{
	buf_puts(text, row->subject->label);
}

static void host_words(const struct list_row *row, struct buf *text)
{
	buf_puts(text, row->host->node);
}

/* The volume of such a device, where LVM does not show it. */
static void volume_words(const struct device *device, struct buf *text)
{
	cleanup_free char *vg = NULL, *lv = NULL, *layer = NULL;

	buf_puts(text,
		lvm_dm_name_split(device->name, &vg, &lv, &layer) ? lv : device->name);
}

static void origin_words(const struct list_row *row, struct buf *text)
{
	const struct subject *subject = row->subject;
	const char *shown = subject_shown(subject, SHOWN_SNAPSHOT);
	const struct lv *origin = subject->lv && *subject->lv->origin_uuid
					  ? host_lv(host_of(row), subject->lv->vg_uuid,
						    subject->lv->origin_uuid)
					  : NULL;

	if (origin)
		buf_puts(text, origin->name);
	else if (subject->origin)
		volume_words(subject->origin, text);
	else if (shown)
		buf_puts(text, shown);
}

static void uuid_words(const struct list_row *row, struct buf *text)
{
	buf_puts(text, row->subject->lv_uuid);
}

static void device_words(const struct list_row *row, struct buf *text)
{
	if (row->subject->snapshot)
		buf_devno(text, row->subject->snapshot->devno);
}

/* What a shell takes as one word: LVM's names have no quote. */
static void select_words(const struct list_row *row, struct buf *text)
{
	if (!policy_glob_is_valid(row->subject->label))
		return;
	buf_printf(text, "--select '%s'", row->subject->label);
}

static void producer_words(const struct list_row *row, struct buf *text)
{
	const char *tags = row->subject->lv ? row->subject->lv->tags : NULL;
	const struct known *known = row->host->member->survey.request->known;
	const char *producer =
		known ? known_producer(known, row->subject->label, tags) : NULL;

	if (producer)
		buf_puts(text, producer);
}

/* ---- times and sizes ---- */

static void created_words(const struct list_row *row, struct buf *text)
{
	const struct lv *lv = row->subject->lv;

	if (!lv || !lv->created)
		return;
	if (row->is_exact)
		buf_number(text, (uint64_t)lv->created);
	else
		stamp_print(lv->created, text);
}

/* "59s", "59m", "47h", "12d": a column is narrow. */
static void short_duration(struct buf *text, int64_t seconds)
{
	static const struct {
		int64_t seconds, most;
		char unit;
	} units[] = {{1, 60, 's'}, {60, 3600, 'm'}, {3600, 2 * 86400, 'h'},
		{86400, INT64_MAX, 'd'}};
	size_t i = 0;

	while (seconds >= units[i].most)
		i++;
	buf_printf(
		text, "%lld%c", (long long)(seconds / units[i].seconds), units[i].unit);
}

static void age_words(const struct list_row *row, struct buf *text)
{
	const struct lv *lv = row->subject->lv;
	int64_t taken = host_of(row)->identity.taken;

	if (!lv || lv->created <= 0 || taken < lv->created)
		return;
	if (row->is_exact)
		buf_number(text, (uint64_t)(taken - lv->created));
	else
		short_duration(text, taken - lv->created);
}

void list_size_words(struct buf *text, uint64_t bytes)
{
	static const char units[] = "BKMGTPE";
	double value = (double)bytes;
	size_t i = 0;

	for (; value >= 1024 && units[i + 1]; i++)
		value /= 1024;
	buf_printf(text, value < 10 && value != (double)(int)value ? "%.1f%c" : "%.0f%c",
		value, units[i]);
}

/* Of the COW: what its removal gives back. */
static void size_words(const struct list_row *row, struct buf *text)
{
	const struct subject *subject = row->subject;
	uint64_t sectors = subject->cow ? device_sectors(subject->cow) : 0;

	if (!sectors && subject->lv && subject->lv->role == LV_SNAPSHOT) {
		const struct vg *vg = host_vg(host_of(row), subject->lv->vg_uuid);

		sectors = vg ? subject->lv->extents * vg->extent_size : 0;
	}
	if (!sectors)
		return;
	if (row->is_exact)
		buf_number(text, sectors * 512);
	else
		list_size_words(text, sectors * 512);
}

/* Per cent, as somebody printed it, in any locale; false: it is no number. */
static bool read_percent(const char *printed, double *ret)
{
	cleanup_free char *number = xstrdup(printed);
	char *comma = strchr(number, ','), *end;

	if (comma)
		*comma = '.';
	if (!isdigit((unsigned char)*number))
		return false;
	*ret = strtod(number, &end);
	return *end == '\0' && *ret <= 100;
}

static void full_words(const struct list_row *row, struct buf *text)
{
	const struct device *device = row->subject->snapshot;
	const char *shown = subject_shown(row->subject, SHOWN_FULL);
	uint64_t used, total;
	double percent;

	if (device && device_snapshot_usage(device, &used, &total) && total)
		percent = 100.0 * (double)used / (double)total;
	else if (!shown || !read_percent(shown, &percent))
		return;
	buf_printf(text, "%.0f%s", percent, row->is_exact ? "" : "%");
}

/* ---- its state ---- */

/* What the kernel says of its target, where it is active. */
static const char *kernel_state(const struct device *device)
{
	enum snapshot_state state = device_snapshot_state(device);

	if (device->flags & DEVICE_SUSPENDED)
		return "suspended";
	return state == SNAPSHOT_NONE ? "active" : snapshot_state_name(state);
}

static const char *shown_state(const struct subject *subject)
{
	const char *active = subject_shown(subject, SHOWN_ACTIVE);

	if (subject_shown(subject, SHOWN_INVALID))
		return "invalid";
	if (subject_shown(subject, SHOWN_MERGING))
		return "merging";
	if (active)
		return strcmp(active, "yes") == 0 ? "active" : "inactive";
	return "unknown";
}

/* The worst first: what destroys data, then what LVM does not know any more. */
static const char *state_of(const struct subject *subject)
{
	if (subject_has_rule(subject, RULE_STALE_CORRUPTING) ||
		subject->otherwise == RULE_STALE_CORRUPTING)
		return "destroys-data";
	if (subject->kind == SUBJECT_SHOWN)
		return shown_state(subject);
	if (subject->kind == SUBJECT_LAYER)
		return "layer";
	if (subject->lv && subject->lv->is_merging)
		return "merging";
	if (subject->kind == SUBJECT_STALE)
		return "stale";
	if (subject->lv && subject->lv->role == LV_THIN)
		return "thin";
	return subject->snapshot ? kernel_state(subject->snapshot) : "inactive";
}

static void state_words(const struct list_row *row, struct buf *text)
{
	buf_puts(text, state_of(row->subject));
}

/* ---- who uses it ---- */

struct users {
	struct buf *text;
	size_t count;
};

/* The next one's place; NULL: it is counted, and not shown. */
static struct buf *next_user(struct users *users)
{
	if (users->count++ >= USERS_SHOWN)
		return NULL;
	if (users->count > 1)
		buf_puts(users->text, ", ");
	return users->text;
}

static void add_user(struct users *users, const char *words)
{
	struct buf *text = next_user(users);

	if (text)
		buf_puts(text, words);
}

static void add_holder(
	void *context, const struct host *host, const struct holder *holder)
{
	const struct process *process;
	struct buf *text = next_user(context);

	if (!text)
		return;
	switch (holder->shape) {
	case HELD_BY_MOUNT:
		buf_puts(text, holder->mount->target);
		return;
	case HELD_BY_SWAP:
		buf_puts(text, "swap");
		return;
	case HELD_BY_KERNEL:
		buf_puts(text, holder->row->name);
		return;
	case HELD_BY_PROCESS:
		process = host_process(host, holder->use->pid);
		buf_printf(
			text, "%s(%u)", process ? process->comm : "?", holder->use->pid);
		return;
	case HELD_BY_SUPERBLOCK:
	case HELD_BY_TABLE:
	case HELD_BY_BLOCK:
	case HOLDER_SHAPES:
		return;
	}
}

static void visit_shape(const struct list_row *row, enum holder_shape shape,
	list_visitor visit, void *context)
{
	cleanup_holders struct holders holders =
		subject_holders(host_of(row), row->subject, shape, PLACES_MOST);
	uint32_t last = 0;

	for (struct holder holder; holders_next(&holders, &holder);) {
		if (shape == HELD_BY_PROCESS && holder.use->pid == last)
			continue;
		if (shape == HELD_BY_PROCESS)
			last = holder.use->pid;
		visit(context, host_of(row), &holder);
	}
}

void list_holders(const struct list_row *row, list_visitor visit, void *context)
{
	static const enum holder_shape shapes[] = {
		HELD_BY_PROCESS, HELD_BY_KERNEL, HELD_BY_SWAP, HELD_BY_MOUNT};

	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
		visit_shape(row, shapes[i], visit, context);
}

/* They are told of one by one in the story of the device. */
static void add_layers(const struct list_row *row, struct users *users)
{
	size_t count = row->subject->n_layers;
	cleanup_buf struct buf words = BUF_INIT;

	if (!count)
		return;
	report_counted(&words, count, "mapping");
	add_user(users, buf_text(&words));
}

static void add_shown(const struct list_row *row, struct users *users)
{
	for (size_t i = 0; i < row->subject->n_shown; i++) {
		const struct shown *shown = &row->subject->shown[i];

		if (shown->kind == SHOWN_MOUNTED || shown->kind == SHOWN_USED ||
			shown->kind == SHOWN_HELD || shown->kind == SHOWN_ABOVE)
			add_user(users, shown->value);
	}
}

static void users_words(const struct list_row *row, struct buf *text)
{
	struct users users = {.text = text};

	list_holders(row, add_holder, &users);
	add_layers(row, &users);
	add_shown(row, &users);
	if (users.count > USERS_SHOWN)
		buf_printf(text, " +%zu", users.count - USERS_SHOWN);
}

/* ---- what becomes of it ---- */

static void verdict_words(const struct list_row *row, struct buf *text)
{
	const struct subject *subject = row->subject;

	if (subject->is_selected || subject->decisive != RULE_NOT_SELECTED)
		buf_puts(text, verdict_name(subject->verdict));
	else
		buf_printf(text, "(%s)",
			verdict_name(rule_text(subject->otherwise)->verdict));
}

static void class_words(const struct list_row *row, struct buf *text)
{
	const struct subject *subject = row->subject;

	if (subject->decisive != RULE_NOT_SELECTED)
		buf_puts(text, rule_text(subject->decisive)->name);
	else
		buf_printf(text, "(%s)", rule_text(subject->otherwise)->name);
}

static void outlook_words(const struct list_row *row, struct buf *text)
{
	if (row->subject->verdict == VERDICT_UNDECIDED)
		buf_puts(text, outlook_name(row->subject->outlook));
}

/* ---- the columns ---- */

static const struct column {
	const char *name, *about;
	double width; /* a hint: a part of the terminal's */
	int flags;
	bool is_number;
	void (*words)(const struct list_row *row, struct buf *text);
} columns[] = {
	{"NAME", "volume group and volume, or the name of what is left of it", 30, 0,
		false, name_words},
	{"HOST", "node name of the host that was captured", 0.1, SCOLS_FL_TRUNC, false,
		host_words},
	{"ORIGIN", "what it is a snapshot of", 0.1, SCOLS_FL_TRUNC, false, origin_words},
	{"AGE", "from its creation to the capture", 3, SCOLS_FL_RIGHT, true, age_words},
	{"CREATED", "when it was made, by LVM's metadata", 0.1, 0, true, created_words},
	{"SIZE", "of its COW", 4, SCOLS_FL_RIGHT, true, size_words},
	{"FULL", "how full its COW is", 4, SCOLS_FL_RIGHT, true, full_words},
	{"STATE",
		"valid, invalid, overflow, merging, suspended, inactive, thin; stale: "
		"LVM no longer knows it; destroys-data: it overwrites another volume",
		5, 0, false, state_words},
	{"USED-BY", "processes, mounts and what is on it", 0.2, SCOLS_FL_TRUNC, false,
		users_words},
	{"PRODUCER", "the shipped policy that knows such names (--policy)", 8,
		SCOLS_FL_TRUNC, false, producer_words},
	{"VERDICT",
		"remove, undecided, refuse; in parentheses: it is not selected, and this "
		"would be its verdict",
		9, 0, false, verdict_words},
	{"OUTLOOK", "of what is undecided: remove, keep or open", 7, 0, false,
		outlook_words},
	{"CLASS", "the verdict's class", 8, 0, false, class_words},
	{"UUID", "LVM's, of the volume", 0.1, 0, false, uuid_words},
	{"DEVICE", "MAJOR:MINOR", 5, 0, false, device_words},
	{"SELECT", "what selects it", 0.2, 0, false, select_words},
};
#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

static const char usual[] = "NAME,VERDICT,OUTLOOK,STATE,AGE,FULL,USED-BY,ORIGIN,PRODUCER";
static const char usual_of_several[] =
	"HOST,NAME,VERDICT,OUTLOOK,STATE,AGE,FULL,USED-BY,ORIGIN,PRODUCER";

struct chosen {
	const struct column *items[LIST_COLUMNS_MOST];
	size_t count;
};

static const struct column *find_column(const char *name, size_t len)
{
	for (size_t i = 0; i < COLUMNS; i++)
		if (strlen(columns[i].name) == len &&
			strncasecmp(columns[i].name, name, len) == 0)
			return &columns[i];
	return NULL;
}

static int no_column(const char *name, size_t len, struct err *err)
{
	return err_set(err, -EINVAL, "no column \"%.*s\": there are " LIST_COLUMNS,
		(int)len, name);
}

static int choose(struct chosen *chosen, const char *names, struct err *err)
{
	for (size_t len; *names; names += len + (names[len] == ',')) {
		const struct column *column;

		len = strcspn(names, ",");
		column = find_column(names, len);
		if (!column)
			return no_column(names, len, err);
		if (chosen->count == LIST_COLUMNS_MOST)
			return err_set(
				err, -EINVAL, "at most %d columns", LIST_COLUMNS_MOST);
		chosen->items[chosen->count++] = column;
	}
	return 0;
}

static int choose_all(
	struct chosen *chosen, const char *names, bool is_of_several, struct err *err)
{
	bool is_more = names && *names == '+';
	int r = 0;

	if (!names || is_more)
		r = choose(chosen, is_of_several ? usual_of_several : usual, err);
	if (r == 0 && names)
		r = choose(chosen, names + is_more, err);
	if (r == 0 && !chosen->count)
		r = err_set(err, -EINVAL, "-o needs the name of a column");
	return r;
}

int list_check(const char *names, struct err *err)
{
	struct chosen chosen = {0};

	return choose_all(&chosen, names, true, err);
}

/* ---- the rows ---- */

bool list_has(const struct subject *subject)
{
	const struct lv *lv = subject->lv;

	switch (subject->kind) {
	case SUBJECT_VOLUME:
		return lv->role == LV_SNAPSHOT ||
		       (lv->role == LV_THIN && *lv->origin_uuid) ||
		       (subject->snapshot &&
			       device_snapshot_state(subject->snapshot) != SNAPSHOT_NONE);
	case SUBJECT_SHOWN:
		return !subject_shown(subject, SHOWN_ORIGIN) &&
		       !subject_shown(subject, SHOWN_PLAIN);
	case SUBJECT_STALE:
		return true;
	case SUBJECT_LAYER:
	case SUBJECT_OTHER:
	case SUBJECT_HOST:
		return false;
	}
	return false;
}

bool list_next(const struct report *report, struct list_walk *walk, struct list_row *row)
{
	for (; walk->host < report->n_hosts; walk->host++, walk->subject = 0) {
		const struct report_host *host = &report->hosts[walk->host];
		const struct survey *survey = &host->member->survey;

		while (walk->subject < survey->n_subjects) {
			row->host = host;
			row->subject = &survey->subjects[walk->subject++];
			if (list_has(row->subject))
				return true;
		}
	}
	return false;
}

/* ---- what takes nothing ---- */

#define NAMES_SHOWN 8

static bool takes_something(const struct report *report, const char *glob)
{
	for (size_t i = 0; i < report->n_hosts; i++) {
		const struct survey *survey = &report->hosts[i].member->survey;

		for (size_t k = 0; k < survey->n_subjects; k++)
			if (glob_takes(glob, &survey->subjects[k]))
				return true;
	}
	return false;
}

static char *names_there(const struct report *report)
{
	struct list_walk walk = {0};
	struct buf names = BUF_INIT;
	size_t count = 0;

	buf_puts(&names, "");
	for (struct list_row row; list_next(report, &walk, &row); count++) {
		if (count >= NAMES_SHOWN)
			continue;
		buf_puts(&names, count ? ", " : "");
		buf_puts(&names, row.subject->label);
	}
	if (count > NAMES_SHOWN)
		buf_printf(&names, " and %zu more", count - NAMES_SHOWN);
	return names.data ? names.data : xstrdup("");
}

void list_mistyped(struct report *report)
{
	const struct request *request = report->fleet->request;

	for (size_t i = 0; i < request->n_select && !request->is_select_default; i++)
		if (!takes_something(report, request->select[i]))
			*array_add(&report->mistyped, &report->n_mistyped) =
				(struct report_mistyped){
					request->select[i], names_there(report)};
}

/* ---- as a table ---- */

static struct libscols_table *new_table(
	const struct list_layout *layout, const struct chosen *chosen)
{
	struct libscols_table *table = scols_new_table();

	table_must(table != NULL);
	scols_table_enable_noheadings(table, layout->has_no_headings);
	scols_table_enable_raw(table, layout->is_raw);
	scols_table_enable_ascii(table, 1);
	scols_table_enable_minout(table, 1);	 /* no blanks at the ends of lines */
	scols_table_enable_noencoding(table, 1); /* buf_tail() has done it */
	/* neither the terminal's width nor its colours: who asks says how wide */
	scols_table_set_termforce(
		table, layout->width ? SCOLS_TERMFORCE_ALWAYS : SCOLS_TERMFORCE_NEVER);
	if (layout->width)
		scols_table_set_termwidth(table, layout->width);
	for (size_t i = 0; i < chosen->count; i++)
		table_must(scols_table_new_column(table, chosen->items[i]->name,
				   chosen->items[i]->width,
				   chosen->items[i]->flags) != NULL);
	return table;
}

static void add_line(struct libscols_table *table, const struct chosen *chosen,
	const struct list_row *row, bool is_raw)
{
	struct libscols_line *line = scols_table_new_line(table, NULL);

	table_must(line != NULL);
	for (size_t i = 0; i < chosen->count; i++) {
		cleanup_buf struct buf value = BUF_INIT, cell = BUF_INIT;

		chosen->items[i]->words(row, &value);
		if (is_raw && value.len) /* libsmartcols encodes blanks by itself */
			buf_puts(&cell, buf_text(&value));
		else if (value.len)
			buf_tail(&cell, buf_text(&value));
		else
			buf_puts(&cell, "-");
		table_must(scols_line_set_data(line, i, buf_text(&cell)) == 0);
	}
}

void list_print(
	const struct report *report, const struct list_layout *layout, struct buf *text)
{
	struct chosen chosen = {0};
	struct libscols_table *table;
	struct list_walk walk = {0};
	cleanup_free char *lines = NULL;

	if (choose_all(&chosen, layout->columns, report_is_of_several(report), NULL) < 0)
		return;
	table = new_table(layout, &chosen);
	for (struct list_row row = {0}; list_next(report, &walk, &row);)
		add_line(table, &chosen, &row, layout->is_raw);
	table_must(scols_print_table_to_string(table, &lines) == 0);
	if (scols_table_get_nlines(table))
		buf_printf(text, "%s\n", lines);
	scols_unref_table(table);
}

/* ---- as JSON ---- */

static struct json_object *json_value(
	const struct column *column, const struct list_row *row)
{
	cleanup_buf struct buf value = BUF_INIT;

	column->words(row, &value);
	if (!value.len)
		return NULL;
	if (column->is_number)
		return json_object_new_int64(strtoll(buf_text(&value), NULL, 10));
	return json_text(buf_text(&value));
}

struct json_object *list_value(const struct list_row *row, const char *column)
{
	return json_value(find_column(column, strlen(column)), row);
}

static struct json_object *json_row(
	const struct chosen *chosen, const struct list_row *row)
{
	struct json_object *object = json_object_new_object();

	for (size_t i = 0; i < chosen->count; i++) {
		char key[16];
		size_t len = 0;

		for (const char *c = chosen->items[i]->name; *c; c++)
			key[len++] = *c == '-' ? '_' : (char)tolower((unsigned char)*c);
		key[len] = '\0';
		json_object_object_add(object, key, json_value(chosen->items[i], row));
	}
	return object;
}

void list_print_json(const struct report *report, const char *names, struct buf *text)
{
	struct json_object *object = json_object_new_object();
	struct json_object *rows = json_object_new_array();
	struct chosen chosen = {0};
	struct list_walk walk = {0};

	if (choose_all(&chosen, names, report_is_of_several(report), NULL) == 0)
		for (struct list_row row = {.is_exact = true};
			list_next(report, &walk, &row);)
			json_object_array_add(rows, json_row(&chosen, &row));
	json_object_object_add(object, "snapshots", rows);
	buf_puts(text, json_object_to_json_string_ext(object,
			       JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE));
	buf_puts(text, "\n");
	json_object_put(object);
}
