/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of options -> getopt_long, --help; see option.h. */
#include "snapstate/option.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "snapstate/exit.h"

#define HELP_WIDTH  80
#define HELP_COLUMN 26 /* where the text of an option begins */

/* exit.h; docs/using.md and the manual pages repeat them. */
static const char *const exit_texts[] = {
	[EXIT_DONE] = "done; snapstate-plan: all selected snapshots can be removed",
	[EXIT_REFUSED] = "snapshots are kept: refused, undecided, skipped, or not found",
	[EXIT_USAGE] = "usage",
	[EXIT_DIFFERS] = "the host differs from the plan; nothing (more) was changed",
	[EXIT_STOPPED] = "stopped midway; the journal says where",
	[EXIT_ENVIRONMENT] = "not permitted, or the environment lacks something",
	[EXIT_BAD_INPUT] = "the input is bad: file and line, or member, and the rule",
	[EXIT_NOTHING] = "no snapshots match the selection",
	[EXIT_HAZARD] = "hazard: a snapshot destroys data, or endangers it",
};

static const struct option_row common_rows[] = {
	{'h', "help", NULL, "print this help and exit"},
	{'V', "version", NULL, "print the version and exit"},
	{0},
};

/* ---- help ---- */

/* From `column` on, where the cursor is, in lines up to HELP_WIDTH. */
static void print_wrapped(const char *text, int column)
{
	int at = column;

	while (*text) {
		int len = (int)strcspn(text, " ");

		if (at > column && at + 1 + len > HELP_WIDTH) {
			printf("\n%*s", column, "");
			at = column;
		} else if (at > column) {
			putchar(' ');
			at++;
		}
		printf("%.*s", len, text);
		at += len;
		text += len + strspn(text + len, " ");
	}
	putchar('\n');
}

static void print_rows(const struct option_row *row)
{
	for (; row->name; row++) {
		int at = row->id < OPTION_LONG ? printf("  -%c, ", row->id)
					       : printf("      ");

		at += printf("--%s%s%s", row->name, row->argument ? " " : "",
			row->argument ? row->argument : "");
		if (at > HELP_COLUMN - 2)
			at = printf("\n") - 1;
		printf("%*s", HELP_COLUMN - at, "");
		print_wrapped(row->text, HELP_COLUMN);
	}
}

static void print_help(const struct option_program *program)
{
	const char *begin = "Usage: ";

	for (const char *form = program->usage; *form; begin = "       ") {
		size_t len = strcspn(form, "\n");

		printf("%s%s ", begin, program->name);
		printf("%.*s\n", (int)len, form);
		form += len + (form[len] != '\0');
	}
	putchar('\n');
	print_wrapped(program->about, 0);
	puts("\nOptions:");
	print_rows(program->rows);
	print_rows(common_rows);
	puts("\nExit codes, the same for all programs of snapstate:");
	for (size_t i = 0; i < sizeof(exit_texts) / sizeof(*exit_texts); i++)
		printf("  %zu  %s\n", i, exit_texts[i]);
}

/* ---- arguments ---- */

/* "o:qhV" and the long ones, as getopt_long takes them. */
static void add_rows(const struct option_row *row, char *letters, struct option *options)
{
	for (; row->name; row++) {
		while (options->name)
			options++;
		*options = (struct option){row->name,
			row->argument ? required_argument : no_argument, NULL, row->id};
		letters += strlen(letters);
		if (row->id < OPTION_LONG)
			sprintf(letters, "%c%s", row->id, row->argument ? ":" : "");
	}
}

int option_next(
	const struct option_program *program, int argc, char **argv, int *ret_code)
{
	char letters[2 * OPTION_ROWS_MAX + 1] = "";
	struct option options[OPTION_ROWS_MAX + 1] = {0};
	int id;

	add_rows(program->rows, letters, options);
	add_rows(common_rows, letters, options);
	if (argc > 0)
		argv[0] = (char *)program->name; /* getopt's messages begin with it */
	id = getopt_long(argc, argv, letters, options, NULL);
	if (id == 'h')
		print_help(program);
	else if (id == 'V')
		printf("%s %s\n", program->name, SNAPSTATE_VERSION);
	else if (id != '?')
		return id;
	if (id == '?')
		fprintf(stderr, "Try '%s --help' for more information.\n", program->name);
	*ret_code = id == '?' ? EXIT_USAGE : option_end_output(program->name, EXIT_DONE);
	return OPTION_EXIT;
}

int option_misuse(const struct option_program *program, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "%s: ", program->name);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, "\nTry '%s --help' for more information.\n", program->name);
	return EXIT_USAGE;
}

int option_end_output(const char *program, int code)
{
	bool has_failed = ferror(stdout) != 0;

	errno = 0;
	if (fflush(stdout) == 0 && !has_failed)
		return code;
	fprintf(stderr, "%s: cannot write standard output%s%s\n", program,
		errno ? ": " : "", errno ? strerror(errno) : "");
	return code <= EXIT_REFUSED || code >= EXIT_NOTHING ? EXIT_ENVIRONMENT : code;
}
