/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many captures: found in folders, and put into groups of those that are judged together.
 *
 *   find.c    arguments -> captures
 *   groups.c  captures that were glanced at -> groups, and in each of them moments
 *
 * Captures are of one host if they have its machine id and its node name, unless two of
 * its boots overlap: then each boot is a host of its own, since nothing tells which of
 * the hosts was booted again. Hosts share
 * storage if captures of them show a volume group in common. What has no machine id is a
 * group of its own.
 */
#ifndef SNAPSTATE_PLAN_GROUPS_H
#define SNAPSTATE_PLAN_GROUPS_H

#include <stddef.h>

#include "snapstate/err.h"
#include "snapstate/record.h"

struct capture {
	char *file;
	char *error; /* why it is not used; NULL = nothing is wrong with it */
	struct glance glance;
	size_t host; /* the same for captures of one host, from 0 within its group */
	size_t rank; /* how many captures of its host are newer */
	/* of the first capture of a name and machine id that several hosts have: how many
	 * boots of it there are; 0 of all others */
	size_t n_alike;
	/* 0: the newest of each host. Others: captures of several hosts that were made
	 * within an hour, one of each at most, the latest first. */
	size_t moment;
};

/* "FILE: WHAT"; it has none yet. */
void capture_set_error(struct capture *capture, const char *what);
/* It was glanced at, and has a machine id. */
bool capture_tells_host(const struct capture *capture);

struct group {
	size_t *captures; /* positions; by moment, then by node */
	size_t n_captures, n_hosts, n_moments;
	char *name; /* of its first host, as a file's name that no other group has */
};

struct captures {
	struct capture *items;
	size_t count;
	struct group *groups; /* by the node of their first host */
	size_t n_groups;
};
void captures_free(struct captures *captures);
#define cleanup_captures cleanup_with(captures_free)

/* A file is a capture; a folder stands for what is called *.snapstate.tar.* in it and in
 * its folders. What cannot be read gets its error. */
void captures_find(
	const char *const *arguments, size_t count, struct captures *ret_captures);

/* All but those with an error; the volume groups of their glances are given back.
 * Moments: captures no more than `spread` seconds apart. */
void captures_group(struct captures *captures, int64_t spread);

#endif
