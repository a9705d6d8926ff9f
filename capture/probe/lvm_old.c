/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The report of a release that prints columns only. Input: what `vgs` and `pvs -a`
 * answer. Output: a report as `fullreport` and `pvs` of later releases print it, without
 * its LVs: they come from the metadata alone.
 *
 * These releases are history: what they print can be relied upon to the letter.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "../text/lvm_columns.h"
#include "lvm_command.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/device.h"
#include "snapstate/lvm_names.h"

/* lvm2 lib/cache/lvmcache.c, lvmcache_add(): "Found duplicate PV UUID: using X not Y" */
static const char duplicate[] = "Found duplicate PV ";

static int ask_rows(struct lvm_session *session, enum lvm_question question,
	struct lvm_answer *answer, struct lvm_rows *ret_rows, struct err *err)
{
	cleanup_buf struct buf columns = BUF_INIT;
	char said[256];
	int r = lvm_ask(session, question, answer, err);

	if (r < 0)
		return r;
	if (!lvm_answer_is_one(session, answer)) {
		lvm_answer_describe(answer, said, sizeof(said));
		return err_set(err, -EBADMSG, "%s", said);
	}
	lvm_add_columns(session->release, question, &columns);
	return text_lvm_rows_read(buf_text(&columns), &answer->out, ret_rows, err);
}

static bool is_missing(const struct lvm_rows *pvs, size_t row)
{
	const char *attr = lvm_rows_value(pvs, row, "pv_attr");

	return strcmp(lvm_rows_value(pvs, row, "pv_name"), "unknown device") == 0 ||
	       (strlen(attr) > 2 && attr[2] == 'm');
}

static void add_missing(struct lvm_rows *pvs)
{
	size_t n = lvm_rows_count(pvs);
	cleanup_free const char **values = xcalloc(n + 1, sizeof(*values));

	for (size_t i = 0; i < n; i++)
		values[i] = is_missing(pvs, i) ? "1" : "0";
	lvm_rows_add_field(pvs, "pv_missing", values);
}

/* By the name that LVM was given, or that it prefers. */
static struct devno devno_of(const struct lvm_session *session, const char *name)
{
	struct stat stat;

	for (size_t i = 0; i < session->devices->count; i++)
		if (strcmp(session->devices->paths[i], name) == 0)
			return session->devices->devnos[i];
	if (*name == '/' && fstatat(session->machine->root, name + 1, &stat, 0) == 0 &&
		S_ISBLK(stat.st_mode))
		return (struct devno){major(stat.st_rdev), minor(stat.st_rdev)};
	return DEVNO_NONE;
}

static void add_numbers(const struct lvm_session *session, struct lvm_rows *pvs)
{
	size_t n = lvm_rows_count(pvs);
	cleanup_free const char **majors = xcalloc(n + 1, sizeof(*majors));
	cleanup_free const char **minors = xcalloc(n + 1, sizeof(*minors));
	cleanup_free char(*texts)[2][16] = xcalloc(n + 1, sizeof(*texts));

	for (size_t i = 0; i < n; i++) {
		struct devno devno = devno_of(session, lvm_rows_value(pvs, i, "pv_name"));

		if (!devno_is_none(devno)) {
			snprintf(texts[i][0], sizeof(texts[i][0]), "%u", devno.major);
			snprintf(texts[i][1], sizeof(texts[i][1]), "%u", devno.minor);
		}
		majors[i] = texts[i][0];
		minors[i] = texts[i][1];
	}
	lvm_rows_add_field(pvs, "pv_major", majors);
	lvm_rows_add_field(pvs, "pv_minor", minors);
}

/* ---- duplicates ---- */

/* Through whatever is between. */
static bool is_on(
	const struct host *host, struct devno devno, struct devno below, int depth)
{
	const struct device *device = host_device_by_devno(host, devno);
	const struct block *block = host_block_by_devno(host, devno);
	const struct devno *deps = device ? device->deps : block ? block->below : NULL;
	size_t n_deps = device ? device->n_deps : block ? block->n_below : 0;

	for (size_t i = 0; depth < STACK_DEPTH_MAX && i < n_deps; i++)
		if (devno_is_equal(deps[i], below) ||
			is_on(host, deps[i], below, depth + 1))
			return true;
	return false;
}

/* The uuid in each device's label, "" = none. -ETIMEDOUT, -EBUSY, -ETIME: it is not known
 * of all. */
static int read_labels(
	struct lvm_session *session, char (*labels)[LVM_UUID_LEN + 1], struct err *err)
{
	for (size_t i = 0; i < session->devices->count; i++) {
		cleanup_buf struct buf uuid = BUF_INIT;
		int r = lvm_ask_label(session, session->devices->devnos[i], &uuid, err);

		if (r == -ETIMEDOUT || r == -EBUSY || r == -ETIME || r == -EAGAIN)
			return r;
		if (r == 0 && uuid.len == LVM_UUID_LEN)
			snprintf(labels[i], sizeof(labels[i]), "%s", buf_text(&uuid));
	}
	return 0;
}

/* Two devices have that label, and neither is on the other, as a multipath device is on
 * its paths, and an array on its members. */
static bool is_on_two(const struct lvm_devices *devices, char (*labels)[LVM_UUID_LEN + 1],
	const char *uuid)
{
	for (size_t i = 0; i < devices->count; i++)
		for (size_t j = strcmp(labels[i], uuid) == 0 ? i + 1 : devices->count;
			j < devices->count; j++)
			if (strcmp(labels[j], uuid) == 0 &&
				!is_on(devices->host, devices->devnos[i],
					devices->devnos[j], 0) &&
				!is_on(devices->host, devices->devnos[j],
					devices->devnos[i], 0))
				return true;
	return false;
}

/* Of a copy on device-mapper and one on another kind of device LVM says nothing before
 * 2.02.119, and takes the first (lvm2 lib/cache/lvmcache.c, lvmcache_add(): "Ignoring
 * duplicate PV", at a level that is not printed). So the labels are read here. */
static int note_silent(struct lvm_session *session, const struct lvm_rows *pvs,
	const char **values, struct err *err)
{
	cleanup_free char(*labels)[LVM_UUID_LEN + 1] =
		xcalloc(session->devices->count + 1, sizeof(*labels));
	int r = read_labels(session, labels, err);

	for (size_t i = 0; r == 0 && i < lvm_rows_count(pvs); i++) {
		char uuid[LVM_UUID_LEN + 1];

		if (lvm_uuid_plain(lvm_rows_value(pvs, i, "pv_uuid"), uuid) &&
			is_on_two(session->devices, labels, uuid))
			values[i] = "1";
	}
	return r;
}

/* Each warning must be about one of the rows. */
static int add_duplicates(struct lvm_session *session, struct lvm_rows *pvs,
	const struct buf *said, struct err *err)
{
	size_t n = lvm_rows_count(pvs);
	int r;
	cleanup_free const char **values = xcalloc(n + 1, sizeof(*values));
	const char *at = buf_text(said);

	for (size_t i = 0; i < n; i++)
		values[i] = "0";
	while ((at = strstr(at, duplicate))) {
		bool is_known = false;

		at += strlen(duplicate);
		for (size_t i = 0; i < n; i++) {
			char uuid[LVM_UUID_LEN + 1];

			if (!lvm_uuid_plain(lvm_rows_value(pvs, i, "pv_uuid"), uuid) ||
				strncmp(at, uuid, LVM_UUID_LEN) != 0)
				continue;
			values[i] = "1";
			is_known = true;
		}
		if (!is_known)
			return err_set(err, -EBADMSG,
				"a duplicate physical volume that is not listed");
	}
	r = note_silent(session, pvs, values, err);
	if (r == 0)
		lvm_rows_add_field(pvs, "pv_duplicate", values);
	return r;
}

static int ask_pvs(struct lvm_session *session, struct lvm_answer *answer,
	struct lvm_rows *ret_pvs, struct err *err)
{
	cleanup_lvm_rows struct lvm_rows pvs = {0};
	int r = ask_rows(session, LVM_DEVICES, answer, &pvs, err);

	if (r < 0)
		return r;
	add_missing(&pvs);
	if (!lvm_has(session->release, LVM_HAS_PV_NUMBERS))
		add_numbers(session, &pvs);
	if (!lvm_has(session->release, LVM_HAS_DUPLICATES))
		r = add_duplicates(session, &pvs, &answer->err_text, err);
	if (r < 0)
		return r;
	*ret_pvs = pvs;
	pvs = (struct lvm_rows){0};
	return 0;
}

int lvm_old_devices(
	struct lvm_session *session, struct lvm_answer *ret_answer, struct err *err)
{
	cleanup_lvm_rows struct lvm_rows pvs = {0};
	int r = ask_pvs(session, ret_answer, &pvs, err);

	if (r < 0)
		return r;
	ret_answer->out.len = 0;
	text_lvm_rows_print(NULL, &pvs, &ret_answer->out);
	return 0;
}

int lvm_old_report(struct lvm_session *session, struct lvm_answer *ret_answer,
	struct lvm_answer *ret_devices, struct err *err)
{
	cleanup_lvm_rows struct lvm_rows vgs = {0}, pvs = {0};
	int r = ask_rows(session, LVM_GROUPS, ret_answer, &vgs, err);

	if (r == 0)
		r = ask_pvs(session, ret_devices, &pvs, err);
	if (r < 0)
		return r;
	ret_answer->out.len = ret_devices->out.len = 0;
	text_lvm_rows_print(&vgs, &pvs, &ret_answer->out);
	text_lvm_rows_print(NULL, &pvs, &ret_devices->out);
	return 0;
}
