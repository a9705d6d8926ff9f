/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UTF-16, as Windows' programs save what was pasted -> UTF-8. Input: any bytes. Output:
 * text. It is told by its mark (U+FEFF), or by every other byte of its begin being 0.
 * What is no character becomes a question mark.
 */
#include <stdint.h>
#include <string.h>

#include "clean.h"

#define LOOKED_AT 64 /* bytes */

enum order { ORDER_NONE, ORDER_LITTLE, ORDER_BIG };

static enum order order_of(const char *bytes, size_t len)
{
	size_t most = len < LOOKED_AT ? len & ~(size_t)1 : LOOKED_AT;
	size_t n_even = 0, n_odd = 0;

	if (len < 4)
		return ORDER_NONE;
	if (memcmp(bytes, "\xff\xfe", 2) == 0)
		return ORDER_LITTLE;
	if (memcmp(bytes, "\xfe\xff", 2) == 0)
		return ORDER_BIG;
	for (size_t i = 0; i < most; i += 2) {
		n_even += !bytes[i];
		n_odd += !bytes[i + 1];
	}
	if (n_odd == most / 2 && !n_even)
		return ORDER_LITTLE;
	return n_even == most / 2 && !n_odd ? ORDER_BIG : ORDER_NONE;
}

bool text_is_utf16(const char *bytes, size_t len)
{
	return order_of(bytes, len) != ORDER_NONE;
}

static uint32_t unit_at(const char *bytes, enum order order)
{
	unsigned char a = (unsigned char)bytes[0], b = (unsigned char)bytes[1];

	return order == ORDER_BIG ? (uint32_t)a << 8 | b : (uint32_t)b << 8 | a;
}

static void add_character(struct buf *text, uint32_t c)
{
	char bytes[4];
	size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

	for (size_t i = n; i-- > 1; c >>= 6)
		bytes[i] = (char)(0x80 | (c & 0x3f));
	bytes[0] = (char)(n == 1 ? c : ((0xf00u >> n) & 0xff) | c);
	buf_add(text, bytes, n);
}

void text_from_utf16(const char *bytes, size_t len, struct buf *ret_text)
{
	enum order order = order_of(bytes, len);

	for (size_t i = 0; i + 1 < len; i += 2) {
		uint32_t c = unit_at(bytes + i, order);

		if (c >= 0xd800 && c < 0xdc00 && i + 3 < len) {
			uint32_t low = unit_at(bytes + i + 2, order);

			if (low >= 0xdc00 && low < 0xe000) {
				c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
				i += 2;
			}
		}
		if ((c >= 0xd800 && c < 0xe000) || !c)
			c = '?';
		if (c != 0xfeff)
			add_character(ret_text, c);
	}
}
