/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of snapstate-capture. Input: arguments. Output: struct options. */
#include <getopt.h>
#include <stdio.h>

#include "capture.h"
#include "snapstate/exit.h"

static const char usage[] =
	"usage: snapstate-capture [--from PATH] [-o FILE] [-q]\n"
	"Records this host's device-mapper devices, LVM, mounts, and who uses them.\n"
	"Prints the name of the archive. Run it as root.\n"
	"  --from PATH        record nothing of this host, but what others collected:\n"
	"                     a sosreport (folder or tar), an lvmdump, or a folder with\n"
	"                     outputs of dmsetup and LVM; for review only\n"
	"  -o, --output FILE  write FILE, which must not exist yet (default:\n"
	"                     HOST-TIME-RANDOM" ARCHIVE_SUFFIX " in the current folder)\n"
	"  -q, --quiet        say only what is missing\n"
	"  -h, --help         this text\n"
	"  -V, --version      the version\n";

int options_read(int argc, char **argv, struct options *ret_options)
{
	static const struct option options[] = {{"output", required_argument, NULL, 'o'},
		{"from", required_argument, NULL, 'f'}, {"quiet", no_argument, NULL, 'q'},
		{"help", no_argument, NULL, 'h'}, {"version", no_argument, NULL, 'V'},
		{NULL, 0, NULL, 0}};
	int option;

	while ((option = getopt_long(argc, argv, "o:qhV", options, NULL)) != -1) {
		if (option == 'o') {
			ret_options->output = optarg;
		} else if (option == 'f') {
			ret_options->from = optarg;
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
	if (optind == argc)
		return -1;
	fprintf(stderr, "snapstate-capture: unexpected argument %s\n%s", argv[optind],
		usage);
	return EXIT_USAGE;
}
