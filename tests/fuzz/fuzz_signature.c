/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signatures and lists of signers against any bytes. The armor is no obstacle to the
 * fuzzer: the bytes are tried as they are, and as what an armor holds. Laws: an error has
 * words; nothing made up is ever a valid signature.
 */
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "signature.h"
#include "signers.h"
#include "snapstate/cleanup.h"

#define BASE64_LEN(bytes) (((bytes) + 2) / 3 * 4 + 1)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int r, const struct err *err)
{
	if (r > 0 || (r < 0 && !*err->msg))
		abort();
}

static void read_signature(const char *text, size_t len)
{
	cleanup_sshsig struct sshsig sshsig = SSHSIG_INIT;
	cleanup_buf struct buf fingerprint = BUF_INIT;
	cleanup_free char *principals = NULL;
	struct err err = ERR_INIT;
	int r = sshsig_read(text, len, "fuzz", &sshsig, &err);

	check(r, &err);
	if (r < 0)
		return;
	if (signature_verify(&sshsig, "plan", 4, &err) == 0)
		abort();
	signature_fingerprint(sshsig.key, &fingerprint);
	check(signers_find(text, len, &sshsig, 0, &principals, &err), &err);
}

static void read_signers(const char *text, size_t len)
{
	const struct sshsig sshsig = {.key = {(const uint8_t *)text, len < 64 ? len : 64},
		.is_security_key = len % 2,
		.flags = (uint8_t)len};
	cleanup_free char *principals = NULL;
	struct err err = ERR_INIT;

	check(signers_find(text, len, &sshsig, 1800000000, &principals, &err), &err);
	if (principals && *principals && !signers_may_be_same(principals, principals))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_buf struct buf text = BUF_INIT, armored = BUF_INIT;
	cleanup_free unsigned char *digits = xcalloc(BASE64_LEN(size), 1);

	buf_add(&text, data, size);
	read_signature(buf_text(&text), size);
	read_signers(buf_text(&text), size);
	EVP_EncodeBlock(digits, data, (int)size);
	buf_puts(&armored, "-----BEGIN SSH SIGNATURE-----\n");
	buf_puts(&armored, (const char *)digits);
	buf_puts(&armored, "\n-----END SSH SIGNATURE-----\n");
	read_signature(armored.data, armored.len);
	return 0;
}
