/* SPDX-License-Identifier: Apache-2.0 */
/* See known.h. The texts are made from policies/ when the program is built. */
#include "known.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "judge.h"
#include "known_texts.h"
#include "snapstate/cleanup.h"

void known_read(struct known *ret_known)
{
	struct known known = {0};

	for (size_t i = 0; known_texts[i].name; i++) {
		struct known_policy *it = array_add(&known.policies, &known.count);
		struct err err = ERR_INIT;

		it->name = known_texts[i].name;
		if (policy_read(known_texts[i].text, strlen(known_texts[i].text),
			    it->name, &it->policy, &err) < 0) {
			fprintf(stderr, "a shipped policy is not readable: %s\n",
				err.msg);
			abort();
		}
	}
	*ret_known = known;
}

void known_free(struct known *known)
{
	for (size_t i = 0; i < known->count; i++)
		policy_free(&known->policies[i].policy);
	free(known->policies);
	*known = (struct known){0};
}

const char *known_text(const char *name)
{
	for (size_t i = 0; known_texts[i].name; i++)
		if (strcmp(known_texts[i].name, name) == 0)
			return known_texts[i].text;
	return NULL;
}

void known_names(struct buf *text)
{
	for (size_t i = 0; known_texts[i].name; i++)
		buf_printf(text, "%s%s", i ? ", " : "", known_texts[i].name);
}

const char *known_producer(const struct known *known, const char *label, const char *tags)
{
	for (size_t i = 0; i < known->count; i++) {
		const struct policy *policy = &known->policies[i].policy;
		const struct request request = {
			.rules = policy->rules, .n_rules = policy->n_rules};
		const struct policy_rule *rule;

		if (request_selects(&request, label, tags, &rule))
			return known->policies[i].name;
	}
	return NULL;
}
