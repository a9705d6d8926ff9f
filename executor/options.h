/* SPDX-License-Identifier: Apache-2.0 */
/* The command line, and the plan that it names. */
#ifndef SNAPSTATE_OPTIONS_H
#define SNAPSTATE_OPTIONS_H

#include "snapstate/exit.h"
#include "snapstate/plan.h"
#include "snapstate/redact.h"

struct options {
	const char *plan;      /* NULL: help or version was printed, and that is all */
	char *journal;	       /* absolute */
	const char *key;       /* file, for plans with pseudonyms */
	const char *signature; /* file; NULL: PLAN.sig */
	const char *done[PLAN_AFTER_MAX]; /* journals of plans that come before */
	size_t n_done;
	bool is_apply;
	bool is_unsigned;
};

/* Says what is wrong, or EXIT_DONE. */
enum exit_code options_read(int argc, char **argv, struct options *ret_options);
void options_free(struct options *options);

/* Reads the plan, once, and checks that this run may use it: its signature over the raw
 * bytes before they are parsed. */
enum exit_code options_plan(const struct options *options, struct plan **ret_plan);
/* The key of a plan with pseudonyms. */
enum exit_code options_key(const struct options *options, const struct plan *plan,
	struct redact_key *ret_key);

#endif
