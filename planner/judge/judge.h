/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is there, and what becomes of it. All is pure: a host in, a survey out; no pass
 * reaches a live machine, and none prints.
 *
 *   - survey.c: host -> subjects: every snapshot and what looks like the remains of one
 *   - classify.c: subjects -> reasons, verdict and class, by the rules of rules.c
 *   - outlook.c: of what is undecided, what the evidence so far speaks for
 *   - fleet_join.c: what each of several captures says of the same snapshot
 *
 * Helpers: evidence.c (what a source covers), messages.c (what LVM and the kernel say),
 * select.c (the operator's rules), policy.c (their files), stack.c and
 * stack_layers.c (what is on what), mapping.c (which mappings may go with a snapshot),
 * mounts.c (which mounts one umount takes away).
 */
#ifndef SNAPSTATE_JUDGE_H
#define SNAPSTATE_JUDGE_H

#include "snapstate/host/holders.h"
#include "snapstate/host/shown.h"
#include "snapstate/plan.h"

#define SELECT_DEFAULT	"onapp-*/backup-*"
#define MIN_AGE_DEFAULT 3600
#define VALID_DEFAULT	(7 * 86400)
/* Of SELECT_DEFAULT; policies/onapp.policy says where they come from. */
#define SELECT_DEFAULT_MOUNTS 3
extern const char *const select_default_mounts[SELECT_DEFAULT_MOUNTS];

/* What one plan goes through for one snapshot; with more it is undecided. So a planner's
 * work is proportional to what it read. */
#define STACK_MOST    64  /* mappings, block devices, mounts and swap areas on it */
#define SIBLINGS_MOST 100 /* on one layer: the origin and its snapshots */
/* Of an origin's other snapshots, those that are named for one thing: each has what is
 * its own in its own section, and N sections that name N of them are N times N lines. */
#define NEIGHBOURS_MOST 1
#define ALIKE_MOST    12 /* other reasons of one rule that are told */
#define BEYOND_MOST   8	 /* layers above what is also on something else */
#define COMMANDS_MOST 8	 /* commands of LVM that are named */
#define USERS_MOST    12 /* processes that are named */
#define PLACES_MOST                                                                      \
	256 /* mounts, uses or swap areas of one device that are looked at               \
	     */

struct known;  /* known.h */
struct ledger; /* snapstate/ledger.h */

/* What the operator asked for. Strings are borrowed. */
struct request {
	const char **select; /* VG/LV globs */
	size_t n_select;
	bool is_select_default; /* nobody typed it */
	int64_t min_age;	/* seconds; of those globs */
	const char *const
		*select_mounts; /* where what they select is mounted; policy.h */
	size_t n_select_mounts;
	const struct policy_rule *rules; /* of policies, tried behind the globs */
	size_t n_rules;
	int64_t valid; /* seconds from the capture until the plan expires; 0 = never */
	bool has_refresh_origin;
	bool is_single_host;	/* asserted: no other host sees these volume groups */
	bool is_hosts_complete; /* asserted: of every host that reaches the storage of
				 * these volume groups, a capture is given */
	const struct host *
		*captures; /* all that were given, of several hosts, by node; borrowed */
	size_t n_captures;
	const char **leftover_mounts; /* asserted: what is mounted there is a leftover */
	size_t n_leftover_mounts;
	/* Shipped policies, for a list of all snapshots, which also tells of those that
	 * were not asked for what they would be; NULL = no list is wanted. */
	const struct known *known;
	uint64_t rules_off; /* bits of enum rule; tests only, to show that each rule
			       matters */
};

enum verdict {
	VERDICT_REMOVE,
	VERDICT_UNDECIDED,
	VERDICT_REFUSE,
};
const char *verdict_name(enum verdict verdict);

/* ---- rules ---- */

enum rule {
	/* they say what the subject is; on their own they leave it removable */
	RULE_LEFTOVER,
	RULE_INVALID,
	RULE_OVERFLOWED,
	RULE_STALE,
	RULE_STALE_CORRUPTING,
	RULE_SHRUNK,
	RULE_ORPHAN_COW,
	RULE_MOUNTED_IDLE,
	RULE_MAPPED_IDLE,
	RULE_HELD_IDLE,
	RULE_FSTAB,
	RULE_LEFTOVER_MOUNT,
	RULE_SHOWN,
	RULE_ACTIVE_TWICE,
	/* they keep it: undecided */
	RULE_EVIDENCE_MISSING,
	RULE_TOO_YOUNG,
	RULE_COMMAND_RUNNING,
	RULE_UNSETTLED,
	RULE_DISAGREE,
	RULE_HALF_REMOVED,
	RULE_NOT_ACTIVE_HERE,
	RULE_SHARED_VG,
	RULE_HOST_MISSING,
	RULE_OPENS_UNEXPLAINED,
	RULE_UNPLACED,
	RULE_STALE_SIBLING,
	RULE_MOUNTED_READ_WRITE,
	RULE_CONFIGURED,
	RULE_TOO_MUCH,
	RULE_STALE_VOLUME,
	RULE_MESSAGE,
	/* they keep it: refuse */
	RULE_LOST_VOLUME,
	RULE_GUEST_VOLUME,
	RULE_BACKUP_RUNNING,
	RULE_VM_RUNNING,
	RULE_IN_USE,
	RULE_HELD,
	RULE_FOREIGN_MAPPING,
	RULE_MOUNTED_AS_SYSTEM,
	RULE_MOUNTED_ELSEWHERE,
	RULE_MOUNTED_BELOW,
	RULE_HIDDEN_FS,
	RULE_MERGING,
	RULE_NOT_A_SNAPSHOT,
	RULE_ORIGIN,
	RULE_ORPHAN_LAYER,
	RULE_THIN,
	RULE_VIRTUAL_ORIGIN,
	RULE_NO_ORIGIN,
	RULE_VG_UNSAFE,
	RULE_NOT_LVM,
	RULE_KEPT_ELSEWHERE,
	RULE_ACTIVE_ELSEWHERE,
	RULE_NOT_SELECTED,
	RULES_COUNT,
};

struct rule_text {
	const char *name; /* also the class of a subject that this rule decides */
	enum verdict verdict;
	const char *meaning;  /* one sentence, for reviews */
	const char *evidence; /* what in a capture shows it; for docs/verdicts.md */
	const char *remedy;   /* what a person does then; also for reviews */
};
const struct rule_text *rule_text(enum rule rule);
/* What a hazard's head says in front of the subject's name; NULL: the rule is no hazard.
 */
const char *rule_hazard(enum rule rule);
/* true: it only describes, and is never a class: what it tells of, the plan undoes. */
bool rule_is_hint(enum rule rule);

/* ---- evidence (evidence.c) ---- */

/* What can be asked for, the most telling first: a row of ask.c each. */
enum evidence {
	EVIDENCE_USERS,	      /* the processes that use a mount */
	EVIDENCE_DEVICES,     /* number, uuid, open count, state of mappings */
	EVIDENCE_MOUNTS,      /* in every mount namespace */
	EVIDENCE_TABLES,      /* of mappings */
	EVIDENCE_HOLDERS,     /* what is on a device: mappings, arrays, loop devices */
	EVIDENCE_STATUS,      /* of a snapshot: valid, Invalid, Overflow, how full */
	EVIDENCE_VOLUMES,     /* LVM's list: origin, attributes, creation time */
	EVIDENCE_OPENERS,     /* the processes that have a device open */
	EVIDENCE_SUPERBLOCKS, /* file systems that are live without a mount */
	EVIDENCE_SWAPS,
	EVIDENCE_ARRAYS,
	EVIDENCE_LOOPS,
	EVIDENCE_EXTENTS, /* LVM's metadata with its extents, and where its disks are */
	EVIDENCE_DISKS,	  /* LVM's list of its disks: seen twice, or missing */
	EVIDENCE_FSTAB,
	EVIDENCE_COMMANDS, /* commands of LVM and device-mapper, backup programs */
	EVIDENCE_TIME,	   /* when it was collected */
	EVIDENCE_LOG,	   /* the kernel's */
	EVIDENCE_HOSTS,	   /* a capture of another host */
	EVIDENCE_WHOLE,	   /* a capture of this one */
	EVIDENCE_KINDS,
};
#define WANTS(kind) (1u << EVIDENCE_##kind)

/* How much of a source there is. What it shows is a fact; what one shows that does not
 * cover all says nothing by what it does not show. */
enum coverage {
	COVERS_NOTHING,
	COVERS_PART,
	COVERS_ALL,
};
enum coverage host_coverage(const struct host *host, const char *source);
const char *coverage_name(enum coverage coverage);
/* For people, where the kernel tells no diskseq: by what a device is known then, and what
 * that does not tell. NULL: it does, or nothing is known of it. */
const char *host_known_by(const struct host *host);
/* Bits of enum evidence that would stand for the source. */
unsigned source_wants(const char *source);
/* Bits of enum evidence that tell more of what a rule says. */
unsigned rule_wants(enum rule rule);
/* What people call the source; NULL: it is told by its name. */
const char *source_words(const char *source);

/* ---- what LVM and the kernel say (messages.c) ---- */

/* What must be shown beside a message, so that it is explained by that. */
enum message_effect {
	MESSAGE_TELLS,	   /* nothing: it speaks against no removal */
	MESSAGE_OF_HOLDER, /* another block device on it */
	MESSAGE_OF_MOUNT,
	MESSAGE_OF_OPENER, /* anybody who has it open */
	MESSAGE_OF_USER,   /* of what is mounted: a mount alone does not explain it */
	MESSAGE_FORBIDS,   /* nothing explains it away */
};
struct message_cause {
	const char *pattern; /* substrings in this order, with * between */
	const char *cause;   /* a few words */
	const char *meaning; /* what it says, for people */
	enum message_effect effect;
	unsigned wants; /* bits of enum evidence: the next questions */
	/* It names a disk, and is about all volumes that may be on it. */
	bool is_of_disks;
};
/* NULL: none of the known ones. */
const struct message_cause *message_cause(const char *text);
extern const struct message_cause message_causes[];
extern const size_t n_message_causes;

/* ---- reasons ---- */

/* Whom a reason is about: what several reasons name is one thing to do. */
enum about_kind {
	ABOUT_NOTHING,
	ABOUT_PROCESS,
	ABOUT_DEVICE, /* of device-mapper */
	ABOUT_BLOCK,
	ABOUT_MOUNT,
	ABOUT_SWAP,
	ABOUT_KERNEL_HOLDER,
	ABOUT_CHANGE,
	ABOUT_FSTAB,  /* an entry of /etc/fstab */
	ABOUT_CONFIG, /* one of another configuration */
	ABOUT_LV,     /* another volume: a victim, or one that is in the way */
};

struct about {
	enum about_kind kind;
	const void *it; /* in the host's array of that kind */
};

struct reason {
	enum rule rule;
	char *text;
	struct about about;
	unsigned wants; /* bits of enum evidence that would tell more */
	/* It is there because something is not known: with the evidence it could be gone.
	 * Else it is a fact. */
	bool is_unknown;
};

/* ---- subjects ---- */

enum subject_kind {
	SUBJECT_VOLUME, /* a logical volume of the metadata */
	SUBJECT_STALE,	/* LVM devices in the kernel whose volume the metadata does not
			   know */
	SUBJECT_LAYER,	/* a -real layer that no table refers to: `real` */
	SUBJECT_OTHER,	/* a device that only looks like one of these */
	SUBJECT_SHOWN,	/* a volume that an import knows by its name alone: `shown` */
	SUBJECT_HOST, /* the host itself, when not even the list of devices could be read
		       */
};

/* One thing that is on a subject: a mapping, or another block device. */
struct layer {
	const struct device *device; /* one of the two */
	const struct block *block;
};

/* What the evidence so far speaks for, beside VERDICT_UNDECIDED. */
enum outlook {
	OUTLOOK_NONE,	/* the verdict is another one */
	OUTLOOK_REMOVE, /* all that is known fits a leftover, nothing speaks against it */
	OUTLOOK_OPEN,	/* neither of the two */
	OUTLOOK_KEEP,	/* something speaks for keeping it */
};
const char *outlook_name(enum outlook outlook);
/* What it means, for people. */
const char *outlook_meaning(enum outlook outlook);

/* One snapshot, or what is left of one; or a plain volume that is active without LVM's
 * knowledge: that is `snapshot` then. Pointers lead into the host. */
struct subject {
	enum subject_kind kind;
	char *label;   /* "VG/LV", or a dm name */
	char *vg_uuid; /* "" for others */
	char *lv_uuid;
	const struct lv *lv;
	const struct shown *shown; /* what texts say of it, in the host's array */
	size_t n_shown;
	const struct device *snapshot;
	const struct device *cow;
	const struct device *real;   /* what the snapshot's table calls its origin */
	const struct device *origin; /* the visible volume on top of `real` */
	struct layer *layers;	     /* what is on snapshot or cow, topmost first */
	size_t n_layers;
	size_t n_on_snapshot; /* the first ones; the others are on cow only */
	struct devno *owned;  /* of the layers: those on the snapshot, sorted, then the
			       * others, sorted */
	const struct device **above; /* the mappings among them */
	size_t n_above;
	bool is_selected;
	/* The node of another host where it is active too, and whose plan removes the
	 * volume: only the mappings go here. NULL = there is none; borrowed. */
	const char *active_on;
	const struct policy_rule *rule; /* that selected it; NULL = a glob of --select */
	/* It is mounted read-write, and only its origin's being in use shows that it is a
	 * leftover: so that must last. */
	bool needs_origin_in_use;
	bool is_at_select_mount; /* the places of --select's globs show it */
	/* Configurations mount it there, and the place decides that it is a leftover all
	 * the same; NULL = none does. */
	const char *configured_mount;
	struct reason *reasons;
	size_t n_reasons;
	enum rule decisive; /* gives the class */
	/* Of one that was not asked for, where request.known is set: the class if it
	 * were, by what is on this host alone. */
	enum rule otherwise;
	enum verdict verdict;
	enum outlook outlook;
	size_t first_step, n_steps; /* in the plan */
	/* Of OUTLOOK_REMOVE: what a person would type if the answers confirm it, in this
	 * order. Never a part of a plan. */
	char **would;
	size_t n_would;
};

/* What is found of a device once, for all subjects that it has to do with. */
struct base {
	bool is_known;
	const struct device *origin; /* the visible volume on this -real layer */
	size_t n_on;		     /* mappings on it; 0 without an index */
	size_t n_subjects;	     /* whose -real layer it is */
	size_t subject;		     /* whose snapshot or COW it is, from 1, once all are
				      * judged; 0: none */
};

struct survey {
	const struct host *host;
	const struct request *request;
	struct subject *subjects; /* hazards first, then by label */
	size_t n_subjects;
	struct base *bases; /* by a device's position */
	/* Mount namespaces whose table was not read, by position. */
	size_t *unread_spaces;
	size_t n_unread_spaces;
	/* host_lvm_unread() */
	struct devno *unread;
	size_t n_unread;
};

/* Finds all subjects. */
void survey_collect(
	const struct host *host, const struct request *request, struct survey *ret);
void survey_free(struct survey *survey);
static inline void survey_free_fn(struct survey *survey)
{
	survey_free(survey);
}
#define cleanup_survey cleanup_with(survey_free_fn)

/* true: a volume without a snapshot target that LVM does not know and the kernel has. */
bool subject_is_plain(const struct subject *subject);
/* Of a device of the host. */
struct base *survey_base(const struct survey *survey, const struct device *device);
/* "; LVM did not look at slow (254:9, delay), sdc (8:32)"; nothing where it looked at
 * all. */
void survey_unread_words(const struct survey *survey, struct buf *text);

/* ---- selection (select.c) ---- */

/* "onapp-aaaa/backup-dddd" with its tags (struct lv; NULL = not known) against the globs
 * of
 * --select, then the rules. *ret_rule is the first that matches, NULL for a glob of
 * --select; untouched where nothing does. */
bool request_selects(const struct request *request, const char *label, const char *tags,
	const struct policy_rule **ret_rule);
/* Does the dm name look like a mapping of a selected volume: the volume's own name, or
 * its dm name (VG and LV with doubled hyphens), with anything behind it? */
bool request_selects_name(const struct request *request, const char *dm_name,
	const struct policy_rule **ret_rule);
/* true: this glob of --select takes that subject, by one of the two. */
bool glob_takes(const char *glob, const struct subject *subject);
/* Any volume of that group. */
bool request_selects_group(const struct request *request, const char *vg_name);
/* What says that a selected snapshot is a leftover where it is mounted on `target`. */
enum place_kind {
	PLACE_NONE,
	PLACE_OF_SELECT, /* *ret_place: of the globs */
	PLACE_OF_RULE,	 /* of the rule that selected it */
	PLACE_ASSERTED,	 /* by --leftover-mount */
};
enum place_kind subject_place(const struct request *request,
	const struct subject *subject, const char *target, const char **ret_place);
/* What the first such statement of a text says of it; NULL: none does. */
const char *subject_shown(const struct subject *subject, enum shown_kind kind);
/* Seconds, by the rule that selected it. */
int64_t subject_min_age(const struct request *request, const struct subject *subject);

/* Gives every subject its reasons and verdict, and brings hazards to the front. */
void classify_survey(struct survey *survey);
void subject_reason(struct subject *subject, enum rule rule, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Behind the text of its newest reason. */
void subject_add_words(struct subject *subject, const char *words);
/* Whom its newest reason is about. */
void subject_about(struct subject *subject, enum about_kind kind, const void *it);

/* Its newest reason is there for want of this (bits of enum evidence). */
void subject_unknown(struct subject *subject, unsigned wants);
/* Its newest reason is a fact, and this would tell more. */
void subject_wants(struct subject *subject, unsigned wants);
/* Bits of enum evidence that its reasons want, and that would decide. */
unsigned subject_asks(const struct subject *subject);

/* Of the hosts that were captured with this one, those whose captures show the group: the
 * argument of CONDITION_HOSTS. */
void sharing_nodes(
	const struct survey *survey, const char *vg_uuid, struct buf *ret_nodes);

/* Its strictest reason decides; after another reason was added. */
void subject_decide(struct subject *subject);
/* After verdicts got stricter: those that cannot go alone stay as well. Returns whether
 * there was one. */
bool classify_siblings(struct survey *survey);

/* outlook.c: gives every subject its outlook, by its reasons alone. Again after verdicts
 * got stricter. */
void outlook_survey(struct survey *survey);

/* true: something that was asked for was refused or is undecided. */
bool survey_has_kept(const struct survey *survey);

/* ---- words and reasons that reports share ---- */

/* It describes, and tells what a person should know or do whatever the verdict is. */
bool reason_advises(const struct reason *reason);
bool reason_is_guest_volume(const struct reason *reason);
bool rule_spoils_backup(enum rule rule);

/* "3 hours" */
void print_duration(struct buf *text, int64_t seconds);
/* "1 by mapping, 2 by process"; nothing where no open was found. */
void ledger_words(struct buf *text, const struct ledger *ledger);
/* "2026-11-19 03:00:00 UTC, 3 days before the capture" */
void print_age(struct buf *text, const struct host *host, int64_t when);

/* ---- helpers ---- */

/* Only mappings go of it here. */
static inline bool subject_is_mapping(const struct subject *subject)
{
	return subject->kind == SUBJECT_STALE || subject->active_on;
}

/* How many device-mapper devices the device is on, itself included, through partitions,
 * arrays and loop devices; at most `most`. */
size_t stack_height(const struct host *host, struct devno devno, size_t most);
/* What is on `base`, directly or not, each once, topmost first. malloc'ed. Of what is
 * above something that is also on something else, a few only: it keeps the snapshot
 * in any case. Without `except` (NULL: none), and what is on `base` by that alone. */
void stack_layers(const struct host *host, const struct device *base,
	const struct device *except, struct layer **ret_layers, size_t *ret_count);
/* What LVM calls its visible device: of "vg/a-b" it is vg-a--b. */
void subject_dm_name(const struct subject *subject, struct buf *name);
struct devno layer_devno(const struct layer *layer);
/* The mappings of snapshot, cow and what is on them: calls `visit` for each; stops at
 * false. */
typedef bool (*device_visitor)(void *context, const struct device *device);
void subject_devices(const struct subject *subject, device_visitor visit, void *context);
/* Who holds one of these devices; of each the first ones. */
struct holders subject_holders(const struct host *host, const struct subject *subject,
	enum holder_shape shape, size_t most);
/* The device of the origin into which the kernel merges the subject: LVM gives it the
 * target then, and the snapshot's own device an error (lvm2 lib/activate/dev_manager.c,
 * _add_snapshot_merge_target_to_dtree; seen in the lab). A guest may run on
 * it. NULL: none. */
const struct device *subject_merged_into(const struct subject *subject);
/* Such a device, of any snapshot. A snapshot's own with the status "Merge failed" is
 * none: it is still one of its origin. */
bool device_is_merging(const struct device *device);
/* true: one of these devices. */
bool subject_owns(const struct subject *subject, struct devno devno);
/* true: one of the layers on its snapshot. */
bool subject_has_on_snapshot(const struct subject *subject, struct devno devno);

/* The entry of /etc/fstab that puts something else than this subject there when the host
 * starts; NULL: none. */
const struct fstab_entry *fstab_rival(
	const struct host *host, const struct subject *subject, const char *target);
/* true: its source is one of the subject's devices, or its volume. */
bool fstab_names(const struct host *host, const struct subject *subject,
	const struct fstab_entry *entry);
/* true: a place of the host's own file systems: /, /usr, /home, /var/lib, ... */
bool mount_target_is_system(const char *target);

#endif
