/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Block devices that are not device-mapper's, and swap.
 * Input: proc/partitions, lsblk and losetup (see lsblk.c), proc/swaps. Output:
 * host->blocks, host->swaps, and the sources "blocks", "superblocks", "swaps". Invariant:
 * "blocks" is never OUTCOME_READ: names, numbers and sizes are known, but not all that
 * is on what, and "superblocks" is in no such evidence.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "evidence.h"
#include "snapstate/buf.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/file.h"
#include "snapstate/host/source.h"
#include "snapstate/host/swap.h"

#define SECTORS_PER_BLOCK 2 /* proc/partitions counts in blocks of 1 KiB */
#define LOOP_MAJOR	  7
#define MD_MAJOR	  9
#define SWAPS_MAX	  1000 /* look-ups walk all devices */

static bool is_dm(const struct line *name)
{
	return line_begins(name, "dm-");
}

/* "major minor #blocks name" */
static int partition_read(struct host *host, struct line line, struct err *err)
{
	struct line major = line_word(&line), minor = line_word(&line);
	struct line size = line_word(&line), name = line_word(&line);
	uint64_t major_number, minor_number, blocks;
	struct block *block;

	if (!major.len || line_begins(&major, "major"))
		return 0; /* heading */
	if (parse_u64(major.at, major.len, 10, &major_number) < 0 ||
		parse_u64(minor.at, minor.len, 10, &minor_number) < 0 ||
		parse_u64(size.at, size.len, 10, &blocks) < 0 || !name.len ||
		major_number > UINT32_MAX || minor_number > UINT32_MAX ||
		blocks > UINT64_MAX / SECTORS_PER_BLOCK)
		return err_set(err, -EBADMSG, "not MAJOR MINOR BLOCKS NAME");
	if (is_dm(&name))
		return 0;
	if (host->n_blocks == IMPORT_BLOCKS_MAX)
		return err_set(err, -EFBIG, "more than %d devices", IMPORT_BLOCKS_MAX);
	block = array_add(&host->blocks, &host->n_blocks);
	block->devno = (struct devno){(uint32_t)major_number, (uint32_t)minor_number};
	block->kname = host_string_n(host, name.at, name.len);
	block->kind = major_number == LOOP_MAJOR ? BLOCK_LOOP
		      : major_number == MD_MAJOR ? BLOCK_MD
						 : BLOCK_OTHER;
	block->size = blocks * SECTORS_PER_BLOCK;
	block->backing_file = "";
	block->transport = "";
	return 0;
}

/* One number for two names would be another kernel's file. */
static int blocks_check(struct host *host, struct err *err)
{
	host_sort(host);
	for (size_t i = 1; i < host->n_blocks; i++)
		if (devno_is_equal(host->blocks[i - 1].devno, host->blocks[i].devno))
			return err_set(err, -EBADMSG, DEVNO_FMT " is there twice",
				DEVNO_ARGS(host->blocks[i].devno));
	return 0;
}

static int partitions_read(struct host *host, const struct piece *piece, struct err *err)
{
	struct lines lines = lines_of(piece);
	struct line line;
	int r = piece_check_text(piece, err);

	while (r == 0 && lines_next(&lines, &line)) {
		r = partition_read(host, line, err);
		if (r < 0)
			err_wrap(err, "line %zu", lines.number);
	}
	return r == 0 ? blocks_check(host, err) : r;
}

static void forget_blocks(struct host *host)
{
	for (size_t i = 0; i < host->n_blocks; i++)
		free(host->blocks[i].below);
	host->n_blocks = 0;
}

/* proc/partitions comes first: it has names and sizes as the kernel has them. */
static int blocks_read(struct host *host, const struct evidence *evidence,
	struct buf *ret_files, struct err *err)
{
	static const struct {
		enum role role;
		int (*read)(struct host *, const struct piece *, struct err *);
	} texts[] = {{ROLE_PARTITIONS, partitions_read}, {ROLE_LSBLK, lsblk_read},
		{ROLE_LOSETUP, losetup_read}};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		const struct piece *piece = evidence_best(evidence, texts[i].role);
		const char *file = piece ? piece_name(host, piece) : "";

		if (!piece)
			continue;
		if (texts[i].read(host, piece, err) < 0)
			return err_wrap(err, "%s", file);
		buf_printf(ret_files, "%s%s", ret_files->len ? ", " : "from ", file);
	}
	return 0;
}

void import_blocks(struct host *host, const struct evidence *evidence)
{
	cleanup_buf struct buf files = BUF_INIT;
	struct err err = ERR_INIT;
	int r = blocks_read(host, evidence, &files, &err);

	host_source_set(
		host, "superblocks", OUTCOME_SKIPPED, "%s", "not in the evidence");
	host_source_set(host, "holders", OUTCOME_SKIPPED, "%s", "not in the evidence");
	if (r < 0) {
		forget_blocks(host);
		host_source_set(host, "blocks", outcome_of_error(r), "%s", err.msg);
	} else if (!files.len) {
		host_source_set(
			host, "blocks", OUTCOME_SKIPPED, "%s", "not in the evidence");
	} else {
		host_source_set(host, "blocks", OUTCOME_SKIPPED,
			"%s; such evidence does not show all that is on a device",
			buf_text(&files));
	}
}

/* ---- swap ---- */

/* The kernel writes blanks, tabs, newlines and backslashes as \ooo (mm/swapfile.c). */
static char *unescaped(const struct line *word)
{
	char *text = xstrndup(word->at, word->len), *out = text;

	for (const char *in = text; *in; in++) {
		unsigned value = 0, n = 1;

		while (*in == '\\' && n <= 3 && in[n] >= '0' && in[n] <= '7')
			value = value * 8 + (unsigned)(in[n++] - '0');
		if (n == 4 && value && value < 256) {
			*out++ = (char)value;
			in += 3;
		} else {
			*out++ = *in;
		}
	}
	*out = '\0';
	return text;
}

static int swaps_read(struct host *host, const struct piece *piece, struct err *err)
{
	struct lines lines = lines_of(piece);
	struct line line;
	int r = piece_check_text(piece, err);

	if (r < 0)
		return r;
	if (!lines_next(&lines, &line) || !line_begins(&line, "Filename"))
		return err_set(err, -EBADMSG, "line 1: not the heading of /proc/swaps");
	while (lines_next(&lines, &line)) {
		struct line word = line_word(&line), size, used;
		cleanup_free char *path = unescaped(&word);
		struct swap *swap;

		if (!word.len)
			return err_set(err, -EBADMSG, "line %zu: empty", lines.number);
		if (host->n_swaps == SWAPS_MAX)
			return err_set(err, -EFBIG, "more than %d areas", SWAPS_MAX);
		swap = array_add(&host->swaps, &host->n_swaps);
		swap->path = host_string(host, path);
		swap->devno = host_path_devno(host, path);
		line_word(&line); /* partition or file */
		size = line_word(&line);
		used = line_word(&line);
		swap->has_used = parse_u64(size.at, size.len, 10, &swap->size) == 0 &&
				 parse_u64(used.at, used.len, 10, &swap->used) == 0;
	}
	return 0;
}

void import_swaps(struct host *host, const struct evidence *evidence)
{
	const struct piece *piece = evidence_best(evidence, ROLE_SWAPS);
	struct err err = ERR_INIT;
	int r;

	if (!piece) {
		host_source_set(
			host, "swaps", OUTCOME_SKIPPED, "%s", "not in the evidence");
		return;
	}
	r = swaps_read(host, piece, &err);
	if (r == 0 && evidence_is_container(evidence))
		r = err_set(&err, -EBADMSG, "collected inside a container");
	if (r < 0) {
		host->n_swaps = 0;
		host_source_set(host, "swaps", outcome_of_error(r), "%s: %s",
			piece_name(host, piece), err.msg);
		return;
	}
	host_source_set(host, "swaps", OUTCOME_READ, "from %s", piece_name(host, piece));
}
