/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What releases of LVM from 2.02.98 on answered about one and the same group: however it
 * is asked and answered, the facts are the same, and a capture takes as many commands.
 * lvm_releases/README.md says how the answers were recorded.
 */
#include "../../capture/probe/parts.h"
#include "recorded_host.h"
#include "snapstate/cleanup.h"
#include "snapstate/facts.h"
#include "snapstate/host/lvm.h"
#include "snapstate/io.h"
#include "snapstate/lvm_ability.h"

#define PARTS (PROBE_DM | PROBE_BLOCKS | PROBE_LVM | PROBE_PVS | PROBE_LVSCAN)

static const struct {
	const char *release;
	const char *commands; /* in their order; "metadata" is no command */
} releases[] = {
	{"2.02.98", "vgs pvs metadata lvscan"},
	{"2.02.120", "vgs pvs metadata lvscan"},
	{"2.02.133", "vgs pvs metadata lvscan"},
	{"2.02.143", "vgs pvs metadata lvscan"},
	{"2.02.180", "fullreport metadata pvs lvscan"},
	{"2.02.187", "fullreport metadata pvs lvscan"},
	{"2.03.07", "fullreport metadata pvs lvscan"},
	{"2.03.11", "fullreport metadata pvs lvscan"},
	{"2.03.16", "fullreport metadata pvs lvscan"},
	{"2.03.31", "fullreport metadata pvs lvscan"},
	{"2.03.39", "fullreport metadata pvs lvscan"},
};

/* The disks of that host. */
static const struct entry disks[] = {
	{BLOCK "loop0/dev", "7:0\n"},
	{BLOCK "loop0/size", "131072\n"},
	{BLOCK "loop1/dev", "7:1\n"},
	{BLOCK "loop1/size", "131072\n"},
	{BLOCK "loop2/dev", "7:2\n"},
	{BLOCK "loop2/size", "32768\n"},
	{BLOCK "md5/dev", "9:5\n"},
	{BLOCK "md5/size", "131072\n"},
	{BLOCK "md5/md/array_state", "active\n"},
	{BLOCK "md5/slaves/loop1/dev", "7:1\n"},
};

static void read_answer(const char *folder, const char *name, struct buf *ret_text)
{
	cleanup_buf struct buf path = BUF_INIT;
	struct err err = ERR_INIT;

	buf_printf(&path, LVM_RELEASES "/%s/%s", folder, name);
	if (file_read_at(AT_FDCWD, buf_text(&path), 1 << 20, ret_text, &err) < 0)
		fail_msg("%s", err.msg);
}

/* Where it was not 0, it is in a file. */
static int read_status(const char *folder, const char *command)
{
	cleanup_buf struct buf path = BUF_INIT, text = BUF_INIT;

	buf_printf(&path, LVM_RELEASES "/%s/%s.status", folder, command);
	if (file_read_at(AT_FDCWD, buf_text(&path), 16, &text, NULL) < 0)
		return 0;
	return (int)strtol(buf_text(&text), NULL, 10);
}

#define ANSWERS_MAX 4

static struct host *probe_release(
	size_t i, const char *folder, bool has_metadata, struct fake *fake)
{
	struct buf texts[ANSWERS_MAX][2] = {0};
	struct fake_lvm answers[ANSWERS_MAX] = {0};
	char commands[64], *word, *rest = commands;
	struct host *host;
	size_t n = 0;

	snprintf(commands, sizeof(commands), "%s", releases[i].commands);
	while ((word = strsep(&rest, " "))) {
		char name[32];
		bool is_disk = strcmp(word, "metadata") == 0;

		if (is_disk && !has_metadata)
			continue;
		snprintf(name, sizeof(name), "%s.txt", word);
		read_answer(is_disk ? "disk" : folder, name, &texts[n][0]);
		snprintf(name, sizeof(name), "%s.err", word);
		if (!is_disk)
			read_answer(folder, name, &texts[n][1]);
		answers[n] = (struct fake_lvm){word, read_status(folder, word),
			buf_text(&texts[n][0]), buf_text(&texts[n][1])};
		n++;
	}
	fake->lvm = answers;
	fake->n_lvm = n;
	fake->lvm_version = releases[i].release;
	host = PROBE(fake, PARTS, disks);
	for (size_t j = 0; j < ANSWERS_MAX; j++) {
		buf_free(&texts[j][0]);
		buf_free(&texts[j][1]);
	}
	return host;
}

/* All that a plan relies on, and what the model has besides. */
static void describe(struct host *host, struct buf *ret_text)
{
	host_sort(host);
	for (size_t i = 0; i < host->n_vgs; i++) {
		const struct vg *vg = &host->vgs[i];

		buf_printf(ret_text, "vg %s %s %llu %llu %d%d%d%d%d %s %s\n", vg->uuid,
			vg->name, (unsigned long long)vg->seqno,
			(unsigned long long)vg->extent_size, vg->is_writable,
			vg->is_exported, vg->is_partial, vg->is_clustered, vg->is_foreign,
			vg->system_id, vg->lock_type);
	}
	for (size_t i = 0; i < host->n_pvs; i++) {
		const struct pv *pv = &host->pvs[i];

		buf_printf(ret_text, "pv %s %s %s %u:%u %llu %llu %d%d\n", pv->uuid,
			pv->vg_uuid, pv->name, pv->devno.major, pv->devno.minor,
			(unsigned long long)pv->pe_start,
			(unsigned long long)pv->pe_count, pv->is_missing,
			pv->is_duplicate);
	}
	for (size_t i = 0; i < host->n_lvs; i++)
		buf_printf(ret_text, "lv %s %s of %s\n", host->lvs[i].uuid,
			host->lvs[i].name, host->lvs[i].origin_uuid);
	for (size_t i = 0; i < host->n_lvm_devices; i++)
		buf_printf(ret_text, "device %u:%u\n", host->lvm_devices[i].major,
			host->lvm_devices[i].minor);
}

static size_t lines_of(const char *text, const char *begin)
{
	size_t n = 0;

	for (; *text; text += strcspn(text, "\n"), text += *text == '\n')
		n += strncmp(text, begin, strlen(begin)) == 0;
	return n;
}

static void test_one_group(void **state)
{
	cleanup_buf struct buf expected = BUF_INIT;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(releases); i++) {
		struct fake fake = {.n_devices = 0};
		cleanup_host struct host *host =
			probe_release(i, releases[i].release, true, &fake);
		cleanup_buf struct buf found = BUF_INIT;

		assert_outcome(host, "lvm/report.json", OUTCOME_READ, "");
		assert_outcome(host, "lvm/pvs.json", OUTCOME_READ, "");
		assert_outcome(host, "lvm/lvscan.txt", OUTCOME_READ, "");
		assert_outcome(host, "lvm/version.txt", OUTCOME_READ, "");
		describe(host, &found);
		if (i == 0) {
			assert_int_equal(lines_of(buf_text(&found), "vg "), 1);
			assert_int_equal(lines_of(buf_text(&found), "pv "), 2);
			assert_true(lines_of(buf_text(&found), "lv ") > 5);
			buf_puts(&expected, buf_text(&found));
		}
		if (strcmp(buf_text(&found), buf_text(&expected)) != 0)
			fail_msg("%s:\n%s%s:\n%s", releases[0].release,
				buf_text(&expected), releases[i].release,
				buf_text(&found));
		/* with the one for the release, and for an old one's settings, four or
		 * five, whatever the number of groups */
		assert_int_equal(lines_of(fake.calls, "lvm "), 3);
		assert_int_equal(fake.n_lvm_versions,
			1 + lvm_asks_settings(lvm_release_of(releases[i].release)));
	}
}

/* A copy of a disk: before 2.02.153 only a warning tells. */
static void test_a_clone(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(releases); i++) {
		struct fake fake = {.n_devices = 0};
		cleanup_buf struct buf folder = BUF_INIT;
		cleanup_host struct host *host = NULL;
		size_t n_duplicates = 0;

		buf_printf(&folder, "%s/clone", releases[i].release);
		host = probe_release(i, buf_text(&folder), true, &fake);
		assert_outcome(host, "lvm/pvs.json", OUTCOME_READ, "");
		for (size_t j = 0; j < host->n_pvs; j++)
			n_duplicates += host->pvs[j].is_duplicate;
		if (n_duplicates != 1)
			fail_msg("%s: %zu", releases[i].release, n_duplicates);
	}
}

/* A copy that LVM says nothing of, and a device that is on the other. */
static void test_a_silent_clone(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(releases); i++) {
		bool is_silent =
			!lvm_has(lvm_release_of(releases[i].release), LVM_HAS_DUPLICATES);
		struct fake first = {.n_devices = 0};
		cleanup_host struct host *host =
			probe_release(i, releases[i].release, true, &first);
		const char *uuid = host->pvs[0].uuid;
		struct fake two = {
			.labels = {{"/dev/loop1", uuid}, {"/dev/loop2", uuid}}};
		struct fake one = {.labels = {{"/dev/loop1", uuid}, {"/dev/md5", uuid}}};
		cleanup_host struct host *clone =
			probe_release(i, releases[i].release, true, &two);
		cleanup_host struct host *stack =
			probe_release(i, releases[i].release, true, &one);

		assert_int_equal(clone->pvs[0].is_duplicate, is_silent);
		assert_false(clone->pvs[1].is_duplicate);
		assert_false(stack->pvs[0].is_duplicate);
	}
}

/* One disk has the group's metadata of before: LVM would repair that when it reads, until
 * 2.03.00, and is kept from it: then the group is not told of, and no report is taken
 * that lacks it. From then on the newer metadata counts. */
static void test_a_disk_that_is_behind(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(releases); i++) {
		struct fake fake = {.n_devices = 0};
		bool is_old = lvm_release_of(releases[i].release) < LVM_RELEASE(2, 3, 0);
		cleanup_buf struct buf folder = BUF_INIT;
		cleanup_host struct host *host = NULL;

		buf_printf(&folder, "%s/behind", releases[i].release);
		host = probe_release(i, buf_text(&folder), !is_old, &fake);
		assert_outcome(host, "lvm/report.json",
			is_old ? OUTCOME_UNSUPPORTED : OUTCOME_READ, "");
		assert_int_equal(host->n_vgs, !is_old);
		assert_int_equal(lines_of(fake.calls, "lvm "), 3);
	}
}

static void assert_says(const char *line, const char *words, bool does_it)
{
	if (!strstr(line, words) == does_it)
		fail_msg("\"%s\" in: %s", words, line);
}

/* No lock, no repair, no device but those that may be read, and nothing unknown. */
static void test_how_it_is_asked(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(releases); i++) {
		struct fake fake = {.n_devices = 0};
		uint32_t release = lvm_release_of(releases[i].release);
		bool has_option = lvm_has(release, LVM_HAS_DEVICES);
		bool is_old = release < LVM_RELEASE(2, 3, 0);
		char *line, *rest = fake.calls;
		cleanup_host struct host *host =
			probe_release(i, releases[i].release, true, &fake);

		assert_outcome(host, "lvm/report.json", OUTCOME_READ, "");
		while ((line = strsep(&rest, "\n")) && *line) {
			if (strncmp(line, "lvm ", 4) != 0)
				continue;
			assert_says(line, " --nolocking ", !is_old);
			assert_says(line, "locking_type=4", is_old);
			assert_says(line, "metadata_read_only", false);
			assert_says(line, "backup{backup=0 archive=0}", true);
			assert_says(line, "hints=", release >= LVM_RELEASE(2, 3, 3));
			assert_says(
				line, "scan_lvs=0", release >= LVM_RELEASE(2, 2, 184));
			assert_says(line, " --devices /dev/loop1", has_option);
			assert_says(line, "\"a|^/dev/loop1$|\",", !has_option);
		}
	}
}

static void test_release(void **state)
{
	static const struct {
		const char *text;
		uint32_t release;
	} texts[] = {
		{"  LVM version:     2.02.98(2)-git (2012-10-15)\n  Library", 2002098},
		{"  LVM version:     2.03.16(2) (2022-05-18)\n", 2003016},
		{"2.02.180(2)-RHEL7 (2018-07-20)", 2002180},
		{"WARNING: x\n  LVM version: 2.03.07(2)\n", 2003007},
		{"", LVM_NEWEST},
		{"  LVM version:     new", LVM_NEWEST},
		{"  Library version: 1.02.77", LVM_NEWEST},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++)
		assert_int_equal(lvm_release_of(texts[i].text), texts[i].release);
	assert_false(lvm_has(2002131, LVM_HAS_SELECTION));
	assert_true(lvm_has(2002132, LVM_HAS_SELECTION));
	assert_true(lvm_has(LVM_NEWEST, LVM_HAS_DEVICES));
}

#define HEAD                                                                             \
	"activation{monitoring=0} backup{backup=0 archive=0} global{locking_type=4 "     \
	"use_lvmetad=0} devices{ignore_suspended_devices=1"
#define FILTER(first, second) " filter=[" first "] global_filter=[" second "]"
#define NONE		      "\"r|.*|\""
#define LISTED		      "\"a|^/dev/sda$|\",\"a|^/dev/dm-3$|\",\"a|^/dev/cciss/c0d0$|\"," NONE

static void test_filter(void **state)
{
	static const char *const paths[] = {"/dev/sda", "/dev/dm-3", "/dev/a|b",
		"/dev/x.y", "/dev/a\"b", "/dev/cciss/c0d0"};
	static const char *const others[] = {
		HEAD FILTER("\"a|^/dev/sda$|\",\"a|.*|\"", NONE) "}",
		HEAD FILTER(NONE, "\"a|^/dev/sda$|\",\"a|.*|\"") "}",
		HEAD FILTER("\"a|^/etc/sda$|\"," NONE, NONE) "}",
		HEAD FILTER("\"a|^/dev/s.*$|\"," NONE, NONE) "}",
		HEAD FILTER(NONE, NONE) "} global{}",
		HEAD " filter=[" NONE "]}",
		"devices{ignore_suspended_devices=1" FILTER(NONE, NONE) "}",
		HEAD "}",
		"",
	};
	const uint32_t release = LVM_RELEASE(2, 2, 98);
	cleanup_buf struct buf text = BUF_INIT;

	(void)state;
	lvm_add_question_config(release, paths, COUNT_OF(paths), &text);
	assert_string_equal(buf_text(&text), HEAD FILTER(LISTED, LISTED) "}");
	assert_true(lvm_is_question_config(release, buf_text(&text)));
	assert_true(lvm_is_question_config(release, HEAD FILTER(NONE, NONE) "}"));
	for (size_t i = 0; i < COUNT_OF(others); i++)
		assert_false(lvm_is_question_config(release, others[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_group),
		cmocka_unit_test(test_a_clone),
		cmocka_unit_test(test_a_silent_clone),
		cmocka_unit_test(test_a_disk_that_is_behind),
		cmocka_unit_test(test_how_it_is_asked),
		cmocka_unit_test(test_release),
		cmocka_unit_test(test_filter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
