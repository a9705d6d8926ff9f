/* SPDX-License-Identifier: Apache-2.0 */
/* Who holds which block device, in words; see story.h. */
#include <stdlib.h>
#include <string.h>

#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/holder.h"
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

static int order_by_devno(const void *pa, const void *pb)
{
	const struct story_holder *a = pa, *b = pb;

	return devno_compare(a->devno, b->devno);
}

/* The first holders are the mounts, sorted. */
static bool is_mounted(const struct story *story, size_t n_mounts, struct devno devno)
{
	struct story_holder key = {.devno = devno};

	return n_mounts &&
	       bsearch(&key, story->holders, n_mounts, sizeof(key), order_by_devno);
}

/* Those that are mounted are there already. */
static void collect_superblocks(struct story *story, const struct host *host)
{
	size_t n_mounts = story->n_holders;

	for (size_t i = 0; i < host->n_superblocks; i++) {
		const struct superblock *superblock = &host->superblocks[i];
		struct buf text = BUF_INIT;

		if (is_mounted(story, n_mounts, superblock->devno))
			continue;
		buf_printf(&text,
			"a live %s file system, in no mount table that was read",
			superblock->type);
		holder_add(story, superblock->devno, &text);
	}
}

static const char *use_words(enum use_kind kind)
{
	switch (kind) {
	case USE_NODE:
		return "has the device open";
	case USE_FILE:
		return "has a file on it open";
	case USE_CWD:
		return "has its working directory on it";
	case USE_ROOT:
		return "has its root on it";
	case USE_MAP:
		return "has a file on it mapped";
	}
	return "";
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
		buf_puts(&text, use_words(use->kind));
		if (use->count > 1)
			buf_printf(&text, ", %u times", use->count);
		if (*use->example) {
			buf_puts(&text, ": ");
			buf_puts(&text, use->example);
		}
		holder_add(story, use->devno, &text);
	}
}

static const char *kernel_words(enum holder_kind kind)
{
	switch (kind) {
	case HOLDER_LIO:
		return "exported as a SCSI target";
	case HOLDER_LIO_FILE:
		return "a file on it is exported as a SCSI target";
	case HOLDER_XEN:
		return "the disk of a Xen guest";
	case HOLDER_OTHER:
		return "claimed by the kernel";
	case HOLDER_OVERLAY:
		return "a layer of the overlay mounted";
	case HOLDER_NFSD:
		return "exported by NFS";
	}
	return "";
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

		buf_printf(&text, "%s: %s", kernel_words(holder->kind), holder->name);
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
	sort_holders(story);
	collect_superblocks(story, host);
	collect_uses(story, host);
	collect_kernel(story, host);
	sort_holders(story);
}
