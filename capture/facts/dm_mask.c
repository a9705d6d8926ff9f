/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Parameters of targets, with their secrets masked before anything is copied.
 * Input: one line of a table or status as libdevmapper gives it. Output: text.
 *
 * Invariant: no byte of a key is ever copied. What a target type that is not listed here
 * says may be a key: only its length and digest are recorded.
 * Sources: lvm2 libdm/dm-tools/dmsetup.c (_status: what it hides without --showkeys),
 * kernel drivers/md/dm-crypt.c and dm-integrity.c (their STATUSTYPE_TABLE).
 */
#include <string.h>

#include "snapstate/dm_mask.h"
#include "snapstate/io.h"

static const char *const plain_types[] = {"cache", "clone", "delay", "era", "error",
	"flakey", "linear", "mirror", "multipath", "raid", "snapshot", "snapshot-merge",
	"snapshot-origin", "striped", "thin", "thin-pool", "vdo", "vdo-pool", "verity",
	"writecache", "zero"};

static bool is_plain_type(const char *type)
{
	for (size_t i = 0; i < sizeof(plain_types) / sizeof(plain_types[0]); i++)
		if (strcmp(plain_types[i], type) == 0)
			return true;
	return false;
}

static void add_zeros(struct buf *out, size_t count)
{
	while (count--)
		buf_puts(out, "0");
}

/* "CIPHER KEY IV DEVICE START ...": a KEY that begins with ':' names a key in the
 * kernel's keyring and is no secret. */
static void mask_crypt(struct buf *out, const char *params)
{
	size_t cipher = strcspn(params, " ");
	const char *key = params + cipher + strspn(params + cipher, " ");
	size_t key_len = strcspn(key, " ");

	buf_add(out, params, (size_t)(key - params));
	if (*key == ':')
		buf_add(out, key, key_len);
	else
		add_zeros(out, key_len);
	buf_puts(out, key + key_len);
}

/* "internal_hash:ALGORITHM:KEY" */
static void mask_integrity_word(struct buf *out, const char *word, size_t len)
{
	static const char *const keyed[] = {
		"internal_hash:", "journal_crypt:", "journal_mac:"};

	for (size_t i = 0; i < sizeof(keyed) / sizeof(keyed[0]); i++) {
		size_t prefix = strlen(keyed[i]);
		const char *colon;

		if (len < prefix || strncmp(word, keyed[i], prefix) != 0)
			continue;
		colon = memchr(word + prefix, ':', len - prefix);
		if (!colon)
			break;
		buf_add(out, word, (size_t)(colon + 1 - word));
		add_zeros(out, len - (size_t)(colon + 1 - word));
		return;
	}
	buf_add(out, word, len);
}

static void mask_integrity(struct buf *out, const char *params)
{
	while (*params) {
		size_t blanks = strspn(params, " ");
		size_t len = strcspn(params + blanks, " ");

		buf_add(out, params, blanks);
		mask_integrity_word(out, params + blanks, len);
		params += blanks + len;
	}
}

static void digest(struct buf *out, const char *text)
{
	char hex[SHA256_HEX_LEN + 1];

	sha256_hex(text, strlen(text), hex);
	buf_printf(out, "length %zu sha256 %s", strlen(text), hex);
}

void dm_params_mask(const char *type, const char *params, struct buf *out)
{
	if (is_plain_type(type))
		buf_puts(out, params);
	else if (strcmp(type, "crypt") == 0)
		mask_crypt(out, params);
	else if (strcmp(type, "integrity") == 0)
		mask_integrity(out, params);
	else
		digest(out, params);
}

/* crypt has no status, integrity only counters */
void dm_status_mask(const char *type, const char *status, struct buf *out)
{
	if (!*status || is_plain_type(type) || strcmp(type, "crypt") == 0 ||
		strcmp(type, "integrity") == 0)
		buf_puts(out, status);
	else
		digest(out, status);
}
