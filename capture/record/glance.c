/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose capture an archive is, of when and of which boot, and of which volume groups; see
 * record.h.
 *
 * Input:  a hostile file. Output: words out of its text, wherever in it they are.
 * Nothing is parsed: it is looked for what the writer puts around such words. FORMAT and
 * the head of state.xml come first, and the head says who, when, and by the names of the
 * sources of which groups there are metadata ("lvm/UUID.vg"); then come the devices,
 * whose uuids have that of their group. If LVM was read as a whole, that is all; else
 * every word of the archive counts that may be a group's uuid.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "manifest.h"
#include "snapstate/cleanup.h"
#include "snapstate/host/source.h"
#include "snapstate/lvm_names.h"
#include "snapstate/record.h"
#include "snapstate/stamp.h"

#define HEAD_END    "</sources>"
#define DEVICES_END "</devices>"

/* What is looked at: behind `at` it goes on up to `end`. */
struct look {
	const char *at, *end;
};

/* Moves behind the next such words; false: there are none. */
static bool find(struct look *look, const char *words)
{
	const char *found =
		memmem(look->at, (size_t)(look->end - look->at), words, strlen(words));

	if (found)
		look->at = found + strlen(words);
	return found;
}

/* The first attribute of that name behind an element's begin; NULL: there is none.
 * malloc'ed. */
static char *attribute(struct look look, const char *element, const char *name)
{
	struct look tag;
	const char *quote;

	if (!find(&look, element))
		return NULL;
	tag = look;
	if (find(&look, ">"))
		tag.end = look.at;
	if (!find(&tag, name))
		return NULL;
	quote = memchr(tag.at, '"', (size_t)(tag.end - tag.at));
	return quote ? xstrndup(tag.at, (size_t)(quote - tag.at)) : NULL;
}

/* ---- volume groups ---- */

static void add_group(struct glance *glance, const char *text, size_t len)
{
	cleanup_free char *word = xstrndup(text, len);
	char uuid[LVM_UUID_LEN + 1];

	if (!lvm_uuid_plain(word, uuid))
		return;
	/* devices of one group follow each other, more often than not */
	if (glance->n_groups && strcmp(glance->groups[glance->n_groups - 1], uuid) == 0)
		return;
	memcpy(*array_add(&glance->groups, &glance->n_groups), uuid, sizeof(uuid));
}

/* Behind each of these words, `len` bytes. */
static void add_groups(
	struct glance *glance, struct look look, const char *words, size_t len)
{
	while (find(&look, words))
		if ((size_t)(look.end - look.at) >= len)
			add_group(glance, look.at, len);
}

static int order_groups(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void sort_groups(struct glance *glance)
{
	size_t kept = 0;

	if (!glance->n_groups)
		return;
	qsort(glance->groups, glance->n_groups, sizeof(*glance->groups), order_groups);
	for (size_t i = 0; i < glance->n_groups; i++)
		if (!kept || strcmp(glance->groups[kept - 1], glance->groups[i]) != 0)
			memmove(glance->groups[kept++], glance->groups[i],
				sizeof(*glance->groups));
	glance->n_groups = kept;
}

/* Its report was read, and so was each of its documents. */
static bool is_lvm_read(struct look head)
{
	bool has_report = false;

	while (find(&head, "<source name=\"lvm/")) {
		struct look source = head;
		const char *end = memchr(head.at, '>', (size_t)(head.end - head.at));

		source.end = end ? end : head.end;
		if (!find(&source, "outcome=\"read\""))
			return false;
		has_report = has_report || strncmp(head.at, "report.json\"", 12) == 0;
	}
	return has_report;
}

/* ---- the whole ---- */

static uint64_t number(struct look head, const char *element, const char *name)
{
	cleanup_free char *text = attribute(head, element, name);
	uint64_t value;

	return text && parse_u64(text, strlen(text), 10, &value) == 0 ? value : 0;
}

static int read_head(struct look head, struct glance *ret, struct err *err)
{
	struct identity identity = {
		.ticks = (uint32_t)number(head, "<identity ", "ticks=\""),
		.uptime = number(head, "<moment ", "uptime=\"")};

	cleanup_free char *taken = attribute(head, "<moment ", "taken=\"");

	ret->node = attribute(head, "<identity ", "node=\"");
	ret->machine_id = attribute(head, "<identity ", "machine-id=\"");
	ret->boot_id = attribute(head, "<identity ", "boot-id=\"");
	if (!ret->node || !ret->machine_id || !ret->boot_id || !taken ||
		stamp_read(taken, &ret->taken) < 0)
		return err_set(err, -EBADMSG, "does not say whose capture it is");
	identity.taken = ret->taken;
	ret->booted = boot_of(&identity).begin;
	return 0;
}

static int look_at(const void *archive, size_t len, struct glance *ret, struct err *err)
{
	cleanup_buf struct buf tar = BUF_INIT;
	struct look look, head;

	if (archive_decompress(archive, len, DEVICES_END, &tar, err) < 0)
		return err->code;
	look = (struct look){buf_text(&tar), buf_text(&tar) + tar.len};
	head = look;
	if (find(&look, HEAD_END))
		head.end = look.at;
	if (!is_lvm_read(head)) {
		buf_free(&tar);
		if (archive_decompress(archive, len, NULL, &tar, err) < 0)
			return err->code;
		head = look = (struct look){buf_text(&tar), buf_text(&tar) + tar.len};
		if (find(&look, HEAD_END))
			head.end = look.at;
		look.at = head.at;
		add_groups(ret, look, "vg_uuid\":\"", LVM_UUID_HYPHENS);
	}
	if (read_head(head, ret, err) < 0)
		return err->code;
	look.at = head.at;
	add_groups(ret, head, "<source name=\"lvm/", LVM_UUID_LEN);
	add_groups(ret, look, "LVM-", LVM_UUID_LEN);
	sort_groups(ret);
	return 0;
}

int record_glance(const void *archive, size_t len, const char *name, struct glance *ret,
	struct err *err)
{
	struct glance glance = {0};

	if (look_at(archive, len, &glance, err) < 0) {
		glance_free(&glance);
		return err_wrap(err, "%s", name);
	}
	*ret = glance;
	return 0;
}

void glance_free(struct glance *glance)
{
	free(glance->node);
	free(glance->machine_id);
	free(glance->boot_id);
	free(glance->groups);
}
