/* SPDX-License-Identifier: Apache-2.0 */
/* OP_UMOUNT. Input: a mount of our own namespace, as verified. Output: it is unmounted.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "act.h"
#include "snapstate/cleanup.h"
#include "snapstate/fact_kind.h"
#include "snapstate/kernel.h"

static int check_namespace(const struct plan_target *target, struct err *err)
{
	struct stat own;

	if (stat("/proc/self/ns/mnt", &own) < 0)
		return err_errno(err, errno, "/proc/self/ns/mnt");
	if (own.st_ino != target->namespace_id)
		return err_set(err, -EXDEV,
			"the mount is in mount namespace %llu and this program runs in "
			"%llu; this version unmounts in its own namespace only",
			(unsigned long long)target->namespace_id,
			(unsigned long long)own.st_ino);
	return 0;
}

/* The folder that holds the mount point, reached without following any link. */
static int open_parent(
	const char *target, const char **ret_name, int *ret_fd, struct err *err)
{
	const char *slash = strrchr(target, '/');
	cleanup_free char *folder = NULL;
	int fd;

	if (!slash || slash[1] == '\0')
		return err_set(err, -EINVAL, "%s cannot be unmounted", target);
	folder = xstrndup(target, slash == target ? 1 : (size_t)(slash - target));
	fd = kernel_open_folder(folder);
	if (fd < 0)
		return err_errno(err, -fd, "open %s", folder);
	*ret_name = slash + 1;
	*ret_fd = fd;
	return 0;
}

/* What is mounted on top of it or below it, "" if nothing is; malloc'ed. */
static char *mounted_below(const struct act_request *request)
{
	const struct plan_target *target = &request->step->target;
	char *below;
	char words[64];

	snprintf(words, sizeof(words), "mount-below %llu:%u",
		(unsigned long long)target->namespace_id, target->mount_id);
	below = sight_word(sight_name(request->sight, words), "target");
	return below ? below : xstrdup("");
}

/* btrfs and bcachefs give each mounted tree a number of its own, of no device
 * (vfs_statx() and their own getattr). The type is that of the mount's line in the plan.
 */
static bool has_own_numbers(const struct act_request *request)
{
	static const char *const types[] = {"btrfs", "bcachefs"};
	const struct plan_target *target = &request->step->target;
	const struct facts *gone = &request->step->gone;
	cleanup_free char *type = NULL;
	char id[64];

	snprintf(id, sizeof(id), "%llu:%u", (unsigned long long)target->namespace_id,
		target->mount_id);
	for (size_t i = 0; i < gone->count && !type; i++)
		if (fact_is(gone->lines[i], FACT_MOUNT) &&
			fact_has_id(gone->lines[i], id))
			type = fact_value_text(gone->lines[i], "type");
	for (size_t i = 0; type && i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(type, types[i]) == 0)
			return true;
	return false;
}

/* What has that name now is the mount of the plan, on the device of the plan: numbers of
 * mounts are used again. */
static int check_mount(
	int parent, const char *name, const struct act_request *request, struct err *err)
{
	const struct plan_target *target = &request->step->target;
	struct statx stx = {0};
	bool is_own;

	if (kernel_statx(parent, name,
		    AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC,
		    STATX_TYPE | STATX_MNT_ID, &stx) < 0)
		return err_errno(err, errno, "%s", target->mount_target);
	if (!(stx.stx_mask & STATX_MNT_ID))
		return err_set(
			err, -ENOSYS, "this kernel does not tell the ids of mounts");
	if (stx.stx_mnt_id != target->mount_id)
		return err_set(err, -ESTALE, "%s is no longer mount %u but %llu",
			target->mount_target, target->mount_id,
			(unsigned long long)stx.stx_mnt_id);
	is_own = stx.stx_dev_major == 0 && has_own_numbers(request);
	if (!is_own && (stx.stx_dev_major != target->devno.major ||
			       stx.stx_dev_minor != target->devno.minor))
		return err_set(err, -ESTALE, "%s is on device %u:%u, not " DEVNO_FMT,
			target->mount_target, stx.stx_dev_major, stx.stx_dev_minor,
			DEVNO_ARGS(target->devno));
	return 0;
}

/* umount(2), MNT_EXPIRE: the first call marks an unused mount and answers EAGAIN; the
 * second one unmounts it unless somebody came near it in between. */
static int umount_unused(
	const char *name, const struct act_request *request, struct err *err)
{
	const char *target = request->step->target.mount_target;
	cleanup_free char *below = mounted_below(request);

	for (int call = 0; call < 2; call++) {
		if (umount2(name, UMOUNT_NOFOLLOW | MNT_EXPIRE) == 0)
			return 0;
		if (errno == EBUSY)
			return err_set(err, -EBUSY, "%s is in use%s%s", target,
				*below ? ": a mount on " : "", below);
		if (errno != EAGAIN)
			return err_errno(err, errno, "umount %s", target);
	}
	/* not -EBUSY, which says that it was in use when we came */
	return err_set(err, -EAGAIN, "%s was just used", target);
}

/*
 * Safe, because: the mount point is reached without links, and its mount id and device
 * are compared right before; what the kernel takes away is what has that name in that
 * folder, and only if it is the topmost mount there, has no mount below it and nobody
 * uses it - which the kernel decides, at that moment. A mount that is put on top between
 * our look and the call was not marked by the first call, so the second one cannot
 * succeed on it. Never lazy (it would hide the holder), never forced.
 */
int act_umount(struct act_request *request, struct err *err)
{
	const struct plan_target *target = &request->step->target;
	cleanup_close int parent = -1;
	const char *name = NULL;
	int r = check_namespace(target, err);

	if (r == 0)
		r = open_parent(target->mount_target, &name, &parent, err);
	if (r == 0)
		r = check_mount(parent, name, request, err);
	if (r < 0)
		return r;
	if (fchdir(parent) < 0)
		return err_errno(
			err, errno, "enter the folder of %s", target->mount_target);
	r = umount_unused(name, request, err);
	request->has_acted = r == 0;
	/* a working directory would keep the mount below busy */
	if (chdir("/") < 0 && r == 0)
		r = err_errno(err, errno, "enter /");
	return r;
}
