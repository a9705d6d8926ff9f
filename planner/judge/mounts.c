/* SPDX-License-Identifier: Apache-2.0 */
/* Where the host's own file systems belong. */
#include <string.h>

#include "judge.h"

/* The host's own, by hier(7). A backup may mount below /home, /var and the like, but
 * never on them; and nowhere below those that hold programs. */
bool mount_target_is_system(const char *target)
{
	static const char *const places[] = {"/", "/home", "/opt", "/root", "/srv",
		"/tmp", "/var", "/var/cache", "/var/lib", "/var/log", "/var/mail",
		"/var/spool", "/var/tmp", "/var/www"};
	static const char *const trees[] = {"/bin", "/boot", "/dev", "/etc", "/lib",
		"/lib32", "/lib64", "/proc", "/sbin", "/sys", "/usr"};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (strcmp(target, places[i]) == 0)
			return true;
	for (size_t i = 0; i < sizeof(trees) / sizeof(trees[0]); i++) {
		size_t len = strlen(trees[i]);

		if (strncmp(target, trees[i], len) == 0 &&
			(target[len] == '\0' || target[len] == '/'))
			return true;
	}
	return false;
}
