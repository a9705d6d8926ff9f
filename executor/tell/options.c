/* SPDX-License-Identifier: Apache-2.0 */
/* Command line -> options; see options.h. */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "confirm.h"
#include "options.h"
#include "snapstate/cleanup.h"
#include "snapstate/observe.h"
#include "snapstate/option.h"

enum option_id {
	OPTION_APPLY = OPTION_LONG,
	OPTION_YES_DIGEST,
	OPTION_RESUME,
	OPTION_KEEP_GOING,
	OPTION_DONE,
	OPTION_JOURNAL,
	OPTION_UNSIGNED,
	OPTION_SIGNATURE,
	OPTION_REDACT_KEY,
	OPTION_TIMEOUT,
	OPTION_TICKET,
	OPTION_BEFORE,
};

static const struct option_row rows[] = {
	{OPTION_APPLY, "apply", NULL,
		"carry out the steps, if the first 8 digits of the plan's sha256 are "
		"typed on the terminal"},
	{OPTION_YES_DIGEST, "yes-digest", "DIGITS",
		"these are the digits (or more of them): do not ask"},
	{OPTION_RESUME, "resume", NULL,
		"continue a run that was interrupted or stopped, where its journal and "
		"the host agree on how far it came; no step is done twice"},
	{OPTION_KEEP_GOING, "keep-going", NULL,
		"where the host differs in parts of the plan (its review numbers them), "
		"leave these out, and carry out the others: exit code 1"},
	{OPTION_DONE, "done", "JOURNAL",
		"the journal of a plan of another host that comes before this one; one "
		"for each that PLAN names in an \"after\" line"},
	{OPTION_JOURNAL, "journals", "DIR",
		"the folder of journals (default: " JOURNAL_FOLDER ")"},
	{OPTION_UNSIGNED, "unsigned", NULL,
		"take a plan without a signature, where the site allows it"},
	{OPTION_SIGNATURE, "signature", "FILE",
		"a signature of the plan, the maker's or an operator's; may be given "
		"twice (default: PLAN.sig; PLAN.approve.sig where the site "
		"policy, " SITE_POLICY_FILE ", requires a second one)"},
	{OPTION_REDACT_KEY, "redact-key", "FILE",
		"the key of a capture made with --redact (default: " REDACT_KEY_FILE ")"},
	{OPTION_TIMEOUT, "timeout", "SECONDS",
		"how long reading the host may take each time (default: 240)"},
	{OPTION_TICKET, "ticket", "FILE",
		"when the run has ended, however it did, capture the host again, compare "
		"it with what the plan predicted, and pack the result, the plan, its "
		"journal and the captures into FILE"},
	{OPTION_BEFORE, "before", "CAPTURE",
		"the capture that the plan was made from, for the ticket"},
	{'v', "verbose", NULL,
		"where the host differs, print the facts as well, as they are in the "
		"plan and as they were found"},
	{0},
};

static const struct option_program program = {
	.name = "snapstate-execute",
	.usage = "[OPTION]... PLAN",
	.about = "Verifies on this host every fact that PLAN expects, and shows its "
		 "steps. Changes nothing unless --apply is given; then carries out the "
		 "steps one by one, each verified before and confirmed after, and stops "
		 "at the first difference. Run it as root.",
	.rows = rows,
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
	int id, code;

	ret_options->key = REDACT_KEY_FILE;
	ret_options->seconds = OBSERVE_SECONDS;

	while ((id = option_next(&program, argc, argv, &code)) != -1) {
		if (id == OPTION_EXIT) {
			return code;
		} else if (id == OPTION_APPLY) {
			ret_options->is_apply = true;
		} else if (id == OPTION_RESUME) {
			ret_options->is_resume = true;
		} else if (id == OPTION_KEEP_GOING) {
			ret_options->is_keep_going = true;
		} else if (id == OPTION_UNSIGNED) {
			ret_options->is_unsigned = true;
		} else if (id == OPTION_SIGNATURE) {
			if (ret_options->n_signatures == SIGNATURES_MAX)
				return option_misuse(&program,
					"--signature can be given twice at most");
			ret_options->signatures[ret_options->n_signatures++] = optarg;
		} else if (id == OPTION_DONE) {
			if (ret_options->n_done == PLAN_AFTER_MAX)
				return option_misuse(&program,
					"--done can be given %d times at most",
					PLAN_AFTER_MAX);
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
				return option_misuse(
					&program, "--timeout takes 5 to 86400 seconds");
		} else if (id == OPTION_TICKET) {
			free(ret_options->ticket);
			ret_options->ticket = options_absolute(optarg);
		} else if (id == OPTION_BEFORE) {
			ret_options->before = optarg;
		} else if (id == 'v') {
			ret_options->is_verbose = true;
		}
	}
	if (optind != argc - 1)
		return option_misuse(&program, "%s PLAN argument",
			optind < argc ? "more than one" : "missing");
	if (ret_options->yes_digest &&
		(!ret_options->is_apply || !confirm_is_prefix(ret_options->yes_digest)))
		return option_misuse(&program, "--yes-digest needs --apply, and takes 8 "
					       "to 64 of the plan's digits");
	if (ret_options->is_unsigned && ret_options->n_signatures)
		return option_misuse(
			&program, "--unsigned cannot be combined with --signature");
	if ((ret_options->ticket && !ret_options->is_apply) ||
		(ret_options->before && !ret_options->ticket))
		return option_misuse(
			&program, "--ticket needs --apply, and --before needs --ticket");
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
