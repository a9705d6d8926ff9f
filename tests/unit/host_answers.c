/* SPDX-License-Identifier: Apache-2.0 */
/*
 * See host_answers.h. Input: a host of the model. Output: texts. The forms are those of
 * lvm2 2.03, util-linux 2.38, psmisc 23, lsof 4.95; sos 4.5 (sos/report/plugins),
 * lvmdump (scripts/lvmdump.sh.in) and supportconfig 3.1 for the layouts.
 */
#include <ctype.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "host_answers.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/config.h"
#include "snapstate/host/device.h"
#include "snapstate/host/lvm.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/process.h"
#include "snapstate/host/swap.h"
#include "snapstate/lvm_names.h"
#include "snapstate/text.h"

#define WORDS_MAX 40
#define DEPTH_MAX 16

/* ---- names ---- */

/* As libdm prints them (libdm-common.c, mangling "auto"). */
static void add_mangled(struct buf *out, const char *name)
{
	for (; *name; name++)
		if (isalnum((unsigned char)*name) || strchr("#+-.:=@_", *name))
			buf_add(out, name, 1);
		else
			buf_printf(out, "\\x%02x", (unsigned char)*name);
}

static void add_uuid(struct buf *out, const char *plain)
{
	char text[LVM_UUID_HYPHENS + 1];

	lvm_uuid_hyphenate(plain, text);
	buf_puts(out, text);
}

/* Mount points and the like, as /proc has them (fs/seq_file.c, mangle_path()). */
static void add_octal(struct buf *out, const char *text)
{
	for (; *text; text++)
		if (strchr(" \t\n\\#", *text))
			buf_printf(out, "\\%03o", (unsigned char)*text);
		else
			buf_add(out, text, 1);
}

static const struct device *device_named(const struct host *host, const char *name)
{
	const char *base = strncmp(name, "/dev/mapper/", 12) == 0 ? name + 12 : name;

	for (size_t i = 0; i < host->n_devices; i++) {
		cleanup_buf struct buf mangled = BUF_INIT;

		add_mangled(&mangled, host->devices[i].name);
		if (strcmp(buf_text(&mangled), base) == 0 ||
			strcmp(host->devices[i].name, base) == 0)
			return &host->devices[i];
	}
	return NULL;
}

static const char *group_name(const struct host *host, const char *vg_uuid)
{
	const struct vg *vg = host_vg(host, vg_uuid);

	return vg ? vg->name : "";
}

static const struct device *device_of_lv(const struct host *host, const struct lv *lv)
{
	return host_device_of_lv(host, lv->vg_uuid, lv->uuid, "");
}

/* ---- command lines ---- */

struct typed {
	char *words[WORDS_MAX];
	size_t count;
};

/* Quotes of a shell are taken off; a word may be cut there. */
static void typed_read(const char *command, struct typed *ret)
{
	ret->count = 0;
	while (ret->count < WORDS_MAX) {
		cleanup_buf struct buf word = BUF_INIT;
		bool is_quoted = false;

		command += strspn(command, " ");
		if (!*command)
			return;
		for (; *command && (is_quoted || *command != ' '); command++)
			if (*command == '\'')
				is_quoted = !is_quoted;
			else
				buf_add(&word, command, 1);
		ret->words[ret->count++] = xstrdup(buf_text(&word));
	}
}

static void typed_free(struct typed *typed)
{
	for (size_t i = 0; i < typed->count; i++)
		free(typed->words[i]);
}

/* The value behind an option; NULL: it is not there. */
static const char *option(const struct typed *typed, const char *name)
{
	for (size_t i = 1; i + 1 < typed->count; i++)
		if (strcmp(typed->words[i], name) == 0)
			return typed->words[i + 1];
	return NULL;
}

static bool has(const struct typed *typed, const char *name)
{
	for (size_t i = 1; i < typed->count; i++)
		if (strcmp(typed->words[i], name) == 0)
			return true;
	return false;
}

/* Operands: words that are no option, nor the value of -o or -e. */
static const char *operand(const struct typed *typed, size_t first, size_t number)
{
	for (size_t i = first; i < typed->count; i++) {
		if (*typed->words[i] == '-') {
			i += strcmp(typed->words[i], "-o") == 0 ||
			     strcmp(typed->words[i], "-e") == 0;
			continue;
		}
		if (number-- == 0)
			return typed->words[i];
	}
	return NULL;
}

static bool is_asked(const struct typed *typed, size_t first, const char *name)
{
	const char *word = operand(typed, first, 0);

	for (size_t i = 0; word; word = operand(typed, first, ++i))
		if (strcmp(word, name) == 0)
			return true;
	return !operand(typed, first, 0);
}

/* ---- reports of LVM ---- */

/* A field of an object of the report, which the capture has as LVM wrote it. */
static void report_field(
	const struct host *host, const char *object, const char *field, struct buf *out)
{
	const struct document *report = host_document(host, "lvm/report.json");
	cleanup_buf struct buf key = BUF_INIT;
	const char *at = report ? strstr(report->bytes, object) : NULL, *end;

	buf_printf(&key, "\"%s\":\"", field);
	if (!at)
		return;
	end = at + strcspn(at, "}");
	at = strstr(at, buf_text(&key));
	if (at && at < end) {
		at += key.len;
		buf_add(out, at, strcspn(at, "\""));
	}
}

static void lv_field(
	const struct host *host, const struct lv *lv, const char *field, struct buf *out)
{
	cleanup_buf struct buf object = BUF_INIT;

	buf_puts(&object, "\"lv_uuid\":\"");
	add_uuid(&object, lv->uuid);
	report_field(host, buf_text(&object), field, out);
}

static void add_size(struct buf *out, uint64_t sectors)
{
	buf_printf(out, "%.2fm", (double)sectors / 2048);
}

static void add_percent(const struct host *host, const struct lv *lv, struct buf *out)
{
	const struct device *device = device_of_lv(host, lv);
	uint64_t used, total;

	if (device && device_snapshot_state(device) == SNAPSHOT_INVALID)
		buf_puts(out, "100.00");
	else if (device && device_snapshot_usage(device, &used, &total) && total)
		buf_printf(out, "%.2f", 100.0 * (double)used / (double)total);
}

static void add_time(struct buf *out, int64_t seconds)
{
	char text[64];
	time_t time = (time_t)seconds;
	struct tm tm;

	if (seconds && gmtime_r(&time, &tm) &&
		strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S +0000", &tm))
		buf_puts(out, text);
}

static void add_devices(const struct host *host, const struct lv *lv, struct buf *out)
{
	const char *comma = "";

	for (size_t i = 0; i < lv->n_segments; i++)
		for (size_t s = 0; s < lv->segments[i].n_stripes; s++) {
			const struct stripe *stripe = &lv->segments[i].stripes[s];
			const struct pv *pv = host_pv(host, stripe->pv_uuid);

			buf_printf(out, "%s%s(%llu)", comma,
				pv ? pv->name : stripe->lv_name,
				(unsigned long long)stripe->start);
			comma = ",";
		}
}

static const struct {
	const char *field, *heading;
} lv_columns[] = {{"lv_name", "LV"}, {"vg_name", "VG"}, {"lv_attr", "Attr"},
	{"lv_size", "LSize"}, {"pool_lv", "Pool"}, {"origin", "Origin"},
	{"data_percent", "Data%"}, {"metadata_percent", "Meta%"}, {"move_pv", "Move"},
	{"mirror_log", "Log"}, {"copy_percent", "Cpy%Sync"}, {"convert_lv", "Convert"},
	{"devices", "Devices"}, {"lv_time", "CTime"}, {"lv_uuid", "LV UUID"},
	{"lv_kernel_major", "KMaj"}, {"lv_kernel_minor", "KMin"}};
#define LV_COLUMNS  (sizeof(lv_columns) / sizeof(lv_columns[0]))
#define LV_DEFAULTS 12

static void lv_cell(
	const struct host *host, const struct lv *lv, const char *field, struct buf *out)
{
	const struct vg *vg = host_vg(host, lv->vg_uuid);
	const struct device *device = device_of_lv(host, lv);

	if (strcmp(field, "lv_name") == 0)
		buf_printf(out, lv->is_visible ? "%s" : "[%s]", lv->name);
	else if (strcmp(field, "vg_name") == 0)
		buf_puts(out, vg ? vg->name : "");
	else if (strcmp(field, "lv_attr") == 0 || strcmp(field, "origin") == 0)
		lv_field(host, lv, field, out);
	else if (strcmp(field, "lv_size") == 0)
		add_size(out, lv->extents * (vg ? vg->extent_size : 1));
	else if (strcmp(field, "data_percent") == 0)
		add_percent(host, lv, out);
	else if (strcmp(field, "devices") == 0)
		add_devices(host, lv, out);
	else if (strcmp(field, "lv_time") == 0)
		add_time(out, lv->created);
	else if (strcmp(field, "lv_uuid") == 0)
		add_uuid(out, lv->uuid);
	else if (strcmp(field, "lv_kernel_major") == 0)
		buf_printf(out, "%d", device ? (int)device->devno.major : -1);
	else if (strcmp(field, "lv_kernel_minor") == 0)
		buf_printf(out, "%d", device ? (int)device->devno.minor : -1);
}

#define CELL_WIDTH 24

static void add_cell(struct buf *out, const char *text, bool is_last)
{
	if (is_last)
		buf_puts(out, text);
	else
		buf_printf(out, "%-*s ", CELL_WIDTH, text);
}

/* "lv_name,vg_name", "+devices": which of the table's columns, in their order. */
static size_t columns_drawn(const char *list, size_t ret[LV_COLUMNS])
{
	size_t count = 0;

	if (!list || *list == '+')
		while (count < LV_DEFAULTS)
			ret[count] = count, count++;
	list = list && *list == '+' ? list + 1 : list;
	while (list && *list && count < LV_COLUMNS) {
		size_t len = strcspn(list, ",");

		for (size_t i = 0; i < LV_COLUMNS; i++)
			if (strlen(lv_columns[i].field) == len &&
				strncmp(lv_columns[i].field, list, len) == 0)
				ret[count++] = i;
		list += len + (list[len] == ',');
	}
	return count;
}

static void answer_lvs(
	const struct host *host, const struct typed *typed, struct buf *out)
{
	size_t columns[LV_COLUMNS], count = columns_drawn(option(typed, "-o"), columns);

	buf_puts(out, "  ");
	for (size_t c = 0; c < count; c++)
		add_cell(out, lv_columns[columns[c]].heading, c + 1 == count);
	buf_puts(out, "\n");
	for (size_t i = 0; i < host->n_lvs; i++) {
		const struct lv *lv = &host->lvs[i];

		if ((!lv->is_visible && !has(typed, "-a")) ||
			!is_asked(typed, 1, group_name(host, lv->vg_uuid)))
			continue;
		buf_puts(out, "  ");
		for (size_t c = 0; c < count; c++) {
			cleanup_buf struct buf cell = BUF_INIT;

			lv_cell(host, lv, lv_columns[columns[c]].field, &cell);
			add_cell(out, buf_text(&cell), c + 1 == count);
		}
		buf_puts(out, "\n");
	}
}

static void answer_lvscan(
	const struct host *host, const struct typed *typed, struct buf *out)
{
	(void)typed;
	for (size_t i = 0; i < host->n_lvs; i++) {
		const struct lv *lv = &host->lvs[i];
		const struct vg *vg = host_vg(host, lv->vg_uuid);
		cleanup_buf struct buf attr = BUF_INIT;
		char type;

		if (!lv->is_visible || !vg)
			continue;
		lv_field(host, lv, "lv_attr", &attr);
		type = *buf_text(&attr);
		buf_printf(out, "  %-8s %-8s '/dev/%s/%s' [%.2f MiB] inherit\n",
			device_of_lv(host, lv) ? "ACTIVE" : "inactive",
			strchr("sS", type) && type   ? "Snapshot"
			: strchr("oO", type) && type ? "Original"
						     : "",
			vg->name, lv->name,
			(double)(lv->extents * vg->extent_size) / 2048);
	}
}

static void lvdisplay_one(const struct host *host, const struct lv *lv,
	const struct vg *vg, struct buf *out)
{
	const struct device *device = device_of_lv(host, lv);
	cleanup_buf struct buf attr = BUF_INIT, origin = BUF_INIT, percent = BUF_INIT;

	lv_field(host, lv, "lv_attr", &attr);
	lv_field(host, lv, "origin", &origin);
	add_percent(host, lv, &percent);
	buf_puts(out, "  --- Logical volume ---\n");
	buf_printf(out, "  LV Path                /dev/%s/%s\n", vg->name, lv->name);
	buf_printf(out, "  LV Name                %s\n", lv->name);
	buf_printf(out, "  VG Name                %s\n", vg->name);
	buf_puts(out, "  LV UUID                ");
	add_uuid(out, lv->uuid);
	buf_puts(out, "\n  LV Write Access        read/write\n");
	buf_puts(out, "  LV Creation host, time host, ");
	add_time(out, lv->created);
	buf_puts(out, "\n");
	if (lv->role == LV_SNAPSHOT)
		buf_printf(out, "  LV snapshot status     %s destination for %s\n",
			strchr("IS", buf_text(&attr)[attr.len > 4 ? 4 : 0]) ? "INACTIVE"
									    : "active",
			buf_text(&origin));
	buf_printf(out, "  LV Status              %s\n",
		device ? "available" : "NOT available");
	if (device)
		buf_printf(out, "  # open                 %u\n", device->open_count);
	buf_puts(out, "  LV Size                ");
	add_size(out, lv->extents * vg->extent_size);
	buf_puts(out, "\n");
	if (percent.len)
		buf_printf(out, "  Allocated to snapshot  %s%%\n", buf_text(&percent));
	if (device)
		buf_printf(out, "  Block device           " DEVNO_FMT "\n",
			DEVNO_ARGS(device->devno));
	buf_puts(out, "\n");
}

static void answer_lvdisplay(
	const struct host *host, const struct typed *typed, struct buf *out)
{
	(void)typed;
	for (size_t i = 0; i < host->n_lvs; i++) {
		const struct vg *vg = host_vg(host, host->lvs[i].vg_uuid);

		if (vg && host->lvs[i].is_visible)
			lvdisplay_one(host, &host->lvs[i], vg, out);
	}
}

static void answer_vgs(
	const struct host *host, const struct typed *typed, struct buf *out)
{
	(void)typed;
	buf_puts(out, "  VG               #PV #LV #SN Attr   VSize   VFree\n");
	for (size_t i = 0; i < host->n_vgs; i++) {
		const struct vg *vg = &host->vgs[i];
		cleanup_buf struct buf object = BUF_INIT, attr = BUF_INIT;
		size_t n_lvs = 0, n_snapshots = 0, n_pvs = 0;

		for (size_t l = 0; l < host->n_lvs; l++)
			if (strcmp(host->lvs[l].vg_uuid, vg->uuid) == 0) {
				n_lvs += host->lvs[l].is_visible;
				n_snapshots += host->lvs[l].role == LV_SNAPSHOT;
			}
		for (size_t p = 0; p < host->n_pvs; p++)
			n_pvs += strcmp(host->pvs[p].vg_uuid, vg->uuid) == 0;
		buf_puts(&object, "\"vg_uuid\":\"");
		add_uuid(&object, vg->uuid);
		report_field(host, buf_text(&object), "vg_attr", &attr);
		buf_printf(out, "  %-16s %3zu %3zu %3zu %s 252.00m 0 \n", vg->name, n_pvs,
			n_lvs, n_snapshots, buf_text(&attr));
	}
}

/* `vgdisplay -vv`; of volumes it says more */
static void answer_vgdisplay(
	const struct host *host, const struct typed *typed, struct buf *out)
{
	(void)typed;
	for (size_t i = 0; i < host->n_vgs; i++) {
		buf_printf(out,
			"  --- Volume group ---\n  VG Name               %s\n"
			"  System ID             \n  Format                lvm2\n"
			"  Metadata Areas        1\n  Metadata Sequence No  %llu\n"
			"  VG Access             read/write\n  VG UUID               ",
			host->vgs[i].name, (unsigned long long)host->vgs[i].seqno);
		add_uuid(out, host->vgs[i].uuid);
		buf_puts(out, "\n   \n");
	}
}

static void answer_pvs(
	const struct host *host, const struct typed *typed, struct buf *out)
{
	(void)typed;
	buf_puts(
		out, "  PV                   VG               Fmt  Attr PSize   PFree\n");
	for (size_t i = 0; i < host->n_pvs; i++) {
		const struct pv *pv = &host->pvs[i];

		buf_printf(out, "  %-20s %-16s lvm2 %c-%c 252.00m 0 \n",
			pv->is_missing ? "[unknown]" : pv->name,
			group_name(host, pv->vg_uuid), pv->is_duplicate ? 'd' : 'a',
			pv->is_missing ? 'm' : '-');
	}
}

/* ---- dmsetup ---- */

static void dm_table_line(
	const struct device *device, const struct dm_target *target, struct buf *out)
{
	add_mangled(out, device->name);
	buf_printf(out, ": %llu %llu %s %s\n", (unsigned long long)target->start,
		(unsigned long long)target->length, target->type, target->params);
}

static void answer_dm_table(
	const struct host *host, const struct typed *typed, struct buf *out)
{
	const struct device *only =
		typed->count > 2 ? device_named(host, typed->words[2]) : NULL;

	for (size_t i = 0; i < host->n_devices; i++)
		for (size_t t = 0; t < host->devices[i].n_targets; t++)
			if (!only || only == &host->devices[i])
				dm_table_line(&host->devices[i],
					&host->devices[i].targets[t], out);
}

/* Of one device its name is not in front. */
static void answer_dm_status(
	const struct host *host, const struct typed *typed, struct buf *out)
{
	const struct device *only =
		typed->count > 2 ? device_named(host, typed->words[2]) : NULL;

	for (size_t i = 0; i < host->n_devices; i++)
		for (size_t t = 0; t < host->devices[i].n_targets; t++) {
			const struct device *device = &host->devices[i];
			const struct dm_target *target = &device->targets[t];

			if (typed->count > 2 && only != device)
				continue;
			if (!only) {
				add_mangled(out, device->name);
				buf_puts(out, ": ");
			}
			buf_printf(out, "%llu %llu %s %s\n",
				(unsigned long long)target->start,
				(unsigned long long)target->length, target->type,
				target->status ? target->status : "");
		}
}

static void answer_dm_info(
	const struct host *host, const struct typed *typed, struct buf *out)
{
	(void)typed;
	buf_printf(out, "%-60s %3s %3s %4s %4s %4s %5s  %s\n", "Name", "Maj", "Min",
		"Stat", "Open", "Targ", "Event", "UUID");
	for (size_t i = 0; i < host->n_devices; i++) {
		const struct device *device = &host->devices[i];
		cleanup_buf struct buf name = BUF_INIT;

		add_mangled(&name, device->name);
		buf_printf(out, "%-60s %3u %3u %c%c%c%c %4u %4zu %6u %s\n",
			buf_text(&name), device->devno.major, device->devno.minor,
			device->flags & DEVICE_NO_TABLE ? '-' : 'L',
			device->flags & DEVICE_HAS_INACTIVE ? 'I' : '-',
			device->flags & DEVICE_SUSPENDED ? 's' : '-',
			device->flags & DEVICE_READ_ONLY ? 'r' : 'w', device->open_count,
			device->n_targets, 0, device->uuid);
	}
}

static void answer_dm_info_long(
	const struct host *host, const struct typed *typed, struct buf *out)
{
	(void)typed;
	for (size_t i = 0; i < host->n_devices; i++) {
		const struct device *device = &host->devices[i];

		buf_puts(out, "Name:              ");
		add_mangled(out, device->name);
		buf_printf(out, "\nState:             %s\nRead Ahead:        256\n",
			device->flags & DEVICE_SUSPENDED ? "SUSPENDED" : "ACTIVE");
		buf_printf(out, "Tables present:    %s%s\n",
			device->flags & DEVICE_NO_TABLE ? "None" : "LIVE",
			device->flags & DEVICE_HAS_INACTIVE ? " & INACTIVE" : "");
		buf_printf(out,
			"Open count:        %u\nEvent number:      0\n"
			"Major, minor:      %u, %u\nNumber of targets: %zu\n",
			device->open_count, device->devno.major, device->devno.minor,
			device->n_targets);
		if (*device->uuid)
			buf_printf(out, "UUID: %s\n", device->uuid);
		buf_puts(out, "\n");
	}
}

static void answer_dm_ls(
	const struct host *host, const struct typed *typed, struct buf *out)
{
	(void)typed;
	for (size_t i = 0; i < host->n_devices; i++) {
		add_mangled(out, host->devices[i].name);
		buf_printf(
			out, "\t(" DEVNO_FMT ")\n", DEVNO_ARGS(host->devices[i].devno));
	}
	if (!host->n_devices)
		buf_puts(out, "No devices found\n");
}

static void answer_dm_deps(
	const struct host *host, const struct typed *typed, struct buf *out)
{
	(void)typed;
	for (size_t i = 0; i < host->n_devices; i++) {
		const struct device *device = &host->devices[i];

		add_mangled(out, device->name);
		buf_printf(out, ": %zu dependencies\t:", device->n_deps);
		for (size_t d = 0; d < device->n_deps; d++)
			buf_printf(out, " (%u, %u)", device->deps[d].major,
				device->deps[d].minor);
		buf_puts(out, "\n");
	}
}

static bool is_below_another(const struct host *host, const struct device *device)
{
	for (size_t i = 0; i < host->n_devices; i++)
		if (devnos_count(host->devices[i].deps, host->devices[i].n_deps,
			    device->devno))
			return true;
	return false;
}

static void tree_of(const struct host *host, struct devno devno, unsigned depth,
	bool is_last, const char *lead, struct buf *out)
{
	const struct device *device = host_device_by_devno(host, devno);
	cleanup_buf struct buf deeper = BUF_INIT;

	buf_puts(out, lead);
	if (depth)
		buf_puts(out, is_last ? " `-" : " |-");
	if (device)
		add_mangled(out, device->name);
	buf_printf(out, "%s(" DEVNO_FMT ")\n", device ? " " : "", DEVNO_ARGS(devno));
	buf_puts(&deeper, lead);
	buf_puts(&deeper, !depth ? "" : is_last ? "   " : " | ");
	for (size_t i = 0; device && i < device->n_deps && depth < DEPTH_MAX; i++)
		tree_of(host, device->deps[i], depth + 1, i + 1 == device->n_deps,
			buf_text(&deeper), out);
}

static void answer_dm_tree(
	const struct host *host, const struct typed *typed, struct buf *out)
{
	(void)typed;
	for (size_t i = 0; i < host->n_devices; i++)
		if (!is_below_another(host, &host->devices[i]))
			tree_of(host, host->devices[i].devno, 0, true, "", out);
}

/* ---- lsblk ---- */

/* Mount points that a shell of the host sees. */
static bool is_seen(const struct host *host, const struct mount *mount)
{
	const struct mount_namespace *home = host_namespace_of_host(host);

	return home && mount->namespace_id == home->id;
}

static const char *place_of(const struct host *host, struct devno devno)
{
	for (size_t i = 0; i < host->n_swaps; i++)
		if (devno_is_equal(host->swaps[i].devno, devno))
			return "[SWAP]";
	for (size_t i = 0; i < host->n_mounts; i++)
		if (is_seen(host, &host->mounts[i]) &&
			devno_is_equal(host_mount_devno(host, &host->mounts[i]), devno))
			return host->mounts[i].target;
	return "";
}

static const char *type_of(const struct device *device, const struct block *block)
{
	if (device)
		return strncmp(device->uuid, "LVM-", 4) == 0	 ? "lvm"
		       : strncmp(device->uuid, "part", 4) == 0	 ? "part"
		       : strncmp(device->uuid, "CRYPT-", 6) == 0 ? "crypt"
		       : strncmp(device->uuid, "mpath-", 6) == 0 ? "mpath"
								 : "dm";
	switch (block->kind) {
	case BLOCK_DISK:
		return "disk";
	case BLOCK_PARTITION:
		return "part";
	case BLOCK_LOOP:
		return "loop";
	case BLOCK_MD:
		return *block->level ? block->level : "raid1";
	case BLOCK_OTHER:
		break;
	}
	return "disk";
}

static void lsblk_node(const struct host *host, struct devno devno, unsigned depth,
	bool is_last, const char *lead, struct buf *out)
{
	const struct device *device = host_device_by_devno(host, devno);
	const struct block *block = host_block_by_devno(host, devno);
	cleanup_buf struct buf name = BUF_INIT, deeper = BUF_INIT;
	struct devno above[256];
	size_t n_above = 0;

	if (!device && !block)
		return;
	buf_puts(&name, lead);
	buf_puts(&name, !depth ? "" : is_last ? "`-" : "|-");
	buf_puts(&name, device ? device->name : block->kname);
	buf_printf(out, "%-60s %3u:%-3u  0   16M  0 %-5s %s\n", buf_text(&name),
		devno.major, devno.minor, type_of(device, block), place_of(host, devno));
	buf_puts(&deeper, lead);
	buf_puts(&deeper, !depth ? "" : is_last ? "  " : "| ");
	for (size_t i = 0; i < host->n_blocks && n_above < 256; i++)
		if (devnos_count(host->blocks[i].below, host->blocks[i].n_below, devno))
			above[n_above++] = host->blocks[i].devno;
	for (size_t i = 0; i < host->n_devices && n_above < 256; i++)
		if (devnos_count(host->devices[i].deps, host->devices[i].n_deps, devno))
			above[n_above++] = host->devices[i].devno;
	for (size_t i = 0; i < n_above && depth < DEPTH_MAX; i++)
		lsblk_node(host, above[i], depth + 1, i + 1 == n_above, buf_text(&deeper),
			out);
}

/* A device above one that is not there is a root of its own. */
static bool is_root(const struct host *host, const struct devno *below, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (host_device_by_devno(host, below[i]) ||
			host_block_by_devno(host, below[i]))
			return false;
	return true;
}

static void answer_lsblk(
	const struct host *host, const struct typed *typed, struct buf *out)
{
	buf_printf(out, "%-60s MAJ:MIN RM  SIZE RO TYPE  MOUNTPOINT\n", "NAME");
	for (size_t n = 0; operand(typed, 1, n); n++) {
		const struct device *device = device_named(host, operand(typed, 1, n));

		if (device)
			lsblk_node(host, device->devno, 0, true, "", out);
	}
	if (operand(typed, 1, 0))
		return;
	for (size_t i = 0; i < host->n_blocks; i++)
		if (is_root(host, host->blocks[i].below, host->blocks[i].n_below))
			lsblk_node(host, host->blocks[i].devno, 0, true, "", out);
	for (size_t i = 0; i < host->n_devices; i++)
		if (is_root(host, host->devices[i].deps, host->devices[i].n_deps))
			lsblk_node(host, host->devices[i].devno, 0, true, "", out);
}

/* ---- mounts ---- */

static const char *option_word(const struct mount *mount)
{
	bool is_read_only =
		strncmp(mount->options, "ro", 2) == 0 || !mount_is_writable(mount);

	return is_read_only ? "ro" : "rw";
}

/* ",lowerdir=..." of an overlay */
static const char *layers(const struct mount *mount)
{
	const char *comma = strchr(mount->super_options, ',');

	return strcmp(mount->type, "overlay") == 0 && comma ? comma : "";
}

static void answer_mount(
	const struct host *host, const struct typed *typed, struct buf *out)
{
	(void)typed;
	for (size_t i = 0; i < host->n_mounts; i++) {
		const struct mount *mount = &host->mounts[i];

		if (is_seen(host, mount))
			buf_printf(out, "%s on %s type %s (%s,relatime%s)\n",
				mount->source, mount->target, mount->type,
				option_word(mount), layers(mount));
	}
}

static void answer_proc_mounts(
	const struct host *host, const struct typed *typed, struct buf *out)
{
	(void)typed;
	for (size_t i = 0; i < host->n_mounts; i++) {
		const struct mount *mount = &host->mounts[i];

		if (!is_seen(host, mount))
			continue;
		add_octal(out, mount->source);
		buf_puts(out, " ");
		add_octal(out, mount->target);
		buf_printf(out, " %s %s,relatime%s 0 0\n", mount->type,
			option_word(mount), layers(mount));
	}
}

static void answer_findmnt(
	const struct host *host, const struct typed *typed, struct buf *out)
{
	(void)typed;
	buf_puts(out, "TARGET SOURCE FSTYPE OPTIONS\n");
	for (size_t i = 0; i < host->n_mounts; i++) {
		const struct mount *mount = &host->mounts[i];

		if (is_seen(host, mount))
			buf_printf(out, "|-%s %s%s%s%s %s %s,relatime\n", mount->target,
				mount->source, strcmp(mount->root, "/") == 0 ? "" : "[",
				strcmp(mount->root, "/") == 0 ? "" : mount->root,
				strcmp(mount->root, "/") == 0 ? "" : "]", mount->type,
				option_word(mount));
	}
}

static void answer_df(const struct host *host, const struct typed *typed, struct buf *out)
{
	(void)typed;
	buf_puts(out, "Filesystem     1K-blocks  Used Available Use% Mounted on\n");
	for (size_t i = 0; i < host->n_mounts; i++)
		if (is_seen(host, &host->mounts[i]) && *host->mounts[i].source == '/')
			buf_printf(out, "%s 16000 40 15960 1%% %s\n",
				host->mounts[i].source, host->mounts[i].target);
}

static void mountinfo_line(const struct mount *mount, struct buf *out)
{
	buf_printf(out, "%u %u " DEVNO_FMT " ", mount->id, mount->parent_id,
		DEVNO_ARGS(mount->devno));
	add_octal(out, mount->root);
	buf_puts(out, " ");
	add_octal(out, mount->target);
	buf_printf(out, " %s", mount->options);
	if (mount->shared)
		buf_printf(out, " shared:%u", mount->shared);
	if (mount->master)
		buf_printf(out, " master:%u", mount->master);
	buf_printf(out, " - %s ", mount->type);
	add_octal(out, mount->source);
	buf_printf(out, " %s\n", mount->super_options);
}

static void answer_mountinfo(
	const struct host *host, const struct typed *typed, struct buf *out)
{
	(void)typed;
	for (size_t i = 0; i < host->n_mounts; i++)
		if (is_seen(host, &host->mounts[i]))
			mountinfo_line(&host->mounts[i], out);
}

/* grep -e WORD... /proc/[0-9]*\/mountinfo: of each namespace one process. */
static void answer_grep(
	const struct host *host, const struct typed *typed, struct buf *out)
{
	for (size_t i = 0; i < host->n_mounts; i++) {
		const struct mount *mount = &host->mounts[i];
		const struct mount_namespace *space =
			host_namespace(host, mount->namespace_id);
		cleanup_buf struct buf line = BUF_INIT;
		bool is_found = false;

		if (!space || !space->pid)
			continue;
		mountinfo_line(mount, &line);
		for (size_t w = 1; w + 1 < typed->count; w++)
			is_found |= strcmp(typed->words[w], "-e") == 0 &&
				    strstr(buf_text(&line), typed->words[w + 1]);
		if (is_found)
			buf_printf(out, "/proc/%u/mountinfo:%s", space->pid,
				buf_text(&line));
	}
}

static void answer_fstab(
	const struct host *host, const struct typed *typed, struct buf *out)
{
	(void)typed;
	for (size_t i = 0; i < host->n_fstab; i++)
		buf_printf(out, "%s %s %s %s 0 0\n", host->fstab[i].source,
			host->fstab[i].target, host->fstab[i].type,
			host->fstab[i].is_automatic ? "defaults" : "noauto");
}

/* ---- swap, loops, arrays ---- */

static void answer_swaps(
	const struct host *host, const struct typed *typed, struct buf *out)
{
	(void)typed;
	buf_puts(out, "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n");
	for (size_t i = 0; i < host->n_swaps; i++) {
		add_octal(out, host->swaps[i].path);
		buf_printf(out, "\t%s\t8188\t\t0\t\t-2\n",
			strncmp(host->swaps[i].path, "/dev/", 5) == 0 ? "partition"
								      : "file");
	}
}

static void answer_losetup(
	const struct host *host, const struct typed *typed, struct buf *out)
{
	(void)typed;
	for (size_t i = 0; i < host->n_blocks; i++)
		if (host->blocks[i].kind == BLOCK_LOOP && *host->blocks[i].backing_file)
			buf_printf(out, "/dev/%s: []: (%s)\n", host->blocks[i].kname,
				host->blocks[i].backing_file);
}

static void answer_mdstat(
	const struct host *host, const struct typed *typed, struct buf *out)
{
	(void)typed;
	buf_puts(out, "Personalities : [raid1]\n");
	for (size_t i = 0; i < host->n_blocks; i++) {
		const struct block *block = &host->blocks[i];

		if (block->kind != BLOCK_MD)
			continue;
		buf_printf(out, "%s : active raid1", block->kname);
		for (size_t b = 0; b < block->n_below; b++) {
			const struct block *below =
				host_block_by_devno(host, block->below[b]);

			if (below)
				buf_printf(out, " %s[%zu]", below->kname, b);
			else
				buf_printf(out, " dm-%u[%zu]", block->below[b].minor, b);
		}
		buf_puts(out, "\n      16320 blocks super 1.2 [2/1] [U_]\n\n");
	}
	buf_puts(out, "unused devices: <none>\n");
}

static void answer_partitions(
	const struct host *host, const struct typed *typed, struct buf *out)
{
	(void)typed;
	buf_puts(out, "major minor  #blocks  name\n\n");
	for (size_t i = 0; i < host->n_blocks; i++)
		buf_printf(out, "%4u %7u %10llu %s\n", host->blocks[i].devno.major,
			host->blocks[i].devno.minor,
			(unsigned long long)host->blocks[i].size / 2,
			host->blocks[i].kname);
	for (size_t i = 0; i < host->n_devices; i++)
		buf_printf(out, "%4u %7u %10u dm-%u\n", host->devices[i].devno.major,
			host->devices[i].devno.minor, 16384u,
			host->devices[i].devno.minor);
}

static void answer_ls_mapper(
	const struct host *host, const struct typed *typed, struct buf *out)
{
	(void)typed;
	buf_puts(out, "total 0\ncrw------- 1 root root 10, 236 Nov 20 03:10 control\n");
	for (size_t i = 0; i < host->n_devices; i++) {
		buf_puts(out, "lrwxrwxrwx 1 root root 7 Nov 20 03:10 ");
		add_mangled(out, host->devices[i].name);
		buf_printf(out, " -> ../dm-%u\n", host->devices[i].devno.minor);
	}
}

/* ---- processes ---- */

static void add_fd(struct buf *out, const struct use *use)
{
	static const char *const marks[] = {[USE_NODE] = "F....",
		[USE_FILE] = "F....",
		[USE_CWD] = "..c..",
		[USE_ROOT] = ".r...",
		[USE_MAP] = "....m"};

	buf_puts(out, marks[use->kind]);
}

static void fuser_of(const struct host *host, struct devno devno, bool is_mount,
	const char *name, struct buf *out)
{
	buf_printf(out, "%s:", name);
	if (is_mount)
		buf_printf(out, "%*s kernel mount %s\n", 20, "root", name);
	for (size_t i = 0; i < host->n_uses; i++) {
		const struct use *use = &host->uses[i];
		const struct process *process = host_process(host, use->pid);

		if (!process || !devno_is_equal(use->devno, devno) ||
			(use->kind == USE_NODE && is_mount))
			continue;
		if (!is_mount && use->kind != USE_NODE)
			continue;
		buf_printf(out, "%20s %10u ", "root", use->pid);
		add_fd(out, use);
		buf_printf(out, " %s\n", process->comm);
	}
	if (out->data[out->len - 1] != '\n')
		buf_puts(out, "\n");
}

static const struct block *block_named(const struct host *host, const char *path)
{
	return strncmp(path, "/dev/", 5) == 0 ? host_block_by_kname(host, path + 5)
					      : NULL;
}

static void answer_fuser(
	const struct host *host, const struct typed *typed, struct buf *out)
{
	buf_puts(out, "                     USER        PID ACCESS COMMAND\n");
	for (size_t n = 0; operand(typed, 1, n); n++) {
		const char *name = operand(typed, 1, n);
		const struct device *device = device_named(host, name);
		const struct block *block;

		if (!has(typed, "-vm")) {
			if (device)
				fuser_of(host, device->devno, false, name, out);
			else if ((block = block_named(host, name)))
				fuser_of(host, block->devno, false, name, out);
			continue;
		}
		for (size_t i = 0; i < host->n_mounts; i++)
			if (is_seen(host, &host->mounts[i]) &&
				strcmp(host->mounts[i].target, name) == 0) {
				fuser_of(host, host->mounts[i].devno, true, name, out);
				break;
			}
	}
}

static void answer_lsof(
	const struct host *host, const struct typed *typed, struct buf *out)
{
	static const struct {
		const char *fd, *type;
	} forms[] = {[USE_NODE] = {"3r", "BLK"},
		[USE_FILE] = {"4r", "REG"},
		[USE_CWD] = {"cwd", "DIR"},
		[USE_ROOT] = {"rtd", "DIR"},
		[USE_MAP] = {"mem", "REG"}};

	(void)typed;
	buf_puts(out, "COMMAND     PID USER   FD   TYPE DEVICE SIZE/OFF     NODE NAME\n");
	for (size_t i = 0; i < host->n_uses; i++) {
		const struct use *use = &host->uses[i];
		const struct process *process = host_process(host, use->pid);

		if (process)
			buf_printf(out, "%-9.9s %5u root %5s %6s %5u,%u     4096  2 %s\n",
				process->comm, use->pid, forms[use->kind].fd,
				forms[use->kind].type, use->devno.major, use->devno.minor,
				*use->example ? use->example : "/");
	}
}

static void answer_ps(const struct host *host, const struct typed *typed, struct buf *out)
{
	bool is_aux = !has(typed, "-ef");

	buf_puts(out,
		is_aux ? "USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   "
			 "TIME COMMAND\n"
		       : "UID          PID    PPID  C STIME TTY          TIME CMD\n");
	for (size_t i = 0; i < host->n_processes; i++) {
		const struct process *process = &host->processes[i];
		bool has_line = process->cmdline && *process->cmdline;

		buf_printf(out,
			is_aux ? "root %u  0.0  0.1   4000  2000 ?        S    03:10   "
				 "0:00 "
			       : "root %u 1  0 03:10 ?        00:00:00 ",
			process->pid);
		if (has_line)
			buf_prose(out, process->cmdline);
		else
			buf_printf(out, *process->exe ? "%s" : "[%s]",
				*process->exe ? process->exe : process->comm);
		buf_puts(out, "\n");
	}
}

/* ---- LVM's own copy of the metadata ---- */

static void add_metadata(const struct host *host, const struct vg *vg, struct buf *out)
{
	cleanup_buf struct buf name = BUF_INIT, text = BUF_INIT;
	const struct document *document;

	buf_printf(&name, "lvm/%s.vg", vg->uuid);
	document = host_document(host, buf_text(&name));
	if (!document)
		return;
	buf_puts(out, "# Generated by LVM2 version 2.03.16(2) (2022-05-18)\n\n");
	text_lvm_metadata_body(document, &text);
	buf_add(out, text.data, text.len);
}

static void answer_backup(
	const struct host *host, const struct typed *typed, struct buf *out)
{
	for (size_t i = 0; i < host->n_vgs; i++) {
		cleanup_buf struct buf path = BUF_INIT;

		buf_printf(&path, "/etc/lvm/backup/%s", host->vgs[i].name);
		if (has(typed, buf_text(&path)))
			add_metadata(host, &host->vgs[i], out);
	}
}

static void answer_nothing(
	const struct host *host, const struct typed *typed, struct buf *out)
{
	(void)host;
	(void)typed;
	(void)out;
}

/* ---- all ---- */

static const struct {
	const char *pattern;
	void (*write)(
		const struct host *host, const struct typed *typed, struct buf *out);
} answers[] = {
	{"lvs*", answer_lvs},
	{"vgs*", answer_vgs},
	{"pvs*", answer_pvs},
	{"vgdisplay*", answer_vgdisplay},
	{"lvscan", answer_lvscan},
	{"lvdisplay", answer_lvdisplay},
	{"dmsetup ls --tree", answer_dm_tree},
	{"dmsetup ls", answer_dm_ls},
	{"dmsetup info -c", answer_dm_info},
	{"dmsetup info", answer_dm_info_long},
	{"dmsetup table*", answer_dm_table},
	{"dmsetup status*", answer_dm_status},
	{"dmsetup deps", answer_dm_deps},
	{"lsblk*", answer_lsblk},
	{"mount", answer_mount},
	{"cat /proc/mounts", answer_proc_mounts},
	{"cat /proc/1/mountinfo", answer_mountinfo},
	{"grep * /proc/[[]0-9[]]\\*/mountinfo", answer_grep},
	{"findmnt", answer_findmnt},
	{"df", answer_df},
	{"cat /etc/fstab", answer_fstab},
	{"cat /proc/swaps", answer_swaps},
	{"swapon -s", answer_swaps},
	{"losetup -a", answer_losetup},
	{"cat /proc/mdstat", answer_mdstat},
	{"cat /proc/partitions", answer_partitions},
	{"ls -l /dev/mapper", answer_ls_mapper},
	{"fuser -v*", answer_fuser},
	{"lsof", answer_lsof},
	{"ps *", answer_ps},
	{"cat /etc/lvm/backup/*", answer_backup},
	{"dmesg", answer_nothing},
};

/* Whatever it is told, a command of LVM complains of its physical volumes. */
static void warn_of_disks(const struct host *host, struct buf *out)
{
	for (size_t i = 0; i < host->n_documents; i++) {
		const struct document *document = &host->documents[i];
		const char *at = document->bytes, *end = at + document->len, *next;

		for (; strcmp(document->name, "lvm/warnings.txt") == 0 && at < end;
			at = next) {
			next = memchr(at, '\n', (size_t)(end - at));
			next = next ? next + 1 : end;
			if (memmem(at, (size_t)(next - at), " PV ", 4))
				buf_add(out, at, (size_t)(next - at));
		}
	}
}

static bool is_of_lvm(const char *command)
{
	return fnmatch("[lpv][vg]s*", command, 0) == 0 ||
	       fnmatch("[lpv][vg]display*", command, 0) == 0;
}

bool answer_command(const struct host *host, const char *command, struct buf *out)
{
	cleanup_with(typed_free) struct typed typed = {.count = 0};

	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		if (fnmatch(answers[i].pattern, command, 0) != 0)
			continue;
		typed_read(command, &typed);
		if (is_of_lvm(command))
			warn_of_disks(host, out);
		answers[i].write(host, &typed, out);
		return true;
	}
	return false;
}

/* ---- drawn ---- */

static void draw_lvs(struct dice *dice, struct buf *command)
{
	buf_puts(command, one_in(dice, 2) ? "lvs -a" : "lvs");
	if (one_in(dice, 3)) {
		buf_puts(command,
			one_in(dice, 2) ? " -o +devices" : " -o +lv_time,devices");
		return;
	}
	if (one_in(dice, 2))
		return;
	buf_puts(command, " -o lv_name,vg_name,lv_attr");
	for (size_t i = 3; i < LV_COLUMNS; i++)
		if (one_in(dice, 2))
			buf_printf(command, ",%s", lv_columns[i].field);
}

static void draw_named(const struct host *host, const char *program, struct buf *command)
{
	buf_puts(command, host->n_devices ? program : "");
	for (size_t i = 0; i < host->n_devices; i++) {
		cleanup_buf struct buf path = BUF_INIT;

		buf_puts(&path, "/dev/mapper/");
		add_mangled(&path, host->devices[i].name);
		buf_argument(command, buf_text(&path));
	}
}

static void draw_places(const struct host *host, const char *program, struct buf *command)
{
	size_t count = 0;

	buf_puts(command, program);
	for (size_t i = 0; i < host->n_mounts; i++)
		if (is_seen(host, &host->mounts[i]) && *host->mounts[i].source == '/' &&
			count++ < 16)
			buf_argument(command, host->mounts[i].target);
	if (!count)
		buf_free(command);
}

static void draw_backups(const struct host *host, struct buf *command)
{
	buf_puts(command, host->n_vgs ? "cat" : "");
	for (size_t i = 0; i < host->n_vgs; i++)
		buf_printf(command, " /etc/lvm/backup/%s", host->vgs[i].name);
}

void answer_draw(
	const struct host *host, enum answer kind, struct dice *dice, struct buf *command)
{
	static const char *const fixed[ANSWERS] = {
		[ANSWER_VGS] = "vgs",
		[ANSWER_PVS] = "pvs",
		[ANSWER_LVSCAN] = "lvscan",
		[ANSWER_LVDISPLAY] = "lvdisplay",
		[ANSWER_TREE] = "dmsetup ls --tree",
		[ANSWER_LS] = "dmsetup ls",
		[ANSWER_INFO_C] = "dmsetup info -c",
		[ANSWER_INFO] = "dmsetup info",
		[ANSWER_TABLE] = "dmsetup table",
		[ANSWER_STATUS] = "dmsetup status",
		[ANSWER_DEPS] = "dmsetup deps",
		[ANSWER_LSBLK] = "lsblk",
		[ANSWER_MOUNT] = "mount",
		[ANSWER_PROC_MOUNTS] = "cat /proc/mounts",
		[ANSWER_MOUNTINFO] = "cat /proc/1/mountinfo",
		[ANSWER_FINDMNT] = "findmnt",
		[ANSWER_DF] = "df",
		[ANSWER_FSTAB] = "cat /etc/fstab",
		[ANSWER_SWAPS] = "cat /proc/swaps",
		[ANSWER_LOSETUP] = "losetup -a",
		[ANSWER_MDSTAT] = "cat /proc/mdstat",
		[ANSWER_MAPPER] = "ls -l /dev/mapper",
		[ANSWER_LSOF] = "lsof",
		[ANSWER_PS] = "ps -ef",
	};

	if (fixed[kind])
		buf_puts(command, fixed[kind]);
	if (kind == ANSWER_LVS)
		draw_lvs(dice, command);
	if (kind == ANSWER_FUSER)
		draw_named(host, "fuser -v", command);
	if (kind == ANSWER_FUSER_MOUNTS)
		draw_places(host, "fuser -vm", command);
	if (kind == ANSWER_BACKUP)
		draw_backups(host, command);
}

/* ---- layouts ---- */

struct layout_row {
	const char *path;
	const char *command; /* NULL: `write` */
	void (*write)(const struct host *host, struct buf *out);
};

static void write_machine_id(const struct host *host, struct buf *out)
{
	buf_printf(out, "%s\n", host->identity.machine_id);
}

static void write_boot_id(const struct host *host, struct buf *out)
{
	buf_printf(out, "%s\n", host->identity.boot_id);
}

static void write_node(const struct host *host, struct buf *out)
{
	buf_printf(out, "%s\n", host->identity.node);
}

static void write_uname(const struct host *host, struct buf *out)
{
	buf_printf(out, "Linux %s %s #1 SMP x86_64 GNU/Linux\n", host->identity.node,
		host->identity.kernel);
}

static void write_date(const struct host *host, struct buf *out)
{
	time_t time = (time_t)host->identity.taken;
	struct tm tm;
	char text[64];

	if (gmtime_r(&time, &tm) &&
		strftime(text, sizeof(text), "%a %b %d %H:%M:%S UTC %Y", &tm))
		buf_printf(out, "%s\n", text);
}

/* LVM's text of one group; of further ones see group_file(). */
static const struct layout_row lvmdump[] = {
	{"lvmdump-host-1/dmsetup_info", "dmsetup info -c", NULL},
	{"lvmdump-host-1/dmsetup_table", "dmsetup table", NULL},
	{"lvmdump-host-1/dmsetup_status", "dmsetup status", NULL},
	{"lvmdump-host-1/dmsetup_ls_tree", "dmsetup ls --tree", NULL},
	{"lvmdump-host-1/lvs", "lvs -a -o +devices", NULL},
	{"lvmdump-host-1/vgs", "vgs", NULL},
	{"lvmdump-host-1/pvs", "pvs", NULL},
	{"lvmdump-host-1/ps_info", "ps aux", NULL},
	{NULL, NULL, NULL},
};

#define SOS "sosreport-host-1-2026-11-20-abcdefg/"
static const struct layout_row sosreport[] = {
	{SOS "sos_commands/devicemapper/dmsetup_info_-c", "dmsetup info -c", NULL},
	{SOS "sos_commands/devicemapper/dmsetup_table", "dmsetup table", NULL},
	{SOS "sos_commands/devicemapper/dmsetup_status", "dmsetup status", NULL},
	{SOS "sos_commands/devicemapper/dmsetup_ls_--tree", "dmsetup ls --tree", NULL},
	{SOS "sos_commands/lvm2/lvs_-a_-o_lv_tags_devices_lv_kernel_read_ahead",
		"lvs -a -o +devices", NULL},
	{SOS "sos_commands/lvm2/vgs_-v_-o_vg_mda_count", "vgs", NULL},
	{SOS "sos_commands/lvm2/pvs_-a_-v_-o_pv_mda_free", "pvs", NULL},
	{SOS "sos_commands/lvm2/vgdisplay_-vv", "vgdisplay -vv", NULL},
	{SOS "sos_commands/block/lsblk", "lsblk", NULL},
	{SOS "sos_commands/block/losetup_-a", "losetup -a", NULL},
	{SOS "sos_commands/filesys/mount_-l", "mount", NULL},
	{SOS "sos_commands/filesys/findmnt", "findmnt", NULL},
	{SOS "sos_commands/filesys/df_-al_-x_autofs", "df", NULL},
	{SOS "sos_commands/process/ps_auxwwwm", "ps aux", NULL},
	{SOS "sos_commands/process/lsof_M_-n_-l", "lsof", NULL},
	{SOS "proc/1/mountinfo", "cat /proc/1/mountinfo", NULL},
	{SOS "proc/mounts", "cat /proc/mounts", NULL},
	{SOS "proc/swaps", "cat /proc/swaps", NULL},
	{SOS "proc/partitions", "cat /proc/partitions", NULL},
	{SOS "proc/mdstat", "cat /proc/mdstat", NULL},
	{SOS "etc/fstab", "cat /etc/fstab", NULL},
	{SOS "etc/machine-id", NULL, write_machine_id},
	{SOS "proc/sys/kernel/random/boot_id", NULL, write_boot_id},
	{SOS "sos_commands/host/hostname", NULL, write_node},
	{SOS "sos_commands/kernel/uname_-a", NULL, write_uname},
	{SOS "sos_commands/date/date", NULL, write_date},
	{NULL, NULL, NULL},
};

/* Several sections of a file, with a bar between the commands (supportutils,
 * bin/supportconfig, lvm_info: without dmsetup status). */
#define SCC "scc_host_20261120_0310/"
static const struct layout_row supportconfig[] = {
	{SCC "lvm.txt",
		"pvs|vgs|lvs|dmsetup ls --tree|dmsetup table|dmsetup "
		"info|/etc/lvm/backup|"
		"vgdisplay -vv|lvdisplay",
		NULL},
	{SCC "fs-diskio.txt",
		"mount|cat /proc/mounts|findmnt|df|cat /proc/swaps|lsblk|cat "
		"/proc/partitions|losetup -a|cat /etc/fstab",
		NULL},
	{SCC "mpio.txt", "ls -l /dev/mapper|cat /proc/mdstat", NULL},
	{SCC "open-files.txt", "lsof", NULL},
	{SCC "basic-health-check.txt", "ps aux", NULL},
	{NULL, NULL, NULL},
};

static const struct {
	const char *name;
	const struct layout_row *rows;
	size_t count;
	const char *backups; /* the folder of LVM's copies; NULL: none */
} layouts[LAYOUTS] = {
#define ROWS(table) table, sizeof(table) / sizeof(table[0]) - 1
	[LAYOUT_LVMDUMP] = {"lvmdump", ROWS(lvmdump), "lvmdump-host-1/lvm/backup/"},
	[LAYOUT_SOSREPORT] = {"sosreport", ROWS(sosreport), SOS "etc/lvm/backup/"},
	[LAYOUT_SUPPORTCONFIG] = {"supportconfig", ROWS(supportconfig), NULL},
};

const char *layout_name(enum layout layout)
{
	return layouts[layout].name;
}

uint64_t layout_kinds(enum layout layout)
{
#define A(kind) (1ull << ANSWER_##kind)
	static const uint64_t dm = A(INFO_C) | A(TABLE) | A(STATUS) | A(TREE);
	static const uint64_t lvm = A(LVS) | A(VGS) | A(PVS);
	static const uint64_t others = A(LSBLK) | A(LOSETUP) | A(MOUNT) | A(FINDMNT) |
				       A(DF) | A(LSOF) | A(PROC_MOUNTS) | A(SWAPS) |
				       A(MDSTAT) | A(FSTAB);

	switch (layout) {
	case LAYOUT_LVMDUMP:
		return dm | lvm | A(PS);
	case LAYOUT_SOSREPORT:
		return dm | lvm | A(PS) | others | A(MOUNTINFO) | A(BACKUP);
	case LAYOUT_SUPPORTCONFIG:
		return (dm & ~A(STATUS)) | lvm | A(PS) | others | A(LVDISPLAY) |
		       A(MAPPER) | A(BACKUP);
	case LAYOUTS:
		break;
	}
	return 0;
#undef A
}

static void add_section(const struct host *host, const char *command, struct buf *bytes)
{
	buf_printf(bytes,
		"#==[ Command ]======================================#\n# /sbin/%s\n",
		command);
	answer_command(host, command, bytes);
	buf_puts(bytes, "\n");
}

static void add_backups(const struct host *host, struct buf *bytes)
{
	for (size_t i = 0; i < host->n_vgs; i++) {
		buf_printf(bytes,
			"#==[ Configuration File ]===========================#\n"
			"# /etc/lvm/backup/%s\n",
			host->vgs[i].name);
		add_metadata(host, &host->vgs[i], bytes);
		buf_puts(bytes, "\n");
	}
}

static void add_sections(const struct host *host, const char *commands, struct buf *bytes)
{
	while (*commands) {
		size_t len = strcspn(commands, "|");
		cleanup_free char *command = xstrndup(commands, len);

		if (*command == '/')
			add_backups(host, bytes);
		else
			add_section(host, command, bytes);
		commands += len + (commands[len] == '|');
	}
}

static bool group_file(const struct host *host, enum layout layout, size_t number,
	struct buf *path, struct buf *bytes)
{
	if (!layouts[layout].backups || number >= host->n_vgs)
		return false;
	buf_printf(path, "%s%s", layouts[layout].backups, host->vgs[number].name);
	add_metadata(host, &host->vgs[number], bytes);
	return true;
}

bool layout_file(const struct host *host, enum layout layout, unsigned number,
	struct buf *path, struct buf *bytes)
{
	const struct layout_row *row = &layouts[layout].rows[number];

	if (number >= layouts[layout].count)
		return group_file(
			host, layout, number - layouts[layout].count, path, bytes);
	buf_puts(path, row->path);
	if (row->write)
		row->write(host, bytes);
	else if (layout == LAYOUT_SUPPORTCONFIG)
		add_sections(host, row->command, bytes);
	else
		answer_command(host, row->command, bytes);
	return true;
}
