/* SPDX-License-Identifier: Apache-2.0 */
/* A hash for tables of what strangers wrote; see snapstate/buf.h. */
#include <string.h>
#include <sys/auxv.h>

#include "snapstate/buf.h"

/* SipHash-1-3 (Aumasson, Bernstein 2012) with a key that the kernel gives each process:
 * who writes an archive cannot choose names that share a bucket. */
struct sip {
	uint64_t v[4];
};

/* Set before main() begins, and constant from then on: to look it up takes as long as to
 * hash a name. */
static uint64_t key[2];

static void __attribute__((constructor)) key_find(void)
{
	const void *random = (const void *)getauxval(AT_RANDOM); /* 16 bytes */

	if (random)
		memcpy(key, random, sizeof(key));
}

static inline uint64_t rotate(uint64_t word, unsigned bits)
{
	return word << bits | word >> (64 - bits);
}

static inline __attribute__((always_inline)) void sip_round(struct sip *sip)
{
	uint64_t *v = sip->v;

	v[0] += v[1];
	v[2] += v[3];
	v[1] = rotate(v[1], 13) ^ v[0];
	v[3] = rotate(v[3], 16) ^ v[2];
	v[0] = rotate(v[0], 32) + v[3];
	v[2] += v[1];
	v[1] = rotate(v[1], 17) ^ v[2];
	v[3] = rotate(v[3], 21) ^ v[0];
	v[2] = rotate(v[2], 32);
}

static inline void sip_word(struct sip *sip, uint64_t word)
{
	sip->v[3] ^= word;
	sip_round(sip);
	sip->v[0] ^= word;
}

static struct sip sip_begin(void)
{
	return (struct sip){{key[0] ^ 0x736f6d6570736575u, key[1] ^ 0x646f72616e646f6du,
		key[0] ^ 0x6c7967656e657261u, key[1] ^ 0x7465646279746573u}};
}

static uint64_t sip_end(struct sip *sip)
{
	sip->v[2] ^= 0xff;
	for (unsigned i = 0; i < 3; i++)
		sip_round(sip);
	return sip->v[0] ^ sip->v[1] ^ sip->v[2] ^ sip->v[3];
}

uint64_t hash_bytes(const void *bytes, size_t len)
{
	const char *text = bytes;
	struct sip sip = sip_begin();
	uint64_t word = 0, last = (uint64_t)len << 56;

	for (; len >= sizeof(word); text += sizeof(word), len -= sizeof(word)) {
		memcpy(&word, text, sizeof(word));
		sip_word(&sip, word);
	}
	word = 0;
	memcpy(&word, text, len);
	sip_word(&sip, last ^ word);
	return sip_end(&sip);
}
