/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether an output of lvs shows the volumes that a metadata text has.
 *
 * Input: rows of lvs that LVM printed when the evidence was collected, and one group's
 * metadata, which may be older. Output: true, if the group has the same visible volumes
 * in both, and each is the same by its uuid or by the extents where its segments begin:
 * then nothing that moves data has changed since the text was written. Invariant: a
 * volume of which neither is shown is not the same.
 */
#include <string.h>

#include "format.h"
#include "lvm.h"
#include "snapstate/host.h"
#include "snapstate/host/lvm.h"
#include "snapstate/lvm_names.h"

struct listed {
	const struct host *metadata; /* of one group */
	bool *is_same;		     /* by the places of its volumes */
	size_t n_rows;		     /* of the group */
	bool is_other;		     /* a row that the metadata does not have */
};

static size_t volume_find(const struct host *metadata, struct line name)
{
	for (size_t i = 0; i < metadata->n_lvs; i++)
		if (line_is(name, metadata->lvs[i].name))
			return i;
	return metadata->n_lvs;
}

static bool begins_at(const struct lv *lv, uint64_t extent)
{
	for (size_t i = 0; i < lv->n_segments; i++)
		for (size_t s = 0; s < lv->segments[i].n_stripes; s++)
			if (*lv->segments[i].stripes[s].pv_uuid &&
				lv->segments[i].stripes[s].start == extent)
				return true;
	return false;
}

/* "/dev/sda1(0),/dev/sdb1(128)": a segment of it begins at each. */
static bool has_extents(const struct lv *lv, struct line devices)
{
	const char *end = devices.at + devices.len;
	const char *open = devices.len ? memchr(devices.at, '(', devices.len) : NULL;
	bool has_some = false;

	while (open) {
		const char *close = memchr(open, ')', (size_t)(end - open));
		uint64_t extent;

		if (!close ||
			parse_u64(open + 1, (size_t)(close - open) - 1, 10, &extent) <
				0 ||
			!begins_at(lv, extent))
			return false;
		has_some = true;
		open = memchr(close, '(', (size_t)(end - close));
	}
	return has_some;
}

static bool is_uuid_of(struct line word, const struct lv *lv)
{
	cleanup_free char *text = xstrndup(word.at, word.len);
	char plain[LVM_UUID_LEN + 1];

	return lvm_uuid_plain(text, plain) && strcmp(plain, lv->uuid) == 0;
}

static void row_compare(struct listed *listed, const struct row *row)
{
	struct line name = row->cells[CELL_NAME], uuid = row->cells[CELL_UUID];
	size_t at;

	if (name.len > 2 && *name.at == '[')
		return; /* hidden: with -a alone */
	listed->n_rows++;
	at = volume_find(listed->metadata, name);
	if (at == listed->metadata->n_lvs) {
		listed->is_other = true;
		return;
	}
	if (uuid.len ? is_uuid_of(uuid, &listed->metadata->lvs[at])
		     : has_extents(&listed->metadata->lvs[at], row->cells[CELL_DEVICES]))
		listed->is_same[at] = true;
	else
		listed->is_other = true;
}

static void piece_compare(const struct piece *piece, struct listed *listed)
{
	struct lines lines = lines_of(piece);
	struct columns columns = {.count = 0};
	struct line line;

	while (lines_next(&lines, &line)) {
		struct row row = {0};

		if (columns_read(lvs_columns, line, &columns) || !columns.count ||
			!columns_split(&columns, line, &row) ||
			!line_is(row.cells[CELL_VG], listed->metadata->vgs[0].name))
			continue;
		row_compare(listed, &row);
	}
}

static bool is_listed(const struct piece *piece, const struct host *metadata)
{
	cleanup_free bool *is_same = xcalloc(metadata->n_lvs + 1, sizeof(*is_same));
	struct listed listed = {.metadata = metadata, .is_same = is_same};

	if (piece_check_text(piece, NULL) < 0)
		return false;
	piece_compare(piece, &listed);
	for (size_t i = 0; i < metadata->n_lvs; i++)
		listed.is_other |= metadata->lvs[i].is_visible && !is_same[i];
	return listed.n_rows && !listed.is_other;
}

const struct piece *lvm_listed_by(
	const struct evidence *evidence, const struct host *metadata)
{
	const struct piece *piece = NULL;

	if (metadata->n_vgs != 1 || metadata->n_lvs > LISTED_MAX)
		return NULL;
	while ((piece = evidence_next(evidence, ROLE_LVM_TEXT, piece)))
		if (is_listed(piece, metadata))
			return piece;
	return NULL;
}
