/* SPDX-License-Identifier: Apache-2.0 */
/* What the law's changes share: picking, numbers, text. See law.h. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "law.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/device.h"
#include "snapstate/host/lvm.h"
#include "snapstate/host/mount.h"

const struct change_of *law_change(size_t i)
{
	static const struct change_of *const tables[] = {
		law_lvm_changes, law_dm_changes, law_use_changes};

	for (size_t t = 0; t < sizeof(tables) / sizeof(tables[0]); t++)
		for (const struct change_of *change = tables[t]; change->name; change++)
			if (i-- == 0)
				return change;
	return NULL;
}

const char *law_text(struct host *host, const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return host_string(host, text);
}

struct device *law_pick_device(struct dice *dice, struct host *host, device_test is_right)
{
	struct device *picked = NULL;
	uint64_t seen = 0;

	for (size_t i = 0; i < host->n_devices; i++)
		if (is_right(host, &host->devices[i]) && one_in(dice, ++seen))
			picked = &host->devices[i];
	return picked;
}

bool law_is_any(const struct host *host, const struct device *device)
{
	(void)host;
	(void)device;
	return true;
}

bool law_is_snapshot(const struct host *host, const struct device *device)
{
	struct devno real, cow;

	(void)host;
	return device_snapshot_parts(device, &real, &cow);
}

bool law_is_idle(const struct host *host, const struct device *device)
{
	(void)host;
	return device->open_count == 0;
}

struct lv *law_pick_snapshot_volume(struct dice *dice, struct host *host)
{
	struct lv *picked = NULL;
	uint64_t seen = 0;

	for (size_t i = 0; i < host->n_lvs; i++)
		if (host->lvs[i].role == LV_SNAPSHOT && one_in(dice, ++seen))
			picked = &host->lvs[i];
	return picked;
}

static bool is_on(
	const struct host *host, struct devno devno, struct devno below, unsigned depth)
{
	const struct device *device = host_device_by_devno(host, devno);
	const struct block *block = host_block_by_devno(host, devno);

	if (devno_is_equal(devno, below))
		return true;
	for (size_t i = 0; device && i < device->n_deps && depth < 32; i++)
		if (is_on(host, device->deps[i], below, depth + 1))
			return true;
	for (size_t i = 0; block && i < block->n_below && depth < 32; i++)
		if (is_on(host, block->below[i], below, depth + 1))
			return true;
	return block && *block->backing_file && depth < 32 &&
	       is_on(host, host_loop_devno(host, block), below, depth + 1);
}

bool law_stands_on(const struct host *host, struct devno devno, struct devno below)
{
	return is_on(host, devno, below, 0);
}

unsigned law_free_minor(const struct host *host, unsigned major)
{
	unsigned minor = 100;

	for (size_t i = 0; i < host->n_devices; i++)
		if (host->devices[i].devno.major == major &&
			host->devices[i].devno.minor >= minor)
			minor = host->devices[i].devno.minor + 1;
	for (size_t i = 0; i < host->n_blocks; i++)
		if (host->blocks[i].devno.major == major &&
			host->blocks[i].devno.minor >= minor)
			minor = host->blocks[i].devno.minor + 1;
	return minor;
}

unsigned law_free_mount(const struct host *host)
{
	unsigned id = 1000;

	for (size_t i = 0; i < host->n_mounts; i++)
		if (host->mounts[i].id >= id)
			id = host->mounts[i].id + 1;
	return id;
}
