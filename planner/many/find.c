/* SPDX-License-Identifier: Apache-2.0 */
/* Arguments -> captures; see groups.h. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "groups.h"
#include "snapstate/buf.h"
#include "snapstate/cleanup.h"

#define CAPTURE_NAME ".snapstate.tar"
#define FOLDERS_MOST 32 /* below each other */

static struct capture *add(struct captures *captures, const char *file)
{
	struct capture *capture = array_add(&captures->items, &captures->count);

	capture->file = xstrdup(file);
	return capture;
}

static void add_error(struct captures *captures, const char *file, const char *what)
{
	capture_set_error(add(captures, file), what);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_entry(const struct dirent *entry)
{
	return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

static void walk(struct captures *captures, const char *folder, unsigned depth);

/* Links and pipes are none. */
static void take_entry(
	struct captures *captures, const char *folder, const char *name, unsigned depth)
{
	cleanup_buf struct buf path = BUF_INIT;
	size_t len = strlen(folder);
	struct stat stat_of;

	buf_printf(
		&path, "%s%s%s", folder, len && folder[len - 1] == '/' ? "" : "/", name);
	if (lstat(path.data, &stat_of) < 0)
		add_error(captures, path.data, strerror(errno));
	else if (S_ISDIR(stat_of.st_mode) && depth == FOLDERS_MOST)
		add_error(captures, path.data, "folders are nested too deep");
	else if (S_ISDIR(stat_of.st_mode))
		walk(captures, path.data, depth + 1);
	else if (S_ISREG(stat_of.st_mode) && strstr(name, CAPTURE_NAME))
		add(captures, path.data);
}

static void walk(struct captures *captures, const char *folder, unsigned depth)
{
	struct dirent **entries = NULL;
	int count = scandir(folder, &entries, is_entry, by_name);

	if (count < 0)
		add_error(captures, folder, strerror(errno));
	for (int i = 0; i < count; i++) {
		take_entry(captures, folder, entries[i]->d_name, depth);
		free(entries[i]);
	}
	free(entries);
}

static void take_folder(struct captures *captures, const char *folder)
{
	size_t before = captures->count;

	walk(captures, folder, 0);
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
