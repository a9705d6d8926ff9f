/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Evidence: the files that are of use, read into memory, each with its role. Where they
 * came from, a folder or a tar, makes no difference any more.
 */
#ifndef SNAPSTATE_IMPORT_EVIDENCE_H
#define SNAPSTATE_IMPORT_EVIDENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "snapstate/buf.h"
#include "snapstate/cleanup.h"
#include "snapstate/import.h"

struct host;

enum role {
	ROLE_NONE,
	ROLE_DM_INFO, /* dmsetup info -c */
	ROLE_DM_TABLE,
	ROLE_DM_STATUS,
	ROLE_DM_DEPS,
	ROLE_VG_METADATA, /* what vgcfgbackup wrote when the evidence was collected */
	ROLE_VG_BACKUP,	  /* what LVM itself keeps below /etc/lvm/backup */
	ROLE_LVM_REPORT,  /* --reportformat json */
	ROLE_VGDISPLAY,
	ROLE_LVM_TEXT, /* other output of LVM, for people */
	ROLE_MOUNTINFO,
	ROLE_MOUNTS, /* without numbers */
	ROLE_SWAPS,
	ROLE_PARTITIONS,
	ROLE_MACHINE_ID,
	ROLE_BOOT_ID,
	ROLE_HOSTNAME,
	ROLE_OSRELEASE,
	ROLE_UNAME,
	ROLE_HOSTNAMECTL,
	ROLE_DATE,
	ROLE_LSBLK,
	ROLE_LOSETUP,
	ROLE_BLOCK_TEXT,   /* blkid, other columns of lsblk: nothing for the model */
	ROLE_PROCESS_TEXT, /* lsof, ps */
	ROLE_CAPTURE,	   /* the first member of snapstate-capture's own archive */
	ROLE_ARCHIVE,	   /* what is in it is read in its place */
	ROLE_SUPPORT,	   /* of a collection of texts, in a folder of its own */
	ROLE_TEXT,	   /* what it is is told by what is in it */
};

/* What a reader of this evidence would call it. */
const char *role_name(enum role role);
/* By the end of the path, a suffix of compression left out. */
enum role role_of_path(const char *path);
/* The length of the folder that holds the collection which a path with a role is of: of
 * "a/proc/swaps" and of "a/proc_swaps.txt" that of "a". */
size_t path_root_len(const char *path);
/* ".xz" and the like, or the end of the path. */
const char *path_packed_suffix(const char *path);

struct piece {
	char *path; /* within the evidence */
	enum role role;
	size_t root_len; /* of the path: the collection's folder, or an archive's all */
	struct buf bytes;
	int error; /* negative errno: it is there, and could not be read */
	bool is_cut;  /* the archive ended, or was damaged, within it */
	bool is_part; /* an output within a text: "ticket.txt/13" begins in line 13 */
};

struct evidence {
	struct piece *pieces; /* shallow paths first, then by name */
	size_t n_pieces;
	size_t kept;	/* bytes */
	size_t entries; /* looked at */
	size_t n_others;   /* files of no known name, or that could not be read */
	char *first_other; /* NULL: none */
	uint64_t unpacked; /* bytes of archives */
	char *capture; /* a capture of our own, which is left out; NULL: there is none */
	char *cut;     /* where an archive was cut off first, and why; NULL: none was */
	bool is_loose; /* files beside collections, of no known moment */
};

/* roots.c: the collections, each without copies of files that it holds of the host, and
 * the loose files beside them; takes the pieces. `ret_list` gets words about each. The
 * caller frees each, and the array. */
int evidence_split(struct evidence *all, struct evidence **ret_groups, size_t *ret_count,
	struct buf *ret_list, struct err *err);

/* outputs.c: outputs within texts, as pieces. */
void evidence_take_outputs(struct evidence *evidence);
/* What it would be as a command: "dmsetup info -c" for a file of that name. */
void piece_title(const struct piece *piece, struct buf *ret_title);

/* What could have been read, for people. */
extern const char evidence_kinds[];
/* A file that is left out, for the record. */
void evidence_leave_out(struct evidence *evidence, const char *path);
/* An archive, or a member of one, that does not go to its end. */
void evidence_note_cut(struct evidence *evidence, const char *path, const char *why);
int evidence_read(const char *path, struct evidence *ret_evidence, struct err *err);
void evidence_free(struct evidence *evidence);
#define cleanup_evidence cleanup_with(evidence_free)

/* The next piece of that role after `after` (NULL = the first); NULL at the end. */
const struct piece *evidence_next(
	const struct evidence *evidence, enum role role, const struct piece *after);
/* The first with something in it, else the first; NULL = none. */
const struct piece *evidence_best(const struct evidence *evidence, enum role role);
/* The one of that role in the same folder. */
const struct piece *evidence_beside(
	const struct evidence *evidence, enum role role, const struct piece *piece);

/* ---- for the two readers ---- */

/* -EFBIG: too many. */
int evidence_count_entry(struct evidence *evidence, struct err *err);
/* The path is copied. */
int evidence_add(struct evidence *evidence, const char *path, enum role role,
	struct piece **ret_piece, struct err *err);
/* Bytes of a piece; over the limit of one file it becomes piece->error and is emptied. */
int evidence_fill(struct evidence *evidence, struct piece *piece, const void *bytes,
	size_t len, struct err *err);
int evidence_from_folder(int fd, struct evidence *evidence, struct err *err);
/* A text alone, by its first bytes: `name` is what it is called. false: it is none. */
bool text_is_likely(const char *bytes, size_t len);
/* `path` is its place in the evidence; "" = it is all of it. */
int evidence_from_tar(
	int fd, const char *path, struct evidence *evidence, struct err *err);
/* Replaces the bytes of a compressed piece by what is in it. */
int piece_unpack(struct piece *piece, struct err *err);

/* ---- texts ---- */

struct lines {
	const char *at;
	const char *end;
	size_t number; /* of the line last given, from 1 */
};
struct line {
	const char *at;
	size_t len; /* without the newline */
};
struct lines lines_of(const struct piece *piece);
bool lines_next(struct lines *lines, struct line *ret_line);
/* Cuts off the next word, blanks before it skipped; len 0 at the end. */
struct line line_word(struct line *line);
/* Cuts off the characters of a tree in front of a name, lsblk's or dmsetup's; returns how
 * many. */
size_t line_cut_tree(struct line *line);
bool line_begins(const struct line *line, const char *prefix);

/* An error, nothing in it, a NUL byte, or a last line without a newline. Names no file.
 */
int piece_check_text(const struct piece *piece, struct err *err);
/* What a failed read says about a source. */
enum outcome outcome_of_error(int error);
/* The path as a word, for details and errors; the host's. */
const char *piece_name(struct host *host, const struct piece *piece);

/* ---- the parts: each notes what became of its sources ---- */

void import_identity(struct host *host, const struct evidence *evidence);
/* Taken inside a container: what it shows of mounts and swap is not the host's. */
bool evidence_is_container(const struct evidence *evidence);
void import_dm(struct host *host, const struct evidence *evidence);
void import_blocks(struct host *host, const struct evidence *evidence);
/* lsblk.c: give host->blocks their kinds, what is below, backing files. */
int lsblk_read(struct host *host, const struct piece *piece, struct err *err);
int losetup_read(struct host *host, const struct piece *piece, struct err *err);
void import_swaps(struct host *host, const struct evidence *evidence);
void import_mounts(struct host *host, const struct evidence *evidence);
void import_processes(struct host *host, const struct evidence *evidence);
void import_lvm(struct host *host, const struct evidence *evidence);
/* texts.c: what all texts show of volumes by name, and what became of each file:
 * host->shown, the documents SHOWN_DOCUMENT and IMPORT_DOCUMENT. -ENODATA: nothing was
 * recognised. */
int import_texts(struct host *host, const struct evidence *evidence, struct err *err);

/* Adds a document if its reader understands it, with `detail`; else notes why not. */
bool document_try(struct host *host, const char *name, const char *bytes, size_t len,
	const char *detail);

#endif
