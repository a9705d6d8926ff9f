# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
#
# What an incident can declare, with the values it has if it declares nothing. Sourced before incidents/NAME.sh.
#
#   make()      makes the incident, with the clock three hours back
#   planned()     between the plan and its rehearsal
#   meddle()    changes something between the plan and its execution
#   after()     checks beyond those that every incident gets

init=''    # systemd: the guest's init is systemd, for services
hosts=hv7 # the nodes: hv7, or "hv7 hv8"; see hosts.sh
title='' # one line
story='' # a few lines for a person who meets the fixture

guest=on          # off: the guests do not run on their origins

capture_args=()   # of snapstate-capture
plan_args=()      # of snapstate-plan
policy=''         # the text of a file "policy", for plan_args=(--policy policy)
execute_args=(--unsigned) # of snapstate-execute
expect_plan_rc=0  # 0 all can be removed, 1 something is kept, 7 nothing is selected, 8 a hazard
expect_apply_rc=0 # 0 done, 3 the host differs from the plan
expect_steps=''   # the operations of the plan, in any order: the kernel and LVM prove the order

# Of the plain lvs that shows and checks: an incident whose devices would make it wait says what to keep away from.
lvs_args=()

# What the plan makes vanish, by its plain names; everything else must stay as it was. A -real that goes leaves
# its origin with the table that -real had.
gone_dm='' gone_lv='' gone_mount=''

expected_verdicts=()
expect_verdict() { expected_verdicts+=("$1 $2"); } # VG/LV remove|refuse|undecided

# Some line of the review matches all of these extended regular expressions; @PID@ stands for the pid of the backup
# program.
expected_reviews=()
expect_review() {
	local IFS=$'\n'
	expected_reviews+=("$*")
}

# expect_on NODE STEPS DM [MOUNTS]: on two hosts, what happens on that one; its steps in any order, and what of its devices
# and mounts goes. gone_lv is the same for both.
expect_on() {
	[ "$1" = "${LAB_NODE:-}" ] || return 0
	expect_steps=$2 gone_dm=$3 gone_mount=${4:-}
}

# For an incident whose plan must not run any more.
expect_stale() {
	expect_apply_rc=3
	gone_dm='' gone_lv='' gone_mount=''
}
