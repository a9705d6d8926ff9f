# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
. "$LAB_DIR/incidents/idle.sh"
title='After the plan was made, the snapshot was made anew under the same name'
story='As idle, but between plan and execution the snapshot is removed and the next backup creates another one of
the same name. Nothing is changed: the uuid tells them apart.'

meddle() {
	run lvremove -qq -y onapp-aaaaaaaa/backup-dddddddd
	clock_back
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	clock_now
}

expect_stale
