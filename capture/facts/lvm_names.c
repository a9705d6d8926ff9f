/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names and uuids of mappings as LVM and kpartx build them, whose a device is, and LVM's
 * tags. Sources: lvm2 libdm/libdm-string.c (dm_split_lvm_name, dm_build_dm_uuid),
 * multipath-tools kpartx/devmapper.c.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "snapstate/buf.h"
#include "snapstate/host/device.h"
#include "snapstate/lvm_names.h"

bool lvm_dm_uuid_split(const char *dm_uuid, char ret_vg[LVM_UUID_LEN + 1],
	char ret_lv[LVM_UUID_LEN + 1], const char **ret_layer)
{
	const char *ids = dm_uuid + 4;
	const char *rest;

	if (strncmp(dm_uuid, "LVM-", 4) != 0 ||
		strspn(ids, lvm_uuid_chars) != 2 * LVM_UUID_LEN)
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

bool device_is_of_group(const struct device *device, const char *vg_uuid)
{
	char vg[LVM_UUID_LEN + 1], lv[LVM_UUID_LEN + 1];
	const char *layer;

	return lvm_dm_uuid_split(device->uuid, vg, lv, &layer) &&
	       strcmp(vg, vg_uuid) == 0;
}

bool kpartx_uuid_split(const char *dm_uuid, uint32_t *ret_number, const char **ret_parent)
{
	const char *hyphen;
	uint64_t number;

	if (strncmp(dm_uuid, "part", 4) != 0)
		return false;
	hyphen = strchr(dm_uuid, '-');
	if (!hyphen || !hyphen[1] ||
		parse_u64(dm_uuid + 4, (size_t)(hyphen - dm_uuid - 4), 10, &number) < 0 ||
		number > UINT32_MAX)
		return false;
	*ret_number = (uint32_t)number;
	*ret_parent = hyphen + 1;
	return true;
}

/* Copies up to the next single hyphen, halving doubled ones; *text moves behind the
 * hyphen. */
static char *take_component(const char **text)
{
	char *component = xcalloc(strlen(*text) + 1, 1);
	char *out = component;
	const char *in = *text;

	for (; *in; in++) {
		if (*in == '-') {
			if (in[1] != '-') {
				in++;
				break;
			}
			in++;
		}
		*out++ = *in;
	}
	*text = in;
	return component;
}

bool lvm_dm_name_split(
	const char *dm_name, char **ret_vg, char **ret_lv, char **ret_layer)
{
	char *vg = take_component(&dm_name);

	if (*vg == '\0' || *dm_name == '\0') {
		free(vg);
		return false;
	}
	*ret_vg = vg;
	*ret_lv = take_component(&dm_name);
	*ret_layer = xstrdup(dm_name);
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

bool lvm_tags_have(const char *tags, const char *tag)
{
	while (tags) {
		const char *next;
		size_t len = lvm_tags_first(tags, &next);

		if (len == strlen(tag) && memcmp(tags, tag, len) == 0)
			return len > 0;
		tags = next;
	}
	return false;
}
