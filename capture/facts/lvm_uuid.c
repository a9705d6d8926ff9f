/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What LVM takes as a name, and its uuids.
 * Sources: lvm2 lib/misc/lvm-string.c (_validate_name), lib/uuid/uuid.c.
 */
#include <stdbool.h>
#include <string.h>

#include "snapstate/lvm_uuid.h"

bool lvm_name_has_byte(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') || (c && strchr("+_.-", c));
}

bool lvm_name_is_valid(const char *name)
{
	size_t len = 0;

	while (lvm_name_has_byte(name[len]))
		len++;
	return len > 0 && !name[len] && len <= LVM_NAME_MAX && *name != '-' &&
	       strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

const char lvm_uuid_chars[] =
	"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ!#";

/* Groups of 6-4-4-4-4-4-6 */
static bool is_hyphen_place(size_t i)
{
	return i == 6 || i == 10 || i == 14 || i == 18 || i == 22 || i == 26;
}

void lvm_uuid_hyphenate(
	const char uuid[LVM_UUID_LEN], char ret_text[LVM_UUID_HYPHENS + 1])
{
	size_t out = 0;

	for (size_t i = 0; i < LVM_UUID_LEN; i++) {
		if (is_hyphen_place(i))
			ret_text[out++] = '-';
		ret_text[out++] = uuid[i];
	}
	ret_text[out] = '\0';
}

bool lvm_uuid_plain(const char *text, char ret_uuid[LVM_UUID_LEN + 1])
{
	size_t len = strlen(text);
	size_t in = 0;

	if (len != LVM_UUID_LEN && len != LVM_UUID_HYPHENS)
		return false;
	for (size_t i = 0; i < LVM_UUID_LEN; i++) {
		if (len == LVM_UUID_HYPHENS && is_hyphen_place(i) && text[in++] != '-')
			return false;
		if (!text[in] || !strchr(lvm_uuid_chars, text[in]))
			return false;
		ret_uuid[i] = text[in++];
	}
	ret_uuid[LVM_UUID_LEN] = '\0';
	return true;
}
