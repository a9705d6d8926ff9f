/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snapstate-plan: a capture in; a review on stdout and, with -o, a plan out. Opens
 * nothing but these files and touches no host.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "planning.h"
#include "program.h"
#include "proof.h"
#include "reports.h"
#include "snapstate/cleanup.h"
#include "snapstate/exit.h"
#include "snapstate/host.h"

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
static int publish_all(const struct options *options, const struct survey *survey,
	const struct plan *plan, const struct buf *plan_text, struct err *err)
{
	cleanup_buf struct buf page = BUF_INIT, graph = BUF_INIT;

	if (options->html_file)
		html_print(survey, plan, options->captures[0], options->plan_file, &page);
	if (options->dot_file)
		dot_print(survey, plan, &graph);
	if (program_publish(options->html_file, 0644, &page, err) < 0 ||
		program_publish(options->dot_file, 0644, &graph, err) < 0)
		return err->code;
	return program_publish(options->plan_file, 0755, plan_text, err);
}

static int plan_capture(const struct options *options)
{
	cleanup_host struct host *host = NULL;
	cleanup_policy struct policy policy = {0};
	struct request request = options->request;
	cleanup_survey struct survey survey = {0};
	cleanup_with(plan_free_fn) struct plan *plan = NULL;
	cleanup_buf struct buf plan_text = BUF_INIT, output = BUF_INIT;
	char sha256[SHA256_HEX_LEN + 1];
	struct err err = ERR_INIT;

	if (program_read_policies(options, &request, &policy, &err) < 0 ||
		program_read_capture(options->captures[0], &host, sha256, &err) < 0)
		return program_fail(&err, EXIT_BAD_INPUT);
	survey_collect(host, &request, &survey);
	classify_survey(&survey);
	plan = plan_begin(&survey, &request, sha256);
	if (order_survey(&survey, plan, &err) < 0)
		return program_fail(&err, EXIT_BAD_INPUT);
	plan_write(plan, &plan_text);
	if (plan_check(host, &plan_text, &err) < 0)
		return program_fail(&err, EXIT_BAD_INPUT);
	if (options->explain) {
		if (explain_print(&survey, plan, options->explain, &output, &err) < 0)
			return program_fail(&err, EXIT_USAGE);
		return program_print(&output, EXIT_DONE);
	}
	if (publish_all(options, &survey, plan, &plan_text, &err) < 0)
		return program_fail(&err, EXIT_ENVIRONMENT);
	if (options->is_json)
		json_print(&survey, plan, &output);
	else
		review_print(
			&survey, plan, options->captures[0], options->plan_file, &output);
	return program_print(&output, survey_has_kept(&survey) ? EXIT_REFUSED : EXIT_DONE);
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

	if (program_read_capture(options->captures[0], &a, sha256, &err) < 0 ||
		program_read_capture(options->captures[1], &b, sha256, &err) < 0 ||
		check_comparable(options, a, b, &err) < 0)
		return program_fail(&err, EXIT_BAD_INPUT);
	diff_print(a, b, &output);
	return program_print(&output, EXIT_DONE);
}

static int run(const struct options *options)
{
	if (options->is_diff)
		return compare_captures(options);
	return options->n_captures > 1 ? plan_several(options) : plan_capture(options);
}

int main(int argc, char **argv)
{
	struct options options;
	int code = options_read(argc, argv, &options);

	if (code < 0)
		code = run(&options);
	options_free(&options);
	return code;
}
