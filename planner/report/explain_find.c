/* SPDX-License-Identifier: Apache-2.0 */
/* Which device somebody means, and on which hosts; see explain.h. */
#include <errno.h>
#include <string.h>

#include "explain.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/device.h"
#include "snapstate/host/file.h"
#include "snapstate/host/lvm.h"
#include "snapstate/host/mount.h"
#include "snapstate/lvm_names.h"

static struct devno by_lv_uuid(const struct host *host, const char *name)
{
	char uuid[LVM_UUID_LEN + 1], vg[LVM_UUID_LEN + 1], lv[LVM_UUID_LEN + 1];
	const char *layer;

	if (!lvm_uuid_plain(name, uuid))
		return DEVNO_NONE;
	for (size_t i = 0; i < host->n_devices; i++)
		if (lvm_dm_uuid_split(host->devices[i].uuid, vg, lv, &layer) &&
			*layer == '\0' && strcmp(lv, uuid) == 0)
			return host->devices[i].devno;
	return DEVNO_NONE;
}

/* "VG/LV" by the metadata: also where the dm name is another. */
static const struct lv *lv_by_label(
	const struct host *host, const char *name, struct devno *ret_devno)
{
	const char *slash = strchr(name, '/');

	*ret_devno = DEVNO_NONE;
	for (size_t i = 0; slash && i < host->n_vgs; i++) {
		const struct vg *vg = &host->vgs[i];
		const struct lv *lv;

		if (strlen(vg->name) != (size_t)(slash - name) ||
			strncmp(vg->name, name, strlen(vg->name)) != 0)
			continue;
		lv = host_lv_by_name(host, vg->uuid, slash + 1);
		if (lv) {
			const struct device *device =
				host_device_of_lv(host, vg->uuid, lv->uuid, "");

			if (device)
				*ret_devno = device->devno;
			return lv;
		}
	}
	return NULL;
}

static const char *without_dev(const char *name)
{
	return strncmp(name, "/dev/", 5) == 0 ? name + 5 : name;
}

/* What is mounted there on the host itself; the last one hides those below it. */
static struct devno by_mount_point(const struct host *host, const char *name)
{
	const struct mount_namespace *home = host_namespace_of_host(host);
	struct devno devno = DEVNO_NONE;

	for (size_t i = 0; home && i < host->n_mounts; i++)
		if (host->mounts[i].namespace_id == home->id &&
			strcmp(host->mounts[i].target, name) == 0)
			devno = host->mounts[i].devno;
	return devno;
}

/* A volume's name without its group, where no other group has such a volume. */
static struct devno by_lv_name(const struct host *host, const char *name)
{
	const struct device *device = NULL;
	size_t count = 0;

	for (size_t i = 0; i < host->n_lvs; i++) {
		const struct lv *lv = &host->lvs[i];

		if (strcmp(lv->name, name) != 0)
			continue;
		device = host_device_of_lv(host, lv->vg_uuid, lv->uuid, "");
		count++;
	}
	return count == 1 && device ? device->devno : DEVNO_NONE;
}

/* From the name that cannot be mistaken to the one that can. */
static struct devno find(const struct host *host, const char *name)
{
	struct devno devno;
	const struct device *device;
	const struct block *block;
	cleanup_buf struct buf path = BUF_INIT;

	if (parse_devno(name, strlen(name), &devno) == 0)
		return devno;
	device = host_device_by_uuid(host, name);
	if (!device)
		device = host_device_by_name(host, name);
	if (device)
		return device->devno;
	devno = by_lv_uuid(host, name);
	if (!devno_is_none(devno))
		return devno;
	block = host_block_by_kname(host, name);
	if (block)
		return block->devno;
	lv_by_label(host, without_dev(name), &devno);
	if (!devno_is_none(devno))
		return devno;
	devno = by_mount_point(host, name);
	if (!devno_is_none(devno))
		return devno;
	if (*name != '/')
		buf_puts(&path, "/dev/");
	buf_puts(&path, name);
	devno = host_path_devno(host, buf_text(&path));
	return devno_is_none(devno) ? by_lv_name(host, name) : devno;
}

struct devno explain_find(const struct host *host, const char *name)
{
	struct devno devno = find(host, name);

	if (!host_device_by_devno(host, devno) && !host_block_by_devno(host, devno))
		return DEVNO_NONE;
	return devno;
}

bool explain_is_inactive(const struct host *host, const char *name)
{
	struct devno devno;

	return lv_by_label(host, without_dev(name), &devno) && devno_is_none(devno);
}

/* ---- of the hosts ---- */

/* What is behind "NODE:"; NULL: it begins otherwise. */
static const char *behind_node(const struct host *host, const char *name)
{
	const char *node = host->identity.node;
	size_t len = strlen(node);

	return len && strncmp(name, node, len) == 0 && name[len] == ':' ? name + len + 1
									: NULL;
}

static bool has_it(const struct host *host, const char *name)
{
	return !devno_is_none(explain_find(host, name)) ||
	       explain_is_inactive(host, name);
}

/* A node may be called 254: what no host of such a node has is looked for as it stands.
 */
void explain_choose(const struct report *report, const char *name, const char **ret_names)
{
	bool is_of_node = false;

	for (size_t i = 0; i < report->n_hosts; i++) {
		const struct host *host = report->hosts[i].member->host;
		const char *behind = behind_node(host, name);

		ret_names[i] = behind && has_it(host, behind) ? behind : NULL;
		is_of_node |= ret_names[i] != NULL;
	}
	for (size_t i = 0; !is_of_node && i < report->n_hosts; i++)
		ret_names[i] = name;
}

/* ---- errors ---- */

static int not_on(const struct host *host, const char *name, struct err *err)
{
	cleanup_buf struct buf word = BUF_INIT;

	buf_word(&word, name);
	if (explain_is_inactive(host, name))
		return err_set(err, -ENOENT,
			"%s is a volume of the metadata, but not active on this host: it "
			"has no device to explain",
			buf_text(&word));
	return err_set(err, -ENOENT,
		"no recorded device is called %s; --explain takes MAJ:MIN, a uuid, a dm "
		"name, VG/LV, LV, a "
		"path below /dev or a mount point",
		buf_text(&word));
}

int explain_not_found(const struct report *report, const char *name, struct err *err)
{
	cleanup_buf struct buf word = BUF_INIT;

	for (size_t i = 0; i < report->n_hosts; i++) {
		const struct host *host = report->hosts[i].member->host;
		const char *behind = behind_node(host, name);

		if (!behind)
			continue;
		not_on(host, behind, err);
		buf_word(&word, host->identity.node);
		return err_wrap(err, "%s", buf_text(&word));
	}
	for (size_t i = 0; i < report->n_hosts; i++)
		if (!report_is_of_several(report) ||
			explain_is_inactive(report->hosts[i].member->host, name))
			return not_on(report->hosts[i].member->host, name, err);
	buf_word(&word, name);
	return err_set(err, -ENOENT,
		"no host has a recorded device that is called %s; --explain takes "
		"MAJ:MIN, a uuid, a dm name, "
		"VG/LV, LV, a path below /dev or a mount point, or NODE: and one of "
		"these",
		buf_text(&word));
}
