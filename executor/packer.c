/* SPDX-License-Identifier: Apache-2.0 */
/*
 * See packer.h. Input: the command line, one message. Output: the ticket, by another
 * program. Invariants: no shell, an absolute path, a fixed environment; the message
 * cannot name a file.
 */
#include "packer.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "beside.h"
#include "eyes.h"
#include "report.h"
#include "signed.h"
#include "snapstate/cleanup.h"
#include "snapstate/io.h"
#include "snapstate/record.h"

/* What is told. */
struct order {
	char digest[SHA256_HEX_LEN + 1];
	char has_pseudonyms;
};

/* ---- the command line ---- */

struct command {
	char **words;
	size_t n_words;
};

static void add_word(struct command *command, const char *word)
{
	*array_add(&command->words, &command->n_words) = xstrdup(word);
}

static void add_option(struct command *command, const char *option, const char *file)
{
	cleanup_free char *path = options_absolute(file);

	add_word(command, option);
	add_word(command, path);
}

static void add_signature_beside(
	struct command *command, const char *plan, const char *suffix)
{
	cleanup_buf struct buf path = BUF_INIT;

	buf_printf(&path, "%s%s", plan, suffix);
	if (access(buf_text(&path), F_OK) == 0)
		add_option(command, "--signature", buf_text(&path));
}

/* Those that were looked at. */
static void add_signatures(struct command *command, const struct options *options)
{
	for (size_t i = 0; i < options->n_signatures; i++)
		add_option(command, "--signature", options->signatures[i]);
	if (options->is_unsigned || options->n_signatures)
		return;
	add_signature_beside(command, options->plan, SIGNATURE_SUFFIX);
	add_signature_beside(command, options->plan, APPROVAL_SUFFIX);
}

/* All but the journal and the key, which depend on what is told. */
static void begin_command(const struct options *options, struct command *command)
{
	add_word(command, EYES_PROGRAM);
	add_word(command, "--quiet");
	add_option(command, "--ticket", options->ticket);
	add_option(command, "--plan", options->plan);
	if (options->before)
		add_option(command, "--before", options->before);
	add_signatures(command, options);
}

static void end_command(const struct options *options, const char *key,
	const struct order *order, struct command *command)
{
	cleanup_buf struct buf journal = BUF_INIT;

	buf_printf(&journal, "%s/%s.journal", options->journal, order->digest);
	add_option(command, "--journal", buf_text(&journal));
	if (order->has_pseudonyms)
		add_option(command, "--redact", key);
	*array_add(&command->words, &command->n_words) = NULL;
}

/* ---- the process ---- */

/* A stop between steps is for the other one, and no reason to go without a ticket. */
static void mind_signals(void (*handler)(int))
{
	static const int stops[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

	for (size_t i = 0; i < sizeof(stops) / sizeof(stops[0]); i++)
		signal(stops[i], handler);
}

static bool is_order(const struct order *order, ssize_t len)
{
	return len == sizeof(*order) &&
	       strspn(order->digest, "0123456789abcdef") == SHA256_HEX_LEN &&
	       order->digest[SHA256_HEX_LEN] == '\0';
}

static void become_packer(const struct options *options, const char *program,
	struct command *command, int fd)
{
	static const char *const environment[] = {
		"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8", NULL};
	cleanup_free char *key = options_absolute(options->key);
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	struct order order = {0};
	ssize_t len;

	/* a child of the other one that hangs would keep the pipe open behind it */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	mind_signals(SIG_IGN);
	if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 || chdir("/") < 0)
		_exit(127);
	while ((len = read(fd, &order, sizeof(order))) < 0 && errno == EINTR)
		continue;
	if (!is_order(&order, len))
		_exit(127);
	end_command(options, key, &order, command);
	mind_signals(SIG_DFL);
	prctl(PR_SET_PDEATHSIG, 0);
	/* execve() takes pointers to what it does not change */
	execve(program, command->words, (char *const *)environment);
	_exit(127);
}

static void command_free(struct command *command)
{
	for (size_t i = 0; i < command->n_words; i++)
		free(command->words[i]);
	free(command->words);
}

int packer_start(
	const struct options *options, struct packer *ret_packer, struct err *err)
{
	cleanup_with(command_free) struct command command = {0};
	cleanup_buf struct buf program = BUF_INIT;
	struct stat there;
	int ends[2];
	pid_t pid;

	if (beside_find(EYES_PROGRAM, &program, err) < 0)
		return err_wrap(err, "--ticket");
	if (lstat(options->ticket, &there) == 0)
		return err_set(err, -EEXIST, "%s is already there and is not overwritten",
			options->ticket);
	begin_command(options, &command);
	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_errno(err, errno, "pipe");
	pid = fork();
	if (pid == 0) {
		close(ends[1]);
		become_packer(options, buf_text(&program), &command, ends[0]);
	}
	close(ends[0]);
	if (pid < 0) {
		close(ends[1]);
		return err_errno(err, errno, "start the process that packs the ticket");
	}
	*ret_packer = (struct packer){.fd = ends[1], .pid = pid};
	return 0;
}

void packer_stop(struct packer *packer)
{
	if (packer->fd >= 0)
		close(packer->fd);
	packer->fd = -1;
}

/* ---- this side ---- */

int packer_check(const struct options *options, const struct plan *plan, struct err *err)
{
	cleanup_buf struct buf archive = BUF_INIT;
	char sha256[SHA256_HEX_LEN + 1];

	if (!options->before)
		return 0;
	if (file_read_regular(
		    AT_FDCWD, options->before, RECORD_ARCHIVE_MAX, &archive, err) < 0)
		return err->code;
	sha256_hex(buf_text(&archive), archive.len, sha256);
	if (strcmp(sha256, plan->capture_sha256) == 0)
		return 0;
	return err_set(err, -EBADMSG,
		"%s (sha256:%s) is not the capture that the plan was made from "
		"(sha256:%s)",
		options->before, sha256, plan->capture_sha256);
}

/* Its exit code; -1 if it did not come to one. */
static int tell_and_wait(struct packer *packer, const struct order *order)
{
	int status = 0;
	bool is_told = write(packer->fd, order, sizeof(*order)) == sizeof(*order);

	packer_stop(packer);
	while (waitpid(packer->pid, &status, 0) < 0)
		if (errno != EINTR)
			return -1;
	return is_told && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void say_by_hand(const struct options *options, const struct plan *plan)
{
	report_error(stderr,
		"no ticket was packed; by hand: " EYES_PROGRAM
		" --ticket FILE --plan %s --journal %s/%s.journal%s%s%s%s",
		options->plan, options->journal, plan->digest,
		options->before ? " --before " : "",
		options->before ? options->before : "",
		*plan->redaction ? " --redact " : "",
		*plan->redaction ? options->key : "");
}

void packer_pack(
	struct packer *packer, const struct options *options, const struct plan *plan)
{
	struct order order = {.has_pseudonyms = *plan->redaction != '\0'};
	int code;

	memcpy(order.digest, plan->digest, sizeof(order.digest));
	fflush(stdout);
	code = tell_and_wait(packer, &order);
	if (code == EXIT_DONE || code == EXIT_DIFFERS || code == EXIT_STOPPED ||
		(code == EXIT_ENVIRONMENT && access(options->ticket, F_OK) == 0))
		printf("ticket %s\n", options->ticket);
	else
		say_by_hand(options, plan);
}
