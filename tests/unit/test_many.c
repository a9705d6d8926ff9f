/* SPDX-License-Identifier: Apache-2.0 */
/* Which captures belong together, what a glance at an archive finds, and what becomes of
 * jobs when a process dies. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "groups.h"
#include "jobs.h"
#include "sample_host.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/device.h"
#include "snapstate/host/source.h"
#include "snapstate/host/lvm.h"
#include "snapstate/io.h"
#include "snapstate/lvm_names.h"
#include "snapstate/record.h"

#define HOUR 3600

/* ---- groups ---- */

/* Its volume groups are 32 times each letter of `letters`. */
static void add(struct captures *captures, const char *node, const char *machine,
	int64_t taken, const char *letters)
{
	struct capture *capture = array_add(&captures->items, &captures->count);
	struct buf file = BUF_INIT;

	buf_printf(&file, "x/%s-%lld.snapstate.tar.gz", node, (long long)taken);
	*capture = (struct capture){.file = file.data,
		.glance = {.node = xstrdup(node),
			.machine_id = xstrdup(machine),
			.boot_id = xstrdup("-"),
			.taken = taken,
			.booted = taken}};
	for (const char *c = letters; *c; c++)
		memset(*array_add(&capture->glance.groups, &capture->glance.n_groups), *c,
			32);
}

/* "hv1:1000/0 hv2:900/1, hv3:..": captures with their moments, of each group. */
static void assert_groups(struct captures *captures, const char *expected)
{
	cleanup_buf struct buf text = BUF_INIT;

	captures_group(captures, HOUR);
	for (size_t i = 0; i < captures->n_groups; i++)
		for (size_t k = 0; k < captures->groups[i].n_captures; k++) {
			const struct capture *capture =
				&captures->items[captures->groups[i].captures[k]];

			buf_printf(&text, "%s%s:%lld/%zu",
				k   ? " "
				: i ? ", "
				    : "",
				capture->glance.node, (long long)capture->glance.taken,
				capture->moment);
		}
	assert_string_equal(buf_text(&text), expected);
}

static void test_storage(void **state)
{
	cleanup_captures struct captures captures = {0};

	(void)state;
	add(&captures, "hv4", "4", 10, "z");
	add(&captures, "hv3", "3", 30, "b");
	add(&captures, "hv1", "1", 10, "a");
	add(&captures, "hv2", "2", 20, "ab"); /* joins the two */
	add(&captures, "hv0", "0", 10, "");
	assert_groups(&captures, "hv0:10/0, hv1:10/0 hv2:20/0 hv3:30/0, hv4:10/0");
	assert_string_equal(captures.groups[1].name, "hv1");
	assert_int_equal(captures.groups[1].n_hosts, 3);
}

static void test_history(void **state)
{
	cleanup_captures struct captures captures = {0};

	(void)state;
	add(&captures, "hv1", "1", 100000, "a");
	add(&captures, "hv1", "1", 90000, "a");
	add(&captures, "hv1", "1", 80000, "a");
	add(&captures, "hv2", "2", 100010, "a");
	add(&captures, "hv2", "2", 89000, "a"); /* with hv1's of 90000 */
	add(&captures, "hv2", "2", 70000, "a"); /* long before hv1's of 80000 */
	assert_groups(&captures, "hv1:100000/0 hv2:100010/0 hv1:90000/1 hv2:89000/1 "
				 "hv1:80000/2 hv2:70000/3");
	assert_int_equal(captures.groups[0].n_moments, 4);
	assert_int_equal(captures.items[captures.groups[0].captures[4]].rank, 2);
}

/* The same host twice within an hour is two moments. */
static void test_often(void **state)
{
	cleanup_captures struct captures captures = {0};

	(void)state;
	add(&captures, "hv1", "1", 1000, "");
	add(&captures, "hv1", "1", 990, "");
	add(&captures, "hv1", "1", 980, "");
	assert_groups(&captures, "hv1:1000/0 hv1:990/1 hv1:980/2");
}

/* hv1, machine 1, that was booted then. */
static void add_boot(
	struct captures *captures, const char *boot, int64_t booted, int64_t taken)
{
	struct glance *glance;

	add(captures, "hv1", "1", taken, "a");
	glance = &captures->items[captures->count - 1].glance;
	free(glance->boot_id);
	glance->boot_id = xstrdup(boot);
	glance->booted = booted;
}

/* A host that was booted again, twice: its captures are a history, in whatever order they
 * come. */
static void test_boots_of_one_host(void **state)
{
	cleanup_captures struct captures captures = {0};

	(void)state;
	add_boot(&captures, "b", 50000, 60000);
	add_boot(&captures, "a", 1000, 50005); /* its clock was set since */
	add_boot(&captures, "c", 70000, 90000);
	add_boot(&captures, "a", 1000, 20000);
	add(&captures, "hv1", "1", 95000, "a"); /* does not say which */
	assert_groups(&captures, "hv1:95000/0 hv1:90000/1 hv1:60000/2 hv1:50005/3 "
				 "hv1:20000/4");
	assert_int_equal(captures.groups[0].n_hosts, 1);
}

/* Two hosts of one image: both were up at one time, so that neither is a history of the
 * other; which of them was booted again as c nobody knows, and each boot is judged. */
static void test_boots_of_two_hosts(void **state)
{
	cleanup_captures struct captures captures = {0};

	(void)state;
	add_boot(&captures, "b", 5000, 60000);
	add_boot(&captures, "a", 1000, 50000);
	add_boot(&captures, "a", 1000, 20000);
	add_boot(&captures, "b", 5000, 20100);
	add_boot(&captures, "c", 70000, 80000);
	add(&captures, "hv2", "1", 60000, "a");
	assert_groups(&captures, "hv1:50000/0 hv1:60000/0 hv1:80000/0 hv2:60000/0 "
				 "hv1:20000/1 hv1:20100/1");
	assert_int_equal(captures.groups[0].n_hosts, 4);
	assert_int_equal(captures.items[0].n_alike, 3);
}

/* One name, two machines: two hosts, and two folders. No machine id: alone, whatever it
 * shows. */
static void test_names(void **state)
{
	cleanup_captures struct captures captures = {0};

	(void)state;
	add(&captures, "-", "-", 1, "a");
	add(&captures, "-", "-", 2, "a");
	add(&captures, "hv/1", "1", 3, "");
	add(&captures, "hv/1", "2", 4, "");
	captures.items[3].error = xstrdup("is bad");
	add(&captures, "hv/1", "3", 5, "");
	assert_groups(&captures, "-:2/0, -:1/0, hv/1:3/0, hv/1:5/0");
	assert_string_equal(captures.groups[0].name, "--2");
	assert_string_equal(captures.groups[2].name, "hv_1");
	assert_string_equal(captures.groups[3].name, "hv_1-2");
}

/* ---- a glance ---- */

static int order_uuids(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void glance_at(struct host *host, struct glance *ret)
{
	cleanup_buf struct buf archive = BUF_INIT;
	struct err err = ERR_INIT;

	if (record_write(host, "before", &archive, &err) < 0 ||
		record_glance(archive.data, archive.len, "it", ret, &err) < 0)
		fail_msg("%s", err.msg);
	host_free(host);
}

static struct host *host_of_report(void)
{
	static const char report[] = "{\"report\": [{\"vg\": [{\"vg_uuid\":"
				     "\"OvC9PG-YGAB-Lrpz-ip1U-wpII-s7sG-M6lva4\"}]}]}";
	struct host *host = host_new();

	host->identity.node = "hv9";
	host->identity.taken = 1000;
	host_document_add(host, "lvm/report.json", report, strlen(report));
	return host;
}

/* LVM was read as a whole: the metadata that there are, and what is active of a group
 * that is gone. */
static void test_glance(void **state)
{
	struct host *host = host_of_report();
	struct device *device = array_add(&host->devices, &host->n_devices);
	struct glance glance;

	(void)state;
	host->identity.machine_id = "0123456789abcdef0123456789abcdef";
	device->devno = (struct devno){254, 0};
	device->name = "vg-lv";
	device->uuid = "LVM-" SAMPLE_VG SAMPLE_SNAP;
	host_document_add(host, "lvm/" SAMPLE_ORIGIN ".vg", "x", 1);
	glance_at(host, &glance);
	assert_string_equal(glance.node, "hv9");
	assert_string_equal(glance.machine_id, "0123456789abcdef0123456789abcdef");
	assert_int_equal(glance.taken, 1000);
	assert_int_equal(glance.n_groups, 2);
	assert_string_equal(glance.groups[0], SAMPLE_ORIGIN);
	assert_string_equal(glance.groups[1], SAMPLE_VG);
	glance_free(&glance);
}

/* Nothing of the group is active, and its metadata were not read: the report has it. */
static void test_glance_without_lvm(void **state)
{
	struct host *host = host_of_report();
	struct glance glance;

	(void)state;
	host_source_set(
		host, "lvm/OvC9PGYGABLrpzip1UwpIIs7sGM6lva5.vg", OUTCOME_DENIED, "no");
	glance_at(host, &glance);
	assert_string_equal(glance.machine_id, "-");
	assert_int_equal(glance.n_groups, 2);
	assert_string_equal(glance.groups[0], "OvC9PGYGABLrpzip1UwpIIs7sGM6lva4");
	assert_string_equal(glance.groups[1], "OvC9PGYGABLrpzip1UwpIIs7sGM6lva5");
	glance_free(&glance);
}

/* Whatever the reader finds in a capture of a volume group, a glance has found. */
static void check_fixture(const char *file)
{
	cleanup_buf struct buf archive = BUF_INIT, machine = BUF_INIT, boot = BUF_INIT;
	cleanup_host struct host *host = NULL;
	struct glance glance;
	struct err err = ERR_INIT;

	if (file_read_at(AT_FDCWD, file, RECORD_ARCHIVE_MAX, &archive, &err) < 0 ||
		record_read(archive.data, archive.len, file, &host, &err) < 0 ||
		record_glance(archive.data, archive.len, file, &glance, &err) < 0)
		fail_msg("%s", err.msg);
	buf_word(&machine, host->identity.machine_id);
	assert_string_equal(glance.machine_id, buf_text(&machine));
	assert_int_equal(glance.taken, host->identity.taken);
	buf_word(&boot, host->identity.boot_id);
	assert_string_equal(glance.boot_id, buf_text(&boot));
	assert_int_equal(glance.booted, boot_of(&host->identity).begin);
	for (size_t i = 0; i < host->n_vgs; i++)
		if (!bsearch(host->vgs[i].uuid, glance.groups, glance.n_groups,
			    sizeof(*glance.groups), order_uuids))
			fail_msg("%s: group %s", file, host->vgs[i].uuid);
	for (size_t i = 0; i < host->n_devices; i++) {
		char vg[LVM_UUID_LEN + 1], lv[LVM_UUID_LEN + 1];
		const char *layer;

		if (lvm_dm_uuid_split(host->devices[i].uuid, vg, lv, &layer) &&
			!bsearch(vg, glance.groups, glance.n_groups,
				sizeof(*glance.groups), order_uuids))
			fail_msg("%s: device %s", file, host->devices[i].uuid);
	}
	glance_free(&glance);
}

static void test_glance_at_fixtures(void **state)
{
	static const char *const folders[] = {FIXTURES, NULL};
	cleanup_captures struct captures captures = {0};

	(void)state;
	captures_find(folders, 1, &captures);
	assert_true(captures.count > 100);
	for (size_t i = 0; i < captures.count; i++)
		check_fixture(captures.items[i].file);
}

static void test_glance_at_others(void **state)
{
	struct glance glance;
	struct err err = ERR_INIT;

	(void)state;
	assert_true(record_glance("", 0, "it", &glance, &err) < 0);
	assert_string_equal(err.msg, "it: is empty");
	assert_true(record_glance("hello", 5, "it", &glance, &err) < 0);
}

/* ---- jobs ---- */

#define JOBS 23

struct told {
	size_t next; /* job */
	size_t deaths;
};

/* Job 5 is killed, job 11 ends by itself, and so does the last one. */
static void work(void *context, size_t job, struct buf *ret_output)
{
	(void)context;
	if (job == 5)
		kill(getpid(), SIGKILL);
	if (job == 11 || job == JOBS - 1)
		_exit(3);
	buf_printf(ret_output, "job %zu", job);
	for (size_t i = 0; job == 7 && i < 300000; i++) /* more than a pipe holds */
		buf_puts(ret_output, "x");
}

static void done(
	void *context, size_t job, const char *output, size_t len, const char *death)
{
	struct told *told = context;
	cleanup_buf struct buf expected = BUF_INIT;

	assert_int_equal(job, told->next++);
	if (death) {
		told->deaths++;
		assert_string_equal(death, job == 5 ? "its process was killed by signal 9"
						    : "its process ended with code 3");
		return;
	}
	buf_printf(&expected, "job %zu", job);
	assert_true(strncmp(output, buf_text(&expected), expected.len) == 0);
	assert_int_equal(len, job == 7 ? expected.len + 300000 : expected.len);
}

static void test_jobs(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	for (size_t each = 1; each <= JOBS + 1; each += 3)
		for (unsigned at_once = 1; at_once <= 4; at_once += 3) {
			struct told told = {0};

			assert_int_equal(jobs_run(&(struct jobs){.count = JOBS,
							  .each = each,
							  .at_once = at_once,
							  .context = &told,
							  .work = work,
							  .done = done},
						 &err),
				0);
			assert_int_equal(told.next, JOBS);
			assert_int_equal(told.deaths, 3);
		}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {cmocka_unit_test(test_storage),
		cmocka_unit_test(test_history), cmocka_unit_test(test_often),
		cmocka_unit_test(test_boots_of_one_host),
		cmocka_unit_test(test_boots_of_two_hosts), cmocka_unit_test(test_names),
		cmocka_unit_test(test_glance), cmocka_unit_test(test_glance_without_lvm),
		cmocka_unit_test(test_glance_at_fixtures),
		cmocka_unit_test(test_glance_at_others), cmocka_unit_test(test_jobs)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
