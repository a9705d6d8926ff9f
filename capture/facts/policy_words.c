/* SPDX-License-Identifier: Apache-2.0 */
/* What the words of a policy's rules may be; see policy.h. */
#include <string.h>

#include "snapstate/buf.h"
#include "snapstate/cleanup.h"
#include "snapstate/lvm_names.h"
#include "snapstate/policy.h"

bool policy_name_is_valid(const char *name)
{
	size_t len = strlen(name);

	return len > 0 && len <= POLICY_NAME_MAX && *name != '-' && *name != '.' &&
	       strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			    "0123456789_.-") == len;
}

bool policy_glob_is_valid(const char *glob)
{
	const char *slash = strchr(glob, '/');

	return slash && slash != glob && slash[1] != '\0' && !strchr(slash + 1, '/') &&
	       !strchr(glob, '[');
}

bool policy_path_is_valid(const char *path)
{
	size_t len = strlen(path);

	if (*path != '/' || len < 2 || len > POLICY_PATH_MAX || path[len - 1] == '/')
		return false;
	while (*path) {
		size_t part = strcspn(++path, "/");

		if (!part || (part == 1 && *path == '.') ||
			(part == 2 && path[0] == '.' && path[1] == '.'))
			return false;
		path += part;
	}
	return true;
}

bool policy_mount_is_valid(const char *path)
{
	return policy_path_is_valid(path) && !strchr(path, '[');
}

bool policy_tag_is_valid(const char *tag)
{
	return strlen(tag) <= POLICY_TAG_MAX && lvm_tag_is_valid(tag);
}

bool policy_tags_are_valid(const char *tags)
{
	size_t count = 0;

	for (const char *next; tags; tags = next) {
		cleanup_free char *tag = xstrndup(tags, lvm_tags_first(tags, &next));

		if (++count > POLICY_TAGS_MAX || !policy_tag_is_valid(tag))
			return false;
	}
	return count > 0;
}
