/* SPDX-License-Identifier: Apache-2.0 */
/* The order of an import; see import.h. First who and what, so that paths find their
 * devices, then the documents. */
#include "evidence.h"
#include "snapstate/host.h"
#include "snapstate/text.h"

int import_evidence(const char *path, struct host **ret_host, struct err *err)
{
	cleanup_evidence struct evidence evidence = {0};
	cleanup_host struct host *host = host_new();
	int r = evidence_read(path, &evidence, err);

	if (r < 0)
		return r;
	import_identity(host, &evidence);
	import_dm(host, &evidence);
	import_blocks(host, &evidence);
	import_swaps(host, &evidence);
	import_mounts(host, &evidence);
	import_processes(host, &evidence);
	import_lvm(host, &evidence);
	r = text_documents_read(host, err);
	if (r == 0)
		r = import_texts(host, &evidence, err);
	if (r < 0)
		return err_wrap(err, "%s", path);
	host_sort(host);
	*ret_host = take_ptr(host);
	return 0;
}
