/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SNAPSTATE_LVM_FRAME_H
#define SNAPSTATE_LVM_FRAME_H

#include <stdbool.h>

/*
 * The metadata text within what `pvck --dump metadata` prints (lvm2 tools/pvck.c,
 * dump_metadata): "metadata text at ...", a ruler "---", the text, and a ruler. Before
 * all that stands what it finds odd: where an lvm command was killed or failed between
 * writing and committing, "CHECK: mda_header_1.raw_locn[1] for precommit not empty" (seen
 * in the lab). The text is the committed one, which LVM uses. Without such a frame all is
 * text.
 */
void lvm_frame_strip(const char **at, const char **end);

#endif
