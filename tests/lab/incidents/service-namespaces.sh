# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
. "$LAB_DIR/incidents/xen-mounted.sh"
init=systemd
title='Services of systemd have mount namespaces of their own'
story='A service with PrivateTmp and ProtectSystem runs since before the backup mounted its snapshot, another one was started since.
Both have copies of the mount, which go with the one of the host: the plan is carried out. A service that was started with
MountFlags=private keeps its copy: refused, and what the review says to do lets the snapshot be removed.'

service() { # NAME PROPERTY...
	local name=$1 properties=()
	shift
	printf -v properties '%s ' "${@/#/--property=}"
	# shellcheck disable=SC2086
	run systemd-run -q --unit="$name" $properties sleep 100000
	until_true 10 has_namespace "$name"
}
has_namespace() {
	local pid
	pid=$(systemctl show -p MainPID "$1" | cut -d= -f2)
	[ "$pid" != 0 ] && [ "$(readlink "/proc/$pid/ns/mnt")" != "$(readlink /proc/1/ns/mnt)" ]
}

make() {
	service lab-before PrivateTmp=yes ProtectSystem=full
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s whole ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	mount_at /dev/onapp-aaaaaaaa/backup-dddddddd /mnt/backup
	service lab-since PrivateTmp=yes ProtectSystem=full
	check 'the mount is in several namespaces' several_have /mnt/backup
}
several_have() { [ "$(grep -l " $1 " /proc/[0-9]*/mountinfo | xargs readlink -e | wc -l)" -ge 3 ]; }

after() {
	check 'both services run' has_namespace lab-before
	check 'the other one' has_namespace lab-since
	say 'a service that keeps its copy'
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-eeeeeeee
	mount_at /dev/onapp-aaaaaaaa/backup-eeeeeeee /mnt/backup
	service lab-keeps PrivateTmp=yes MountFlags=private
	quietly umount /mnt/backup
	more_plan keeps
	show keeps.review
	check 'refused' grep -E '^REFUSE' keeps.review
	check 'the service is named, or its process' grep -E "lab-keeps|process $(systemctl show -p MainPID lab-keeps | cut -d= -f2)\b" keeps.review
	run systemctl stop lab-keeps
	more_plan ended
	more_apply ended
	check 'when the service has ended, the plan is carried out' is "$rc" 0
	check 'the snapshot is gone' is "$(lvs --noheadings -o lv_name onapp-aaaaaaaa | xargs)" ekwqx3d1vtkp0s
	quietly systemctl stop lab-before lab-since
}
