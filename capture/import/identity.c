/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which host the evidence is of, which boot, and when it was collected.
 * Input: etc/machine-id, proc/sys/kernel, hostnamectl, uname, date, timedatectl.
 * Output: host->identity and the source "identity".
 * Invariant: OUTCOME_READ only with machine id and boot id, of a host and no container,
 * and no two files that say different things.
 */
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <time.h>

#include "evidence.h"
#include "snapstate/buf.h"
#include "snapstate/host.h"
#include "snapstate/host/source.h"

#define TICKS_UNKNOWN 0
#define ID_LEN	      32

static bool is_id(const char *text, size_t len, const char *alphabet)
{
	return strlen(text) == len && strspn(text, alphabet) == len;
}

/* A small file of one word; "" = not there, or not readable as that. */
static const char *one_word(
	struct host *host, const struct evidence *evidence, enum role role, unsigned nth)
{
	const struct piece *piece = evidence_best(evidence, role);
	struct lines lines;
	struct line line, word = {NULL, 0};

	if (!piece || piece_check_text(piece, NULL) < 0)
		return "";
	lines = lines_of(piece);
	if (!lines_next(&lines, &line))
		return "";
	for (unsigned i = 0; i <= nth; i++)
		word = line_word(&line);
	return host_string_n(host, word.at, word.len);
}

static void skip_blanks(struct line *line)
{
	while (line->len && *line->at == ' ') {
		line->at++;
		line->len--;
	}
}

static const char *labelled_in(
	struct host *host, const struct piece *piece, const char *label)
{
	struct lines lines = lines_of(piece);
	struct line line;

	while (lines_next(&lines, &line)) {
		skip_blanks(&line);
		if (!line_begins(&line, label))
			continue;
		line.at += strlen(label);
		line.len -= strlen(label);
		skip_blanks(&line);
		return host_string_n(host, line.at, line.len);
	}
	return "";
}

/* "   Machine ID: 0f3c..." of hostnamectl, timedatectl: the text behind the label. */
static const char *labelled(struct host *host, const struct evidence *evidence,
	enum role role, const char *label)
{
	const struct piece *piece = NULL;
	const char *text = "";

	while (!*text && (piece = evidence_next(evidence, role, piece)))
		if (piece_check_text(piece, NULL) == 0)
			text = labelled_in(host, piece, label);
	return text;
}

bool evidence_is_container(const struct evidence *evidence)
{
	struct host *scratch = host_new();
	bool is_container =
		strncmp(labelled(scratch, evidence, ROLE_HOSTNAMECTL, "Chassis:"),
			"container", strlen("container")) == 0;

	host_free(scratch);
	return is_container;
}

/* hostnamectl leaves the hyphens out. */
static const char *boot_id(struct host *host, const struct evidence *evidence)
{
	const char *file = one_word(host, evidence, ROLE_BOOT_ID, 0);
	const char *bare = labelled(host, evidence, ROLE_HOSTNAMECTL, "Boot ID:");
	cleanup_buf struct buf text = BUF_INIT;

	if (*file || !is_id(bare, ID_LEN, "0123456789abcdef"))
		return file;
	buf_printf(&text, "%.8s-%.4s-%.4s-%.4s-%.12s", bare, bare + 8, bare + 12,
		bare + 16, bare + 20);
	return host_string(host, buf_text(&text));
}

/* ---- when ---- */

/* Only what names UTC: any other zone would be a guess. */
static int64_t when(struct host *host, const struct evidence *evidence)
{
	static const char *const formats[] = {
		"%a %b %d %H:%M:%S UTC %Y", "%a %d %b %Y %I:%M:%S %p UTC"};
	const char *universal = labelled(host, evidence, ROLE_DATE, "Universal time:");
	const struct piece *piece = NULL;
	struct tm tm = {0};
	const char *end = strptime(universal, "%a %Y-%m-%d %H:%M:%S UTC", &tm);

	if (end && !*end)
		return timegm(&tm);
	while ((piece = evidence_next(evidence, ROLE_DATE, piece))) {
		if (piece_check_text(piece, NULL) < 0)
			continue;
		for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
			tm = (struct tm){0};
			end = strptime(buf_text(&piece->bytes), formats[i], &tm);
			if (end && strcmp(end, "\n") == 0)
				return timegm(&tm);
		}
	}
	return 0;
}

/* ---- all together ---- */

/* The first that is not empty; *ret_differ when the other says otherwise. */
static const char *either(const char *a, const char *b, bool *ret_differ)
{
	*ret_differ |= *a && *b && strcmp(a, b) != 0;
	return *a ? a : b;
}

static void note_identity(struct host *host, bool is_container, bool differ)
{
	const struct identity *id = &host->identity;
	const char *time_text = id->taken ? "" : "; collection time unknown";

	if (differ)
		host_source_set(host, "identity", OUTCOME_CHANGED, "%s",
			"the files disagree on the machine id");
	else if (is_container)
		host_source_set(host, "identity", OUTCOME_UNSUPPORTED, "%s",
			"collected inside a container: this is not the host's identity");
	else if (!is_id(id->machine_id, ID_LEN, "0123456789abcdef"))
		host_source_set(host, "identity", OUTCOME_SKIPPED,
			"no machine id in the evidence%s", time_text);
	else if (!is_id(id->boot_id, 36, "0123456789abcdef-"))
		host_source_set(host, "identity", OUTCOME_SKIPPED,
			"no boot id in the evidence%s", time_text);
	else
		host_source_set(
			host, "identity", OUTCOME_READ, "from the evidence%s", time_text);
}

void import_identity(struct host *host, const struct evidence *evidence)
{
	struct identity *id = &host->identity;
	bool differ = false;
	int64_t taken = when(host, evidence);

	id->machine_id = either(one_word(host, evidence, ROLE_MACHINE_ID, 0),
		labelled(host, evidence, ROLE_HOSTNAMECTL, "Machine ID:"), &differ);
	id->boot_id = boot_id(host, evidence);
	id->node = one_word(host, evidence, ROLE_HOSTNAME, 0);
	if (!*id->node)
		id->node = one_word(host, evidence, ROLE_UNAME, 1);
	id->kernel = one_word(host, evidence, ROLE_OSRELEASE, 0);
	if (!*id->kernel)
		id->kernel = one_word(host, evidence, ROLE_UNAME, 2);
	id->dm_driver = "";
	id->ticks = TICKS_UNKNOWN;
	id->taken = taken > 0 ? taken : 0;
	note_identity(host, evidence_is_container(evidence), differ);
}
