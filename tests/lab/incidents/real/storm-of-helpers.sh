# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
. "$LAB_DIR/incidents/udev-storm.sh"
title='A storm of change events, with multipathd and udisks at work'
story='multipathd and udisks run, and look at each device that changes; all devices change all the time, multipathd is told to read
its configuration again and again, and a program asks udisks for all that it knows. None of them is a user: the verdict is the
same as without, and the plan is carried out.'

make() {
	helpers_start
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s parts ext4
	stack_make
}
# As services where systemd runs, else by hand.
helpers_start() {
	if [ -d /run/systemd/system ]; then
		run systemctl start dbus udisks2
		run systemctl start multipathd || run systemctl start multipath-tools
	else
		mkdir -p /run/dbus
		run dbus-daemon --system --fork
		run modprobe -d /mnt dm-multipath
		multipathd -d -s >multipathd.log 2>&1 &
		"${UDISKSD:-/usr/libexec/udisks2/udisksd}" >udisksd.log 2>&1 &
	fi
	check 'multipathd runs' until_true 30 multipathd show daemon
	check 'udisks answers' until_true 30 udisksctl status
}

storm_begin() {
	storm=()
	(while :; do udevadm trigger --settle --action=change --subsystem-match=block; done) >/dev/null 2>&1 &
	storm+=($!)
	(while :; do multipathd reconfigure && multipathd show paths && sleep 0.2; done) >/dev/null 2>&1 &
	storm+=($!)
	(while :; do udisksctl dump; done) >/dev/null 2>&1 &
	storm+=($!)
}
storm_end() {
	kill "${storm[@]}"
	wait "${storm[@]}" 2>/dev/null || true
	udevadm settle
}
