/* SPDX-License-Identifier: Apache-2.0 */
/* The names of things; see found.h. */
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

static const char *thing_new(
	struct findings *findings, const char *letter, struct line name)
{
	cleanup_buf struct buf text = BUF_INIT;

	if (!name.len || name.len > FOUND_WORD_MAX)
		return NULL;
	buf_puts(&text, letter);
	buf_add(&text, name.at, name.len);
	return arena_strdup(findings->strings, buf_text(&text));
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
	return arena_strdup(findings->strings, "h:");
}

const char *thing_file(struct findings *findings, struct line path)
{
	return path.len && *path.at == '/' ? thing_new(findings, "f:", path) : NULL;
}

const char *thing_number(struct findings *findings, struct devno devno)
{
	cleanup_buf struct buf text = BUF_INIT;

	buf_printf(&text, "n:" DEVNO_FMT, DEVNO_ARGS(devno));
	return arena_strdup(findings->strings, buf_text(&text));
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
