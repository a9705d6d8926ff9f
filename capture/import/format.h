/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Formats of texts: each is a row of the table in formats.c (how it is recognised, who
 * reads it) and one reader, a function of one line. How to add one: read_swaps.c is an
 * example with all its parts.
 *
 * A reader gets the lines of its part of the text one after the other, cleaned (clean.c):
 * no carriage returns, colours, quotation marks of mails; blanks may be squeezed. It says
 * what the line shows with found() and tie(), and returns whether it understood the line.
 * It must not remember more than struct reading has, and must take any bytes.
 */
#ifndef SNAPSTATE_IMPORT_FORMAT_H
#define SNAPSTATE_IMPORT_FORMAT_H

#include <string.h>

#include "found.h"

#define COMMAND_WORDS_MAX 64
#define COLUMNS_MAX	  48
#define TREE_DEPTH_MAX	  64
#define HEADINGS_MAX	  6
#define PROCESS_ROWS_MAX  16

/* ---- columns (columns.c) ---- */

enum cell {
	CELL_NAME, /* the row's first word, whatever it is */
	CELL_VG,
	CELL_ATTR,
	CELL_SIZE,
	CELL_POOL,
	CELL_ORIGIN,
	CELL_PERCENT,
	CELL_NUMBER,
	CELL_OPEN,
	CELL_MAJOR,
	CELL_MINOR,
	CELL_DEVNO, /* 253:4 */
	CELL_STATE, /* L--w */
	CELL_UUID,
	CELL_DEVICES, /* /dev/sda1(0) */
	CELL_PATH,
	CELL_SOURCE, /* a path, or the word of a file system without a device */
	CELL_PLACE,
	CELL_TYPE,
	CELL_OPTIONS, /* rw,relatime */
	CELL_PV_ATTR, /* a-m */
	CELL_KNAME,
	CELL_PARENT, /* a kernel name */
	CELL_TIME,   /* three words */
	CELL_WORD,   /* of no use */
	CELLS,
};

struct column {
	const char *heading; /* as printed; NULL ends the list */
	const char *field;   /* as -o takes it; NULL: none */
	enum cell cell;
	bool is_required; /* never empty */
};

/* Which columns a text has, in their order. */
struct columns {
	const struct column *items[COLUMNS_MAX];
	size_t count;
	char separator; /* '\0': blanks */
};

/* The cells of one row, by what they hold; of several of a kind the first. */
struct row {
	struct line cells[CELLS];
	bool has_more; /* words behind the last column */
};

/* true: the line is the heading of such a table. */
bool columns_read(const struct column *known, struct line line, struct columns *ret);
/* By -o of a command, with `usual` (a heading) where that adds to them. */
bool columns_from_option(const struct column *known, struct line option,
	const char *usual, char separator, struct columns *ret);
/* Words are given to columns in order, each to one that may hold it, so that blanks need
 * not be in their places. false: they do not fit. */
bool columns_split(const struct columns *columns, struct line line, struct row *ret);
/* Of JSON on one line the part of one object; of any other line all. false: no more. */
bool columns_object(struct line *rest, struct line *ret_object);
/* KEY="VALUE" KEY2="VALUE"..., LVM2_LV_NAME='x', "lv_name":"x": adds to the row; false:
 * there is none. */
bool columns_pairs(const struct column *known, struct line line, struct row *row);

extern const struct column lvs_columns[]; /* read_lvm.c */

/* ---- one part of a text ---- */

struct command {
	struct line words[COMMAND_WORDS_MAX]; /* without the path of the program */
	size_t n_words;
	bool is_filtered; /* its output went through a pipe */
};

struct reading {
	struct findings *findings;
	const struct format *format; /* NULL: not recognised */
	struct command command;	     /* no words: there is none */
	struct line file;	     /* for `from` */
	size_t number;		     /* of the line */
	const char *from;	     /* of the line, once it was wanted */
	struct columns columns;
	struct row row;	   /* of columns_pairs(), over several lines */
	const char *about; /* a thing that the next lines are about */
	const char *parent; /* what that is on */
	struct line name;  /* part of its name */
	struct {	   /* from the root of a tree to the row before */
		size_t column;
		const char *thing;
	} tree[TREE_DEPTH_MAX];
	size_t depth;
	struct { /* of one process the rows before: lsof */
		struct line pid, program;
		struct {
			const char *number;
			struct line folder;
		} rows[PROCESS_ROWS_MAX];
		size_t n_rows;
	} process;
	bool is_squeezed; /* no two blanks in a row: columns tell nothing */
	bool is_cut;	  /* the line's last word was cut off: see wrapped.h */
};

void found(struct reading *reading, const char *thing, enum shown_kind kind,
	struct line value);
void found_text(struct reading *reading, const char *thing, enum shown_kind kind,
	const char *value);
void tie(struct reading *reading, enum tie_kind kind, const char *thing,
	const char *other);
/* The thing is a mapping of others than LVM. */
void tie_others(struct reading *reading, const char *thing);

typedef bool (*reader)(struct reading *reading, struct line line);

struct format {
	const char *name;
	/* Globs of a command's words, as "dmsetup table*"; a bar between two. */
	const char *commands;
	/* Or of a path that cat, grep and their like are given. */
	const char *paths;
	/* What a line begins with that opens such a text. */
	const char *headings[HEADINGS_MAX];
	bool is_plain; /* a line alone shows what it is: the reader refuses all others */
	/* What the whole output shows: nothing that is not listed is there. */
	bool is_whole;
	/* It refuses a line with more, or less, than such lines have. */
	bool is_strict;
	reader read;
	const char *source; /* of which it shows a part; NULL: of none */
	/* Of a file with the same in it: a whole output is read as that one is, too. */
	enum role role;
};
extern const struct format formats[];
extern const size_t n_formats;

const struct format *format_of_command(const struct command *command);
const struct format *format_of_heading(struct line line);
const struct format *format_of_line(struct reading *reading, struct line line);

/* ---- words (words.c) ---- */

static inline bool line_is(struct line line, const char *text)
{
	return line.len == strlen(text) && memcmp(line.at, text, line.len) == 0;
}
bool line_is_one_of(struct line line, const char *const *words, size_t count);
bool line_has(struct line line, const char *text);
struct line line_trim(struct line line);
struct line line_text(const char *text);
/* The last word of the command that is no option. */
struct line command_operand(const struct command *command);
/* The program's output is about all that there is: it was not told of one thing only. */
bool command_is_of_all(const struct command *command);
/* Behind an option, "-o X", "-oX" or "--options X"; len 0: none. `letter` '\0': it has
 * none. */
struct line command_option(const struct command *command, char letter, const char *name);
/* Behind the words of a label ("LV snapshot status"), whatever blanks are between them.
 */
bool line_cut_label(struct line *line, const char *label);
/* Takes "NAME (253:4)" or "NAME (253, 4)" apart from the end. */
bool line_cut_number(struct line *line, struct devno *ret_devno);
/* The row before that is its parent; NULL: none. Remembers this one. */
const char *tree_parent(struct reading *reading, size_t column, const char *thing);
bool is_number(struct line word);
/* A hyphenated uuid of LVM's; all of it. */
bool is_lvm_uuid(struct line word);
bool line_devno(struct line word, struct devno *ret_devno);

/* ---- readers, by file ---- */

bool read_lvs(struct reading *reading, struct line line);
bool read_vgs(struct reading *reading, struct line line);
bool read_pvs(struct reading *reading, struct line line);
bool read_lvscan(struct reading *reading, struct line line);
bool read_lvdisplay(struct reading *reading, struct line line);
bool read_dm_ls(struct reading *reading, struct line line);
bool read_dm_tree(struct reading *reading, struct line line);
bool read_dm_info(struct reading *reading, struct line line);
bool read_dm_info_long(struct reading *reading, struct line line);
bool read_dm_table(struct reading *reading, struct line line);
bool read_dm_status(struct reading *reading, struct line line);
bool read_dm_deps(struct reading *reading, struct line line);
bool read_lsblk(struct reading *reading, struct line line);
bool read_mount(struct reading *reading, struct line line);
bool read_proc_mounts(struct reading *reading, struct line line);
bool read_fstab(struct reading *reading, struct line line);
bool read_mountinfo(struct reading *reading, struct line line);
bool read_findmnt(struct reading *reading, struct line line);
bool read_df(struct reading *reading, struct line line);
bool read_links(struct reading *reading, struct line line);
bool read_kpartx(struct reading *reading, struct line line);
bool read_losetup(struct reading *reading, struct line line);
bool read_swaps(struct reading *reading, struct line line);
bool read_identity(struct reading *reading, struct line line);
bool read_metadata(struct reading *reading, struct line line);
bool read_multipath(struct reading *reading, struct line line);
bool read_blkid(struct reading *reading, struct line line);
bool read_lvmdiskscan(struct reading *reading, struct line line);
bool read_partitions(struct reading *reading, struct line line);
bool read_domblklist(struct reading *reading, struct line line);
bool read_domain(struct reading *reading, struct line line);
bool read_qm_config(struct reading *reading, struct line line);
bool read_guest_table(struct reading *reading, struct line line);
bool read_mdstat(struct reading *reading, struct line line);
bool read_fuser(struct reading *reading, struct line line);
bool read_lsof(struct reading *reading, struct line line);
bool read_ps(struct reading *reading, struct line line);
/* What LVM and the kernel say in words, among any other output. */
bool read_message(struct reading *reading, struct line line);

#endif
