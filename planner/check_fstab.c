/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What /etc/fstab says about a subject's mount points. Where an entry puts something else
 * on one, what is mounted there may be what the host runs on (the kernel and udev take
 * any device with the file system's uuid or label); with "noauto" it is a hint.
 */
#include <string.h>

#include "checks.h"
#include "snapstate/cleanup.h"

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

const struct fstab_entry *fstab_rival(
	const struct host *host, const struct subject *subject, const char *target)
{
	for (size_t i = 0; i < host->n_fstab; i++) {
		const struct fstab_entry *entry = &host->fstab[i];

		if (entry->is_automatic && strcmp(entry->target, target) == 0 &&
			!fstab_names(host, subject, entry))
			return entry;
	}
	return NULL;
}

static bool names_mount_point(const struct host *host, const struct subject *subject,
	const struct fstab_entry *entry)
{
	const struct mount_namespace *home = host_namespace_of_host(host);
	cleanup_places struct places places =
		subject_places(host, subject, PLACES_MOUNTS);

	for (size_t i; home && places_next(&places, &i);) {
		const struct mount *mount = &host->mounts[i];

		if (mount->namespace_id == home->id &&
			strcmp(mount->target, entry->target) == 0 &&
			subject_owns(subject, host_mount_devno(host, mount)))
			return true;
	}
	return false;
}

/* Of those that name it check_configured() tells, and a rival is a reason of its own. */
void check_fstab(const struct host *host, struct subject *subject)
{
	for (size_t i = 0; i < host->n_fstab; i++) {
		const struct fstab_entry *entry = &host->fstab[i];

		if (entry->is_automatic || fstab_names(host, subject, entry) ||
			!names_mount_point(host, subject, entry))
			continue;
		subject_reason(subject, RULE_FSTAB,
			"line %u of /etc/fstab names its mount point (%s on %s)",
			entry->line, entry->source, entry->target);
		subject_about(subject, ABOUT_FSTAB, entry);
	}
}
