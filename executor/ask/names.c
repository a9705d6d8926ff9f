/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Names of the host for what steps are about; see names.h. A plan that was made from a
 * capture with pseudonyms addresses mounts, devices, swap and volumes by numbers and
 * uuids. Input: what was seen, a step. Output: the step with names.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "names.h"
#include "snapstate/cleanup.h"

#define WORDS_MAX 128 /* a kind, and two uuids at most */

/* By what the thing is asked for, and its line begins. */
static void words_of(const struct plan_step *step, char ret[WORDS_MAX])
{
	const struct plan_target *target = &step->target;
	const char *kind = "";

	switch (step->op) {
	case OP_UMOUNT:
		snprintf(ret, WORDS_MAX, "mount %llu:%u",
			(unsigned long long)target->namespace_id, target->mount_id);
		return;
	case OP_LV_REMOVE:
	case OP_LV_REFRESH:
		snprintf(
			ret, WORDS_MAX, "volume %s/%s", target->vg_uuid, target->lv_uuid);
		return;
	case OP_DM_REMOVE:
		kind = "device";
		break;
	case OP_SWAP_OFF:
		kind = "swap";
		break;
	case OP_MD_STOP:
	case OP_LOOP_DETACH:
		kind = "block";
		break;
	}
	snprintf(ret, WORDS_MAX, "%s " DEVNO_FMT, kind, DEVNO_ARGS(target->devno));
}

void names_ask(const struct plan_step *step, struct view *view)
{
	char words[WORDS_MAX];

	words_of(step, words);
	wanted_name(&view->names, "%s", words);
}

/* ---- groups and volumes ---- */

char *names_group_of_device(const struct sight *sight, struct devno devno)
{
	char words[64];
	char *group;

	snprintf(words, sizeof(words), "device " DEVNO_FMT, DEVNO_ARGS(devno));
	group = sight_word(sight_name(sight, words), "group");
	return group ? group : xstrdup("");
}

char *names_group(const struct sight *sight, const char *vg_uuid, uint64_t *ret_seqno)
{
	char words[64];
	cleanup_free char *seqno = NULL;
	const char *rest;

	snprintf(words, sizeof(words), "group %s", vg_uuid);
	rest = sight_name(sight, words);
	seqno = sight_word(rest, "seqno");
	if (!seqno || parse_u64(seqno, strlen(seqno), 10, ret_seqno) < 0)
		return NULL;
	return sight_word(rest, "name");
}

char *names_volume(const struct sight *sight, const char *vg_uuid, const char *lv_uuid)
{
	char words[128];

	snprintf(words, sizeof(words), "volume %s/%s", vg_uuid, lv_uuid);
	return sight_word(sight_name(sight, words), "name");
}

/* ---- steps ---- */

struct naming {
	const struct sight *sight;
	struct arena *strings;
	struct err *err;
};

/* The word behind `key`; `what` is not there. */
static int take(const struct naming *n, const char *words, const char *key, char **ret)
{
	cleanup_free char *word = sight_word(sight_name(n->sight, words), key);

	if (!word)
		return err_set(n->err, -ESTALE, "%s is gone", words);
	*ret = (char *)arena_strdup(n->strings, word);
	return 0;
}

static int name_volume(const struct naming *n, struct plan_target *target)
{
	uint64_t seqno;
	cleanup_free char *vg = names_group(n->sight, target->vg_uuid, &seqno);
	cleanup_free char *lv = names_volume(n->sight, target->vg_uuid, target->lv_uuid);

	if (!vg || !lv)
		return err_set(n->err, -ESTALE, "volume %s/%s is gone", target->vg_uuid,
			target->lv_uuid);
	target->vg_name = (char *)arena_strdup(n->strings, vg);
	target->lv_name = (char *)arena_strdup(n->strings, lv);
	return 0;
}

static int name_block(
	const struct naming *n, const char *words, struct plan_target *target)
{
	int r = take(n, words, "name", &target->kname);

	return r == 0 ? take(n, words, "file", &target->file) : r;
}

static int name_device(
	const struct naming *n, const char *words, struct plan_target *target)
{
	int r = take(n, words, "uuid", &target->dm_uuid);

	return r == 0 ? take(n, words, "name", &target->dm_name) : r;
}

static int name_target(
	const struct naming *n, const struct plan_step *step, struct plan_target *target)
{
	char words[WORDS_MAX];

	words_of(step, words);
	switch (step->op) {
	case OP_UMOUNT:
		return take(n, words, "target", &target->mount_target);
	case OP_DM_REMOVE:
		return name_device(n, words, target);
	case OP_LV_REMOVE:
	case OP_LV_REFRESH:
		return name_volume(n, target);
	case OP_SWAP_OFF:
		return take(n, words, "path", &target->swap_path);
	case OP_MD_STOP:
	case OP_LOOP_DETACH:
		return name_block(n, words, target);
	}
	return err_set(n->err, -EINVAL, "unknown operation");
}

int names_of_step(const struct sight *sight, const struct plan_step *step,
	struct arena *strings, struct plan_step *ret_step, struct err *err)
{
	const struct naming n = {sight, strings, err};
	struct plan_step named = *step;
	int r = name_target(&n, step, &named.target);

	if (r == 0)
		*ret_step = named;
	return r;
}
