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

static const char *const phrases[] = {
	"is used by another device",
	"contains a filesystem in use",
	" in use.",
	"Can't remove open logical volume",
	"Unable to deactivate open",
	"Unable to deactivate",
	"Failed to resume",
	"Failed to suspend",
	"read failed after",
	"Device or resource busy",
	"Input/output error",
	"Found duplicate PV",
	"duplicate PV",
	"Couldn't find device",
	"is missing",
	"snapshots: Invalidating snapshot",
	"Buffer I/O error",
	"I/O error",
	"excluded by a filter",
	"successfully removed",
	"Logical volume \"",
	"target is busy",
	"device is busy",
	"device-mapper: ",
	"leaked on",
	"WARNING: ",
	"not found",
	"Failed to ",
	"Can't ",
	"Cannot ",
	"No such ",
};

static bool is_message(struct line line)
{
	for (size_t i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++)
		if (line_has(line, phrases[i]))
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

bool read_message(struct reading *reading, struct line line)
{
	struct line text = line_trim(line), rest = text, word;
	bool is_of_volume = line_has(text, "ogical volume");
	const char *about = NULL;

	if (!is_message(text))
		return false;
	while (!about && (word = line_word(&rest)).len)
		about = word_thing(reading, word, rest, is_of_volume);
	if (!about && is_about_operand(&reading->command))
		about = thing_path(reading->findings, command_operand(&reading->command));
	created_found(reading, text);
	found(reading, about, SHOWN_MESSAGE, text);
	return true;
}
