/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Probe, render, compare. Input: a view of the plan's scope, the live machine. Output:
 * the lines that differ. Changes nothing. Invariants: a source that could not be read is
 * never taken for an empty one; nothing outside the scope is compared.
 */
#include <errno.h>
#include <string.h>

#include "snapstate/cleanup.h"
#include "verify.h"

static bool starts_with(const char *text, const char *begin)
{
	return strncmp(text, begin, strlen(begin)) == 0;
}

/* ---- probing ---- */

static int check_source(
	const struct host *host, const char *name, bool may_be_absent, struct err *err)
{
	const struct source *source = host_source(host, name);

	if (source && (source->outcome == OUTCOME_READ ||
			      (may_be_absent && source->outcome == OUTCOME_ABSENT)))
		return 0;
	if (!source)
		return err_set(err, -ENODATA, "%s could not be read", name);
	return err_set(err, source->outcome == OUTCOME_CHANGED ? -EAGAIN : -ENODATA,
		"%s could not be read: %s%s%s", name, outcome_name(source->outcome),
		*source->detail ? ", " : "", source->detail);
}

static int check_namespaces(const struct host *host, struct err *err)
{
	for (size_t i = 0; i < host->n_namespaces; i++) {
		char name[64];
		int r;

		snprintf(name, sizeof(name), "mounts/%llu",
			(unsigned long long)host->namespaces[i].id);
		r = check_source(host, name, false, err);
		if (r < 0)
			return r;
	}
	return 0;
}

/* A group that LVM does not know at all is a fact, "absent"; one whose metadata it could
 * not give is a source that was not read. */
static int check_groups(
	const struct host *host, const struct scope *scope, struct err *err)
{
	for (size_t i = 0; i < scope->n_groups; i++) {
		cleanup_buf struct buf name = BUF_INIT;
		int r;

		buf_printf(&name, "lvm/%s.vg", scope->groups[i]);
		if (!host_source(host, buf_text(&name)))
			continue;
		r = check_source(host, buf_text(&name), false, err);
		if (r < 0)
			return r;
	}
	return 0;
}

/* Who says "absent" of itself: a kernel without device-mapper, without swap. What has to
 * prove which host or which volume this is must have been read. */
static int check_sources(
	const struct host *host, const struct view *view, struct err *err)
{
	static const struct {
		unsigned part;
		const char *name;
		bool may_be_absent;
	} sources[] = {
		{PROBE_IDENTITY, "identity", false},
		{PROBE_DM, "dm", true},
		{PROBE_BLOCKS, "blocks", true},
		{PROBE_HOLDERS, "superblocks", true},
		{PROBE_HOLDERS, "swaps", true},
		{PROBE_HOLDERS, "holders", true},
		{PROBE_MOUNTS, "mounts", false},
		{PROBE_PROCESSES, "processes", false},
		{PROBE_LVM, "lvm/report.json", false},
		{PROBE_PVS, "lvm/pvs.json", false},
		{PROBE_FSTAB, "fstab", true},
		{PROBE_CONFIGS, "configs", true},
	};
	int r = 0;

	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]) && r == 0; i++)
		if (view->parts & sources[i].part)
			r = check_source(
				host, sources[i].name, sources[i].may_be_absent, err);
	if (r == 0 && (view->parts & PROBE_MOUNTS))
		r = check_namespaces(host, err);
	if (r == 0 && (view->parts & PROBE_LVM))
		r = check_groups(host, &view->scope, err);
	return r;
}

/* What was read, as the plan sees it: under the pseudonyms of its capture, where that had
 * some. -ENODATA, or -EAGAIN: a source kept changing while it was read. */
static int render(const struct view *view, struct host *host,
	const struct redact_key *key, struct facts *ret_found, struct err *err)
{
	cleanup_facts struct facts all = FACTS_INIT;
	cleanup_host struct host *redacted = NULL;
	int r = check_sources(host, view, err);

	if (r < 0)
		return r == -EAGAIN ? r : -ENODATA;
	if (key) {
		redact_secrets(host);
		redacted = redact_names(host, key);
	}
	host_index_build(redacted ? redacted : host);
	host_facts(redacted ? redacted : host, &view->scope, &all);
	facts_keep_covered(&all, view->parts, ret_found);
	return 0;
}

static int look(const struct observer *observer, const struct view *view,
	struct host **ret_host, struct facts *ret_found, struct err *err)
{
	cleanup_host struct host *host = NULL;
	struct machine machine = *observer->machine;
	int r;

	/* by pseudonyms nothing is found */
	machine.only = view->is_near && !observer->key ? &view->scope : NULL;
	r = probe_host(&machine, view->parts, &host, err);
	if (r < 0)
		return r == -EAGAIN ? r : -ENODATA;
	r = render(view, host, observer->key, ret_found, err);
	if (r == 0)
		*ret_host = take_ptr(host);
	return r;
}

static bool has_time(const struct observer *observer, int64_t deadline)
{
	if (observer->ops->now_ms(observer->context) >= deadline)
		return false;
	observer->ops->pause(observer->context, observer->poll_ms);
	return true;
}

static int64_t deadline_in(const struct observer *observer, unsigned ms)
{
	return observer->ops->now_ms(observer->context) + ms;
}

/* ---- comparing ---- */

bool difference_is_empty(const struct difference *difference)
{
	return difference->missing.count == 0 && difference->extra.count == 0;
}

void difference_free(struct difference *difference)
{
	facts_free(&difference->missing);
	facts_free(&difference->extra);
}

static void compare(const struct view *view, const struct facts *expected,
	const struct facts *found, struct difference *ret)
{
	difference_free(ret);
	facts_minus_both(expected, found, view->uncertain, &ret->missing);
	facts_minus_both(found, expected, view->uncertain, &ret->extra);
}

int verify_host(const struct view *view, struct host *host,
	struct difference *ret_difference, struct err *err)
{
	cleanup_facts struct facts found = FACTS_INIT;
	int r = render(view, host, NULL, &found, err);

	if (r == 0)
		compare(view, &view->expected, &found, ret_difference);
	return r;
}

int verify_read(const struct observer *observer, const struct view *view,
	struct facts *ret_found, struct err *err)
{
	int64_t deadline = deadline_in(observer, observer->flap_ms);
	int r;

	do {
		cleanup_host struct host *host = NULL;

		r = look(observer, view, &host, ret_found, err);
	} while (r == -EAGAIN && has_time(observer, deadline));
	return r < 0 ? -ENODATA : 0;
}

void verify_compare(const struct view *view, const struct facts *found,
	struct difference *ret_difference)
{
	compare(view, &view->expected, found, ret_difference);
}

/* A device line without its open count, or without its flags as well. */
static void add_without(struct facts *facts, const char *line, bool without_flags)
{
	const char *open = strstr(line, " open ");
	const char *rest =
		open ? strstr(open, without_flags ? " size " : " flags ") : NULL;
	cleanup_buf struct buf text = BUF_INIT;

	if (rest) {
		buf_add(&text, line, (size_t)(open - line));
		line = rest;
	}
	buf_puts(&text, line);
	facts_add(facts, buf_text(&text));
}

/* Who changes something for a moment. */
enum passer {
	PASSER_UDEV, /* it looks at a device: open counts, holders */
	PASSER_LVM,  /* a command at work beside it: flags, inactive tables, conditions */
};

static bool add_passing(
	const struct facts *lines, enum passer passer, struct facts *ret_devices)
{
	bool is_lvm = passer == PASSER_LVM;

	for (size_t i = 0; i < lines->count; i++) {
		const char *line = lines->lines[i];

		if (starts_with(line, "device "))
			add_without(ret_devices, line, is_lvm);
		else if (!starts_with(line, "holder ") &&
			 !(is_lvm && (starts_with(line, "pending ") ||
					     starts_with(line, "condition "))))
			return false;
	}
	facts_sort(ret_devices);
	return true;
}

/* true: only that differs. */
static bool is_passing(const struct difference *difference, enum passer passer)
{
	cleanup_facts struct facts missing = FACTS_INIT, extra = FACTS_INIT;
	cleanup_facts struct facts a = FACTS_INIT, b = FACTS_INIT;

	if (!add_passing(&difference->missing, passer, &missing) ||
		!add_passing(&difference->extra, passer, &extra))
		return false;
	facts_minus(&missing, &extra, &a);
	facts_minus(&extra, &missing, &b);
	return a.count == 0 && b.count == 0;
}

/* 0: that does not pass. udev is done sooner than another LVM command. */
static unsigned patience(
	const struct observer *observer, const struct difference *difference)
{
	if (is_passing(difference, PASSER_UDEV))
		return observer->flap_ms;
	return is_passing(difference, PASSER_LVM) ? observer->settle_ms : 0;
}

static bool are_covered(const struct facts *lines, unsigned parts)
{
	cleanup_facts struct facts covered = FACTS_INIT;

	facts_keep_covered(lines, parts, &covered);
	return covered.count == lines->count;
}

/* Looks again, without LVM unless what differs comes from there: asking takes long. A
 * reading that the caller acts by is replaced by a later one only as a whole. */
static int look_again(const struct observer *observer, const struct view *view,
	struct host **host, struct difference *difference, struct err *err)
{
	int64_t begin = observer->ops->now_ms(observer->context);
	struct view cheap = *view;
	cleanup_facts struct facts expected = FACTS_INIT;
	int r = 0;

	cheap.parts &= ~(unsigned)(PROBE_LVM | PROBE_PVS);
	facts_keep_covered(&view->expected, cheap.parts, &expected);
	while (!difference_is_empty(difference) &&
		has_time(observer, begin + patience(observer, difference))) {
		bool is_cheap = are_covered(&difference->missing, cheap.parts) &&
				are_covered(&difference->extra, cheap.parts);
		cleanup_facts struct facts found = FACTS_INIT;
		struct host *again = NULL;

		r = look(observer, is_cheap ? &cheap : view, &again, &found, err);
		if (r == 0)
			compare(view, is_cheap ? &expected : &view->expected, &found,
				difference);
		else if (r != -EAGAIN)
			return r;
		if (r == 0 && !is_cheap) {
			host_free(*host);
			*host = take_ptr(again);
		}
		host_free(again);
	}
	return r == -EAGAIN ? -ENODATA : r;
}

int verify_expected(const struct observer *observer, const struct view *view,
	struct host **ret_host, struct difference *ret_difference, struct err *err)
{
	int64_t deadline = deadline_in(observer, observer->flap_ms);
	cleanup_facts struct facts found = FACTS_INIT;
	int r;

	do
		r = look(observer, view, ret_host, &found, err);
	while (r == -EAGAIN && has_time(observer, deadline));
	if (r < 0)
		return -ENODATA;
	compare(view, &view->expected, &found, ret_difference);
	return look_again(observer, view, ret_host, ret_difference, err);
}

enum confirmation verify_predicted(const struct observer *observer,
	const struct view *view, bool has_failed, struct difference *ret_difference,
	struct err *err)
{
	int64_t deadline = deadline_in(observer, observer->settle_ms);
	struct view after = *view;
	bool is_unchanged = false;
	int r;

	after.parts = view->parts_after;
	after.scope = view->scope_after;
	do {
		cleanup_difference struct difference before = DIFFERENCE_INIT;
		cleanup_facts struct facts found = FACTS_INIT;
		cleanup_host struct host *host = NULL;

		r = look(observer, &after, &host, &found, err);
		if (r < 0)
			continue;
		compare(&after, &view->predicted, &found, ret_difference);
		if (difference_is_empty(ret_difference))
			return CONFIRM_PREDICTED;
		compare(&after, &view->unchanged, &found, &before);
		/* who opened it meanwhile is why nothing has changed */
		is_unchanged = difference_is_empty(&before) ||
			       (has_failed && is_passing(&before, PASSER_UDEV));
	} while (!(has_failed && r == 0 && is_unchanged) && has_time(observer, deadline));
	if (r < 0)
		return CONFIRM_UNREAD;
	return is_unchanged ? CONFIRM_UNCHANGED : CONFIRM_DIFFERS;
}

/* ---- which host ---- */

/* The word behind `key` of a host line. malloc'ed. */
static char *host_word(const struct facts *facts, const char *key)
{
	for (size_t i = 0; i < facts->count; i++) {
		const char *at;

		if (!starts_with(facts->lines[i], "host "))
			continue;
		at = strstr(facts->lines[i], key);
		if (at)
			return xstrndup(at + strlen(key), strcspn(at + strlen(key), " "));
	}
	return xstrdup("");
}

int verify_identity(
	const struct machine *machine, const struct plan *plan, struct err *err)
{
	const struct view view = {.parts = PROBE_IDENTITY};
	cleanup_host struct host *host = NULL;
	cleanup_facts struct facts found = FACTS_INIT;
	cleanup_free char *machine_id = host_word(&plan->expect, " machine-id ");
	cleanup_free char *boot_id = host_word(&plan->expect, " boot-id ");
	int r = probe_host(machine, PROBE_IDENTITY, &host, err);

	if (r == 0)
		r = check_sources(host, &view, err);
	if (r < 0)
		return -ENODATA;
	host_facts(host, &view.scope, &found);
	cleanup_free char *machine_here = host_word(&found, " machine-id ");
	cleanup_free char *boot_here = host_word(&found, " boot-id ");
	if (strcmp(machine_id, machine_here) != 0)
		return err_set(err, -EXDEV,
			"this plan is for another host: it was made for machine-id %s, "
			"and "
			"this host is %s (%s)",
			machine_id, machine_here, host->identity.node);
	if (strcmp(boot_id, boot_here) != 0)
		return err_set(err, -EXDEV,
			"this host was restarted since its capture: the plan is for "
			"boot-id %s, and this is %s",
			boot_id, boot_here);
	return 0;
}
