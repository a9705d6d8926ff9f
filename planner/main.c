/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snapstate-plan: captures in, of one host or several; the report on stdout and, where it
 * is asked for, as a page and a graph, or the story of one device; with -o, a plan out,
 * of several hosts a folder of plans whose names tell their order. Opens nothing but
 * these files and touches no host. Of folders one index, or rows (many.c).
 */
#include <errno.h>
#include <string.h>

#include "known.h"
#include "many.h"
#include "program.h"
#include "reports.h"
#include "snapstate/cleanup.h"
#include "snapstate/exit.h"
#include "snapstate/host.h"

static int read_members(
	const struct options *options, struct fleet *fleet, struct err *err)
{
	if (options->n_captures > FLEET_HOSTS_MAX)
		return err_set(err, -E2BIG, "at most %d captures", FLEET_HOSTS_MAX);
	for (size_t i = 0; i < options->n_captures; i++) {
		char sha256[SHA256_HEX_LEN + 1];
		struct host *host = NULL;
		int r = program_read_capture(options->captures[i], &host, sha256, err);

		if (r < 0)
			return r;
		fleet_add(fleet, options->captures[i], sha256, host);
	}
	return 0;
}

/* The plans last: they are there only if all the rest is. A script may be run, the others
 * are read. */
static int publish_all(
	const struct options *options, const struct report *report, struct err *err)
{
	cleanup_buf struct buf page = BUF_INIT, graph = BUF_INIT;

	if (program_make_folder(options, report->fleet, err) < 0)
		return err->code;
	if (options->html_file)
		html_print(report, &page);
	if (options->dot_file)
		dot_print(report, &graph);
	if (program_publish(options->html_file, 0644, &page, err) < 0 ||
		program_publish(options->dot_file, 0644, &graph, err) < 0)
		return err->code;
	return program_publish_plans(options, report->fleet, err);
}

static int list(const struct options *options, const struct report *report)
{
	struct list_layout layout = options->list;
	cleanup_buf struct buf output = BUF_INIT;

	layout.width = program_width();
	if (options->is_json)
		list_print_json(report, layout.columns, &output);
	else
		list_print(report, &layout, &output);
	return program_print(&output, EXIT_DONE);
}

/* The most urgent of what was found. */
static enum exit_code code_of(const struct report *report)
{
	if (report_has_hazard(report))
		return EXIT_HAZARD;
	if (fleet_has_kept(report->fleet) || report->n_mistyped)
		return EXIT_REFUSED;
	return report_is_empty(report) ? EXIT_NOTHING : EXIT_DONE;
}

/* On a terminal with its colours, if they are wanted. */
static void review(
	const struct options *options, const struct report *report, struct buf *output)
{
	cleanup_buf struct buf text = BUF_INIT;
	bool has_colour = program_has_colour(options);

	review_print(report, program_prose_width(), options->is_verbose,
		has_colour ? &text : output);
	if (has_colour)
		review_paint(&text, output);
}

static int show(const struct options *options, const struct fleet *fleet)
{
	cleanup_report struct report report = {0};
	cleanup_buf struct buf output = BUF_INIT;
	struct err err = ERR_INIT;

	report_collect(fleet,
		options_is_stdout(options->plan_file) ? "PLAN" : options->plan_file,
		&report);
	if (options->explain) {
		if (explain_print(&report, options->explain, &output, &err) < 0 &&
			!explain_message(options->explain, &output))
			return program_fail(&err, EXIT_USAGE);
		return program_print(&output, EXIT_DONE);
	}
	if (options->is_list)
		return list(options, &report);
	if (publish_all(options, &report, &err) < 0)
		return program_fail(&err, EXIT_ENVIRONMENT);
	if (options->is_json)
		json_print(&report, &output);
	else if (options->is_reply)
		reply_print(&report, &output);
	else
		review(options, &report, &output);
	return program_print_to(program_words_to(options), &output, code_of(&report));
}

static int plan_captures(const struct options *options)
{
	struct request request = options->request;
	cleanup_known struct known known = {0};
	cleanup_policy struct policy policy = {0};
	cleanup_fleet struct fleet fleet = {.request = &request};
	struct err err = ERR_INIT;

	if (program_check_outputs(options, &err) < 0)
		return program_fail(&err, EXIT_ENVIRONMENT);
	if (options->is_list) {
		known_read(&known);
		request.known = &known;
	}
	if (program_read_policies(options, &request, &policy, &err) < 0 ||
		read_members(options, &fleet, &err) < 0 ||
		program_make_plans(&fleet, &err) < 0)
		return program_fail(&err, EXIT_BAD_INPUT);
	return show(options, &fleet);
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

/* A message needs no capture to be told about. */
static int tell_message(const struct options *options)
{
	cleanup_buf struct buf output = BUF_INIT;
	struct err err = ERR_INIT;

	if (explain_message(options->explain, &output))
		return program_print(&output, EXIT_DONE);
	err_set(&err, -ENOENT,
		"without a CAPTURE, --explain explains a message of LVM or the kernel; "
		"this one is unknown");
	return program_fail(&err, EXIT_USAGE);
}

int main(int argc, char **argv)
{
	struct options options;
	int code = options_read(argc, argv, &options);

	if (code < 0)
		code = !options.n_captures ? tell_message(&options)
		       : options.is_diff   ? compare_captures(&options)
		       : options.is_many   ? many_run(&options)
					   : plan_captures(&options);
	options_free(&options);
	return code;
}
