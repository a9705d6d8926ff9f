/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether an element may be where it is, with these attributes: what state.rng says, for
 *a grammar of sequences, repetitions and attributes. libxml2's own validator takes ten
 *times as long as parsing; tests/unit/test_state_schema.c compares the two on changed
 *texts, and the fuzzer of state.xml on any: what the schema refuses, the reader refuses.
 *
 * Input:  the begin and end of each element, from state_read.c; the rules, from
 *	   state_elements.c.
 * Output: an error, or the frames of what is open.
 * Invariant: an element's rule->take sees it only after it was checked.
 */
#include <string.h>

#include "snapstate/host.h"
#include "state_reader.h"
#include "snapstate/host/block.h"
#include "snapstate/host/change.h"
#include "snapstate/host/config.h"
#include "snapstate/host/holder.h"
#include "snapstate/host/process.h"
#include "snapstate/host/source.h"

#define LIMITS_EVERY 65536 /* elements, and at the end */

/* ---- values ---- */

static bool is_digits(const char *text, size_t len, size_t max)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] < '0' || text[i] > '9')
			return false;
	return len > 0 && len <= max;
}

static bool is_number(const char *text, size_t len)
{
	return is_digits(text, len, 20) && (len == 1 || *text != '0');
}

static bool is_devno(const char *text, size_t len)
{
	const char *colon = memchr(text, ':', len);
	size_t major_len = colon ? (size_t)(colon - text) : 0;

	return is_digits(text, major_len, 10) &&
	       is_digits(text + major_len + 1, len - major_len - 1, 10);
}

static bool is_made_of(const char *text, size_t len, char first, char last)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] < first || text[i] > last)
			return false;
	return len > 0;
}

static bool is_source_name(const char *text, size_t len)
{
	return len > 0 && strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				       "abcdefghijklmnopqrstuvwxyz0123456789._/-") == len;
}

/* -|[a-z-]+(,[a-z-]+)* */
static bool is_flags(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		bool is_comma = text[i] == ',';

		if (!is_comma && text[i] != '-' && (text[i] < 'a' || text[i] > 'z'))
			return false;
		if (is_comma && (i == 0 || i + 1 == len || text[i - 1] == ','))
			return false;
	}
	return len > 0;
}

/* 0|-?[1-9][0-9]{0,10} */
static bool is_rest(const char *text, size_t len)
{
	bool is_negative = len > 0 && *text == '-';

	if (len == 1 && *text == '0')
		return true;
	text += is_negative;
	len -= is_negative;
	return is_digits(text, len, 11) && *text != '0';
}

/* The digits are looked at by stamp_read() */
static bool is_stamp(const char *text, size_t len)
{
	static const char form[] = "0000-00-00T00:00:00Z";

	if (len != strlen(form))
		return false;
	for (size_t i = 0; i < len; i++)
		if (form[i] == '0' ? text[i] < '0' || text[i] > '9' : text[i] != form[i])
			return false;
	return true;
}

static bool is_transport(const char *text)
{
	return *text && block_transport(text);
}

bool grammar_value_is_valid(enum value_kind kind, const char *text, size_t len)
{
	enum outcome outcome;
	enum block_kind block;
	enum use_kind use;
	enum holder_kind holder;
	enum change_kind change;
	enum config_kind config;

	switch (kind) {
	case VALUE_WORD:
		return is_made_of(text, len, '!', '~');
	case VALUE_TAIL:
		return is_made_of(text, len, ' ', '~');
	case VALUE_NUMBER:
		return is_number(text, len);
	case VALUE_DEVNO:
		return is_devno(text, len);
	case VALUE_DEVNO_OR_NONE:
		return is_devno(text, len) || strcmp(text, "-") == 0;
	case VALUE_FILE_ON:
		return is_devno(text, len) || strcmp(text, "-") == 0 ||
		       strcmp(text, FILE_ON_UNPLACED) == 0;
	case VALUE_SOURCE_NAME:
		return is_source_name(text, len);
	case VALUE_FLAGS:
		return is_flags(text, len);
	case VALUE_REST:
		return is_rest(text, len);
	case VALUE_REDACTION:
		return len == 16 && strspn(text, "0123456789abcdef") == len;
	case VALUE_STAMP:
		return is_stamp(text, len);
	case VALUE_VERSION:
		return strcmp(text, STATE_VERSION) == 0;
	case VALUE_OUTCOME:
		return outcome_parse(text, &outcome) == 0;
	case VALUE_BLOCK_KIND:
		return block_kind_parse(text, &block) == 0;
	case VALUE_TRANSPORT:
		return is_transport(text);
	case VALUE_USE_KIND:
		return use_kind_parse(text, &use) == 0;
	case VALUE_HOLDER_KIND:
		return holder_kind_parse(text, &holder) == 0;
	case VALUE_CHANGE_KIND:
		return change_kind_parse(text, &change) == 0;
	case VALUE_CONFIG_KIND:
		return config_kind_parse(text, &config) == 0;
	case VALUE_YES_NO:
		return strcmp(text, "yes") == 0 || strcmp(text, "no") == 0;
	}
	return false;
}

static const char *value_rule(enum value_kind kind)
{
	switch (kind) {
	case VALUE_WORD:
	case VALUE_TAIL:
		return "must be text, \"-\" for none";
	case VALUE_NUMBER:
	case VALUE_REST:
		return "is not a number, or too large";
	case VALUE_DEVNO:
	case VALUE_DEVNO_OR_NONE:
	case VALUE_FILE_ON:
		return "is not a device number";
	case VALUE_FLAGS:
		return "are not known or not in order";
	case VALUE_STAMP:
		return "is not a time";
	case VALUE_VERSION:
		return "is not " STATE_VERSION;
	case VALUE_REDACTION:
		return "must be 16 hexadecimal digits";
	case VALUE_SOURCE_NAME:
		return "must be letters, digits and ._/-";
	case VALUE_OUTCOME:
	case VALUE_BLOCK_KIND:
	case VALUE_TRANSPORT:
	case VALUE_USE_KIND:
	case VALUE_HOLDER_KIND:
	case VALUE_CHANGE_KIND:
	case VALUE_CONFIG_KIND:
	case VALUE_YES_NO:
		return "is not known";
	}
	return "is not known";
}

/* ---- attributes ---- */

/* The place of the attribute in the rule's list, looked for from `hint` on, since the
 * writer keeps to that order; the end of the list: none of that name. */
static const struct attribute_rule *attribute_find(const struct attribute_rule *rules,
	const struct attribute_rule *hint, const char *name)
{
	for (; hint && hint->name; hint++)
		if (strcmp(hint->name, name) == 0)
			return hint;
	for (; rules && rules->name; rules++)
		if (strcmp(rules->name, name) == 0)
			return rules;
	return NULL;
}

static void attributes_check(struct reader *r, const struct element_rule *rule)
{
	const struct attribute_rule *next = rule->attributes;
	uint32_t found = 0;

	for (size_t i = 0; i < r->n_attributes && r->status == 0; i++) {
		const struct attribute *attribute = &r->attributes[i];
		const struct attribute_rule *known =
			attribute_find(rule->attributes, next, attribute->name);

		if (!known)
			reader_fail(r, attribute->name, "is not one of its attributes");
		else if (!grammar_value_is_valid(
				 known->kind, attribute->value, attribute->len))
			reader_fail(r, attribute->name, value_rule(known->kind));
		else
			found |= 1u << (known - rule->attributes);
		next = known ? known + 1 : next;
	}
	for (size_t i = 0; rule->attributes && rule->attributes[i].name; i++)
		if (!rule->attributes[i].is_optional && !(found & 1u << i))
			reader_fail(r, rule->attributes[i].name, "is missing");
}

/* ---- elements ---- */

static void frame_push(struct reader *r, const struct element_rule *rule)
{
	if (r->depth == RECORD_XML_DEPTH_MAX) {
		reader_fail(r, "is", "nested too deep");
		return;
	}
	r->frames[r->depth++] = (struct frame){.rule = rule};
}

/* Of the last frame, from where its last child was on: nothing that must be there is
 * passed over. */
static const struct element_rule *child_find(struct reader *r, struct frame *frame)
{
	const struct element_rule *const *children = frame->rule->children;

	for (; children && children[frame->position]; frame->position++) {
		const struct element_rule *child = children[frame->position];
		bool is_it = strcmp(child->name, r->element) == 0;

		if (is_it && (!frame->has_child || child->occurs == MANY)) {
			frame->has_child = true;
			return child;
		}
		if (child->occurs == ONCE && !frame->has_child) {
			reader_fail(r, child->name, "must come before it");
			return NULL;
		}
		frame->has_child = false;
	}
	reader_fail(r, "is", "not expected here");
	return NULL;
}

static const struct element_rule *rule_of_element(struct reader *r)
{
	if (r->depth)
		return child_find(r, &r->frames[r->depth - 1]);
	if (strcmp(state_root.name, r->element) == 0)
		return &state_root;
	reader_fail(r, "is", "not expected here");
	return NULL;
}

void grammar_begin(struct reader *r)
{
	const struct element_rule *rule = rule_of_element(r);

	if (rule)
		attributes_check(r, rule);
	if (r->status == 0)
		frame_push(r, rule);
	if (r->status == 0 && rule->take)
		rule->take(r);
	if (r->status == 0 && ++r->n_elements % LIMITS_EVERY == 0)
		r->status = host_limits_check(r->host, r->err);
}

void grammar_end(struct reader *r)
{
	struct frame *frame = &r->frames[--r->depth];
	const struct element_rule *const *children = frame->rule->children;

	r->element = frame->rule->name;
	for (; children && children[frame->position]; frame->position++) {
		if (children[frame->position]->occurs == ONCE && !frame->has_child)
			reader_fail(r, children[frame->position]->name, "is missing");
		frame->has_child = false;
	}
}
