/* SPDX-License-Identifier: Apache-2.0 */
/* Strings, words, numbers, arrays, errors, files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "snapstate/cleanup.h"
#include "snapstate/io.h"
#include "snapstate/json_space.h"
#include "snapstate/stamp.h"

static const struct {
	const char *text, *word, *tail;
} words[] = {
	{"", "-", "-"},
	{"-", "\\x2d", "\\x2d"},
	{"--", "--", "--"},
	{"vg-snap", "vg-snap", "vg-snap"},
	{"cr #1", "cr\\x20#1", "cr #1"},
	{" edge ", "\\x20edge\\x20", "\\x20edge\\x20"},
	{"isw_dih\x87N8:", "isw_dih\\x87N8:", "isw_dih\\x87N8:"},
	{"a\nb", "a\\x0ab", "a\\x0ab"},
	{"back\\x20slash", "back\\x5cx20slash", "back\\x5cx20slash"},
	{"say \"hi\"", "say\\x20\\x22hi\\x22", "say \\x22hi\\x22"},
};

static void test_words_round_trip(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		cleanup_buf struct buf word = BUF_INIT, tail = BUF_INIT;
		cleanup_free char *back = NULL, *back_tail = NULL;

		buf_word(&word, words[i].text);
		buf_tail(&tail, words[i].text);
		assert_string_equal(buf_text(&word), words[i].word);
		assert_string_equal(buf_text(&tail), words[i].tail);
		assert_int_equal(word_decode(word.data, word.len, &back), 0);
		assert_string_equal(back, words[i].text);
		assert_int_equal(word_decode(tail.data, tail.len, &back_tail), 0);
		assert_string_equal(back_tail, words[i].text);
	}
}

static void test_words_that_are_none(void **state)
{
	static const char *const bad[] = {"", "\\", "\\x", "\\x2", "\\xZZ", "\\x2D",
		"\\x00", "a\tb", "a\"b", "\xc3\xa4"};
	char *text = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(word_decode(bad[i], strlen(bad[i]), &text), -EINVAL);
	assert_null(text);
}

/* What bash makes of it again; malloc'ed. */
static char *said_by_bash(const char *quoted)
{
	cleanup_buf struct buf print = BUF_INIT, command = BUF_INIT, said = BUF_INIT;
	char bytes[256];
	FILE *pipe;

	/* popen() starts sh, for which the command of bash is quoted once more */
	buf_printf(&print, "printf %%s %s", quoted);
	buf_puts(&command, "exec bash -c ");
	buf_quoted(&command, buf_text(&print));
	pipe = popen(buf_text(&command), "r");
	assert_non_null(pipe);
	for (size_t n; (n = fread(bytes, 1, sizeof(bytes), pipe)) > 0;)
		buf_add(&said, bytes, n);
	assert_int_equal(pclose(pipe), 0);
	return xstrdup(buf_text(&said));
}

static void test_arguments(void **state)
{
	static const struct {
		const char *text, *argument;
	} arguments[] = {
		{"/mnt/backup", " /mnt/backup"},
		{"", " ''"},
		{"-rf", " -- -rf"},
		{"#1", " '#1'"},
		{"a b", " 'a b'"},
		{"it's", " 'it'\\''s'"},
		{"$(touch x);`id`&|<>*?[]{}~!\\", " '$(touch x);`id`&|<>*?[]{}~!\\'"},
		{"a\nREMOVE b", " $'a\\x0aREMOVE b'"},
		{"\x1b[2J'\\", " $'\\x1b[2J\\'\\\\'"},
		{"\xc3\xa4", " $'\\xc3\\xa4'"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(arguments) / sizeof(arguments[0]); i++) {
		cleanup_buf struct buf argument = BUF_INIT, quoted = BUF_INIT;
		cleanup_free char *back = NULL;

		buf_argument(&argument, arguments[i].text);
		assert_string_equal(buf_text(&argument), arguments[i].argument);
		buf_quoted(&quoted, arguments[i].text);
		back = said_by_bash(buf_text(&quoted));
		assert_string_equal(back, arguments[i].text);
	}
}

static void test_sentences(void **state)
{
	cleanup_buf struct buf text = BUF_INIT;

	(void)state;
	buf_sentence(&text, "`lvremove -y %s/%s` removes %s/%s (%u:%u); ", "vg0", "a b",
		"vg0", "a\nb \"c\"", 7u, 8u);
	buf_sentence(&text, "`dmsetup remove -u %s`, `dmsetup remove %s`, %s; ", "-x",
		"-x", "-x");
	buf_sentence(&text,
		"`nsenter -t %u -m umount %s` and `lvs %.*s` %.3s... %zu %llu", 7u,
		"/mnt/$(id)", 2, "vg/lv", "abcdef", (size_t)1, 1ULL << 40);
	assert_string_equal(buf_text(&text),
		"`lvremove -y vg0/'a b'` removes vg0/a\\x0ab \"c\" (7:8); "
		"`dmsetup remove -u -x`, `dmsetup remove -- -x`, -x; "
		"`nsenter -t 7 -m umount '/mnt/$(id)'` and `lvs vg` abc... 1 "
		"1099511627776");
}

static void test_numbers(void **state)
{
	static const char *const bad[] = {
		"", "-1", "+1", " 1", "1 ", "18446744073709551616", "0x1", "1a"};
	cleanup_buf struct buf text = BUF_INIT;
	uint64_t value = 0;

	(void)state;
	buf_number(&text, 0);
	buf_puts(&text, " ");
	buf_number(&text, UINT64_MAX);
	assert_string_equal(buf_text(&text), "0 18446744073709551615");
	assert_int_equal(parse_u64("18446744073709551615", 20, 10, &value), 0);
	assert_true(value == UINT64_MAX);
	assert_int_equal(parse_u64("ff", 2, 16, &value), 0);
	assert_int_equal(value, 255);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(parse_u64(bad[i], strlen(bad[i]), 10, &value), -EINVAL);
}

static void test_devno(void **state)
{
	static const char *const bad[] = {
		"", ":", "254", "254:", ":4", "4294967296:0", "1:2:3"};
	cleanup_buf struct buf text = BUF_INIT;
	struct devno devno = DEVNO_NONE;

	(void)state;
	buf_devno(&text, (struct devno){254, UINT32_MAX});
	assert_string_equal(buf_text(&text), "254:4294967295");
	assert_int_equal(parse_devno("254:4", 5, &devno), 0);
	assert_int_equal(devno.major, 254);
	assert_int_equal(devno.minor, 4);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(parse_devno(bad[i], strlen(bad[i]), &devno), -EINVAL);
}

static void test_array_grows_zeroed(void **state)
{
	cleanup_free int *items = NULL;
	size_t count = 0;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		int *item = array_add(&items, &count);

		assert_int_equal(*item, 0);
		*item = i;
	}
	assert_int_equal(count, 1000);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(items[i], i);
}

static void test_arena_holds_large_strings(void **state)
{
	struct arena *arena = arena_new();
	cleanup_free char *large = xcalloc(200001, 1);
	const char *kept, *small;

	(void)state;
	memset(large, 'x', 200000);
	small = arena_strdup(arena, "small");
	kept = arena_strdup(arena, large);
	assert_string_equal(kept, large);
	assert_string_equal(small, "small");
	arena_free(arena);
}

static void test_errors_read_as_a_path(void **state)
{
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(err_errno(&err, ENOENT, "open %s", "/x"), -ENOENT);
	assert_int_equal(err_wrap(&err, "device %s", "vg-snap"), -ENOENT);
	assert_string_equal(
		err.msg, "device vg-snap: open /x: No such file or directory");
}

static void test_long_errors_are_cut(void **state)
{
	struct err err = ERR_INIT;
	char text[3000];

	(void)state;
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	err_set(&err, -EINVAL, "%s", text);
	err_wrap(&err, "%s", text);
	assert_int_equal(strlen(err.msg), ERR_MSG_MAX - 1);
}

static void test_publish_never_overwrites(void **state)
{
	char folder[] = "/tmp/snapstate-test.XXXXXX";
	cleanup_free char *path = NULL;
	cleanup_buf struct buf bytes = BUF_INIT;
	struct err err = ERR_INIT;
	struct stat st;

	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_true(asprintf(&path, "%s/file", folder) > 0);
	assert_int_equal(file_publish(path, 0600, "one", 3, &err), 0);
	assert_int_equal(file_publish(path, 0600, "two", 3, &err), -EEXIST);
	assert_int_equal(file_read_at(AT_FDCWD, path, 100, &bytes, &err), 0);
	assert_string_equal(buf_text(&bytes), "one");
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(unlink(path), 0);
	/* nothing is left behind */
	assert_int_equal(rmdir(folder), 0);
}

static void test_read_has_a_limit(void **state)
{
	cleanup_buf struct buf bytes = BUF_INIT;
	struct err err = ERR_INIT;

	(void)state;
	assert_int_equal(file_read_at(AT_FDCWD, "/dev/zero", 1000, &bytes, &err), -EFBIG);
	assert_null(bytes.data);
	assert_int_equal(
		file_read_at(AT_FDCWD, "/nonexistent", 1000, &bytes, &err), -ENOENT);
}

static void test_durations(void **state)
{
	static const char *const bad[] = {
		"", "h", "-1h", "1 h", "1hh", "1w", "1.5h", "+1s", "4294967296d"};
	int64_t seconds = -1;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(duration_read(bad[i], &seconds), -EINVAL);
	assert_int_equal(seconds, -1);
	assert_int_equal(duration_read("90", &seconds), 0);
	assert_int_equal(seconds, 90);
	assert_int_equal(duration_read("0s", &seconds), 0);
	assert_int_equal(seconds, 0);
	assert_int_equal(duration_read("30m", &seconds), 0);
	assert_int_equal(seconds, 1800);
	assert_int_equal(duration_read("2h", &seconds), 0);
	assert_int_equal(seconds, 7200);
	assert_int_equal(duration_read("4294967295d", &seconds), 0);
	assert_true(seconds == INT64_C(4294967295) * 86400);
}

static void test_stamps(void **state)
{
	static const char *const bad[] = {"", "2026-11-22", "2026-11-22T03:00:00",
		"2026-02-31T03:00:00Z", "2026-11-22T3:00:00Z", "2026-11-22T03:00:00Zx",
		"1969-12-31T23:59:59Z"};
	cleanup_buf struct buf text = BUF_INIT;
	int64_t seconds = -1;

	(void)state;
	assert_int_equal(stamp_write(1795316400, &text), 0);
	assert_string_equal(buf_text(&text), "2026-11-22T03:00:00Z");
	assert_int_equal(stamp_read(buf_text(&text), &seconds), 0);
	assert_int_equal(seconds, 1795316400);
	assert_int_equal(stamp_write(-1, &text), -ERANGE);
	assert_int_equal(stamp_write(STAMP_MAX + 1, &text), -ERANGE);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(stamp_read(bad[i], &seconds), -EINVAL);
}

static void test_sha256(void **state)
{
	char hex[SHA256_HEX_LEN + 1];

	(void)state;
	/* FIPS 180-2, "abc" */
	sha256_hex("abc", 3, hex);
	assert_string_equal(
		hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void test_json_space(void **state)
{
	static const struct {
		const char *json, *closed;
	} cases[] = {
		{"{\n  \"a\":[\n  ],\n  \"b\":{\n  }\n}\n",
			"{\n  \"a\":[],\n  \"b\":{}\n}\n"},
		{"[ [ ], [ 1 ], {} ]", "[ [], [ 1 ], {} ]"},
		{"[ \"[ ]\", \"\\\"[ ]\", \"\\\\\", [ ] ]",
			"[ \"[ ]\", \"\\\"[ ]\", \"\\\\\", [] ]"},
		{"", ""},
		{"\"", "\""},
		{"[ ", "[ "},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cleanup_buf struct buf out = BUF_INIT;

		json_close_empty(cases[i].json, &out);
		assert_string_equal(buf_text(&out), cases[i].closed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words_round_trip),
		cmocka_unit_test(test_words_that_are_none),
		cmocka_unit_test(test_arguments),
		cmocka_unit_test(test_sentences),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_devno),
		cmocka_unit_test(test_array_grows_zeroed),
		cmocka_unit_test(test_arena_holds_large_strings),
		cmocka_unit_test(test_errors_read_as_a_path),
		cmocka_unit_test(test_long_errors_are_cut),
		cmocka_unit_test(test_publish_never_overwrites),
		cmocka_unit_test(test_read_has_a_limit),
		cmocka_unit_test(test_stamps),
		cmocka_unit_test(test_durations),
		cmocka_unit_test(test_sha256),
		cmocka_unit_test(test_json_space),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
