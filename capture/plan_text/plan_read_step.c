/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One step of a plan: number, operation, reasons, target, changes. See plan_text.h.
 * Invariant of a step that was read: it acts on what its own facts speak of.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "plan_text.h"
#include "snapstate/cleanup.h"
#include "snapstate/host/block.h"
#include "snapstate/lvm_names.h"

/* ---- targets ---- */

static int take_uuid(struct lines *lines, char stop, char **ret_uuid)
{
	char plain[LVM_UUID_LEN + 1];
	int r = lines_take_word(lines, stop, ret_uuid);

	if (r == 0 &&
		(strlen(*ret_uuid) != LVM_UUID_LEN || !lvm_uuid_plain(*ret_uuid, plain)))
		return lines_bad(
			lines, "a LVM uuid is %d letters and digits", LVM_UUID_LEN);
	return r;
}

static int read_mount_target(struct lines *lines, struct plan_target *target)
{
	uint64_t id = 0;

	if (lines_take(lines, "target mount ") < 0 ||
		lines_take_number(lines, ':', UINT64_MAX, &target->namespace_id) < 0 ||
		lines_take(lines, ":") < 0 ||
		lines_take_number(lines, ' ', UINT32_MAX, &id) < 0 ||
		lines_take(lines, " device ") < 0 ||
		lines_take_devno(lines, &target->devno) < 0 ||
		lines_take(lines, " target ") < 0 ||
		lines_take_word(lines, ' ', &target->mount_target) < 0)
		return -EBADMSG;
	target->mount_id = (uint32_t)id;
	if (*target->mount_target != '/')
		return lines_bad(lines, "a mount's target begins with /");
	return 0;
}

static int read_device_target(struct lines *lines, struct plan_target *target)
{
	if (lines_take(lines, "target device ") < 0 ||
		lines_take_devno(lines, &target->devno) < 0 ||
		lines_take(lines, " uuid ") < 0 ||
		lines_take_word(lines, ' ', &target->dm_uuid) < 0 ||
		lines_take(lines, " name ") < 0 ||
		lines_take_word(lines, ' ', &target->dm_name) < 0)
		return -EBADMSG;
	if (*target->dm_name == '\0')
		return lines_bad(lines, "a device has a name");
	return 0;
}

static int read_volume_target(
	struct lines *lines, struct plan_target *target, bool has_origin)
{
	if (lines_take(lines, "target volume ") < 0 ||
		take_uuid(lines, '/', &target->vg_uuid) < 0 ||
		lines_take(lines, "/") < 0 ||
		take_uuid(lines, ' ', &target->lv_uuid) < 0 ||
		lines_take(lines, " origin ") < 0)
		return -EBADMSG;
	if (has_origin ? take_uuid(lines, ' ', &target->origin_uuid) < 0
		       : lines_take(lines, "-") < 0)
		return -EBADMSG;
	if (lines_take(lines, " name ") < 0 ||
		lines_take_word(lines, '/', &target->vg_name) < 0 ||
		lines_take(lines, "/") < 0 ||
		lines_take_word(lines, ' ', &target->lv_name) < 0)
		return -EBADMSG;
	return 0;
}

static int read_swap_target(struct lines *lines, struct plan_target *target)
{
	if (lines_take(lines, "target swap ") < 0 ||
		lines_take_devno(lines, &target->devno) < 0 ||
		lines_take(lines, " path ") < 0 ||
		lines_take_word(lines, ' ', &target->swap_path) < 0)
		return -EBADMSG;
	if (*target->swap_path != '/')
		return lines_bad(lines, "the path of a swap area begins with /");
	return 0;
}

/* "MAJ:MIN,MAJ:MIN", in ascending order: as the one writer has it, each once. */
static int read_below(struct lines *lines, struct plan_target *target)
{
	cleanup_free char *list = NULL;
	const char *at;

	if (lines_take_word(lines, ' ', &list) < 0)
		return -EBADMSG;
	for (at = list; *at; at += strcspn(at, ","), at += *at == ',') {
		struct devno devno;

		if (parse_devno(at, strcspn(at, ","), &devno) < 0)
			return lines_bad(
				lines, "expected device numbers (MAJOR:MINOR,...)");
		if (target->n_below == PLAN_MEMBERS_MAX)
			return lines_bad(lines, "an array has at most %d members",
				PLAN_MEMBERS_MAX);
		if (target->n_below &&
			devno_compare(target->below[target->n_below - 1], devno) >= 0)
			return lines_bad(lines,
				"device numbers are in ascending order, each once");
		*array_add(&target->below, &target->n_below) = devno;
	}
	return 0;
}

static int read_block_target(
	struct lines *lines, struct plan_target *target, enum block_kind kind)
{
	char kind_words[32];

	snprintf(kind_words, sizeof(kind_words), " kind %s", block_kind_name(kind));
	if (lines_take(lines, "target block ") < 0 ||
		lines_take_devno(lines, &target->devno) < 0 ||
		lines_take(lines, " name ") < 0 ||
		lines_take_word(lines, ' ', &target->kname) < 0 ||
		lines_take(lines, kind_words) < 0 || lines_take(lines, " uuid ") < 0 ||
		lines_take_word(lines, ' ', &target->array_uuid) < 0 ||
		lines_take(lines, " diskseq ") < 0 ||
		lines_take_number(lines, ' ', UINT64_MAX, &target->diskseq) < 0 ||
		lines_take(lines, " below ") < 0 || read_below(lines, target) < 0 ||
		lines_take(lines, " file ") < 0 ||
		lines_take_word(lines, ' ', &target->file) < 0)
		return -EBADMSG;
	if (*target->kname == '\0')
		return lines_bad(lines, "a block device has a name");
	if (kind == BLOCK_MD && (!target->n_below || *target->file))
		return lines_bad(lines, "an array has members, and no file");
	if (kind == BLOCK_LOOP &&
		(target->n_below != 1 || *target->file != '/' || *target->array_uuid))
		return lines_bad(
			lines, "a loop device has one file, on one device, and no uuid");
	return 0;
}

static int read_target(struct lines *lines, struct plan_step *step)
{
	switch (step->op) {
	case OP_UMOUNT:
		return read_mount_target(lines, &step->target);
	case OP_DM_REMOVE:
		return read_device_target(lines, &step->target);
	case OP_LV_REMOVE:
		return read_volume_target(lines, &step->target, true);
	case OP_LV_REFRESH:
		return read_volume_target(lines, &step->target, false);
	case OP_SWAP_OFF:
		return read_swap_target(lines, &step->target);
	case OP_MD_STOP:
		return read_block_target(lines, &step->target, BLOCK_MD);
	case OP_LOOP_DETACH:
		return read_block_target(lines, &step->target, BLOCK_LOOP);
	}
	return -EBADMSG;
}

/* ---- target and facts ---- */

static void add_volume_fact(const struct plan_target *target, struct buf *begin)
{
	buf_printf(begin, "volume %s/%s name ", target->vg_uuid, target->lv_uuid);
	buf_word(begin, target->vg_name);
	buf_puts(begin, "/");
	buf_word(begin, target->lv_name);
	buf_puts(begin, " type ");
}

/* How the fact about the target begins. */
static void target_fact(const struct plan_step *step, struct buf *begin)
{
	const struct plan_target *target = &step->target;

	switch (step->op) {
	case OP_UMOUNT:
		buf_printf(begin, "mount %llu:%u device " DEVNO_FMT " ",
			(unsigned long long)target->namespace_id, target->mount_id,
			DEVNO_ARGS(target->devno));
		return;
	case OP_DM_REMOVE:
		buf_printf(
			begin, "device " DEVNO_FMT " name ", DEVNO_ARGS(target->devno));
		buf_word(begin, target->dm_name);
		buf_puts(begin, " uuid ");
		buf_word(begin, target->dm_uuid);
		buf_puts(begin, " ");
		return;
	case OP_LV_REMOVE:
		add_volume_fact(target, begin);
		buf_printf(begin, "snapshot origin %s ", target->origin_uuid);
		return;
	case OP_LV_REFRESH:
		add_volume_fact(target, begin);
		return;
	case OP_SWAP_OFF:
		buf_printf(
			begin, "holder " DEVNO_FMT " swap ", DEVNO_ARGS(target->devno));
		buf_word(begin, target->swap_path);
		buf_puts(begin, " unused");
		return;
	case OP_MD_STOP:
		plan_block_identity(target, BLOCK_MD, begin);
		buf_puts(begin, " level ");
		return;
	case OP_LOOP_DETACH:
		plan_block_identity(target, BLOCK_LOOP, begin);
		buf_puts(begin, " level ");
		return;
	}
}

static bool is_prefixed(const char *line, const char *begin)
{
	return strncmp(line, begin, strlen(begin)) == 0;
}

static bool has_prefixed(const struct facts *facts, const char *begin, const char *also)
{
	for (size_t i = 0; i < facts->count; i++)
		if (is_prefixed(facts->lines[i], begin) && strstr(facts->lines[i], also))
			return true;
	return false;
}

/* The step acts on what its own facts say goes; a refresh keeps the volume it names. */
static bool target_is_consistent(
	const struct plan_step *step, const struct plan_ledger *ledger)
{
	cleanup_buf struct buf begin = BUF_INIT, also = BUF_INIT;

	target_fact(step, &begin);
	if (step->op == OP_UMOUNT) {
		buf_puts(&also, " target ");
		buf_word(&also, step->target.mount_target);
		buf_puts(&also, " type ");
	}
	if (step->op == OP_LV_REFRESH)
		return bag_has(&ledger->volumes, buf_text(&begin));
	return has_prefixed(&step->gone, buf_text(&begin), buf_text(&also));
}

/* ---- the step ---- */

static int read_reasons(struct lines *lines, struct plan_step *step)
{
	if (!lines_is(lines, "reason "))
		return lines_take(lines, "reason ");
	while (lines_is(lines, "reason ")) {
		if (step->n_reasons == PLAN_REASONS_MAX)
			return lines_bad(
				lines, "a step has at most %d reasons", PLAN_REASONS_MAX);
		if (lines_take(lines, "reason ") < 0 ||
			lines_take_tail(
				lines, array_add(&step->reasons, &step->n_reasons)) < 0 ||
			lines_take_end(lines) < 0)
			return -EBADMSG;
	}
	return 0;
}

static int read_step_line(
	struct lines *lines, struct plan *plan, struct plan_step **ret_step)
{
	uint64_t number = 0;
	enum plan_op op;
	size_t len;

	if (plan->n_steps == PLAN_STEPS_MAX)
		return lines_bad(
			lines, "a plan has at most %d steps", PLAN_STEPS_MAX);
	if (lines_take(lines, "step ") < 0 ||
		lines_take_number(lines, ' ', PLAN_STEPS_MAX, &number) < 0 ||
		lines_take(lines, " ") < 0)
		return -EBADMSG;
	if (number != plan->n_steps + 1)
		return lines_bad(lines, "expected step %zu", plan->n_steps + 1);
	len = (size_t)(lines->line + lines->len - lines->at);
	if (plan_op_parse(lines->at, len, &op) < 0)
		return lines_bad(
			lines, "unknown operation \"%.*s\"", (int)len, lines->at);
	*ret_step = plan_step_add(plan, op);
	lines_advance(lines);
	return 0;
}

int plan_read_step(
	struct lines *lines, struct plan *plan, struct plan_ledger *ledger)
{
	struct plan_step *step = NULL;
	struct lines at_target;

	if (read_step_line(lines, plan, &step) < 0)
		return -EBADMSG;
	if (!lines_is(lines, "# "))
		return lines_take(lines, "# ");
	lines_advance(lines); /* its words are compared with the writer's */
	if (read_reasons(lines, step) < 0)
		return -EBADMSG;
	at_target = *lines;
	if (read_target(lines, step) < 0 || lines_take_end(lines) < 0 ||
		plan_take_changes(lines, ledger, step) < 0)
		return -EBADMSG;
	if (!target_is_consistent(step, ledger))
		return lines_bad(
			&at_target, "no fact of this step is about its target");
	return lines_take_end(lines);
}
