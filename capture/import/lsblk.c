/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lsblk and losetup -a -> what is on what.
 * Input: lsblk's tree with its default columns; the lines of losetup -a. Output:
 * host->blocks with kinds, below and backing files.
 *
 *   NAME          MAJ:MIN RM   SIZE RO TYPE  MOUNTPOINTS
 *   sdb             8:16   0   100G  0 disk
 *   `-sdb1          8:17   0   100G  0 part  /srv
 *
 * Who stands below whom is told by the column in which a name begins. A device of two
 * parents is there once below each. Sizes are rounded for people, and are not taken.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "evidence.h"
#include "snapstate/buf.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/device.h"

#define DEPTH_MAX 64
#define BELOW_MAX 1000
#define LINES_MAX 20000 /* look-ups walk all devices */

struct row {
	size_t column; /* of the name, in characters */
	struct devno devno;
	struct line name;
	struct line type;
};

static bool is_bit(const struct line *word)
{
	return word->len == 1 && (*word->at == '0' || *word->at == '1');
}

/* A name may hold blanks: the numbers are the first word that has RM, SIZE and RO behind
 * it. */
static int row_read(struct line line, struct row *ret_row, struct err *err)
{
	size_t column = line_cut_tree(&line);
	const char *start = line.at;
	struct line word;

	while ((word = line_word(&line)).len) {
		struct line rest = line;
		struct line rm = line_word(&rest), size = line_word(&rest);
		struct line ro = line_word(&rest), type = line_word(&rest);
		struct devno devno;

		if (parse_devno(word.at, word.len, &devno) < 0 || !is_bit(&rm) ||
			!size.len || !is_bit(&ro) || !type.len || word.at == start)
			continue;
		*ret_row = (struct row){
			column, devno, {start, (size_t)(word.at - start)}, type};
		while (ret_row->name.len &&
			ret_row->name.at[ret_row->name.len - 1] == ' ')
			ret_row->name.len--;
		return 0;
	}
	return err_set(err, -EBADMSG, "not NAME MAJ:MIN RM SIZE RO TYPE");
}

static bool type_is(const struct row *row, const char *prefix)
{
	return line_begins(&row->type, prefix);
}

static enum block_kind kind_of(const struct row *row)
{
	if (type_is(row, "disk"))
		return BLOCK_DISK;
	if (type_is(row, "part"))
		return BLOCK_PARTITION;
	if (type_is(row, "loop"))
		return BLOCK_LOOP;
	if (type_is(row, "raid") || type_is(row, "md") || type_is(row, "linear"))
		return BLOCK_MD;
	return BLOCK_OTHER;
}

static struct block *block_find(struct host *host, struct devno devno)
{
	for (size_t i = 0; i < host->n_blocks; i++)
		if (devno_is_equal(host->blocks[i].devno, devno))
			return &host->blocks[i];
	return NULL;
}

static void below_add(struct block *block, struct devno devno)
{
	for (size_t i = 0; i < block->n_below; i++)
		if (devno_is_equal(block->below[i], devno))
			return;
	*array_add(&block->below, &block->n_below) = devno;
	qsort(block->below, block->n_below, sizeof(*block->below), devno_order);
}

/* Device-mapper's own are in `dm`: told by the numbers there, else by the kernel's type.
 */
static bool row_is_dm(const struct host *host, const struct row *row)
{
	return host_device_by_devno(host, row->devno) || type_is(row, "lvm") ||
	       type_is(row, "crypt") || type_is(row, "dm") || type_is(row, "mpath");
}

static int row_take(struct host *host, const struct row *row, const struct row *parent,
	struct err *err)
{
	struct block *block = block_find(host, row->devno);

	if (row_is_dm(host, row))
		return 0;
	if (!block) {
		if (host->n_blocks == IMPORT_BLOCKS_MAX)
			return err_set(
				err, -EFBIG, "more than %d devices", IMPORT_BLOCKS_MAX);
		block = array_add(&host->blocks, &host->n_blocks);
		block->devno = row->devno;
		block->kname = host_string_n(host, row->name.at, row->name.len);
		block->backing_file = "";
		block->transport = "";
	}
	block->kind = kind_of(row);
	if (parent && block->n_below == BELOW_MAX)
		return err_set(err, -EFBIG, "is on more than %d devices", BELOW_MAX);
	if (parent)
		below_add(block, parent->devno);
	return 0;
}

static int heading_check(struct line line, struct err *err)
{
	static const char *const words[] = {
		"NAME", "MAJ:MIN", "RM", "SIZE", "RO", "TYPE"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		struct line word = line_word(&line);

		if (word.len != strlen(words[i]) || !line_begins(&word, words[i]))
			return err_set(err, -EBADMSG, "line 1: not lsblk's headings");
	}
	return 0;
}

int lsblk_read(struct host *host, const struct piece *piece, struct err *err)
{
	struct lines lines = lines_of(piece);
	struct row rows[DEPTH_MAX] = {0}; /* from the root to the row before */
	size_t depth = 0;
	struct line line;
	int r = piece_check_text(piece, err);

	if (r == 0 && lines_next(&lines, &line))
		r = heading_check(line, err);
	while (r == 0 && lines_next(&lines, &line)) {
		struct row row = {0};

		r = row_read(line, &row, err);
		while (depth && rows[depth - 1].column >= row.column)
			depth--;
		if (r == 0 && (depth == DEPTH_MAX || lines.number == LINES_MAX))
			r = err_set(err, -EFBIG, "nested more than %d deep, or too long",
				DEPTH_MAX);
		if (r == 0)
			r = row_take(host, &row, depth ? &rows[depth - 1] : NULL, err);
		if (r < 0)
			return err_wrap(err, "line %zu", lines.number);
		rows[depth++] = row;
	}
	return r;
}

/* ---- losetup -a ---- */

/* "/dev/loop0: [64514]:13110220 (/srv/x.img)[, offset N][, sizelimit N]": the last ")"
 * that nothing but these follows ends the path. */
static int loop_read(struct host *host, struct line line, struct err *err)
{
	static const char prefix[] = "/dev/";
	const char *end = line.at + line.len;
	const char *colon = memmem(line.at, line.len, ": [", 3);
	const char *open = colon ? memmem(colon, (size_t)(end - colon), " (", 2) : NULL;
	const char *close = open ? memrchr(open, ')', (size_t)(end - open)) : NULL;
	cleanup_free char *kname = NULL;

	if (!close || !line_begins(&line, prefix) || colon < line.at + strlen(prefix))
		return err_set(err, -EBADMSG, "not /dev/LOOP: [DEVICE]:INODE (FILE)");
	kname = xstrndup(
		line.at + strlen(prefix), (size_t)(colon - line.at) - strlen(prefix));
	for (size_t i = 0; i < host->n_blocks; i++)
		if (strcmp(host->blocks[i].kname, kname) == 0)
			host->blocks[i].backing_file =
				host_string_n(host, open + 2, (size_t)(close - open) - 2);
	return 0;
}

int losetup_read(struct host *host, const struct piece *piece, struct err *err)
{
	struct lines lines = lines_of(piece);
	struct line line;
	int r = piece->bytes.len ? piece_check_text(piece, err) : piece->error;

	if (r < 0 && !err->code)
		err_errno(err, -r, "read");
	while (r == 0 && lines_next(&lines, &line)) {
		r = lines.number == LINES_MAX ? err_set(err, -EFBIG, "too long")
					      : loop_read(host, line, err);
		if (r < 0)
			err_wrap(err, "line %zu", lines.number);
	}
	return r;
}
