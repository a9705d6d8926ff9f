/* SPDX-License-Identifier: Apache-2.0 */
/* Signature files, lists of signers and cryptography together; see signed.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "options.h"
#include "signature.h"
#include "signed.h"
#include "signers.h"
#include "snapstate/cleanup.h"
#include "snapstate/io.h"
#include "snapstate/kind.h"
#include "trusted.h"

struct role {
	const char *signers; /* who may sign in it */
	const char *suffix;  /* of the file beside the plan */
	const char *nobody;  /* where the list is missing */
};

static const struct role roles[SSHSIG_ROLES] = {
	[SSHSIG_PLAN] = {SIGNERS_FILE, SIGNATURE_SUFFIX,
		"no trusted signers configured: put the vendor's public key there, "
		"as ssh-keygen(1) says under ALLOWED SIGNERS"},
	[SSHSIG_APPROVAL] = {APPROVERS_FILE, APPROVAL_SUFFIX,
		"no approvers configured: put the public keys of its "
		"operators there, as ssh-keygen(1) says under ALLOWED SIGNERS"},
};

/* By role; a blob without bytes is none. */
struct signatures {
	struct sshsig found[SSHSIG_ROLES];
};

static void signatures_free(struct signatures *signatures)
{
	for (size_t i = 0; i < SSHSIG_ROLES; i++)
		sshsig_free(&signatures->found[i]);
}
#define cleanup_signatures cleanup_with(signatures_free)

void signed_free(struct signed_by *signed_by)
{
	for (size_t i = 0; i < SSHSIG_ROLES; i++) {
		free(signed_by->signers[i].principals);
		free(signed_by->signers[i].fingerprint);
	}
	*signed_by = (struct signed_by){0};
}

static int read_file(const char *path, struct signatures *signatures,
	enum sshsig_role *ret_role, struct err *err)
{
	cleanup_sshsig struct sshsig sshsig = SSHSIG_INIT;
	cleanup_buf struct buf text = BUF_INIT;
	int r = file_read_regular(AT_FDCWD, path, SSHSIG_ARMOR_MAX, &text, err);

	if (r == 0)
		r = file_kind_check(path, &text, KIND_SIGNATURE, err);
	if (r == 0)
		r = sshsig_read(buf_text(&text), text.len, path, &sshsig, err);
	if (r < 0)
		return r;
	if (signatures->found[sshsig.role].blob.len)
		return err_set(err, -EBADMSG,
			"%s: a second signature in the namespace %s", path,
			sshsig_namespace(sshsig.role));
	*ret_role = sshsig.role;
	signatures->found[sshsig.role] = sshsig;
	sshsig = SSHSIG_INIT;
	return 0;
}

static int read_beside(const char *plan, enum sshsig_role role,
	struct signatures *signatures, struct err *err)
{
	cleanup_buf struct buf path = BUF_INIT;
	enum sshsig_role found;
	int r;

	if (signatures->found[role].blob.len)
		return 0;
	buf_printf(&path, "%s%s", plan, roles[role].suffix);
	r = read_file(buf_text(&path), signatures, &found, err);
	if (r == 0 && found != role)
		r = err_set(err, -EKEYREJECTED, "%s: its namespace is not %s",
			buf_text(&path), sshsig_namespace(role));
	return r;
}

static int find_signer(
	const struct sshsig *sshsig, char **ret_principals, struct err *err)
{
	const struct role *role = &roles[sshsig->role];
	cleanup_buf struct buf signers = BUF_INIT;
	struct err why = ERR_INIT;
	int r = trusted_read(role->signers, SIGNERS_BYTES_MAX, &signers, err);

	if (r == -ENOENT)
		return err_wrap(err, "%s", role->nobody);
	if (r < 0)
		return r;
	r = signers_find(buf_text(&signers), signers.len, sshsig, time(NULL),
		ret_principals, &why);
	return r < 0 ? err_set(err, r, "%s: %s", role->signers, why.msg) : 0;
}

static int check_one(const struct sshsig *sshsig, const struct buf *text,
	struct signer *ret_signer, struct err *err)
{
	cleanup_buf struct buf fingerprint = BUF_INIT;
	int r = find_signer(sshsig, &ret_signer->principals, err);

	if (r == 0)
		r = signature_verify(sshsig, buf_text(text), text->len, err);
	if (r == 0 && signature_fingerprint(sshsig->key, &fingerprint) < 0)
		r = err_set(err, -EBADMSG, "the key has no fingerprint");
	if (r == 0)
		ret_signer->fingerprint = xstrdup(buf_text(&fingerprint));
	return r;
}

/* Who may do both would be asked twice and answer once. */
static int check_two(const struct signatures *signatures,
	const struct signed_by *signed_by, struct err *err)
{
	const struct bytes a = signatures->found[SSHSIG_PLAN].key;
	const struct bytes b = signatures->found[SSHSIG_APPROVAL].key;

	if (a.len == b.len && memcmp(a.data, b.data, a.len) == 0)
		return err_set(
			err, -EKEYREJECTED, "both signatures are made with the same key");
	if (signers_may_be_same(signed_by->signers[SSHSIG_PLAN].principals,
		    signed_by->signers[SSHSIG_APPROVAL].principals))
		return err_set(err, -EKEYREJECTED,
			"both signatures are made by the same principal");
	return 0;
}

int signed_check(const char *plan, const struct buf *text, const char *const *files,
	size_t n_files, bool is_approval_wanted, struct signed_by *ret_signed_by,
	struct err *err)
{
	cleanup_signatures struct signatures signatures = {0};
	cleanup_signed struct signed_by signed_by = {0};
	enum sshsig_role role;
	int r = 0;

	for (size_t i = 0; i < n_files && r == 0; i++)
		r = read_file(files[i], &signatures, &role, err);
	if (r == 0)
		r = read_beside(plan, SSHSIG_PLAN, &signatures, err);
	if (r == 0 && is_approval_wanted) {
		r = read_beside(plan, SSHSIG_APPROVAL, &signatures, err);
		if (r < 0 && err)
			err_wrap(err, "an operator of this host must approve it as well");
	}
	for (size_t i = 0; i < SSHSIG_ROLES && r == 0; i++)
		if (signatures.found[i].blob.len)
			r = check_one(
				&signatures.found[i], text, &signed_by.signers[i], err);
	if (r == 0 && signatures.found[SSHSIG_APPROVAL].blob.len)
		r = check_two(&signatures, &signed_by, err);
	if (r < 0)
		return r;
	*ret_signed_by = signed_by;
	signed_by = (struct signed_by){0};
	return 0;
}
