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
#include "snapstate/policy.h"

#define PLAN_VERSION	2
#define PLAN_VERSION_OLDEST 1 /* that is read */
#define PLAN_VERSION_CONDITIONS 2
#define PLAN_INTERPRETER "/usr/sbin/snapstate-execute"
#define PLAN_REASONS_MAX 64
#define PLAN_SELECT_MAX 64
#define PLAN_LEFTOVER_MOUNTS_MAX 64
#define PLAN_AFTER_MAX 256
#define PLAN_MEMBERS_MAX 4096 /* of an array; the kernel's md knows fewer */

/* How many of the digest's first digits one types to have a plan applied. */
#define PLAN_CONFIRM_DIGITS 8

/* The closed set of operations. */
enum plan_op {
	OP_UMOUNT,
	OP_DM_REMOVE,
	OP_LV_REMOVE,
	OP_LV_REFRESH,
	OP_SWAP_OFF,
	OP_MD_STOP,
	OP_LOOP_DETACH,
};
#define PLAN_OPS (OP_LOOP_DETACH + 1)

/* All that distinguishes one in text. The letters in a grammar: plan_ops.c. */
struct plan_op_row {
	const char *name;
	const char *command; /* of people; "=": the value of an option */
	const char *command_without; /* where the mapping has no uuid; NULL: the same */
	const char *target;	     /* the words of its target line */
	const char
		*fact; /* how a fact about the target begins that the step makes untrue */
	const char *fact_too;	     /* what that fact has as well; NULL: nothing */
	const char *key;   /* what the observer is to name (observe.h) */
	const char *named; /* what of its name line is the target's under the host's own
			      names; NULL: volumes, whose groups are named apart */
	bool is_by_lvm;	   /* lvm carries it out */
	bool is_kept;	   /* the target stays, and its fact as well */
};
const struct plan_op_row *plan_op_row(enum plan_op op);
const char *plan_op_name(enum plan_op op);
int plan_op_parse(const char *name, size_t len, enum plan_op *ret_op);

/* What a step acts on. Which members are set depends on the operation, see above; the
 * others are zero or "". Strings are owned by the plan. */
struct plan_target {
	uint64_t namespace_id; /* umount */
	uint32_t mount_id;
	char *mount_target;
	struct devno devno; /* all but lv-remove and lv-refresh */
	char *dm_uuid;	    /* dm-remove; "" = the mapping has none */
	char *dm_name;
	char *vg_uuid; /* lv-remove, lv-refresh: plain 32 characters */
	char *lv_uuid;
	char *origin_uuid; /* lv-remove */
	char *vg_name;
	char *lv_name;
	char *swap_path;  /* swap-off: as /proc/swaps shows it */
	char *kname;	  /* md-stop, loop-detach */
	char *array_uuid; /* md-stop; "" = the kernel does not tell */
	char *file;	  /* loop-detach */
	uint64_t diskseq; /* md-stop, loop-detach; 0 = the kernel does not tell */
	struct devno *below; /* md-stop: the members; loop-detach: what the file is on */
	size_t n_below;
};

struct plan_step {
	enum plan_op op;
	struct plan_target target;
	char **reasons;
	size_t n_reasons;
	struct facts gone, new, maybe_gone, maybe_new;
};

/* A plan that must have been carried out before. */
struct plan_after {
	char *node;
	char digest[SHA256_HEX_LEN + 1];
};

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

/* The command that a person would type for this step, on one line:
 *   umount /mnt/backup
 *   dmsetup remove -u UUID            (dmsetup remove NAME where there is no uuid)
 *   swapoff PATH
 *   mdadm --stop /dev/KNAME
 *   losetup -d /dev/KNAME
 *   lvremove -y VG/LV
 *   lvchange --refresh VG/LV
 * Shell-quoted where a name needs it. For people only; the executor never runs it. */
void plan_step_command(const struct plan_step *step, struct buf *ret_text);

/* A grammar of its operation's row, filled. */
void plan_target_print(
	const struct plan_target *target, const char *grammar, struct buf *ret_text);
/* The member that a letter stands for, one of the strings. */
char **plan_target_string(struct plan_target *target, char letter);

/* The words of the step's target line behind "target "; the executor's journal repeats
 * them. */
void plan_step_target(const struct plan_step *step, struct buf *ret_text);

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

/*
 * Of a plan that plan_read() takes elsewhere: what it takes to carry it out, and no more.
 * *ret_plan has the version, the capture, the times, redaction, the plans before it, the
 * numbers of the devices in its scope, the host line of its facts, and of each step the
 * operation, the reasons, the target and `gone`; all else is empty. Checks the grammar of
 * these, and the digest. Errors as above.
 */
int plan_read_orders(const char *text, size_t len, const char *name,
	struct plan **ret_plan, struct err *err);
/* The rules for all bytes of a plan: lines of printable ASCII. */
int plan_check_bytes(const char *text, size_t len, const char *name, struct err *err);

#endif
