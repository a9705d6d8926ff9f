/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What evidence of others is worth: the host of each fixture is collected as others would
 * (host_answers.h), imported, and judged.
 */
#include <fcntl.h>
#include <glob.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ask.h"
#include "checks.h"
#include "evidence_files.h"
#include "host_answers.h"
#include "judge.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/device.h"
#include "snapstate/host/places.h"
#include "snapstate/import.h"
#include "snapstate/io.h"
#include "snapstate/limits.h"
#include "snapstate/record.h"

static const char *select_usual[] = {SELECT_DEFAULT};

static struct request request_usual(void)
{
	return (struct request){.select = select_usual,
		.n_select = 1,
		.min_age = MIN_AGE_DEFAULT,
		.select_mounts = select_default_mounts,
		.n_select_mounts = SELECT_DEFAULT_MOUNTS};
}

static void judge_host(
	struct host *host, const struct request *request, struct survey *ret_survey)
{
	survey_collect(host, request, ret_survey);
	classify_survey(ret_survey);
}

/* The more, the less stands against a removal. */
static int boldness(const struct subject *subject)
{
	if (subject->verdict == VERDICT_REMOVE)
		return 4;
	if (subject->verdict == VERDICT_REFUSE)
		return 0;
	return subject->outlook == OUTLOOK_REMOVE ? 3
	       : subject->outlook == OUTLOOK_OPEN ? 2
						  : 1;
}

static const struct subject *find(const struct survey *survey, const char *label)
{
	for (size_t i = 0; i < survey->n_subjects; i++)
		if (strcmp(survey->subjects[i].label, label) == 0)
			return &survey->subjects[i];
	return NULL;
}

/* ---- which answers show what forbids a removal ---- */

#define A(kind) (1ull << ANSWER_##kind)

/* Of a rule that stands against a removal: answers that, all together, show it. What none
 * shows is not here: another namespace, an export, a guest's configuration, what changed
 * while it was captured, who reads the clock. */
#define USES (A(LSOF) | A(INFO_C) | A(TABLE) | A(LSBLK) | A(LOSETUP))

static const struct {
	enum rule rule;
	uint64_t kinds;
} shown_by[] = {
	{RULE_NOT_A_SNAPSHOT, A(LVS)},
	{RULE_ORIGIN, A(LVS)},
	{RULE_THIN, A(LVS)},
	{RULE_MERGING, A(LVS)},
	{RULE_NOT_ACTIVE_HERE, A(LVS)},
	{RULE_VG_UNSAFE, A(LVS) | A(VGS) | A(PVS)},
	{RULE_SHARED_VG, A(LVS) | A(VGS)},
	{RULE_BACKUP_RUNNING, USES},
	{RULE_VM_RUNNING, USES},
	{RULE_IN_USE, USES},
	{RULE_COMMAND_RUNNING, A(PS)},
	{RULE_HALF_REMOVED, A(LVS) | A(TABLE) | A(INFO_C)},
	{RULE_GUEST_VOLUME, A(LVS) | A(TABLE) | A(INFO_C)},
	{RULE_MOUNTED_AS_SYSTEM, A(MOUNTINFO) | A(INFO_C) | A(TABLE) | A(LSBLK)},
	{RULE_MOUNTED_READ_WRITE, A(MOUNTINFO) | A(INFO_C) | A(TABLE) | A(LSBLK)},
	{RULE_MOUNTED_BELOW, A(MOUNT) | A(MOUNTINFO) | A(INFO_C) | A(TABLE) | A(LSBLK)},
};

/* Blocks, swap and mappings on the snapshot itself; what is on its origin's layer, or is
 * exported, no answer shows. */
static bool is_on_subject(const struct subject *subject, const struct reason *reason)
{
	const struct device *device = reason->about.it;

	return reason->about.kind == ABOUT_BLOCK ||
	       (reason->about.kind == ABOUT_DEVICE &&
		       subject_owns(subject, device->devno));
}

static bool is_shown(
	const struct subject *subject, const struct reason *reason, uint64_t kinds)
{
	static const uint64_t stack = A(INFO_C) | A(TABLE) | A(LSBLK) | A(LS);

	if (reason->rule == RULE_HELD || reason->rule == RULE_FOREIGN_MAPPING ||
		reason->rule == RULE_UNSETTLED)
		return is_on_subject(subject, reason) && (kinds & stack) == stack;
	for (size_t i = 0; i < sizeof(shown_by) / sizeof(shown_by[0]); i++)
		if (shown_by[i].rule == reason->rule)
			return (kinds & shown_by[i].kinds) == shown_by[i].kinds;
	return false;
}

/* The rule that forbids it, which the evidence shows; NULL: none. */
static const char *forbidden_by(const struct subject *subject, uint64_t kinds)
{
	for (size_t i = 0; i < subject->n_reasons; i++) {
		const struct reason *reason = &subject->reasons[i];

		if (rule_text(reason->rule)->verdict != VERDICT_REMOVE &&
			!reason->is_unknown && is_shown(subject, reason, kinds))
			return rule_text(reason->rule)->name;
	}
	return NULL;
}

/* ---- the hosts of fixtures ---- */

struct live {
	const char *name;
	struct host *host;
	struct request request;
	struct survey survey;
};

static void live_read(const char *path, struct live *ret)
{
	cleanup_buf struct buf archive = BUF_INIT;
	struct err err = ERR_INIT;

	*ret = (struct live){
		.name = path + strlen(FIXTURES) + 1, .request = request_usual()};
	if (file_read_at(AT_FDCWD, path, RECORD_ARCHIVE_MAX, &archive, &err) < 0 ||
		record_read(archive.data, archive.len, path, &ret->host, &err) < 0)
		fail_msg("%s", err.msg);
	host_index_build(ret->host);
	judge_host(ret->host, &ret->request, &ret->survey);
}

static void live_free(struct live *live)
{
	survey_free(&live->survey);
	host_free(live->host);
}
#define cleanup_live cleanup_with(live_free)

/* An import is of other evidence, and no host of the lab. */
static void find_captures(glob_t *ret)
{
	assert_int_equal(glob(FIXTURES "/*/capture*.snapstate.tar.gz", 0, NULL, ret), 0);
	assert_true(ret->gl_pathc > 50);
}

/* Two subjects of one name are one volume by its name. */
static bool is_alone(const struct survey *survey, const struct subject *subject)
{
	size_t count = 0;

	for (size_t i = 0; i < survey->n_subjects; i++)
		count += strcmp(survey->subjects[i].label, subject->label) == 0;
	return count == 1;
}

/* ---- evidence of others ---- */

static struct host *layout_import(const struct host *host, enum layout layout)
{
	cleanup_folder char *folder = folder_new();

	for (unsigned n = 0;; n++) {
		cleanup_buf struct buf path = BUF_INIT, bytes = BUF_INIT;

		if (!layout_file(host, layout, n, &path, &bytes))
			break;
		file_put(folder, path.data, buf_text(&bytes), bytes.len);
	}
	return import(folder);
}

/* Commands in the order in which they were typed, each kind at most once. */
struct session {
	struct {
		enum answer kind;
		struct buf command;
	} typed[ANSWERS];
};

static void session_draw(const struct host *host, uint64_t seed, struct session *ret)
{
	struct dice dice = dice_of_seed(seed);

	*ret = (struct session){0};
	for (unsigned i = 0; i < ANSWERS; i++)
		ret->typed[i].kind = (enum answer)i;
	for (unsigned i = ANSWERS; i-- > 1;) {
		unsigned other = (unsigned)roll(&dice, i + 1);
		enum answer kind = ret->typed[i].kind;

		ret->typed[i].kind = ret->typed[other].kind;
		ret->typed[other].kind = kind;
	}
	for (unsigned i = 0; i < ANSWERS; i++)
		answer_draw(host, ret->typed[i].kind, &dice, &ret->typed[i].command);
}

static void session_free(struct session *session)
{
	for (unsigned i = 0; i < ANSWERS; i++)
		buf_free(&session->typed[i].command);
}
#define cleanup_session cleanup_with(session_free)

static void type_command(const struct host *host, const char *command, struct buf *text)
{
	buf_printf(text, "root@host:~# %s\n", command);
	if (!answer_command(host, command, text))
		fail_msg("nobody answers: %s", command);
}

static void session_text(const struct host *host, const struct session *session,
	uint64_t kinds, struct buf *text)
{
	for (unsigned i = 0; i < ANSWERS; i++)
		if (kinds >> session->typed[i].kind & 1 && session->typed[i].command.len)
			type_command(host, session->typed[i].command.data, text);
}

/* The host that a text gives, judged. */
struct seen {
	struct host *host;
	struct survey survey;
};

static void seen_of(struct host *host, const struct live *live, struct seen *ret)
{
	cleanup_host struct host *first = host;
	cleanup_buf struct buf archive = BUF_INIT;

	ret->host = host = through_archive(first, &archive);
	ret->survey = (struct survey){0};
	host_index_build(host);
	judge_host(host, &live->request, &ret->survey);
}

static void seen_free(struct seen *seen)
{
	survey_free(&seen->survey);
	host_free(seen->host);
}
#define cleanup_seen cleanup_with(seen_free)

/* ---- laws ---- */

static const struct subject *seen_subject(
	const struct seen *seen, const struct subject *subject)
{
	return find(&seen->survey, subject->label);
}

static void tell(const char *what, const struct seen *seen)
{
	print_error("%s\n", what);
	for (size_t i = 0; i < seen->survey.n_subjects; i++)
		for (size_t r = 0; r < seen->survey.subjects[i].n_reasons; r++) {
			const struct reason *reason =
				&seen->survey.subjects[i].reasons[r];

			print_error("  %s: %s%s: %s\n", seen->survey.subjects[i].label,
				rule_text(reason->rule)->name,
				reason->is_unknown ? " (unknown)" : "", reason->text);
		}
}

/* Nothing is removed on it, and no outlook "remove" against what it shows. */
static void check_not_bold(const char *what, const struct live *live, uint64_t kinds,
	const struct seen *seen)
{
	for (size_t i = 0; i < seen->survey.n_subjects; i++)
		assert_int_not_equal(seen->survey.subjects[i].verdict, VERDICT_REMOVE);
	for (size_t i = 0; i < live->survey.n_subjects; i++) {
		const struct subject *is = &live->survey.subjects[i];
		const struct subject *said = seen_subject(seen, is);
		const char *rule = forbidden_by(is, kinds);

		if (!said || boldness(said) < 3 || !rule || !is_alone(&live->survey, is))
			continue;
		tell(what, seen);
		fail_msg("%s: %s: the outlook is \"remove\", and the evidence shows "
			 "what forbids it: %s",
			what, is->label, rule);
	}
}

/* What the laws say of layouts and of all answers at once. */
struct tally {
	size_t n_subjects, n_leftovers, n_alike, n_hazards, n_hazards_seen;
};

static void count_alike(
	const struct live *live, const struct seen *seen, struct tally *tally)
{
	for (size_t i = 0; i < live->survey.n_subjects; i++) {
		const struct subject *is = &live->survey.subjects[i];
		const struct subject *said = seen_subject(seen, is);

		if (!is->is_selected || !said || !is_alone(&live->survey, is))
			continue;
		tally->n_subjects++;
		tally->n_leftovers += boldness(is) == 4;
		tally->n_alike += boldness(is) == 4 && boldness(said) == 3;
		if (is->decisive == RULE_STALE_CORRUPTING) {
			tally->n_hazards++;
			tally->n_hazards_seen +=
				subject_has_rule(said, RULE_STALE_CORRUPTING);
		}
	}
}

static void test_layouts(void **state)
{
	cleanup_with(globfree) glob_t captures = {0};
	struct tally tally[LAYOUTS + 1] = {{0}};

	(void)state;
	find_captures(&captures);
	for (size_t i = 0; i < captures.gl_pathc; i++) {
		cleanup_live struct live live = {0};

		live_read(captures.gl_pathv[i], &live);
		if (host_is_imported(live.host))
			continue;
		for (unsigned l = 0; l <= LAYOUTS; l++) {
			cleanup_seen struct seen seen = {0};
			cleanup_session struct session session = {0};
			cleanup_buf struct buf text = BUF_INIT, what = BUF_INIT;
			bool is_layout = l < LAYOUTS;

			buf_printf(&what, "%s: %s", live.name,
				is_layout ? layout_name((enum layout)l) : "a session");
			session_draw(live.host, i + 1, &session);
			session_text(live.host, &session, ~0ull, &text);
			type_command(live.host, "lvs -a -o +devices", &text);
			seen_of(is_layout ? layout_import(live.host, (enum layout)l)
					  : import_text(buf_text(&text)),
				&live, &seen);
			check_not_bold(buf_text(&what), &live,
				is_layout ? layout_kinds((enum layout)l) : ~0ull, &seen);
			count_alike(&live, &seen, &tally[l]);
		}
	}
	for (unsigned l = 0; l <= LAYOUTS; l++)
		print_message("%s: %zu subjects, of %zu leftovers %zu have the outlook "
			      "\"remove\"; %zu of %zu hazards seen\n",
			l < LAYOUTS ? layout_name((enum layout)l) : "session",
			tally[l].n_subjects, tally[l].n_leftovers, tally[l].n_alike,
			tally[l].n_hazards_seen, tally[l].n_hazards);
	/* what decides is in these */
	assert_true(tally[LAYOUTS].n_alike * 100 >= tally[LAYOUTS].n_leftovers * 95);
	assert_true(tally[LAYOUT_SUPPORTCONFIG].n_alike * 100 >=
		    tally[LAYOUT_SUPPORTCONFIG].n_leftovers * 95);
	assert_true(tally[LAYOUT_SOSREPORT].n_alike * 100 >=
		    tally[LAYOUT_SOSREPORT].n_leftovers * 85);
	/* each has tables and metadata */
	for (unsigned l = 0; l <= LAYOUTS; l++) {
		assert_true(tally[l].n_hazards > 0);
		assert_int_equal(tally[l].n_hazards_seen, tally[l].n_hazards);
	}
}

/* ---- random evidence ---- */

#define SESSIONS_DEFAULT 60

/* The answers to what is asked for, behind the text. */
static void add_asked(const struct live *live, const struct seen *seen, struct buf *text)
{
	cleanup_asks struct asks asks = {0};

	ask_collect_all(&seen->survey, &asks);
	for (size_t i = 0; i < asks.count; i++)
		if (asks.items[i].kind != EVIDENCE_WHOLE &&
			asks.items[i].kind != EVIDENCE_HOSTS)
			type_command(live->host, asks.items[i].command, text);
}

/* An answer may lead to another question: "open, and nobody is seen" to "losetup -a". */
#define ROUNDS 2

/* A session, and the answers to what it was asked for. */
struct tried {
	const struct live *live;
	struct buf text;
	struct seen seen;
};

static void tried_ask(struct tried *tried)
{
	add_asked(tried->live, &tried->seen, &tried->text);
	seen_free(&tried->seen);
	seen_of(import_text(buf_text(&tried->text)), tried->live, &tried->seen);
}

static void tried_make(const struct live *live, const char *text, struct tried *ret)
{
	*ret = (struct tried){.live = live};
	buf_puts(&ret->text, text);
	seen_of(import_text(text), live, &ret->seen);
}

static void tried_free(struct tried *tried)
{
	buf_free(&tried->text);
	seen_free(&tried->seen);
}
#define cleanup_tried cleanup_with(tried_free)

static int tried_boldness(const struct tried *tried, const struct subject *is)
{
	return boldness(seen_subject(&tried->seen, is));
}

/* The first answers take the outlook "remove" back, and the last bring all back: then
 * nobody is bolder than with it and the same answers. */
static bool is_asked_back(const struct live *live, const struct subject *is,
	const char *more_text, const char *less_text)
{
	cleanup_tried struct tried more, less;
	int before;

	tried_make(live, more_text, &more);
	tried_make(live, less_text, &less);
	before = tried_boldness(&more, is);
	for (unsigned round = 1; round <= ROUNDS; round++) {
		tried_ask(&less);
		tried_ask(&more);
		if (tried_boldness(&more, is) > before)
			before = tried_boldness(&more, is);
		if (tried_boldness(&less, is) <= before)
			return true;
		if (tried_boldness(&less, is) >= 3)
			break;
	}
	tell("with what is asked for", &less.seen);
	return false;
}

/* Less evidence may be bolder only where the ask brings back what is missing. */
static void check_dropped(const char *what, const struct live *live,
	const struct seen *more, const struct seen *less, const char *more_text,
	const char *less_text)
{
	for (size_t i = 0; i < live->survey.n_subjects; i++) {
		const struct subject *is = &live->survey.subjects[i];
		const struct subject *before = seen_subject(more, is);
		const struct subject *after = seen_subject(less, is);

		if (!is->is_selected || !before || !after ||
			!is_alone(&live->survey, is) ||
			boldness(after) <= boldness(before) ||
			is_asked_back(live, is, more_text, less_text))
			continue;
		tell("with it", more);
		tell("without it", less);
		fail_msg("%s: %s: bolder without, and no ask brings it back", what,
			is->label);
	}
}

static void try_session(const struct live *live, uint64_t seed)
{
	struct dice dice = dice_of_seed(seed ^ 0x5eed);
	cleanup_session struct session session = {0};
	cleanup_seen struct seen more = {0}, less = {0}, asked = {0};
	cleanup_buf struct buf text = BUF_INIT, less_text = BUF_INIT, what = BUF_INIT;
	uint64_t kinds = A(LVS) | A(LS), drop;

	for (unsigned i = 0; i < ANSWERS; i++)
		kinds |= one_in(&dice, 2) ? 1ull << i : 0;
	drop = 1ull << roll(&dice, ANSWERS);
	buf_printf(&what, "RANDOM_SEED=%" PRIu64 " %s", seed, live->name);
	session_draw(live->host, seed, &session);
	session_text(live->host, &session, kinds | drop, &text);
	seen_of(import_text(buf_text(&text)), live, &more);
	check_not_bold(buf_text(&what), live, kinds | drop, &more);
	if ((kinds & ~drop & (A(LVS) | A(LS))) != 0) {
		session_text(live->host, &session, kinds & ~drop, &less_text);
		seen_of(import_text(buf_text(&less_text)), live, &less);
		check_dropped(buf_text(&what), live, &more, &less, buf_text(&text),
			buf_text(&less_text));
	}
	/* what is asked for is known, and makes nobody bold */
	add_asked(live, &more, &text);
	seen_of(import_text(buf_text(&text)), live, &asked);
	check_not_bold(buf_text(&what), live, kinds | drop, &asked);
}

static void test_random_sessions(void **state)
{
	uint64_t count = number_from_environment("RANDOM_STATES", SESSIONS_DEFAULT);
	uint64_t seed = number_from_environment("RANDOM_SEED", 1);
	cleanup_with(globfree) glob_t captures = {0};

	(void)state;
	find_captures(&captures);
	print_message("RANDOM_SEED=%" PRIu64 " RANDOM_STATES=%" PRIu64 "\n", seed, count);
	for (uint64_t i = seed; i < seed + count; i++) {
		cleanup_live struct live live = {0};

		live_read(captures.gl_pathv[i * 7 % captures.gl_pathc], &live);
		if (!host_is_imported(live.host))
			try_session(&live, i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_layouts),
		cmocka_unit_test(test_random_sessions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
