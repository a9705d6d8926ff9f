/* SPDX-License-Identifier: Apache-2.0 */
/* The site's policy; its format is in site_policy.h. */
#include <errno.h>
#include <string.h>

#include "options.h"
#include "site_policy.h"
#include "snapstate/cleanup.h"
#include "snapstate/stamp.h"
#include "trusted.h"

struct reader {
	struct site_policy policy;
	bool has_unsigned, has_second, has_age;
};

/* 1 or 0 for the one or the other word, each rule once; -EBADMSG */
static int choose(const char *value, const char *yes, const char *no, bool *has)
{
	bool is_yes = strcmp(value, yes) == 0;

	if (*has || (!is_yes && strcmp(value, no) != 0))
		return -EBADMSG;
	*has = true;
	return is_yes;
}

static const char *read_unsigned(struct reader *reader, const char *value)
{
	int r = choose(value, "refused", "allowed", &reader->has_unsigned);

	if (r < 0)
		return "once, and: unsigned allowed|refused";
	reader->policy.is_unsigned_refused = r;
	return NULL;
}

static const char *read_second(struct reader *reader, const char *value)
{
	int r = choose(value, "required", "not-required", &reader->has_second);

	if (r < 0)
		return "once, and: second-signature required|not-required";
	reader->policy.has_second_signature = r;
	return NULL;
}

static const char *read_age(struct reader *reader, const char *value)
{
	int64_t seconds;

	if (reader->has_age || duration_read(value, &seconds) < 0 || !seconds)
		return "once, and: plan-age-max DURATION, as 90s, 30m, 12h or 7d";
	reader->has_age = true;
	reader->policy.age_max = seconds;
	return NULL;
}

/* NULL, or the rule that the line breaks */
static const char *read_line(struct reader *reader, const char *line)
{
	static const struct {
		const char *name;
		const char *(*read)(struct reader *reader, const char *value);
	} rules[] = {
		{"unsigned ", read_unsigned},
		{"second-signature ", read_second},
		{"plan-age-max ", read_age},
	};
	const char *wrong =
		"the rules are: unsigned, second-signature, plan-age-max, each with "
		"one word behind it";

	if (!*line || *line == '#')
		return NULL;
	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++)
		if (strncmp(line, rules[i].name, strlen(rules[i].name)) == 0)
			return rules[i].read(reader, line + strlen(rules[i].name));
	return wrong;
}

static const char *check_line(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] < ' ' || text[i] > '~')
			return "only printable ASCII, lines end with a newline alone";
	return NULL;
}

static const char *check_whole(const struct reader *reader)
{
	if (!reader->has_unsigned)
		return "it does not say: unsigned allowed|refused";
	if (reader->policy.has_second_signature && !reader->policy.is_unsigned_refused)
		return "\"second-signature required\" and \"unsigned allowed\" "
		       "contradict";
	return NULL;
}

int site_policy_read(const char *text, size_t len, const char *name,
	struct site_policy *ret_policy, struct err *err)
{
	struct reader reader = {0};
	const char *wrong = NULL;
	size_t number = 1, at = 0;

	if (len > SITE_POLICY_BYTES_MAX)
		return err_set(err, -EBADMSG, "%s:1: a site policy has at most %u bytes",
			name, SITE_POLICY_BYTES_MAX);
	while (!wrong && at < len) {
		const char *end = memchr(text + at, '\n', len - at);
		size_t line_len = end ? (size_t)(end - text) - at : len - at;
		cleanup_free char *line = xstrndup(text + at, line_len);

		wrong = check_line(text + at, line_len);
		if (!wrong && !end)
			wrong = "the last line has no newline: the file is cut short";
		if (!wrong)
			wrong = read_line(&reader, line);
		if (wrong)
			break;
		at += line_len + 1;
		number++;
	}
	if (!wrong)
		wrong = check_whole(&reader);
	if (wrong)
		return err_set(err, -EBADMSG, "%s:%zu: %s", name, number, wrong);
	*ret_policy = reader.policy;
	return 0;
}

int site_policy_load(struct site_policy *ret_policy, struct err *err)
{
	cleanup_buf struct buf text = BUF_INIT;
	int r = trusted_read(SITE_POLICY_FILE, SITE_POLICY_BYTES_MAX, &text, err);

	if (r == -ENOENT) {
		*ret_policy = (struct site_policy){0};
		*err = ERR_INIT;
		return 0;
	}
	return r < 0 ? r
		     : site_policy_read(buf_text(&text), text.len, SITE_POLICY_FILE,
			       ret_policy, err);
}
