/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a capture covers. Input: the outcomes of its sources, and what they showed.
 * Output: of each source all, a part or nothing, and what would stand for it. Invariant:
 * a source covers all only if it was read, or the host has no such thing.
 */
#include <string.h>

#include "judge.h"
#include "snapstate/host.h"
#include "snapstate/host/device.h"
#include "snapstate/host/shown.h"
#include "snapstate/host/source.h"

/* The sources that verdicts need; `shown` are statements that are a part of one. */
static const struct row {
	const char *source;
	const char *words;
	unsigned wants;
	uint64_t shown;	  /* bits of enum shown_kind */
	bool is_in_model; /* struct host has an array of it: `count` */
	size_t count;	  /* offset of the array's length */
} rows[] = {
#define KIND(kind)    (1ull << SHOWN_##kind)
#define COUNT(member) true, offsetof(struct host, member)
	{"dm", "mappings", WANTS(DEVICES) | WANTS(TABLES),
		KIND(NUMBER) | KIND(UUID) | KIND(TABLE) | KIND(STATUS) | KIND(LAYER) |
			KIND(ABOVE),
		COUNT(n_devices)},
	{"lvm/report.json", "LVM's volumes", WANTS(VOLUMES) | WANTS(DISKS),
		KIND(SNAPSHOT) | KIND(ORIGIN) | KIND(PLAIN) | KIND(THIN) | KIND(FULL) |
			KIND(CREATED) | KIND(ACTIVE) | KIND(UNLISTED) | KIND(GONE),
		COUNT(n_lvs)},
	{"mounts", "mounts", WANTS(MOUNTS), KIND(MOUNTED), COUNT(n_mounts)},
	{"processes", "processes", WANTS(OPENERS), KIND(USED), COUNT(n_uses)},
	{"holders", "what else the kernel has open", WANTS(HOLDERS), 0,
		COUNT(n_kernel_holders)},
	{"blocks", "other block devices", WANTS(HOLDERS) | WANTS(ARRAYS) | WANTS(LOOPS),
		KIND(HELD), COUNT(n_blocks)},
	{"superblocks", "live file systems", WANTS(SUPERBLOCKS), 0, COUNT(n_superblocks)},
	{"swaps", "swap areas", WANTS(SWAPS), 0, COUNT(n_swaps)},
	{"fstab", "/etc/fstab", WANTS(FSTAB), KIND(CONFIGURED), COUNT(n_fstab)},
	{"configs", "configurations of systemd and of guests", WANTS(WHOLE), 0,
		COUNT(n_configs)},
	{"identity", "which host it is, and when", WANTS(TIME), 0, false, 0},
	{"lvm/pvs.json", "LVM's disks", WANTS(EXTENTS) | WANTS(DISKS), 0, COUNT(n_pvs)},
	{"again", "the second look", WANTS(WHOLE), 0, false, 0},
#undef COUNT
#undef KIND
};

static const struct row *row_of(const char *source)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(rows[i].source, source) == 0)
			return &rows[i];
	return NULL;
}

/* Linux 5.15 (block/genhd.c, inc_diskseq()). */
const char *host_known_by(const struct host *host)
{
	for (size_t i = 0; i < host->n_devices; i++)
		if (host->devices[i].diskseq)
			return NULL;
	if (!host->n_devices || host_is_imported(host))
		return NULL;
	return "this kernel has no disk sequence numbers (Linux 5.15 and newer have): a "
	       "device is identified by boot, number, uuid, name, size and table, and "
	       "one that was removed and created again with all of these unchanged is "
	       "not detected";
}

static bool has_shown(const struct host *host, uint64_t kinds)
{
	for (size_t i = 0; i < host->n_shown; i++)
		if (kinds & (1ull << host->shown[i].kind))
			return true;
	return false;
}

static size_t count_in_model(const struct host *host, const struct row *row)
{
	size_t count = 0;

	if (row->is_in_model)
		memcpy(&count, (const char *)host + row->count, sizeof(count));
	return count;
}

enum coverage host_coverage(const struct host *host, const char *name)
{
	const struct source *source = host_source(host, name);
	const struct row *row = row_of(name);

	if (source &&
		(source->outcome == OUTCOME_READ || source->outcome == OUTCOME_ABSENT))
		return COVERS_ALL;
	if (source && strncmp(source->detail, SHOWN_IN_PART, strlen(SHOWN_IN_PART)) == 0)
		return COVERS_PART;
	if (row && (count_in_model(host, row) || has_shown(host, row->shown)))
		return COVERS_PART;
	return COVERS_NOTHING;
}

const char *coverage_name(enum coverage coverage)
{
	switch (coverage) {
	case COVERS_NOTHING:
		return "nothing";
	case COVERS_PART:
		return "part";
	case COVERS_ALL:
		return "all";
	}
	return "";
}

unsigned source_wants(const char *source)
{
	const struct row *row = row_of(source);
	size_t len = strlen(source);

	if (row)
		return row->wants;
	if (strncmp(source, "mounts/", 7) == 0)
		return WANTS(MOUNTS);
	if (len > 3 && strncmp(source, "lvm/", 4) == 0 &&
		strcmp(source + len - 3, ".vg") == 0)
		return WANTS(EXTENTS);
	return WANTS(WHOLE);
}

const char *source_words(const char *source)
{
	const struct row *row = row_of(source);

	return row ? row->words : NULL;
}

unsigned rule_wants(enum rule rule)
{
	static const unsigned wants[RULES_COUNT] = {
		[RULE_COMMAND_RUNNING] = WANTS(COMMANDS),
		[RULE_UNSETTLED] = WANTS(DEVICES) | WANTS(TABLES) | WANTS(COMMANDS),
		[RULE_DISAGREE] = WANTS(TABLES) | WANTS(EXTENTS),
		[RULE_HALF_REMOVED] = WANTS(DEVICES) | WANTS(TABLES) | WANTS(VOLUMES),
		[RULE_NOT_ACTIVE_HERE] = WANTS(HOSTS),
		[RULE_SHARED_VG] = WANTS(HOSTS),
		[RULE_HOST_MISSING] = WANTS(HOSTS),
		[RULE_OPENS_UNEXPLAINED] = WANTS(DEVICES) | WANTS(HOLDERS) |
					   WANTS(MOUNTS) | WANTS(OPENERS) | WANTS(SWAPS) |
					   WANTS(LOOPS),
		[RULE_UNPLACED] = WANTS(LOOPS) | WANTS(MOUNTS),
		[RULE_MOUNTED_IDLE] = WANTS(USERS),
		[RULE_MOUNTED_READ_WRITE] = WANTS(USERS),
		[RULE_STALE_VOLUME] = WANTS(HOSTS),
		[RULE_HELD] = WANTS(ARRAYS) | WANTS(TABLES),
	};

	return wants[rule];
}
