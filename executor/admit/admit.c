/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file -> a plan that this run may use; see admit.h. Invariant: nothing of the file is
 * understood before the signatures that the site wants were verified.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "admit.h"
#include "report.h"
#include "snapstate/cleanup.h"
#include "snapstate/io.h"
#include "snapstate/stamp.h"

/* How far the clock may have been set back since the capture was made. */
#define ADMIT_SKEW 300

void admission_free(struct admission *admission)
{
	plan_free(admission->plan);
	signed_free(&admission->signed_by);
	*admission = (struct admission){0};
}

/* capabilities(7): device-mapper and umount(2) want this one */
static bool has_sys_admin(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {{0}};

	return syscall(SYS_capget, &header, data) == 0 &&
	       (data[CAP_TO_INDEX(CAP_SYS_ADMIN)].effective & CAP_TO_MASK(CAP_SYS_ADMIN));
}

/* ---- who signed ---- */

static void say_who(const struct signed_by *signed_by)
{
	static const char *const did[SSHSIG_ROLES] = {
		[SSHSIG_PLAN] = "signed", [SSHSIG_APPROVAL] = "approved"};

	for (size_t i = 0; i < SSHSIG_ROLES; i++) {
		const struct signer *signer = &signed_by->signers[i];
		cleanup_buf struct buf word = BUF_INIT;

		if (!signer->principals)
			continue;
		buf_word(&word, signer->principals);
		printf("%s by %s (%s)\n", did[i], buf_text(&word), signer->fingerprint);
	}
}

static enum exit_code admit_signatures(const struct options *options,
	const struct buf *text, struct admission *admission)
{
	const struct site_policy *policy = &admission->policy;
	struct err err = ERR_INIT;

	if (options->is_unsigned && policy->is_unsigned_refused) {
		report_error(stderr,
			"this site does not take unsigned plans: " SITE_POLICY_FILE
			" says \"unsigned refused\"");
		return EXIT_BAD_INPUT;
	}
	if (options->is_unsigned)
		return EXIT_DONE;
	if (signed_check(options->plan, text, options->signatures, options->n_signatures,
		    policy->has_second_signature, &admission->signed_by, &err) == 0) {
		say_who(&admission->signed_by);
		return EXIT_DONE;
	}
	report_error(stderr, "%s: not signed as this host wants it: %s%s", options->plan,
		err.msg,
		policy->is_unsigned_refused
			? ""
			: ". If you know who made the plan and have read it, use "
			  "--unsigned");
	return EXIT_BAD_INPUT;
}

/* ---- the plan ---- */

static enum exit_code read_plan(
	const struct options *options, struct admission *admission)
{
	cleanup_buf struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	enum exit_code code = EXIT_DONE;
	int r = file_read_regular(AT_FDCWD, options->plan, PLAN_BYTES_MAX, &text, &err);

	if (r == 0)
		code = admit_signatures(options, &text, admission);
	if (r == 0 && code == EXIT_DONE)
		r = plan_read(
			buf_text(&text), text.len, options->plan, &admission->plan, &err);
	if (r < 0) {
		report_error(stderr, "%s", err.msg);
		return r == -EACCES || r == -EPERM ? EXIT_ENVIRONMENT : EXIT_BAD_INPUT;
	}
	return code;
}

enum exit_code admit_plan(const struct options *options, struct admission *ret_admission)
{
	struct admission admission = {0};
	struct err err = ERR_INIT;
	enum exit_code code;

	if (site_policy_load(&admission.policy, &err) < 0) {
		report_error(stderr,
			"%s: no plan is taken before the site's policy can be read",
			err.msg);
		return EXIT_ENVIRONMENT;
	}
	code = read_plan(options, &admission);
	/* a plan that speaks of no device can be verified by anybody */
	if (code == EXIT_DONE && admission.plan->scope.n_devices &&
		(geteuid() != 0 || !has_sys_admin())) {
		report_error(stderr,
			"only root, with CAP_SYS_ADMIN, can verify or apply this plan");
		code = EXIT_ENVIRONMENT;
	}
	if (code == EXIT_DONE)
		*ret_admission = admission;
	else
		admission_free(&admission);
	return code;
}

/* ---- its time ---- */

static enum exit_code bad_time(const char *what, int64_t when, int64_t now)
{
	cleanup_buf struct buf then = BUF_INIT, today = BUF_INIT;

	stamp_print(when, &then);
	stamp_print(now, &today);
	report_error(stderr, "%s %s; this host's clock shows %s", what, buf_text(&then),
		buf_text(&today));
	report_error(stderr, "nothing was changed; " NEW_CAPTURE);
	return EXIT_DIFFERS;
}

/* All three moments are of one clock, the host's: the plan is for the boot that it was
 * captured in, so a clock that is wrong, but was so then, does no harm. */
enum exit_code admit_time(const struct admission *admission, int64_t now)
{
	const struct plan *plan = admission->plan;
	int64_t age_max = admission->policy.age_max;

	if (plan->taken > now + ADMIT_SKEW)
		return bad_time(
			"the plan's capture is of a time yet to come,", plan->taken, now);
	if (plan->expires && now >= plan->expires)
		return bad_time("the plan expired on", plan->expires, now);
	if (age_max && now - plan->taken >= age_max)
		return bad_time("by this site's policy (" SITE_POLICY_FILE
				", plan-age-max) the plan was good until",
			plan->taken + age_max, now);
	return EXIT_DONE;
}
