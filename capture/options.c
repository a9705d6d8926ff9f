/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of snapstate-capture. Input: arguments. Output: struct options. */
#include <getopt.h>
#include <string.h>

#include "capture.h"
#include "snapstate/observe.h"
#include "snapstate/option.h"

#define TIMEOUT_MIN	5
#define TIMEOUT_DEFAULT 60
#define TIMEOUT_MAX	86400

enum option_id {
	OPTION_FROM = OPTION_LONG,
	OPTION_TIMEOUT,
	OPTION_CMDLINE,
	OPTION_REDACT,
	OPTION_TICKET,
	OPTION_PLAN,
	OPTION_JOURNAL,
	OPTION_JOURNALS,
	OPTION_BEFORE,
	OPTION_SIGNATURE,
	OPTION_OBSERVE,
};

static const struct option_row rows[] = {
	{'o', "output", "FILE",
		"write FILE, which must not exist yet (- for standard output), or, of "
		"evidence that holds several "
		"collections, into a folder (default: "
		"HOST-TIME-RANDOM" ARCHIVE_SUFFIX " in the current folder)"},
	{OPTION_FROM, "from", "PATH",
		"do not read this host, but import what others collected: sosreports, "
		"supportconfigs and other collections (folders or archives), an lvmdump, "
		"a text with pasted commands (- for standard input), or a folder with "
		"any of these; for review only"},
	{OPTION_TIMEOUT, "timeout", "SECONDS",
		"stop waiting for what has not answered by then (default: 60; 240 for "
		"each answer of --observe)"},
	{OPTION_CMDLINE, "cmdline", NULL,
		"record the arguments of processes, not only their names"},
	{OPTION_REDACT, "redact", "KEYFILE",
		"replace names of hosts, volumes, guests and paths by pseudonyms, the "
		"same ones for the same key; a key is made if KEYFILE does not exist"},
	{OPTION_TICKET, "ticket", "FILE",
		"after a plan was applied: compare this host with what the plan "
		"predicted, and pack the result, PLAN, its JOURNAL, CAPTURE, the "
		"signatures and a new capture into FILE; exit code 0: all is as "
		"predicted, 3: it is not, 4: it is, but steps of the plan are left"},
	{OPTION_PLAN, "plan", "PLAN", "the plan that was applied"},
	{OPTION_JOURNAL, "journal", "JOURNAL", "the journal of its run"},
	{OPTION_JOURNALS, "journals", "DIR", "with --observe: the folder of journals"},
	{OPTION_BEFORE, "before", "CAPTURE", "the capture that the plan was made from"},
	{OPTION_SIGNATURE, "signature", "FILE",
		"a signature of the plan; may be repeated"},
	{OPTION_OBSERVE, "observe", NULL,
		"for snapstate-execute: answer on standard output what standard input "
		"asks about this host, and change nothing; with --ticket FILE is made "
		"first, and filled when that is asked for"},
	{'q', "quiet", NULL, "print only what is missing"},
	{0},
};

static const struct option_program program = {
	.name = "snapstate-capture",
	.usage = "[OPTION]...\n"
		 "--ticket FILE --plan PLAN --journal JOURNAL [OPTION]...\n"
		 "--observe [OPTION]...",
	.about = "Records this host's device-mapper devices, LVM, mounts, and who uses "
		 "them. Prints the name of the archive. Run it as root.",
	.rows = rows,
};

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
		return option_misuse(&program,
			"--plan, --journal, --before and --signature need --ticket");
	if (options->ticket && (!files->plan || !files->journal))
		return option_misuse(&program, "--ticket needs --plan and --journal");
	if (options->ticket && (options->from || options->output))
		return option_misuse(
			&program, "--ticket cannot be combined with --from and --output");
	return -1;
}

/* What cannot be had together. */
static int check(const struct options *options)
{
	if (options->is_observer &&
		(options->from || options->output || options->has_cmdline))
		return option_misuse(&program,
			"--observe cannot be combined with --from, --output and "
			"--cmdline");
	if (options->has_cmdline && options->from)
		return option_misuse(
			&program, "--cmdline cannot be combined with --from");
	if (options->has_cmdline && options->key)
		return option_misuse(&program,
			"--cmdline cannot be combined with --redact: arguments may "
			"contain any name");
	return check_ticket(options);
}

/* Those of a ticket. false: one too many. */
static bool take_file(int option, const char *name, struct options *ret_options)
{
	struct ticket_files *files = &ret_options->files;

	if (option == OPTION_TICKET)
		ret_options->ticket = name;
	else if (option == OPTION_PLAN)
		files->plan = name;
	else if (option == OPTION_JOURNAL || option == OPTION_JOURNALS)
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
	int option, code;

	while ((option = option_next(&program, argc, argv, &code)) != -1) {
		if (option == OPTION_EXIT) {
			return code;
		} else if (option == 'o') {
			ret_options->output = optarg;
		} else if (option == OPTION_FROM) {
			ret_options->from = optarg;
		} else if (option == OPTION_TIMEOUT) {
			if (!take_timeout(optarg, ret_options))
				return option_misuse(&program,
					"--timeout takes 5 to 86400 seconds, not %s",
					optarg);
		} else if (option == OPTION_CMDLINE) {
			ret_options->has_cmdline = true;
		} else if (option == OPTION_REDACT) {
			ret_options->key = optarg;
		} else if (option == OPTION_OBSERVE) {
			ret_options->is_observer = true;
		} else if (option == 'q') {
			ret_options->is_quiet = true;
		} else if (!take_file(option, optarg, ret_options)) {
			return option_misuse(&program,
				"--signature can be given at most %d times",
				TICKET_SIGNATURES_MAX);
		}
	}
	if (optind != argc)
		return option_misuse(&program, "unexpected argument %s", argv[optind]);
	if (!ret_options->timeout)
		ret_options->timeout = ret_options->is_observer ? OBSERVE_SECONDS
								: TIMEOUT_DEFAULT;
	return check(ret_options);
}
