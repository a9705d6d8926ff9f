/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the probe: one file per source. Each part notes what became of its sources in
 * the host and returns nothing, since what could not be read is evidence too.
 */
#ifndef SNAPSTATE_PROBE_PARTS_H
#define SNAPSTATE_PROBE_PARTS_H

#include <dirent.h>
#include <sys/types.h>

#include "snapstate/dm_mask.h"
#include "snapstate/probe.h"

struct device;
struct host;
struct kernel_holder;

#define STACK_DEPTH_MAX	 32 /* deeper than any; a loop of references ends here */
#define PROBE_TRIES	 3 /* of what changes while it is read */
#define PROBE_PATH_MAX	 4096
#define PROBE_SMALL_MAX	 65536	     /* files of proc and sysfs that are small */
#define PROBE_MOUNTS_MAX (64u << 20) /* as text.h takes it */

void probe_identity(const struct machine *machine, struct host *host);
void probe_dm(const struct machine *machine, struct host *host);
/* Device `i` of the host, listed or found: all that device-mapper tells. -EAGAIN: it
 * vanished, or is another one by now. */
int probe_dm_device(
	const struct machine *machine, struct host *host, size_t i, struct err *err);
/* For machine->only (dm_near.c): lists its devices; and reads those that were listed, and
 * with them what is near. -ENOTSUP: only a full list tells what is. */
int probe_dm_find(const struct machine *machine, struct host *host, struct err *err);
int probe_dm_near(const struct machine *machine, struct host *host, struct err *err);
/* Device-mapper's devices, in front of their minor (kernel drivers/md/dm.c, alloc_dev).
 */
#define DM_KNAME "dm-"
/* By such a name, and the major of the devices that are listed: without a read for each
 * of what may be thousands. false: it is no such name, or none is listed. */
bool dm_kname_devno(const struct host *host, const char *kname, struct devno *ret_devno);
/* true: machine->only names it, or asks for all. */
bool probe_is_asked_for(const struct machine *machine, const struct device *device);
/* false: none of those that machine->only names is there. */
bool probe_is_any_asked_for(const struct machine *machine, const struct host *host);
void probe_blocks(const struct machine *machine, struct host *host);
/* One of block_transports, or "". */
const char *transport_of_block(const struct machine *machine, const char *kname);
void probe_superblocks(const struct machine *machine, struct host *host);
void probe_swaps(const struct machine *machine, struct host *host);
void probe_fstab(const struct machine *machine, struct host *host);
void probe_configs(const struct machine *machine, struct host *host);
/* Undoes the kernel's \ooo (fs/seq_file.c, mangle_path(); net/sunrpc/cache.c,
 * qword_add()), in place. */
void probe_unescape(char *text);
/* Where the files of loop devices and swap areas are; wants the model's dm devices,
 * blocks and mounts. */
void probe_files(const struct machine *machine, struct host *host);
/* The device that it is on, by the mounts. */
struct file_at probe_place(const struct host *host, const struct file_look *look);
/* Overlays, as holders of the devices that their layers are on. */
void probe_overlays(const struct machine *machine, struct host *host);
/* Adds it, once. */
void probe_hold(struct host *host, const struct kernel_holder *holder);
extern const struct file_ops file_ops_live;
/* Wants the model's dm devices, blocks and mounts. */
void probe_kernel_holders(const struct machine *machine, struct host *host);
void probe_mounts(const struct machine *machine, struct host *host);
/* Wants the model's dm devices, blocks and mounts; adds the mount namespaces that only
 * descriptors keep. */
void probe_processes(const struct machine *machine, struct host *host);
/* Wants the model's dm devices, blocks and mounts. */
void probe_lvm(const struct machine *machine, struct host *host, unsigned parts);

/* What an errno says about a source. */
enum outcome outcome_of_errno(int errnum);

/* ---- below machine->root: paths are relative, formatted ---- */

/* First line of a small file, without its newline; cut at `size`. -errno. */
int machine_line(const struct machine *machine, char *ret_line, size_t size,
	const char *format, ...) __attribute__((format(printf, 4, 5)));
/* The text of a link; -ENAMETOOLONG when it does not fit. */
int machine_link(const struct machine *machine, char *ret_text, size_t size,
	const char *format, ...) __attribute__((format(printf, 4, 5)));
int machine_number(const struct machine *machine, uint64_t *ret_value, const char *format,
	...) __attribute__((format(printf, 3, 4)));
int machine_devno(const struct machine *machine, struct devno *ret_devno,
	const char *format, ...) __attribute__((format(printf, 3, 4)));
bool machine_exists(const struct machine *machine, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* NULL and errno on failure. */
DIR *machine_dir(const struct machine *machine, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* The next entry that is not "." or ".."; NULL at the end. */
const char *dir_next(DIR *dir);

/* ---- a child that can be given up ---- */

struct child_limits {
	unsigned seconds;
	bool is_idle;	     /* the clock starts again with every byte of output */
	size_t max;	     /* bytes of output, and of error output */
	int64_t deadline_ms; /* of machine; 0 = none */
	bool ends_itself;    /* a timer of its own ends it, and nobody signals it: for a
			      * caller that gave up the right to. `body` starts no program
			      * and no process, and where is_idle, it calls child_arm()
			      * behind each of its writes. */
};

/* In the child: its timer starts again. */
void child_arm(const struct child_limits *limits);

/* Whole seconds until the machine's deadline, at most `most`; 0: it is over. */
unsigned machine_seconds_left(const struct machine *machine, unsigned most);

/*
 * Runs `body` in a child whose stdin is /dev/null and whose stdout and stderr are pipes,
 * in a process group of its own. Returns its exit status (128 + n when it died of signal
 * n), -ETIMEDOUT (killed after its seconds), -ETIME (killed at the machine's deadline),
 * -EBUSY (not even SIGKILL ended it: left behind, as a child in uninterruptible sleep
 * must be), -EFBIG (more than `max` bytes: killed), or another -errno. The output so far
 * is there in every case. The child dies with its parent.
 */
int child_run(const struct child_limits *limits, int (*body)(void *context),
	void *context, struct buf *ret_out, struct buf *ret_err_text, struct err *err);
/* In such a child: what it found, on its stdout. -errno. */
int child_answer(const struct buf *bytes);
/* Calls `look` for each of an array's items, in children: an item at which one hangs
 * stays as it is, and where too many do, those behind it. `look` changes nothing but its
 * item. */
void child_each(const struct machine *machine, void *items, size_t size, size_t count,
	void (*look)(const struct machine *machine, void *item));

/* ---- device-mapper ---- */

extern const struct dm_ops dm_ops_live;
/* Adds each device that the kernel lists (dm_list.c). Wants device-mapper in the kernel:
 * opening its control node would load it. */
int dm_list_read(const char *control_node, struct host *host, struct err *err);
/* An answer to DM_LIST_DEVICES, buffer and all. -EBADMSG: it is none. */
int dm_list_parse(const void *answer, size_t size, struct host *host, struct err *err);
/* What dm_ops.read() returned: the device is gone, or another one by now. */
bool dm_is_vanished(int r);

/* ---- LVM ---- */

/* Devices that LVM may look at: paths below /dev, sorted by devno. Strings are the
 * host's. */
struct lvm_devices {
	struct devno *devnos;
	const char **paths;
	size_t count;
	const struct host *host; /* of which they are */
};
void lvm_devices_collect(const struct machine *machine, struct host *host,
	struct lvm_devices *ret_devices);
const char *lvm_devices_path(const struct lvm_devices *devices, struct devno devno);
void lvm_devices_free(struct lvm_devices *devices);
/* lvm_ops.metadata, in this process; `path` is absolute, and looked up below `root`.
 * DEVNO_NONE: a file. */
int lvm_disk_read(int root, const char *path, struct devno devno, struct buf *ret_texts,
	struct err *err);
/* As pread(2). */
typedef ssize_t disk_read_fn(int fd, void *bytes, size_t len, off_t at);
/* The same of what is open. */
int lvm_disk_texts(int fd, disk_read_fn *read, struct buf *ret_texts, struct err *err);
int lvm_disk_uuid(int fd, disk_read_fn *read, struct buf *ret_uuid, struct err *err);

/* ---- mount namespaces ---- */

/* The text of a link, "mnt:[4026531841]", or of a mount's root. -EINVAL: another text. */
int namespace_id_parse(const char *text, uint64_t *ret_id);

/* What keeps a namespace in which no process lives. */
struct namespace_pin {
	uint64_t id;
	uint32_t pid;	      /* of a process with a descriptor of it; 0 = a bind mount */
	const char *comm;     /* of that process */
	const char *path;     /* of the bind mount, "" = none */
	const char *entrance; /* what can be opened, below machine->root */
};
/* Adds the namespace and its mounts, unless it is known; and those that bind mounts in it
 * keep. The strings are the host's. */
void mounts_add_pinned(const struct machine *machine, struct host *host,
	const struct namespace_pin *pin);

/* ---- processes ---- */

/* All process ids below proc/, sorted. -errno. */
int process_ids(const struct machine *machine, uint32_t **ret_pids, size_t *ret_count);
/* The ids of a process's threads but the first, sorted; malloc'ed. */
void process_threads(const struct machine *machine, uint32_t pid, uint32_t **ret_tids,
	size_t *ret_count);

#endif
