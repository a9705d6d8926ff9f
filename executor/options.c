/* SPDX-License-Identifier: Apache-2.0 */
/* Command line -> options, file -> plan; see options.h. */
#include <errno.h>
#include <getopt.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "input.h"
#include "journal.h"
#include "options.h"
#include "report.h"
#include "signature.h"
#include "signers.h"
#include "trusted.h"
#include "snapstate/cleanup.h"

static const char help[] =
	"Usage: snapstate-execute [--apply] [--done JOURNAL]... [--journal DIR]\n"
	"                         [--unsigned] [--signature FILE] [--redact-key FILE] "
	"PLAN\n"
	"\n"
	"Verifies on this host every fact that PLAN expects, and shows its steps. "
	"Changes\n"
	"nothing unless --apply is given; then carries the steps out one by one, each "
	"verified\n"
	"before and confirmed after, and stops at the first difference.\n"
	"\n"
	"  --apply        carry out the steps\n"
	"  --done JOURNAL the journal of a plan of another host that comes before "
	"this one;\n"
	"                 one for each that PLAN names in a line \"after\"\n"
	"  --journal DIR  where the journal is kept (default " JOURNAL_FOLDER ")\n"
	"  --unsigned     take a plan without a signature\n"
	"  --signature FILE  the plan's signature (default PLAN.sig)\n"
	"  --redact-key FILE  the key of a capture made with --redact (default\n"
	"                 " REDACT_KEY_FILE ")\n"
	"  --help         this text\n"
	"  --version      the version\n"
	"\n"
	"Exit status: 0 done, or with no --apply: it could be; 2 bad usage; 3 the host "
	"differs\n"
	"from the plan, nothing (more) was changed; 4 stopped midway, the journal says "
	"where;\n"
	"5 not permitted, or the environment lacks something; 6 the plan is bad.\n";

enum option_id {
	OPTION_APPLY = 256,
	OPTION_DONE,
	OPTION_JOURNAL,
	OPTION_UNSIGNED,
	OPTION_SIGNATURE,
	OPTION_REDACT_KEY,
	OPTION_HELP,
	OPTION_VERSION,
};

static const struct option long_options[] = {
	{"apply", no_argument, NULL, OPTION_APPLY},
	{"done", required_argument, NULL, OPTION_DONE},
	{"journal", required_argument, NULL, OPTION_JOURNAL},
	{"unsigned", no_argument, NULL, OPTION_UNSIGNED},
	{"signature", required_argument, NULL, OPTION_SIGNATURE},
	{"redact-key", required_argument, NULL, OPTION_REDACT_KEY},
	{"help", no_argument, NULL, OPTION_HELP},
	{"version", no_argument, NULL, OPTION_VERSION},
	{0},
};

/* The program leaves its working directory before it needs the folder. */
static char *absolute(const char *path)
{
	cleanup_free char *here = *path == '/' ? NULL : getcwd(NULL, 0);
	cleanup_buf struct buf text = BUF_INIT;

	if (here)
		buf_printf(&text, "%s/", here);
	buf_puts(&text, path);
	return xstrdup(buf_text(&text));
}

static enum exit_code bad_usage(const char *what)
{
	report_error(stderr, "%s; see snapstate-execute --help", what);
	return EXIT_USAGE;
}

static enum exit_code print_and_end(const char *text)
{
	return fputs(text, stdout) >= 0 && fflush(stdout) == 0 ? EXIT_DONE
							       : EXIT_ENVIRONMENT;
}

enum exit_code options_read(int argc, char **argv, struct options *ret_options)
{
	int id;

	ret_options->key = REDACT_KEY_FILE;

	while ((id = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		if (id == OPTION_APPLY) {
			ret_options->is_apply = true;
		} else if (id == OPTION_UNSIGNED) {
			ret_options->is_unsigned = true;
		} else if (id == OPTION_SIGNATURE) {
			ret_options->signature = optarg;
		} else if (id == OPTION_DONE) {
			if (ret_options->n_done == PLAN_AFTER_MAX)
				return bad_usage(
					"more journals than plans can come before");
			ret_options->done[ret_options->n_done++] = optarg;
		} else if (id == OPTION_JOURNAL) {
			free(ret_options->journal);
			ret_options->journal = absolute(optarg);
		} else if (id == OPTION_REDACT_KEY) {
			ret_options->key = optarg;
		} else if (id == OPTION_HELP) {
			return print_and_end(help);
		} else if (id == OPTION_VERSION) {
			return print_and_end("snapstate-execute " SNAPSTATE_VERSION "\n");
		} else {
			return bad_usage("unknown option, or one without its argument");
		}
	}
	if (optind != argc - 1)
		return bad_usage("give exactly one PLAN");
	ret_options->plan = argv[optind];
	if (!ret_options->journal)
		ret_options->journal = xstrdup(JOURNAL_FOLDER);
	return EXIT_DONE;
}

void options_free(struct options *options)
{
	free(options->journal);
	*options = (struct options){0};
}

/* ---- the plan ---- */

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
	r = signers_find(buf_text(&signers), signers.len, sshsig->key, time(NULL),
		ret_principals, &why);
	return r < 0 ? err_set(err, r, "%s: %s", SIGNERS_FILE, why.msg) : 0;
}

static int read_signature(
	const struct options *options, struct sshsig *ret_sshsig, struct err *err)
{
	cleanup_buf struct buf path = BUF_INIT, text = BUF_INIT;
	int r;

	if (options->signature)
		buf_puts(&path, options->signature);
	else
		buf_printf(&path, "%s.sig", options->plan);
	r = input_read(buf_text(&path), PLAN_BYTES_MAX, &text, err);
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

enum exit_code options_plan(const struct options *options, struct plan **ret_plan)
{
	cleanup_buf struct buf text = BUF_INIT;
	struct err err = ERR_INIT;
	int r = input_read(options->plan, PLAN_BYTES_MAX, &text, &err);

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

enum exit_code options_key(const struct options *options, const struct plan *plan,
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
