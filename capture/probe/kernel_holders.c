/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the kernel itself holds open, without a process or a table to show for it.
 * Input: sysfs and configfs, below machine->root; the model's dm devices, blocks and
 * mounts. Output: host->kernel_holders and the source "holders".
 *
 *   LIO      sys/kernel/config/target/core/{iblock,fileio}_N/NAME/info
 *   Xen      sys/bus/xen-backend/devices/vbd-DOMAIN-ID/physical_device
 *   nfsd     proc/net/rpc/nfsd.export/content, and what of it was looked up: nfsd.fh
 *   any      sys/dev/block/MAJ:MIN/holders/ of each recorded device: what claims it by
 *            bd_link_disk_holder() (dm, md, bcache, drbd). Most of them have slaves/ as
 *            well, and are explained; what is not is still recorded.
 *
 * Not here: nbd (its server is a process with a descriptor), loop (blocks.c).
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "parts.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/device.h"
#include "snapstate/host/file.h"
#include "snapstate/host/holder.h"
#include "snapstate/host/source.h"
#include "snapstate/io.h"

#define TARGET_CORE "sys/kernel/config/target/core"
#define EXPORTS_MAX (1u << 20)
#define XEN_DEVICES "sys/bus/xen-backend/devices"

struct search {
	const struct machine *machine;
	struct host *host;
	bool is_denied;
	struct held_path *paths;
	size_t n_paths;
};

/* A file or folder that is held. */
struct held_path {
	enum holder_kind kind;
	const char *name, *path;
	bool is_found;
	struct file_look look;
};

static void note_errno(struct search *search, int r)
{
	search->is_denied |= r == -EACCES || r == -EPERM;
}

static void hold(struct search *search, enum holder_kind kind, struct devno devno,
	const char *name)
{
	const struct kernel_holder holder = {.devno = devno,
		.kind = kind,
		.name = host_string(search->host, name)};

	if (!devno_is_none(devno))
		probe_hold(search->host, &holder);
}

/* ---- what has a path ---- */

void probe_hold(struct host *host, const struct kernel_holder *holder)
{
	for (size_t i = 0; i < host->n_kernel_holders; i++)
		if (kernel_holder_compare(&host->kernel_holders[i], holder) == 0)
			return;
	*array_add(&host->kernel_holders, &host->n_kernel_holders) = *holder;
}

static void add_path(struct search *search, enum holder_kind kind, const char *name,
	const char *path)
{
	*array_add(&search->paths, &search->n_paths) = (struct held_path){.kind = kind,
		.name = host_string(search->host, name),
		.path = host_string(search->host, path)};
}

/* The root of a mount that is gone is "/" as well (fs/d_path.c). */
static void look(const struct machine *machine, void *item)
{
	struct held_path *path = item;

	path->is_found = *path->path == '/' && path->path[1] &&
			 machine->files->at_path(machine, 0, path->path, &path->look) == 0;
}

static void hold_path(struct search *search, const struct held_path *path)
{
	struct kernel_holder holder = {.kind = path->kind, .name = path->name};
	struct file_at at = {.place = FILE_UNPLACED};

	if (path->is_found)
		at = probe_place(search->host, &path->look);
	if (at.place == FILE_FOUND && devno_is_none(at.devno))
		return;
	holder.devno = at.devno;
	probe_hold(search->host, &holder);
}

/* Without a machine that can be asked, the mounts tell. */
static void hold_paths(struct search *search)
{
	bool can_ask = search->machine->files &&
		       host_source_is_read(search->host, "mounts") &&
		       !search->machine->only;

	if (can_ask)
		child_each(search->machine, search->paths, sizeof(*search->paths),
			search->n_paths, look);
	for (size_t i = 0; i < search->n_paths; i++) {
		const struct held_path *path = &search->paths[i];

		if (can_ask)
			hold_path(search, path);
		else
			hold(search, path->kind,
				host_file_devno(search->host, path->path), path->name);
	}
	free(search->paths);
}

/* ---- LIO ---- */

/* "Major: 254 Minor: 3  CLAIMED: IBLOCK" (kernel drivers/target/target_core_iblock.c,
 * iblock_show_configfs_dev_params) */
static void hold_iblock(struct search *search, const char *name, const char *info)
{
	const char *line = strstr(info, "Major: ");
	struct devno devno;

	if (line && sscanf(line, "Major: %u Minor: %u", &devno.major, &devno.minor) == 2)
		hold(search, HOLDER_LIO, devno, name);
}

/* "TCM FILEIO ID: 0        File: /dev/vg/lv  Size: 1048576  Mode: ..."
 * (target_core_file.c, fd_show_configfs_dev_params) */
static void hold_fileio(struct search *search, const char *name, const char *info)
{
	cleanup_free char *path = NULL;
	const char *file = strstr(info, " File: ");
	const char *end = file ? strstr(file, "  Size: ") : NULL;
	struct devno devno;

	if (!end)
		return;
	file += strlen(" File: ");
	path = xstrndup(file, (size_t)(end - file));
	devno = host_path_devno(search->host, path);
	if (!devno_is_none(devno))
		hold(search, HOLDER_LIO, devno, name);
	else
		add_path(search, HOLDER_LIO_FILE, name, path);
}

static void find_backstores(struct search *search, const char *group)
{
	cleanup_closedir DIR *dir =
		machine_dir(search->machine, TARGET_CORE "/%s", group);
	const char *name;

	if (!dir)
		note_errno(search, -errno);
	while (dir && (name = dir_next(dir))) {
		cleanup_buf struct buf info = BUF_INIT;
		char path[PROBE_PATH_MAX], label[512];
		int r;

		snprintf(path, sizeof(path), TARGET_CORE "/%s/%s/info", group, name);
		snprintf(label, sizeof(label), "%s/%s", group, name);
		r = file_read_at(
			search->machine->root, path, PROBE_SMALL_MAX, &info, NULL);
		note_errno(search, r);
		if (r == 0 && strncmp(group, "iblock_", 7) == 0)
			hold_iblock(search, label, buf_text(&info));
		else if (r == 0)
			hold_fileio(search, label, buf_text(&info));
	}
}

static void find_lio(struct search *search)
{
	cleanup_closedir DIR *dir = machine_dir(search->machine, TARGET_CORE);
	const char *group;

	if (!dir)
		note_errno(search, -errno);
	while (dir && (group = dir_next(dir)))
		if (strncmp(group, "iblock_", 7) == 0 ||
			strncmp(group, "fileio_", 7) == 0)
			find_backstores(search, group);
}

/* ---- Xen ---- */

/* "fd:3", both hexadecimal (kernel drivers/block/xen-blkback/xenbus.c) */
static void find_xen(struct search *search)
{
	cleanup_closedir DIR *dir = machine_dir(search->machine, XEN_DEVICES);
	const char *name;

	if (!dir)
		note_errno(search, -errno);
	while (dir && (name = dir_next(dir))) {
		struct devno devno;
		char line[64];
		int r = machine_line(search->machine, line, sizeof(line),
			XEN_DEVICES "/%s/physical_device", name);

		note_errno(search, r);
		if (r == 0 && sscanf(line, "%x:%x", &devno.major, &devno.minor) == 2)
			hold(search, HOLDER_XEN, devno, name);
	}
}

/* ---- nfsd ---- */

static void add_export(struct search *search, char *client, char *path)
{
	cleanup_buf struct buf name = BUF_INIT;

	probe_unescape(client);
	probe_unescape(path);
	buf_printf(&name, "%s:%s", client, path);
	add_path(search, HOLDER_NFSD, buf_text(&name), path);
}

/* "PATH\tCLIENT(OPTIONS)"; "# " in front where it has expired, and still holds the path
 * (kernel fs/nfsd/export.c, svc_export_show(); net/sunrpc/cache.c, c_show()). */
static void hold_export(struct search *search, char *line)
{
	char *client;

	line += strncmp(line, "# ", 2) == 0 ? 2 : 0;
	client = strchr(line, '\t');
	if (*line != '/' || !client)
		return;
	*client++ = '\0';
	client[strcspn(client, "(")] = '\0';
	add_export(search, client, line);
}

/* "CLIENT TYPE 0xID PATH" (expkey_show()); without a path where there is no such export. */
static void hold_export_key(struct search *search, char *line)
{
	char *path, *client = line + (strncmp(line, "# ", 2) == 0 ? 2 : 0);

	path = strstr(client, " /");
	if (!path)
		return;
	client[strcspn(client, " ")] = '\0';
	add_export(search, client, path + 1);
}

static void read_exports(struct search *search, const char *path,
	void (*take)(struct search *search, char *line))
{
	cleanup_buf struct buf text = BUF_INIT;
	char *line, *next;
	int r = file_read_at(search->machine->root, path, EXPORTS_MAX, &text, NULL);

	note_errno(search, r);
	if (r < 0 || !text.len)
		return;
	for (line = text.data; line; line = next) {
		next = strchr(line, '\n');
		if (next)
			*next++ = '\0';
		take(search, line);
	}
}

static void find_exports(struct search *search)
{
	read_exports(search, "proc/net/rpc/nfsd.export/content", hold_export);
	read_exports(search, "proc/net/rpc/nfsd.fh/content", hold_export_key);
}

/* ---- holders/ ---- */

static bool has_devno(const struct devno *devnos, size_t count, struct devno devno)
{
	for (size_t i = 0; i < count; i++)
		if (devno_is_equal(devnos[i], devno))
			return true;
	return false;
}

static bool is_explained(const struct host *host, struct devno below, struct devno above)
{
	const struct device *device = host_device_by_devno(host, above);
	const struct block *block = host_block_by_devno(host, above);

	return (device && has_devno(device->deps, device->n_deps, below)) ||
	       (block && has_devno(block->below, block->n_below, below));
}

static void find_claims(struct search *search, struct devno devno)
{
	cleanup_closedir DIR *dir = machine_dir(search->machine,
		"sys/dev/block/" DEVNO_FMT "/holders", DEVNO_ARGS(devno));
	const char *name;

	if (!dir)
		note_errno(search, -errno);
	while (dir && (name = dir_next(dir))) {
		struct devno above = DEVNO_NONE;

		if (!dm_kname_devno(search->host, name, &above))
			machine_devno(search->machine, &above,
				"sys/dev/block/" DEVNO_FMT "/holders/%s/dev",
				DEVNO_ARGS(devno), name);
		if (!is_explained(search->host, devno, above))
			hold(search, HOLDER_OTHER, devno, name);
	}
}

/* What may be on a snapshot as well. */
static bool may_be_claimed(const struct block *block)
{
	return block->kind == BLOCK_LOOP || block->kind == BLOCK_MD ||
	       block->kind == BLOCK_PARTITION;
}

void probe_kernel_holders(const struct machine *machine, struct host *host)
{
	struct search search = {.machine = machine, .host = host};

	find_lio(&search);
	find_xen(&search);
	find_exports(&search);
	hold_paths(&search);
	for (size_t i = 0; i < host->n_devices; i++)
		if (probe_is_asked_for(machine, &host->devices[i]))
			find_claims(&search, host->devices[i].devno);
	/* who asks for a few devices does not ask who else is on the disk below them */
	for (size_t i = 0; i < host->n_blocks && !machine->only; i++)
		if (may_be_claimed(&host->blocks[i]))
			find_claims(&search, host->blocks[i].devno);
	host_source_set(host, "holders", search.is_denied ? OUTCOME_DENIED : OUTCOME_READ,
		"%s",
		search.is_denied ? "some of sysfs and configfs may not be read" : "");
}
