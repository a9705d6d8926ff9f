/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A VG's metadata text -> its VG, PVs and LVs; see text.h. What the words of the text
 * mean is in lvm2's lib/format_text/import_vsn1.c and flags.c.
 *
 * Input:  a hostile text. Output: one VG with has_metadata, its PVs, and every LV but the
 * hidden snapshotN ones.
 * Invariant: all of the text or nothing of it becomes part of the host.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lvm_join.h"
#include "lvm_metadata.h"
#include "snapstate/buf.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/file.h"
#include "snapstate/host/lvm.h"
#include "snapstate/host/shown.h"
#include "snapstate/host/source.h"
#include "snapstate/lvm_names.h"
#include "snapstate/text.h"

/* ---- names ---- */

static int order_names(const void *a, const void *b)
{
	return strcmp(((const struct name *)a)->name, ((const struct name *)b)->name);
}

static void names_sort(struct name *names, size_t count)
{
	if (count)
		qsort(names, count, sizeof(*names), order_names);
}

static const struct name *name_find(
	const struct name *names, size_t count, const char *text)
{
	struct name key = {text, 0};

	return count ? bsearch(&key, names, count, sizeof(*names), order_names) : NULL;
}

const struct pv *metadata_pv(const struct metadata *metadata, const char *name)
{
	const struct name *found = name_find(metadata->pv_names, metadata->n_pvs, name);

	return found ? &metadata->pvs[found->at] : NULL;
}

struct lv *metadata_lv(const struct metadata *metadata, const char *name)
{
	const struct name *found =
		name_find(metadata->lv_names, metadata->n_lv_names, name);

	return found ? &metadata->lvs[found->at] : NULL;
}

/* These names end up in commands that people type. */
static int name_check(const char *name, struct err *err)
{
	if (!lvm_name_is_valid(name)) {
		cleanup_buf struct buf word = BUF_INIT;

		buf_word(&word, name);
		return err_set(err, -EBADMSG, "%s is not a name that LVM allows",
			buf_text(&word));
	}
	return 0;
}

/* ---- VG and PVs ---- */

static int vg_read(
	struct metadata *metadata, const struct dm_config_node *section, struct err *err)
{
	struct host *host = metadata->host;
	struct vg *vg = &metadata->vg;
	const char *lock_type = config_string(section, "lock_type");

	if (name_check(section->key, err) < 0)
		return err_wrap(err, "volume group");
	if (config_uuid(host, section, &vg->uuid, err) < 0 ||
		config_number(section, "seqno", UINT32_MAX, &vg->seqno, err) < 0 ||
		config_number(section, "extent_size", UINT32_MAX, &vg->extent_size, err) <
			0)
		return err_wrap(err, "volume group %s", section->key);
	if (!vg->extent_size)
		return err_set(
			err, -EBADMSG, "volume group %s: extent_size is 0", section->key);
	vg->name = host_string(host, section->key);
	vg->system_id = host_string(host, config_string(section, "system_id"));
	vg->lock_type =
		strcmp(lock_type, "none") == 0 ? "" : host_string(host, lock_type);
	vg->is_writable = config_has_flag(section, "WRITE") ||
			  config_has_flag(section, "WRITE_LOCKED");
	vg->is_exported = config_has_flag(section, "EXPORTED");
	vg->is_partial = config_has_flag(section, "PARTIAL");
	vg->is_clustered =
		config_has_flag(section, "CLUSTERED") || strcmp(lock_type, "clvm") == 0;
	vg->has_metadata = true;
	return 0;
}

static int pv_read(const struct metadata *metadata, const struct dm_config_node *section,
	struct pv *pv, struct err *err)
{
	const char *device = config_string(section, "device");

	if (config_uuid(metadata->host, section, &pv->uuid, err) < 0 ||
		config_number(section, "pe_start", INT64_MAX, &pv->pe_start, err) < 0 ||
		config_number(section, "pe_count", LVM_EXTENTS_MAX, &pv->pe_count, err) <
			0)
		return -EBADMSG;
	pv->vg_uuid = metadata->vg.uuid;
	pv->is_missing = config_has_flag(section, "MISSING");
	pv->name = strcmp(device, "[unknown]") == 0 ? ""
						    : host_string(metadata->host, device);
	/* LVM's hint, where nothing tells the number: enough for an import, on which
	 * nothing is removed */
	if (host_is_imported(metadata->host) && !pv->is_missing)
		pv->devno = host_path_devno(metadata->host, pv->name);
	return 0;
}

/* NULL = no such section. */
static const struct dm_config_node *subsection(
	const struct dm_config_node *section, const char *key)
{
	const struct dm_config_node *node = dm_config_find_node(section->child, key);

	return node && !node->v ? node : NULL;
}

static int pvs_read(
	struct metadata *metadata, const struct dm_config_node *section, struct err *err)
{
	const struct dm_config_node *pvs = subsection(section, "physical_volumes");
	const struct dm_config_node *node;
	size_t n_names = 0;

	if (!pvs)
		return err_set(err, -EBADMSG, "physical_volumes is missing");
	config_for_each_section(node, pvs)
	{
		struct pv *pv = array_add(&metadata->pvs, &metadata->n_pvs);

		*array_add(&metadata->pv_names, &n_names) =
			(struct name){node->key, metadata->n_pvs - 1};
		pv->vg_uuid = pv->uuid = pv->name = "";
		if (pv_read(metadata, node, pv, err) < 0) {
			cleanup_buf struct buf key = BUF_INIT;

			buf_word(&key, node->key);
			return err_wrap(err, "physical volume %s", buf_text(&key));
		}
	}
	names_sort(metadata->pv_names, n_names);
	return 0;
}

/* ---- LVs ---- */

static int lv_read(const struct metadata *metadata, const struct dm_config_node *section,
	struct lv *lv, struct err *err)
{
	uint64_t created;

	if (config_number_or_0(section, "creation_time", INT64_MAX, &created, err) < 0)
		return -EBADMSG;
	lv->created = (int64_t)created;
	lv->creator =
		host_string(metadata->host, config_string(section, "creation_host"));
	lv->tags = config_tags(metadata->host, section);
	lv->is_visible = config_has_flag(section, "VISIBLE");
	return segments_read(metadata, section, lv, err);
}

static int lv_names_read(
	struct metadata *metadata, const struct dm_config_node *volumes, struct err *err)
{
	const struct dm_config_node *node;

	config_for_each_section(node, volumes)
	{
		struct lv *lv;

		if (name_check(node->key, err) < 0)
			return err_wrap(err, "volume");
		if (is_snapshot_section(node))
			continue;
		lv = array_add(&metadata->lvs, &metadata->n_lvs);
		lv->name = host_string(metadata->host, node->key);
		lv->vg_uuid = metadata->vg.uuid;
		lv->uuid = lv->origin_uuid = "";
		if (config_uuid(metadata->host, node, &lv->uuid, err) < 0)
			return err_wrap(err, "volume %s", node->key);
		*array_add(&metadata->lv_names, &metadata->n_lv_names) =
			(struct name){lv->name, metadata->n_lvs - 1};
	}
	names_sort(metadata->lv_names, metadata->n_lv_names);
	return 0;
}

static int order_uuids(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int uuids_check(const struct metadata *metadata, struct err *err)
{
	const char **uuids = xcalloc(metadata->n_pvs + metadata->n_lvs, sizeof(*uuids));
	size_t n = 0;
	int r = 0;

	for (size_t i = 0; i < metadata->n_pvs; i++)
		uuids[n++] = metadata->pvs[i].uuid;
	for (size_t i = 0; i < metadata->n_lvs; i++)
		uuids[n++] = metadata->lvs[i].uuid;
	if (n)
		qsort(uuids, n, sizeof(*uuids), order_uuids);
	for (size_t i = 1; r == 0 && i < n; i++)
		if (strcmp(uuids[i - 1], uuids[i]) == 0)
			r = err_set(
				err, -EBADMSG, "two volumes have the uuid %s", uuids[i]);
	free(uuids);
	return r;
}

/* First names and uuids, since any LV may refer to any other; then the LVs; then what the
 * hidden snapshotN say about them. */
static int lvs_read(
	struct metadata *metadata, const struct dm_config_node *section, struct err *err)
{
	const struct dm_config_node *volumes = subsection(section, "logical_volumes");
	const struct dm_config_node *node;
	size_t i = 0;

	if (!volumes)
		return 0; /* an empty VG */
	if (lv_names_read(metadata, volumes, err) < 0)
		return -EBADMSG;
	config_for_each_section(node, volumes)
	{
		if (is_snapshot_section(node))
			continue;
		if (lv_read(metadata, node, &metadata->lvs[i++], err) < 0)
			return err_wrap(err, "volume %s", node->key);
	}
	return snapshots_fold(metadata, volumes, err);
}

/* ---- the whole text ---- */

/* "lvm/<vg-uuid>.vg": the name promises a VG. Evidence from elsewhere has other names. */
static int document_name_check(
	const struct document *document, const char *vg_uuid, struct err *err)
{
	char promised[LVM_UUID_LEN + 1];
	const char *name = document->name;

	if (strncmp(name, "lvm/", 4) != 0 || strlen(name) != 4 + LVM_UUID_LEN + 3)
		return 0;
	memcpy(promised, name + 4, LVM_UUID_LEN);
	promised[LVM_UUID_LEN] = '\0';
	if (strcmp(promised, vg_uuid) == 0)
		return 0;
	return err_set(
		err, -EBADMSG, "is the metadata of another volume group, %s", vg_uuid);
}

static int tree_read(struct metadata *metadata, const struct document *document,
	const struct dm_config_tree *tree, struct err *err)
{
	const struct dm_config_node *section = config_section_from(tree->root);

	if (!section)
		return err_set(err, -EBADMSG, "holds no volume group");
	metadata->vg.writer = host_string(
		metadata->host, dm_config_find_str(tree->root, "creation_host", ""));
	if (vg_read(metadata, section, err) < 0 ||
		document_name_check(document, metadata->vg.uuid, err) < 0)
		return -EBADMSG;
	if (pvs_read(metadata, section, err) < 0 || lvs_read(metadata, section, err) < 0)
		return -EBADMSG;
	return uuids_check(metadata, err);
}

static void metadata_publish(struct metadata *metadata, struct lvm_texts *texts)
{
	*array_add(&texts->vgs, &texts->n_vgs) = metadata->vg;
	for (size_t i = 0; i < metadata->n_pvs; i++)
		*array_add(&texts->pvs, &texts->n_pvs) = metadata->pvs[i];
	for (size_t i = 0; i < metadata->n_lvs; i++)
		*array_add(&texts->lvs, &texts->n_lvs) = metadata->lvs[i];
	metadata->n_lvs = 0; /* their segments are there now */
}

static void lvs_free(struct lv *lvs, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		for (size_t s = 0; s < lvs[i].n_segments; s++)
			free(lvs[i].segments[s].stripes);
		free(lvs[i].segments);
	}
	free(lvs);
}

void lvm_texts_free(struct lvm_texts *texts)
{
	free(texts->vgs);
	free(texts->pvs);
	lvs_free(texts->lvs, texts->n_lvs);
}

static void metadata_free(struct metadata *metadata)
{
	lvs_free(metadata->lvs, metadata->n_lvs);
	free(metadata->pvs);
	free(metadata->pv_names);
	free(metadata->lv_names);
}

int lvm_texts_add(struct host *host, const struct document *document,
	struct lvm_texts *texts, struct err *err)
{
	struct metadata metadata = {.host = host};
	struct dm_config_tree *tree;
	int r = metadata_parse(document->bytes, document->len, &tree, err);

	if (r < 0)
		return err_wrap(err, "%s", document->name);
	r = tree_read(&metadata, document, tree, err);
	if (r == 0)
		metadata_publish(&metadata, texts);
	metadata_free(&metadata);
	dm_config_destroy(tree);
	return r < 0 ? err_wrap(err, "%s", document->name) : 0;
}

int text_lvm_metadata_read(
	struct host *host, const struct document *document, struct err *err)
{
	cleanup_lvm_texts struct lvm_texts texts = {.n_vgs = 0};
	int r = lvm_texts_add(host, document, &texts, err);

	if (r < 0)
		return r;
	r = lvm_texts_join(host, &texts, err);
	return r < 0 ? err_wrap(err, "%s", document->name) : 0;
}
