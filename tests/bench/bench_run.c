/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_run ROUNDS COMMAND [ARG...] [::: COMMAND [ARG...]]...: runs the commands in
 * turns, so that a noisy machine is noisy for all of them. Output: one line for each
 * command, "MEDIAN_MICROSECONDS PEAK_KIB EXIT_STATUS". Their own output goes to
 * /dev/null.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define COMMANDS_MAX 8
#define ROUNDS_MAX   99

struct command {
	char **argv;
	double microseconds[ROUNDS_MAX];
	long peak;  /* KiB */
	int status; /* of the last round; 255 = ended by a signal */
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void run_child(char **argv)
{
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	dup2(null, 1);
	dup2(null, 2);
	execvp(argv[0], argv);
	_exit(127);
}

static void run(struct command *command, unsigned round)
{
	double start = now();
	struct rusage usage = {0};
	int status = 0;
	pid_t pid = fork();

	if (pid == 0)
		run_child(command->argv);
	if (pid < 0 || wait4(pid, &status, 0, &usage) < 0) {
		perror("bench_run");
		exit(1);
	}
	command->microseconds[round] = now() - start;
	if (usage.ru_maxrss > command->peak)
		command->peak = usage.ru_maxrss;
	command->status = WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

static int order_times(const void *pa, const void *pb)
{
	const double *a = pa, *b = pb;

	return (*a > *b) - (*a < *b);
}

/* Cuts argv at ":::"; returns how many commands there are. */
static unsigned split(char **argv, struct command *ret_commands)
{
	unsigned count = 0;

	for (char **word = argv; *word && count < COMMANDS_MAX; word++) {
		ret_commands[count++].argv = word;
		while (word[1] && strcmp(word[1], ":::") != 0)
			word++;
		if (!word[1])
			break;
		*++word = NULL;
	}
	return count;
}

int main(int argc, char **argv)
{
	static struct command commands[COMMANDS_MAX];
	unsigned rounds = argc > 2 ? (unsigned)strtoul(argv[1], NULL, 10) : 0;
	unsigned count;

	if (rounds == 0 || rounds > ROUNDS_MAX) {
		fputs("usage: bench_run ROUNDS COMMAND [::: COMMAND]...\n", stderr);
		return 2;
	}
	count = split(argv + 2, commands);
	for (unsigned round = 0; round < rounds; round++)
		for (unsigned i = 0; i < count; i++)
			run(&commands[i], round);
	for (unsigned i = 0; i < count; i++) {
		qsort(commands[i].microseconds, rounds, sizeof(double), order_times);
		printf("%.0f %ld %d\n", commands[i].microseconds[rounds / 2],
			commands[i].peak, commands[i].status);
	}
	return 0;
}
