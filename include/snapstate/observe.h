/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Eyes and hands: snapstate-execute, which changes the host, reads nothing of it by
 * itself but what it compares right beside an act. What else it wants to know it asks
 * the observer, `snapstate-capture --observe`, which may change nothing. Both speak lines
 * of printable ASCII over a socket that is the observer's standard input and output, so
 * that a person can do the same.
 *
 * The observer's first line is one of these; behind the second there is nothing more:
 *
 *   snapstate-observe VERSION
 *   snapstate-observe: SENTENCE
 *
 * A question about the host (one about a plan: compare.h):
 *
 *   question N                      may be left out; then "answer N" is left out too
 *   look PART,PART,...              parts of the probe; "-" = none
 *   redaction KEY-ID                the scope's names are pseudonyms, and so are the
 * facts' scope ...                       as in a plan (plan.h) name mount NS:ID names are
 * the host's own in any case; any order name mounts                     on which device
 * each mount of the host is name device MAJ:MIN name volume VG-UUID/LV-UUID name swap
 * MAJ:MIN name block MAJ:MIN name disks                      block devices that are not
 * device-mapper's name text VG-UUID               the group's metadata, as LVM keeps it
 *   name wait PID                   for what that process waits
 *   name before                     the digest of the file that --before names
 *   ticket HEX                      fill the file of --ticket, for the plan of this
 * digest end
 *
 * The answer; what is not there has no line:
 *
 *   answer N
 *   read                            or, and then "end" follows,
 *   changing SENTENCE               a source kept changing while it was read
 *   unread SENTENCE                 it could not be read
 *   fact FACT                       of the scope, sorted; or of what was compared, found
 *   expected FACT                   of what was compared, and not found
 *   name host NODE
 *   name mount NS:ID on MAJ:MIN target T
 *   name mount-below NS:ID target T             a mount whose parent that one is
 *   name mounts ID on MAJ:MIN
 *   name device MAJ:MIN uuid U name N group VG  that it belongs to or is on; - = none
 *   name group VG-UUID name VG seqno N lvm R    R as 2.03.16; left out: it does not say
 *   name group VG-UUID name VG seqno N lvm R refuses WORD         to change it; why
 *   name volume VG-UUID/LV-UUID name LV
 *   name pv VG-UUID PATH                        - = its device is not known
 *   name swap MAJ:MIN state used|unused|unread path P
 *   name block MAJ:MIN name K file F
 *   name backing MAJ:MIN MAJ:MIN                what stat() may give for files on it
 *   name disk MAJ:MIN diskseq D name K
 *   name wait PID SENTENCE                      "for a lock"; left out: not known
 *   name before HEX
 *   name ticket SENTENCE                        what came of the plan
 *   text VG-UUID PIECE                          in order
 *   end
 *
 * What is read follows from the parts and the scope. Where nothing but devices is asked
 * about, and no part that names devices by other things, that is the scope's
 * surroundings, and no more (probe.h, `only`).
 *
 * Words are escaped by buf_word(), sentences and pieces by buf_tail().
 */
#ifndef SNAPSTATE_OBSERVE_H
#define SNAPSTATE_OBSERVE_H

#include "snapstate/buf.h"
#include "snapstate/err.h"
#include "snapstate/fact_set.h"
#include "snapstate/limits.h"
#include "snapstate/observe_frame.h"

/* What is to be named: "mount 4026531841:44". */
struct wanted_names {
	char **items;
	size_t count;
};
void wanted_name(struct wanted_names *names, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void wanted_names_free(struct wanted_names *names);

/* What was seen. */
struct sight {
	struct facts found;    /* sorted */
	struct facts expected; /* sorted; and not found */
	struct facts names;    /* sorted, without "name " */
	struct facts text;     /* "VG-UUID PIECE", in order */
};
#define SIGHT_INIT ((struct sight){.found = FACTS_INIT})
void sight_free(struct sight *sight);
#define cleanup_sight cleanup_with(sight_free)
/* The rest of the first name line that begins with these words, without the blank; NULL =
 * none. */
const char *sight_name(const struct sight *sight, const char *words);
/* The next name line that begins so as well: `last` is what one of both gave. */
const char *sight_next(const struct sight *sight, const char *words, const char *last);
/* The word behind `key` ("target") in such a rest; malloc'ed, NULL = none. */
char *sight_word(const char *rest, const char *key);

/* The word that is all of the rest behind `words`; malloc'ed, "" = none. */
char *sight_word_of(const struct sight *sight, const char *words);

#define OBSERVE_NAME "the observer's answer"

/* `result` 0, or -EAGAIN (changing) and -ENODATA (unread) with a sentence. */
void observe_answer_write(
	const struct sight *sight, int result, const char *sentence, struct buf *text);
/* Returns what `result` was. -EBADMSG: no answer at all; err says where and what. `name`
 * is whose answer it is, for that. */
int observe_answer_read(const char *text, size_t len, const char *name,
	struct sight *ret_sight, struct err *err);

#endif
