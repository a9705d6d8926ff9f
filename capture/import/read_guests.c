/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Machines that have volumes for disks, as libvirt, Proxmox and Xen list them. Input:
 * virsh domblklist and dumpxml, qm and pct config, pvesm, xl list. Output: which device
 * is configured for a guest. A Proxmox storage's volume, "local-lvm:vm-100-disk-0", names
 * no volume group: such a line is understood, and shows nothing.
 */
#include <ctype.h>
#include <string.h>

#include "format.h"

/* "vda /dev/vg/disk": what else the line has may be secret, and is not kept. */
static void configured_found(struct reading *reading, struct line label, struct line path)
{
	cleanup_buf struct buf text = BUF_INIT;

	buf_add(&text, label.at, label.len);
	buf_puts(&text, label.len ? " " : "");
	buf_add(&text, path.at, path.len);
	found_text(reading, thing_path(reading->findings, path), SHOWN_CONFIGURED,
		buf_text(&text));
}

/* From "/dev/" to where no path goes on. */
static struct line path_in(struct line line)
{
	const char *at = memmem(line.at, line.len, "/dev/", 5);
	struct line path = {at ? at : "", 0};

	while (at && at + path.len < line.at + line.len &&
		!strchr(" ,;'\"<>\t", at[path.len]))
		path.len++;
	return path;
}

/* "Target Source" and a line of hyphens, then "vda /dev/vg/disk"; with --details two
 * columns more in front. */
bool read_domblklist(struct reading *reading, struct line line)
{
	struct line rest = line_trim(line), first = line_word(&rest);
	struct line path = path_in(line), word, label = first;

	if (line_is(first, "Target") || line_is(first, "Type"))
		return line_has(line, "Source");
	if (line_begins(&first, "---"))
		return true;
	if (!path.len)
		return rest.len > 0;
	for (word = first; word.len && word.at < path.at; word = line_word(&rest))
		label = word;
	configured_found(reading, label, path);
	return true;
}

/* "<source dev='/dev/vg/disk'/>" among the lines of a domain's XML */
bool read_domain(struct reading *reading, struct line line)
{
	struct line text = line_trim(line), path = path_in(text);

	if (!text.len || *text.at != '<')
		return false;
	if (line_begins(&text, "<source ") && path.len)
		configured_found(reading, line_text("disk"), path);
	return true;
}

static bool is_key(struct line word)
{
	if (word.len < 2 || word.at[word.len - 1] != ':')
		return false;
	for (size_t i = 0; i + 1 < word.len; i++)
		if (!isalnum((unsigned char)word.at[i]) &&
			!strchr("_-.", word.at[i] ? word.at[i] : 'x'))
			return false;
	return true;
}

/* "scsi0: /dev/vg/disk,size=32G", "scsi1: local-lvm:vm-100-disk-0" */
bool read_qm_config(struct reading *reading, struct line line)
{
	struct line rest = line_trim(line), key = line_word(&rest), path = path_in(rest);

	if (*key.at == '#' || *key.at == '[')
		return true;
	if (!is_key(key))
		return false;
	if (path.len)
		configured_found(reading, (struct line){key.at, key.len - 1}, path);
	return true;
}

/* Tables of names and numbers. They name no device. */
bool read_guest_table(struct reading *reading, struct line line)
{
	struct line path = path_in(line);

	if (path.len && reading->command.n_words > 1 &&
		line_is(reading->command.words[1], "path"))
		configured_found(
			reading, command_operand(&reading->command), line_trim(path));
	return true;
}
