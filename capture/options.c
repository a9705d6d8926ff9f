/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of snapstate-capture. Input: arguments. Output: struct options. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "capture.h"
#include "snapstate/exit.h"
#include "snapstate/observe.h"

#define TIMEOUT_MIN	5
#define TIMEOUT_DEFAULT 60
#define TIMEOUT_MAX	86400

static const char usage[] =
	"usage: snapstate-capture [--from PATH] [--timeout SECONDS] [--cmdline]\n"
	"                         [--redact KEYFILE] [-o FILE] [-q]\n"
	"       snapstate-capture --ticket FILE --plan PLAN --journal JOURNAL\n"
	"                         [--before CAPTURE] [--signature FILE]... [--timeout "
	"SECONDS]\n"
	"                         [--redact KEYFILE] [-q]\n"
	"       snapstate-capture --observe [--redact KEYFILE] [--timeout SECONDS]\n"
	"                         [--ticket FILE --plan PLAN --journal FOLDER\n"
	"                         [--before CAPTURE] [--signature FILE]...]\n"
	"Records this host's device-mapper devices, LVM, mounts, and who uses them.\n"
	"Prints the name of the archive. Run it as root.\n"
	"  --from PATH        record nothing of this host, but what others collected:\n"
	"                     a sosreport (folder or tar), an lvmdump, a text with "
	"pasted\n"
	"                     commands (- for standard input), or a folder with outputs\n"
	"                     of dmsetup, LVM and others; for review only\n"
	"  --timeout SECONDS  give up on what has not answered by then (default: 60; "
	"240 for\n"
	"                     each answer of --observe)\n"
	"  --cmdline          record the arguments of processes, not only their names\n"
	"  --redact KEYFILE   replace names of hosts, volumes, guests and paths by\n"
	"                     pseudonyms, the same ones for the same key; a key is made\n"
	"                     if KEYFILE does not exist\n"
	"  -o, --output FILE  write FILE, which must not exist yet (default:\n"
	"                     HOST-TIME-RANDOM" ARCHIVE_SUFFIX " in the current folder)\n"
	"  -q, --quiet        say only what is missing\n"
	"  --ticket FILE      after a plan was applied: compare this host with what the "
	"plan\n"
	"                     predicted, and pack the result, PLAN, its JOURNAL, "
	"CAPTURE\n"
	"                     (which the plan was made from), the signatures, and a new\n"
	"                     capture into FILE; exit code 0 all is as predicted, 3 it "
	"is\n"
	"                     not, 4 it is, but steps of the plan are left\n"
	"  --observe          answer on standard output what standard input asks about this\n"
	"                     host, and change nothing: for snapstate-execute; with "
	"--ticket\n"
	"                     FILE is made first, and filled when that is asked for\n"
	"  -h, --help         this text\n"
	"  -V, --version      the version\n";

enum option_id {
	OPTION_TICKET = 256,
	OPTION_PLAN,
	OPTION_JOURNAL,
	OPTION_BEFORE,
	OPTION_SIGNATURE,
	OPTION_OBSERVE,
};

static const struct option long_options[] = {
	{"output", required_argument, NULL, 'o'},
	{"from", required_argument, NULL, 'f'},
	{"timeout", required_argument, NULL, 't'},
	{"cmdline", no_argument, NULL, 'c'},
	{"redact", required_argument, NULL, 'r'},
	{"ticket", required_argument, NULL, OPTION_TICKET},
	{"plan", required_argument, NULL, OPTION_PLAN},
	{"journal", required_argument, NULL, OPTION_JOURNAL},
	{"before", required_argument, NULL, OPTION_BEFORE},
	{"signature", required_argument, NULL, OPTION_SIGNATURE},
	{"observe", no_argument, NULL, OPTION_OBSERVE},
	{"quiet", no_argument, NULL, 'q'},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, 'V'},
	{NULL, 0, NULL, 0},
};

static int bad_usage(const char *what, const char *word)
{
	fprintf(stderr, "snapstate-capture: %s%s\n%s", what, word, usage);
	return EXIT_USAGE;
}

static bool take_timeout(const char *text, struct options *ret_options)
{
	uint64_t seconds;

	if (parse_u64(text, strlen(text), 10, &seconds) < 0 || seconds < TIMEOUT_MIN ||
		seconds > TIMEOUT_MAX)
		return false;
	ret_options->timeout = (unsigned)seconds;
	return true;
}

static int check_ticket(const struct options *options)
{
	const struct ticket_files *files = &options->files;

	if (!options->ticket &&
		(files->plan || files->journal || files->before || files->n_signatures))
		return bad_usage(
			"--plan, --journal, --before and --signature go with --ticket",
			"");
	if (options->ticket && (!files->plan || !files->journal))
		return bad_usage("--ticket wants --plan and --journal", "");
	if (options->ticket && (options->from || options->output))
		return bad_usage(
			"--ticket makes a capture of this host, and no other file "
			"than its own: it goes without --from and --output",
			"");
	return -1;
}

/* What cannot be had together. */
static int check(const struct options *options)
{
	if (options->is_observer &&
		(options->from || options->output || options->has_cmdline))
		return bad_usage("--observe makes no capture: it goes without --from, "
				 "--output and --cmdline",
			"");
	if (options->has_cmdline && options->from)
		return bad_usage("--cmdline is for this host, not for --from", "");
	if (options->has_cmdline && options->key)
		return bad_usage("--cmdline and --redact exclude each other: what is in "
				 "an argument nobody knows",
			"");
	return check_ticket(options);
}

/* Those of a ticket. false: it is another one, or one too many. */
static bool take_file(int option, const char *name, struct options *ret_options)
{
	struct ticket_files *files = &ret_options->files;

	if (option == OPTION_TICKET)
		ret_options->ticket = name;
	else if (option == OPTION_PLAN)
		files->plan = name;
	else if (option == OPTION_JOURNAL)
		files->journal = name;
	else if (option == OPTION_BEFORE)
		files->before = name;
	else if (option == OPTION_SIGNATURE &&
		 files->n_signatures < TICKET_SIGNATURES_MAX)
		files->signatures[files->n_signatures++] = name;
	else
		return false;
	return true;
}

int options_read(int argc, char **argv, struct options *ret_options)
{
	int option;

	while ((option = getopt_long(argc, argv, "o:qhV", long_options, NULL)) != -1) {
		if (option == 'o') {
			ret_options->output = optarg;
		} else if (option == 'f') {
			ret_options->from = optarg;
		} else if (option == 't') {
			if (!take_timeout(optarg, ret_options))
				return bad_usage(
					"--timeout wants 5 to 86400 seconds, not ",
					optarg);
		} else if (option == 'c') {
			ret_options->has_cmdline = true;
		} else if (option == 'r') {
			ret_options->key = optarg;
		} else if (option == OPTION_OBSERVE) {
			ret_options->is_observer = true;
		} else if (option == 'q') {
			ret_options->is_quiet = true;
		} else if (option == 'h') {
			fputs(usage, stdout);
			return EXIT_DONE;
		} else if (option == 'V') {
			puts("snapstate-capture " SNAPSTATE_VERSION);
			return EXIT_DONE;
		} else if (!take_file(option, optarg, ret_options)) {
			fputs(usage, stderr);
			return EXIT_USAGE;
		}
	}
	if (optind != argc)
		return bad_usage("unexpected argument ", argv[optind]);
	if (!ret_options->timeout)
		ret_options->timeout = ret_options->is_observer ? OBSERVE_SECONDS
								: TIMEOUT_DEFAULT;
	return check(ret_options);
}
