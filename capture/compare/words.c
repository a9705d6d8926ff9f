/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines that differ -> sentences; see words.h. Input: facts. Output: text. Invariant:
 * what has no sentence of its own is told as the line that it is, and nothing is left
 * out but what follows from a thing that is gone, or is there.
 */
#include "words.h"

#include <stdlib.h>
#include <string.h>

#include "snapstate/cleanup.h"
#include "snapstate/condition.h"
#include "snapstate/fact_line.h"
#include "snapstate/host/holder.h"
#include "snapstate/host/holders.h"
#include "snapstate/host/process.h"

struct telling {
	const struct facts *expected; /* of the whole plan: they have the names */
	const struct difference *difference;
	const char *subject; /* of the lines that are told now */
	bool *is_told;	     /* of each extra line */
	struct facts *sentences;
	size_t n_more; /* that are not told */
};

static void tell(struct telling *t, const struct buf *sentence)
{
	if (t->sentences->count < COMPARE_WORDS_MOST)
		facts_add(t->sentences, buf_text(sentence));
	else
		t->n_more++;
}

/* ---- names ---- */

static const char *line_of_kind(
	const struct facts *facts, enum fact_kind kind, const char *subject)
{
	for (size_t i = facts_first(facts, kind, NULL); facts_is_at(facts, i, kind, NULL);
		i++)
		if (fact_is_about(facts->lines[i], subject, strlen(subject)))
			return facts->lines[i];
	return NULL;
}

/* Its line in the plan, or as it was found. */
static const char *line_of(
	const struct telling *t, enum fact_kind kind, const char *subject)
{
	const char *line = line_of_kind(t->expected, kind, subject);

	return line ? line : line_of_kind(&t->difference->extra, kind, subject);
}

static void put_value(struct buf *text, const char *line, const char *key)
{
	cleanup_free char *value = line ? fact_value_text(line, key) : NULL;

	buf_prose(text, value && *value ? value : "none");
}

/* "vg-backup (254:4)", "volume vg/backup", "volume group vg"; what has no name is called
 * by its number or uuid. */
static void put_name(const struct telling *t, const char *subject, struct buf *text)
{
	static const struct {
		enum fact_kind kind;
		const char *before;
		bool has_number;
	} rows[] = {
		{FACT_DEVICE, "", true},
		{FACT_BLOCK, "", true},
		{FACT_VOLUME, "volume ", false},
		{FACT_GROUP, "volume group ", false},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *line = line_of(t, rows[i].kind, subject);
		cleanup_free char *name = line ? fact_value_text(line, "name") : NULL;

		if (!name)
			continue;
		buf_sentence(text, "%s%s", rows[i].before, name);
		if (rows[i].has_number)
			buf_sentence(text, " (%s)", subject);
		return;
	}
	buf_sentence(text, "%s%s",
		strchr(subject, '/')   ? "volume "
		: strchr(subject, ':') ? "device "
				       : "volume group ",
		subject);
}

/* Where a person finds its files: a mount point, or else the device. */
static void put_place(const struct telling *t, struct buf *text)
{
	const char *mount = line_of(t, FACT_MOUNT, t->subject);

	if (mount)
		put_value(text, mount, "target");
	else
		put_name(t, t->subject, text);
}

/* What the plan expected at first, and a step should have taken away. */
static const char *now(const struct telling *t, const char *is)
{
	return facts_has(t->expected, is) ? "still" : "now";
}

/* ---- words of a line ---- */

/* What is behind so many words of it. */
static const char *behind(const char *line, unsigned n_words)
{
	for (; n_words && *line; n_words--) {
		line += strcspn(line, " ");
		line += *line == ' ';
	}
	return line;
}

static void put_word(struct buf *text, const char *line, unsigned number)
{
	const char *word = behind(line, number);
	cleanup_free char *decoded = NULL;

	if (word_decode(word, strcspn(word, " "), &decoded) == 0)
		buf_prose(text, decoded);
}

/* The last words, which are "-" where there are none. */
static void put_rest(struct buf *text, const char *line, unsigned number)
{
	const char *rest = behind(line, number);
	size_t len = strlen(rest);

	buf_sentence(text, "%.*s",
		(int)(len > 2 && strcmp(rest + len - 2, " -") == 0 ? len - 2 : len),
		rest);
}

static bool is_same_word(const char *a, const char *b, unsigned number)
{
	size_t len;

	a = behind(a, number);
	b = behind(b, number);
	len = strcspn(a, " ");
	return len == strcspn(b, " ") && strncmp(a, b, len) == 0;
}

/* ---- what has keys ---- */

static bool is_same_value(const char *was, const char *is, const char *key)
{
	size_t was_len, is_len;
	const char *a = fact_value(was, key, &was_len), *b = fact_value(is, key, &is_len);

	return (!a && !b) || (a && b && was_len == is_len && strncmp(a, b, is_len) == 0);
}

static void tell_value(struct telling *t, const char *of, const char *was, const char *is,
	const char *key)
{
	cleanup_buf struct buf text = BUF_INIT;

	buf_sentence(&text, "the %s of ", strcmp(key, "open") == 0 ? "open count" : key);
	buf_puts(&text, of);
	buf_puts(&text, " is now ");
	put_value(&text, is, key);
	buf_puts(&text, ", expected ");
	put_value(&text, was, key);
	tell(t, &text);
}

static const struct {
	const char *flag, *words;
} flags[] = {
	{"suspended", "suspended"},
	{"read-only", "read-only"},
	{"pending", "with an inactive table"},
	{"deferred", "marked for deferred removal"},
	{"internal", "suspended by the kernel itself"},
	{"no-table", "without a table"},
};

static void tell_flags(
	struct telling *t, const char *name, const char *was, const char *is)
{
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		bool had = fact_value_has(was, "flags", flags[i].flag);
		cleanup_buf struct buf text = BUF_INIT;

		if (had == fact_value_has(is, "flags", flags[i].flag))
			continue;
		buf_puts(&text, name);
		buf_printf(
			&text, had ? " is no longer %s" : " is now %s", flags[i].words);
		tell(t, &text);
	}
}

/* diskseq counts what the kernel has made: another one is another device, whatever its
 * number and its name (kernel block/genhd.c). */
static void tell_anew(struct telling *t, const char *name)
{
	cleanup_buf struct buf text = BUF_INIT;

	buf_puts(&text, name);
	buf_puts(&text, " was removed and created again");
	tell(t, &text);
}

static void tell_keys(struct telling *t, const char *name, enum fact_kind kind,
	const char *was, const char *is)
{
	const char *const *keys = fact_row(kind)->keys;

	for (size_t i = 0; i < FACT_KEYS_MAX && keys[i]; i++) {
		if (is_same_value(was, is, keys[i]))
			continue;
		if (strcmp(keys[i], "flags") == 0)
			tell_flags(t, name, was, is);
		else if (strcmp(keys[i], "diskseq") == 0)
			tell_anew(t, name);
		else
			tell_value(t, name, was, is, keys[i]);
	}
}

/* A device, a loop device, an array: it is gone, it is new, it is another. */
static void say_device(struct telling *t, const char *was, const char *is)
{
	cleanup_buf struct buf text = BUF_INIT;
	enum fact_kind kind = FACT_DEVICE;
	const char *before;

	fact_kind_of(was ? was : is, &kind);
	put_name(t, t->subject, &text);
	if (was && is) {
		tell_keys(t, buf_text(&text), kind, was, is);
		return;
	}
	before = line_of_kind(t->expected, kind, t->subject);
	if (was)
		buf_puts(&text, " is gone");
	else if (before && is_same_value(before, is, "uuid") &&
		 is_same_value(before, is, "diskseq"))
		buf_puts(&text, " is still there");
	else
		buf_puts(&text, " is new");
	tell(t, &text);
}

/* "absent" and "unread" stand where a name would. */
static bool has_state(const char *line, const char *state)
{
	return line && strcmp(behind(line, 2), state) == 0;
}

static void say_metadata(struct telling *t, const char *was, const char *is)
{
	cleanup_buf struct buf text = BUF_INIT;
	enum fact_kind kind = FACT_VOLUME;

	fact_kind_of(was ? was : is, &kind);
	put_name(t, t->subject, &text);
	if (has_state(is, "unread"))
		buf_puts(&text, ": the LVM metadata that would show it was not read");
	else if (!is || has_state(is, "absent"))
		buf_puts(&text, " is no longer in the LVM metadata");
	else if (!was || has_state(was, "absent") || has_state(was, "unread"))
		buf_printf(&text, " is %s in the LVM metadata", now(t, is));
	else
		return tell_keys(t, buf_text(&text), kind, was, is);
	tell(t, &text);
}

/* ---- tables ---- */

static void say_table(struct telling *t, const char *was, const char *is)
{
	bool is_inactive = fact_is(was ? was : is, FACT_INACTIVE);
	cleanup_buf struct buf text = BUF_INIT;

	buf_puts(&text, is_inactive ? "the inactive table of " : "the table of ");
	put_name(t, t->subject, &text);
	buf_puts(&text, is ? " is now " : " is gone: ");
	put_rest(&text, is ? is : was, 2);
	if (was && is) {
		buf_puts(&text, ", expected ");
		put_rest(&text, was, 2);
	}
	tell(t, &text);
}

/* "status MAJ:MIN START LENGTH TYPE STATE" */
static void say_status(struct telling *t, const char *was, const char *is)
{
	cleanup_buf struct buf text = BUF_INIT;

	put_name(t, t->subject, &text);
	buf_puts(&text, is ? ": the snapshot is now " : ": the snapshot is no longer ");
	put_rest(&text, is ? is : was, 5);
	if (was && is) {
		buf_puts(&text, ", expected ");
		put_rest(&text, was, 5);
	}
	tell(t, &text);
}

/* ---- mounts ---- */

/* Where it is none of those in which the plan has a mount of the device. */
static void put_namespace(const struct telling *t, const char *line, struct buf *text)
{
	const char *mount = line_of_kind(t->expected, FACT_MOUNT, t->subject);
	uint64_t here, there, id;

	if (mount && fact_mount_id(mount, &here, &id) &&
		fact_mount_id(line, &there, &id) && here != there)
		buf_sentence(text, " in mount namespace %llu", (unsigned long long)there);
}

static void say_mount(struct telling *t, const char *was, const char *is)
{
	cleanup_buf struct buf text = BUF_INIT;

	if (was && is && is_same_word(was, is, 1)) {
		buf_puts(&text, "the mount on ");
		put_value(&text, was, "target");
		tell_keys(t, buf_text(&text), FACT_MOUNT, was, is);
		return;
	}
	if (was && is) {
		put_value(&text, is, "target");
		buf_puts(&text, " was unmounted and mounted again");
	} else {
		put_name(t, t->subject, &text);
		buf_printf(&text, " is %s mounted on ", is ? now(t, is) : "no longer");
		put_value(&text, is ? is : was, "target");
		put_namespace(t, is ? is : was, &text);
	}
	tell(t, &text);
}

/* ---- holders ---- */

/* The words of a row with the place for "on it", or the name for "the device". */
static void put_there(const struct telling *t, const char *words, struct buf *text)
{
	static const char device[] = "the device", there[] = "on it";
	const char *at = strstr(words, device);
	bool is_device = at;

	if (!at)
		at = strstr(words, there);
	if (!at) {
		buf_puts(text, words);
		return;
	}
	buf_add(text, words, (size_t)(at - words));
	if (is_device) {
		put_name(t, t->subject, text);
	} else {
		buf_puts(text, "on ");
		put_place(t, text);
	}
	buf_puts(text, at + strlen(is_device ? device : there));
}

/* "holder MAJ:MIN USE pid P start T comm C" */
static bool put_process(const struct telling *t, const char *line, const char *word,
	const char *when, struct buf *text)
{
	enum use_kind use;

	if (use_kind_parse(word, &use) < 0)
		return false;
	buf_puts(text, "process ");
	put_word(text, line, 4);
	buf_puts(text, " (");
	put_word(text, line, 8);
	buf_printf(text, ") %s ", when);
	put_there(t, holder_row(HELD_BY_PROCESS, use)->about_holder, text);
	return true;
}

static bool put_kernel(const struct telling *t, const char *line, const char *word,
	const char *when, struct buf *text)
{
	enum holder_kind kind;

	if (holder_kind_parse(word, &kind) < 0)
		return false;
	put_name(t, t->subject, text);
	buf_printf(
		text, " %s %s: ", when, holder_row(HELD_BY_KERNEL, kind)->about_device);
	put_word(text, line, 3);
	return true;
}

static bool put_device(
	const struct telling *t, const char *line, const char *when, struct buf *text)
{
	const char *devno = fact_holding_device(line);
	cleanup_free char *subject = devno ? xstrndup(devno, strcspn(devno, " ")) : NULL;

	if (!subject)
		return false;
	put_name(t, subject, text);
	buf_printf(text, " %s uses ", when);
	put_name(t, t->subject, text);
	return true;
}

static bool put_unplaced(
	const struct telling *t, const char *line, const char *word, struct buf *text)
{
	if (strcmp(word, "unplaced") != 0)
		return false;
	put_word(text, line, 3);
	buf_puts(text, " ");
	put_word(text, line, 4);
	buf_puts(text, " may be on ");
	put_place(t, text);
	buf_puts(text, ": the file system on which the kernel has it open is not known");
	return true;
}

static bool put_files(const struct telling *t, const char *line, const char *word,
	const char *when, struct buf *text)
{
	bool is_fs = strcmp(word, "fs") == 0;

	if (!is_fs && strcmp(word, "swap") != 0 && strcmp(word, "swap-file") != 0)
		return false;
	buf_puts(text, is_fs ? "file system " : "swap ");
	put_word(text, line, 3);
	buf_puts(text, " on ");
	put_name(t, t->subject, text);
	buf_printf(text, " %s is %s", when, is_fs ? "live" : "active");
	return true;
}

static void say_holder(struct telling *t, const char *was, const char *is)
{
	const char *line = is ? is : was;
	cleanup_buf struct buf text = BUF_INIT;
	size_t len;
	const char *found = fact_holder_word(line, &len);
	cleanup_free char *word = xstrndup(found ? found : "", len);
	/* "process 917 (sleep) no longer has its root on /mnt" */
	const char *when = is ? now(t, is) : "no longer";

	if (was && is) {
		buf_puts(&text, "swap ");
		put_word(&text, is, 3);
		buf_puts(&text, " is now ");
		put_word(&text, is, 4);
	} else if (!put_device(t, line, when, &text) &&
		   !put_process(t, line, word, when, &text) &&
		   !put_files(t, line, word, when, &text) &&
		   !(is && put_unplaced(t, line, word, &text)) &&
		   !put_kernel(t, line, word, when, &text)) {
		buf_printf(&text, "%s: %s", is ? "found" : "not found", line);
	}
	tell(t, &text);
}

/* ---- the others ---- */

static void say_tag(struct telling *t, const char *was, const char *is)
{
	cleanup_buf struct buf text = BUF_INIT;

	put_name(t, t->subject, &text);
	buf_printf(&text, " %s has the tag ", is ? now(t, is) : "no longer");
	put_word(&text, is ? is : was, 2);
	tell(t, &text);
}

static void say_condition(struct telling *t, const char *was, const char *is)
{
	cleanup_buf struct buf text = BUF_INIT;

	if (is)
		condition_line_print(is, &text);
	if (!text.len)
		buf_printf(&text, "%s: %s", is ? "found" : "not found", is ? is : was);
	tell(t, &text);
}

static void say_host(struct telling *t, const char *was, const char *is)
{
	cleanup_buf struct buf text = BUF_INIT;

	(void)was;
	(void)is;
	buf_puts(&text, "this is another host, or it was restarted since its capture");
	tell(t, &text);
}

/* One of both may be NULL: nothing was expected, or found. */
static void (*const say[FACT_KINDS])(
	struct telling *t, const char *was, const char *is) = {
	[FACT_HOST] = say_host,
	[FACT_DEVICE] = say_device,
	[FACT_TABLE] = say_table,
	[FACT_INACTIVE] = say_table,
	[FACT_STATUS] = say_status,
	[FACT_HOLDER] = say_holder,
	[FACT_MOUNT] = say_mount,
	[FACT_BLOCK] = say_device,
	[FACT_GROUP] = say_metadata,
	[FACT_VOLUME] = say_metadata,
	[FACT_TAG] = say_tag,
	[FACT_CONDITION] = say_condition,
};

/* ---- which lines are about the same thing ---- */

/* They have the same subject. */
static bool is_of_same(const char *was, const char *is)
{
	enum fact_kind kind, other;

	if (fact_kind_of(was, &kind) < 0 || fact_kind_of(is, &other) < 0 || kind != other)
		return false;
	if (kind == FACT_MOUNT)
		return is_same_word(was, is, 1) || is_same_value(was, is, "target");
	if (kind == FACT_HOLDER)
		return fact_holder_is(was, "swap") && fact_holder_is(is, "swap") &&
		       is_same_word(was, is, 3);
	if (kind == FACT_CONDITION)
		return is_same_word(was, is, 1);
	return kind != FACT_TAG;
}

static const char *take_partner(struct telling *t, const char *was)
{
	const struct facts *extra = &t->difference->extra;

	for (size_t i = 0; i < extra->count; i++) {
		if (t->is_told[i] || !is_of_same(was, extra->lines[i]) ||
			!fact_is_about(extra->lines[i], t->subject, strlen(t->subject)))
			continue;
		t->is_told[i] = true;
		return extra->lines[i];
	}
	return NULL;
}

static bool is_thing(const char *line)
{
	return fact_is(line, FACT_DEVICE) || fact_is(line, FACT_BLOCK);
}

static bool has_thing(const struct telling *t, const struct facts *lines)
{
	for (size_t i = 0; i < lines->count; i++)
		if (is_thing(lines->lines[i]) &&
			fact_is_about(lines->lines[i], t->subject, strlen(t->subject)))
			return true;
	return false;
}

/* The tables, holders and mounts of what is gone are gone with it; and what is new has a
 * table. What else it has, and had not, is told: of what is still there also another
 * table. */
static bool is_told_by_thing(const struct telling *t, const char *line, bool is_gone)
{
	if (is_thing(line))
		return false;
	return is_gone || facts_has(t->expected, line) ||
	       (!line_of_kind(t->expected, FACT_DEVICE, t->subject) &&
		       (fact_is(line, FACT_TABLE) || fact_is(line, FACT_STATUS)));
}

static void tell_line(struct telling *t, const char *was, const char *is)
{
	enum fact_kind kind;

	if (fact_kind_of(was ? was : is, &kind) == 0)
		say[kind](t, was, is);
}

static void tell_subject(struct telling *t)
{
	const struct facts *missing = &t->difference->missing;
	const struct facts *extra = &t->difference->extra;
	bool was_there = has_thing(t, missing), is_there = has_thing(t, extra);
	size_t len = strlen(t->subject);

	for (size_t i = 0; i < missing->count; i++)
		if (fact_is_about(missing->lines[i], t->subject, len) &&
			!(was_there && !is_there &&
				is_told_by_thing(t, missing->lines[i], true)))
			tell_line(
				t, missing->lines[i], take_partner(t, missing->lines[i]));
	for (size_t i = 0; i < extra->count; i++)
		if (!t->is_told[i] && fact_is_about(extra->lines[i], t->subject, len) &&
			!(is_there && !was_there &&
				is_told_by_thing(t, extra->lines[i], false)))
			tell_line(t, NULL, extra->lines[i]);
}

static void add_subjects(const struct facts *facts, struct facts *ret_subjects)
{
	for (size_t i = 0; i < facts->count; i++) {
		const char *text;
		size_t len;

		if (fact_subject(facts->lines[i], &text, &len) < 0)
			continue; /* no fact: the reader of answers takes none */
		cleanup_free char *subject = xstrndup(text, len);
		facts_add(ret_subjects, subject);
	}
}

void compare_words(const struct facts *expected, const struct difference *difference,
	struct facts *ret_sentences)
{
	cleanup_free bool *is_told = xcalloc(difference->extra.count, sizeof(bool));
	cleanup_facts struct facts subjects = FACTS_INIT;
	cleanup_buf struct buf more = BUF_INIT;
	size_t at = 0;
	struct telling t = {.expected = expected,
		.difference = difference,
		.is_told = is_told,
		.sentences = ret_sentences};

	add_subjects(&difference->missing, &subjects);
	add_subjects(&difference->extra, &subjects);
	facts_sort(&subjects);
	for (; at < subjects.count && ret_sentences->count < COMPARE_WORDS_MOST; at++) {
		t.subject = subjects.lines[at];
		tell_subject(&t);
	}
	if (t.n_more)
		buf_sentence(&more, "and %zu more differences", t.n_more);
	if (at < subjects.count)
		buf_sentence(&more, "%s of %zu other thing%s",
			t.n_more ? ", and those" : "and differences", subjects.count - at,
			subjects.count - at == 1 ? "" : "s");
	if (more.len)
		facts_add(ret_sentences, buf_text(&more));
}
