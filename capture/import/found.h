/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the readers of texts find: statements about things, and which two names are of
 * one thing, or of two that are on each other. Things have the name that the text gives;
 * shown.c brings them together.
 *
 * A thing's name, with a letter in front: "m:" a mapping, by its dm name (volumes of LVM
 * too); "k:" a kernel name (dm-5, sda1); "n:" MAJOR:MINOR; "p:" a mount point; "f:" a
 * file; "g:" a volume group; "h:" the host.
 */
#ifndef SNAPSTATE_IMPORT_FOUND_H
#define SNAPSTATE_IMPORT_FOUND_H

#include "evidence.h"
#include "snapstate/host/shown.h"

#define FOUND_MAX      100000 /* statements, and as many ties */
#define FOUND_WORD_MAX 400    /* bytes of a value that are kept */

struct finding {
	const char *thing;
	enum shown_kind kind;
	const char *value;
	const char *from;
};

enum tie_kind {
	TIE_SAME,   /* two names of one thing */
	TIE_ON,	    /* the first is on the second */
	TIE_OTHERS, /* a mapping of others, whatever its name looks like; twice itself */
};

struct tie {
	const char *thing, *other;
	enum tie_kind kind;
	const char *from;
};

/* A source of which a text shows a part. */
struct seen {
	const char *source;
	const char *from; /* the first such text */
};

/* Volumes that are on a list which has all that LVM knows. */
struct whole_list {
	const char **things; /* with doubles */
	size_t count;
	const char *from; /* the first of the lists; NULL: there is none */
};

/* Each name once, in a hash table. */
struct name {
	const char *text;
	bool is_told;	/* something but a use is said of it, or what it is on */
	bool is_mapped; /* it is a mapping, or on one, as far as is known */
	bool is_missed; /* a use of it was left out, for want of room */
};

/* The last one that was looked up. */
struct folder {
	char name[FOUND_WORD_MAX + 3];
	size_t len;
	size_t n_places; /* that were told then */
	const char *place;
};

struct findings {
	struct arena *strings;
	struct name *names;
	size_t n_names, names_size;
	size_t n_ties_seen; /* by is_mapped of the names */
	size_t n_places;    /* mount points that are told */
	bool has_missed_file;
	size_t n_places_missed; /* as many were told then */
	struct folder folder;
	struct finding *items;
	size_t n_items;
	struct tie *ties;
	size_t n_ties;
	size_t n_ties_of_model; /* the first ones */
	struct seen *seen;
	size_t n_seen;
	struct whole_list list;
	size_t n_lines; /* that a reader understood */
	bool is_full; /* there was more */
};

void findings_init(struct findings *findings);
void findings_free(struct findings *findings);
#define cleanup_findings cleanup_with(findings_free)

void findings_see(struct findings *findings, const char *source, const char *from);
/* What was listed since there were `first` statements is all that there is. */
void findings_list_all(struct findings *findings, size_t first, const char *from);

/* Where there is little room left, only what is on a mapping: the thing, or the mount
 * point that a file is on; NULL: nothing. A list of all that processes have open is
 * read last, and few of its rows are of a volume. */
const char *thing_worth_room(struct findings *findings, const char *thing);
/* true: what was left out is on a mapping, by what became known later. */
bool findings_miss_some(struct findings *findings);
/* Of a file. */
const char *file_worth_room(struct findings *findings, struct line path);
/* "p:/mnt" of "/mnt/a/b": the mount point that it is on, if one is known; NULL: none. */
const char *path_place(struct findings *findings, struct line path);
void name_tell(struct findings *findings, const char *thing);

/* Names; NULL: it is none. They live as long as the findings. */
const char *thing_mapping(struct findings *findings, struct line name);
const char *thing_volume(struct findings *findings, struct line vg, struct line lv);
const char *thing_number(struct findings *findings, struct devno devno);
const char *thing_place(struct findings *findings, struct line path);
const char *thing_kname(struct findings *findings, struct line kname);
/* A volume group; what is said of it is said of its volumes. */
const char *thing_group(struct findings *findings, struct line vg);
/* The host itself. */
const char *thing_host(struct findings *findings);
/* A file that the kernel has open: it is on the mount point above it. */
const char *thing_file(struct findings *findings, struct line path);
/* "/dev/VG/LV", "/dev/mapper/NAME", "/dev/dm-5", "/dev/disk/by-id/dm-name-NAME"; "VG/LV"
 */
const char *thing_path(struct findings *findings, struct line path);

/* shown.c: which numbers, names and mount points are of one thing, by files that became
 * the model: a text may name devices by numbers alone (lsof, the kernel's messages).
 * Before any text is read. */
void findings_take_model(const struct host *host, struct findings *findings);
/* shown.c: gives each volume that has a name what was found of it, as host->shown. */
void shown_collect(struct host *host, struct findings *findings);

#endif
