/* SPDX-License-Identifier: Apache-2.0 */
/* Captures -> groups and moments; see groups.h. */
#include "groups.h"

#include <stdlib.h>
#include <string.h>

#include "snapstate/buf.h"
#include "snapstate/cleanup.h"
#include "snapstate/host/source.h"

void captures_free(struct captures *captures)
{
	for (size_t i = 0; i < captures->n_groups; i++) {
		free(captures->groups[i].captures);
		free(captures->groups[i].name);
	}
	free(captures->groups);
	for (size_t i = 0; i < captures->count; i++) {
		free(captures->items[i].file);
		free(captures->items[i].error);
		glance_free(&captures->items[i].glance);
	}
	free(captures->items);
}

void capture_set_error(struct capture *capture, const char *what)
{
	struct buf text = BUF_INIT;

	buf_printf(&text, "%s: %s", capture->file, what);
	capture->error = text.data;
}

bool capture_tells_host(const struct capture *capture)
{
	return strcmp(capture->glance.machine_id, "-") != 0;
}

static int compare_hosts(const struct glance *a, const struct glance *b)
{
	int order = strcmp(a->node, b->node);

	return order ? order : strcmp(a->machine_id, b->machine_id);
}

static bool has_one_name(const struct capture *a, const struct capture *b)
{
	return capture_tells_host(a) && compare_hosts(&a->glance, &b->glance) == 0;
}

/* Those without an error first: by host, the newest first. */
static int order_captures(const void *pa, const void *pb)
{
	const struct capture *a = pa, *b = pb;
	int order = (a->error != NULL) - (b->error != NULL);

	if (order == 0 && !a->error)
		order = compare_hosts(&a->glance, &b->glance);
	if (order == 0 && !a->error)
		order = (a->glance.taken < b->glance.taken) -
			(a->glance.taken > b->glance.taken);
	return order ? order : strcmp(a->file, b->file);
}

/* ---- hosts of one image ---- */

/* By boot, the newest first. */
static int order_boots(const void *pa, const void *pb)
{
	const struct capture *a = pa, *b = pb;
	int order = strcmp(a->glance.boot_id, b->glance.boot_id);

	return order ? order : order_captures(pa, pb);
}

static int order_begins(const void *pa, const void *pb)
{
	const struct boot *a = pa, *b = pb;

	return (a->begin > b->begin) - (a->begin < b->begin);
}

/* Of captures by boot. */
static struct boot *find_boots(
	const struct capture *captures, size_t count, size_t *ret_count)
{
	struct boot *boots = NULL;
	size_t n = 0;

	for (size_t i = 0; i < count; i++) {
		const struct glance *glance = &captures[i].glance;

		if (!n || strcmp(boots[n - 1].id, glance->boot_id) != 0)
			*array_add(&boots, &n) = (struct boot){
				glance->boot_id, glance->booted, glance->taken};
		if (glance->booted < boots[n - 1].begin)
			boots[n - 1].begin = glance->booted;
	}
	*ret_count = n;
	return boots;
}

/* One of which nothing is known overlaps with none. */
static bool any_overlap(struct boot *boots, size_t count)
{
	const struct boot *last = NULL; /* the one that was up longest so far */

	qsort(boots, count, sizeof(*boots), order_begins);
	for (size_t i = 0; i < count; i++) {
		if (strcmp(boots[i].id, "-") == 0)
			continue;
		if (last && boots_overlap(last, &boots[i]))
			return true;
		if (!last || boots[i].end > last->end)
			last = &boots[i];
	}
	return false;
}

/* Captures of one name, the newest first: where several hosts have it, by boot. */
static void tell_apart(struct capture *captures, size_t count)
{
	cleanup_free struct boot *boots = NULL;
	size_t n_boots;

	qsort(captures, count, sizeof(*captures), order_boots);
	boots = find_boots(captures, count, &n_boots);
	if (any_overlap(boots, n_boots))
		captures[0].n_alike = n_boots;
	else
		qsort(captures, count, sizeof(*captures), order_captures);
}

static void tell_all_apart(struct captures *captures, size_t n)
{
	for (size_t i = 0, next; i < n; i = next) {
		for (next = i + 1; next < n && has_one_name(&captures->items[i],
						       &captures->items[next]);)
			next++;
		if (next > i + 1)
			tell_apart(&captures->items[i], next - i);
	}
}

/* ---- which belong together ---- */

/* The first capture of those that `at` is joined with, so far. */
static size_t root_of(size_t *parents, size_t at)
{
	while (parents[at] != at)
		at = parents[at] = parents[parents[at]];
	return at;
}

static void join(size_t *parents, size_t a, size_t b)
{
	a = root_of(parents, a);
	b = root_of(parents, b);
	if (a < b)
		parents[b] = a;
	else
		parents[a] = b;
}

struct shown_group {
	const char *uuid;
	size_t capture;
};

static int order_shown(const void *a, const void *b)
{
	return strcmp(((const struct shown_group *)a)->uuid,
		((const struct shown_group *)b)->uuid);
}

static void join_by_storage(const struct captures *captures, size_t n, size_t *parents)
{
	cleanup_free struct shown_group *shown = NULL;
	size_t count = 0;

	for (size_t i = 0; i < n; i++) {
		const struct glance *glance = &captures->items[i].glance;

		for (size_t k = 0;
			k < glance->n_groups && capture_tells_host(&captures->items[i]);
			k++)
			*array_add(&shown, &count) =
				(struct shown_group){glance->groups[k], i};
	}
	if (count)
		qsort(shown, count, sizeof(*shown), order_shown);
	for (size_t i = 1; i < count; i++)
		if (strcmp(shown[i].uuid, shown[i - 1].uuid) == 0)
			join(parents, shown[i].capture, shown[i - 1].capture);
}

/* Captures of one host follow each other. */
static void join_by_host(struct captures *captures, size_t n, size_t *parents)
{
	bool is_by_boot = false;

	for (size_t i = 1; i < n; i++) {
		const struct capture *before = &captures->items[i - 1];
		struct capture *capture = &captures->items[i];
		bool is_one_boot =
			strcmp(before->glance.boot_id, capture->glance.boot_id) == 0;

		is_by_boot =
			has_one_name(before, capture) && (is_by_boot || before->n_alike);
		if (!has_one_name(before, capture) || (is_by_boot && !is_one_boot))
			continue;
		join(parents, i - 1, i);
		capture->rank = before->rank + 1;
	}
}

/* ---- moments ---- */

static int order_times(const void *pa, const void *pb)
{
	const struct capture *a = *(struct capture *const *)pa;
	const struct capture *b = *(struct capture *const *)pb;

	if (a->glance.taken != b->glance.taken)
		return a->glance.taken < b->glance.taken ? 1 : -1;
	return a < b ? -1 : a > b;
}

static void set_moments(struct captures *captures, struct group *group, int64_t spread)
{
	cleanup_free struct capture **older = NULL;
	/* by host: the last moment that it is in */
	cleanup_free size_t *last = xcalloc(group->n_hosts, sizeof(*last));
	const struct capture *begin = NULL;
	size_t count = 0;

	for (size_t i = 0; i < group->n_captures; i++) {
		struct capture *capture = &captures->items[group->captures[i]];

		if (capture->rank)
			*array_add(&older, &count) = capture;
	}
	group->n_moments = 1;
	if (count)
		qsort(older, count, sizeof(struct capture *), order_times);
	for (size_t i = 0; i < count; i++) {
		struct capture *capture = older[i];

		if (!begin || begin->glance.taken - capture->glance.taken > spread ||
			last[capture->host] == group->n_moments - 1) {
			begin = capture;
			group->n_moments++;
		}
		capture->moment = group->n_moments - 1;
		last[capture->host] = capture->moment;
	}
}

struct place {
	size_t moment, capture;
};

static int order_places(const void *pa, const void *pb)
{
	const struct place *a = pa, *b = pb;

	if (a->moment != b->moment)
		return a->moment < b->moment ? -1 : 1;
	return a->capture < b->capture ? -1 : a->capture > b->capture;
}

static void sort_by_moment(const struct captures *captures, struct group *group)
{
	cleanup_free struct place *places = xcalloc(group->n_captures, sizeof(*places));

	for (size_t i = 0; i < group->n_captures; i++)
		places[i] = (struct place){
			captures->items[group->captures[i]].moment, group->captures[i]};
	qsort(places, group->n_captures, sizeof(*places), order_places);
	for (size_t i = 0; i < group->n_captures; i++)
		group->captures[i] = places[i].capture;
}

/* ---- groups ---- */

static bool is_taken(const struct captures *captures, const char *name)
{
	for (size_t i = 0; i + 1 < captures->n_groups; i++)
		if (strcmp(captures->groups[i].name, name) == 0)
			return true;
	return false;
}

/* Of a host that has no name, that of its capture. */
static char *plain_name(const struct capture *capture)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789.-_";
	const char *file = strrchr(capture->file, '/');
	char *name = xstrdup(strcmp(capture->glance.node, "-") != 0 ? capture->glance.node
			     : file				    ? file + 1
								    : capture->file);
	char *end = strstr(name, ".snapstate.tar");

	if (end)
		*end = '\0';
	for (char *c = name; *c; c++)
		if (!strchr(plain, *c) || (c == name && *c == '.'))
			*c = '_';
	if (*name)
		return name;
	free(name);
	return xstrdup("capture");
}

/* `group` is the last one. */
static void set_name(const struct captures *captures, struct group *group)
{
	cleanup_free char *plain = plain_name(&captures->items[group->captures[0]]);
	struct buf name = BUF_INIT;

	buf_puts(&name, plain);
	for (unsigned i = 2; is_taken(captures, buf_text(&name)); i++) {
		name.len = 0;
		buf_printf(&name, "%s-%u", plain, i);
	}
	group->name = name.data;
}

static void add_to(struct captures *captures, struct group *group, size_t at)
{
	struct capture *capture = &captures->items[at];

	*array_add(&group->captures, &group->n_captures) = at;
	if (!capture->rank)
		group->n_hosts++;
	capture->host = group->n_hosts - 1; /* captures of one host follow each other */
}

void captures_group(struct captures *captures, int64_t spread)
{
	cleanup_free size_t *parents = xcalloc(captures->count + 1, sizeof(*parents));
	cleanup_free size_t *numbers = xcalloc(captures->count + 1, sizeof(*numbers));
	size_t n = 0;

	if (captures->count)
		qsort(captures->items, captures->count, sizeof(*captures->items),
			order_captures);
	for (; n < captures->count && !captures->items[n].error; n++)
		parents[n] = n;
	tell_all_apart(captures, n);
	join_by_host(captures, n, parents);
	join_by_storage(captures, n, parents);
	for (size_t i = 0; i < n; i++) {
		size_t root = root_of(parents, i);

		if (root == i) {
			array_add(&captures->groups, &captures->n_groups);
			numbers[i] = captures->n_groups - 1;
		}
		add_to(captures, &captures->groups[numbers[root]], i);
		if (root == i)
			set_name(captures, &captures->groups[numbers[i]]);
	}
	for (size_t i = 0; i < n; i++) { /* of thousands, the largest part */
		free(captures->items[i].glance.groups);
		captures->items[i].glance.groups = NULL;
		captures->items[i].glance.n_groups = 0;
	}
	for (size_t i = 0; i < captures->n_groups; i++) {
		set_moments(captures, &captures->groups[i], spread);
		sort_by_moment(captures, &captures->groups[i]);
	}
}
