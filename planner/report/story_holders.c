/* SPDX-License-Identifier: Apache-2.0 */
/* Who holds which block device, in words; see story.h. */
#include <stdlib.h>
#include <string.h>

#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/holder.h"
#include "snapstate/host/holders.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/process.h"
#include "snapstate/host/swap.h"
#include "story.h"

/* Takes the text. */
static struct story_holder *holder_add(
	struct story *story, struct devno devno, struct buf *text)
{
	struct story_holder *holder = array_add(&story->holders, &story->n_holders);

	holder->devno = devno;
	holder->text = take_ptr(text->data);
	return holder;
}

static void collect_mounts(struct story *story, const struct host *host)
{
	const struct mount_namespace *home = host_namespace_of_host(host);

	for (size_t i = 0; i < host->n_mounts; i++) {
		const struct mount *mount = &host->mounts[i];
		struct devno devno = host_mount_devno(host, mount);
		struct buf text = BUF_INIT;

		if (devno_is_none(devno))
			continue;
		buf_puts(&text, "mounted on ");
		buf_puts(&text, mount->target);
		buf_puts(&text, " (");
		buf_puts(&text, mount->type);
		buf_puts(&text, ")");
		if (!home || mount->namespace_id != home->id)
			buf_printf(&text, " in mount namespace %llu",
				(unsigned long long)mount->namespace_id);
		holder_add(story, devno, &text)->mount = mount;
	}
}

/* Those that are mounted are there already. */
static void collect_superblocks(struct story *story, const struct host *host)
{
	for (size_t i = 0; i < host->n_superblocks; i++) {
		const struct superblock *superblock = &host->superblocks[i];
		struct buf text = BUF_INIT;

		if (host_is_held_by(host, superblock->devno, HELD_BY_MOUNT))
			continue;
		buf_printf(&text,
			"a live %s file system, in no mount table that was read",
			superblock->type);
		holder_add(story, superblock->devno, &text);
	}
}

static void collect_uses(struct story *story, const struct host *host)
{
	for (size_t i = 0; i < host->n_uses; i++) {
		const struct use *use = &host->uses[i];
		const struct process *process = host_process(host, use->pid);
		struct buf text = BUF_INIT;

		buf_puts(&text, "process ");
		buf_number(&text, use->pid);
		buf_puts(&text, " (");
		buf_puts(&text, process ? process->comm : "?");
		buf_puts(&text, ") ");
		buf_puts(&text, holder_row(HELD_BY_PROCESS, use->kind)->about_holder);
		if (use->count > 1)
			buf_printf(&text, ", %u times", use->count);
		if (*use->example) {
			buf_puts(&text, ": ");
			buf_puts(&text, use->example);
		}
		holder_add(story, use->devno, &text);
	}
}

static void collect_kernel(struct story *story, const struct host *host)
{
	for (size_t i = 0; i < host->n_swaps; i++) {
		struct buf text = BUF_INIT;

		buf_printf(&text, "swap, as %s", host->swaps[i].path);
		holder_add(story, host->swaps[i].devno, &text)->swap = &host->swaps[i];
	}
	for (size_t i = 0; i < host->n_kernel_holders; i++) {
		const struct kernel_holder *holder = &host->kernel_holders[i];
		struct buf text = BUF_INIT;

		buf_printf(&text, "%s: %s",
			holder_row(HELD_BY_KERNEL, holder->kind)->about_holder,
			holder->name);
		holder_add(story, holder->devno, &text);
	}
}

static int order_holders(const void *pa, const void *pb)
{
	const struct story_holder *a = pa, *b = pb;
	int order = devno_compare(a->devno, b->devno);

	if (order == 0)
		order = (a->mount == NULL) - (b->mount == NULL);
	return order ? order : strcmp(a->text, b->text);
}

static void sort_holders(struct story *story)
{
	if (story->n_holders)
		qsort(story->holders, story->n_holders, sizeof(*story->holders),
			order_holders);
}

void story_collect_holders(struct story *story)
{
	const struct host *host = story->survey->host;

	collect_mounts(story, host);
	collect_superblocks(story, host);
	collect_uses(story, host);
	collect_kernel(story, host);
	sort_holders(story);
}
