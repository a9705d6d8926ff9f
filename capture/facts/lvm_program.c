/* SPDX-License-Identifier: Apache-2.0 */
/* The lvm of this machine, and which devices it may be given. */
#include <string.h>
#include <unistd.h>

#include "snapstate/lvm_program.h"

/* Debian, RHEL and SLES have it in the first; older ones in the second. */
static const char *const lvm_paths[] = {"/usr/sbin/lvm", "/sbin/lvm"};

const char *lvm_path(void)
{
	for (size_t i = 0; i < sizeof(lvm_paths) / sizeof(lvm_paths[0]); i++)
		if (access(lvm_paths[i], X_OK) == 0)
			return lvm_paths[i];
	return NULL;
}

bool lvm_is_device(const char *path)
{
	return strncmp(path, "/dev/", 5) == 0 && !strstr(path, "/../");
}

bool lvm_are_devices(const char *const argv[])
{
	for (; *argv; argv += 2)
		if (strcmp(argv[0], "--devices") != 0 || !argv[1] ||
			!lvm_is_device(argv[1]))
			return false;
	return true;
}
