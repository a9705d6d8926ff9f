/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Live machine -> model. Each fact is read in one place, by capture and by the executor
 * alike.
 *
 * Does no harm: opens no block device but loop devices, which are asked for their file
 * and not read; sends no uevent, flushes nothing (dm status is asked with NOFLUSH),
 * follows no link into a file system that may be dead. LVM runs last, without locks, on
 * an explicit list of devices that are no snapshot, are on none, and are not suspended.
 *
 * Everything is reached through struct machine, so that tests hand in a recorded one.
 */
#ifndef SNAPSTATE_PROBE_H
#define SNAPSTATE_PROBE_H

#include "snapstate/buf.h"
#include "snapstate/err.h"
#include "snapstate/facts.h"
#include "snapstate/probe_part.h"
#include "snapstate/host/source.h"
#include "snapstate/lvm_program.h"

struct device;
struct host;
struct machine;

/* The kernel's device-mapper. */
struct dm_ops {
	/* Adds one device with devno, name and uuid for each that exists, all read under
	 * one kernel lock (uuid "" where the library does not tell it yet: then read()
	 * does). -ENODEV: this kernel has no device-mapper. -EPERM/-EACCES: not
	 * permitted. */
	int (*list)(void *context, struct host *host, struct err *err);
	/* Fills the rest of a listed device. -ENXIO: it vanished meanwhile. */
	int (*read)(
		void *context, struct host *host, struct device *device, struct err *err);
	/* Text "4.47.0", or "" */
	const char *(*driver_version)(void *context, struct host *host);
	/* As list(), but only the device with that uuid; where that is "", with that
	 * name; where both are, with that number. Adds nothing where there is none. Only
	 * of a kernel that has been listed, and so has device-mapper. NULL: it can but
	 * list. */
	int (*find)(void *context, struct host *host, const struct scope_device *wanted,
		struct err *err);
};

/* libdevmapper opens the control node for reading and writing when it is first asked, and
 * closes it again. For a process that will not be able to any more: opens it now, and
 * keeps it. */
void dm_live_hold_control(void);

struct lvm_ops {
	/* Runs `lvm` with the arguments; stdout into ret_out, stderr into ret_err_text.
	 * Only for commands that change nothing: at the deadline the child is killed.
	 * Returns the exit status (0..255), or -ENOENT (no lvm), -ETIMEDOUT (killed at
	 * the deadline), -EBUSY (could not be killed), -EFBIG (more than `max` bytes). */
	int (*run)(void *context, const char *const argv[], unsigned timeout_seconds,
		size_t max, struct buf *ret_out, struct buf *ret_err_text,
		struct err *err);
	/* What the physical volume at `path`, below /dev, with that number, says of its
	 * group: the metadata text of each of its areas, with a NUL behind each; equal
	 * ones once. No command of LVM's is run. -ETIMEDOUT and -EBUSY as above;
	 * -EBADMSG: no text is there; -EAGAIN: it is being changed, or `path` is another
	 * device. */
	int (*metadata)(const struct machine *machine, const char *path,
		struct devno devno, unsigned timeout_seconds, struct buf *ret_texts,
		struct err *err);
	/* Whose physical volume the device says to be: its uuid, without hyphens. As
	 * metadata(); -EBADMSG: it has no label of LVM's. */
	int (*label)(const struct machine *machine, const char *path, struct devno devno,
		unsigned timeout_seconds, struct buf *ret_uuid, struct err *err);
};

/* This machine's lvm. Wants no context. */
extern const struct lvm_ops lvm_ops_live;
int lvm_metadata_live(const struct machine *machine, const char *path, struct devno devno,
	unsigned timeout_seconds, struct buf *ret_texts, struct err *err);
int lvm_label_live(const struct machine *machine, const char *path, struct devno devno,
	unsigned timeout_seconds, struct buf *ret_uuid, struct err *err);
/* true: a command line with which the probe asks LVM something, devices and all. A
 * process that starts lvm on behalf of one that it does not trust runs no other. */
bool lvm_is_question(const char *const argv[]);

/* A file, by the numbers of the kernel. */
struct file_look {
	struct devno dev; /* of its file system, as stat() tells it */
	uint64_t inode;
	struct devno rdev; /* DEVNO_NONE: no device node */
	uint64_t size;
	uint32_t mode, uid;
	uint64_t mount_id; /* 0 = not told */
	bool is_empty;	   /* a folder without entries */
};

/* Both may hang where the file's server does not answer, and are called in a child. */
struct file_ops {
	/* That of a loop device, however it is hidden: dev, inode, rdev. -errno. */
	int (*of_loop)(const struct machine *machine, const char *kname,
		struct devno loop, struct file_look *ret_look);
	/* What has that name where the process's root is; 0: the host's. */
	int (*at_path)(const struct machine *machine, uint32_t pid, const char *path,
		struct file_look *ret_look);
	/* Only root can mount in the mount namespace of that process. Does not hang. */
	bool (*is_namespace_of_root)(const struct machine *machine, uint32_t pid);
};

struct machine {
	int root; /* directory fd: proc/, sys/, etc/, run/ are opened below it */
	const struct dm_ops *dm;
	const struct lvm_ops *lvm;
	const struct file_ops *files; /* NULL: where files are is not asked */
	void *context; /* handed to the operations */
	void (*clock)(void *context, int64_t *ret_now, uint64_t *ret_uptime_ticks);
	void (*progress)(void *context, const char *what); /* may be NULL */
	int64_t deadline_ms; /* of everything, CLOCK_MONOTONIC; 0 = none */
	bool wants_cmdline;  /* record processes' arguments */
	/* Not NULL: no more need be read than the facts about the devices of this scope
	 * follow from, but for those of files and volumes: they, what they are on, what
	 * is directly on them. */
	const struct scope *only;
	/* Processes of ours that only wait for the one that reads: users of nothing.
	 * Borrowed. */
	const uint32_t *own_pids;
	size_t n_own_pids;
};

/* This machine. -errno when "/" cannot be opened. */
int machine_open_live(struct machine *ret_machine, struct err *err);
void machine_close(struct machine *machine);

/*
 * Looks once more at what may have changed since the parts of `host` were read: the
 * uevent number, the list of dm devices, the tables, states and open counts of those that
 * belong to snapshots, the mount tables. Sets host->changes and the source "again";
 * sorts. Returns the number of changes.
 */
size_t probe_look_again(const struct machine *machine, struct host *host);

/*
 * Reads the given parts, in the order that is safest on a sick host. What could not be
 * read is noted as the source's outcome, and is not an error. Sorted.
 */
int probe_host(const struct machine *machine, unsigned parts, struct host **ret_host,
	struct err *err);

/*
 * The same in steps, for a caller that must be able to give one up: probe_start()
 * on a new host, then each wanted step in their order, then host_sort(). A step may hang
 * in the kernel; its children are given up at machine->deadline_ms.
 */
enum probe_step {
	PROBE_STEP_LVM = 8,   /* those before it read no device */
	PROBE_STEP_AGAIN = 9, /* may be taken before LVM's as well */
	PROBE_STEPS,
};
/* Notes what is not asked for. */
void probe_start(struct host *host, unsigned parts);
bool probe_step_is_wanted(size_t step, unsigned parts);
/* Tells machine->progress what comes next. */
void probe_step_announce(const struct machine *machine, size_t step);
void probe_step_read(
	const struct machine *machine, size_t step, unsigned parts, struct host *host);
/* The step was not read: notes that for each of its sources that was asked for. */
void probe_step_give_up(
	struct host *host, size_t step, enum outcome outcome, const char *detail);

#endif
