/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tables with headings: which columns, and which word of a row is of which.
 *
 * Where blanks are squeezed an empty cell leaves no trace. So places are not looked at:
 * words are given to the columns in order, by what each may hold, and a column that LVM
 * or lsblk always fills takes one. Which of "Pool" and "Origin" a name is of is told by
 * the attributes before it (lvs(8)). Input: hostile lines. Invariant: a row that fits in
 * no way is refused; the work for one row is bounded.
 */
#include <ctype.h>
#include <string.h>

#include "format.h"
#include "snapstate/lvm_names.h"

#define TRIES_MAX 2000 /* of one row */

/* ---- headings ---- */

static const struct column *column_find(
	const struct column *known, const char *text, size_t len, bool is_field)
{
	for (; known->heading; known++) {
		const char *name = is_field ? known->field : known->heading;

		if (name && strlen(name) == len && strncasecmp(name, text, len) == 0)
			return known;
	}
	return NULL;
}

static const struct column other = {"", NULL, CELL_WORD, false};

static bool column_add(struct columns *columns, const struct column *column)
{
	if (columns->count == COLUMNS_MAX)
		return false;
	columns->items[columns->count++] = column ? column : &other;
	return true;
}

/* "LV UUID" is one heading; at least two must be known, the first among them. */
static bool read_words(const struct column *known, struct line line, struct columns *ret)
{
	size_t n_known = 0;

	*ret = (struct columns){.count = 0};
	for (;;) {
		struct line word = line_word(&line), rest = line;
		struct line second = line_word(&rest);
		const struct column *column = NULL;

		if (!word.len)
			return n_known >= 2;
		if (second.len)
			column = column_find(known, word.at,
				(size_t)(second.at + second.len - word.at), false);
		if (column)
			line = rest;
		else
			column = column_find(known, word.at, word.len, false);
		n_known += column != NULL;
		if (!n_known || !column_add(ret, column))
			return false;
	}
}

/* "LV:VG:Attr" of --separator */
static bool read_separated(
	const struct column *known, struct line line, struct columns *ret)
{
	const char *end = line.at + line.len;
	size_t len = 0;

	line = line_trim(line);
	*ret = (struct columns){.count = 0};
	while (len < line.len &&
		(isalnum((unsigned char)line.at[len]) || strchr("%#_ ", line.at[len])))
		len++;
	if (len == line.len)
		return false;
	ret->separator = line.at[len];
	while (line.at < end) {
		const char *stop =
			memchr(line.at, ret->separator, (size_t)(end - line.at));
		size_t n = (size_t)((stop ? stop : end) - line.at);
		const struct column *column = column_find(known, line.at, n, false);

		if (!column || !column_add(ret, column))
			return false;
		line.at += n + 1;
	}
	return ret->count >= 2;
}

bool columns_read(const struct column *known, struct line line, struct columns *ret)
{
	struct columns columns;

	if (!read_words(known, line, &columns) && !read_separated(known, line, &columns))
		return false;
	*ret = columns;
	return true;
}

bool columns_from_option(const struct column *known, struct line option,
	const char *usual, char separator, struct columns *ret)
{
	struct columns columns = {.count = 0};
	bool is_more = !option.len || *option.at == '+';
	const char *at = option.at, *end = at + option.len;

	if (is_more && !read_words(known, line_text(usual), &columns))
		return false;
	at += option.len && is_more;
	while (at < end) {
		const char *comma = memchr(at, ',', (size_t)(end - at));
		size_t n = (size_t)((comma ? comma : end) - at);
		const struct column *column = column_find(known, at, n, true);

		/* "-o name" is lv_name too (lvs(8)) */
		for (size_t i = 0; i < 3 && !column; i++) {
			static const char *const prefixes[] = {"lv_", "vg_", "pv_"};
			cleanup_buf struct buf field = BUF_INIT;

			buf_puts(&field, prefixes[i]);
			buf_add(&field, at, n);
			column = column_find(known, field.data, field.len, true);
		}
		if (!column) /* "-o NAME,MAJ:MIN" of lsblk */
			column = column_find(known, at, n, false);
		if (!column_add(&columns, column))
			return false;
		at += n + 1;
	}
	columns.separator = separator;
	*ret = columns;
	return columns.count > 0;
}

/* ---- rows ---- */

static bool is_decimal(struct line word, const char *units)
{
	size_t i = 0, n_digits = 0;

	while (i < word.len && strchr("<>+-", word.at[i]))
		i++;
	for (; i < word.len && (isdigit((unsigned char)word.at[i]) || word.at[i] == '.' ||
				       word.at[i] == ',');
		i++)
		n_digits += word.at[i] != '.' && word.at[i] != ',';
	return n_digits &&
	       (i == word.len || (strchr(units, word.at[i]) && word.len - i <= 3));
}

static bool is_attr(struct line word)
{
	if (word.len < 5 || word.len > 12)
		return false;
	for (size_t i = 0; i < word.len; i++)
		if (!isalpha((unsigned char)word.at[i]) && word.at[i] != '-' &&
			word.at[i] != '?')
			return false;
	return true;
}

static bool is_uuid(struct line word)
{
	return (word.len == LVM_UUID_HYPHENS && word.at[6] == '-' &&
		       word.at[11] == '-') ||
	       line_begins(&word, "LVM-") || line_begins(&word, "part") ||
	       line_begins(&word, "mpath-") || line_begins(&word, "CRYPT-");
}

static bool is_state(struct line word)
{
	return word.len == 4 && strchr("L-", word.at[0]) && strchr("I-", word.at[1]) &&
	       strchr("s-", word.at[2]) && strchr("rw", word.at[3]);
}

static bool is_open(struct line word)
{
	return is_number(word) || line_is(word, "open") || line_is(word, "-1");
}

/* The first letter of lv_attr tells whether a name behind it is a pool or an origin. */
static bool is_of_attr(const struct row *row, const char *letters)
{
	struct line attr = row->cells[CELL_ATTR];

	return !attr.len || (*attr.at && strchr(letters, *attr.at));
}

static bool holds(enum cell cell, struct line word, const struct row *row)
{
	struct devno devno;

	switch (cell) {
	case CELL_NAME:
	case CELL_VG:
	case CELL_WORD:
	case CELL_KNAME:
	case CELL_PARENT:
		return true;
	case CELL_ATTR:
		return is_attr(word);
	case CELL_SIZE:
		return is_decimal(word, "bBsSkKmMgGtTpPeEi");
	case CELL_PERCENT:
		return is_decimal(word, "%");
	case CELL_POOL:
		return is_of_attr(row, "VtTdD") && !is_decimal(word, "");
	case CELL_ORIGIN:
		return is_of_attr(row, "sSVOoCcr") && !is_decimal(word, "");
	case CELL_NUMBER:
	case CELL_MAJOR:
	case CELL_MINOR:
		return is_number(word) || line_is(word, "-1");
	case CELL_OPEN:
		return is_open(word);
	case CELL_DEVNO:
		return line_devno(word, &devno);
	case CELL_STATE:
		return is_state(word);
	case CELL_UUID:
		return is_uuid(word);
	case CELL_DEVICES:
		return memchr(word.at, '(', word.len) != NULL;
	case CELL_PATH:
		return *word.at == '/' && !memchr(word.at, '(', word.len);
	case CELL_PLACE:
		return *word.at == '/' || line_is(word, "[SWAP]");
	case CELL_SOURCE:
		return true;
	case CELL_TYPE:
		return islower((unsigned char)*word.at) || line_is(word, "LVM2_member");
	case CELL_OPTIONS:
		return line_begins(&word, "rw") || line_begins(&word, "ro");
	case CELL_PV_ATTR:
		return (word.len == 2 || word.len == 3) && *word.at &&
		       strchr("-ad", *word.at);
	case CELL_TIME:
		return word.len == 10 && word.at[4] == '-' && word.at[7] == '-';
	case CELLS:
		return false;
	}
	return false;
}

struct attempt {
	const struct columns *columns;
	const struct line *words;
	size_t n_words;
	struct row row;
	unsigned tries;
};

/* One of them may name a pool and an origin: a thin snapshot has both. */
static size_t words_taken(enum cell cell)
{
	return cell == CELL_TIME ? 3 : 1;
}

static bool fit(struct attempt *attempt, size_t column, size_t word)
{
	const struct column *at;
	size_t n;
	bool is_set;

	if (attempt->tries == TRIES_MAX)
		return false;
	attempt->tries++;
	if (column == attempt->columns->count)
		return word == attempt->n_words;
	at = attempt->columns->items[column];
	/* what is of no use takes no word from what is */
	if (at->cell == CELL_WORD && !at->is_required && fit(attempt, column + 1, word))
		return true;
	n = words_taken(at->cell);
	is_set = attempt->row.cells[at->cell].len > 0;
	if (word + n <= attempt->n_words &&
		holds(at->cell, attempt->words[word], &attempt->row)) {
		struct line before = attempt->row.cells[at->cell];

		if (!is_set)
			attempt->row.cells[at->cell] =
				(struct line){attempt->words[word].at,
					(size_t)(attempt->words[word + n - 1].at +
						 attempt->words[word + n - 1].len -
						 attempt->words[word].at)};
		if (fit(attempt, column + 1, word + n))
			return true;
		attempt->row.cells[at->cell] = before;
	}
	return !at->is_required && fit(attempt, column + 1, word);
}

static bool split_separated(
	const struct columns *columns, struct line line, struct row *ret)
{
	const char *end;
	struct row row = {0};
	size_t i = 0;

	line = line_trim(line);
	end = line.at + line.len;
	for (; i < columns->count && line.at <= end; i++) {
		const char *stop =
			memchr(line.at, columns->separator, (size_t)(end - line.at));
		struct line cell = {line.at, (size_t)((stop ? stop : end) - line.at)};

		if (!row.cells[columns->items[i]->cell].len)
			row.cells[columns->items[i]->cell] = line_trim(cell);
		if (columns->items[i]->is_required && !line_trim(cell).len)
			return false;
		line.at += cell.len + 1;
	}
	*ret = row;
	return i >= 2 || columns->count == 1;
}

bool columns_split(const struct columns *columns, struct line line, struct row *ret)
{
	struct line words[COLUMNS_MAX];
	struct attempt attempt = {.columns = columns, .words = words};

	if (columns->separator)
		return split_separated(columns, line, ret);
	for (;;) {
		struct line word = line_word(&line);

		if (!word.len)
			break;
		if (attempt.n_words == COLUMNS_MAX)
			return false;
		words[attempt.n_words++] = word;
	}
	if (!attempt.n_words || !fit(&attempt, 0, 0))
		return false;
	*ret = attempt.row;
	return true;
}

/* ---- KEY="VALUE" ---- */

/* LVM2_LV_NAME, lv_name, NAME -> its column */
static const struct column *key_column(const struct column *known, struct line key)
{
	const struct column *column;

	if (line_begins(&key, "LVM2_")) {
		key.at += 5;
		key.len -= 5;
	}
	column = column_find(known, key.at, key.len, true);
	return column ? column : column_find(known, key.at, key.len, false);
}

static bool is_key_char(char c)
{
	return isalnum((unsigned char)c) || (c && strchr("_:%#-", c));
}

static const char *skip(const char *at, const char *end, char c)
{
	while (at < end && *at == c)
		at++;
	return at;
}

/* From a key's first letter; NULL: it is none. *ret_next is behind the value. */
static bool pair_read(const char *at, const char *end, struct line *ret_key,
	struct line *ret_value, const char **ret_next)
{
	const char *start = at, *stop;
	char quote;

	while (at < end && is_key_char(*at))
		at++;
	*ret_key = (struct line){start, (size_t)(at - start)};
	*ret_next = at;
	at += at < end && *at == '"';
	at = skip(at, end, ' ');
	if (at == end || (*at != '=' && *at != ':'))
		return false;
	at = skip(at + 1, end, ' ');
	if (at == end || (*at != '"' && *at != '\''))
		return false;
	quote = *at++;
	stop = memchr(at, quote, (size_t)(end - at));
	if (!stop)
		return false;
	*ret_value = (struct line){at, (size_t)(stop - at)};
	*ret_next = stop + 1;
	return true;
}

bool columns_pairs(const struct column *known, struct line line, struct row *row)
{
	const char *at = line.at, *end = at + line.len;
	bool has_some = false;

	while (at < end) {
		struct line key, value;
		const struct column *column;

		if (!isalpha((unsigned char)*at)) {
			at++;
			continue;
		}
		if (!pair_read(at, end, &key, &value, &at))
			continue;
		column = key_column(known, key);
		if (!column)
			continue;
		row->cells[column->cell] = value;
		has_some = true;
	}
	return has_some;
}

bool columns_object(struct line *rest, struct line *ret_object)
{
	size_t len = 0;

	while (rest->len && strchr("{} ,[]", *rest->at) && *rest->at) {
		rest->at++;
		rest->len--;
	}
	while (len < rest->len && rest->at[len] != '{' && rest->at[len] != '}')
		len++;
	*ret_object = (struct line){rest->at, len};
	rest->at += len;
	rest->len -= len;
	return len > 0;
}
