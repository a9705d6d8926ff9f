/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of snapstate-plan; see options.h. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"
#include "snapstate/exit.h"
#include "snapstate/stamp.h"

static const char usage[] =
	"usage: snapstate-plan [-o PLAN] [--select VG/LV]... [--policy FILE]...\n"
	"                      [--min-age DURATION] [--valid DURATION] "
	"[--refresh-origin]\n"
	"                      [--single-host] [--leftover-mount PATH]... [--html FILE]\n"
	"                      [--dot FILE] [--json] CAPTURE\n"
	"       snapstate-plan [-o FOLDER] [--select VG/LV]... [--policy FILE]... "
	"[--hosts-complete]\n"
	"                      [--html FILE] [--dot FILE] [--json] CAPTURE CAPTURE...\n"
	"       snapstate-plan --explain DEVICE [--select VG/LV]... [--policy FILE]...\n"
	"                      CAPTURE...\n"
	"       snapstate-plan --diff CAPTURE CAPTURE\n"
	"\n"
	"Reads a capture, offline, and prints which leftover backup snapshots can be "
	"removed\n"
	"safely, in which steps and why, and which not.\n"
	"\n"
	"  -o, --output PLAN     write the removal script; never overwrites\n"
	"  --select VG/LV        names of the snapshots meant for removal, with * and "
	"?;\n"
	"                        may be repeated; default " SELECT_DEFAULT "\n"
	"  --policy FILE         rules with names, ages and tags, behind --select; may "
	"be repeated;\n"
	"                        examples are in share/snapstate/policies\n"
	"  --min-age DURATION    leave younger snapshots alone: 90s, 30m, 1h (default), "
	"7d\n"
	"  --valid DURATION      the plan expires so long after its capture; default 7d\n"
	"  --refresh-origin      also turn origins whose last snapshot is gone into "
	"plain volumes\n"
	"  --single-host         you vouch for it: no other host sees these volume "
	"groups\n"
	"  --hosts-complete      assert that the captures are those of all hosts that "
	"reach the\n"
	"                        storage of these volume groups\n"
	"  --leftover-mount PATH\n"
	"                        you assert it: what is mounted read-write on PATH is a "
	"leftover,\n"
	"                        and no service uses it; may be repeated\n"
	"  --html FILE           write the review as one page for a browser; never "
	"overwrites\n"
	"  --dot FILE            write the stacks as a graph for dot(1); never "
	"overwrites\n"
	"  --explain DEVICE      tell the story of one device: MAJ:MIN, uuid, dm name, "
	"VG/LV\n"
	"                        or a path below /dev; of several hosts NODE:DEVICE, or "
	"each\n"
	"                        that has it\n"
	"  --json                print the verdicts and steps as JSON\n"
	"  --diff                compare two captures, fact by fact\n"
	"  --help, --version\n"
	"\n"
	"Exit codes: 0 nothing was refused, 1 something was refused or is undecided, 2 "
	"usage,\n"
	"5 the plan cannot be written, 6 the capture is bad.\n";

enum {
	OPT_SELECT = 256,
	OPT_POLICY,
	OPT_MIN_AGE,
	OPT_VALID,
	OPT_REFRESH,
	OPT_SINGLE_HOST,
	OPT_HOSTS_COMPLETE,
	OPT_LEFTOVER_MOUNT,
	OPT_HTML,
	OPT_DOT,
	OPT_EXPLAIN,
	OPT_JSON,
	OPT_DIFF,
	OPT_HELP,
	OPT_VERSION
};

static const struct option long_options[] = {
	{"output", required_argument, NULL, 'o'},
	{"select", required_argument, NULL, OPT_SELECT},
	{"policy", required_argument, NULL, OPT_POLICY},
	{"min-age", required_argument, NULL, OPT_MIN_AGE},
	{"valid", required_argument, NULL, OPT_VALID},
	{"refresh-origin", no_argument, NULL, OPT_REFRESH},
	{"single-host", no_argument, NULL, OPT_SINGLE_HOST},
	{"hosts-complete", no_argument, NULL, OPT_HOSTS_COMPLETE},
	{"leftover-mount", required_argument, NULL, OPT_LEFTOVER_MOUNT},
	{"html", required_argument, NULL, OPT_HTML},
	{"dot", required_argument, NULL, OPT_DOT},
	{"explain", required_argument, NULL, OPT_EXPLAIN},
	{"json", no_argument, NULL, OPT_JSON},
	{"diff", no_argument, NULL, OPT_DIFF},
	{"help", no_argument, NULL, OPT_HELP},
	{"version", no_argument, NULL, OPT_VERSION},
	{0},
};

static int usage_error(const char *what, const char *value)
{
	fprintf(stderr, "snapstate-plan: %s%s\nTry 'snapstate-plan --help'.\n", what,
		value);
	return EXIT_USAGE;
}

static int read_option(int option, struct options *options)
{
	switch (option) {
	case 'o':
		options->plan_file = optarg;
		return -1;
	case OPT_SELECT:
		if (!policy_glob_is_valid(optarg) ||
			options->request.n_select == PLAN_SELECT_MAX)
			return usage_error(
				"--select wants VG/LV with * and ?, at most 64 times, "
				"not ",
				optarg);
		*array_add(&options->request.select, &options->request.n_select) = optarg;
		return -1;
	case OPT_POLICY:
		*array_add(&options->policies, &options->n_policies) = optarg;
		return -1;
	case OPT_MIN_AGE:
		if (duration_read(optarg, &options->request.min_age) < 0)
			return usage_error(
				"--min-age wants a number and s, m, h or d, not ",
				optarg);
		return -1;
	case OPT_VALID:
		if (duration_read(optarg, &options->request.valid) < 0 ||
			!options->request.valid)
			return usage_error(
				"--valid wants a number, not 0, and s, m, h or d, not ",
				optarg);
		return -1;
	case OPT_REFRESH:
		options->request.has_refresh_origin = true;
		return -1;
	case OPT_SINGLE_HOST:
		options->request.is_single_host = true;
		return -1;
	case OPT_HOSTS_COMPLETE:
		options->request.is_hosts_complete = true;
		return -1;
	case OPT_LEFTOVER_MOUNT:
		if (!policy_path_is_valid(optarg) ||
			options->request.n_leftover_mounts == PLAN_LEFTOVER_MOUNTS_MAX)
			return usage_error("--leftover-mount needs an absolute path "
					   "without a / at its end, at most 64 times, "
					   "not ",
				optarg);
		*array_add(&options->request.leftover_mounts,
			&options->request.n_leftover_mounts) = optarg;
		return -1;
	case OPT_HTML:
		options->html_file = optarg;
		return -1;
	case OPT_DOT:
		options->dot_file = optarg;
		return -1;
	case OPT_EXPLAIN:
		options->explain = optarg;
		return -1;
	case OPT_JSON:
		options->is_json = true;
		return -1;
	case OPT_DIFF:
		options->is_diff = true;
		return -1;
	case OPT_HELP:
		fputs(usage, stdout);
		return EXIT_DONE;
	case OPT_VERSION:
		puts("snapstate-plan " SNAPSTATE_VERSION);
		return EXIT_DONE;
	default:
		return usage_error("that option is not known, or lacks its value", "");
	}
}

static int read_captures(int argc, char **argv, struct options *options)
{
	size_t given = (size_t)(argc - optind);
	bool has_files = options->plan_file || options->html_file || options->dot_file;

	if (options->is_diff && (has_files || options->is_json || options->explain))
		return usage_error("--diff goes without -o, --html, --dot, --explain and "
				   "--json",
			"");
	if (options->explain && (has_files || options->is_json))
		return usage_error(
			"--explain goes without -o, --html, --dot and --json", "");
	if (options->is_diff && given != 2)
		return usage_error("--diff wants two captures", "");
	if (given == 0)
		return usage_error("a capture is wanted", "");
	while (optind < argc)
		*array_add(&options->captures, &options->n_captures) = argv[optind++];
	return -1;
}

static void select_default(struct request *request)
{
	*array_add(&request->select, &request->n_select) = SELECT_DEFAULT;
	request->select_mounts = select_default_mounts;
	request->n_select_mounts = SELECT_DEFAULT_MOUNTS;
}

int options_read(int argc, char **argv, struct options *ret)
{
	struct options options = {
		.request = {.min_age = MIN_AGE_DEFAULT, .valid = VALID_DEFAULT}};
	int option, code = -1;

	while (code < 0 &&
		(option = getopt_long(argc, argv, "o:", long_options, NULL)) != -1)
		code = read_option(option, &options);
	if (code < 0)
		code = read_captures(argc, argv, &options);
	if (code < 0 && !options.request.n_select && !options.n_policies)
		select_default(&options.request);
	*ret = options;
	return code;
}

void options_free(struct options *options)
{
	free(options->captures);
	free(options->request.select);
	free(options->request.leftover_mounts);
	free(options->policies);
}
