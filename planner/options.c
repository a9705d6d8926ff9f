/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of snapstate-plan; see options.h. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "jobs.h"
#include "many.h"
#include "options.h"
#include "snapstate/exit.h"
#include "snapstate/option.h"
#include "snapstate/stamp.h"

enum {
	OPT_SELECT = OPTION_LONG,
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
	OPT_REPLY,
	OPT_LIST,
	OPT_DIFF,
	OPT_JSON_LINES,
	OPT_COLOR,
};

static const struct option_row rows[] = {
	{'o', "output", "PLAN",
		"write the plan; of several captures a folder of plans, which is made; "
		"an "
		"existing file is not overwritten; - is standard output, and the review "
		"is on standard error then; with --list: the columns"},
	{OPT_SELECT, "select", "VG/LV",
		"names of the snapshots to remove, with * and ?; may be repeated "
		"(default: " SELECT_DEFAULT ")"},
	{OPT_POLICY, "policy", "FILE",
		"rules with names, ages and tags, applied after --select; may be "
		"repeated; a name such as proxmox selects a policy that the program "
		"contains"},
	{OPT_MIN_AGE, "min-age", "DURATION",
		"leave younger snapshots alone: 90s, 30m, 1h (default), 7d"},
	{OPT_VALID, "valid", "DURATION",
		"the plan expires this long after its capture (default: 7d)"},
	{OPT_REFRESH, "refresh-origin", NULL,
		"also turn origins whose last snapshot is removed into plain volumes"},
	{OPT_SINGLE_HOST, "single-host", NULL,
		"assert that no other host reaches these volume groups"},
	{OPT_HOSTS_COMPLETE, "hosts-complete", NULL,
		"assert that the captures are those of all hosts that reach the storage "
		"of these volume groups"},
	{OPT_LEFTOVER_MOUNT, "leftover-mount", "PATH",
		"assert that what is mounted read-write on PATH is a leftover, and that "
		"no service uses it; may be repeated"},
	{OPT_HTML, "html", "FILE",
		"write the review as a page for a browser; an existing file is not "
		"overwritten"},
	{OPT_DOT, "dot", "FILE",
		"write the stacks as a graph for dot(1); an existing file is not "
		"overwritten"},
	{OPT_EXPLAIN, "explain", "DEVICE",
		"explain one device: MAJ:MIN, uuid, dm name, VG/LV, LV, a path below "
		"/dev or a mount point; of several hosts NODE:DEVICE, or each that has "
		"it; or what a message of LVM or of the kernel means, for which no "
		"CAPTURE is needed"},
	{OPT_JSON, "json", NULL, "print the verdicts and steps as JSON"},
	{OPT_REPLY, "reply", NULL,
		"print a reply to the sender of the evidence: what it shows, what is "
		"unknown, and which commands to run"},
	{OPT_LIST, "list", NULL,
		"list every snapshot, selected or not, one per line; -o LIST chooses "
		"columns, -o +LIST adds some to the usual ones, --json gives them as "
		"JSON; the columns: " LIST_COLUMNS},
	{'n', "noheadings", NULL, "with --list: no headings"},
	{'r', "raw", NULL, "with --list: one blank between two columns, for scripts"},
	{OPT_JSON_LINES, "json-lines", NULL,
		"print every snapshot of all captures as a line of JSON"},
	{'j', "jobs", "N",
		"judge groups of hosts that share storage apart from each other, as with "
		"a folder, in N processes at once (default: 1)"},
	{'v', "verbose", NULL,
		"show the details of every snapshot in the review, similar ones "
		"included"},
	{OPT_DIFF, "diff", NULL, "compare two captures, fact by fact"},
	{OPT_COLOR, "color", "WHEN",
		"colour the review: auto (default: on a terminal, unless NO_COLOR is "
		"set), "
		"always, never"},
	{0},
};

static const struct option_program program = {
	.name = "snapstate-plan",
	.usage = "[OPTION]... CAPTURE...\n"
		 "[-o FOLDER] [--html FILE] [-j N] [OPTION]... FOLDER...\n"
		 "--json-lines [-j N] [OPTION]... CAPTURE|FOLDER...\n"
		 "--list [-o COLUMN,...] [-n] [-r] [OPTION]... CAPTURE...\n"
		 "--explain DEVICE [OPTION]... CAPTURE...\n"
		 "--explain MESSAGE\n"
		 "--diff CAPTURE CAPTURE",
	.about = "Reads a capture, offline, and prints which leftover backup snapshots "
		 "can be removed safely, in which steps and why, and which not. Several "
		 "captures are those of hosts that share volume groups; of a folder, "
		 "those that do are found together.",
	.rows = rows,
};

static int read_jobs(struct options *options)
{
	uint64_t jobs;

	if (parse_u64(optarg, strlen(optarg), 10, &jobs) < 0 || !jobs ||
		jobs > JOBS_AT_ONCE_MAX)
		return option_misuse(&program, "-j takes a number from 1 to %d, not %s",
			JOBS_AT_ONCE_MAX, optarg);
	options->jobs = (unsigned)jobs;
	return -1;
}

static int read_color(struct options *options)
{
	static const char *const names[] = {[COLOR_AUTO] = "auto",
		[COLOR_ALWAYS] = "always",
		[COLOR_NEVER] = "never"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(optarg, names[i]) == 0) {
			options->color = (enum color)i;
			return -1;
		}
	return option_misuse(
		&program, "--color takes auto, always or never, not %s", optarg);
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
			return option_misuse(&program,
				"--select takes VG/LV with * and ?, at most 64 times, "
				"not %s",
				optarg);
		*array_add(&options->request.select, &options->request.n_select) = optarg;
		return -1;
	case OPT_POLICY:
		*array_add(&options->policies, &options->n_policies) = optarg;
		return -1;
	case OPT_MIN_AGE:
		if (duration_read(optarg, &options->request.min_age) < 0)
			return option_misuse(&program,
				"--min-age takes a number and s, m, h or d, not %s",
				optarg);
		return -1;
	case OPT_VALID:
		if (duration_read(optarg, &options->request.valid) < 0 ||
			!options->request.valid)
			return option_misuse(&program,
				"--valid takes a number, not 0, and s, m, h or d, not %s",
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
			return option_misuse(&program,
				"--leftover-mount needs an absolute path without a / at "
				"its end, at most 64 times, not %s",
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
	case OPT_REPLY:
		options->is_reply = true;
		return -1;
	case OPT_LIST:
		options->is_list = true;
		return -1;
	case 'n':
		options->list.has_no_headings = true;
		return -1;
	case 'v':
		options->is_verbose = true;
		return -1;
	case 'r':
		options->list.is_raw = true;
		return -1;
	case OPT_JSON_LINES:
		options->is_json_lines = true;
		return -1;
	case 'j':
		return read_jobs(options);
	case OPT_DIFF:
		options->is_diff = true;
		return -1;
	case OPT_COLOR:
		return read_color(options);
	default:
		return -1;
	}
}

/* With it -o names columns, as of lsblk(8) and lvs(8): no plan is made. */
static int read_list(struct options *options)
{
	struct err err = ERR_INIT;

	options->list.columns = options->plan_file;
	options->plan_file = NULL;
	if (options->html_file || options->dot_file || options->explain ||
		options->is_diff || options->is_reply)
		return option_misuse(&program, "--list cannot be combined with --html, "
					       "--dot, --explain, --reply and --diff");
	if (list_check(options->list.columns, &err) < 0)
		return option_misuse(&program, "%s", err.msg);
	return -1;
}

/* One index, or rows, of them all: what is told of one host is told by a run over its
 * group alone. */
static int check_many(const struct options *options)
{
	if (options->dot_file || options->explain || options->is_json ||
		options->is_reply || options->is_list || options->is_diff)
		return option_misuse(&program,
			"a folder, --json-lines and -j cannot be combined with --dot, "
			"--explain, --json, --reply, --list and --diff");
	if (options->is_json_lines && (options->plan_file || options->html_file))
		return option_misuse(
			&program, "--json-lines cannot be combined with -o and --html");
	return -1;
}

bool options_is_stdout(const char *file)
{
	return file && strcmp(file, "-") == 0;
}

/* One output can have it; the review is on standard error then. */
static int check_stdout(const struct options *options, size_t n_captures)
{
	int count = options_is_stdout(options->plan_file) +
		    options_is_stdout(options->html_file) +
		    options_is_stdout(options->dot_file);

	if (count && options->is_json)
		return option_misuse(&program,
			"--json is printed on standard output: name a file, not -, for "
			"-o, --html and --dot");
	if (count > 1)
		return option_misuse(
			&program, "only one of -o, --html and --dot can be -");
	if (options_is_stdout(options->plan_file) && n_captures > 1)
		return option_misuse(
			&program, "-o needs the name of a folder for several captures");
	return -1;
}

static int read_captures(int argc, char **argv, struct options *options)
{
	size_t given = (size_t)(argc - optind);
	bool has_files;

	if (options->is_list && read_list(options) >= 0)
		return EXIT_USAGE;
	if (!options->is_list && (options->list.has_no_headings || options->list.is_raw))
		return option_misuse(&program, "-n and -r need --list");
	has_files = options->plan_file || options->html_file || options->dot_file;
	if (options->is_diff && (has_files || options->is_json || options->explain))
		return option_misuse(&program,
			"--diff cannot be combined with -o, --html, "
			"--dot, --explain and --json");
	if (options->explain && (has_files || options->is_json))
		return option_misuse(&program, "--explain cannot be combined with -o, "
					       "--html, --dot and --json");
	if (options->is_reply &&
		(options->is_diff || options->is_json || options->explain))
		return option_misuse(&program, "--reply cannot be combined with --diff, "
					       "--explain and --json");
	if (options->is_diff && given != 2)
		return option_misuse(&program, "--diff needs two CAPTURE arguments");
	if (given == 0 && !options->explain)
		return option_misuse(&program, "missing CAPTURE argument");
	if (check_stdout(options, given) >= 0)
		return EXIT_USAGE;
	while (optind < argc)
		*array_add(&options->captures, &options->n_captures) = argv[optind++];
	options->is_many = many_is_asked(options);
	return options->is_many ? check_many(options) : -1;
}

static void select_default(struct request *request)
{
	*array_add(&request->select, &request->n_select) = SELECT_DEFAULT;
	request->is_select_default = true;
	request->select_mounts = select_default_mounts;
	request->n_select_mounts = SELECT_DEFAULT_MOUNTS;
}

int options_read(int argc, char **argv, struct options *ret)
{
	struct options options = {
		.request = {.min_age = MIN_AGE_DEFAULT, .valid = VALID_DEFAULT}};
	int option, code = -1;

	while (code < 0 && (option = option_next(&program, argc, argv, &code)) != -1)
		if (option != OPTION_EXIT)
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
