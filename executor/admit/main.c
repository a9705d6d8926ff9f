/* SPDX-License-Identifier: Apache-2.0 */
/*
 * snapstate-admit: started by snapstate-execute, to say whether this host may use a plan.
 * Input: names of files. Output: text (admit.h), and on stderr why not. Changes nothing.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "admit.h"
#include "report.h"
#include "snapstate/cleanup.h"
#include "snapstate/exit.h"
#include "snapstate/option.h"

static int print(const struct buf *text)
{
	for (size_t done = 0; done < text->len;) {
		ssize_t n = write(STDOUT_FILENO, text->data + done, text->len - done);

		if (n < 0 && errno != EINTR)
			return EXIT_ENVIRONMENT;
		done += n > 0 ? (size_t)n : 0;
	}
	return EXIT_DONE;
}

static const struct option_row rows[] = {
	{OPTION_LONG, "unsigned", NULL, "take a plan without a signature"},
	{0},
};
static const struct option_program program = {
	.name = "snapstate-admit",
	.usage = "[--unsigned] PLAN [SIGNATURE]...",
	.about = "Started by snapstate-execute: says whether this host may use PLAN.",
	.rows = rows,
};

int main(int argc, char **argv)
{
	cleanup_buf struct buf answer = BUF_INIT;
	bool is_unsigned = argc > 1 && strcmp(argv[1], "--unsigned") == 0;
	const char *const *files = (const char *const *)argv + 1 + is_unsigned;
	struct admit_request request = {.is_unsigned = is_unsigned};
	struct err err = ERR_INIT;
	int code;

	if (argc == 2 && argv[1][0] == '-' &&
		option_next(&program, argc, argv, &code) == OPTION_EXIT)
		return code;
	if (argc < 2 + is_unsigned)
		return option_misuse(&program, "missing PLAN argument");
	if (admit_confine(&err) < 0) {
		report_error(stderr, "%s", err.msg);
		return EXIT_ENVIRONMENT;
	}
	request.plan = files[0];
	request.signatures = files + 1;
	request.n_signatures = (size_t)argc - 2 - is_unsigned;
	admit_answer(&request, &answer);
	return print(&answer);
}
