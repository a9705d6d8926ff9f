# shellcheck shell=bash disable=SC2034,SC2154
# SPDX-License-Identifier: Apache-2.0
. "$LAB_DIR/incidents/idle.sh"
title='dmeventd does not run when the snapshot is removed'
story='A snapshot that nothing uses, and LVM is configured to monitor snapshots, but its daemon has ended. Left to itself
lvremove starts another one, which would stay behind under the limits that the executor put on lvm. It must not; and the
report says that nothing monitors this host. Where dmeventd runs, it is told as ever, and stays.'

# No forks: each dmeventd, whoever started it.
dmeventd_pids() {
	local comm pid
	for pid in /proc/[0-9]*; do
		{ read -r comm <"$pid/comm"; } 2>/dev/null && [ "$comm" = dmeventd ] && echo "${pid#/proc/}"
	done
	true
}
dmeventd_end() {
	local pid
	for pid in $(dmeventd_pids); do
		run kill -KILL "$pid"
	done
	until_true 10 is '' "$(dmeventd_pids)"
}

planned() {
	check 'lvcreate had started dmeventd' not is '' "$(dmeventd_pids)"
	dmeventd_end
}
after() {
	local found
	check 'no dmeventd was started' is '' "$(dmeventd_pids)"
	check 'the report says so' grep 'dmeventd does not run: nothing monitors' apply.out
	check 'the journal says so' grep -E '^1 output dmeventd does not run' journal/*.journal
	check 'the ticket says so' grep 'Monitoring is not active on this host' ticket/*/RESULT.txt

	say 'where it runs'
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-eeeeeeee
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s kept-ffffffff
	found=$(dmeventd_pids)
	check 'lvcreate started dmeventd' not is '' "$found"
	more_plan running
	more_apply running
	check 'it is done' is "$rc" 0
	check 'the same dmeventd runs' is "$found" "$(dmeventd_pids)"
	check 'the other snapshot is monitored' is monitored \
		"$(lvs --noheadings -o seg_monitor onapp-aaaaaaaa/kept-ffffffff | xargs)"
	check 'nothing is said of it' not grep 'dmeventd does not run' running.out
	quietly lvremove -y onapp-aaaaaaaa/kept-ffffffff
	dmeventd_end
}
