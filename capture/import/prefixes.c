/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Outputs that went through a log, taken out of it.
 *
 * Input: the cleaned lines of a text. Output: the same lines; where a run of them has one
 * kind of mark in front, and what is behind the mark of one of them opens an output, the
 * marks are gone. Marks: syslog's and the journal's time, host and program; times of
 * kubectl(1), of container runtimes and of scripts; "[pod/NAME/CONTAINER]"; "NAME  | " of
 * docker compose; the quotes of a list of strings, as Ansible prints stdout_lines.
 * Invariants: lines of the kernel stay as they are; no line is lost or made.
 */
#include <ctype.h>
#include <string.h>

#include "prefixes.h"

enum mark {
	MARK_NONE,
	MARK_LOG,  /* "Nov 22 03:10:01 hv7 backup[99]: " */
	MARK_TIME, /* "2026-11-22T03:10:01Z " */
	MARK_NAME, /* "[pod/a/b] ", "backup-1  | " */
	MARK_LIST, /* "...", */
};

struct marked {
	enum mark mark;
	struct line of;	  /* whose: of a run all have the same */
	struct line rest; /* what is behind it */
};

static struct line behind(struct line line, size_t len)
{
	return (struct line){line.at + len, line.len - len};
}

static size_t digits(struct line line)
{
	size_t n = 0;

	while (n < line.len && isdigit((unsigned char)line.at[n]))
		n++;
	return n;
}

/* Each 'd' of the pattern is a digit, all else itself; 0: it is not there. */
static size_t match(struct line line, const char *pattern)
{
	size_t len = strlen(pattern);

	if (line.len < len)
		return 0;
	for (size_t i = 0; i < len; i++)
		if (pattern[i] == 'd' ? !isdigit((unsigned char)line.at[i])
				      : line.at[i] != pattern[i])
			return 0;
	return len;
}

/* "Nov 22 03:10:01 ", "Nov  2 03:10:01 " */
static size_t log_time_len(struct line line)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	const char *at = line.len > 16 ? memmem(months, 36, line.at, 3) : NULL;
	struct line rest;

	if (!at || (at - months) % 3)
		return 0;
	rest = behind(line, 3);
	return match(rest, " dd dd:dd:dd ") || match(rest, "  d dd:dd:dd ") ? 16 : 0;
}

/* "2026-11-22T03:10:01.123456+01:00 ", "2026-11-22 03:10:01,123 " */
static size_t time_len(struct line line)
{
	size_t len = match(line, "dddd-dd-ddTdd:dd:dd");
	struct line rest;

	len = len ? len : match(line, "dddd-dd-dd dd:dd:dd");
	if (!len)
		return 0;
	rest = behind(line, len);
	if (rest.len && (*rest.at == '.' || *rest.at == ','))
		len += 1 + digits(behind(rest, 1));
	rest = behind(line, len);
	if (rest.len && *rest.at == 'Z')
		len++;
	else if (rest.len && (*rest.at == '+' || *rest.at == '-'))
		len += match(behind(rest, 1), "dd:dd")	? 6
		       : match(behind(rest, 1), "dddd") ? 5
							: 0;
	return len < line.len && line.at[len] == ' ' ? len + 1 : 0;
}

/* "hv7 backup[99]: LV VG": the program is whose it is. */
static bool log_read(struct line line, struct marked *ret)
{
	struct line rest = line, host = line_word(&rest), program = line_word(&rest);
	const char *bracket = program.len ? memchr(program.at, '[', program.len) : NULL;

	if (!host.len || program.len < 2 || program.at[program.len - 1] != ':')
		return false;
	ret->mark = MARK_LOG;
	ret->rest = rest;
	if (ret->rest.len)
		ret->rest = behind(ret->rest, 1);
	ret->of = (struct line){host.at,
		(size_t)((bracket ? bracket : program.at + program.len) - host.at)};
	return !line_begins(&program, "kernel:");
}

/* "stdout F LV VG" of a container's log (CRI) */
static struct line without_stream(struct line line)
{
	static const char *const streams[] = {
		"stdout F ", "stderr F ", "stdout P ", "stderr P "};

	for (size_t i = 0; i < sizeof(streams) / sizeof(streams[0]); i++)
		if (line_begins(&line, streams[i]))
			return behind(line, strlen(streams[i]));
	return line;
}

static bool name_read(struct line line, struct marked *ret)
{
	const char *end;
	struct line rest = line, word;

	ret->mark = MARK_NAME;
	if (line_begins(&line, "[pod/")) {
		end = memchr(line.at, ']', line.len);
		if (!end || end + 1 == line.at + line.len || end[1] != ' ')
			return false;
		ret->of = (struct line){line.at, (size_t)(end - line.at)};
		ret->rest = behind(line, ret->of.len + 2);
		return true;
	}
	word = line_word(&rest);
	if (word.len < 2 || word.at != line.at || !isalpha((unsigned char)*word.at))
		return false;
	ret->of = word;
	word = line_word(&rest);
	if (word.len != 1 || *word.at != '|')
		return false;
	ret->rest = rest.len ? behind(rest, 1) : rest;
	return true;
}

/* A string of JSON alone on its line. */
static bool list_read(struct line line, struct marked *ret)
{
	while (line.len && *line.at == ' ')
		line = behind(line, 1);
	while (line.len && strchr(" ,", line.at[line.len - 1]))
		line.len--;
	if (line.len < 2 || *line.at != '"' || line.at[line.len - 1] != '"')
		return false;
	line = (struct line){line.at + 1, line.len - 2};
	for (size_t i = 0; i < line.len; i++) {
		if (line.at[i] == '"')
			return false;
		i += line.at[i] == '\\';
	}
	*ret = (struct marked){MARK_LIST, {"", 0}, line};
	return true;
}

static struct marked mark_read(struct line line)
{
	struct marked marked = {.mark = MARK_NONE};
	size_t len = log_time_len(line);

	if (len && log_read(behind(line, len), &marked))
		return marked;
	len = len ? 0 : time_len(line);
	if (len && log_read(behind(line, len), &marked))
		return marked;
	if (len && marked.mark != MARK_LOG)
		return (struct marked){
			MARK_TIME, {"", 0}, without_stream(behind(line, len))};
	if (!len && (name_read(line, &marked) || list_read(line, &marked)))
		return marked;
	return (struct marked){.mark = MARK_NONE};
}

static bool is_of_run(const struct marked *a, const struct marked *b)
{
	return a->mark == b->mark && a->of.len == b->of.len &&
	       memcmp(a->of.at, b->of.at, a->of.len) == 0;
}

/* Of JSON: \" and \\ are what they stand for, and a tab is a blank. */
static struct line unescaped(struct text_lines *lines, struct line line)
{
	cleanup_buf struct buf text = BUF_INIT;

	if (!line.len || !memchr(line.at, '\\', line.len))
		return line;
	for (size_t i = 0; i < line.len; i++) {
		bool is_escape = line.at[i] == '\\' && i + 1 < line.len;

		i += is_escape;
		buf_add(&text, is_escape && line.at[i] == 't' ? " " : &line.at[i], 1);
	}
	return text_lines_keep(lines, text.data, text.len);
}

static void run_cut(struct text_lines *lines, size_t first, size_t end)
{
	for (size_t i = first; i < end; i++) {
		struct marked marked = mark_read(lines->items[i].line);

		lines->items[i].line = marked.mark == MARK_LIST
					       ? unescaped(lines, marked.rest)
					       : marked.rest;
	}
}

void prefixes_cut(struct text_lines *lines, bool (*opens)(struct line line))
{
	for (size_t i = 0; i < lines->count;) {
		struct marked first = mark_read(lines->items[i].line), next = first;
		bool is_output = false;
		size_t end = i;

		for (; first.mark != MARK_NONE && is_of_run(&first, &next);) {
			is_output |= opens(next.rest);
			if (++end == lines->count)
				break;
			next = mark_read(lines->items[end].line);
		}
		if (is_output)
			run_cut(lines, i, end);
		i = end > i ? end : i + 1;
	}
}
