# shellcheck shell=bash disable=SC2034,SC2154
# SPDX-License-Identifier: Apache-2.0
. "$LAB_DIR/incidents/mounted-and-propagated.sh"
title='Services start and stop between plan and execution'
story='Each service with a mount namespace of its own has copies of all that was mounted when it started, the leftover mount of
a backup included. Copies that receive the host'\''s umount come and go all day, and do not stop a plan. A copy that would stay
mounted, in a container with private propagation, keeps the file system alive behind the umount: then nothing is done.'

meddle() {
	kill "$service"
	wait "$service" || true
	service_namespace slave
}

after() {
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-eeeeeeee
	mount_at /dev/onapp-aaaaaaaa/backup-eeeeeeee /mnt/backup
	more_plan since
	service_namespace private
	more_apply since
	check 'nothing was changed' is "$rc" 3
	check 'it says what is mounted there' grep -E 'is now mounted on /mnt/backup in mount namespace [0-9]+' since.err
	check 'the host has it mounted' findmnt /mnt/backup
	check 'the guests go on' guests_alive
}
