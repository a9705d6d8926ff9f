/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Services of a host that hold a device and are not simply ended. Input: a process.
 * Output: what to do in place of ending it. The name is believed as elsewhere
 * (process_believed_name()); no verdict depends on it.
 *
 * Sources: sanlock(8) ("the watchdog device resets the host"), wdmd(8), lvmlockd(8)
 * (--lockstop), multipath(8) and multipath.conf(5) (blacklist), tgtadm(8), blktap's
 * tap-ctl (`list`: pid, minor, state and file of each disk).
 */
#include <string.h>

#include "remedy.h"
#include "snapstate/host.h"
#include "snapstate/host/process.h"

static const char never_end_it[] =
	", but never kill it: a watchdog would reset the host. In oVirt, put the storage "
	"domain into maintenance; with lvmlockd, stop the group's lockspace (`vgchange "
	"--lockstop VG`); `sanlock client status` shows what is left";

struct service {
	const char *name, *words;
};
static const struct service services[] = {
	{"sanlock", never_end_it},
	{"wdmd", never_end_it},
	{"lvmlockd", ": stop the group's lockspace with `vgchange --lockstop VG`, and "
		     "leave it running"},
	{"multipathd",
		": `multipath -ll` shows the map that it made; blacklist the device in "
		"multipath.conf, then `multipathd reconfigure`, and leave it running"},
	{"tgtd", ": it exports the device; `tgtadm --lld iscsi --mode target --op show` "
		 "shows the target to take it out of"},
};

bool remedy_service_words(const struct process *process, struct buf *text)
{
	const char *name = process_believed_name(process);

	for (size_t i = 0; name && i < sizeof(services) / sizeof(services[0]); i++) {
		if (strcmp(services[i].name, name) != 0)
			continue;
		buf_puts(text, "have ");
		remedy_process_words(process, text);
		buf_puts(text, " close it");
		buf_puts(text, services[i].words);
		return true;
	}
	return false;
}

/* Xen's: which disk of which machine it serves. */
void remedy_tapdisk_words(const struct process *process, struct buf *text)
{
	const char *name = process_believed_name(process);

	if (name && strncmp(name, "tapdisk", strlen("tapdisk")) == 0)
		buf_puts(text, "; `tap-ctl list` shows the disk that it serves");
}
