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
#include "snapstate/lvm_release.h"

/* By what the thing is asked for, and its line begins. */
static void words_of(const struct plan_step *step, struct buf *ret)
{
	plan_target_print(&step->target, plan_op_row(step->op)->key, ret);
}

void names_ask(const struct plan_step *step, struct wanted_names *names)
{
	cleanup_buf struct buf words = BUF_INIT;

	words_of(step, &words);
	wanted_name(names, "%s", buf_text(&words));
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

uint32_t names_lvm_release(const struct sight *sight, const char *vg_uuid)
{
	char words[64];
	cleanup_free char *release = NULL;

	snprintf(words, sizeof(words), "group %s", vg_uuid);
	release = sight_word(sight_name(sight, words), "lvm");
	return release ? lvm_release_of(release) : LVM_NEWEST;
}

char *names_lvm_refusal(const struct sight *sight, const char *vg_uuid)
{
	char words[64];

	snprintf(words, sizeof(words), "group %s", vg_uuid);
	return sight_word(sight_name(sight, words), "refuses");
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
	struct facts *strings;
	struct err *err;
};

static char *keep(const struct naming *n, const char *word)
{
	facts_add(n->strings, word);
	return n->strings->lines[n->strings->count - 1];
}

static int name_volume(const struct naming *n, struct plan_target *target)
{
	uint64_t seqno;
	cleanup_free char *vg = names_group(n->sight, target->vg_uuid, &seqno);
	cleanup_free char *lv = names_volume(n->sight, target->vg_uuid, target->lv_uuid);

	if (!vg || !lv)
		return err_set(n->err, -ESTALE, "volume %s/%s is gone", target->vg_uuid,
			target->lv_uuid);
	target->vg_name = keep(n, vg);
	target->lv_name = keep(n, lv);
	return 0;
}

/* "KEY %x KEY %x": what is behind KEY in its name line. */
static int name_by(const struct naming *n, const struct plan_step *step,
	const char *named, struct plan_target *target)
{
	cleanup_buf struct buf words = BUF_INIT;

	words_of(step, &words);
	for (const char *at = named; *at; at += *at == ' ') {
		cleanup_free char *key = xstrndup(at, strcspn(at, " "));
		cleanup_free char *word =
			sight_word(sight_name(n->sight, buf_text(&words)), key);

		if (!word)
			return err_set(n->err, -ESTALE, "%s is gone", buf_text(&words));
		at += strlen(key) + strlen(" %x");
		*plan_target_string(target, at[-1]) = keep(n, word);
	}
	return 0;
}

int names_of_step(const struct sight *sight, const struct plan_step *step,
	struct facts *strings, struct plan_step *ret_step, struct err *err)
{
	const struct naming n = {sight, strings, err};
	struct plan_step named = *step;
	const char *of_row = plan_op_row(step->op)->named;
	int r = of_row ? name_by(&n, step, of_row, &named.target)
		       : name_volume(&n, &named.target);

	if (r == 0)
		*ret_step = named;
	return r;
}
