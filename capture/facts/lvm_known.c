/* SPDX-License-Identifier: Apache-2.0 */
/* Settings that lvm_settings_add() wrote are recognised; see lvm_settings.h. */
#include "lvm_settings.h"

#include <string.h>

/* Behind the words, which the text must begin with; NULL: it does not. */
static const char *behind(const char *text, const char *words)
{
	size_t len = strlen(words);

	return text && strncmp(text, words, len) == 0 ? text + len : NULL;
}

static const char *behind_filter(const char *text)
{
	for (size_t i = 0; i < LVM_FILTER_LISTS; i++) {
		text = behind(text, lvm_filter_lists[i]);
		while (text && behind(text, LVM_FILTER_ITEM "/dev/")) {
			text = behind(text, LVM_FILTER_ITEM);
			text = behind(text + lvm_filter_plain(text), LVM_FILTER_ITEM_END);
		}
		text = behind(text, LVM_FILTER_END);
	}
	return text;
}

const char *lvm_settings_behind(
	const struct lvm_setting *settings, uint32_t release, const char *text)
{
	for (; settings->text; settings++)
		if (lvm_setting_is_of(settings, release))
			text = behind(text, settings->text);
	if (!lvm_has(release, LVM_HAS_DEVICES))
		text = behind_filter(text);
	return behind(text, "}");
}
