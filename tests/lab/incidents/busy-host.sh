# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
. "$LAB_DIR/incidents/kvm-mapped.sh"
title='After the plan was made, the host went on with its day'
story='As kvm-mapped, but between plan and execution the same volume group gets a new guest, whose backup begins, and
the origin itself is written, opened, and gets one more snapshot. None of this concerns the plan: it still holds. The
-real layer stays, since the other snapshot needs it.'

meddle() {
	origin_make onapp-aaaaaaaa zn8r2mbw40cqyt
	snapshot_make onapp-aaaaaaaa zn8r2mbw40cqyt backup-ffffffff
	run dd if=/dev/urandom of=/dev/onapp-aaaaaaaa/ekwqx3d1vtkp0s bs=1M count=2 seek=50 oflag=direct status=none
	origin_in_use onapp-aaaaaaaa ekwqx3d1vtkp0s
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-eeeeeeee
}

gone_dm=${gone_dm/onapp--aaaaaaaa-ekwqx3d1vtkp0s-real/}
