/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snapstate-plan: a capture in; a review on stdout and, with -o, a plan out. Opens
 * nothing but these files and touches no host.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"
#include "snapstate/cleanup.h"
#include "snapstate/exit.h"
#include "snapstate/record.h"
#include "snapstate/stamp.h"

static int fail(const struct err *err, int code)
{
	fprintf(stderr, "snapstate-plan: %s\n", err->msg);
	return code;
}

static int print_output(const struct buf *output, int code)
{
	if (fputs(buf_text(output), stdout) < 0 || fflush(stdout) != 0)
		return EXIT_ENVIRONMENT;
	return code;
}

static int read_capture(const char *name, struct host **ret_host,
	char ret_sha256[SHA256_HEX_LEN + 1], struct err *err)
{
	cleanup_buf struct buf archive = BUF_INIT;
	int r = file_read_at(AT_FDCWD, name, RECORD_ARCHIVE_MAX, &archive, err);

	if (r < 0)
		return r;
	sha256_hex(buf_text(&archive), archive.len, ret_sha256);
	r = record_read(archive.data, archive.len, name, ret_host, err);
	if (r == 0)
		host_index_build(*ret_host);
	return r;
}

/* From the capture on, not from today: the same capture gives the same plan. */
static int64_t expiry_of(const struct survey *survey)
{
	int64_t taken = survey->host->identity.taken, valid = survey->request->valid;

	return valid < STAMP_MAX - taken ? taken + valid : STAMP_MAX;
}

static struct plan *plan_begin(const struct survey *survey, const char *sha256)
{
	struct plan *plan = plan_new();

	memcpy(plan->capture_sha256, sha256, sizeof(plan->capture_sha256));
	plan->taken = survey->host->identity.taken;
	plan->expires = expiry_of(survey);
	free(plan->created_by);
	plan->created_by = xstrdup("snapstate-plan-" SNAPSTATE_VERSION);
	for (size_t i = 0; i < survey->request->n_select; i++)
		*array_add(&plan->select, &plan->n_select) =
			xstrdup(survey->request->select[i]);
	plan->min_age = (uint64_t)survey->request->min_age;
	plan->has_refresh_origin = survey->request->has_refresh_origin;
	snprintf(plan->redaction, sizeof(plan->redaction), "%s",
		survey->host->identity.redaction);
	return plan;
}

/* The text is read back by the executor's own reader, and what that reads is proven. */
static int plan_check(const struct host *host, const struct buf *text, struct err *err)
{
	cleanup_with(plan_free_fn) struct plan *again = NULL;
	int r = plan_read(buf_text(text), text->len, "the new plan", &again, err);

	if (r == 0)
		r = prove_plan(host, again, err);
	if (r < 0)
		err_wrap(err,
			"this plan cannot be proven, which is a bug in snapstate-plan; "
			"nothing was written");
	return r;
}

/* The plan last: it is there only if all the rest is. A script may be run, the others are
 * read. */
static int publish(
	const char *file, unsigned mode, const struct buf *text, struct err *err)
{
	return file ? file_publish(file, mode, text->data, text->len, err) : 0;
}

static int publish_all(const struct options *options, const struct survey *survey,
	const struct plan *plan, const struct buf *plan_text, struct err *err)
{
	cleanup_buf struct buf page = BUF_INIT, graph = BUF_INIT;

	if (options->html_file)
		html_print(survey, plan, options->captures[0], options->plan_file, &page);
	if (options->dot_file)
		dot_print(survey, plan, &graph);
	if (publish(options->html_file, 0644, &page, err) < 0 ||
		publish(options->dot_file, 0644, &graph, err) < 0)
		return err->code;
	return publish(options->plan_file, 0755, plan_text, err);
}

static int plan_capture(const struct options *options)
{
	cleanup_host struct host *host = NULL;
	cleanup_survey struct survey survey = {0};
	cleanup_with(plan_free_fn) struct plan *plan = NULL;
	cleanup_buf struct buf plan_text = BUF_INIT, output = BUF_INIT;
	char sha256[SHA256_HEX_LEN + 1];
	struct err err = ERR_INIT;

	if (read_capture(options->captures[0], &host, sha256, &err) < 0)
		return fail(&err, EXIT_BAD_INPUT);
	survey_collect(host, &options->request, &survey);
	classify_survey(&survey);
	plan = plan_begin(&survey, sha256);
	if (order_survey(&survey, plan, &err) < 0)
		return fail(&err, EXIT_BAD_INPUT);
	plan_write(plan, &plan_text);
	if (plan_check(host, &plan_text, &err) < 0)
		return fail(&err, EXIT_BAD_INPUT);
	if (options->explain) {
		if (explain_print(&survey, plan, options->explain, &output, &err) < 0)
			return fail(&err, EXIT_USAGE);
		return print_output(&output, EXIT_DONE);
	}
	if (publish_all(options, &survey, plan, &plan_text, &err) < 0)
		return fail(&err, EXIT_ENVIRONMENT);
	if (options->is_json)
		json_print(&survey, plan, &output);
	else
		review_print(
			&survey, plan, options->captures[0], options->plan_file, &output);
	return print_output(&output, survey_has_kept(&survey) ? EXIT_REFUSED : EXIT_DONE);
}

/* Names and pseudonyms, or pseudonyms of two keys, would differ everywhere. */
static int check_comparable(const struct options *options, const struct host *a,
	const struct host *b, struct err *err)
{
	if (strcmp(a->identity.redaction, b->identity.redaction) == 0)
		return 0;
	return err_set(err, -EBADMSG,
		"%s and %s cannot be compared: their names were not replaced with the "
		"same key",
		options->captures[0], options->captures[1]);
}

static int compare_captures(const struct options *options)
{
	cleanup_host struct host *a = NULL, *b = NULL;
	cleanup_buf struct buf output = BUF_INIT;
	char sha256[SHA256_HEX_LEN + 1];
	struct err err = ERR_INIT;

	if (read_capture(options->captures[0], &a, sha256, &err) < 0 ||
		read_capture(options->captures[1], &b, sha256, &err) < 0 ||
		check_comparable(options, a, b, &err) < 0)
		return fail(&err, EXIT_BAD_INPUT);
	diff_print(a, b, &output);
	return print_output(&output, EXIT_DONE);
}

int main(int argc, char **argv)
{
	struct options options;
	int code = options_read(argc, argv, &options);

	if (code < 0)
		code = options.is_diff ? compare_captures(&options)
				       : plan_capture(&options);
	options_free(&options);
	return code;
}
