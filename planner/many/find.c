/* SPDX-License-Identifier: Apache-2.0 */
/* Arguments -> captures; see groups.h. */
#include <errno.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "groups.h"
#include "snapstate/buf.h"

#define CAPTURE_NAME ".snapstate.tar"

static struct capture *add(struct captures *captures, const char *file)
{
	struct capture *capture = array_add(&captures->items, &captures->count);

	capture->file = xstrdup(file);
	return capture;
}

static void add_error(struct captures *captures, const char *file, const char *what)
{
	struct capture *capture = add(captures, file);
	struct buf text = BUF_INIT;

	buf_printf(&text, "%s: %s", file, what);
	capture->error = text.data;
}

static void take_entry(struct captures *captures, const FTSENT *entry)
{
	switch (entry->fts_info) {
	case FTS_F:
		if (strstr(entry->fts_name, CAPTURE_NAME))
			add(captures, entry->fts_path);
		return;
	case FTS_DNR:
	case FTS_ERR:
	case FTS_NS:
		add_error(captures, entry->fts_path, strerror(entry->fts_errno));
		return;
	default: /* folders on the way in and out, links, pipes */
		return;
	}
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

static void take_folder(struct captures *captures, const char *folder)
{
	char *const roots[] = {(char *)folder, NULL};
	size_t before = captures->count;
	FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, by_name);

	if (!walk) {
		add_error(captures, folder, strerror(errno));
		return;
	}
	for (FTSENT *entry; (entry = fts_read(walk));)
		take_entry(captures, entry);
	fts_close(walk);
	if (captures->count == before)
		add_error(captures, folder, "no *" CAPTURE_NAME ".gz is in this folder");
}

void captures_find(
	const char *const *arguments, size_t count, struct captures *ret_captures)
{
	for (size_t i = 0; i < count; i++) {
		struct stat stat_of;

		if (stat(arguments[i], &stat_of) == 0 && S_ISDIR(stat_of.st_mode))
			take_folder(ret_captures, arguments[i]);
		else
			add(ret_captures, arguments[i]);
	}
}
