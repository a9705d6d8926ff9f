# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
. "$LAB_DIR/incidents/vg-recreated.sh"
title='The volume group was removed on another host, and its disk is empty'
story='Another host removed the volume group, and the physical volume with it. Here the guest still runs on its volume, and
the snapshot is still active. LVM looked at every disk and found no such group: that is not the same as metadata that could
not be read.'

vg_make_anew() {
	on_another_host vgremove -qq -f onapp-aaaaaaaa
	on_another_host pvremove -qq DISK
}
