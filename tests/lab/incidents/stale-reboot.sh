# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
. "$LAB_DIR/incidents/kvm-mapped.sh"
title='After the plan was made, the host was rebooted'
story='As kvm-mapped, but the host has another boot id when the plan is executed. Nothing is changed.'

# The devices of this lab live in memory and do not outlive a reboot; the boot id is what tells.
meddle() {
	echo 5e1f9c0e-3d0a-4c56-9a57-0b8d8a6d2c11 >"$LAB/boot_id"
	run mount --bind "$LAB/boot_id" /proc/sys/kernel/random/boot_id
}

expect_stale
