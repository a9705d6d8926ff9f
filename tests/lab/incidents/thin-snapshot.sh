# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='A thin snapshot'
story='The guests of this host are thin volumes of a pool, and so is the snapshot. Thin snapshots are volumes of their
own: others may depend on them, and they have no COW. This version does not remove them: refused.'

make() {
	kernel_module dm-thin-pool
	# The checker of pools is not installed here, and a new pool needs none.
	echo 'global { thin_check_executable = "" }' >/etc/lvm/lvmlocal.conf
	vg_make onapp-aaaaaaaa
	run lvcreate -qq -y --type thin-pool -L 64M -n pool onapp-aaaaaaaa
	run lvcreate -qq -y -V 64M --thinpool pool -n ekwqx3d1vtkp0s onapp-aaaaaaaa
	origin_in_use onapp-aaaaaaaa ekwqx3d1vtkp0s
	run lvcreate -qq -y -s -kn -n backup-dddddddd onapp-aaaaaaaa/ekwqx3d1vtkp0s
}

expect_plan_rc=1
expect_verdict onapp-aaaaaaaa/backup-dddddddd refuse
expect_review 'class +thin'

after() {
	local sum
	sum=$(sha256sum </dev/onapp-aaaaaaaa/ekwqx3d1vtkp0s)
	say 'what the review says'
	review_do thin
	check 'the snapshot is gone' not lvs onapp-aaaaaaaa/backup-dddddddd
	check 'the data of its origin is there' is "$sum" "$(sha256sum </dev/onapp-aaaaaaaa/ekwqx3d1vtkp0s)"
	check 'the guest goes on' guests_alive
}
