/* SPDX-License-Identifier: Apache-2.0 */
/* What was read of a host, with what outcome, and who it is. */
#ifndef SNAPSTATE_HOST_SOURCE_H
#define SNAPSTATE_HOST_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct host;

/* What became of the attempt to read one source. */
enum outcome {
	OUTCOME_READ,
	OUTCOME_ABSENT,	     /* the host has no such thing */
	OUTCOME_DENIED,	     /* no permission */
	OUTCOME_TIMED_OUT,   /* given up at the deadline; the child is gone */
	OUTCOME_HUNG,	     /* given up; the child could not even be killed */
	OUTCOME_TRUNCATED,   /* larger than the limit */
	OUTCOME_CHANGED,     /* kept changing while it was read */
	OUTCOME_UNSUPPORTED, /* the answer was not understood, or the call does not exist
			      */
	OUTCOME_SKIPPED,     /* not asked for */
};
const char *outcome_name(enum outcome outcome);
/* false: read, or the host has no such thing, or nobody asked for it. */
bool outcome_is_gap(enum outcome outcome);
/* -EINVAL for an unknown word. */
int outcome_parse(const char *name, enum outcome *ret_outcome);

/*
 * One source of evidence. Names: "identity", "dm", "blocks", "superblocks", "swaps",
 * "processes", "mounts" (finding the namespaces), "holders" (in the kernel), "again" (the
 * look at what may have changed since), "fstab", "configs", and for each verbatim
 * document the document's own name ("mounts/4026531841", "lvm/report.json",
 * "lvm/pvs.json", "lvm/lvscan.txt", "lvm/<vg-uuid>.vg").
 */
struct source {
	const char *name;
	enum outcome outcome;
	const char *detail; /* for people: what was missing or how many were unreadable */
};

/* Text kept exactly as the host gave it, and read by its own library (see text.h). */
struct document {
	const char *name; /* [A-Za-z0-9._/-]+, the archive member below the top folder */
	const char *bytes;
	size_t len;
};

struct identity {
	const char *machine_id; /* 32 hex digits */
	const char *boot_id;	/* as /proc/sys/kernel/random/boot_id, 36 characters */
	const char *node;	/* uname -n */
	const char *kernel;	/* uname -r */
	const char *dm_driver;	/* version of the kernel's device-mapper interface */
	uint32_t ticks;		/* clock ticks per second of process start times */
	int64_t taken;		/* the one time stamp: seconds since 1970, UTC */
	uint64_t uptime;	/* CLOCK_BOOTTIME at that moment, in clock ticks */
	uint64_t
		uevents; /* number of the kernel's last uevent before anything was read */
	uint64_t uevents_after; /* and when all was read; 0 = the kernel does not tell */
	const char
		*redaction; /* id of the key its names were replaced with, see redact.h;
			     * "" = they are the host's own */
};

/*
 * One start of a kernel, as far as a capture shows it. Hosts that were made of one image
 * may have one machine id and one name. No two boots have one id, and no host has two at
 * a time.
 */
struct boot {
	const char *id; /* "" = not known */
	int64_t begin,
		end; /* it was up from here, at least up to there; equal: no uptime */
};
#define BOOT_SLACK 10 /* seconds that a clock may be set by */
static inline struct boot boot_of(const struct identity *identity)
{
	uint64_t up = identity->ticks ? identity->uptime / identity->ticks : 0;

	return (struct boot){identity->boot_id,
		identity->taken - (int64_t)(up < INT32_MAX ? up : INT32_MAX),
		identity->taken};
}
/* true: both were up at one time, so that these are two hosts. */
static inline bool boots_overlap(const struct boot *a, const struct boot *b)
{
	return *a->id && *b->id && strcmp(a->id, b->id) != 0 &&
	       a->begin + BOOT_SLACK < b->end && b->begin + BOOT_SLACK < a->end;
}

/* Notes the outcome of a source; a later note for the same name replaces the first. */
void host_source_set(struct host *host, const char *name, enum outcome outcome,
	const char *detail_format, ...) __attribute__((format(printf, 4, 5)));
/* NULL = never heard of. */
const struct source *host_source(const struct host *host, const char *name);
bool host_source_is_read(const struct host *host, const char *name);

/* Adds a document and its source with OUTCOME_READ. The bytes are copied. */
void host_document_add(
	struct host *host, const char *name, const void *bytes, size_t len);
const struct document *host_document(const struct host *host, const char *name);

#endif
