/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a capture holds, for the person at the terminal. Input: the model. Output: stderr.
 * Each source that was not read has its own line, with what to do about it.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "capture.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/process.h"
#include "snapstate/host/source.h"
#include "snapstate/import.h"

static const char *advice(enum outcome outcome)
{
	switch (outcome) {
	case OUTCOME_READ:
	case OUTCOME_ABSENT:
	case OUTCOME_SKIPPED:
		return "";
	case OUTCOME_DENIED:
		return geteuid() ? "run it as root, outside any container"
				 : "run it outside any container or confined service";
	case OUTCOME_TIMED_OUT:
		return "a device may not answer: look at dmesg, then capture again";
	case OUTCOME_HUNG:
		return "a process hangs in the kernel: see ps axo pid,stat,wchan,comm; "
		       "then capture again";
	case OUTCOME_TRUNCATED:
		return "it is too large to record";
	case OUTCOME_CHANGED:
		return "the host is busy: capture again";
	case OUTCOME_UNSUPPORTED:
		return "this host gives an unknown answer: attach the archive anyway";
	}
	return "";
}

static void print_source(const struct source *source)
{
	const char *todo = advice(source->outcome);

	fprintf(stderr, "  %s: %s", source->name, outcome_name(source->outcome));
	if (*source->detail)
		fprintf(stderr, " (%s)", source->detail);
	fprintf(stderr, "%s%s\n", *todo ? ": " : "", todo);
}

static const char *plural(size_t count)
{
	return count == 1 ? "" : "s";
}

/* Uses are sorted by pid. */
static size_t count_holders(const struct host *host)
{
	size_t count = 0;

	for (size_t i = 0; i < host->n_uses; i++)
		if (i == 0 || host->uses[i].pid != host->uses[i - 1].pid)
			count++;
	return count;
}

static void print_counts(const struct host *host)
{
	size_t holders = count_holders(host);
	cleanup_buf struct buf node = BUF_INIT;

	buf_word(&node, host->identity.node); /* of an import: a stranger's word */

	fprintf(stderr,
		"recorded %s: %zu dm device%s, %zu volume group%s, %zu mount%s in %zu "
		"namespace%s, %zu process%s holding a device\n",
		buf_text(&node), host->n_devices, plural(host->n_devices), host->n_vgs,
		plural(host->n_vgs), host->n_mounts, plural(host->n_mounts),
		host->n_namespaces, plural(host->n_namespaces), holders,
		holders == 1 ? "" : "es");
}

bool summary_print(const struct host *host, bool is_quiet)
{
	bool is_complete = true;

	if (!is_quiet)
		print_counts(host);
	for (size_t i = 0; i < host->n_sources; i++) {
		const struct source *source = &host->sources[i];

		if (source->outcome == OUTCOME_READ)
			continue;
		if (!is_quiet || outcome_is_gap(source->outcome))
			print_source(source);
		is_complete &= !outcome_is_gap(source->outcome);
	}
	return is_complete;
}

static void print_import(const struct source *source)
{
	cleanup_buf struct buf detail = BUF_INIT;

	buf_tail(&detail, source->detail); /* may quote a stranger's file */
	fprintf(stderr, "  %s: %s (%s)\n", source->name, outcome_name(source->outcome),
		buf_text(&detail));
}

/* What became of each file and each pasted command. */
static void print_record(const struct host *host)
{
	const struct document *record = host_document(host, IMPORT_DOCUMENT);
	const char *at = record ? record->bytes : "";

	while (*at) {
		size_t len = strcspn(at, "\n");
		cleanup_free char *line = xstrndup(at, len);
		cleanup_buf struct buf text = BUF_INIT;

		buf_prose(&text, line);
		fprintf(stderr, "  %s\n", buf_text(&text));
		at += len + (at[len] == '\n');
	}
}

bool summary_print_import(const struct host *host, bool is_quiet)
{
	bool is_complete = true;

	if (!is_quiet) {
		print_counts(host);
		print_record(host);
	}
	for (size_t i = 0; i < host->n_sources; i++) {
		const struct source *source = &host->sources[i];

		if (!is_quiet || source->outcome != OUTCOME_READ)
			print_import(source);
		is_complete &= !outcome_is_gap(source->outcome);
	}
	return is_complete;
}
