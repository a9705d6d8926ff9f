# shellcheck shell=bash disable=SC2034,SC2154
# SPDX-License-Identifier: Apache-2.0
. "$LAB_DIR/incidents/removed-elsewhere-victim.sh"
title='The origin of a snapshot that overwrites another volume is suspended'
story='As removed-elsewhere-victim; and a tool suspended the origin and died. The writes of the guest wait. The first of them
to each chunk would be copied into the store, over the data of the victim, as soon as somebody resumes the origin: so the
snapshot goes first. Undecided, with what to type, in that order.'

eval "victim_$(declare -f make)"
make() {
	victim_make
	run dmsetup suspend onapp--aaaaaaaa-ekwqx3d1vtkp0s
}

expected_verdicts=() expected_reviews=()
expect_plan_rc=8
expect_verdict onapp-aaaaaaaa/backup-dddddddd undecided
expect_review 'do not resume it yet'
expect_steps=''
gone_mount='' gone_dm='' gone_lv=''
unset -f after

after() {
	local sum
	sum=$(sha256sum </dev/onapp-aaaaaaaa/victim)
	say 'a write of the guest waits'
	dd if=/dev/urandom of=/dev/onapp-aaaaaaaa/ekwqx3d1vtkp0s bs=1M count=4 seek=40 oflag=direct conv=notrunc status=none &
	background_pid=$!
	pause 2
	check 'it does' backup_alive
	say 'what the review says'
	review_do unsettled onapp-aaaaaaaa/backup-dddddddd
	check 'the write is done' wait "$background_pid"
	background_pid=
	check 'the snapshot is gone' not dmsetup info onapp--aaaaaaaa-backup--dddddddd
	check 'the victim is as it was' is "$sum" "$(sha256sum </dev/onapp-aaaaaaaa/victim)"
	check 'the guest goes on' guests_alive
}
