/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What of a plan is carried out: its steps, and what says whether they may be. plan.h has
 * the grammar, and all that a plan has besides: what was selected, what is expected.
 */
#ifndef SNAPSTATE_ORDERS_H
#define SNAPSTATE_ORDERS_H

#include "snapstate/buf.h"
#include "snapstate/err.h"
#include "snapstate/fact_set.h"
#include "snapstate/io.h"
#include "snapstate/limits.h"
#include "snapstate/redact_key.h"

#define PLAN_VERSION		3
#define PLAN_VERSION_OLDEST	1 /* that is read */
#define PLAN_VERSION_CONDITIONS 2
#define PLAN_VERSION_PARTS	3 /* has two parts or more */
#define PLAN_INTERPRETER	"/usr/sbin/snapstate-execute"
#define PLAN_REASONS_MAX	64
#define PLAN_AFTER_MAX		256
#define PLAN_MEMBERS_MAX	4096 /* of an array; the kernel's md knows fewer */

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
	const char *command;	     /* of people; "=": the value of an option */
	const char *command_without; /* where the mapping has no uuid; NULL: the same */
	const char *target;	     /* the words of its target line */
	const char
		*fact; /* how a fact about the target begins that the step makes untrue */
	const char *fact_too; /* what that fact has as well; NULL: nothing */
	const char *key;      /* what the observer is to name (observe.h) */
	const char *named; /* what of its name line is the target's under the host's own
			      names; NULL: volumes, whose groups are named apart */
	bool is_by_lvm;	   /* lvm carries it out */
	bool is_kept;	   /* the target stays, and its fact as well */
};
const struct plan_op_row *plan_op_row(enum plan_op op);
const char *plan_op_name(enum plan_op op);
int plan_op_parse(const char *name, size_t len, enum plan_op *ret_op);

/* What a step acts on. Which members are set depends on the operation (plan.h); the
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
	char *swap_path;     /* swap-off: as /proc/swaps shows it */
	char *kname;	     /* md-stop, loop-detach */
	char *array_uuid;    /* md-stop; "" = the kernel does not tell */
	char *file;	     /* loop-detach */
	uint64_t diskseq;    /* md-stop, loop-detach; 0 = the kernel does not tell */
	struct devno *below; /* md-stop: the members; loop-detach: what the file is on */
	size_t n_below;
};

struct plan_step {
	enum plan_op op;
	size_t number; /* in the plan, from 1 */
	unsigned part; /* from 1; 0 = the plan has no parts */
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

struct orders {
	unsigned version;
	char capture_sha256[SHA256_HEX_LEN + 1];
	int64_t taken;	 /* of the capture, seconds since 1970, by that host's clock */
	int64_t expires; /* by the same clock; 0 = never said */
	struct plan_after *after;
	size_t n_after;
	char redaction[REDACT_KEY_ID_LEN + 1]; /* "" = the names are the host's own */
	struct devno *devices;		       /* in the plan's scope, of device-mapper */
	size_t n_devices;
	char *host; /* the fact line that says which one it is; NULL: not read */
	struct plan_step *steps; /* their `gone`, and none of the other facts */
	size_t n_steps;
	unsigned n_parts;
	char digest[SHA256_HEX_LEN + 1];
};
void orders_free(struct orders *orders);
static inline void orders_free_fn(struct orders **orders)
{
	orders_free(*orders);
}
#define cleanup_orders cleanup_with(orders_free_fn)

/*
 * Of hostile text that plan_read() takes elsewhere. Checks the grammar of what it reads,
 * and the digest. Errors: "NAME:LINE: rule". -EBADMSG for all that is wrong with the
 * text.
 */
int orders_read(const char *text, size_t len, const char *name,
	struct orders **ret_orders, struct err *err);
/* The rules for all bytes of a plan: lines of printable ASCII. */
int plan_check_bytes(const char *text, size_t len, const char *name, struct err *err);

/* ---- a step, as text ---- */

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

#endif
