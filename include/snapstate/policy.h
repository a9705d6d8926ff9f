/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A policy: rules that say which snapshots are meant for removal, kept in a file. A rule
 * selects, and says where its producer mounts them; whether what it selects may go is
 * judged in the same way for every rule, so that no rule can override a refusal.
 *
 *   # what it is for, who wrote it              (whole lines only: a tag may hold a '#')
 *   rule proxmox-vzdump                         (a name, once in all files that are read)
 *   select VG/LV                                (one or more globs: any of them)
 *   min-age DURATION                            (at most once: 90s, 30m, 24h, 7d)
 *   tag TAG                                     (any number of LVM's tags: all of them)
 *   mount PATH                                  (any number: where the producer mounts
 * them)
 *
 * A rule ends where the next one begins, or the file. Blanks and tabs around the words,
 * and empty lines, mean nothing. The rules are tried in the order in which they stand;
 * the first that matches selects, and gives its minimum age. Without min-age it is that
 * of the command line. Any of several tags: write a rule for each.
 *
 * A `mount` answers one question, and no other: a snapshot that is mounted read-write
 * while nobody uses its origin may be what production runs on, and is left alone. One
 * that the rule selected, mounted at such a place, is a leftover of its producer. PATH is
 * absolute; '*' and '?' in it stand for anything but a '/', and it has no '['.
 *
 * A glob is compared with VG/LV: '*' stands for any bytes, '?' for one, neither for a
 * '/'. It has one '/', and no '[': what is not written here is a literal. Tags are LVM's
 * (lvm(8)): letters, digits and _+.-/=!:#&, no '-' in front. They are in LVM's metadata
 * alone, so a rule that wants one never selects what the metadata does not know.
 *
 * On a capture with pseudonyms (redact.h) a rule sees those, as --select does: globs of
 * words that stay readable work as before, others match nothing that was meant.
 */
#ifndef SNAPSTATE_POLICY_H
#define SNAPSTATE_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "snapstate/err.h"

#define POLICY_BYTES_MAX 262144
#define POLICY_LINE_MAX	 2048
#define POLICY_RULES_MAX 64 /* of all files together */
#define POLICY_NAME_MAX	 64
#define POLICY_GLOBS_MAX 32  /* of one rule */
#define POLICY_GLOB_MAX	 255 /* two names of LVM (127) and the '/' */
#define POLICY_TAGS_MAX	 16  /* of one rule */
#define POLICY_TAG_MAX	 1024 /* lvm(8) */
#define POLICY_MOUNTS_MAX 16  /* of one rule, and of the globs of --select */
#define POLICY_PATH_MAX	 1023 /* of a mount */

struct policy_rule {
	char *name;
	uint64_t min_age;  /* seconds */
	bool has_min_age; /* in the file; policy_read() leaves min_age at 0 without */
	char **globs;
	size_t n_globs;
	char *tags; /* all of them are wanted, a comma between two; NULL = none */
	char **mounts; /* where its producer mounts them */
	size_t n_mounts;
};

struct policy {
	struct policy_rule *rules;
	size_t n_rules;
};

/* What a name, a glob and a tag may be, each with its length. A glob of --select may be
 * of any length, and is otherwise the same. */
bool policy_name_is_valid(const char *name);
bool policy_glob_is_valid(const char *glob);
bool policy_tag_is_valid(const char *tag);
/* A path as the kernel writes that of a mount: absolute, without "//", "." and "..", and
 * without a
 * '/' at its end. A place of a rule has no '[' either. */
bool policy_path_is_valid(const char *path);
bool policy_mount_is_valid(const char *path);
/* One or more tags, a comma between two. */
bool policy_tags_are_valid(const char *tags);

/* Reads hostile text and adds its rules to `policy`, which stays as it is on failure.
 * -EBADMSG: "NAME:LINE: rule". */
int policy_read(const char *text, size_t len, const char *name, struct policy *policy,
	struct err *err);

/* Rules without an age of their own get this one. */
void policy_set_age(struct policy *policy, uint64_t min_age);

void policy_rule_copy(const struct policy_rule *rule, struct policy_rule *ret_rule);
void policy_rules_free(struct policy_rule *rules, size_t n_rules);
void policy_free(struct policy *policy);
#define cleanup_policy cleanup_with(policy_free)

#endif
