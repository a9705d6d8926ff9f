/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Questions to LVM. Input: the devices it may look at. Output: what it answered.
 *
 * Invariants: no lock is taken, nothing is repaired, no hints file and no copy of the
 * metadata is written; LVM is given each device by name. Sources: lvm.conf(5) and lvm2
 * lib/config/config_settings.h for the settings, lvmreport(7) for one `fullreport` being
 * one reading of each VG.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lvm_command.h"
#include "snapstate/text.h"

#define LVM_SECONDS	 60
#define LVM_DISK_SECONDS 20
#define LVM_LVSCAN_MAX	 (16u << 20)
#define LVM_WARNINGS_MAX (1u << 20)

/* scan_lvs and the suspended devices: a second guard behind the list of devices.
 * metadata_read_only: no repair. hints: fullreport would write /run/lvm/hints. backup:
 * commands that only read write new copies below /etc/lvm where the old ones are behind
 * (lib/format_text/archiver.c, check_current_backup; seen with 2.03.16). */
#define LVM_CONFIG                                                                       \
	"devices{scan_lvs=0 ignore_suspended_devices=1 hints=\"none\"} "                 \
	"global{metadata_read_only=1 use_lvmpolld=0} activation{monitoring=0} "          \
	"backup{backup=0 archive=0}"

/* Nothing that changes by itself (how full) or depends on the reader's clock or time
 * zone. */
#define VG_FIELDS                                                                        \
	"vg_uuid,vg_name,vg_attr,vg_seqno,vg_permissions,vg_extent_size,vg_systemid,"    \
	"vg_lock_type,vg_exported,vg_partial,vg_clustered,vg_tags"
#define PV_FIELDS                                                                        \
	"pv_uuid,pv_name,pv_major,pv_minor,pv_missing,pv_duplicate,pe_start,"            \
	"pv_pe_count,pv_in_use"
#define LV_FIELDS                                                                        \
	"lv_uuid,lv_name,lv_full_name,lv_attr,lv_size,origin,origin_uuid,lv_role,lv_"    \
	"tags"

static const char *const report_arguments[] = {"lvm", "fullreport", "-a", "--nolocking",
	"--foreign", "--shared", "--reportformat", "json", "--units", "b", "--nosuffix",
	"--binary", "--config", LVM_CONFIG, "--configreport", "vg", "-o", VG_FIELDS,
	"--configreport", "pv", "-o", PV_FIELDS, "--configreport", "lv", "-o", LV_FIELDS,
	/* segments are in the metadata: select none of them here */
	"--configreport", "seg", "-S", "lv_uuid=none", "--configreport", "pvseg", "-S",
	"lv_uuid=none"};
/* fullreport lists a PV once, on the device that LVM chose; `pvs -a` lists the duplicates
 * that it does not use as well (seen with 2.03.16). */
static const char *const devices_arguments[] = {"lvm", "pvs", "-a", "--nolocking",
	"--foreign", "--shared", "--reportformat", "json", "--units", "b", "--nosuffix",
	"--binary", "--config", LVM_CONFIG, "-o",
	"pv_uuid,pv_name,pv_duplicate,pv_major,pv_minor,vg_uuid", "-O",
	"pv_uuid,pv_name"};
static const char *const lvscan_arguments[] = {
	"lvm", "lvscan", "--nolocking", "--config", LVM_CONFIG};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
static const struct {
	const char *const *arguments;
	size_t count;
	size_t max; /* bytes of the answer */
} questions[] = {
	[LVM_REPORT] = {report_arguments, COUNT(report_arguments), TEXT_REPORT_MAX},
	[LVM_LVSCAN] = {lvscan_arguments, COUNT(lvscan_arguments), LVM_LVSCAN_MAX},
	[LVM_DEVICES] = {devices_arguments, COUNT(devices_arguments), TEXT_REPORT_MAX},
};

void lvm_answer_free(struct lvm_answer *answer)
{
	buf_free(&answer->out);
	buf_free(&answer->err_text);
}

static bool has_line(const struct buf *text, const char *line, size_t len)
{
	const char *at = buf_text(text);

	for (; *at; at += strcspn(at, "\n"), at += *at == '\n')
		if (strcspn(at, "\n") == len && strncmp(at, line, len) == 0)
			return true;
	return false;
}

/* LVM repeats itself; each warning counts once. */
static void add_warnings(struct lvm_session *session, const struct buf *text)
{
	const char *line = buf_text(text);

	while (*line && session->warnings.len < LVM_WARNINGS_MAX) {
		size_t len = strcspn(line, "\n");

		if (len && !has_line(&session->warnings, line, len)) {
			buf_add(&session->warnings, line, len);
			buf_puts(&session->warnings, "\n");
		}
		line += len + (line[len] == '\n');
	}
}

/* The question, then `--devices X` for each device. */
static const char **arguments_of(
	const struct lvm_session *session, enum lvm_question question)
{
	const struct lvm_devices *devices = session->devices;
	const char **argv = NULL;
	size_t n = 0;

	for (size_t i = 0; i < questions[question].count; i++)
		*array_add(&argv, &n) = questions[question].arguments[i];
	for (size_t i = 0; i < devices->count; i++) {
		*array_add(&argv, &n) = "--devices";
		*array_add(&argv, &n) = devices->paths[i];
	}
	*array_add(&argv, &n) = NULL;
	return argv;
}

/* Where the question's own words end in argv; NULL = it is not that question. */
static const char *const *question_end(
	const char *const argv[], enum lvm_question question)
{
	for (size_t i = 0; i < questions[question].count; i++, argv++)
		if (!*argv || strcmp(*argv, questions[question].arguments[i]) != 0)
			return NULL;
	return argv;
}

bool lvm_is_question(const char *const argv[])
{
	for (size_t i = 0; i < COUNT(questions); i++) {
		const char *const *rest = question_end(argv, (enum lvm_question)i);

		if (rest)
			return lvm_are_devices(rest);
	}
	return false;
}

int lvm_ask(struct lvm_session *session, enum lvm_question question,
	struct lvm_answer *ret_answer, struct err *err)
{
	const struct machine *machine = session->machine;
	cleanup_free const char **argv = arguments_of(session, question);
	unsigned seconds = machine_seconds_left(machine, LVM_SECONDS);
	int r;

	if (!seconds)
		return err_set(err, -ETIME, "not run: the time limit is over");
	r = machine->lvm->run(machine->context, argv, seconds, questions[question].max,
		&ret_answer->out, &ret_answer->err_text, err);
	session->has_hung |= r == -ETIMEDOUT || r == -EBUSY;
	add_warnings(session, &ret_answer->err_text);
	ret_answer->status = r;
	return r < 0 ? r : 0;
}

int lvm_ask_disk(struct lvm_session *session, const char *path, struct buf *ret_text,
	struct err *err)
{
	const struct machine *machine = session->machine;
	unsigned seconds = machine_seconds_left(machine, LVM_DISK_SECONDS);
	int r;

	if (!seconds)
		return err_set(err, -ETIME, "not read: the time limit is over");
	r = machine->lvm->metadata(machine, path, seconds, ret_text, err);
	session->has_hung |= r == -ETIMEDOUT || r == -EBUSY;
	return r;
}

void lvm_answer_describe(const struct lvm_answer *answer, char *ret_text, size_t size)
{
	const char *said = buf_text(&answer->err_text);
	int len;

	said += strspn(said, " \n");
	len = (int)strcspn(said, "\n");
	if (answer->status)
		snprintf(ret_text, size, "status %d: %.*s", answer->status, len, said);
	else
		snprintf(ret_text, size, "%.*s", len, said);
}
