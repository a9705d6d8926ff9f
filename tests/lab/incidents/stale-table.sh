# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
. "$LAB_DIR/incidents/windows-mapping.sh"
title='After the plan was made, the mapping got another table'
story='As windows-mapping, but between plan and execution the mapping, with its name and uuid unchanged, is moved
to another place of the snapshot. Nothing is changed.'

meddle() {
	local mapping=onapp--aaaaaaaa-backup--ddddddddX1
	run dmsetup reload "$mapping" --table '0 32768 linear /dev/mapper/onapp--aaaaaaaa-backup--dddddddd 4096'
	run dmsetup resume "$mapping"
}

expect_stale
