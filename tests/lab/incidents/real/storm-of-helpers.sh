# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
. "$LAB_DIR/incidents/udev-storm.sh"
title='A storm of change events, with multipathd and udisks at work'
story='multipathd and udisks run, as services do, and look at each device that changes; all devices change all the time, multipathd
is told to read its configuration again and again, and a program asks udisks for all that it knows. None of them is a user: the
verdict is the same as without, and the plan is carried out.'

make() {
	run systemctl start dbus udisks2
	run systemctl start multipathd || run systemctl start multipath-tools
	check 'multipathd runs' multipathd_answers
	check 'udisks runs' grep -q udisksd /proc/[0-9]*/comm
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s parts ext4
	stack_make
}
multipathd_answers() { until_true 20 multipathd show daemon; }

storm_begin() {
	storm=()
	(while :; do udevadm trigger --action=change --subsystem-match=block && udevadm settle; done) >/dev/null 2>&1 &
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
