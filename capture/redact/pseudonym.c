/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words and their pseudonyms; see redact.h.
 * Input: a text. Output: the same text with every unknown word replaced.
 *
 * Invariants:
 * - A word's pseudonym hangs on the key and the word alone, never on what stands around
 *   it: so a name stays the same in a path, in a dm name and in a report.
 * - A pseudonym begins with a letter, and ends with a digit just if the word does: kpartx
 *   puts a 'p' between a name that ends with a digit and the partition's number
 *   (multipath-tools kpartx/kpartx.c, set_delimiter()).
 */
#include <ctype.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "parts.h"

#define NUMBER_LEN_MAX 2 /* longer ones may be customers' */
#define SUFFIXES_MAX   4 /* a partition of a partition of a volume with a number */
#define KNAME_LEN_MAX  16

/* Words that name no person or customer. Sorted. */
static const char *const known_words[] = {"auto", "backing", "backup", "backups", "bin",
	"block", "boot", "borgmatic", "by", "cache", "cdata", "cifs", "clone", "cmeta",
	"conf", "corig", "cow", "crypt", "cryptsetup", "cvol", "data", "davfs", "deleted",
	"dev", "disk", "disks", "dm", "dmraid", "duplicati", "efi", "etc", "ext4", "file",
	"fileio", "fs", "fuse", "generator", "home", "host", "http", "https", "iblock",
	"id", "image", "images", "label", "lib", "lib64", "libexec", "libvirt", "libxl",
	"local", "logon", "loop", "lost", "luks1", "luks2", "lv", "lvm", "lvol", "lxc",
	"mapper", "masked", "md", "media", "meta", "mimage", "mirror", "mlog", "mnt",
	"mount", "mpath", "name", "net", "nfs", "nfs4", "none", "ns", "ntfs", "null",
	"onapp", "opt", "origin", "overlay", "part", "partlabel", "partuuid", "path",
	"pid", "plain", "pmspare", "pool", "proc", "pts", "pv", "pve", "pvmove", "qemu",
	"rclone", "real", "rimage", "rmeta", "root", "rsnapshot", "run", "s3fs", "sbin",
	"server", "shm", "snap", "snaps", "snapshot", "snapshots", "srv", "ssh", "sshfs",
	"swap", "sys", "system", "systemd", "task", "tdata", "temp", "thin", "tmeta",
	"tmp", "tmpfs", "tpool", "ubuntu", "udev", "unknown", "user", "usr", "uuid",
	"var", "vbd", "vdata", "vg", "vm", "vmeta", "vms", "volume", "vorigin", "vpool",
	"vzsnap", "wmeta", "xen", "xfs", "xml"};

/* LVM numbers these itself, from 0. */
static const char *const numbered_words[] = {
	"lvol", "pv", "pvmove", "segment", "snapshot"};

bool word_in(const char *const *sorted, size_t count, const char *word, size_t len)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order =
			len ? tolower(sorted[middle][0]) - tolower((unsigned char)*word)
			    : 0;

		if (order == 0)
			order = strncasecmp(sorted[middle], word, len);
		/* the word may hold a NUL, and ends where it says */
		if (order == 0)
			order = (strlen(sorted[middle]) > len) -
				(strlen(sorted[middle]) < len);
		if (order == 0)
			return len > 0;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

static size_t digits_at_end(const char *word, size_t len)
{
	size_t n = 0;

	while (n < len && isdigit((unsigned char)word[len - 1 - n]))
		n++;
	return n;
}

static size_t span_of(const char *word, size_t len, int (*is)(int c))
{
	size_t n = 0;

	while (n < len && is((unsigned char)word[n]))
		n++;
	return n;
}

/* sda, sda1, nvme0n1p1, md127: letters of the driver, then letters of the disk or its
 * number (block/partitions/core.c, drivers/scsi/sd.c). */
static bool is_kernel_name(const char *word, size_t len)
{
	static const char *const lettered[] = {"hd", "sd", "vd", "xvd"};
	static const char *const numbered[] = {"bcache", "drbd", "loop", "md", "mmcblk",
		"nbd", "pmem", "ram", "rbd", "sr", "zram"};
	size_t letters = span_of(word, len, islower);
	size_t rest = letters + span_of(word + letters, len - letters, isdigit);

	if (len > KNAME_LEN_MAX)
		return false;
	for (size_t i = 0; i < sizeof(lettered) / sizeof(lettered[0]); i++) {
		size_t n = strlen(lettered[i]);

		if (letters > n && letters <= n + 2 && rest == len &&
			len - letters <= NUMBER_LEN_MAX &&
			memcmp(word, lettered[i], n) == 0)
			return true;
	}
	for (size_t i = 0; i < sizeof(numbered) / sizeof(numbered[0]); i++)
		if (letters == strlen(numbered[i]) && rest > letters && rest == len &&
			memcmp(word, numbered[i], letters) == 0)
			return true;
	/* nvme0n1p2 */
	return len > 4 && memcmp(word, "nvme", 4) == 0 &&
	       isdigit((unsigned char)word[4]) &&
	       strspn(word + 4, "0123456789np") >= len - 4;
}

static bool is_known(const struct pseudonyms *names, const char *word, size_t len)
{
	size_t digits = digits_at_end(word, len);

	return (digits == len && len <= NUMBER_LEN_MAX) ||
	       WORD_IN(known_words, word, len) ||
	       (digits && WORD_IN(numbered_words, word, len - digits)) ||
	       is_kernel_name(word, len) ||
	       (len > 0 && len == strlen(names->machine_id) &&
		       memcmp(word, names->machine_id, len) == 0);
}

void pseudonyms_begin(
	struct pseudonyms *names, const struct redact_key *key, const char *machine_id)
{
	EVP_PKEY *hmac_key = EVP_PKEY_new_raw_private_key(
		EVP_PKEY_HMAC, NULL, key->bytes, REDACT_KEY_LEN);

	*names = (struct pseudonyms){
		key, machine_id, PSEUDONYM_LEN, EVP_MD_CTX_new(), EVP_MD_CTX_new()};
	if (!hmac_key || !names->keyed || !names->mac ||
		EVP_DigestSignInit(names->keyed, NULL, EVP_sha256(), NULL, hmac_key) != 1)
		abort(); /* nothing but memory can be missing */
	EVP_PKEY_free(hmac_key);
}

void pseudonyms_end(struct pseudonyms *names)
{
	EVP_MD_CTX_free(names->mac);
	EVP_MD_CTX_free(names->keyed);
}

static void pseudonym_write(
	const struct pseudonyms *names, const char *word, size_t len, struct buf *out)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz234567";
	unsigned char hash[EVP_MAX_MD_SIZE];
	char text[PSEUDONYM_LEN];
	size_t hash_len = sizeof(hash);

	if (EVP_MD_CTX_copy_ex(names->mac, names->keyed) != 1 ||
		EVP_DigestSignUpdate(names->mac, word, len) != 1 ||
		EVP_DigestSignFinal(names->mac, hash, &hash_len) != 1)
		abort(); /* nothing but memory can be missing */
	for (size_t i = 0; i < names->length; i++)
		text[i] = letters[hash[i] % 32];
	if (isdigit((unsigned char)word[len - 1]))
		text[names->length - 1] = letters[26 + hash[names->length - 1] % 6];
	else
		text[names->length - 1] = letters[hash[names->length - 1] % 26];
	text[0] = letters[hash[0] % 26];
	buf_add(out, text, names->length);
}

/* The length of `word` without a partition's number: "X1" (a delimiter in use for
 * guests' disks), "p1" behind a digit, "1"; `len` if there is none. */
static size_t stem_len(const char *word, size_t len)
{
	size_t digits = digits_at_end(word, len);
	size_t stem = len - digits;

	if (!digits || digits > NUMBER_LEN_MAX || !stem)
		return len;
	if (stem > 1 && word[stem - 1] == 'X')
		return stem - 1;
	if (stem > 1 && word[stem - 1] == 'p' && isdigit((unsigned char)word[stem - 2]))
		return stem - 1;
	return stem;
}

/* The length without the numbers of partitions of partitions. */
static size_t whole_stem_len(const struct pseudonyms *names, const char *word, size_t len)
{
	size_t stem = len;

	for (int i = 0; i < SUFFIXES_MAX && !is_known(names, word, stem); i++)
		stem = stem_len(word, stem);
	return stem;
}

static void word_write(
	const struct pseudonyms *names, const char *word, size_t len, struct buf *out)
{
	size_t stem = whole_stem_len(names, word, len);

	if (is_known(names, word, stem))
		buf_add(out, word, stem);
	else
		pseudonym_write(names, word, stem, out);
	buf_add(out, word + stem, len - stem);
}

/* ---- texts ---- */

static bool is_word_byte(unsigned char c)
{
	return isalnum(c) || c >= 0x80;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* One byte, plain or as \xNN or \NNN; returns how many it takes. */
static size_t byte_at(const char *at, size_t len, unsigned char *ret_byte)
{
	*ret_byte = (unsigned char)*at;
	if (len < 4 || *at != '\\')
		return 1;
	if (at[1] == 'x' && hex_digit(at[2]) >= 0 && hex_digit(at[3]) >= 0) {
		*ret_byte = (unsigned char)(hex_digit(at[2]) << 4 | hex_digit(at[3]));
		return 4;
	}
	if (at[1] >= '0' && at[1] <= '3' && at[2] >= '0' && at[2] <= '7' &&
		at[3] >= '0' && at[3] <= '7') {
		*ret_byte = (unsigned char)((at[1] - '0') << 6 | (at[2] - '0') << 3 |
					    (at[3] - '0'));
		return 4;
	}
	return 1;
}

/* Four numbers with dots between: an address is one name. 0 = none. */
static size_t address_len(const char *at, size_t len)
{
	size_t n = 0;

	for (int part = 0; part < 4; part++) {
		size_t digits = span_of(at + n, len - n, isdigit);

		if (!digits || digits > 3)
			return 0;
		n += digits;
		if (part < 3 && (n == len || at[n++] != '.'))
			return 0;
	}
	return n < len && is_word_byte((unsigned char)at[n]) ? 0 : n;
}

/* "-"; or "--", as device-mapper's names have a hyphen of an LVM name. 0 = neither. */
static size_t hyphens_at(const char *at, size_t len)
{
	size_t bytes = 0;

	for (int i = 0; i < 2 && bytes < len; i++) {
		unsigned char byte;
		size_t n = byte_at(at + bytes, len - bytes, &byte);

		if (byte != '-')
			break;
		bytes += n;
	}
	return bytes;
}

static size_t word_take(const char *text, size_t len, struct buf *ret_word)
{
	size_t at = 0;

	while (at < len) {
		unsigned char byte;
		size_t n = byte_at(text + at, len - at, &byte);

		if (!is_word_byte(byte))
			break;
		buf_add(ret_word, &byte, 1);
		at += n;
	}
	return at;
}

/* 9f0b1c58-3c0a-4b0e-9d0c-6f6f0e1d2a3b is one name, however its hyphens are written; what
 * follows in the last word may be numbers of partitions. XenServer's and oVirt's groups
 * and volumes have such names: word by word their pseudonyms would be too long for LVM,
 * and would be cut. 0 = none. */
static size_t uuid_parts_take(const char *text, size_t len, struct buf *ret_word)
{
	static const size_t lengths[] = {8, 4, 4, 4, 12};
	const size_t last = sizeof(lengths) / sizeof(lengths[0]) - 1;
	size_t at = 0;

	for (size_t i = 0; i <= last; i++) {
		size_t begin = ret_word->len;
		size_t hyphens;

		at += word_take(text + at, len - at, ret_word);
		if (ret_word->len - begin < lengths[i] ||
			span_of(ret_word->data + begin, lengths[i], isxdigit) <
				lengths[i])
			return 0;
		if (i == last)
			break;
		hyphens = hyphens_at(text + at, len - at);
		if (!hyphens || ret_word->len - begin > lengths[i])
			return 0;
		at += hyphens;
		buf_puts(ret_word, "-");
	}
	return at;
}

static size_t uuid_take(const char *text, size_t len, struct buf *ret_word)
{
	size_t n = uuid_parts_take(text, len, ret_word);

	if (!n)
		ret_word->len = 0;
	return n;
}

static void uuid_write(
	const struct pseudonyms *names, const char *word, size_t len, struct buf *out)
{
	size_t stem = whole_stem_len(names, word, len);

	pseudonym_write(names, word, stem, out);
	buf_add(out, word + stem, len - stem);
}

void pseudonym_text(
	const struct pseudonyms *names, const char *text, size_t len, struct buf *out)
{
	struct buf word = BUF_INIT;

	for (size_t at = 0; at < len;) {
		size_t n = address_len(text + at, len - at);
		unsigned char byte;

		word.len = 0;
		if (n) {
			pseudonym_write(names, text + at, n, out);
		} else if ((n = uuid_take(text + at, len - at, &word))) {
			uuid_write(names, word.data, word.len, out);
		} else if ((n = word_take(text + at, len - at, &word))) {
			word_write(names, word.data, word.len, out);
		} else {
			n = byte_at(text + at, len - at, &byte);
			buf_add(out, text + at, n);
		}
		at += n;
	}
	buf_free(&word);
}
