/* SPDX-License-Identifier: Apache-2.0 */
/* The closed enums of the model and their words. */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "snapstate/buf.h"
#include "snapstate/host/block.h"
#include "snapstate/host/change.h"
#include "snapstate/host/config.h"
#include "snapstate/host/device.h"
#include "snapstate/host/holder.h"
#include "snapstate/host/lvm.h"
#include "snapstate/host/process.h"
#include "snapstate/host/shown.h"
#include "snapstate/host/source.h"

static int word_index(const char *const *words, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(words[i], name) == 0)
			return (int)i;
	return -EINVAL;
}
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const char *const outcome_words[] = {
	[OUTCOME_READ] = "read",
	[OUTCOME_ABSENT] = "absent",
	[OUTCOME_DENIED] = "denied",
	[OUTCOME_TIMED_OUT] = "timed-out",
	[OUTCOME_HUNG] = "hung",
	[OUTCOME_TRUNCATED] = "truncated",
	[OUTCOME_CHANGED] = "changed",
	[OUTCOME_UNSUPPORTED] = "unsupported",
	[OUTCOME_SKIPPED] = "skipped",
};

const char *outcome_name(enum outcome outcome)
{
	return outcome_words[outcome];
}

bool outcome_is_gap(enum outcome outcome)
{
	return outcome != OUTCOME_READ && outcome != OUTCOME_ABSENT &&
	       outcome != OUTCOME_SKIPPED;
}

int outcome_parse(const char *name, enum outcome *ret_outcome)
{
	int i = word_index(outcome_words, COUNT(outcome_words), name);

	if (i < 0)
		return i;
	*ret_outcome = (enum outcome)i;
	return 0;
}

static const char *const config_words[] = {
	[CONFIG_MOUNT] = "mount",
	[CONFIG_SWAP] = "swap",
	[CONFIG_LIBVIRT] = "libvirt",
	[CONFIG_XEN] = "xen",
	[CONFIG_PROXMOX] = "proxmox",
	[CONFIG_AUTOFS] = "autofs",
};

const char *config_kind_name(enum config_kind kind)
{
	return config_words[kind];
}

int config_kind_parse(const char *name, enum config_kind *ret_kind)
{
	int i = word_index(config_words, COUNT(config_words), name);

	if (i < 0)
		return i;
	*ret_kind = (enum config_kind)i;
	return 0;
}

static const char *const shown_words[] = {
	[SHOWN_LISTED] = "listed",
	[SHOWN_SNAPSHOT] = "snapshot",
	[SHOWN_ORIGIN] = "origin",
	[SHOWN_PLAIN] = "plain",
	[SHOWN_THIN] = "thin",
	[SHOWN_MERGING] = "merging",
	[SHOWN_INVALID] = "invalid",
	[SHOWN_FULL] = "full",
	[SHOWN_ACTIVE] = "active",
	[SHOWN_OPEN] = "open",
	[SHOWN_NUMBER] = "number",
	[SHOWN_UUID] = "uuid",
	[SHOWN_TABLE] = "table",
	[SHOWN_STATUS] = "status",
	[SHOWN_LAYER] = "layer",
	[SHOWN_ABOVE] = "above",
	[SHOWN_MOUNTED] = "mounted",
	[SHOWN_USED] = "used",
	[SHOWN_HELD] = "held",
	[SHOWN_GROUP] = "group",
	[SHOWN_CONFIGURED] = "configured",
	[SHOWN_CREATED] = "created",
	[SHOWN_MESSAGE] = "message",
	[SHOWN_OVERFLOWED] = "overflowed",
	[SHOWN_SHRUNK] = "shrunk",
	[SHOWN_UNSETTLED] = "unsettled",
	[SHOWN_GONE] = "gone",
	[SHOWN_UNLISTED] = "unlisted",
	[SHOWN_READ_WRITE] = "read-write",
	[SHOWN_READ_ONLY] = "read-only",
	[SHOWN_COW_OPEN] = "cow-open",
	[SHOWN_ABOVE_OPEN] = "above-open",
	[SHOWN_ON_VOLUME] = "on-volume",
	[SHOWN_GROUP_STATE] = "group-state",
};

const char *shown_kind_name(enum shown_kind kind)
{
	return shown_words[kind];
}

int shown_kind_parse(const char *name, enum shown_kind *ret_kind)
{
	int i = word_index(shown_words, COUNT(shown_words), name);

	if (i < 0)
		return i;
	*ret_kind = (enum shown_kind)i;
	return 0;
}

bool block_state_has(const struct block *block, const char *word)
{
	const char *at = block->state ? block->state : "";
	size_t len = strlen(word);

	for (; *at; at += strcspn(at, ","), at += *at == ',')
		if (strcspn(at, ",") == len && strncmp(at, word, len) == 0)
			return true;
	return false;
}

int block_kind_parse(const char *name, enum block_kind *ret_kind)
{
	for (enum block_kind kind = BLOCK_DISK; kind <= BLOCK_OTHER; kind++) {
		if (strcmp(block_kind_name(kind), name) != 0)
			continue;
		*ret_kind = kind;
		return 0;
	}
	return -EINVAL;
}

const char *const block_transports[] = {"fc", "fcoe", "iscsi", "srp", "nvme-fc",
	"nvme-rdma", "nvme-tcp", "nbd", "rnbd", "rbd", "drbd", "aoe", NULL};

const char *block_transport(const char *name)
{
	for (size_t i = 0; block_transports[i]; i++)
		if (strcmp(block_transports[i], name) == 0)
			return block_transports[i];
	return *name ? NULL : "";
}

const char *device_flag_name(unsigned flag)
{
	switch ((enum device_flag)flag) {
	case DEVICE_SUSPENDED:
		return "suspended";
	case DEVICE_READ_ONLY:
		return "read-only";
	case DEVICE_HAS_INACTIVE:
		return "pending";
	case DEVICE_DEFERRED:
		return "deferred";
	case DEVICE_INTERNAL:
		return "internal";
	case DEVICE_NO_TABLE:
		return "no-table";
	}
	return NULL;
}

const char *lv_role_name(enum lv_role role)
{
	switch (role) {
	case LV_ORDINARY:
		return "ordinary";
	case LV_SNAPSHOT:
		return "snapshot";
	case LV_THIN:
		return "thin";
	case LV_THIN_POOL:
		return "thin-pool";
	case LV_OTHER:
		return "other";
	}
	return "other";
}

static const char *const change_words[] = {
	[CHANGE_GONE] = "gone",
	[CHANGE_RENAMED] = "renamed",
	[CHANGE_REPLACED] = "replaced",
	[CHANGE_OPENS] = "opens",
	[CHANGE_FLAGS] = "flags",
	[CHANGE_TABLE] = "table",
	[CHANGE_STATE] = "state",
	[CHANGE_ABOVE] = "above",
	[CHANGE_MOUNTED] = "mounted",
	[CHANGE_UNMOUNTED] = "unmounted",
};

const char *change_kind_name(enum change_kind kind)
{
	return change_words[kind];
}

int change_kind_parse(const char *name, enum change_kind *ret_kind)
{
	int i = word_index(change_words, COUNT(change_words), name);

	if (i < 0)
		return i;
	*ret_kind = (enum change_kind)i;
	return 0;
}

void change_print(const struct change *change, struct buf *ret_text)
{
	static const struct {
		const char *words;
		bool has_name;
	} texts[] = {
		[CHANGE_GONE] = {"it went away", false},
		[CHANGE_RENAMED] = {"it was renamed to ", true},
		[CHANGE_REPLACED] = {"another device has its number", false},
		[CHANGE_OPENS] = {"its open count changed", false},
		[CHANGE_FLAGS] = {"it was suspended, resumed or reloaded", false},
		[CHANGE_TABLE] = {"it has another table", false},
		[CHANGE_STATE] = {"its state as a snapshot changed", false},
		[CHANGE_ABOVE] = {"something was put on it: ", true},
		[CHANGE_MOUNTED] = {"it was mounted on ", true},
		[CHANGE_UNMOUNTED] = {"it was unmounted from ", true},
	};

	buf_puts(ret_text, texts[change->kind].words);
	if (texts[change->kind].has_name)
		buf_word(ret_text, change->name);
}

void block_node(const struct block *block, struct buf *ret_path)
{
	size_t begin = ret_path->len;

	buf_printf(ret_path, "/dev/%s", block->kname);
	for (size_t i = begin; i < ret_path->len; i++)
		if (ret_path->data[i] == '!')
			ret_path->data[i] = '/';
}
