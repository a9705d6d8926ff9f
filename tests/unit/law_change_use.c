/* SPDX-License-Identifier: Apache-2.0 */
/* Who uses the host's devices: mounts, processes, swap, the kernel; and the host itself.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "law.h"
#include "sample_host.h"
#include "snapstate/buf.h"
#include "snapstate/host.h"
#include "snapstate/host/config.h"
#include "snapstate/host/device.h"
#include "snapstate/host/file.h"
#include "snapstate/host/holder.h"
#include "snapstate/host/lvm.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/process.h"
#include "snapstate/host/source.h"
#include "snapstate/host/swap.h"

/* ---- mounts ---- */

static struct mount *pick_mount(struct dice *dice, struct host *host)
{
	struct mount *picked = NULL;
	uint64_t seen = 0;

	for (size_t i = 0; i < host->n_mounts; i++)
		if (strcmp(host->mounts[i].target, "/") != 0 && one_in(dice, ++seen))
			picked = &host->mounts[i];
	return picked;
}

static struct mount *add_mount(struct host *host, const struct mount *like,
	uint64_t namespace_id, const char *target)
{
	const struct mount copy = *like;
	unsigned id = law_free_mount(host);
	struct mount *mount = array_add(&host->mounts, &host->n_mounts);

	*mount = copy;
	mount->id = id;
	mount->namespace_id = namespace_id;
	mount->target = target;
	mount->shared = mount->master = 0;
	return mount;
}

static void drop_mount(struct host *host, const struct mount *mount)
{
	size_t place = (size_t)(mount - host->mounts);

	memmove(&host->mounts[place], &host->mounts[place + 1],
		(host->n_mounts - place - 1) * sizeof(*mount));
	host->n_mounts--;
}

static bool is_mounted(const struct host *host, struct devno devno)
{
	for (size_t i = 0; i < host->n_mounts; i++)
		if (devno_is_equal(host->mounts[i].devno, devno))
			return true;
	return false;
}

static void end_file_system(struct host *host, struct devno devno)
{
	struct device *device = host_device_by_devno(host, devno);
	size_t kept = 0;

	for (size_t i = 0; i < host->n_superblocks; i++)
		if (!devno_is_equal(host->superblocks[i].devno, devno))
			host->superblocks[kept++] = host->superblocks[i];
	if (kept != host->n_superblocks && device && device->open_count)
		device->open_count--;
	host->n_superblocks = kept;
}

static bool has_child(const struct host *host, const struct mount *mount)
{
	for (size_t i = 0; i < host->n_mounts; i++)
		if (host->mounts[i].namespace_id == mount->namespace_id &&
			host->mounts[i].parent_id == mount->id)
			return true;
	return false;
}

/* umount (0); umount -l while something still uses it (1) */
static bool unmount(struct dice *dice, struct host *host, int which)
{
	const struct mount *mount = pick_mount(dice, host);
	struct devno devno;

	if (!mount || has_child(host, mount))
		return false;
	devno = mount->devno;
	drop_mount(host, mount);
	if (!which && !is_mounted(host, devno))
		end_file_system(host, devno);
	return true;
}

/* mount of a device of device-mapper: in the host's namespace (0), where the system's own
 * file systems belong (1), in a new namespace (2) */
static bool mount_device(struct dice *dice, struct host *host, int which)
{
	const struct device *device = law_pick_device(dice, host, law_is_idle);
	uint64_t namespace_id = which == 2 ? SAMPLE_NS + 70 : SAMPLE_NS;
	struct devno devno;

	if (!device)
		return false;
	devno = device->devno;
	if (which == 2) {
		*array_add(&host->namespaces, &host->n_namespaces) =
			(struct mount_namespace){.id = namespace_id, .pid = 4711};
		host_source_set(host,
			law_text(host, "mounts/%llu", (unsigned long long)namespace_id),
			OUTCOME_READ, "%s", "");
	}
	sample_add_mount(host, namespace_id, law_free_mount(host), 1, devno.minor,
		which == 1 ? "/var/lib" : "/mnt/new");
	sample_add_file_system(host, devno);
	return true;
}

enum mount_change {
	MOUNT_READ_ONLY,
	MOUNT_BIND,
	MOUNT_BIND_FOLDER,
	MOUNT_MOVED,
	MOUNT_BELOW,
	MOUNT_ON_TOP,
	MOUNT_BELOW_OTHER,
	MOUNT_AGAIN,
};

/* The file system with all its mounts. */
static void remount(struct host *host, struct mount *mount)
{
	const char *options = mount_is_writable(mount) ? "ro" : "rw";

	mount->options = options;
	for (size_t i = 0; i < host->n_mounts; i++)
		if (devno_is_equal(host->mounts[i].devno, mount->devno))
			host->mounts[i].super_options = options;
}

static bool change_mount(struct dice *dice, struct host *host, int which)
{
	struct mount *mount = pick_mount(dice, host), *made;
	uint32_t id;

	if (!mount)
		return false;
	id = mount->id;
	switch ((enum mount_change)which) {
	case MOUNT_READ_ONLY:
		remount(host, mount);
		break;
	case MOUNT_BIND:
		add_mount(host, mount, mount->namespace_id, "/mnt/bound");
		break;
	case MOUNT_BIND_FOLDER:
		add_mount(host, mount, mount->namespace_id, "/mnt/bound")->root = "/etc";
		break;
	case MOUNT_MOVED:
		mount->target = "/mnt/moved";
		break;
	case MOUNT_BELOW: /* a tmpfs */
		made = add_mount(host, mount, mount->namespace_id,
			law_text(host, "%s/tmp", mount->target));
		made->parent_id = id;
		made->devno = (struct devno){0, 61};
		made->type = "tmpfs";
		break;
	case MOUNT_ON_TOP:
		made = add_mount(host, mount, mount->namespace_id, mount->target);
		made->parent_id = id;
		made->devno = (struct devno){0, 62};
		made->type = "tmpfs";
		break;
	case MOUNT_BELOW_OTHER: /* of another device of the same stack, or of another */
		made = pick_mount(dice, host);
		if (made == mount || has_child(host, made))
			return false;
		made->parent_id = id;
		made->target = law_text(host, "%s/boot", mount->target);
		break;
	case MOUNT_AGAIN:
		mount->id = law_free_mount(host);
		break;
	}
	return true;
}

/* Of the mounts on /, below which others propagate: none (0), or all, to one group (1).
 */
static bool change_propagation(struct dice *dice, struct host *host, int which)
{
	bool has_changed = false;

	(void)dice;
	for (size_t i = 0; i < host->n_mounts; i++) {
		struct mount *mount = &host->mounts[i];

		if (strcmp(mount->target, "/") != 0)
			continue;
		has_changed |= mount->shared != (uint32_t)which;
		mount->shared = (uint32_t)which;
		if (!which)
			mount->master = 0;
	}
	return has_changed;
}

/* A service or a container starts: a new namespace with copies of all mounts, which
 * receives the host's umounts (1) or not (0). */
static bool add_namespace(struct dice *dice, struct host *host, int which)
{
	uint64_t id = SAMPLE_NS + 80;
	size_t count = host->n_mounts;

	(void)dice;
	*array_add(&host->namespaces, &host->n_namespaces) =
		(struct mount_namespace){.id = id, .pid = 4712};
	host_source_set(host, law_text(host, "mounts/%llu", (unsigned long long)id),
		OUTCOME_READ, "%s", "");
	for (size_t i = 0; i < count; i++) {
		const struct mount *from = &host->mounts[i];
		uint32_t old_id = from->id;
		struct mount *made;

		if (from->namespace_id != SAMPLE_NS)
			continue;
		if (which && from->parent_id == 0)
			host->mounts[i].shared = 1;
		made = add_mount(host, from, id, from->target);
		made->id = old_id;
		if (which && made->parent_id == 0)
			made->master = 1;
	}
	return true;
}

/* No block device of the stack. */
static bool mount_unrelated(struct dice *dice, struct host *host, int which)
{
	sample_add_mount(host, SAMPLE_NS, law_free_mount(host), 1, 990, "/mnt/unrelated");
	host->mounts[host->n_mounts - 1].type = "tmpfs";
	(void)dice;
	(void)which;
	return true;
}

/* A file system whose st_dev is nobody's, on a device by its source's name: btrfs, which
 * has its device open (fs/btrfs/volumes.c, btrfs_open_one_device). */
static bool mount_by_source(struct dice *dice, struct host *host, int which)
{
	struct device *device = law_pick_device(dice, host, law_is_idle);
	struct mount *mount;

	(void)which;
	if (!device)
		return false;
	sample_add_mount(host, SAMPLE_NS, law_free_mount(host), 1, 991, "/mnt/btrfs");
	mount = &host->mounts[host->n_mounts - 1];
	mount->type = "btrfs";
	device->open_count++;
	mount->source = law_text(host, "/dev/mapper/%s", device->name);
	return true;
}

/* It names a device, or a volume that has none, by one of its names. */
static bool configure(struct dice *dice, struct host *host, int which)
{
	static const char *const files[] = {"/etc/systemd/system/srv-named.mount",
		"/run/systemd/generator/dev-named.swap", "/etc/libvirt/qemu/guest.xml",
		"/etc/xen/guest.cfg", "/etc/pve/qemu-server/100.conf", "/etc/auto.misc"};
	const struct device *device = law_pick_device(dice, host, law_is_any);
	const struct lv *lv = law_pick_snapshot_volume(dice, host);
	const struct vg *vg = lv ? host_vg(host, lv->vg_uuid) : NULL;
	bool is_by_volume = one_in(dice, 2) && vg;

	if (which == CONFIG_AUTOFS + 1) { /* one goes */
		if (!host->n_configs)
			return false;
		host->n_configs--;
		return true;
	}
	if (!device && !vg)
		return false;
	*array_add(&host->configs, &host->n_configs) = (struct config_entry){
		.file = files[which],
		.line = 3,
		.kind = (enum config_kind)which,
		.device = is_by_volume || !device
				  ? law_text(host, "/dev/%s/%s", vg->name, lv->name)
			  : one_in(dice, 2)
				  ? law_text(host, "/dev/disk/by-id/dm-name-%s",
					    device->name)
				  : law_text(host, "/dev/mapper/%s", device->name),
		.target = which == CONFIG_MOUNT ? "/srv/named" : ""};
	return true;
}

static bool change_fstab(struct dice *dice, struct host *host, int which)
{
	const struct mount *mount = pick_mount(dice, host);
	const struct device *device = law_pick_device(dice, host, law_is_any);
	struct fstab_entry *entry;

	if (which == 2) { /* an entry goes */
		if (!host->n_fstab)
			return false;
		host->n_fstab--;
		return true;
	}
	if (!mount || !device)
		return false;
	entry = array_add(&host->fstab, &host->n_fstab);
	*entry = (struct fstab_entry){.line = 90,
		.is_automatic = true,
		.source = which ? law_text(host, "/dev/mapper/%s", device->name)
				: "UUID=other",
		.target = which ? "/mnt/named" : mount->target,
		.type = "ext4"};
	return true;
}

/* ---- processes ---- */

static const char *const programs[] = {"tar", "bash", "qemu-system-x86", "rsync", "vim"};

/* By a descriptor of the node, a file, its working directory, its root, a mapping. */
static bool use_device(struct dice *dice, struct host *host, int which)
{
	const struct device *device = law_pick_device(dice, host, law_is_any);
	const struct mount *mount = pick_mount(dice, host);
	unsigned pid = 6000 + (unsigned)roll(dice, 100);

	if (which == USE_NODE) {
		if (!device)
			return false;
		sample_add_use(host, pid, programs[roll(dice, 5)], USE_NODE,
			device->devno.minor);
		return true;
	}
	if (!mount || !mount->devno.major)
		return false;
	sample_add_use(host, pid, programs[roll(dice, 5)], (enum use_kind)which,
		mount->devno.minor);
	host->uses[host->n_uses - 1].devno = mount->devno;
	return true;
}

static void drop_use(struct host *host, size_t place)
{
	struct device *device = host_device_by_devno(host, host->uses[place].devno);

	if (host->uses[place].kind == USE_NODE && device && device->open_count)
		device->open_count--;
	memmove(&host->uses[place], &host->uses[place + 1],
		(host->n_uses - place - 1) * sizeof(*host->uses));
	host->n_uses--;
}

/* A process that used something ends, or lets go. */
static bool end_use(struct dice *dice, struct host *host, int which)
{
	(void)which;
	if (!host->n_uses)
		return false;
	drop_use(host, roll(dice, host->n_uses));
	return true;
}

/* Another process under the same number. */
static bool replace_process(struct dice *dice, struct host *host, int which)
{
	(void)which;
	if (!host->n_processes)
		return false;
	host->processes[roll(dice, host->n_processes)].start += 5000;
	return true;
}

static bool start_process(struct dice *dice, struct host *host, int which)
{
	static const char *const unrelated[] = {"sshd", "cron", "qemu-system-x86", "tar"};
	static const char *const storage[] = {"lvs", "lvremove", "dmsetup", "kpartx"};
	struct process *process = array_add(&host->processes, &host->n_processes);

	*process = (struct process){.pid = 7000 + (unsigned)roll(dice, 100),
		.start = 99999,
		.comm = which ? storage[roll(dice, 4)] : unrelated[roll(dice, 4)],
		.exe = "",
		.mount_namespace = SAMPLE_NS};
	return true;
}

static bool end_processes(struct dice *dice, struct host *host, int which)
{
	size_t kept = 0;

	(void)dice;
	(void)which;
	for (size_t i = 0; i < host->n_processes; i++) {
		bool has_use = false;

		for (size_t u = 0; u < host->n_uses && !has_use; u++)
			has_use = host->uses[u].pid == host->processes[i].pid;
		if (has_use)
			host->processes[kept++] = host->processes[i];
	}
	if (kept == host->n_processes)
		return false;
	host->n_processes = kept;
	return true;
}

/* ---- swap, and the kernel ---- */

static bool change_swap(struct dice *dice, struct host *host, int which)
{
	const struct device *device = law_pick_device(dice, host, law_is_idle);
	struct device *below;
	struct swap *swap;

	if (which == 0) { /* swapon */
		if (!device)
			return false;
		sample_add_swap(host, device->devno);
		return true;
	}
	if (!host->n_swaps)
		return false;
	swap = &host->swaps[host->n_swaps - 1];
	if (which == 1) {
		swap->used += 100;
		return true;
	}
	below = host_device_by_devno(host, swap->devno);
	if (below)
		below->open_count -= below->open_count < 2 ? below->open_count : 2;
	host->n_swaps--;
	return true;
}

/* In sight, and of an earlier capture (FILE_BY_PATH); or where no path leads to it: on the
 * file system of a mount, or nobody knows where. */
static bool add_swap_file(struct dice *dice, struct host *host, int which)
{
	const struct mount *mount = pick_mount(dice, host);
	const struct file_at file = {.place = (enum file_place)which,
		.devno = mount && which == FILE_FOUND ? host_mount_devno(host, mount)
						      : DEVNO_NONE};

	if (!mount)
		return false;
	*array_add(&host->swaps, &host->n_swaps) = (struct swap){
		.path = which == FILE_BY_PATH
				? law_text(host, "%s/swapfile", mount->target)
				: "/swapfile",
		.file = file,
		.has_used = true};
	return true;
}

static bool hold_device(struct dice *dice, struct host *host, int which)
{
	struct device *device = law_pick_device(dice, host, law_is_any);
	const struct mount *mount = pick_mount(dice, host);
	struct devno devno;

	bool is_of_file = holder_is_of_file((enum holder_kind)which);

	if (is_of_file ? !mount : !device)
		return false;
	devno = is_of_file ? mount->devno : device->devno;
	*array_add(&host->kernel_holders, &host->n_kernel_holders) =
		(struct kernel_holder){.devno = devno,
			.kind = (enum holder_kind)which,
			.name = "new/disk1"};
	if (!is_of_file)
		device->open_count++;
	return true;
}

/* An overlay of root's (0), one that can only be on what is mounted in the namespace
 * where it is (1), a SCSI target on a file (2): nobody knows on which file system. */
static bool hold_somewhere(struct dice *dice, struct host *host, int which)
{
	const struct mount *mount = pick_mount(dice, host);

	if (!mount)
		return false;
	*array_add(&host->kernel_holders, &host->n_kernel_holders) =
		(struct kernel_holder){.kind = which == 2 ? HOLDER_LIO_FILE
							  : HOLDER_OVERLAY,
			.name = "/mnt/merged",
			.namespace_id = which == 1 ? mount->namespace_id : 0,
			.is_within = which == 1};
	return true;
}

static bool end_hold(struct dice *dice, struct host *host, int which)
{
	struct device *device;

	(void)dice;
	(void)which;
	if (!host->n_kernel_holders)
		return false;
	device = host_device_by_devno(
		host, host->kernel_holders[host->n_kernel_holders - 1].devno);
	if (device && device->open_count)
		device->open_count--;
	host->n_kernel_holders--;
	return true;
}

/* A file system that no mount table shows. */
static bool add_hidden_file_system(struct dice *dice, struct host *host, int which)
{
	const struct device *device = law_pick_device(dice, host, law_is_idle);

	(void)which;
	if (!device)
		return false;
	sample_add_file_system(host, device->devno);
	return true;
}

/* ---- the host ---- */

enum host_change {
	HOST_RESTARTED,
	HOST_OTHER,
	HOST_RENAMED,
	HOST_LATER,
};

static bool change_host(struct dice *dice, struct host *host, int which)
{
	struct identity *identity = &host->identity;

	switch ((enum host_change)which) {
	case HOST_RESTARTED:
		identity->boot_id = "9e2f0000-0000-4000-8000-000000000000";
		break;
	case HOST_OTHER:
		identity->machine_id = "fedcba9876543210fedcba9876543210";
		break;
	case HOST_RENAMED:
		identity->node = "renamed";
		break;
	case HOST_LATER:
		identity->taken += 1 + (int64_t)roll(dice, 86400);
		identity->uptime += 1 + roll(dice, 8640000);
		break;
	}
	return true;
}

/* Not "again": whether a host changed while it was captured is said of that capture
 * alone. */
static bool lose_source(struct dice *dice, struct host *host, int which)
{
	struct source *source = &host->sources[roll(dice, host->n_sources)];

	(void)which;
	if (outcome_is_gap(source->outcome) || strcmp(source->name, "again") == 0)
		return false;
	source->outcome = (enum outcome)(OUTCOME_DENIED + roll(dice, 6));
	return true;
}

const struct change_of law_use_changes[] = {
	{"unmounted", unmount, 0},
	{"lazily unmounted", unmount, 1},
	{"mounted", mount_device, 0},
	{"mounted where the system's own belong", mount_device, 1},
	{"mounted in a new namespace", mount_device, 2},
	{"remounted read-only or read-write", change_mount, MOUNT_READ_ONLY},
	{"mount bound elsewhere", change_mount, MOUNT_BIND},
	{"mount's folder bound elsewhere", change_mount, MOUNT_BIND_FOLDER},
	{"mount moved", change_mount, MOUNT_MOVED},
	{"something mounted below", change_mount, MOUNT_BELOW},
	{"something mounted on top", change_mount, MOUNT_ON_TOP},
	{"mount moved below another", change_mount, MOUNT_BELOW_OTHER},
	{"unmounted and mounted again", change_mount, MOUNT_AGAIN},
	{"mounts private", change_propagation, 0},
	{"mounts shared", change_propagation, 1},
	{"namespace with copies of all mounts", add_namespace, 0},
	{"namespace that receives umounts", add_namespace, 1},
	{"unrelated mount", mount_unrelated, 0},
	{"mounted by the name of its device", mount_by_source, 0},
	{"fstab puts another on the mount point", change_fstab, 0},
	{"fstab names a device", change_fstab, 1},
	{"fstab entry removed", change_fstab, 2},
	{"mount unit names a device", configure, CONFIG_MOUNT},
	{"swap unit names a device", configure, CONFIG_SWAP},
	{"libvirt guest names a device", configure, CONFIG_LIBVIRT},
	{"Xen guest names a device", configure, CONFIG_XEN},
	{"Proxmox guest names a device", configure, CONFIG_PROXMOX},
	{"automount map names a device", configure, CONFIG_AUTOFS},
	{"unit or guest removed", configure, CONFIG_AUTOFS + 1},
	{"process opened a device", use_device, USE_NODE},
	{"process opened a file", use_device, USE_FILE},
	{"process has its working directory there", use_device, USE_CWD},
	{"process has its root there", use_device, USE_ROOT},
	{"process mapped a file", use_device, USE_MAP},
	{"process let go", end_use, 0},
	{"process replaced by another", replace_process, 0},
	{"unrelated process", start_process, 0},
	{"storage command running", start_process, 1},
	{"processes ended", end_processes, 0},
	{"swap on", change_swap, 0},
	{"swap used", change_swap, 1},
	{"swap off", change_swap, 2},
	{"swap file", add_swap_file, FILE_BY_PATH},
	{"swap file out of sight", add_swap_file, FILE_FOUND},
	{"swap file nobody knows where", add_swap_file, FILE_UNPLACED},
	{"SCSI target", hold_device, HOLDER_LIO},
	{"SCSI target on a file", hold_device, HOLDER_LIO_FILE},
	{"overlay", hold_device, HOLDER_OVERLAY},
	{"exported by nfsd", hold_device, HOLDER_NFSD},
	{"overlay nobody knows where", hold_somewhere, 0},
	{"overlay in a namespace", hold_somewhere, 1},
	{"SCSI target nobody knows where", hold_somewhere, 2},
	{"disk of a Xen guest", hold_device, HOLDER_XEN},
	{"claimed by the kernel", hold_device, HOLDER_OTHER},
	{"holder in the kernel gone", end_hold, 0},
	{"file system in no mount table", add_hidden_file_system, 0},
	{"host restarted", change_host, HOST_RESTARTED},
	{"another host", change_host, HOST_OTHER},
	{"host renamed", change_host, HOST_RENAMED},
	{"time passed", change_host, HOST_LATER},
	{"source unreadable", lose_source, 0},
	{NULL, NULL, 0},
};
