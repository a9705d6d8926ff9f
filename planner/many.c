/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Many captures in one run; see many.h.
 *
 * Input:  archives of strangers. Output: one index, or rows; with -o a folder for each
 * group with something to do.
 * Two rounds, both in processes of their own: a glance at each archive, which puts them
 * into groups (many/groups.h), then each group is read and judged as a run over its
 * captures alone would be. So memory is that of the largest group, and an archive that
 * cannot be read, or that takes its process with it, costs a line.
 * Invariant: --hosts-complete is a statement of the operator about all captures; where
 * one of them is missing it is not used.
 */
#include "many.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "groups.h"
#include "overview.h"
#include "jobs.h"
#include "known.h"
#include "planning.h"
#include "program.h"
#include "reports.h"
#include "snapstate/cleanup.h"
#include "snapstate/exit.h"
#include "snapstate/host.h"
#include "snapstate/io.h"
#include "snapstate/kind.h"

#define JOBS_OF_EACH 32 /* archives, and then groups, of one process at most */

struct many {
	const struct options *options;
	struct request request; /* whose captures are set in each group's process */
	struct captures captures;
	struct overview overview;
};

bool many_is_asked(const struct options *options)
{
	if (options->jobs || options->is_json_lines)
		return true;
	for (size_t i = 0; i < options->n_captures; i++) {
		struct stat stat_of;

		if (stat(options->captures[i], &stat_of) == 0 && S_ISDIR(stat_of.st_mode))
			return true;
	}
	return false;
}

/* ---- the first round: of each archive NODE MACHINE BOOT TAKEN BOOTED GROUP... ---- */

static void glance_at(const char *file, struct buf *line)
{
	cleanup_buf struct buf archive = BUF_INIT;
	struct glance glance = {0};
	struct err err = ERR_INIT;

	if (file_read_regular(AT_FDCWD, file, RECORD_ARCHIVE_MAX, &archive, &err) < 0 ||
		file_kind_check(file, &archive, KIND_CAPTURE, &err) < 0 ||
		record_glance(archive.data, archive.len, file, &glance, &err) < 0) {
		buf_puts(line, "! ");
		buf_tail(line, err.msg);
	} else {
		buf_printf(line, "%s %s %s %lld %lld", glance.node, glance.machine_id,
			glance.boot_id, (long long)glance.taken,
			(long long)glance.booted);
		for (size_t i = 0; i < glance.n_groups; i++)
			buf_printf(line, " %s", glance.groups[i]);
	}
	buf_puts(line, "\n");
	glance_free(&glance);
}

static void glance_work(void *context, size_t job, struct buf *ret_output)
{
	const struct many *many = context;

	if (!many->captures.items[job].error)
		glance_at(many->captures.items[job].file, ret_output);
}

static char *next_word(char **at)
{
	char *word;

	do
		word = strsep(at, " ");
	while (word && !*word);
	return word;
}

/* false: it is no such line. */
static bool read_glance(char *line, struct glance *ret)
{
	char *node = next_word(&line), *machine = next_word(&line);
	char *boot = next_word(&line), *taken = next_word(&line);
	char *booted = next_word(&line);
	uint64_t seconds;

	if (!booted || parse_u64(taken, strlen(taken), 10, &seconds) < 0)
		return false;
	for (char *group; (group = next_word(&line));) {
		if (strlen(group) != sizeof(*ret->groups) - 1)
			return false;
		memcpy(*array_add(&ret->groups, &ret->n_groups), group,
			sizeof(*ret->groups));
	}
	ret->node = xstrdup(node);
	ret->machine_id = xstrdup(machine);
	ret->boot_id = xstrdup(boot);
	ret->taken = (int64_t)seconds;
	ret->booted = strtoll(booted, NULL, 10);
	return true;
}

static bool take_glance(struct capture *capture, char *line)
{
	line[strcspn(line, "\n")] = '\0';
	return strncmp(line, "! ", 2) == 0
		       ? word_decode(line + 2, strlen(line + 2), &capture->error) == 0
		       : read_glance(line, &capture->glance);
}

static void glance_done(
	void *context, size_t job, const char *output, size_t len, const char *death)
{
	struct many *many = context;
	struct capture *capture = &many->captures.items[job];
	cleanup_free char *line = xstrndup(output, len);

	if (capture->error || (!death && take_glance(capture, line)))
		return;
	glance_free(&capture->glance);
	capture->glance = (struct glance){0};
	capture_set_error(capture, death ? death : "cannot be looked at");
}

static int share_out(struct many *many, struct jobs *jobs, struct err *err)
{
	jobs->context = many;
	jobs->at_once = many->options->jobs ? many->options->jobs : 1;
	/* so that no process has nothing to do when the others have much */
	jobs->each = jobs->count / jobs->at_once / 4 + 1;
	if (jobs->each > JOBS_OF_EACH)
		jobs->each = JOBS_OF_EACH;
	return jobs_run(jobs, err);
}

/* All of them, and then whether the operator's statement about them can be true. */
static int glance_all(struct many *many, struct err *err)
{
	struct captures *captures = &many->captures;
	struct jobs jobs = {
		.count = captures->count, .work = glance_work, .done = glance_done};
	bool is_known = true;

	if (share_out(many, &jobs, err) < 0)
		return err->code;
	captures_group(captures, FLEET_SPREAD_MAX);
	for (size_t i = 0; i < captures->count; i++)
		is_known = is_known && !captures->items[i].error &&
			   capture_tells_host(&captures->items[i]);
	many->request.is_hosts_complete = many->request.is_hosts_complete && is_known;
	return 0;
}

/* ---- the second round: a group, in its process ---- */

struct work {
	const struct many *many;
	const struct group *group;
	struct history *histories; /* by host: of the capture before its newest */
	struct buf *output;
};

static struct capture *capture_of(const struct work *work, size_t at)
{
	return &work->many->captures.items[work->group->captures[at]];
}

static void put_bad(struct work *work, const struct capture *capture, const char *why)
{
	overview_put_bad(work->output, capture->file, why);
}

/* What a glance says is not checked; what was read since is. */
static bool is_as_glanced(const struct capture *capture, const struct host *host)
{
	cleanup_buf struct buf machine = BUF_INIT, boot = BUF_INIT;

	buf_word(&machine, host->identity.machine_id);
	buf_word(&boot, host->identity.boot_id);
	return host->identity.taken == capture->glance.taken &&
	       boot_of(&host->identity).begin == capture->glance.booted &&
	       strcmp(buf_text(&boot), capture->glance.boot_id) == 0 &&
	       strcmp(buf_text(&machine), capture->glance.machine_id) == 0;
}

static void read_member(
	struct work *work, const struct capture *capture, struct fleet *fleet)
{
	char sha256[SHA256_HEX_LEN + 1];
	cleanup_host struct host *host = NULL;
	struct err err = ERR_INIT;

	if (program_read_capture(capture->file, &host, sha256, &err) < 0)
		put_bad(work, capture, err.msg);
	else if (!is_as_glanced(capture, host))
		put_bad(work, capture, "is not what it was at first sight");
	else
		fleet_add(fleet, capture->file, sha256, take_ptr(host));
}

static void put_bad_all(struct work *work, size_t moment, const char *why)
{
	for (size_t i = 0; i < work->group->n_captures; i++)
		if (capture_of(work, i)->moment == moment)
			put_bad(work, capture_of(work, i), why);
}

static size_t count_moment(const struct work *work, size_t moment)
{
	size_t count = 0;

	for (size_t i = 0; i < work->group->n_captures; i++)
		count += capture_of(work, i)->moment == moment;
	return count;
}

/* 0: its members are there, and asked about. */
static int read_moment(struct work *work, size_t moment, struct fleet *fleet)
{
	struct request *request = fleet->request;
	size_t count = count_moment(work, moment);

	if (count > FLEET_HOSTS_MAX) {
		cleanup_buf struct buf why = BUF_INIT;

		buf_printf(&why,
			"%zu hosts show volume groups in common: at most %d are judged "
			"together",
			count, FLEET_HOSTS_MAX);
		put_bad_all(work, moment, buf_text(&why));
		return -E2BIG;
	}
	for (size_t i = 0; i < work->group->n_captures; i++)
		if (capture_of(work, i)->moment == moment)
			read_member(work, capture_of(work, i), fleet);
	/* what the operator says of all captures holds where one of each host is read */
	request->is_hosts_complete =
		request->is_hosts_complete && fleet->n_members == work->group->n_hosts;
	return fleet->n_members ? 0 : -ENOENT;
}

static const struct capture *capture_of_member(
	const struct work *work, const struct member *member)
{
	for (size_t i = 0; i < work->group->n_captures; i++)
		if (capture_of(work, i)->file == member->file)
			return capture_of(work, i);
	return NULL;
}

/* ---- what becomes of one moment ---- */

static void put_exit(struct work *work, int code)
{
	const char words[] = {(char)('0' + code), '\0'};

	overview_put(work->output, OVERVIEW_EXIT, 1, (const char *const[]){words});
}

static bool has_steps(const struct fleet *fleet)
{
	for (size_t i = 0; i < fleet->n_plans; i++)
		if (fleet->plans[i].plan->n_steps)
			return true;
	return false;
}

static bool has_undecided(const struct report *report)
{
	size_t count = 0;

	for (size_t i = 0; i < report->n_hosts; i++)
		count += report->hosts[i].undecided;
	return count > 0;
}

/* The group's folder, where there is something to do: the review, then the plans. */
static int publish(const struct work *work, const struct report *report, struct err *err)
{
	struct options options = *work->many->options;
	cleanup_buf struct buf folder = BUF_INIT, file = BUF_INIT, review = BUF_INIT;

	if (!options.plan_file || (!has_steps(report->fleet) && !has_undecided(report) &&
					  !report_has_hazard(report)))
		return 0;
	buf_printf(&folder, "%s/%s", options.plan_file, work->group->name);
	buf_printf(&file, "%s/review.txt", buf_text(&folder));
	options.plan_file = buf_text(&folder);
	review_print(report, 0, false, &review);
	if (program_make_folder(&options, report->fleet, err) < 0 ||
		program_publish(buf_text(&file), 0644, &review, err) < 0)
		return err->code;
	return has_steps(report->fleet)
		       ? program_publish_plans(&options, report->fleet, err)
		       : 0;
}

static void put_changes(struct work *work, const struct fleet *fleet)
{
	for (size_t i = 0; i < fleet->n_members; i++) {
		const struct capture *capture =
			capture_of_member(work, &fleet->members[i]);

		if (capture && work->histories[capture->host].taken)
			overview_put_changes(&fleet->members[i],
				&work->histories[capture->host], work->output);
	}
}

static void tell_newest(struct work *work, const struct fleet *fleet)
{
	cleanup_buf struct buf folder = BUF_INIT;
	cleanup_report struct report report = {0};
	struct err err = ERR_INIT;

	if (work->many->options->plan_file)
		buf_printf(&folder, "%s/%s", work->many->options->plan_file,
			work->group->name);
	report_collect(fleet, folder.data, &report);
	overview_put_hosts(&report, work->group->name, work->output);
	put_changes(work, fleet);
	if (report_has_hazard(&report))
		put_exit(work, EXIT_HAZARD);
	else if (fleet_has_kept(fleet))
		put_exit(work, EXIT_REFUSED);
	if (publish(work, &report, &err) < 0) {
		put_bad_all(work, 0, err.msg);
		put_exit(work, EXIT_ENVIRONMENT);
	}
}

static void tell_rows(struct work *work, size_t moment, const struct fleet *fleet)
{
	cleanup_report struct report report = {0};

	report_collect(fleet, NULL, &report);
	rows_print(&report, moment == 0, work->output);
}

/* Only what the newest captures are compared with is kept of it. */
static void take_histories(struct work *work, const struct fleet *fleet)
{
	for (size_t i = 0; i < fleet->n_members; i++) {
		const struct capture *capture =
			capture_of_member(work, &fleet->members[i]);

		if (capture && capture->rank == 1)
			history_take(&fleet->members[i], &work->histories[capture->host]);
	}
}

static void judge_moment(struct work *work, size_t moment)
{
	struct request request = work->many->request;
	cleanup_fleet struct fleet fleet = {.request = &request};
	bool is_older = moment > 0 && !work->many->options->is_json_lines;
	struct err err = ERR_INIT;
	int r;

	if (read_moment(work, moment, &fleet) < 0)
		return;
	r = is_older ? fleet_survey(&fleet, &err) : program_make_plans(&fleet, &err);
	if (r < 0)
		put_bad_all(work, moment, err.msg);
	else if (work->many->options->is_json_lines)
		tell_rows(work, moment, &fleet);
	else if (is_older)
		take_histories(work, &fleet);
	else
		tell_newest(work, &fleet);
}

static bool is_wanted(const struct work *work, size_t moment)
{
	if (moment == 0 || work->many->options->is_json_lines)
		return true;
	for (size_t i = 0; i < work->group->n_captures; i++)
		if (capture_of(work, i)->moment == moment &&
			capture_of(work, i)->rank == 1)
			return true;
	return false;
}

static void group_work(void *context, size_t job, struct buf *ret_output)
{
	const struct many *many = context;
	const struct group *group = &many->captures.groups[job];
	struct work work = {.many = many,
		.group = group,
		.histories = xcalloc(group->n_hosts, sizeof(struct history)),
		.output = ret_output};

	for (size_t moment = group->n_moments; moment-- > 0;)
		if (is_wanted(&work, moment))
			judge_moment(&work, moment);
	for (size_t i = 0; i < group->n_hosts; i++)
		history_free(&work.histories[i]);
	free(work.histories);
}

/* ---- here ---- */

/* Rows are printed as they come; the rest is kept for the index. */
static void take_lines(struct many *many, const char *at, size_t len)
{
	const char *end = at + len;

	while (at < end) {
		const char *line = at, *stop = memchr(at, '\n', (size_t)(end - at));

		at = stop ? stop + 1 : end;
		if (*line == '{' && many->options->is_json_lines)
			fwrite(line, 1, (size_t)(at - line), stdout);
		else
			overview_take(&many->overview, line, (size_t)(at - line) - 1);
	}
}

static void add_bad(struct many *many, const char *file, const char *why)
{
	cleanup_buf struct buf line = BUF_INIT;

	overview_put_bad(&line, file, why);
	overview_take(&many->overview, buf_text(&line), line.len - 1);
}

static void group_done(
	void *context, size_t job, const char *output, size_t len, const char *death)
{
	struct many *many = context;
	const struct group *group = &many->captures.groups[job];

	if (!death)
		take_lines(many, output, len);
	for (size_t i = 0; death && i < group->n_captures; i++)
		add_bad(many, many->captures.items[group->captures[i]].file, death);
}

/* Hosts that only their boots tell apart: nobody takes them for one then. */
static void tell_alike(struct many *many)
{
	const struct captures *captures = &many->captures;

	for (size_t i = 0; i < captures->count; i++) {
		const struct capture *capture = &captures->items[i];
		cleanup_buf struct buf sentence = BUF_INIT, line = BUF_INIT;

		if (!capture->n_alike)
			continue;
		buf_printf(&sentence,
			"several hosts have this node name and the machine id %s, for "
			"boots of it overlap. The newest capture of each of %zu boots is "
			"judged. Give each host a machine id of its own",
			capture->glance.machine_id, capture->n_alike);
		overview_put(&line, OVERVIEW_ALIKE, 2,
			(const char *const[]){capture->glance.node, buf_text(&sentence)});
		overview_take(&many->overview, buf_text(&line), line.len - 1);
	}
}

static int judge_all(struct many *many, struct err *err)
{
	const struct captures *captures = &many->captures;
	struct jobs jobs = {
		.count = captures->n_groups, .work = group_work, .done = group_done};

	for (size_t i = 0; i < captures->count; i++)
		if (captures->items[i].error)
			add_bad(many, captures->items[i].file, captures->items[i].error);
	tell_alike(many);
	many->overview.n_captures = captures->count;
	many->overview.n_groups = captures->n_groups;
	return share_out(many, &jobs, err);
}

/* An error before a hazard, that before what is kept. */
static bool is_worse(int a, int b)
{
	if (a == EXIT_ENVIRONMENT || b == EXIT_ENVIRONMENT)
		return b != EXIT_ENVIRONMENT;
	return a > b;
}

/* The worst of all groups. */
static int code_of(const struct many *many)
{
	const struct overview *overview = &many->overview;
	int code = many->options->is_json_lines	     ? EXIT_DONE
		   : overview_has_mistyped(overview) ? EXIT_REFUSED
						     : EXIT_DONE;

	for (size_t i = 0; i < overview->of[OVERVIEW_EXIT].count; i++) {
		int of_group = overview->of[OVERVIEW_EXIT].items[i].words[0][0] - '0';

		code = is_worse(of_group, code) ? of_group : code;
	}
	return code == EXIT_ENVIRONMENT		  ? code
	       : overview->of[OVERVIEW_BAD].count ? EXIT_BAD_INPUT
						  : code;
}

static void print_errors(const struct overview_lines *lines)
{
	for (size_t i = 0; i < lines->count; i++) {
		cleanup_buf struct buf line = BUF_INIT;

		buf_tail(&line, lines->items[i].words[0]);
		buf_puts(&line, ": ");
		buf_tail(&line, lines->items[i].words[1]);
		fprintf(stderr, "snapstate-plan: %s\n", buf_text(&line));
	}
}

static int end_rows(const struct many *many)
{
	cleanup_buf struct buf nothing = BUF_INIT;

	print_errors(&many->overview.of[OVERVIEW_ALIKE]);
	print_errors(&many->overview.of[OVERVIEW_BAD]);
	return program_print(&nothing, code_of(many));
}

static int end_index(struct many *many)
{
	cleanup_buf struct buf text = BUF_INIT, page = BUF_INIT;
	struct err err = ERR_INIT;

	many->overview.is_incomplete = many->options->request.is_hosts_complete &&
				       (!many->request.is_hosts_complete ||
					       many->overview.of[OVERVIEW_BAD].count);
	many->overview.has_folder = many->options->plan_file != NULL;
	overview_sort(&many->overview);
	overview_print(&many->overview, program_prose_width(), &text);
	if (many->options->html_file)
		overview_print_page(&many->overview, &page);
	if (program_publish(many->options->html_file, 0644, &page, &err) < 0)
		return program_fail(&err, EXIT_ENVIRONMENT);
	return program_print(&text, code_of(many));
}

static int make_folder(const struct options *options, struct err *err)
{
	if (options->plan_file && mkdir(options->plan_file, 0777) < 0 && errno != EEXIST)
		return err_errno(err, errno, "make the folder %s", options->plan_file);
	return 0;
}

static int run(struct many *many)
{
	cleanup_known struct known known = {0};
	cleanup_policy struct policy policy = {0};
	struct err err = ERR_INIT;

	if (many->options->is_json_lines) {
		known_read(&known);
		many->request.known = &known;
	}
	if (program_read_policies(many->options, &many->request, &policy, &err) < 0)
		return program_fail(&err, EXIT_BAD_INPUT);
	captures_find(
		many->options->captures, many->options->n_captures, &many->captures);
	if (make_folder(many->options, &err) < 0 || glance_all(many, &err) < 0 ||
		judge_all(many, &err) < 0)
		return program_fail(&err, EXIT_ENVIRONMENT);
	return many->options->is_json_lines ? end_rows(many) : end_index(many);
}

int many_run(const struct options *options)
{
	struct many many = {.options = options, .request = options->request};
	int code = run(&many);

	overview_free(&many.overview);
	captures_free(&many.captures);
	return code;
}
