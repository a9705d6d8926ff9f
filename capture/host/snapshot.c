/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tables and status lines of snapshot targets say.
 * Sources: kernel drivers/md/dm-snap.c (snapshot_status, snapshot_ctr).
 */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "index.h"
#include "snapstate/buf.h"
#include "snapstate/host/device.h"

static const struct dm_target *only_snapshot(const struct device *device)
{
	const struct dm_target *target = device->targets;

	if (device->n_targets != 1)
		return NULL;
	if (strcmp(target->type, "snapshot") != 0 &&
		strcmp(target->type, "snapshot-merge") != 0)
		return NULL;
	return target;
}

const char *snapshot_state_name(enum snapshot_state state)
{
	switch (state) {
	case SNAPSHOT_NONE:
		return "none";
	case SNAPSHOT_VALID:
		return "valid";
	case SNAPSHOT_INVALID:
		return "invalid";
	case SNAPSHOT_OVERFLOW:
		return "overflow";
	case SNAPSHOT_MERGE_FAILED:
		return "merge-failed";
	case SNAPSHOT_MERGING:
		return "merging";
	case SNAPSHOT_UNKNOWN:
		return "unknown";
	}
	return "unknown";
}

/* "used/total metadata"; kernels before 2.6.32 wrote "used/total" */
static bool parse_usage(const char *status, uint64_t *ret_used, uint64_t *ret_total)
{
	size_t used_len = strspn(status, "0123456789");
	const char *rest = status + used_len;
	size_t total_len;

	if (*rest != '/')
		return false;
	total_len = strspn(rest + 1, "0123456789");
	if (rest[1 + total_len] != ' ' && rest[1 + total_len] != '\0')
		return false;
	return parse_u64(status, used_len, 10, ret_used) == 0 &&
	       parse_u64(rest + 1, total_len, 10, ret_total) == 0;
}

static enum snapshot_state read_state(const struct device *device)
{
	static const struct {
		const char *word;
		enum snapshot_state state;
	} words[] = {
		{"Invalid", SNAPSHOT_INVALID},
		{"Overflow", SNAPSHOT_OVERFLOW},
		{"Merge failed", SNAPSHOT_MERGE_FAILED},
	};
	const struct dm_target *target = only_snapshot(device);
	uint64_t used, total;

	if (!target)
		return SNAPSHOT_NONE;
	/* one that overflowed merges as well (dm-snap.c, snapshot_status) */
	if (strcmp(target->type, "snapshot-merge") == 0)
		return strcmp(target->status, "Merge failed") == 0 ? SNAPSHOT_MERGE_FAILED
								   : SNAPSHOT_MERGING;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(target->status, words[i].word) == 0)
			return words[i].state;
	return parse_usage(target->status, &used, &total) ? SNAPSHOT_VALID
							  : SNAPSHOT_UNKNOWN;
}

bool device_snapshot_usage(
	const struct device *device, uint64_t *ret_used, uint64_t *ret_total)
{
	const struct dm_target *target = only_snapshot(device);

	return target && parse_usage(target->status, ret_used, ret_total);
}

static bool read_parts(
	const struct device *device, struct devno *ret_origin, struct devno *ret_cow)
{
	const struct dm_target *target = only_snapshot(device);
	const char *params = target ? target->params : "";
	size_t origin_len = strcspn(params, " ");
	const char *cow = params + origin_len + (params[origin_len] == ' ');

	return parse_devno(params, origin_len, ret_origin) == 0 &&
	       parse_devno(cow, strcspn(cow, " "), ret_cow) == 0;
}

static bool read_is_lvms(const struct device *device)
{
	const struct dm_target *target = only_snapshot(device);
	const char *params = target ? target->params : NULL;

	for (unsigned word = 0; word < 2 && params; word++) {
		params = strchr(params, ' ');
		params = params ? params + 1 : NULL;
	}
	return params && strncmp(params, "P ", 2) == 0;
}

/* ---- kept ---- */

void device_snapshot_keep(struct device *device)
{
	const struct dm_target *target = only_snapshot(device);
	struct snapshot_words words = {.type = NULL};

	if (target) {
		words = (struct snapshot_words){.type = target->type,
			.params = target->params,
			.status = target->status};
		words.state = read_state(device);
		words.has_parts = read_parts(device, &words.origin, &words.cow);
		words.is_lvms = read_is_lvms(device);
	}
	device->snapshot = words;
}

/* NULL: it has to be read. */
static const struct snapshot_words *kept(const struct device *device)
{
	const struct snapshot_words *words = &device->snapshot;
	const struct dm_target *target = device->targets;

	return device->n_targets == 1 && words->type && words->type == target->type &&
			       words->params == target->params &&
			       words->status == target->status
		       ? words
		       : NULL;
}

enum snapshot_state device_snapshot_state(const struct device *device)
{
	const struct snapshot_words *words = kept(device);

	return words ? words->state : read_state(device);
}

bool device_snapshot_parts(
	const struct device *device, struct devno *ret_origin, struct devno *ret_cow)
{
	const struct snapshot_words *words = kept(device);

	if (!words)
		return read_parts(device, ret_origin, ret_cow);
	if (!words->has_parts)
		return false;
	*ret_origin = words->origin;
	*ret_cow = words->cow;
	return true;
}

bool device_snapshot_is_lvms(const struct device *device)
{
	const struct snapshot_words *words = kept(device);

	return words ? words->is_lvms : read_is_lvms(device);
}
