/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes behind the line that every state.xml begins with. Law: what the shipped
 * schema refuses, the reader refuses. */
#include <stdint.h>
#include <stdlib.h>

#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/record.h"
#include "state_schema.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct schema *schema;
	cleanup_host struct host *host = host_new();
	cleanup_buf struct buf xml = BUF_INIT;

	if (!schema)
		schema = schema_open();
	buf_puts(&xml, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
	buf_add(&xml, data, size);
	/* few inputs come this far: the schema, which takes longer, is asked about these
	 * only */
	if (record_state_read(xml.data, xml.len, host, NULL) == 0 &&
		!schema_accepts(schema, xml.data, xml.len))
		abort();
	return 0;
}
