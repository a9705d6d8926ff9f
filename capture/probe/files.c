/* SPDX-License-Identifier: Apache-2.0 */
/*
 * On which block devices the files are that loop devices and swap areas are in. Their
 * paths alone do not tell: the mount may be hidden by another one, or be in another
 * namespace, and of one that was unmounted lazily only the end of the path is left
 * (kernel fs/d_path.c). So it is a file's own device number that counts.
 * Input: the model's loop devices, swap areas and mounts. Output: their `file`.
 *
 * Invariant: what is not sure is FILE_UNPLACED. A file may be on a server that does not
 * answer, so children look, which can be given up.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "parts.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/file.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/source.h"
#include "snapstate/host/swap.h"
#include "snapstate/probe.h"

/* One that is looked for. */
struct wanted {
	struct block *loop; /* one of the two */
	struct swap *swap;
	bool has_own, has_path;	       /* which of these the machine told */
	struct file_look own, at_path; /* the loop device's file; what the path leads to
					*/
};

static struct wanted *collect(struct host *host, size_t *ret_count)
{
	struct wanted *items = NULL;

	*ret_count = 0;
	for (size_t i = 0; i < host->n_blocks; i++)
		if (*host->blocks[i].backing_file)
			*array_add(&items, ret_count) =
				(struct wanted){.loop = &host->blocks[i]};
	for (size_t i = 0; i < host->n_swaps; i++)
		if (devno_is_none(host->swaps[i].devno))
			*array_add(&items, ret_count) =
				(struct wanted){.swap = &host->swaps[i]};
	return items;
}

/* ---- looking ---- */

static const char *path_of(const struct wanted *wanted)
{
	return wanted->loop ? wanted->loop->backing_file : wanted->swap->path;
}

static void look(const struct machine *machine, void *item)
{
	struct wanted *wanted = item;

	if (wanted->loop)
		wanted->has_own = machine->files->of_loop(machine, wanted->loop->kname,
					  wanted->loop->devno, &wanted->own) == 0;
	/* where the number of a disk is told, the name adds nothing */
	if (!wanted->has_own || wanted->own.dev.major == 0)
		wanted->has_path = machine->files->at_path(machine, 0, path_of(wanted),
					   &wanted->at_path) == 0;
}

/* ---- what it says ---- */

static const struct file_at unplaced = {.place = FILE_UNPLACED};

static struct file_at placed(struct devno devno)
{
	return (struct file_at){.place = FILE_FOUND, .devno = devno};
}

/* A file system that is on no disk has a number that the mounts tell, but for a subvolume
 * of btrfs, which has one of its own: there the mount tells. */
struct file_at probe_place(const struct host *host, const struct file_look *look)
{
	if (look->dev.major)
		return placed(look->dev);
	for (size_t i = 0; i < host->n_mounts; i++)
		if (devno_is_equal(host->mounts[i].devno, look->dev))
			return placed(host_mount_devno(host, &host->mounts[i]));
	for (size_t i = 0; look->mount_id && i < host->n_mounts; i++)
		if (host->mounts[i].id == look->mount_id)
			return placed(host_mount_devno(host, &host->mounts[i]));
	return unplaced;
}

static bool is_same_file(const struct file_look *a, const struct file_look *b)
{
	return devno_is_equal(a->dev, b->dev) && a->inode == b->inode;
}

static struct file_at place_of_loop(const struct host *host, const struct wanted *wanted)
{
	if (!wanted->has_own)
		return unplaced;
	if (!devno_is_none(wanted->own.rdev))
		return placed(wanted->own.rdev);
	if (wanted->has_path && is_same_file(&wanted->own, &wanted->at_path))
		return probe_place(host, &wanted->at_path);
	return probe_place(host, &wanted->own);
}

/* The kernel tells a path of it, and no number. What has that name now is taken for it
 * where nobody but root could have put it there, and it is large enough: the first page
 * of a swap area is not counted in its size (mm/swapfile.c, swap_show()). */
static bool may_be_swap(const struct file_look *look, const struct swap *swap)
{
	return S_ISREG(look->mode) && look->uid == 0 && swap->size &&
	       look->size / 1024 >= swap->size;
}

/* Of one that was unmounted lazily only the end of the path is left, and may be that of
 * another one. */
static bool is_path_of_two(const struct host *host, const struct swap *swap)
{
	for (size_t i = 0; i < host->n_swaps; i++)
		if (&host->swaps[i] != swap &&
			strcmp(host->swaps[i].path, swap->path) == 0)
			return true;
	return false;
}

static struct file_at place_of_swap(const struct host *host, const struct wanted *wanted)
{
	if (!wanted->has_path || !may_be_swap(&wanted->at_path, wanted->swap) ||
		is_path_of_two(host, wanted->swap))
		return unplaced;
	return probe_place(host, &wanted->at_path);
}

void probe_files(const struct machine *machine, struct host *host)
{
	struct wanted *items;
	size_t count;

	/* who asks for a few devices asks for no file on them */
	if (!machine->files || machine->only || !host_source_is_read(host, "mounts"))
		return;
	items = collect(host, &count);
	child_each(machine, items, sizeof(*items), count, look);
	for (size_t i = 0; i < count; i++)
		if (items[i].loop)
			items[i].loop->file = place_of_loop(host, &items[i]);
		else
			items[i].swap->file = place_of_swap(host, &items[i]);
	free(items);
}
