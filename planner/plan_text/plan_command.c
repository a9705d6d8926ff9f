/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command that a person would type for a step. For reading only: nothing runs it, but
 * somebody may paste it, so names are quoted for bash and stay on one line of ASCII.
 */
#include <string.h>

#include "plan_text.h"
#include "snapstate/cleanup.h"

static bool needs_no_quotes(const char *text)
{
	static const char safe[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				   "0123456789_./:=@%+,-#";

	/* '#' and '=' are plain only behind the first character */
	return *text && *text != '#' && *text != '=' &&
	       strspn(text, safe) == strlen(text);
}

static bool is_printable(const char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			return false;
	return true;
}

static void add_single_quoted(struct buf *b, const char *text)
{
	buf_puts(b, "'");
	for (; *text; text++) {
		if (*text == '\'')
			buf_puts(b, "'\\''");
		else
			buf_add(b, text, 1);
	}
	buf_puts(b, "'");
}

/* bash's $'...': at most two hexadecimal digits follow \x */
static void add_ansi_quoted(struct buf *b, const char *text)
{
	buf_puts(b, "$'");
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c == '\'' || c == '\\')
			buf_printf(b, "\\%c", c);
		else if (c >= ' ' && c <= '~')
			buf_add(b, text, 1);
		else
			buf_printf(b, "\\x%02x", c);
	}
	buf_puts(b, "'");
}

static void add_quoted(struct buf *b, const char *text)
{
	if (needs_no_quotes(text))
		buf_puts(b, text);
	else if (is_printable(text))
		add_single_quoted(b, text);
	else
		add_ansi_quoted(b, text);
}

static void add_argument(struct buf *b, const char *text)
{
	buf_puts(b, *text == '-' ? " -- " : " ");
	add_quoted(b, text);
}

static void add_volume(struct buf *b, const struct plan_target *target)
{
	struct buf name = BUF_INIT;

	buf_printf(&name, "%s/%s", target->vg_name, target->lv_name);
	add_argument(b, buf_text(&name));
	buf_free(&name);
}

static void add_node(struct buf *b, const char *kname)
{
	cleanup_buf struct buf path = BUF_INIT;

	buf_printf(&path, "/dev/%s", kname);
	add_argument(b, buf_text(&path));
}

void plan_step_command(const struct plan_step *step, struct buf *ret_text)
{
	const struct plan_target *target = &step->target;

	switch (step->op) {
	case OP_UMOUNT:
		buf_puts(ret_text, "umount");
		add_argument(ret_text, target->mount_target);
		return;
	case OP_DM_REMOVE:
		buf_puts(ret_text, "dmsetup remove");
		if (*target->dm_uuid) {
			buf_puts(ret_text, " -u ");
			add_quoted(ret_text, target->dm_uuid);
		} else {
			add_argument(ret_text, target->dm_name);
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
		add_argument(ret_text, target->swap_path);
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
