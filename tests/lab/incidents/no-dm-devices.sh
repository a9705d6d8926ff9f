# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='Nothing to do: no device-mapper device at all'
story='device-mapper is loaded and has no device; there is no volume group. The plan is empty and applies as a no-op.'

# A kernel without dm-mod has no /dev/mapper/control either; that is another incident.
make() { check 'no dm device' is "$(dmsetup info -c --noheadings -o name)" 'No devices found'; }

expect_plan_rc=7
expect_review 'No snapshots match the selection'
