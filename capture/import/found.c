/* SPDX-License-Identifier: Apache-2.0 */
/* The names of things; see found.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "format.h"
#include "found.h"
#include "snapstate/lvm_names.h"

void findings_init(struct findings *findings)
{
	*findings = (struct findings){.strings = arena_new()};
}

void findings_free(struct findings *findings)
{
	arena_free(findings->strings);
	free(findings->names);
	free(findings->items);
	free(findings->ties);
	free(findings->seen);
	free(findings->list.things);
}

void findings_list_all(struct findings *findings, size_t first, const char *from)
{
	struct whole_list *list = &findings->list;

	for (size_t i = first; i < findings->n_items; i++)
		if (findings->items[i].kind == SHOWN_LISTED)
			*array_add(&list->things, &list->count) =
				findings->items[i].thing;
	if (list->count && !list->from)
		list->from = arena_strdup(findings->strings, from);
}

void findings_see(struct findings *findings, const char *source, const char *from)
{
	for (size_t i = 0; i < findings->n_seen; i++)
		if (strcmp(findings->seen[i].source, source) == 0)
			return;
	*array_add(&findings->seen, &findings->n_seen) =
		(struct seen){source, arena_strdup(findings->strings, from)};
}

/* ---- names ---- */

/* Its place, or the free one where it belongs. */
static struct name *name_place(
	const struct name *names, size_t size, const char *text, size_t len)
{
	size_t at = hash_bytes(text, len) & (size - 1);

	while (names[at].text &&
		(strncmp(names[at].text, text, len) != 0 || names[at].text[len] != '\0'))
		at = (at + 1) & (size - 1);
	return (struct name *)&names[at];
}

static void names_grow(struct findings *findings)
{
	size_t size = findings->names_size ? findings->names_size * 2 : 64;
	struct name *names = xcalloc(size, sizeof(*names));

	for (size_t i = 0; i < findings->names_size; i++) {
		const struct name *name = &findings->names[i];

		if (name->text)
			*name_place(names, size, name->text, strlen(name->text)) = *name;
	}
	free(findings->names);
	findings->names = names;
	findings->names_size = size;
}

/* NULL: nobody gave it. */
static struct name *name_find(
	const struct findings *findings, const char *text, size_t len)
{
	struct name *name;

	if (!findings->names_size)
		return NULL;
	name = name_place(findings->names, findings->names_size, text, len);
	return name->text ? name : NULL;
}

static const char *name_intern(struct findings *findings, const char *text, size_t len)
{
	struct name *name;

	if (findings->n_names * 2 >= findings->names_size)
		names_grow(findings);
	name = name_place(findings->names, findings->names_size, text, len);
	if (!name->text) {
		name->text = arena_strndup(findings->strings, text, len);
		findings->n_names++;
	}
	return name->text;
}

void name_tell(struct findings *findings, const char *thing)
{
	struct name *name = name_find(findings, thing, strlen(thing));

	findings->n_places += !name->is_told && *thing == 'p';
	name->is_told = true;
}

/* ---- what is on mappings ---- */

#define PASSES_MAX 32 /* over all ties: what is on what */

/* Also dm-5 of 253:5: see knames_join() of shown.c. */
static bool is_mapped(const struct findings *findings, const struct name *name)
{
	const char *colon = strrchr(name->text, ':');
	char kname[32];
	int len;

	if (name->is_mapped || name->text[0] == 'm' ||
		strncmp(name->text, "k:dm-", 5) == 0)
		return true;
	if (name->text[0] != 'n')
		return false;
	len = snprintf(kname, sizeof(kname), "k:dm-%s", colon + 1);
	return len > 0 && (size_t)len < sizeof(kname) &&
	       name_find(findings, kname, (size_t)len);
}

/* true: there was one to be marked. */
static bool tie_mark(struct findings *findings, const struct tie *tie)
{
	struct name *above = name_find(findings, tie->thing, strlen(tie->thing));
	struct name *below = name_find(findings, tie->other, strlen(tie->other));
	bool is_above = above->is_mapped, is_below = below->is_mapped;

	above->is_mapped |= is_mapped(findings, below);
	if (tie->kind == TIE_SAME)
		below->is_mapped |= is_mapped(findings, above);
	return above->is_mapped != is_above || below->is_mapped != is_below;
}

static void names_mark(struct findings *findings)
{
	bool has_more = true;

	for (unsigned pass = 0; has_more && pass < PASSES_MAX; pass++) {
		has_more = false;
		for (size_t i = 0; i < findings->n_ties; i++)
			has_more |= tie_mark(findings, &findings->ties[i]);
	}
	for (size_t i = 0; has_more && i < findings->names_size; i++)
		findings->names[i].is_mapped = true; /* nobody knows */
	findings->n_ties_seen = findings->n_ties;
}

/* Of a path: the mount point with the first `len` bytes of it; NULL: it is none. */
static const char *place_find(
	const struct findings *findings, const char *name, size_t len)
{
	const struct name *place = name_find(findings, name, len);

	return place && place->is_told ? place->text : NULL;
}

/* A row more is of the folder of the one before. */
static const char *folder_place(struct findings *findings, const char *name, size_t len)
{
	struct folder *last = &findings->folder;

	if (last->n_places == findings->n_places && last->len == len &&
		memcmp(last->name, name, len) == 0)
		return last->place;
	memcpy(last->name, name, len);
	last->len = len;
	last->n_places = findings->n_places;
	last->place = NULL;
	while (len > 2 && !last->place) {
		last->place = place_find(findings, name, len);
		while (len > 2 && name[--len] != '/')
			;
	}
	if (!last->place)
		last->place = place_find(findings, name, 3); /* "p:/" */
	return last->place;
}

const char *path_place(struct findings *findings, struct line path)
{
	char name[FOUND_WORD_MAX + 3] = "p:";
	const char *slash = path.len ? memrchr(path.at, '/', path.len) : NULL;
	const char *place;

	if (!slash || path.len > FOUND_WORD_MAX)
		return NULL;
	memcpy(name + 2, path.at, path.len);
	place = place_find(findings, name, path.len + 2);
	if (!place)
		place = folder_place(findings, name, (size_t)(slash - path.at) + 2);
	return place;
}

const char *thing_worth_room(struct findings *findings, const char *thing)
{
	struct name *name;

	if (findings->n_ties > findings->n_ties_seen + findings->n_ties_seen / 4)
		names_mark(findings);
	name = name_find(findings, thing, strlen(thing));
	if (*thing == 'h' || is_mapped(findings, name))
		return thing;
	name->is_missed = true;
	return NULL;
}

const char *file_worth_room(struct findings *findings, struct line path)
{
	const char *place = path_place(findings, path);

	if (place)
		return thing_worth_room(findings, place);
	if (!findings->has_missed_file)
		findings->n_places_missed = findings->n_places;
	findings->has_missed_file = true;
	return NULL;
}

bool findings_miss_some(struct findings *findings)
{
	bool is_some = findings->has_missed_file &&
		       findings->n_places > findings->n_places_missed;

	names_mark(findings);
	for (size_t i = 0; i < findings->names_size; i++) {
		const struct name *name = &findings->names[i];

		is_some |= name->is_missed && is_mapped(findings, name);
	}
	return is_some;
}

static const char *thing_new(
	struct findings *findings, const char *letter, struct line name)
{
	char text[FOUND_WORD_MAX + 2];

	name.len = name.len ? strnlen(name.at, name.len) : 0;
	if (!name.len || name.len > FOUND_WORD_MAX)
		return NULL;
	memcpy(text, letter, 2);
	memcpy(text + 2, name.at, name.len);
	return name_intern(findings, text, name.len + 2);
}

const char *thing_mapping(struct findings *findings, struct line name)
{
	return thing_new(findings, "m:", name);
}

const char *thing_place(struct findings *findings, struct line path)
{
	return path.len && *path.at == '/' ? thing_new(findings, "p:", path) : NULL;
}

const char *thing_kname(struct findings *findings, struct line kname)
{
	return thing_new(findings, "k:", kname);
}

const char *thing_group(struct findings *findings, struct line vg)
{
	return thing_new(findings, "g:", vg);
}

const char *thing_host(struct findings *findings)
{
	return name_intern(findings, "h:", 2);
}

const char *thing_file(struct findings *findings, struct line path)
{
	return path.len && *path.at == '/' ? thing_new(findings, "f:", path) : NULL;
}

const char *thing_number(struct findings *findings, struct devno devno)
{
	char text[32];
	int len = snprintf(text, sizeof(text), "n:" DEVNO_FMT, DEVNO_ARGS(devno));

	return name_intern(findings, text, (size_t)len);
}

/* As LVM makes a dm name (libdm/libdm-string.c, dm_build_dm_name). */
static void add_doubled(struct buf *text, struct line name)
{
	for (size_t i = 0; i < name.len; i++)
		buf_add(text, name.at[i] == '-' ? "--" : &name.at[i],
			name.at[i] == '-' ? 2 : 1);
}

static bool is_lvm_name(struct line name)
{
	cleanup_free char *text = xstrndup(name.at, name.len);

	return strlen(text) == name.len && lvm_name_is_valid(text);
}

const char *thing_volume(struct findings *findings, struct line vg, struct line lv)
{
	cleanup_buf struct buf text = BUF_INIT;

	if (!is_lvm_name(vg) || !is_lvm_name(lv) || vg.len + lv.len > FOUND_WORD_MAX / 2)
		return NULL;
	add_doubled(&text, vg);
	buf_puts(&text, "-");
	add_doubled(&text, lv);
	return thing_mapping(findings, (struct line){text.data, text.len});
}

static bool cut_prefix(struct line *line, const char *prefix)
{
	size_t len = strlen(prefix);

	if (!line_begins(line, prefix) || line->len == len)
		return false;
	line->at += len;
	line->len -= len;
	return true;
}

/* Folders below /dev that are no volume group; of those with disks in them the kernel's
 * name is the path (Documentation/admin-guide/devices.txt). */
static bool is_folder_of_dev(struct line name)
{
	static const char *const names[] = {"block", "bsg", "bus", "char", "cpu", "disk",
		"dma_heap", "dri", "drbd", "fd", "fuse", "hugepages", "infiniband",
		"input", "loop", "mapper", "md", "mqueue", "nbd", "net", "oracleasm",
		"pts", "raw", "rbd", "shm", "snd", "vfio", "vx", "xen", "zvol"};

	return line_is_one_of(name, names, sizeof(names) / sizeof(names[0]));
}

static bool is_folder_of_disks(struct line path)
{
	static const char *const names[] = {
		"amiraid", "ataraid", "cciss", "etherd", "i2o", "ida", "iseries", "rd"};
	const char *slash = memchr(path.at, '/', path.len);

	return slash && line_is_one_of((struct line){path.at, (size_t)(slash - path.at)},
				names, sizeof(names) / sizeof(names[0]));
}

static const char *thing_pair(struct findings *findings, struct line path)
{
	const char *slash = memchr(path.at, '/', path.len);
	struct line vg = {path.at, slash ? (size_t)(slash - path.at) : 0};
	struct line lv = {slash ? slash + 1 : path.at, 0};

	if (!slash || is_folder_of_dev(vg))
		return NULL;
	lv.len = (size_t)(path.at + path.len - lv.at);
	return thing_volume(findings, vg, lv);
}

const char *thing_path(struct findings *findings, struct line path)
{
	struct devno devno;

	if (cut_prefix(&path, "/dev/mapper/") ||
		cut_prefix(&path, "/dev/disk/by-id/dm-name-"))
		return memchr(path.at, '/', path.len) ? NULL
						      : thing_mapping(findings, path);
	if (cut_prefix(&path, "/dev/block/"))
		return parse_devno(path.at, path.len, &devno) == 0
			       ? thing_number(findings, devno)
			       : NULL;
	if (cut_prefix(&path, "/dev/"))
		return memchr(path.at, '/', path.len) && !is_folder_of_disks(path)
			       ? thing_pair(findings, path)
			       : thing_kname(findings, path);
	return path.len && *path.at != '/' ? thing_pair(findings, path) : NULL;
}
