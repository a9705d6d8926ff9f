/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A question about this host -> its answer; see snapstate/observe.h. Input: text that is
 * not trusted, a machine. Output: text. Changes nothing. Invariant: a source that could
 * not be read is never taken for an empty one.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "observe.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/places.h"
#include "snapstate/host/source.h"
#include "snapstate/observe_question.h"
#include "snapstate/redact.h"
#include "snapstate/stamp.h"

/* ---- was everything read? ---- */

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
static int check_sources(const struct host *host, unsigned parts,
	const struct scope *scope, struct err *err)
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
		if (parts & sources[i].part)
			r = check_source(
				host, sources[i].name, sources[i].may_be_absent, err);
	if (r == 0 && (parts & PROBE_MOUNTS))
		r = check_namespaces(host, err);
	if (r == 0 && (parts & PROBE_LVM))
		r = check_groups(host, scope, err);
	return r;
}

/* ---- facts ---- */

static int find_facts(struct host *host, const struct observe_question *question,
	const struct redact_key *key, struct sight *ret_sight, struct err *err)
{
	cleanup_host struct host *redacted = NULL;
	int r = check_sources(host, question->parts, &question->scope, err);

	if (r < 0)
		return r;
	if (*question->redaction) {
		redact_secrets(host);
		redacted = redact_names(host, key);
		host_index_build(redacted);
	}
	host_index_build(host);
	host_facts(redacted ? redacted : host, &question->scope, &ret_sight->found);
	return 0;
}

int observe_facts(struct host *host, unsigned parts, const struct scope *scope,
	struct facts *ret, struct err *err)
{
	const struct observe_question question = {.parts = parts, .scope = *scope};
	cleanup_sight struct sight sight = SIGHT_INIT;
	int r = find_facts(host, &question, NULL, &sight, err);

	if (r == 0) {
		*ret = sight.found;
		sight.found = FACTS_INIT;
	}
	return r;
}

/* ---- the answer ---- */

static int look(const struct observing *observing,
	const struct observe_question *question, struct sight *ret_sight, struct err *err)
{
	cleanup_host struct host *host = NULL;
	struct machine machine = *observing->machine;
	int r;

	if (*question->redaction && !observing->key)
		return err_set(err, -ENODATA, "%s", observing->key_error);
	if (*question->redaction && strcmp(question->redaction, observing->key->id) != 0)
		return err_set(err, -ENODATA,
			"%s is another key (%s) than the one the plan's capture was made "
			"with (%s)",
			observing->duty->key_file, observing->key->id,
			question->redaction);
	/* by pseudonyms nothing is found */
	machine.only = !*question->redaction &&
				       observe_is_near(question->parts, &question->scope)
			       ? &question->scope
			       : NULL;
	if (observing->duty->seconds)
		machine.deadline_ms =
			clock_ms() + (int64_t)observing->duty->seconds * 1000;
	r = probe_host(&machine, question->parts, &host, err);
	if (r == 0)
		r = find_facts(host, question, observing->key, ret_sight, err);
	if (r == 0)
		r = observe_ticket_name(observing->duty, question, ret_sight, err);
	if (r == 0)
		observe_names(host, question, ret_sight);
	return r;
}

/* A question for the ticket looks at the host in its own way. */
static int pack(const struct observing *observing,
	const struct observe_question *question, struct sight *ret_sight, struct err *err)
{
	cleanup_buf struct buf sentence = BUF_INIT, line = BUF_INIT;
	int r = observe_ticket_pack(observing, question->ticket, &sentence, err);

	if (r < 0)
		return r;
	buf_puts(&line, "ticket ");
	buf_tail(&line, buf_text(&sentence));
	facts_add(&ret_sight->names, buf_text(&line));
	return 0;
}

void observe_answer(void *context, const struct buf *question, struct buf *ret_answer)
{
	const struct observing *observing = context;
	cleanup_question struct observe_question asked = {0};
	cleanup_sight struct sight sight = SIGHT_INIT;
	struct err err = ERR_INIT;
	int r = observe_question_read(buf_text(question), question->len, &asked, &err);

	if (r == 0)
		r = *asked.ticket ? pack(observing, &asked, &sight, &err)
				  : look(observing, &asked, &sight, &err);
	observe_answer_write(&sight, r, err.msg, ret_answer);
}
