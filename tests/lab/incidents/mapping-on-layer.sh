# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='A mapping made by hand on the hidden layer below an origin'
story='Somebody looked at the data of a guest below its snapshots, with a mapping on the -real layer, and left it there. When
the last snapshot goes, LVM has to dissolve that layer, and meets it busy. The snapshot is refused, naming the mapping; a
snapshot of another origin goes.'

make() {
	vg_make onapp-aaaaaaaa 512M
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s whole ext4
	origin_make onapp-aaaaaaaa zn8r2mbw40cqyt whole ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	snapshot_make onapp-aaaaaaaa zn8r2mbw40cqyt backup-eeeeeeee
	run dmsetup create below-the-snapshot --table '0 2048 linear /dev/mapper/onapp--aaaaaaaa-ekwqx3d1vtkp0s-real 0'
}

expect_plan_rc=1
expect_verdict onapp-aaaaaaaa/backup-dddddddd refuse
expect_verdict onapp-aaaaaaaa/backup-eeeeeeee remove
expect_review 'class +foreign-mapping'
expect_review 'to do +close below-the-snapshot'
expect_steps='lv-remove'
gone_dm='onapp--aaaaaaaa-backup--eeeeeeee onapp--aaaaaaaa-backup--eeeeeeee-cow onapp--aaaaaaaa-zn8r2mbw40cqyt-real'
gone_lv='onapp-aaaaaaaa/backup-eeeeeeee'

after() {
	say 'what lvremove would have left'
	quietly lvremove -f onapp-aaaaaaaa/backup-dddddddd || true
	run dmsetup table
	check 'the layer stays behind' dmsetup info onapp--aaaaaaaa-ekwqx3d1vtkp0s-real
	say 'what the review says'
	review_do foreign-mapping
	check 'the mapping is gone' not dmsetup info below-the-snapshot
}
