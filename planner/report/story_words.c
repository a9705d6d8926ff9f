/* SPDX-License-Identifier: Apache-2.0 */
/* Words about a device; see story.h. */
#include <string.h>

#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/device.h"
#include "snapstate/ledger.h"
#include "story.h"

#define SECTOR 512

const char *device_part_words(enum device_part part)
{
	switch (part) {
	case PART_NONE:
		return "not part of a snapshot's stack";
	case PART_ABOVE:
		return "is on a snapshot";
	case PART_SNAPSHOT:
		return "a snapshot";
	case PART_COW:
		return "the COW of a snapshot";
	case PART_REAL:
		return "the hidden layer below an origin: the volume's data";
	case PART_ORIGIN:
		return "an origin: a volume with live data";
	case PART_LOST:
		return "a volume that the LVM metadata does not have";
	case PART_VICTIM:
		return "a volume that a stale snapshot overwrites";
	}
	return "";
}

uint64_t device_sectors(const struct device *device)
{
	uint64_t sectors = 0;

	for (size_t i = 0; i < device->n_targets; i++)
		sectors += device->targets[i].length;
	return sectors;
}

void device_size_words(const struct device *device, struct buf *text)
{
	static const char *const units[] = {"KiB", "MiB", "GiB", "TiB", "PiB"};
	double size = (double)device_sectors(device) * SECTOR / 1024;
	size_t unit = 0;

	while (size >= 1024 && unit + 1 < sizeof(units) / sizeof(units[0])) {
		size /= 1024;
		unit++;
	}
	buf_printf(text, "%.1f %s", size, units[unit]);
}

void device_type_words(const struct device *device, struct buf *text)
{
	enum snapshot_state state = device_snapshot_state(device);

	buf_puts(text, device->n_targets ? device->targets[0].type : "no-table");
	if (state != SNAPSHOT_NONE)
		buf_printf(text, " %s", snapshot_state_name(state));
	for (unsigned bit = 1; bit < DEVICE_NO_TABLE; bit <<= 1)
		if (device->flags & bit)
			buf_printf(text, ", %s", device_flag_name(bit));
}

void device_kind_words(const struct device *device, struct buf *text)
{
	uint64_t used, total;

	device_type_words(device, text);
	if (device_snapshot_usage(device, &used, &total) && total)
		buf_printf(text, ", COW %u %% full",
			(unsigned)((double)used * 100 / (double)total));
	if (device->n_targets > 1)
		buf_printf(text, ", and %zu more target%s", device->n_targets - 1,
			device->n_targets == 2 ? "" : "s");
}

void device_opens_words(
	const struct host *host, const struct device *device, struct buf *text)
{
	cleanup_buf struct buf parts = BUF_INIT;
	struct ledger ledger;

	ledger_of_device(host, device, &ledger);
	ledger_words(&parts, &ledger);
	if (ledger.unexplained)
		buf_printf(&parts, "%s%lld UNEXPLAINED", parts.len ? ", " : "",
			(long long)ledger.unexplained);
	buf_printf(text, "open %u%s%s", ledger.open, parts.len ? ": " : "",
		buf_text(&parts));
}

void block_words(const struct block *block, struct buf *text)
{
	switch (block->kind) {
	case BLOCK_DISK:
		buf_printf(text, "%s, a disk", block->kname);
		return;
	case BLOCK_PARTITION:
		buf_printf(text, "%s, a partition", block->kname);
		return;
	case BLOCK_LOOP:
		buf_printf(text, "%s, a loop device", block->kname);
		if (*block->backing_file)
			buf_printf(text, " of %s", block->backing_file);
		return;
	case BLOCK_MD:
		buf_printf(text, "%s, an array", block->kname);
		return;
	case BLOCK_OTHER:
		buf_printf(text, "%s, a block device", block->kname);
		return;
	}
}

void devno_words(const struct host *host, struct devno devno, struct buf *text)
{
	const struct device *device = host_device_by_devno(host, devno);
	const struct block *block = host_block_by_devno(host, devno);

	buf_devno(text, devno);
	if (device)
		buf_printf(text, " %s", device->name);
	else if (block)
		buf_printf(text, " %s", block->kname);
}

static void fate_of_kept(const struct device_story *it, struct buf *text)
{
	switch (it->part) {
	case PART_NONE:
		buf_puts(text, "not touched: not part of a snapshot's stack");
		return;
	case PART_ABOVE:
	case PART_SNAPSHOT:
	case PART_COW:
	case PART_LOST:
		buf_printf(text, "stays, %s: %s",
			it->subject->verdict == VERDICT_REFUSE ? "refused" : "undecided",
			rule_text(it->subject->decisive)->name);
		return;
	case PART_REAL:
		buf_puts(text, "never touched: the volume's data");
		return;
	case PART_ORIGIN:
		buf_puts(text, "never touched: an origin holds live data");
		return;
	case PART_VICTIM:
		buf_printf(text, "not touched: its data is being overwritten by %s",
			it->subject->label);
		return;
	}
}

/* What lvremove of an origin's last snapshot does besides
 * (LVM lib/metadata/snapshot_manip.c, vg_remove_snapshot): the data is the same before
 * and after. */
static void fate_perhaps(const struct device_story *it, struct buf *text)
{
	if (it->part == PART_REAL)
		buf_printf(text,
			"its data stays: LVM may drop this hidden layer in step %zu, and "
			"map the volume directly again",
			it->perhaps_by);
	else
		buf_printf(text,
			"its data stays: LVM may turn it into a plain volume again in "
			"step %zu",
			it->perhaps_by);
}

void story_fate(const struct story *story, const struct device *device, struct buf *text)
{
	const struct device_story *it = story_of(story, device);

	if (it->removed_by && it->part == PART_REAL)
		buf_printf(text,
			"step %zu drops this hidden layer; its data stays, in the volume",
			it->removed_by);
	else if (it->removed_by)
		buf_printf(text, "step %zu removes it", it->removed_by);
	else if (it->refreshed_by)
		buf_printf(text, "its data stays: step %zu makes it a plain volume again",
			it->refreshed_by);
	else if (it->perhaps_by)
		fate_perhaps(it, text);
	else
		fate_of_kept(it, text);
}

const char *base_words(const struct device *above, struct devno base)
{
	struct devno origin, cow;

	if (!above || !device_snapshot_parts(above, &origin, &cow))
		return "";
	if (devno_is_equal(base, cow))
		return "COW";
	return devno_is_equal(base, origin) ? "origin" : "";
}
