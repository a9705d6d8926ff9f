# shellcheck shell=bash disable=SC2034,SC2154
# SPDX-License-Identifier: Apache-2.0
. "$LAB_DIR/incidents/idle.sh"
title='After the plan was made, a command of LVM is at work'
story='No command of LVM ran when the plan was made. When it is to be carried out, somebody has a shell of lvm open: what that
is about to do nobody can see, a new plan would wait for it, so the old one is not carried out, and nothing is changed. A
command that ends within seconds is waited for, and what a user calls lvremove is none.'

# shell SECONDS: lvm waits for its next command for so long; sets $shell, and $feeder, with which it ends.
shell() {
	mkfifo commands
	lvm <commands >/dev/null 2>&1 &
	shell=$!
	sleep "$1" >commands &
	feeder=$!
	until_true 10 is_running lvm lvm
	rm commands
}

after() {
	local shell feeder user
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-since
	more_plan since
	say 'a shell of lvm is open'
	shell 1000
	more_apply since
	check 'nothing was changed' is "$rc" 3
	check 'it says what is running' grep -F 'lvm is running' since.err
	check 'the snapshot is still there' lvs onapp-aaaaaaaa/backup-since
	kill "$feeder"
	wait "$feeder" "$shell" || true
	say 'a command that ends soon, and a user who calls a program lvremove'
	cp /bin/sleep /mnt/lvremove
	setpriv --reuid=65534 --regid=65534 --clear-groups /mnt/lvremove 1000 &
	user=$!
	until_true 10 is_running lvremove 1000
	shell 3
	more_apply since
	check 'it was carried out' is "$rc" 0
	check 'the snapshot is gone' not lvs onapp-aaaaaaaa/backup-since
	kill $user
	wait $user "$feeder" "$shell" || true
}
