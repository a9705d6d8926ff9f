/* SPDX-License-Identifier: Apache-2.0 */
/* The cryptography of signatures; see signature.h. Anything but 1 from libcrypto is a no.
 */
#include <errno.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <string.h>

#include "signature.h"
#include "snapstate/cleanup.h"

/* ---- keys: told in DER, which OpenSSL 1.1.1 and 3 read alike ---- */

#define DER_INTEGER  0x02
#define DER_SEQUENCE 0x30

/* X.690 8.1.3: for a length of up to 64 KiB. A decoder of BER, as OpenSSL is one, takes
 * the long form for a short length too. */
static void der_add(struct buf *out, unsigned char tag, const void *data, size_t len)
{
	const unsigned char small[] = {tag, (unsigned char)len};
	const unsigned char large[] = {
		tag, 0x82, (unsigned char)(len >> 8), (unsigned char)len};

	if (len < 0x80)
		buf_add(out, small, sizeof(small));
	else
		buf_add(out, large, sizeof(large));
	buf_add(out, data, len);
}

/* X.690 8.3: a zero byte in front, where it would be negative. */
static void der_add_positive(struct buf *out, struct bytes number)
{
	cleanup_buf struct buf text = BUF_INIT;

	if (number.data[0] & 0x80)
		buf_add(&text, "", 1);
	buf_add(&text, number.data, number.len);
	der_add(out, DER_INTEGER, text.data, text.len);
}

/* RFC 8017 A.1.1 */
static EVP_PKEY *rsa_key(const struct ssh_key *key)
{
	cleanup_buf struct buf numbers = BUF_INIT, der = BUF_INIT;
	const unsigned char *at;

	/* RFC 8017 3.1: it is the smaller one; and both fit into der_add() */
	if (key->exponent.len > key->modulus.len)
		return NULL;
	der_add_positive(&numbers, key->modulus);
	der_add_positive(&numbers, key->exponent);
	der_add(&der, DER_SEQUENCE, numbers.data, numbers.len);
	at = (const unsigned char *)der.data;
	return d2i_PublicKey(EVP_PKEY_RSA, NULL, &at, (long)der.len);
}

/* RFC 5480 2: the curve by its name, and a point, not compressed. d2i_PUBKEY() refuses
 * one that is not on the curve. */
static EVP_PKEY *ec_key(const struct ssh_key *key)
{
	static const unsigned char p256[] = {0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a,
		0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86, 0x48, 0xce,
		0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00};
	cleanup_buf struct buf der = BUF_INIT;
	const unsigned char *at;

	buf_add(&der, p256, sizeof(p256));
	buf_add(&der, key->point.data, key->point.len);
	at = (const unsigned char *)der.data;
	return d2i_PUBKEY(NULL, &at, (long)der.len);
}

static EVP_PKEY *public_key(const struct ssh_key *key)
{
	switch (key->type) {
	case SSH_KEY_ED25519:
	case SSH_KEY_SK_ED25519:
		return EVP_PKEY_new_raw_public_key(
			EVP_PKEY_ED25519, NULL, key->point.data, key->point.len);
	case SSH_KEY_ECDSA_P256:
	case SSH_KEY_SK_ECDSA_P256:
		return ec_key(key);
	case SSH_KEY_RSA:
		return rsa_key(key);
	}
	return NULL;
}

/* RFC 5656 3.1.2: two numbers; libcrypto wants them in DER */
static int ecdsa_der(struct bytes signature, struct buf *ret_der)
{
	struct bytes r, s;
	ECDSA_SIG *pair = ECDSA_SIG_new();
	unsigned char *der = NULL;
	int len = -1;

	if (pair && bytes_take_positive(&signature, &r) == 0 &&
		bytes_take_positive(&signature, &s) == 0 && !signature.len &&
		r.len <= 32 && s.len <= 32 &&
		ECDSA_SIG_set0(pair, BN_bin2bn(r.data, (int)r.len, NULL),
			BN_bin2bn(s.data, (int)s.len, NULL)) == 1)
		len = i2d_ECDSA_SIG(pair, &der);
	if (len > 0)
		buf_add(ret_der, der, (size_t)len);
	OPENSSL_free(der);
	ECDSA_SIG_free(pair);
	return len > 0 ? 0 : -EBADMSG;
}

/* The algorithm must be the key's own; "ssh-rsa" would be SHA-1 (RFC 8332). */
static bool is_fitting(const struct sshsig *sshsig, const struct ssh_key *key)
{
	struct bytes algorithm = sshsig->algorithm;

	switch (key->type) {
	case SSH_KEY_ED25519:
		return bytes_is(algorithm, "ssh-ed25519");
	case SSH_KEY_ECDSA_P256:
		return bytes_is(algorithm, "ecdsa-sha2-nistp256");
	case SSH_KEY_RSA:
		return bytes_is(algorithm, "rsa-sha2-256") ||
		       bytes_is(algorithm, "rsa-sha2-512");
	case SSH_KEY_SK_ED25519:
		return bytes_is(algorithm, SSH_SK_ED25519);
	case SSH_KEY_SK_ECDSA_P256:
		return bytes_is(algorithm, SSH_SK_ECDSA);
	}
	return false;
}

/* Ed25519 hashes by itself: no digest. */
static int choose(const struct sshsig *sshsig, const struct ssh_key *key,
	const EVP_MD **ret_digest, struct buf *ret_signature)
{
	bool is_ecdsa =
		key->type == SSH_KEY_ECDSA_P256 || key->type == SSH_KEY_SK_ECDSA_P256;

	if (!is_fitting(sshsig, key))
		return -EBADMSG;
	*ret_digest = is_ecdsa ? EVP_sha256() : NULL;
	if (key->type == SSH_KEY_RSA)
		*ret_digest = bytes_is(sshsig->algorithm, "rsa-sha2-256") ? EVP_sha256()
									  : EVP_sha512();
	if (is_ecdsa)
		return ecdsa_der(sshsig->signature, ret_signature);
	buf_add(ret_signature, sshsig->signature.data, sshsig->signature.len);
	return 0;
}

static void add_string(struct buf *text, const void *data, size_t len)
{
	const uint8_t size[] = {(uint8_t)(len >> 24), (uint8_t)(len >> 16),
		(uint8_t)(len >> 8), (uint8_t)len};

	buf_add(text, size, sizeof(size));
	buf_add(text, data, len);
}

/* PROTOCOL.sshsig 3: what is signed is not the file but this */
static bool add_signed(
	const struct sshsig *sshsig, const void *data, size_t len, struct buf *ret_text)
{
	unsigned char hash[EVP_MAX_MD_SIZE];
	unsigned hash_len = 0;
	const EVP_MD *digest =
		bytes_is(sshsig->hash, "sha512") ? EVP_sha512() : EVP_sha256();

	if (EVP_Digest(data, len, hash, &hash_len, digest, NULL) != 1)
		return false;
	buf_puts(ret_text, "SSHSIG");
	add_string(ret_text, sshsig_namespace(sshsig->role),
		strlen(sshsig_namespace(sshsig->role)));
	add_string(ret_text, "", 0);
	add_string(ret_text, sshsig->hash.data, sshsig->hash.len);
	add_string(ret_text, hash, hash_len);
	return true;
}

/* PROTOCOL.u2f: a security key signs only hashes, beside what it did itself */
static bool add_seen_by_key(const struct sshsig *sshsig, const struct ssh_key *key,
	const struct buf *message, struct buf *ret_text)
{
	const uint8_t own[] = {sshsig->flags, (uint8_t)(sshsig->counter >> 24),
		(uint8_t)(sshsig->counter >> 16), (uint8_t)(sshsig->counter >> 8),
		(uint8_t)sshsig->counter};
	unsigned char application[32], hash[32];

	if (EVP_Digest(key->application.data, key->application.len, application, NULL,
		    EVP_sha256(), NULL) != 1 ||
		EVP_Digest(message->data, message->len, hash, NULL, EVP_sha256(), NULL) !=
			1)
		return false;
	buf_add(ret_text, application, sizeof(application));
	buf_add(ret_text, own, sizeof(own));
	buf_add(ret_text, hash, sizeof(hash));
	return true;
}

/* false: it cannot be hashed */
static bool add_message(const struct sshsig *sshsig, const struct ssh_key *key,
	const void *data, size_t len, struct buf *ret_text)
{
	cleanup_buf struct buf text = BUF_INIT;

	if (!sshsig->is_security_key)
		return add_signed(sshsig, data, len, ret_text);
	return add_signed(sshsig, data, len, &text) &&
	       add_seen_by_key(sshsig, key, &text, ret_text);
}

static bool is_signed(EVP_PKEY *pkey, const EVP_MD *digest, const struct buf *signature,
	const struct buf *text)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool is_good =
		pkey && context &&
		EVP_DigestVerifyInit(context, NULL, digest, NULL, pkey) == 1 &&
		EVP_DigestVerify(context, (const uint8_t *)signature->data,
			signature->len, (const uint8_t *)text->data, text->len) == 1;

	EVP_MD_CTX_free(context);
	return is_good;
}

int signature_verify(
	const struct sshsig *sshsig, const void *data, size_t len, struct err *err)
{
	cleanup_buf struct buf text = BUF_INIT, signature = BUF_INIT;
	const EVP_MD *digest;
	struct ssh_key key;
	EVP_PKEY *pkey;
	bool is_good;
	int r = ssh_key_read(sshsig->key, &key, err);

	if (r < 0)
		return err ? err_wrap(err, "the signature is made with") : r;
	if (choose(sshsig, &key, &digest, &signature) < 0)
		return err_set(err, -EBADMSG,
			"the signature's algorithm does not fit its key, or is too weak");
	if (!add_message(sshsig, &key, data, len, &text))
		return err_set(err, -EKEYREJECTED, "the file cannot be hashed");
	pkey = public_key(&key);
	is_good = is_signed(pkey, digest, &signature, &text);
	EVP_PKEY_free(pkey);
	return is_good ? 0
		       : err_set(err, -EKEYREJECTED,
				 "the signature is not one over these bytes: the plan or "
				 "its signature was changed");
}

int signature_fingerprint(struct bytes key, struct buf *ret_text)
{
	unsigned char hash[32], text[45] = {0};
	struct bytes rest = key, type;

	if (bytes_take_string(&rest, &type) < 0 ||
		EVP_Digest(key.data, key.len, hash, NULL, EVP_sha256(), NULL) != 1)
		return -EBADMSG;
	EVP_EncodeBlock(text, hash, sizeof(hash));
	buf_printf(ret_text, "%.*s SHA256:%.43s", (int)type.len, type.data, text);
	return 0;
}
