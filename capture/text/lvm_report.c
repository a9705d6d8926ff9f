/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `lvm fullreport --reportformat json` -> VGs and PVs, by json-c; see text.h.
 *
 *   {"report": [
 *     {"vg": [{FIELD: VALUE...}], "pv": [...], "lv": [...], "pvseg": [...], ...},
 *     ...]}
 *
 * Input:  a hostile text; all values are strings, or numbers with json_std. Every field
 *	   may be missing, and fields that are not known are ignored: which ones there
 *	   are is up to who ran lvm.
 * Output: the VGs with what LVM says of their state, the PVs with today's device, and
 *	   which devices LVM lists at all. LVs come from the metadata alone: one source
 *for what a plan acts on. Invariant: all of the text or nothing of it becomes part of the
 *host.
 */
#include <errno.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lvm_join.h"
#include "snapstate/buf.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/lvm.h"
#include "snapstate/host/source.h"
#include "snapstate/lvm_names.h"
#include "snapstate/text.h"

#define SECTOR 512

/* ---- JSON ---- */

static size_t line_of(const char *bytes, size_t at)
{
	size_t line = 1;

	for (size_t i = 0; i < at; i++)
		line += bytes[i] == '\n';
	return line;
}

static int json_parse(
	const char *bytes, size_t len, struct json_object **ret_json, struct err *err)
{
	struct json_tokener *tokener = json_tokener_new_ex(TEXT_JSON_DEPTH);
	struct json_object *json;
	enum json_tokener_error error;

	if (!tokener)
		return err_set(err, -ENOMEM, "out of memory");
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	json = json_tokener_parse_ex(tokener, bytes, (int)len);
	error = json_tokener_get_error(tokener);
	if (error == json_tokener_success && json) {
		*ret_json = json;
	} else {
		err_set(err, -EBADMSG, "line %zu: %s",
			line_of(bytes, json_tokener_get_parse_end(tokener)),
			error == json_tokener_continue ? "the text is cut off"
						       : json_tokener_error_desc(error));
		json_object_put(json);
	}
	json_tokener_free(tokener);
	return error == json_tokener_success && json ? 0 : -EBADMSG;
}

/*
 * libdm up to 1.02.206 escapes the quote and nothing else (lvm2 libdm/libdm-report.c;
 * seen with 2.03.16), so a device name like /dev/mapper/a\x20b makes invalid JSON.
 * Doubles every backslash in a string that stands before neither a quote nor a backslash.
 * A value that ends in a backslash stays invalid: it cannot be told from an escaped
 * quote.
 */
static void json_repair(const char *bytes, size_t len, struct buf *ret_text)
{
	bool is_string = false;

	for (size_t i = 0; i < len; i++) {
		bool has_pair =
			i + 1 < len && (bytes[i + 1] == '"' || bytes[i + 1] == '\\');

		if (is_string && bytes[i] == '\\') {
			buf_add(ret_text, "\\", 1);
			buf_add(ret_text, has_pair ? &bytes[++i] : "\\", 1);
			continue;
		}
		is_string ^= bytes[i] == '"';
		buf_add(ret_text, &bytes[i], 1);
	}
}

static int json_read(
	const struct document *document, struct json_object **ret_json, struct err *err)
{
	cleanup_buf struct buf repaired = BUF_INIT;

	if (document->len > TEXT_REPORT_MAX)
		return err_set(err, -EFBIG, "larger than %u bytes", TEXT_REPORT_MAX);
	if (memchr(document->bytes, '\0', document->len))
		return err_set(err, -EBADMSG, "holds a NUL byte");
	if (json_parse(document->bytes, document->len, ret_json, NULL) == 0)
		return 0;
	json_repair(document->bytes, document->len, &repaired);
	return json_parse(buf_text(&repaired), repaired.len, ret_json, err);
}

/* ---- fields ---- */

/* "" when the row does not have it, or has it as a list or a section. */
static const char *field(struct json_object *row, const char *name)
{
	struct json_object *value;
	const char *text;

	if (!json_object_object_get_ex(row, name, &value) || !value ||
		json_object_is_type(value, json_type_array) ||
		json_object_is_type(value, json_type_object))
		return "";
	text = json_object_get_string(value);
	/* an escaped NUL would hide the rest */
	if (json_object_is_type(value, json_type_string) &&
		strlen(text) != (size_t)json_object_get_string_len(value))
		return "";
	return text;
}

/* With --binary 1, 0 and -1 (unknown); else the word or nothing. */
static bool field_is_set(struct json_object *row, const char *name)
{
	const char *value = field(row, name);

	return *value && strcmp(value, "0") != 0 && strcmp(value, "-1") != 0 &&
	       strcmp(value, "unknown") != 0;
}

/* lvm(8) vg_attr: permissions, resizeable, exported, partial, policy, clustered or shared
 */
static bool attr_is(struct json_object *row, size_t position, char letter)
{
	const char *attr = field(row, "vg_attr");

	return strlen(attr) > position && attr[position] == letter;
}

/* false: not given, or no number. */
static bool field_number(struct json_object *row, const char *name, uint64_t *ret_value)
{
	const char *value = field(row, name);

	return parse_u64(value, strlen(value), 10, ret_value) == 0;
}

/* Bytes, as with --units b --nosuffix -> sectors. Sizes rounded for people ("4.00m") say
 * nothing. */
static uint64_t field_sectors(struct json_object *row, const char *name)
{
	uint64_t bytes;

	return field_number(row, name, &bytes) ? bytes / SECTOR : 0;
}

/* 1 = there, 0 = empty, as for devices that are no PV, and for what is in no VG. */
static int field_uuid(struct host *host, struct json_object *row, const char *name,
	const char **ret_uuid, struct err *err)
{
	const char *value = field(row, name);
	char uuid[LVM_UUID_LEN + 1];

	if (!*value)
		return 0;
	if (!lvm_uuid_plain(value, uuid)) {
		cleanup_buf struct buf word = BUF_INIT;

		buf_word(&word, value);
		return err_set(
			err, -EBADMSG, "%s is %s, no LVM uuid", name, buf_text(&word));
	}
	*ret_uuid = host_string(host, uuid);
	return 1;
}

/* ---- rows ---- */

struct report {
	struct host *host;
	struct vg *vgs;
	size_t n_vgs;
	struct pv *pvs;
	size_t n_pvs;
	struct devno *devices; /* that LVM lists, with a PV or without */
	size_t n_devices;
	const char
		*vg_uuid; /* of the VG whose part is being read; "" = PVs without a VG */
};

static int vg_row(struct report *report, struct json_object *row, struct err *err)
{
	const char *lock_type = field(row, "vg_lock_type");
	struct vg vg = {0};
	int r = field_uuid(report->host, row, "vg_uuid", &vg.uuid, err);

	if (r <= 0)
		return r;
	report->vg_uuid = vg.uuid;
	if (field_is_set(row, "vg_shared") && !*lock_type)
		lock_type = "shared";
	vg.name = host_string(report->host, field(row, "vg_name"));
	vg.system_id = host_string(report->host, field(row, "vg_systemid"));
	vg.lock_type = strcmp(lock_type, "none") == 0
			       ? ""
			       : host_string(report->host, lock_type);
	field_number(row, "vg_seqno", &vg.seqno);
	vg.extent_size = field_sectors(row, "vg_extent_size");
	vg.is_writable = strcmp(field(row, "vg_permissions"), "writeable") == 0 ||
			 attr_is(row, 0, 'w');
	vg.is_exported = field_is_set(row, "vg_exported") || attr_is(row, 2, 'x');
	vg.is_partial = field_is_set(row, "vg_partial") || attr_is(row, 3, 'p');
	vg.is_clustered = field_is_set(row, "vg_clustered") || attr_is(row, 5, 'c');
	*array_add(&report->vgs, &report->n_vgs) = vg;
	return 0;
}

static struct devno field_devno(struct json_object *row)
{
	uint64_t major_number, minor_number;

	if (!field_number(row, "pv_major", &major_number) ||
		!field_number(row, "pv_minor", &minor_number) ||
		major_number > UINT32_MAX || minor_number > UINT32_MAX)
		return DEVNO_NONE;
	return (struct devno){(uint32_t)major_number, (uint32_t)minor_number};
}

static int pv_row(struct report *report, struct json_object *row, struct err *err)
{
	const char *name = field(row, "pv_name");
	struct pv pv = {.vg_uuid = report->vg_uuid, .devno = field_devno(row)};
	int r = field_uuid(report->host, row, "pv_uuid", &pv.uuid, err);

	/* a missing one is on 0:0 */
	if (r >= 0 && !devno_is_none(pv.devno) && !field_is_set(row, "pv_missing"))
		*array_add(&report->devices, &report->n_devices) = pv.devno;
	if (r <= 0)
		return r;
	if (field_uuid(report->host, row, "vg_uuid", &pv.vg_uuid, err) < 0)
		return -EBADMSG;
	/* what LVM prints where the device is missing */
	pv.name = strcmp(name, "[unknown]") == 0 ? "" : host_string(report->host, name);
	pv.pe_start = field_sectors(row, "pe_start");
	field_number(row, "pv_pe_count", &pv.pe_count);
	pv.is_missing = field_is_set(row, "pv_missing");
	pv.is_duplicate = field_is_set(row, "pv_duplicate");
	pv.is_in_use = field_is_set(row, "pv_in_use");
	*array_add(&report->pvs, &report->n_pvs) = pv;
	return 0;
}

static int rows_read(struct report *report, struct json_object *part, const char *name,
	int (*row_read)(struct report *, struct json_object *, struct err *),
	struct err *err)
{
	struct json_object *rows;

	if (!json_object_object_get_ex(part, name, &rows))
		return 0; /* as for PVs without a VG */
	if (!json_object_is_type(rows, json_type_array))
		return err_set(err, -EBADMSG, "\"%s\" is not a list", name);
	for (size_t i = 0; i < json_object_array_length(rows); i++) {
		struct json_object *row = json_object_array_get_idx(rows, i);

		if (!json_object_is_type(row, json_type_object))
			return err_set(err, -EBADMSG, "\"%s\" holds no rows", name);
		if (row_read(report, row, err) < 0)
			return err_wrap(err, "\"%s\" row %zu", name, i + 1);
	}
	return 0;
}

static int report_read(struct report *report, struct json_object *json, struct err *err)
{
	struct json_object *parts;

	if (!json_object_is_type(json, json_type_object) ||
		!json_object_object_get_ex(json, "report", &parts) ||
		!json_object_is_type(parts, json_type_array))
		return err_set(err, -EBADMSG, "holds no list \"report\"");
	for (size_t i = 0; i < json_object_array_length(parts); i++) {
		struct json_object *part = json_object_array_get_idx(parts, i);

		if (!json_object_is_type(part, json_type_object))
			return err_set(err, -EBADMSG, "part %zu is not a section", i + 1);
		report->vg_uuid = "";
		if (rows_read(report, part, "vg", vg_row, err) < 0 ||
			rows_read(report, part, "pv", pv_row, err) < 0)
			return err_wrap(err, "part %zu", i + 1);
	}
	return 0;
}

int text_lvm_report_read(
	struct host *host, const struct document *document, struct err *err)
{
	struct report report = {.host = host};
	struct json_object *json;
	int r = json_read(document, &json, err);

	if (r == 0) {
		r = report_read(&report, json, err);
		json_object_put(json);
	}
	if (r == 0) {
		lvm_join_vgs(host, LVM_REPORT, report.vgs, report.n_vgs);
		lvm_join_pvs(host, LVM_REPORT, report.pvs, report.n_pvs);
		for (size_t i = 0; i < report.n_devices; i++)
			*array_add(&host->lvm_devices, &host->n_lvm_devices) =
				report.devices[i];
	}
	free(report.devices);
	free(report.vgs);
	free(report.pvs);
	return r < 0 ? err_wrap(err, "%s", document->name) : 0;
}
