/* SPDX-License-Identifier: Apache-2.0 */
/* What tests of the page, the graph and the stories ask of them, and a host that lies. */
#ifndef SNAPSTATE_CHECK_REVIEW_H
#define SNAPSTATE_CHECK_REVIEW_H

#include "snapstate/buf.h"

/* Markup, an attribute's end, an entity, control bytes, U+202E, a lone 0xff. */
#define HOSTILE                                                                          \
	"<img src=x onerror=alert(1)>\"'&lt;\\n\\N\\\" "                                 \
	"\x01\x1b[31m\n\x7f\xe2\x80\xae\xff"                                             \
	"--></style></title><script>]]>"

/* The sample's stack, where every string that need not be right is HOSTILE. */
struct host *hostile_host(void);

void assert_has(const struct buf *text, const char *part);
void assert_has_not(const struct buf *text, const char *part);
void assert_printable(const struct buf *text);

/* Well-formed, only known elements and attributes, nothing that runs, loads or leads out
 * of it, and no place twice. Returns how often HOSTILE is there as text. */
size_t check_page(const struct buf *page);

/* Behind one statement of a graph; NULL: it is none. */
const char *check_graph_line(const char *line);
void check_graph(const struct buf *graph);

#endif
