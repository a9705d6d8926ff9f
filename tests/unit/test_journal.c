/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reader of journals, and --done. A good journal is accepted; any part of it, and any
 * change of it that says something else, is not.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "comparing.h"
#include "done.h"
#include "journal.h"
#include "recorded_root.h"
#include "snapstate/cleanup.h"
#include "snapstate/journal_run.h"

#define DIGEST "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define OTHER  "ff112233445566778899aabbccddeeff00112233445566778899aabbccddee00"
#define WHEN   "2026-11-22T03:00:00Z"

/* One line each; the reader of a journal cannot know that an optional one is missing. */
static const struct line {
	const char *text;
	bool is_optional;
} good[] = {
	{"snapstate-journal 1\n", false},
	{"plan sha256:" DIGEST " file /root/2-hv8.snapplan\n", false},
	{"host machine-id 7c1e boot-id 8d1e-0000\n", false},
	{"steps 3\n", false},
	{"0 signed " WHEN " plan@snapstate ssh-ed25519 SHA256:abc plans@vendor\n", true},
	{"0 unsigned " WHEN "\n", true},
	{"0 verified " WHEN " 42\n", false},
	{"1 intent " WHEN " umount mount 4026531841:44 device 254:5 target /mnt/backup\n",
		false},
	{"1 done " WHEN "\n", false},
	{"2 intent - dm-remove device 254:5 uuid - name acmeX1\n", false},
	{"2 output first line\n", true},
	{"2 output second \\x22line\\x22\n", true},
	{"2 failed ended with status 5\n", true},
	{"2 output -\n", true},
	{"2 done -\n", false},
	{"3 kept " WHEN " abcdefghijklmnopqrstuvwxyzABCDEF 17 sha256:" DIGEST "\n", true},
	{"3 intent " WHEN " lv-remove volume a/b origin c name vg/backup\n", false},
	{"3 done " WHEN "\n", false},
	{"0 finished " WHEN "\n", false},
};

static int ask_comparer(void *context, const struct buf *question, struct buf *ret_answer,
	struct err *err)
{
	struct comparing comparing = {.plan = NULL};

	(void)context;
	(void)err;
	comparing_answer(&comparing, question, ret_answer);
	return 0;
}

static const struct observer comparer = {.ask = ask_comparer};

/* The executor is told the same, in the same words, whatever the bytes are. */
static void ask_as_well(const struct buf *text, int r, const struct err *err)
{
	struct journal_state state = {.digest = "untouched"};
	struct err told = ERR_INIT;

	assert_int_equal(
		observer_read_journal(&comparer, text, true, "x.journal", &state, &told),
		r);
	assert_string_equal(state.digest, r == 0 ? DIGEST : "untouched");
	if (r < 0)
		assert_string_equal(told.msg, err->msg);
}

static int read_it(const struct buf *text, struct err *err)
{
	struct journal_run run = {.digest = "untouched"};
	int r = journal_read(buf_text(text), text->len, "x.journal", &run, err);

	ask_as_well(text, r, err);

	assert_string_equal(run.digest, r == 0 ? DIGEST : "untouched");
	if (r < 0)
		assert_non_null(strstr(err->msg, "x.journal:"));
	return r;
}

/* The good journal with line `at` left out and `instead` in its place. */
static void journal_with(size_t at, const char *instead, struct buf *ret_text)
{
	for (size_t i = 0; i < COUNT_OF(good); i++)
		buf_puts(ret_text, i == at ? instead : good[i].text);
}

static void test_a_good_journal(void **state)
{
	cleanup_buf struct buf text = BUF_INIT;
	struct journal_run run;
	struct err err = ERR_INIT;

	(void)state;
	journal_with(COUNT_OF(good), "", &text);
	assert_int_equal(
		journal_read(buf_text(&text), text.len, "x.journal", &run, &err), 0);
	assert_string_equal(run.digest, DIGEST);
	assert_int_equal(run.n_steps, 3);
	assert_int_equal(run.n_kept, 1);
	assert_int_equal(run.kept[0].step, 3);
	assert_int_equal(run.kept[0].seqno, 17);
	assert_string_equal(run.kept[0].vg_uuid, "abcdefghijklmnopqrstuvwxyzABCDEF");
	assert_string_equal(run.kept[0].sha256, DIGEST);
}

static void test_cut_off_at_any_byte(void **state)
{
	cleanup_buf struct buf text = BUF_INIT;
	size_t magic = strlen("snapstate-journal");

	(void)state;
	journal_with(COUNT_OF(good), "", &text);
	while (text.len) {
		struct err err = ERR_INIT;

		text.len--;
		assert_int_equal(
			read_it(&text, &err), text.len < magic ? -EBADMSG : -ECANCELED);
	}
}

static void test_each_line_matters(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		cleanup_buf struct buf without = BUF_INIT, twice = BUF_INIT;
		cleanup_buf struct buf swapped = BUF_INIT, both = BUF_INIT;
		struct err err = ERR_INIT;

		journal_with(i, "", &without);
		assert_int_equal(read_it(&without, &err) == 0, good[i].is_optional);
		buf_printf(&both, "%s%s", good[i].text, good[i].text);
		journal_with(i, buf_text(&both), &twice);
		assert_int_equal(read_it(&twice, &err) == 0, good[i].is_optional);
		if (i + 1 == COUNT_OF(good) ||
			(good[i].is_optional && good[i + 1].is_optional))
			continue;
		for (size_t k = 0; k < COUNT_OF(good); k++)
			buf_puts(&swapped, good[k == i		? i + 1
						   : k == i + 1 ? i
								: k]
						   .text);
		assert_true(read_it(&swapped, &err) < 0);
	}
}

/* No byte of any line can be any byte that no journal has; and a blank more at its end is
 * another line. */
static void test_each_byte_matters(void **state)
{
	cleanup_buf struct buf text = BUF_INIT;

	(void)state;
	journal_with(COUNT_OF(good), "", &text);
	for (size_t i = 0; i < text.len; i++) {
		static const char bytes[] = {'\0', '\r', '\t', '\x7f', '\xc3'};
		char was = text.data[i];

		for (size_t b = 0; b < sizeof(bytes); b++) {
			struct err err = ERR_INIT;

			text.data[i] = bytes[b];
			assert_true(read_it(&text, &err) < 0);
		}
		text.data[i] = was;
	}
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		cleanup_buf struct buf longer = BUF_INIT, line = BUF_INIT;
		struct err err = ERR_INIT;

		buf_printf(&line, "%.*s \n", (int)strlen(good[i].text) - 1, good[i].text);
		journal_with(i, buf_text(&line), &longer);
		/* only a target and a text may end with one */
		if (!good[i].is_optional && !strstr(good[i].text, "intent"))
			assert_int_equal(read_it(&longer, &err), -EBADMSG);
	}
}

static void test_other_lines(void **state)
{
	static const struct {
		size_t at;
		const char *instead;
		int code;
		const char *says;
	} cases[] = {
		{0, "snapstate-journal 2\n", -EBADMSG, "x.journal:1: expected"},
		{0, "#!/usr/sbin/snapstate-execute\n", -EBADMSG, "is a plan, not a journal"},
		{1, "plan sha256:" DIGEST "0 file x\n", -EBADMSG, ":2: "},
		{1, "plan sha256:00 file x\n", -EBADMSG, ":2: "},
		{1, "plan sha256:" DIGEST " file a\\b\n", -EBADMSG, ":2: "},
		{2, "host machine-id  boot-id b\n", -EBADMSG, ":3: "},
		{3, "steps 2\n", -EBADMSG, ":16: expected 0 finished"},
		{3, "steps 4\n", -EBADMSG, "the intent of the next step"},
		{3, "steps 03\n", -EBADMSG, ":4: "},
		{3, "steps 100001\n", -EBADMSG, ":4: "},
		{3, "steps 18446744073709551617\n", -EBADMSG, ":4: "},
		{3, "steps -1\n", -EBADMSG, ":4: "},
		{4, "0 signed " WHEN " plan@snapstate ssh-ed25519\n", -EBADMSG,
			"principals"},
		{4, "0 signed " WHEN " a b c d e\n", -EBADMSG, "the end of the line"},
		{5, "0 unsigned\n", -EBADMSG, "0 verified TIME"},
		{6, "0 verified yesterday 42\n", -EBADMSG, ":7: "},
		{7, "1 intent " WHEN " rm-rf device 1:2\n", -EBADMSG, "an operation"},
		{7, "1 intent " WHEN " umount\n", -EBADMSG, "an operation"},
		{8, "1 done 2026-02-31T03:00:00Z\n", -EBADMSG, "done TIME"},
		{8, "1 unchanged " WHEN "\n", -ECANCELED,
			"step 1 was not done (unchanged)"},
		{8, "1 differs " WHEN "\n", -ECANCELED, "step 1 was not done (differs)"},
		{8, "1 unconfirmed " WHEN " x\n", -ECANCELED, "(unconfirmed)"},
		{9, "2 refused " WHEN " x\n", -ECANCELED,
			"step 2 was not done (refused)"},
		{9, "0 stopped " WHEN " steps are left\n", -ECANCELED, "its run stopped"},
		{11, "2 output \\x\n", -EBADMSG, "what became of the step"},
		{11, "1 output x\n", -EBADMSG, "what became of the step"},
		{15, "3 kept " WHEN " short 17 sha256:" DIGEST "\n", -EBADMSG,
			"VG-UUID SEQNO"},
		{15,
			"3 kept " WHEN
			" abcdefghijklmnopqrstuvwxyz/BCDEF 17 sha256:" DIGEST "\n",
			-EBADMSG, "VG-UUID SEQNO"},
		{15, "3 kept " WHEN " abcdefghijklmnopqrstuvwxyzABCDEF 17 sha256:12\n",
			-EBADMSG, "VG-UUID SEQNO"},
		{15, "3 kept now abcdefghijklmnopqrstuvwxyzABCDEF 17 sha256:" DIGEST "\n",
			-EBADMSG, "N kept TIME"},
		{17, "0 finished " WHEN "\n", -EBADMSG, "what became of the step"},
		{18, "0 stopped " WHEN " all steps are done\n", -ECANCELED,
			"its run stopped"},
		{18, "0 finished " WHEN " x\n", -EBADMSG, "0 finished TIME"},
		{18, "0 finished " WHEN "\n\n", -EBADMSG, "something follows"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		cleanup_buf struct buf text = BUF_INIT;
		struct err err = ERR_INIT;

		journal_with(cases[i].at, cases[i].instead, &text);
		assert_int_equal(read_it(&text, &err), cases[i].code);
		if (!strstr(err.msg, cases[i].says))
			fail_msg("'%s' does not say '%s'", err.msg, cases[i].says);
	}
}

/* ---- --done ---- */

struct folder {
	char path[32];
	char files[4][64];
};

static void folder_remove(struct folder *folder)
{
	nftw(folder->path, root_forget, 16, FTW_DEPTH | FTW_PHYS);
}
#define cleanup_folder cleanup_with(folder_remove)

/* good, other (of another plan), stopped, and no journal */
static void folder_make(struct folder *folder)
{
	static const char *const names[] = {"good", "other", "stopped", "bad"};
	cleanup_buf struct buf whole = BUF_INIT, other = BUF_INIT, stopped = BUF_INIT;
	const char *texts[4];

	strcpy(folder->path, "/tmp/snapstate-done-XXXXXX");
	assert_non_null(mkdtemp(folder->path));
	journal_with(COUNT_OF(good), "", &whole);
	journal_with(1, "plan sha256:" OTHER " file x\n", &other);
	journal_with(15, "0 stopped " WHEN " x\n", &stopped);
	texts[0] = buf_text(&whole);
	texts[1] = buf_text(&other);
	texts[2] = buf_text(&stopped);
	texts[3] = "snapstate-plan 1\n";
	for (size_t i = 0; i < 4; i++) {
		root_put(folder->path, names[i], texts[i]);
		snprintf(folder->files[i], sizeof(folder->files[i]), "%s/%s",
			folder->path, names[i]);
	}
}

#define NONE (-1)
static enum exit_code check_done(const struct folder *folder, const struct orders *plan,
	bool is_apply, int a, int b)
{
	struct options options = {.is_apply = is_apply};

	if (a != NONE)
		options.done[options.n_done++] = folder->files[a];
	if (b != NONE)
		options.done[options.n_done++] = folder->files[b];
	return done_check(&options, plan, &comparer);
}

enum { GOOD, OF_OTHER, STOPPED, BAD };

static void test_done(void **state)
{
	struct plan_after after[] = {{.node = (char *)"hv 8", .digest = DIGEST},
		{.node = (char *)"hv9", .digest = OTHER}};
	const struct orders none = {0}, one = {.after = after, .n_after = 1},
			    two = {.after = after, .n_after = 2};
	cleanup_folder struct folder folder;

	(void)state;
	folder_make(&folder);
	assert_int_equal(check_done(&folder, &none, true, NONE, NONE), EXIT_DONE);
	assert_int_equal(check_done(&folder, &none, true, GOOD, NONE), EXIT_USAGE);
	assert_int_equal(check_done(&folder, &one, true, NONE, NONE), EXIT_DIFFERS);
	assert_int_equal(check_done(&folder, &one, true, GOOD, NONE), EXIT_DONE);
	assert_int_equal(check_done(&folder, &one, true, OF_OTHER, NONE), EXIT_USAGE);
	assert_int_equal(check_done(&folder, &one, true, GOOD, OF_OTHER), EXIT_USAGE);
	assert_int_equal(check_done(&folder, &one, true, GOOD, GOOD), EXIT_USAGE);
	assert_int_equal(check_done(&folder, &one, true, STOPPED, NONE), EXIT_DIFFERS);
	assert_int_equal(check_done(&folder, &one, true, BAD, NONE), EXIT_BAD_INPUT);
	assert_int_equal(check_done(&folder, &two, true, GOOD, NONE), EXIT_DIFFERS);
	assert_int_equal(check_done(&folder, &two, true, OF_OTHER, GOOD), EXIT_DONE);
	/* a rehearsal tells what will be wanted, and checks what it is given */
	assert_int_equal(check_done(&folder, &two, false, NONE, NONE), EXIT_DONE);
	assert_int_equal(check_done(&folder, &two, false, GOOD, NONE), EXIT_DONE);
	assert_int_equal(check_done(&folder, &two, false, STOPPED, NONE), EXIT_DIFFERS);
	assert_int_equal(check_done(&folder, &two, false, BAD, NONE), EXIT_BAD_INPUT);
	strcat(folder.files[GOOD], "-not");
	assert_int_equal(check_done(&folder, &one, true, GOOD, NONE), EXIT_BAD_INPUT);
	assert_int_equal(check_done(&folder, &one, false, GOOD, NONE), EXIT_BAD_INPUT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_good_journal),
		cmocka_unit_test(test_cut_off_at_any_byte),
		cmocka_unit_test(test_each_line_matters),
		cmocka_unit_test(test_each_byte_matters),
		cmocka_unit_test(test_other_lines),
		cmocka_unit_test(test_done),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
