/* SPDX-License-Identifier: Apache-2.0 */
/*
 * without_call CALL[,CALL...] ENOSYS|EPERM PROGRAM [ARGUMENT...]: the program, and all
 * that it starts, run as on a kernel that lacks these calls, or under a container's
 * profile that does not know them. Input: names of the table below; "old" are those of
 * them that Linux 3.10 lacks, "newer" is every call that it lacks, in the table or not.
 * Output: the program's.
 */
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ANY 0xffffffff /* whatever its first argument is */
/* The last call of Linux 3.10 (arch/x86/syscalls/syscall_64.tbl) is finit_module, 313. */
#define FIRST_NEWER SYS_sched_setattr

static const struct {
	const char *name;
	unsigned number, argument;
	int is_old;
} calls[] = {
	{"openat2", SYS_openat2, ANY, 1},
	{"statx", SYS_statx, ANY, 1},
	{"memfd_create", SYS_memfd_create, ANY, 1},
	{"getrandom", SYS_getrandom, ANY, 1},
	{"seccomp", SYS_seccomp, ANY, 1},
	{"close_range", SYS_close_range, ANY, 1},
	{"renameat2", SYS_renameat2, ANY, 1},
	{"kcmp", SYS_kcmp, ANY, 0},
	{"name_to_handle_at", SYS_name_to_handle_at, ANY, 0},
	{"umount2", SYS_umount2, ANY, 0},
	{"semget", SYS_semget, ANY, 0},
	/* before 3.17 the only way to get a filter, and in 2.6.32 there is none */
	{"prctl-filter", SYS_prctl, PR_SET_SECCOMP, 0},
};
#define N_CALLS (sizeof(calls) / sizeof(calls[0]))

static struct sock_filter code[8 + 5 * N_CALLS];
static unsigned short n_code;

static void add(struct sock_filter line)
{
	code[n_code++] = line;
}

static void load(size_t offset)
{
	add((struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (unsigned)offset));
}

/* Else those many lines are skipped. */
static void skip_unless(unsigned value, unsigned char lines)
{
	add((struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, lines));
}

static void answer(unsigned value)
{
	add((struct sock_filter)BPF_STMT(BPF_RET | BPF_K, value));
}

/* The lower half of the first argument is enough. */
static void take_away(size_t i, unsigned error)
{
	load(offsetof(struct seccomp_data, nr));
	if (calls[i].argument == ANY) {
		skip_unless(calls[i].number, 1);
	} else {
		skip_unless(calls[i].number, 3);
		load(offsetof(struct seccomp_data, args));
		skip_unless(calls[i].argument, 1);
	}
	answer(SECCOMP_RET_ERRNO | error);
}

static void take_newer_away(unsigned error)
{
	load(offsetof(struct seccomp_data, nr));
	add((struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, FIRST_NEWER, 0, 1));
	answer(SECCOMP_RET_ERRNO | error);
}

int main(int argc, char **argv)
{
	const struct sock_fprog filter = {0, code};
	struct sock_fprog whole = filter;
	unsigned error;

	if (argc < 4)
		return 99;
	error = strcmp(argv[2], "EPERM") == 0 ? EPERM : ENOSYS;
	for (char *name = strtok(argv[1], ","); name; name = strtok(NULL, ",")) {
		int is_known = strcmp(name, "newer") == 0;

		if (is_known)
			take_newer_away(error);
		for (size_t i = 0; i < N_CALLS; i++) {
			if (strcmp(name, calls[i].name) != 0 &&
				!(calls[i].is_old && strcmp(name, "old") == 0))
				continue;
			is_known = 1;
			take_away(i, error);
		}
		if (!is_known) {
			fprintf(stderr, "without_call: %s is not in the table\n", name);
			return 99;
		}
	}
	answer(SECCOMP_RET_ALLOW);
	whole.len = n_code;
	/* not by seccomp(2), which may be among them */
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &whole, 0, 0) < 0) {
		perror("without_call: the filter");
		return 99;
	}
	execvp(argv[3], argv + 3);
	perror(argv[3]);
	return 99;
}
