/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Builds what random_draw drew, inside the guest: one process instead of a thousand,
 * since a fork and exec costs 100 ms there.
 *
 *   random_build SCRIPT HOLDERS
 *
 * Input: lines "OPERATION WORD...", see the table at the end. NAME is a dm name; TABLE
 * the rest of the line, in which
 * @NAME stands for that device's number, and which may be "=", the table that the device
 * has. Output: HOLDERS gets a line "PID COMM" for each process that was left behind. The
 * first failure ends it with 1.
 */
#define _GNU_SOURCE /* unshare */
#include <errno.h>
#include <fcntl.h>
#include <libdevmapper.h>
#include <linux/loop.h>
#include <sched.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/swap.h>
#include <sys/wait.h>
#include <unistd.h>

#define LINE_MAX_BYTES 1024
#define WORDS_MAX      4
#define BLOCK	       4096

static const char *current = ""; /* the line, for errors */
static FILE *holders;

static void die(const char *what) __attribute__((noreturn));
static void die(const char *what)
{
	fprintf(stderr, "random_build: %s: %s: %s\n", current, what, strerror(errno));
	_exit(1);
}

static const char *join(const char *a, const char *b)
{
	static char texts[4][LINE_MAX_BYTES];
	static unsigned next;
	char *text = texts[next++ % 4];

	snprintf(text, sizeof(texts[0]), "%s%s", a, b);
	return text;
}

static const char *node(const char *name)
{
	return join("/dev/mapper/", name);
}

/* ---- device-mapper ---- */

static void dm_run(struct dm_task *task)
{
	if (!dm_task_run(task))
		die("device-mapper");
	dm_task_update_nodes();
}

static struct dm_task *task_on(int type, const char *name)
{
	struct dm_task *task = dm_task_create(type);

	if (!task || !dm_task_set_name(task, name))
		die(name);
	return task;
}

static void number_print(const char *name, char *ret, size_t size)
{
	struct dm_task *task = task_on(DM_DEVICE_INFO, name);
	struct dm_info info;

	dm_run(task);
	if (!dm_task_get_info(task, &info) || !info.exists)
		die(name);
	snprintf(ret, size, "%u:%u", info.major, info.minor);
	dm_task_destroy(task);
}

/* "0 2048 linear @NAME 128" -> the task's only target */
static void add_table(struct dm_task *task, const char *table)
{
	char text[LINE_MAX_BYTES] = "", type[32];
	unsigned long long start, length;
	int at = 0;

	if (sscanf(table, "%llu %llu %31s %n", &start, &length, type, &at) < 3)
		die("table");
	for (const char *p = table + at; *p;) {
		size_t len = strlen(text), n = *p == ' ' ? 1 : strcspn(p, " ");
		char name[256];

		if (*p == '@') {
			snprintf(name, sizeof(name), "%.*s", (int)(n - 1), p + 1);
			number_print(name, text + len, sizeof(text) - len);
		} else {
			snprintf(text + len, sizeof(text) - len, "%.*s", (int)n, p);
		}
		p += n;
	}
	if (!dm_task_add_target(task, start, length, type, text))
		die("table");
}

static void add_same_table(struct dm_task *task, const char *name)
{
	struct dm_task *table = task_on(DM_DEVICE_TABLE, name);
	uint64_t start, length;
	char *type, *params;
	void *next = NULL;

	dm_run(table);
	do {
		next = dm_get_next_target(table, next, &start, &length, &type, &params);
		if (!type || !dm_task_add_target(task, start, length, type, params))
			die("table");
	} while (next);
	dm_task_destroy(table);
}

static void op_create(char **words)
{
	struct dm_task *task = task_on(DM_DEVICE_CREATE, words[0]);

	if (strcmp(words[1], "-") != 0 && !dm_task_set_uuid(task, words[1]))
		die("uuid");
	add_table(task, words[2]);
	dm_run(task);
	dm_task_destroy(task);
}

static void op_load(char **words)
{
	struct dm_task *task = task_on(DM_DEVICE_RELOAD, words[0]);

	if (strcmp(words[1], "=") == 0)
		add_same_table(task, words[0]);
	else
		add_table(task, words[1]);
	dm_run(task);
	dm_task_destroy(task);
}

static void run_simple(int type, const char *name)
{
	struct dm_task *task = task_on(type, name);

	dm_run(task);
	dm_task_destroy(task);
}

static void op_suspend(char **words)
{
	run_simple(DM_DEVICE_SUSPEND, words[0]);
}

static void op_resume(char **words)
{
	run_simple(DM_DEVICE_RESUME, words[0]);
}

static void op_reload(char **words)
{
	op_load(words);
	op_resume(words);
}

static void op_remove(char **words)
{
	run_simple(DM_DEVICE_REMOVE, words[0]);
}

/* ---- programs and processes ---- */

static void op_kpartx(char **words)
{
	struct dm_task *mknodes;
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		execl("/usr/sbin/kpartx", "kpartx", "-a", "-n", "-p", "X", node(words[0]),
			NULL);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
		die("kpartx");
	/* it leaves the nodes to udev */
	mknodes = dm_task_create(DM_DEVICE_MKNODES);
	if (!mknodes)
		die("mknodes");
	dm_run(mknodes);
	dm_task_destroy(mknodes);
}

/* A process of that name does `act` and stays. `act` may only use its words. */
static void leave_process(char **words, void (*act)(char **words))
{
	int ready[2], null;
	char byte = 0;
	pid_t pid;

	if (pipe2(ready, O_CLOEXEC) < 0 || (pid = fork()) < 0)
		die("fork");
	if (pid == 0) {
		null = open("/dev/null", O_RDWR);
		dup2(null, 0);
		dup2(null, 1);
		dup2(ready[1], 3);
		close_range(4, ~0U, 0);
		prctl(PR_SET_NAME, words[0]);
		act(words + 1);
		if (write(3, "", 1) != 1)
			_exit(1);
		close(3);
		dup2(0, 2);
		for (;;)
			pause();
	}
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1)
		die("its process failed");
	close(ready[0]);
	fprintf(holders, "%d %s\n", (int)pid, words[0]);
}

static void act_open(char **words)
{
	if (open(node(words[0]), O_RDONLY) < 0)
		die("open");
}

static void act_file(char **words)
{
	if (open(words[0], O_RDONLY) < 0)
		die("open");
}

static void act_cwd(char **words)
{
	if (chdir(words[0]) < 0)
		die("chdir");
}

static void act_root(char **words)
{
	if (chroot(words[0]) < 0 || chdir("/") < 0)
		die("chroot");
}

static void act_map(char **words)
{
	int fd = open(words[0], O_RDONLY);

	if (fd < 0 || mmap(NULL, BLOCK, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED)
		die("mmap");
	close(fd);
}

static void mount_snapshot(const char *name, const char *folder)
{
	if ((mkdir(folder, 0755) < 0 && errno != EEXIST) ||
		mount(node(name), folder, "ext4", MS_RDONLY, NULL) < 0)
		die("mount");
}

static void act_elsewhere(char **words)
{
	if (unshare(CLONE_NEWNS) < 0 ||
		mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		die("unshare");
	mount_snapshot(words[0], words[1]);
}

static void act_slave(char **words)
{
	(void)words;
	if (unshare(CLONE_NEWNS) < 0 ||
		mount(NULL, "/", NULL, MS_REC | MS_SLAVE, NULL) < 0)
		die("unshare");
}

static void op_open(char **words)
{
	leave_process(words, act_open);
}
static void op_file(char **words)
{
	leave_process(words, act_file);
}
static void op_cwd(char **words)
{
	leave_process(words, act_cwd);
}
static void op_root(char **words)
{
	leave_process(words, act_root);
}
static void op_map(char **words)
{
	leave_process(words, act_map);
}
static void op_elsewhere(char **words)
{
	leave_process(words, act_elsewhere);
}
static void op_slave(char **words)
{
	leave_process(words, act_slave);
}

/* ---- mounts ---- */

static void op_mount(char **words)
{
	mount_snapshot(words[0], words[1]);
}

static void op_cover(char **words)
{
	if (mount("cover", words[0], "tmpfs", 0, NULL) < 0)
		die("mount");
}

static void op_detach(char **words)
{
	if (umount2(words[0], MNT_DETACH) < 0)
		die("umount");
}

/* ---- what the kernel itself holds ---- */

static void attach_loop(const char *path, int access)
{
	int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC), fd, loop, number;
	struct loop_config config = {
		.info.lo_flags = access == O_RDONLY ? LO_FLAGS_READ_ONLY : 0};
	char name[32];

	number = control < 0 ? -1 : ioctl(control, LOOP_CTL_GET_FREE);
	if (number < 0)
		die("loop-control");
	snprintf(name, sizeof(name), "/dev/loop%d", number);
	snprintf((char *)config.info.lo_file_name, LO_NAME_SIZE, "%s", path);
	fd = open(path, access | O_CLOEXEC);
	loop = open(name, access | O_CLOEXEC);
	config.fd = (uint32_t)fd;
	if (fd < 0 || loop < 0 || ioctl(loop, LOOP_CONFIGURE, &config) < 0)
		die(name);
	close(loop);
	close(fd);
	close(control);
}

static void op_loop(char **words)
{
	attach_loop(node(words[0]), O_RDWR);
}

static void op_loop_file(char **words)
{
	attach_loop(words[0], O_RDONLY);
}

static void op_swap(char **words)
{
	if (swapon(node(words[0]), 0) < 0)
		die("swapon");
}

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		die(path);
	close(fd);
}

/* A mirror of one, without mdadm: through /sys (the kernel's admin-guide/md.rst). */
static void op_array(char **words)
{
	char md[256], number[32], slot[512];

	number_print(words[1], number, sizeof(number));
	put("/sys/module/md_mod/parameters/new_array", words[0]);
	snprintf(md, sizeof(md), "/sys/block/%s/md/", words[0]);
	put(join(md, "metadata_version"), "none");
	put(join(md, "level"), "raid1");
	put(join(md, "raid_disks"), "1");
	put(join(md, "new_dev"), number);
	snprintf(slot, sizeof(slot), "%sdev-dm-%s/slot", md, strchr(number, ':') + 1);
	put(slot, "0");
	put(join(md, "component_size"), "960"); /* KiB */
	put(join(md, "array_state"), "readonly");
}

static void op_target(char **words)
{
	static unsigned next;
	char backstores[64], folder[256], file[300], path[256];

	snprintf(backstores, sizeof(backstores),
		"/sys/kernel/config/target/core/iblock_%u", next++);
	snprintf(folder, sizeof(folder), "%s/%s", backstores, words[0]);
	if (mkdir(backstores, 0755) < 0 || mkdir(folder, 0755) < 0)
		die(folder);
	snprintf(path, sizeof(path), "udev_path=%s", node(words[1]));
	snprintf(file, sizeof(file), "%s/control", folder);
	put(file, path);
	snprintf(file, sizeof(file), "%s/enable", folder);
	put(file, "1");
}

/* ---- data ---- */

static unsigned char *block_of_noise(unsigned seed)
{
	static unsigned char *block;

	if (!block && posix_memalign((void **)&block, BLOCK, BLOCK) != 0)
		die("memory");
	for (unsigned i = 0; i < BLOCK; i++) {
		seed = seed * 1103515245u + 12345u;
		block[i] = (unsigned char)(seed >> 16);
	}
	return block;
}

/* Without a cache: what is written reaches the device, and an error the writer. true: no
 * error */
static bool write_noise(const char *name, off_t begin, off_t length)
{
	int fd = open(node(name), O_WRONLY | O_DIRECT | O_CLOEXEC);
	bool is_whole = true;

	if (fd < 0)
		die("open");
	if (length < 0)
		length = lseek(fd, 0, SEEK_END) - begin;
	for (off_t at = begin; at < begin + length && is_whole; at += BLOCK)
		is_whole = pwrite(fd, block_of_noise((unsigned)at), BLOCK, at) == BLOCK;
	close(fd);
	return is_whole;
}

static void op_write(char **words)
{
	if (!write_noise(words[0], atol(words[1]) * 1024, atol(words[2]) * 1024))
		die("write");
}

/* The COW is too small for all of it. */
static void op_overflow(char **words)
{
	if (write_noise(words[0], atol(words[1]) * 1024, atol(words[2]) * 1024))
		die("it did not overflow");
}

static void op_fill(char **words)
{
	if (!write_noise(words[0], 0, -1))
		die("write");
}

static void op_copy(char **words)
{
	static char chunk[1 << 16], zeros[1 << 16];
	int from = open(words[0], O_RDONLY | O_CLOEXEC),
	    to = open(words[1], O_WRONLY | O_CLOEXEC);
	off_t at = atol(words[2]);
	ssize_t n;

	if (from < 0 || to < 0)
		die("open");
	for (; (n = read(from, chunk, sizeof(chunk))) > 0; at += n)
		if (memcmp(chunk, zeros, (size_t)n) != 0 &&
			pwrite(to, chunk, (size_t)n, at) != n)
			die("write");
	close(from);
	close(to);
}

/* ---- the script ---- */

static const struct operation {
	const char *name;
	void (*run)(char **words);
	unsigned words;
} operations[] = {
	{"array", op_array, 2},	  /* MD-NAME NAME */
	{"copy", op_copy, 3},	  /* FILE DISK OFFSET */
	{"cover", op_cover, 1},	  /* FOLDER: something else is mounted there */
	{"create", op_create, 3}, /* NAME UUID|- TABLE */
	{"cwd", op_cwd, 2},	  /* COMM FOLDER */
	{"detach", op_detach, 1}, /* FOLDER: a lazy umount */
	{"elsewhere", op_elsewhere,
		3},	      /* COMM NAME FOLDER: mounted in a namespace of its own */
	{"file", op_file, 2}, /* COMM FILE */
	{"fill", op_fill, 1}, /* NAME */
	{"kpartx", op_kpartx, 1},	/* NAME */
	{"load", op_load, 2},		/* NAME TABLE: it waits */
	{"loop", op_loop, 1},		/* NAME */
	{"loop-file", op_loop_file, 1}, /* FILE */
	{"map", op_map, 2},		/* COMM FILE */
	{"mount", op_mount, 2},		/* NAME FOLDER */
	{"open", op_open, 2},		/* COMM NAME */
	{"overflow", op_overflow, 3},	/* NAME AT KIB */
	{"reload", op_reload, 2},	/* NAME TABLE */
	{"remove", op_remove, 1},	/* NAME */
	{"resume", op_resume, 1},	/* NAME */
	{"root", op_root, 2},		/* COMM FOLDER */
	{"slave", op_slave,
		1}, /* COMM: a namespace that the host's mounts propagate to */
	{"suspend", op_suspend, 1}, /* NAME */
	{"swap", op_swap, 1},	    /* NAME */
	{"target", op_target, 2},   /* LABEL NAME */
	{"write", op_write, 3},	    /* NAME AT KIB */
};

static void run_line(char *line)
{
	char *words[WORDS_MAX] = {0}, *rest = line;
	const char *name = strsep(&rest, " ");

	for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
		const struct operation *operation = &operations[i];

		if (strcmp(operation->name, name) != 0)
			continue;
		/* the last one may have blanks */
		for (unsigned w = 0; w < operation->words; w++)
			words[w] = w + 1 < operation->words ? strsep(&rest, " ") : rest;
		if (operation->words && !words[operation->words - 1])
			die("words are missing");
		operation->run(words);
		return;
	}
	errno = EINVAL;
	die("no such operation");
}

int main(int argc, char **argv)
{
	static char line[LINE_MAX_BYTES], copy[LINE_MAX_BYTES];
	FILE *script = argc == 3 ? fopen(argv[1], "re") : NULL;

	holders = argc == 3 ? fopen(argv[2], "ae") : NULL;
	if (!script || !holders) {
		fputs("usage: random_build SCRIPT HOLDERS\n", stderr);
		return 2;
	}
	dm_udev_set_sync_support(0);	   /* udevd is away */
	setvbuf(holders, NULL, _IONBF, 0); /* a child must not write it once more */
	while (fgets(line, sizeof(line), script)) {
		line[strcspn(line, "\n")] = '\0';
		strcpy(copy, line);
		current = copy;
		run_line(line);
	}
	dm_lib_release();
	return fclose(script) == 0 && fclose(holders) == 0 ? 0 : 1;
}
