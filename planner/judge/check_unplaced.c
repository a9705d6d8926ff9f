/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the kernel has open on a file system that is not known. Where one is live on a
 * subject's device, it may be that one: its umount would be refused, or leave it live.
 */
#include "checks.h"
#include "snapstate/host/block.h"
#include "snapstate/host/device.h"
#include "snapstate/host/holder.h"
#include "snapstate/host/holders.h"
#include "snapstate/host/swap.h"

struct visit {
	const struct host *host;
	struct subject *subject;
};

static void note(struct subject *subject, struct devno devno, const struct holder *one)
{
	if (one->shape == HELD_BY_BLOCK) {
		subject_reason(subject, RULE_UNPLACED,
			"%s (loop) is on the file %s, on a file system that was not "
			"found: it may be the one on " DEVNO_FMT,
			one->block->kname, one->block->backing_file, DEVNO_ARGS(devno));
		subject_about(subject, ABOUT_BLOCK, one->block);
	} else if (one->shape == HELD_BY_KERNEL) {
		subject_reason(subject, RULE_UNPLACED,
			"%s (%s%s) is on a file system that was not found: it may be the "
			"one on " DEVNO_FMT,
			one->kernel->name, one->row->unplaced,
			one->kernel->is_within ? ", made by a user" : "",
			DEVNO_ARGS(devno));
		subject_about(subject, ABOUT_KERNEL_HOLDER, one->kernel);
	} else {
		subject_reason(subject, RULE_UNPLACED,
			"swap file %s is active, on a file system that was not found: it "
			"may be the one on " DEVNO_FMT,
			one->swap->path, DEVNO_ARGS(devno));
		subject_about(subject, ABOUT_SWAP, one->swap);
	}
}

static void note_on(const struct visit *visit, struct devno devno)
{
	struct unplaced_list list;

	host_unplaced_on(visit->host, devno, &list);
	for (size_t i = 0; i < list.count; i++)
		note(visit->subject, devno, &list.items[i]);
}

static bool note_on_device(void *context, const struct device *device)
{
	note_on(context, device->devno);
	return true;
}

void check_unplaced(const struct host *host, struct subject *subject)
{
	struct visit visit = {host, subject};

	subject_devices(subject, note_on_device, &visit);
	for (size_t i = 0; i < subject->n_layers; i++)
		if (subject->layers[i].block)
			note_on(&visit, subject->layers[i].block->devno);
}
