/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Host -> subjects: every snapshot in the LVM metadata, every LVM snapshot that only the
 * kernel knows, and every mapping that looks like the remains of one. Invariant: a device
 * is part of at most one subject's own devices; nothing is judged here.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mapping.h"
#include "judge.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/device.h"
#include "snapstate/host/holders.h"
#include "snapstate/host/lvm.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/shown.h"
#include "snapstate/host/source.h"
#include "snapstate/lvm_names.h"

static struct subject *subject_add(struct survey *survey, enum subject_kind kind,
	char *label, const char *vg_uuid, const char *lv_uuid)
{
	struct subject *subject = array_add(&survey->subjects, &survey->n_subjects);

	subject->kind = kind;
	subject->label = label;
	subject->vg_uuid = xstrdup(vg_uuid);
	subject->lv_uuid = xstrdup(lv_uuid);
	return subject;
}

static char *join_label(const char *vg, const char *lv)
{
	struct buf label = BUF_INIT;

	buf_puts(&label, vg);
	buf_puts(&label, "/");
	buf_puts(&label, lv);
	return label.data;
}

/* ---- the devices of a subject ---- */

/* The visible volume: the device with a snapshot-origin target on `real`. */
static bool is_origin_on(const struct device *device, const struct device *real)
{
	return device->n_targets == 1 && device->n_deps == 1 &&
	       strcmp(device->targets[0].type, "snapshot-origin") == 0 &&
	       devno_is_equal(device->deps[0], real->devno);
}

static struct base *base_find(const struct survey *survey, const struct device *real)
{
	const struct host *host = survey->host;
	struct base *base = survey_base(survey, real);
	struct holders tables = host_holders_by(host, real->devno, HELD_BY_TABLE);

	if (base->is_known)
		return base;
	base->is_known = true;
	for (struct holder holder; holders_next(&tables, &holder); base->n_on++)
		if (!base->origin && is_origin_on(holder.table, real))
			base->origin = holder.table;
	return base;
}

/* The layers from `first` on, behind what is sorted already. */
static void collect_owned(struct subject *subject, size_t first)
{
	size_t count = first;

	for (size_t i = first; i < subject->n_layers; i++)
		*array_add(&subject->owned, &count) = layer_devno(&subject->layers[i]);
	if (count > first)
		qsort(subject->owned + first, count - first, sizeof(*subject->owned),
			devno_order);
}

static void collect_above(const struct host *host, struct subject *subject)
{
	struct layer *on_cow = NULL;
	size_t n_on_cow = 0;

	if (subject->snapshot)
		stack_layers(host, subject->snapshot, NULL, &subject->layers,
			&subject->n_layers);
	subject->n_on_snapshot = subject->n_layers;
	collect_owned(subject, 0);
	if (subject->cow)
		stack_layers(host, subject->cow, subject->snapshot, &on_cow, &n_on_cow);
	for (size_t i = 0; i < n_on_cow; i++)
		if (!subject_has_on_snapshot(subject, layer_devno(&on_cow[i])))
			*array_add(&subject->layers, &subject->n_layers) = on_cow[i];
	collect_owned(subject, subject->n_on_snapshot);
	for (size_t i = 0; i < subject->n_layers; i++)
		if (subject->layers[i].device)
			*array_add(&subject->above, &subject->n_above) =
				subject->layers[i].device;
	free(on_cow);
}

static void collect_devices(const struct survey *survey, struct subject *subject)
{
	const struct host *host = survey->host;
	struct devno real, cow;

	subject->snapshot =
		host_device_of_lv(host, subject->vg_uuid, subject->lv_uuid, "");
	subject->cow =
		host_device_of_lv(host, subject->vg_uuid, subject->lv_uuid, "-cow");
	if (subject->snapshot && device_snapshot_parts(subject->snapshot, &real, &cow))
		subject->real = host_device_by_devno(host, real);
	if (subject->real) {
		struct base *base = base_find(survey, subject->real);

		subject->origin = base->origin;
		base->n_subjects++;
	}
	collect_above(host, subject);
}

/* ---- finding them ---- */

/* Which devices, by their place in the host, are part of a subject. */
struct taken {
	const struct host *host;
	bool *devices;
};

static struct taken taken_new(const struct host *host)
{
	return (struct taken){host, xcalloc(host->n_devices, sizeof(bool))};
}

static void taken_free(struct taken *taken)
{
	free(taken->devices);
}

/* Not an origin that a snapshot is merged into. */
static bool is_snapshot_in_kernel(const struct device *device)
{
	return device_snapshot_state(device) != SNAPSHOT_NONE &&
	       !device_is_merging(device);
}

/* A snapshot by the metadata, or by the kernel: after an interrupted removal the two
 * differ. */
static bool is_some_snapshot(const struct host *host, const struct lv *lv)
{
	const struct device *device = host_device_of_lv(host, lv->vg_uuid, lv->uuid, "");

	return lv->role == LV_SNAPSHOT || (lv->role == LV_THIN && *lv->origin_uuid) ||
	       (device && is_snapshot_in_kernel(device));
}

/* What LVM hides is a part of another volume: the legs of an array, the data of a thin
 * pool (lvm2 lib/metadata/lv.c, lv_is_visible). A wide glob does not mean these. A
 * merging snapshot is hidden as well, and one that lost its other half has its COW
 * mapped. */
static bool is_hidden_part(const struct host *host, const struct lv *lv)
{
	return !lv->is_visible && !is_some_snapshot(host, lv) &&
	       !host_device_of_lv(host, lv->vg_uuid, lv->uuid, "-cow");
}

static void collect_volumes(const struct host *host, struct survey *survey)
{
	for (size_t i = 0; i < host->n_lvs; i++) {
		const struct lv *lv = &host->lvs[i];
		const struct vg *vg = host_vg(host, lv->vg_uuid);
		char *label = join_label(vg ? vg->name : "?", lv->name);
		const struct policy_rule *rule = NULL;
		bool is_selected =
			!is_hidden_part(host, lv) &&
			request_selects(survey->request, label, lv->tags, &rule);
		struct subject *subject;

		if (!is_selected && !is_some_snapshot(host, lv)) {
			free(label);
			continue;
		}
		subject =
			subject_add(survey, SUBJECT_VOLUME, label, lv->vg_uuid, lv->uuid);
		subject->is_selected = is_selected;
		subject->rule = rule;
		subject->lv = lv;
		collect_devices(survey, subject);
	}
}

static bool is_taken(const struct taken *taken, const struct device *device)
{
	return device && taken->devices[device - taken->host->devices];
}

static void take_device(struct taken *taken, const struct device *device)
{
	if (device)
		taken->devices[device - taken->host->devices] = true;
}

static void take_subject(struct taken *taken, const struct subject *subject)
{
	take_device(taken, subject->snapshot);
	take_device(taken, subject->cow);
	for (size_t i = 0; i < subject->n_above; i++)
		take_device(taken, subject->above[i]);
}

static char *stale_label(
	const struct host *host, const struct device *device, const char *vg_uuid)
{
	cleanup_free char *vg_name = NULL, *lv_name = NULL, *layer = NULL;
	const struct vg *vg = host_vg(host, vg_uuid);

	if (!lvm_dm_name_split(device->name, &vg_name, &lv_name, &layer))
		return xstrdup(device->name);
	return join_label(vg ? vg->name : vg_name, lv_name);
}

/* A plain volume that LVM would list if it existed. Whether anybody asked for it or not:
 * what it holds is out of LVM's protection. Not one in a guest's own group, which LVM was
 * not asked about. */
static bool is_lost_volume(
	const struct host *host, const struct device *device, const char *vg_uuid)
{
	const struct vg *vg = host_vg(host, vg_uuid);

	return device->n_targets &&
	       (vg ? vg->has_metadata
		   : host_group_is_gone(host, vg_uuid) ||
				       host_is_displaced(host, device)) &&
	       !host_volume_below(host, device->devno, vg_uuid);
}

/* LVM devices whose volume is not in the metadata: a snapshot, a COW, or a plain
 * volume. */
static void collect_stale(const struct host *host, struct survey *survey)
{
	/* as snapshot or COW: they are found by uuid, so one volume gives one subject
	 */
	cleanup_with(taken_free) struct taken own = taken_new(host);

	for (size_t i = 0; i < host->n_devices; i++) {
		const struct device *device = &host->devices[i];
		char vg[LVM_UUID_LEN + 1], lv[LVM_UUID_LEN + 1];
		const char *layer;
		bool is_snapshot = is_snapshot_in_kernel(device);
		const struct policy_rule *rule = NULL;
		struct subject *subject;
		bool is_selected;
		char *label;

		if (!lvm_dm_uuid_split(device->uuid, vg, lv, &layer) ||
			host_lv(host, vg, lv) || mapping_is_of_a_guest(host, device) ||
			is_taken(&own, host_device_of_lv(host, vg, lv, "")) ||
			is_taken(&own, host_device_of_lv(host, vg, lv, "-cow")))
			continue;
		label = stale_label(host, device, vg);
		is_selected = request_selects(survey->request, label, NULL, &rule);
		if ((*layer == '\0' && !is_snapshot && !is_selected &&
			    !is_lost_volume(host, device, vg)) ||
			(*layer != '\0' && strcmp(layer, "cow") != 0)) {
			free(label);
			continue;
		}
		subject = subject_add(survey, SUBJECT_STALE, label, vg, lv);
		subject->is_selected = is_selected;
		subject->rule = rule;
		collect_devices(survey, subject);
		take_device(&own, subject->snapshot);
		take_device(&own, subject->cow);
	}
}

/* -real layers that an interrupted removal left behind. */
static void collect_layers(const struct host *host, struct survey *survey)
{
	for (size_t i = 0; i < host->n_devices; i++) {
		const struct device *device = &host->devices[i];
		char vg_uuid[LVM_UUID_LEN + 1], lv_uuid[LVM_UUID_LEN + 1];
		const char *layer;
		const struct vg *vg;
		struct subject *subject;

		if (!lvm_dm_uuid_split(device->uuid, vg_uuid, lv_uuid, &layer) ||
			strcmp(layer, "real") != 0 ||
			host_is_held_by(host, device->devno, HELD_BY_TABLE))
			continue;
		vg = host_vg(host, vg_uuid);
		subject = subject_add(
			survey, SUBJECT_LAYER, xstrdup(device->name), vg_uuid, lv_uuid);
		subject->is_selected =
			vg && request_selects_group(survey->request, vg->name);
		subject->real = device;
	}
}

static void collect_others(const struct host *host, struct survey *survey)
{
	cleanup_with(taken_free) struct taken taken = taken_new(host);

	for (size_t i = 0; i < survey->n_subjects; i++)
		take_subject(&taken, &survey->subjects[i]);
	for (size_t i = 0; i < host->n_devices; i++) {
		const struct device *device = &host->devices[i];
		const struct policy_rule *rule = NULL;
		bool is_alike =
			request_selects_name(survey->request, device->name, &rule);
		struct subject *subject;

		if (strncmp(device->uuid, "LVM-", 4) == 0 || is_taken(&taken, device) ||
			(!is_alike && device_snapshot_state(device) == SNAPSHOT_NONE))
			continue;
		subject =
			subject_add(survey, SUBJECT_OTHER, xstrdup(device->name), "", "");
		subject->is_selected = is_alike;
		subject->rule = rule;
		subject->snapshot = device;
	}
}

static bool shows_snapshot(const struct shown *shown, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (shown[i].kind == SHOWN_SNAPSHOT ||
			(shown[i].kind == SHOWN_LAYER &&
				strcmp(shown[i].value, "cow") == 0))
			return true;
	return false;
}

/* Labels of what is known by uuid, and so better: of volumes, and of subjects. */
struct labels {
	char **items; /* sorted */
	size_t count;
};

static int order_labels(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void labels_collect(
	const struct host *host, const struct survey *survey, struct labels *labels)
{
	labels->items =
		xcalloc(survey->n_subjects + host->n_lvs + 1, sizeof(*labels->items));
	for (size_t i = 0; i < survey->n_subjects; i++)
		labels->items[labels->count++] = xstrdup(survey->subjects[i].label);
	for (size_t i = 0; i < host->n_lvs; i++) {
		const struct vg *vg = host_vg(host, host->lvs[i].vg_uuid);

		labels->items[labels->count++] =
			join_label(vg ? vg->name : "?", host->lvs[i].name);
	}
	qsort(labels->items, labels->count, sizeof(*labels->items), order_labels);
}

static void labels_free(struct labels *labels)
{
	for (size_t i = 0; i < labels->count; i++)
		free(labels->items[i]);
	free(labels->items);
}

static bool labels_have(const struct labels *labels, const char *label)
{
	return bsearch(&label, labels->items, labels->count, sizeof(*labels->items),
		order_labels);
}

/* Statements about one volume stand together. */
static size_t count_of_volume(const struct host *host, size_t first)
{
	size_t count = 1;

	while (first + count < host->n_shown &&
		strcmp(host->shown[first + count].volume, host->shown[first].volume) == 0)
		count++;
	return count;
}

/* What texts say of a volume that the model has too. */
static void attach_shown(const struct host *host, struct subject *subject)
{
	if (!subject->n_shown)
		subject->shown = host_shown_of(host, subject->label, &subject->n_shown);
}

/* What evidence names, and does not show as a whole. */
static void collect_shown(const struct host *host, struct survey *survey)
{
	cleanup_with(labels_free) struct labels known = {0};
	size_t count;

	if (host->n_shown)
		labels_collect(host, survey, &known);
	for (size_t i = 0; i < host->n_shown; i += count) {
		const struct shown *shown = &host->shown[i];
		const struct policy_rule *rule = NULL;
		struct subject *subject;
		bool is_selected;

		count = count_of_volume(host, i);
		is_selected =
			request_selects(survey->request, shown->volume, NULL, &rule);
		if (strcmp(shown->volume, SHOWN_HOST) == 0 ||
			(!is_selected && !shows_snapshot(shown, count)) ||
			labels_have(&known, shown->volume))
			continue;
		subject = subject_add(
			survey, SUBJECT_SHOWN, xstrdup(shown->volume), "", "");
		subject->is_selected = is_selected;
		subject->rule = rule;
		subject->shown = shown;
		subject->n_shown = count;
	}
}

/* An empty list that nobody could read is not an empty list. */
static bool is_known(const struct host *host, const char *name)
{
	const struct source *source = host_source(host, name);

	return source &&
	       (source->outcome == OUTCOME_READ || source->outcome == OUTCOME_ABSENT);
}

static void collect_unread_spaces(struct survey *survey)
{
	const struct host *host = survey->host;

	for (size_t i = 0; i < host->n_namespaces; i++) {
		cleanup_buf struct buf name = BUF_INIT;

		buf_printf(
			&name, "mounts/%llu", (unsigned long long)host->namespaces[i].id);
		if (!host_source_is_read(host, buf_text(&name)))
			*array_add(&survey->unread_spaces, &survey->n_unread_spaces) = i;
	}
}

void survey_collect(
	const struct host *host, const struct request *request, struct survey *ret)
{
	struct survey survey = {.host = host, .request = request};

	survey.bases = xcalloc(host->n_devices + 1, sizeof(*survey.bases));
	collect_unread_spaces(&survey);
	host_lvm_unread(host, &survey.unread, &survey.n_unread);
	if (!is_known(host, "dm") || !is_known(host, "lvm/report.json"))
		subject_add(&survey, SUBJECT_HOST, xstrdup("host"), "", "")->is_selected =
			true;
	collect_volumes(host, &survey);
	collect_stale(host, &survey);
	collect_layers(host, &survey);
	collect_others(host, &survey);
	collect_shown(host, &survey);
	for (size_t i = 0; i < survey.n_subjects; i++)
		attach_shown(host, &survey.subjects[i]);
	*ret = survey;
}

bool subject_is_plain(const struct subject *subject)
{
	return subject->kind == SUBJECT_STALE && subject->snapshot && !subject->cow &&
	       device_snapshot_state(subject->snapshot) == SNAPSHOT_NONE;
}

#define UNREAD_SHOWN 3

static void unread_device(const struct host *host, struct devno devno, struct buf *text)
{
	const struct device *device = host_device_by_devno(host, devno);
	const struct block *block = host_block_by_devno(host, devno);

	if (device)
		buf_printf(text, "%s (" DEVNO_FMT ", %s)", device->name,
			DEVNO_ARGS(devno),
			device->n_targets ? device->targets[0].type : "no table");
	else if (block)
		buf_printf(text, "%s (" DEVNO_FMT ")", block->kname, DEVNO_ARGS(devno));
	else
		buf_printf(text, DEVNO_FMT ", which no longer exists", DEVNO_ARGS(devno));
}

struct base *survey_base(const struct survey *survey, const struct device *device)
{
	return &survey->bases[device - survey->host->devices];
}

void survey_unread_words(const struct survey *survey, struct buf *text)
{
	for (size_t i = 0; i < survey->n_unread && i < UNREAD_SHOWN; i++) {
		buf_puts(text, i ? ", " : "; LVM did not scan ");
		unread_device(survey->host, survey->unread[i], text);
	}
	if (survey->n_unread > UNREAD_SHOWN)
		buf_printf(text, " and %zu more", survey->n_unread - UNREAD_SHOWN);
}

void survey_free(struct survey *survey)
{
	for (size_t i = 0; i < survey->n_subjects; i++) {
		struct subject *subject = &survey->subjects[i];

		for (size_t r = 0; r < subject->n_reasons; r++)
			free(subject->reasons[r].text);
		free(subject->reasons);
		free(subject->above);
		free(subject->layers);
		free(subject->owned);
		free(subject->label);
		free(subject->vg_uuid);
		free(subject->lv_uuid);
		for (size_t w = 0; w < subject->n_would; w++)
			free(subject->would[w]);
		free(subject->would);
	}
	free(survey->subjects);
	free(survey->bases);
	free(survey->unread_spaces);
	free(survey->unread);
}
