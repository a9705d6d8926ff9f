/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The journal; its grammar and contract are in journal.h.
 * Invariant: when a call returns 0, what it wrote is on disk.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "journal.h"
#include "snapstate/cleanup.h"
#include "snapstate/stamp.h"
#include "snapstate/io.h"
#include "snapstate/kernel.h"
#include "trusted.h"

#define LEFT_OUT "left-out"

void journal_close(struct journal *journal)
{
	if (journal->fd >= 0)
		close(journal->fd);
	if (journal->folder >= 0)
		close(journal->folder);
	free(journal->path);
	*journal = JOURNAL_INIT;
}

/* ---- writing ---- */

static void add_time(const struct journal *journal, struct buf *text)
{
	const struct hands *hands = journal->hands;

	if (stamp_write(hands->ops->time(hands->context), text) < 0)
		buf_puts(text, "-");
}

/* What a step printed, and the facts where it ended, are for the journal alone. */
static bool is_main(const char *line)
{
	static const char *const others[] = {"output ", "expected ", "found "};
	const char *verb = line + strspn(line, "0123456789") + 1;

	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (strncmp(verb, others[i], strlen(others[i])) == 0)
			return false;
	return true;
}

/* Also when the disk is full: then it is the only witness. */
static void copy_lines(struct journal *journal, const struct buf *text)
{
	const char *line = buf_text(text);

	while (journal->audit && *line) {
		size_t len = strcspn(line, "\n");

		if (is_main(line))
			audit_line(journal->audit, "plan %s: %.*s", journal->digest,
				(int)len, line);
		line += len + (line[len] == '\n');
	}
}

static int write_and_sync(
	struct journal *journal, const struct buf *text, struct err *err)
{
	size_t done = 0;

	while (done < text->len) {
		ssize_t n = write(journal->fd, text->data + done, text->len - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_errno(err, errno, "write %s", journal->path);
		done += (size_t)n;
	}
	if (fsync(journal->fd) < 0)
		return err_errno(err, errno, "fsync %s", journal->path);
	return 0;
}

/* What could not be written as a whole is taken back: behind half a line no other line
 * can be told. */
static int append(struct journal *journal, const struct buf *text, struct err *err)
{
	int r;

	copy_lines(journal, text);
	if (journal->is_broken)
		return err_set(
			err, -EIO, "%s: it ends in the midst of a line", journal->path);
	r = write_and_sync(journal, text, err);
	if (r == 0)
		journal->bytes += (off_t)text->len;
	else
		journal->is_broken = ftruncate(journal->fd, journal->bytes) < 0;
	return r;
}

static void begin_line(
	struct journal *journal, size_t number, const char *verb, struct buf *text)
{
	buf_printf(text, "%zu %s ", number, verb);
	add_time(journal, text);
}

void journal_copy(struct journal *journal, const struct orders *plan,
	const char *plan_file, struct audit *audit)
{
	cleanup_buf struct buf word = BUF_INIT;

	journal->audit = audit;
	snprintf(journal->digest, sizeof(journal->digest), "%.*s", JOURNAL_DIGEST_SHOWN,
		plan->digest);
	buf_word(&word, journal->has_pseudonyms ? LEFT_OUT : plan_file);
	audit_line(audit, "plan %s: sha256:%s file %s steps %zu", journal->digest,
		plan->digest, buf_text(&word), plan->n_steps);
}

int journal_signed(
	struct journal *journal, const struct admission *admission, struct err *err)
{
	cleanup_buf struct buf text = BUF_INIT;

	for (size_t i = 0; i < admission->n_signers; i++) {
		const struct admission_signer *signer = &admission->signers[i];

		begin_line(journal, 0, "signed", &text);
		buf_printf(&text, " %s %s ", signer->role, signer->key);
		buf_word(&text, journal->has_pseudonyms ? LEFT_OUT : signer->principals);
		buf_puts(&text, "\n");
	}
	if (!text.len) {
		begin_line(journal, 0, "unsigned", &text);
		buf_puts(&text, "\n");
	}
	return append(journal, &text, err);
}

int journal_verified(struct journal *journal, size_t n_facts, struct err *err)
{
	cleanup_buf struct buf text = BUF_INIT;

	begin_line(journal, 0, "verified", &text);
	buf_printf(&text, " %zu\n", n_facts);
	return append(journal, &text, err);
}

/* Whole and on disk, or not there. */
static int write_kept(const struct journal *journal, const char *name,
	const struct group_text *group, struct err *err)
{
	cleanup_close int fd = -1;
	size_t done = 0;

	unlinkat(journal->folder, name, 0);
	fd = openat(journal->folder, name,
		O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	while (fd >= 0 && done < group->len) {
		ssize_t n = write(fd, group->bytes + done, group->len - done);

		if (n < 0 && errno != EINTR)
			break;
		done += n > 0 ? (size_t)n : 0;
	}
	if (fd >= 0 && done == group->len && fsync(fd) == 0 &&
		fsync(journal->folder) == 0)
		return 0;
	err_errno(err, errno, "keep the volume group's metadata in %s", name);
	unlinkat(journal->folder, name, 0);
	return err->code;
}

int journal_keep(struct journal *journal, size_t number, const struct group_text *group,
	struct err *err)
{
	cleanup_buf struct buf name = BUF_INIT, line = BUF_INIT;
	char sha256[SHA256_HEX_LEN + 1];
	int r;

	journal_kept_name(journal->plan_digest, group->vg_uuid, &name);
	r = write_kept(journal, buf_text(&name), group, err);
	if (r < 0)
		return r;
	sha256_hex(group->bytes, group->len, sha256);
	begin_line(journal, number, "kept", &line);
	buf_printf(&line, " %s %llu sha256:%s\n", group->vg_uuid,
		(unsigned long long)group->seqno, sha256);
	return append(journal, &line, err);
}

int journal_intent(struct journal *journal, size_t number, const struct plan_step *step,
	struct err *err)
{
	cleanup_buf struct buf text = BUF_INIT;

	begin_line(journal, number, "intent", &text);
	buf_printf(&text, " %s ", plan_op_name(step->op));
	plan_step_target(step, &text);
	buf_puts(&text, "\n");
	return append(journal, &text, err);
}

/* What a command or the kernel said is free text. */
static void add_text(const struct journal *journal, struct buf *line, const char *text)
{
	buf_tail(line, journal->has_pseudonyms ? LEFT_OUT : text);
}

int journal_outcome(struct journal *journal, size_t number, const struct buf *output,
	const char *failure, struct err *err)
{
	cleanup_buf struct buf text = BUF_INIT;
	const char *line = buf_text(output);

	while (*line) {
		size_t len = strcspn(line, "\n"), indent = strspn(line, " ");
		cleanup_free char *copy = xstrndup(line + indent, len - indent);

		buf_printf(&text, "%zu output ", number);
		add_text(journal, &text, copy);
		buf_puts(&text, "\n");
		line += len + (line[len] == '\n');
	}
	if (failure) {
		buf_printf(&text, "%zu failed ", number);
		add_text(journal, &text, failure);
		buf_puts(&text, "\n");
	}
	return text.len ? append(journal, &text, err) : 0;
}

static void add_facts(
	struct buf *text, size_t number, const char *verb, const struct facts *facts)
{
	for (size_t i = 0; i < facts->count; i++)
		buf_printf(text, "%zu %s %s\n", number, verb, facts->lines[i]);
}

int journal_verdict(struct journal *journal, size_t number, const char *verb,
	const char *text, const struct difference *difference, struct err *err)
{
	cleanup_buf struct buf line = BUF_INIT;

	begin_line(journal, number, verb, &line);
	if (text) {
		buf_puts(&line, " ");
		if (number)
			add_text(journal, &line, text);
		else
			buf_tail(&line, text); /* our own words */
	}
	buf_puts(&line, "\n");
	if (difference) {
		add_facts(&line, number, "expected", &difference->missing);
		add_facts(&line, number, "found", &difference->extra);
	}
	return append(journal, &line, err);
}

/* ---- finding ---- */

static void path_of(const char *folder, const struct orders *plan, struct buf *ret_path)
{
	buf_printf(ret_path, "%s/%s.journal", folder, plan->digest);
}

/* Of a file that can be a journal of anything. */
static const char *how_it_ended(const struct observer *observer, const char *path)
{
	cleanup_buf struct buf text = BUF_INIT;
	struct journal_state state;

	if (file_read_regular(AT_FDCWD, path, JOURNAL_BYTES_MAX, &text, NULL) < 0 ||
		observer_read_journal(observer, &text, false, path, &state, NULL) < 0)
		return "is noted, but its journal cannot be read";
	if (state.is_finished)
		return "carried out all its steps";
	if (state.is_stopped)
		return "stopped early (--resume goes on with it)";
	return "was interrupted, and may have left a step half-way (--resume goes on "
	       "with it)";
}

int journal_find(const char *folder, const struct orders *plan,
	const struct observer *observer, struct err *err)
{
	cleanup_buf struct buf path = BUF_INIT;

	path_of(folder, plan, &path);
	if (access(path.data, F_OK) < 0)
		return 0;
	return err_set(err, -EEXIST,
		"this plan was applied before, and that run %s; its journal: %s",
		how_it_ended(observer, path.data), path.data);
}

/* ---- creating ---- */

static int open_folder(const char *folder, int *ret_fd, struct err *err)
{
	cleanup_close int fd = -1;
	int r = trusted_folder(folder, &fd, err);

	if (r < 0)
		return err ? err_wrap(err, "the journal's folder") : r;
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return err_set(err, -EBUSY,
			"another snapstate-execute is running: it holds %s", folder);
	*ret_fd = take_fd(&fd);
	return 0;
}

static bool is_touched(const struct orders *plan, struct devno devno)
{
	for (size_t i = 0; i < plan->n_devices; i++)
		if (devno_is_equal(plan->devices[i], devno))
			return true;
	return false;
}

/* Its st_dev, or the device of the mount that it is on (btrfs has numbers of its own). A
 * journal on what the steps take away or suspend would be lost or hang. */
static int check_folder_device(int fd, const char *folder, const struct orders *plan,
	const struct sight *sight, struct err *err)
{
	cleanup_free char *on = NULL;
	struct statx stx = {0};
	struct devno devno;
	char words[64];
	bool is_bad;

	if (kernel_statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &stx) < 0)
		return err_errno(err, errno, "%s", folder);
	is_bad = is_touched(plan, (struct devno){stx.stx_dev_major, stx.stx_dev_minor});
	snprintf(words, sizeof(words), "mounts %llu", (unsigned long long)stx.stx_mnt_id);
	if (stx.stx_mask & STATX_MNT_ID)
		on = sight_word(sight_name(sight, words), "on");
	is_bad |= on && parse_devno(on, strlen(on), &devno) == 0 &&
		  is_touched(plan, devno);
	if (is_bad)
		return err_set(err, -EXDEV,
			"the journal's folder %s is on a device that the plan touches: "
			"use --journals",
			folder);
	return 0;
}

static int write_header(struct journal *journal, const struct orders *plan,
	const char *plan_file, struct err *err)
{
	cleanup_buf struct buf text = BUF_INIT;

	buf_printf(&text, "snapstate-journal %d\nplan sha256:%s file ", JOURNAL_VERSION,
		plan->digest);
	buf_word(&text, journal->has_pseudonyms ? LEFT_OUT : plan_file);
	buf_printf(&text, "\n%s\nsteps %zu\n", plan->host, plan->n_steps);
	return append(journal, &text, err);
}

/* Locked, and on no device that the plan touches; no file is open yet. */
static int open_for(const char *folder, const struct orders *plan,
	const struct sight *sight, const struct hands *hands, struct journal *ret_journal,
	struct err *err)
{
	cleanup_buf struct buf path = BUF_INIT;
	int r = open_folder(folder, &ret_journal->folder, err);

	if (r == 0)
		r = check_folder_device(ret_journal->folder, folder, plan, sight, err);
	if (r < 0)
		return r;
	path_of(folder, plan, &path);
	ret_journal->hands = hands;
	ret_journal->has_pseudonyms = *plan->redaction;
	memcpy(ret_journal->plan_digest, plan->digest, sizeof(ret_journal->plan_digest));
	ret_journal->path = xstrdup(buf_text(&path));
	return 0;
}

int journal_check(const char *folder, const struct orders *plan,
	const struct sight *sight, struct err *err)
{
	cleanup_journal struct journal journal = JOURNAL_INIT;
	int r = open_for(folder, plan, sight, NULL, &journal, err);

	if (r == 0 && access(folder, W_OK) < 0)
		return err_errno(err, errno, "the journal's folder: %s", folder);
	return r;
}

static const char *file_name(const struct journal *journal)
{
	return strrchr(journal->path, '/') + 1;
}

static int sync_folder(const struct journal *journal, const char *folder, struct err *err)
{
	return fsync(journal->folder) < 0 ? err_errno(err, errno, "fsync %s", folder) : 0;
}

int journal_create(const char *folder, const struct orders *plan, const char *plan_file,
	const struct sight *sight, const struct hands *hands, struct journal *ret_journal,
	struct err *err)
{
	cleanup_journal struct journal journal = JOURNAL_INIT;
	int r = open_for(folder, plan, sight, hands, &journal, err);

	if (r < 0)
		return r;
	journal.fd = openat(journal.folder, file_name(&journal),
		O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_APPEND | O_CLOEXEC, 0600);
	if (journal.fd < 0 && errno == EEXIST)
		return err_set(err, -EEXIST,
			"another run has just applied this plan; its journal: %s",
			journal.path);
	if (journal.fd < 0)
		return err_errno(err, errno, "make %s", journal.path);
	r = write_header(&journal, plan, plan_file, err);
	if (r == 0)
		r = sync_folder(&journal, folder, err);
	if (r < 0) { /* nothing was begun, so the plan may be tried again */
		unlinkat(journal.folder, file_name(&journal), 0);
		return r;
	}
	*ret_journal = journal;
	journal = JOURNAL_INIT;
	return 0;
}

/* ---- going on ---- */

int journal_load(const char *folder, const struct orders *plan,
	const struct observer *observer, struct buf *ret_text,
	struct journal_state *ret_state, struct err *err)
{
	cleanup_buf struct buf path = BUF_INIT;
	int r;

	path_of(folder, plan, &path);
	r = file_read_regular(AT_FDCWD, path.data, JOURNAL_BYTES_MAX, ret_text, err);
	if (r == 0)
		r = observer_read_journal(
			observer, ret_text, false, path.data, ret_state, err);
	if (r == 0 && ret_state->has_header &&
		(strcmp(ret_state->digest, plan->digest) != 0 ||
			ret_state->n_steps != plan->n_steps))
		return err_set(err, -EBADMSG, "%s: this is the journal of another plan",
			path.data);
	return r;
}

static int open_again(struct journal *journal, const struct buf *text, struct err *err)
{
	cleanup_buf struct buf now = BUF_INIT;
	struct stat stat;
	int r;

	journal->fd = openat(journal->folder, file_name(journal),
		O_WRONLY | O_NOFOLLOW | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (journal->fd < 0 || fstat(journal->fd, &stat) < 0)
		return err_errno(err, errno, "open %s", journal->path);
	if (!S_ISREG(stat.st_mode))
		return err_set(err, -EINVAL, "%s: no regular file", journal->path);
	r = file_read_regular(
		journal->folder, file_name(journal), JOURNAL_BYTES_MAX, &now, err);
	if (r == 0 && (now.len != text->len ||
			      memcmp(buf_text(&now), buf_text(text), now.len) != 0))
		return err_set(err, -EBUSY,
			"%s has grown since it was read: another run went on with it",
			journal->path);
	return r;
}

/* The bytes up to the end of the last one. */
static size_t whole_lines(const struct buf *text)
{
	const char *newline = text->len ? memrchr(text->data, '\n', text->len) : NULL;

	return newline ? (size_t)(newline + 1 - text->data) : 0;
}

int journal_resume(const char *folder, const struct orders *plan, const char *plan_file,
	const struct sight *sight, const struct hands *hands, const struct buf *text,
	const struct journal_state *state, struct journal *ret_journal, struct err *err)
{
	cleanup_journal struct journal journal = JOURNAL_INIT;
	size_t whole = state->has_header ? whole_lines(text) : 0;
	cleanup_buf struct buf line = BUF_INIT;
	int r = open_for(folder, plan, sight, hands, &journal, err);

	if (r == 0)
		r = open_again(&journal, text, err);
	if (r < 0)
		return r;
	journal.bytes = (off_t)whole;
	if (ftruncate(journal.fd, journal.bytes) < 0)
		return err_errno(err, errno, "cut %s", journal.path);
	if (!state->has_header) {
		r = write_header(&journal, plan, plan_file, err);
	} else {
		begin_line(&journal, 0, "resumed", &line);
		buf_printf(&line, " %llu %zu\n", (unsigned long long)state->n_done,
			text->len - whole);
		r = append(&journal, &line, err);
	}
	if (r == 0)
		r = sync_folder(&journal, folder, err);
	if (r < 0)
		return r;
	*ret_journal = journal;
	journal = JOURNAL_INIT;
	return 0;
}
