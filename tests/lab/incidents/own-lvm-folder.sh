# shellcheck shell=bash disable=SC2034,SC2154
# SPDX-License-Identifier: Apache-2.0
. "$LAB_DIR/incidents/xen-mounted.sh"
title='XenServer: LVM with a configuration folder of its own'
story='In dom0 lvm.conf has metadata_read_only, and the storage code runs LVM with LVM_SYSTEM_DIR=/etc/lvm/master. Where LVM heeds the
setting (before 2.03.00) the rehearsal says that it refuses changes, and nothing is changed; with a later one the plan is carried
out. Whose environment names another folder changes nothing: what LVM is told is what the plan was made with.'

own=/etc/lvm/master
# One that would have LVM see nothing, and write its copies elsewhere.
folder_make() {
	mkdir -p $own
	printf 'devices { filter = [ "r|.*|" ] global_filter = [ "r|.*|" ] }\nbackup { backup_dir = "/mnt/never" }\n' >$own/lvm.conf
	check 'LVM follows it' not env LVM_SYSTEM_DIR=$own lvs onapp-aaaaaaaa/backup-dddddddd
}
heeds_read_only() { [[ $(lvm version) =~ 'LVM version:'\ *2\.02\. ]]; }

planned() {
	folder_make
	check 'a capture with that folder is the same' quietly env LVM_SYSTEM_DIR=$own snapstate-capture -o own.snapstate.tar.gz
	check 'to the byte, but for its time' "$LAB_DIR/compare-captures" capture.snapstate.tar.gz own.snapstate.tar.gz
	export LVM_SYSTEM_DIR=$own
	lvs_args=(--config 'devices { filter = [ "a|.*|" ] global_filter = [ "a|.*|" ] }')
}
after() {
	unset LVM_SYSTEM_DIR
	say 'metadata_read_only'
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-eeeeeeee
	mount_at /dev/onapp-aaaaaaaa/backup-eeeeeeee /mnt/backup
	echo 'global { metadata_read_only = 1 }' >>/etc/lvm/lvmlocal.conf
	more_plan dom0
	more_apply dom0
	if heeds_read_only; then
		check 'nothing was changed' is "$rc" 5
		check 'it says why' grep metadata_read_only=1 dom0.err
		check 'the mount is still there' findmnt /mnt/backup
	else
		check 'it was carried out' is "$rc" 0
		check 'the snapshot is gone' not lvs onapp-aaaaaaaa/backup-eeeeeeee
	fi
	check 'nothing was written elsewhere' test ! -e /mnt/never
}
