/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Metadata text of a VG, token by token.
 * Input: a hostile text, with or without the frame of pvck. Output: the same sections and
 * values; no comments and no frame, the description masked, names replaced.
 *
 * Invariant: tokens end where they do for libdevmapper (libdm/libdm-config.c,
 * _get_token()), so that what is a string here is one there. The same lexer stands in
 * capture/text/metadata_config.c, which this library does not link.
 */
#include <ctype.h>
#include <string.h>

#include "parts.h"
#include "snapstate/lvm_frame.h"

#define KEY_MAX 255 /* of LVM: 127 */

/* Values that are words of LVM, uuids or versions. Sorted. */
static const char *const plain_keys[] = {"allocation_policy", "cache_mode",
	"cache_policy", "contents", "device_id_type", "discards", "flags", "format",
	"hash", "id", "internal_hash", "lock_type", "mode", "policy", "profile", "status",
	"type", "write_policy"};

/* Values that are names. Of all others nobody knows what they hold: they are masked.
 * Sorted. */
static const char *const name_keys[] = {"cache_pool", "cow_store", "creation_host",
	"data", "descendants", "device", "device_id", "external_origin", "lock_args",
	"log", "merge", "merging_store", "meta_dev", "metadata", "mirror_log", "mirrors",
	"name", "origin", "pool", "raid0_lvs", "raids", "stripes", "system_id", "tags",
	"thin_pool", "vdo_pool", "writecache"};

/* Sections that LVM itself names. Sorted. */
static const char *const sections[] = {"historical_logical_volumes", "logical_volumes",
	"physical_volumes", "policy_settings"};

struct lexer {
	const char *at;
	const char *end;
	bool is_value;
};

/* Blanks go out as they are, comments do not. */
static void blanks_copy(struct lexer *lexer, struct buf *out)
{
	while (lexer->at < lexer->end) {
		if (*lexer->at == '#')
			while (lexer->at < lexer->end && *lexer->at != '\n')
				lexer->at++;
		else if (isspace((unsigned char)*lexer->at))
			buf_add(out, lexer->at++, 1);
		else
			break;
	}
}

/* The key that LVM writes behind the description. */
static bool is_behind_description(struct lexer lexer)
{
	static const char key[] = "\ncreation_host = ";
	size_t left = (size_t)(lexer.end - lexer.at);

	for (; left > 1 && lexer.at[0] == '\n' && lexer.at[1] == '\n'; left--)
		lexer.at++;
	return left >= sizeof(key) - 1 && strncmp(lexer.at, key, sizeof(key) - 1) == 0;
}

/* false: it does not end, or not on its line, as all that LVM writes do but a command
 * with a line feed in it, in the description: the quotes are out of step, and what looks
 * like a key may be a value. */
static bool quoted_skip(struct lexer *lexer, const char *key)
{
	const char *start = lexer->at;
	char quote = *lexer->at++;

	while (lexer->at < lexer->end && *lexer->at != quote) {
		if (quote == '"' && *lexer->at == '\\' && lexer->at + 1 < lexer->end)
			lexer->at++;
		lexer->at++;
	}
	if (lexer->at == lexer->end)
		return false;
	lexer->at++;
	return !memchr(start, '\n', (size_t)(lexer->at - start)) ||
	       (strcmp(key, "description") == 0 && is_behind_description(*lexer));
}

static void number_skip(struct lexer *lexer)
{
	bool has_dot = *lexer->at == '.';

	for (lexer->at++; lexer->at < lexer->end; lexer->at++) {
		if (!isdigit((unsigned char)*lexer->at) && (*lexer->at != '.' || has_dot))
			break;
		has_dot |= *lexer->at == '.';
	}
}

/* `key`: the last one. */
static bool token_skip(struct lexer *lexer, const char *key)
{
	if (strchr("{}[],=", *lexer->at)) {
		lexer->at++;
		return true;
	}
	if (*lexer->at == '"' || *lexer->at == '\'')
		return quoted_skip(lexer, key);
	if (lexer->is_value && strchr(".0123456789+-", *lexer->at)) {
		number_skip(lexer);
		return true;
	}
	while (lexer->at < lexer->end && !isspace((unsigned char)*lexer->at) &&
		!strchr("#={}", *lexer->at))
		lexer->at++;
	return true;
}

static bool is_string(const char *token)
{
	return *token == '"' || *token == '\'';
}

static bool is_number(const char *token)
{
	return strchr(".0123456789+-", *token) != NULL;
}

/* As libdm escapes in double quotes (libdm/libdm-string.c, dm_escape_double_quotes()). */
static void quoted_write(
	const struct pseudonyms *names, const char *text, size_t len, struct buf *out)
{
	struct buf plain = BUF_INIT, replaced = BUF_INIT;

	for (size_t i = 0; i < len; i++) {
		if (text[i] == '\\' && i + 1 < len && strchr("\\\"", text[i + 1]))
			i++;
		buf_add(&plain, text + i, 1);
	}
	pseudonym_text(names, buf_text(&plain), plain.len, &replaced);
	buf_puts(out, "\"");
	for (size_t i = 0; i < replaced.len; i++) {
		if (strchr("\\\"", replaced.data[i]))
			buf_puts(out, "\\");
		buf_add(out, replaced.data + i, 1);
	}
	buf_puts(out, "\"");
	buf_free(&plain);
	buf_free(&replaced);
}

/* A word or string behind KEY = or inside its list. */
static void value_write(const struct pseudonyms *names, const char *key,
	const char *token, size_t len, struct buf *out)
{
	bool is_plain = WORD_IN(plain_keys, key, strlen(key));

	if (is_number(token))
		buf_add(out, token, len);
	else if (!is_plain && !WORD_IN(name_keys, key, strlen(key)))
		buf_puts(out, "\"" MASK "\"");
	else if (!names || is_plain)
		buf_add(out, token, len);
	else if (*token == '"')
		quoted_write(names, token + 1, len - 2, out);
	else
		pseudonym_text(names, token, len, out);
}

/* A key may be the name of a volume or group; names of settings are words of LVM. */
static void key_write(const struct pseudonyms *names, const char *token, size_t len,
	bool is_section, struct buf *out)
{
	bool is_setting = strspn(token, "abcdefghijklmnopqrstuvwxyz0123456789_") >= len;

	if (names && (is_section ? !WORD_IN(sections, token, len) : !is_setting))
		pseudonym_text(names, token, len, out);
	else
		buf_add(out, token, len);
}

/* Behind a key: '=' or '{', or NUL for anything else. */
static char next_is(struct lexer lexer)
{
	struct buf ignored = BUF_INIT;

	blanks_copy(&lexer, &ignored);
	buf_free(&ignored);
	return lexer.at < lexer.end && strchr("={", *lexer.at) ? *lexer.at : '\0';
}

/* false: no key, or one that libdevmapper would take for a path of several. */
static bool key_take(const char *token, size_t len, char ret_key[KEY_MAX + 1])
{
	if (is_string(token) || len > KEY_MAX || memchr(token, '/', len))
		return false;
	memcpy(ret_key, token, len);
	ret_key[len] = '\0';
	return true;
}

static bool tokens_rewrite(
	const struct pseudonyms *names, struct lexer *lexer, struct buf *out)
{
	char key[KEY_MAX + 1] = "";

	for (blanks_copy(lexer, out); lexer->at < lexer->end; blanks_copy(lexer, out)) {
		const char *token = lexer->at;
		size_t len;
		char next;

		if (!token_skip(lexer, key))
			return false;
		len = (size_t)(lexer->at - token);
		next = next_is(*lexer);
		if (strchr("{}[],=", *token)) {
			buf_add(out, token, len);
		} else if (lexer->is_value) {
			if (next) /* a value is missing, and this is a key */
				return false;
			value_write(names, key, token, len, out);
		} else {
			if (!next || !key_take(token, len, key))
				return false;
			key_write(names, token, len, next == '{', out);
		}
		lexer->is_value = strchr("=[,", *token) != NULL;
	}
	return true;
}

bool metadata_rewrite(
	const struct pseudonyms *names, const char *bytes, size_t len, struct buf *out)
{
	struct lexer lexer = {bytes, bytes + len, false};

	if (memchr(bytes, '\0', len))
		return false;
	lvm_frame_strip(&lexer.at, &lexer.end);
	return tokens_rewrite(names, &lexer, out);
}
