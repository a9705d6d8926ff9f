/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mountinfo -> the documents mounts/<namespace> and their sources; "mounts" and
 * "processes". Input: mountinfo.txt, proc/<pid>/mountinfo. Output: documents,
 * host->namespaces.
 *
 * Such evidence has no inode numbers of namespaces. Made-up ones mark that: 0 is the
 * host's, any other is the number of a process that lives there; real ones are larger
 * than any process number (from 0xf0000000, include/linux/proc_ns.h, PROC_DYNAMIC_FIRST).
 * Invariant: "mounts" and "processes" are never OUTCOME_READ: there may be other
 * namespaces, and lsof sees neither them nor all holders.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "evidence.h"
#include "snapstate/buf.h"
#include "snapstate/host.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/source.h"

#define HOST_NAMESPACE 0
#define NAMESPACES_MAX 1000 /* look-ups walk them */

/* The number in "proc/<pid>/mountinfo"; 1 for mountinfo.txt, taken for the host's own. */
static uint32_t piece_pid(const struct piece *piece)
{
	const char *slash = strrchr(piece->path, '/');
	const char *number = slash;
	uint64_t pid;

	while (number && number > piece->path && number[-1] != '/')
		number--;
	if (!number || strncmp(slash, "/mountinfo", strlen("/mountinfo")) != 0 ||
		parse_u64(number, (size_t)(slash - number), 10, &pid) < 0 || !pid ||
		pid > INT32_MAX)
		return 1;
	return (uint32_t)pid;
}

/* Mount numbers are unique among all namespaces (fs/namespace.c, mnt_id_ida): the same
 * first one, the same namespace. */
static bool has_first_mount(
	const struct piece *const *seen, size_t n_seen, const struct piece *piece)
{
	const char *text = buf_text(&piece->bytes);
	size_t len = strcspn(text, " ");

	for (size_t i = 0; i < n_seen; i++)
		if (strncmp(buf_text(&seen[i]->bytes), text, len + 1) == 0)
			return true;
	return false;
}

static bool has_namespace(const struct host *host, uint64_t id)
{
	for (size_t i = 0; i < host->n_namespaces; i++)
		if (host->namespaces[i].id == id)
			return true;
	return false;
}

static void namespace_read(struct host *host, const struct piece *piece, bool is_host)
{
	struct mount_namespace *namespace =
		array_add(&host->namespaces, &host->n_namespaces);
	const char *file = piece_name(host, piece);
	cleanup_buf struct buf detail = BUF_INIT;
	char name[64];
	struct err err = ERR_INIT;
	int r = piece_check_text(piece, &err);

	namespace->pid = piece_pid(piece);
	namespace->id = is_host ? HOST_NAMESPACE : namespace->pid;
	namespace->is_host = is_host;
	snprintf(name, sizeof(name), "mounts/%llu", (unsigned long long)namespace->id);
	buf_printf(&detail, "from %s; the inode of the namespace is not known", file);
	if (r < 0)
		host_source_set(host, name, outcome_of_error(r), "%s: %s", file, err.msg);
	else
		document_try(host, name, piece->bytes.data, piece->bytes.len,
			buf_text(&detail));
}

static const struct piece *first_process(const struct evidence *evidence)
{
	const struct piece *piece = NULL, *empty = NULL;

	while ((piece = evidence_next(evidence, ROLE_MOUNTINFO, piece))) {
		if (piece_pid(piece) != 1)
			continue;
		if (piece->bytes.len)
			return piece;
		empty = empty ? empty : piece;
	}
	return empty;
}

static void namespaces_read(struct host *host, const struct evidence *evidence)
{
	const struct piece *first = first_process(evidence), *piece = NULL;
	cleanup_free const struct piece **seen = NULL;
	size_t n_seen = 0;

	if (first) {
		namespace_read(host, first, !evidence_is_container(evidence));
		*array_add(&seen, &n_seen) = first;
	}
	while ((piece = evidence_next(evidence, ROLE_MOUNTINFO, piece))) {
		uint32_t pid = piece_pid(piece);

		if (pid == 1 || has_namespace(host, pid) ||
			has_first_mount(seen, n_seen, piece) ||
			host->n_namespaces == NAMESPACES_MAX)
			continue;
		namespace_read(host, piece, false);
		*array_add(&seen, &n_seen) = piece;
	}
}

void import_mounts(struct host *host, const struct evidence *evidence)
{
	bool has_text = evidence_next(evidence, ROLE_MOUNTS, NULL) != NULL;

	namespaces_read(host, evidence);
	if (host->n_namespaces)
		host_source_set(host, "mounts", OUTCOME_SKIPPED, "%s",
			"whether there are more mount namespaces is not in the evidence");
	else if (has_text)
		host_source_set(host, "mounts", OUTCOME_UNSUPPORTED, "%s",
			"mount and /proc/mounts give no device numbers; mountinfo is not "
			"in the evidence");
	else
		host_source_set(host, "mounts", OUTCOME_SKIPPED, "%s",
			"no mountinfo in the evidence");
}

void import_processes(struct host *host, const struct evidence *evidence)
{
	host_source_set(host, "processes", OUTCOME_SKIPPED, "%s",
		evidence_next(evidence, ROLE_PROCESS_TEXT, NULL)
			? "lsof and ps do not see every holder"
			: "not in the evidence");
}
