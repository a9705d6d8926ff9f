# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
. "$LAB_DIR/incidents/windows-mapping.sh"
title='After the plan was made, a process opened the mapping'
story='As windows-mapping, but between plan and execution a process opens the mapping. Nothing is changed.'

meddle() {
	local mapping=/dev/mapper/onapp--aaaaaaaa-backup--ddddddddX1
	fifo_nobody_drains "$LAB/copy"
	background dd "$LAB/copy" "$mapping" dd if="$mapping" bs=1M status=none
}

expect_stale
