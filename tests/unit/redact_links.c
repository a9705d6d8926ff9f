/* SPDX-License-Identifier: Apache-2.0 */
/* Uses all of capture/redact and nothing else; tests/links looks at what it needs. */
#include "snapstate/host.h"
#include "snapstate/redact.h"

int main(int argc, char **argv)
{
	struct host *host = host_new(), *redacted;
	struct redact_key key;
	int r = redact_key_read(argv[argc - 1], false, &key, NULL);

	if (r == 0) {
		redact_secrets(host);
		redacted = redact_names(host, &key);
		host_free(redacted);
	}
	host_free(host);
	return r < 0;
}
