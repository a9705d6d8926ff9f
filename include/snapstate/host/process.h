/* SPDX-License-Identifier: Apache-2.0 */
/* Processes of the model, which programs they are, and what they hold. */
#ifndef SNAPSTATE_HOST_PROCESS_H
#define SNAPSTATE_HOST_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

#include "snapstate/buf.h"

struct host;

struct process {
	uint32_t pid;
	uint64_t start; /* field 22 of /proc/PID/stat, ticks since boot: with pid an
			   identity */
	const char *comm;
	const char *exe; /* "" = kernel thread or unreadable */
	uint32_t uid;
	bool is_exe_of_root; /* the executable is root's, and the file of that name in one
			      * of the host's folders of programs; false: or not recorded
			      */
	/* udevd, a worker of it, or what a rule of it started; false: or not recorded */
	bool is_of_udev;
	uint64_t mount_namespace; /* 0 = unreadable */
	const char *cmdline; /* its arguments, a blank between two; may be NULL: not asked
				for */
};

enum use_kind {
	USE_NODE, /* an fd on the block device itself */
	USE_FILE, /* an fd on a file of the file system on it */
	USE_CWD,
	USE_ROOT,
	USE_MAP, /* a mapped file, the program's own included */
};
const char *use_kind_name(enum use_kind kind);
int use_kind_parse(const char *name, enum use_kind *ret_kind);

/* One process holding one block device, or a file system on one, in one way. */
struct use {
	uint32_t pid;
	enum use_kind kind;
	struct devno devno;  /* of the block device */
	uint32_t count;	     /* how many fds or mappings of this kind */
	const char *example; /* one path, for people */
};

const struct process *host_process(const struct host *host, uint32_t pid);

/* Seconds since 1970 at which a process started. */
int64_t host_process_started(const struct host *host, const struct process *process);

/* Programs that make backups; programs that change device-mapper or LVM state. Recorded
 * even when they hold nothing. By comm, which the kernel cuts at 15 characters: a label,
 * see below. */
bool program_is_backup(const char *comm);
bool program_is_storage(const char *comm);
/* is_of_udev; of a capture that does not record it, udevd or a worker of it by the
 * executable and the user, since anybody may take its name. What it has open passes.
 * NULL: no. */
bool process_is_udev(const struct process *process);
/* By the path of an executable. */
bool program_is_udev(const char *exe);
/* Programs that run virtual machines. */
bool program_is_hypervisor(const char *comm);

/* The same, where it is more than a name: any user can give a process any name. The name
 * of a process of root is believed, else that of its executable where that is root's. */
/* That name; NULL: nothing but what a user chose. */
const char *process_believed_name(const struct process *process);
bool process_is_backup(const struct process *process);
bool process_is_hypervisor(const struct process *process);
/* Only of root: without privileges none of them changes anything. */
bool process_is_storage(const struct process *process);

#endif
