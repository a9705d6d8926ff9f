/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `dmsetup table`, `status` and `deps` -> the devices that `info -c` named.
 *
 *   NAME: START LENGTH TYPE PARAMETERS	table, status; "NAME: " without a table
 *   NAME: N dependencies\t: (MAJOR, MINOR)...	deps
 *
 * Input: lines with names that may hold blanks, colons and raw bytes; so a line is split
 * at the last place that can be the border. Output: targets, their status, deps.
 * Invariants: nothing is given to a device that info does not list under exactly that
 * name; keys are masked before they are copied.
 */
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "dm.h"
#include "snapstate/buf.h"
#include "snapstate/dm_mask.h"
#include "snapstate/host.h"
#include "snapstate/host/device.h"

void target_line_free(struct target_line *line)
{
	if (line->params)
		explicit_bzero(line->params, strlen(line->params));
	free(line->type);
	free(line->params);
}
#define cleanup_target_line cleanup_with(target_line_free)

static size_t digits(const char *at, const char *end)
{
	size_t n = 0;

	while (at + n < end && isdigit((unsigned char)at[n]))
		n++;
	return n;
}

/* ": <digits> <digits> " */
static bool is_border(const char *at, const char *end)
{
	size_t n;

	if (end - at < 6 || at[0] != ':' || at[1] != ' ')
		return false;
	at += 2;
	n = digits(at, end);
	if (!n || at + n == end || at[n] != ' ')
		return false;
	at += n + 1;
	n = digits(at, end);
	return n && at + n < end && at[n] == ' ';
}

static bool is_without_target(struct line line)
{
	return line.len >= 2 && memcmp(line.at + line.len - 2, ": ", 2) == 0;
}

int target_line_split(struct line line, struct target_line *ret_split, struct err *err)
{
	const char *end = line.at + line.len, *at = end;
	struct line start, length, type;

	while (at > line.at && !is_border(at, end))
		at--;
	if (!is_border(at, end)) {
		if (!is_without_target(line))
			return err_set(err, -EBADMSG, "not NAME: START LENGTH TYPE");
		ret_split->name = (struct line){line.at, line.len - 2};
		return 0;
	}
	ret_split->name = (struct line){line.at, (size_t)(at - line.at)};
	line = (struct line){at + 1, (size_t)(end - at) - 1};
	start = line_word(&line);
	length = line_word(&line);
	type = line_word(&line);
	if (parse_u64(start.at, start.len, 10, &ret_split->start) < 0 ||
		parse_u64(length.at, length.len, 10, &ret_split->length) < 0 ||
		!ret_split->length || !type.len ||
		ret_split->start > UINT64_MAX - ret_split->length)
		return err_set(err, -EBADMSG, "no start, length and type of a target");
	ret_split->has_target = true;
	ret_split->type = xstrndup(type.at, type.len);
	ret_split->params = line.len ? xstrndup(line.at + 1, line.len - 1) : xstrdup("");
	return 0;
}

/* Calls `give` with each line and the device that it is about. */
static int lines_give(struct host *host, const struct dm_names *names,
	const struct piece *piece,
	int (*give)(
		struct host *, struct device *, const struct target_line *, struct err *),
	struct err *err)
{
	struct lines lines = lines_of(piece);
	struct line line;
	int r = 0;

	while (r == 0 && lines_next(&lines, &line)) {
		cleanup_target_line struct target_line split = {.has_target = false};
		struct device *device;

		r = target_line_split(line, &split, err);
		if (r == 0) {
			device = dm_names_find(names, split.name.at, split.name.len);
			r = device ? give(host, device, &split, err)
				   : err_set(err, -ESTALE,
					     "this name is not in dmsetup info -c, so "
					     "its number is not known");
		}
		if (r < 0)
			err_wrap(err, "line %zu", lines.number);
	}
	return r;
}

/* ---- table ---- */

static int table_give(struct host *host, struct device *device,
	const struct target_line *line, struct err *err)
{
	if (device->flags & DEVICE_NO_TABLE)
		return line->has_target
			       ? err_set(err, -ESTALE,
					 "dmsetup info -c says that it has no table")
			       : 0;
	if (!line->has_target)
		return err_set(err, -ESTALE, "dmsetup info -c says that it has a table");
	dm_target_add(host, &device->targets, &device->n_targets, line->start,
		line->length, line->type, line->params);
	return 0;
}

static int order_targets(const void *pa, const void *pb)
{
	const struct dm_target *a = pa, *b = pb;

	return (a->start > b->start) - (a->start < b->start);
}

/* People sort such files; the kernel's tables have neither gaps nor overlaps. */
static int table_check(struct device *device, struct err *err)
{
	uint64_t next = 0;

	if (device->n_targets)
		qsort(device->targets, device->n_targets, sizeof(*device->targets),
			order_targets);
	for (size_t i = 0; i < device->n_targets; i++) {
		if (device->targets[i].start != next)
			return err_set(err, -ESTALE,
				DEVNO_FMT ": its table has a gap or an overlap",
				DEVNO_ARGS(device->devno));
		next += device->targets[i].length;
	}
	return 0;
}

int dm_table_read(struct host *host, const struct dm_names *names,
	const struct piece *piece, struct err *err)
{
	int r = lines_give(host, names, piece, table_give, err);

	for (size_t i = 0; r == 0 && i < host->n_devices; i++)
		r = table_check(&host->devices[i], err);
	return r;
}

/* ---- status ---- */

static int status_give(struct host *host, struct device *device,
	const struct target_line *line, struct err *err)
{
	struct dm_target key = {.start = line->start};
	struct dm_target *target;

	if (!line->has_target)
		return 0;
	target = device->n_targets ? bsearch(&key, device->targets, device->n_targets,
					     sizeof(key), order_targets)
				   : NULL;
	if (!target || target->length != line->length ||
		strcmp(target->type, line->type) != 0)
		return err_set(err, -ESTALE, "the table has no such target");
	target->status = dm_status_masked(host, line->type, line->params);
	return 0;
}

int dm_status_read(struct host *host, const struct dm_names *names,
	const struct piece *piece, struct err *err)
{
	return lines_give(host, names, piece, status_give, err);
}

/* ---- deps ---- */

static void deps_sort(struct device *device)
{
	size_t kept = 0;

	if (!device->n_deps)
		return;
	qsort(device->deps, device->n_deps, sizeof(*device->deps), devno_order);
	for (size_t i = 0; i < device->n_deps; i++)
		if (!kept || !devno_is_equal(device->deps[kept - 1], device->deps[i]))
			device->deps[kept++] = device->deps[i];
	device->n_deps = kept;
}

/* "(253, 1)" from `at` on; NULL: something else. */
static const char *dep_read(const char *at, const char *end, struct devno *ret_devno)
{
	uint64_t major, minor;
	size_t n = at < end && *at == '(' ? digits(at + 1, end) : 0;
	const char *comma = at + 1 + n;

	if (!n || end - comma < 3 || memcmp(comma, ", ", 2) != 0 ||
		parse_u64(at + 1, n, 10, &major) < 0)
		return NULL;
	n = digits(comma + 2, end);
	if (!n || comma + 2 + n == end || comma[2 + n] != ')' ||
		parse_u64(comma + 2, n, 10, &minor) < 0 || major > UINT32_MAX ||
		minor > UINT32_MAX)
		return NULL;
	*ret_devno = (struct devno){(uint32_t)major, (uint32_t)minor};
	return comma + 2 + n + 1;
}

static int deps_fill(struct device *device, const char *at, const char *end, uint64_t n,
	struct err *err)
{
	while (at < end && (*at == ' ' || *at == '\t' || *at == ':'))
		at++;
	while (at && at < end) {
		struct devno devno = DEVNO_NONE;

		at = dep_read(at, end, &devno);
		if (at)
			*array_add(&device->deps, &device->n_deps) = devno;
		while (at && at < end && *at == ' ')
			at++;
	}
	if (!at || device->n_deps != n)
		return err_set(err, -EBADMSG, "not as many (MAJOR, MINOR) as it says");
	deps_sort(device);
	return 0;
}

static int deps_line(const struct dm_names *names, struct line line, struct err *err)
{
	static const char word[] = " dependencies";
	const char *end = line.at + line.len;
	const char *border = memmem(line.at, line.len, word, strlen(word));
	const char *next = border, *number;
	struct device *device;
	uint64_t n;

	for (; next;
		next = memmem(next + 1, (size_t)(end - next - 1), word, strlen(word)))
		border = next;
	for (number = border; number && number > line.at && isdigit(number[-1]);)
		number--;
	if (!border || number - line.at < 2 || memcmp(number - 2, ": ", 2) != 0 ||
		parse_u64(number, (size_t)(border - number), 10, &n) < 0)
		return err_set(
			err, -EBADMSG, "not NAME: N dependencies : (MAJOR, MINOR)");
	device = dm_names_find(names, line.at, (size_t)(number - 2 - line.at));
	if (!device || device->n_deps)
		return err_set(
			err, -ESTALE, "this name is not in dmsetup info -c, or twice");
	return deps_fill(device, border + strlen(word), end, n, err);
}

int dm_deps_read(const struct dm_names *names, const struct piece *piece, struct err *err)
{
	struct lines lines = lines_of(piece);
	struct line line;

	while (lines_next(&lines, &line))
		if (deps_line(names, line, err) < 0)
			return err_wrap(err, "line %zu", lines.number);
	return 0;
}

/* Targets print their devices as MAJOR:MINOR, a word of its own (kernel drivers/md, the
 * STATUSTYPE_TABLE of each; dm_get_device). */
void dm_deps_from_tables(struct host *host)
{
	for (size_t i = 0; i < host->n_devices; i++) {
		struct device *device = &host->devices[i];

		for (size_t t = 0; t < device->n_targets; t++) {
			const char *params = device->targets[t].params;
			struct line line = {params, strlen(params)};
			struct line word;
			struct devno devno;

			while ((word = line_word(&line)).len)
				if (parse_devno(word.at, word.len, &devno) == 0)
					*array_add(&device->deps, &device->n_deps) =
						devno;
		}
		deps_sort(device);
	}
}
