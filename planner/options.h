/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of snapstate-plan. */
#ifndef SNAPSTATE_PLAN_OPTIONS_H
#define SNAPSTATE_PLAN_OPTIONS_H

#include "judge.h"
#include "list.h"

enum color {
	COLOR_AUTO,
	COLOR_ALWAYS,
	COLOR_NEVER,
};

struct options {
	struct request request;
	const char **policies; /* files, or names of shipped ones */
	size_t n_policies;
	const char *plan_file; /* NULL = none */
	const char *html_file; /* these two as well */
	const char *dot_file;
	const char *explain; /* a name of a device; NULL = none */
	bool is_json;
	bool is_reply;
	bool is_verbose;
	bool is_list; /* the snapshots alone, and no plan */
	struct list_layout list;
	bool is_diff;
	bool is_many; /* one run over groups of hosts (many.h) */
	bool is_json_lines;
	unsigned jobs; /* processes at once; 0 = not said */
	enum color color;
	const char **captures;
	size_t n_captures;
};

/* Returns -1 to go on, or an exit code (usage and version were printed then). */
int options_read(int argc, char **argv, struct options *ret);
/* true: the file of an option is standard output. NULL: it is not given. */
bool options_is_stdout(const char *file);
void options_free(struct options *options);

#endif
