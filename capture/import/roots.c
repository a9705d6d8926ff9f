/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which collection each piece is of. Two hosts in one folder, or two days of one host,
 * must not become one capture: the tables of one and the metadata of the other tell of
 * stale snapshots that never were. Input: all pieces, sorted. Output: those of each
 * collection, and words about each.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "evidence.h"
#include "snapstate/host.h"
#include "snapstate/host/source.h"
#include "snapstate/stamp.h"

#define ROOTS_MAX      1000 /* look-ups walk them */
#define SHOWN_MAX      4    /* collections in a message */
#define SHOWN_NAME_MAX 80   /* bytes of each path there */

struct root {
	const struct piece *piece; /* the first of it */
	size_t len;		   /* of its path that is the root's */
	bool has_sos;	 /* holds sos_commands/ */
	bool has_tables; /* of the kernel, or LVM's metadata */
};

struct roots {
	struct root *items;
	size_t count;
};

static void roots_free(struct roots *roots)
{
	free(roots->items);
}

static bool is_of(const struct piece *piece, const struct root *root)
{
	return piece->root_len == root->len &&
	       strncmp(piece->path, root->piece->path, root->len) == 0;
}

static bool is_table(enum role role)
{
	return role == ROLE_DM_INFO || role == ROLE_DM_TABLE ||
	       role == ROLE_VG_METADATA || role == ROLE_VG_BACKUP ||
	       role == ROLE_LVM_REPORT;
}

static int roots_add(struct roots *roots, const struct piece *piece, struct err *err)
{
	size_t len = piece->root_len;
	const char *below = piece->path + len + (len && piece->path[len]);
	struct root *root = NULL;

	for (size_t i = 0; i < roots->count && !root; i++)
		if (is_of(piece, &roots->items[i]))
			root = &roots->items[i];
	if (!root && roots->count == ROOTS_MAX)
		return err_set(
			err, -EBADMSG, "holds more than %d collections", ROOTS_MAX);
	if (!root) {
		root = array_add(&roots->items, &roots->count);
		*root = (struct root){.piece = piece, .len = len};
	}
	root->has_sos |= strncmp(below, "sos_commands/", 13) == 0;
	root->has_tables |= is_table(piece->role);
	return 0;
}

/* A loose text is no collection, where there is one. */
static int roots_collect(
	const struct evidence *evidence, struct roots *roots, struct err *err)
{
	int r = 0;

	roots_free(roots);
	*roots = (struct roots){0};
	for (size_t i = 0; r == 0 && i < evidence->n_pieces; i++)
		if (evidence->pieces[i].role != ROLE_TEXT)
			r = roots_add(roots, &evidence->pieces[i], err);
	for (size_t i = 0; r == 0 && !roots->count && i < evidence->n_pieces; i++)
		r = roots_add(roots, &evidence->pieces[i], err);
	return r;
}

/* ---- copies of the host's files ---- */

static bool is_system_folder(const char *name, size_t len)
{
	static const char *const names[] = {"boot", "dev", "etc", "home", "lib", "lib64",
		"mnt", "opt", "proc", "root", "run", "snap", "srv", "sys", "tmp", "usr",
		"var", "sos_commands", "sos_containers", "sos_logs", "sos_reports",
		"sos_strings"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strlen(names[i]) == len && strncmp(names[i], name, len) == 0)
			return true;
	return false;
}

/* A sosreport copies files of the host, as var/lib/lxc/NAME/rootfs/etc/hostname. What
 * tells nothing of device-mapper or LVM is no collection, and no part of the report. */
static bool is_copied(const struct root *root, const struct root *report)
{
	const char *path = root->piece->path;
	size_t start = report->len ? report->len + 1 : 0;

	if (root == report || !report->has_sos || root->has_sos || root->len <= start ||
		root->has_tables ||
		strncmp(path, report->piece->path, report->len) != 0 ||
		(report->len && path[report->len] != '/'))
		return false;
	return is_system_folder(path + start, strcspn(path + start, "/"));
}

static bool is_copy(const struct roots *roots, const struct root *root)
{
	for (size_t i = 0; i < roots->count; i++)
		if (is_copied(root, &roots->items[i]))
			return true;
	return false;
}

/* true: there were some. The roots point to other pieces then. */
static bool drop_copies(struct evidence *evidence, const struct roots *roots)
{
	cleanup_free bool *is_dropped = xcalloc(evidence->n_pieces, sizeof(*is_dropped));
	size_t kept = 0, n_pieces = evidence->n_pieces;

	for (size_t i = 0; i < roots->count; i++) {
		bool is_gone = is_copy(roots, &roots->items[i]);

		for (size_t p = 0; is_gone && p < evidence->n_pieces; p++)
			is_dropped[p] |= is_of(&evidence->pieces[p], &roots->items[i]);
	}
	for (size_t p = 0; p < evidence->n_pieces; p++) {
		if (is_dropped[p]) {
			free(evidence->pieces[p].path);
			buf_free(&evidence->pieces[p].bytes);
		} else {
			evidence->pieces[kept++] = evidence->pieces[p];
		}
	}
	evidence->n_pieces = kept;
	return kept < n_pieces;
}

/* ---- what was found ---- */

static void add_id(struct buf *text, const char *label, const char *value)
{
	if (!*value)
		return;
	buf_printf(text, ", %s ", label);
	buf_word(text, value);
}

/* "host hv7, machine-id 0123..., collected on 2026-11-22 20:00:00 UTC" */
static void identity_words(
	const struct evidence *evidence, const struct root *root, struct buf *text)
{
	struct evidence own = {0}; /* borrows the pieces */
	cleanup_host struct host *host = host_new();
	const struct identity *id = &host->identity;

	for (size_t i = 0; i < evidence->n_pieces; i++)
		if (is_of(&evidence->pieces[i], root))
			*array_add(&own.pieces, &own.n_pieces) = evidence->pieces[i];
	import_identity(host, &own);
	free(own.pieces);
	buf_puts(text, "host ");
	buf_word(text, *id->node ? id->node : "unknown");
	add_id(text, "machine-id", id->machine_id);
	add_id(text, "boot-id", id->boot_id);
	buf_puts(text, ", collection time ");
	if (id->taken)
		stamp_print(id->taken, text);
	else
		buf_puts(text, "unknown");
}

static void root_words(
	const struct evidence *evidence, const struct root *root, struct buf *text)
{
	cleanup_buf struct buf name = BUF_INIT;
	cleanup_free char *path = xstrndup(root->piece->path, root->len);

	buf_word(&name, root->len ? path : ".");
	buf_printf(text, "%.*s%s", SHOWN_NAME_MAX, buf_text(&name),
		name.len > SHOWN_NAME_MAX ? "..." : "");
	buf_puts(text, " (");
	identity_words(evidence, root, text);
	buf_puts(text, ")");
}

static int order_roots(const void *pa, const void *pb)
{
	const struct root *a = pa, *b = pb;
	size_t len = a->len < b->len ? a->len : b->len;
	int order = strncmp(a->piece->path, b->piece->path, len);

	return order ? order : (a->len > b->len) - (a->len < b->len);
}

static void list_roots(
	const struct evidence *evidence, struct roots *roots, struct buf *text)
{
	if (roots->count)
		qsort(roots->items, roots->count, sizeof(*roots->items), order_roots);
	for (size_t i = 0; i < roots->count && i < SHOWN_MAX; i++) {
		buf_puts(text, i ? "; " : "");
		root_words(evidence, &roots->items[i], text);
	}
	if (roots->count > SHOWN_MAX)
		buf_printf(text, "; and %zu more", roots->count - SHOWN_MAX);
}

/* ---- one collection that says a thing twice ---- */

static const struct piece *find_other(
	const struct evidence *evidence, const struct piece *piece)
{
	const struct piece *other = piece;

	while ((other = evidence_next(evidence, piece->role, other)))
		if (other->bytes.len && !other->error &&
			!strstr(other->path, "sos_commands/lvm2/lvmdump/") &&
			(other->bytes.len != piece->bytes.len ||
				memcmp(other->bytes.data, piece->bytes.data,
					piece->bytes.len) != 0))
			return other;
	return NULL;
}

/* Outputs of dmsetup that somebody put beside those of a report: of another moment. The
 * lvmdump within a report is of the same run. */
static int check_outputs(const struct evidence *evidence, struct err *err)
{
	for (size_t i = 0; i < evidence->n_pieces; i++) {
		const struct piece *piece = &evidence->pieces[i], *other;
		cleanup_buf struct buf names = BUF_INIT;

		if (piece->role < ROLE_DM_INFO || piece->role > ROLE_DM_DEPS ||
			!piece->bytes.len || piece->error)
			continue;
		other = find_other(evidence, piece);
		if (!other)
			continue;
		buf_word(&names, piece->path);
		buf_puts(&names, " and ");
		buf_word(&names, other->path);
		return err_set(err, -EBADMSG,
			"%s are outputs of the same command, and differ: they are not of "
			"one moment; keep those of one",
			buf_text(&names));
	}
	return 0;
}

/* The pieces of one root, or with NULL those of none. */
static void group_take(struct evidence *all, const struct roots *roots,
	const struct root *root, struct evidence *ret_group)
{
	size_t left = 0;

	for (size_t i = 0; i < all->n_pieces; i++) {
		struct piece piece = all->pieces[i];

		if (root ? is_of(&piece, root) : roots->count > 0)
			*array_add(&ret_group->pieces, &ret_group->n_pieces) = piece;
		else
			all->pieces[left++] = piece;
	}
	all->n_pieces = left;
	ret_group->is_loose = !root;
	ret_group->cut = all->cut ? xstrdup(all->cut) : NULL;
}

/* The roots' names are kept: their pieces move. */
static void groups_take(struct evidence *all, struct roots *roots,
	struct evidence **ret_groups, size_t *ret_count)
{
	cleanup_free char **paths = xcalloc(roots->count + 1, sizeof(*paths));

	for (size_t i = 0; i < roots->count; i++)
		paths[i] = xstrdup(roots->items[i].piece->path);
	for (size_t i = 0; i < roots->count; i++) {
		struct piece first = {.path = paths[i]};
		struct root root = roots->items[i];
		struct evidence *group = array_add(ret_groups, ret_count);

		root.piece = &first;
		group_take(all, roots, &root, group);
	}
	if (all->n_pieces)
		group_take(all, roots, NULL, array_add(ret_groups, ret_count));
	for (size_t i = 0; i < roots->count; i++)
		free(paths[i]);
	if (!*ret_count)
		return;
	(*ret_groups)->n_others = all->n_others;
	(*ret_groups)->first_other = take_ptr(all->first_other);
	(*ret_groups)->capture = take_ptr(all->capture);
}

int evidence_split(struct evidence *all, struct evidence **ret_groups, size_t *ret_count,
	struct buf *ret_list, struct err *err)
{
	cleanup_with(roots_free) struct roots roots = {0};
	int r = roots_collect(all, &roots, err);

	if (r == 0 && roots.count > 1 && drop_copies(all, &roots))
		r = roots_collect(all, &roots, err);
	if (r < 0)
		return r;
	list_roots(all, &roots, ret_list);
	groups_take(all, &roots, ret_groups, ret_count);
	for (size_t i = 0; r == 0 && i < *ret_count; i++)
		r = check_outputs(&(*ret_groups)[i], err);
	return r;
}
