/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command line: a table for each program, of which --help is printed and the
 * completions and the pages' tests are made. All programs take -h, --help, -V, --version,
 * --option=VALUE and every abbreviation of a long name that is not ambiguous.
 */
#ifndef SNAPSTATE_OPTION_H
#define SNAPSTATE_OPTION_H

#include "snapstate/err.h"

/* A row without a name ends the table. `id` is what option_next answers: a short letter,
 * or a number from OPTION_LONG on for an option without one. */
#define OPTION_LONG 256
struct option_row {
	int id;
	const char *name;     /* "output" */
	const char *argument; /* "FILE"; NULL: takes none */
	const char *text;     /* of one line; wrapped when it is printed */
};
#define OPTION_ROWS_MAX 32

struct option_program {
	const char *name;  /* "snapstate-plan" */
	const char *usage; /* without the name; a line for each form */
	const char *about; /* of one line; wrapped when it is printed */
	const struct option_row *rows;
};

/*
 * The id of the option that comes next, its value in optarg; -1: no option is left, and
 * operands begin at optind. OPTION_EXIT: *ret_code is the exit code, and what there was
 * to say is said.
 */
#define OPTION_EXIT -2
int option_next(
	const struct option_program *program, int argc, char **argv, int *ret_code);

/* "PROGRAM: ..." and where to read more, on stderr. Returns EXIT_USAGE. */
int option_misuse(const struct option_program *program, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * What was printed on standard output has been written; else says so on stderr, and a
 * code that is no error becomes EXIT_ENVIRONMENT. Returns the exit
 * code.
 */
int option_end_output(const char *program, int code);

#endif
