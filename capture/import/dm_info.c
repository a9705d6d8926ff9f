/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `dmsetup info -c` -> devices, without their tables.
 * Input: its default columns, with headings. Output: host->devices, and an index by name.
 *
 *   Name           Maj Min Stat Open Targ Event  UUID
 *   vg-a b         254   0 L--w    1    1      0 LVM-...
 *
 * A name may hold blanks: it ends where the heading "Maj" begins, less its padding. State
 * letters: live, inactive, suspended, read-only (lvm2 libdm/dm-tools/dmsetup.c,
 * _dm_info_status_disp).
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "dm.h"
#include "snapstate/buf.h"
#include "snapstate/err.h"
#include "snapstate/host.h"
#include "snapstate/host/device.h"

static const char *const headings[] = {
	"Name", "Maj", "Min", "Stat", "Open", "Targ", "Event", "UUID"};

/* Where the column Maj begins; -EBADMSG: other columns than the default ones. */
static int heading_read(struct line line, size_t *ret_name_end, struct err *err)
{
	const char *start = line.at;

	for (size_t i = 0; i < sizeof(headings) / sizeof(headings[0]); i++) {
		struct line word = line_word(&line);

		if (word.len != strlen(headings[i]) ||
			memcmp(word.at, headings[i], word.len) != 0)
			return err_set(err, -EBADMSG,
				"line 1: not the headings of dmsetup info -c");
		if (i == 1)
			*ret_name_end = (size_t)(word.at - start);
	}
	return 0;
}

static bool word_number(struct line *line, uint32_t *ret_value)
{
	struct line word = line_word(line);
	uint64_t value;

	if (parse_u64(word.at, word.len, 10, &value) < 0 || value > UINT32_MAX)
		return false;
	*ret_value = (uint32_t)value;
	return true;
}

static bool word_flags(struct line *line, unsigned *ret_flags)
{
	static const char set[] = "LIsr";
	struct line word = line_word(line);

	if (word.len != 4)
		return false;
	for (size_t i = 0; i < 4; i++)
		if (word.at[i] != set[i] && word.at[i] != (i == 3 ? 'w' : '-'))
			return false;
	*ret_flags = (word.at[0] == 'L' ? 0 : DEVICE_NO_TABLE) |
		     (word.at[1] == 'I' ? DEVICE_HAS_INACTIVE : 0) |
		     (word.at[2] == 's' ? DEVICE_SUSPENDED : 0) |
		     (word.at[3] == 'r' ? DEVICE_READ_ONLY : 0);
	return true;
}

static size_t trimmed(const char *at, size_t len)
{
	while (len && at[len - 1] == ' ')
		len--;
	return len;
}

struct info_row {
	struct line name, uuid;
	struct device device; /* the numbers of it */
	uint32_t targets;
};

/* What is behind the name. */
static bool numbers_read(struct line line, struct info_row *row)
{
	struct device *device = &row->device;
	uint32_t events;

	device->flags = 0;
	if (!word_number(&line, &device->devno.major) ||
		!word_number(&line, &device->devno.minor) ||
		!word_flags(&line, &device->flags) ||
		!word_number(&line, &device->open_count) ||
		!word_number(&line, &row->targets) || !word_number(&line, &events))
		return false;
	row->uuid =
		line.len ? (struct line){line.at + 1, trimmed(line.at + 1, line.len - 1)}
			 : (struct line){"", 0};
	return true;
}

/* Where a paste has lost its blanks: the first words that can be what is behind a name.
 */
static bool squeezed_split(struct line line, struct info_row *row)
{
	struct line rest = line, word = line_word(&rest);

	for (; word.len; word = line_word(&rest)) {
		if (!numbers_read(rest, row))
			continue;
		row->name =
			(struct line){line.at, (size_t)(word.at + word.len - line.at)};
		return *line.at != ' ';
	}
	return false;
}

static int row_split(
	struct line line, size_t name_end, struct info_row *row, struct err *err)
{
	if (name_end == strlen("Name ") && squeezed_split(line, row))
		return 0;
	if (line.len <= name_end || line.at[name_end - 1] != ' ' ||
		!trimmed(line.at, name_end))
		return err_set(err, -EBADMSG, "the name does not end above its column");
	row->name = (struct line){line.at, trimmed(line.at, name_end)};
	line.at += name_end;
	line.len -= name_end;
	if (!numbers_read(line, row))
		return err_set(err, -EBADMSG,
			"not major, minor, four letters of state, open count, targets, "
			"events");
	return 0;
}

static int row_read(struct host *host, struct line line, size_t name_end,
	uint32_t *ret_targets, struct err *err)
{
	struct info_row row = {.targets = 0};
	struct device *device = &row.device;

	if (row_split(line, name_end, &row, err) < 0)
		return -EBADMSG;
	if (devno_is_none(device->devno))
		return err_set(err, -EBADMSG, "0:0 is not a device");
	if (host->n_devices == IMPORT_DEVICES_MAX)
		return err_set(err, -EFBIG, "more than %d devices", IMPORT_DEVICES_MAX);
	device->name = host_string_n(host, row.name.at, row.name.len);
	device->uuid = host_string_n(host, row.uuid.at, row.uuid.len);
	*ret_targets = row.targets;
	*array_add(&host->devices, &host->n_devices) = *device;
	return 0;
}

int dm_info_read(struct host *host, const struct piece *piece, uint32_t **ret_targets,
	struct err *err)
{
	struct lines lines = lines_of(piece);
	uint32_t *targets = NULL;
	size_t name_end = 0, count = 0;
	struct line line;
	int r = lines_next(&lines, &line) ? heading_read(line, &name_end, err) : 0;

	while (r == 0 && lines_next(&lines, &line)) {
		r = row_read(host, line, name_end, array_add(&targets, &count), err);
		if (r < 0)
			err_wrap(err, "line %zu", lines.number);
	}
	if (r < 0)
		free(targets);
	else
		*ret_targets = targets;
	return r;
}

/* ---- by name ---- */

static int order_devnos(const void *a, const void *b)
{
	return devno_compare(
		(*(struct device *const *)a)->devno, (*(struct device *const *)b)->devno);
}

static int order_names(const void *a, const void *b)
{
	return strcmp(
		(*(struct device *const *)a)->name, (*(struct device *const *)b)->name);
}

static int check_each_once(const struct dm_names *names, struct err *err,
	int (*order)(const void *, const void *))
{
	for (size_t i = 1; i < names->count; i++)
		if (order(&names->devices[i - 1], &names->devices[i]) == 0)
			return err_set(err, -EBADMSG,
				"the devices " DEVNO_FMT " and " DEVNO_FMT
				" have one name or number",
				DEVNO_ARGS(names->devices[i - 1]->devno),
				DEVNO_ARGS(names->devices[i]->devno));
	return 0;
}

int dm_names_make(struct host *host, struct dm_names *ret_names, struct err *err)
{
	size_t count = host->n_devices;
	struct dm_names names = {xcalloc(count + 1, sizeof(struct device *)), count};
	int r;

	for (size_t i = 0; i < count; i++)
		names.devices[i] = &host->devices[i];
	qsort(names.devices, count, sizeof(*names.devices), order_devnos);
	r = check_each_once(&names, err, order_devnos);
	if (r == 0) {
		qsort(names.devices, count, sizeof(*names.devices), order_names);
		r = check_each_once(&names, err, order_names);
	}
	if (r < 0)
		free(names.devices);
	else
		*ret_names = names;
	return r;
}

struct device *dm_names_find(const struct dm_names *names, const char *name, size_t len)
{
	cleanup_free char *copy = xstrndup(name, len);
	struct device key = {.name = copy};
	struct device *pointer = &key;
	struct device **found = bsearch(&pointer, names->devices, names->count,
		sizeof(*names->devices), order_names);

	return found ? *found : NULL;
}
