/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kill_at [-l | -o] K COMMAND...: runs a command and kills it with SIGKILL right before its
 * K-th system call that records or changes something (executor/: the journal, what is
 * sent to the runner, device-mapper, mounts, files). Between two of those a process only
 * reads, so that dying here or there is the same for the host and for the journal; and
 * right before one of them is right behind the one before.
 *
 * With -l not the command is killed but the "lvm lvremove" below it, right before the
 * K-th call that changes a device-mapper device or writes to a disk.
 *
 * With -o it is the observer that is killed (snapstate-capture --observe), right before it gives its
 * K-th answer.
 *
 * kill_at -s STEP DUE GO COMMAND...: runs the executor, and stops it between two steps: when
 * its journal has the line that STEP is done, or for 0 that all facts are verified. Then it
 * writes a byte to the FIFO DUE, reads one from the FIFO GO, and lets it go on.
 *
 * Prints "killed before CALL", or "not reached" and how many there were. Exit code: that
 * of the command, 137 where it was killed.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#define TRACEES_MAX 256
#define DM_TYPE	    0xfd /* linux/dm-ioctl.h */

struct tracee {
	pid_t pid;
	bool is_inside; /* a call, which it will leave */
	bool is_lvremove, is_observer;
};

struct sweep {
	struct tracee tracees[TRACEES_MAX];
	size_t n_tracees;
	pid_t first;
	bool is_of_lvm, is_of_observer;
	unsigned long wanted, count;
	const char *due, *go; /* NULL: it is to be killed */
	bool is_due;
};

static struct tracee *find(struct sweep *sweep, pid_t pid)
{
	for (size_t i = 0; i < sweep->n_tracees; i++)
		if (sweep->tracees[i].pid == pid)
			return &sweep->tracees[i];
	if (sweep->n_tracees == TRACEES_MAX)
		exit(99);
	sweep->tracees[sweep->n_tracees] = (struct tracee){.pid = pid};
	return &sweep->tracees[sweep->n_tracees++];
}

static void forget(struct sweep *sweep, pid_t pid)
{
	struct tracee *tracee = find(sweep, pid);

	*tracee = sweep->tracees[--sweep->n_tracees];
}

/* ---- which calls ---- */

static bool is_journal(pid_t pid, unsigned long fd)
{
	char link[64], path[512] = "";
	size_t len;

	snprintf(link, sizeof(link), "/proc/%d/fd/%lu", pid, fd);
	if (readlink(link, path, sizeof(path) - 1) < 0)
		return false;
	len = strlen(path);
	return len > 8 && strcmp(path + len - 8, ".journal") == 0;
}

static const char *name_in_self(pid_t pid, const struct user_regs_struct *regs)
{
	switch (regs->orig_rax) {
	case SYS_write:
		return is_journal(pid, regs->rdi) ? "write to the journal" : NULL;
	case SYS_fsync:
		return "fsync";
	case SYS_ftruncate:
		return "ftruncate";
	case SYS_sendmsg:
		return "sendmsg";
	case SYS_umount2:
		return "umount2";
	case SYS_mkdir:
		return "mkdir";
	case SYS_unlink:
	case SYS_unlinkat:
		return "unlink";
	case SYS_openat:
		return regs->rdx & O_CREAT ? "openat with O_CREAT" : NULL;
	case SYS_ioctl:
		return (regs->rsi & 0xffff) == (DM_TYPE << 8 | 4) ? "DM_DEV_REMOVE"
								  : NULL;
	}
	return NULL;
}

static const char *name_in_lvm(const struct user_regs_struct *regs)
{
	static const char *const changes[] = {[1] = "DM_REMOVE_ALL",
		[3] = "DM_DEV_CREATE",
		[4] = "DM_DEV_REMOVE",
		[5] = "DM_DEV_RENAME",
		[6] = "DM_DEV_SUSPEND",
		[9] = "DM_TABLE_LOAD",
		[10] = "DM_TABLE_CLEAR",
		[14] = "DM_TARGET_MSG"};
	size_t number = regs->rsi & 0xff;

	switch (regs->orig_rax) {
	case SYS_ioctl:
		return (regs->rsi >> 8 & 0xff) == DM_TYPE &&
				       number < sizeof(changes) / sizeof(changes[0])
			       ? changes[number]
			       : NULL;
	case SYS_io_submit:
		return "io_submit";
	case SYS_pwrite64:
		return "pwrite64";
	}
	return NULL;
}

/* After its exec: its command line has these words. */
static bool has_words(pid_t pid, const char *program, const char *word)
{
	char path[64], line[256] = "";
	FILE *file;
	size_t len;

	snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
	file = fopen(path, "r");
	if (!file)
		return false;
	len = fread(line, 1, sizeof(line) - 1, file);
	fclose(file);
	return len && strstr(line, program) && memmem(line, len, word, strlen(word));
}

/* ---- tracing ---- */

/* ---- between two steps ---- */

/* A journal's line is written in one call, and then synced. */
static bool is_end_of_step(
	const struct sweep *sweep, pid_t pid, const struct user_regs_struct *regs)
{
	char text[64] = "", wanted[32];
	size_t len = regs->rdx < sizeof(text) ? regs->rdx : sizeof(text) - 1;
	struct iovec here = {text, len}, there = {(void *)regs->rsi, len};

	if (regs->orig_rax != SYS_write || !is_journal(pid, regs->rdi) ||
		process_vm_readv(pid, &here, 1, &there, 1, 0) < 0)
		return false;
	snprintf(wanted, sizeof(wanted), "%lu %s ", sweep->wanted,
		sweep->wanted ? "done" : "verified");
	return strncmp(text, wanted, strlen(wanted)) == 0;
}

static void wait_for_word(const struct sweep *sweep)
{
	int go = open(sweep->go, O_RDWR | O_CLOEXEC),
	    due = open(sweep->due, O_RDWR | O_CLOEXEC);
	char byte = '\n';

	if (go < 0 || due < 0 || write(due, &byte, 1) != 1 || read(go, &byte, 1) != 1)
		exit(99);
	close(go);
	close(due);
}

static void consider_step(struct sweep *sweep, const struct tracee *tracee)
{
	struct user_regs_struct regs;

	if (tracee->pid != sweep->first || sweep->count ||
		ptrace(PTRACE_GETREGS, tracee->pid, NULL, &regs) < 0)
		return;
	if (is_end_of_step(sweep, tracee->pid, &regs)) {
		sweep->is_due = true;
	} else if (sweep->is_due && regs.orig_rax == SYS_fsync) {
		wait_for_word(sweep);
		sweep->count = sweep->wanted + 1;
	}
}

/* At the entry of a call. */
static void consider(struct sweep *sweep, struct tracee *tracee)
{
	struct user_regs_struct regs;
	const char *name;

	if (sweep->is_of_observer ? !tracee->is_observer
		: sweep->is_of_lvm	  ? !tracee->is_lvremove
					  : tracee->pid != sweep->first)
		return;
	if (ptrace(PTRACE_GETREGS, tracee->pid, NULL, &regs) < 0)
		return;
	if (sweep->is_of_observer)
		name = regs.orig_rax == SYS_write && regs.rdi == 1 ? "an answer" : NULL;
	else
		name = sweep->is_of_lvm ? name_in_lvm(&regs)
					: name_in_self(tracee->pid, &regs);
	if (!name || ++sweep->count != sweep->wanted)
		return;
	fprintf(stderr, "killed before %s\n", name);
	kill(tracee->pid, SIGKILL);
}

/* The signal to hand on. */
static int note_stop(struct sweep *sweep, pid_t pid, int status)
{
	struct tracee *tracee = find(sweep, pid);
	int signal = WSTOPSIG(status);

	if (signal == (SIGTRAP | 0x80)) {
		tracee->is_inside = !tracee->is_inside;
		if (tracee->is_inside && sweep->go)
			consider_step(sweep, tracee);
		else if (tracee->is_inside)
			consider(sweep, tracee);
		return 0;
	}
	if (status >> 16 == PTRACE_EVENT_EXEC) {
		tracee->is_lvremove = has_words(pid, "lvm", "lvremove");
		tracee->is_observer = has_words(pid, "snapstate-capture", "--observe");
	}
	/* a new tracee begins with one of its own */
	return signal == SIGTRAP || signal == SIGSTOP ? 0 : signal;
}

static int trace(struct sweep *sweep)
{
	int result = -1, status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, __WALL)) > 0 || errno == EINTR) {
		if (pid < 0)
			continue;
		if (WIFSTOPPED(status)) {
			int signal = note_stop(sweep, pid, status);

			ptrace(PTRACE_SYSCALL, pid, NULL, (void *)(long)signal);
			continue;
		}
		forget(sweep, pid);
		if (pid == sweep->first)
			result = WIFEXITED(status) ? WEXITSTATUS(status)
						   : 128 + WTERMSIG(status);
	}
	return result;
}

int main(int argc, char **argv)
{
	struct sweep sweep = {.n_tracees = 0};
	long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC |
		       PTRACE_O_EXITKILL;
	int at = 1, status;

	if (argc > at && (strcmp(argv[at], "-l") == 0 || strcmp(argv[at], "-o") == 0)) {
		sweep.is_of_lvm = argv[at][1] == 'l';
		sweep.is_of_observer = argv[at][1] == 'o';
		options |= PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE;
		at++;
	}
	if (argc > at + 3 && strcmp(argv[at], "-s") == 0) {
		sweep.due = argv[at + 2];
		sweep.go = argv[at + 3];
		argv[at + 3] = argv[at + 1];
		at += 3;
	}
	if (argc < at + 2)
		return 99;
	sweep.wanted = strtoul(argv[at], NULL, 10);
	sweep.first = fork();
	if (sweep.first == 0) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		execvp(argv[at + 1], argv + at + 1);
		_exit(99);
	}
	if (waitpid(sweep.first, &status, 0) < 0 ||
		ptrace(PTRACE_SETOPTIONS, sweep.first, NULL, (void *)options) < 0)
		return 99;
	ptrace(PTRACE_SYSCALL, sweep.first, NULL, NULL);
	status = trace(&sweep);
	if (sweep.count < sweep.wanted)
		fprintf(stderr, "not reached: %lu calls\n", sweep.count);
	return status;
}
