/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file -> a plan that this run may use; see admit.h. Invariant: nothing of the file is
 * understood before its signature was verified.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "admit.h"
#include "report.h"
#include "signature.h"
#include "signers.h"
#include "trusted.h"
#include "snapstate/cleanup.h"

/* ---- the plan ---- */

/* A pipe could say one thing now and another one later; a device could hang. */
static int open_regular(const char *path, int *ret_fd, struct err *err)
{
	cleanup_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat stat;

	if (fd < 0 || fstat(fd, &stat) < 0)
		return err_errno(err, errno, "%s", path);
	if (!S_ISREG(stat.st_mode))
		return err_set(err, -EBADMSG, "%s is not a regular file", path);
	*ret_fd = take_fd(&fd);
	return 0;
}

static int read_all(int fd, const char *path, struct buf *ret_text, struct err *err)
{
	char chunk[65536];
	ssize_t n;

	while ((n = read(fd, chunk, sizeof(chunk))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(err, errno, "read %s", path);
		if (ret_text->len + (size_t)n > PLAN_BYTES_MAX)
			return err_set(err, -EBADMSG, "%s: a plan has at most %u bytes",
				path, PLAN_BYTES_MAX);
		buf_add(ret_text, chunk, (size_t)n);
	}
	return 0;
}

/* capabilities(7): device-mapper and umount(2) want this one */
static bool has_sys_admin(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {{0}};

	return syscall(SYS_capget, &header, data) == 0 &&
	       (data[CAP_TO_INDEX(CAP_SYS_ADMIN)].effective & CAP_TO_MASK(CAP_SYS_ADMIN));
}

/* ---- the signature ---- */

static int find_signer(
	const struct sshsig *sshsig, char **ret_principals, struct err *err)
{
	cleanup_buf struct buf signers = BUF_INIT;
	struct err why = ERR_INIT;
	int r = trusted_read(SIGNERS_FILE, SIGNERS_BYTES_MAX, &signers, err);

	if (r == -ENOENT)
		return err_wrap(err,
			"nobody may sign for this host yet: put the vendor's public key "
			"there, as ssh-keygen(1) says under ALLOWED SIGNERS");
	if (r < 0)
		return r;
	r = signers_find(buf_text(&signers), signers.len, sshsig, time(NULL),
		ret_principals, &why);
	return r < 0 ? err_set(err, r, "%s: %s", SIGNERS_FILE, why.msg) : 0;
}

static int read_signature(
	const struct options *options, struct sshsig *ret_sshsig, struct err *err)
{
	cleanup_buf struct buf path = BUF_INIT, text = BUF_INIT;
	cleanup_close int fd = -1;
	int r;

	if (options->signature)
		buf_puts(&path, options->signature);
	else
		buf_printf(&path, "%s.sig", options->plan);
	r = open_regular(buf_text(&path), &fd, err);
	if (r == 0)
		r = read_all(fd, buf_text(&path), &text, err);
	return r < 0 ? r
		     : sshsig_read(buf_text(&text), text.len, buf_text(&path), ret_sshsig,
			       err);
}

/* Over the bytes as they were read, before anything of them is understood. */
static int check_signature(
	const struct options *options, const struct buf *plan, struct err *err)
{
	cleanup_sshsig struct sshsig sshsig = SSHSIG_INIT;
	cleanup_free char *principals = NULL;
	cleanup_buf struct buf fingerprint = BUF_INIT, word = BUF_INIT;
	int r = read_signature(options, &sshsig, err);

	if (r == 0 && sshsig.role != SSHSIG_PLAN)
		return err_set(err, -EKEYREJECTED, "the signature's namespace is not %s",
			sshsig_namespace(SSHSIG_PLAN));
	if (r == 0)
		r = find_signer(&sshsig, &principals, err);
	if (r == 0)
		r = signature_verify(&sshsig, buf_text(plan), plan->len, err);
	if (r == 0)
		r = signature_fingerprint(sshsig.key, &fingerprint);
	if (r < 0)
		return r;
	buf_word(&word, principals);
	printf("signed by %s (%s)\n", buf_text(&word), buf_text(&fingerprint));
	return 0;
}

enum exit_code admit_plan(const struct options *options, struct plan **ret_plan)
{
	cleanup_buf struct buf text = BUF_INIT;
	cleanup_close int fd = -1;
	struct err err = ERR_INIT;
	int r = open_regular(options->plan, &fd, &err);

	if (r == 0)
		r = read_all(fd, options->plan, &text, &err);
	if (r == 0 && !options->is_unsigned &&
		check_signature(options, &text, &err) < 0) {
		report_error(stderr,
			"%s: no signature that this host accepts: %s. If you know who "
			"made "
			"the plan and have read it, use --unsigned",
			options->plan, err.msg);
		return EXIT_BAD_INPUT;
	}
	if (r == 0)
		r = plan_read(buf_text(&text), text.len, options->plan, ret_plan, &err);
	if (r < 0) {
		report_error(stderr, "%s", err.msg);
		return r == -EACCES || r == -EPERM ? EXIT_ENVIRONMENT : EXIT_BAD_INPUT;
	}
	/* a plan that speaks of no device can be verified by anybody */
	if ((*ret_plan)->scope.n_devices && (geteuid() != 0 || !has_sys_admin())) {
		report_error(stderr,
			"only root, with CAP_SYS_ADMIN, can verify or apply this plan");
		return EXIT_ENVIRONMENT;
	}
	return EXIT_DONE;
}

enum exit_code admit_key(const struct options *options, const struct plan *plan,
	struct redact_key *ret_key)
{
	struct err err = ERR_INIT;

	if (redact_key_read(options->key, false, ret_key, &err) < 0) {
		report_error(stderr, "%s", err.msg);
		report_error(stderr,
			"the plan's names are pseudonyms; without the key of its capture "
			"they cannot be compared with this host's: --redact-key FILE");
		return EXIT_ENVIRONMENT;
	}
	if (strcmp(ret_key->id, plan->redaction) == 0)
		return EXIT_DONE;
	report_error(stderr,
		"%s is another key (%s) than the one the plan's capture was made with "
		"(%s)",
		options->key, ret_key->id, plan->redaction);
	return EXIT_ENVIRONMENT;
}
