/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a configuration names it: a line of /etc/fstab, a unit of systemd, a guest's
 * configuration. Who wrote that means to use it, with "ro" and "noauto" as well: it is a
 * leftover only where something decides that, and nobody but the person who wrote it can
 * say more. A mount is decided by its mount point: backups mount their snapshots there,
 * or the operator asserts that what is mounted there is a leftover. Nothing decides for a
 * guest's disk: where the guest is a leftover too, its configuration goes first.
 */
#include <string.h>

#include "checks.h"
#include "snapstate/cleanup.h"
#include "snapstate/host/config.h"

/* Lines that are told: with more it is configured, whatever they say. */
#define CONFIGURED_MOST 16
/* Of each of its names, lines that are looked at. */
#define MENTIONS_MOST 64

static const char *kind_words(enum config_kind kind)
{
	switch (kind) {
	case CONFIG_MOUNT:
	case CONFIG_AUTOFS:
		return "mounts it";
	case CONFIG_SWAP:
		return "makes it a swap area";
	case CONFIG_LIBVIRT:
	case CONFIG_XEN:
	case CONFIG_PROXMOX:
		return "assigns it to a guest";
	}
	return "names it";
}

static void note_about(struct subject *subject, const struct mention *mention)
{
	if (mention->fstab)
		subject_about(subject, ABOUT_FSTAB, mention->fstab);
	else
		subject_about(subject, ABOUT_CONFIG, mention->config);
}

/* Two mount points are one too many: the plan accepts one. */
static bool is_decided(const struct survey *survey, struct subject *subject,
	const struct mention *mention)
{
	enum place_kind kind;
	const char *place;

	if (mention->kind != CONFIG_MOUNT || !*mention->target)
		return false;
	kind = subject_place(survey->request, subject, mention->target, &place);
	if (kind == PLACE_NONE)
		return false;
	if (!subject->configured_mount)
		subject->configured_mount = mention->target;
	subject->is_at_select_mount |= kind == PLACE_OF_SELECT;
	return strcmp(subject->configured_mount, mention->target) == 0;
}

static void note_mention(const struct survey *survey, struct subject *subject,
	const struct mention *mention)
{
	bool is_mount = mention->kind == CONFIG_MOUNT && *mention->target;

	if (is_decided(survey, subject, mention))
		subject_reason(subject, RULE_FSTAB, "line %u of %s names it (%s on %s)",
			mention->line, mention->file, mention->device, mention->target);
	else
		subject_reason(subject, RULE_CONFIGURED, "line %u of %s %s (%s%s%s)",
			mention->line, mention->file, kind_words(mention->kind),
			mention->device, is_mount ? " on " : "",
			is_mount ? mention->target : "");
	note_about(subject, mention);
}

/* systemd makes such a unit of a line of /etc/fstab, which is told already. */
static bool is_told(const struct mentions *mentions, const struct mention *mention)
{
	static const char generated[] = "/run/systemd/generator";

	if (strncmp(mention->file, generated, strlen(generated)) != 0)
		return false;
	for (size_t i = 0; i < mentions->count; i++)
		if (mentions->items[i].fstab &&
			strcmp(mentions->items[i].target, mention->target) == 0)
			return true;
	return false;
}

void check_configured(const struct survey *survey, struct subject *subject)
{
	cleanup_mentions struct mentions mentions = {0};
	unsigned count = 0;

	host_mentions_of_volume(survey->host, subject->vg_uuid, subject->lv_uuid,
		MENTIONS_MOST, &mentions);
	for (size_t i = 0; i < mentions.count; i++) {
		if (is_told(&mentions, &mentions.items[i]))
			continue;
		if (count++ == CONFIGURED_MOST) {
			subject_reason(subject, RULE_CONFIGURED,
				"more than %d lines name it", CONFIGURED_MOST);
			return;
		}
		note_mention(survey, subject, &mentions.items[i]);
	}
	if (mentions.is_cut)
		subject_reason(subject, RULE_CONFIGURED, "more than %d lines name it",
			MENTIONS_MOST);
}
