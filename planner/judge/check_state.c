/* SPDX-License-Identifier: Apache-2.0 */
/* Whether the evidence is whole, the volume group safe to work in, and the host at rest.
 */
#include <stdlib.h>
#include <string.h>

#include "checks.h"
#include "snapstate/buf.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/change.h"
#include "snapstate/host/device.h"
#include "snapstate/host/holders.h"
#include "snapstate/host/lvm.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/places.h"
#include "snapstate/host/process.h"
#include "snapstate/host/shown.h"
#include "snapstate/host/source.h"

static void require_source(const struct host *host, struct subject *subject,
	const char *name, bool may_be_absent)
{
	const struct source *source = host_source(host, name);

	if (source && (source->outcome == OUTCOME_READ ||
			      (may_be_absent && source->outcome == OUTCOME_ABSENT)))
		return;
	subject_reason(subject, RULE_EVIDENCE_MISSING, "%s: %s%s%s", name,
		source ? outcome_name(source->outcome) : "not in the capture",
		source && *source->detail ? ", " : "", source ? source->detail : "");
	subject_unknown(subject, source_wants(name));
}

/* The second look found changes, and says which devices: check_unchanged() asks whether
 * they are of this subject. */
static bool is_known_change(const struct host *host, const char *name)
{
	return strcmp(name, "again") == 0 && host->n_changes > 0 &&
	       host_source(host, name)->outcome == OUTCOME_CHANGED;
}

void check_evidence(const struct survey *survey, struct subject *subject)
{
	const struct host *host = survey->host;
	static const struct {
		const char *name;
		bool may_be_absent;
	} needed[] = {
		{"identity", false},
		{"dm", false},
		{"blocks", false},
		{"superblocks", false},
		{"swaps", true},
		{"mounts", false},
		{"processes", false},
		{"lvm/report.json", false},
	};
	/* newer than the first captures: not there is fine, not read is not */
	static const char *const later[] = {
		"holders", "lvm/pvs.json", "again", "fstab", "configs"};
	cleanup_buf struct buf name = BUF_INIT;

	for (size_t i = 0; i < sizeof(later) / sizeof(later[0]); i++)
		if (host_source(host, later[i]) && !is_known_change(host, later[i]))
			require_source(host, subject, later[i], true);
	if (host_is_imported(host) && !host_source(host, "fstab"))
		require_source(host, subject, "fstab", false);
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		require_source(host, subject, needed[i].name, needed[i].may_be_absent);
	for (size_t i = 0; i < survey->n_unread_spaces && i < ALIKE_MOST; i++) {
		const struct mount_namespace *space =
			&host->namespaces[survey->unread_spaces[i]];

		name.len = 0;
		buf_printf(&name, "mounts/%llu", (unsigned long long)space->id);
		require_source(host, subject, buf_text(&name), false);
	}
	if (survey->n_unread_spaces > ALIKE_MOST)
		subject_add_words(subject, "; and more mount tables were not read");
	name.len = 0;
	buf_printf(&name, "lvm/%s.vg", subject->vg_uuid);
	/* of a group that is nowhere, or on no disk of the subject, check_stale() tells
	 */
	if (host_vg(host, subject->vg_uuid))
		require_source(host, subject, buf_text(&name), false);
	if (!host_namespace_of_host(host)) {
		subject_reason(subject, RULE_EVIDENCE_MISSING,
			"the mount namespace of process 1 was not seen");
		subject_unknown(subject, WANTS(MOUNTS));
	}
	if (host_index_is_cut(host))
		subject_reason(subject, RULE_EVIDENCE_MISSING,
			"more mounts are below each other on the way to one file than "
			"this program follows");
}

/* LVM calls a physical volume missing that it was not let near: on a device-mapper target
 * that is not on the list of those that are safe to read, or left out by a filter. */
static void note_missing(
	const struct survey *survey, struct subject *subject, const char *what)
{
	cleanup_buf struct buf unread = BUF_INIT;
	const struct device *device;
	const struct block *block;

	survey_unread_words(survey, &unread);
	if (!survey->n_unread) {
		subject_reason(subject, RULE_VG_UNSAFE, "%s", what);
		return;
	}
	subject_reason(subject, RULE_EVIDENCE_MISSING, "%s%s, where it may be", what,
		buf_text(&unread));
	subject_wants(subject, WANTS(EXTENTS));
	device = host_device_by_devno(survey->host, survey->unread[0]);
	block = host_block_by_devno(survey->host, survey->unread[0]);
	if (device)
		subject_about(subject, ABOUT_DEVICE, device);
	else if (block)
		subject_about(subject, ABOUT_BLOCK, block);
}

static void check_physical_volumes(const struct survey *survey,
	const struct sharing *sharing, struct subject *subject)
{
	const struct group_pvs *pvs = sharing_pvs(survey, sharing, subject->vg_uuid);

	for (size_t i = 0; pvs && i < pvs->n_bad; i++) {
		const struct pv *pv = &survey->host->pvs[pvs->bad[i]];

		if (i == ALIKE_MOST) {
			subject_add_words(subject,
				"; and the same is true of more physical volumes");
			return;
		}
		if (pv->is_missing) {
			cleanup_buf struct buf what = BUF_INIT;

			buf_printf(&what, "physical volume %s is missing", pv->uuid);
			note_missing(survey, subject, buf_text(&what));
		}
		if (pv->is_duplicate)
			subject_reason(subject, RULE_VG_UNSAFE,
				"physical volume %s is seen on more than one device",
				pv->uuid);
	}
}

void check_group(const struct survey *survey, const struct sharing *sharing,
	struct subject *subject)
{
	const struct vg *vg = host_vg(survey->host, subject->vg_uuid);

	if (!vg)
		return; /* gone, or the missing metadata is a reason already */
	if (vg->is_partial) {
		cleanup_buf struct buf what = BUF_INIT;

		buf_printf(&what, "%s is partial", vg->name);
		note_missing(survey, subject, buf_text(&what));
	}
	if (vg->is_exported)
		subject_reason(subject, RULE_VG_UNSAFE, "%s is exported", vg->name);
	if (!vg->is_writable)
		subject_reason(subject, RULE_VG_UNSAFE, "%s is read-only", vg->name);
	if (vg->is_foreign)
		subject_reason(subject, RULE_VG_UNSAFE,
			"%s belongs to the host with system ID \"%s\"", vg->name,
			vg->system_id);
	if (vg->is_clustered || *vg->lock_type)
		subject_reason(subject, RULE_SHARED_VG, "%s is shared (lock type \"%s\")",
			vg->name, *vg->lock_type ? vg->lock_type : "clustered");
	check_physical_volumes(survey, sharing, subject);
}

/* ---- at rest ---- */

static bool note_unsettled(void *context, const struct device *device)
{
	struct subject *subject = context;
	static const struct {
		unsigned flag;
		const char *text;
	} states[] = {
		{DEVICE_SUSPENDED, "is suspended"},
		{DEVICE_INTERNAL, "is suspended by the kernel"},
		{DEVICE_HAS_INACTIVE, "has an inactive table"},
		{DEVICE_DEFERRED, "is marked for deferred removal"},
		{DEVICE_NO_TABLE, "has no table"},
	};

	for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (device->flags & states[i].flag) {
			subject_reason(subject, RULE_UNSETTLED, "%s (" DEVNO_FMT ") %s",
				device->name, DEVNO_ARGS(device->devno), states[i].text);
			subject_about(subject, ABOUT_DEVICE, device);
		}
	return true;
}

#define NOT_AT_REST                                                                      \
	(DEVICE_SUSPENDED | DEVICE_INTERNAL | DEVICE_HAS_INACTIVE | DEVICE_DEFERRED |    \
		DEVICE_NO_TABLE)

/* One that is on the same -real layer; a snapshot comes with its COW. */
static void note_neighbour(const struct host *host, struct subject *subject,
	const struct device *device, unsigned *count)
{
	const struct device *pair[2] = {device, NULL};
	struct devno real, cow;

	if (device_snapshot_parts(device, &real, &cow))
		pair[1] = host_device_by_devno(host, cow);
	for (size_t i = 0; i < 2; i++)
		if (pair[i] && (pair[i]->flags & NOT_AT_REST) &&
			(*count)++ < NEIGHBOURS_MOST)
			note_unsettled(subject, pair[i]);
}

/* The origin, and its other snapshots with their COWs: LVM suspends and resumes them
 * all when it removes one, and with that puts a table that waits into force (seen in the
 * lab, random states: the table of a neighbour's -cow). */
static void note_neighbours(const struct host *host, struct subject *subject)
{
	struct holders tables =
		host_holders_by(host, subject->real->devno, HELD_BY_TABLE);
	unsigned count = 0;

	if (subject->origin)
		note_unsettled(subject, subject->origin);
	for (struct holder holder;
		count <= NEIGHBOURS_MOST && holders_next(&tables, &holder);)
		if (holder.table != subject->origin &&
			!subject_owns(subject, holder.table->devno))
			note_neighbour(host, subject, holder.table, &count);
	if (count > NEIGHBOURS_MOST)
		subject_add_words(subject, "; more of its origin's snapshots, or their "
					   "COWs, are unsettled");
}

static bool is_in_stack(const struct subject *subject, struct devno devno)
{
	return subject_owns(subject, devno) ||
	       (subject->real && devno_is_equal(subject->real->devno, devno)) ||
	       (subject->origin && devno_is_equal(subject->origin->devno, devno));
}

static struct places places_of_changes(
	const struct host *host, const struct subject *subject)
{
	struct devno *devnos = NULL;
	size_t count = 0;
	struct places places;

	for (size_t i = 0; i < subject->n_layers; i++)
		*array_add(&devnos, &count) = layer_devno(&subject->layers[i]);
	if (subject->snapshot)
		*array_add(&devnos, &count) = subject->snapshot->devno;
	if (subject->cow)
		*array_add(&devnos, &count) = subject->cow->devno;
	if (subject->real)
		*array_add(&devnos, &count) = subject->real->devno;
	if (subject->origin)
		*array_add(&devnos, &count) = subject->origin->devno;
	places = host_places_of_devices(host, PLACES_CHANGES, devnos, count, ALIKE_MOST);
	free(devnos);
	return places;
}

/* What the capture saw change at its second look. */
static void check_unchanged(const struct host *host, struct subject *subject)
{
	cleanup_places struct places places = places_of_changes(host, subject);

	for (size_t i; places_next(&places, &i);) {
		const struct change *change = &host->changes[i];
		const struct device *device = host_device_by_devno(host, change->devno);
		cleanup_buf struct buf what = BUF_INIT;

		if (!is_in_stack(subject, change->devno))
			continue;
		change_print(change, &what);
		subject_reason(subject, RULE_UNSETTLED,
			"%s (" DEVNO_FMT ") changed while the capture was made: %s",
			device ? device->name : "a device", DEVNO_ARGS(change->devno),
			buf_text(&what));
		subject_about(subject, ABOUT_CHANGE, change);
	}
	if (places.is_cut)
		subject_add_words(subject, "; and more of it changed");
}

/* In a container without udev of its own, LVM's changes never settle (lvm2 issue 70). */
static void note_command(
	const struct host *host, struct subject *subject, const struct process *process)
{
	const struct mount_namespace *home = host_namespace_of_host(host);
	cleanup_buf struct buf where = BUF_INIT;

	if (home && process->mount_namespace && process->mount_namespace != home->id)
		buf_printf(&where,
			" in mount namespace %llu, a container: LVM belongs on the host",
			(unsigned long long)process->mount_namespace);
	subject_reason(subject, RULE_COMMAND_RUNNING,
		"%s (pid %u) was running%s; capture again when it has ended",
		process->comm, process->pid, buf_text(&where));
}

void check_settled(const struct host *host, struct subject *subject, bool is_crowded)
{
	cleanup_places struct places places =
		host_places(host, PLACES_STORAGE_PROGRAMS, 0);
	unsigned n_commands = 0;

	subject_devices(subject, note_unsettled, subject);
	if (subject->real) {
		note_unsettled(subject, subject->real);
		if (!is_crowded)
			note_neighbours(host, subject);
	}
	check_unchanged(host, subject);
	for (size_t i; places_next(&places, &i);) {
		const struct process *process = &host->processes[i];

		if (!process_is_storage(process))
			continue;
		if (n_commands++ == COMMANDS_MOST) {
			subject_add_words(
				subject, "; and more such commands were running");
			return;
		}
		note_command(host, subject, process);
		subject_about(subject, ABOUT_PROCESS, process);
	}
}
