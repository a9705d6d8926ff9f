/* SPDX-License-Identifier: Apache-2.0 */
/* See snapstate/journal.h. */
#include "snapstate/journal.h"

void journal_kept_name(const char *digest, const char *vg_uuid, struct buf *ret_name)
{
	buf_printf(ret_name, "%s.%s.vg", digest, vg_uuid);
}
