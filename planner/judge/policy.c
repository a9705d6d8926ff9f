/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Policy file -> rules; the grammar is in snapstate/policy.h.
 * Input: hostile text. Output: rules that are whole, or "NAME:LINE: rule".
 * Invariant: what is not understood is an error, never skipped: a rule that lost a line
 * would select more than was meant.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "snapstate/buf.h"
#include "snapstate/cleanup.h"
#include "snapstate/stamp.h"
#include "snapstate/policy.h"

#define BLANKS " \t"

struct reading {
	const char *name; /* of the file */
	size_t line;	  /* from 1 */
	struct policy rules;
	const struct policy *before; /* what other files gave */
	struct err *err;
};

static int bad(const struct reading *r, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static int bad(const struct reading *r, const char *format, ...)
{
	char text[ERR_MSG_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return err_set(r->err, -EBADMSG, "%s:%zu: %s", r->name, r->line, text);
}

/* ---- values ---- */

static bool has_rule(const struct policy *policy, const char *name)
{
	for (size_t i = 0; i < policy->n_rules; i++)
		if (strcmp(policy->rules[i].name, name) == 0)
			return true;
	return false;
}

/* ---- lines ---- */

/* A rule without a glob would select nothing, which nobody writes on purpose. */
static int check_last(const struct reading *r)
{
	const struct policy_rule *last;

	if (!r->rules.n_rules)
		return 0;
	last = &r->rules.rules[r->rules.n_rules - 1];
	return last->n_globs ? 0 : bad(r, "rule %s ends without a select", last->name);
}

static int take_rule(struct reading *r, const char *name)
{
	if (check_last(r) < 0)
		return -EBADMSG;
	if (!policy_name_is_valid(name))
		return bad(r,
			"a rule's name is at most %d letters, digits, '_', '.' and '-'",
			POLICY_NAME_MAX);
	if (has_rule(r->before, name) || has_rule(&r->rules, name))
		return bad(r, "a second rule %s", name);
	if (r->before->n_rules + r->rules.n_rules == POLICY_RULES_MAX)
		return bad(r, "at most %d rules in all policies", POLICY_RULES_MAX);
	array_add(&r->rules.rules, &r->rules.n_rules);
	r->rules.rules[r->rules.n_rules - 1].name = xstrdup(name);
	return 0;
}

static int take_select(struct reading *r, struct policy_rule *rule, const char *glob)
{
	if (strlen(glob) > POLICY_GLOB_MAX)
		return bad(r, "a glob has at most %d bytes", POLICY_GLOB_MAX);
	if (!policy_glob_is_valid(glob))
		return bad(r, "select takes VG/LV, with * and ?, not \"%s\"", glob);
	if (rule->n_globs == POLICY_GLOBS_MAX)
		return bad(r, "a rule has at most %d globs", POLICY_GLOBS_MAX);
	*array_add(&rule->globs, &rule->n_globs) = xstrdup(glob);
	return 0;
}

static int take_min_age(struct reading *r, struct policy_rule *rule, const char *text)
{
	int64_t min_age;

	if (rule->has_min_age)
		return bad(r, "a second min-age");
	if (duration_read(text, &min_age) < 0)
		return bad(
			r, "min-age takes a number and s, m, h or d, not \"%s\"", text);
	rule->min_age = (uint64_t)min_age;
	rule->has_min_age = true;
	return 0;
}

static int take_tag(struct reading *r, struct policy_rule *rule, const char *tag)
{
	cleanup_buf struct buf tags = BUF_INIT;

	if (*tag == '@')
		return bad(r, "a tag is written without the @");
	if (!policy_tag_is_valid(tag))
		return bad(r, "not what LVM takes as a tag: \"%s\"", tag);
	buf_printf(&tags, "%s%s%s", rule->tags ? rule->tags : "", rule->tags ? "," : "",
		tag);
	if (!policy_tags_are_valid(buf_text(&tags)))
		return bad(r, "a rule has at most %d tags", POLICY_TAGS_MAX);
	free(rule->tags);
	rule->tags = xstrdup(buf_text(&tags));
	return 0;
}

static int take_mount(struct reading *r, struct policy_rule *rule, const char *path)
{
	if (!policy_mount_is_valid(path))
		return bad(r,
			"mount takes an absolute path of at most %d bytes, with * and ?, "
			"without a / at its end, not \"%s\"",
			POLICY_PATH_MAX, path);
	if (rule->n_mounts == POLICY_MOUNTS_MAX)
		return bad(r, "a rule has at most %d mounts", POLICY_MOUNTS_MAX);
	*array_add(&rule->mounts, &rule->n_mounts) = xstrdup(path);
	return 0;
}

/* "KEYWORD VALUE" */
static int take_line(struct reading *r, char *line)
{
	char *keyword = line + strspn(line, BLANKS);
	char *value = keyword + strcspn(keyword, BLANKS);
	struct policy_rule *rule = NULL;
	char *end;

	if (*keyword == '\0' || *keyword == '#')
		return 0;
	if (*value)
		*value++ = '\0';
	value += strspn(value, BLANKS);
	end = value + strcspn(value, BLANKS);
	if (*value == '\0')
		return bad(r, "\"%s\" lacks its value", keyword);
	if (end[strspn(end, BLANKS)] != '\0')
		return bad(r, "\"%s\" needs one value", keyword);
	*end = '\0';
	if (strcmp(keyword, "rule") == 0)
		return take_rule(r, value);
	if (!r->rules.n_rules)
		return bad(r, "expected \"rule NAME\" before \"%s\"", keyword);
	rule = &r->rules.rules[r->rules.n_rules - 1];
	if (strcmp(keyword, "select") == 0)
		return take_select(r, rule, value);
	if (strcmp(keyword, "min-age") == 0)
		return take_min_age(r, rule, value);
	if (strcmp(keyword, "tag") == 0)
		return take_tag(r, rule, value);
	if (strcmp(keyword, "mount") == 0)
		return take_mount(r, rule, value);
	return bad(r, "unknown word \"%s\": a rule has select, min-age, tag and mount",
		keyword);
}

/* Printable ASCII, blanks and tabs: error messages may quote what they found. */
static int check_line(const struct reading *r, const char *line, size_t len)
{
	if (len > POLICY_LINE_MAX)
		return bad(r, "a line has at most %d bytes", POLICY_LINE_MAX);
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)line[i];

		if (c == '\r')
			return bad(r, "a carriage return: write lines as Unix does");
		if (c != '\t' && (c < ' ' || c > '~'))
			return bad(r, "byte 0x%02x: a policy is printable ASCII", c);
	}
	return 0;
}

static int read_lines(struct reading *r, const char *text, size_t len)
{
	const char *end = text + len;

	for (r->line = 1; text < end; r->line++) {
		const char *newline = memchr(text, '\n', (size_t)(end - text));
		cleanup_free char *line = NULL;
		size_t line_len = (size_t)((newline ? newline : end) - text);

		if (check_line(r, text, line_len) < 0)
			return -EBADMSG;
		if (!newline)
			return bad(
				r, "the last line has no newline: the file is cut off");
		line = xstrndup(text, line_len);
		if (take_line(r, line) < 0)
			return -EBADMSG;
		text = newline + 1;
	}
	if (!r->rules.n_rules)
		return bad(r, "no rule in the whole file");
	return check_last(r);
}

/* ---- the whole ---- */

int policy_read(const char *text, size_t len, const char *name, struct policy *policy,
	struct err *err)
{
	struct reading r = {.name = name, .line = 1, .before = policy, .err = err};
	int code;

	code = len > POLICY_BYTES_MAX
		       ? bad(&r, "a policy has at most %d bytes", POLICY_BYTES_MAX)
		       : read_lines(&r, text, len);
	for (size_t i = 0; code == 0 && i < r.rules.n_rules; i++) {
		*array_add(&policy->rules, &policy->n_rules) = r.rules.rules[i];
		r.rules.rules[i] = (struct policy_rule){0};
	}
	policy_free(&r.rules);
	return code;
}

void policy_set_age(struct policy *policy, uint64_t min_age)
{
	for (size_t i = 0; i < policy->n_rules; i++) {
		struct policy_rule *rule = &policy->rules[i];

		if (!rule->has_min_age)
			rule->min_age = min_age;
		rule->has_min_age = true;
	}
}

void policy_free(struct policy *policy)
{
	policy_rules_free(policy->rules, policy->n_rules);
	*policy = (struct policy){0};
}
