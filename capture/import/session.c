/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A pasted session, or one output -> its parts.
 *
 * Input: a text of any kind. Output: what the readers of its parts find, and a line in
 * the record for each part: what it was taken for, how many lines were understood, and
 * the first that was not. A part begins with a line that ends a prompt with a command, or
 * that is a heading, or after nothing that was recognised with a line that can be nothing
 * else. Invariant: a line that is not understood costs that line alone.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "prefixes.h"
#include "session.h"
#include "wrapped.h"

#define PROMPT_MAX  120 /* bytes in front of a command */
#define SAMPLE_MAX  80	/* bytes of a line that the record shows */
#define RECORDS_MAX 2000

/* ---- command lines ---- */

/* Programs that people run between what they paste; those of formats.c too. */
static bool is_program(struct line word)
{
	static const char *const names[] = {"awk", "blkid", "cat", "cd", "cryptsetup",
		"date", "df", "dmesg", "dmsetup", "echo", "egrep", "fdisk", "file",
		"find", "findmnt", "free", "fuser", "grep", "head", "hostname",
		"hostnamectl", "iostat", "journalctl", "kill", "kpartx", "less", "ll",
		"losetup", "ls", "lsblk", "lscpu", "lsmod", "lsof", "lvchange",
		"lvconvert", "lvcreate", "lvdisplay", "lvm", "lvmdiskscan", "lvremove",
		"lvrename", "lvresize", "lvs", "lvscan", "man", "mdadm", "mkfs", "more",
		"mount", "mountpoint", "multipath", "multipathd", "parted", "partprobe",
		"ps", "pct", "pvcreate", "pvdisplay", "pvesm", "pvs", "pvscan",
		"qemu-img", "qm", "rm", "rpm", "sed", "sleep", "stat", "swapoff",
		"swapon", "systemctl", "tail", "tree", "timedatectl", "udevadm", "umount",
		"uname", "uptime", "vgcfgbackup", "vgchange", "vgdisplay", "vgs",
		"vgscan", "virsh", "wipefs", "xe", "xl", "xm", "xfs_info", "zcat",
		"zgrep"};

	return line_is_one_of(word, names, sizeof(names) / sizeof(names[0]));
}

/* Without the folder of the program. */
static struct line base_name(struct line word)
{
	const char *slash = memrchr(word.at, '/', word.len);

	if (!slash)
		return word;
	return (struct line){slash + 1, (size_t)(word.at + word.len - slash - 1)};
}

/* sudo, env, and variables in front. */
static bool is_in_front(struct line word)
{
	return line_is(word, "sudo") || line_is(word, "env") || line_is(word, "time") ||
	       line_is(word, "nice") ||
	       (memchr(word.at, '=', word.len) && isupper((unsigned char)*word.at));
}

/* "--separator '|'" is no pipe. */
static bool is_quoted(struct line word, size_t i)
{
	return i && i + 1 < word.len && strchr("'\"", word.at[i - 1]) &&
	       word.at[i - 1] == word.at[i + 1];
}

static bool ends_command(char c)
{
	return c == '|' || c == ';' || c == '&' || c == '>';
}

/* The program, cut off from the line with all that is in front of it. */
static struct line program_cut(struct line *line)
{
	struct line word = line_word(line);

	while (word.len && is_in_front(word))
		word = line_word(line);
	word = base_name(word);
	if (line_is(word, "lvm")) /* "lvm lvs" */
		word = line_word(line);
	return word;
}

/* Where the word ends the command; the word's length: it does not. */
static size_t command_end(struct line word)
{
	size_t i = 0;

	while (i < word.len && (!ends_command(word.at[i]) || is_quoted(word, i)))
		i++;
	return i;
}

static bool words_read(struct line line, struct command *ret)
{
	struct line word = program_cut(&line);

	ret->n_words = 0;
	ret->is_filtered = false;
	while (word.len && ret->n_words < COMMAND_WORDS_MAX) {
		size_t end = command_end(word);

		if (end < word.len) {
			ret->is_filtered = word.at[end] == '|';
			word.len = end;
			if (word.len)
				ret->words[ret->n_words++] = word;
			break;
		}
		ret->words[ret->n_words++] = word;
		word = line_word(&line);
	}
	return ret->n_words > 0;
}

static bool ends_prompt(char c)
{
	return c == '#' || c == '$' || c == '>' || c == '%';
}

bool command_read(struct line line, struct command *ret_command)
{
	size_t most = line.len < PROMPT_MAX ? line.len : PROMPT_MAX;

	for (size_t i = 0; i < most; i++) {
		struct line rest = {line.at + i + 1, line.len - i - 1};

		/* "100% full" has no program behind it */
		if (ends_prompt(line.at[i]) && words_read(rest, ret_command) &&
			is_program(ret_command->words[0]))
			return true;
	}
	return false;
}

/* How many characters at the line's begin, or at its end, are there to mark a title. */
static size_t marks_len(struct line line, bool is_at_end)
{
	size_t len = 0;

	while (len < line.len) {
		char c = line.at[is_at_end ? line.len - 1 - len : len];

		if (!c || !strchr("=*#+_-~", c))
			break;
		len++;
	}
	return len;
}

/* "=== dmsetup table ===": marks on both sides. */
static bool is_marked(struct line line)
{
	line = line_trim(line);
	return marks_len(line, false) >= 2 && marks_len(line, true) >= 2;
}

/* A sentence may begin with the name of a program. */
static bool is_title(const struct command *command)
{
	for (size_t i = 1; i < command->n_words; i++)
		if (!strchr("-+/", *command->words[i].at) &&
			!(i == 1 && line_is(command->words[0], "dmsetup")))
			return false;
	return true;
}

/* Without a prompt, and behind other output: no line of an output is like that. */
static bool is_sure(struct line program)
{
	static const char *const names[] = {
		"lvs", "vgs", "pvs", "lvscan", "lvdisplay", "dmsetup", "lsblk"};

	program.len = command_end(program);
	return line_is_one_of(program, names, sizeof(names) / sizeof(names[0]));
}

/* Without the marks around a title. */
static struct line unmarked(struct line line)
{
	line = line_trim(line);
	while (line.len && strchr("=-*#:+_~ ", line.at[line.len - 1]))
		line.len--;
	while (line.len && *line.at && strchr("=*#:+_~ -", *line.at)) {
		line.at++;
		line.len--;
	}
	return line;
}

/* "lvs -a", "=== dmsetup table ===", "lvs:" */
static bool title_command(struct line line, struct command *ret_command)
{
	bool has_marks = is_marked(line);
	struct line word;

	line = unmarked(line);
	word = line;
	word = line_word(&word);
	if (!words_read(line, ret_command))
		return false;
	/* "/sys/block/dm-5/holders:" is no title, "/sbin/lvs" is */
	if (memchr(word.at, '/', word.len) && !is_program(ret_command->words[0]))
		return false;
	return format_of_command(ret_command) ||
	       (has_marks && is_program(ret_command->words[0]));
}

/* On a line of its own; without marks behind a gap, or of a program that is sure. */
static bool title_read(struct line line, bool is_behind_gap, struct command *ret_command)
{
	bool has_marks = is_marked(line);
	struct line rest = unmarked(line);

	if (!has_marks && !is_behind_gap && !is_sure(program_cut(&rest)))
		return false; /* nearly all lines */
	return title_command(line, ret_command) && (has_marks || is_title(ret_command));
}

/* ---- parts ---- */

struct part {
	struct reading reading;
	size_t first; /* its first line */
	size_t n_used, n_unknown, n_cut;
	size_t n_lost; /* of n_cut, where no line of the text is longer */
	size_t first_unknown;
	struct line sample; /* that line */
	size_t first_item;  /* of the findings */
	bool is_doubtful;   /* a message says that something was left out */
	bool has_text;	    /* a line that is not empty */
	bool is_named;	    /* by the file alone */
	struct line other;  /* the host that it is of, where that is another one */
	struct buf text;    /* what was read, where that is kept */
	size_t text_last;   /* where its last line begins */
};

struct session {
	struct part part;
	struct findings *findings;
	struct outputs *outputs; /* NULL: none are kept */
	size_t n_changes;	 /* commands so far that may have changed something */
	struct line file;
	struct buf *record;
	size_t n_records;
	struct text_lines lines;
	bool is_flat;	/* no line of it is padded */
	size_t longest; /* of its lines, bytes */
	bool was_blank; /* the line before */
	bool is_headed; /* the line before opens a section of supportconfig */
	struct line before; /* the one before, of the same part; may be joined */
	bool was_used, was_heading;
	/* By prompts such as "root@hv7:~#": the first, and the one that is another. What
	 * is of several hosts is never joined by names and numbers. */
	struct line host, other;
};

static void print_title(const struct part *part, struct buf *text)
{
	const struct command *command = &part->reading.command;
	cleanup_buf struct buf words = BUF_INIT;

	for (size_t i = 0; i < command->n_words; i++) {
		buf_puts(&words, i ? " " : "");
		buf_add(&words, command->words[i].at, command->words[i].len);
	}
	if (words.len > SAMPLE_MAX)
		words.data[words.len = SAMPLE_MAX] = '\0';
	if (words.len) {
		buf_puts(text, " \"");
		buf_prose(text, buf_text(&words));
		buf_puts(text, "\"");
	}
}

/* All that there is, or a part of it. */
static bool is_whole(const struct part *part)
{
	const struct format *format = part->reading.format;

	return format && format->is_whole && part->n_used && !part->n_unknown &&
	       !part->n_cut && command_is_of_all(&part->reading.command);
}

static const char *coverage(const struct part *part)
{
	if (!part->reading.format || !part->n_used)
		return "nothing";
	return is_whole(part) ? "all" : "part";
}

static void print_word(struct line word, struct buf *text)
{
	cleanup_free char *plain = xstrndup(word.at, word.len);

	buf_prose(text, plain);
}

static void part_see(struct session *session)
{
	const struct part *part = &session->part;
	const struct format *format = part->reading.format;
	cleanup_buf struct buf from = BUF_INIT;

	if (!format || !format->source || !part->n_used)
		return;
	buf_add(&from, session->file.at, session->file.len);
	buf_printf(&from, ", line %zu: %s", part->first, format->name);
	findings_see(session->findings, format->source, buf_text(&from));
	if (format->read == read_lvs && is_whole(part) && !part->is_doubtful)
		findings_list_all(session->findings, part->first_item, buf_text(&from));
}

/* ---- whole outputs ---- */

/* "kpartx -l X" only reads, and so does "swapon" without a device. */
static bool is_told_to_change(const struct command *command)
{
	if (!line_is(command->words[0], "kpartx"))
		return command_operand(command).len > 0;
	for (size_t i = 1; i < command->n_words; i++)
		if (line_is(command->words[i], "-l"))
			return false;
	return true;
}

/* Between two outputs with one of these the host may have become another. */
static bool may_change(const struct command *command)
{
	static const char *const names[] = {"cryptsetup", "dmsetup", "lvchange",
		"lvconvert", "lvcreate", "lvremove", "lvrename", "lvresize", "mdadm",
		"mount", "multipath", "swapoff", "systemctl", "umount", "vgchange"};
	static const char *const both[] = {"kpartx", "losetup", "swapon"};
	const struct format *format;

	if (line_is_one_of(command->words[0], both, sizeof(both) / sizeof(both[0])))
		return is_told_to_change(command);
	/* what of these only reads has a format of its own */
	if (!line_is_one_of(command->words[0], names, sizeof(names) / sizeof(names[0])))
		return false;
	format = format_of_command(command);
	return !format || format->read == read_message;
}

static bool is_of_host(const struct command *command)
{
	struct line path = command_operand(command);

	return line_is(path, "/proc/1/mountinfo") ||
	       line_is(path, "/proc/self/mountinfo");
}

/* It is all that its command prints, as it was printed. */
static bool is_output(const struct part *part)
{
	const struct format *format = part->reading.format;
	const struct command *command = &part->reading.command;

	if (!part->text.len || part->other.len || command->is_filtered)
		return false;
	if (format->role == ROLE_VGDISPLAY) /* for what it says, not for all of it */
		return true;
	if (part->n_unknown)
		return false;
	if (format->read == read_identity)
		return true;
	if (format->role == ROLE_VG_BACKUP) /* an archive is old by its nature */
		return !line_has(command_operand(command), "/archive/");
	if (part->n_lost)
		return false;
	if (format->role == ROLE_MOUNTINFO && command->n_words && !is_of_host(command))
		return false;
	return !command->n_words || command_is_of_all(command);
}

/* lvs prints rows, or JSON. */
static enum role output_role(const struct part *part)
{
	enum role role = part->reading.format->role;

	return role == ROLE_LVM_REPORT && *part->text.data != '{' ? ROLE_LVM_TEXT : role;
}

static void output_keep(struct session *session)
{
	struct part *part = &session->part;

	if (!session->outputs || !is_output(part)) {
		buf_free(&part->text);
		return;
	}
	*array_add(&session->outputs->items, &session->outputs->count) =
		(struct output){.role = output_role(part),
			.first = part->first,
			.n_changes = session->n_changes,
			.bytes = part->text};
	part->text = BUF_INIT;
}

/* A line that a reader took, or one that goes on the last one. */
static void line_keep(struct session *session, struct line line, bool is_rest)
{
	struct part *part = &session->part;

	if (!session->outputs || !part->reading.format ||
		part->reading.format->role == ROLE_NONE)
		return;
	if (is_rest)
		part->text.len = part->text_last;
	part->text_last = part->text.len;
	buf_add(&part->text, line.at, line.len);
	buf_puts(&part->text, "\n");
}

static void part_end(struct session *session)
{
	struct part *part = &session->part;
	const struct format *format = part->reading.format;
	struct buf *record = session->record;
	cleanup_free char *sample = NULL;

	part_see(session);
	output_keep(session);
	session->findings->n_lines += part->n_used;
	if ((!part->has_text && (part->is_named || !part->reading.command.n_words)) ||
		session->n_records++ >= RECORDS_MAX)
		return;
	buf_add(record, session->file.at, session->file.len);
	buf_printf(record, ", line %zu:", part->first);
	print_title(part, record);
	if (part->other.len) {
		buf_puts(record, " not used: it is of another host, ");
		print_word(part->other, record);
		buf_puts(record, ", and the first is ");
		print_word(session->host, record);
		buf_puts(record, "; make a file of each host\n");
		return;
	}
	buf_printf(record, " %s%s", format ? "read as " : "not recognised",
		format ? format->name : "");
	buf_printf(record, ", %zu line%s used, shows %s", part->n_used,
		part->n_used == 1 ? "" : "s", coverage(part));
	if (part->n_cut)
		buf_printf(record,
			"; %zu line%s as long as a terminal is wide: without the last "
			"word",
			part->n_cut, part->n_cut == 1 ? "" : "s");
	if (part->n_unknown) {
		sample = xstrndup(part->sample.at,
			part->sample.len < SAMPLE_MAX ? part->sample.len : SAMPLE_MAX);
		buf_printf(record,
			"; %zu not understood, the first is line %zu: ", part->n_unknown,
			part->first_unknown);
		buf_prose(record, sample);
	}
	buf_puts(record, "\n");
}

static void part_begin(struct session *session, const struct format *format,
	const struct command *command, size_t number)
{
	if (session->part.first)
		part_end(session);
	session->part = (struct part){
		.reading = {.findings = session->findings, .format = format},
		.first = number,
		.first_item = session->findings->n_items,
		.other = session->other};
	session->before = (struct line){NULL, 0};
	session->was_heading = false;
	session->part.reading.file = session->file;
	session->part.reading.is_squeezed = session->is_flat;
	if (!command)
		return;
	session->part.reading.command = *command;
	session->n_changes += may_change(command);
}

/* What one line says, or two of them joined. One that is refused leaves no trace; with
 * `is_trial` none at all. */
static bool line_read(struct part *part, struct line line, bool is_cut, bool is_trial)
{
	struct reading *reading = &part->reading, before;
	struct findings *findings = reading->findings;
	size_t n_items = findings->n_items, n_ties = findings->n_ties;
	bool is_used;

	if (!reading->format)
		return false;
	before = *reading;
	reading->from = NULL;
	reading->is_cut = is_cut;
	is_used = reading->format->read(reading, line);
	if (is_used && !is_trial)
		return true;
	*reading = before;
	findings->n_items = n_items;
	findings->n_ties = n_ties;
	return is_used;
}

/* LVM's errors stand among any output. */
static bool message_read(struct part *part, struct line line)
{
	static const char *const words[] = {
		"Skipping", "Cannot ", "Can't ", "Failed ", "WARNING", "not found"};

	part->reading.from = NULL;
	if (!read_message(&part->reading, line))
		return false;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		part->is_doubtful |= line_has(line, words[i]);
	return true;
}

static struct line joined(
	struct session *session, struct line a, const char *between, struct line b)
{
	cleanup_buf struct buf text = BUF_INIT;

	buf_add(&text, a.at, a.len);
	buf_puts(&text, between);
	buf_add(&text, b.at, b.len);
	return (struct line){
		arena_strndup(session->findings->strings, text.data, text.len), text.len};
}

static bool is_start(struct line line)
{
	struct command command;

	return !line_trim(line).len || line_begins(&line, "#==[") || is_marked(line) ||
	       command_read(line, &command);
}

/* A line as wide as the terminal, and the next: one line that was wrapped. Not where the
 * next says something by itself. */
static bool is_wrapped(struct session *session, size_t i)
{
	const struct text_line *lines = session->lines.items;
	struct part *part = &session->part;
	struct line both;

	if (!part->reading.format || !part->reading.format->is_strict ||
		!lines[i].is_full || i + 1 == session->lines.count ||
		is_start(lines[i + 1].line) ||
		line_read(part, lines[i + 1].line, false, true))
		return false;
	both = joined(session, lines[i].line, "", lines[i + 1].line);
	if (!line_read(part, both, lines[i + 1].is_full, false))
		return false;
	session->before = both;
	return true;
}

static size_t count_unknown(const struct columns *columns)
{
	size_t count = 0;

	for (size_t i = 0; i < columns->count; i++)
		count += !*columns->items[i]->heading;
	return count;
}

/* A mail wraps between words: what cannot stand alone may be the rest of the line before.
 * Of a heading each word has to be one. */
static bool is_rest(struct session *session, struct line line)
{
	struct part *part = &session->part;
	struct columns columns = part->reading.columns;
	struct line both;

	if (!session->before.len || !part->reading.format ||
		!part->reading.format->is_strict)
		return false;
	both = joined(session, session->before, " ", line);
	if (!line_read(part, both, false, true))
		return false;
	line_read(part, both, false, false);
	if (session->was_heading && (part->reading.columns.count <= columns.count ||
					    count_unknown(&part->reading.columns) >
						    count_unknown(&columns))) {
		part->reading.columns = columns;
		return false;
	}
	if (!session->was_used && part->n_unknown) {
		part->n_used++;
		part->n_unknown--;
	}
	session->before = both;
	return true;
}

static void line_count(struct session *session, bool is_used, size_t i)
{
	struct part *part = &session->part;

	session->was_used = is_used;
	if (is_used) {
		part->n_used++;
	} else if (!part->n_unknown++) {
		part->first_unknown = i + 1;
		part->sample = line_trim(session->lines.items[i].line);
	}
}

/* How many lines were taken. */
static size_t line_use(struct session *session, size_t i)
{
	const struct text_line *text = &session->lines.items[i];
	struct part *part = &session->part;
	bool is_cut = text->is_full || text->is_cut;
	struct columns columns;
	struct line line = is_cut ? line_without_last(text->line) : text->line;

	part->has_text = true;
	if (part->other.len)
		return 1;
	part->reading.number = i + 1;
	if (is_wrapped(session, i)) {
		line_keep(session, session->before, false);
		part->n_used++;
		line_count(session, true, i);
		return 2;
	}
	if (session->was_heading && is_rest(session, text->line)) {
		line_keep(session, session->before, true);
		line_count(session, true, i);
		return 1;
	}
	columns = part->reading.columns;
	session->was_heading = false;
	if (line_read(part, line, is_cut, false)) {
		part->n_cut += is_cut;
		part->n_lost +=
			text->is_cut || (is_cut && text->line.len >= session->longest);
		line_keep(session, text->line, false);
		session->before = text->line;
		session->was_heading =
			memcmp(&columns, &part->reading.columns, sizeof(columns)) != 0;
		line_count(session, true, i);
	} else if (message_read(part, text->line)) {
		line_count(session, true, i);
	} else if (is_rest(session, text->line)) {
		line_keep(session, session->before, session->was_used);
		line_count(session, true, i);
	} else {
		session->before = text->line;
		line_count(session, false, i);
	}
	return 1;
}

/* "root@hv7.example.com:~# lvs" -> "hv7"; an address is kept whole. */
static struct line prompt_host(struct line line, const struct command *command)
{
	size_t len = (size_t)(command->words[0].at - line.at);
	const char *at = memchr(line.at, '@', len);
	struct line host = {NULL, 0};

	if (!at)
		return host;
	host.at = at + 1;
	while (host.at + host.len < line.at + len &&
		(isalnum((unsigned char)host.at[host.len]) ||
			(host.at[host.len] && strchr("-_", host.at[host.len])) ||
			(host.at[host.len] == '.' && isdigit((unsigned char)*host.at))))
		host.len++;
	return host;
}

static void prompt_take(
	struct session *session, struct line line, const struct command *command)
{
	struct line host = prompt_host(line, command);

	if (!host.len)
		return;
	if (!session->host.len)
		session->host = host;
	session->other = (struct line){NULL, 0};
	if (host.len != session->host.len ||
		memcmp(host.at, session->host.at, host.len) != 0)
		session->other = host;
}

/* Below its heading a section of supportconfig(1) has "# /sbin/lvs -a", or the path of a
 * file. */
static bool section_read(struct line line, struct command *ret_command)
{
	struct line rest = line, mark = line_word(&rest), path;

	rest = line_trim(rest);
	path = rest;
	if (!line_is(mark, "#") || !words_read(rest, ret_command))
		return false;
	if (is_program(ret_command->words[0]) || *path.at != '/')
		return true;
	*ret_command = (struct command){.words = {line_text("cat"), path}, .n_words = 2};
	return true;
}

/* The line opens a part. */
static bool part_opens(struct session *session, size_t i, bool was_blank)
{
	struct line line = session->lines.items[i].line;
	struct command command;
	bool is_headed = session->is_headed;

	session->is_headed = line_begins(&line, "#==[");
	if (session->is_headed) {
		part_begin(session, NULL, NULL, i + 2);
		return true;
	}
	if (is_headed && section_read(line, &command)) {
		part_begin(session, format_of_command(&command), &command, i + 1);
		return true;
	}
	if (command_read(line, &command)) {
		prompt_take(session, line, &command);
	} else if (!title_read(line, was_blank, &command)) {
		if (marks_len(line, false) < 3 || marks_len(line, true) < 3 ||
			*line.at != '=')
			return false;
		part_begin(session, NULL, NULL, i + 2); /* "==== storage ====" */
		return true;
	}
	part_begin(session, format_of_command(&command), &command, i + 1);
	return true;
}

/* The part was recognised by its lines alone, and this one is none of them. */
static bool is_of_lines(struct part *part, struct line line)
{
	return part->reading.format->is_plain && !part->reading.command.n_words &&
	       !line_read(part, line, false, true);
}

/* Below messages and a gap something else may stand, without its command. */
static bool is_apart(struct part *part, struct line line, bool was_blank)
{
	return was_blank && part->reading.format->read == read_message &&
	       !line_read(part, line, false, true);
}

/* How many lines were taken. */
static size_t line_take(struct session *session, size_t i)
{
	struct line line = session->lines.items[i].line;
	const struct format *current = session->part.reading.format, *format;
	bool was_blank = session->was_blank;

	session->was_blank = !line_trim(line).len;
	if (session->was_blank) {
		session->before = (struct line){NULL, 0};
		return 1;
	}
	if (part_opens(session, i, was_blank))
		return 1;
	format = format_of_heading(line);
	if (format && format != current) {
		/* "dmesg" of a part does not make its lines messages alone */
		part_begin(session, format, NULL, i + 1);
	} else if (!current || is_of_lines(&session->part, line) ||
		   is_apart(&session->part, line, was_blank)) {
		format = format_of_line(&session->part.reading, line);
		if (format && !current && session->part.reading.command.n_words)
			session->part.reading.format = format;
		else if (format && format != current)
			part_begin(session, format, NULL, i + 1);
	}
	return line_use(session, i);
}

/* Of a text whose blanks were squeezed no line is padded. */
static bool is_squeezed(const struct text_lines *lines)
{
	for (size_t i = 0; i < lines->count; i++) {
		struct line line = lines->items[i].line;

		if (memmem(line.at, line.len, "  ", 2))
			return false;
	}
	return true;
}

/* What begins an output, whatever is around it. */
static bool is_opening(struct line line)
{
	struct command command;

	return line.len && (format_of_heading(line) || command_read(line, &command) ||
				   title_read(line, false, &command));
}

static void text_read(struct session *start, const char *title, const struct buf *bytes)
{
	struct session session = *start;
	cleanup_text_lines struct text_lines lines;
	struct command command;

	text_clean(buf_text(bytes), bytes->len, &lines);
	prefixes_cut(&lines, is_opening);
	text_lines_mark(&lines);
	session.lines = lines;
	session.is_flat = is_squeezed(&lines);
	for (size_t i = 0; i < lines.count; i++)
		if (lines.items[i].line.len > session.longest)
			session.longest = lines.items[i].line.len;
	part_begin(&session, NULL, NULL, 1);
	if (title_command(line_text(title), &command)) {
		part_begin(&session, format_of_command(&command), &command, 1);
		session.part.is_named = true;
	}
	for (size_t i = 0; i < lines.count;)
		i += line_take(&session, i);
	part_end(&session);
	start->n_records = session.n_records;
}

void session_read(struct findings *findings, const char *file, const char *title,
	const struct buf *bytes, struct buf *ret_record)
{
	struct session session = {.findings = findings,
		.file = {file, strlen(file)},
		.record = ret_record,
		.was_blank = true};

	text_read(&session, title, bytes);
	if (session.n_records > RECORDS_MAX)
		buf_printf(ret_record, "%s: and %zu more parts\n", file,
			session.n_records - RECORDS_MAX);
}

void session_outputs(
	const char *title, const struct buf *bytes, struct outputs *ret_outputs)
{
	cleanup_findings struct findings findings;
	cleanup_buf struct buf record = BUF_INIT;
	struct session session = {.findings = &findings,
		.outputs = ret_outputs,
		.file = {"", 0},
		.record = &record,
		.was_blank = true};

	findings_init(&findings);
	text_read(&session, title, bytes);
}

void outputs_free(struct outputs *outputs)
{
	for (size_t i = 0; i < outputs->count; i++)
		buf_free(&outputs->items[i].bytes);
	free(outputs->items);
}
