/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several captures in; the order between hosts and their reviews on stdout and, where it
 * is asked for, as one page and one graph, or the story of one device; with -o, a folder
 * of plans whose names tell that order.
 * Either all of the plans are there at the end, or none.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fleet.h"
#include "planning.h"
#include "program.h"
#include "proof.h"
#include "reports.h"
#include "snapstate/cleanup.h"
#include "snapstate/exit.h"

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

static char *path_of(const char *folder, const struct fleet_plan *plan)
{
	struct buf path = BUF_INIT;

	buf_printf(&path, "%s/%s", folder, plan->file);
	return path.data;
}

static void unpublish(const struct fleet *fleet, const char *folder, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		cleanup_free char *path = path_of(folder, &fleet->plans[i]);

		unlink(path);
	}
}

static int publish_plans(const struct fleet *fleet, const char *folder, struct err *err)
{
	for (size_t i = 0; i < fleet->n_plans; i++) {
		cleanup_free char *path = path_of(folder, &fleet->plans[i]);
		const struct buf *text = &fleet->plans[i].text;

		if (file_publish(path, 0755, text->data, text->len, err) < 0) {
			unpublish(fleet, folder, i);
			return err->code;
		}
	}
	return 0;
}

/* The folder first, since page and graph may be meant for it; the plans last: they are there only
 * if all the rest is. */
static int publish_all(
	const struct options *options, const struct fleet *fleet, struct err *err)
{
	const char *folder = options->plan_file;
	cleanup_buf struct buf page = BUF_INIT, graph = BUF_INIT;

	if (folder && mkdir(folder, 0777) < 0 && errno != EEXIST)
		return err_errno(err, errno, "make the folder %s", folder);
	if (options->html_file)
		fleet_print_html(fleet, folder, &page);
	if (options->dot_file)
		fleet_print_dot(fleet, &graph);
	if (program_publish(options->html_file, 0644, &page, err) < 0 ||
		program_publish(options->dot_file, 0644, &graph, err) < 0)
		return err->code;
	return folder ? publish_plans(fleet, folder, err) : 0;
}

static int plan_fleet(const struct options *options, struct fleet *fleet, struct err *err)
{
	int r = read_members(options, fleet, err);

	if (r == 0)
		r = fleet_survey(fleet, err);
	if (r == 0)
		r = fleet_order(fleet, err);
	if (r < 0)
		return r;
	r = fleet_prove(fleet, err);
	if (r < 0)
		err_wrap(err, "these plans cannot be proven, which is a bug in "
			      "snapstate-plan; nothing was written");
	return r;
}

static int explain(const struct options *options, const struct fleet *fleet)
{
	cleanup_buf struct buf story = BUF_INIT;
	struct err err = ERR_INIT;

	if (fleet_explain(fleet, options->explain, &story, &err) < 0)
		return program_fail(&err, EXIT_USAGE);
	return program_print(&story, EXIT_DONE);
}

int plan_several(const struct options *options)
{
	struct request request = options->request;
	cleanup_policy struct policy policy = {0};
	cleanup_fleet struct fleet fleet = {.request = &request};
	cleanup_buf struct buf output = BUF_INIT;
	struct err err = ERR_INIT;

	if (program_read_policies(options, &request, &policy, &err) < 0 ||
		plan_fleet(options, &fleet, &err) < 0)
		return program_fail(&err, EXIT_BAD_INPUT);
	if (options->explain)
		return explain(options, &fleet);
	if (publish_all(options, &fleet, &err) < 0)
		return program_fail(&err, EXIT_ENVIRONMENT);
	if (options->is_json)
		fleet_print_json(&fleet, &output);
	else
		fleet_print(&fleet, options->plan_file, &output);
	return program_print(&output, fleet_has_kept(&fleet) ? EXIT_REFUSED : EXIT_DONE);
}
