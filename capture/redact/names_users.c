/* SPDX-License-Identifier: Apache-2.0 */
/* Who uses devices, under pseudonyms; see names.h. */
#include <string.h>

#include "names.h"

#define COMM_LEN 15

/* ---- programs ---- */

/* What packages install; not /usr/local or /opt. */
static bool is_system_program(const char *exe)
{
	static const char *const folders[] = {"/bin/", "/sbin/", "/lib/", "/lib64/",
		"/usr/bin/", "/usr/sbin/", "/usr/lib/", "/usr/lib64/", "/usr/libexec/"};

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		if (strncmp(exe, folders[i], strlen(folders[i])) == 0)
			return true;
	return false;
}

static bool is_program_name(const char *comm, const char *exe)
{
	const char *slash = strrchr(exe, '/');

	if (program_is_backup(comm) || program_is_storage(comm) ||
		program_is_hypervisor(comm))
		return true;
	return is_system_program(exe) && slash && *comm &&
	       strncmp(slash + 1, comm, COMM_LEN) == 0;
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

static const char *options(const struct copy *copy, const char *text)
{
	struct buf out = BUF_INIT;

	options_pseudonyms(&copy->names, text, strlen(text), &out);
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
		to->options = options(copy, mount->options);
		to->super_options = options(copy, mount->super_options);
	}
	for (size_t i = 0; i < from->n_swaps; i++) {
		struct swap *to = array_add(&copy->to->swaps, &copy->to->n_swaps);

		to->path = copy_name(copy, from->swaps[i].path);
		to->devno = from->swaps[i].devno;
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

/* Arguments are never kept: what is in them nobody knows. */
static void processes(struct copy *copy, const struct host *from)
{
	for (size_t i = 0; i < from->n_processes; i++) {
		const struct process *process = &from->processes[i];
		struct process *to =
			array_add(&copy->to->processes, &copy->to->n_processes);

		*to = *process;
		to->comm = comm(copy, process->comm, process->exe);
		to->exe = is_system_program(process->exe) ? copy_keep(copy, process->exe)
							  : copy_name(copy, process->exe);
		to->cmdline = NULL;
	}
	for (size_t i = 0; i < from->n_uses; i++) {
		struct use *to = array_add(&copy->to->uses, &copy->to->n_uses);

		*to = from->uses[i];
		to->example = copy_name(copy, from->uses[i].example);
	}
}

void copy_users(struct copy *copy, const struct host *from)
{
	namespaces(copy, from);
	mounts(copy, from);
	processes(copy, from);
}
