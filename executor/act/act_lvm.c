/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OP_LV_REMOVE and OP_LV_REFRESH. Input: a volume, as verified. Output: it is removed, or
 * its tables are reloaded. The runner (runner.h) starts lvm; what became of it is judged
 * here.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "act.h"
#include "daemons.h"
#include "lvm_change.h"
#include "names.h"
#include "snapstate/cleanup.h"
#include "snapstate/journal.h"
#include "snapstate/lvm_uuid.h"

/* ---- running lvm ---- */

static void still_running(void *context, pid_t pid, unsigned seconds)
{
	const struct act_request *request = context;
	cleanup_sight struct sight sight = SIGHT_INIT;
	cleanup_free char *what = NULL;
	char words[64];

	snprintf(words, sizeof(words), "wait %d", (int)pid);
	request->look(request->eyes, "-", words, &sight, NULL);
	what = sight_word_of(&sight, words);
	fprintf(request->out,
		"    lvm (pid %d) has been running for %u seconds, and waits %s. Do not "
		"kill it: it may hold devices suspended.%s\n",
		(int)pid, seconds,
		*what ? what : "for a lock, for udev, or for a disk, if it does not work",
		act_is_stopped() ? " You asked to stop: that happens when it has ended."
				 : "");
	fflush(request->out);
}

static int judge(
	struct act_request *request, const char *what, int status, struct err *err)
{
	if (WIFSIGNALED(status))
		return err_set(err, -EIO, "lvm %s was killed by signal %d", what,
			WTERMSIG(status));
	request->has_acted = WEXITSTATUS(status) != 127;
	if (!request->has_acted)
		return err_set(err, -ENOENT, "lvm could not be started");
	if (WEXITSTATUS(status) != 0)
		return err_set(err, -EIO, "lvm %s ended with status %d", what,
			WEXITSTATUS(status));
	return 0;
}

static int run_lvm(struct act_request *request, const struct buf *change,
	const char *what, struct err *err)
{
	const struct runner_watch watch = {still_running, request};
	int status = 0, r;

	request->has_acted = true;
	r = runner_change(request->runner, change, &watch, &status, request->output, err);
	if (r < 0) {
		request->has_acted = r == -EIO;
		return r;
	}
	return judge(request, what, status, err);
}

/* ---- the operations ---- */

/* The paths of the group's physical volumes, each with its NUL. A volume on a multipath
 * or crypt device is a dm device; one whose device is not known makes the list useless.
 */
static int add_group_paths(const struct sight *sight, const char *vg_uuid,
	struct buf *ret_paths, struct err *err)
{
	char words[64];

	snprintf(words, sizeof(words), "pv %s", vg_uuid);
	for (const char *rest = sight_name(sight, words); rest;
		rest = sight_next(sight, words, rest)) {
		cleanup_free char *path = NULL;

		if (word_decode(rest, strlen(rest), &path) < 0 || !*path)
			return err_set(err, -ENODEV,
				"the device of a physical volume of the group is not "
				"known");
		buf_add(ret_paths, path, strlen(path) + 1);
	}
	if (!ret_paths->len)
		return err_set(err, -ENODEV, "no physical volume of the group is known");
	return 0;
}

/* By the look that gave the sequence number by which LVM compares under its lock: what
 * marks a snapshot for merging since then changes that number, and LVM does nothing.
 * -EAGAIN: not as it must be, or nobody has looked. */
static int check_neighbours(const struct act_request *request, struct err *err)
{
	cleanup_free char *said = sight_word_of(request->sight, "neighbours");

	if (strcmp(said, "ok") == 0)
		return 0;
	return err_set(err, -EAGAIN, "%s",
		*said ? said : "nobody has looked at the origin's other snapshots");
}

/* Since the look that found no second copy of a physical volume, a disk that may hold one
 * may have been attached: LVM is not shown it, and would not refuse. -EAGAIN: then the
 * next look sees it. */
int act_check_disks(const struct sight *seen, const struct sight *now, struct err *err)
{
	for (size_t i = 0; i < now->names.count; i++) {
		const char *line = now->names.lines[i];
		cleanup_free char *name = NULL;

		if (strncmp(line, "disk ", strlen("disk ")) != 0 ||
			facts_has(&seen->names, line))
			continue;
		/* behind "disk MAJ:MIN " */
		name = sight_word(strchr(line + strlen("disk "), ' ') + 1, "name");
		return err_set(err, -EAGAIN,
			"%s was attached after the host was verified",
			name ? name : line);
	}
	return 0;
}

static int check_disks(const struct act_request *request, struct err *err)
{
	cleanup_sight struct sight now = SIGHT_INIT;
	/* sysfs alone */
	int r = request->look(request->eyes, "blocks", "disks", &now, err);

	return r < 0 ? r : act_check_disks(request->sight, &now, err);
}

/* What LVM shall find under its lock: the volume as verified, its name of today. */
struct described {
	struct lvm_volume volume;
	char *vg_name, *lv_name;
};
static void described_free(struct described *described)
{
	free(described->vg_name);
	free(described->lv_name);
}

static int describe_volume(const struct act_request *request, const char *origin_uuid,
	struct described *ret, struct err *err)
{
	const struct plan_target *target = &request->step->target;
	uint64_t seqno = 0;

	ret->vg_name = names_group(request->sight, target->vg_uuid, &seqno);
	ret->lv_name = names_volume(request->sight, target->vg_uuid, target->lv_uuid);
	if (!ret->vg_name || !ret->lv_name || !seqno)
		return err_set(err, -ENOENT, "LVM does not show volume %s/%s",
			target->vg_name, target->lv_name);
	if (!lvm_name_is_valid(ret->vg_name) || !lvm_name_is_valid(ret->lv_name))
		return err_set(err, -EINVAL, "not a valid name of a volume: %s/%s",
			ret->vg_name, ret->lv_name);
	ret->volume = (struct lvm_volume){.vg_uuid = target->vg_uuid,
		.lv_uuid = target->lv_uuid,
		.origin_uuid = origin_uuid,
		.seqno = seqno,
		.vg_name = ret->vg_name,
		.lv_name = ret->lv_name,
		.release = names_lvm_release(request->sight, target->vg_uuid)};
	return lvm_release_check(ret->volume.release, err);
}

/*
 * LVM gets the physical volumes of the group, and no other device; that no other has one
 * of them was verified by a look at all that may be read (condition "single"): left to
 * itself it reads each mapping that is no logical volume, and waits without end on one
 * that is on a suspended device (seen in the lab: incident suspended-neighbour). All that
 * look's devices would show LVM no clone that was attached after it, and any of them that
 * hangs would keep a change of this group waiting: so check_disks() compares instead.
 */
static int change_volume(
	struct act_request *request, const char *origin_uuid, struct err *err)
{
	cleanup_buf struct buf paths = BUF_INIT, change = BUF_INIT;
	cleanup_with(described_free) struct described described = {.vg_name = NULL};
	struct lvm_volume *volume = &described.volume;
	int r = describe_volume(request, origin_uuid, &described, err);

	if (r == 0)
		r = add_group_paths(request->sight, volume->vg_uuid, &paths, err);
	/* lvm is told not to wait for it, and would not say who holds it */
	if (r == 0)
		r = act_wait_for_lock(volume->vg_name, request->out, err);
	if (r == 0)
		r = check_neighbours(request, err);
	if (r == 0)
		r = udev_check_alive(request->out, err);
	if (r == 0)
		r = check_disks(request, err);
	if (r < 0)
		return r;
	volume->is_unmonitored = !monitoring_is_active(MONITORING_FIFO);
	if (volume->is_unmonitored)
		buf_puts(request->output, JOURNAL_UNMONITORED "\n");
	lvm_change_write(volume, &paths, &change);
	return run_lvm(request, &change, *origin_uuid ? "lvremove" : "lvchange", err);
}

/*
 * Safe, because: LVM itself compares uuids, origin, role and the sequence number of the
 * metadata that was just verified, after it has taken the lock of the volume group and
 * read the metadata that it is going to change (tools/toollib.c, process_each_lv); so no
 * other volume can be met, nor this one in another state. An origin never matches: it has
 * no origin_uuid. Only fields of the metadata are used; fields of the kernel's state are
 * not filled at that point. LVM refuses a volume that is open. A selection that matches
 * nothing ends with status 0: the caller reads the host again.
 */
int act_lv_remove(struct act_request *request, struct err *err)
{
	return change_volume(request, request->step->target.origin_uuid, err);
}

/*
 * Safe, because: a refresh reloads the tables that follow from the metadata, and LVM
 * compares uuids and the sequence number of that metadata, which was just verified, under
 * the lock as above. It makes nothing active that is inactive and changes no metadata.
 */
int act_lv_refresh(struct act_request *request, struct err *err)
{
	return change_volume(request, "", err);
}
