/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Findings -> host->shown: what was found of each volume, and of what is on it.
 *
 * Input: statements and ties about names of any kind, from texts that may be of several
 * moments. Output: statements about volumes. A number or a kernel name stands for a
 * mapping only if nothing says that it is another one's. dm-5 is taken for MAJOR:5 when
 * all mappings have one major. A mapping named like a volume with a partition's number
 * behind it is on that volume, and no volume. Invariants: the work is bounded whatever
 * the texts say; nothing is said of a volume that no text says of it, or of what is on
 * it.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "found.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/device.h"
#include "snapstate/host/mount.h"
#include "snapstate/limits.h"
#include "snapstate/lvm_names.h"

#define ABOVE_MAX 256 /* things on one volume that are followed */
#define NONE	  SIZE_MAX

struct edge {
	size_t from, to;
};

struct things {
	struct host *host;
	const char **names; /* sorted, each once */
	size_t count;
	size_t *root;	 /* of numbers and kernel names: who stands for all of them */
	size_t *mapping; /* by root: the mapping; NONE; or the count, if there are several
			  */
	bool *is_listed, *is_volume, *is_others;
	struct edge *edges;    /* up from what is below, sorted */
	struct edge *downward; /* the same, turned round */
	size_t n_edges;
	struct finding *findings; /* sorted by thing */
	size_t n_findings;
	bool is_full;
};

/* ---- names ---- */

static struct line line_of(const char *text)
{
	return (struct line){text, strlen(text)};
}

static int order_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void names_collect(struct things *things, const struct findings *findings)
{
	size_t n = findings->n_items + 2 * findings->n_ties, kept = 0;

	things->names = xcalloc(n + 1, sizeof(*things->names));
	for (size_t i = 0; i < findings->n_items; i++)
		things->names[kept++] = findings->items[i].thing;
	for (size_t i = 0; i < findings->n_ties; i++) {
		things->names[kept++] = findings->ties[i].thing;
		things->names[kept++] = findings->ties[i].other;
	}
	qsort(things->names, kept, sizeof(*things->names), order_names);
	for (size_t i = 0; i < kept; i++)
		if (!i || strcmp(things->names[i], things->names[things->count - 1]) != 0)
			things->names[things->count++] = things->names[i];
}

static size_t name_find(const struct things *things, const char *name)
{
	const char **at = bsearch(
		&name, things->names, things->count, sizeof(*things->names), order_names);

	return at ? (size_t)(at - things->names) : NONE;
}

static bool is_mapping(const struct things *things, size_t i)
{
	return things->names[i][0] == 'm';
}

/* ---- numbers and kernel names ---- */

static size_t root_of(struct things *things, size_t i)
{
	while (things->root[i] != i) {
		things->root[i] = things->root[things->root[i]];
		i = things->root[i];
	}
	return i;
}

/* A kernel's name stands for the others: people know it. */
static void roots_join(struct things *things, size_t a, size_t b)
{
	a = root_of(things, a);
	b = root_of(things, b);
	if (things->names[a][0] == 'k')
		things->root[b] = a;
	else
		things->root[a] = b;
}

static void mapping_give(struct things *things, size_t other, size_t mapping)
{
	size_t root = root_of(things, other);

	if (things->mapping[root] == NONE)
		things->mapping[root] = mapping;
	else if (things->mapping[root] != mapping)
		things->mapping[root] = things->count; /* which one is not known */
}

static bool number_of(const char *name, struct devno *ret_devno)
{
	return name[0] == 'n' && parse_devno(name + 2, strlen(name + 2), ret_devno) == 0;
}

/* The one major of all mappings. */
static bool dm_major(
	const struct things *things, const struct findings *findings, uint32_t *ret_major)
{
	bool has_one = false;

	for (size_t i = 0; i < findings->n_ties; i++) {
		const struct tie *tie = &findings->ties[i];
		struct devno devno;

		if (tie->kind != TIE_SAME || tie->thing[0] != 'm' ||
			!number_of(tie->other, &devno))
			continue;
		if (has_one && devno.major != *ret_major)
			return false;
		*ret_major = devno.major;
		has_one = true;
	}
	(void)things;
	return has_one;
}

static void knames_join(struct things *things, uint32_t major)
{
	for (size_t i = 0; i < things->count; i++) {
		const char *name = things->names[i];
		cleanup_buf struct buf number = BUF_INIT;
		uint64_t minor;
		size_t other;

		if (strncmp(name, "k:dm-", 5) != 0 ||
			parse_u64(name + 5, strlen(name + 5), 10, &minor) < 0)
			continue;
		buf_printf(&number, "n:%u:%llu", major, (unsigned long long)minor);
		other = name_find(things, buf_text(&number));
		if (other != NONE)
			roots_join(things, i, other);
	}
}

static void names_join(struct things *things, const struct findings *findings)
{
	uint32_t major = 0;

	things->root = xcalloc(things->count + 1, sizeof(*things->root));
	things->mapping = xcalloc(things->count + 1, sizeof(*things->mapping));
	for (size_t i = 0; i < things->count; i++) {
		things->root[i] = i;
		things->mapping[i] = NONE;
	}
	for (size_t i = 0; i < findings->n_ties; i++) {
		const struct tie *tie = &findings->ties[i];

		if (tie->kind == TIE_SAME && tie->thing[0] != 'm' && tie->other[0] != 'm')
			roots_join(things, name_find(things, tie->thing),
				name_find(things, tie->other));
	}
	if (dm_major(things, findings, &major))
		knames_join(things, major);
	for (size_t i = 0; i < findings->n_ties; i++) {
		const struct tie *tie = &findings->ties[i];

		if (tie->kind == TIE_SAME && tie->thing[0] == 'm' && tie->other[0] != 'm')
			mapping_give(things, name_find(things, tie->other),
				name_find(things, tie->thing));
	}
}

/* The thing that the name is of. */
static size_t thing_of(struct things *things, const char *name)
{
	size_t i = name_find(things, name);
	size_t root;

	if (i == NONE || name[0] == 'm' || name[0] == 'p')
		return i;
	root = root_of(things, i);
	return things->mapping[root] < things->count ? things->mapping[root] : root;
}

/* ---- which are volumes ---- */

/* "36001405...": what a disk says it is, as multipath names it: a kind of number, and 16
 * or 32 hex digits (scsi_id(8), page 0x83). */
static bool is_wwid(const char *name)
{
	size_t len = strspn(name, "0123456789abcdef");

	return (len == 17 || len == 33) && strchr("1238", *name) &&
	       !isalnum((unsigned char)name[len]);
}

/* A partition's name behind its device's: udev's rules, kpartx -p. */
static bool is_partition_name(const char *name)
{
	const char *hyphen = strrchr(name, '-');

	return hyphen && strncmp(hyphen, "-part", 5) == 0 &&
	       isdigit((unsigned char)hyphen[5]) &&
	       strspn(hyphen + 5, "0123456789") == strlen(hyphen + 5);
}

/* Mappings of others, whose names look like LVM's. */
static bool is_name_of_others(const char *name)
{
	static const char *const prefixes[] = {"luks-", "mpath", "crypt", "docker-",
		"control", "ddf1_", "isw_", "nvidia_", "pdc_", "sil_", "via_", "lsi_",
		"asr_", "hpt37x_", "hpt45x_", "jmicron_", "live-", "osprober-linux-",
		"temporary-cryptsetup-", "stratis-", "vdo-", "eui.", "nvme."};

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (strncmp(name, prefixes[i], strlen(prefixes[i])) == 0)
			return true;
	return is_wwid(name) || is_partition_name(name);
}

/* What `lvs` without -a leaves out (lvs(8), hidden volumes). */
static bool is_hidden_name(const char *label)
{
	static const char *const marks[] = {"_tdata", "_tmeta", "_cdata", "_cmeta",
		"_corig", "_cvol", "_cpool", "_vdata", "_wcorig", "_imeta", "_iorig",
		"_rimage_", "_rmeta_", "_mimage_", "_mlog", "_vorigin", "_pmspare",
		"_tierdata", "/pvmove", "/snapshot"};

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (strstr(label, marks[i]))
			return true;
	return false;
}

/* "VG/LV"; NULL: it is no volume's name. malloc'ed. */
static char *volume_label(const char *thing, char **ret_layer)
{
	cleanup_free char *vg = NULL, *lv = NULL;
	struct buf label = BUF_INIT;

	*ret_layer = NULL;
	if (thing[0] != 'm' || !lvm_dm_name_split(thing + 2, &vg, &lv, ret_layer) ||
		!lvm_name_is_valid(vg) || !lvm_name_is_valid(lv))
		return NULL;
	buf_printf(&label, "%s/%s", vg, lv);
	return label.data;
}

/* What a partition's mapping is called behind its device's name (kpartx -p, parted). */
static size_t without_partition(const char *name)
{
	static const char *const marks[] = {"-part", "_part", "X", "p", "-", ""};
	size_t len = strlen(name), end = len;

	while (end && isdigit((unsigned char)name[end - 1]))
		end--;
	if (end == len)
		return 0;
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		size_t n = strlen(marks[i]);

		if (end > n && strncmp(name + end - n, marks[i], n) == 0)
			return end - n;
	}
	return 0;
}

/* The mapping that it is a partition of, by its name; of the marks the longest. */
static size_t partition_parent(const struct things *things, const char *name)
{
	size_t len = without_partition(name), full = strlen(name);
	size_t found_at = NONE;

	while (full && isdigit((unsigned char)name[full - 1]))
		full--;
	for (size_t i = 0; i < 2 && found_at == NONE; i++) {
		cleanup_free char *parent = xstrndup(name, i ? full : len);

		if (len > 2)
			found_at = name_find(things, parent);
	}
	return found_at;
}

static void edge_add(struct things *things, size_t above, size_t below)
{
	if (above != NONE && below != NONE && above != below)
		*array_add(&things->edges, &things->n_edges) =
			(struct edge){below, above};
}

static int order_edges(const void *pa, const void *pb)
{
	const struct edge *a = pa, *b = pb;

	if (a->from != b->from)
		return a->from < b->from ? -1 : 1;
	return (a->to > b->to) - (a->to < b->to);
}

/* The mount point that another one is below: of those that are known the longest one. */
static size_t place_above(const struct things *things, const char *path)
{
	cleanup_buf struct buf name = BUF_INIT;

	buf_printf(&name, "p:%s", path);
	for (;;) {
		size_t at = name_find(things, name.data);
		char *slash;

		if (at != NONE && strcmp(name.data + 2, path) != 0)
			return at;
		slash = strrchr(name.data + 2, '/');
		if (!slash || strcmp(name.data, "p:/") == 0)
			return NONE;
		slash[slash == name.data + 2] = '\0';
	}
}

/* Mount points below others, and a -cow, which has what the snapshot has. */
static void edges_of_names(struct things *things)
{
	for (size_t i = 0; i < things->count; i++) {
		const char *name = things->names[i];
		size_t len = strlen(name);

		size_t place = name[0] == 'p' ? place_above(things, name + 2) : NONE;

		/* all mounts are below "/" */
		if (place != NONE && things->names[place][3])
			edge_add(things, i, place);
		if (name[0] == 'm' && len > 6 && strcmp(name + len - 4, "-cow") == 0) {
			cleanup_free char *snapshot = xstrndup(name, len - 4);

			edge_add(things, i, name_find(things, snapshot));
		}
	}
}

static void edges_collect(struct things *things, const struct findings *findings)
{
	for (size_t i = 0; i < findings->n_ties; i++)
		if (findings->ties[i].kind == TIE_ON)
			edge_add(things, thing_of(things, findings->ties[i].thing),
				thing_of(things, findings->ties[i].other));
	for (size_t i = 0; i < things->count; i++) {
		size_t parent;

		if (!is_mapping(things, i) || things->is_listed[i])
			continue;
		parent = partition_parent(things, things->names[i]);
		if (parent == NONE)
			continue;
		edge_add(things, i, parent);
		things->is_volume[i] = false;
	}
	edges_of_names(things);
	if (!things->n_edges)
		return;
	qsort(things->edges, things->n_edges, sizeof(*things->edges), order_edges);
	things->downward = xcalloc(things->n_edges, sizeof(*things->downward));
	for (size_t i = 0; i < things->n_edges; i++)
		things->downward[i] =
			(struct edge){things->edges[i].to, things->edges[i].from};
	qsort(things->downward, things->n_edges, sizeof(*things->downward), order_edges);
}

static void volumes_mark(struct things *things, const struct findings *findings)
{
	things->is_others = xcalloc(things->count + 1, sizeof(bool));
	for (size_t i = 0; i < findings->n_ties; i++)
		if (findings->ties[i].kind == TIE_OTHERS)
			things->is_others[name_find(things, findings->ties[i].thing)] =
				true;
	things->is_listed = xcalloc(things->count + 1, sizeof(bool));
	things->is_volume = xcalloc(things->count + 1, sizeof(bool));
	for (size_t i = 0; i < things->count; i++) {
		cleanup_free char *layer = NULL, *label = NULL;

		label = volume_label(things->names[i], &layer);
		things->is_volume[i] = label && !*layer;
	}
	for (size_t i = 0; i < things->n_findings; i++) {
		const struct finding *finding = &things->findings[i];
		size_t at = thing_of(things, finding->thing);
		char plain[LVM_UUID_LEN + 1];
		bool is_of_lvm = finding->kind == SHOWN_UUID &&
				 (strncmp(finding->value, "LVM-", 4) == 0 ||
					 lvm_uuid_plain(finding->value, plain));

		if (at >= things->count)
			continue;
		if (finding->kind == SHOWN_LISTED || is_of_lvm)
			things->is_listed[at] = true;
		else if (finding->kind == SHOWN_UUID)
			things->is_others[at] = true;
	}
	for (size_t i = 0; i < things->count; i++)
		if (is_mapping(things, i) && !things->is_listed[i] &&
			(things->is_others[i] || is_name_of_others(things->names[i] + 2)))
			things->is_volume[i] = false;
}

/* ---- what is said ---- */

static void say(struct things *things, const char *volume, enum shown_kind kind,
	const char *value, const char *from)
{
	struct host *host = things->host;

	if (host->n_shown == RECORD_OTHERS_MAX) {
		things->is_full = true;
		return;
	}
	*array_add(&host->shown, &host->n_shown) = (struct shown){
		volume, kind, host_string(host, value), host_string(host, from)};
}

static int order_findings(const void *pa, const void *pb)
{
	const struct finding *a = pa, *b = pb;
	int order = strcmp(a->thing, b->thing);

	if (order)
		return order;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	order = strcmp(a->value, b->value);
	return order ? order : strcmp(a->from, b->from);
}

static bool is_same_finding(const struct finding *a, const struct finding *b)
{
	return a->kind == b->kind && strcmp(a->thing, b->thing) == 0 &&
	       strcmp(a->value, b->value) == 0;
}

/* Sorted, what is found twice once. */
static void findings_sort(struct findings *findings)
{
	size_t kept = 0;

	if (findings->n_items)
		qsort(findings->items, findings->n_items, sizeof(*findings->items),
			order_findings);
	for (size_t i = 0; i < findings->n_items; i++)
		if (!kept ||
			!is_same_finding(&findings->items[kept - 1], &findings->items[i]))
			findings->items[kept++] = findings->items[i];
	findings->n_items = kept;
}

/* What is said of a file holds for the mount point that it is on. Where no mount point is
 * known, it is of no use. */
static void files_resolve(struct findings *findings)
{
	size_t n_items = 0, n_ties = 0;

	for (size_t i = 0; i < findings->n_items; i++) {
		struct finding *finding = &findings->items[i];

		if (finding->thing[0] == 'f')
			finding->thing =
				path_place(findings, line_of(finding->thing + 2));
		if (finding->thing)
			findings->items[n_items++] = *finding;
	}
	for (size_t i = 0; i < findings->n_ties; i++) {
		struct tie *tie = &findings->ties[i];

		if (tie->other[0] == 'f')
			tie->other = path_place(findings, line_of(tie->other + 2));
		if (tie->other)
			findings->ties[n_ties++] = *tie;
	}
	findings->n_items = n_items;
	findings->n_ties = n_ties;
}

/* What holds for a volume too when it holds for something on it. */
static bool is_passed_down(enum shown_kind kind)
{
	return kind == SHOWN_MOUNTED || kind == SHOWN_USED || kind == SHOWN_HELD ||
	       kind == SHOWN_GROUP || kind == SHOWN_CONFIGURED || kind == SHOWN_MESSAGE ||
	       kind == SHOWN_READ_WRITE || kind == SHOWN_READ_ONLY;
}

/* All names of a thing are next to each other by `owner`. */
struct owned {
	size_t owner, finding;
};

static int order_owned(const void *pa, const void *pb)
{
	const struct owned *a = pa, *b = pb;

	if (a->owner != b->owner)
		return a->owner < b->owner ? -1 : 1;
	return (a->finding > b->finding) - (a->finding < b->finding);
}

static size_t first_owned(const struct owned *owned, size_t count, size_t owner)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (owned[middle].owner < owner)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static size_t first_edge(const struct edge *edges, size_t count, size_t from)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (edges[middle].from < from)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* "snapshot 253:2 253:3 P 8": the first is its origin's -real. */
static void say_table(
	struct things *things, const char *volume, const struct finding *finding)
{
	const char *at = finding->value, *end;
	cleanup_buf struct buf number = BUF_INIT;
	cleanup_free char *layer = NULL, *label = NULL;
	size_t real;

	if (finding->kind != SHOWN_TABLE || strncmp(at, "snapshot ", 9) != 0)
		return;
	at += 9;
	end = at + strcspn(at, " ");
	buf_printf(&number, "n:%.*s", (int)(end - at), at);
	real = thing_of(things, buf_text(&number));
	if (real == NONE)
		return;
	label = volume_label(things->names[real], &layer);
	if (label && strcmp(layer, "real") == 0 &&
		strncmp(label, volume, strcspn(volume, "/") + 1) == 0)
		say(things, volume, SHOWN_SNAPSHOT, strchr(label, '/') + 1,
			finding->from);
}

static void say_findings(struct things *things, const struct owned *owned,
	const char *volume, size_t thing, bool is_above)
{
	for (size_t i = first_owned(owned, things->n_findings, thing);
		i < things->n_findings && owned[i].owner == thing; i++) {
		const struct finding *finding = &things->findings[owned[i].finding];

		if (!is_above || is_passed_down(finding->kind))
			say(things, volume, finding->kind, finding->value, finding->from);
		if (!is_above)
			say_table(things, volume, finding);
	}
}

static bool is_seen(const size_t *seen, size_t count, size_t thing)
{
	for (size_t i = 0; i < count; i++)
		if (seen[i] == thing)
			return true;
	return false;
}

/* A table of it that keeps state of its own: see mapping.c of the planner. */
static const char *own_table(
	const struct things *things, const struct owned *owned, size_t thing)
{
	static const char *const plain[] = {"linear", "striped", "crypt"};

	for (size_t i = first_owned(owned, things->n_findings, thing);
		i < things->n_findings && owned[i].owner == thing; i++) {
		const struct finding *finding = &things->findings[owned[i].finding];
		size_t len = strcspn(finding->value, " ");
		bool is_plain = finding->kind != SHOWN_TABLE;

		for (size_t p = 0; p < sizeof(plain) / sizeof(plain[0]); p++)
			is_plain |= len == strlen(plain[p]) &&
				    strncmp(finding->value, plain[p], len) == 0;
		if (!is_plain)
			return finding->value;
	}
	return NULL;
}

/* It is on something else as well. */
static bool is_on_others(
	const struct things *things, const size_t *seen, size_t count, size_t thing)
{
	for (size_t i = first_edge(things->downward, things->n_edges, thing);
		i < things->n_edges && things->downward[i].from == thing; i++)
		if (!is_seen(seen, count, things->downward[i].to))
			return true;
	return false;
}

static bool is_cow_name(const char *name)
{
	size_t len = strlen(name);

	return len > 4 && strcmp(name + len - 4, "-cow") == 0;
}

/* A volume of another group, which is on this one. */
static void say_guest(struct things *things, const char *volume, size_t above)
{
	cleanup_free char *layer = NULL, *label = NULL;

	label = volume_label(things->names[above], &layer);
	if (label && things->is_volume[above] &&
		strncmp(label, volume, strcspn(volume, "/") + 1) != 0)
		say(things, host_string(things->host, label), SHOWN_ON_VOLUME, volume,
			"");
}

/* Nothing that has it open is known. */
static bool is_open_unexplained(
	const struct things *things, const struct owned *owned, size_t thing)
{
	size_t edge = first_edge(things->edges, things->n_edges, thing);
	bool is_open = false;

	if (edge < things->n_edges && things->edges[edge].from == thing)
		return false;
	for (size_t i = first_owned(owned, things->n_findings, thing);
		i < things->n_findings && owned[i].owner == thing; i++) {
		const struct finding *finding = &things->findings[owned[i].finding];

		if (finding->kind == SHOWN_MOUNTED || finding->kind == SHOWN_USED ||
			finding->kind == SHOWN_HELD)
			return false;
		is_open |= finding->kind == SHOWN_OPEN &&
			   strcmp(finding->value, "0") != 0 &&
			   strcmp(finding->value, "no") != 0;
	}
	return is_open;
}

/* What is on a volume by the names of things: a mapping, an array, a mount. */
static void say_thing(struct things *things, const struct owned *owned,
	const char *volume, const size_t *seen, size_t count)
{
	size_t above = seen[count - 1];
	const char *name = things->names[above];
	const char *table = name[0] == 'm' ? own_table(things, owned, above) : NULL;
	cleanup_buf struct buf text = BUF_INIT;

	if (name[0] == 'k')
		say(things, volume, SHOWN_HELD, name + 2, "");
	if (name[0] != 'm' || is_cow_name(name))
		return;
	say(things, volume, SHOWN_ABOVE, name + 2, "");
	say_guest(things, volume, above);
	if (is_open_unexplained(things, owned, above))
		say(things, volume, SHOWN_ABOVE_OPEN, name + 2, "");
	if (table)
		buf_printf(&text, "%s, a %.*s target,", name + 2,
			(int)strcspn(table, " "), table);
	else if (is_on_others(things, seen, count, above))
		buf_printf(&text, "%s, which is on something else too,", name + 2);
	if (text.len)
		say(things, volume, SHOWN_HELD, buf_text(&text), "");
}

/* It has to go before the mount that it is below. */
static void say_mount_below(struct things *things, const char *volume, size_t place)
{
	cleanup_buf struct buf text = BUF_INIT;

	buf_printf(&text, "a mount on %s, below its own,", things->names[place] + 2);
	say(things, volume, SHOWN_HELD, buf_text(&text), "");
}

/* Upward from a volume, each thing once. */
static void say_above(struct things *things, const struct owned *owned,
	const char *volume, size_t thing)
{
	size_t seen[ABOVE_MAX] = {thing}, count = 1;

	for (size_t next = 0; next < count && !things->is_full; next++)
		for (size_t i = first_edge(things->edges, things->n_edges, seen[next]);
			i < things->n_edges && things->edges[i].from == seen[next]; i++) {
			size_t above = things->edges[i].to;

			if (count == ABOVE_MAX || is_seen(seen, count, above))
				continue;
			seen[count++] = above;
			say_thing(things, owned, volume, seen, count);
			if (things->names[above][0] == 'p' &&
				things->names[seen[next]][0] == 'p')
				say_mount_below(things, volume, above);
			say_findings(things, owned, volume, above, true);
		}
}

static void numbers_say(struct things *things, const struct findings *findings)
{
	for (size_t i = 0; i < findings->n_ties; i++) {
		const struct tie *tie = &findings->ties[i];
		size_t at;
		cleanup_free char *layer = NULL, *label = NULL;

		if (tie->kind != TIE_SAME || tie->thing[0] != 'm' || tie->other[0] != 'n')
			continue;
		at = name_find(things, tie->thing);
		if (!things->is_volume[at])
			continue;
		label = volume_label(tie->thing, &layer);
		if (label)
			say(things, host_string(things->host, label), SHOWN_NUMBER,
				tie->other + 2, tie->from);
	}
}

static size_t group_of(const struct things *things, const char *label)
{
	cleanup_buf struct buf name = BUF_INIT;

	buf_printf(&name, "g:%.*s", (int)strcspn(label, "/"), label);
	return name_find(things, buf_text(&name));
}

static void volumes_say(struct things *things)
{
	cleanup_free struct owned *owned =
		xcalloc(things->n_findings + 1, sizeof(*owned));

	for (size_t i = 0; i < things->n_findings; i++)
		owned[i] = (struct owned){thing_of(things, things->findings[i].thing), i};
	qsort(owned, things->n_findings, sizeof(*owned), order_owned);
	for (size_t i = 0; i < things->count && !things->is_full; i++) {
		cleanup_free char *layer = NULL, *label = NULL;
		const char *volume;

		if (!things->is_volume[i])
			continue;
		label = volume_label(things->names[i], &layer);
		volume = host_string(things->host, label);
		say(things, volume, SHOWN_LISTED, "", "");
		say_findings(things, owned, volume, i, false);
		say_findings(things, owned, volume, group_of(things, label), false);
		say_above(things, owned, volume, i);
	}
	say_findings(things, owned, SHOWN_HOST, name_find(things, "h:"), false);
}

/* ---- what one volume says of another ---- */

/* "VG/SNAP is a snapshot of DISK" makes VG/DISK an origin. */
static void origins_say(struct things *things)
{
	size_t count = things->host->n_shown;

	for (size_t i = 0; i < count; i++) {
		struct shown shown = things->host->shown[i];
		const char *slash = strchr(shown.volume, '/');
		cleanup_buf struct buf origin = BUF_INIT;

		if (shown.kind != SHOWN_SNAPSHOT || !*shown.value)
			continue;
		buf_add(&origin, shown.volume, (size_t)(slash + 1 - shown.volume));
		buf_puts(&origin, shown.value);
		say(things, host_string(things->host, buf_text(&origin)), SHOWN_ORIGIN,
			slash + 1, shown.from);
	}
}

/* lvs without -a leaves out a snapshot that is merging: then what it does not list may be
 * that one (seen in a fixture). */
static bool shows_merging(const struct host *host)
{
	for (size_t i = 0; i < host->n_shown; i++)
		if (host->shown[i].kind == SHOWN_MERGING)
			return true;
	return false;
}

/* What is there, and on no list of all that LVM knows: its metadata does not have it. */
static void unlisted_say(struct things *things, struct whole_list *list)
{
	if (!list->count || shows_merging(things->host))
		return;
	qsort(list->things, list->count, sizeof(*list->things), order_names);
	for (size_t i = 0; i < things->count; i++) {
		cleanup_free char *layer = NULL, *label = NULL;

		if (!things->is_volume[i] ||
			bsearch(&things->names[i], list->things, list->count,
				sizeof(*list->things), order_names))
			continue;
		label = volume_label(things->names[i], &layer);
		if (label && !is_hidden_name(label))
			say(things, host_string(things->host, label), SHOWN_UNLISTED, "",
				list->from);
	}
}

/* "it is suspended" of a layer: "its -cow is suspended" */
static const char *layer_words(
	struct findings *findings, const char *layer, const char *words)
{
	cleanup_buf struct buf text = BUF_INIT;

	buf_printf(
		&text, "%s%s", layer, strncmp(words, "it", 2) == 0 ? words + 2 : words);
	return arena_strdup(findings->strings, buf_text(&text));
}

/* -cow and -real are layers of a snapshot and of an origin. */
static void layers_find(struct findings *findings)
{
	size_t n_items = findings->n_items, n_ties = findings->n_ties;

	for (size_t i = 0; i < n_items + n_ties && findings->n_items < FOUND_MAX; i++) {
		const char *thing = i < n_items ? findings->items[i].thing
						: findings->ties[i - n_items].thing;
		const char *from = i < n_items ? findings->items[i].from
					       : findings->ties[i - n_items].from;
		cleanup_free char *layer = NULL, *label = NULL;
		bool is_cow, is_real;

		label = volume_label(thing, &layer);
		is_cow = label && strcmp(layer, "cow") == 0;
		is_real = label && strcmp(layer, "real") == 0;
		if (!is_cow && !is_real)
			continue;
		thing = arena_strndup(
			findings->strings, thing, strlen(thing) - strlen(layer) - 1);
		*array_add(&findings->items, &findings->n_items) = (struct finding){
			thing, SHOWN_LAYER, is_cow ? "cow" : "real", from};
		if (i < n_items && is_cow && findings->items[i].kind == SHOWN_OPEN)
			*array_add(&findings->items, &findings->n_items) =
				(struct finding){thing, SHOWN_COW_OPEN,
					findings->items[i].value, from};
		if (i < n_items && findings->items[i].kind == SHOWN_UNSETTLED &&
			findings->n_items < FOUND_MAX)
			*array_add(&findings->items,
				&findings->n_items) = (struct finding){thing,
				SHOWN_UNSETTLED,
				layer_words(findings, is_cow ? "its -cow" : "its -real",
					findings->items[i].value),
				from};
	}
}

static int order_shown(const void *a, const void *b)
{
	return shown_compare(a, b);
}

/* Each once, the one with a source; an empty value says less than another. */
static void shown_unique(struct host *host)
{
	size_t kept = 0;

	if (host->n_shown)
		qsort(host->shown, host->n_shown, sizeof(*host->shown), order_shown);
	for (size_t i = 0; i < host->n_shown; i++) {
		struct shown *last = kept ? &host->shown[kept - 1] : NULL;
		const struct shown *shown = &host->shown[i];
		bool is_same = last && shown_compare(last, shown) == 0;
		bool is_more = last && !*last->value && last->kind == shown->kind &&
			       strcmp(last->volume, shown->volume) == 0;

		if (is_same &&
			(!*last->from ||
				(*shown->from && strcmp(shown->from, last->from) < 0)))
			last->from = shown->from;
		if (is_more && !is_same)
			*last = *shown;
		if (!is_same && !is_more)
			host->shown[kept++] = *shown;
	}
	host->n_shown = kept;
}

/* ---- what the model has ---- */

static void tie_add(struct findings *findings, enum tie_kind kind, const char *thing,
	const char *other)
{
	if (!thing || !other || findings->n_ties == FOUND_MAX)
		return;
	name_tell(findings, thing);
	name_tell(findings, other);
	*array_add(&findings->ties, &findings->n_ties) =
		(struct tie){thing, other, kind, ""};
}

static void tie_blocks(const struct host *host, struct findings *findings)
{
	for (size_t i = 0; i < host->n_blocks; i++) {
		const struct block *block = &host->blocks[i];
		const char *number = thing_number(findings, block->devno);

		tie_add(findings, TIE_SAME, thing_kname(findings, line_of(block->kname)),
			number);
		for (size_t b = 0; b < block->n_below; b++)
			tie_add(findings, TIE_ON, number,
				thing_number(findings, block->below[b]));
	}
}

/* Mount points of mappings, for files that a process has open. */
static void tie_mounts(const struct host *host, struct findings *findings)
{
	for (size_t i = 0; i < host->n_mounts; i++) {
		const struct mount *mount = &host->mounts[i];

		if (host_device_by_devno(host, mount->devno))
			tie_add(findings, TIE_ON,
				thing_place(findings, line_of(mount->target)),
				thing_number(findings, mount->devno));
	}
}

void findings_take_model(const struct host *host, struct findings *findings)
{
	for (size_t i = 0; i < host->n_devices; i++) {
		const struct device *device = &host->devices[i];
		const char *mapping = thing_mapping(findings, line_of(device->name));

		tie_add(findings, TIE_SAME, mapping,
			thing_number(findings, device->devno));
		for (size_t d = 0; d < device->n_deps; d++)
			tie_add(findings, TIE_ON, mapping,
				thing_number(findings, device->deps[d]));
	}
	tie_blocks(host, findings);
	tie_mounts(host, findings);
	findings->n_ties_of_model = findings->n_ties;
}

/* Where the texts name no device in another way than the model does, it says no more. */
static void model_forget(struct findings *findings)
{
	size_t n = findings->n_ties_of_model;

	for (size_t i = 0; i < findings->n_items; i++)
		if ((findings->items[i].kind == SHOWN_USED ||
			    findings->items[i].kind == SHOWN_MESSAGE) &&
			strchr("nkpf", findings->items[i].thing[0]))
			return;
	findings->n_ties -= n;
	if (n)
		memmove(findings->ties, findings->ties + n,
			findings->n_ties * sizeof(*findings->ties));
}

void shown_collect(struct host *host, struct findings *findings)
{
	struct things things = {.host = host};

	model_forget(findings);
	files_resolve(findings);
	layers_find(findings);
	findings_sort(findings);
	things.findings = findings->items;
	things.n_findings = findings->n_items;
	names_collect(&things, findings);
	names_join(&things, findings);
	volumes_mark(&things, findings);
	edges_collect(&things, findings);
	volumes_say(&things);
	numbers_say(&things, findings);
	origins_say(&things);
	unlisted_say(&things, &findings->list);
	shown_unique(host);
	findings->is_full |= things.is_full || findings_miss_some(findings);
	free(things.names);
	free(things.root);
	free(things.mapping);
	free(things.is_listed);
	free(things.is_volume);
	free(things.is_others);
	free(things.edges);
	free(things.downward);
}
