/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A security key without hardware: the middleware that ssh-keygen loads from the file
 * that SSH_SK_PROVIDER names, for tests/signatures. The interface is OpenSSH's (sk-api.h,
 * version 10), what is signed is told by PROTOCOL.u2f. The private key is the handle, so
 * it keeps nothing. FAKE_FLAGS: what the key pretends to have done (a number; else as it
 * was asked to).
 */
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define API_VERSION 0x000a0000u
#define ALG_ED25519 1u
#define FAILED	    (-1)
#define UNSUPPORTED (-2)
#define COUNTER	    0x01020304u
#define ED25519_LEN 32u
#define P256_LEN    65u /* a point, not compressed */

struct sk_option;
struct sk_resident_key;

struct sk_enroll_response {
	uint8_t flags;
	uint8_t *public_key;
	size_t public_key_len;
	uint8_t *key_handle;
	size_t key_handle_len;
	uint8_t *signature;
	size_t signature_len;
	uint8_t *attestation_cert;
	size_t attestation_cert_len;
	uint8_t *authdata;
	size_t authdata_len;
};

struct sk_sign_response {
	uint8_t flags;
	uint32_t counter;
	uint8_t *sig_r;
	size_t sig_r_len;
	uint8_t *sig_s;
	size_t sig_s_len;
};

uint32_t sk_api_version(void);
int sk_enroll(uint32_t alg, const uint8_t *challenge, size_t challenge_len,
	const char *application, uint8_t flags, const char *pin,
	struct sk_option **options, struct sk_enroll_response **response);
int sk_sign(uint32_t alg, const uint8_t *data, size_t len, const char *application,
	const uint8_t *handle, size_t handle_len, uint8_t flags, const char *pin,
	struct sk_option **options, struct sk_sign_response **response);
int sk_load_resident_keys(const char *pin, struct sk_option **options,
	struct sk_resident_key ***keys, size_t *n_keys);

uint32_t sk_api_version(void)
{
	return API_VERSION;
}

int sk_load_resident_keys(const char *pin, struct sk_option **options,
	struct sk_resident_key ***keys, size_t *n_keys)
{
	(void)pin;
	(void)options;
	(void)keys;
	(void)n_keys;
	return UNSUPPORTED;
}

static EVP_PKEY *generate(uint32_t alg)
{
	int kind = alg == ALG_ED25519 ? EVP_PKEY_ED25519 : EVP_PKEY_EC;
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_id(kind, NULL);
	EVP_PKEY *pkey = NULL;

	if (context && EVP_PKEY_keygen_init(context) == 1 &&
		(alg == ALG_ED25519 || EVP_PKEY_CTX_set_ec_paramgen_curve_nid(
					       context, NID_X9_62_prime256v1) == 1))
		EVP_PKEY_keygen(context, &pkey);
	EVP_PKEY_CTX_free(context);
	return pkey;
}

/* What RFC 5480 and RFC 8410 put around a public key is in front of it. */
static int public_key_of(EVP_PKEY *pkey, size_t len, struct sk_enroll_response *made)
{
	unsigned char *der = NULL;
	int der_len = i2d_PUBKEY(pkey, &der);

	made->public_key_len = len;
	made->public_key = malloc(len);
	if (der_len < (int)len || !made->public_key)
		return FAILED;
	memcpy(made->public_key, der + der_len - len, len);
	OPENSSL_free(der);
	return 0;
}

int sk_enroll(uint32_t alg, const uint8_t *challenge, size_t challenge_len,
	const char *application, uint8_t flags, const char *pin,
	struct sk_option **options, struct sk_enroll_response **response)
{
	EVP_PKEY *pkey = generate(alg);
	struct sk_enroll_response *made = calloc(1, sizeof(*made));
	unsigned char *der = NULL;
	int len = pkey ? i2d_PrivateKey(pkey, &der) : -1;

	(void)challenge;
	(void)challenge_len;
	(void)application;
	(void)pin;
	(void)options;
	if (!made || len < 0 ||
		public_key_of(pkey, alg == ALG_ED25519 ? ED25519_LEN : P256_LEN, made) <
			0)
		return FAILED;
	made->flags = flags;
	made->key_handle = malloc((size_t)len);
	made->key_handle_len = (size_t)len;
	made->signature = calloc(1, 1);
	if (!made->key_handle || !made->signature)
		return FAILED;
	memcpy(made->key_handle, der, (size_t)len);
	OPENSSL_free(der);
	EVP_PKEY_free(pkey);
	*response = made;
	return 0;
}

/* sha256(application), flags, counter, sha256(data) */
static int seen(const char *application, uint8_t flags, const uint8_t *data, size_t len,
	uint8_t text[69])
{
	const uint8_t own[] = {flags, COUNTER >> 24 & 0xff, COUNTER >> 16 & 0xff,
		COUNTER >> 8 & 0xff, COUNTER & 0xff};

	memcpy(text + 32, own, sizeof(own));
	return EVP_Digest(application, strlen(application), text, NULL, EVP_sha256(),
		       NULL) == 1 &&
	       EVP_Digest(data, len, text + 37, NULL, EVP_sha256(), NULL) == 1;
}

static uint8_t *number(const BIGNUM *value, size_t *ret_len)
{
	uint8_t *bytes = malloc((size_t)BN_num_bytes(value));

	*ret_len = bytes ? (size_t)BN_bn2bin(value, bytes) : 0;
	return bytes;
}

static int fill(
	uint32_t alg, const uint8_t *signature, size_t len, struct sk_sign_response *made)
{
	ECDSA_SIG *pair;

	if (alg == ALG_ED25519) {
		made->sig_r = malloc(len);
		made->sig_r_len = len;
		return made->sig_r && memcpy(made->sig_r, signature, len) ? 0 : FAILED;
	}
	pair = d2i_ECDSA_SIG(NULL, &signature, (long)len);
	if (!pair)
		return FAILED;
	made->sig_r = number(ECDSA_SIG_get0_r(pair), &made->sig_r_len);
	made->sig_s = number(ECDSA_SIG_get0_s(pair), &made->sig_s_len);
	ECDSA_SIG_free(pair);
	return made->sig_r && made->sig_s ? 0 : FAILED;
}

int sk_sign(uint32_t alg, const uint8_t *data, size_t len, const char *application,
	const uint8_t *handle, size_t handle_len, uint8_t flags, const char *pin,
	struct sk_option **options, struct sk_sign_response **response)
{
	const char *pretended = getenv("FAKE_FLAGS");
	EVP_PKEY *pkey = d2i_AutoPrivateKey(NULL, &handle, (long)handle_len);
	struct sk_sign_response *made = calloc(1, sizeof(*made));
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	uint8_t text[69], signature[128];
	size_t signature_len = sizeof(signature);

	(void)pin;
	(void)options;
	if (pretended)
		flags = (uint8_t)atoi(pretended);
	if (!pkey || !made || !context || !seen(application, flags, data, len, text) ||
		EVP_DigestSignInit(context, NULL,
			alg == ALG_ED25519 ? NULL : EVP_sha256(), NULL, pkey) != 1 ||
		EVP_DigestSign(context, signature, &signature_len, text, sizeof(text)) !=
			1 ||
		fill(alg, signature, signature_len, made) < 0)
		return FAILED;
	made->flags = flags;
	made->counter = COUNTER;
	EVP_MD_CTX_free(context);
	EVP_PKEY_free(pkey);
	*response = made;
	return 0;
}
