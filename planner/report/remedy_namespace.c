/* SPDX-License-Identifier: Apache-2.0 */
/* What to do about a mount in another namespace: end who lives there, or unmount it
 * there. One action for all of the namespace; see remedy.h. */
#include "remedy.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/process.h"

static size_t count_mounts(const struct subject *subject, uint64_t namespace_id)
{
	size_t count = 0;

	for (size_t i = 0; i < subject->n_reasons; i++) {
		const struct mount *mount = subject->reasons[i].about.it;

		count += subject->reasons[i].rule == RULE_MOUNTED_ELSEWHERE &&
			 mount->namespace_id == namespace_id;
	}
	return count;
}

/* Its inhabitants that use the subject: how many, one of them, and whether it makes a
 * backup. */
struct inhabitants {
	size_t count;
	const struct process *one;
	bool has_backup;
};

static struct inhabitants find_inhabitants(
	const struct subject *subject, uint64_t namespace_id)
{
	struct inhabitants found = {.count = 0};

	for (size_t i = 0; i < subject->n_reasons; i++) {
		const struct reason *reason = &subject->reasons[i];
		const struct process *process = reason->about.it;

		if (reason->about.kind != ABOUT_PROCESS ||
			reason->rule == RULE_COMMAND_RUNNING ||
			process->mount_namespace != namespace_id)
			continue;
		found.count++;
		found.has_backup |= reason->rule == RULE_BACKUP_RUNNING;
		if (!found.one || reason->rule == RULE_BACKUP_RUNNING)
			found.one = process;
	}
	return found;
}

static void keeper_words(const struct host *host, const struct mount_namespace *namespace,
	const struct process *inhabitant, struct buf *text)
{
	uint32_t pid = namespace->pid ? namespace->pid : namespace->pin_pid;
	const struct process *process = inhabitant ? inhabitant : host_process(host, pid);

	if (process)
		remedy_process_words(process, text);
	else if (pid && namespace->comm && *namespace->comm)
		buf_sentence(text, "process %u (%s)", pid, namespace->comm);
	else
		buf_sentence(text, "process %u", pid);
}

enum action_kind remedy_namespace_words(const struct survey *survey,
	const struct subject *subject, const struct mount *mount, struct buf *text)
{
	const struct host *host = survey->host;
	const struct mount_namespace *namespace =
		host_namespace(host, mount->namespace_id);
	struct inhabitants users = find_inhabitants(subject, mount->namespace_id);
	size_t count = count_mounts(subject, mount->namespace_id);

	if (!namespace || (!namespace->pid && !namespace->pin_pid && !users.one)) {
		buf_sentence(text, "unmount %s, which keeps mount namespace %llu",
			namespace && namespace->pin_path ? namespace->pin_path : "what",
			(unsigned long long)mount->namespace_id);
		return ACTION_DO;
	}
	if (users.has_backup)
		buf_puts(text, "wait until the backup has ended; then stop ");
	else
		buf_puts(text, "stop ");
	keeper_words(host, namespace, users.one, text);
	if (users.count > 1)
		buf_sentence(text, ", %zu more that use the mount", users.count - 1);
	buf_sentence(text,
		" and every other process of mount namespace %llu (a container or "
		"service): "
		"its mount on %s ends with them",
		(unsigned long long)mount->namespace_id, mount->target);
	if (!users.count && count == 1 && namespace->pid)
		buf_sentence(text, "; or unmount it there: `nsenter -t %u -m umount %s`",
			namespace->pid, mount->target);
	return users.has_backup ? ACTION_WAIT : ACTION_DO;
}
