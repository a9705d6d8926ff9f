/* SPDX-License-Identifier: Apache-2.0 */
/* See program.h. */
#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "known.h"
#include "planning.h"
#include "snapstate/cleanup.h"
#include "snapstate/exit.h"
#include "snapstate/host/places.h"
#include "snapstate/option.h"
#include "snapstate/record.h"
#include "wrap.h"

int program_fail(const struct err *err, int code)
{
	fprintf(stderr, "snapstate-plan: %s\n", err->msg);
	return code;
}

int program_print(const struct buf *output, int code)
{
	fputs(buf_text(output), stdout);
	return option_end_output("snapstate-plan", code);
}

unsigned program_width(void)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;

	if (columns && *columns >= '1' && *columns <= '9')
		return (unsigned)strtoul(columns, NULL, 10);
	if (isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
		return size.ws_col;
	return 0;
}

unsigned program_prose_width(void)
{
	unsigned width = program_width();

	if (!width)
		return WRAP_WIDTH;
	if (width < WRAP_WIDTH_MIN)
		return WRAP_WIDTH_MIN;
	return width > WRAP_WIDTH_MAX ? WRAP_WIDTH_MAX : width;
}

/* https://no-color.org */
bool program_has_colour(const struct options *options)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

	if (options->color != COLOR_AUTO)
		return options->color == COLOR_ALWAYS;
	if (no_color && *no_color)
		return false;
	return isatty(STDOUT_FILENO) && term && strcmp(term, "dumb") != 0;
}

int program_publish(
	const char *file, unsigned mode, const struct buf *text, struct err *err)
{
	return file ? file_publish(file, mode, text->data, text->len, err) : 0;
}

/* ---- plans ---- */

int program_make_plans(struct fleet *fleet, struct err *err)
{
	int r = fleet_survey(fleet, err);

	if (r == 0)
		r = fleet_order(fleet, err);
	if (r < 0)
		return r;
	r = fleet_prove(fleet, err);
	if (r < 0)
		err_wrap(err,
			"%s cannot be proven, which is a bug in snapstate-plan; nothing "
			"was written",
			fleet->n_members == 1 ? "this plan" : "these plans");
	return r;
}

static bool has_folder(const struct options *options, const struct fleet *fleet)
{
	return options->plan_file && (fleet->n_members > 1 || options->is_many);
}

int program_make_folder(
	const struct options *options, const struct fleet *fleet, struct err *err)
{
	const char *folder = options->plan_file;

	if (has_folder(options, fleet) && mkdir(folder, 0777) < 0 && errno != EEXIST)
		return err_errno(err, errno, "make the folder %s", folder);
	return 0;
}

static char *path_of(
	const struct options *options, const struct fleet *fleet, size_t plan)
{
	struct buf path = BUF_INIT;

	buf_puts(&path, options->plan_file);
	if (has_folder(options, fleet))
		buf_printf(&path, "/%s", fleet->plans[plan].file);
	return path.data;
}

static void unpublish(
	const struct options *options, const struct fleet *fleet, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		cleanup_free char *path = path_of(options, fleet, i);

		unlink(path);
	}
}

int program_publish_plans(
	const struct options *options, const struct fleet *fleet, struct err *err)
{
	for (size_t i = 0; options->plan_file && i < fleet->n_plans; i++) {
		cleanup_free char *path = path_of(options, fleet, i);

		if (program_publish(path, 0755, &fleet->plans[i].text, err) < 0) {
			unpublish(options, fleet, i);
			return err->code;
		}
	}
	return 0;
}

/* ---- input ---- */

/* What a file of ours, or about as known, begins with. */
static const struct file_kind {
	const char *begin, *name;
} kinds[] = {
	{"\x1f\x8b", "a capture, or another archive"},
	{"#!/usr/sbin/snapstate-execute", "a plan"},
	{"snapstate-plan ", "a plan"},
	{"snapstate-journal ", "a journal of snapstate-execute"},
	{"snapstate-redaction-key ", "a key of pseudonyms"},
	{"<!DOCTYPE html>", "a page"},
	{"{", "JSON"},
	{"-----BEGIN ", "a key or a signature"},
	{"# ", "a policy, or another text"},
	{"rule ", "a policy"},
};

/* NULL: none that is known. */
static const struct file_kind *kind_of(const struct buf *bytes)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		size_t len = strlen(kinds[i].begin);

		if (bytes->len >= len && memcmp(bytes->data, kinds[i].begin, len) == 0)
			return &kinds[i];
	}
	return NULL;
}

/* Not compressed: tar(5). */
static bool is_tar(const struct buf *bytes)
{
	return bytes->len > 262 && memcmp(bytes->data + 257, "ustar", 5) == 0;
}

static int wrong_kind(
	const char *name, const char *kind, const char *wanted, struct err *err)
{
	return err_set(err, -EBADMSG, "%s: is %s (%s)", name, kind, wanted);
}

/* "-" is standard input. */
static int read_archive(const char *name, struct buf *ret_archive, struct err *err)
{
	const struct file_kind *kind;
	int r = strcmp(name, "-") == 0 ? file_read_fd(STDIN_FILENO, "standard input",
						 RECORD_ARCHIVE_MAX, ret_archive, err)
				       : file_read_regular(AT_FDCWD, name,
						 RECORD_ARCHIVE_MAX, ret_archive, err);

	if (r < 0)
		return r;
	kind = kind_of(ret_archive);
	if (kind == &kinds[0] || (!kind && is_tar(ret_archive)))
		return 0;
	return wrong_kind(name, kind ? kind->name : "no archive",
		"snapstate-plan wants a capture", err);
}

int program_read_capture(const char *name, struct host **ret_host,
	char ret_sha256[SHA256_HEX_LEN + 1], struct err *err)
{
	cleanup_buf struct buf archive = BUF_INIT;
	int r = read_archive(name, &archive, err);

	if (r < 0)
		return r;
	sha256_hex(buf_text(&archive), archive.len, ret_sha256);
	r = record_read(archive.data, archive.len, name, ret_host, err);
	if (r == 0)
		host_index_build(*ret_host);
	return r;
}

/* A name alone is also that of a shipped one; a file of the user's comes first. */
static int read_policy(const char *name, struct policy *policy, struct err *err)
{
	const char *shipped = known_text(name);
	const struct file_kind *kind;
	cleanup_buf struct buf text = BUF_INIT, names = BUF_INIT;

	if (file_read_regular(AT_FDCWD, name, POLICY_BYTES_MAX, &text, err) == 0) {
		kind = kind_of(&text);
		if (kind && !strstr(kind->name, "policy"))
			return wrong_kind(
				name, kind->name, "--policy wants a policy", err);
		return policy_read(buf_text(&text), text.len, name, policy, err);
	}
	if (err->code != -ENOENT || strchr(name, '/'))
		return err->code;
	if (shipped)
		return policy_read(shipped, strlen(shipped), name, policy, err);
	known_names(&names);
	return err_set(err, -ENOENT,
		"no file %s, and no policy of that name in this program, which has %s",
		name, buf_text(&names));
}

int program_read_policies(const struct options *options, struct request *request,
	struct policy *ret_policy, struct err *err)
{
	for (size_t i = 0; i < options->n_policies; i++)
		if (read_policy(options->policies[i], ret_policy, err) < 0)
			return err->code;
	policy_set_age(ret_policy, (uint64_t)options->request.min_age);
	request->rules = ret_policy->rules;
	request->n_rules = ret_policy->n_rules;
	return 0;
}
