/* SPDX-License-Identifier: Apache-2.0 */
/* The reader of allowed_signers; its format is in signers.h. */
#include <errno.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "signers.h"
#include "snapstate/cleanup.h"

struct span {
	const char *text;
	size_t len;
};

struct limits {
	struct span namespaces;
	int64_t after;
	int64_t before;
	bool has_namespaces, has_after, has_before;
	bool has_no_touch, has_verify;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Up to a blank outside quotes. */
static struct span take_word(struct span *line)
{
	struct span word = {line->text, 0};
	bool is_quoted = false;

	while (word.len < line->len && (is_quoted || !is_blank(word.text[word.len])))
		if (word.text[word.len++] == '"')
			is_quoted = !is_quoted;
	line->text += word.len;
	line->len -= word.len;
	while (line->len && is_blank(*line->text)) {
		line->text++;
		line->len--;
	}
	return word;
}

/* ---- patterns, as in ssh_config(5) ---- */

static bool is_match(struct span pattern, const char *text)
{
	const char *p = pattern.text, *end = p + pattern.len, *star = NULL, *mark = text;

	while (*text) {
		if (p < end && *p == '*') {
			star = ++p;
			mark = text;
		} else if (p < end && (*p == '?' || *p == *text)) {
			p++;
			text++;
		} else if (star) {
			p = star;
			text = ++mark;
		} else {
			return false;
		}
	}
	while (p < end && *p == '*')
		p++;
	return p == end;
}

/* OpenSSH's match_pattern_list(): a list with a longer one matches nothing. */
#define PATTERN_MAX 1022

/* Takes one off the front of a list, without its "!". */
static struct span take_pattern(struct span *list, bool *ret_is_negated)
{
	struct span one = {list->text, 0};

	while (one.len < list->len && one.text[one.len] != ',')
		one.len++;
	list->text += one.len + (one.len < list->len);
	list->len -= one.len + (one.len < list->len);
	*ret_is_negated = one.len && *one.text == '!';
	one.text += *ret_is_negated;
	one.len -= *ret_is_negated;
	return one;
}

/* One that begins with ! and matches forbids, whatever else does. */
static bool is_in_list(struct span list, const char *text)
{
	bool is_found = false, is_negated;

	while (list.len) {
		struct span one = take_pattern(&list, &is_negated);
		bool is_matched = one.len && is_match(one, text);

		if (one.len > PATTERN_MAX || (is_matched && is_negated))
			return false;
		is_found |= is_matched;
	}
	return is_found;
}

/* A name that the pattern matches: its wildcards filled in. */
static char *fill_in(struct span pattern, const char *star, char mark)
{
	cleanup_buf struct buf name = BUF_INIT;

	for (size_t i = 0; i < pattern.len; i++) {
		if (pattern.text[i] == '*')
			buf_puts(&name, star);
		else
			buf_add(&name, pattern.text[i] == '?' ? &mark : &pattern.text[i],
				1);
	}
	return xstrdup(buf_text(&name));
}

/* ssh-keygen is asked about one principal, and a list such as "!a" or "a,!*" matches
 * nobody. A list counts where some name is found that it matches; in doubt it does not.
 */
static bool matches_somebody(struct span principals)
{
	static const char *const stars[] = {"", "a", "x9", "Q~q"};
	static const char marks[] = {'a', 'x', '9', '~'};
	struct span left = principals;
	bool is_negated;

	while (left.len) {
		struct span one = take_pattern(&left, &is_negated);

		for (size_t i = 0; !is_negated && i < sizeof(marks); i++) {
			cleanup_free char *name = fill_in(one, stars[i], marks[i]);

			if (is_in_list(principals, name))
				return true;
		}
	}
	return false;
}

/* ---- options ---- */

static int number_at(const char *digits, size_t len)
{
	int value = 0;

	for (size_t i = 0; i < len; i++)
		value = value * 10 + (digits[i] - '0');
	return value;
}

/* YYYYMMDD[HHMM[SS]][Z]; without Z in the host's own time zone, as ssh-keygen has it */
static int read_time(struct span text, int64_t *ret_time)
{
	const char *d = text.text;
	bool is_utc = text.len && d[text.len - 1] == 'Z';
	size_t len = text.len - is_utc;
	struct tm tm = {.tm_isdst = -1}, again;
	time_t time;

	if (len != 8 && len != 12 && len != 14)
		return -EBADMSG;
	for (size_t i = 0; i < len; i++)
		if (d[i] < '0' || d[i] > '9')
			return -EBADMSG;
	tm.tm_year = number_at(d, 4) - 1900;
	tm.tm_mon = number_at(d + 4, 2) - 1;
	tm.tm_mday = number_at(d + 6, 2);
	tm.tm_hour = len >= 12 ? number_at(d + 8, 2) : 0;
	tm.tm_min = len >= 12 ? number_at(d + 10, 2) : 0;
	tm.tm_sec = len == 14 ? number_at(d + 12, 2) : 0;
	again = tm;
	time = is_utc ? timegm(&again) : mktime(&again);
	/* 0 means to ssh-keygen that it is no time */
	if (time <= 0 || again.tm_mon != tm.tm_mon || again.tm_mday != tm.tm_mday ||
		tm.tm_hour > 23 || tm.tm_min > 59 || tm.tm_sec > 59)
		return -EBADMSG; /* no such day or hour */
	*ret_time = time;
	return 0;
}

static bool takes(struct span *option, const char *name)
{
	size_t len = strlen(name);

	if (option->len < len + 3 || strncasecmp(option->text, name, len) != 0 ||
		option->text[len] != '=' || option->text[len + 1] != '"' ||
		option->text[option->len - 1] != '"')
		return false;
	*option = (struct span){option->text + len + 2, option->len - len - 3};
	return !memchr(option->text, '"', option->len);
}

static bool is_word(struct span option, const char *name)
{
	return option.len == strlen(name) &&
	       strncasecmp(option.text, name, option.len) == 0;
}

static int read_option(struct span option, struct limits *limits, struct err *err)
{
	if (takes(&option, "namespaces") && !limits->has_namespaces) {
		limits->has_namespaces = true;
		limits->namespaces = option;
		return 0;
	}
	if (takes(&option, "valid-after") && !limits->has_after) {
		limits->has_after = true;
		return read_time(option, &limits->after) < 0
			       ? err_set(err, -EBADMSG, "valid-after is not a time")
			       : 0;
	}
	if (takes(&option, "valid-before") && !limits->has_before) {
		limits->has_before = true;
		return read_time(option, &limits->before) < 0
			       ? err_set(err, -EBADMSG, "valid-before is not a time")
			       : 0;
	}
	if (is_word(option, "no-touch-required") && !limits->has_no_touch) {
		limits->has_no_touch = true;
		return 0;
	}
	if (is_word(option, "verify-required") && !limits->has_verify) {
		limits->has_verify = true;
		return 0;
	}
	if (is_word(option, "cert-authority"))
		return err_set(err, -EBADMSG,
			"cert-authority is not supported: name the keys themselves");
	return err_set(err, -EBADMSG, "an option that is unknown or given twice");
}

static int read_options(struct span options, struct limits *limits, struct err *err)
{
	size_t i = 0;
	int r = 0;

	while (r == 0 && i <= options.len) {
		size_t start = i;
		bool is_quoted = false;

		while (i < options.len && (is_quoted || options.text[i] != ','))
			if (options.text[i++] == '"')
				is_quoted = !is_quoted;
		r = read_option(
			(struct span){options.text + start, i - start}, limits, err);
		i++;
	}
	return r;
}

/* ---- lines ---- */

static bool is_key_type(struct span word)
{
	static const char *const starts[] = {"ssh-", "ecdsa-", "sk-"};

	for (size_t i = 0; i < sizeof(starts) / sizeof(*starts); i++)
		if (word.len > strlen(starts[i]) &&
			strncmp(word.text, starts[i], strlen(starts[i])) == 0)
			return true;
	return false;
}

static int check_security_key(
	const struct limits *limits, const struct sshsig *sshsig, struct err *err)
{
	if (!limits->has_no_touch && !(sshsig->flags & SSH_SK_TOUCHED))
		return err_set(err, -EKEYREJECTED,
			"the security key signed without being touched");
	if (limits->has_verify && !(sshsig->flags & SSH_SK_VERIFIED))
		return err_set(err, -EKEYREJECTED,
			"the security key signed without asking for its PIN");
	return 0;
}

static int check_limits(const struct limits *limits, const struct sshsig *sshsig,
	int64_t now, struct err *err)
{
	const char *namespace = sshsig_namespace(sshsig->role);

	if (limits->has_namespaces && !is_in_list(limits->namespaces, namespace))
		return err_set(err, -EKEYREJECTED,
			"the key may not sign in the namespace %s", namespace);
	if (limits->has_after && now < limits->after)
		return err_set(err, -EKEYREJECTED, "the key is not valid yet");
	if (limits->has_before && now >= limits->before)
		return err_set(err, -EKEYREJECTED, "the key has expired");
	return sshsig->is_security_key ? check_security_key(limits, sshsig, err) : 0;
}

/* Some of them are blanks to ssh-keygen, and part of a word here. */
static bool has_control(struct span line)
{
	for (size_t i = 0; i < line.len; i++)
		if (((unsigned char)line.text[i] < ' ' && line.text[i] != '\t') ||
			line.text[i] == 0x7f)
			return true;
	return false;
}

/* 1: the line is about another key */
static int read_line(struct span line, const struct sshsig *sshsig, int64_t now,
	struct span *ret_principals, struct err *err)
{
	const struct bytes key = sshsig->key;
	cleanup_buf struct buf blob = BUF_INIT;
	struct span principals = take_word(&line), type = take_word(&line), base64;
	struct limits limits = {0};
	struct bytes rest, inner;
	int r = 0;

	if (!is_key_type(type)) {
		r = read_options(type, &limits, err);
		type = take_word(&line);
	}
	if (r < 0)
		return r;
	base64 = take_word(&line);
	if (memchr(principals.text, '"', principals.len) || !is_key_type(type) ||
		base64_read(base64.text, base64.len, &blob) < 0)
		return err_set(err, -EBADMSG, "not: PRINCIPALS [OPTIONS] KEYTYPE BASE64");
	rest = (struct bytes){(const uint8_t *)blob.data, blob.len};
	if (bytes_take_string(&rest, &inner) < 0 || inner.len != type.len ||
		memcmp(inner.data, type.text, type.len) != 0)
		return err_set(err, -EBADMSG, "the key is not of the type that is named");
	if ((limits.has_no_touch || limits.has_verify) && strncmp(type.text, "sk-", 3))
		return err_set(err, -EBADMSG,
			"no-touch-required and verify-required are for security keys");
	if (key.len != blob.len || memcmp(key.data, blob.data, key.len) != 0)
		return 1;
	if (!matches_somebody(principals))
		return err_set(err, -EKEYREJECTED, "its principals match nobody");
	*ret_principals = principals;
	return check_limits(&limits, sshsig, now, err);
}

int signers_find(const char *text, size_t len, const struct sshsig *sshsig, int64_t now,
	char **ret_principals, struct err *err)
{
	struct span found = {0}, principals = {0};
	struct err why = ERR_INIT;
	size_t number = 0;

	err_set(&why, -EKEYREJECTED, "no line names the signature's key");
	if (len > SIGNERS_BYTES_MAX || memchr(text, '\0', len))
		return err_set(err, -EBADMSG, "too long, or not a text");
	for (size_t i = 0; i < len; i++) {
		struct span line = {text + i, 0};
		struct err bad = ERR_INIT;
		int r;

		while (i < len && text[i] != '\n')
			i++;
		number++;
		line.len = (size_t)(text + i - line.text);
		while (line.len && is_blank(*line.text)) {
			line.text++;
			line.len--;
		}
		if (line.len && line.text[line.len - 1] == '\r')
			line.len--;
		if (!line.len || *line.text == '#')
			continue;
		r = has_control(line) ? err_set(&bad, -EBADMSG, "a control character")
				      : read_line(line, sshsig, now, &principals, &bad);
		if (r == -EKEYREJECTED)
			why = bad;
		else if (r < 0)
			return err_set(err, r, "line %zu: %s", number, bad.msg);
		else if (r == 0 && !found.text)
			found = principals;
	}
	if (!found.text)
		return err_set(err, -EKEYREJECTED, "%s", why.msg);
	*ret_principals = xstrndup(found.text, found.len);
	return 0;
}

/* ---- one person or two ---- */

/* ssh-keygen compares names as they are written; mail does not. */
static char *lower_case(const char *text)
{
	char *copy = xstrdup(text);

	for (char *c = copy; *c; c++)
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c + ('a' - 'A'));
	return copy;
}

static bool meet(const char *patterns, const char *names)
{
	struct span all = {names, strlen(names)};
	bool is_negated;

	while (all.len) {
		struct span name = take_pattern(&all, &is_negated);
		struct span left = {patterns, strlen(patterns)};
		cleanup_free char *text = xstrndup(name.text, name.len);

		while (left.len)
			if (is_match(take_pattern(&left, &is_negated), text))
				return true;
	}
	return false;
}

bool signers_may_be_same(const char *principals_a, const char *principals_b)
{
	cleanup_free char *a = lower_case(principals_a), *b = lower_case(principals_b);

	return meet(a, b) || meet(b, a);
}
