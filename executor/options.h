/* SPDX-License-Identifier: Apache-2.0 */
/* The command line, and the plan that it names. */
#ifndef SNAPSTATE_OPTIONS_H
#define SNAPSTATE_OPTIONS_H

#include "snapstate/exit.h"
#include "snapstate/plan.h"

struct options {
	const char *plan; /* NULL: help or version was printed, and that is all */
	char *journal;	  /* absolute */
	bool is_apply;
	bool is_unsigned;
};

/* Says what is wrong, or EXIT_DONE. */
enum exit_code options_read(int argc, char **argv, struct options *ret_options);
void options_free(struct options *options);

/* Reads the plan, once, and checks that this run may use it. */
enum exit_code options_plan(const struct options *options, struct plan **ret_plan);

#endif
