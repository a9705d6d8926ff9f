/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plan's bytes -> whether this host may use them; see admit.h. Invariant: nothing of
 * the plan is understood.
 */
#include "admit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include "options.h"
#include "report.h"
#include "signed.h"
#include "site_policy.h"
#include "snapstate/cleanup.h"
#include "snapstate/exit.h"
#include "snapstate/io.h"
#include "snapstate/kind.h"

static enum exit_code check_signatures(const struct admit_request *request,
	const struct site_policy *policy, const struct buf *text,
	struct signed_by *ret_signed_by)
{
	struct err err = ERR_INIT;

	if (request->is_unsigned && policy->is_unsigned_refused) {
		report_error(stderr,
			"this site does not take unsigned plans: " SITE_POLICY_FILE
			" says \"unsigned refused\"");
		return EXIT_BAD_INPUT;
	}
	if (request->is_unsigned ||
		signed_check(request->plan, text, request->signatures,
			request->n_signatures, policy->has_second_signature,
			ret_signed_by, &err) == 0)
		return EXIT_DONE;
	report_error(stderr, "%s: no valid signature: %s%s", request->plan, err.msg,
		policy->is_unsigned_refused
			? ""
			: ". If you know who made the plan and have read it, use "
			  "--unsigned");
	return EXIT_BAD_INPUT;
}

static enum exit_code check_plan(const struct admit_request *request,
	const struct site_policy *policy, struct signed_by *ret_signed_by,
	char ret_sha256[SHA256_HEX_LEN + 1])
{
	cleanup_buf struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	int r = file_read_regular(AT_FDCWD, request->plan, PLAN_BYTES_MAX, &text, &err);

	if (r < 0) {
		report_error(stderr, "%s", err.msg);
		return r == -EACCES || r == -EPERM ? EXIT_ENVIRONMENT : EXIT_BAD_INPUT;
	}
	if (file_kind_check(request->plan, &text, KIND_PLAN, &err) < 0) {
		report_error(stderr, "%s", err.msg);
		return EXIT_BAD_INPUT;
	}
	sha256_hex(buf_text(&text), text.len, ret_sha256);
	return check_signatures(request, policy, &text, ret_signed_by);
}

static enum exit_code check(const struct admit_request *request,
	struct site_policy *ret_policy, struct signed_by *ret_signed_by,
	char ret_sha256[SHA256_HEX_LEN + 1])
{
	struct err err = ERR_INIT;

	if (site_policy_load(ret_policy, &err) == 0)
		return check_plan(request, ret_policy, ret_signed_by, ret_sha256);
	report_error(stderr, "%s: no plan is taken before the site policy can be read",
		err.msg);
	return EXIT_ENVIRONMENT;
}

static void put_signers(const struct signed_by *signed_by, struct buf *answer)
{
	size_t count = 0;

	for (size_t i = 0; i < SSHSIG_ROLES; i++) {
		const struct signer *signer = &signed_by->signers[i];

		if (!signer->principals)
			continue;
		buf_printf(answer, "name signed %zu role %s key ", count++,
			sshsig_namespace((enum sshsig_role)i));
		buf_word(answer, signer->fingerprint);
		buf_puts(answer, " by ");
		buf_word(answer, signer->principals);
		buf_puts(answer, "\n");
	}
}

void admit_answer(const struct admit_request *request, struct buf *ret_answer)
{
	cleanup_signed struct signed_by signed_by = {0};
	struct site_policy policy = {0};
	char sha256[SHA256_HEX_LEN + 1];
	enum exit_code code = check(request, &policy, &signed_by, sha256);

	/* names in ascending order, as in every such answer */
	buf_puts(ret_answer, "snapstate-admit " SNAPSTATE_VERSION "\nread\n");
	if (code == EXIT_DONE) {
		buf_printf(ret_answer, "name age-max %llu\nname plan %s\n",
			(unsigned long long)policy.age_max, sha256);
		put_signers(&signed_by, ret_answer);
	} else {
		buf_printf(ret_answer, "name refused %d\n", code);
	}
	buf_puts(ret_answer, "end\n");
}
