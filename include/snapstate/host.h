/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The model: what one host looked like at one moment. Plain structs, flat arrays, one root.
 *
 * Ownership: struct host owns everything below it. Strings live in host->strings and are never
 * changed; arrays are grown with array_add() and freed by host_free(). Strings are never NULL
 * ("" = none) unless said otherwise. Pointers into arrays are valid until the next array_add.
 *
 * Identity: devices are joined by devno and uuid, never by name. Names are labels and may hold
 * any byte but NUL. LVM uuids are kept in the 32-character form without hyphens, as in dm uuids
 * (lvm_uuid_hyphenate() makes the form that lvm commands print).
 *
 * Units: device sizes and table offsets are 512-byte sectors; LVM extents are extents.
 * "Empty" and "not read" differ: look at the source's outcome before believing an empty array.
 */
#ifndef SNAPSTATE_HOST_H
#define SNAPSTATE_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <stdint.h>

#include "snapstate/buf.h"
#include "snapstate/err.h"

#define LVM_UUID_LEN	32 /* without hyphens */
#define LVM_UUID_HYPHENS 38

/* What became of the attempt to read one source. */
enum outcome {
	OUTCOME_READ,
	OUTCOME_ABSENT,	     /* the host has no such thing */
	OUTCOME_DENIED,	     /* no permission */
	OUTCOME_TIMED_OUT,   /* given up at the deadline; the child is gone */
	OUTCOME_HUNG,	     /* given up; the child could not even be killed */
	OUTCOME_TRUNCATED,   /* larger than the limit */
	OUTCOME_CHANGED,     /* kept changing while it was read */
	OUTCOME_UNSUPPORTED, /* the answer was not understood, or the call does not exist */
	OUTCOME_SKIPPED,     /* not asked for */
};
const char *outcome_name(enum outcome outcome);
/* false: read, or the host has no such thing, or nobody asked for it. */
bool outcome_is_gap(enum outcome outcome);
/* -EINVAL for an unknown word. */
int outcome_parse(const char *name, enum outcome *ret_outcome);

/*
 * One source of evidence. Names: "identity", "dm", "blocks", "superblocks", "swaps",
 * "processes", "mounts" (finding the namespaces), "holders" (in the kernel), "again" (the
 * look at what may have changed since), "fstab", "configs", and for each verbatim
 * document the document's own name ("mounts/4026531841", "lvm/report.json",
 * "lvm/pvs.json", "lvm/lvscan.txt", "lvm/<vg-uuid>.vg").
 */
struct source {
	const char *name;
	enum outcome outcome;
	const char *detail; /* for people: what was missing or how many were unreadable */
};

/* Text kept exactly as the host gave it, and read by its own library (see text.h). */
struct document {
	const char *name; /* [A-Za-z0-9._/-]+, the archive member below the top folder */
	const char *bytes;
	size_t len;
};

struct identity {
	const char *machine_id; /* 32 hex digits */
	const char *boot_id;	/* as /proc/sys/kernel/random/boot_id, 36 characters */
	const char *node;	/* uname -n */
	const char *kernel;	/* uname -r */
	const char *dm_driver;	/* version of the kernel's device-mapper interface */
	uint32_t ticks;		/* clock ticks per second of process start times */
	int64_t taken;		/* the one time stamp: seconds since 1970, UTC */
	uint64_t uptime;	/* CLOCK_BOOTTIME at that moment, in clock ticks */
	uint64_t uevents;	/* number of the kernel's last uevent before anything was read */
	uint64_t uevents_after; /* and when all was read; 0 = the kernel does not tell */
	const char *redaction;	/* id of the key its names were replaced with, see redact.h;
				 * "" = they are the host's own */
};

/* One line of a device-mapper table, or of its status. */
struct dm_target {
	uint64_t start; /* sectors */
	uint64_t length;
	const char *type;
	const char *params; /* keys of crypt and integrity masked, unknown types digested */
	const char *status; /* live table only; "" where it was not read */
};

enum device_flag {
	DEVICE_SUSPENDED = 1 << 0,
	DEVICE_READ_ONLY = 1 << 1,
	DEVICE_PENDING = 1 << 2,  /* an inactive table is loaded */
	DEVICE_DEFERRED = 1 << 3, /* marked for deferred removal */
	DEVICE_INTERNAL = 1 << 4, /* suspended by the kernel itself */
	DEVICE_NO_TABLE = 1 << 5, /* exists without a live table */
};

/* The word of one flag bit; NULL for a bit that is none. */
const char *device_flag_name(unsigned flag);

/* A device-mapper device. */
struct device {
	struct devno devno;
	const char *name;
	const char *uuid;	/* "" = none, as older kpartx leaves it */
	uint64_t diskseq;	/* 0 = the kernel does not tell */
	uint32_t open_count;	/* opens by fds, mounts, swap, loop, md, other dm tables */
	unsigned flags;		/* enum device_flag */
	struct dm_target *targets;
	size_t n_targets;
	struct dm_target *pending; /* the inactive table */
	size_t n_pending;
	struct devno *deps; /* devices its tables refer to, sorted */
	size_t n_deps;
	bool is_gone; /* only in a replayed model: removed by an earlier step */
};

enum block_kind {
	BLOCK_DISK,
	BLOCK_PARTITION,
	BLOCK_LOOP,
	BLOCK_MD,
	BLOCK_OTHER, /* nbd, bcache, drbd, ... */
};
const char *block_kind_name(enum block_kind kind);
int block_kind_parse(const char *name, enum block_kind *ret_kind);

/* Where a file is that the kernel has open. */
enum file_place {
	FILE_BY_PATH, /* not recorded: its path alone tells */
	FILE_FOUND,   /* on `devno`, by the file's own device number; DEVNO_NONE = on no
		       * block device */
	FILE_UNPLACED, /* nothing tells */
};

struct file_at {
	enum file_place place;
	struct devno devno;
};

/* A block device that is not device-mapper's. */
struct block {
	struct devno devno;
	const char *kname; /* sda1, loop0, md127 */
	enum block_kind kind;
	uint64_t size;	     /* sectors */
	struct devno *below; /* whole disk of a partition, members of an array, sorted */
	size_t n_below;
	const char *backing_file; /* loop: as /sys/block/loopN/loop/backing_file shows it */
	struct file_at file;	  /* loop: on which device that file is, or which one it is */
	const char *transport; /* one of block_transports: the way to storage that other
				* hosts may reach too; "" = a local disk, or sysfs does
				* not tell. A partition has that of its disk. */
	/* Newer than the first captures: 0 or NULL where it was not recorded. */
	uint64_t diskseq;  /* also 0 where the kernel does not tell */
	const char *uuid;  /* md: of the array */
	const char *level; /* md: "raid1" */
	const char *state; /* md: its array_state, "clean"; loop: "", or a comma list of
			    * autoclear (goes with its last user), partscan */
	const char *sync;  /* md: its sync_action, "idle"; NULL also without redundancy */
	uint32_t missing;  /* md: how many members it runs without */
	bool is_gone;	   /* only in a replayed model */
};

/* A word of a loop device's state. */
#define LOOP_AUTOCLEAR "autoclear"
#define LOOP_PARTSCAN  "partscan"
bool block_state_has(const struct block *block, const char *word);

/* fc, fcoe, iscsi, srp, nvme-fc, nvme-rdma, nvme-tcp, nbd, rnbd, rbd, drbd, aoe; NULL
 * ends them. Where lsblk's TRAN knows the same thing it has the same word. What a shared
 * SAS enclosure, a hypervisor or a vendor's own driver offers looks like a local disk and
 * is none of them. */
extern const char *const block_transports[];
/* The word of the list that is equal to `name`, "" for ""; NULL: none. */
const char *block_transport(const char *name);

/* What names the processes that have descriptors where no capture looks: received over a
 * unix socket and not read yet (unix(7), SCM_RIGHTS; Linux 5.6), or registered with
 * io_uring (Linux 5.12). Neither line says of which file, and any user can have some: so
 * it is no evidence about a snapshot, and only told where one is held by nothing else
 * that shows. */
#define OUT_OF_SIGHT_COMMAND                                                             \
	"grep -rlsE '^(scm_fds|UserFiles):.*[1-9]' /proc/[0-9]*/fdinfo"

/* A file system that the kernel has live on a block device, mounted anywhere or nowhere
 * (/sys/fs/TYPE/KNAME): sees mounts of other namespaces and lazily unmounted ones. */
struct superblock {
	struct devno devno;
	const char *type;
	bool is_gone; /* only in a replayed model */
};

struct mount_namespace {
	uint64_t id;	  /* inode of /proc/PID/ns/mnt */
	uint32_t pid;	  /* a process that lives there, or has a thread there; 0 = none */
	bool is_host;	  /* that of process 1 */
	const char *comm; /* of pid or pin_pid; may be NULL: not recorded */
	/* What keeps it where no process lives in it (see namespaces(7)): */
	uint32_t pin_pid;     /* a process with a descriptor of it; 0 = none */
	const char *pin_path; /* a bind mount of it; may be NULL: none */
};

/* One line of one namespace's mountinfo. */
struct mount {
	uint64_t namespace_id;
	uint32_t id;
	uint32_t parent_id;
	struct devno devno; /* st_dev of the file system; not always a block device's */
	const char *root;
	const char *target;
	const char *type;
	const char *source;
	const char *options; /* per mount */
	const char *super_options; /* of the file system, its superblock; "" = not known */
	uint32_t shared;     /* peer group, 0 = none */
	uint32_t master;     /* peer group it receives from, 0 = none */
	bool is_gone;	     /* only in a replayed model */
};

struct swap {
	const char *path; /* as /proc/swaps shows it */
	struct devno devno; /* DEVNO_NONE: a file, or not found */
	struct file_at file; /* of a file */
	uint64_t size;	    /* KiB; 0 = not recorded */
	uint64_t used;	    /* KiB */
	bool has_used;	    /* false: not recorded */
	bool is_gone;	    /* only in a replayed model */
};

/* One entry of /etc/fstab. Its options, which may hold passwords, are not kept. */
struct fstab_entry {
	uint32_t line;	   /* from 1 */
	bool is_automatic; /* mounted at boot: not "noauto" */
	const char *source; /* a path, "UUID=...", "LABEL=...", ... */
	const char *target; /* "none" or "swap" for swap */
	const char *type;
};

enum config_kind {
	CONFIG_MOUNT, /* a mount unit of systemd; of mentions, also a line of /etc/fstab
		       */
	CONFIG_SWAP,  /* a swap unit, or such a line */
	CONFIG_LIBVIRT,
	CONFIG_XEN,
	CONFIG_PROXMOX,
	CONFIG_AUTOFS, /* a map of automount(8) */
};
const char *config_kind_name(enum config_kind kind);
int config_kind_parse(const char *name, enum config_kind *ret_kind);

/* A line of a unit of systemd, an automount map, or a guest's configuration, that names a
 * device. No more of the file is kept: passwords are in some. */
struct config_entry {
	const char *file; /* absolute */
	uint32_t line;	  /* from 1; the first one that names it */
	enum config_kind kind;
	const char *device; /* a path below /dev */
	const char
		*target; /* of a mount unit: its mount point; "" = none, or not known */
};
int config_entry_compare(const struct config_entry *a, const struct config_entry *b);

struct process {
	uint32_t pid;
	uint64_t start; /* field 22 of /proc/PID/stat, ticks since boot: with pid an identity */
	const char *comm;
	const char *exe; /* "" = kernel thread or unreadable */
	uint32_t uid;
	bool is_exe_of_root; /* the executable is root's, and the file of that name in one of
			      * the host's folders of programs; false: or not recorded */
	uint64_t mount_namespace; /* 0 = unreadable */
	const char *cmdline; /* its arguments, a blank between two; may be NULL: not asked for */
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

/* A part of the kernel that has a block device open, without a process, a table or a block
 * device of its own to show for it. */
enum holder_kind {
	HOLDER_LIO,	 /* a SCSI target's backstore: iblock, or fileio on a device node */
	HOLDER_LIO_FILE, /* a fileio backstore on a file of the file system on the device */
	HOLDER_XEN,	 /* a virtual disk of a Xen guest (blkback) */
	HOLDER_OTHER,	 /* in the device's holders/, and not explained by the model */
	HOLDER_OVERLAY,	 /* an overlay with a layer on the file system on the device */
	HOLDER_NFSD,	 /* a folder or file of it that nfsd exports */
};
const char *holder_kind_name(enum holder_kind kind);
int holder_kind_parse(const char *name, enum holder_kind *ret_kind);

struct kernel_holder {
	/* Of the block device that is held; DEVNO_NONE: on which file system its file is, is
	 * not known. */
	struct devno devno;
	enum holder_kind kind;
	/* "iblock_0/disk1", "vbd-3-51712", a kernel name; an overlay's mount point;
	 * "CLIENT:PATH" of an export. */
	const char *name;
	uint64_t namespace_id; /* where an overlay is mounted; 0 = the host's own */
	bool is_within;	       /* not known, but it is one that is mounted in that namespace */
};
/* true: it has a file or a folder open, and not the device. */
bool holder_is_of_file(enum holder_kind kind);
int kernel_holder_compare(const struct kernel_holder *a, const struct kernel_holder *b);

enum change_kind {
	CHANGE_GONE,
	CHANGE_RENAMED,	 /* to `name` */
	CHANGE_REPLACED, /* another device has its number */
	CHANGE_OPENS,	 /* its open count */
	CHANGE_FLAGS,	 /* suspended, resumed, a table loaded */
	CHANGE_TABLE,
	CHANGE_STATE, /* of a snapshot: valid, invalid, ... */
	CHANGE_ABOVE, /* `name` was put on it */
	CHANGE_MOUNTED,	  /* on `name` */
	CHANGE_UNMOUNTED, /* from `name` */
};
const char *change_kind_name(enum change_kind kind);
int change_kind_parse(const char *name, enum change_kind *ret_kind);

/* A device of a snapshot's stack that had changed when everything had been read and was looked at
 * once more: what was read of it and of its holders may not fit together. */
struct change {
	struct devno devno;
	enum change_kind kind;
	const char *name; /* "" where the kind has none */
};
int change_compare(const struct change *a, const struct change *b);
/* "it was mounted on /mnt/backup"; the name as buf_word() writes it. */
void change_print(const struct change *change, struct buf *ret_text);

/* Where a segment's data lies: a physical volume, or another logical volume. */
struct stripe {
	const char *pv_uuid; /* "" when lv_name is set */
	const char *lv_name; /* "" when pv_uuid is set */
	uint64_t start;	     /* first extent on the PV, or within the LV */
};

struct segment {
	uint64_t start; /* extents, within the LV */
	uint64_t extents;
	const char *type; /* striped, snapshot, thin, thin-pool, mirror, raid1, ... */
	struct stripe *stripes;
	size_t n_stripes;
};

enum lv_role {
	LV_ORDINARY,
	LV_SNAPSHOT, /* classic copy-on-write snapshot: its own extents are the store */
	LV_THIN,
	LV_THIN_POOL,
	LV_OTHER, /* raid, mirror, cache, ... */
};
const char *lv_role_name(enum lv_role role);

struct lv {
	const char *vg_uuid;
	const char *uuid;
	const char *name;
	enum lv_role role;
	const char *origin_uuid; /* snapshot: its origin; thin snapshot: its origin; "" = none */
	bool is_merging;
	bool has_virtual_origin; /* sparse volume: the origin is a hidden zero device */
	bool has_external_origin; /* thin volume over a volume outside the pool */
	bool is_visible;
	int64_t created; /* seconds since 1970; 0 = the metadata does not say */
	const char *creator; /* node name of the host that made it; may be NULL: not said */
	const char *tags; /* as LVM lists them, a comma between two; NULL and "" = none */
	uint64_t extents;
	struct segment *segments;
	size_t n_segments;
	bool is_gone; /* only in a replayed model */
};

struct pv {
	const char *vg_uuid;
	const char *uuid;
	const char *name; /* today's device name, a label */
	struct devno devno; /* DEVNO_NONE: missing, or the report does not tell */
	uint64_t pe_start; /* sectors */
	uint64_t pe_count;
	bool is_missing;
	bool is_duplicate;
	bool is_in_use; /* by its own label some group has it, also where no metadata say which */
};

struct vg {
	const char *uuid;
	const char *name;
	uint64_t seqno;
	uint64_t extent_size; /* sectors */
	const char *system_id;
	const char *lock_type; /* "" = none */
	const char *writer; /* node name of the host that last wrote the metadata; may be NULL: not
			     * said */
	bool is_writable;
	bool is_exported;
	bool is_partial;
	bool is_clustered;
	bool is_foreign; /* its system id is not this host's */
	bool has_metadata; /* the metadata text was read, so an LV that is not listed is absent */
};

struct host {
	struct arena *strings;
	struct identity identity;
	struct source *sources;
	size_t n_sources;
	struct document *documents; /* sorted by name */
	size_t n_documents;
	struct device *devices; /* sorted by devno */
	size_t n_devices;
	struct block *blocks; /* sorted by devno */
	size_t n_blocks;
	struct superblock *superblocks; /* sorted by devno, type */
	size_t n_superblocks;
	struct mount_namespace *namespaces; /* sorted by id */
	size_t n_namespaces;
	struct mount *mounts; /* namespaces in order; within one, in the kernel's order */
	size_t n_mounts;
	struct swap *swaps;
	size_t n_swaps;
	struct process *processes; /* sorted by pid */
	size_t n_processes;
	struct use *uses; /* sorted by pid, kind, devno */
	size_t n_uses;
	struct kernel_holder *kernel_holders; /* sorted by devno, kind, name */
	size_t n_kernel_holders;
	struct change *changes; /* sorted by devno, kind, name */
	size_t n_changes;
	struct fstab_entry *fstab; /* sorted by line */
	size_t n_fstab;
	struct config_entry
		*configs; /* sorted by file, line, device; each device once in a file */
	size_t n_configs;
	struct vg *vgs; /* sorted by uuid */
	size_t n_vgs;
	struct pv *pvs; /* sorted by uuid */
	size_t n_pvs;
	/* Block devices that LVM lists as looked at, whether it found a physical volume on them
	 * or none (`pvs -a`); sorted, each once. */
	struct devno *lvm_devices;
	size_t n_lvm_devices;
	struct lv *lvs; /* sorted by VG uuid, uuid */
	size_t n_lvs;
	struct host_index *index; /* host_index_build(); NULL = every look-up walks */
};

/* A run of sectors on one device. */
struct sectors {
	struct devno devno;
	uint64_t start, length;
};

struct host *host_new(void);
void host_free(struct host *host);
static inline void host_free_fn(struct host **host)
{
	host_free(*host);
}
#define cleanup_host cleanup_with(host_free_fn)

/* A copy for a replay: its devices, blocks, mounts, superblocks, uses, swaps, VGs and LVs may be
 * changed; strings, tables and segments are shared with `host`, which must outlive it. */
struct host *host_clone(const struct host *host);

/* Brings every array into its documented order. Probe, record and import call it at the end. */
void host_sort(struct host *host);

/* Strings of the host's arena; "" is shared. */
const char *host_string(struct host *host, const char *text);
const char *host_string_n(struct host *host, const char *bytes, size_t len);

/* Notes that a device changed, once. */
void host_change_add(
	struct host *host, struct devno devno, enum change_kind kind, const char *name);

/* Notes the outcome of a source; a later note for the same name replaces the first. */
void host_source_set(struct host *host, const char *name, enum outcome outcome,
	const char *detail_format, ...) __attribute__((format(printf, 4, 5)));
/* NULL = never heard of. */
const struct source *host_source(const struct host *host, const char *name);
bool host_source_is_read(const struct host *host, const char *name);

/* Adds a document and its source with OUTCOME_READ. The bytes are copied. */
void host_document_add(struct host *host, const char *name, const void *bytes, size_t len);
const struct document *host_document(const struct host *host, const char *name);

/* Look-ups. NULL = none; in a replayed model, what is gone is not found. */
struct device *host_device_by_devno(const struct host *host, struct devno devno);
struct device *host_device_by_uuid(const struct host *host, const char *uuid);
struct device *host_device_by_name(const struct host *host, const char *name);
/* How often it is among them: `deps` of a device, `below` of a block. */
size_t devnos_count(const struct devno *devnos, size_t count, struct devno devno);
/* It is one of the devices that the kernel lists as dependencies of its tables. */
bool device_stands_on(const struct device *device, struct devno below);
/* A volume's own mapping (layer: "") or a layer of it ("-real", "-cow"), by its uuid. */
struct device *host_device_of_lv(const struct host *host, const char *vg_uuid,
	const char *lv_uuid, const char *layer);
struct block *host_block_by_devno(const struct host *host, struct devno devno);
const struct block *host_block_by_kname(const struct host *host, const char *kname);
const struct process *host_process(const struct host *host, uint32_t pid);
const struct vg *host_vg(const struct host *host, const char *vg_uuid);
struct lv *host_lv(const struct host *host, const char *vg_uuid, const char *lv_uuid);
const struct lv *host_lv_by_name(const struct host *host, const char *vg_uuid, const char *name);
const struct pv *host_pv(const struct host *host, const char *pv_uuid);
/* Where a stripe with a PV uuid lies; false: on no known device. */
bool host_stripe_sectors(const struct host *host, const struct vg *vg,
	const struct segment *segment, const struct stripe *stripe, struct sectors *ret);
const struct mount_namespace *host_namespace(const struct host *host, uint64_t id);
const struct mount_namespace *host_namespace_of_host(const struct host *host);

/*
 * What LVM has not seen is not there only where it has looked everywhere (lvm_view.c). A filter
 * of lvm.conf, the devices file and the capture's own list of safe devices each keep devices
 * from it, and of what is on those it says nothing at all, or that it is missing.
 */
/* The block devices that may hold a physical volume, and that LVM does not list: ascending, each
 * once, malloc'ed. Not among them: what is on a volume of LVM (that is a guest's), what has a
 * file system or swap of its own, and what LVM leaves out since it shows as another device. */
void host_lvm_unread(const struct host *host, struct devno **ret_devnos, size_t *ret_count);
/* true: LVM lists it. */
bool host_lvm_lists(const struct host *host, struct devno devno);
/* true: LVM was read, every such device was, and the metadata of all that it found. */
bool host_lvm_is_whole(const struct host *host);
/* true: LVM was read as a whole, and has no group of that uuid. */
bool host_group_is_gone(const struct host *host, const char *vg_uuid);
/* true: LVM lists that disk, as itself and not as a part of another device, and has read the
 * metadata of the group that it belongs to, if any. */
bool host_owner_is_known(const struct host *host, struct devno devno);
/* true: LVM has no group of that volume's uuid, and the owner of each disk below the volume is
 * known: whatever there may be of its group elsewhere, its extents are others' by now. */
bool host_is_displaced(const struct host *host, const struct device *volume);

/* Below `devno`, itself included, through mappings, partitions, arrays and loop devices: the
 * nearest volume of a group other than `vg_uuid`; NULL: none. */
const struct device *host_volume_below(
	const struct host *host, struct devno devno, const char *vg_uuid);
/* true: so it is on a snapshot, or is one. */
bool host_snapshot_is_below(const struct host *host, const struct device *device);

/*
 * The index makes look-ups fast. It is built when a host is complete, by whom asks much of it;
 * without one every look-up walks, with the same results. While a host has one, no array may
 * grow or change its order, and no devno, uuid, name, id, pid, path or table may change;
 * host_sort() drops it. A clone takes it over: there things may be marked as gone, counts
 * and flags may change, and after a device got another table, host_index_device() must be told.
 */
void host_index_build(struct host *host);
void host_index_device(struct host *clone, const struct device *device);
/* true: the index does not list everything. More mounts are on top of each other on the way to
 * one file than any host has; what a look-up misses may be a holder. */
bool host_index_is_cut(const struct host *host);

/* Kinds of places: which array they lead into, and by what. */
enum places_kind {
	/* by places_devno() */
	PLACES_ABOVE,		/* devices: those with that devno in their deps */
	PLACES_SNAPSHOT_OF_COW, /* devices: snapshots with that exception store */
	/* blocks: on it, or with a backing file that may be on it; by DEVNO_NONE those with a
	 * file that is not placed */
	PLACES_BLOCKS,
	PLACES_SUPERBLOCKS,
	PLACES_SWAPS, /* and files that may be on it; by DEVNO_NONE those not placed */
	PLACES_KERNEL_HOLDERS,
	PLACES_USES,
	PLACES_CHANGES,
	PLACES_PVS_ON,	 /* physical volumes on that device */
	PLACES_MOUNTS,	 /* by st_dev, and by host_mount_devno() */
	PLACES_MENTIONS, /* host_mention(); also by places_text() of "VG/LV" */
	/* by places_mount() */
	PLACES_MOUNT_ID,
	PLACES_MOUNT_CHILDREN, /* mounts by their parent's id */
	/* by the number itself */
	PLACES_DEVICE_MINOR,
	PLACES_MOUNT_PEERS,	 /* mounts that have a master, by their own peer group */
	PLACES_STORAGE_PROGRAMS, /* processes: process_is_storage(); the number is 0 */
	/* by places_text() */
	PLACES_DEVICE_UUID,
	PLACES_DEVICE_NAME,
	PLACES_DEVICE_VOLUME, /* devices by "VG/LV", of a dm name without a layer */
	PLACES_FSTAB,	     /* lines of fstab by their mount point */
	PLACES_DEVICE_GROUP, /* devices by the VG uuid in LVM's dm uuid */
	PLACES_BLOCK_NAME,
	PLACES_PVS,	    /* by VG uuid */
	PLACES_LVS,	    /* by VG uuid */
	PLACES_LVS_NOWHERE, /* by VG uuid: with a stripe that is on no known device */
	PLACES_LV_ORIGIN,   /* volumes by origin uuid */
	PLACES_KINDS,
};

/*
 * Positions in one array, ascending, each once: at least of all elements that have the key, so
 * that a walk over them instead of over the array, with the same checks as there (also
 * is_gone), finds the same. Without an index: all positions.
 */
#define PLACES_FEW 4 /* most questions have fewer answers: no memory for those */
struct places {
	size_t few[PLACES_FEW];
	size_t *many; /* all of them, where there are more than a few */
	size_t count;
	size_t next;
	bool is_all;
	bool is_cut; /* there are more */
	/* Or they are found one after the other: who stops at the first of many does not
	 * pay for the others. */
	const struct table *table;
	uint64_t key;
	uint32_t entry; /* where the next ones are, in the table */
};
struct places host_places(const struct host *host, enum places_kind kind, uint64_t key);
/* The first ones of them, as many as `most`. */
struct places host_places_few(
	const struct host *host, enum places_kind kind, uint64_t key, size_t most);
/* Those of several devices. */
struct places host_places_of_devices(const struct host *host, enum places_kind kind,
	const struct devno *devnos, size_t count);
/* Of each of them the first ones. */
struct places host_places_few_of_devices(const struct host *host, enum places_kind kind,
	const struct devno *devnos, size_t count, size_t most);

/* Of the group's volumes: those that have one of these sectors, and PLACES_LVS_NOWHERE. */
struct places host_places_of_sectors(const struct host *host, const char *vg_uuid,
	const struct sectors *sectors, size_t count);

static inline uint64_t places_devno(struct devno devno)
{
	return (uint64_t)devno.major << 32 | devno.minor;
}
uint64_t places_mount(uint64_t namespace_id, uint32_t id);
static inline uint64_t places_text(const char *text)
{
	return hash_bytes(text, strlen(text));
}

static inline size_t places_at(const struct places *places, size_t i)
{
	if (places->is_all)
		return i;
	return places->many ? places->many[i] : places->few[i];
}
bool places_walk(struct places *places, size_t *ret_position);
/* false: that was the last one. */
static inline bool places_next(struct places *places, size_t *ret_position)
{
	if (places->table)
		return places_walk(places, ret_position);
	if (places->next == places->count)
		return false;
	*ret_position = places_at(places, places->next++);
	return true;
}
/* From the last down, of those of several devices; not to be mixed with places_next(). */
static inline bool places_previous(struct places *places, size_t *ret_position)
{
	if (places->count == 0)
		return false;
	*ret_position = places_at(places, --places->count);
	return true;
}
void places_free(struct places *places);
#define cleanup_places cleanup_with(places_free)

/* ---- whose extents (overlaps.c) ---- */

/* One volume that owns extents which a device still maps. */
struct overlap {
	const struct lv *victim;
	uint64_t extents; /* of the victim's group */
};
/* Of any group. `vg_uuid` is the device's own, by its uuid. malloc'ed array, most extents
 * first. false in *ret_is_complete: there may be more. */
void host_overlaps(const struct host *host, const struct device *device,
	const char *vg_uuid, struct overlap **ret_overlaps, size_t *ret_count,
	bool *ret_is_complete);
/* true: it is known whose each disk is that the device is on. */
bool host_owners_are_known(const struct host *host, const struct device *device);

/* "/dev/dm-5", "/dev/mapper/NAME", "/dev/loop0", "/dev/sda1", "/dev/VG/LV", and udev's
 * links "/dev/disk/by-id/dm-name-NAME", "/dev/disk/by-id/dm-uuid-UUID", "/dev/block/MAJ:MIN" ->
 * devno. DEVNO_NONE when no recorded device has that name. A label match: for join of what only
 * has a path. */
struct devno host_path_devno(const struct host *host, const char *path);

/*
 * The block device a mount is on. DEVNO_NONE: none. Its st_dev, where that is a block
 * device's number. The source is only believed where st_dev is none and the type is one
 * that only root of the host can mount: any user can make a user namespace, and mount a tmpfs
 * or fuse there with any source.
 */
struct devno host_mount_devno(const struct host *host, const struct mount *mount);

/* true: unmounting `mount` in the host's namespace takes `other` (same file system,
 * another namespace) away too, by mount propagation. */
bool mounts_propagate(
	const struct host *host, const struct mount *mount, const struct mount *other);
/* The first mount whose parent is `mount`, in its namespace; NULL = nothing is mounted
 * below. */
const struct mount *mounts_child(const struct host *host, const struct mount *mount);
/* The mount that its mount point is on; NULL: not in the table. */
const struct mount *mounts_parent(const struct host *host, const struct mount *mount);
/* The host's own mounts of one block device; of more than that, the first ones. */
#define HOME_MOUNTS_MOST 64
struct home_mounts {
	const struct mount *items[HOME_MOUNTS_MOST];
	size_t count;
};
void host_mounts_of(
	const struct host *host, struct devno devno, struct home_mounts *ret_mounts);
/* A copy in another namespace: unmounting one of these takes it away too. */
bool mount_goes_along(const struct host *host, const struct home_mounts *mounts,
	const struct mount *other);

/* Whether what is mounted can be written, or could be until somebody made this mount read-only.
 * The superblock decides ("mount -r" and "remount,ro" make it read-only): a mount that is
 * read-only by itself, over a superblock that is not ("mount -o bind,ro"), only hides that the
 * file system is written to by another mount of it. Where the superblock's options are not
 * known, those of the mount decide, and without either it can be written. */
bool mount_is_writable(const struct mount *mount);

/* The block device that holds a file, by its path alone: by the longest mount target of the
 * host's namespace; or the block device that the path names. A mount may hide the file, a lazy
 * umount leaves a path that begins where the mount did: what was recorded of it comes first. */
struct devno host_file_devno(const struct host *host, const char *file);
/* That of a loop device's file, or the one it is backed by directly. */
struct devno host_loop_devno(const struct host *host, const struct block *loop);
/* true: a partition of it, an array with it as a member, a loop device on it or on a file
 * of its file system. */
bool block_stands_on(
	const struct host *host, const struct block *block, struct devno devno);
/* That of a file to swap on; DEVNO_NONE also where the host swaps on a device. */
struct devno host_swap_file_devno(const struct host *host, const struct swap *swap);

/* A file system is live on that device, mounted or not. */
bool host_has_file_system(const struct host *host, struct devno devno);

/* Something that the kernel has open, on a file system that is not known: it may be any that is
 * live. One of the three. */
struct unplaced {
	const struct block *loop;
	const struct swap *swap;
	const struct kernel_holder *holder;
};
/* That holder, on a file system that is not known, may be on the one of that device. */
bool holder_may_be_on(const struct host *host, const struct kernel_holder *holder,
	struct devno devno);
/* More of them are not told apart. */
#define UNPLACED_MOST 8
/* Those that may be on the file system of that device, the first ones. */
struct unplaced_list {
	struct unplaced items[UNPLACED_MOST];
	size_t count;
};
void host_unplaced_on(
	const struct host *host, struct devno devno, struct unplaced_list *ret_list);

/* ---- what a device is on ---- */

#define GROUND_MOST 256 /* devices below one: more are not followed by host_reach() */
/* What makes storage below it reachable for other hosts: "fc", "iscsi", "multipath" ...; "unknown"
 * where that cannot be followed; NULL: nothing that is seen (condition_hosts.c). */
const char *host_reach(const struct host *host, struct devno devno);

/* One line that says what the host, or a guest of it, uses a block device for: those of
 * /etc/fstab first, then those of the other configurations. */
struct mention {
	enum config_kind kind;
	const char *file;
	uint32_t line;
	const char
		*device; /* a path, or "UUID=..." and the like, which is no device here */
	const char *target;		 /* a mount point, or "" */
	const struct fstab_entry *fstab; /* one of the two */
	const struct config_entry *config;
};
size_t host_mentions_count(const struct host *host);
struct mention host_mention(const struct host *host, size_t position);
struct mentions {
	struct mention *items;
	size_t count;
};
/* Those that name a volume, by its name or as one of its devices (but no layer of an
 * origin), or something that is on it: a partition, a guest's volume, LUKS, an array. In
 * the order of their positions. A file system's uuid or label names nothing: a snapshot
 * has its origin's. */
void host_mentions_of_volume(const struct host *host, const char *vg_uuid,
	const char *lv_uuid, struct mentions *ret_mentions);
void mentions_free(struct mentions *mentions);
#define cleanup_mentions cleanup_with(mentions_free)

/* Seconds since 1970 at which a process started. */
int64_t host_process_started(const struct host *host, const struct process *process);

/* Programs that make backups; programs that change device-mapper or LVM state. Recorded even when
 * they hold nothing. By comm, which the kernel cuts at 15 characters: a label, see below. */
bool program_is_backup(const char *comm);
bool program_is_storage(const char *comm);
/* udevd or a worker of it: by the executable and the user, since anybody may take its name.
 * NULL: no. */
bool process_is_udev(const struct process *process);
/* Programs that run virtual machines. */
bool program_is_hypervisor(const char *comm);

/* The same, where it is more than a name: any user can give a process any name. The name
 * of a process of root is believed, else that of its executable where that is root's. */
bool process_is_backup(const struct process *process);
bool process_is_hypervisor(const struct process *process);
/* Only of root: without privileges none of them changes anything. */
bool process_is_storage(const struct process *process);

/* ---- device-mapper and LVM names ---- */

/* Splits "LVM-" + VG uuid (32) + LV uuid (32) [+ "-" + layer]. false: not of that form.
 * *ret_layer points into `dm_uuid` ("" = the visible device itself).
 * (LVM lib/activate/dev_manager.c, libdm-string.c) */
bool lvm_dm_uuid_split(const char *dm_uuid, char ret_vg[LVM_UUID_LEN + 1],
	char ret_lv[LVM_UUID_LEN + 1], const char **ret_layer);

/* true: LVM's uuid of it is one of that group. */
bool device_is_of_group(const struct device *device, const char *vg_uuid);

/* "partN-" + parent's uuid, as kpartx sets it: the partition number and the parent's uuid (pointer
 * into dm_uuid). false: not of that form. */
bool kpartx_uuid_split(const char *dm_uuid, uint32_t *ret_number, const char **ret_parent);

/* Splits a dm name into VG, LV and layer, undoing the doubled hyphens. false: no separator.
 * The results are malloc'ed. */
bool lvm_dm_name_split(const char *dm_name, char **ret_vg, char **ret_lv, char **ret_layer);

/* What LVM takes as a tag: letters, digits and _+.-/=!:#&, no '-' in front, of any length here
 * (lvm2 lib/misc/lvm-string.c, validate_tag()). */
bool lvm_tag_is_valid(const char *tag);
/* One tag of a list (struct lv). */
bool lvm_tags_have(const char *tags, const char *tag);
/* The length of the first tag of a list; *ret_next is where the next one begins, NULL = that was
 * the last one. */
size_t lvm_tags_first(const char *tags, const char **ret_next);

void lvm_uuid_hyphenate(const char uuid[LVM_UUID_LEN], char ret_text[LVM_UUID_HYPHENS + 1]);
/* Hyphenated or plain -> plain. false: not a LVM uuid. */
bool lvm_uuid_plain(const char *text, char ret_uuid[LVM_UUID_LEN + 1]);

/* State of a snapshot target, from its status text (kernel dm-snap.c, snapshot_status). */
enum snapshot_state {
	SNAPSHOT_NONE,	  /* no snapshot target */
	SNAPSHOT_VALID,	  /* "used/total metadata" (old: "used/total") */
	SNAPSHOT_INVALID, /* every read and write fails */
	SNAPSHOT_OVERFLOW,
	SNAPSHOT_MERGE_FAILED,
	SNAPSHOT_MERGING, /* target type snapshot-merge */
	SNAPSHOT_UNKNOWN, /* the store does not say, or the status was not read */
};
const char *snapshot_state_name(enum snapshot_state state);
enum snapshot_state device_snapshot_state(const struct device *device);
/* Sectors of the store in use and in all; false when the status does not tell. */
bool device_snapshot_usage(const struct device *device, uint64_t *ret_used, uint64_t *ret_total);

/* For a device whose only target is a snapshot (or snapshot-merge): its origin argument, which is
 * the -real device under LVM, and its exception store. false: not such a device. */
bool device_snapshot_parts(
	const struct device *device, struct devno *ret_origin, struct devno *ret_cow);
/* The same: LVM could have loaded its table. "ORIGIN COW P 8": LVM's snapshots are persistent, and
 * nothing else (libdm-deptree.c, _snapshot_emit_segment_line). */
bool device_snapshot_is_lvms(const struct device *device);

#endif
