# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
. "$LAB_DIR/incidents/idle.sh"
title='A plan of version 1'
story='As idle, and an operator kept a plan that an older snapstate-plan made: it has no conditions, so it does not say what must
hold for the origin and for the other snapshots of it. Such a plan is still read and verified, and is not carried out: capture
and plan again.'

# plan_of_version_1 FROM TO: what that planner would have written.
plan_of_version_1() {
	sed -E -e 's/^snapstate-plan [0-9]+$/snapstate-plan 1/' -e '/^(scope|expect|gone|new|maybe gone|maybe new) condition /d' \
		-e '/^digest /d' "$1" >"$2"
	echo "digest sha256:$(sha256sum <"$2" | cut -d ' ' -f 1)" >>"$2"
}
says_old() { grep 'an older release of snapstate-plan made it' "$1"; }

planned() {
	local digits
	check 'the plan has conditions' grep '^expect condition ' plan.snapplan
	plan_of_version_1 plan.snapplan old.snapplan
	digits=$(sed -n 's/^digest sha256:\(.\{8\}\).*/\1/p' old.snapplan)
	mkdir old
	expect_rc 0 old.out snapstate-execute --unsigned old.snapplan
	check 'its facts are verified' grep 'expected facts were found on this host' old.out
	check 'it is said to be old' says_old old.out.err
	expect_rc 3 old.out snapstate-execute --apply --unsigned --yes-digest "$digits" --journal old old.snapplan
	check 'that is the reason' says_old old.out.err
	check 'nothing was begun: there is no journal' is '' "$(ls old)"
	inventory inventory.old
	check 'nothing was changed' inventory_same inventory.before inventory.old
}
