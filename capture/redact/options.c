/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mount options and sources, and credentials in free text.
 * Input: text without octal escapes. Output: the same with masks, or with pseudonyms.
 *
 * Invariant: the value of an option that is not listed here is never kept, nor what
 * follows it: file systems that do not escape a comma (any that print with seq_printf())
 * let the rest of a password look like one more option.
 */
#include <ctype.h>
#include <string.h>

#include "parts.h"

#define FLAG_LEN_MAX 32

/* Options whose values are numbers or words of the kernel. Sorted. */
static const char *const plain_keys[] = {"access", "acdirmax", "acdirmin", "acregmax",
	"acregmin", "active_logs", "actimeo", "alloc_mode", "allocsize", "background_gc",
	"barrier", "blksize", "bsize", "cache", "checkpoint", "codepage", "commit",
	"compress", "compress-force", "data", "debug_want_extra_isize", "dir_mode", "dirmode",
	"discard", "dmask", "echo_interval", "errors", "fatent_cache", "fd", "file_mode",
	"fmask", "forcegid", "forceuid", "fsync_mode", "gid", "group_id", "hidepid",
	"huge", "index", "init_itable", "inode_readahead_blks", "io_charset",
	"iocharset", "jqfmt", "journal_ioprio", "local_lock", "logbsize", "logbufs",
	"lookupcache", "max_batch_time", "max_connect", "max_read", "maxproto", "mb_optimize_scan",
	"metacopy", "min_batch_time", "minproto", "mode", "mountport", "mountproto",
	"mountvers", "msize", "namlen", "nconnect", "nls", "norecovery", "nr_blocks",
	"nr_inodes", "pagesize", "pgrp", "pipe_ino", "port", "proto", "ptmxmode",
	"redirect_dir", "resgid", "resuid", "retrans", "rsize", "sb", "sec", "shortname",
	"size", "space_cache", "stripe", "subset", "subvolid", "sunit", "swidth",
	"test_dummy_encryption", "thread_pool", "timeo", "timeout", "trans", "uid", "umask",
	"usebackuproot", "user_id", "vers", "version", "wsize", "xattr", "xino"};

/* Options whose values are names: paths, hosts, contexts. Sorted. */
static const char *const name_keys[] = {"addr", "clientaddr", "context", "defcontext",
	"fscontext", "grpjquota", "journal_path", "logdev", "lowerdir", "mountaddr", "name",
	"release_agent", "rootcontext", "rtdev", "subvol", "upperdir", "usrjquota",
	"workdir"};

/* Options without a value. Sorted. */
static const char *const flags[] = {"acl", "allow_other", "async", "attr2", "autodefrag",
	"bsddf", "default_permissions", "direct", "dirsync", "discard", "fixed", "grpid",
	"grpquota", "hard", "idmapped", "indirect", "inode32", "inode64", "intr", "lazytime",
	"mand", "memory_recursiveprot", "noacl", "noatime", "nodev", "nodiratime",
	"noexec", "nogrpid", "nolock", "noquota", "nosuid", "nosymfollow", "nouuid",
	"nsdelegate", "prjquota", "quota", "relatime", "ro", "rw", "seclabel", "soft",
	"ssd", "strictatime", "sync", "usrquota"};

/* Words of values. Sorted. */
static const char *const value_words[] = {"always", "ascii", "continue", "fscache",
	"invisible", "journal", "krb5", "krb5i", "krb5p", "lzo", "mixed", "mmap", "never",
	"none", "ntlmssp", "off", "on", "ordered", "panic", "rdma", "remount-ro", "strict",
	"sys", "tcp", "tcp6", "udp", "udp6", "utf8", "v2", "vfsv0", "vfsv1", "winnt",
	"within_size", "writeback", "zlib", "zstd"};

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
	return len > 0 && len <= FLAG_LEN_MAX;
}

/* ---- secrets ---- */

/* true: a value was masked. */
static bool option_mask(const char *option, size_t len, bool is_after_mask, struct buf *out)
{
	const char *equals = memchr(option, '=', len);
	size_t key = equals ? (size_t)(equals - option) : len;

	if (!is_key(option, key)) {
		/* the root's absolute path of hostfs, a quote of a context */
		buf_puts(out, MASK);
		return true;
	}
	if (!equals) {
		bool is_known = WORD_IN(flags, option, len);

		if (is_known || !is_after_mask)
			buf_add(out, option, len);
		else
			buf_puts(out, MASK);
		return is_after_mask;
	}
	if (WORD_IN(plain_keys, option, key) || WORD_IN(name_keys, option, key)) {
		buf_add(out, option, len);
		return false;
	}
	buf_add(out, option, key + 1);
	buf_puts(out, MASK);
	return true;
}

void options_mask(const char *options, size_t len, struct buf *out)
{
	const char *end = options + len;
	bool is_after_mask = false;

	while (options < end) {
		size_t option = option_len(options, end);

		if (option)
			is_after_mask = option_mask(options, option, is_after_mask, out);
		options += option;
		if (options < end)
			buf_add(out, options++, 1);
	}
}

static const char *find(const char *text, size_t len, const char *what)
{
	return memmem(text, len, what, strlen(what));
}

/* Paths of devices may hold an '@' (udev and LVM allow it, and joins hang on them); no
 * network file system has a source that begins with one slash. */
static size_t credentials_begin(const char *source, size_t len)
{
	const char *scheme = find(source, len, "://");

	if (scheme)
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

static bool is_secret_key(const char *word, size_t len)
{
	static const char *const parts[] = {
		"pass", "secret", "token", "credential", "key", "pwd", "user"};

	for (size_t p = 0; p < sizeof(parts) / sizeof(parts[0]); p++)
		for (size_t i = 0; i + strlen(parts[p]) <= len; i++)
			if (strncasecmp(word + i, parts[p], strlen(parts[p])) == 0)
				return true;
	return false;
}

static void word_mask(const char *word, size_t len, struct buf *out)
{
	const char *equals = memchr(word, '=', len);

	if (equals && is_secret_key(word, (size_t)(equals - word))) {
		buf_add(out, word, (size_t)(equals + 1 - word));
		buf_puts(out, MASK);
	} else if (memchr(word, ':', len) || find(word, len, "//")) {
		source_mask(word, len, out);
	} else {
		buf_add(out, word, len);
	}
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

/* "16384k", "50%", "0755" */
static bool is_amount(const char *text, size_t len)
{
	size_t i = 0;

	while (i < len && isdigit((unsigned char)text[i]))
		i++;
	return i > 0 && (i == len || (i + 1 == len && strchr("kmgKMG%", text[i])));
}

static void value_pseudonyms(
	const struct pseudonyms *names, const char *value, size_t len, struct buf *out)
{
	if (is_amount(value, len) || WORD_IN(value_words, value, len))
		buf_add(out, value, len);
	else
		pseudonym_text(names, value, len, out);
}

static void option_pseudonyms(
	const struct pseudonyms *names, const char *option, size_t len, struct buf *out)
{
	const char *equals = memchr(option, '=', len);
	size_t key = equals ? (size_t)(equals - option) : len;
	bool is_plain = WORD_IN(plain_keys, option, key);

	if (strlen(MASK) == len && memcmp(option, MASK, len) == 0) {
		buf_add(out, option, len);
		return;
	}
	if (is_plain || WORD_IN(name_keys, option, key) || WORD_IN(flags, option, key))
		buf_add(out, option, key);
	else
		pseudonym_text(names, option, key, out);
	if (!equals)
		return;
	buf_puts(out, "=");
	if (is_plain)
		value_pseudonyms(names, equals + 1, len - key - 1, out);
	else
		pseudonym_text(names, equals + 1, len - key - 1, out);
}

void options_pseudonyms(
	const struct pseudonyms *names, const char *options, size_t len, struct buf *out)
{
	const char *end = options + len;

	while (options < end) {
		size_t option = option_len(options, end);

		if (option)
			option_pseudonyms(names, options, option, out);
		options += option;
		if (options < end)
			buf_add(out, options++, 1);
	}
}

void type_pseudonyms(
	const struct pseudonyms *names, const char *type, size_t len, struct buf *out)
{
	const char *dot = memchr(type, '.', len);
	size_t head = dot ? (size_t)(dot - type) : len;

	buf_add(out, type, head);
	pseudonym_text(names, type + head, len - head, out);
}
