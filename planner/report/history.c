/* SPDX-License-Identifier: Apache-2.0 */
/* Two captures of one host: which snapshots came, went, filled up, or changed their
 * verdict; overview.h. */
#include <stdlib.h>
#include <string.h>

#include "overview.h"
#include "list_row.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/device.h"
#include "snapstate/stamp.h"

struct history_item {
	char *key;     /* by what two captures have of it in common */
	char *name;    /* its label */
	char *verdict; /* "remove (leftover)" */
	char *used;    /* of its COW: "1.5G"; "" = not known */
	uint64_t sectors;
};

/* LVM's uuids outlive names; device-mapper's names are all that others have. */
static char *key_of(const struct subject *subject)
{
	struct buf key = BUF_INIT;

	if (*subject->lv_uuid)
		buf_printf(&key, "%s%s", subject->vg_uuid, subject->lv_uuid);
	else
		buf_printf(&key, "/%s", subject->label);
	return key.data;
}

static void take_subject(const struct subject *subject, struct history_item *ret)
{
	struct buf verdict = BUF_INIT, used = BUF_INIT;
	uint64_t total;

	buf_printf(&verdict, "%s (%s)", verdict_name(subject->verdict),
		rule_text(subject->decisive)->name);
	if (subject->snapshot &&
		device_snapshot_usage(subject->snapshot, &ret->sectors, &total))
		list_size_words(&used, ret->sectors * 512);
	else
		buf_puts(&used, "");
	ret->key = key_of(subject);
	ret->name = xstrdup(subject->label);
	ret->verdict = verdict.data;
	ret->used = used.data ? used.data : xstrdup("");
}

static int order_items(const void *pa, const void *pb)
{
	const struct history_item *a = pa, *b = pb;
	int order = strcmp(a->key, b->key);

	return order ? order : strcmp(a->name, b->name);
}

void history_take(const struct member *member, struct history *ret)
{
	const struct survey *survey = &member->survey;

	*ret = (struct history){.taken = member->host->identity.taken,
		.boot_id = xstrdup(member->host->identity.boot_id)};
	for (size_t i = 0; i < survey->n_subjects; i++)
		if (list_has(&survey->subjects[i]))
			take_subject(&survey->subjects[i],
				array_add(&ret->items, &ret->count));
	if (ret->count)
		qsort(ret->items, ret->count, sizeof(*ret->items), order_items);
}

void history_free(struct history *history)
{
	for (size_t i = 0; i < history->count; i++) {
		free(history->items[i].key);
		free(history->items[i].name);
		free(history->items[i].verdict);
		free(history->items[i].used);
	}
	free(history->items);
	free(history->boot_id);
	*history = (struct history){0};
}

/* ---- the comparison ---- */

struct change {
	const struct member *member;
	int64_t before;
	struct buf *text;
};

static void put(const struct change *change, const struct buf *sentence)
{
	cleanup_buf struct buf taken = BUF_INIT;

	stamp_print(change->before, &taken);
	overview_put(change->text, OVERVIEW_CHANGE, 3,
		(const char *const[]){change->member->host->identity.node,
			buf_text(&taken), buf_text(sentence)});
}

static void put_one(
	const struct change *change, bool is_gone, const struct history_item *item)
{
	cleanup_buf struct buf sentence = BUF_INIT;

	buf_printf(&sentence, "%s %s: %s%s", is_gone ? "gone" : "new", item->name,
		is_gone ? "was " : "", item->verdict);
	put(change, &sentence);
}

static void put_both(const struct change *change, const struct history_item *a,
	const struct history_item *b)
{
	cleanup_buf struct buf verdict = BUF_INIT, size = BUF_INIT;

	buf_printf(
		&verdict, "verdict of %s: %s, was %s", b->name, b->verdict, a->verdict);
	if (strcmp(a->verdict, b->verdict) != 0)
		put(change, &verdict);
	buf_printf(
		&size, "%s grew: %s of its COW used, was %s", b->name, b->used, a->used);
	if (b->sectors > a->sectors && strcmp(a->used, b->used) != 0)
		put(change, &size);
}

/* Two hosts of one image whose captures show no time at which both were up look the same.
 */
static void put_boot(const struct change *change, const struct history *before,
	const struct history *now)
{
	cleanup_buf struct buf sentence = BUF_INIT;

	if (strcmp(before->boot_id, now->boot_id) == 0)
		return;
	buf_puts(&sentence,
		"booted again, or another host with its node name and machine id");
	put(change, &sentence);
}

void overview_put_changes(
	const struct member *member, const struct history *before, struct buf *text)
{
	struct change change = {member, before->taken, text};
	struct history now;
	size_t a = 0, b = 0;

	history_take(member, &now);
	put_boot(&change, before, &now);
	while (a < before->count || b < now.count) {
		int order = a == before->count ? 1
			    : b == now.count
				    ? -1
				    : order_items(&before->items[a], &now.items[b]);

		if (order == 0)
			put_both(&change, &before->items[a++], &now.items[b++]);
		else if (order < 0)
			put_one(&change, true, &before->items[a++]);
		else
			put_one(&change, false, &now.items[b++]);
	}
	history_free(&now);
}
