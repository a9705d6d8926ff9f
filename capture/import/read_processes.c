/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who uses something: fuser, lsof, ps. Input: rows of processes. Output: uses, of a
 * device, or of a mount point. These do not see every holder (other namespaces, loop
 * devices, swap), so what they do not show is not known.
 */
#include <ctype.h>
#include <string.h>

#include "format.h"
#include "snapstate/host/process.h"

static bool is_crowded(const struct reading *reading)
{
	return reading->findings->n_items > FOUND_MAX / 2;
}

static void use_found(
	struct reading *reading, const char *thing, struct line pid, struct line program)
{
	cleanup_buf struct buf text = BUF_INIT;

	if (thing && is_crowded(reading))
		thing = thing_worth_room(reading->findings, thing);
	if (!thing)
		return;
	buf_add(&text, pid.at, pid.len);
	if (program.len) {
		buf_puts(&text, " (");
		buf_add(&text, program.at, program.len);
		buf_puts(&text, ")");
	}
	found_text(reading, thing, SHOWN_USED, buf_text(&text));
}

static const char *thing_used(struct reading *reading, struct line path)
{
	return line_begins(&path, "/dev/") ? thing_path(reading->findings, path)
					   : thing_place(reading->findings, path);
}

/* ---- fuser ---- */

/* "17311c", "4711": a number and letters of access. */
static bool cut_access(struct line *word)
{
	size_t n = 0;

	while (n < word->len && isdigit((unsigned char)word->at[n]))
		n++;
	if (!n)
		return false;
	for (size_t i = n; i < word->len; i++)
		if (!strchr("cefFrm.", word->at[i]))
			return false;
	word->len = n;
	return true;
}

/* -v: "root 4711 F.c.. tar"; the kernel's rows have "kernel mount /mnt". */
static bool verbose_found(struct reading *reading, struct line line)
{
	struct line user = line_word(&line), pid = line_word(&line);
	struct line access = line_word(&line), program = line_word(&line);

	if (line_is(pid, "kernel"))
		return true;
	if (!user.len || !is_number(pid) || !program.len || access.len > 6)
		return false;
	use_found(reading, reading->about, pid, program);
	return reading->about != NULL;
}

bool read_fuser(struct reading *reading, struct line line)
{
	struct line text = line_trim(line), rest = text, path = line_word(&rest), word;
	bool has_some = false;

	if (line_is(path, "USER"))
		return true;
	if (*path.at == '/' && path.len > 1 && path.at[path.len - 1] == ':') {
		path.len--;
		reading->about = thing_used(reading, path);
		text = line_trim(rest);
		if (!text.len)
			return true;
	} else if (!reading->about) {
		return false;
	}
	if (verbose_found(reading, text))
		return true;
	while ((word = line_word(&text)).len) {
		if (!cut_access(&word))
			return has_some;
		use_found(reading, reading->about, word, (struct line){"", 0});
		has_some = true;
	}
	return has_some;
}

/* ---- lsof ---- */

/* "253,14" */
static bool pair_read(struct line word, struct devno *ret_devno)
{
	const char *comma = memchr(word.at, ',', word.len);
	char text[32];

	if (!comma || word.len >= sizeof(text))
		return false;
	memcpy(text, word.at, word.len);
	text[comma - word.at] = ':';
	return parse_devno(text, word.len, ret_devno) == 0;
}

static bool is_same(struct line a, struct line b)
{
	return a.len == b.len && memcmp(a.at, b.at, a.len) == 0;
}

/* Of a device's node all of it. */
static struct line folder_of(struct line path)
{
	const char *slash = path.len ? memrchr(path.at, '/', path.len) : NULL;

	if (!slash || line_begins(&path, "/dev/"))
		return path;
	return (struct line){path.at, (size_t)(slash - path.at)};
}

/* A process has a hundred files of one folder open, libraries first of all. Of those that
 * are on one device the first says it all. */
static bool is_like_another(struct reading *reading, struct line pid, struct line program,
	const char *number, struct line path)
{
	struct line folder = folder_of(path);
	size_t n = reading->process.n_rows;

	if (!is_same(reading->process.pid, pid) ||
		!is_same(reading->process.program, program)) {
		reading->process.pid = pid;
		reading->process.program = program;
		n = 0;
	}
	for (size_t i = 0; i < n && i < PROCESS_ROWS_MAX; i++)
		if (reading->process.rows[i].number == number &&
			is_same(reading->process.rows[i].folder, folder))
			return true;
	reading->process.rows[n % PROCESS_ROWS_MAX].number = number;
	reading->process.rows[n % PROCESS_ROWS_MAX].folder = folder;
	reading->process.n_rows = n + 1;
	return false;
}

/* COMMAND PID [TID] USER FD TYPE DEVICE SIZE/OFF NODE NAME: the device is that of the
 * file system, or of the node itself. */
bool read_lsof(struct reading *reading, struct line line)
{
	struct line program = line_word(&line), pid = line_word(&line), word;
	struct line last = {"", 0};
	const char *number = NULL, *thing = NULL;
	struct devno devno;

	if (line_is(program, "COMMAND"))
		return true;
	if (!is_number(pid))
		return false;
	while ((word = line_word(&line)).len) {
		if (!number && pair_read(word, &devno))
			number = thing_number(reading->findings, devno);
		last = word;
	}
	if (!last.len)
		return false;
	if (*last.at != '/')
		last.len = 0; /* a socket, a pipe */
	if (is_like_another(reading, pid, program, number, last))
		return true;
	if (line_begins(&last, "/dev/"))
		thing = thing_path(reading->findings, last);
	else if (last.len) /* the mount table may know it, where nothing has numbers */
		thing = is_crowded(reading) ? file_worth_room(reading->findings, last)
					    : thing_file(reading->findings, last);
	use_found(reading, number, pid, program);
	use_found(reading, thing, pid, program);
	return true;
}

/* ---- ps ---- */

static bool is_time(struct line word)
{
	const char *colon = memchr(word.at, ':', word.len);

	return colon && colon > word.at && isdigit((unsigned char)*word.at) &&
	       isdigit((unsigned char)word.at[word.len - 1]);
}

/* "/dev/vg/snap" of "if=/dev/vg/snap", "file=/dev/vg/snap,format=raw"; len 0: none. */
static struct line argument_path(struct line word)
{
	const char *path = memmem(word.at, word.len, "/dev/", 5);
	struct line found_path = {"", 0};

	if (!path || (path != word.at && !strchr("=,:", path[-1])))
		return found_path;
	found_path.at = path;
	while (path + found_path.len < word.at + word.len &&
		!strchr(",;'\"", path[found_path.len]))
		found_path.len++;
	return found_path;
}

/* Arguments below /dev/ name what a program reads that makes backups, or runs machines:
 * "dd if=/dev/vg/snap". What others do with such a path ("sh -c ...", an editor) is not
 * known: that is told, and is no use. */
static void arguments_found(
	struct reading *reading, struct line pid, struct line program, struct line line)
{
	cleanup_free char *name = xstrndup(program.at, program.len);
	bool is_user = program_is_backup(name) || program_is_hypervisor(name);
	struct line word;

	while ((word = line_word(&line)).len) {
		struct line path = argument_path(word);
		const char *thing = path.len ? thing_path(reading->findings, path) : NULL;
		cleanup_buf struct buf text = BUF_INIT;

		/* "tar -C /mnt -c ." */
		if (!thing && is_user && word.len > 1 && *word.at == '/')
			thing = thing_place(reading->findings, word);
		if (!thing)
			continue;
		if (is_user) {
			use_found(reading, thing, pid, program);
			continue;
		}
		buf_printf(&text, "process %.*s (%.*s) has it among its arguments",
			(int)pid.len, pid.at, (int)program.len, program.at);
		found_text(reading, thing, SHOWN_MESSAGE, buf_text(&text));
	}
}

/* A command that may change any volume. */
static void storage_found(struct reading *reading, struct line pid, struct line program)
{
	cleanup_free char *name = xstrndup(program.at, program.len);

	if (program_is_storage(name))
		use_found(reading, thing_host(reading->findings), pid, program);
}

/* Any columns: the first number is the process, the program is behind the last time. */
bool read_ps(struct reading *reading, struct line line)
{
	struct line all = line, word, pid = {"", 0}, program = {"", 0}, rest = line;
	const char *slash;

	if (line_has(line, "PID") && (line_has(line, "CMD") || line_has(line, "COMMAND")))
		return true;
	while ((word = line_word(&line)).len) {
		if (!pid.len && is_number(word))
			pid = word;
		if (pid.len && is_time(word)) {
			rest = line;
			program = line_word(&line);
			line = rest;
		}
	}
	if (!pid.len || (!program.len && !reading->command.n_words))
		return false;
	slash = program.len ? memrchr(program.at, '/', program.len) : NULL;
	if (slash)
		program = (struct line){
			slash + 1, (size_t)(program.at + program.len - slash - 1)};
	storage_found(reading, pid, program);
	if (!line_is(program, "grep") && !line_is(program, "egrep"))
		arguments_found(reading, pid, program, program.len ? rest : all);
	return true;
}
