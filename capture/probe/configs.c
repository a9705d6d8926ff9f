/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What units of systemd, automount maps and configurations of guests name: host->configs,
 * and the source "configs". Each file is read whole, and is forgotten but for the lines
 * that name a device: there are passwords in some.
 *
 * Guests' configurations may be written by others than root, may be anything, and may be
 * on a file system that hangs: /etc/pve is one of FUSE (pmxcfs), and answers nothing
 * while its cluster hangs. So children read them, which can be given up; only regular
 * files, of limited size and number.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "parts.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/config.h"
#include "snapstate/host/source.h"
#include "snapstate/io.h"
#include "snapstate/text.h"

#define CONFIG_SECONDS	   10
#define CONFIG_ANSWER_MAX  (16u << 20)
#define CONFIG_FOLDER_MAX  10000 /* names in one folder */
#define CONFIG_OUTCOME_MAX 256

/* What a child reads, and how it went. */
struct sweep {
	const struct machine *machine;
	struct host *host; /* takes what is found */
	struct text_storages storages;
	enum outcome outcome;
	char detail[CONFIG_OUTCOME_MAX];
};

/* The first trouble is told. */
static void note_trouble(struct sweep *sweep, enum outcome outcome, const char *path)
{
	if (sweep->outcome != OUTCOME_READ)
		return;
	sweep->outcome = outcome;
	snprintf(sweep->detail, sizeof(sweep->detail), "/%.200s", path);
}

/* ---- in a child ---- */

/* O_PATH first: a name may be a link to a block device, which must not be opened. */
static int open_regular(const struct machine *machine, const char *path)
{
	cleanup_close int fd = openat(machine->root, path, O_PATH | O_CLOEXEC);
	char again[64];
	struct stat st;
	int opened;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EBADMSG;
	snprintf(again, sizeof(again), "/proc/self/fd/%d", fd);
	opened = open(again, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	return opened < 0 ? -errno : opened;
}

/* What is no regular file is no configuration: a masked unit is a link to /dev/null. */
static bool read_file(struct sweep *sweep, const char *path, struct buf *ret_text)
{
	cleanup_close int fd = open_regular(sweep->machine, path);
	int r = fd < 0 ? fd : file_read_fd(fd, path, TEXT_CONFIG_MAX, ret_text, NULL);

	if (r < 0 && r != -EBADMSG && r != -ENOENT && r != -ELOOP)
		note_trouble(sweep, outcome_of_errno(r), path);
	return r == 0;
}

static void read_config(struct sweep *sweep, enum config_kind kind, const char *path)
{
	cleanup_buf struct buf text = BUF_INIT, file = BUF_INIT;

	if (!read_file(sweep, path, &text))
		return;
	buf_printf(&file, "/%s", path);
	if (!text_config_read(
		    sweep->host, kind, buf_text(&file), &text, &sweep->storages))
		note_trouble(sweep, OUTCOME_TRUNCATED, path);
}

static void read_pool(struct sweep *sweep, const char *path)
{
	cleanup_buf struct buf text = BUF_INIT;

	if (read_file(sweep, path, &text))
		text_libvirt_pool_read(buf_text(&text), text.len, &sweep->storages);
	if (sweep->storages.is_full)
		note_trouble(sweep, OUTCOME_TRUNCATED, path);
}

static bool has_end(const char *name, const char *end)
{
	size_t len = strlen(name), end_len = strlen(end);

	return len > end_len && strcmp(name + len - end_len, end) == 0;
}

/* Calls `visit` for each name in the folder. */
static void walk_folder(struct sweep *sweep, const char *folder,
	void (*visit)(struct sweep *sweep, const char *folder, const char *name))
{
	DIR *dir = machine_dir(sweep->machine, "%s", folder);
	const char *name;
	unsigned count = 0;

	if (!dir) {
		if (errno != ENOENT && errno != ENOTDIR)
			note_trouble(sweep, outcome_of_errno(errno), folder);
		return;
	}
	errno = 0;
	while ((name = dir_next(dir))) {
		if (++count > CONFIG_FOLDER_MAX) {
			note_trouble(sweep, OUTCOME_TRUNCATED, folder);
			break;
		}
		visit(sweep, folder, name);
		errno = 0;
	}
	if (!name && errno)
		note_trouble(sweep, outcome_of_errno(errno), folder);
	closedir(dir);
}

static void visit_with(
	struct sweep *sweep, const char *folder, const char *name, enum config_kind kind)
{
	cleanup_buf struct buf path = BUF_INIT;

	buf_printf(&path, "%s/%s", folder, name);
	read_config(sweep, kind, buf_text(&path));
}

static void visit_mount_part(struct sweep *sweep, const char *folder, const char *name)
{
	if (has_end(name, ".conf"))
		visit_with(sweep, folder, name, CONFIG_MOUNT);
}

static void visit_swap_part(struct sweep *sweep, const char *folder, const char *name)
{
	if (has_end(name, ".conf"))
		visit_with(sweep, folder, name, CONFIG_SWAP);
}

static void visit_unit(struct sweep *sweep, const char *folder, const char *name)
{
	cleanup_buf struct buf path = BUF_INIT;

	buf_printf(&path, "%s/%s", folder, name);
	if (has_end(name, ".mount"))
		read_config(sweep, CONFIG_MOUNT, buf_text(&path));
	else if (has_end(name, ".swap"))
		read_config(sweep, CONFIG_SWAP, buf_text(&path));
	else if (has_end(name, ".mount.d"))
		walk_folder(sweep, buf_text(&path), visit_mount_part);
	else if (has_end(name, ".swap.d"))
		walk_folder(sweep, buf_text(&path), visit_swap_part);
}

static void visit_pool(struct sweep *sweep, const char *folder, const char *name)
{
	cleanup_buf struct buf path = BUF_INIT;

	buf_printf(&path, "%s/%s", folder, name);
	if (has_end(name, ".xml"))
		read_pool(sweep, buf_text(&path));
}

static void visit_domain(struct sweep *sweep, const char *folder, const char *name)
{
	if (has_end(name, ".xml"))
		visit_with(sweep, folder, name, CONFIG_LIBVIRT);
}

/* Their names have no rule; what is no guest's names no device. */
static void visit_xen(struct sweep *sweep, const char *folder, const char *name)
{
	visit_with(sweep, folder, name, CONFIG_XEN);
}

/* autofs(5): auto.master, and the maps, which are called auto.NAME by custom. */
static void visit_automount(struct sweep *sweep, const char *folder, const char *name)
{
	if (strncmp(name, "auto.", 5) == 0)
		visit_with(sweep, folder, name, CONFIG_AUTOFS);
}

static void visit_proxmox(struct sweep *sweep, const char *folder, const char *name)
{
	if (has_end(name, ".conf"))
		visit_with(sweep, folder, name, CONFIG_PROXMOX);
}

static void read_local(struct sweep *sweep)
{
	/* systemd.unit(5) */
	static const char *const units[] = {"etc/systemd/system", "run/systemd/system",
		"run/systemd/transient", "run/systemd/generator.early",
		"run/systemd/generator", "run/systemd/generator.late",
		"usr/local/lib/systemd/system", "usr/lib/systemd/system"};
	static const char *const domains[] = {
		"etc/libvirt/qemu", "etc/libvirt/libxl", "etc/libvirt/lxc"};
	static const char *const xen[] = {"etc/xen", "etc/xen/auto"};
	static const char *const maps[] = {"etc", "etc/autofs"};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		walk_folder(sweep, units[i], visit_unit);
	walk_folder(sweep, "etc/libvirt/storage", visit_pool);
	for (size_t i = 0; i < sizeof(domains) / sizeof(domains[0]); i++)
		walk_folder(sweep, domains[i], visit_domain);
	for (size_t i = 0; i < sizeof(xen) / sizeof(xen[0]); i++)
		walk_folder(sweep, xen[i], visit_xen);
	for (size_t i = 0; i < sizeof(maps) / sizeof(maps[0]); i++)
		walk_folder(sweep, maps[i], visit_automount);
}

/* "local-lvm:vm-100-disk-0" is a volume of the group that storage.cfg names. */
static void read_proxmox(struct sweep *sweep)
{
	cleanup_buf struct buf text = BUF_INIT;

	if (read_file(sweep, "etc/pve/storage.cfg", &text))
		text_proxmox_storages_read(buf_text(&text), text.len, &sweep->storages);
	if (sweep->storages.is_full)
		note_trouble(sweep, OUTCOME_TRUNCATED, "etc/pve/storage.cfg");
	walk_folder(sweep, "etc/pve/qemu-server", visit_proxmox);
	walk_folder(sweep, "etc/pve/lxc", visit_proxmox);
}

/* One line of words for each, and at the end the outcome. */
static void print_sweep(const struct sweep *sweep, struct buf *text)
{
	for (size_t i = 0; i < sweep->host->n_configs; i++) {
		const struct config_entry *entry = &sweep->host->configs[i];

		buf_printf(text, "%s %u ", config_kind_name(entry->kind), entry->line);
		buf_word(text, entry->file);
		buf_puts(text, " ");
		buf_word(text, entry->device);
		buf_puts(text, " ");
		buf_word(text, entry->target);
		buf_puts(text, "\n");
	}
	buf_printf(text, "%s ", outcome_name(sweep->outcome));
	buf_word(text, sweep->detail);
	buf_puts(text, "\n");
}

/* ---- its answer ---- */

/* The next word of `*line`; "": there is none, or it is not one. */
static const char *take_word(struct host *host, const char **line)
{
	size_t len = strcspn(*line, " \n");
	cleanup_free char *word = NULL;
	const char *taken = "";

	if (len && word_decode(*line, len, &word) == 0)
		taken = host_string(host, word);
	*line += len;
	*line += **line == ' ';
	return taken;
}

/* true: that was the last line, the outcome. */
static bool take_line(struct host *host, const char *line)
{
	const char *first = take_word(host, &line);
	struct config_entry entry = {.line = 0};
	enum outcome outcome;
	uint64_t number = 0;
	const char *digits;

	if (outcome_parse(first, &outcome) == 0) {
		if (outcome != OUTCOME_READ)
			host_source_set(
				host, "configs", outcome, "%s", take_word(host, &line));
		return true;
	}
	digits = take_word(host, &line);
	if (config_kind_parse(first, &entry.kind) < 0 ||
		parse_u64(digits, strlen(digits), 10, &number) < 0)
		return false;
	entry.line = (uint32_t)number;
	entry.file = take_word(host, &line);
	entry.device = take_word(host, &line);
	entry.target = take_word(host, &line);
	*array_add(&host->configs, &host->n_configs) = entry;
	return false;
}

static bool take_answer(struct host *host, const struct buf *answer)
{
	const char *line = buf_text(answer);
	bool is_whole = false;

	while (*line && !is_whole) {
		const char *next = strchr(line, '\n');

		if (!next)
			break;
		is_whole = take_line(host, line);
		line = next + 1;
	}
	return is_whole;
}

struct task {
	const struct machine *machine;
	void (*read)(struct sweep *sweep);
};

static int run_task(void *context)
{
	const struct task *task = context;
	struct sweep sweep = {
		.machine = task->machine, .host = host_new(), .outcome = OUTCOME_READ};
	struct buf text = BUF_INIT;
	int r;

	task->read(&sweep);
	print_sweep(&sweep, &text);
	r = child_answer(&text) < 0;
	buf_free(&text);
	text_storages_free(&sweep.storages);
	host_free(sweep.host);
	return r;
}

static void sweep_in_child(const struct machine *machine, struct host *host,
	const char *what, void (*read)(struct sweep *sweep))
{
	const struct child_limits limits = {
		.seconds = CONFIG_SECONDS,
		.max = CONFIG_ANSWER_MAX,
		.deadline_ms = machine->deadline_ms,
		.ends_itself = true,
	};
	struct task task = {machine, read};
	cleanup_buf struct buf answer = BUF_INIT, unused = BUF_INIT;
	struct err err = ERR_INIT;
	int r = child_run(&limits, run_task, &task, &answer, &unused, &err);

	if (r < 0)
		host_source_set(host, "configs", outcome_of_errno(r), "%s: %s", what,
			strerror(-r));
	else if (r > 0 || !take_answer(host, &answer))
		host_source_set(
			host, "configs", OUTCOME_UNSUPPORTED, "%s: not read", what);
}

void probe_configs(const struct machine *machine, struct host *host)
{
	host_source_set(host, "configs", OUTCOME_READ, "%s", "");
	sweep_in_child(machine, host, "units, automount maps and guests", read_local);
	if (machine_exists(machine, "etc/pve"))
		sweep_in_child(machine, host, "/etc/pve", read_proxmox);
}
