/* SPDX-License-Identifier: Apache-2.0 */
/* Evidence that others collected, as folders made up here, and what an import makes of
 * it; each function fails the test that calls it. */
#ifndef EVIDENCE_FILES_H
#define EVIDENCE_FILES_H

#include <stdbool.h>
#include <stddef.h>

#include "snapstate/buf.h"
#include "snapstate/cleanup.h"
#include "snapstate/host/shown.h"
#include "snapstate/host/source.h"

struct host;

struct file {
	const char *path;
	const char *text;
};

/* A new one below /tmp; malloc'ed. */
char *folder_new(void);
void folder_remove(char **path);
#define cleanup_folder cleanup_with(folder_remove)
void file_put(const char *folder, const char *path, const void *bytes, size_t len);
/* Ends at one without a path. */
void files_put(const char *folder, const struct file *files, size_t count);

struct host *import(const char *path);
struct host *import_files(const struct file *files, size_t count);
struct host *import_text(const char *text);
/* Not imported, with these words. */
void assert_refused(const char *path, const char *words);
/* As it is read back from the archive that it is written to. */
struct host *through_archive(const struct host *host, struct buf *archive);
/* Judges the host as read back from an archive. Nothing may be removable, whatever is
 * selected. true: something is undecided or refused. */
bool judge(const struct host *host);

void assert_source(const struct host *host, const char *name, enum outcome outcome,
	const char *detail);
const struct shown *shown_find(
	const struct host *host, const char *volume, enum shown_kind kind);
void assert_shown(const struct host *host, const char *volume, enum shown_kind kind,
	const char *value);
/* What the record of the import has. */
void assert_recorded(const struct host *host, const char *words);

#endif
