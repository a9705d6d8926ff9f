/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A second look: did what was read belong to one moment? The parts are read one after the
 * other, and LVM takes seconds; on a busy host something happens meanwhile.
 * Input: the host as read. Output: host->changes, the uevent number, the source "again".
 *
 * Only what matters to a snapshot counts: its own stack with what is on it, its
 * COW, its origin; a hypervisor on which other volumes come and go all day is not
 * disturbed by this. Cost: one list, and one reading for each such device. Sequence
 * numbers of volume groups are compared where metadata is read (lvm.c).
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "parts.h"
#include "snapstate/cleanup.h"
#include "snapstate/facts.h"
#include "snapstate/host.h"
#include "snapstate/host/change.h"
#include "snapstate/host/device.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/places.h"
#include "snapstate/host/source.h"
#include "snapstate/ledger.h"
#include "snapstate/stamp.h"

/* For what udev opens: in all, and of the time that is left; until one is looked at
 * again. */
#define OPENS_MS      1000
#define OPENS_PART    8
#define OPENS_TICK_MS 20

/* How closely a device is looked at again. */
enum concern {
	CONCERN_NONE,
	CONCERN_TABLE, /* origins and -real layers: guests open and close them all day */
	CONCERN_OPENS, /* see host_device_opens_count() */
};

struct look {
	const struct machine *machine;
	struct host *host;	/* as it was read */
	struct host *now;	/* as it is */
	enum concern *concerns; /* one for each of the host's devices */
	int patience_ms;	/* left */
};

/* ---- what matters ---- */

static enum concern *concern_of(const struct look *look, struct devno devno)
{
	const struct device *device = host_device_by_devno(look->host, devno);

	return device ? &look->concerns[device - look->host->devices] : NULL;
}

static void raise_concern(const struct look *look, struct devno devno)
{
	enum concern *concern = concern_of(look, devno);

	if (concern && *concern < CONCERN_TABLE)
		*concern = CONCERN_TABLE;
}

static bool is_of_concern(const struct look *look, struct devno devno)
{
	enum concern *concern = concern_of(look, devno);

	return concern && *concern != CONCERN_NONE;
}

static void find_concerns(struct look *look)
{
	const struct host *host = look->host;
	struct devno origin, cow;

	for (size_t i = 0; i < host->n_devices; i++) {
		if (host_device_opens_count(host, &host->devices[i]))
			look->concerns[i] = CONCERN_OPENS;
		if (device_snapshot_parts(&host->devices[i], &origin, &cow)) {
			raise_concern(look, origin);
			raise_concern(look, cow);
		}
	}
	/* the origin itself is on its -real layer beside the snapshot */
	for (size_t i = 0; i < host->n_devices; i++) {
		const struct dm_target *target = host->devices[i].targets;

		if (host->devices[i].n_targets == 1 &&
			strcmp(target->type, "snapshot-origin") == 0)
			raise_concern(look, host->devices[i].devno);
	}
}

/* ---- device-mapper ---- */

static bool is_same_target(const struct dm_target *a, const struct dm_target *b)
{
	return a->start == b->start && a->length == b->length &&
	       strcmp(a->type, b->type) == 0 && strcmp(a->params, b->params) == 0;
}

static bool is_same_table(
	const struct dm_target *a, size_t n_a, const struct dm_target *b, size_t n_b)
{
	for (size_t i = 0; i < n_a && n_a == n_b; i++)
		if (!is_same_target(&a[i], &b[i]))
			return false;
	return n_a == n_b;
}

static void note(const struct look *look, struct devno devno, enum change_kind kind)
{
	host_change_add(look->host, devno, kind, "");
}

/* 0, or what kept us from reading it. */
static int read_count(
	const struct look *look, const struct device *wanted, uint32_t *ret_count)
{
	cleanup_host struct host *now = host_new();
	const struct machine *machine = look->machine;
	int r = machine->dm->list(machine->context, now, NULL);

	for (size_t i = 0; r == 0 && i < now->n_devices; i++) {
		if (!devno_is_equal(now->devices[i].devno, wanted->devno))
			continue;
		r = machine->dm->read(machine->context, now, &now->devices[i], NULL);
		*ret_count = (uint32_t)now->devices[i].open_count;
	}
	return r;
}

static bool is_explained_by(
	const struct host *host, struct device *device, uint32_t count)
{
	struct device as_now = *device;
	struct ledger ledger;

	as_now.open_count = count;
	ledger_of_device(host, &as_now, &ledger);
	return ledger.unexplained == 0;
}

/* While it handles one event after the other it has a device open both times, by two of
 * its workers. Where it is idle, what nobody explains does not pass. */
static bool may_be_udev(const struct look *look, struct device *then, uint32_t count)
{
	const struct identity *identity = &look->host->identity;

	return identity->uevents != identity->uevents_after &&
	       host_source_is_read(look->host, "processes") &&
	       !is_explained_by(look->host, then, count);
}

/* What is counted are the pauses, so that a busy host is looked at as often as an idle
 * one; but the capture ends in time. */
static bool has_patience(const struct look *look)
{
	int64_t deadline_ms = look->machine->deadline_ms;

	return look->patience_ms > 0 && (!deadline_ms || clock_ms() < deadline_ms);
}

/* udev opens a device for a moment, when it was read, or now: it is looked at until it is
 * as it was, for a while; and one that is open less often than it was is taken as it is
 * now, if all that opens it is known. */
static bool has_settled(struct look *look, struct device *then, const struct device *now)
{
	uint32_t count = (uint32_t)now->open_count;

	while (has_patience(look) &&
		(count != then->open_count || may_be_udev(look, then, count))) {
		poll(NULL, 0, OPENS_TICK_MS);
		look->patience_ms -= OPENS_TICK_MS;
		if (read_count(look, then, &count) < 0)
			return false;
	}
	if (count < then->open_count && host_source_is_read(look->host, "processes") &&
		is_explained_by(look->host, then, count))
		then->open_count = count;
	return count == then->open_count;
}

static void compare_device(
	struct look *look, struct device *then, const struct device *now)
{
	struct devno devno = then->devno;

	if (strcmp(then->uuid, now->uuid) != 0) {
		note(look, devno, CHANGE_REPLACED);
		return;
	}
	if (*concern_of(look, devno) == CONCERN_OPENS && !has_settled(look, then, now))
		note(look, devno, CHANGE_OPENS);
	if (then->flags != now->flags)
		note(look, devno, CHANGE_FLAGS);
	if (!is_same_table(
		    then->targets, then->n_targets, now->targets, now->n_targets) ||
		!is_same_table(
			then->inactive, then->n_inactive, now->inactive, now->n_inactive))
		note(look, devno, CHANGE_TABLE);
	else if (device_snapshot_state(then) != device_snapshot_state(now))
		note(look, devno, CHANGE_STATE);
}

/* 0, or what kept us from reading it. */
static int look_at(struct look *look, struct device *then, struct err *err)
{
	struct device *now = host_device_by_devno(look->now, then->devno);
	int r;

	if (!now) {
		note(look, then->devno, CHANGE_GONE);
		return 0;
	}
	if (strcmp(now->name, then->name) != 0) {
		host_change_add(look->host, then->devno, CHANGE_RENAMED, now->name);
		return 0;
	}
	r = look->machine->dm->read(look->machine->context, look->now, now, err);
	if (r == 0)
		compare_device(look, then, now);
	else if (dm_is_vanished(r))
		note(look, then->devno, CHANGE_GONE);
	return dm_is_vanished(r) ? 0 : r;
}

/* What came since is on something. */
static int look_at_new(struct look *look, struct device *now, struct err *err)
{
	int r = look->machine->dm->read(look->machine->context, look->now, now, err);

	for (size_t i = 0; r == 0 && i < now->n_deps; i++)
		if (is_of_concern(look, now->deps[i]))
			host_change_add(
				look->host, now->deps[i], CHANGE_ABOVE, now->name);
	return dm_is_vanished(r) ? 0 : r;
}

static int compare_devices(struct look *look, struct err *err)
{
	int r = look->machine->dm->list(look->machine->context, look->now, err);

	if (r < 0)
		return r;
	host_sort(look->now);
	for (size_t i = 0; i < look->host->n_devices && r == 0; i++)
		if (look->concerns[i] != CONCERN_NONE)
			r = look_at(look, &look->host->devices[i], err);
	for (size_t i = 0; i < look->now->n_devices && r == 0; i++)
		if (!host_device_by_devno(look->host, look->now->devices[i].devno))
			r = look_at_new(look, &look->now->devices[i], err);
	return r;
}

/* ---- mounts ---- */

static bool has_mount(const struct host *host, const struct mount *mount)
{
	for (size_t i = 0; i < host->n_mounts; i++) {
		const struct mount *other = &host->mounts[i];

		if (other->namespace_id == mount->namespace_id &&
			other->id == mount->id &&
			devno_is_equal(other->devno, mount->devno) &&
			strcmp(other->target, mount->target) == 0)
			return true;
	}
	return false;
}

/* Those that the processes' pass found are not looked for again. */
static bool is_found_by_mounts(const struct host *host, uint64_t namespace_id)
{
	for (size_t i = 0; i < host->n_namespaces; i++)
		if (host->namespaces[i].id == namespace_id)
			return host->namespaces[i].pin_pid == 0;
	return true;
}

static void note_mounts(struct look *look, const struct host *from,
	const struct host *other, enum change_kind kind)
{
	for (size_t i = 0; i < from->n_mounts; i++) {
		const struct mount *mount = &from->mounts[i];
		struct devno devno = host_mount_devno(look->host, mount);

		if (is_of_concern(look, devno) &&
			is_found_by_mounts(from, mount->namespace_id) &&
			!has_mount(other, mount))
			host_change_add(look->host, devno, kind, mount->target);
	}
}

static int compare_mounts(struct look *look, struct err *err)
{
	const struct source *source;

	probe_mounts(look->machine, look->now);
	source = host_source(look->now, "mounts");
	if (source->outcome != OUTCOME_READ)
		return err_set(err, -EAGAIN, "mounts: %s", source->detail);
	note_mounts(look, look->host, look->now, CHANGE_UNMOUNTED);
	note_mounts(look, look->now, look->host, CHANGE_MOUNTED);
	return 0;
}

/* ---- */

static void note_outcome(struct host *host, int r, const struct err *err)
{
	if (r < 0)
		host_source_set(host, "again",
			r == -EAGAIN ? OUTCOME_CHANGED : outcome_of_errno(r), "%s",
			err->msg);
	else if (host->n_changes)
		host_source_set(host, "again", OUTCOME_CHANGED,
			"%zu of devices of snapshots, at " DEVNO_FMT ": %s",
			host->n_changes, DEVNO_ARGS(host->changes[0].devno),
			change_kind_name(host->changes[0].kind));
	else
		host_source_set(host, "again", OUTCOME_READ, "%s", "");
}

static int patience(const struct machine *machine)
{
	int64_t part = (machine->deadline_ms - clock_ms()) / OPENS_PART;

	return machine->deadline_ms && part < OPENS_MS ? (int)part : OPENS_MS;
}

size_t probe_look_again(const struct machine *machine, struct host *host)
{
	struct look look = {.machine = machine,
		.host = host,
		.now = host_new(),
		.patience_ms = patience(machine)};
	struct err err = ERR_INIT;
	int r = 0;

	free(host->changes);
	host->changes = NULL;
	host->n_changes = 0;
	host_sort(host);
	host_index_build(host); /* until it is sorted again */
	look.concerns = xcalloc(host->n_devices, sizeof(*look.concerns));
	find_concerns(&look);
	machine_number(
		machine, &host->identity.uevents_after, "sys/kernel/uevent_seqnum");
	if (host_source_is_read(host, "dm"))
		r = compare_devices(&look, &err);
	if (r == 0 && host_source_is_read(host, "mounts"))
		r = compare_mounts(&look, &err);
	host_sort(host);
	note_outcome(host, r, &err);
	free(look.concerns);
	host_free(look.now);
	return host->n_changes;
}
