/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Block devices that are not device-mapper's, and the live file systems on any of them.
 * Input: sys/class/block, sys/fs. Output: host->blocks, host->superblocks, the sources
 * "blocks" and "superblocks". Opens no block device: sysfs only.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "parts.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/device.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/source.h"
#include "snapstate/probe.h"

/* sysfs writes '!' where a device's name has '/' (cciss/c0d0); the name is kept as sysfs
 * writes it. */
#define CLASS_BLOCK "sys/class/block/%s"

static bool is_skipped(const struct machine *machine, const char *kname)
{
	uint64_t size = 0;

	/* a host may have thousands */
	if (strncmp(kname, DM_KNAME, strlen(DM_KNAME)) == 0 ||
		strncmp(kname, "ram", 3) == 0)
		return true;
	machine_number(machine, &size, CLASS_BLOCK "/size", kname);
	return strncmp(kname, "loop", 4) == 0 && size == 0 &&
	       !machine_exists(machine, CLASS_BLOCK "/loop/backing_file", kname);
}

static enum block_kind kind_of(const struct machine *machine, const char *kname)
{
	if (machine_exists(machine, CLASS_BLOCK "/partition", kname))
		return BLOCK_PARTITION;
	if (machine_exists(machine, CLASS_BLOCK "/md", kname))
		return BLOCK_MD;
	if (strncmp(kname, "loop", 4) == 0)
		return BLOCK_LOOP;
	/* nbd, bcache, drbd, zram have no bus device behind them */
	if (machine_exists(machine, CLASS_BLOCK "/device", kname))
		return BLOCK_DISK;
	return BLOCK_OTHER;
}

static void add_below(struct block *block, struct devno devno)
{
	*array_add(&block->below, &block->n_below) = devno;
}

static void read_below(const struct machine *machine, struct block *block)
{
	cleanup_closedir DIR *slaves =
		machine_dir(machine, CLASS_BLOCK "/slaves", block->kname);
	const char *name;
	struct devno devno;

	/* the entry is a link into its disk's folder */
	if (block->kind == BLOCK_PARTITION &&
		machine_devno(machine, &devno, CLASS_BLOCK "/../dev", block->kname) == 0)
		add_below(block, devno);
	while (slaves && (name = dir_next(slaves)))
		if (machine_devno(machine, &devno, CLASS_BLOCK "/slaves/%s/dev",
			    block->kname, name) == 0)
			add_below(block, devno);
	if (block->n_below)
		qsort(block->below, block->n_below, sizeof(*block->below), devno_order);
}

/* NULL: the kernel has no such attribute, or it was not readable. */
static const char *attribute(const struct machine *machine, struct host *host,
	const char *kname, const char *name)
{
	char text[128] = "";

	if (machine_line(machine, text, sizeof(text), CLASS_BLOCK "/%s", kname, name) < 0)
		return NULL;
	return host_string(host, text);
}

/* Kernel drivers/md/md.c; "degraded" and "sync_action" are there only where the level has
 * redundancy and the array runs. */
static void read_array(
	const struct machine *machine, struct host *host, struct block *block)
{
	uint64_t missing = 0;

	block->uuid = attribute(machine, host, block->kname, "md/uuid");
	block->level = attribute(machine, host, block->kname, "md/level");
	block->state = attribute(machine, host, block->kname, "md/array_state");
	block->sync = attribute(machine, host, block->kname, "md/sync_action");
	machine_number(machine, &missing, CLASS_BLOCK "/md/degraded", block->kname);
	block->missing = missing > UINT32_MAX ? UINT32_MAX : (uint32_t)missing;
}

/* Kernel drivers/block/loop.c. */
static void read_loop(
	const struct machine *machine, struct host *host, struct block *block)
{
	const char *autoclear = attribute(machine, host, block->kname, "loop/autoclear");
	const char *partscan = attribute(machine, host, block->kname, "loop/partscan");
	bool is_autoclear, has_partscan;

	if (!autoclear || !partscan)
		return;
	is_autoclear = strcmp(autoclear, "0") != 0;
	has_partscan = strcmp(partscan, "0") != 0;
	block->state = is_autoclear && has_partscan ? LOOP_AUTOCLEAR "," LOOP_PARTSCAN
		       : is_autoclear		    ? LOOP_AUTOCLEAR
		       : has_partscan		    ? LOOP_PARTSCAN
						    : "";
}

static void read_details(
	const struct machine *machine, struct host *host, struct block *block)
{
	machine_number(machine, &block->diskseq, CLASS_BLOCK "/diskseq", block->kname);
	switch (block->kind) {
	case BLOCK_LOOP:
		read_loop(machine, host, block);
		return;
	case BLOCK_MD:
		read_array(machine, host, block);
		return;
	case BLOCK_DISK:
	case BLOCK_PARTITION:
	case BLOCK_OTHER:
		return;
	}
}

static void add_block(const struct machine *machine, struct host *host, const char *kname)
{
	char backing_file[PROBE_PATH_MAX] = "";
	struct devno devno;
	struct block *block;

	if (machine_devno(machine, &devno, CLASS_BLOCK "/dev", kname) < 0)
		return; /* vanished */
	machine_line(machine, backing_file, sizeof(backing_file),
		CLASS_BLOCK "/loop/backing_file", kname);
	block = array_add(&host->blocks, &host->n_blocks);
	block->devno = devno;
	block->kname = host_string(host, kname);
	block->kind = kind_of(machine, kname);
	block->backing_file = host_string(host, backing_file);
	block->transport = transport_of_block(machine, kname);
	machine_number(machine, &block->size, CLASS_BLOCK "/size", kname);
	read_below(machine, block);
	read_details(machine, host, block);
}

/* What claims that device, other mappings apart: the kernel links slaves/ and holders/
 * together (block/holder.c). */
static void add_claims(
	const struct machine *machine, struct host *host, struct devno below)
{
	cleanup_closedir DIR *dir = machine_dir(
		machine, "sys/dev/block/" DEVNO_FMT "/holders", DEVNO_ARGS(below));
	const char *kname;
	struct devno devno;

	while (dir && (kname = dir_next(dir)))
		if (!is_skipped(machine, kname) &&
			machine_devno(machine, &devno, CLASS_BLOCK "/dev", kname) == 0 &&
			!host_block_by_devno(host, devno))
			add_block(machine, host, kname);
}

/* Not the loop devices, which claim nothing: who asks for them asks for all. */
static void read_near(const struct machine *machine, struct host *host)
{
	for (size_t i = 0; i < host->n_devices; i++)
		if (probe_is_asked_for(machine, &host->devices[i]))
			add_claims(machine, host, host->devices[i].devno);
	host_source_set(host, "blocks", OUTCOME_READ, "%s", "");
}

static void read_all(const struct machine *machine, struct host *host)
{
	cleanup_closedir DIR *dir = machine_dir(machine, "sys/class/block");
	const char *kname;

	if (!dir) {
		host_source_set(host, "blocks", outcome_of_errno(errno),
			"/sys/class/block: %s", strerror(errno));
		return;
	}
	while ((kname = dir_next(dir)))
		if (!is_skipped(machine, kname))
			add_block(machine, host, kname);
	host_source_set(host, "blocks", OUTCOME_READ, "%s", "");
}

void probe_blocks(const struct machine *machine, struct host *host)
{
	if (machine->only)
		read_near(machine, host);
	else
		read_all(machine, host);
}

static void add_superblock(const struct machine *machine, struct host *host,
	const char *type, const char *kname)
{
	struct superblock *superblock;
	struct devno devno;

	if (machine_devno(machine, &devno, CLASS_BLOCK "/dev", kname) < 0)
		return; /* a folder of that name, but no block device */
	superblock = array_add(&host->superblocks, &host->n_superblocks);
	superblock->devno = devno;
	superblock->type = host_string(host, type);
}

static void add_superblocks(const struct machine *machine, struct host *host,
	const char *type, const char *folder)
{
	cleanup_closedir DIR *dir = machine_dir(machine, "sys/fs/%s", folder);
	const char *name;

	while (dir && (name = dir_next(dir)))
		add_superblock(machine, host, type, name);
}

/* The few that are asked for, among what may be hundreds of control groups. */
static void add_superblocks_near(const struct machine *machine, struct host *host,
	const char *type, const char *folder)
{
	for (size_t i = 0; i < host->n_devices; i++) {
		char kname[32];

		if (!probe_is_asked_for(machine, &host->devices[i]))
			continue;
		snprintf(kname, sizeof(kname), DM_KNAME "%u",
			host->devices[i].devno.minor);
		if (machine_exists(machine, "sys/fs/%s/%s", folder, kname))
			add_superblock(machine, host, type, kname);
	}
}

static void add_folder(const struct machine *machine, struct host *host, const char *type,
	const char *folder)
{
	if (machine->only)
		add_superblocks_near(machine, host, type, folder);
	else
		add_superblocks(machine, host, type, folder);
}

/* ext4, xfs, f2fs: TYPE/KNAME. btrfs: TYPE/UUID/devices/KNAME. */
static void add_type(const struct machine *machine, struct host *host, const char *type)
{
	cleanup_closedir DIR *dir = NULL;
	const char *uuid;

	if (strcmp(type, "btrfs") != 0) {
		add_folder(machine, host, type, type);
		return;
	}
	dir = machine_dir(machine, "sys/fs/%s", type);
	while (dir && (uuid = dir_next(dir))) {
		char folder[PROBE_PATH_MAX];

		snprintf(folder, sizeof(folder), "%s/%s/devices", type, uuid);
		add_folder(machine, host, type, folder);
	}
}

void probe_superblocks(const struct machine *machine, struct host *host)
{
	cleanup_closedir DIR *dir = machine_dir(machine, "sys/fs");
	const char *type;

	if (!dir) {
		host_source_set(host, "superblocks", outcome_of_errno(errno),
			"/sys/fs: %s", strerror(errno));
		return;
	}
	while ((type = dir_next(dir)))
		add_type(machine, host, type);
	host_source_set(host, "superblocks", OUTCOME_READ, "%s", "");
}
