/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `dmsetup info` -> devices, without their tables.
 * Input: a paragraph of labels for each device (lvm2 libdm/dm-tools/dmsetup.c,
 * _display_info_long). Output: as of dm_info.c.
 *
 *   Name:              vg-lv
 *   State:             ACTIVE (READ-ONLY)
 *   Tables present:    LIVE & INACTIVE
 *   Open count:        1
 *   Event number:      0
 *   Major, minor:      253, 2
 *   Number of targets: 1
 *   UUID: LVM-...
 */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "dm.h"
#include "format.h"
#include "snapstate/buf.h"
#include "snapstate/err.h"
#include "snapstate/host.h"
#include "snapstate/host/device.h"

/* What one paragraph must say: bits of `seen`. */
enum label { LABEL_STATE, LABEL_TABLES, LABEL_OPEN, LABEL_NUMBER, LABEL_TARGETS, LABELS };
#define LABELS_ALL ((1u << LABELS) - 1)

struct paragraph {
	struct device device;
	uint32_t targets;
	unsigned seen;
};

static struct line trimmed(struct line line)
{
	while (line.len && *line.at == ' ') {
		line.at++;
		line.len--;
	}
	while (line.len && line.at[line.len - 1] == ' ')
		line.len--;
	return line;
}

static bool cut_label(struct line line, const char *label, struct line *ret_value)
{
	line = trimmed(line);
	if (!line_begins(&line, label))
		return false;
	line.at += strlen(label);
	line.len -= strlen(label);
	*ret_value = trimmed(line);
	return true;
}

static bool number(struct line word, uint32_t *ret_value)
{
	uint64_t value;

	if (parse_u64(word.at, word.len, 10, &value) < 0 || value > UINT32_MAX)
		return false;
	*ret_value = (uint32_t)value;
	return true;
}

static bool state_read(struct line value, unsigned *flags)
{
	static const char *const words[] = {
		"ACTIVE", "SUSPENDED", "ACTIVE (READ-ONLY)", "SUSPENDED (READ-ONLY)"};

	*flags |= line_begins(&value, "S") ? DEVICE_SUSPENDED : 0;
	*flags |= value.len && value.at[value.len - 1] == ')' ? DEVICE_READ_ONLY : 0;
	return line_is_one_of(value, words, sizeof(words) / sizeof(words[0]));
}

static bool tables_read(struct line value, unsigned *flags)
{
	static const char *const words[] = {
		"LIVE", "INACTIVE", "LIVE & INACTIVE", "None"};

	*flags |= line_begins(&value, "LIVE") ? 0 : DEVICE_NO_TABLE;
	*flags |= memmem(value.at, value.len, "INACTIVE", 8) ? DEVICE_HAS_INACTIVE : 0;
	return line_is_one_of(value, words, sizeof(words) / sizeof(words[0]));
}

/* "253, 2" */
static bool devno_read(struct line value, struct devno *ret)
{
	struct line major = line_word(&value), minor = line_word(&value);

	if (major.len < 2 || major.at[major.len - 1] != ',' || trimmed(value).len)
		return false;
	major.len--;
	return number(major, &ret->major) && number(minor, &ret->minor) &&
	       !devno_is_none(*ret);
}

static bool value_read(
	struct host *host, struct line line, struct paragraph *paragraph, bool *ret_known)
{
	struct device *device = &paragraph->device;
	struct line value;
	enum label label = LABELS;
	bool is_good = true;

	*ret_known = true;
	if (cut_label(line, "State:", &value)) {
		label = LABEL_STATE;
		is_good = state_read(value, &device->flags);
	} else if (cut_label(line, "Tables present:", &value)) {
		label = LABEL_TABLES;
		is_good = tables_read(value, &device->flags);
	} else if (cut_label(line, "Open count:", &value)) {
		label = LABEL_OPEN;
		is_good = number(value, &device->open_count);
	} else if (cut_label(line, "Major, minor:", &value)) {
		label = LABEL_NUMBER;
		is_good = devno_read(value, &device->devno);
	} else if (cut_label(line, "Number of targets:", &value)) {
		label = LABEL_TARGETS;
		is_good = number(value, &paragraph->targets);
	} else if (cut_label(line, "UUID:", &value)) {
		device->uuid = host_string_n(host, value.at, value.len);
	} else {
		*ret_known = cut_label(line, "Read Ahead:", &value) ||
			     cut_label(line, "Event number:", &value) ||
			     !trimmed(line).len;
	}
	if (label < LABELS && paragraph->seen >> label & 1)
		return false;
	paragraph->seen |= label < LABELS ? 1u << label : 0;
	return is_good;
}

static int paragraph_end(struct host *host, struct paragraph *paragraph,
	uint32_t **targets, size_t *n_targets, struct err *err)
{
	if (!paragraph->device.name)
		return 0;
	if (paragraph->seen != LABELS_ALL)
		return err_set(err, -EBADMSG, "a device without all that is said of one");
	if (host->n_devices == IMPORT_DEVICES_MAX)
		return err_set(err, -EFBIG, "more than %d devices", IMPORT_DEVICES_MAX);
	*array_add(targets, n_targets) = paragraph->targets;
	*array_add(&host->devices, &host->n_devices) = paragraph->device;
	return 0;
}

bool dm_info_is_long(const struct piece *piece)
{
	struct lines lines = lines_of(piece);
	struct line line;

	return lines_next(&lines, &line) && line_begins(&line, "Name:");
}

int dm_info_long_read(struct host *host, const struct piece *piece,
	uint32_t **ret_targets, struct err *err)
{
	struct lines lines = lines_of(piece);
	struct paragraph paragraph = {.seen = 0};
	cleanup_free uint32_t *targets = NULL;
	size_t n_targets = 0;
	struct line line, value;
	int r = 0;

	while (r == 0 && lines_next(&lines, &line)) {
		bool is_known = true;

		if (cut_label(line, "Name:", &value)) {
			r = paragraph_end(host, &paragraph, &targets, &n_targets, err);
			paragraph = (struct paragraph){.device = {.uuid = ""}};
			paragraph.device.name = host_string_n(host, value.at, value.len);
		} else if (!value_read(host, line, &paragraph, &is_known) || !is_known) {
			r = err_set(err, -EBADMSG,
				"no label of dmsetup info, or not its value");
		}
		if (r < 0)
			return err_wrap(err, "line %zu", lines.number);
	}
	r = paragraph_end(host, &paragraph, &targets, &n_targets, err);
	if (r == 0)
		*ret_targets = take_ptr(targets);
	return r;
}
