/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OP_SWAP_OFF, OP_MD_STOP and OP_LOOP_DETACH. Input: a swap area, an array, a loop
 * device, as verified. Output: it is off, stopped, detached.
 *
 * Invariant: each is reached by its number, and compared with the step once more through
 * the same descriptor that then acts; what the calls return is no proof.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/loop.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "act.h"
#include "snapstate/cleanup.h"
#include "snapstate/io.h"
#include "snapstate/kernel.h"

#define ATTRIBUTE_MAX 256 /* bytes of a file in sysfs that is read here */

static bool is_number(uint64_t number, struct devno devno)
{
	return major(number) == devno.major && minor(number) == devno.minor;
}

/* The node of that device, without opening the device. */
static int open_node(const char *path, struct devno devno, int *ret_node, struct err *err)
{
	cleanup_close int node = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
	struct stat st;

	if (node < 0 || fstat(node, &st) < 0)
		return err_errno(err, errno, "%s", path);
	if (!S_ISBLK(st.st_mode) || !is_number(st.st_rdev, devno))
		return err_set(err, -ESTALE, "%s is not device " DEVNO_FMT, path,
			DEVNO_ARGS(devno));
	*ret_node = take_fd(&node);
	return 0;
}

/* For calls that want a path: whatever has that name now, this leads to the same node. */
static void descriptor_path(int fd, char ret_path[64])
{
	snprintf(ret_path, 64, "/proc/self/fd/%d", fd);
}

/* ---- swap ---- */

static int check_unused(const struct act_request *request, struct err *err)
{
	const struct plan_target *target = &request->step->target;
	cleanup_sight struct sight sight = SIGHT_INIT;
	cleanup_free char *path = NULL, *state = NULL;
	const char *rest;
	char words[64];
	int r;

	snprintf(words, sizeof(words), "swap " DEVNO_FMT, DEVNO_ARGS(target->devno));
	r = request->look(request->eyes, "dm,blocks,holders", words, &sight, err);
	if (r < 0)
		return r;
	rest = sight_name(&sight, words);
	path = sight_word(rest, "path");
	state = sight_word(rest, "state");
	if (!path || !state || strcmp(path, target->swap_path) != 0)
		return err_set(err, -ESTALE, "%s is no longer an active swap area",
			target->swap_path);
	if (strcmp(state, "unused") != 0)
		return err_set(err, -ESTALE, "%s has pages of this host now", path);
	return 0;
}

/*
 * Safe, because: the kernel finds the area by the device behind the path (mm/swapfile.c,
 * swapoff), and that is the node whose number was compared, held by a descriptor. The
 * area had no page when it was looked at a moment ago; should the kernel put one there in
 * between, swapoff reads it back into memory, or fails and leaves the area as it is: no
 * page is lost either way. Needs CAP_SYS_ADMIN. It opens the device for a moment, and so
 * wakes udev; a next step that meets that tries again.
 */
int act_swap_off(struct act_request *request, struct err *err)
{
	const struct plan_target *target = &request->step->target;
	cleanup_close int node = -1;
	char path[64];
	int r = open_node(target->swap_path, target->devno, &node, err);

	if (r == 0)
		r = check_unused(request, err);
	if (r < 0)
		return r;
	descriptor_path(node, path);
	request->has_acted = true;
	if (swapoff(path) == 0)
		return 0;
	/* not permitted, or no swap area: nothing was begun */
	request->has_acted = errno != EPERM && errno != EINVAL;
	return err_errno(err, errno, "swapoff %s", target->swap_path);
}

/* ---- arrays ---- */

/* "" where the kernel has no such file. */
static int read_attribute(
	int folder, const char *name, char ret_text[ATTRIBUTE_MAX], struct err *err)
{
	cleanup_buf struct buf text = BUF_INIT;
	int r = file_read_at(folder, name, ATTRIBUTE_MAX - 1, &text, err);

	if (r < 0 && r != -ENOENT)
		return r;
	snprintf(ret_text, ATTRIBUTE_MAX, "%.*s",
		r < 0 ? 0 : (int)strcspn(buf_text(&text), "\n"), buf_text(&text));
	return 0;
}

/* The folder of the device in sysfs: it goes with the array, and is never another's. */
static int check_array(int folder, const struct plan_target *target, struct err *err)
{
	char diskseq[ATTRIBUTE_MAX], uuid[ATTRIBUTE_MAX], sync[ATTRIBUTE_MAX];
	char expected[32];

	if (read_attribute(folder, "diskseq", diskseq, err) < 0 ||
		read_attribute(folder, "md/uuid", uuid, err) < 0 ||
		read_attribute(folder, "md/sync_action", sync, err) < 0)
		return -ESTALE;
	snprintf(expected, sizeof(expected), "%llu", (unsigned long long)target->diskseq);
	if ((target->diskseq && strcmp(diskseq, expected) != 0) ||
		strcmp(uuid, target->array_uuid) != 0)
		return err_set(err, -ESTALE, "%s is another array now", target->kname);
	if (*sync && strcmp(sync, "idle") != 0)
		return err_set(err, -ESTALE, "%s is running: %s", target->kname, sync);
	return 0;
}

/*
 * Safe, because: the folder that /sys/dev/block has for the number is held open while it
 * is compared and written to; should the array be stopped and another one get its number,
 * that one has a new folder, and this one's files are dead. The kernel stops no array
 * that runs and is open or mounted (md.c, do_md_stop: EBUSY), atomically; it would
 * interrupt a resync, which is why that is looked at here. Stopping releases the members
 * and removes nothing from them: at most it notes in their superblocks that the array is
 * clean, and all members are on the snapshot, as verified. Should udev's rules assemble
 * it anew from the members that it set free, it has another sequence number, and the
 * step's result is not the predicted one. Unlike the STOP_ARRAY ioctl this needs no open
 * of the array, which would itself be in the way. Needs CAP_SYS_ADMIN (md_attr_store),
 * and to own the file (root).
 */
int act_md_stop(struct act_request *request, struct err *err)
{
	static const char word[] = "clear\n";
	const struct plan_target *target = &request->step->target;
	cleanup_close int folder = -1, file = -1;
	char path[64];
	int r;

	snprintf(path, sizeof(path), "/sys/dev/block/" DEVNO_FMT,
		DEVNO_ARGS(target->devno));
	folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return err_errno(err, errno, "open %s", path);
	r = check_array(folder, target, err);
	if (r < 0)
		return r;
	file = openat(folder, "md/array_state", O_WRONLY | O_CLOEXEC);
	if (file < 0)
		return err_errno(err, errno, "open %s/md/array_state", path);
	request->has_acted = true;
	if (write(file, word, strlen(word)) == (ssize_t)strlen(word))
		return 0;
	request->has_acted = errno != EBUSY && errno != EACCES && errno != ENODEV;
	if (errno == EBUSY)
		return err_set(err, -EBUSY, "%s is open", target->kname);
	return err_errno(err, errno, "stop %s", target->kname);
}

/* ---- loop devices ---- */

/* A file's device is the st_dev of a mount of the file system that was verified: btrfs
 * has one for each subvolume. */
static bool is_backing(const struct act_request *request, const struct loop_info64 *info)
{
	struct devno below = request->step->target.below[0];
	const struct sight *sight = request->sight;
	char words[64];

	if (info->lo_rdevice)
		return is_number(info->lo_rdevice, below);
	/* what btrfs gives is of no device, and tells nothing by itself */
	if (major(info->lo_device))
		return is_number(info->lo_device, below);
	snprintf(words, sizeof(words), "backing " DEVNO_FMT, DEVNO_ARGS(below));
	for (const char *rest = sight_name(sight, words); rest;
		rest = sight_next(sight, words, rest)) {
		struct devno devno;

		if (parse_devno(rest, strlen(rest), &devno) == 0 &&
			is_number(info->lo_device, devno))
			return true;
	}
	return false;
}

static int check_loop(int fd, const struct act_request *request, struct err *err)
{
	const struct plan_target *target = &request->step->target;
	struct loop_info64 info = {0};
	uint64_t diskseq = 0;

	if (target->n_below != 1)
		return err_set(err, -EINVAL, "%s is on nothing", target->kname);
	if (ioctl(fd, LOOP_GET_STATUS64, &info) < 0)
		return err_set(err, -ESTALE, "%s: %s", target->kname,
			errno == ENXIO ? "it is detached" : strerror(errno));
	if (target->diskseq &&
		(ioctl(fd, BLKGETDISKSEQ, &diskseq) < 0 || diskseq != target->diskseq))
		return err_set(err, -ESTALE, "%s was attached again", target->kname);
	if (info.lo_flags & LO_FLAGS_AUTOCLEAR)
		return err_set(err, -ESTALE,
			"%s is to be detached with its last user: it has one",
			target->kname);
	if (!is_backing(request, &info))
		return err_set(err, -ESTALE,
			"%s is on another file than its name says: on device %u:%u",
			target->kname,
			major(info.lo_rdevice ? info.lo_rdevice : info.lo_device),
			minor(info.lo_rdevice ? info.lo_rdevice : info.lo_device));
	return 0;
}

/*
 * Safe, because: the descriptor's number, the device's sequence number, and the device
 * and file system behind it are compared, and what is detached is what this descriptor
 * has open. It is opened exclusively: so nothing is mounted from it, no mapping, array or
 * swap area is on it or on a partition of it, and none of these can come while it is open
 * (block/bdev.c, bd_may_claim). Detaching loses no data: the kernel writes back what is
 * cached first, and the file stays. If somebody else has it open all the same,
 * LOOP_CLR_FD returns 0 and only sets autoclear (drivers/block/loop.c, loop_clr_fd), so
 * that it goes when that user closes it: that is what losetup -d does, too. So the return
 * value proves nothing, and the facts that are read next do. Wants no capability, but
 * permission to open the node.
 */
int act_loop_detach(struct act_request *request, struct err *err)
{
	const struct plan_target *target = &request->step->target;
	cleanup_close int node = -1, fd = -1;
	cleanup_buf struct buf name = BUF_INIT;
	char path[64];
	int r;

	buf_printf(&name, "/dev/%s", target->kname);
	r = open_node(buf_text(&name), target->devno, &node, err);
	if (r < 0)
		return r;
	descriptor_path(node, path);
	fd = open(path, O_RDONLY | O_EXCL | O_NONBLOCK | O_CLOEXEC);
	if (fd < 0 && errno == EBUSY)
		return err_set(err, -EBUSY, "%s is in use", target->kname);
	if (fd < 0)
		return err_errno(err, errno, "open %s", buf_text(&name));
	r = check_loop(fd, request, err);
	if (r < 0)
		return r;
	request->has_acted = true;
	if (ioctl(fd, LOOP_CLR_FD) < 0)
		return err_errno(err, errno, "detach %s", target->kname);
	return 0;
}
