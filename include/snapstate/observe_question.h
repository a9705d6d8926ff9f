/* SPDX-License-Identifier: Apache-2.0 */
/* A question about the host, as who answers it reads it; observe.h has its lines. */
#ifndef SNAPSTATE_OBSERVE_QUESTION_H
#define SNAPSTATE_OBSERVE_QUESTION_H

#include "snapstate/facts.h"
#include "snapstate/io.h"
#include "snapstate/observe.h"
#include "snapstate/probe_part.h"

struct observe_question {
	unsigned parts;
	char redaction[REDACT_KEY_ID_LEN + 1]; /* "" = names are the host's own */
	struct scope scope;
	struct wanted_names names;
	char ticket[SHA256_HEX_LEN + 1]; /* "" = none is packed */
	struct arena *strings;		 /* of the scope, where it was read */
};
void observe_question_free(struct observe_question *question);
static inline void observe_question_free_fn(struct observe_question *question)
{
	observe_question_free(question);
}
#define cleanup_question cleanup_with(observe_question_free_fn)
void observe_question_write(const struct observe_question *question, struct buf *text);
/* Such a question: see above. */
bool observe_is_near(unsigned parts, const struct scope *scope);
/* -EBADMSG: err says where and what. */
int observe_question_read(const char *text, size_t len,
	struct observe_question *ret_question, struct err *err);

#endif
