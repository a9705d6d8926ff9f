/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Classic snapshots in VG metadata; see lvm_metadata.h. The text has three LVs for one
 * snapshot: the origin; the COW, which bears the snapshot's name and uuid; and a hidden
 * "snapshotN", whose one segment names the two (lvm2 lib/snapshot/snapshot.c,
 * lib/metadata/snapshot_manip.c). People, dm and lvs know the first two only.
 *
 * Input:  the LVs as read so far. Output: role, origin and state of those that are
 * stores.
 */
#include <errno.h>
#include <string.h>

#include "lvm_metadata.h"
#include "snapstate/buf.h"
#include "snapstate/cleanup.h"
#include "snapstate/host/lvm.h"

static const struct dm_config_node *first_segment(const struct dm_config_node *section)
{
	return config_section_from(section->child);
}

bool is_snapshot_section(const struct dm_config_node *section)
{
	const struct dm_config_node *segment = first_segment(section);

	return segment && strcmp(config_string(segment, "type"), "snapshot") == 0;
}

static int lv_find(const struct metadata *metadata, const char *key, const char *name,
	struct lv **ret_lv, struct err *err)
{
	cleanup_buf struct buf word = BUF_INIT;

	buf_word(&word, name);
	if (!*name)
		return err_set(err, -EBADMSG, "%s is missing", key);
	*ret_lv = metadata_lv(metadata, name);
	if (!*ret_lv)
		return err_set(err, -EBADMSG, "%s is %s, which is not there", key,
			buf_text(&word));
	return 0;
}

static int fold(const struct metadata *metadata, const struct dm_config_node *section,
	struct err *err)
{
	const struct dm_config_node *segment = first_segment(section);
	const char *cow_name = config_string(segment, "cow_store");
	const char *merging_name = config_string(segment, "merging_store");
	struct lv *cow, *origin;

	if (config_section_from(segment->sib))
		return err_set(err, -EBADMSG, "a snapshot has one segment only");
	if (*cow_name && *merging_name)
		return err_set(
			err, -EBADMSG, "both cow_store and merging_store are given");
	if (lv_find(metadata, "origin", config_string(segment, "origin"), &origin, err) <
			0 ||
		lv_find(metadata, "cow_store", *cow_name ? cow_name : merging_name,
			&cow, err) < 0)
		return -EBADMSG;
	if (cow == origin || cow->role == LV_SNAPSHOT)
		return err_set(err, -EBADMSG, "%s cannot be its COW", cow->name);
	cow->role = LV_SNAPSHOT;
	cow->origin_uuid = origin->uuid;
	cow->is_merging = *merging_name != '\0';
	/* lvm2 does not write the flag of a virtual origin: to it, an invisible origin is
	 * one (init_snapshot_seg). */
	cow->has_virtual_origin = !origin->is_visible;
	/* A COW has no flag of its own that says so; see lv_is_visible() of lvm2. */
	cow->is_visible = cow->has_virtual_origin || !cow->is_merging;
	return 0;
}

static int chain_check(const struct metadata *metadata,
	const struct dm_config_node *section, struct err *err)
{
	const char *origin = config_string(first_segment(section), "origin");

	if (metadata_lv(metadata, origin)->role != LV_SNAPSHOT)
		return 0;
	return err_set(err, -EBADMSG, "its origin %s is a snapshot itself", origin);
}

int snapshots_fold(const struct metadata *metadata, const struct dm_config_node *volumes,
	struct err *err)
{
	const struct dm_config_node *node;

	config_for_each_section(
		node, volumes) if (is_snapshot_section(node) &&
				   fold(metadata, node, err) < 0) return err_wrap(err,
		"volume %s", node->key);
	config_for_each_section(node,
		volumes) if (is_snapshot_section(node) &&
			     chain_check(metadata, node, err) < 0) return err_wrap(err,
		"volume %s", node->key);
	return 0;
}
