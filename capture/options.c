/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of snapstate-capture. Input: arguments. Output: struct options. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "capture.h"
#include "snapstate/exit.h"

#define TIMEOUT_MIN	5
#define TIMEOUT_DEFAULT 60
#define TIMEOUT_MAX	86400

static const char usage[] =
	"usage: snapstate-capture [--from PATH] [--timeout SECONDS] [--cmdline]\n"
	"                         [--redact KEYFILE] [-o FILE] [-q]\n"
	"Records this host's device-mapper devices, LVM, mounts, and who uses them.\n"
	"Prints the name of the archive. Run it as root.\n"
	"  --from PATH        record nothing of this host, but what others collected:\n"
	"                     a sosreport (folder or tar), an lvmdump, or a folder with\n"
	"                     outputs of dmsetup and LVM; for review only\n"
	"  --timeout SECONDS  give up on what has not answered by then (default: 60)\n"
	"  --cmdline          record the arguments of processes, not only their names\n"
	"  --redact KEYFILE   replace names of hosts, volumes, guests and paths by\n"
	"                     pseudonyms, the same ones for the same key; a key is made\n"
	"                     if KEYFILE does not exist\n"
	"  -o, --output FILE  write FILE, which must not exist yet (default:\n"
	"                     HOST-TIME-RANDOM" ARCHIVE_SUFFIX " in the current folder)\n"
	"  -q, --quiet        say only what is missing\n"
	"  -h, --help         this text\n"
	"  -V, --version      the version\n";

static const struct option long_options[] = {
	{"output", required_argument, NULL, 'o'},
	{"from", required_argument, NULL, 'f'},
	{"timeout", required_argument, NULL, 't'},
	{"cmdline", no_argument, NULL, 'c'},
	{"redact", required_argument, NULL, 'r'},
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

/* What cannot be had together. */
static int check(const struct options *options)
{
	if (options->has_cmdline && options->from)
		return bad_usage("--cmdline is for this host, not for --from", "");
	if (options->has_cmdline && options->key)
		return bad_usage("--cmdline and --redact exclude each other: what is in "
				 "an argument nobody knows",
			"");
	return -1;
}

int options_read(int argc, char **argv, struct options *ret_options)
{
	int option;

	ret_options->timeout = TIMEOUT_DEFAULT;
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
		} else if (option == 'q') {
			ret_options->is_quiet = true;
		} else if (option == 'h') {
			fputs(usage, stdout);
			return EXIT_DONE;
		} else if (option == 'V') {
			puts("snapstate-capture " SNAPSTATE_VERSION);
			return EXIT_DONE;
		} else {
			fputs(usage, stderr);
			return EXIT_USAGE;
		}
	}
	if (optind != argc)
		return bad_usage("unexpected argument ", argv[optind]);
	return check(ret_options);
}
