# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
. "$LAB_DIR/incidents/kvm-mapped.sh"
title='After the plan was made, somebody mounted the partition a second time'
story='As kvm-mapped, but between plan and execution the partition is mounted at one more place. The plan does not
hold any more: nothing is changed.'

meddle() { mount_at /dev/mapper/onapp--aaaaaaaa-backup--ddddddddX1 /mnt/restore; }

expect_stale
