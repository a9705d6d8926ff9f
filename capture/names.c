/* SPDX-License-Identifier: Apache-2.0 */
/* Names of archives; see capture.h. Input: host and time, or a path. Output: safe names.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "capture.h"
#include "snapstate/host.h"
#include "snapstate/kernel.h"

#define HOST_NAME_MAX_LEN 64

/* A name may come from anywhere: it must not begin with '.' or '-', nor leave its folder.
 */
static void sanitise(char *name, const char *also)
{
	for (char *c = name; *c; c++)
		if (!isalnum((unsigned char)*c) && !strchr(also, *c))
			*c = '-';
	if (*name == '.' || *name == '-')
		*name = 'x';
}

char *archive_name(const struct host *host)
{
	char node[HOST_NAME_MAX_LEN + 1], when[32];
	time_t taken = (time_t)host->identity.taken;
	unsigned salt = 0;
	struct tm utc;
	char *name = NULL;

	snprintf(node, sizeof(node), "%s",
		*host->identity.node ? host->identity.node : "host");
	sanitise(node, ".-");
	gmtime_r(&taken, &utc);
	strftime(when, sizeof(when), taken ? "%Y%m%dT%H%M%SZ" : "time-unknown", &utc);
	/* no file is overwritten: any number will do */
	if (kernel_random(&salt, sizeof(salt), NULL) < 0)
		salt = (unsigned)getpid();
	if (asprintf(&name, "%s-%s-%08x" ARCHIVE_SUFFIX, node, when, salt) < 0)
		abort();
	return name;
}

char *archive_top(const char *path)
{
	static const char *const suffixes[] = {ARCHIVE_SUFFIX, ".tar.gz", ".tgz"};
	const char *slash = strrchr(path, '/');
	char *top = xstrdup(slash ? slash + 1 : path);
	size_t len = strlen(top);

	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		size_t suffix = strlen(suffixes[i]);

		if (len <= suffix || strcmp(top + len - suffix, suffixes[i]) != 0)
			continue;
		top[len - suffix] = '\0';
		break;
	}
	sanitise(top, "._-");
	return top;
}
