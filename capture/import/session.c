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
#include <string.h>

#include "clean.h"
#include "session.h"

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
		"mount", "mountpoint", "multipath", "parted", "partprobe", "ps",
		"pvcreate", "pvdisplay", "pvs", "pvscan", "qemu-img", "rm", "rpm", "sed",
		"sleep", "stat", "swapoff", "swapon", "systemctl", "tail", "tree",
		"udevadm", "umount", "uname", "uptime", "vgcfgbackup", "vgchange",
		"vgdisplay", "vgs", "vgscan", "virsh", "wipefs", "xl", "xfs_info", "zcat",
		"zgrep"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (line_is(word, names[i]))
			return true;
	return false;
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

static bool words_read(struct line line, struct command *ret)
{
	struct line word = line_word(&line);

	*ret = (struct command){.n_words = 0};
	while (word.len && is_in_front(word))
		word = line_word(&line);
	word = base_name(word);
	if (line_is(word, "lvm")) /* "lvm lvs" */
		word = line_word(&line);
	while (word.len && ret->n_words < COMMAND_WORDS_MAX) {
		const char *stop = NULL;

		for (size_t i = 0; i < word.len && !stop; i++)
			if (memchr("|;&>", word.at[i], 4) && !is_quoted(word, i))
				stop = word.at + i;
		if (stop) {
			ret->is_filtered = *stop == '|';
			word.len = (size_t)(stop - word.at);
			if (word.len)
				ret->words[ret->n_words++] = word;
			break;
		}
		ret->words[ret->n_words++] = word;
		word = line_word(&line);
	}
	return ret->n_words > 0;
}

bool command_read(struct line line, struct command *ret_command)
{
	size_t most = line.len < PROMPT_MAX ? line.len : PROMPT_MAX;

	for (size_t i = 0; i < most; i++) {
		struct line rest = {line.at + i + 1, line.len - i - 1};

		/* a prompt ends so; "100% full" has no program behind it */
		if (line.at[i] && strchr("#$>%", line.at[i]) &&
			words_read(rest, ret_command) &&
			is_program(ret_command->words[0]))
			return true;
	}
	return false;
}

/* "lvs -a", "=== dmsetup table ===", "lvs:" on a line of its own. */
static bool title_read(struct line line, struct command *ret_command)
{
	line = line_trim(line);
	while (line.len && strchr("=-*#:+_ ", line.at[line.len - 1]))
		line.len--;
	while (line.len && *line.at && strchr("=*#:+_ -", *line.at)) {
		line.at++;
		line.len--;
	}
	return words_read(line, ret_command) && format_of_command(ret_command);
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
static bool is_sure(const struct command *command)
{
	static const char *const names[] = {
		"lvs", "vgs", "pvs", "lvscan", "lvdisplay", "dmsetup", "lsblk"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (line_is(command->words[0], names[i]))
			return true;
	return false;
}

/* ---- parts ---- */

struct part {
	struct reading reading;
	size_t first; /* its first line */
	size_t n_used, n_unknown;
	size_t first_unknown;
	struct line sample; /* that line */
	bool has_text;	    /* a line that is not empty */
	bool is_named;	    /* by the file alone */
	struct line other;  /* the host that it is of, where that is another one */
};

struct session {
	struct part part;
	struct findings *findings;
	struct line file;
	struct buf *record;
	size_t n_records;
	bool was_blank; /* the line before */
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

static const char *coverage(const struct part *part)
{
	const struct command *command = &part->reading.command;

	if (!part->reading.format)
		return "nothing";
	if (!part->n_used)
		return "nothing";
	return part->reading.format->is_whole && command->n_words &&
			       !command->is_filtered && !part->n_unknown &&
			       !command_operand(command).len
		       ? "all"
		       : "part";
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
}

static void part_end(struct session *session)
{
	struct part *part = &session->part;
	const struct format *format = part->reading.format;
	struct buf *record = session->record;
	cleanup_free char *sample = NULL;

	part_see(session);
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
		.other = session->other};
	session->part.reading.file = session->file;
	if (command)
		session->part.reading.command = *command;
}

/* Whether a line of that part has blanks in a row before its last word. */
static bool is_padded(struct line line)
{
	return memmem(line.at, line.len, "  ", 2) != NULL;
}

static void line_use(struct session *session, struct line line, size_t number)
{
	struct part *part = &session->part;
	struct reading *reading = &part->reading;
	struct line text = line_trim(line);
	bool is_used;

	part->has_text = true;
	if (part->other.len)
		return;
	reading->number = number;
	reading->from = NULL;
	is_used = reading->format && reading->format->read(reading, line);
	/* LVM's errors stand among any output */
	if (!is_used) {
		reading->from = NULL;
		is_used = read_message(reading, line);
	}
	if (is_used) {
		part->n_used++;
	} else if (!part->n_unknown++) {
		part->first_unknown = number;
		part->sample = text;
	}
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

static void line_take(struct session *session, struct line line, size_t number)
{
	struct command command;
	const struct format *format;
	const struct format *current = session->part.reading.format;
	bool was_blank = session->was_blank;
	bool is_prompt;

	session->was_blank = !line_trim(line).len;
	if (session->was_blank)
		return;
	/* supportconfig(1): "#==[ Command ]======#" and below it "# /sbin/lvs" */
	if (line_begins(&line, "#==[")) {
		part_begin(session, NULL, NULL, number + 1);
		return;
	}
	is_prompt = command_read(line, &command);
	if (is_prompt)
		prompt_take(session, line, &command);
	if (is_prompt || (title_read(line, &command) && is_title(&command) &&
				 (was_blank || is_sure(&command)))) {
		part_begin(session, format_of_command(&command), &command, number);
		return;
	}
	format = format_of_heading(line);
	if (format && format != current) {
		/* "dmesg" of a part does not make its lines messages alone */
		part_begin(session, format, NULL, number);
	} else if (!current) {
		format = format_of_line(&session->part.reading, line);
		if (format && session->part.reading.command.n_words)
			session->part.reading.format = format;
		else if (format)
			part_begin(session, format, NULL, number);
	}
	line_use(session, line, number);
}

/* Of a text whose blanks were squeezed no line is padded. */
static bool is_squeezed(const struct buf *text)
{
	const char *at = buf_text(text);

	for (; *at; at += strcspn(at, "\n"), at += *at == '\n') {
		struct line line = {at, strcspn(at, "\n")};

		if (is_padded(line))
			return false;
	}
	return true;
}

void session_read(struct findings *findings, const char *file, const char *title,
	const struct buf *bytes, struct buf *ret_record)
{
	struct session session = {.findings = findings,
		.file = {file, strlen(file)},
		.record = ret_record,
		.was_blank = true};
	cleanup_buf struct buf text = BUF_INIT;
	struct command command;
	size_t number = 0;
	bool is_flat;

	text_clean(buf_text(bytes), bytes->len, &text);
	is_flat = is_squeezed(&text);
	part_begin(&session, NULL, NULL, 1);
	if (title_read(line_text(title), &command)) {
		part_begin(&session, format_of_command(&command), &command, 1);
		session.part.is_named = true;
	}
	for (const char *at = buf_text(&text); *at;) {
		struct line line = {at, strcspn(at, "\n")};

		session.part.reading.is_squeezed = is_flat;
		line_take(&session, line, ++number);
		at += line.len + (at[line.len] == '\n');
	}
	part_end(&session);
	if (session.n_records > RECORDS_MAX)
		buf_printf(ret_record, "%s: and %zu more parts\n", file,
			session.n_records - RECORDS_MAX);
}
