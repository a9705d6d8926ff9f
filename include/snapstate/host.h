/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The model: what one host looked like at one moment. Plain structs, flat arrays, one
 * root.
 *
 * Ownership: struct host owns everything below it. Strings live in host->strings and are
 * never changed; arrays are grown with array_add() and freed by host_free(). Strings are
 * never NULL
 * ("" = none) unless said otherwise. Pointers into arrays are valid until the next
 * array_add.
 *
 * Identity: devices are joined by devno and uuid, never by name. Names are labels and may
 * hold any byte but NUL. LVM uuids are kept in the 32-character form without hyphens, as
 * in dm uuids (lvm_uuid_hyphenate() in lvm_names.h makes the form that lvm commands
 * print).
 *
 * Each kind of thing has its header in snapstate/host/, with the look-ups that find it.
 *
 * Units: device sizes and table offsets are 512-byte sectors; LVM extents are extents.
 * "Empty" and "not read" differ: look at the source's outcome before believing an empty
 * array.
 */
#ifndef SNAPSTATE_HOST_H
#define SNAPSTATE_HOST_H

#include <stddef.h>

#include "snapstate/buf.h"
#include "snapstate/host/source.h"

struct block;
struct change;
struct config_entry;
struct device;
struct err;
struct fstab_entry;
struct host_index;
struct kernel_holder;
struct lv;
struct mount;
struct mount_namespace;
struct process;
struct pv;
struct shown;
struct superblock;
struct swap;
struct use;
struct vg;

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
	/* Block devices that LVM lists as looked at, whether it found a physical volume
	 * on them or none (`pvs -a`); sorted, each once. */
	struct devno *lvm_devices;
	size_t n_lvm_devices;
	struct lv *lvs; /* sorted by VG uuid, uuid */
	size_t n_lvs;
	struct shown *shown; /* sorted by volume, kind, value; each once */
	size_t n_shown;
	struct host_index *index; /* host_index_build(); NULL = every look-up walks */
};

struct host *host_new(void);
void host_free(struct host *host);
static inline void host_free_fn(struct host **host)
{
	host_free(*host);
}
#define cleanup_host cleanup_with(host_free_fn)

/* A copy for a replay: its devices, blocks, mounts, superblocks, uses, swaps, VGs and LVs
 * may be changed; strings, tables and segments are shared with `host`, which must outlive
 * it. */
struct host *host_clone(const struct host *host);

/* Brings every array into its documented order. Probe, record and import call it at the
 * end. */
void host_sort(struct host *host);

/* Strings of the host's arena; "" is shared. */
const char *host_string(struct host *host, const char *text);
const char *host_string_n(struct host *host, const char *bytes, size_t len);

/* -EFBIG: the model has more than limits.h allows. Asked by who reads and by who writes a
 * capture. */
int host_limits_check(const struct host *host, struct err *err);

#endif
