/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From which parts of a probe a line follows, and which device a holder is; see
 * fact_line.h. Input: any text. Output: parts, words of it.
 */
#include <string.h>

#include "snapstate/condition.h"
#include "snapstate/fact_line.h"
#include "snapstate/probe_part.h"

/* Holders whose lines follow from other parts than those of most, or name a device. */
#define FILES (PROBE_BLOCKS | PROBE_HOLDERS | PROBE_MOUNTS) /* found by the mounts */
static const struct {
	const char *word;
	unsigned parts;
	bool is_device;
} holders[] = {
	{"dm", PROBE_DM, true},
	{"loop", FILES, true},
	{"md", PROBE_BLOCKS | PROBE_HOLDERS, true},
	{"block", PROBE_BLOCKS | PROBE_HOLDERS, true},
	{"swap-file", FILES, false},
	{"unplaced", FILES, false},
	{"node", PROBE_PROCESSES, false},
	{"file", PROBE_PROCESSES, false},
	{"cwd", PROBE_PROCESSES, false},
	{"root", PROBE_PROCESSES, false},
	{"map", PROBE_PROCESSES, false},
};

static bool is_holder(size_t i, const char *word, size_t len)
{
	return strlen(holders[i].word) == len && memcmp(word, holders[i].word, len) == 0;
}

const char *fact_holding_device(const char *line)
{
	size_t len;
	const char *word = fact_holder_word(line, &len);

	for (size_t i = 0; word && i < sizeof(holders) / sizeof(holders[0]); i++)
		if (holders[i].is_device && is_holder(i, word, len))
			return word + len + (word[len] == ' ');
	return NULL;
}

static unsigned holder_parts(const char *line)
{
	size_t len;
	const char *word = fact_holder_word(line, &len);

	for (size_t i = 0; word && i < sizeof(holders) / sizeof(holders[0]); i++)
		if (is_holder(i, word, len))
			return holders[i].parts;
	return PROBE_BLOCKS | PROBE_HOLDERS;
}

unsigned fact_parts(const char *line)
{
	enum condition_kind condition;
	enum fact_kind kind;

	if (fact_kind_of(line, &kind) < 0)
		return 0;
	if (kind == FACT_HOLDER)
		return holder_parts(line);
	if (condition_of_line(line, &condition))
		return condition_row(condition)->needs;
	return fact_row(kind)->parts;
}
