/* SPDX-License-Identifier: Apache-2.0 */
/* Outputs within logs; see prefixes.c. */
#ifndef SNAPSTATE_IMPORT_PREFIXES_H
#define SNAPSTATE_IMPORT_PREFIXES_H

#include "clean.h"

/* `opens` tells what begins an output: a command, a heading. */
void prefixes_cut(struct text_lines *lines, bool (*opens)(struct line line));

#endif
