/* SPDX-License-Identifier: Apache-2.0 */
/* The order of an import; see import.h. First who and what, so that paths find their
 * devices, then the documents. */
#include <errno.h>
#include <stdlib.h>

#include "evidence.h"
#include "snapstate/host.h"
#include "snapstate/text.h"

/* -ENODATA: nothing of use is in it. */
static int group_import(
	struct evidence *evidence, struct host **ret_host, struct err *err)
{
	cleanup_host struct host *host = host_new();
	int r;

	evidence_take_outputs(evidence);
	import_identity(host, evidence);
	import_dm(host, evidence);
	import_blocks(host, evidence);
	import_swaps(host, evidence);
	import_mounts(host, evidence);
	import_processes(host, evidence);
	import_lvm(host, evidence);
	r = text_documents_read(host, err);
	if (r == 0)
		r = import_texts(host, evidence, err);
	if (r < 0)
		return r;
	host_sort(host);
	*ret_host = take_ptr(host);
	return 0;
}

void imports_free(struct imports *imports)
{
	for (size_t i = 0; i < imports->count; i++)
		host_free(imports->hosts[i]);
	free(imports->hosts);
}

struct groups {
	struct evidence *items;
	size_t count;
};

static void groups_free(struct groups *groups)
{
	for (size_t i = 0; i < groups->count; i++)
		evidence_free(&groups->items[i]);
	free(groups->items);
}

/* Loose files beside collections that say nothing are named as left out. */
static void loose_leave_out(struct groups *groups)
{
	const struct evidence *loose = &groups->items[groups->count - 1];

	for (size_t i = 0; i < loose->n_pieces; i++)
		evidence_leave_out(&groups->items[0], loose->pieces[i].path);
}

static int groups_import(
	struct groups *groups, struct imports *ret_imports, struct err *err)
{
	struct evidence *last = &groups->items[groups->count - 1];
	struct host *loose = NULL;
	size_t count = groups->count - last->is_loose;
	int r = last->is_loose ? group_import(last, &loose, err) : 0;

	if (r == -ENODATA) {
		loose_leave_out(groups);
		r = 0;
	}
	for (size_t i = 0; r == 0 && i < count; i++) {
		struct host *host = NULL;

		r = group_import(&groups->items[i], &host, err);
		if (r == 0)
			*array_add(&ret_imports->hosts, &ret_imports->count) = host;
	}
	if (loose)
		*array_add(&ret_imports->hosts, &ret_imports->count) = loose;
	return r;
}

int import_all(const char *path, struct imports *ret_imports, struct buf *ret_list,
	struct err *err)
{
	cleanup_evidence struct evidence all = {0};
	cleanup_with(groups_free) struct groups groups = {0};
	cleanup_with(imports_free) struct imports imports = {0};
	int r = evidence_read(path, &all, err);

	if (r < 0)
		return r;
	r = evidence_split(&all, &groups.items, &groups.count, ret_list, err);
	if (r == 0)
		r = groups_import(&groups, &imports, err);
	if (r < 0)
		return err_wrap(err, "%s", path);
	*ret_imports = imports;
	imports = (struct imports){0};
	return 0;
}

int import_evidence(const char *path, struct host **ret_host, struct err *err)
{
	cleanup_with(imports_free) struct imports imports = {0};
	cleanup_buf struct buf list = BUF_INIT;
	int r = import_all(path, &imports, &list, err);

	if (r < 0)
		return r;
	if (imports.count != 1)
		return err_set(err, -EBADMSG,
			"%s: holds %zu collections, and each becomes an archive of its "
			"own: name a folder for them with -o: %s",
			path, imports.count, buf_text(&list));
	*ret_host = take_ptr(imports.hosts[0]);
	return 0;
}
