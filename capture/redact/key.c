/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The key file; see redact.h.
 * Input: a path. Output: a key, and a new file where there was none.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "parts.h"
#include "snapstate/cleanup.h"
#include "snapstate/io.h"
#include "snapstate/kernel.h"
#include "snapstate/kind.h"

#define KEY_HEAD     "snapstate-redaction-key 1\n"
#define KEY_TEXT_LEN (sizeof(KEY_HEAD) - 1 + 2 * REDACT_KEY_LEN + 1)

static void id_make(struct redact_key *key)
{
	static const char salt[] = "snapstate redaction key id";
	unsigned char text[sizeof(salt) + REDACT_KEY_LEN];
	char hex[SHA256_HEX_LEN + 1];

	memcpy(text, salt, sizeof(salt));
	memcpy(text + sizeof(salt), key->bytes, REDACT_KEY_LEN);
	sha256_hex(text, sizeof(text), hex);
	memcpy(key->id, hex, REDACT_KEY_ID_LEN);
	key->id[REDACT_KEY_ID_LEN] = '\0';
	explicit_bzero(text, sizeof(text));
}

static int key_parse(
	const char *text, size_t len, struct redact_key *ret_key, struct err *err)
{
	const char *hex = text + strlen(KEY_HEAD);
	struct redact_key key;

	if (len != KEY_TEXT_LEN || memcmp(text, KEY_HEAD, strlen(KEY_HEAD)) != 0 ||
		text[len - 1] != '\n' ||
		strspn(hex, "0123456789abcdef") != 2 * REDACT_KEY_LEN)
		return err_set(err, -EBADMSG,
			"is not a key of pseudonyms: it has the line "
			"\"snapstate-redaction-key 1\" and one with 64 hex digits");
	for (size_t i = 0; i < REDACT_KEY_LEN; i++) {
		uint64_t byte = 0;

		parse_u64(hex + 2 * i, 2, 16, &byte);
		key.bytes[i] = (unsigned char)byte;
	}
	id_make(&key);
	*ret_key = key;
	explicit_bzero(&key, sizeof(key));
	return 0;
}

static int key_make(const char *path, struct err *err)
{
	unsigned char bytes[REDACT_KEY_LEN];
	struct buf text = BUF_INIT;
	int r = kernel_random(bytes, sizeof(bytes), err);

	if (r < 0)
		return r;
	buf_puts(&text, KEY_HEAD);
	for (size_t i = 0; i < sizeof(bytes); i++)
		buf_printf(&text, "%02x", bytes[i]);
	buf_puts(&text, "\n");
	r = file_publish(path, 0600, text.data, text.len, err);
	explicit_bzero(bytes, sizeof(bytes));
	explicit_bzero(text.data, text.len);
	buf_free(&text);
	return r;
}

static int file_check(int fd, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_errno(err, errno, "fstat");
	if (!S_ISREG(st.st_mode))
		return err_set(err, -EPERM, "is not a regular file");
	return 0;
}

static int file_check_owner(int fd, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_errno(err, errno, "fstat");
	if (st.st_uid != geteuid() && st.st_uid != 0)
		return err_set(err, -EPERM, "belongs to another user");
	if (st.st_mode & 077)
		return err_set(err, -EPERM,
			"others may read it: its mode must be 0600, not %04o",
			st.st_mode & 07777);
	return 0;
}

static int key_load(int fd, struct redact_key *ret_key, struct err *err)
{
	char text[KEY_TEXT_LEN + 2]; /* one byte more than a key shows what is too long */
	struct buf bytes = {.data = text};
	ssize_t len;
	int r = file_check(fd, err);

	if (r < 0)
		return r;
	len = read(fd, text, sizeof(text) - 1);
	if (len < 0)
		return err_errno(err, errno, "read");
	text[len] = '\0';
	bytes.len = (size_t)len;
	/* what it is is said before who may read it */
	r = file_kind_check(NULL, &bytes, KIND_REDACT_KEY, err);
	if (r == 0)
		r = file_check_owner(fd, err);
	if (r == 0)
		r = key_parse(text, (size_t)len, ret_key, err);
	explicit_bzero(text, sizeof(text));
	return r;
}

int redact_key_read(
	const char *path, bool may_create, struct redact_key *ret_key, struct err *err)
{
	const int flags = O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
	cleanup_close int fd = open(path, flags);
	struct err inner = ERR_INIT;
	int r = 0;

	if (fd < 0 && errno == ENOENT && may_create) {
		r = key_make(path, &inner);
		/* made by another one just now: that one's is as good */
		if (r == 0 || r == -EEXIST) {
			r = 0;
			fd = open(path, flags);
		}
	}
	if (r == 0 && fd < 0)
		r = errno == ELOOP ? err_set(&inner, -EPERM, "is not a regular file")
				   : err_errno(&inner, errno, "open");
	if (r == 0)
		r = key_load(fd, ret_key, &inner);
	if (r < 0 && err)
		*err = inner;
	return r < 0 ? err_wrap(err, "key %s", path) : 0;
}
