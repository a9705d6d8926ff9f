/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One step: verify, journal, act, read again, journal. Input: what holds now. Output:
 * what holds afterwards, or the words why not.
 *
 * Invariants: nothing is changed before the intent to do so is on disk; an exit status is
 * believed of nothing, only what is read afterwards; after the first difference nothing
 * more is changed. Exit codes: EXIT_DIFFERS where no step is left half-way, EXIT_STOPPED
 * where one may be, or where the journal or the reading of the host fails after a step.
 */
#include <errno.h>
#include <string.h>

#include "apply.h"
#include "names.h"
#include "report.h"
#include "snapstate/advice.h"
#include "snapstate/cleanup.h"
#include "snapstate/lvm_uuid.h"

struct run {
	struct executor *executor;
	struct journal *journal;
	const struct plan_step *step;
	struct plan_step named; /* the same, under this host's names; borrowed */
	size_t number;		/* in the plan, from 1 */
	struct sight sight; /* as verified for this step */
	bool is_held;	    /* it was in use at each attempt, not only for a moment */
};

static enum exit_code no_journal(const struct run *run, const struct err *err)
{
	report_error(run->executor->errors, "%s; without a journal no step is begun",
		err->msg);
	executor_say_how_far(run->executor, run->journal);
	return executor_cannot(run->executor);
}

/* Notes why a step changed nothing. That it cannot be noted changes nothing any more. */
static enum exit_code refuse(const struct run *run, enum exit_code code, const char *why,
	const struct difference *difference)
{
	struct executor *executor = run->executor;

	report_error(executor->errors, "step %zu changed nothing: %s", run->number, why);
	if (difference)
		executor_say_difference(executor, difference);
	executor_say_how_far(executor, run->journal);
	journal_verdict(run->journal, run->number, "refused", why, difference, NULL);
	return code;
}

/* No earlier step of the plan removes a volume of that group. */
static bool is_first_of_group(const struct run *run)
{
	const struct orders *plan = run->executor->plan;
	const struct plan_step *step = run->step;

	if (step->op != OP_LV_REMOVE)
		return false;
	for (size_t i = 0; i < run->executor->n_done; i++)
		if (plan->steps[i].op == OP_LV_REMOVE &&
			strcmp(plan->steps[i].target.vg_uuid, step->target.vg_uuid) == 0)
			return false;
	return true;
}

/* What the step is about, as before it. The sight has what it takes to act, and to
 * keep. */
static int ask_before(struct run *run, enum verdict *ret_verdict,
	struct difference *ret_difference, struct err *err)
{
	struct compare_question question =
		executor_question(run->executor, COMPARE_BEFORE, COMPARE_PLAINLY);
	int r;

	names_ask(run->step, &question.names);
	if (plan_op_row(run->step->op)->is_by_lvm)
		wanted_name(&question.names, "disks");
	if (is_first_of_group(run))
		wanted_name(&question.names, "text %s", run->step->target.vg_uuid);
	r = observer_compare(&run->executor->observer, &question, ret_verdict,
		&run->sight, ret_difference, err);
	wanted_names_free(&question.names);
	return r;
}

/* EXIT_REFUSED: the step's part is left out. */
static enum exit_code judge_before(struct run *run, enum verdict verdict,
	const struct sight *sight, const struct difference *difference)
{
	struct executor *executor = run->executor;
	size_t n_steps = executor->plan->n_steps;
	struct err err = ERR_INIT;

	if (verdict == VERDICT_EXPECTED)
		return EXIT_DONE;
	if (verdict != VERDICT_SKIPPED)
		return refuse(run, EXIT_DIFFERS,
			"the host is no longer as the plan expects it", difference);
	if (executor_take_parts(executor, run->journal, sight, difference, &err) < 0)
		return no_journal(run, &err);
	return executor->plan->n_steps < n_steps ? EXIT_REFUSED
						 : refuse(run, executor_cannot(executor),
							   "no part was left out", NULL);
}

static enum exit_code verify_step(struct run *run)
{
	cleanup_difference struct difference difference = DIFFERENCE_INIT;
	struct err err = ERR_INIT;
	enum verdict verdict;

	if (ask_before(run, &verdict, &difference, &err) < 0)
		return refuse(run, executor_cannot(run->executor), err.msg, NULL);
	return judge_before(run, verdict, &run->sight, &difference);
}

/* What is acted on has a name of this host. */
static int name_step(struct run *run, struct err *err)
{
	run->named = *run->step;
	return *run->executor->observer.redaction
		       ? names_of_step(&run->sight, run->step, &run->executor->strings,
				 &run->named, err)
		       : 0;
}

/* Once more after a while, nothing having been done: true, and run->sight is of now: all
 * is as expected still. */
static bool is_as_before(struct run *run)
{
	cleanup_difference struct difference difference = DIFFERENCE_INIT;
	enum verdict verdict;

	return ask_before(run, &verdict, &difference, NULL) == 0 &&
	       verdict == VERDICT_EXPECTED;
}

static void say_once(const struct run *run, bool *has_told, struct err *failure)
{
	FILE *out = run->executor->out;

	err_plain(failure);
	if (!*has_told)
		fprintf(out, "    %s; trying again for up to %u seconds\n", failure->msg,
			EXECUTOR_BUSY_MS / 1000);
	fflush(out);
	*has_told = true;
}

/* Tries again for a while where the device was in use for a moment, each time verified
 * anew. */
static void perform(struct run *run, struct act_request *request, struct err *failure)
{
	const struct hands *hands = &run->executor->hands;
	int64_t deadline = hands->ops->now_ms(hands->context) + EXECUTOR_BUSY_MS;
	bool has_told = false;

	run->is_held = true;
	for (;;) {
		int r;

		*failure = ERR_INIT;
		r = name_step(run, failure);
		if (r == 0)
			r = hands->ops->perform(hands->context, request, failure);
		run->is_held &= r == -EBUSY;
		if ((r != -EBUSY && r != -EAGAIN) ||
			hands->ops->now_ms(hands->context) >= deadline)
			return;
		say_once(run, &has_told, failure);
		hands->ops->pause(hands->context, EXECUTOR_POLL_MS);
		if (!is_as_before(run))
			return;
	}
}

void executor_advance(struct executor *executor)
{
	executor->n_done++;
	executor->is_begun = false;
}

static enum exit_code stopped(const struct run *run, const char *what)
{
	report_error(run->executor->errors, "stopped in step %zu: %s", run->number, what);
	executor_say_how_far(run->executor, run->journal);
	return EXIT_STOPPED;
}

/* What the kernel shows of no process: descriptors in flight (unix(7), SCM_RIGHTS), those
 * that io_uring_register(2) took, mounts that open_tree(2) copied and namespaces that
 * only such a descriptor keeps. Seen in the lab: incidents fd-in-flight and
 * namespace-in-flight. */
static const char out_of_sight[] =
	"a descriptor that was sent over a unix socket and not received yet, a file that "
	"is registered with io_uring, or a mount or mount namespace that only such a "
	"descriptor keeps. `" OUT_OF_SIGHT_COMMAND
	"` lists the processes that have some, as /proc/PID: stop the one that holds it, "
	"or restart the host if there is none; then capture and plan again";

/* A device that somebody keeps open shows that in its open count, which is compared
 * before each attempt; a mount has none. */
static void say_nobody(const struct run *run)
{
	if (run->step->op == OP_UMOUNT && run->is_held)
		report_error(run->executor->errors,
			"%s was in use at each attempt, and no process shows by what: %s",
			run->named.target.mount_target, out_of_sight);
	else
		report_error(run->executor->errors,
			"nothing has it open now: something opens it for a moment, again "
			"and again (udev, or a program that watches devices)");
}

/* Who is in the way shows best in the whole scope, processes included. */
static void say_who(
	struct run *run, const struct err *failure, struct difference *ret_difference)
{
	struct executor *executor = run->executor;

	if (executor_compare(executor, true, NULL, ret_difference) == EXIT_DONE &&
		(failure->code == -EBUSY || failure->code == -EAGAIN))
		say_nobody(run);
}

/* The umount was right by all that could be seen before: nothing tells how many mounts a
 * superblock has, and it opens its device once for all of them. */
static void say_still_live(const struct run *run)
{
	report_error(run->executor->errors,
		"%s is unmounted, but its file system is still live: held by something "
		"that no process and no mount table shows. It may be an overlay in a "
		"namespace that is gone, %s",
		run->named.target.mount_target, out_of_sight);
}

/* What a step came to. */
struct result {
	struct err failure; /* what the operation reported */
	struct err unread;  /* why the host could not be read */
	bool is_read;
	bool is_still_live;	      /* the file system that was unmounted */
	enum verdict verdict;	      /* if it is */
	struct difference difference; /* from what was predicted */
};

static void result_free(struct result *result)
{
	difference_free(&result->difference);
}
#define cleanup_result cleanup_with(result_free)

static enum exit_code judge(struct run *run, const struct result *result)
{
	cleanup_difference struct difference now = DIFFERENCE_INIT;
	struct executor *executor = run->executor;
	const struct err *failure = &result->failure;
	struct err err = ERR_INIT;

	if (!result->is_read) {
		journal_verdict(run->journal, run->number, "unconfirmed",
			result->unread.msg, NULL, NULL);
		return stopped(run, result->unread.msg);
	}
	switch (result->verdict) {
	case VERDICT_PREDICTED:
		executor_advance(executor);
		fprintf(executor->out, "    done, and found as predicted\n");
		if (journal_verdict(run->journal, run->number, "done", NULL, NULL, &err) <
			0)
			return stopped(run, err.msg);
		return EXIT_DONE;
	case VERDICT_UNCHANGED:
		report_error(executor->errors, "step %zu changed nothing%s%s",
			run->number, failure->code ? ": " : "", failure->msg);
		if (failure->code)
			say_who(run, failure, &now);
		executor_say_difference(executor, &now);
		executor_say_how_far(executor, run->journal);
		journal_verdict(run->journal, run->number, "unchanged", NULL, NULL, NULL);
		return EXIT_DIFFERS;
	case VERDICT_DIFFERS:
	case VERDICT_EXPECTED: /* no verdicts on what a step has done */
	case VERDICT_OTHER:
	case VERDICT_SKIPPED:
		break;
	}
	report_error(executor->errors,
		"step %zu: what is found is not what was predicted%s%s", run->number,
		failure->code ? ": " : "", failure->msg);
	executor_say_difference(executor, &result->difference);
	if (result->is_still_live)
		say_still_live(run);
	journal_verdict(
		run->journal, run->number, "differs", NULL, &result->difference, NULL);
	return stopped(run, "its result is not the predicted one");
}

/* The operation ended before it changed anything. */
static enum exit_code not_acted(struct run *run, const struct err *failure)
{
	cleanup_difference struct difference difference = DIFFERENCE_INIT;
	bool is_other = failure->code == -EBUSY || failure->code == -ESTALE ||
			failure->code == -EAGAIN;

	if (is_other)
		say_who(run, failure, &difference);
	return refuse(run, is_other ? EXIT_DIFFERS : executor_cannot(run->executor),
		failure->msg, &difference);
}

/* false: do not try again. LVM does nothing where another command holds the lock or has
 * just changed the group's metadata, as happens on a busy host; both pass. */
static bool may_try_again(struct run *run, const struct result *result, unsigned tries)
{
	const struct hands *hands = &run->executor->hands;

	if (!result->is_read || result->verdict != VERDICT_UNCHANGED ||
		tries >= EXECUTOR_LVM_TRIES || !plan_op_row(run->step->op)->is_by_lvm)
		return false;
	fprintf(run->executor->out,
		"    nothing has changed; once more, if all is as before\n");
	fflush(run->executor->out);
	hands->ops->pause(hands->context, EXECUTOR_LVM_PAUSE_MS);
	return is_as_before(run);
}

static void confirm(struct run *run, struct result *result)
{
	const struct compare_question question = executor_question(run->executor,
		COMPARE_AFTER, result->failure.code ? COMPARE_FAILED : COMPARE_PLAINLY);
	cleanup_sight struct sight sight = SIGHT_INIT;

	result->unread = ERR_INIT;
	result->is_read =
		observer_compare(&run->executor->observer, &question, &result->verdict,
			&sight, &result->difference, &result->unread) == 0;
	result->is_still_live = sight_name(&sight, "live");
}

/* Acts, and reads what came of it. */
static void attempt(struct run *run, struct act_request *request, struct result *result,
	struct err *err)
{
	request->output->len = 0;
	perform(run, request, &result->failure);
	report_output(run->executor->out, request->output);
	/* the step is judged even if this cannot be written: people need to know */
	journal_outcome(run->journal, run->number, request->output,
		result->failure.code ? result->failure.msg : NULL, err);
	if (!result->failure.code || request->has_acted)
		confirm(run, result);
}

/* ---- a way back ---- */

static void say_kept(
	const struct run *run, const char *vg_name, const struct group_text *group)
{
	const char *path = run->journal->path;
	cleanup_buf struct buf name = BUF_INIT;

	journal_kept_name(run->journal->plan_digest, group->vg_uuid, &name);
	fprintf(run->executor->out,
		"    metadata of volume group %s (seqno %llu) saved to %.*s%s\n", vg_name,
		(unsigned long long)group->seqno, (int)(strrchr(path, '/') + 1 - path),
		path, buf_text(&name));
}

/* The pieces "VG-UUID PIECE" of that group. false: one is none. */
static bool join_text(const struct sight *sight, const char *vg_uuid, struct buf *ret)
{
	size_t skip = strlen(vg_uuid) + 1;

	for (size_t i = 0; i < sight->text.count; i++) {
		const char *line = sight->text.lines[i];
		cleanup_free char *piece = NULL;

		if (strlen(line) <= skip || strncmp(line, vg_uuid, skip - 1) != 0)
			continue;
		if (word_decode(line + skip, strlen(line + skip), &piece) < 0)
			return false;
		buf_puts(ret, piece);
	}
	return ret->len > 0;
}

/* It is the text of that group, with that sequence number (lvm2 format_text/export.c). */
static bool is_text_of(const struct buf *text, const struct group_text *group)
{
	char hyphens[LVM_UUID_HYPHENS + 1], id[64], seqno[64];

	lvm_uuid_hyphenate(group->vg_uuid, hyphens);
	snprintf(id, sizeof(id), "id = \"%s\"", hyphens);
	snprintf(
		seqno, sizeof(seqno), "seqno = %llu\n", (unsigned long long)group->seqno);
	return strstr(buf_text(text), id) && strstr(buf_text(text), seqno);
}

/* lvremove leaves the host without this text where LVM makes no backups, or in a file of
 * a name that only LVM knows. */
static int keep_group(const struct run *run, struct err *err)
{
	const char *vg_uuid = run->step->target.vg_uuid;
	cleanup_buf struct buf text = BUF_INIT;
	cleanup_free char *vg_name = NULL;
	struct group_text group = {.vg_uuid = vg_uuid};
	int r;

	if (!is_first_of_group(run))
		return 0;
	vg_name = names_group(&run->sight, vg_uuid, &group.seqno);
	if (!vg_name || !join_text(&run->sight, vg_uuid, &text) ||
		!is_text_of(&text, &group))
		return err_set(err, -ENODATA,
			"the metadata of volume group %s was not read, and cannot be "
			"kept",
			run->step->target.vg_name);
	group.bytes = buf_text(&text);
	group.len = text.len;
	r = journal_keep(run->journal, run->number, &group, err);
	if (r == 0)
		say_kept(run, vg_name, &group);
	return r;
}

static enum exit_code act_and_judge(struct run *run)
{
	cleanup_buf struct buf output = BUF_INIT;
	cleanup_result struct result result = {.is_read = false};
	struct act_request request = {
		.step = &run->named,
		.sight = &run->sight,
		.look = observer_look,
		.eyes = &run->executor->observer,
		.out = run->executor->out,
		.output = &output,
	};
	struct err err = ERR_INIT;
	enum exit_code code;
	unsigned tries = 0;

	if (keep_group(run, &err) < 0 ||
		journal_intent(run->journal, run->number, run->step, &err) < 0)
		return no_journal(run, &err);
	run->executor->is_begun = true;
	do
		attempt(run, &request, &result, &err);
	while (may_try_again(run, &result, ++tries));
	if (result.failure.code && !request.has_acted)
		return not_acted(run, &result.failure);
	code = judge(run, &result);
	if (code == EXIT_DONE && err.code)
		return stopped(run, err.msg);
	if (code == EXIT_DONE && request.is_udev_stuck)
		return stopped(run,
			"it is done, but udev did not handle it, and LVM would "
			"hang half-way through a next step: look at systemd-udevd");
	return code;
}

/* ---- the lock of the volume group ---- */

/* Only around a removal behind LVM's back: lvremove takes the lock itself. "": none;
 * malloc'ed. */
static char *group_to_hold(const struct executor *executor, const struct plan_step *step)
{
	if (step->op != OP_DM_REMOVE)
		return xstrdup("");
	return names_group_of_device(&executor->sight, step->target.devno);
}

void executor_release_group(struct executor *executor)
{
	struct held_group *held = &executor->held;
	const struct hands *hands = &executor->hands;

	if (held->vg_name)
		hands->ops->release(hands->context, held->vg_name, held->hold);
	free(held->vg_name);
	*held = (struct held_group){.vg_name = NULL};
}

/* Those that waited for it have their turn. */
static void give_turn(struct executor *executor)
{
	const struct hands *hands = &executor->hands;

	executor_release_group(executor);
	hands->ops->pause(hands->context, EXECUTOR_TURN_MS);
}

static int take_group(
	struct executor *executor, const char *vg_name, unsigned tries, struct err *err)
{
	const struct hands *hands = &executor->hands;
	int *hold = &executor->held.hold;
	int r;

	for (;;) {
		*err = ERR_INIT;
		r = hands->ops->hold(hands->context, vg_name, executor->out, hold, err);
		if (r != -EBUSY || --tries == 0)
			return r;
	}
}

static bool is_held(const struct executor *executor, const char *vg_name)
{
	const char *held = executor->held.vg_name;

	return held && strcmp(held, vg_name) == 0;
}

static enum exit_code hold_group(struct run *run, const char *vg_name)
{
	struct held_group *held = &run->executor->held;
	const struct hands *hands = &run->executor->hands;
	int64_t now = hands->ops->now_ms(hands->context);
	bool is_same = is_held(run->executor, vg_name);
	bool has_turn = is_same && now >= held->until;
	struct err err = ERR_INIT;

	if (has_turn)
		give_turn(run->executor);
	else if (!is_same)
		executor_release_group(run->executor);
	if (!*vg_name || held->vg_name)
		return EXIT_DONE;
	if (!lvm_name_is_valid(vg_name))
		return refuse(
			run, EXIT_DIFFERS, "its volume group has no valid name", NULL);
	if (take_group(run->executor, vg_name, has_turn ? EXECUTOR_TURN_TRIES : 1, &err) <
		0)
		return refuse(run,
			err.code == -EBUSY ? EXIT_DIFFERS
					   : executor_cannot(run->executor),
			err.msg, NULL);
	held->vg_name = xstrdup(vg_name);
	held->until = now + EXECUTOR_HELD_MS_LEAST;
	return EXIT_DONE;
}

/* ---- what LVM says ---- */

static int64_t held_ms(uint64_t took)
{
	if (took < EXECUTOR_HELD_MS_LEAST / EXECUTOR_HELD_FACTOR)
		return EXECUTOR_HELD_MS_LEAST;
	if (took > EXECUTOR_HELD_MS_MOST / EXECUTOR_HELD_FACTOR)
		return EXECUTOR_HELD_MS_MOST;
	return (int64_t)took * EXECUTOR_HELD_FACTOR;
}

/* While the group's lock is held, what LVM said before counts for this step as well. */
static int ask_metadata(struct run *run, enum verdict *ret_verdict,
	struct sight *ret_sight, struct difference *ret_difference, struct err *err)
{
	struct executor *executor = run->executor;
	const struct hands *hands = &executor->hands;
	struct held_group *held = &executor->held;
	const struct compare_question question =
		executor_question(executor, COMPARE_METADATA,
			held->is_read	? COMPARE_KEPT
			: held->vg_name ? COMPARE_HELD
					: COMPARE_FREE);
	int64_t begin = hands->ops->now_ms(hands->context);
	cleanup_free char *took = NULL;
	uint64_t ms;

	held->is_read = false;
	if (observer_compare(&executor->observer, &question, ret_verdict, ret_sight,
		    ret_difference, err) < 0)
		return -ENODATA;
	took = sight_word_of(ret_sight, "took");
	if (parse_u64(took, strlen(took), 10, &ms) == 0)
		held->until = begin + held_ms(ms);
	held->is_read = held->vg_name;
	return 0;
}

static enum exit_code verify_metadata(struct run *run)
{
	cleanup_difference struct difference difference = DIFFERENCE_INIT;
	cleanup_sight struct sight sight = SIGHT_INIT;
	struct err err = ERR_INIT;
	enum verdict verdict;

	if (run->step->op != OP_DM_REMOVE)
		return EXIT_DONE;
	if (ask_metadata(run, &verdict, &sight, &difference, &err) < 0)
		return refuse(run, executor_cannot(run->executor), err.msg, NULL);
	return judge_before(run, verdict, &sight, &difference);
}

/* The lock is kept where the next step needs it too. */
static bool is_held_on(const struct run *run)
{
	const struct orders *plan = run->executor->plan;
	cleanup_free char *next = NULL;

	if (run->executor->n_done == plan->n_steps)
		return false;
	next = group_to_hold(run->executor, &plan->steps[run->executor->n_done]);
	return is_held(run->executor, next);
}

static enum exit_code run_step(struct run *run)
{
	cleanup_free char *group = group_to_hold(run->executor, run->step);
	enum exit_code code = hold_group(run, group);

	if (code == EXIT_DONE)
		code = verify_metadata(run);
	if (code == EXIT_DONE)
		code = verify_step(run);
	if (code == EXIT_DONE)
		code = act_and_judge(run);
	if (code != EXIT_DONE || !is_held_on(run))
		executor_release_group(run->executor);
	return code;
}

enum exit_code executor_step(struct executor *executor, struct journal *journal)
{
	size_t number = executor->plan->steps[executor->n_done].number;
	struct run run = {
		.executor = executor,
		.journal = journal,
		.step = &executor->whole->steps[number - 1],
		.number = number,
	};
	enum exit_code code = run_step(&run);

	sight_free(&run.sight);
	return code;
}
