/* SPDX-License-Identifier: Apache-2.0 */
/* What differs, as sentences: each kind of fact, and what is left out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "snapstate/buf.h"
#include "snapstate/cleanup.h"
#include "words.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define VG		"VvvvvvVvvvvvVvvvvvVvvvvvVvvvvvVv"
#define LV		"LlllllLlllllLlllllLlllllLlllllLl"

/* What a plan expects; some of it is missing below. */
static const char *const plan_lines[] = {
	"block 7:3 name loop3 kind loop uuid - diskseq 9 below 254:4 file /mnt/backup/a",
	"condition siblings " VG "/" LV " ok",
	"device 254:4 name vg-backup uuid LVM-" VG LV " diskseq 4 open 1 flags - size 8",
	"device 254:5 name X1 uuid part1 diskseq 5 open 1 flags - size 8",
	"group " VG " name vg access rw lock none system-id - state -",
	"holder 254:5 fs ext4",
	"mount 40:44 device 254:5 root / target /mnt/backup type ext4 access rw",
	"status 254:4 0 8 snapshot valid",
	"table 254:4 0 8 snapshot 254:1 254:2 P 8",
	"volume " VG "/" LV " name vg/backup type snapshot origin O state - segments s",
};

static const struct {
	const char *missing[4], *extra[4], *said;
} rows[] = {
	{{0}, {"holder 254:5 cwd pid 917 start 1 comm sleep"},
		"process 917 (sleep) now has its working directory on /mnt/backup\n"},
	{{0}, {"holder 254:5 node pid 9 start 1 comm a\\x1b\\x22b"},
		"process 9 (a\\x1b\"b) now has X1 (254:5) open\n"},
	{{0}, {"holder 254:4 map pid 9 start 1 comm dd"},
		"process 9 (dd) now has a file on vg-backup (254:4) mapped\n"},
	{{"holder 254:5 fs ext4"}, {0},
		"file system ext4 on X1 (254:5) no longer is live\n"},
	{{0}, {"holder 254:5 lio iblock_0/d"},
		"X1 (254:5) now is exported as a SCSI target: iblock_0/d\n"},
	{{0}, {"holder 254:5 loop 7:3"}, "loop3 (7:3) now uses X1 (254:5)\n"},
	{{0}, {"holder 254:5 unplaced loop loop9"},
		"loop loop9 may be on /mnt/backup: the file system on which the kernel "
		"has it open is not known\n"},
	{{"holder 254:5 swap /s unused"}, {"holder 254:5 swap /s used"},
		"swap /s is now used\n"},
	{{"status 254:4 0 8 snapshot valid"}, {"status 254:4 0 8 snapshot overflow"},
		"vg-backup (254:4): the snapshot is now overflow, expected valid\n"},
	{{"device 254:4 name vg-backup uuid LVM-" VG LV
	  " diskseq 4 open 1 flags - size 8",
		 "status 254:4 0 8 snapshot valid",
		 "table 254:4 0 8 snapshot 254:1 254:2 P 8"},
		{0}, "vg-backup (254:4) is gone\n"},
	{{"mount 40:44 device 254:5 root / target /mnt/backup type ext4 access rw"}, {0},
		"X1 (254:5) is no longer mounted on /mnt/backup\n"},
	{{0}, {"mount 41:9 device 254:5 root / target /mnt type ext4 access rw"},
		"X1 (254:5) is now mounted on /mnt in mount namespace 41\n"},
	{{"volume " VG "/" LV
	  " name vg/backup type snapshot origin O state - segments s"},
		{"volume " VG "/" LV
		 " name vg/other type snapshot origin O state merging segments s"},
		"the name of volume vg/backup is now vg/other, expected vg/backup\n"
		"the state of volume vg/backup is now merging, expected none\n"},
	{{"group " VG " name vg access rw lock none system-id - state -"},
		{"group " VG " unread"},
		"volume group vg: the LVM metadata that would show it was not read\n"},
	{{0}, {"tag " VG "/" LV " keep"}, "volume vg/backup now has the tag keep\n"},
	{{"condition siblings " VG "/" LV " ok"},
		{"condition siblings " VG "/" LV " merging weekly U"},
		"weekly is being merged into the origin, or is marked for it: loading "
		"the "
		"origin's table would begin the merge\n"},
	{{"condition siblings " VG "/" LV " ok"}, {0},
		"not found: condition siblings " VG "/" LV " ok\n"},
};

static void add(struct facts *facts, const char *const lines[], size_t most)
{
	for (size_t i = 0; i < most && lines[i]; i++)
		facts_add(facts, lines[i]);
	facts_sort(facts);
}

static void test_each_kind(void **state)
{
	cleanup_facts struct facts plan = FACTS_INIT;

	(void)state;
	add(&plan, plan_lines, COUNT_OF(plan_lines));
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		cleanup_difference struct difference difference = DIFFERENCE_INIT;
		cleanup_buf struct buf text = BUF_INIT;

		add(&difference.missing, rows[i].missing, COUNT_OF(rows[i].missing));
		add(&difference.extra, rows[i].extra, COUNT_OF(rows[i].extra));
		compare_words(&plan, &difference, &difference.words);
		for (size_t j = 0; j < difference.words.count; j++)
			buf_printf(&text, "%s\n", difference.words.lines[j]);
		assert_string_equal(buf_text(&text), rows[i].said);
	}
}

/* Of many things the first are told, and how many are not. */
static void test_many(void **state)
{
	cleanup_difference struct difference difference = DIFFERENCE_INIT;
	cleanup_facts struct facts plan = FACTS_INIT;
	char line[64];

	(void)state;
	for (unsigned i = 0; i < COMPARE_WORDS_MOST + 3; i++) {
		snprintf(line, sizeof(line), "holder 254:%u fs ext4", 100 + i);
		facts_add(&difference.extra, line);
	}
	facts_sort(&difference.extra);
	compare_words(&plan, &difference, &difference.words);
	assert_int_equal(difference.words.count, COMPARE_WORDS_MOST + 1);
	assert_string_equal(difference.words.lines[COMPARE_WORDS_MOST],
		"and differences of 3 other things");
}

/* So it is where they are all of one thing. */
static void test_many_of_one(void **state)
{
	cleanup_difference struct difference difference = DIFFERENCE_INIT;
	cleanup_facts struct facts plan = FACTS_INIT;
	char line[64];

	(void)state;
	for (unsigned i = 0; i < COMPARE_WORDS_MOST + 3; i++) {
		snprintf(line, sizeof(line), "holder 254:100 dm 254:%u", 200 + i);
		facts_add(&difference.extra, line);
	}
	facts_add(&difference.extra, "holder 254:101 fs ext4");
	facts_sort(&difference.extra);
	compare_words(&plan, &difference, &difference.words);
	assert_int_equal(difference.words.count, COMPARE_WORDS_MOST + 1);
	assert_string_equal(difference.words.lines[COMPARE_WORDS_MOST],
		"and 3 more differences, and those of 1 other thing");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_kind),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_many_of_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
