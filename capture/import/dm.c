/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dmsetup's outputs -> host->devices and the source "dm".
 * Input: info -c, table, and if they are there status and deps, all from one folder, so
 * of one moment. Output: devices joined by name within that folder; everyone else joins
 * by number. Invariant: with OUTCOME_READ every device has its whole table; with any
 * other outcome there is no device at all.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "dm.h"
#include "snapstate/buf.h"
#include "snapstate/host.h"
#include "snapstate/host/device.h"
#include "snapstate/host/source.h"

static const char no_devices[] = "No devices found\n";

struct dm_pieces {
	const struct piece *info;
	const struct piece *table;
	const struct piece *status; /* may be NULL */
	const struct piece *deps;   /* may be NULL */
};

static void pieces_choose(const struct evidence *evidence, struct dm_pieces *ret_pieces)
{
	const struct piece *info = evidence_best(evidence, ROLE_DM_INFO);
	const struct piece *table = evidence_best(evidence, ROLE_DM_TABLE);

	*ret_pieces = (struct dm_pieces){.info = info, .table = table};
	if (!info)
		return;
	ret_pieces->table = evidence_beside(evidence, ROLE_DM_TABLE, info);
	ret_pieces->status = evidence_beside(evidence, ROLE_DM_STATUS, info);
	ret_pieces->deps = evidence_beside(evidence, ROLE_DM_DEPS, info);
}

static bool is_no_devices(const struct piece *piece)
{
	return strcmp(buf_text(&piece->bytes), no_devices) == 0;
}

/* Text, and of the same opinion as info whether there is any device. */
static int piece_check(
	const struct piece *piece, const struct piece *info, struct err *err)
{
	int r = piece ? piece_check_text(piece, err) : 0;

	if (r == 0 && piece && is_no_devices(piece) != is_no_devices(info))
		r = err_set(err, -ESTALE,
			"whether there are any devices, it and dmsetup info -c disagree");
	if (r < 0) {
		cleanup_buf struct buf word = BUF_INIT;

		buf_word(&word, piece->path);
		return err_wrap(err, "%s", buf_text(&word));
	}
	return r;
}

static int pieces_check(const struct dm_pieces *pieces, struct err *err)
{
	int r = piece_check(pieces->info, pieces->info, err);

	if (r == 0)
		r = piece_check(pieces->table, pieces->info, err);
	if (r == 0)
		r = piece_check(pieces->status, pieces->info, err);
	return r == 0 ? piece_check(pieces->deps, pieces->info, err) : r;
}

static int targets_check(
	const struct host *host, const uint32_t *targets, struct err *err)
{
	for (size_t i = 0; i < host->n_devices; i++)
		if (host->devices[i].n_targets != targets[i])
			return err_set(err, -ESTALE,
				DEVNO_FMT ": %u lines of its table by dmsetup info -c, "
					  "%zu in the table",
				DEVNO_ARGS(host->devices[i].devno), targets[i],
				host->devices[i].n_targets);
	return 0;
}

static int wrap_piece(const struct piece *piece, int r, struct err *err)
{
	cleanup_buf struct buf word = BUF_INIT;

	if (r == 0)
		return 0;
	buf_word(&word, piece->path);
	return err_wrap(err, "%s", buf_text(&word));
}

static int names_give(struct host *host, const struct dm_pieces *pieces,
	const struct dm_names *names, const uint32_t *targets, struct err *err)
{
	int r = wrap_piece(
		pieces->table, dm_table_read(host, names, pieces->table, err), err);

	if (r == 0)
		r = wrap_piece(pieces->info, targets_check(host, targets, err), err);
	if (r == 0 && pieces->status)
		r = wrap_piece(pieces->status,
			dm_status_read(host, names, pieces->status, err), err);
	if (r == 0 && pieces->deps)
		return wrap_piece(
			pieces->deps, dm_deps_read(names, pieces->deps, err), err);
	if (r == 0)
		dm_deps_from_tables(host);
	return r;
}

static int devices_read(
	struct host *host, const struct dm_pieces *pieces, struct err *err)
{
	cleanup_free uint32_t *targets = NULL;
	struct dm_names names;
	int r = pieces_check(pieces, err);

	if (r < 0 || is_no_devices(pieces->info))
		return r;
	r = dm_info_is_long(pieces->info)
		    ? dm_info_long_read(host, pieces->info, &targets, err)
		    : dm_info_read(host, pieces->info, &targets, err);
	if (r == 0)
		r = dm_names_make(host, &names, err);
	if (r < 0)
		return wrap_piece(pieces->info, r, err);
	r = names_give(host, pieces, &names, targets, err);
	free(names.devices);
	return r;
}

static void forget_devices(struct host *host)
{
	for (size_t i = 0; i < host->n_devices; i++) {
		free(host->devices[i].targets);
		free(host->devices[i].deps);
	}
	free(host->devices);
	host->devices = NULL;
	host->n_devices = 0;
}

void import_dm(struct host *host, const struct evidence *evidence)
{
	struct err err = ERR_INIT;
	struct dm_pieces pieces;
	int r;

	pieces_choose(evidence, &pieces);
	if (!pieces.info || !pieces.table) {
		host_source_set(host, "dm",
			pieces.info || pieces.table ? OUTCOME_UNSUPPORTED
						    : OUTCOME_SKIPPED,
			"%s%s",
			pieces.info    ? piece_name(host, pieces.info)
			: pieces.table ? piece_name(host, pieces.table)
				       : "not in the evidence",
			pieces.info ? ": dmsetup table is not beside it"
			: pieces.table
				? ": device numbers missing (needs dmsetup info -c)"
				: "");
		return;
	}
	r = devices_read(host, &pieces, &err);
	if (r < 0) {
		forget_devices(host);
		host_source_set(host, "dm", outcome_of_error(r), "%s", err.msg);
		return;
	}
	host_source_set(host, "dm", OUTCOME_READ, "from %s, %s; %s%s; %s%s",
		piece_name(host, pieces.info), piece_name(host, pieces.table),
		pieces.status ? "status from " : "no status",
		pieces.status ? piece_name(host, pieces.status) : "",
		pieces.deps ? "deps from " : "deps as the tables name them",
		pieces.deps ? piece_name(host, pieces.deps) : "");
}
