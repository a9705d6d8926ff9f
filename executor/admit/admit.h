/* SPDX-License-Identifier: Apache-2.0 */
/*
 * May this host use the plan that the command line names? What is answered is text, which
 * snapstate-execute reads (executor/ask/admission.h), as the observer's answers are
 * (observe.h):
 *
 *   snapstate-admit VERSION
 *   read
 *   name age-max SECONDS            of a plan's capture, by the site policy; 0 = any
 *   name plan HEX                   sha256 of the file, each byte of it
 *   name signed I role NAMESPACE key WORD by WORD
 *                                   one per signature, from 0 on; none: unsigned
 *   end
 *
 *   name refused CODE               instead: an exit code; the reasons were said
 */
#ifndef SNAPSTATE_ADMIT_H
#define SNAPSTATE_ADMIT_H

#include <stdbool.h>
#include <stddef.h>

#include "snapstate/buf.h"
#include "snapstate/err.h"

/* What it is about: file names. */
struct admit_request {
	const char *plan;
	bool is_unsigned;
	const char *const *signatures;
	size_t n_signatures;
};

/* The site's policy first, then the signatures over the raw bytes. What the plan says is
 * not understood. Says on stderr why not. */
void admit_answer(const struct admit_request *request, struct buf *ret_answer);

/* From here on this process reads files, and does nothing else. */
int admit_confine(struct err *err);

#endif
