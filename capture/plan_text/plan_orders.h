/* SPDX-License-Identifier: Apache-2.0 */
/* What both readers of a plan share: of all of it, and of what is carried out. */
#ifndef SNAPSTATE_PLAN_ORDERS_H
#define SNAPSTATE_PLAN_ORDERS_H

#include <stdlib.h>

#include "snapstate/lines.h"
#include "snapstate/orders.h"
#include "snapstate/stamp.h"

/* Strings "", which are freed. */
void plan_target_init(struct plan_target *target);
void plan_target_free(struct plan_target *target);
/* The step's target line, up to its end. */
int plan_take_target(struct lines *lines, struct plan_step *step);

/* A new last step, with such strings; valid until the next call. */
struct plan_step *plan_step_new(
	struct plan_step **steps, size_t *n_steps, enum plan_op op);
void plan_step_free(struct plan_step *step);

/* ---- reading ---- */

extern const struct lines_kind plan_kind;

/* Version, capture, expiry: up to created-by. */
int plan_read_origin(struct lines *lines, struct orders *orders);
/* The line that may be there; the lines, none twice. */
int plan_read_redaction(struct lines *lines, struct orders *orders);
int plan_read_after(struct lines *lines, struct orders *orders);
/* A new step: its number and operation, its part, the command for people, the reasons. */
int plan_read_step_head(struct lines *lines, bool has_parts, struct plan_step **steps,
	size_t *n_steps, struct plan_step **ret_step);
/* The last line. */
int plan_read_digest(struct lines *lines, char ret_hex[SHA256_HEX_LEN + 1]);

#endif
