/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the pass over the processes: what to look for (process_index.c), what one look
 * at a link tells (process_glance.c), what one process holds (process_holdings.c,
 * process_maps.c), the pass itself (process_scan.c, in a child), its shares
 * (process_shares.c) and what becomes of its lines (processes.c).
 */
#ifndef SNAPSTATE_PROBE_PROCESS_H
#define SNAPSTATE_PROBE_PROCESS_H

#include "parts.h"
#include "snapstate/host/process.h"

/* A mount of any namespace. Mount ids are unique on a host. */
struct known_mount {
	uint32_t id;
	const char *target;
	struct devno device; /* the block device it is on, DEVNO_NONE: none */
	bool is_remote;	     /* a server may be behind it: never walked into */
};

/* A file system's own number, and the block device it is on: they differ for btrfs.
 */
struct known_fs {
	struct devno devno;
	struct devno device;
};

struct process_index {
	const struct machine *machine;
	const struct host *host;
	struct devno *devices; /* of interest: dm devices and what is on them; sorted */
	size_t n_devices;
	struct known_mount *mounts; /* sorted by id */
	size_t n_mounts;
	struct known_fs *filesystems; /* sorted by devno */
	size_t n_filesystems;
	struct devno root; /* the device of the host's "/" */
	bool has_remote;
	const char **slow; /* targets of mounts that even a glance may wait for */
	size_t n_slow;
	bool has_mount_ids; /* statx() tells the mount: Linux 5.8 */
	struct devno nsfs;  /* of descriptors of namespaces; DEVNO_NONE: not known */
	uint32_t own;	    /* who wants to know: it and its children are no holders */
};

/* From the model's dm devices, blocks and mounts; borrows them. */
void process_index_init(struct process_index *ret_index, const struct machine *machine,
	const struct host *host);
void process_index_free(struct process_index *index);
bool process_index_is_of_interest(const struct process_index *index, struct devno devno);
/* NULL: in no table. */
const struct known_mount *process_index_mount(
	const struct process_index *index, uint32_t id);
/* The block device under the file system that calls itself `devno`. */
struct devno process_index_device(const struct process_index *index, struct devno devno);
/* The mount that a path's text leads to, if a server may be behind it; else NULL. The
 * longest target of any namespace counts, and of equal ones the remote one. */
const struct known_mount *process_index_remote_mount(
	const struct process_index *index, const char *path);

/* Whether what is used of the device is recorded: it is of interest, and not the file
 * system at the host's "/". */
bool process_index_is_recorded(const struct process_index *index, struct devno device);
/* Whether a path's text leads into a mount that a glance must not touch. */
bool process_index_is_slow(const struct process_index *index, const char *path);

enum glance {
	GLANCE_NOTHING, /* it is there, and nothing is to be recorded */
	GLANCE_FILE,	/* a file of a file system that is recorded */
	GLANCE_UNSURE,	/* to be looked at with care */
};
/* `link` of the kernel's below `dir`: proc/PID/fd/N, proc/PID/cwd. ret_device is set for
 * GLANCE_FILE only. */
enum glance process_glance(const struct process_index *index, int dir, const char *link,
	struct devno *ret_device);

/* A descriptor of a mount namespace that no process is known to live in. */
struct pin {
	uint64_t namespace_id;
	const char *path; /* "proc/50/fd/3" */
};

/* What one process holds. */
struct holdings {
	uint32_t pid;
	char dir[64];	  /* "proc/PID", or a thread's "proc/PID/task/TID" */
	struct use *uses; /* pid is not set */
	size_t n_uses;
	struct pin *pins;
	size_t n_pins;
	struct arena *strings;
	bool is_denied; /* something may not be read */
	bool has_one_thread;
	/* A thread of the kernel: it has no memory of its own, shares the empty table of
	 * descriptors and the places of the first of them (kernel/kthread.c, kthreadd),
	 * and opens devices without either. Those that work for a program (io_uring's,
	 * and vhost's since 6.4) are threads of that program. Device-mapper has one or
	 * more for each device. */
	bool is_kernel;
};
void holdings_collect(const struct process_index *index, struct holdings *held);
void holdings_free(struct holdings *held);
/* Counts one more use of the device, if such uses are recorded. */
void holdings_add(const struct process_index *index, struct holdings *held,
	enum use_kind kind, struct devno device, const char *example);
/* Adds the mapped files. */
void holdings_add_mappings(const struct process_index *index, struct holdings *held);

/* What a thread does not share with its process. */
struct thread_difference {
	bool has_files;	 /* a table of descriptors of its own */
	bool has_places; /* a working directory, root and namespace of its own */
	bool has_memory; /* mappings: only where the first thread has ended */
};
struct thread_difference thread_compare(
	const struct machine *machine, uint32_t pid, uint32_t tid);

/* -errno where it is gone. */
int process_parent(const struct process_index *index, uint32_t pid, uint32_t *ret_parent);
bool process_is_exe_of_root(
	const struct process_index *index, const struct process *process);
/* See struct process, is_of_udev. Wants pid and uid. */
bool process_is_run_by_udev(const struct process_index *index,
	const struct process *process, struct arena *strings);

/* One pass over all processes, into a model that has nothing else. false: not all could
 * be read. */
bool processes_pass(const struct process_index *index, struct host *ret_now);
/* Waits for what passes; see process_settle.c. */
void processes_settle(const struct machine *machine, struct host *host);

/* A list of processes to be read. */
struct child_limits;
struct reading {
	const struct child_limits *limits; /* to be armed behind each write; NULL: none */
	uint32_t *pids;			   /* 0: left out */
	size_t count;
	size_t first;	       /* the next one to be read */
	volatile uint32_t *at; /* the one that is being read; shared with who waits */
};
/* Reads them and writes lines to stdout; runs in a child. See process_scan.c. */
int process_scan_run(const struct process_index *index, const struct reading *reading);

/* Reads all of them, in children; the children's lines, and some more: see
 * process_shares.c. Returns in how many shares. */
size_t process_shares_run(const struct process_index *index, const uint32_t *pids,
	size_t count, struct buf *ret_lines);

#endif
