/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The segments of one LV; see lvm_metadata.h. Which words a segment type has is in lvm2's
 * lib/striped, lib/mirror, lib/raid, lib/thin, lib/cache_segtype, ..., text_export
 * functions.
 *
 * Input:  the LV's section. Output: its segments in order, without gaps; its role.
 * Invariant: what a segment refers to exists.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lvm_metadata.h"
#include "snapstate/buf.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/lvm.h"

static int reference_error(const char *key, const char *name, struct err *err)
{
	cleanup_buf struct buf word = BUF_INIT;

	buf_word(&word, name);
	return err_set(err, -EBADMSG, "%s refers to %s, which is not there", key,
		buf_text(&word));
}

static int lv_reference(const struct metadata *metadata, struct segment *segment,
	const char *key, const char *name, struct err *err)
{
	const struct lv *lv = metadata_lv(metadata, name);
	struct stripe *stripe;

	if (!lv)
		return reference_error(key, name, err);
	stripe = array_add(&segment->stripes, &segment->n_stripes);
	*stripe = (struct stripe){.pv_uuid = "", .lv_name = lv->name};
	return 0;
}

/* stripes = [ "pv0", 0, "pv1", 0 ]: what is called how. */
struct areas {
	const char *key;
	const char *count_key;
	bool is_shared; /* the segment's extents are spread over the areas; else each
			   holds all */
};
static const struct areas stripes = {"stripes", "stripe_count", true};
static const struct areas mirrors = {"mirrors", "mirror_count", false};

/* A PV's name wins over an LV's, as in lvm2's text_import_areas(). */
static int area_read(const struct metadata *metadata, const char *key,
	const struct dm_config_value *v, uint64_t extents, struct segment *segment,
	struct err *err)
{
	const struct pv *pv;
	struct stripe *stripe;
	uint64_t start;

	if (v->type != DM_CFG_STRING || !v->next || v->next->type != DM_CFG_INT ||
		v->next->v.i < 0 || v->next->v.i > LVM_EXTENTS_MAX)
		return err_set(
			err, -EBADMSG, "%s is not a list of names and extents", key);
	start = (uint64_t)v->next->v.i;
	pv = metadata_pv(metadata, v->v.str);
	if (!pv) {
		if (lv_reference(metadata, segment, key, v->v.str, err) < 0)
			return -EBADMSG;
		segment->stripes[segment->n_stripes - 1].start = start;
		return 0;
	}
	if (start + extents > pv->pe_count)
		return err_set(err, -EBADMSG,
			"%s reach beyond the end of physical volume %s", key, pv->uuid);
	stripe = array_add(&segment->stripes, &segment->n_stripes);
	*stripe = (struct stripe){pv->uuid, "", start};
	return 0;
}

static int areas_read(const struct metadata *metadata,
	const struct dm_config_node *section, const struct areas *areas,
	struct segment *segment, struct err *err)
{
	const struct dm_config_node *list =
		dm_config_find_node(section->child, areas->key);
	const struct dm_config_value *v = list ? list->v : NULL;
	uint64_t count, extents;

	if (config_number(section, areas->count_key, LVM_EXTENTS_MAX, &count, err) < 0)
		return -EBADMSG;
	if (!count || (areas->is_shared && segment->extents % count))
		return err_set(err, -EBADMSG, "extent_count is not a multiple of %s",
			areas->count_key);
	extents = areas->is_shared ? segment->extents / count : segment->extents;
	if (v && v->type == DM_CFG_EMPTY_ARRAY)
		v = NULL;
	for (; v; v = v->next->next)
		if (area_read(metadata, areas->key, v, extents, segment, err) < 0)
			return -EBADMSG;
	if (segment->n_stripes != count)
		return err_set(err, -EBADMSG, "%s is %llu, but %s lists %zu",
			areas->count_key, (unsigned long long)count, areas->key,
			segment->n_stripes);
	return 0;
}

/* raids = [ "lv_rmeta_0", "lv_rimage_0", ... ], raid0_lvs = [ "lv_rimage_0", ... ] */
static int names_read(const struct metadata *metadata,
	const struct dm_config_node *section, struct segment *segment, const char *key,
	struct err *err)
{
	const struct dm_config_node *list = dm_config_find_node(section->child, key);
	const struct dm_config_value *v = list ? list->v : NULL;

	if (v && v->type == DM_CFG_EMPTY_ARRAY)
		return 0;
	for (; v; v = v->next) {
		if (v->type != DM_CFG_STRING)
			return err_set(err, -EBADMSG, "%s is not a list of names", key);
		if (lv_reference(metadata, segment, key, v->v.str, err) < 0)
			return -EBADMSG;
	}
	return 0;
}

/* Keys whose value is the name of an LV that holds (a part of) the data, whatever the
 * type. */
static int components_read(const struct metadata *metadata,
	const struct dm_config_node *section, struct segment *segment, struct err *err)
{
	static const char *const keys[] = {"thin_pool", "pool", "metadata", "data",
		"cache_pool", "vdo_pool", "writecache", "meta_dev", "mirror_log"};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const char *name = config_string(section, keys[i]);

		if (*name && lv_reference(metadata, segment, keys[i], name, err) < 0)
			return -EBADMSG;
	}
	return 0;
}

/* "raid5_ls", or "thin-pool+CROP_METADATA": flags for newer versions follow a plus. */
static bool type_is(const char *text, const char *type)
{
	size_t len = strlen(type);

	return strncmp(text, type, len) == 0 && (!text[len] || text[len] == '+');
}

/* ---- thin volumes ---- */

static int thin_read(const struct metadata *metadata,
	const struct dm_config_node *section, struct lv *lv, struct err *err)
{
	const char *origin = config_string(section, "origin");
	const char *external = config_string(section, "external_origin");
	const char *merge = config_string(section, "merge");
	const char *name = *origin ? origin : external;
	const struct lv *found = metadata_lv(metadata, name);

	if (!*config_string(section, "thin_pool"))
		return err_set(err, -EBADMSG, "thin_pool is missing");
	if (*name && !found)
		return reference_error("origin", name, err);
	if (*merge && strcmp(merge, origin) != 0)
		return err_set(err, -EBADMSG, "merge is not the origin");
	if (found)
		lv->origin_uuid = found->uuid;
	lv->has_external_origin = *external != '\0';
	lv->is_merging = *merge != '\0';
	return 0;
}

/* ---- one segment, all segments ---- */

static int data_read(const struct metadata *metadata,
	const struct dm_config_node *section, struct lv *lv, struct segment *segment,
	struct err *err)
{
	const char *below = config_string(section, "origin");

	if (type_is(segment->type, "striped") || type_is(segment->type, "linear"))
		return areas_read(metadata, section, &stripes, segment, err);
	if (type_is(segment->type, "mirror") &&
		areas_read(metadata, section, &mirrors, segment, err) < 0)
		return -EBADMSG;
	if (names_read(metadata, section, segment, "raids", err) < 0 ||
		names_read(metadata, section, segment, "raid0_lvs", err) < 0 ||
		components_read(metadata, section, segment, err) < 0)
		return -EBADMSG;
	if (type_is(segment->type, "thin"))
		return thin_read(metadata, section, lv, err);
	/* cache, writecache and integrity lie over an LV that they call origin */
	return *below ? lv_reference(metadata, segment, "origin", below, err) : 0;
}

static int segment_read(const struct metadata *metadata,
	const struct dm_config_node *section, struct lv *lv, struct err *err)
{
	struct segment *segment = array_add(&lv->segments, &lv->n_segments);
	const char *type = config_string(section, "type");

	if (config_number(
		    section, "start_extent", LVM_EXTENTS_MAX, &segment->start, err) < 0 ||
		config_number(section, "extent_count", LVM_EXTENTS_MAX, &segment->extents,
			err) < 0)
		return -EBADMSG;
	if (!*type)
		return err_set(err, -EBADMSG, "type is missing");
	segment->type = host_string(metadata->host, type);
	return data_read(metadata, section, lv, segment, err);
}

static enum lv_role role_of_type(const char *type)
{
	if (type_is(type, "striped") || type_is(type, "linear"))
		return LV_ORDINARY;
	if (type_is(type, "thin"))
		return LV_THIN;
	if (type_is(type, "thin-pool"))
		return LV_THIN_POOL;
	return LV_OTHER;
}

static enum lv_role role_of_segments(const struct lv *lv)
{
	enum lv_role role = LV_OTHER;

	for (size_t i = 0; i < lv->n_segments; i++) {
		enum lv_role next = role_of_type(lv->segments[i].type);

		if (i > 0 && next != role)
			return LV_OTHER;
		role = next;
	}
	return role;
}

static int order_segments(const void *pa, const void *pb)
{
	const struct segment *a = pa, *b = pb;

	return (a->start > b->start) - (a->start < b->start);
}

static int gaps_check(struct lv *lv, struct err *err)
{
	if (lv->n_segments)
		qsort(lv->segments, lv->n_segments, sizeof(*lv->segments),
			order_segments);
	for (size_t i = 0; i < lv->n_segments; i++) {
		const struct segment *segment = &lv->segments[i];

		if (segment->start != lv->extents || !segment->extents)
			return err_set(err, -EBADMSG,
				"the segments leave a gap or overlap at extent %llu",
				(unsigned long long)lv->extents);
		lv->extents += segment->extents;
	}
	return 0;
}

int segments_read(const struct metadata *metadata, const struct dm_config_node *section,
	struct lv *lv, struct err *err)
{
	const struct dm_config_node *node;
	uint64_t count;

	config_for_each_section(
		node, section) if (segment_read(metadata, node, lv, err) < 0)
	{
		cleanup_buf struct buf key = BUF_INIT;

		buf_word(&key, node->key);
		return err_wrap(err, "%s", buf_text(&key));
	}
	if (config_number(section, "segment_count", LVM_EXTENTS_MAX, &count, err) < 0)
		return -EBADMSG;
	if (count != lv->n_segments)
		return err_set(err, -EBADMSG,
			"segment_count is %llu, but there are %zu segments",
			(unsigned long long)count, lv->n_segments);
	lv->role = role_of_segments(lv);
	return gaps_check(lv, err);
}
