/* SPDX-License-Identifier: Apache-2.0 */
/* Armor, wire format and keys of OpenSSH; see sshsig.h. Each length is checked against
 * what is left before it is used. */
#include <errno.h>
#include <string.h>

#include "snapstate/cleanup.h"
#include "sshsig.h"

#define ARMOR_BEGIN "-----BEGIN SSH SIGNATURE-----\n"
#define ARMOR_END   "-----END SSH SIGNATURE-----\n"
#define MAGIC	    "SSHSIG"
#define VERSION	    1u

bool bytes_is(struct bytes bytes, const char *text)
{
	return bytes.len == strlen(text) && memcmp(bytes.data, text, bytes.len) == 0;
}

static int take(struct bytes *bytes, size_t len, struct bytes *ret_part)
{
	if (len > bytes->len)
		return -EBADMSG;
	*ret_part = (struct bytes){bytes->data, len};
	bytes->data += len;
	bytes->len -= len;
	return 0;
}

static int take_u32(struct bytes *bytes, uint32_t *ret_value)
{
	struct bytes part;

	if (take(bytes, 4, &part) < 0)
		return -EBADMSG;
	*ret_value = (uint32_t)part.data[0] << 24 | (uint32_t)part.data[1] << 16 |
		     (uint32_t)part.data[2] << 8 | part.data[3];
	return 0;
}

static int take_u8(struct bytes *bytes, uint8_t *ret_value)
{
	struct bytes part;

	if (take(bytes, 1, &part) < 0)
		return -EBADMSG;
	*ret_value = part.data[0];
	return 0;
}

int bytes_take_string(struct bytes *bytes, struct bytes *ret_string)
{
	struct bytes rest = *bytes;
	uint32_t len;

	if (take_u32(&rest, &len) < 0 || take(&rest, len, ret_string) < 0)
		return -EBADMSG;
	*bytes = rest;
	return 0;
}

/* RFC 4251 5, mpint: a zero byte in front only where the sign bit would be set */
int bytes_take_positive(struct bytes *bytes, struct bytes *ret_number)
{
	struct bytes number;

	if (bytes_take_string(bytes, &number) < 0 || !number.len)
		return -EBADMSG;
	if (number.data[0] & 0x80)
		return -EBADMSG;
	if (number.data[0] == 0) {
		if (number.len < 2 || !(number.data[1] & 0x80))
			return -EBADMSG;
		number.data++;
		number.len--;
	}
	*ret_number = number;
	return 0;
}

/* ---- base64 ---- */

static int digit_of(char c)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *found = c ? strchr(digits, c) : NULL;

	return found ? (int)(found - digits) : -1;
}

int base64_read(const char *text, size_t len, struct buf *ret_bytes)
{
	size_t padding = 0;
	uint32_t bits = 0;

	if (!len || len % 4)
		return -EBADMSG;
	while (padding < 2 && text[len - 1 - padding] == '=')
		padding++;
	for (size_t i = 0; i < len; i++) {
		int digit = i < len - padding ? digit_of(text[i]) : 0;

		if (digit < 0)
			return -EBADMSG;
		bits = bits << 6 | (uint32_t)digit;
		if (i % 4 == 3) {
			const uint8_t out[] = {(uint8_t)(bits >> 16),
				(uint8_t)(bits >> 8), (uint8_t)bits};
			size_t n = i == len - 1 ? 3 - padding : 3;

			for (size_t j = n; j < 3; j++)
				if (out[j])
					return -EBADMSG; /* one text for each value */
			buf_add(ret_bytes, out, n);
			bits = 0;
		}
	}
	return 0;
}

/* ---- keys ---- */

static int read_rsa(struct bytes *rest, struct ssh_key *ret_key, struct err *err)
{
	size_t bits;

	if (bytes_take_positive(rest, &ret_key->exponent) < 0 ||
		bytes_take_positive(rest, &ret_key->modulus) < 0)
		return -EBADMSG;
	bits = ret_key->modulus.len * 8 -
	       (size_t)(__builtin_clz(ret_key->modulus.data[0]) - 24);
	if (bits < SSH_RSA_BITS_MIN || bits > SSH_RSA_BITS_MAX)
		return err_set(err, -ENOTSUP,
			"an RSA key of %zu bits; it must have %u to %u", bits,
			SSH_RSA_BITS_MIN, SSH_RSA_BITS_MAX);
	return 0;
}

static int read_ed25519(struct bytes *rest, struct ssh_key *ret_key)
{
	return bytes_take_string(rest, &ret_key->point) < 0 || ret_key->point.len != 32
		       ? -EBADMSG
		       : 0;
}

static int read_ecdsa(struct bytes *rest, struct ssh_key *ret_key)
{
	struct bytes curve;

	return bytes_take_string(rest, &curve) < 0 || !bytes_is(curve, "nistp256") ||
			       bytes_take_string(rest, &ret_key->point) < 0 ||
			       ret_key->point.len != 65 || ret_key->point.data[0] != 4
		       ? -EBADMSG
		       : 0;
}

/* OpenSSH reads it as a C string: a zero byte would end it earlier there. */
static int read_application(struct bytes *rest, struct ssh_key *ret_key)
{
	struct bytes *application = &ret_key->application;

	return bytes_take_string(rest, application) < 0 || !application->len ||
			       memchr(application->data, 0, application->len)
		       ? -EBADMSG
		       : 0;
}

int ssh_key_read(struct bytes blob, struct ssh_key *ret_key, struct err *err)
{
	struct bytes rest = blob, type;
	struct ssh_key key = {0};
	int r = 0;

	if (bytes_take_string(&rest, &type) < 0)
		return err_set(err, -EBADMSG, "a malformed key");
	if (bytes_is(type, "ssh-ed25519")) {
		key.type = SSH_KEY_ED25519;
		r = read_ed25519(&rest, &key);
	} else if (bytes_is(type, "ecdsa-sha2-nistp256")) {
		key.type = SSH_KEY_ECDSA_P256;
		r = read_ecdsa(&rest, &key);
	} else if (bytes_is(type, SSH_SK_ED25519)) {
		key.type = SSH_KEY_SK_ED25519;
		r = read_ed25519(&rest, &key);
		if (r == 0)
			r = read_application(&rest, &key);
	} else if (bytes_is(type, SSH_SK_ECDSA)) {
		key.type = SSH_KEY_SK_ECDSA_P256;
		r = read_ecdsa(&rest, &key);
		if (r == 0)
			r = read_application(&rest, &key);
	} else if (bytes_is(type, "ssh-rsa")) {
		key.type = SSH_KEY_RSA;
		r = read_rsa(&rest, &key, err);
		if (r == -ENOTSUP)
			return r;
	} else {
		return err_set(err, -ENOTSUP,
			"a key type that is not supported; these are: ssh-ed25519, "
			"ecdsa-sha2-nistp256, ssh-rsa, " SSH_SK_ED25519
			", " SSH_SK_ECDSA);
	}
	if (r < 0 || rest.len)
		return err_set(err, -EBADMSG, "a malformed %.*s key", (int)type.len,
			(const char *)type.data);
	*ret_key = key;
	return 0;
}

/* ---- signatures ---- */

static int read_armor(const char *text, size_t len, struct buf *ret_blob)
{
	cleanup_buf struct buf digits = BUF_INIT;
	const size_t begin = strlen(ARMOR_BEGIN), end = strlen(ARMOR_END);

	if (len < begin + end || memcmp(text, ARMOR_BEGIN, begin) != 0 ||
		memcmp(text + len - end, ARMOR_END, end) != 0 ||
		text[len - end - 1] != '\n')
		return -EBADMSG;
	for (size_t i = begin; i < len - end; i++)
		if (text[i] != '\n')
			buf_add(&digits, text + i, 1);
	return base64_read(buf_text(&digits), digits.len, ret_blob);
}

const char *sshsig_namespace(enum sshsig_role role)
{
	switch (role) {
	case SSHSIG_PLAN:
		return "plan@snapstate";
	case SSHSIG_APPROVAL:
		return "approve@snapstate";
	}
	return "";
}

/* PROTOCOL.u2f: behind the signature of a security key stand its flags and counter */
static int read_inner(struct bytes inner, struct sshsig *sshsig)
{
	if (bytes_take_string(&inner, &sshsig->algorithm) < 0 ||
		bytes_take_string(&inner, &sshsig->signature) < 0)
		return -EBADMSG;
	sshsig->is_security_key = bytes_is(sshsig->algorithm, SSH_SK_ED25519) ||
				  bytes_is(sshsig->algorithm, SSH_SK_ECDSA);
	if (sshsig->is_security_key && (take_u8(&inner, &sshsig->flags) < 0 ||
					       take_u32(&inner, &sshsig->counter) < 0))
		return -EBADMSG;
	return inner.len ? -EBADMSG : 0;
}

static const char *read_blob(struct sshsig *sshsig)
{
	struct bytes rest = {(const uint8_t *)sshsig->blob.data, sshsig->blob.len};
	struct bytes magic, namespace, reserved, signature;
	uint32_t version;

	if (take(&rest, strlen(MAGIC), &magic) < 0 || !bytes_is(magic, MAGIC))
		return "it does not begin with " MAGIC;
	if (take_u32(&rest, &version) < 0 || version != VERSION)
		return "its version is not 1";
	if (bytes_take_string(&rest, &sshsig->key) < 0 ||
		bytes_take_string(&rest, &namespace) < 0 ||
		bytes_take_string(&rest, &reserved) < 0 ||
		bytes_take_string(&rest, &sshsig->hash) < 0 ||
		bytes_take_string(&rest, &signature) < 0)
		return "it is cut short";
	if (rest.len || reserved.len)
		return "it holds more than a signature";
	if (bytes_is(namespace, sshsig_namespace(SSHSIG_PLAN)))
		sshsig->role = SSHSIG_PLAN;
	else if (bytes_is(namespace, sshsig_namespace(SSHSIG_APPROVAL)))
		sshsig->role = SSHSIG_APPROVAL;
	else
		return "its namespace is neither plan@snapstate nor approve@snapstate";
	if (!bytes_is(sshsig->hash, "sha256") && !bytes_is(sshsig->hash, "sha512"))
		return "its hash is neither sha256 nor sha512";
	return read_inner(signature, sshsig) < 0 ? "its signature is malformed" : NULL;
}

int sshsig_read(const char *text, size_t len, const char *name, struct sshsig *ret_sshsig,
	struct err *err)
{
	cleanup_sshsig struct sshsig sshsig = SSHSIG_INIT;
	const char *wrong;

	if (len > SSHSIG_ARMOR_MAX || read_armor(text, len, &sshsig.blob) < 0)
		return err_set(err, -EBADMSG,
			"%s: not a signature as ssh-keygen -Y sign writes it", name);
	wrong = read_blob(&sshsig);
	if (wrong)
		return err_set(
			err, -EBADMSG, "%s: the signature is refused: %s", name, wrong);
	*ret_sshsig = sshsig;
	sshsig = SSHSIG_INIT;
	return 0;
}

void sshsig_free(struct sshsig *sshsig)
{
	buf_free(&sshsig->blob);
	*sshsig = SSHSIG_INIT;
}
