/* SPDX-License-Identifier: Apache-2.0 */
/* What the evidence of one host is worth, in one sentence; see report.h. */
#include <string.h>

#include "report.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/shown.h"
#include "snapstate/host/source.h"

static const char *const sources[] = {"dm", "lvm/report.json", "mounts", "processes",
	"blocks", "superblocks", "holders", "swaps", "fstab"};
#define GAPS_TOLD 4
#define N_SOURCES (sizeof(sources) / sizeof(sources[0]))

static void add_covered(const struct host *host, enum coverage coverage, const char *lead,
	struct buf *text)
{
	const char *separator = lead;

	for (size_t i = 0; i < N_SOURCES; i++)
		if (host_coverage(host, sources[i]) == coverage) {
			buf_puts(text, separator);
			buf_puts(text, source_words(sources[i]));
			separator = ", ";
		}
}

size_t report_named_volumes(const struct host *host)
{
	size_t count = 0;

	for (size_t i = 0; i < host->n_shown; i++)
		count += strcmp(host->shown[i].volume, SHOWN_HOST) != 0 &&
			 (!i || strcmp(host->shown[i].volume,
					host->shown[i - 1].volume) != 0);
	return count;
}

static void worth_of_import(const struct host *host, struct buf *text)
{
	size_t n_named = report_named_volumes(host);

	buf_puts(text, "Partial, collected by other programs");
	if (!host->n_devices && !host->n_lvs && n_named) {
		buf_puts(text, ": ");
		report_counted(text, n_named, "volume");
		buf_puts(text, " known by name");
	}
	add_covered(host, COVERS_ALL, "; as a whole: ", text);
	add_covered(host, COVERS_PART, "; in part: ", text);
	add_covered(host, COVERS_NOTHING, "; not at all: ", text);
	buf_puts(text, ". What it shows is taken as fact, what it does not show is "
		       "unknown: nothing is removed on this evidence.");
}

static void worth_of_capture(const struct report_host *it, struct buf *text)
{
	const char *known_by = host_known_by(it->member->host);
	size_t n_gaps = 0;

	for (size_t i = 0; i < it->n_missing; i++) {
		const struct source *source = it->missing[i];
		const char *words = source_words(source->name);

		if (source->outcome == OUTCOME_ABSENT || n_gaps++ >= GAPS_TOLD)
			continue; /* the host has no such thing */
		buf_puts(text, n_gaps == 1 ? "Not all of it could be read: " : ", ");
		buf_prose(text, words ? words : source->name);
		buf_printf(text, " (%s)", outcome_name(source->outcome));
	}
	buf_puts(text, !n_gaps		    ? "All sources were read"
		       : n_gaps > GAPS_TOLD ? " and more"
					    : "");
	if (known_by)
		buf_printf(text, "; %s", known_by);
	buf_puts(text, ".");
}

char *report_worth(const struct report_host *it)
{
	const struct host *host = it->member->host;
	struct buf text = BUF_INIT;

	if (host_is_imported(host))
		worth_of_import(host, &text);
	else
		worth_of_capture(it, &text);
	return text.data;
}
