/* SPDX-License-Identifier: Apache-2.0 */
/* A text -> its parts, each read by its format; see session.c. */
#ifndef SNAPSTATE_IMPORT_SESSION_H
#define SNAPSTATE_IMPORT_SESSION_H

#include "format.h"

/* Reads one text. `title` is what a line of its own with its command would say ("" = not
 * known; of a file, its name). A line for each part goes to `ret_record`. */
void session_read(struct findings *findings, const char *file, const char *title,
	const struct buf *bytes, struct buf *ret_record);

/* One command's whole output, for a reader that wants all of it or nothing. */
struct output {
	enum role role;	  /* of a file that holds the same */
	size_t first;	  /* its first line in the text */
	size_t n_changes; /* commands above it that may have changed the host */
	struct buf bytes;
};
struct outputs {
	struct output *items;
	size_t count;
};
/* Of those formats that have a role. */
void session_outputs(
	const char *title, const struct buf *bytes, struct outputs *ret_outputs);
void outputs_free(struct outputs *outputs);

/* A command line: "[root@hv7 ~]# lvs -a | grep x", "hv7:~ # lvs". false: it is none. */
bool command_read(struct line line, struct command *ret_command);

#endif
