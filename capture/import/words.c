/* SPDX-License-Identifier: Apache-2.0 */
/* Words of lines, of commands and of trees, and how a reader says what it found; see
 * format.h. */
#include <ctype.h>
#include <string.h>

#include "format.h"
#include "snapstate/lvm_names.h"

struct line line_text(const char *text)
{
	return (struct line){text, strlen(text)};
}

bool line_is_one_of(struct line line, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (line.len && *words[i] == *line.at && line_is(line, words[i]))
			return true;
	return false;
}

bool line_has(struct line line, const char *text)
{
	return line.len && memmem(line.at, line.len, text, strlen(text));
}

struct line line_trim(struct line line)
{
	while (line.len && (*line.at == ' ' || *line.at == '\t')) {
		line.at++;
		line.len--;
	}
	while (line.len &&
		(line.at[line.len - 1] == ' ' || line.at[line.len - 1] == '\t'))
		line.len--;
	return line;
}

bool line_cut_label(struct line *line, const char *label)
{
	struct line words = line_text(label), rest = *line, word;

	while ((word = line_word(&words)).len) {
		struct line other = line_word(&rest);

		if (other.len != word.len || memcmp(other.at, word.at, word.len) != 0)
			return false;
	}
	*line = line_trim(rest);
	return true;
}

bool line_devno(struct line word, struct devno *ret_devno)
{
	return word.len && parse_devno(word.at, word.len, ret_devno) == 0;
}

bool is_number(struct line word)
{
	for (size_t i = 0; i < word.len; i++)
		if (!isdigit((unsigned char)word.at[i]))
			return false;
	return word.len > 0;
}

bool is_lvm_uuid(struct line word)
{
	cleanup_free char *text = xstrndup(word.at, word.len);
	char plain[LVM_UUID_LEN + 1];

	return word.len == LVM_UUID_HYPHENS && lvm_uuid_plain(text, plain);
}

struct line command_operand(const struct command *command)
{
	for (size_t i = command->n_words; i-- > 1;)
		if (*command->words[i].at != '-')
			return command->words[i];
	return (struct line){"", 0};
}

/* Options whose value is the next word, and no choice: "-o +devices", "--units b". Any
 * other word that is no option chooses, and so does -S or --target. */
static bool is_valued(struct line word)
{
	static const char *const options[] = {"-o", "--options", "-O", "--sort",
		"--separator", "--units", "--config", "--reportformat", "--output",
		"--configreport"};

	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (line_is(word, options[i]))
			return true;
	/* "-ao", "-Co": letters that share a hyphen */
	return word.len > 2 && word.at[0] == '-' && word.at[1] != '-' &&
	       word.at[word.len - 1] == 'o';
}

static bool is_choice(struct line word)
{
	return line_begins(&word, "-S") || line_begins(&word, "--select") ||
	       line_begins(&word, "--target");
}

bool command_is_of_all(const struct command *command)
{
	size_t first = command->n_words && line_is(command->words[0], "dmsetup") ? 2 : 1;

	if (command->n_words == 2 && line_is(command->words[0], "cat"))
		return !command->is_filtered;
	for (size_t i = 1; i < command->n_words; i++) {
		struct line word = command->words[i];

		if (is_choice(word) || (*word.at != '-' && i >= first))
			return false;
		if (is_valued(word))
			i++;
	}
	return command->n_words > 0 && !command->is_filtered;
}

/* Behind the letter, within the word or in the next one: also "-ao X", options of one
 * letter that share a hyphen. */
static bool letter_option(
	const struct command *command, size_t i, char letter, struct line *ret)
{
	struct line word = command->words[i];

	if (word.len < 2 || word.at[0] != '-' || word.at[1] == '-')
		return false;
	if (word.at[word.len - 1] == letter && i + 1 < command->n_words)
		*ret = command->words[i + 1];
	else if (word.at[1] == letter && word.len > 2)
		*ret = (struct line){word.at + 2, word.len - 2};
	else
		return false;
	return true;
}

struct line command_option(const struct command *command, char letter, const char *name)
{
	size_t len = strlen(name);
	struct line value;

	for (size_t i = 1; i < command->n_words; i++) {
		struct line word = command->words[i];

		if (letter && letter_option(command, i, letter, &value))
			return value;
		if (line_is(word, name) && i + 1 < command->n_words)
			return command->words[i + 1];
		if (line_begins(&word, name) && word.len > len && word.at[len] == '=')
			return (struct line){word.at + len + 1, word.len - len - 1};
	}
	return (struct line){"", 0};
}

bool line_cut_number(struct line *line, struct devno *ret_devno)
{
	struct line rest = line_trim(*line);
	const char *open = rest.len && rest.at[rest.len - 1] == ')'
				   ? memrchr(rest.at, '(', rest.len)
				   : NULL;
	char text[32];
	size_t len = 0;

	if (!open)
		return false;
	for (const char *at = open + 1; at < rest.at + rest.len - 1; at++) {
		if (*at == ' ')
			continue;
		if (len == sizeof(text))
			return false;
		text[len++] = *at == ',' ? ':' : *at;
	}
	if (parse_devno(text, len, ret_devno) < 0)
		return false;
	*line = line_trim((struct line){rest.at, (size_t)(open - rest.at)});
	return true;
}

const char *tree_parent(struct reading *reading, size_t column, const char *thing)
{
	const char *parent;

	while (reading->depth && reading->tree[reading->depth - 1].column >= column)
		reading->depth--;
	parent = reading->depth && !reading->is_squeezed
			 ? reading->tree[reading->depth - 1].thing
			 : NULL;
	if (reading->depth < TREE_DEPTH_MAX) {
		reading->tree[reading->depth].column = column;
		reading->tree[reading->depth].thing = thing;
		reading->depth++;
	}
	return parent;
}

/* ---- what is found ---- */

/* "ticket.txt, line 13: lvs" */
static const char *from(struct reading *reading)
{
	cleanup_buf struct buf text = BUF_INIT;

	if (reading->from)
		return reading->from;
	buf_add(&text, reading->file.at, reading->file.len);
	buf_printf(&text, ", line %zu%s%s", reading->number, reading->format ? ": " : "",
		reading->format ? reading->format->name : "");
	reading->from = arena_strdup(reading->findings->strings, buf_text(&text));
	return reading->from;
}

void found(struct reading *reading, const char *thing, enum shown_kind kind,
	struct line value)
{
	struct findings *findings = reading->findings;

	if (!thing)
		return;
	if (kind != SHOWN_USED && kind != SHOWN_MESSAGE)
		name_tell(findings, thing);
	if (findings->n_items == FOUND_MAX) {
		findings->is_full = true;
		return;
	}
	if (value.len > FOUND_WORD_MAX)
		value.len = FOUND_WORD_MAX;
	if (!value.len) /* a cell that the row does not have is NULL */
		value = line_text("");
	*array_add(&findings->items, &findings->n_items) = (struct finding){thing, kind,
		arena_strndup(findings->strings, value.at, value.len), from(reading)};
}

void found_text(struct reading *reading, const char *thing, enum shown_kind kind,
	const char *value)
{
	found(reading, thing, kind, line_text(value));
}

void tie_others(struct reading *reading, const char *thing)
{
	if (thing && *thing == 'm')
		tie(reading, TIE_OTHERS, thing, thing);
}

void tie(
	struct reading *reading, enum tie_kind kind, const char *thing, const char *other)
{
	struct findings *findings = reading->findings;

	if (!thing || !other)
		return;
	name_tell(findings, thing);
	name_tell(findings, other);
	if (findings->n_ties == FOUND_MAX) {
		findings->is_full = true;
		return;
	}
	*array_add(&findings->ties, &findings->n_ties) =
		(struct tie){thing, other, kind, from(reading)};
}
