/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs whose presence means something; by comm, cut at 15 characters as the kernel
 * does, or at 9 as lsof does unless it is told otherwise (lsof(8), +c). A process may set
 * its comm (prctl(2), PR_SET_NAME), and the name of a program is that of any file:
 * neither is evidence unless root is behind it.
 */
#include <stdbool.h>
#include <string.h>

#include "snapstate/host/process.h"

#define COMM_LEN 15
#define LSOF_LEN 9

static const char *const backup_programs[] = {
	"tar",
	"bsdtar",
	"rsync",
	"ntfsclone",
	"partclone",
	"dd",
	"dump",
	"xfsdump",
	"cpio",
	"qemu-img",
	"borg",
	"restic",
	"duplicity",
	"bacula-fd",
	"proxmox-backup-client",
	"vzdump",
	"virtnbdbackup",
	"partimage",
	"fsarchiver",
	"pigz",
	"lzop",
};

/* Only what changes something: monitoring runs lvs and pvs all day. */
static const char *const storage_programs[] = {
	"lvm",
	"lvcreate",
	"lvremove",
	"lvchange",
	"lvconvert",
	"lvextend",
	"lvreduce",
	"lvresize",
	"lvrename",
	"vgchange",
	"vgcreate",
	"vgremove",
	"vgreduce",
	"vgextend",
	"vgrename",
	"vgsplit",
	"vgmerge",
	"vgimport",
	"vgexport",
	"vgimportclone",
	"vgcfgrestore",
	"pvmove",
	"pvcreate",
	"pvremove",
	"pvresize",
	"dmsetup",
	"kpartx",
};

/* A machine's disk may be held by its hypervisor, or by a helper of it. */
static const char *const hypervisors[] = {
	"qemu-system-x86_64",
	"qemu-system-i386",
	"qemu-system-aarch64",
	"qemu-system-ppc64",
	"qemu-system-s390x",
	"qemu-kvm",
	"qemu-dm",
	"kvm",
	"tapdisk",
	"tapdisk2",
	"firecracker",
	"cloud-hypervisor",
	"crosvm",
	"bhyve",
	"VBoxHeadless",
	"vmware-vmx",
};

static bool is_listed(const char *const *programs, size_t count, const char *comm)
{
	size_t most = strlen(comm) == LSOF_LEN ? LSOF_LEN : COMM_LEN;

	for (size_t i = 0; i < count; i++)
		if (strncmp(programs[i], comm, most) == 0)
			return true;
	return false;
}

bool program_is_backup(const char *comm)
{
	if (strncmp(comm, "partclone.", 10) == 0) /* partclone.ext4, ... */
		return true;
	return is_listed(backup_programs,
		sizeof(backup_programs) / sizeof(backup_programs[0]), comm);
}

bool program_is_hypervisor(const char *comm)
{
	return is_listed(hypervisors, sizeof(hypervisors) / sizeof(hypervisors[0]), comm);
}

bool program_is_storage(const char *comm)
{
	return is_listed(storage_programs,
		sizeof(storage_programs) / sizeof(storage_programs[0]), comm);
}

bool program_is_udev(const char *exe)
{
	static const char *const names[] = {"systemd-udevd", "udevadm", "udevd"};
	const char *slash = strrchr(exe, '/');

	for (size_t i = 0; slash && i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(slash + 1, names[i]) == 0)
			return true;
	return false;
}

bool process_is_udev(const struct process *process)
{
	return process && (process->is_of_udev ||
				  (process->uid == 0 && program_is_udev(process->exe)));
}

const char *process_believed_name(const struct process *process)
{
	const char *slash = strrchr(process->exe, '/');

	if (process->uid == 0)
		return process->comm;
	return process->is_exe_of_root && slash ? slash + 1 : NULL;
}

bool process_is_backup(const struct process *process)
{
	const char *name = process_believed_name(process);

	return name && program_is_backup(name);
}

bool process_is_hypervisor(const struct process *process)
{
	const char *name = process_believed_name(process);

	return name && program_is_hypervisor(name);
}

bool process_is_storage(const struct process *process)
{
	return process->uid == 0 && program_is_storage(process->comm);
}
