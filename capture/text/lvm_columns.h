/* SPDX-License-Identifier: Apache-2.0 */
/* What `lvm vgs` and `lvm pvs` print in columns, where LVM prints no JSON. */
#ifndef SNAPSTATE_TEXT_LVM_COLUMNS_H
#define SNAPSTATE_TEXT_LVM_COLUMNS_H

#include "snapstate/buf.h"
#include "snapstate/err.h"

struct lvm_rows {
	char **fields;
	size_t n_fields;
	char **values; /* row by row */
	size_t n_values;
};

/* `fields` as they were asked for with -o. -EBADMSG: some line is no such row. */
int text_lvm_rows_read(const char *fields, const struct buf *text,
	struct lvm_rows *ret_rows, struct err *err);
/* The report as LVM prints it with --reportformat json; either may be NULL. */
void text_lvm_rows_print(
	const struct lvm_rows *vgs, const struct lvm_rows *pvs, struct buf *ret_json);
size_t lvm_rows_count(const struct lvm_rows *rows);
/* NULL: there is no such field. */
const char *lvm_rows_value(const struct lvm_rows *rows, size_t row, const char *field);
/* One value for each row. */
void lvm_rows_add_field(
	struct lvm_rows *rows, const char *field, const char *const values[]);
void lvm_rows_free(struct lvm_rows *rows);
#define cleanup_lvm_rows cleanup_with(lvm_rows_free)

#endif
