/* SPDX-License-Identifier: Apache-2.0 */
/* Starting the observer; see eyes_open.h. */
#include "eyes_open.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "beside.h"
#include "snapstate/cleanup.h"
#include "snapstate/kernel.h"
#include "snapstate/observe_frame.h"
#include "start.h"

/* It reads the host twice for an answer, where that is just changing; each time within
 * its own deadline, and some seconds more (capture/observe/compare_process.c). */
#define EYES_LOOKS	   2
#define EYES_GRACE_SECONDS 20

/* ---- its command line ---- */

struct command {
	char **words;
	size_t n_words;
};

static void command_free(struct command *command)
{
	for (size_t i = 0; i < command->n_words; i++)
		free(command->words[i]);
	free(command->words);
}

static void add_word(struct command *command, const char *word)
{
	*array_add(&command->words, &command->n_words) = xstrdup(word);
}

static void add_file(struct command *command, const char *option, const char *file)
{
	add_word(command, option);
	*array_add(&command->words, &command->n_words) = options_absolute(file);
}

static void add_signature_beside(
	struct command *command, const char *plan, const char *suffix)
{
	cleanup_buf struct buf path = BUF_INIT;

	buf_printf(&path, "%s%s", plan, suffix);
	if (access(buf_text(&path), F_OK) == 0)
		add_file(command, "--signature", buf_text(&path));
}

/* With the signatures that are looked at. */
static void add_ticket(struct command *command, const struct options *options)
{
	add_file(command, "--ticket", options->ticket);
	add_file(command, "--plan", options->plan);
	add_file(command, "--journals", options->journal);
	if (options->before)
		add_file(command, "--before", options->before);
	for (size_t i = 0; i < options->n_signatures; i++)
		add_file(command, "--signature", options->signatures[i]);
	if (options->is_unsigned || options->n_signatures)
		return;
	add_signature_beside(command, options->plan, SIGNATURE_SUFFIX);
	add_signature_beside(command, options->plan, APPROVAL_SUFFIX);
}

static void make_command(const struct options *options, struct command *command)
{
	cleanup_buf struct buf seconds = BUF_INIT;

	buf_printf(&seconds, "%u", options->seconds);
	add_word(command, EYES_PROGRAM);
	add_word(command, "--observe");
	add_word(command, "--timeout");
	add_word(command, buf_text(&seconds));
	add_file(command, "--redact", options->key);
	if (options->ticket)
		add_ticket(command, options);
	*array_add(&command->words, &command->n_words) = NULL;
}

/* ---- the process ---- */

/* No signal of a terminal ends it: who asks decides when it may end, by closing the other
 * side. Where this program is killed, it is too. */
static void become_observer(const char *program, char *const words[], int fd)
{
	static const char *const environment[] = {
		"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8", NULL};
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	setsid();
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (null < 0 || dup2(fd, 0) < 0 || dup2(fd, 1) < 0 || dup2(null, 2) < 0 ||
		chdir("/") < 0)
		_exit(127);
	kernel_close_from(3);
	/* execve() takes pointers to what it does not change */
	execve(program, words, (char *const *)environment);
	dprintf(1, OBSERVE_FAILURE "cannot be started: %s\n", strerror(errno));
	_exit(127);
}

int eyes_open(const struct options *options, struct eyes *ret_eyes, struct err *err)
{
	cleanup_with(command_free) struct command command = {0};
	cleanup_eyes struct eyes eyes = EYES_INIT;
	cleanup_buf struct buf program = BUF_INIT;
	int r = beside_find(EYES_PROGRAM, &program, err);

	if (r < 0)
		return r;
	make_command(options, &command);
	r = apart_fork(SOCK_STREAM, &eyes.fd, err);
	if (r < 0)
		return r;
	if (r == 0)
		become_observer(buf_text(&program), command.words, eyes.fd);
	eyes.seconds = EYES_LOOKS * (options->seconds + EYES_GRACE_SECONDS);
	r = eyes_greet(&eyes, err);
	if (r < 0)
		return r;
	*ret_eyes = eyes;
	eyes = EYES_INIT;
	return 0;
}
