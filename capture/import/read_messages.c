/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What LVM, device-mapper and the kernel say in words. Input: any line. Output: a message
 * about what the line names, else about what the command was told to work on. Sources:
 * lvm2 lib/activate/activate.c (lv_check_not_in_use), lib/locking, lib/device/dev-io.c;
 * kernel drivers/md/dm-snap.c, fs/buffer.c. Nothing is decided by these English words:
 * they are told.
 */
#include <string.h>

#include "format.h"

#define BACKQUOTE "\x60"

/* Words that nobody but a program writes. */
static const char *const phrases[] = {
	"is used by another device",
	"contains a filesystem in use",
	"Can't remove open logical volume",
	"Unable to deactivate",
	"read failed after",
	"Device or resource busy",
	"Found duplicate PV",
	"duplicate PV",
	"Couldn't find device",
	"snapshots: Invalidating snapshot",
	"Buffer I/O error",
	"EXT2-fs",
	"EXT3-fs",
	"EXT4-fs",
	"XFS (",
	"JBD2:",
	"BTRFS",
	"excluded by a filter",
	" prefers device ",
	"Not using device ",
	"successfully removed",
	"Logical volume \"",
	"target is busy",
	"device is busy",
	"device-mapper: ",
	"leaked on",
	"changed state to: ",
};

/* Words that people write as well: a message where the line names a thing, or begins as a
 * program's does. */
static const char *const common_phrases[] = {" in use.", "Failed to ",
	"Input/output error", "I/O error", "is missing", "WARNING: ", "not found",
	"Can't ", "Cannot ", "No such ", "not mounted", "already mounted",
	"does not exist"};

static bool has_any(struct line line, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (line_has(line, words[i]))
			return true;
	return false;
}

static bool is_message(struct line line)
{
	return has_any(line, phrases, sizeof(phrases) / sizeof(phrases[0]));
}

static bool is_common(struct line line)
{
	return has_any(
		line, common_phrases, sizeof(common_phrases) / sizeof(common_phrases[0]));
}

/* A sentence of the person who asks. */
static bool is_prose(struct line line)
{
	static const char *const words[] = {" I ", "I'm ", " we ", "We ", " you ", "You ",
		" our ", " my ", "lease ", "Hello", "Regards", "Thanks", "hanks "};

	return (line.len && line.at[line.len - 1] == '?') ||
	       has_any(line, words, sizeof(words) / sizeof(words[0]));
}

/* "umount: /mnt: target is busy." */
static bool is_of_program(struct line line)
{
	static const char *const names[] = {"umount:", "mount:", "lvremove:", "lvchange:",
		"lvcreate:", "lvconvert:", "vgchange:", "dmsetup:", "kpartx:", "losetup:",
		"mkfs", "fsck", "e2fsck:", "blkid:", "multipath:"};
	struct line word = line_word(&line);

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (line_begins(&word, names[i]))
			return true;
	return false;
}

/* Without what a sentence puts around a name. */
static struct line bare(struct line word)
{
	while (word.len && strchr("\"'" BACKQUOTE "([<", *word.at)) {
		word.at++;
		word.len--;
	}
	while (word.len && strchr("\"'" BACKQUOTE ")]>.,:;!", word.at[word.len - 1]))
		word.len--;
	return word;
}

static bool is_dm_kname(struct line word)
{
	return line_begins(&word, "dm-") &&
	       is_number((struct line){word.at + 3, word.len - 3});
}

/* "/dev/vg/lv", "vg/lv", "dm-5", "vg-lv-real (253:3)" */
static const char *word_thing(
	struct reading *reading, struct line word, struct line rest, bool is_of_volume)
{
	struct line number = line_word(&rest);
	struct devno devno;

	word = bare(word);
	if (is_dm_kname(word))
		return thing_kname(reading->findings, word);
	if (line_begins(&word, "/dev/") ||
		(is_of_volume && memchr(word.at, '/', word.len)))
		return thing_path(reading->findings, word);
	number = bare(number);
	if (word.len && memchr(word.at, '-', word.len) && line_devno(number, &devno))
		return thing_mapping(reading->findings, word);
	return NULL;
}

/* "umount: /mnt: target is busy", "remove ioctl on vg-snap  failed: Device or resource
 * busy": names that are no words of a sentence. */
static const char *named_thing(struct reading *reading, struct line line)
{
	static const char before[] = " ioctl on ";
	const char *at = memmem(line.at, line.len, before, strlen(before));
	struct line rest = line, word = line_word(&rest);

	if (at) {
		at += strlen(before);
		rest = (struct line){at, (size_t)(line.at + line.len - at)};
		return thing_mapping(reading->findings, bare(line_word(&rest)));
	}
	if (!line_is(word, "umount:"))
		return NULL;
	word = bare(line_word(&rest));
	return *word.at == '/' ? thing_file(reading->findings, word) : NULL;
}

/* "Logical volume "snap" created" behind "lvcreate -s -n snap /dev/vg/lv" */
static void created_found(struct reading *reading, struct line line)
{
	const struct command *command = &reading->command;
	struct line name = command_option(command, 'n', "--name");
	struct line origin = command_operand(command);
	const char *slash = origin.len ? memrchr(origin.at, '/', origin.len) : NULL;
	const char *path = origin.at;
	cleanup_buf struct buf text = BUF_INIT;
	const char *volume;

	if (!command->n_words || !line_is(command->words[0], "lvcreate") || !slash ||
		!name.len || !line_has(line, " created"))
		return;
	buf_add(&text, path, (size_t)(slash + 1 - path));
	buf_add(&text, name.at, name.len);
	volume = thing_path(reading->findings, (struct line){text.data, text.len});
	found_text(reading, volume, SHOWN_LISTED, "");
	for (size_t i = 1; i < command->n_words; i++)
		if (line_is(command->words[i], "-s") ||
			line_is(command->words[i], "--snapshot"))
			found(reading, volume, SHOWN_SNAPSHOT,
				(struct line){slash + 1,
					(size_t)(origin.at + origin.len - slash - 1)});
}

/* "lvcreate" speaks of what it makes, and is told of its origin. */
static bool is_about_operand(const struct command *command)
{
	return command->n_words && !line_is(command->words[0], "lvcreate");
}

/* dmeventd: "Snapshot vg-snap is now 95.00% full.", "WARNING: Snapshot vg-snap changed
 * state to: Invalid and should be removed." (lvm2 daemons/dmeventd/plugins/snapshot) */
static const char *snapshot_of(struct reading *reading, struct line line)
{
	const char *at = memmem(line.at, line.len, "Snapshot ", 9);
	const char *end = line.at + line.len;
	struct line rest, name, word;
	const char *thing;

	if (!at)
		return NULL;
	rest = (struct line){at + 9, (size_t)(end - at) - 9};
	name = bare(line_word(&rest));
	rest = line_trim(rest);
	if (!name.len || (!line_begins(&rest, "is now ") &&
				 !line_begins(&rest, "changed state to: ")))
		return NULL;
	thing = memchr(name.at, '/', name.len) ? thing_path(reading->findings, name)
					       : thing_mapping(reading->findings, name);
	found_text(reading, thing, SHOWN_SNAPSHOT, "");
	if (line_cut_label(&rest, "is now")) {
		word = line_word(&rest);
		if (word.len > 1 && word.at[word.len - 1] == '%')
			found(reading, thing, SHOWN_FULL,
				(struct line){word.at, word.len - 1});
	} else if (line_has(rest, "Invalid")) {
		found_text(reading, thing, SHOWN_INVALID, "");
	}
	return thing;
}

/* "Logical volume "snap" successfully removed" behind "lvremove /dev/vg/snap", or "vg".
 */
static void removed_found(struct reading *reading, struct line line)
{
	const struct command *command = &reading->command;
	const char *end = line.at + line.len;
	const char *open = memchr(line.at, '"', line.len);
	const char *close = open ? memchr(open + 1, '"', (size_t)(end - open) - 1) : NULL;
	struct line name;

	if (!close || !line_has(line, "successfully removed") || !command->n_words ||
		!line_is(command->words[0], "lvremove"))
		return;
	name = (struct line){open + 1, (size_t)(close - open) - 1};
	for (size_t i = 1; i < command->n_words; i++) {
		struct line word = command->words[i], group = word, lv = name;
		const char *slash = memrchr(word.at, '/', word.len);

		if (*word.at == '-')
			continue;
		if (line_begins(&group, "/dev/")) {
			group.at += 5;
			group.len -= 5;
			slash = memrchr(group.at, '/', group.len);
		}
		if (slash) {
			lv = (struct line){
				slash + 1, (size_t)(word.at + word.len - slash - 1)};
			group.len = (size_t)(slash - group.at);
		}
		if (lv.len == name.len && memcmp(lv.at, name.at, lv.len) == 0)
			found(reading, thing_volume(reading->findings, group, lv),
				SHOWN_GONE, line);
	}
}

/* Of a disk that LVM sees twice, whatever volumes are on it. */
static bool is_of_disks(struct line line)
{
	static const char *const words[] = {"uplicate PV", "prefers device",
		"Not using device", "was already found on"};

	return has_any(line, words, sizeof(words) / sizeof(words[0]));
}

bool read_message(struct reading *reading, struct line line)
{
	struct line text = line_trim(line), rest = text, word;
	bool is_of_volume = line_has(text, "ogical volume"), is_sure = is_message(text);
	const char *about = is_prose(text) ? NULL : snapshot_of(reading, text);

	if (!about && ((!is_sure && !is_common(text)) || is_prose(text)))
		return false;
	while (!about && (word = line_word(&rest)).len)
		about = word_thing(reading, word, rest, is_of_volume);
	if (!about)
		about = named_thing(reading, text);
	if (!about && !is_sure && !is_of_program(text))
		return false;
	if (!about && is_about_operand(&reading->command))
		about = thing_path(reading->findings, command_operand(&reading->command));
	created_found(reading, text);
	removed_found(reading, text);
	if (!about && is_sure)
		about = thing_host(reading->findings);
	found(reading, about, SHOWN_MESSAGE, text);
	if (about && *about != 'h' && is_of_disks(text))
		found(reading, thing_host(reading->findings), SHOWN_MESSAGE, text);
	return true;
}
