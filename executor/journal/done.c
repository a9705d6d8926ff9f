/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Journals of other hosts against the plans that must have been carried out before; see
 * done.h. Input: files from the command line, the plan's "after" lines. Output: words and
 * the exit code. Changes nothing.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "done.h"
#include "report.h"
#include "snapstate/cleanup.h"
#include "snapstate/io.h"
#include "snapstate/limits.h"

#define NOTHING_CHANGED "; nothing was changed"

/* One for each plan that comes before. */
struct claim {
	bool is_done;
	struct journal_state state;
};

static struct claim *find_claim(
	const struct orders *plan, struct claim *claims, const char *digest)
{
	for (size_t i = 0; i < plan->n_after; i++)
		if (strcmp(plan->after[i].digest, digest) == 0)
			return &claims[i];
	return NULL;
}

static enum exit_code read_claim(const char *file, const struct orders *plan,
	const struct observer *observer, struct claim *claims)
{
	cleanup_buf struct buf text = BUF_INIT;
	struct journal_state state;
	struct claim *claim;
	struct err err = ERR_INIT;
	int r = file_read_regular(AT_FDCWD, file, JOURNAL_BYTES_MAX, &text, &err);

	if (r == 0)
		r = observer_read_journal(observer, &text, true, file, &state, &err);
	if (r < 0) {
		report_error(stderr, "--done %s" NOTHING_CHANGED, err.msg);
		if (r == -ECANCELED)
			return EXIT_DIFFERS;
		return r == -EACCES || r == -EPERM || r == -ENODATA ? EXIT_ENVIRONMENT
								    : EXIT_BAD_INPUT;
	}
	claim = find_claim(plan, claims, state.digest);
	if (!claim || claim->is_done) {
		report_error(stderr, "--done %s: the plan of this journal (sha256:%s) %s",
			file, state.digest,
			claim ? "is there twice"
			      : "is not one of those that come before this one");
		return EXIT_USAGE;
	}
	*claim = (struct claim){true, state};
	return EXIT_DONE;
}

static void show_claim(const struct plan_after *after, const struct claim *claim)
{
	cleanup_buf struct buf node = BUF_INIT;

	buf_word(&node, after->node);
	printf("comes after the plan of %s (sha256:%s): ", buf_text(&node),
		after->digest);
	if (claim->is_done)
		printf("its journal says that all %llu steps were done\n",
			(unsigned long long)claim->state.n_steps);
	else
		printf("--apply needs its journal: --done FILE\n");
}

static void report_missing(const struct plan_after *after)
{
	cleanup_buf struct buf node = BUF_INIT;

	buf_word(&node, after->node);
	report_error(stderr,
		"the plan of %s (sha256:%s) has to be carried out first, and its journal "
		"handed in: --done FILE" NOTHING_CHANGED,
		buf_text(&node), after->digest);
}

enum exit_code done_check(const struct options *options, const struct orders *plan,
	const struct observer *observer)
{
	struct claim claims[PLAN_AFTER_MAX] = {0};
	enum exit_code code = EXIT_DONE;

	for (size_t i = 0; i < options->n_done && code == EXIT_DONE; i++)
		code = read_claim(options->done[i], plan, observer, claims);
	if (code != EXIT_DONE)
		return code;
	for (size_t i = 0; i < plan->n_after; i++) {
		show_claim(&plan->after[i], &claims[i]);
		if (options->is_apply && !claims[i].is_done) {
			report_missing(&plan->after[i]);
			code = EXIT_DIFFERS;
		}
	}
	return code;
}
