/* SPDX-License-Identifier: Apache-2.0 */
/*
 * OpenSSH's armored signature (PROTOCOL.sshsig) -> struct, and its public keys (RFC 4253
 * 6.6, RFC 5656 3.1, RFC 8709 4, PROTOCOL.u2f). Pure functions over hostile bytes; no
 * cryptography.
 */
#ifndef SNAPSTATE_SSHSIG_H
#define SNAPSTATE_SSHSIG_H

#include "snapstate/buf.h"
#include "snapstate/err.h"

#define SSHSIG_ARMOR_MAX (64u << 10)

/* What a signature says; each in a namespace of its own, so that none can stand for the
 * other. */
enum sshsig_role {
	SSHSIG_PLAN,	 /* plan@snapstate: "I made this plan" */
	SSHSIG_APPROVAL, /* approve@snapstate: "it may run on my host" */
};
#define SSHSIG_ROLES 2
const char *sshsig_namespace(enum sshsig_role role);

struct bytes {
	const uint8_t *data;
	size_t len;
};
bool bytes_is(struct bytes bytes, const char *text);

/* Takes one length-prefixed string off the front. -EBADMSG: there is none. */
int bytes_take_string(struct bytes *bytes, struct bytes *ret_string);
/* The same for a number that is positive and has no needless zero; without its sign byte.
 */
int bytes_take_positive(struct bytes *bytes, struct bytes *ret_number);

enum ssh_key_type {
	SSH_KEY_ED25519,
	SSH_KEY_ECDSA_P256,
	SSH_KEY_RSA,
	SSH_KEY_SK_ED25519, /* in a security key (FIDO) */
	SSH_KEY_SK_ECDSA_P256,
};
#define SSH_SK_ED25519	 "sk-ssh-ed25519@openssh.com" /* of keys and of signatures */
#define SSH_SK_ECDSA	 "sk-ecdsa-sha2-nistp256@openssh.com"
#define SSH_RSA_BITS_MIN 3072u
#define SSH_RSA_BITS_MAX 16384u

struct ssh_key {
	enum ssh_key_type type;
	struct bytes point;	  /* ed25519: 32 bytes; P-256: 65, uncompressed */
	struct bytes modulus;	  /* RSA */
	struct bytes exponent;	  /* RSA */
	struct bytes application; /* security keys: what they were enrolled for */
};
/* -ENOTSUP: a type that is not one of these, or an RSA key that is too short. */
int ssh_key_read(struct bytes blob, struct ssh_key *ret_key, struct err *err);

/* Everything in it points into `blob`. */
struct sshsig {
	struct buf blob;
	enum sshsig_role role;
	struct bytes key;	/* as in allowed_signers, after base64 */
	struct bytes hash;	/* "sha256" or "sha512" */
	struct bytes algorithm; /* of the signature */
	struct bytes signature;
	bool is_security_key; /* only then: */
	uint8_t flags;	      /* SSH_SK_... */
	uint32_t counter;
};
/* What a security key did before it signed (PROTOCOL.u2f). */
#define SSH_SK_TOUCHED	0x01u /* somebody touched it */
#define SSH_SK_VERIFIED 0x04u /* it knew who: a PIN, a finger */
#define SSHSIG_INIT	((struct sshsig){0})
/* Accepts version 1 in a namespace of those above only, with nothing before or after. */
int sshsig_read(const char *text, size_t len, const char *name, struct sshsig *ret_sshsig,
	struct err *err);
void sshsig_free(struct sshsig *sshsig);
#define cleanup_sshsig cleanup_with(sshsig_free)

/* Padded base64 (RFC 4648) without anything else in it. -EBADMSG. */
int base64_read(const char *text, size_t len, struct buf *ret_bytes);

#endif
