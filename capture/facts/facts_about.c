/* SPDX-License-Identifier: Apache-2.0 */
/* Of a set of facts, those about some subjects; see facts.h. */
#include <string.h>

#include "snapstate/buf.h"
#include "snapstate/cleanup.h"
#include "snapstate/fact_line.h"
#include "snapstate/facts.h"

static void add_begun(const struct facts *facts, const char *begin, struct facts *ret)
{
	size_t len = strlen(begin);

	for (size_t i = facts_place(facts, begin);
		i < facts->count && strncmp(facts->lines[i], begin, len) == 0; i++)
		facts_add(ret, facts->lines[i]);
}

/* Lines of one kind are in a row, and of these, those of one subject. */
static void add_about(const struct facts *facts, const char *subject, struct facts *ret)
{
	cleanup_buf struct buf begin = BUF_INIT;

	for (enum fact_kind kind = 0; kind < FACT_KINDS; kind++) {
		if (fact_row(kind)->subject != 1)
			continue;
		begin.len = 0;
		buf_printf(&begin, "%s %s ", fact_row(kind)->word, subject);
		add_begun(facts, begin.data, ret);
	}
	for (enum condition_kind kind = 0; kind < CONDITION_KINDS; kind++) {
		begin.len = 0;
		buf_printf(&begin, "%s %s %s ", fact_row(FACT_CONDITION)->word,
			condition_row(kind)->name, subject);
		add_begun(facts, begin.data, ret);
	}
}

void facts_about(
	const struct facts *facts, const struct facts *subjects, struct facts *ret)
{
	for (size_t i = facts_first(facts, FACT_HOST, NULL);
		facts_is_at(facts, i, FACT_HOST, NULL); i++)
		facts_add(ret, facts->lines[i]);
	for (size_t i = facts_first(facts, FACT_MOUNT, NULL);
		facts_is_at(facts, i, FACT_MOUNT, NULL); i++) {
		cleanup_free char *device = fact_value_text(facts->lines[i], "device");

		if (device && facts_has(subjects, device))
			facts_add(ret, facts->lines[i]);
	}
	for (size_t i = 0; i < subjects->count; i++)
		add_about(facts, subjects->lines[i], ret);
	facts_sort(ret);
}
