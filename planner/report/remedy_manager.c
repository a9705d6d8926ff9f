/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who manages a volume, by the names that it gives, and how it is asked. Input: the names
 * of a volume and of its origin. Output: words behind those of a remedy. A name proves
 * nothing: no verdict depends on it, and nothing is to be removed for its sake.
 *
 * Sources: xcp-ng/sm, drivers/lvhdutil.py (VG_PREFIX, LV_PREFIX); pve-storage,
 * PVE/Storage/LVMPlugin.pm; cinder, volume_name_template, and volume/drivers/lvm.py,
 * _escape_snapshot(); nova, lvm images
 * (instance.uuid + "_disk"); vdsm, storage/blockSD.py: groups and volumes are named by
 * uuids.
 */
#include <fnmatch.h>
#include <string.h>

#include "remedy.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/lvm.h"

#define HEX4	   "[0-9a-f][0-9a-f][0-9a-f][0-9a-f]"
#define UUID_GLOB  HEX4 HEX4 "-" HEX4 "-" HEX4 "-" HEX4 "-" HEX4 HEX4 HEX4
#define UUID_CHARS "0123456789abcdefABCDEF-"
#define WORD_CHARS "0123456789abcdefghijklmnopqrstuvwxyz"

/* XenServer's list shows nothing, where its pool does not know the disk. */
static void xen_words(const char *id, int len, struct buf *text)
{
	buf_sentence(text,
		"; XenServer and XCP-ng know it by this uuid: `xe vdi-list uuid=%.*s`, "
		"`xe vbd-list vdi-uuid=%.*s` for its machine",
		len, id, len, id);
}

static void proxmox_words(const char *id, int len, struct buf *text)
{
	buf_sentence(text,
		"; it belongs to Proxmox guest %.*s: `qm config %.*s` (or `pct config "
		"%.*s`) shows its disks",
		len, id, len, id, len, id);
}

static void cinder_words(const char *id, int len, struct buf *text)
{
	buf_sentence(text,
		"; it is a volume of OpenStack's Cinder: `openstack volume show %.*s` "
		"shows the server that has it",
		len, id);
}

static void cinder_snapshot_words(const char *id, int len, struct buf *text)
{
	buf_sentence(text,
		"; it is a snapshot of OpenStack's Cinder: `openstack volume snapshot "
		"show %.*s` shows whose it is, and Cinder removes it",
		len, id);
}

static void nova_words(const char *id, int len, struct buf *text)
{
	buf_sentence(text,
		"; it is the disk of an OpenStack server: `openstack server show %.*s`",
		len, id);
}

/* The group is the storage domain; vdsm's SPM alone changes it, and the filter that vdsm
 * puts into lvm.conf hides it from plain LVM commands (vdsm-tool config-lvm-filter). */
static void ovirt_words(const char *id, int len, struct buf *text)
{
	buf_sentence(text,
		"; a group named by a uuid is a storage domain of oVirt, which only its "
		"SPM host may change, and which plain lvs may not show: ask the engine "
		"about image %.*s, or `vdsm-client Host getStorageDomains` on the host",
		len, id);
}

/* What it calls a backup or a disk; who made the volume is in its database. */
static void onapp_words(const char *id, int len, struct buf *text)
{
	buf_sentence(text, "; OnApp's control panel knows it as %.*s", len, id);
}

static const struct {
	const char *label; /* glob of VG/LV */
	const char *before; /* the id in the volume's name */
	const char *chars;  /* of the id */
	void (*words)(const char *id, int len, struct buf *text);
} managers[] = {
	{"VG_XenStorage-*/VHD-*", "VHD-", UUID_CHARS, xen_words},
	{"VG_XenStorage-*/LV-*", "LV-", UUID_CHARS, xen_words},
	{"*/vm-[0-9]*-disk-*", "vm-", "0123456789", proxmox_words},
	{"*/base-[0-9]*-disk-*", "base-", "0123456789", proxmox_words},
	{"*/volume-" UUID_GLOB, "volume-", UUID_CHARS, cinder_words},
	{"*/_snapshot-" UUID_GLOB, "_snapshot-", UUID_CHARS, cinder_snapshot_words},
	{"*/" UUID_GLOB "_disk*", "", UUID_CHARS, nova_words},
	{UUID_GLOB "/" UUID_GLOB, "", UUID_CHARS, ovirt_words},
	{"onapp-*/backup-*", "backup-", WORD_CHARS, onapp_words},
	{"onapp-*/*", "", WORD_CHARS, onapp_words},
};

bool remedy_manager_words(const char *label, struct buf *text)
{
	const char *name = strrchr(label, '/');

	for (size_t i = 0; name && i < sizeof(managers) / sizeof(managers[0]); i++) {
		const char *id = name + 1 + strlen(managers[i].before);

		if (fnmatch(managers[i].label, label, FNM_PATHNAME | FNM_NOESCAPE) != 0)
			continue;
		managers[i].words(id, (int)strspn(id, managers[i].chars), text);
		return true;
	}
	return false;
}

void remedy_manager_of(
	const struct host *host, const struct subject *subject, struct buf *text)
{
	const struct vg *vg = host_vg(host, subject->vg_uuid);
	const struct lv *lv = host_lv(host, subject->vg_uuid, subject->lv_uuid);
	const struct lv *origin =
		lv && *lv->origin_uuid ? host_lv(host, subject->vg_uuid, lv->origin_uuid)
				      : NULL;
	cleanup_buf struct buf label = BUF_INIT;

	if (remedy_manager_words(subject->label, text) || !vg || !origin)
		return;
	buf_printf(&label, "%s/%s", vg->name, origin->name);
	remedy_manager_words(buf_text(&label), text);
}
