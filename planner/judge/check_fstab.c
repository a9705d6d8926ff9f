/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What /etc/fstab says about a subject's mount points. Where an entry puts something else
 * on one, what is mounted there may be what the host runs on (the kernel and udev take
 * any device with the file system's uuid or label); with "noauto" it is a hint.
 */
#include <stdlib.h>
#include <string.h>

#include "checks.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/config.h"
#include "snapstate/host/file.h"
#include "snapstate/host/holders.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/places.h"
#include "snapstate/lines.h"

/* Also where it has no device on this host: "/dev/VG/LV". */
static bool names_volume(const struct fstab_entry *entry, const struct subject *subject)
{
	static const char prefix[] = "/dev/";

	return strncmp(entry->source, prefix, strlen(prefix)) == 0 &&
	       strcmp(entry->source + strlen(prefix), subject->label) == 0;
}

bool fstab_names(const struct host *host, const struct subject *subject,
	const struct fstab_entry *entry)
{
	struct devno devno = host_path_devno(host, entry->source);

	return names_volume(entry, subject) ||
	       (!devno_is_none(devno) && subject_owns(subject, devno));
}

static int order_lines(const void *pa, const void *pb)
{
	const size_t *a = pa, *b = pb;

	return (*a > *b) - (*a < *b);
}

const struct fstab_entry *fstab_rival(
	const struct host *host, const struct subject *subject, const char *target)
{
	cleanup_places struct places places =
		host_places(host, PLACES_FSTAB, places_text(target));

	for (size_t i; places_next(&places, &i);) {
		const struct fstab_entry *entry = &host->fstab[i];

		if (entry->is_automatic && strcmp(entry->target, target) == 0 &&
			!fstab_names(host, subject, entry))
			return entry;
	}
	return NULL;
}

/* Lines that may name one of its mount points; ascending, each once, malloc'ed. */
static void lines_collect(const struct host *host, const struct subject *subject,
	size_t **ret_lines, size_t *ret_count)
{
	const struct mount_namespace *home = host_namespace_of_host(host);
	cleanup_holders struct holders mounts =
		subject_holders(host, subject, HELD_BY_MOUNT, PLACES_MOST);
	size_t kept = 0;

	for (struct holder holder; home && holders_next(&mounts, &holder);) {
		const struct mount *mount = holder.mount;
		cleanup_places struct places lines = {0};

		if (mount->namespace_id != home->id)
			continue;
		lines = host_places(host, PLACES_FSTAB, places_text(mount->target));
		for (size_t k; places_next(&lines, &k);)
			if (strcmp(host->fstab[k].target, mount->target) == 0)
				*array_add(ret_lines, ret_count) = k;
	}
	if (*ret_count)
		qsort(*ret_lines, *ret_count, sizeof(**ret_lines), order_lines);
	for (size_t i = 0; i < *ret_count; i++)
		if (!kept || (*ret_lines)[kept - 1] != (*ret_lines)[i])
			(*ret_lines)[kept++] = (*ret_lines)[i];
	*ret_count = kept;
}

/* Of those that name it check_configured() tells, and a rival is a reason of its own. */
void check_fstab(const struct host *host, struct subject *subject)
{
	cleanup_free size_t *lines = NULL;
	size_t count = 0;
	unsigned n_told = 0;

	lines_collect(host, subject, &lines, &count);
	for (size_t i = 0; i < count; i++) {
		const struct fstab_entry *entry = &host->fstab[lines[i]];

		if (entry->is_automatic || fstab_names(host, subject, entry))
			continue;
		if (n_told++ == ALIKE_MOST) {
			subject_add_words(subject, "; and so do more lines");
			return;
		}
		subject_reason(subject, RULE_FSTAB,
			"line %u of /etc/fstab names its mount point (%s on %s)",
			entry->line, entry->source, entry->target);
		subject_about(subject, ABOUT_FSTAB, entry);
	}
}
