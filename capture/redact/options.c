/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mount options and sources, and credentials in free text.
 * Input: text without octal escapes. Output: the same with masks, or with pseudonyms.
 *
 * Invariant: of the options of a mount nothing is kept but "ro" and "rw", and where an
 * overlay has its layers. File systems that do not escape a comma (any that print with
 * seq_printf()) let the rest of a password look like one more option; an overlay has
 * none.
 */
#include <ctype.h>
#include <string.h>

#include "parts.h"

#define TYPE_LEN_MAX 32

/* Up to the next comma that no backslash stands before (overlayfs, ovl_show_options). */
static size_t option_len(const char *at, const char *end)
{
	const char *start = at;

	while (at < end && *at != ',')
		at += *at == '\\' && at + 1 < end ? 2 : 1;
	return (size_t)(at - start);
}

static bool is_key_char(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-' || c == '.';
}

static bool is_key(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!is_key_char(text[i]))
			return false;
	return len > 0 && len <= TYPE_LEN_MAX;
}

/* ---- options ---- */

static bool is_access(const char *option, size_t len)
{
	return len == 2 && (memcmp(option, "ro", 2) == 0 || memcmp(option, "rw", 2) == 0);
}

/* The length of the key of one that says where a layer is, with its '='; 0: of another.
 */
static size_t layer_key(const char *option, size_t len)
{
	static const char *const keys[] = {
		"lowerdir=", "lowerdir+=", "datadir+=", "upperdir=", "workdir="};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (len >= strlen(keys[i]) &&
			memcmp(option, keys[i], strlen(keys[i])) == 0)
			return strlen(keys[i]);
	return 0;
}

static void option_keep(const struct pseudonyms *names, bool is_overlay,
	const char *option, size_t len, struct buf *out)
{
	size_t key = is_overlay ? layer_key(option, len) : 0;

	if (!key && !is_access(option, len))
		return;
	if (out->len)
		buf_puts(out, ",");
	buf_add(out, option, key ? key : len);
	if (key && names)
		pseudonym_text(names, option + key, len - key, out);
	else if (key)
		buf_add(out, option + key, len - key);
}

void options_keep(const struct pseudonyms *names, const char *type, const char *options,
	size_t len, struct buf *out)
{
	const char *end = options + len;
	bool is_overlay = strcmp(type, "overlay") == 0;

	while (options < end) {
		size_t option = option_len(options, end);

		option_keep(names, is_overlay, options, option, out);
		options += option + (options + option < end);
	}
}

/* ---- secrets ---- */

/* "ext4", "fuse.PROGRAM": what is behind the dot is whatever the program said. */
void type_mask(const char *type, size_t len, struct buf *out)
{
	const char *dot = memchr(type, '.', len);
	size_t head = dot ? (size_t)(dot - type) : len;

	if (is_key(type, head))
		buf_add(out, type, head);
	else
		buf_puts(out, MASK);
	if (!dot)
		return;
	buf_puts(out, ".");
	if (is_key(dot + 1, len - head - 1))
		buf_add(out, dot + 1, len - head - 1);
	else
		buf_puts(out, MASK);
}

static const char *find(const char *text, size_t len, const char *what)
{
	return memmem(text, len, what, strlen(what));
}

static bool is_scheme(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)text[i]) && !memchr("+.-", text[i], 3))
			return false;
	return len > 0;
}

/* Paths of devices may hold an '@' (udev and LVM allow it, and joins hang on them); no
 * network file system has a source that begins with one slash. */
static size_t credentials_begin(const char *source, size_t len)
{
	const char *scheme = find(source, len, "://");

	/* in front of everything (RFC 3986, 3.1): behind a user's name or in a share's path
	 * it is no scheme */
	if (scheme && is_scheme(source, (size_t)(scheme - source)))
		return (size_t)(scheme - source) + strlen("://");
	if (len > 1 && source[0] == '/' && source[1] == '/')
		return 2;
	return len && source[0] == '/' ? len : 0;
}

void source_mask(const char *source, size_t len, struct buf *out)
{
	size_t begin = credentials_begin(source, len);
	const char *at = memrchr(source + begin, '@', len - begin);
	const char *rest = at ? at : source + begin;
	const char *query = NULL;

	if (begin > 2)
		query = memchr(rest, '?', len - (size_t)(rest - source));
	buf_add(out, source, begin);
	if (at)
		buf_puts(out, MASK);
	if (!query) {
		buf_add(out, rest, len - (size_t)(rest - source));
		return;
	}
	buf_add(out, rest, (size_t)(query + 1 - rest));
	buf_puts(out, MASK);
}

/* The '=' behind a word like "password"; NULL: none. */
static const char *secret_at(const char *word, size_t len)
{
	static const char *const parts[] = {
		"pass", "secret", "token", "credential", "key", "pwd", "user"};

	if (!memchr(word, '=', len))
		return NULL;
	for (size_t i = 0; i < len; i++)
		for (size_t p = 0; p < sizeof(parts) / sizeof(parts[0]); p++)
			if (tolower((unsigned char)word[i]) == parts[p][0] &&
				i + strlen(parts[p]) <= len &&
				strncasecmp(word + i, parts[p], strlen(parts[p])) == 0)
				return memchr(word + i, '=', len - i);
	return NULL;
}

static void word_mask(const char *word, size_t len, struct buf *out)
{
	struct buf text = BUF_INIT;
	const char *equals;

	if (memchr(word, ':', len) || find(word, len, "//"))
		source_mask(word, len, &text);
	else
		buf_add(&text, word, len);
	equals = secret_at(buf_text(&text), text.len);
	if (equals) {
		buf_add(out, text.data, (size_t)(equals + 1 - text.data));
		buf_puts(out, MASK);
	} else {
		buf_add(out, buf_text(&text), text.len);
	}
	buf_free(&text);
}

void words_mask(const char *text, size_t len, struct buf *out)
{
	const char *end = text + len;

	while (text < end) {
		const char *word = text;

		while (word < end && isspace((unsigned char)*word))
			word++;
		buf_add(out, text, (size_t)(word - text));
		text = word;
		while (text < end && !isspace((unsigned char)*text))
			text++;
		word_mask(word, (size_t)(text - word), out);
	}
}

/* ---- names ---- */

void type_pseudonyms(
	const struct pseudonyms *names, const char *type, size_t len, struct buf *out)
{
	const char *dot = memchr(type, '.', len);
	size_t head = dot ? (size_t)(dot - type) : len;

	if (is_key(type, head))
		buf_add(out, type, head);
	else
		pseudonym_text(names, type, head, out);
	pseudonym_text(names, type + head, len - head, out);
}
