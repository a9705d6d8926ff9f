/* SPDX-License-Identifier: Apache-2.0 */
/*
 * See mapping.h. A guest's volumes have the same uuids on the snapshot as on the origin,
 * and names prove nothing, so tables and dependencies decide, and they must tell the same
 * story. Targets that a plan may take away: linear and striped only redirect, and crypt
 * has nothing but its key (kernel dm-linear.c, dm-stripe.c, dm-crypt.c: no postsuspend,
 * and no I/O in the destructor). A thin pool, a cache, an array or a mirror writes its
 * own metadata when it is taken down, and so stays.
 */
#include <stdlib.h>
#include <string.h>

#include "mapping.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/device.h"
#include "snapstate/host/lvm.h"
#include "snapstate/host/places.h"
#include "snapstate/lvm_names.h"

/* ---- tables ---- */

struct devno_list {
	struct devno *devnos;
	size_t count;
};

static void devno_list_free(struct devno_list *list)
{
	free(list->devnos);
}

/* Returns how many there are without repetitions. */
static size_t sort_devnos(struct devno *devnos, size_t count)
{
	size_t kept = 0;

	if (count)
		qsort(devnos, count, sizeof(*devnos), devno_order);
	for (size_t i = 0; i < count; i++)
		if (!kept || !devno_is_equal(devnos[kept - 1], devnos[i]))
			devnos[kept++] = devnos[i];
	return kept;
}

/* The n-th word, from 0; NULL = there are not so many. */
static const char *word_at(const char *params, size_t n, size_t *ret_len)
{
	for (; n && *params; n--) {
		params += strcspn(params, " ");
		params += strspn(params, " ");
	}
	*ret_len = strcspn(params, " ");
	return *ret_len ? params : NULL;
}

static bool add_device_word(const char *params, size_t n, struct devno_list *list)
{
	size_t len;
	const char *word = word_at(params, n, &len);
	struct devno devno;

	if (!word || parse_devno(word, len, &devno) < 0)
		return false;
	*array_add(&list->devnos, &list->count) = devno;
	return true;
}

/* "DEVICE START", "STRIPES CHUNK DEVICE START...", "CIPHER KEY IV DEVICE START ...". */
static bool add_target_devices(const struct dm_target *target, struct devno_list *list)
{
	size_t len;
	const char *next;

	if (strcmp(target->type, "linear") == 0)
		return add_device_word(target->params, 0, list);
	if (strcmp(target->type, "crypt") == 0)
		return add_device_word(target->params, 3, list);
	if (strcmp(target->type, "striped") != 0)
		return false;
	next = word_at(target->params, 2, &len);
	do
		if (!next || !add_device_word(next, 0, list))
			return false;
	while ((next = word_at(next, 2, &len)));
	return true;
}

/* true: the table was understood, and names exactly the dependencies, of which the kernel
 * lists each once (dm-table.c, dm_get_device). */
static bool has_table_of_its_deps(const struct device *device)
{
	cleanup_with(devno_list_free) struct devno_list list = {.count = 0};
	cleanup_with(devno_list_free) struct devno_list deps = {.count = 0};

	for (size_t i = 0; i < device->n_targets; i++)
		if (!add_target_devices(&device->targets[i], &list))
			return false;
	for (size_t i = 0; i < device->n_deps; i++)
		*array_add(&deps.devnos, &deps.count) = device->deps[i];
	if (sort_devnos(deps.devnos, deps.count) != device->n_deps ||
		sort_devnos(list.devnos, list.count) != device->n_deps)
		return false;
	for (size_t i = 0; i < device->n_deps; i++)
		if (!devno_is_equal(deps.devnos[i], list.devnos[i]))
			return false;
	return list.count > 0;
}

/* ---- who made it ---- */

/* What other programs call their mappings, and how a person takes one away. */
static const struct {
	const char *prefix; /* of the uuid */
	const char *words;
	const char *command; /* its name follows */
} makers[] = {
	{"mpath-", "multipath has claimed it as a path",
		"blacklist it in multipath.conf, then multipath -f"},
	{"CRYPT-VERITY-", "a dm-verity mapping", "veritysetup close"},
	{"CRYPT-INTEGRITY-", "a dm-integrity mapping", "integritysetup close"},
	{"CRYPT-SUBDEV-", "a part of an encrypted mapping", "cryptsetup close"},
	{"CRYPT-", "an encrypted mapping of another kind than LUKS and plain dm-crypt",
		"cryptsetup close"},
	{"DMRAID-", "a RAID set of dmraid", "dmraid -an"},
	{"stratis-", "a part of a Stratis pool",
		"stratis pool stop, then look again for"},
	{"VDO-", "a VDO volume", "vdo stop --name"},
};

/* Targets that keep something of their own, by what people call them. */
static const struct {
	const char *type, *words;
} stateful[] = {
	{"multipath", "a multipath device"},
	{"crypt", "an encrypted mapping without cryptsetup's uuid"},
	{"raid", "an array"},
	{"mirror", "a mirror"},
	{"thin-pool", "a thin pool"},
	{"thin", "a thin volume"},
	{"cache", "a cached volume"},
	{"writecache", "a volume with a write cache"},
	{"vdo", "a VDO volume"},
	{"integrity", "a dm-integrity mapping"},
	{"verity", "a dm-verity mapping"},
	{"era", "a dm-era mapping"},
	{"clone", "a dm-clone mapping"},
	{"snapshot", "a snapshot within the guest"},
	{"snapshot-merge", "a snapshot within the guest, merging"},
	{"snapshot-origin", "a volume with snapshots within the guest"},
};

static bool starts_with(const char *text, const char *begin)
{
	return strncmp(text, begin, strlen(begin)) == 0;
}

/* "SUBSYSTEM-...", the form that libdevmapper asks programs to use; what has none was
 * made by hand. */
static bool has_maker(const char *uuid)
{
	return strchr(uuid, '-');
}

static void device_words(const struct host *host, struct devno devno, struct buf *text)
{
	const struct device *device = host_device_by_devno(host, devno);
	const struct block *block = host_block_by_devno(host, devno);

	if (device)
		buf_printf(text, "%s (" DEVNO_FMT ")", device->name, DEVNO_ARGS(devno));
	else if (block)
		buf_printf(text, "%s (" DEVNO_FMT ")", block->kname, DEVNO_ARGS(devno));
	else
		buf_devno(text, devno);
}

/* ---- one kind after the other ---- */

/* What one judgement needs. `why` is added to where the answer is no. */
struct judgement {
	const struct host *host;
	const struct subject *subject;
	const struct device *device;
	struct buf *why;
};

static bool has_only(const struct device *device, const char *type, const char *other)
{
	for (size_t i = 0; i < device->n_targets; i++)
		if (strcmp(device->targets[i].type, type) != 0 &&
			strcmp(device->targets[i].type, other) != 0)
			return false;
	return device->n_targets > 0;
}

static bool no_such_target(const struct judgement *it)
{
	const struct device *device = it->device;

	for (size_t t = 0; t < device->n_targets; t++) {
		const char *type = device->targets[t].type;

		if (t && strcmp(type, device->targets[t - 1].type) == 0)
			continue;
		for (size_t i = 0; i < sizeof(stateful) / sizeof(stateful[0]); i++)
			if (strcmp(type, stateful[i].type) == 0) {
				buf_printf(it->why,
					"%s, which keeps its own state and may write it "
					"when removed",
					stateful[i].words);
				return false;
			}
	}
	buf_puts(it->why, "a plan may not remove a mapping with such a table");
	return false;
}

/* Of the subject's devices, its COW excepted; whatever else is above is judged itself.
 */
static bool has_no_other_deps(const struct judgement *it)
{
	const struct device *cow = it->subject->cow;

	for (size_t i = 0; i < it->device->n_deps; i++) {
		struct devno dep = it->device->deps[i];

		if (subject_owns(it->subject, dep) &&
			!(cow && devno_is_equal(cow->devno, dep)))
			continue;
		buf_puts(it->why, "it is also on ");
		device_words(it->host, dep, it->why);
		buf_puts(it->why, ", and so not on this snapshot alone");
		return false;
	}
	return true;
}

/* The table last: it may name all the snapshots of the host, and each of them asks. */
static bool is_on_the_subject_alone(const struct judgement *it)
{
	if (!has_no_other_deps(it))
		return false;
	if (has_table_of_its_deps(it->device))
		return true;
	buf_puts(it->why, "its table does not show what it is on");
	return false;
}

/* "partN-" and the uuid of exactly the device below, or its number where that has none
 * (kpartx/devmapper.c, nondm_create_uuid); or a uuid that is no program's, or none.
 * kpartx maps a logical partition onto its extended one in some versions. */
static bool has_partition_identity(const struct judgement *it)
{
	const struct device *base = host_device_by_devno(it->host, it->device->deps[0]);
	cleanup_buf struct buf number = BUF_INIT;
	const char *parent;
	uint32_t n;

	if (!has_maker(it->device->uuid))
		return true;
	buf_printf(&number, "devnode_" DEVNO_FMT "_Wh5pYvM",
		DEVNO_ARGS(it->device->deps[0]));
	return kpartx_uuid_split(it->device->uuid, &n, &parent) &&
	       ((base && strcmp(parent, base->uuid) == 0) ||
		       strcmp(parent, buf_text(&number)) == 0);
}

static void maker_words(const struct judgement *it)
{
	const struct device *device = it->device;
	const char *parent;
	uint32_t n;

	if (kpartx_uuid_split(device->uuid, &n, &parent)) {
		buf_puts(it->why,
			"kpartx made it for a device other than the one it is on");
		return;
	}
	for (size_t i = 0; i < sizeof(makers) / sizeof(makers[0]); i++) {
		if (!starts_with(device->uuid, makers[i].prefix))
			continue;
		buf_printf(it->why, "%s; to release it: %s %s", makers[i].words,
			makers[i].command, device->name);
		return;
	}
	buf_printf(it->why, "another program's, by its uuid (\"%.*s\")",
		(int)strcspn(device->uuid, "-"), device->uuid);
}

static bool is_partition(const struct judgement *it)
{
	if (it->device->n_targets != 1 || !has_only(it->device, "linear", "linear"))
		return no_such_target(it);
	if (!is_on_the_subject_alone(it))
		return false;
	if (has_partition_identity(it))
		return true;
	maker_words(it);
	return false;
}

/* NULL: it is on this snapshot. LVM names a physical volume that it does not find, and
 * one that it finds twice. */
static const char *why_not_here(const struct judgement *it, const struct pv *pv)
{
	const struct device *cow = it->subject->cow;

	if (pv->is_missing)
		return "is missing";
	if (pv->is_duplicate)
		return "is on more than one device";
	if (!subject_owns(it->subject, pv->devno) ||
		(cow && devno_is_equal(cow->devno, pv->devno)))
		return "is not on this snapshot";
	return NULL;
}

/* LVM may be asked about a group that it knows, and may write to it: so all of the group
 * has to be on this snapshot, as all of what is in a snapshot is. Else the volume is left
 * to people. (condition_guest.c: the same as a fact of the plan.) */
static bool is_group_here(const struct judgement *it, const struct vg *known)
{
	cleanup_places struct places places =
		host_places(it->host, PLACES_PVS, places_text(known->uuid));
	bool has_one = false;

	for (size_t i; places_next(&places, &i);) {
		const struct pv *pv = &it->host->pvs[i];
		const char *why;

		if (strcmp(pv->vg_uuid, known->uuid) != 0)
			continue;
		has_one = true;
		why = why_not_here(it, pv);
		if (!why)
			continue;
		buf_printf(it->why,
			"a volume of %s, a group that LVM knows on this host; its "
			"physical volume %s %s",
			known->name, *pv->name ? pv->name : pv->uuid, why);
		return false;
	}
	if (!has_one)
		buf_printf(it->why,
			"a volume of %s, a group that LVM knows on this host, and where "
			"its physical volumes are is unknown",
			known->name);
	return has_one;
}

static bool is_known_group_here(const struct judgement *it, const struct vg *known)
{
	cleanup_buf struct buf more = BUF_INIT;
	struct judgement where = *it;

	if (is_group_here(it, known))
		return true;
	where.why = &more;
	if (!is_on_the_subject_alone(&where))
		buf_printf(it->why, "; %s", buf_text(&more));
	return false;
}

static bool is_plain_guest_volume(const struct judgement *it)
{
	char vg[LVM_UUID_LEN + 1], lv[LVM_UUID_LEN + 1];
	const char *layer;
	const struct vg *known;

	if (!lvm_dm_uuid_split(it->device->uuid, vg, lv, &layer)) {
		buf_puts(it->why, "made by LVM, but not a volume");
		return false;
	}
	known = host_vg(it->host, vg);
	if (known && !is_known_group_here(it, known))
		return false;
	if (*layer) {
		buf_printf(it->why, "a hidden layer (%s) of a guest's volume", layer);
		return false;
	}
	return has_only(it->device, "linear", "striped") ? is_on_the_subject_alone(it)
							 : no_such_target(it);
}

/* cryptsetup close does the same as the plan's step: the kernel forgets the key, and no
 * byte is written. The passphrase opens the origin as before. */
static bool is_encrypted(const struct judgement *it)
{
	if (it->device->n_targets != 1 || !has_only(it->device, "crypt", "crypt"))
		return no_such_target(it);
	return is_on_the_subject_alone(it);
}

static enum mapping_kind kind_by_uuid(const struct device *device)
{
	const char *parent;
	uint32_t n;

	if (starts_with(device->uuid, "LVM-"))
		return MAPPING_GUEST_VOLUME;
	if (starts_with(device->uuid, "CRYPT-LUKS1-") ||
		starts_with(device->uuid, "CRYPT-LUKS2-") ||
		starts_with(device->uuid, "CRYPT-PLAIN-"))
		return MAPPING_ENCRYPTED;
	if (has_maker(device->uuid) && !kpartx_uuid_split(device->uuid, &n, &parent))
		return MAPPING_KEPT;
	return MAPPING_PARTITION;
}

enum mapping_kind mapping_judge(const struct host *host, const struct subject *subject,
	const struct device *device, struct buf *ret_why)
{
	const struct judgement it = {host, subject, device, ret_why};
	enum mapping_kind kind = kind_by_uuid(device);
	bool is_good = false;

	/* more than a plan goes through: all that is on them is not looked at for each */
	if (device->n_deps > STACK_MOST + 1 && !has_no_other_deps(&it))
		return MAPPING_KEPT;
	switch (kind) {
	case MAPPING_PARTITION:
		is_good = is_partition(&it);
		break;
	case MAPPING_GUEST_VOLUME:
		is_good = is_plain_guest_volume(&it);
		break;
	case MAPPING_ENCRYPTED:
		is_good = is_encrypted(&it);
		break;
	case MAPPING_KEPT:
		maker_words(&it);
		break;
	}
	return is_good ? kind : MAPPING_KEPT;
}

const char *mapping_kind_words(enum mapping_kind kind)
{
	switch (kind) {
	case MAPPING_PARTITION:
		return "partition mapping";
	case MAPPING_GUEST_VOLUME:
		return "volume of a guest";
	case MAPPING_ENCRYPTED:
		return "encrypted mapping";
	case MAPPING_KEPT:
		break;
	}
	return "mapping";
}

bool mapping_is_of_a_guest(const struct host *host, const struct device *device)
{
	char vg[LVM_UUID_LEN + 1], lv[LVM_UUID_LEN + 1];
	const char *layer;

	return lvm_dm_uuid_split(device->uuid, vg, lv, &layer) && !*layer &&
	       device_snapshot_state(device) == SNAPSHOT_NONE && !host_vg(host, vg) &&
	       host_snapshot_is_below(host, device);
}
