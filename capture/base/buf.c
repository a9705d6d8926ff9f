/* SPDX-License-Identifier: Apache-2.0 */
/* Growing strings and arrays; see buf.h. Running out of memory aborts. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "snapstate/buf.h"

static void die_out_of_memory(void)
{
	static const char text[] = "snapstate: out of memory\n";

	fwrite(text, 1, sizeof(text) - 1, stderr);
	abort();
}

void *xcalloc(size_t count, size_t size)
{
	void *p = calloc(count ? count : 1, size ? size : 1);

	if (!p)
		die_out_of_memory();
	return p;
}

void *xmalloc(size_t size)
{
	void *p = malloc(size ? size : 1);

	if (!p)
		die_out_of_memory();
	return p;
}

char *xstrndup(const char *text, size_t len)
{
	char *copy = xmalloc(len + 1);

	if (len)
		memcpy(copy, text, len);
	copy[len] = '\0';
	return copy;
}

char *xstrdup(const char *text)
{
	return xstrndup(text, strlen(text));
}

static void buf_reserve(struct buf *b, size_t more)
{
	size_t need;
	size_t cap = b->cap ? b->cap : 64;

	if (__builtin_add_overflow(b->len, more + 1, &need))
		die_out_of_memory();
	if (need <= b->cap)
		return;
	while (cap < need)
		if (__builtin_mul_overflow(cap, 2, &cap))
			die_out_of_memory();
	b->data = realloc(b->data, cap);
	if (!b->data)
		die_out_of_memory();
	b->cap = cap;
}

void buf_add(struct buf *b, const void *bytes, size_t len)
{
	if (len >= b->cap - b->len)
		buf_reserve(b, len);
	if (len)
		memcpy(b->data + b->len, bytes, len);
	b->len += len;
	b->data[b->len] = '\0';
}

void buf_puts(struct buf *b, const char *text)
{
	buf_add(b, text, strlen(text));
}

/* Most of what is printed fits into so many bytes, and is printed once. */
#define PRINTED_OFTEN 48

void buf_printf(struct buf *b, const char *format, ...)
{
	va_list args;
	int len;

	buf_reserve(b, PRINTED_OFTEN);
	va_start(args, format);
	len = vsnprintf(b->data + b->len, b->cap - b->len, format, args);
	va_end(args);
	if (len < 0)
		die_out_of_memory();
	if ((size_t)len >= b->cap - b->len) { /* it did not fit */
		buf_reserve(b, (size_t)len);
		va_start(args, format);
		vsnprintf(b->data + b->len, (size_t)len + 1, format, args);
		va_end(args);
	}
	b->len += (size_t)len;
}

void buf_number(struct buf *b, uint64_t value)
{
	char digits[20]; /* of 2^64 - 1 */
	size_t at = sizeof(digits);

	do
		digits[--at] = (char)('0' + value % 10);
	while (value /= 10);
	buf_add(b, digits + at, sizeof(digits) - at);
}

void buf_devno(struct buf *b, struct devno devno)
{
	buf_number(b, devno.major);
	buf_add(b, ":", 1);
	buf_number(b, devno.minor);
}

void buf_free(struct buf *b)
{
	free(b->data);
	*b = BUF_INIT;
}

const char *buf_text(const struct buf *b)
{
	return b->data ? b->data : "";
}

/* Capacity is the next power of two above the count, so it need not be stored. */
void *array_add_sized(void *array, size_t *count, size_t element)
{
	void **items = array;
	size_t n = *count;

	if ((n & (n - 1)) == 0) {
		size_t cap = n ? n * 2 : 1;
		size_t bytes;

		if (__builtin_mul_overflow(cap, element, &bytes))
			die_out_of_memory();
		*items = realloc(*items, bytes);
		if (!*items)
			die_out_of_memory();
	}
	(*count)++;
	return memset((char *)*items + n * element, 0, element);
}
