/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command that a person would type for a step. For reading only: nothing runs it.
 */
#include "plan_text.h"
#include "snapstate/cleanup.h"

static void add_volume(struct buf *b, const struct plan_target *target)
{
	struct buf name = BUF_INIT;

	buf_printf(&name, "%s/%s", target->vg_name, target->lv_name);
	buf_argument(b, buf_text(&name));
	buf_free(&name);
}

static void add_node(struct buf *b, const char *kname)
{
	cleanup_buf struct buf path = BUF_INIT;

	buf_printf(&path, "/dev/%s", kname);
	buf_argument(b, buf_text(&path));
}

void plan_step_command(const struct plan_step *step, struct buf *ret_text)
{
	const struct plan_target *target = &step->target;

	switch (step->op) {
	case OP_UMOUNT:
		buf_puts(ret_text, "umount");
		buf_argument(ret_text, target->mount_target);
		return;
	case OP_DM_REMOVE:
		buf_puts(ret_text, "dmsetup remove");
		if (*target->dm_uuid) {
			buf_puts(ret_text, " -u ");
			buf_quoted(ret_text, target->dm_uuid);
		} else {
			buf_argument(ret_text, target->dm_name);
		}
		return;
	case OP_LV_REMOVE:
		buf_puts(ret_text, "lvremove -y");
		add_volume(ret_text, target);
		return;
	case OP_LV_REFRESH:
		buf_puts(ret_text, "lvchange --refresh");
		add_volume(ret_text, target);
		return;
	case OP_SWAP_OFF:
		buf_puts(ret_text, "swapoff");
		buf_argument(ret_text, target->swap_path);
		return;
	case OP_MD_STOP:
		buf_puts(ret_text, "mdadm --stop");
		add_node(ret_text, target->kname);
		return;
	case OP_LOOP_DETACH:
		buf_puts(ret_text, "losetup -d");
		add_node(ret_text, target->kname);
		return;
	}
}
