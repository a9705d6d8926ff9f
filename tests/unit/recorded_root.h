/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A recorded machine for tests of the probe: a root folder made from a declaration, and
 * operations of device-mapper and LVM that answer from tables. No root, no lab.
 */
#ifndef SNAPSTATE_TEST_RECORDED_ROOT_H
#define SNAPSTATE_TEST_RECORDED_ROOT_H

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "snapstate/host.h"
#include "snapstate/host/device.h"
#include "snapstate/probe.h"

/* No kernel gives this major number to anything: real devices cannot be taken for these.
 */
#define FAKE_MAJOR 700

/* One entry of the root. "-> TEXT" makes a link, NULL a folder. Parents are made. */
struct entry {
	const char *path;
	const char *content;
};

struct fake_device {
	uint32_t minor;
	const char *name;
	const char *uuid;
	const char *type;
	const char *params; /* of multipath: its status */
	uint32_t below;	    /* minor of the device it stands on; 0 = none */
	unsigned flags;
};

/* One answer of lvm to one command ("fullreport", "lvscan"), or of a disk ("metadata").
 */
struct fake_lvm {
	const char *command;
	int result;
	const char *out;
	const char *err_text;
};

struct fake {
	char root[64];
	const struct fake_device *devices;
	size_t n_devices;
	int dm_result;	     /* of the list */
	unsigned n_restless; /* lists that differ from the one before */
	unsigned n_lists;
	unsigned n_vanishing; /* reads that find the device gone */
	uint32_t open_minor;  /* this one is open once */
	const struct fake_lvm *lvm;
	const char *lvm_version; /* NULL: that of Debian 12 */
	unsigned n_lvm_versions; /* how often that was asked, or for settings */
	const char *labels[4][2]; /* of physical volumes: path, uuid */
	size_t n_lvm, at_lvm; /* answers are given in order, the last one for ever */
	char calls[8192];     /* every command line, one a line */
};

static inline void root_put(const char *root, const char *path, const char *content)
{
	char full[512], parent[512];

	snprintf(full, sizeof(full), "%s/%s", root, path);
	for (char *slash = strchr(full + strlen(root) + 1, '/'); slash;
		slash = strchr(slash + 1, '/')) {
		snprintf(parent, (size_t)(slash - full) + 1, "%s", full);
		mkdir(parent, 0755);
	}
	if (!content) {
		mkdir(full, 0755);
	} else if (strlen(content) > 3 && strncmp(content, "-> ", 3) == 0) {
		if (symlink(content + 3, full) < 0)
			abort();
	} else {
		FILE *file = fopen(full, "w");

		if (!file || fputs(content, file) < 0 || fclose(file) != 0)
			abort();
	}
}

static inline int root_forget(
	const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

static inline int fake_list(void *context, struct host *host, struct err *err)
{
	struct fake *fake = context;

	fake->n_lists++;
	if (fake->dm_result < 0)
		return err_set(err, fake->dm_result, "no answer from the kernel");
	for (size_t i = 0; i < fake->n_devices; i++) {
		struct device *device = array_add(&host->devices, &host->n_devices);

		device->devno = (struct devno){FAKE_MAJOR, fake->devices[i].minor};
		device->name = host_string(host, fake->devices[i].name);
		device->uuid = host_string(host, fake->devices[i].uuid);
	}
	if (fake->n_lists <= fake->n_restless) {
		char name[32];

		snprintf(name, sizeof(name), "short-lived-%u", fake->n_lists);
		*array_add(&host->devices, &host->n_devices) =
			(struct device){.devno = {FAKE_MAJOR, 9000 + fake->n_lists},
				.name = host_string(host, name),
				.uuid = ""};
	}
	return 0;
}

static inline int fake_read(
	void *context, struct host *host, struct device *device, struct err *err)
{
	struct fake *fake = context;

	if (fake->n_vanishing && fake->n_vanishing--)
		return err_set(err, -ENXIO, "it is gone");
	for (size_t i = 0; i < fake->n_devices; i++) {
		const struct fake_device *from = &fake->devices[i];
		struct dm_target *target;

		if (from->minor != device->devno.minor)
			continue;
		target = array_add(&device->targets, &device->n_targets);
		target->length = 2048;
		target->type = host_string(host, from->type);
		target->params = host_string(host, from->params);
		target->status =
			strcmp(from->type, "multipath") == 0 ? target->params : "";
		device->flags = from->flags;
		device->open_count = fake->open_minor == from->minor;
		if (from->below)
			*array_add(&device->deps, &device->n_deps) =
				(struct devno){FAKE_MAJOR, from->below};
	}
	return 0;
}

static inline const char *fake_driver_version(void *context, struct host *host)
{
	(void)context;
	(void)host;
	return "4.47.0";
}

/* Each question is one that a runner would run; with any other word in it, it is not. */
static inline void check_question(const char *const argv[])
{
	const char *changed[256] = {0};
	size_t n = 0;

	for (; argv[n] && n < 255; n++)
		changed[n] = argv[n];
	if (!lvm_is_question(argv))
		abort();
	for (size_t i = 0; i < n; i++) {
		changed[i] = "--repair";
		if (lvm_is_question(changed))
			abort();
		changed[i] = argv[i];
	}
}

static inline int fake_lvm_answer(struct fake *fake, const char *const argv[],
	struct buf *ret_out, struct buf *ret_err_text, struct err *err)
{
	const struct fake_lvm *answer = &fake->lvm[fake->at_lvm];
	size_t used = strlen(fake->calls);

	for (size_t i = 0; argv[i]; i++)
		used += (size_t)snprintf(fake->calls + used, sizeof(fake->calls) - used,
			"%s%s", argv[i], argv[i + 1] ? " " : "\n");
	if (fake->n_lvm == 0 || strcmp(answer->command, argv[1]) != 0)
		return err_set(err, -ENOENT, "no answer for lvm %s", argv[1]);
	if (fake->at_lvm + 1 < fake->n_lvm)
		fake->at_lvm++;
	if (answer->out)
		buf_puts(ret_out, answer->out);
	if (answer->err_text)
		buf_puts(ret_err_text, answer->err_text);
	if (answer->result < 0)
		err_set(err, answer->result, "lvm did not end well");
	return answer->result;
}

static inline int fake_lvm_run(void *context, const char *const argv[], unsigned seconds,
	size_t max, struct buf *ret_out, struct buf *ret_err_text, struct err *err)
{
	struct fake *fake = context;

	(void)seconds;
	(void)max;
	check_question(argv);
	if (strcmp(argv[1], "version") == 0) {
		fake->n_lvm_versions++;
		buf_printf(ret_out, "  LVM version:     %s\n",
			fake->lvm_version ? fake->lvm_version
					  : "2.03.16(2) (2022-05-18)");
		return 0;
	}
	if (strcmp(argv[1], "dumpconfig") == 0) {
		fake->n_lvm_versions++;
		buf_puts(ret_err_text,
			"  Configuration node global/metadata_read_only not found\n");
		return 5;
	}
	return fake_lvm_answer(context, argv, ret_out, ret_err_text, err);
}

/* Not a command: its line begins with another word. */
static inline int fake_lvm_metadata(const struct machine *machine, const char *path,
	struct devno devno, unsigned seconds, struct buf *ret_text, struct err *err)
{
	const char *const words[] = {"disk", "metadata", path, NULL};
	struct buf said = BUF_INIT;
	int r = fake_lvm_answer(machine->context, words, ret_text, &said, err);

	(void)devno;
	(void)seconds;
	if (r > 0)
		r = err_set(err, -EBADMSG, "%s", buf_text(&said));
	buf_free(&said);
	return r;
}

static inline int fake_lvm_label(const struct machine *machine, const char *path,
	struct devno devno, unsigned seconds, struct buf *ret_uuid, struct err *err)
{
	const struct fake *fake = machine->context;

	(void)devno;
	(void)seconds;
	for (size_t i = 0; i < 4 && fake->labels[i][0]; i++)
		if (strcmp(fake->labels[i][0], path) == 0) {
			buf_puts(ret_uuid, fake->labels[i][1]);
			return 0;
		}
	return err_set(err, -EBADMSG, "no label of LVM's");
}

static inline void fake_clock(void *context, int64_t *ret_now, uint64_t *ret_uptime)
{
	(void)context;
	*ret_now = 1790000000;
	*ret_uptime = 500000;
}

static const struct dm_ops fake_dm_ops = {
	fake_list, fake_read, fake_driver_version, NULL};
static const struct lvm_ops fake_lvm_ops = {
	fake_lvm_run, fake_lvm_metadata, fake_lvm_label};

/* The root holds `entries`; ends with fake_close(). */
static inline void fake_open(struct fake *fake, struct machine *ret_machine,
	const struct entry *entries, size_t n_entries)
{
	snprintf(fake->root, sizeof(fake->root), "/tmp/snapstate-root-XXXXXX");
	if (!mkdtemp(fake->root) || chmod(fake->root, 0755) < 0)
		abort();
	for (size_t i = 0; i < n_entries; i++)
		root_put(fake->root, entries[i].path, entries[i].content);
	*ret_machine = (struct machine){
		.root = open(fake->root, O_RDONLY | O_DIRECTORY | O_CLOEXEC),
		.dm = &fake_dm_ops,
		.lvm = &fake_lvm_ops,
		.context = fake,
		.clock = fake_clock,
	};
}

static inline void fake_close(struct fake *fake, struct machine *machine)
{
	machine_close(machine);
	nftw(fake->root, root_forget, 16, FTW_DEPTH | FTW_PHYS);
}

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

#endif
