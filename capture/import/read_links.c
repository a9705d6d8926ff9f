/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ls -l of /dev/mapper, /dev/VG, /sys/block/X/holders and slaves, also ls -R and find.
 * Input: links, device nodes, and the lines that name the folder that follows. Output:
 * which kernel name and number a mapping has, and who holds what. Where no folder is
 * named a link to ../dm-5 is taken for one of /dev/mapper.
 */
#include <ctype.h>
#include <string.h>

#include "format.h"

static struct line part_before(struct line path, const char *end)
{
	const char *slash = memrchr(path.at, '/', (size_t)(end - path.at));
	const char *start = slash ? slash + 1 : path.at;

	return (struct line){start, (size_t)(end - start)};
}

/* "/sys/block/dm-5/holders", "/sys/dev/block/253:1/holders" -> the device in front;
 * `last` is that folder's name. NULL: it is no such folder. */
static const char *folder_device(
	struct reading *reading, struct line folder, const char *last)
{
	const char *at = memmem(folder.at, folder.len, last, strlen(last));
	struct line name;
	struct devno devno;

	if (!at || at == folder.at || at[-1] != '/')
		return NULL;
	name = part_before(folder, at - 1);
	return line_devno(name, &devno) ? thing_number(reading->findings, devno)
					: thing_kname(reading->findings, name);
}

static struct line base_of(struct line path)
{
	return part_before(path, path.at + path.len);
}

/* The folder that the entries are of: named by a line of its own, else by the command. */
static struct line folder_of(const struct reading *reading)
{
	return reading->name.len ? reading->name : command_operand(&reading->command);
}

static const char *entry_thing(
	struct reading *reading, struct line folder, struct line name, struct line target)
{
	cleanup_buf struct buf path = BUF_INIT;

	if (*name.at == '/')
		return thing_path(reading->findings, name);
	if (line_begins(&folder, "/dev") && !line_is(folder, "/dev/") &&
		!line_is(folder, "/dev")) {
		buf_add(&path, folder.at, folder.len);
		if (folder.at[folder.len - 1] != '/')
			buf_puts(&path, "/");
		buf_add(&path, name.at, name.len);
		return thing_path(reading->findings, (struct line){path.data, path.len});
	}
	if (!folder.len && line_begins(&target, "../dm-"))
		return thing_mapping(reading->findings, name);
	return NULL;
}

/* "md125 -> ../../md125" of holders, "dm-3 -> ..." of slaves. */
static bool holder_found(struct reading *reading, struct line folder, struct line name)
{
	struct line path = *name.at == '/' ? name : folder;
	const char *held = folder_device(reading, path, "holders");
	const char *holder = folder_device(reading, path, "slaves");
	const char *thing = thing_kname(reading->findings, base_of(name));

	if (!held && !holder)
		return false;
	tie(reading, TIE_ON, held ? thing : holder, held ? held : thing);
	return true;
}

static bool link_found(struct reading *reading, struct line name, struct line target)
{
	struct line folder = folder_of(reading);
	const char *thing;

	if (holder_found(reading, folder, name))
		return true;
	thing = entry_thing(reading, folder, name, target);
	if (!thing)
		return name.len > 0;
	found_text(reading, thing, SHOWN_ACTIVE, "yes");
	if (line_has(target, "dm-"))
		tie(reading, TIE_SAME, thing,
			thing_kname(reading->findings, base_of(target)));
	return true;
}

/* "brw-rw---- 1 root disk 253, 14 Nov 20 03:10 vg-lv": the words behind the numbers are a
 * date, and the name. */
static bool node_found(struct reading *reading, struct line line)
{
	struct line word, name = {"", 0};
	cleanup_buf struct buf pair = BUF_INIT;
	const char *thing;
	struct devno devno;
	bool has_pair = false;

	while ((word = line_word(&line)).len) {
		name = word;
		if (!has_pair && word.len > 1 && word.at[word.len - 1] == ',') {
			struct line minor = line_word(&line);

			buf_add(&pair, word.at, word.len - 1);
			buf_puts(&pair, ":");
			buf_add(&pair, minor.at, minor.len);
			has_pair = true;
		}
	}
	if (!has_pair || parse_devno(pair.data, pair.len, &devno) < 0)
		return false;
	thing = entry_thing(reading, folder_of(reading), name, (struct line){"", 0});
	if (!thing && !folder_of(reading).len && memchr(name.at, '-', name.len))
		thing = thing_mapping(reading->findings, name);
	tie(reading, TIE_SAME, thing, thing_number(reading->findings, devno));
	return true;
}

/* "drwxr-xr-x", with "." or "+" behind it */
static bool is_mode(struct line word)
{
	return (word.len == 10 || word.len == 11) && strchr("dlbc-ps", *word.at) &&
	       strspn(word.at + 1, "rwxsStT-") >= 9;
}

/* "find /sys/block/..." prints paths alone. */
static bool path_found(struct reading *reading, struct line path)
{
	struct line folder = path;

	if (*path.at != '/' || memchr(path.at, ' ', path.len))
		return false;
	if (path.at[path.len - 1] == ':') {
		reading->name = (struct line){path.at, path.len - 1};
		return true;
	}
	return holder_found(reading, folder, path) &&
	       !line_is(base_of(path), "holders") && !line_is(base_of(path), "slaves");
}

/* What ls prints without -l: names, several of them on a line. Only of a folder that is
 * known is it known what they are. */
static bool names_found(struct reading *reading, struct line line)
{
	struct line folder = folder_of(reading), word;
	bool has_some = false;

	if (!folder_device(reading, folder, "holders") &&
		!folder_device(reading, folder, "slaves") &&
		!line_begins(&folder, "/dev/"))
		return false;
	while ((word = line_word(&line)).len) {
		if (line_is(word, ".") || line_is(word, "..") ||
			line_is(word, "control")) {
			has_some = true;
			continue;
		}
		if (memchr(word.at, '/', word.len))
			return has_some;
		has_some |= link_found(reading, word, (struct line){"", 0});
	}
	return has_some;
}

/* The command was ls, and is about a folder or several. */
static bool is_plain_list(const struct reading *reading)
{
	const struct command *command = &reading->command;

	return command->n_words > 1 && line_is(command->words[0], "ls");
}

bool read_links(struct reading *reading, struct line line)
{
	struct line text = line_trim(line), rest = text, mode = line_word(&rest);
	const char *arrow = memmem(text.at, text.len, " -> ", 4), *end;
	struct line name;

	if (line_is(mode, "total") && is_number(line_trim(rest)))
		return reading->command.n_words || reading->name.len;
	if (!is_mode(mode))
		return path_found(reading, text) ||
		       (is_plain_list(reading) && names_found(reading, text));
	if (*mode.at == 'b')
		return node_found(reading, rest);
	if (*mode.at != 'l')
		return true;
	if (!arrow)
		return false;
	end = text.at + text.len;
	name = (struct line){text.at, (size_t)(arrow - text.at)};
	name = (struct line){name.at, name.len};
	/* the name is one word: dm names with a blank are \\x20 here */
	for (size_t i = name.len; i-- > 0;)
		if (name.at[i] == ' ') {
			name = (struct line){name.at + i + 1, name.len - i - 1};
			break;
		}
	return link_found(reading, name,
		line_trim((struct line){arrow + 4, (size_t)(end - arrow - 4)}));
}
