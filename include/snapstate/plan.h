/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plan <-> text (X.snapplan). Line-based, for review in an editor; canonical: the reader
 * accepts exactly the bytes that the writer makes, comments included, so that no comment
 * can mislead a reviewer. The last line is the digest of all bytes before it.
 *
 *   #!/usr/sbin/snapstate-execute
 *   snapstate-plan 2                              (1: without conditions; such plans are
 * read, and not applied) capture sha256:HEX taken 2026-11-22T03:00:00Z expires
 * 2026-11-29T03:00:00Z                  (not before it was taken; older plans have none)
 *   created-by WORD                               (program and version)
 *   select GLOB                                   (one line per glob)
 *   min-age SECONDS                               (of those globs)
 *   select-mount PATH                             (a place where the globs' producer
 * mounts its snapshots; only where one of them decided) rule NAME min-age SECONDS (of a
 * policy, see policy.h; tried in this order, rule-select GLOB behind the globs above; one
 * line per glob; rule-tags TAG,TAG                              tags only where the rule
 * wants them) rule-mount PATH                               (places where the rule's
 * producer mounts them) refresh-origin                                (only when given)
 *   single-host                                   (only when given: no other host sees
 * these groups) hosts-complete                                (only when given: all hosts
 * that reach their storage were captured) leftover-mount PATH (asserted: what is mounted
 * there is a leftover) redaction KEY-ID                              (only where the
 * capture's names are pseudonyms) after NODE sha256:HEX                         (a plan
 * of another host, by its digest, that must have been carried out before; in that order,
 * none twice) (empty line) scope device MAJ:MIN uuid U name N level identity|table|all
 *   scope block MAJ:MIN name K                    (a loop device, an array, a partition
 * of one) scope volume VG-UUID/LV-UUID                  (behind it " tags TAG,TAG" where
 * a rule wanted tags) scope group VG-UUID scope condition KIND SUBJECT [ARGUMENT]
 * (condition.h)
 *
 *   expect FACT                                   (sorted; the first is the host line)
 *
 *   step 1 umount
 *   part 1                                        (of a plan with parts)
 *   # umount /mnt/backup
 *   reason SENTENCE                               (one or more)
 *   target mount NS:ID device MAJ:MIN target T
 *   gone FACT                                     (what this step makes untrue: sorted)
 *   new FACT                                      (what it makes true: sorted)
 *   maybe gone FACT                               (consequences that depend on what else
 * the host does) maybe new FACT
 *
 *   step 2 dm-remove
 *   # dmsetup remove -u part1-LVM-...
 *   ...
 *   target device MAJ:MIN uuid U name N
 *
 *   step 3 swap-off
 *   target swap MAJ:MIN path P
 *
 *   step 4 md-stop
 *   target block MAJ:MIN name K kind md uuid U diskseq D below MAJ:MIN,... file -
 *
 *   step 5 loop-detach
 *   target block MAJ:MIN name K kind loop uuid - diskseq D below MAJ:MIN file F
 *
 *   step 6 lv-remove
 *   target volume VG-UUID/LV-UUID origin LV-UUID name VG/LV
 *
 *   step 7 lv-refresh
 *   target volume VG-UUID/LV-UUID origin - name VG/LV
 *
 *   digest sha256:HEX
 *
 * The target of md-stop and loop-detach is the begin of its block line (facts.h).
 *
 * Parts: what is removed without anything in common but volume groups and the host. A
 * plan with two of them or more has "snapstate-plan 3" in its second line. Each can be
 * left out, and they can be carried out in any order: the prover shows it. The steps of a
 * part are in a row. " part N" is behind each line of the scope but those about a whole
 * group or the host; what such a line asks for is of that part, and no step of another
 * one changes it.
 *
 * Facts follow facts.h; other words are escaped by buf_word(), sentences by buf_tail().
 * The set of facts that is expected before step n is: expect, with gone and new of
 * steps 1..n-1 applied. A plan without steps is valid: nothing to do.
 */
#ifndef SNAPSTATE_PLAN_H
#define SNAPSTATE_PLAN_H

#include "snapstate/buf.h"
#include "snapstate/err.h"
#include "snapstate/facts.h"
#include "snapstate/io.h"
#include "snapstate/limits.h"
#include "snapstate/orders.h"
#include "snapstate/policy.h"

#define PLAN_SELECT_MAX 64
#define PLAN_LEFTOVER_MOUNTS_MAX 64

struct plan {
	unsigned version; /* PLAN_VERSION of a new one */
	char capture_sha256[SHA256_HEX_LEN + 1];
	int64_t taken; /* of the capture, seconds since 1970, by that host's clock */
	int64_t expires; /* by the same clock; 0 = never said */
	char *created_by;
	char **select;
	size_t n_select;
	uint64_t min_age; /* seconds */
	char **select_mounts;
	size_t n_select_mounts;
	struct policy_rule *rules; /* all with has_min_age */
	size_t n_rules;
	bool has_refresh_origin;
	bool is_single_host;
	bool is_hosts_complete;
	char **leftover_mounts;
	size_t n_leftover_mounts;
	struct plan_after *after;
	size_t n_after;
	char redaction[REDACT_KEY_ID_LEN + 1]; /* "" = the names are the host's own */
	struct scope scope;    /* its strings are owned by the plan (plan_string) */
	struct arena *strings; /* for scope */
	struct facts expect;
	struct plan_step *steps;
	size_t n_steps;
	unsigned n_parts;		 /* 0 = it has none */
	char digest[SHA256_HEX_LEN + 1]; /* set by plan_write and plan_read */
};

struct plan *plan_new(void);
void plan_free(struct plan *plan);
static inline void plan_free_fn(struct plan **plan)
{
	plan_free(*plan);
}
#define cleanup_plan cleanup_with(plan_free_fn)

/* A new last step; targets' strings are "" (malloc'ed). Valid until the next call. */
struct plan_step *plan_step_add(struct plan *plan, enum plan_op op);
void plan_step_reason(struct plan_step *step, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/*
 * What holds, as steps are done: `now` the facts that are expected, `uncertain` those
 * that steps may have changed, depending on what else the host does; neither missing nor
 * found they make a difference. When a step begins, its consequences are admitted; what
 * it surely does, is done when it ends.
 */
void plan_step_admit(const struct plan_step *step, struct facts *uncertain);
void plan_step_end(
	const struct plan_step *step, struct facts *now, struct facts *uncertain);
/* Both after the plan's first `n_done` steps. */
void plan_predict(const struct plan *plan, size_t n_done, struct facts *ret_now,
	struct facts *ret_uncertain);

/* ---- parts ---- */

/* Whether the scope asks for this fact, and for which part; 0 = for all. */
bool plan_scope_part(const struct scope *scope, const char *fact, unsigned *ret_part);
/* The same plan with these of its parts alone, in this order: its steps, its scope, what
 * it expects. It borrows from the plan. */
struct plan *plan_arrange(const struct plan *plan, const unsigned *parts, size_t n_parts);
void plan_arranged_free(struct plan *plan);
static inline void plan_arranged_free_fn(struct plan **plan)
{
	plan_arranged_free(*plan);
}
#define cleanup_plan_arranged cleanup_with(plan_arranged_free_fn)
/* What a part removes, for people: "vg0/backup-1", "vg0/backup-1 and 2 more". */
void plan_part_label(const struct plan *plan, unsigned part, struct buf *ret_text);

/* Copies a scope into the plan. */
void plan_scope_set(struct plan *plan, const struct scope *scope);

/* Renders, and sets plan->digest. */
void plan_write(struct plan *plan, struct buf *ret_text);

/*
 * Reads hostile text. Checks grammar, limits, canonical form and digest, and that the
 * facts are consistent: every gone is expected at that point, no new is already there, a
 * volume has one line at a time, every target is in scope. A plan of an older version has
 * fewer facts than an execution needs: plan->version. Errors: "NAME:LINE: rule". -EBADMSG
 * for all that is wrong with the text.
 */
int plan_read(const char *text, size_t len, const char *name, struct plan **ret_plan,
	struct err *err);

#endif
