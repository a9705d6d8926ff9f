/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Mount options and sources, and credentials in free text.
 * Input: text without octal escapes. Output: the same with masks, or with pseudonyms.
 *
 * Invariant: of an option that is not listed here nothing is kept. File systems that
 * do not escape a comma (any that print with seq_printf()) let the rest of a password
 * look like one more option.
 */
#include <ctype.h>
#include <string.h>

#include "parts.h"

#define FLAG_LEN_MAX 32

/* Options whose values are numbers or words of the kernel. Sorted. */
static const char *const plain_keys[] = {"access", "acdirmax", "acdirmin", "acregmax",
	"acregmin", "actimeo", "active_logs", "alloc_mode", "allocsize", "background_gc",
	"barrier", "blksize", "bsize", "cache", "checkpoint", "codepage", "commit",
	"compress", "compress-force", "data", "debug_want_extra_isize", "dir_mode",
	"dirmode", "discard", "dmask", "echo_interval", "errors", "fatent_cache", "fd",
	"file_mode", "fmask", "forcegid", "forceuid", "fsync_mode", "gid", "group_id",
	"hidepid", "huge", "index", "init_itable", "inode_readahead_blks", "io_charset",
	"iocharset", "journal_ioprio", "jqfmt", "local_lock", "logbsize", "logbufs",
	"lookupcache", "max_batch_time", "max_connect", "max_read", "maxproto",
	"mb_optimize_scan", "metacopy", "min_batch_time", "minproto", "mode", "mountport",
	"mountproto", "mountvers", "msize", "namlen", "nconnect", "nls", "norecovery",
	"nr_blocks", "nr_inodes", "pagesize", "pgrp", "pipe_ino", "port", "proto",
	"ptmxmode", "redirect_dir", "resgid", "resuid", "retrans", "rsize", "sb", "sec",
	"shortname", "size", "space_cache", "stripe", "subset", "subvolid", "sunit",
	"swidth", "test_dummy_encryption", "thread_pool", "timeo", "timeout", "trans",
	"uid", "umask", "usebackuproot", "user_id", "vers", "version", "wsize", "xattr",
	"xino"};

/* Options whose values are names: paths, hosts, contexts. Sorted. */
static const char *const name_keys[] = {"addr", "clientaddr", "context", "datadir+",
	"defcontext", "fscontext", "grpjquota", "journal_path", "logdev", "lowerdir",
	"lowerdir+", "mountaddr", "name", "release_agent", "rootcontext", "rtdev",
	"subvol", "upperdir", "usrjquota", "workdir"};

/* Options whose keys stay for people, though their values go. Sorted. */
static const char *const secret_keys[] = {"credentials", "domain", "key", "pass",
	"passwd", "password", "password2", "prefixpath", "secret", "user", "username"};

/* Options without a value. Sorted. */
static const char *const flags[] = {"acl", "allow_other", "async", "attr2", "autodefrag",
	"barrier", "blkio", "bsddf", "case_sensitive", "cifsacl", "compress", "cpu",
	"cpuacct", "cpuset", "debug", "default_permissions", "delalloc", "devices",
	"dioread_nolock", "direct", "dirperm1", "dirsync", "discard", "extent_cache",
	"fast_boot", "filestreams", "fixed", "flush", "flush_merge", "freezer", "fsc",
	"gquota", "grpid", "grpjquota", "grpquota", "hard", "heap", "hugetlb", "idmapped",
	"ikeep", "indirect", "init_itable", "inline_data", "inline_dentry",
	"inline_xattr", "inode32", "inode64", "intr", "journal_async_commit",
	"journal_checksum", "largeio", "lazytime", "mand", "mapchars", "mapposix",
	"memory", "memory_hugetlb_accounting", "memory_recursiveprot", "mfsymlinks",
	"mgid", "minixdf", "multiuser", "net_cls", "net_prio", "noacl", "noalign",
	"noalloc", "noatime", "noattr2", "noauto_da_alloc", "nobarrier", "nobh",
	"noblock_validity", "nobootwait", "nobrl", "nocheck", "nocto", "nodatacow",
	"nodatasum", "nodebug", "nodelalloc", "nodev", "nodioread_nolock", "nodiratime",
	"nodiscard", "noexec", "nogrpid", "noikeep", "noinit_itable", "nointr",
	"nojournal_checksum", "nolazytime", "noload", "nolock", "nomand", "nombcache",
	"nonumtail", "noperm", "noposix", "noquota", "norecovery", "norelatime",
	"noresvport", "noserverino", "nosharecache", "nosharesock", "nospace_cache",
	"nossd", "nosuid", "nosymfollow", "notreelog", "nouid32", "nouser_xattr",
	"nouuid", "noxattr", "ns", "nsdelegate", "orphan_file", "perf_event", "pids",
	"posix", "posixpaths", "pquota", "prjjquota", "prjquota", "quiet", "quota",
	"rdma", "relatime", "remount", "resvport", "ro", "rodir", "rw", "seal",
	"seclabel", "serverino", "showexec", "skip_balance", "sloppy", "soft", "softerr",
	"softreval", "ssd", "ssd_spread", "strictatime", "swalloc", "sync",
	"sys_immutable", "tcp", "treelog", "udp", "uid32", "uni_xlate", "unix", "upgrade",
	"uquota", "user_subvol_rm_allowed", "user_xattr", "usrquota", "utf8", "verbose",
	"volatile", "wsync", "xattr"};

/* Words of values. Sorted. */
static const char *const value_words[] = {"always", "ascii", "continue", "fscache",
	"invisible", "journal", "krb5", "krb5i", "krb5p", "lzo", "mixed", "mmap", "never",
	"none", "ntlmssp", "off", "on", "ordered", "panic", "rdma", "remount-ro",
	"strict", "sys", "tcp", "tcp6", "udp", "udp6", "utf8", "v2", "vfsv0", "vfsv1",
	"winnt", "within_size", "writeback", "zlib", "zstd"};

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

/* What an unknown flag is nobody knows: perhaps the rest of a password. A second '=' is
 * where a comma is missing. */
static void option_mask(const char *option, size_t len, struct buf *out)
{
	const char *equals = memchr(option, '=', len);
	size_t key = equals ? (size_t)(equals - option) : len;

	if (!equals && WORD_IN(flags, option, len)) {
		buf_add(out, option, len);
	} else if (equals &&
		   (WORD_IN(plain_keys, option, key) ||
			   WORD_IN(name_keys, option, key)) &&
		   !memchr(equals + 1, '=', len - key - 1)) {
		buf_add(out, option, len);
	} else {
		if (equals && WORD_IN(secret_keys, option, key))
			buf_add(out, option, key + 1);
		buf_puts(out, MASK);
	}
}

void options_mask(const char *options, size_t len, struct buf *out)
{
	const char *end = options + len;

	while (options < end) {
		size_t option = option_len(options, end);

		if (option)
			option_mask(options, option, out);
		options += option;
		if (options < end)
			buf_add(out, options++, 1);
	}
}

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
	if (is_plain || WORD_IN(name_keys, option, key) || WORD_IN(flags, option, key) ||
		WORD_IN(secret_keys, option, key))
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

	if (is_key(type, head))
		buf_add(out, type, head);
	else
		pseudonym_text(names, type, head, out);
	pseudonym_text(names, type + head, len - head, out);
}
