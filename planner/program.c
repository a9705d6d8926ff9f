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
#include "snapstate/kind.h"
#include "snapstate/option.h"
#include "snapstate/publish_check.h"
#include "snapstate/record.h"
#include "wrap.h"

int program_fail(const struct err *err, int code)
{
	fprintf(stderr, "snapstate-plan: %s\n", err->msg);
	return code;
}

int program_print(const struct buf *output, int code)
{
	return program_print_to(stdout, output, code);
}

int program_print_to(FILE *file, const struct buf *output, int code)
{
	fputs(buf_text(output), file);
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

/* What is to be written to standard output is there alone: people read the rest. */
FILE *program_words_to(const struct options *options)
{
	return options_is_stdout(options->plan_file) ||
			       options_is_stdout(options->html_file) ||
			       options_is_stdout(options->dot_file)
		       ? stderr
		       : stdout;
}

int program_check_outputs(const struct options *options, struct err *err)
{
	const char *const files[] = {
		options->plan_file, options->html_file, options->dot_file};
	bool may_be_folder = options->is_many || options->n_captures > 1;
	int r = 0;

	/* page and graph may be meant for the folder, which is not there yet */
	for (size_t i = may_be_folder ? 3 : 0; r == 0 && i < 3; i++)
		if (files[i] && !options_is_stdout(files[i]))
			r = file_publish_check(files[i], err);
	return r;
}

int program_publish(
	const char *file, unsigned mode, const struct buf *text, struct err *err)
{
	if (!options_is_stdout(file))
		return file ? file_publish(file, mode, text->data, text->len, err) : 0;
	if (fwrite(text->data, 1, text->len, stdout) == text->len && fflush(stdout) == 0)
		return 0;
	return err_set(err, -errno, "cannot write standard output: %s", strerror(errno));
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

/* "-" is standard input. */
static int read_named(
	const char *name, size_t max, struct buf *ret_bytes, struct err *err)
{
	return strcmp(name, "-") == 0
		       ? file_read_input(max, ret_bytes, err)
		       : file_read_regular(AT_FDCWD, name, max, ret_bytes, err);
}

int program_read_capture(const char *name, struct host **ret_host,
	char ret_sha256[SHA256_HEX_LEN + 1], struct err *err)
{
	cleanup_buf struct buf archive = BUF_INIT;
	int r = read_named(name, RECORD_ARCHIVE_MAX, &archive, err);

	if (r == 0)
		r = file_kind_check(name, &archive, KIND_CAPTURE, err);
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
	cleanup_buf struct buf text = BUF_INIT, names = BUF_INIT;
	int r = read_named(name, POLICY_BYTES_MAX, &text, err);

	if (r == 0)
		r = file_kind_check(name, &text, KIND_POLICY, err);
	if (r == 0)
		return policy_read(buf_text(&text), text.len, name, policy, err);
	if (err->code != -ENOENT || strchr(name, '/'))
		return err->code;
	if (shipped)
		return policy_read(shipped, strlen(shipped), name, policy, err);
	known_names(&names);
	return err_set(err, -ENOENT,
		"%s: no such file, and no such policy in this program, which has %s",
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
