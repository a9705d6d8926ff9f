# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
. "$LAB_DIR/incidents/removed-elsewhere.sh"
title='Removed on another host, and its extents given to another volume'
story='As removed-elsewhere, and since then the volume "victim" was created. LVM gave it the extents that the stale
-cow mapping still writes to. Each first write to a chunk of the origin now overwrites data of the victim, and no
tool reports it. The review says so first, with the name of the victim.'

make() {
	make_removed_elsewhere
	run lvcreate -qq -y -Wn -Zn -L 16M -n victim onapp-aaaaaaaa
	dd if="$LAB/files/database" of=/dev/onapp-aaaaaaaa/victim bs=1M count=3 oflag=direct status=none
	check 'the victim is on the extents of the stale -cow' is \
		"$(dmsetup table onapp--aaaaaaaa-backup--dddddddd-cow)" "$(dmsetup table onapp--aaaaaaaa-victim)"
	check 'nothing wrote to it yet' victim_is_whole
}
victim_is_whole() { cmp -n 3145728 "$LAB/files/database" /dev/onapp-aaaaaaaa/victim; }

# The victim is named before the first verdict.
victim_comes_first() { sed -E '/^(REMOVE|REFUSE|UNDECIDED)/q' review.txt | grep victim; }

expect_plan_rc=8
expect_review 'onapp-aaaaaaaa/victim'

after() {
	check 'the review put the hazard first' victim_comes_first
	dd if=/dev/urandom of=/dev/onapp-aaaaaaaa/ekwqx3d1vtkp0s bs=1M count=4 seek=50 oflag=direct status=none
	check 'the origin was written, and the victim has not changed' victim_is_whole
}
