/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The lines of a plan that both of its readers read alike; see plan_orders.h. Input:
 * hostile text. Output: members of the plan.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "plan_orders.h"
#include "snapstate/cleanup.h"

const struct lines_kind plan_kind = {"a plan", PLAN_BYTES_MAX};

/* ---- header ---- */

static int take_sha256(struct lines *lines, char ret_hex[SHA256_HEX_LEN + 1])
{
	if (lines_take(lines, "sha256:") < 0)
		return -EBADMSG;
	if (strspn(lines->at, "0123456789abcdef") < SHA256_HEX_LEN)
		return lines_bad(
			lines, "a digest is %d hexadecimal digits", SHA256_HEX_LEN);
	memcpy(ret_hex, lines->at, SHA256_HEX_LEN);
	ret_hex[SHA256_HEX_LEN] = '\0';
	lines->at += SHA256_HEX_LEN;
	return 0;
}

static int take_time(struct lines *lines, int64_t *ret_seconds)
{
	cleanup_free char *word = NULL;

	if (lines_take_word(lines, ' ', &word) < 0)
		return -EBADMSG;
	if (stamp_read(word, ret_seconds) < 0)
		return lines_bad(lines, "a time is written as 2026-11-22T03:00:00Z");
	return 0;
}

static int read_version(struct lines *lines, struct orders *orders)
{
	if (lines_take(lines, "#!" PLAN_INTERPRETER) < 0 || lines_take_end(lines) < 0)
		return -EBADMSG;
	if (!lines_is(lines, "snapstate-plan "))
		return lines_take(lines, "snapstate-plan ");
	for (unsigned version = PLAN_VERSION_OLDEST; version <= PLAN_VERSION; version++) {
		char line[32];

		snprintf(line, sizeof(line), "snapstate-plan %u", version);
		if (lines->len != strlen(line) || !lines_is(lines, line))
			continue;
		orders->version = version;
		lines_advance(lines);
		return 0;
	}
	return lines_bad(lines,
		"this program reads versions %d to %d of plans; use the programs of one "
		"release",
		PLAN_VERSION_OLDEST, PLAN_VERSION);
}

static int read_expiry(struct lines *lines, struct orders *orders)
{
	if (!lines_is(lines, "expires "))
		return 0;
	if (lines_take(lines, "expires ") < 0 || take_time(lines, &orders->expires) < 0)
		return -EBADMSG;
	if (orders->expires < orders->taken)
		return lines_bad(
			lines, "a plan does not expire before its capture was taken");
	return lines_take_end(lines);
}

int plan_read_origin(struct lines *lines, struct orders *orders)
{
	if (read_version(lines, orders) < 0 || lines_take(lines, "capture ") < 0 ||
		take_sha256(lines, orders->capture_sha256) < 0 ||
		lines_take(lines, " taken ") < 0 ||
		take_time(lines, &orders->taken) < 0 || lines_take_end(lines) < 0)
		return -EBADMSG;
	return read_expiry(lines, orders);
}

int plan_read_redaction(struct lines *lines, struct orders *orders)
{
	cleanup_free char *id = NULL;

	if (!lines_is(lines, "redaction "))
		return 0;
	if (lines_take(lines, "redaction ") < 0 || lines_take_word(lines, ' ', &id) < 0)
		return -EBADMSG;
	if (strlen(id) != REDACT_KEY_ID_LEN ||
		strspn(id, "0123456789abcdef") != REDACT_KEY_ID_LEN)
		return lines_bad(lines, "a key's id is %d hex digits in lower case",
			REDACT_KEY_ID_LEN);
	memcpy(orders->redaction, id, sizeof(orders->redaction));
	return lines_take_end(lines);
}

static int check_after(const struct lines *lines, const struct orders *orders)
{
	const struct plan_after *last = &orders->after[orders->n_after - 1];

	for (const struct plan_after *other = orders->after; other < last; other++)
		if (strcmp(other->digest, last->digest) == 0)
			return lines_bad(
				lines, "a plan comes after another only once");
	return 0;
}

int plan_read_after(struct lines *lines, struct orders *orders)
{
	while (lines_is(lines, "after ")) {
		struct plan_after *after;

		if (orders->n_after == PLAN_AFTER_MAX)
			return lines_bad(lines,
				"a plan comes after at most %d others", PLAN_AFTER_MAX);
		after = array_add(&orders->after, &orders->n_after);
		if (lines_take(lines, "after ") < 0 ||
			lines_take_word(lines, ' ', &after->node) < 0 ||
			lines_take(lines, " ") < 0 ||
			take_sha256(lines, after->digest) < 0 ||
			check_after(lines, orders) < 0 || lines_take_end(lines) < 0)
			return -EBADMSG;
	}
	return 0;
}

/* ---- a step ---- */

static int read_reasons(struct lines *lines, struct plan_step *step)
{
	if (!lines_is(lines, "reason "))
		return lines_take(lines, "reason ");
	while (lines_is(lines, "reason ")) {
		if (step->n_reasons == PLAN_REASONS_MAX)
			return lines_bad(
				lines, "a step has at most %d reasons", PLAN_REASONS_MAX);
		if (lines_take(lines, "reason ") < 0 ||
			lines_take_tail(
				lines, array_add(&step->reasons, &step->n_reasons)) < 0 ||
			lines_take_end(lines) < 0)
			return -EBADMSG;
	}
	return 0;
}

static int read_step_line(struct lines *lines, struct plan_step **steps, size_t *n_steps,
	struct plan_step **ret_step)
{
	uint64_t number = 0;
	enum plan_op op;
	size_t len;

	if (*n_steps == PLAN_STEPS_MAX)
		return lines_bad(
			lines, "a plan has at most %d steps", PLAN_STEPS_MAX);
	if (lines_take(lines, "step ") < 0 ||
		lines_take_number(lines, ' ', PLAN_STEPS_MAX, &number) < 0 ||
		lines_take(lines, " ") < 0)
		return -EBADMSG;
	if (number != *n_steps + 1)
		return lines_bad(lines, "expected step %zu", *n_steps + 1);
	len = (size_t)(lines->line + lines->len - lines->at);
	if (plan_op_parse(lines->at, len, &op) < 0)
		return lines_bad(
			lines, "unknown operation \"%.*s\"", (int)len, lines->at);
	*ret_step = plan_step_new(steps, n_steps, op);
	lines_advance(lines);
	return 0;
}

static int read_part(struct lines *lines, struct plan_step *step)
{
	uint64_t part = 0;

	if (lines_take(lines, "part ") < 0 ||
		lines_take_number(lines, ' ', PLAN_STEPS_MAX, &part) < 0)
		return -EBADMSG;
	step->part = (unsigned)part;
	return lines_take_end(lines);
}

int plan_read_step_head(struct lines *lines, bool has_parts, struct plan_step **steps,
	size_t *n_steps, struct plan_step **ret_step)
{
	if (read_step_line(lines, steps, n_steps, ret_step) < 0)
		return -EBADMSG;
	if (has_parts && read_part(lines, *ret_step) < 0)
		return -EBADMSG;
	if (!lines_is(lines, "# "))
		return lines_take(lines, "# ");
	lines_advance(lines); /* its words are compared with the writer's */
	return read_reasons(lines, *ret_step);
}

/* ---- the end ---- */

int plan_read_digest(struct lines *lines, char ret_hex[SHA256_HEX_LEN + 1])
{
	if (lines_take(lines, "digest ") < 0 || take_sha256(lines, ret_hex) < 0 ||
		lines_take_end(lines) < 0)
		return -EBADMSG;
	if (lines->line != lines->end)
		return lines_bad(lines, "the digest is the last line");
	return 0;
}
