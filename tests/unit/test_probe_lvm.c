/* SPDX-License-Identifier: Apache-2.0 */
/*
 * LVM over recorded machines: which devices it is let near, what it answers, and what
 * becomes of the answers.
 */
#include "../../capture/probe/parts.h"
#include "recorded_host.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/device.h"
#include "snapstate/host/lvm.h"
#include "snapstate/host/source.h"

/* ---- LVM ---- */

#define VG_HYPHENS "Ep0O4W-53eg-Un0Z-h4dz-Cq50-Bfp9-XRBmaz"
#define PV_HYPHENS "WW1qBk-RV3d-n1S3-sNar-fDSn-1kRj-9TyDgG"
#define REPORT(seqno)                                                                    \
	"  {\"report\": [ {\"vg\": [ {\"vg_uuid\":\"" VG_HYPHENS                         \
	"\", \"vg_name\":\"vg\", \"vg_seqno\":\"" #seqno                                 \
	"\", \"vg_permissions\":\"writeable\", \"vg_extent_size\":\"4194304\"} ],"       \
	"\"pv\": [ {\"pv_uuid\":\"" PV_HYPHENS                                           \
	"\", \"pv_name\":\"/dev/sda1\", \"pv_major\":\"700\", \"pv_minor\":\"101\", "    \
	"\"pe_start\":\"1048576\", \"pv_pe_count\":\"63\"} ], \"lv\": [ ] } ] }\n"
#define METADATA(seqno)                                                                  \
	"  metadata text at 8704 crc 0x1a65e2e # vgname vg seqno " #seqno "\n  ---\n"    \
	"vg {\nid = \"" VG_HYPHENS "\"\nseqno = " #seqno                                 \
	"\nformat = \"lvm2\"\nstatus = [\"RESIZEABLE\", \"READ\", \"WRITE\"]\n"          \
	"flags = []\nextent_size = 8192\nmax_lv = 0\nmax_pv = 0\n"                       \
	"metadata_copies = 0\nphysical_volumes {\npv0 {\nid = \"" PV_HYPHENS             \
	"\"\ndevice = \"/dev/sda1\"\nstatus = [\"ALLOCATABLE\"]\nflags = []\n"           \
	"dev_size = 524288\npe_start = 2048\npe_count = 63\n}\n}\n}\n"                   \
	"contents = \"Text Format Volume Group\"\nversion = 1\n  ---\n"
/* a PV on its device, and on another one */
#define DEVICE_ROW(minor, is_duplicate)                                                  \
	"{\"pv_uuid\":\"" PV_HYPHENS "\", \"pv_name\":\"/dev/sda" minor                  \
	"\", \"pv_duplicate\":\"" is_duplicate                                           \
	"\", \"pv_major\":\"700\", \"pv_minor\":\"10" minor                              \
	"\", \"vg_uuid\":\"" VG_HYPHENS "\"}"
#define DEVICES_OF(is_duplicate)                                                         \
	"  {\"report\": [ {\"pv\": [ " DEVICE_ROW("1", "0") ", " DEVICE_ROW(             \
		"0", is_duplicate) " ] } ] }\n"
#define DEVICES	      DEVICES_OF("0")
#define PROBE_VOLUMES (PROBE_DM | PROBE_BLOCKS | PROBE_LVM | PROBE_PVS | PROBE_LVSCAN)

#define LVM(answers) .lvm = answers, .n_lvm = COUNT_OF(answers)

static size_t count_calls(const struct fake *fake, const char *command)
{
	char word[64];
	size_t count = 0;

	snprintf(word, sizeof(word), *command ? "lvm %s " : "lvm ", command);
	for (const char *at = fake->calls; (at = strstr(at, word)); at++)
		count++;
	return count;
}

static void test_volume_groups(void **state)
{
	static const struct fake_lvm answers[] = {
		{"fullreport", 0, REPORT(4), "  WARNING: one\n  WARNING: one\n"},
		{"metadata", 0, METADATA(4), NULL},
		{"pvs", 0, DEVICES, "  WARNING: one\n"},
		{"lvscan", 0, "  ACTIVE\n", "  WARNING: two\n"},
	};
	struct fake fake = {BACKUP, LVM(answers)};
	cleanup_host struct host *host = PROBE(&fake, PROBE_VOLUMES, blocks);

	(void)state;
	assert_outcome(host, "lvm/report.json", OUTCOME_READ, "WARNING: one");
	assert_outcome(host, "lvm/" VG_UUID ".vg", OUTCOME_READ, "");
	assert_outcome(host, "lvm/pvs.json", OUTCOME_READ, "");
	assert_outcome(host, "lvm/lvscan.txt", OUTCOME_READ, "");
	assert_string_equal(host_document(host, "lvm/warnings.txt")->bytes,
		"  WARNING: one\n  WARNING: two\n");
	assert_string_equal(
		host_document(host, "lvm/" VG_UUID ".vg")->bytes, METADATA(4));
	assert_int_equal(host->n_vgs, 1);
	assert_int_equal(host->vgs[0].seqno, 4);
	assert_true(host->vgs[0].has_metadata);
	/* a capture's commands: these, and one for the release */
	assert_int_equal(count_calls(&fake, ""), 3);
	assert_int_equal(fake.n_lvm_versions, 1);
	/* the metadata is read from a device of the list, by its own name */
	assert_non_null(strstr(fake.calls, "disk metadata /dev/sda1\n"));
}

/* A cloned disk: fullreport shows its physical volume once, and not the clone. */
static void test_a_cloned_disk(void **state)
{
	static const struct fake_lvm answers[] = {
		{"fullreport", 0, REPORT(4), NULL},
		{"metadata", 0, METADATA(4), NULL},
		{"pvs", 0, DEVICES_OF("1"), NULL},
		{"lvscan", 0, "", NULL},
	};
	struct fake fake = {BACKUP, LVM(answers)};
	cleanup_host struct host *host = PROBE(&fake, PROBE_VOLUMES, blocks);

	(void)state;
	assert_int_equal(host->n_pvs, 1);
	assert_true(host->pvs[0].is_duplicate);
	assert_string_equal(host->pvs[0].name, "/dev/sda1"); /* the one that LVM uses */
	assert_int_equal(host->pvs[0].devno.minor, 101);
	assert_string_equal(host_document(host, "lvm/pvs.json")->bytes, DEVICES_OF("1"));
}

static void test_a_list_of_devices_that_cannot_be_read(void **state)
{
	static const struct fake_lvm garbage[] = {{"fullreport", 0, REPORT(4), NULL},
		{"metadata", 0, METADATA(4), NULL}, {"pvs", 5, "", "  Oh.\n"},
		{"lvscan", 0, "", NULL}};
	static const struct fake_lvm stuck[] = {{"fullreport", 0, REPORT(4), NULL},
		{"metadata", 0, METADATA(4), NULL}, {"pvs", -ETIMEDOUT, NULL, NULL}};
	struct fake a = {LVM(garbage)}, b = {LVM(stuck)}, c = {LVM(stuck)};
	cleanup_host struct host *host_a = PROBE(&a, PROBE_VOLUMES, blocks);
	cleanup_host struct host *host_b = PROBE(&b, PROBE_VOLUMES, blocks);
	cleanup_host struct host *host_c =
		PROBE(&c, PROBE_DM | PROBE_BLOCKS | PROBE_LVM, blocks);

	(void)state;
	assert_outcome(host_a, "lvm/pvs.json", OUTCOME_UNSUPPORTED, "line 1");
	assert_outcome(host_a, "lvm/lvscan.txt", OUTCOME_READ, "");
	assert_outcome(host_b, "lvm/pvs.json", OUTCOME_TIMED_OUT, "");
	assert_outcome(host_b, "lvm/lvscan.txt", OUTCOME_SKIPPED, "hung");
	/* whoever only verifies does not ask: LVM itself changes no such group */
	assert_outcome(host_c, "lvm/pvs.json", OUTCOME_SKIPPED, "");
	assert_int_equal(count_calls(&c, "pvs"), 0);
}

/* The kernel has a volume of a group that the report lacks: then it is asked what LVM
 * looked at, also by who only verifies; a device without a physical volume is listed. */
static void test_a_group_that_lvm_does_not_know(void **state)
{
	static const char list[] = "  {\"report\": [ {\"pv\": [ {\"pv_uuid\":\"\", "
				   "\"pv_name\":\"/dev/sda1\", \"pv_major\":\"700\", "
				   "\"pv_minor\":\"101\", \"vg_uuid\":\"\"} ] } ] }\n";
	static const struct fake_lvm answers[] = {
		{"fullreport", 0, "{\"report\":[]}", NULL}, {"pvs", 0, list, NULL}};
	struct fake fake = {BACKUP, LVM(answers)};
	cleanup_host struct host *host =
		PROBE(&fake, PROBE_DM | PROBE_BLOCKS | PROBE_LVM, blocks);

	(void)state;
	assert_outcome(host, "lvm/pvs.json", OUTCOME_READ, "");
	assert_outcome(host, "lvm/lvscan.txt", OUTCOME_SKIPPED, "");
	assert_int_equal(host->n_pvs, 0);
	assert_int_equal(host->n_lvm_devices, 1);
	assert_int_equal(host->lvm_devices[0].minor, 101);
}

static void test_commands_take_no_lock_and_repair_nothing(void **state)
{
	static const struct fake_lvm answers[] = {
		{"fullreport", 0, "{\"report\":[]}", NULL},
		{"pvs", 0, "{\"report\":[]}", NULL}, {"lvscan", 0, "", NULL}};
	struct fake fake = {LVM(answers)};
	cleanup_host struct host *host = PROBE(&fake, PROBE_VOLUMES, blocks);
	char *line, *rest = fake.calls;

	(void)state;
	assert_outcome(host, "lvm/lvscan.txt", OUTCOME_READ, "");
	while ((line = strsep(&rest, "\n")) && *line) {
		assert_non_null(strstr(line, " --nolocking "));
		assert_non_null(strstr(line, "backup=0 archive=0"));
		assert_non_null(strstr(line, "hints=\"none\""));
		assert_non_null(strstr(line, "ignore_suspended_devices=1"));
		assert_non_null(strstr(line, " --devices /dev/sda1"));
	}
}

/* Everything that must never be read, each on something that may. */
static void test_unsafe_devices_are_never_named_to_lvm(void **state)
{
	static const struct fake_device devices[] = {
		{1, "vg-disk-real", "LVM-" VG_UUID LV_UUID "-real", "linear", "", 100, 0},
		{2, "vg-cow", "LVM-" VG_UUID SNAP_UUID "-cow", "linear", "", 100, 0},
		{3, "no-uuid-origin", "", "snapshot-origin", "", 100, 0},
		{4, "no-uuid-snapshot", "", "snapshot", "", 100, 0},
		{5, "mapping of the snapshot", "", "linear", "", 4, 0},
		{6, "mapping of a mapping", "", "linear", "", 5, 0},
		{7, "mpatha", "mpath-x", "multipath",
			"2 0 0 0 2 1 E 0 1 0 8:1 F 1 E 0 1 0 8:17 A 0 ", 100, 0},
		{8, "mpatha1", "part1-mpath-x", "linear", "", 7, 0},
		{9, "mpathb", "mpath-y", "multipath", "", 100, DEVICE_SUSPENDED},
		{10, "mpathb1", "part1-mpath-y", "linear", "", 9, 0},
		{11, "empty", "", "linear", "", 100, DEVICE_NO_TABLE},
		{12, "thin", "", "thin", "", 100, 0},
		{13, "on what is not recorded", "", "linear", "", 999, 0},
		{15, "mpathc", "mpath-z", "multipath", "2 0 0 0 1 1 E 0 1 0 8:1 F 1 ",
			100, 0},
		{14, "held by the kernel", "", "linear", "", 100, DEVICE_INTERNAL},
	};
	static const struct entry entries[] = {
		{BLOCK "sda/dev", "700:100\n"},
		{BLOCK "sda/size", "4096\n"},
		{BLOCK "cciss!c0d0/dev", "700:103\n"},
		{BLOCK "cciss!c0d0/size", "4096\n"},
		{BLOCK "sdz/dev", "700:104\n"},
		{BLOCK "sdz/size", "0\n"},
		{BLOCK "md0/dev", "700:110\n"}, /* a guest's array, on the snapshot */
		{BLOCK "md0/size", "2048\n"},
		{BLOCK "md0/slaves/dm-5/dev", "700:5\n"},
		{BLOCK "loop0/dev", "700:120\n"}, /* the snapshot, once more */
		{BLOCK "loop0/size", "2048\n"},
		{BLOCK "loop0/loop/backing_file", "/dev/mapper/no-uuid-snapshot\n"},
		{BLOCK "loop1/dev", "700:121\n"}, /* a file that can be found */
		{BLOCK "loop1/size", "2048\n"},
		{BLOCK "loop1/loop/backing_file", "/srv/image\n"},
		{"srv/image", ""},
		{BLOCK "loop2/dev",
			"700:122\n"}, /* perhaps on a lazily unmounted snapshot */
		{BLOCK "loop2/size", "2048\n"},
		{BLOCK "loop2/loop/backing_file", "/image\n"},
		{BLOCK "loop3/dev", "700:123\n"}, /* a file on the mounted mapping */
		{BLOCK "loop3/size", "2048\n"},
		{BLOCK "loop3/loop/backing_file", "/mnt/backup/image\n"},
		{"mnt/backup/image", ""},
		{"proc/1/ns/mnt", "-> mnt:[4026531841]"},
		{"proc/1/root", "-> /"},
		{"proc/1/mountinfo", ROOT_LINE BACKUP_LINE},
	};
	static const struct fake_lvm answers[] = {
		{"fullreport", 0, "{\"report\":[]}", NULL}};
	struct fake fake = {
		.devices = devices, .n_devices = COUNT_OF(devices), LVM(answers)};
	cleanup_host struct host *host =
		PROBE(&fake, PROBE_DM | PROBE_BLOCKS | PROBE_LVM, entries);
	char *named = strstr(fake.calls, " --devices ");

	(void)state;
	assert_outcome(host, "lvm/report.json", OUTCOME_READ, "");
	assert_non_null(named);
	named[strcspn(named, "\n") + 1] = '\0'; /* of the first question */
	assert_string_equal(named,
		" --devices /dev/sda --devices /dev/cciss/c0d0 --devices /dev/loop1"
		" --devices /dev/dm-7 --devices /dev/dm-8\n");
}

static void test_no_device_for_lvm(void **state)
{
	struct fake fake = {BACKUP};
	cleanup_host struct host *host = PROBE(&fake, PROBE_VOLUMES, nothing);

	(void)state;
	assert_outcome(host, "lvm/report.json", OUTCOME_ABSENT, "no device that could");
	assert_outcome(host, "lvm/lvscan.txt", OUTCOME_ABSENT, "no device that could");
	assert_string_equal(fake.calls, "");
}

static void test_a_group_that_changes_while_it_is_read(void **state)
{
	static const struct fake_lvm once[] = {{"fullreport", 0, REPORT(4), NULL},
		{"metadata", 0, METADATA(5), NULL}, {"fullreport", 0, REPORT(5), NULL},
		{"metadata", 0, METADATA(5), NULL}};
	static const struct fake_lvm always[] = {{"fullreport", 0, REPORT(4), NULL},
		{"metadata", 0, METADATA(5), NULL}, {"fullreport", 0, REPORT(5), NULL},
		{"metadata", 0, METADATA(6), NULL}, {"fullreport", 0, REPORT(6), NULL},
		{"metadata", 0, METADATA(7), NULL}};
	struct fake steady = {LVM(once)}, restless = {LVM(always)};
	cleanup_host struct host *host =
		PROBE(&steady, PROBE_DM | PROBE_BLOCKS | PROBE_LVM, blocks);
	cleanup_host struct host *other =
		PROBE(&restless, PROBE_DM | PROBE_BLOCKS | PROBE_LVM, blocks);

	(void)state;
	assert_outcome(host, "lvm/" VG_UUID ".vg", OUTCOME_READ, "");
	assert_int_equal(host->vgs[0].seqno, 5);
	assert_outcome(
		other, "lvm/" VG_UUID ".vg", OUTCOME_CHANGED, "7 here, 6 in the report");
	assert_int_equal(count_calls(&restless, "fullreport"), 3);
	assert_false(other->vgs[0].has_metadata);
}

#define TWO_PVS                                                                          \
	"  {\"report\": [ {\"vg\": [ {\"vg_uuid\":\"" VG_HYPHENS                         \
	"\", \"vg_name\":\"vg\", \"vg_seqno\":\"4\", \"vg_permissions\":\"writeable\", " \
	"\"vg_extent_size\":\"4194304\"} ], \"pv\": [ {\"pv_uuid\":\"" PV_HYPHENS        \
	"\", \"pv_name\":\"/dev/sda1\", \"pv_major\":\"700\", \"pv_minor\":\"101\", "    \
	"\"pe_start\":\"1048576\", \"pv_pe_count\":\"63\"}, {\"pv_uuid\":"               \
	"\"QQQQQQ-QQQQ-QQQQ-QQQQ-QQQQ-QQQQ-QQQQQQ\", \"pv_name\":\"/dev/sda\", "         \
	"\"pv_major\":\"700\", \"pv_minor\":\"100\", \"pe_start\":\"1048576\", "         \
	"\"pv_pe_count\":\"63\"} ], \"lv\": [ ] } ] }\n"

/* Equal copies are one, an earlier one does not count, a later one is a change; and of
 * two that differ under one number neither is taken. */
static void test_copies_of_a_group(void **state)
{
	static const struct {
		const char *first, *second;
		enum outcome outcome;
		const char *detail;
	} pairs[] = {
		{METADATA(4), METADATA(4), OUTCOME_READ, ""},
		{METADATA(3), METADATA(4), OUTCOME_READ, ""},
		{METADATA(4), METADATA(3), OUTCOME_READ, ""},
		{METADATA(3), METADATA(3), OUTCOME_CHANGED, "3 here, 4 in the report"},
		{METADATA(4), METADATA(5), OUTCOME_CHANGED, "5 here, 4 in the report"},
		{METADATA(4), "  CHECK: odd\n" METADATA(4), OUTCOME_UNSUPPORTED,
			"copies contradict each other: sequence number 4 is one text on "
			"/dev/sda and another on /dev/sda1"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(pairs); i++) {
		const struct fake_lvm answers[] = {{"fullreport", 0, TWO_PVS, NULL},
			{"metadata", 0, pairs[i].first, NULL},
			{"metadata", 0, pairs[i].second, NULL},
			{"fullreport", 0, TWO_PVS, NULL},
			{"metadata", 0, pairs[i].first, NULL},
			{"metadata", 0, pairs[i].second, NULL},
			{"fullreport", 0, TWO_PVS, NULL},
			{"metadata", 0, pairs[i].first, NULL},
			{"metadata", 0, pairs[i].second, NULL}};
		struct fake fake = {LVM(answers)};
		cleanup_host struct host *host =
			PROBE(&fake, PROBE_DM | PROBE_BLOCKS | PROBE_LVM, blocks);

		assert_outcome(
			host, "lvm/" VG_UUID ".vg", pairs[i].outcome, pairs[i].detail);
		if (pairs[i].outcome == OUTCOME_READ)
			assert_string_equal(
				host_document(host, "lvm/" VG_UUID ".vg")->bytes,
				METADATA(4));
		assert_int_equal(
			host->vgs[0].has_metadata, pairs[i].outcome == OUTCOME_READ);
	}
}

static void test_lvm_that_hangs_is_asked_nothing_more(void **state)
{
	static const struct {
		int result;
		enum outcome outcome;
	} ways[] = {{-ETIMEDOUT, OUTCOME_TIMED_OUT}, {-EBUSY, OUTCOME_HUNG}};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(ways); i++) {
		const struct fake_lvm answers[] = {
			{"fullreport", ways[i].result, "  {\"report\"", NULL}};
		struct fake fake = {LVM(answers)};
		cleanup_host struct host *host = PROBE(&fake, PROBE_VOLUMES, blocks);

		assert_outcome(host, "lvm/report.json", ways[i].outcome, "did not end");
		assert_outcome(host, "lvm/lvscan.txt", OUTCOME_SKIPPED, "hung");
		assert_int_equal(count_calls(&fake, "lvscan"), 0);
		assert_null(host_document(host, "lvm/report.json"));
	}
}

static void test_lvm_that_hangs_at_the_metadata(void **state)
{
	static const struct fake_lvm answers[] = {
		{"fullreport", 0, REPORT(4), NULL}, {"metadata", -ETIMEDOUT, NULL, NULL}};
	struct fake fake = {LVM(answers)};
	cleanup_host struct host *host = PROBE(&fake, PROBE_VOLUMES, blocks);

	(void)state;
	assert_outcome(host, "lvm/report.json", OUTCOME_READ, "");
	assert_outcome(host, "lvm/" VG_UUID ".vg", OUTCOME_TIMED_OUT, "/dev/sda1");
	assert_outcome(host, "lvm/lvscan.txt", OUTCOME_SKIPPED, "hung");
	assert_false(host->vgs[0].has_metadata);
}

/* By its status it took no command: what it printed is no answer. */
static void test_lvm_that_refuses_a_command(void **state)
{
	static const struct fake_lvm answers[] = {{"fullreport", 0, REPORT(4), NULL},
		{"metadata", 0, METADATA(4), NULL}, {"pvs", 3, DEVICES, "  Oh.\n"},
		{"lvscan", 3, "  text\n", "  Error during parsing of command line.\n"}};
	struct fake fake = {BACKUP, LVM(answers)};
	cleanup_host struct host *host = PROBE(&fake, PROBE_VOLUMES, blocks);

	(void)state;
	assert_outcome(host, "lvm/report.json", OUTCOME_READ, "");
	assert_outcome(host, "lvm/pvs.json", OUTCOME_UNSUPPORTED, "status 3: Oh.");
	assert_outcome(host, "lvm/lvscan.txt", OUTCOME_UNSUPPORTED, "status 3: Error");
}

static void test_lvm_that_answers_badly(void **state)
{
	static const struct fake_lvm garbage[] = {{"fullreport", 0, "not json", NULL}};
	static const struct fake_lvm refusal[] = {
		{"fullreport", 3, "", "  Error during parsing of command line.\n"}};
	static const struct fake_lvm no_metadata[] = {{"fullreport", 0, REPORT(4), NULL},
		{"metadata", 5, "", "  No metadata areas\n"}};
	struct fake a = {LVM(garbage)}, b = {LVM(refusal)}, c = {LVM(no_metadata)},
		    d = {0};
	unsigned parts = PROBE_DM | PROBE_BLOCKS | PROBE_LVM;
	cleanup_host struct host *host_a = PROBE(&a, parts, blocks);
	cleanup_host struct host *host_b = PROBE(&b, parts, blocks);
	cleanup_host struct host *host_c = PROBE(&c, parts, blocks);
	cleanup_host struct host *host_d = PROBE(&d, parts, blocks);

	(void)state;
	assert_outcome(host_a, "lvm/report.json", OUTCOME_UNSUPPORTED, "line 1");
	assert_string_equal(host_document(host_a, "lvm/report.json")->bytes, "not json");
	assert_outcome(host_b, "lvm/report.json", OUTCOME_UNSUPPORTED, "status 3: Error");
	assert_outcome(
		host_c, "lvm/" VG_UUID ".vg", OUTCOME_UNSUPPORTED, "No metadata areas");
	assert_int_equal(host_c->n_vgs, 1);
	assert_outcome(host_d, "lvm/report.json", OUTCOME_ABSENT, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_volume_groups),
		cmocka_unit_test(test_a_cloned_disk),
		cmocka_unit_test(test_a_list_of_devices_that_cannot_be_read),
		cmocka_unit_test(test_a_group_that_lvm_does_not_know),
		cmocka_unit_test(test_commands_take_no_lock_and_repair_nothing),
		cmocka_unit_test(test_unsafe_devices_are_never_named_to_lvm),
		cmocka_unit_test(test_no_device_for_lvm),
		cmocka_unit_test(test_a_group_that_changes_while_it_is_read),
		cmocka_unit_test(test_copies_of_a_group),
		cmocka_unit_test(test_lvm_that_hangs_is_asked_nothing_more),
		cmocka_unit_test(test_lvm_that_hangs_at_the_metadata),
		cmocka_unit_test(test_lvm_that_refuses_a_command),
		cmocka_unit_test(test_lvm_that_answers_badly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
