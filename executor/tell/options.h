/* SPDX-License-Identifier: Apache-2.0 */
/* The command line. */
#ifndef SNAPSTATE_OPTIONS_H
#define SNAPSTATE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "snapstate/exit.h"
#include "snapstate/orders.h"

/* Where things are unless said otherwise. */
#define JOURNAL_FOLDER	 SNAPSTATE_STATE_FOLDER
#define SITE_POLICY_FILE SNAPSTATE_CONFIG_FOLDER "/policy"

/* The maker's, and an operator's: beside the plan, unless named. */
#define SIGNATURES_MAX	 2
#define SIGNATURE_SUFFIX ".sig"
#define APPROVAL_SUFFIX	 ".approve.sig"

struct options {
	const char *plan; /* NULL: help or version was printed, and that is all */
	char *journal;	  /* absolute */
	const char *key;  /* file, for plans with pseudonyms */
	const char *signatures[SIGNATURES_MAX]; /* files; see signed.h */
	size_t n_signatures;
	const char *yes_digest; /* NULL: ask on the terminal */
	const char *done[PLAN_AFTER_MAX]; /* journals of plans that come before */
	size_t n_done;
	char *ticket;	    /* absolute; NULL: none is packed */
	unsigned seconds;   /* that the observer has for an answer */
	const char *before; /* the plan's capture, for the ticket; NULL: not given */
	bool is_apply;
	bool is_resume;
	bool is_keep_going;
	bool is_unsigned;
	bool is_verbose;
};

/* Says what is wrong, or EXIT_DONE. */
enum exit_code options_read(int argc, char **argv, struct options *ret_options);
void options_free(struct options *options);

/* For those that leave the working directory; malloc'ed. */
char *options_absolute(const char *path);

#endif
