/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All that is told of hosts and their plans: collected once, in words, for the writers of
 * text, HTML, JSON, the graph and the story of a device. They choose the layout, escape
 * what came from a host, and leave out what would be too long.
 *
 *   report.c       fleet -> report
 *   worth.c        what the evidence of a host is worth
 *   now.c          what a person does next
 *   alike.c        which snapshots are told alike
 *   fleet_words.c  how plans, nodes and steps of several hosts are called
 */
#ifndef SNAPSTATE_REPORT_H
#define SNAPSTATE_REPORT_H

#include "ask.h"
#include "fleet.h"
#include "remedy.h"
#include "story.h"

/* Something that a person must know first. */
struct report_hazard {
	const struct subject *subject;
	const char *head; /* "data is being destroyed by": the subject's name follows */
	const struct reason *reason;
	char *end;	/* "Steps 1 to 3 fix this." */
	char *plan_end; /* "Plan 1 on hv7 fixes this (steps 1 to 3)."; of one host: NULL
			 */
};

/* What another host destroys of this one's volumes. */
struct report_strike {
	char *text;
	char *victim;	 /* VG/LV */
	const char *end; /* that hazard's plan_end */
};

/* A suspended device of the host, and what to do: of all of it, since a guest that waits
 * is not always one of a leftover's. */
struct report_suspended {
	const struct device *device;
	char *text;
};

/* What a person does next. */
struct report_now {
	char *text;
	char *command; /* for a shell, in printable ASCII; NULL: it is no command */
};
struct report_to_do {
	struct report_now *items; /* the first thing first */
	size_t count;
};

struct report_subject {
	const struct subject *subject;
	/* Those that decide, then what only describes, then what is not known. */
	const struct reason **reasons;
	struct remedy remedy;
	struct asks asks;
};

struct report_host {
	const struct member *member;
	struct story story;
	char *node;   /* fleet_node_words() */
	char *taken;  /* "2026-11-23 06:42:18 UTC, 54 seconds after boot" */
	char *worth;  /* what the evidence is worth, in one sentence */
	struct asks asks; /* of all that were asked for, each command once */
	/* Subjects with an outlook, in the order of `told`. */
	const struct report_subject **outlooks;
	size_t n_outlooks;
	char **asked; /* "VG/LV, older than 60 minutes", "rule NAME: ..." */
	size_t n_asked;
	const struct source **missing; /* sources that were not read as a whole */
	size_t n_missing;
	struct report_hazard *hazards;
	size_t n_hazards;
	struct report_strike *strikes;
	size_t n_strikes;
	struct report_suspended *suspended;
	size_t n_suspended;
	struct report_subject *subjects; /* in the survey's order */
	size_t n_subjects;
	/* In the order in which people read them: what is removed, what is undecided,
	 * what is refused, of each those that were asked for first. */
	const struct report_subject **told;
	size_t n_told, n_removed;
	size_t *refreshes; /* steps that belong to no subject, from 0 */
	size_t n_refreshes;
	const struct device **untouched; /* what no step removes */
	size_t n_untouched;
	size_t to_remove, refused, undecided; /* of those that were asked for */
	size_t not_asked;		      /* refused, since they were not asked for */
	struct report_to_do now;
	char *summary; /* "1 to remove in 3 steps, 0 refused, 0 undecided." */
};

/* A glob that was typed, and takes nothing on any host: mistyped, most likely. */
struct report_mistyped {
	const char *glob;
	char *there; /* "vg0/a, vg0/b and 3 more": the snapshots that there are; "" = none
		      */
};

struct report {
	const struct fleet *fleet;
	const char *output;	   /* what -o named: a plan, or a folder; NULL without */
	struct report_host *hosts; /* in the order of the fleet's members */
	size_t n_hosts;
	bool *waits; /* plan `a` for plan `b`: [a * n_plans + b] */
	struct report_mistyped *mistyped;
	size_t n_mistyped;
	struct report_to_do now; /* of several hosts, plan by plan */
	const char *asserted[2];
	size_t n_asserted;
};

/* The fleet is ordered, and must outlive the report. */
void report_collect(const struct fleet *fleet, const char *output, struct report *ret);
void report_free(struct report *report);
#define cleanup_report cleanup_with(report_free)

bool report_is_hazard(const struct report_host *host, const struct subject *subject);
#define REPORT_ALIKE_LEAST 4 /* so many are told as a group */
/* The same verdict, and the same kinds of reasons and of things to do: one stands for the
 * other. A hazard is told on its own (alike.c). */
bool report_is_alike(const struct report_host *host, const struct report_subject *a,
	const struct report_subject *b);
/* The groups of told[]: each member has the index of its leader, the first of its group;
 * what is in no group has its own. Freed by the caller. */
#define REPORT_GROUPS_MOST 100 /* what is of none of these is in no group */
struct report_group {
	size_t leader;
	size_t n_others; /* of a leader: how many more are in its group */
};
struct report_group *report_groups(const struct report_host *host);
/* Is data at risk or being lost, on any host? */
bool report_has_hazard(const struct report *report);
/* Is nothing selected, on no host? */
bool report_is_empty(const struct report *report);
/* Data are lost now, not only unprotected. */
static inline bool report_is_destruction(const struct report_hazard *hazard)
{
	return hazard->reason->rule == RULE_STALE_CORRUPTING;
}
static inline bool report_is_of_several(const struct report *report)
{
	return report->n_hosts > 1;
}
/* Does plan `a` wait for plan `b`? */
static inline bool report_waits(const struct report *report, size_t a, size_t b)
{
	return report->waits[a * report->fleet->n_plans + b];
}
/* On which side a reason is: against the removal, not known, for it, only seen. */
struct report_side {
	const char *lead, *heading; /* of the text and of the page */
};
const struct report_side *report_side(
	const struct subject *subject, const struct reason *reason);
/* "REMOVE" */
const char *report_verdict(enum verdict verdict);
/* "1 mount", "2 processes" */
void report_counted(struct buf *text, size_t count, const char *noun);
size_t report_holding_processes(const struct host *host);
/* now.c: of a host of which all else is collected; of several, what is done on them in
 * order. */
void now_collect(const struct report *report, struct report_host *it);
void now_collect_plans(struct report *report);
/* How the plan is carried out, but for its file; with the journals that it requires,
 * those of the plans before it: by name, if they are at most `most`. */
void now_put_apply(const struct plan *plan, size_t most, struct buf *words);
/* What a person must do first before it is planned again; NULL: nothing helps. */
const struct action *now_first_action(const struct report_subject *told);
/* The length of what comes first of an action's text; the rest explains it. */
size_t now_first_clause(const char *text);
/* now.c: without its folders. */
const char *report_file_name(const char *path);
/* Sentences, escaped. */
struct words {
	char **items;
	size_t count;
};
void words_free(struct words *words);
#define cleanup_words	     cleanup_with(words_free)
#define REPORT_MESSAGES_MOST 50
/* imported.c: of an import, what became of each file and each pasted command; and what
 * messages say that name no volume. */
void report_imported(const struct host *host, struct words *ret);
void report_host_messages(const struct host *host, struct words *ret);
/* worth.c: of a host whose missing sources are collected; malloc'ed. */
char *report_worth(const struct report_host *host);
/* Volumes that texts name (host->shown). */
size_t report_named_volumes(const struct host *host);

/* ---- plans, nodes and steps of several hosts (fleet_words.c) ---- */

/* The member's node, with its machine-id where another member has that node too, and its
 * boot-id where that has the same machine-id. It came
 * from a host: who prints it escapes it. */
void fleet_node_words(const struct fleet *fleet, size_t member, struct buf *text);
/* A member's plans in their order, and which steps of its whole each has; from {0} on. */
struct fleet_steps {
	size_t plan, first, count;
	size_t next; /* plan */
};
bool fleet_steps_next(
	const struct fleet *fleet, size_t member, struct fleet_steps *steps);
/* "step 4", "steps 1 to 3": of its whole. */
void fleet_steps_words(const struct fleet_steps *steps, struct buf *text);
/* Where a member's plans have step `whole` of its whole; all count from 0. false:
 * nowhere. */
bool fleet_find_step(const struct fleet *fleet, size_t member, size_t whole,
	size_t *ret_plan, size_t *ret_step);
/* Which plan waits for which; struct report. malloc'ed. */
bool *fleet_waits(const struct fleet *fleet);

#endif
