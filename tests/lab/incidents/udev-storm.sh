# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
. "$LAB_DIR/incidents/kvm-mapped.sh"
title='A storm of change events'
story='Every block device of the host changes all the time, as with multipathd and udisks at work: whenever one looks, some worker
of udev, or a program that a rule started, has some device open. That is no user: the verdict is the same as without, and the
plan is carried out.'

storm_begin() {
	(while :; do udevadm trigger --settle --action=change --subsystem-match=block; done) >/dev/null 2>&1 &
	storm=$!
}
storm_end() {
	kill "$storm"
	wait "$storm" 2>/dev/null || true
	udevadm settle
}
after() {
	local i storm
	for i in 1 2; do
		rm -rf stormy stormy.*
		quietly stack_make
		storm_begin
		more_plan stormy
		check "storm $i: the plan has its steps" is "$(grep -c '^step ' stormy.plan)" 3
		show stormy.review
		more_apply stormy
		storm_end
		check 'and is carried out' is "$rc" 0
		check 'the snapshot is gone' is "$(lvs --noheadings -o lv_name onapp-aaaaaaaa | xargs)" ekwqx3d1vtkp0s
	done
	check 'the guests on the origins are alive' guests_alive
}
