/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The operations: one row for each, and what their grammars say, written and read. Input:
 * a target, or a line. Output: text for the plan, the journal, the observer, and people.
 *
 * In a grammar a letter behind % stands for a member of struct plan_target; all else is
 * as it is. Invariant: what the writer makes of a grammar, the reader takes.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "plan_orders.h"
#include "snapstate/cleanup.h"
#include "snapstate/lvm_uuid.h"

static const struct plan_op_row rows[PLAN_OPS] = {
	[OP_UMOUNT] = {.name = "umount",
		.command = "umount %t",
		.target = "mount %n:%i device %d target %t",
		.fact = "mount %n:%i device %d ",
		.fact_too = " target %t type ",
		.key = "mount %n:%i",
		.named = "target %t"},
	[OP_DM_REMOVE] = {.name = "dm-remove",
		.command = "dmsetup remove -u =%u",
		.command_without = "dmsetup remove %N",
		.target = "device %d uuid %u name %N",
		.fact = "device %d name %N uuid %u ",
		.key = "device %d",
		.named = "uuid %u name %N"},
	[OP_LV_REMOVE] = {.name = "lv-remove",
		.command = "lvremove -y %V/%L",
		.target = "volume %v/%l origin %o name %V/%L",
		.fact = "volume %v/%l name %V/%L type snapshot origin %o ",
		.key = "volume %v/%l",
		.is_by_lvm = true},
	[OP_LV_REFRESH] = {.name = "lv-refresh",
		.command = "lvchange --refresh %V/%L",
		.target = "volume %v/%l origin - name %V/%L",
		.fact = "volume %v/%l name %V/%L type ",
		.key = "volume %v/%l",
		.is_by_lvm = true,
		.is_kept = true},
	[OP_SWAP_OFF] = {.name = "swap-off",
		.command = "swapoff %p",
		.target = "swap %d path %p",
		.fact = "holder %d swap %p unused",
		.key = "swap %d",
		.named = "path %p"},
	[OP_MD_STOP] = {.name = "md-stop",
		.command = "mdadm --stop /dev/%k",
		.target = "block %d name %k kind md uuid %a diskseq %s below %b file -",
		.fact = "block %d name %k kind md uuid %a diskseq %s below %b file - "
			"level ",
		.key = "block %d",
		.named = "name %k"},
	[OP_LOOP_DETACH] = {.name = "loop-detach",
		.command = "losetup -d /dev/%k",
		.target = "block %d name %k kind loop uuid - diskseq %s below %B file %f",
		.fact = "block %d name %k kind loop uuid - diskseq %s below %B file %f "
			"level ",
		.key = "block %d",
		.named = "name %k file %f"},
};

const struct plan_op_row *plan_op_row(enum plan_op op)
{
	return &rows[op];
}

const char *plan_op_name(enum plan_op op)
{
	return rows[op].name;
}

int plan_op_parse(const char *name, size_t len, enum plan_op *ret_op)
{
	for (size_t i = 0; i < PLAN_OPS; i++) {
		if (strlen(rows[i].name) == len && memcmp(rows[i].name, name, len) == 0) {
			*ret_op = (enum plan_op)i;
			return 0;
		}
	}
	return -EINVAL;
}

/* ---- members ---- */

enum member_kind {
	MEMBER_STRING,
	MEMBER_PATH,  /* begins with / */
	MEMBER_LABEL, /* is not empty */
	MEMBER_UUID,  /* of LVM, plain */
	MEMBER_DEVNO,
	MEMBER_U64,
	MEMBER_U32,
	MEMBER_BELOW, /* one or more, in ascending order */
	MEMBER_BELOW_ONE,
};

struct member {
	char letter;
	enum member_kind kind;
	size_t offset;
};

#define MEMBER(letter, kind, name)                                                       \
	{                                                                                \
		letter, kind, offsetof(struct plan_target, name)                         \
	}

static const struct member members[] = {
	MEMBER('n', MEMBER_U64, namespace_id),
	MEMBER('i', MEMBER_U32, mount_id),
	MEMBER('t', MEMBER_PATH, mount_target),
	MEMBER('d', MEMBER_DEVNO, devno),
	MEMBER('u', MEMBER_STRING, dm_uuid),
	MEMBER('N', MEMBER_LABEL, dm_name),
	MEMBER('v', MEMBER_UUID, vg_uuid),
	MEMBER('l', MEMBER_UUID, lv_uuid),
	MEMBER('o', MEMBER_UUID, origin_uuid),
	MEMBER('V', MEMBER_STRING, vg_name),
	MEMBER('L', MEMBER_STRING, lv_name),
	MEMBER('p', MEMBER_PATH, swap_path),
	MEMBER('k', MEMBER_LABEL, kname),
	MEMBER('a', MEMBER_STRING, array_uuid),
	MEMBER('s', MEMBER_U64, diskseq),
	MEMBER('b', MEMBER_BELOW, below),
	MEMBER('B', MEMBER_BELOW_ONE, below),
	MEMBER('f', MEMBER_PATH, file),
};

#define N_MEMBERS (sizeof(members) / sizeof(members[0]))

static bool is_string(const struct member *member)
{
	return member->kind <= MEMBER_UUID;
}

/* Grammars are ours: each letter is there. */
static const struct member *member_of(char letter)
{
	const struct member *member = members;

	while (member->letter != letter)
		member++;
	return member;
}

static void *place_of(struct plan_target *target, const struct member *member)
{
	return (char *)target + member->offset;
}

static const void *value_of(const struct plan_target *target, const struct member *member)
{
	return (const char *)target + member->offset;
}

char **plan_target_string(struct plan_target *target, char letter)
{
	return place_of(target, member_of(letter));
}

void plan_target_init(struct plan_target *target)
{
	for (size_t i = 0; i < N_MEMBERS; i++)
		if (is_string(&members[i]))
			*(char **)place_of(target, &members[i]) = xstrdup("");
}

void plan_target_free(struct plan_target *target)
{
	for (size_t i = 0; i < N_MEMBERS; i++)
		if (is_string(&members[i]))
			free(*(char **)place_of(target, &members[i]));
	free(target->below);
}

/* ---- writing ---- */

static void put_below(const struct plan_target *target, struct buf *text)
{
	for (size_t i = 0; i < target->n_below; i++)
		buf_printf(
			text, "%s" DEVNO_FMT, i ? "," : "", DEVNO_ARGS(target->below[i]));
	if (!target->n_below)
		buf_puts(text, "-");
}

static void put_member(
	const struct plan_target *target, const struct member *member, struct buf *text)
{
	const void *value = value_of(target, member);

	switch (member->kind) {
	case MEMBER_STRING:
	case MEMBER_PATH:
	case MEMBER_LABEL:
	case MEMBER_UUID:
		buf_word(text, *(char *const *)value);
		return;
	case MEMBER_DEVNO:
		buf_printf(text, DEVNO_FMT, DEVNO_ARGS(*(const struct devno *)value));
		return;
	case MEMBER_U64:
		buf_printf(text, "%llu", (unsigned long long)*(const uint64_t *)value);
		return;
	case MEMBER_U32:
		buf_printf(text, "%u", *(const uint32_t *)value);
		return;
	case MEMBER_BELOW:
	case MEMBER_BELOW_ONE:
		put_below(target, text);
		return;
	}
}

void plan_target_print(
	const struct plan_target *target, const char *grammar, struct buf *ret_text)
{
	for (const char *at = grammar; *at; at++) {
		if (*at == '%')
			put_member(target, member_of(*++at), ret_text);
		else
			buf_add(ret_text, at, 1);
	}
}

void plan_step_target(const struct plan_step *step, struct buf *ret_text)
{
	plan_target_print(&step->target, rows[step->op].target, ret_text);
}

/* ---- for people ---- */

/* One word of a command: its members as they are, and all of it quoted. */
static void put_argument(const struct plan_target *target, const char *word, size_t len,
	struct buf *ret_text)
{
	cleanup_buf struct buf text = BUF_INIT;
	bool is_value = *word == '=';

	for (size_t i = is_value; i < len; i++) {
		if (word[i] == '%')
			buf_puts(&text,
				*(char *const *)value_of(target, member_of(word[++i])));
		else
			buf_add(&text, word + i, 1);
	}
	if (is_value) {
		buf_puts(ret_text, " ");
		buf_quoted(ret_text, buf_text(&text));
	} else {
		buf_argument(ret_text, buf_text(&text));
	}
}

void plan_step_command(const struct plan_step *step, struct buf *ret_text)
{
	const struct plan_op_row *row = &rows[step->op];
	bool is_without = row->command_without && !*step->target.dm_uuid;
	const char *at = is_without ? row->command_without : row->command;

	while (*at) {
		size_t len = strcspn(at, " ");

		if (memchr(at, '%', len)) {
			ret_text->len--; /* an argument brings its own blank */
			put_argument(&step->target, at, len, ret_text);
		} else {
			buf_add(ret_text, at, len);
		}
		at += len;
		if (*at)
			buf_puts(ret_text, " ");
		at += *at == ' ';
	}
}

/* ---- reading ---- */

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

/* "MAJ:MIN,MAJ:MIN", in ascending order: as the one writer has it, each once. */
static int take_below(struct lines *lines, struct plan_target *target)
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
	return target->n_below ? 0
			       : lines_bad(lines, "an array or a loop device has members "
						  "or a file, on a device");
}

static int take_string(
	struct lines *lines, char stop, const struct member *member, char **ret_string)
{
	if (member->kind == MEMBER_UUID)
		return take_uuid(lines, stop, ret_string);
	if (lines_take_word(lines, stop, ret_string) < 0)
		return -EBADMSG;
	if (member->kind == MEMBER_PATH && **ret_string != '/')
		return lines_bad(lines, "a path begins with /");
	if (member->kind == MEMBER_LABEL && !**ret_string)
		return lines_bad(lines, "a device has a name");
	return 0;
}

static int take_member(struct lines *lines, char stop, const struct member *member,
	struct plan_target *target)
{
	void *place = place_of(target, member);
	uint64_t number = 0;

	switch (member->kind) {
	case MEMBER_STRING:
	case MEMBER_PATH:
	case MEMBER_LABEL:
	case MEMBER_UUID:
		return take_string(lines, stop, member, place);
	case MEMBER_DEVNO:
		return lines_take_devno(lines, place);
	case MEMBER_U64:
		return lines_take_number(lines, stop, UINT64_MAX, place);
	case MEMBER_U32:
		if (lines_take_number(lines, stop, UINT32_MAX, &number) < 0)
			return -EBADMSG;
		*(uint32_t *)place = (uint32_t)number;
		return 0;
	case MEMBER_BELOW:
		return take_below(lines, target);
	case MEMBER_BELOW_ONE:
		if (take_below(lines, target) < 0)
			return -EBADMSG;
		return target->n_below == 1
			       ? 0
			       : lines_bad(lines, "a loop device is on one device");
	}
	return -EBADMSG;
}

int plan_take_target(struct lines *lines, struct plan_step *step)
{
	const char *at = rows[step->op].target;
	cleanup_buf struct buf literal = BUF_INIT;

	buf_puts(&literal, "target ");
	while (*at) {
		size_t len = strcspn(at, "%");
		const char *member = at + len;

		buf_add(&literal, at, len);
		if (lines_take(lines, buf_text(&literal)) < 0)
			return -EBADMSG;
		literal.len = 0;
		at = member;
		if (!*at)
			break;
		at += 2;
		if (take_member(lines, *at ? *at : ' ', member_of(member[1]),
			    &step->target) < 0)
			return -EBADMSG;
	}
	return 0;
}
