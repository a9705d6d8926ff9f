/* SPDX-License-Identifier: Apache-2.0 */
/* The command line. */
#ifndef SNAPSTATE_OPTIONS_H
#define SNAPSTATE_OPTIONS_H

#include <stdbool.h>

#include "snapstate/exit.h"

struct options {
	const char *plan;      /* NULL: help or version was printed, and that is all */
	char *journal;	       /* absolute */
	const char *key;       /* file, for plans with pseudonyms */
	const char *signature; /* file; NULL: PLAN.sig */
	bool is_apply;
	bool is_unsigned;
};

/* Says what is wrong, or EXIT_DONE. */
enum exit_code options_read(int argc, char **argv, struct options *ret_options);
void options_free(struct options *options);

#endif
