/* SPDX-License-Identifier: Apache-2.0 */
/* Made-up evidence, and what became of it; see evidence_files.h. */
#include <errno.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "evidence_files.h"
#include "judge.h"
#include "planning.h"
#include "proof.h"
#include "reports.h"
#include "snapstate/host.h"
#include "snapstate/import.h"
#include "snapstate/record.h"

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

void folder_remove(char **path)
{
	nftw(*path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(*path);
}

char *folder_new(void)
{
	char *path = xstrdup("/tmp/test-import-XXXXXX");

	assert_non_null(mkdtemp(path));
	return path;
}

void file_put(const char *folder, const char *path, const void *bytes, size_t len)
{
	cleanup_buf struct buf full = BUF_INIT;
	FILE *file;

	buf_printf(&full, "%s/%s", folder, path);
	for (char *slash = full.data + strlen(folder) + 1; (slash = strchr(slash, '/'));
		slash++) {
		*slash = '\0';
		if (mkdir(full.data, 0700) < 0)
			assert_int_equal(errno, EEXIST);
		*slash = '/';
	}
	file = fopen(full.data, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

void files_put(const char *folder, const struct file *files, size_t count)
{
	for (size_t i = 0; i < count && files[i].path; i++)
		file_put(folder, files[i].path, files[i].text, strlen(files[i].text));
}

struct host *import(const char *path)
{
	struct host *host = NULL;
	struct err err = ERR_INIT;

	if (import_evidence(path, &host, &err) < 0)
		fail_msg("%s", err.msg);
	return host;
}

struct host *import_files(const struct file *files, size_t count)
{
	cleanup_folder char *folder = folder_new();

	files_put(folder, files, count);
	return import(folder);
}

void assert_source(const struct host *host, const char *name, enum outcome outcome,
	const char *detail)
{
	const struct source *source = host_source(host, name);

	if (!source)
		fail_msg("no source %s", name);
	if (source->outcome != outcome || !strstr(source->detail, detail))
		fail_msg("%s: %s (%s), not %s (%s)", name, outcome_name(source->outcome),
			source->detail, outcome_name(outcome), detail);
}

/* The archive's reader must make the same host of it. */
struct host *through_archive(const struct host *host, struct buf *archive)
{
	struct host *again = NULL;
	struct err err = ERR_INIT;

	if (record_write(host, "x", archive, &err) < 0 ||
		record_read(archive->data, archive->len, "x", &again, &err) < 0)
		fail_msg("%s", err.msg);
	return again;
}

/* Whatever is known of a subject, there are words for it. */
static void print_all(struct request *request, struct host *host, struct survey *survey)
{
	cleanup_plan struct plan *plan = plan_begin(survey, request,
		"0000000000000000000000000000000000000000000000000000000000000000");
	struct member member = {
		.file = "capture", .host = host, .survey = *survey, .whole = plan};
	struct fleet fleet = {.request = request, .members = &member, .n_members = 1};
	cleanup_report struct report report = {0};
	cleanup_buf struct buf text = BUF_INIT, page = BUF_INIT, json = BUF_INIT;

	report_collect(&fleet, "plan", &report);
	review_print(&report, 0, false, &text);
	html_print(&report, &page);
	json_print(&report, &json);
	assert_true(text.len && page.len && json.len);
}

/* Judges the host as read back from an archive. Nothing may be removable, whatever is
 * selected. true: something is undecided or refused. */
bool judge(const struct host *host)
{
	static const char *const all[] = {"*/*"};
	static const char *const usual[] = {SELECT_DEFAULT};
	bool has_kept = false;

	for (int i = 0; i < 2; i++) {
		cleanup_buf struct buf archive = BUF_INIT;
		cleanup_host struct host *again = through_archive(host, &archive);
		cleanup_survey struct survey survey = {0};
		struct request request = {.select = (const char **)(i ? all : usual),
			.n_select = 1,
			.min_age = 0};

		survey_collect(again, &request, &survey);
		classify_survey(&survey);
		for (size_t s = 0; s < survey.n_subjects; s++)
			assert_int_not_equal(survey.subjects[s].verdict, VERDICT_REMOVE);
		print_all(&request, again, &survey);
		if (!i)
			has_kept = survey_has_kept(&survey);
	}
	return has_kept;
}

void assert_refused(const char *path, const char *words)
{
	struct host *host = NULL;
	struct err err = ERR_INIT;

	assert_true(import_evidence(path, &host, &err) < 0);
	assert_null(host);
	if (!strstr(err.msg, words))
		fail_msg("%s: not \"%s\"", err.msg, words);
}

const struct shown *shown_find(
	const struct host *host, const char *volume, enum shown_kind kind)
{
	for (size_t i = 0; i < host->n_shown; i++)
		if (strcmp(host->shown[i].volume, volume) == 0 &&
			host->shown[i].kind == kind)
			return &host->shown[i];
	return NULL;
}

void assert_shown(const struct host *host, const char *volume, enum shown_kind kind,
	const char *value)
{
	for (size_t i = 0; i < host->n_shown; i++)
		if (strcmp(host->shown[i].volume, volume) == 0 &&
			host->shown[i].kind == kind &&
			strcmp(host->shown[i].value, value) == 0)
			return;
	for (size_t i = 0; i < host->n_shown; i++)
		print_error("%s %s %s (%s)\n", host->shown[i].volume,
			shown_kind_name(host->shown[i].kind), host->shown[i].value,
			host->shown[i].from);
	fail_msg("not shown: %s %s %s", volume, shown_kind_name(kind), value);
}

struct host *import_text(const char *text)
{
	const struct file file = {"ticket", text};

	return import_files(&file, 1);
}

void assert_recorded(const struct host *host, const char *words)
{
	const struct document *record = host_document(host, IMPORT_DOCUMENT);

	assert_non_null(record);
	if (!strstr(record->bytes, words))
		fail_msg("not recorded: %s\n%s", words, record->bytes);
}
