/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Uuids as LVM builds them, and its tags.
 * Sources: lvm2 libdm/libdm-string.c (dm_build_dm_uuid), lib/uuid/uuid.c.
 */
#include <stdbool.h>
#include <string.h>

#include "snapstate/lvm_names.h"

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

/* The alphabet of lib/uuid/uuid.c */
static const char uuid_chars[] =
	"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ!#";

bool lvm_dm_uuid_split(const char *dm_uuid, char ret_vg[LVM_UUID_LEN + 1],
	char ret_lv[LVM_UUID_LEN + 1], const char **ret_layer)
{
	const char *ids = dm_uuid + 4;
	const char *rest;

	if (strncmp(dm_uuid, "LVM-", 4) != 0 ||
		strspn(ids, uuid_chars) != 2 * LVM_UUID_LEN)
		return false;
	rest = ids + 2 * LVM_UUID_LEN;
	if (*rest != '\0' && *rest != '-')
		return false;
	memcpy(ret_vg, ids, LVM_UUID_LEN);
	memcpy(ret_lv, ids + LVM_UUID_LEN, LVM_UUID_LEN);
	ret_vg[LVM_UUID_LEN] = ret_lv[LVM_UUID_LEN] = '\0';
	*ret_layer = *rest ? rest + 1 : rest;
	return true;
}

bool lvm_tag_is_valid(const char *tag)
{
	return *tag != '\0' && *tag != '-' &&
	       strspn(tag, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			   "0123456789_+.-/=!:#&") == strlen(tag);
}

size_t lvm_tags_first(const char *tags, const char **ret_next)
{
	size_t len = strcspn(tags, ",");

	*ret_next = tags[len] ? tags + len + 1 : NULL;
	return len;
}

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
		if (!text[in] || !strchr(uuid_chars, text[in]))
			return false;
		ret_uuid[i] = text[in++];
	}
	ret_uuid[LVM_UUID_LEN] = '\0';
	return true;
}
