/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside capture/redact. One file per kind of text; each serves both passes: with `names`
 * NULL it masks secrets, else it replaces names.
 */
#ifndef SNAPSTATE_REDACT_PARTS_H
#define SNAPSTATE_REDACT_PARTS_H

#include "snapstate/redact.h"

#define MASK "<masked>"

/* ---- words (pseudonym.c) ---- */

#define PSEUDONYM_LEN 10

struct pseudonyms {
	const struct redact_key *key;
	const char *machine_id; /* stays where it stands as a word */
	size_t length;		/* of a pseudonym, 1 to PSEUDONYM_LEN */
	/* HMAC with the key, and a copy for one word: to begin anew takes longer */
	struct evp_md_ctx_st *keyed, *mac;
};

/* Both texts must outlive it. */
void pseudonyms_begin(
	struct pseudonyms *names, const struct redact_key *key, const char *machine_id);
void pseudonyms_end(struct pseudonyms *names);

/* Every word of `text` that is not known. What stands between words stays, and so do
 * \xNN and \NNN of such bytes; escaped letters belong to their word. */
void pseudonym_text(
	const struct pseudonyms *names, const char *text, size_t len, struct buf *out);
bool word_in(const char *const *sorted, size_t count, const char *word, size_t len);
#define WORD_IN(list, word, len)                                                         \
	word_in((list), sizeof(list) / sizeof((list)[0]), (word), (len))

/* ---- parts of lines ---- */

/* Of the options of a mount, a comma between two, those that rules need: "ro", "rw", and
 * of an overlay its layers. `out` is empty. */
void options_keep(const struct pseudonyms *names, const char *type, const char *options,
	size_t len, struct buf *out);
/* A mount's source: what stands before an '@', and behind the '?' of a URL. */
void source_mask(const char *source, size_t len, struct buf *out);
void type_mask(const char *type, size_t len, struct buf *out);
/* "fuse.PROGRAM": the program is a word like others. */
void type_pseudonyms(
	const struct pseudonyms *names, const char *type, size_t len, struct buf *out);
/* Free text: user names and passwords in its words. */
void words_mask(const char *text, size_t len, struct buf *out);
/* Parameters or status of a dm target. */
void params_pseudonyms(const struct pseudonyms *names, const char *type,
	const char *params, struct buf *out);

/* ---- documents; false: not understood, and what `out` holds is not to be used ---- */

bool mountinfo_rewrite(
	const struct pseudonyms *names, const char *bytes, size_t len, struct buf *out);
bool metadata_rewrite(
	const struct pseudonyms *names, const char *bytes, size_t len, struct buf *out);
bool report_rewrite(
	const struct pseudonyms *names, const char *bytes, size_t len, struct buf *out);
void lvscan_rewrite(
	const struct pseudonyms *names, const char *bytes, size_t len, struct buf *out);

/* By the document's name; see text.h. */
enum document_kind {
	DOCUMENT_MOUNTINFO,
	DOCUMENT_METADATA,
	DOCUMENT_REPORT,
	DOCUMENT_LVSCAN,
	DOCUMENT_TEXT, /* free text, for people */
};
enum document_kind document_kind(const char *name);

#endif
