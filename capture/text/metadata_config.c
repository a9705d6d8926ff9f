/* SPDX-License-Identifier: Apache-2.0 */
/*
 * VG metadata text -> dm_config tree; see metadata_config.h.
 *
 * Input:  a hostile text. Output: a tree at most TEXT_METADATA_DEPTH deep.
 * Invariant: libdevmapper sees only texts on which it cannot recurse without bound. It
 * does so on nested sections, and on a key a/b/c, which makes a section per slash
 * (libdm/libdm-config.c, _section, _find_or_make_node, _config_reverse; seen: a crash on
 * an 800 kB file).
 */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "metadata_config.h"
#include "snapstate/buf.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/source.h"
#include "snapstate/lvm_names.h"
#include "snapstate/lvm_frame.h"
#include "snapstate/text.h"

/* ---- limits ---- */

static const char *blanks_end(const char *at, const char *end)
{
	while (at < end) {
		if (*at == '#')
			while (at < end && *at != '\n')
				at++;
		else if (isspace((unsigned char)*at))
			at++;
		else
			break;
	}
	return at;
}

static const char *quoted_end(const char *at, const char *end)
{
	char quote = *at++;

	while (at < end && *at != quote) {
		if (quote == '"' && *at == '\\' && at + 1 < end)
			at++;
		at++;
	}
	return at < end ? at + 1 : end;
}

/* Follows _get_token() of libdm-config.c to the letter: what is inside a string must be
 * the same here and there. */
static const char *token_end(const char *at, const char *end, bool is_value)
{
	bool has_dot = *at == '.';

	if (strchr("{}[],=", *at))
		return at + 1;
	if (*at == '"' || *at == '\'')
		return quoted_end(at, end);
	if (is_value && strchr(".0123456789+-", *at)) {
		for (at++; at < end; at++) {
			if (!isdigit((unsigned char)*at) && (*at != '.' || has_dot))
				break;
			has_dot |= *at == '.';
		}
		return at;
	}
	while (at < end && !isspace((unsigned char)*at) && !strchr("#={}", *at))
		at++;
	return at;
}

static int nesting_check(const char *at, const char *end, struct err *err)
{
	const char *start = at;
	unsigned depth = 0;
	bool is_value = false;

	for (at = blanks_end(at, end); at < end; at = blanks_end(at, end)) {
		const char *token = at;

		at = token_end(at, end, is_value);
		if (!is_value && memchr(token, '/', (size_t)(at - token)))
			return err_set(err, -EBADMSG,
				"byte %zu: a name with a slash in it",
				(size_t)(token - start));
		if (*token == '{' && ++depth > TEXT_METADATA_DEPTH)
			return err_set(err, -EBADMSG,
				"byte %zu: sections nested more than %d deep",
				(size_t)(token - start), TEXT_METADATA_DEPTH);
		if (*token == '}' && depth)
			depth--;
		is_value = strchr("=[,", *token) != NULL;
	}
	return 0;
}

static int order_keys(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The library takes the first of two equal keys and says nothing; a reviewer may see the
 * second. */
static int keys_check(const struct dm_config_node *section, struct err *err)
{
	const char **keys = NULL;
	size_t n_keys = 0;
	int r = 0;

	for (const struct dm_config_node *node = section; node; node = node->sib) {
		*array_add(&keys, &n_keys) = node->key;
		if (r == 0 && node->child)
			r = keys_check(node->child, err);
	}
	if (n_keys)
		qsort(keys, n_keys, sizeof(*keys), order_keys);
	for (size_t i = 1; r == 0 && i < n_keys; i++)
		if (strcmp(keys[i - 1], keys[i]) == 0) {
			cleanup_buf struct buf key = BUF_INIT;

			buf_word(&key, keys[i]);
			r = err_set(err, -EBADMSG, "%s occurs twice in one section",
				buf_text(&key));
		}
	free(keys);
	return r;
}

/* ---- parse ---- */

/* dm_config tells what is wrong, with the line, only through libdevmapper's log, and that
 * callback carries no context: so its first words are kept here until the parse returns.
 * The callback stays installed, as libdevmapper has no way to ask for the one before;
 * without one it would print to stderr. */
static char log_message[256];

#define LOG_LEVEL_MASK 0x07
#define LOG_LEVEL_ERR  3

__attribute__((format(printf, 5, 6))) static void log_keep(
	int level, const char *file, int line, int errnum, const char *format, ...)
{
	va_list args;

	(void)file;
	(void)line;
	(void)errnum;
	if ((level & LOG_LEVEL_MASK) > LOG_LEVEL_ERR || *log_message)
		return;
	va_start(args, format);
	vsnprintf(log_message, sizeof(log_message), format, args);
	va_end(args);
}

static int tree_parse(
	const char *text, size_t len, struct dm_config_tree **ret_tree, struct err *err)
{
	struct dm_config_tree *tree;
	int r;

	dm_log_with_errno_init(log_keep);
	*log_message = '\0';
	tree = dm_config_create();
	if (!tree)
		return err_set(err, -ENOMEM, "out of memory");
	/* Its own check for duplicates takes quadratic time. */
	if (!dm_config_parse_without_dup_node_check(tree, text, text + len))
		r = err_set(err, -EBADMSG, "%s",
			*log_message ? log_message : "holds no section");
	else
		r = keys_check(tree->root, err);
	if (r < 0)
		dm_config_destroy(tree);
	else
		*ret_tree = tree;
	return r;
}

void text_lvm_metadata_body(const struct document *document, struct buf *ret_text)
{
	const char *text = document->bytes, *end = text + document->len;

	lvm_frame_strip(&text, &end);
	buf_add(ret_text, text, (size_t)(end - text));
}

int metadata_parse(
	const char *bytes, size_t len, struct dm_config_tree **ret_tree, struct err *err)
{
	const char *text = bytes, *end = bytes + len;
	char *copy;
	int r;

	if (len > TEXT_METADATA_MAX)
		return err_set(err, -EFBIG, "larger than %u bytes", TEXT_METADATA_MAX);
	if (memchr(bytes, '\0', len))
		return err_set(err, -EBADMSG, "holds a NUL byte");
	lvm_frame_strip(&text, &end);
	copy = xstrndup(text, (size_t)(end - text));
	r = nesting_check(copy, copy + strlen(copy), err);
	if (r == 0)
		r = tree_parse(copy, strlen(copy), ret_tree, err);
	free(copy);
	return r;
}

/* ---- values ---- */

static const struct dm_config_value *value(
	const struct dm_config_node *section, const char *key)
{
	const struct dm_config_node *node = dm_config_find_node(section->child, key);

	return node ? node->v : NULL;
}

bool config_has(const struct dm_config_node *section, const char *key)
{
	return value(section, key) != NULL;
}

int config_number(const struct dm_config_node *section, const char *key, uint64_t max,
	uint64_t *ret_value, struct err *err)
{
	const struct dm_config_value *v = value(section, key);

	if (!v)
		return err_set(err, -EBADMSG, "%s is missing", key);
	if (v->type != DM_CFG_INT || v->next || v->v.i < 0 || (uint64_t)v->v.i > max)
		return err_set(err, -EBADMSG, "%s is not a number from 0 to %llu", key,
			(unsigned long long)max);
	*ret_value = (uint64_t)v->v.i;
	return 0;
}

int config_number_or_0(const struct dm_config_node *section, const char *key,
	uint64_t max, uint64_t *ret_value, struct err *err)
{
	if (config_has(section, key))
		return config_number(section, key, max, ret_value, err);
	*ret_value = 0;
	return 0;
}

const char *config_string(const struct dm_config_node *section, const char *key)
{
	const struct dm_config_value *v = value(section, key);

	return v && v->type == DM_CFG_STRING ? v->v.str : "";
}

int config_uuid(struct host *host, const struct dm_config_node *section,
	const char **ret_uuid, struct err *err)
{
	char uuid[LVM_UUID_LEN + 1];

	if (!lvm_uuid_plain(config_string(section, "id"), uuid))
		return err_set(err, -EBADMSG, "id is missing or no LVM uuid");
	*ret_uuid = host_string(host, uuid);
	return 0;
}

const char *config_tags(struct host *host, const struct dm_config_node *section)
{
	cleanup_buf struct buf tags = BUF_INIT;

	for (const struct dm_config_value *v = value(section, "tags"); v; v = v->next)
		if (v->type == DM_CFG_STRING && lvm_tag_is_valid(v->v.str)) {
			buf_puts(&tags, tags.len ? "," : "");
			buf_puts(&tags, v->v.str);
		}
	return host_string(host, buf_text(&tags));
}

static bool list_has(const struct dm_config_value *v, const char *text)
{
	for (; v; v = v->next)
		if (v->type == DM_CFG_STRING && strcmp(v->v.str, text) == 0)
			return true;
	return false;
}

bool config_has_flag(const struct dm_config_node *section, const char *flag)
{
	return list_has(value(section, "status"), flag) ||
	       list_has(value(section, "flags"), flag);
}

const struct dm_config_node *config_section_from(const struct dm_config_node *node)
{
	while (node && node->v)
		node = node->sib;
	return node;
}
