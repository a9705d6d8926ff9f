/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Growing byte strings, growing arrays, and the one escaping that every text format of
 * snapstate uses.
 *
 * Memory: running out of it aborts the program (buf_* and array_* never return NULL). All
 * three programs are safe to abort at any point: capture and planner publish by rename,
 * the executor journals before it acts.
 */
#ifndef SNAPSTATE_BUF_H
#define SNAPSTATE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf {
	char *data; /* always NUL-terminated once something was added; NULL when empty */
	size_t len; /* without the NUL */
	size_t cap;
};

#define BUF_INIT ((struct buf){0})

void buf_add(struct buf *b, const void *bytes, size_t len);
void buf_puts(struct buf *b, const char *text);
void buf_printf(struct buf *b, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Decimal; what "%" PRIu64 would print, and far cheaper where there are many. */
void buf_number(struct buf *b, uint64_t value);
void buf_free(struct buf *b);
static inline void buf_free_fn(struct buf *b)
{
	buf_free(b);
}
#define cleanup_buf cleanup_with(buf_free_fn)

/* The text so far, "" when nothing was added. Valid until the next buf_* call. */
const char *buf_text(const struct buf *b);

/*
 * One word of a fact or plan line. Bytes outside printable ASCII, blanks, '\\' and '"'
 * become \xNN (two lower-case hex digits, as udev writes them). The empty string becomes
 * "-", and a string that is exactly "-" becomes "\x2d": a word is never empty and never
 * ambiguous.
 */
void buf_word(struct buf *b, const char *text);

/* Like buf_word, but blanks between printable characters stay: for table parameters and
 * sentences at the end of a line. The empty string becomes "-". */
void buf_tail(struct buf *b, const char *text);

/* What a sentence says of something, on one line: bytes outside printable ASCII become
 * \xNN, and all else stays. Cannot be undone. */
void buf_prose(struct buf *b, const char *text);

/*
 * An argument of a command that is printed, and that somebody may paste into a shell:
 * quoted for bash where that is needed, one line of printable ASCII. buf_argument() has a
 * blank in front, and " -- " where it would be taken for an option: only for arguments of
 * which no option follows.
 */
void buf_quoted(struct buf *b, const char *text);
void buf_argument(struct buf *b, const char *text);
/* A sentence for people. Within backquotes it is a command, in which each %s is quoted,
 * with "-- " before one that would be taken for an option; elsewhere %s is buf_prose().
 * `format` has no conversions but %s, also with a precision, %u, %zu and %llu. */
void buf_sentence(struct buf *b, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Undoes buf_word and buf_tail. `len` bytes at `word`. The result is malloc'ed.
 * -EINVAL: an escape that is not \xNN or a raw byte that should have been escaped, or
 * \x00. */
int word_decode(const char *word, size_t len, char **ret_text);

/* Growing arrays: gives a new, zeroed last element.
 *   struct thing *t = array_add(&host->things, &host->n_things); */
void *array_add_sized(void *array, size_t *count, size_t element);
#define array_add(array, count)                                                          \
	((__typeof__(*(array)))array_add_sized((array), (count), sizeof(**(array))))

void *xcalloc(size_t count, size_t size);
void *xmalloc(size_t size); /* not zeroed */
char *xstrdup(const char *text);
char *xstrndup(const char *text, size_t len);

/*
 * Strings that live as long as their owner: one arena per host, freed at once.
 */
struct arena;
struct arena *arena_new(void);
void arena_free(struct arena *a);
const char *arena_strdup(struct arena *a, const char *text);
const char *arena_strndup(struct arena *a, const char *bytes, size_t len);

/* Unsigned decimal or (base 16) hexadecimal number: digits only, no sign, no blank, no
 * overflow. -EINVAL otherwise. */
int parse_u64(const char *text, size_t len, unsigned base, uint64_t *ret_value);

/* "254:4" -> dev_t-like pair. -EINVAL otherwise. */
struct devno {
	uint32_t major;
	uint32_t minor;
};
int parse_devno(const char *text, size_t len, struct devno *ret_devno);
static inline bool devno_is_equal(struct devno a, struct devno b)
{
	return a.major == b.major && a.minor == b.minor;
}
static inline int devno_compare(struct devno a, struct devno b)
{
	if (a.major != b.major)
		return a.major < b.major ? -1 : 1;
	if (a.minor != b.minor)
		return a.minor < b.minor ? -1 : 1;
	return 0;
}
/* The same, for qsort() and bsearch(). */
static inline int devno_order(const void *a, const void *b)
{
	return devno_compare(*(const struct devno *)a, *(const struct devno *)b);
}
#define DEVNO_FMT     "%u:%u"
#define DEVNO_ARGS(d) (d).major, (d).minor
/* "254:4" */
void buf_devno(struct buf *b, struct devno devno);
#define DEVNO_NONE ((struct devno){0, 0})
static inline bool devno_is_none(struct devno d)
{
	return d.major == 0 && d.minor == 0;
}

/* Of whatever strangers wrote: its key is this process's own (AT_RANDOM), so that nobody
 * can choose texts that share a bucket. Another number in each run. */
uint64_t hash_bytes(const void *bytes, size_t len);

#endif
