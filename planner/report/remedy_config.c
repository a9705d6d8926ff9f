/* SPDX-License-Identifier: Apache-2.0 */
/* What a person does about a line of a configuration, in words; see remedy.h. Only
 * the person who wrote the line can say whether what it names is still wanted. */
#include <string.h>

#include "remedy.h"
#include "snapstate/cleanup.h"
#include "snapstate/host/config.h"

struct line {
	const char *file, *device, *target;
	unsigned number;
	enum config_kind kind;
};

static struct line line_of(const struct reason *reason)
{
	const struct fstab_entry *entry = reason->about.it;
	const struct config_entry *config = reason->about.it;

	if (reason->about.kind == ABOUT_FSTAB)
		return (struct line){"/etc/fstab", entry->source,
			*entry->target == '/' ? entry->target : "", entry->line,
			strcmp(entry->type, "swap") == 0 ? CONFIG_SWAP : CONFIG_MOUNT};
	return (struct line){
		config->file, config->device, config->target, config->line, config->kind};
}

/* How the line is taken out, with the tool that keeps the file where there is one. */
static void removal_words(const struct line *line, struct buf *text)
{
	switch (line->kind) {
	case CONFIG_MOUNT:
	case CONFIG_SWAP:
		if (strcmp(line->file, "/etc/fstab") == 0)
			buf_puts(text, "remove the line");
		else
			buf_puts(text, "disable and remove the unit");
		buf_puts(text, ", then `systemctl daemon-reload`");
		return;
	case CONFIG_AUTOFS:
		buf_puts(text, "remove the line, then `systemctl reload autofs`");
		return;
	case CONFIG_LIBVIRT:
		buf_puts(text, "remove the disk with `virsh edit`, or the guest with "
			       "`virsh undefine`");
		return;
	case CONFIG_XEN:
		buf_puts(text, "remove the disk from the file, or remove the file");
		return;
	case CONFIG_PROXMOX:
		buf_puts(text, "remove the disk with `qm set ID --delete DISK` or `pct "
			       "set ID --delete MP`");
		return;
	}
}

/* The reason before is answered by the same words, but for the line. */
static bool is_answered_before(const struct subject *subject, const struct reason *reason)
{
	const struct line line = line_of(reason);
	const struct reason *before = reason - 1;
	struct line other;

	if (reason == subject->reasons || before->rule != RULE_CONFIGURED ||
		before->about.kind != reason->about.kind)
		return false;
	other = line_of(before);
	return other.kind == line.kind && strcmp(other.target, line.target) == 0;
}

enum action_kind remedy_config_words(
	const struct subject *subject, const struct reason *reason, struct buf *text)
{
	const struct line line = line_of(reason);
	bool is_of_host = line.kind == CONFIG_MOUNT || line.kind == CONFIG_SWAP ||
			  line.kind == CONFIG_AUTOFS;

	if (is_answered_before(subject, reason)) {
		buf_sentence(
			text, "do the same for line %u of %s", line.number, line.file);
		return ACTION_SUPPLY;
	}
	buf_sentence(text,
		is_of_host ? "ask who wrote line %u of %s, and whether it is still needed"
			   : "find the owner of the guest in line %u of %s, and ask "
			     "whether the guest is still needed, even if it is off",
		line.number, line.file);
	buf_sentence(text, ": until that is known, do not remove %s; for a leftover, ",
		subject->label);
	removal_words(&line, text);
	buf_puts(text, ", and capture again");
	if (line.kind == CONFIG_MOUNT && *line.target)
		buf_sentence(
			text, ", or plan again with --leftover-mount %s", line.target);
	return ACTION_SUPPLY;
}

void remedy_config_advice(const struct host *host, const struct subject *subject,
	const struct reason *reason, struct buf *text)
{
	const struct line line = line_of(reason);

	if (reason->about.kind == ABOUT_FSTAB &&
		!fstab_names(host, subject, reason->about.it)) {
		buf_sentence(text,
			"check whether line %u of /etc/fstab, for the same mount point, "
			"is still needed",
			line.number);
	} else if (subject->verdict == VERDICT_REMOVE) {
		buf_sentence(text, "%s %u of %s, then `systemctl daemon-reload`: ",
			reason->about.kind == ABOUT_FSTAB ? "remove line"
							  : "remove the unit with line",
			line.number, line.file);
		buf_puts(text, "its device will be gone, and the next boot of the host "
			       "would wait for it");
	} else {
		buf_sentence(text,
			"leave line %u of %s as it is while this snapshot stays: its "
			"author wants it mounted. Once it is certain that this is a "
			"leftover, remove %s, then `systemctl daemon-reload`, or it is "
			"mounted again",
			line.number, line.file,
			reason->about.kind == ABOUT_FSTAB ? "the line" : "the unit");
	}
}
