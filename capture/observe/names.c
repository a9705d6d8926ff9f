/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the hands need to know of a thing to act on it, under the host's own names; see
 * snapstate/observe.h. Input: the model, names of a question. Output: name and text
 * lines. What is not there, or was not read, has no line.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "observe.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/device.h"
#include "snapstate/host/lvm.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/places.h"
#include "snapstate/host/source.h"
#include "snapstate/host/swap.h"
#include "snapstate/io.h"
#include "snapstate/lvm_ability.h"
#include "snapstate/lvm_names.h"
#include "snapstate/text.h"

#define TEXT_PIECE	 512 /* bytes; a line of metadata may be of any length */
#define GROUND_DEPTH_MAX 32  /* a hostile table may hold a loop */

struct naming {
	const struct host *host;
	struct sight *sight;
	struct buf line;     /* reused */
	struct facts groups; /* that are named already */
};

static void word(struct naming *n, const char *key, const char *value)
{
	buf_puts(&n->line, key);
	buf_word(&n->line, value);
}

static void emit(struct naming *n)
{
	facts_add(&n->sight->names, buf_text(&n->line));
	n->line.len = 0;
}

/* ---- mounts ---- */

static void put_mount(struct naming *n, const struct mount *mount, const char *kind)
{
	buf_printf(&n->line, "%s %llu:%u on ", kind,
		(unsigned long long)mount->namespace_id, mount->id);
	buf_devno(&n->line, mount->devno);
	word(n, " target ", mount->target);
	emit(n);
}

static void name_mount(struct naming *n, const char *key)
{
	const struct host *host = n->host;
	const char *colon = strchr(key, ':');
	uint64_t namespace_id, id;

	if (!colon || parse_u64(key, (size_t)(colon - key), 10, &namespace_id) < 0 ||
		parse_u64(colon + 1, strlen(colon + 1), 10, &id) < 0)
		return;
	for (size_t i = 0; i < host->n_mounts; i++) {
		const struct mount *mount = &host->mounts[i];

		if (mount->namespace_id != namespace_id)
			continue;
		if (mount->id == id)
			put_mount(n, mount, "mount");
		if (mount->parent_id != id)
			continue;
		buf_printf(&n->line, "mount-below %s", key);
		word(n, " target ", mount->target);
		emit(n);
	}
}

/* Ids of mounts are the kernel's: no two namespaces have the same. */
static void name_mounts(struct naming *n)
{
	for (size_t i = 0; i < n->host->n_mounts; i++) {
		struct devno devno = host_mount_devno(n->host, &n->host->mounts[i]);

		if (devno_is_none(devno))
			continue;
		buf_printf(&n->line, "mounts %u on ", n->host->mounts[i].id);
		buf_devno(&n->line, devno);
		emit(n);
	}
}

/* ---- devices ---- */

/* The volume group that a device belongs to or is on, if LVM shows its name. */
static const struct vg *group_below(
	const struct host *host, const struct device *device, unsigned depth)
{
	char vg_uuid[LVM_UUID_LEN + 1], lv_uuid[LVM_UUID_LEN + 1];
	const struct vg *vg = NULL;
	const char *layer;

	if (!device || depth > GROUND_DEPTH_MAX)
		return NULL;
	if (lvm_dm_uuid_split(device->uuid, vg_uuid, lv_uuid, &layer))
		vg = host_vg(host, vg_uuid);
	for (size_t i = 0; i < device->n_deps && !vg; i++)
		vg = group_below(
			host, host_device_by_devno(host, device->deps[i]), depth + 1);
	return vg;
}

static void name_device(struct naming *n, const char *key)
{
	const struct device *device;
	const struct vg *vg;
	struct devno devno;

	if (parse_devno(key, strlen(key), &devno) < 0)
		return;
	device = host_device_by_devno(n->host, devno);
	if (!device)
		return;
	vg = group_below(n->host, device, 0);
	buf_printf(&n->line, "device %s", key);
	word(n, " uuid ", device->uuid);
	word(n, " name ", device->name);
	word(n, " group ", vg ? vg->name : "");
	emit(n);
}

static void name_swap(struct naming *n, const char *key)
{
	struct devno devno;

	if (parse_devno(key, strlen(key), &devno) < 0)
		return;
	for (size_t i = 0; i < n->host->n_swaps; i++) {
		const struct swap *swap = &n->host->swaps[i];

		if (!devno_is_equal(swap->devno, devno))
			continue;
		buf_printf(&n->line, "swap %s state %s", key,
			!swap->has_used ? "unread"
			: swap->used	? "used"
					: "unused");
		word(n, " path ", swap->path);
		emit(n);
	}
}

/* A file's device is the st_dev of a mount of the file system that it is on: btrfs has
 * one for each subvolume. */
static void name_backing(struct naming *n, struct devno below)
{
	for (size_t i = 0; i < n->host->n_mounts; i++) {
		const struct mount *mount = &n->host->mounts[i];

		if (!devno_is_equal(host_mount_devno(n->host, mount), below))
			continue;
		buf_puts(&n->line, "backing ");
		buf_devno(&n->line, below);
		buf_puts(&n->line, " ");
		buf_devno(&n->line, mount->devno);
		emit(n);
	}
}

static void name_block(struct naming *n, const char *key)
{
	const struct block *block;
	struct devno devno, below = DEVNO_NONE;

	if (parse_devno(key, strlen(key), &devno) < 0)
		return;
	block = host_block_by_devno(n->host, devno);
	if (!block)
		return;
	buf_printf(&n->line, "block %s", key);
	word(n, " name ", block->kname);
	word(n, " file ", block->backing_file);
	emit(n);
	if (*block->backing_file)
		below = host_loop_devno(n->host, block);
	if (!devno_is_none(below))
		name_backing(n, below);
}

static void name_disks(struct naming *n)
{
	for (size_t i = 0; i < n->host->n_blocks; i++) {
		const struct block *block = &n->host->blocks[i];

		buf_puts(&n->line, "disk ");
		buf_devno(&n->line, block->devno);
		buf_printf(&n->line, " diskseq %llu", (unsigned long long)block->diskseq);
		word(n, " name ", block->kname);
		emit(n);
	}
}

/* ---- volumes ---- */

/* "": not known. */
static void put_path(struct naming *n, const struct pv *pv)
{
	const struct block *block = host_block_by_devno(n->host, pv->devno);
	cleanup_buf struct buf path = BUF_INIT;

	if (block)
		block_node(block, &path);
	else if (host_device_by_devno(n->host, pv->devno))
		buf_printf(&path, "/dev/dm-%u", pv->devno.minor);
	buf_word(&n->line, buf_text(&path));
}

/* By `lvm version`, if it says. */
static void add_release(struct naming *n)
{
	const struct document *document = host_document(n->host, "lvm/version.txt");
	uint32_t release = document ? lvm_release_of(document->bytes) : LVM_NEWEST;

	if (release == LVM_NEWEST)
		return;
	buf_puts(&n->line, " lvm ");
	lvm_release_print(release, &n->line);
	document = host_document(n->host, "lvm/settings.txt");
	if (document && lvm_asks_settings(release) && lvm_refusal(document->bytes))
		word(n, " refuses ", lvm_refusal(document->bytes));
}

static void name_group(struct naming *n, const struct vg *vg)
{
	cleanup_places struct places places =
		host_places(n->host, PLACES_PVS, places_text(vg->uuid));

	buf_printf(&n->line, "group %s", vg->uuid);
	word(n, " name ", vg->name);
	buf_printf(&n->line, " seqno %llu", (unsigned long long)vg->seqno);
	add_release(n);
	emit(n);
	for (size_t i; places_next(&places, &i);) {
		if (strcmp(n->host->pvs[i].vg_uuid, vg->uuid) != 0)
			continue;
		buf_printf(&n->line, "pv %s ", vg->uuid);
		put_path(n, &n->host->pvs[i]);
		emit(n);
	}
}

static void name_volume(struct naming *n, const char *key)
{
	const char *slash = strchr(key, '/');
	cleanup_free char *vg_uuid = slash ? xstrndup(key, (size_t)(slash - key)) : NULL;
	const struct vg *vg = slash ? host_vg(n->host, vg_uuid) : NULL;
	const struct lv *lv = vg ? host_lv(n->host, vg_uuid, slash + 1) : NULL;

	if (vg && facts_insert(&n->groups, vg->uuid))
		name_group(n, vg);
	if (!lv)
		return;
	buf_printf(&n->line, "volume %s", key);
	word(n, " name ", lv->name);
	emit(n);
}

static void name_text(struct naming *n, const char *vg_uuid)
{
	cleanup_buf struct buf name = BUF_INIT, body = BUF_INIT;
	const struct document *document;

	buf_printf(&name, "lvm/%s.vg", vg_uuid);
	document = host_document(n->host, buf_text(&name));
	if (!document || !document->len)
		return;
	text_lvm_metadata_body(document, &body);
	for (size_t at = 0; at < body.len; at += TEXT_PIECE) {
		size_t len = body.len - at < TEXT_PIECE ? body.len - at : TEXT_PIECE;
		cleanup_free char *piece = xstrndup(body.data + at, len);

		buf_printf(&n->line, "%s ", vg_uuid);
		buf_tail(&n->line, piece);
		facts_add(&n->sight->text, buf_text(&n->line));
		n->line.len = 0;
	}
}

/* ---- processes ---- */

/* The function of the kernel in which a process sleeps (proc(5), /proc/PID/wchan), by a
 * part of its name, and what LVM calls it for. */
static const struct {
	const char *part, *words;
} waits[] = {
	{"sem", "for udev to handle an event: look at systemd-udevd (is it stopped? "
		"does one of its rules hang?)"}, /* ipc/sem.c: libdevmapper's cookie */
	{"flock", "for a lock that another LVM command holds"}, /* fs/locks.c */
	{"locks", "for a lock that another LVM command holds"},
	{"io_", "for a disk, or for a suspended device, to answer"}, /* io_schedule() */
	{"blk", "for a disk, or for a suspended device, to answer"},
	{"aio", "for a disk, or for a suspended device, to answer"},
	{"read_events", "for a disk, or for a suspended device, to answer"},
	{"dm_", "for device-mapper to finish reads and writes: for a disk below"},
};

/* Who is not root's ptrace(2) is told "0" (fs/proc/base.c, proc_pid_wchan). */
static void name_wait(struct naming *n, const char *pid)
{
	cleanup_buf struct buf path = BUF_INIT, function = BUF_INIT;

	if (!*pid || strspn(pid, "0123456789") != strlen(pid))
		return;
	buf_printf(&path, "/proc/%s/wchan", pid);
	if (file_read_at(AT_FDCWD, path.data, 256, &function, NULL) < 0)
		return;
	for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
		if (!strstr(buf_text(&function), waits[i].part))
			continue;
		buf_printf(&n->line, "wait %s ", pid);
		buf_tail(&n->line, waits[i].words);
		emit(n);
		return;
	}
}

/* ---- all of them ---- */

static const struct {
	const char *kind; /* with its blank, where a key follows */
	void (*with_key)(struct naming *n, const char *key);
	void (*alone)(struct naming *n);
} kinds[] = {
	{"mount ", name_mount, NULL},
	{"mounts", NULL, name_mounts},
	{"device ", name_device, NULL},
	{"volume ", name_volume, NULL},
	{"swap ", name_swap, NULL},
	{"block ", name_block, NULL},
	{"disks", NULL, name_disks},
	{"text ", name_text, NULL},
	{"wait ", name_wait, NULL},
};

static void name_one(struct naming *n, const char *name)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		size_t len = strlen(kinds[i].kind);

		if (kinds[i].alone && strcmp(name, kinds[i].kind) == 0)
			kinds[i].alone(n);
		else if (kinds[i].with_key && strncmp(name, kinds[i].kind, len) == 0)
			kinds[i].with_key(n, name + len);
	}
}

void observe_names(const struct host *host, const struct observe_question *question,
	struct sight *ret_sight)
{
	struct naming n = {.host = host, .sight = ret_sight};

	word(&n, "host ", host->identity.node);
	emit(&n);
	for (size_t i = 0; i < question->names.count; i++)
		name_one(&n, question->names.items[i]);
	facts_sort(&ret_sight->names);
	facts_free(&n.groups);
	buf_free(&n.line);
}
