/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a person must do, or supply, so that a subject that stays becomes removable: from
 * its reasons and the host to an ordered list of actions, each with the rules that it
 * answers.
 *
 * Invariants: one action for each holder, however many reasons name it; nothing is listed
 * that the plan itself undoes once the rest is done, or that goes with something listed;
 * where nothing helps, one sentence says so. After the actions a new capture decides
 * again.
 */
#ifndef SNAPSTATE_REMEDY_H
#define SNAPSTATE_REMEDY_H

#include "judge.h"

struct mount;
struct process;

enum action_kind {
	ACTION_DO,
	ACTION_WAIT,	/* for what, or until when */
	ACTION_SUPPLY,	/* evidence, or a wider request */
	ACTION_KEEP,	/* what must not be done, or must be known before it goes */
	ACTION_NOTHING, /* nothing helps; the only one of its subject */
	ACTION_ADVISE,	/* besides: it changes no verdict */
};
const char *action_kind_name(enum action_kind kind);

struct action {
	enum action_kind kind;
	struct about about; /* ABOUT_NOTHING: it is told by its rule */
	uint64_t rules;	    /* bits of enum rule: the reasons that it answers */
	unsigned stage;	    /* when it is its turn */
	char *text;
};

struct remedy {
	struct action *actions;
	size_t n_actions;
};

void remedy_collect(const struct survey *survey, const struct subject *subject,
	struct remedy *ret_remedy);
void remedy_free(struct remedy *remedy);
/* "in-use, mounted-elsewhere" */
void remedy_print_rules(const struct action *action, struct buf *text);
#define cleanup_remedy cleanup_with(remedy_free)

/* remedy_words.c: what to do about one reason. The text is added to `text`. */
enum action_kind remedy_words(const struct survey *survey, const struct subject *subject,
	const struct reason *reason, struct buf *text);
/* "process 812 (nginx)" */
void remedy_process_words(const struct process *process, struct buf *text);
/* remedy_lvm.c: of states of LVM and of suspended devices. `subject` may be NULL for a
 * device of no subject. */
enum action_kind remedy_thin_words(
	const struct host *host, const struct subject *subject, struct buf *text);
enum action_kind remedy_merge_words(
	const struct host *host, const struct subject *subject, struct buf *text);
enum action_kind remedy_remains_words(
	const struct host *host, const struct subject *subject, struct buf *text);
enum action_kind remedy_layer_words(
	const struct host *host, const struct subject *subject, struct buf *text);
bool remedy_is_suspended(const struct device *device);
void remedy_resume_words(
	const struct device *device, const struct subject *subject, struct buf *text);
/* remedy_config.c: of a line of a configuration, and what to do about one that a plan
 * goes past. */
enum action_kind remedy_config_words(
	const struct subject *subject, const struct reason *reason, struct buf *text);
void remedy_config_advice(const struct host *host, const struct subject *subject,
	const struct reason *reason, struct buf *text);
/* remedy_advice.c: what a person should know or do besides; it changes no verdict. */
/* What stands for all that one piece of advice answers. */
struct about remedy_advice_key(const struct reason *reason);
void remedy_advice_words(const struct survey *survey, const struct subject *subject,
	const struct reason *reason, struct buf *text);
/* remedy_manager.c: behind other words, the tool of who manages the volume, if its name
 * or its origin's tells. */
void remedy_manager_of(
	const struct host *host, const struct subject *subject, struct buf *text);
/* By one label, "VG/LV". false: it tells nobody. */
bool remedy_manager_words(const char *label, struct buf *text);
/* remedy_service.c: in place of ending it; false: it is none of them. */
bool remedy_service_words(const struct process *process, struct buf *text);
/* Behind other words, of a process that may be tapdisk. */
void remedy_tapdisk_words(const struct process *process, struct buf *text);
/* remedy_namespace.c: the same for a whole mount namespace: all that lives in it and
 * keeps a mount there. */
enum action_kind remedy_namespace_words(const struct survey *survey,
	const struct subject *subject, const struct mount *mount, struct buf *text);

#endif
