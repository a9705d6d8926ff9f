/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Asking whether a plan may be used, and reading it; see admission.h. Invariant: nothing
 * of the file is understood before its bytes were admitted.
 */
#include "admission.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "beside.h"
#include "report.h"
#include "snapstate/cleanup.h"
#include "snapstate/io.h"
#include "snapstate/kernel.h"
#include "snapstate/stamp.h"
#include "start.h"

#define ADMISSION_PROGRAM "snapstate-admit"
#define ADMISSION_BYTES	  65536 /* of an answer */

/* How far the clock may have been set back since the capture was made. */
#define ADMISSION_SKEW 300

void admission_free(struct admission *admission)
{
	orders_free(admission->plan);
	for (size_t i = 0; i < admission->n_signers; i++) {
		free(admission->signers[i].role);
		free(admission->signers[i].key);
		free(admission->signers[i].principals);
	}
	*admission = (struct admission){0};
}

/* ---- asking ---- */

static void become_admission(const char *program, const struct options *options, int fd)
{
	static const char *const environment[] = {"LC_ALL=C.UTF-8", NULL};
	const char *argv[4 + SIGNATURES_MAX] = {ADMISSION_PROGRAM};
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	size_t count = 1;

	if (options->is_unsigned)
		argv[count++] = "--unsigned";
	argv[count++] = options->plan;
	for (size_t i = 0; i < options->n_signatures; i++)
		argv[count++] = options->signatures[i];
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (null < 0 || dup2(null, 0) < 0 || dup2(fd, 1) < 0)
		_exit(127);
	kernel_close_from(3);
	/* execve() takes pointers to what it does not change */
	execve(program, (char *const *)argv, (char *const *)environment);
	_exit(127);
}

int admission_ask(const struct options *options, int *ret_fd, struct err *err)
{
	cleanup_buf struct buf program = BUF_INIT;
	int r = beside_find(ADMISSION_PROGRAM, &program, err);

	if (r < 0)
		return r;
	r = apart_fork(SOCK_STREAM, ret_fd, err);
	if (r == 0)
		become_admission(buf_text(&program), options, *ret_fd);
	return r < 0 ? r : 0;
}

/* ---- the answer ---- */

static int read_answer(int fd, unsigned seconds, struct buf *ret_text, struct err *err)
{
	int64_t until = clock_ms() + INT64_C(1000) * seconds;
	struct pollfd waiting = {.fd = fd, .events = POLLIN};
	char bytes[4096];
	ssize_t n = -1;

	while (n != 0) {
		int64_t left = until - clock_ms();

		if (left <= 0)
			return err_set(err, -ETIMEDOUT, "not within %u seconds", seconds);
		if (poll(&waiting, 1, (int)left) <= 0)
			continue;
		n = read(fd, bytes, sizeof(bytes));
		if (n < 0 && errno != EINTR)
			return err_errno(err, errno, "read");
		if (n > 0 && ret_text->len + (size_t)n > ADMISSION_BYTES)
			return err_set(
				err, -EFBIG, "more than %d bytes", ADMISSION_BYTES);
		buf_add(ret_text, bytes, n > 0 ? (size_t)n : 0);
	}
	return 0;
}

static int bad_answer(struct err *err)
{
	return err_set(err, -EBADMSG, "it contradicts itself");
}

static int take_number(
	const struct sight *sight, const char *name, uint64_t max, uint64_t *ret_number)
{
	cleanup_free char *word = sight_word_of(sight, name);

	return parse_u64(word, strlen(word), 10, ret_number) < 0 || *ret_number > max
		       ? -EBADMSG
		       : 0;
}

/* In the order in which they were answered. */
static int take_signers(
	const struct sight *sight, struct admission *admission, struct err *err)
{
	for (;;) {
		struct admission_signer *signer;
		const char *rest;
		char name[32];

		snprintf(name, sizeof(name), "signed %zu", admission->n_signers);
		rest = sight_name(sight, name);
		if (!rest)
			return 0;
		if (admission->n_signers == SIGNATURES_MAX)
			return err_set(err, -EBADMSG, "more signatures than were read");
		signer = &admission->signers[admission->n_signers++];
		signer->role = sight_word(rest, "role");
		signer->key = sight_word(rest, "key");
		signer->principals = sight_word(rest, "by");
		if (!signer->role || !signer->key || !signer->principals)
			return bad_answer(err);
	}
}

/* *ret_refused: not 0, it was, and is said. */
static int take_answer(const struct buf *text, struct admission *admission,
	uint64_t *ret_refused, char **ret_sha256, struct err *err)
{
	static const char greeting[] = ADMISSION_PROGRAM " " SNAPSTATE_VERSION "\n";
	const size_t skip = strlen(greeting);
	cleanup_sight struct sight sight = SIGHT_INIT;
	int r;

	if (text->len < skip || memcmp(text->data, greeting, skip) != 0)
		return err_set(err, -EBADMSG,
			"it is not of this version (" SNAPSTATE_VERSION ")");
	r = observe_answer_read(
		text->data + skip, text->len - skip, "its answer", &sight, err);
	if (r < 0)
		return r;
	if (sight_name(&sight, "refused"))
		return take_number(&sight, "refused", EXIT_BAD_INPUT, ret_refused) < 0 ||
				       !*ret_refused
			       ? bad_answer(err)
			       : 0;
	*ret_sha256 = sight_word_of(&sight, "plan");
	if (take_number(&sight, "age-max", INT64_MAX / 2, &admission->age_max) < 0)
		return bad_answer(err);
	return take_signers(&sight, admission, err);
}

/* ---- the plan ---- */

/* The same bytes, and no others. */
static int read_plan(const char *path, const char *sha256,
	const struct observer *observer, struct orders **ret_plan, struct err *err)
{
	cleanup_buf struct buf text = BUF_INIT;
	char found[SHA256_HEX_LEN + 1];
	int r = file_read_regular(AT_FDCWD, path, PLAN_BYTES_MAX, &text, err);

	if (r < 0)
		return r;
	sha256_hex(buf_text(&text), text.len, found);
	if (strcmp(found, sha256) != 0)
		return err_set(err, -EBADMSG,
			"%s was changed between its signatures were verified and it was "
			"read",
			path);
	r = plan_check_bytes(buf_text(&text), text.len, path, err);
	/* whether it is a plan at all is found there */
	if (r == 0)
		r = observer_take_plan(observer, &text, path, err);
	return r == 0 ? orders_read(buf_text(&text), text.len, path, ret_plan, err) : r;
}

/* capabilities(7): device-mapper and umount(2) want this one */
static bool has_sys_admin(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {{0}};

	return syscall(SYS_capget, &header, data) == 0 &&
	       (data[CAP_TO_INDEX(CAP_SYS_ADMIN)].effective & CAP_TO_MASK(CAP_SYS_ADMIN));
}

static enum exit_code take_plan(const struct options *options, const char *sha256,
	const struct observer *observer, struct admission *admission)
{
	struct err err = ERR_INIT;
	int r = read_plan(options->plan, sha256, observer, &admission->plan, &err);

	if (r < 0) {
		report_error(stderr, "%s", err.msg);
		return r == -EACCES || r == -EPERM || r == -ENODATA ? EXIT_ENVIRONMENT
								    : EXIT_BAD_INPUT;
	}
	/* a plan that speaks of no device can be verified by anybody */
	if (!admission->plan->n_devices || (geteuid() == 0 && has_sys_admin()))
		return EXIT_DONE;
	report_error(
		stderr, "only root, with CAP_SYS_ADMIN, can verify or apply this plan");
	return EXIT_ENVIRONMENT;
}

static void say_who(const struct admission *admission)
{
	for (size_t i = 0; i < admission->n_signers; i++) {
		const struct admission_signer *signer = &admission->signers[i];
		cleanup_buf struct buf who = BUF_INIT;

		buf_word(&who, signer->principals);
		printf("%s by %s (%s)\n",
			strcmp(signer->role, "plan@snapstate") == 0 ? "signed"
								    : "approved",
			buf_text(&who), signer->key);
	}
}

enum exit_code admission_take(const struct options *options, int fd,
	const struct observer *observer, struct admission *ret_admission)
{
	struct admission admission = {0};
	cleanup_buf struct buf text = BUF_INIT;
	cleanup_free char *sha256 = NULL;
	struct err err = ERR_INIT;
	uint64_t refused = 0;
	enum exit_code code;

	if (read_answer(fd, options->seconds, &text, &err) < 0 ||
		take_answer(&text, &admission, &refused, &sha256, &err) < 0) {
		report_error(stderr,
			ADMISSION_PROGRAM " beside this program gave no answer: %s",
			err.msg);
		code = EXIT_ENVIRONMENT;
	} else if (refused) {
		code = (enum exit_code)refused;
	} else if (!admission.n_signers && !options->is_unsigned) {
		report_error(stderr, "%s: not signed", options->plan);
		code = EXIT_BAD_INPUT;
	} else {
		say_who(&admission);
		code = take_plan(options, sha256, observer, &admission);
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
enum exit_code admission_check_time(const struct admission *admission, int64_t now)
{
	const struct orders *plan = admission->plan;
	int64_t age_max = (int64_t)admission->age_max;

	if (plan->taken > now + ADMISSION_SKEW)
		return bad_time(
			"the plan's capture is of a time yet to come,", plan->taken, now);
	if (plan->expires && now >= plan->expires)
		return bad_time("the plan expired on", plan->expires, now);
	if (age_max && now - plan->taken >= age_max)
		return bad_time("by the site policy (" SITE_POLICY_FILE
				", plan-age-max) the plan was good until",
			plan->taken + age_max, now);
	return EXIT_DONE;
}
