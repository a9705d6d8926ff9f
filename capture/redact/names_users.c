/* SPDX-License-Identifier: Apache-2.0 */
/* Who uses devices, under pseudonyms; see names.h. */
#include <string.h>

#include "names.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/config.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/process.h"
#include "snapstate/host/shown.h"
#include "snapstate/host/swap.h"

#define COMM_LEN 15

/* ---- programs ---- */

/* Of the base system, and daemons that are on many hosts: their names tell of no person
 * or customer. Sorted. That a package has installed a program says nothing of it: a
 * backup agent below /usr/lib may be called after the customer it was made for. */
static const char *const known_programs[] = {"agetty", "apache2", "atd", "auditd",
	"automount", "awk", "bash", "blkid", "busybox", "cat", "chronyd", "collectd",
	"containerd", "containerd-shim", "cp", "cron", "crond", "cryptsetup", "dash",
	"dbus-daemon", "dhclient", "dmeventd", "dockerd", "du", "fdisk", "find",
	"findmnt", "fsck", "fuser", "gdb", "getty", "grep", "gzip", "httpd", "init",
	"iscsid", "ksmtuned", "less", "libvirtd", "login", "losetup", "ls", "lsblk",
	"lsof", "lvmetad", "lvmpolld", "lvs", "lvscan", "lxcfs", "mariadbd", "mdadm",
	"mkfs", "more", "mount", "mount.ntfs", "mount.ntfs-3g", "multipath", "multipathd",
	"mv", "mysqld", "nano", "nbd-client", "nbd-server", "networkd", "nfsd", "nginx",
	"node_exporter", "nscd", "ntfs-3g", "ntpd", "openvswitch", "parted", "partx",
	"pdflush", "perl", "php", "podman", "polkitd", "postgres", "pvs", "pvscan",
	"python", "python2", "python3", "rasdaemon", "redis-server", "rm", "rpc.mountd",
	"rpc.statd", "rpcbind", "rsyslogd", "runc", "sanlock", "scp", "screen", "sed",
	"sftp-server", "sh", "sleep", "smartd", "smbd", "snmpd", "ssh", "sshd", "strace",
	"su", "sudo", "swapoff", "swapon", "sync", "systemd", "systemd-journal",
	"systemd-journald", "systemd-logind", "systemd-machined", "systemd-networkd",
	"systemd-resolved", "systemd-udevd", "tail", "tcmu-runner", "tcpdump", "tgtd",
	"tmux", "top", "touch", "udevadm", "udevd", "udisksd", "umount", "vdsmd", "vgs",
	"vi", "vim", "virtlockd", "virtlogd", "virtnodedevd", "virtqemud", "virtstoraged",
	"watch", "xenstored", "xl", "zabbix_agentd", "zed"};

/* "tar", "systemd-udevd"; what rules know by name stays, or they would decide otherwise.
 */
static bool is_known_program(const char *name)
{
	return program_is_backup(name) || program_is_storage(name) ||
	       program_is_hypervisor(name) || WORD_IN(known_programs, name, strlen(name));
}

/* The kernel cuts the name of a process at 15 characters: a longer program's is known by
 * its file. */
static bool is_program_name(const char *comm, const char *exe)
{
	const char *slash = strrchr(exe, '/');

	return is_known_program(comm) ||
	       (slash && strlen(comm) == COMM_LEN && is_known_program(slash + 1) &&
		       strncmp(slash + 1, comm, COMM_LEN) == 0);
}

/* Its folders word by word, and the name of its file where it is not known. */
static const char *program_path(const struct copy *copy, const char *exe)
{
	const char *slash = exe ? strrchr(exe, '/') : NULL;
	struct buf out = BUF_INIT;

	if (!slash || !is_known_program(slash + 1))
		return copy_name(copy, exe);
	pseudonym_text(&copy->names, exe, (size_t)(slash + 1 - exe), &out);
	buf_puts(&out, slash + 1);
	return copy_finish(copy, &out);
}

/* partclone.ANYTHING counts as a backup program: not every end of it is a word of ours */
static const char *comm(const struct copy *copy, const char *text, const char *exe)
{
	static const char partclone[] = "partclone.";
	bool has_end = text && strncmp(text, partclone, strlen(partclone)) == 0;
	struct buf out = BUF_INIT;

	if (!text || (!has_end && !is_program_name(text, exe)))
		return copy_name(copy, text);
	if (!has_end)
		return copy_keep(copy, text);
	buf_puts(&out, partclone);
	pseudonym_text(&copy->names, text + strlen(partclone),
		strlen(text) - strlen(partclone), &out);
	return copy_finish(copy, &out);
}

/* ---- mounts and processes ---- */

static const char *options(
	const struct copy *copy, const struct mount *mount, const char *text)
{
	struct buf out = BUF_INIT;

	options_keep(&copy->names, mount->type, text, strlen(text), &out);
	return copy_finish(copy, &out);
}

static void namespaces(struct copy *copy, const struct host *from)
{
	for (size_t i = 0; i < from->n_namespaces; i++) {
		const struct mount_namespace *space = &from->namespaces[i];
		const struct process *process = host_process(from, space->pid);
		struct mount_namespace *to =
			array_add(&copy->to->namespaces, &copy->to->n_namespaces);

		*to = *space;
		to->comm = comm(copy, space->comm, process ? process->exe : "");
		to->pin_path = copy_name(copy, space->pin_path);
	}
}

static void mounts(struct copy *copy, const struct host *from)
{
	for (size_t i = 0; i < from->n_mounts; i++) {
		const struct mount *mount = &from->mounts[i];
		struct mount *to = array_add(&copy->to->mounts, &copy->to->n_mounts);

		*to = *mount;
		to->root = copy_name(copy, mount->root);
		to->target = copy_name(copy, mount->target);
		to->type = copy_type(copy, mount->type);
		to->source = copy_name(copy, mount->source);
		to->options = options(copy, mount, mount->options);
		to->super_options = options(copy, mount, mount->super_options);
	}
	for (size_t i = 0; i < from->n_swaps; i++) {
		struct swap *to = array_add(&copy->to->swaps, &copy->to->n_swaps);

		to->path = copy_name(copy, from->swaps[i].path);
		to->devno = from->swaps[i].devno;
		to->file = from->swaps[i].file;
		to->size = from->swaps[i].size;
		to->has_used = from->swaps[i].has_used;
		to->used = from->swaps[i].used;
	}
	for (size_t i = 0; i < from->n_fstab; i++) {
		struct fstab_entry *to = array_add(&copy->to->fstab, &copy->to->n_fstab);

		*to = from->fstab[i];
		to->source = copy_name(copy, to->source);
		to->target = copy_name(copy, to->target);
		to->type = copy_type(copy, to->type);
	}
}

/* Files of guests are called after them. */
static void configs(struct copy *copy, const struct host *from)
{
	for (size_t i = 0; i < from->n_configs; i++) {
		struct config_entry *to =
			array_add(&copy->to->configs, &copy->to->n_configs);

		*to = from->configs[i];
		to->file = copy_name(copy, to->file);
		to->device = copy_name(copy, to->device);
		to->target = copy_name(copy, to->target);
	}
}

/* Arguments are never kept: what is in them nobody knows. */
static void processes(struct copy *copy, const struct host *from)
{
	for (size_t i = 0; i < from->n_processes; i++) {
		const struct process *process = &from->processes[i];
		struct process *to =
			array_add(&copy->to->processes, &copy->to->n_processes);

		*to = *process;
		to->comm = comm(copy, process->comm, process->exe);
		to->exe = program_path(copy, process->exe);
		to->cmdline = NULL;
	}
	for (size_t i = 0; i < from->n_uses; i++) {
		struct use *to = array_add(&copy->to->uses, &copy->to->n_uses);

		*to = from->uses[i];
		to->example = copy_name(copy, from->uses[i].example);
	}
}

/* "4711 (tar)": a program that is known decides, and names nobody. */
static bool is_known_user(const char *value)
{
	const char *open = strstr(value, " (");
	size_t len = open ? strlen(open + 2) : 0;
	cleanup_free char *name = len ? xstrndup(open + 2, len - 1) : NULL;

	return name && strspn(value, "0123456789") == (size_t)(open - value) &&
	       open[len + 1] == ')' && is_known_program(name);
}

static bool is_plain_value(const struct shown *shown)
{
	static const char *const words[] = {"", "yes", "no", "cow", "real", "swap"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(shown->value, words[i]) == 0)
			return true;
	return shown->kind == SHOWN_USED && is_known_user(shown->value);
}

static void shown(struct copy *copy, const struct host *from)
{
	for (size_t i = 0; i < from->n_shown; i++) {
		struct shown *to = array_add(&copy->to->shown, &copy->to->n_shown);

		*to = from->shown[i];
		to->volume = copy_name(copy, to->volume);
		to->value = is_plain_value(to) ? copy_keep(copy, to->value)
					       : copy_name(copy, to->value);
		to->from = copy_name(copy, to->from);
	}
	host_shown_write(copy->to);
}

void copy_users(struct copy *copy, const struct host *from)
{
	namespaces(copy, from);
	mounts(copy, from);
	configs(copy, from);
	shown(copy, from);
	processes(copy, from);
}
