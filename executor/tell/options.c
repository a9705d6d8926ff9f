/* SPDX-License-Identifier: Apache-2.0 */
/* Command line -> options; see options.h. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "confirm.h"
#include "options.h"
#include "report.h"
#include "snapstate/cleanup.h"
#include "snapstate/observe.h"

static const char help[] =
	"Usage: snapstate-execute [--apply [--yes-digest DIGITS]] [--resume]\n"
	"                         [--done JOURNAL]... [--journal DIR] [--unsigned] "
	"[--signature FILE]...\n"
	"                         [--redact-key FILE] [--timeout SECONDS]\n"
	"                         [--ticket FILE [--before CAPTURE]] PLAN\n"
	"\n"
	"Verifies on this host every fact that PLAN expects, and shows its steps. "
	"Changes\n"
	"nothing unless --apply is given; then carries the steps out one by one, each "
	"verified\n"
	"before and confirmed after, and stops at the first difference.\n"
	"\n"
	"  --apply        carry out the steps, if the first 8 digits of the plan's "
	"sha256 "
	"are\n"
	"                 typed on the terminal\n"
	"  --yes-digest DIGITS  these are the digits (or more of them): do not ask\n"
	"  --resume       go on with a run that was interrupted or stopped, where its "
	"journal\n"
	"                 and the host agree on how far it came; no step is done twice\n"
	"  --done JOURNAL the journal of a plan of another host that comes before "
	"this one;\n"
	"                 one for each that PLAN names in a line \"after\"\n"
	"  --journal DIR  where the journal is kept (default " JOURNAL_FOLDER ")\n"
	"  --unsigned     take a plan without a signature, where the site allows it\n"
	"  --signature FILE  a signature of the plan, the maker's or an operator's; may "
	"be\n"
	"                 given twice (default PLAN.sig; PLAN.approve.sig where the "
	"site's\n"
	"                 policy, " SITE_POLICY_FILE ", wants a second one)\n"
	"  --redact-key FILE  the key of a capture made with --redact (default\n"
	"                 " REDACT_KEY_FILE ")\n"
	"  --timeout SECONDS  how long reading the host may take each time (default 240)\n"
	"  --ticket FILE  when the run has ended, however it did, capture the host "
	"again, "
	"compare\n"
	"                 it with what the plan predicted, and pack the result, the "
	"plan, "
	"its\n"
	"                 journal and the captures into FILE, by snapstate-capture\n"
	"  --before CAPTURE  the capture that the plan was made from, for the ticket\n"
	"  --help         this text\n"
	"  --version      the version\n"
	"\n"
	"Exit status: 0 done, or with no --apply: it could be; 2 bad usage; 3 the host "
	"differs\n"
	"from the plan, nothing (more) was changed; 4 stopped midway, the journal says "
	"where;\n"
	"5 not permitted, or the environment lacks something; 6 the plan is bad.\n";

enum option_id {
	OPTION_APPLY = 256,
	OPTION_YES_DIGEST,
	OPTION_RESUME,
	OPTION_DONE,
	OPTION_JOURNAL,
	OPTION_UNSIGNED,
	OPTION_SIGNATURE,
	OPTION_REDACT_KEY,
	OPTION_TIMEOUT,
	OPTION_TICKET,
	OPTION_BEFORE,
	OPTION_HELP,
	OPTION_VERSION,
};

static const struct option long_options[] = {
	{"apply", no_argument, NULL, OPTION_APPLY},
	{"yes-digest", required_argument, NULL, OPTION_YES_DIGEST},
	{"resume", no_argument, NULL, OPTION_RESUME},
	{"done", required_argument, NULL, OPTION_DONE},
	{"journal", required_argument, NULL, OPTION_JOURNAL},
	{"unsigned", no_argument, NULL, OPTION_UNSIGNED},
	{"signature", required_argument, NULL, OPTION_SIGNATURE},
	{"redact-key", required_argument, NULL, OPTION_REDACT_KEY},
	{"timeout", required_argument, NULL, OPTION_TIMEOUT},
	{"ticket", required_argument, NULL, OPTION_TICKET},
	{"before", required_argument, NULL, OPTION_BEFORE},
	{"help", no_argument, NULL, OPTION_HELP},
	{"version", no_argument, NULL, OPTION_VERSION},
	{0},
};

char *options_absolute(const char *path)
{
	cleanup_free char *here = *path == '/' ? NULL : getcwd(NULL, 0);
	cleanup_buf struct buf text = BUF_INIT;

	if (here)
		buf_printf(&text, "%s/", here);
	buf_puts(&text, path);
	return xstrdup(buf_text(&text));
}

static enum exit_code bad_usage(const char *what)
{
	report_error(stderr, "%s; see snapstate-execute --help", what);
	return EXIT_USAGE;
}

static enum exit_code print_and_end(const char *text)
{
	return fputs(text, stdout) >= 0 && fflush(stdout) == 0 ? EXIT_DONE
							       : EXIT_ENVIRONMENT;
}

/* As snapstate-capture takes it. */
static bool take_seconds(const char *text, unsigned *ret_seconds)
{
	uint64_t seconds;

	if (parse_u64(text, strlen(text), 10, &seconds) < 0 || seconds < 5 ||
		seconds > 86400)
		return false;
	*ret_seconds = (unsigned)seconds;
	return true;
}

enum exit_code options_read(int argc, char **argv, struct options *ret_options)
{
	int id;

	ret_options->key = REDACT_KEY_FILE;
	ret_options->seconds = OBSERVE_SECONDS;

	while ((id = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		if (id == OPTION_APPLY) {
			ret_options->is_apply = true;
		} else if (id == OPTION_RESUME) {
			ret_options->is_resume = true;
		} else if (id == OPTION_UNSIGNED) {
			ret_options->is_unsigned = true;
		} else if (id == OPTION_SIGNATURE) {
			if (ret_options->n_signatures == SIGNATURES_MAX)
				return bad_usage("--signature may be given twice");
			ret_options->signatures[ret_options->n_signatures++] = optarg;
		} else if (id == OPTION_DONE) {
			if (ret_options->n_done == PLAN_AFTER_MAX)
				return bad_usage(
					"more journals than plans can come before");
			ret_options->done[ret_options->n_done++] = optarg;
		} else if (id == OPTION_YES_DIGEST) {
			ret_options->yes_digest = optarg;
		} else if (id == OPTION_JOURNAL) {
			free(ret_options->journal);
			ret_options->journal = options_absolute(optarg);
		} else if (id == OPTION_REDACT_KEY) {
			ret_options->key = optarg;
		} else if (id == OPTION_TIMEOUT) {
			if (!take_seconds(optarg, &ret_options->seconds))
				return bad_usage("--timeout takes 5 to 86400 seconds");
		} else if (id == OPTION_TICKET) {
			free(ret_options->ticket);
			ret_options->ticket = options_absolute(optarg);
		} else if (id == OPTION_BEFORE) {
			ret_options->before = optarg;
		} else if (id == OPTION_HELP) {
			return print_and_end(help);
		} else if (id == OPTION_VERSION) {
			return print_and_end("snapstate-execute " SNAPSTATE_VERSION "\n");
		} else {
			return bad_usage("unknown option, or one without its argument");
		}
	}
	if (optind != argc - 1)
		return bad_usage("give exactly one PLAN");
	if (ret_options->yes_digest &&
		(!ret_options->is_apply || !confirm_is_prefix(ret_options->yes_digest)))
		return bad_usage("--yes-digest goes with --apply, and takes 8 to 64 of "
				 "the plan's digits");
	if (ret_options->is_unsigned && ret_options->n_signatures)
		return bad_usage("--unsigned looks at no --signature");
	if ((ret_options->ticket && !ret_options->is_apply) ||
		(ret_options->before && !ret_options->ticket))
		return bad_usage(
			"--ticket goes with --apply, and --before with --ticket");
	ret_options->plan = argv[optind];
	if (!ret_options->journal)
		ret_options->journal = xstrdup(JOURNAL_FOLDER);
	return EXIT_DONE;
}

void options_free(struct options *options)
{
	free(options->journal);
	free(options->ticket);
	*options = (struct options){0};
}
