/* SPDX-License-Identifier: Apache-2.0 */
/* What /etc/fstab and the configurations of systemd, guests and automounters name. */
#ifndef SNAPSTATE_HOST_CONFIG_H
#define SNAPSTATE_HOST_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct host;

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
	bool is_cut; /* there are more */
};
/* Those that name a volume, by its name or as one of its devices (but no layer of an
 * origin), or something that is on it: a partition, a guest's volume, LUKS, an array. In
 * the order of their positions. A file system's uuid or label names nothing: a snapshot
 * has its origin's. Of each of its names the first `most`. */
void host_mentions_of_volume(const struct host *host, const char *vg_uuid,
	const char *lv_uuid, size_t most, struct mentions *ret_mentions);
void mentions_free(struct mentions *mentions);
#define cleanup_mentions cleanup_with(mentions_free)

#endif
