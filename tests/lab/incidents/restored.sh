# shellcheck shell=bash disable=SC2034,SC2154
# SPDX-License-Identifier: Apache-2.0
. "$LAB_DIR/incidents/idle.sh"
title='The metadata from before a removal, and what it brings back'
story='A snapshot that nothing uses is removed. The metadata of its volume group, from right before that, is beside the
journal and in the ticket. On a copy of the disk the printed command restores it: the volume is back, its origin is
unharmed, and what was written to the origin in between shows in the snapshot. Where another volume was given its extents,
not even the origin can be activated until the snapshot is removed again.'

after() {
	local result saved sum device
	result=$(echo ticket/*/RESULT.txt)
	saved=$(echo journal/*.vg)
	check 'it is for root alone' is 600 "$(stat -c %a "$saved")"
	check 'the journal has its sha256' grep -E "^1 kept .* sha256:$(sha256sum <"$saved" | cut -d' ' -f1)\$" journal/*.journal
	check 'the ticket has it' cmp "$saved" ticket/*/*.vg
	check 'the ticket says that no I/O errors were met' grep 'meet on this host: none' "$result"

	say 'the origin is written to, and all is stopped'
	run dd if=/dev/urandom of=/dev/onapp-aaaaaaaa/ekwqx3d1vtkp0s bs=1M count=2 seek=8 conv=notrunc oflag=direct status=none
	sum=$(sha256sum </dev/onapp-aaaaaaaa/ekwqx3d1vtkp0s)
	guests_end
	quietly vgchange -an onapp-aaaaaaaa
	cp --sparse=always "$LAB/onapp-aaaaaaaa.disk" "$LAB/copy.disk"
	losetup -d "$disk"
	disk=$(losetup -f --show "$LAB/copy.disk")
	udevadm settle
	quietly vgchange -an onapp-aaaaaaaa # udev may have activated it
	check 'the snapshot is gone' not lvs onapp-aaaaaaaa/backup-dddddddd

	say 'the printed command'
	check 'it restores' quietly eval "$(sed -n 's/^  command  //p' "$result") </dev/null"
	check 'the volume is back' is ekwqx3d1vtkp0s "$(lvs --noheadings -o origin onapp-aaaaaaaa/backup-dddddddd | xargs)"
	check 'it can be activated' quietly vgchange -ay onapp-aaaaaaaa
	run lvs -a
	run dmsetup table
	run dmsetup status
	check 'the origin is as it was written last' is "$sum" "$(sha256sum </dev/onapp-aaaaaaaa/ekwqx3d1vtkp0s)"
	check 'what was written to the origin in between shows in the snapshot' is "$sum" \
		"$(sha256sum </dev/onapp-aaaaaaaa/backup-dddddddd)"

	say 'its extents were given to another volume, which was written to'
	quietly lvremove -y onapp-aaaaaaaa/backup-dddddddd
	run lvcreate -qq -y -L 16M -n victim onapp-aaaaaaaa
	run dd if=/dev/urandom of=/dev/onapp-aaaaaaaa/victim bs=1M count=16 oflag=direct status=none
	quietly vgchange -an onapp-aaaaaaaa
	check 'it restores' quietly eval "$(sed -n 's/^  command  //p' "$result") </dev/null"
	check 'the volume made since is gone' not lvs onapp-aaaaaaaa/victim
	check 'the group cannot be activated' not quietly vgchange -ay onapp-aaaaaaaa
	check 'not even the origin' not test -e /dev/onapp-aaaaaaaa/ekwqx3d1vtkp0s
	for device in $(dmsetup ls | cut -f1 | grep onapp); do
		run dmsetup remove "$device"
	done
	check 'the snapshot can be removed' quietly lvremove -y onapp-aaaaaaaa/backup-dddddddd
	check 'then the origin can be activated' quietly vgchange -ay onapp-aaaaaaaa
	check 'the origin is as it was written last' is "$sum" "$(sha256sum </dev/onapp-aaaaaaaa/ekwqx3d1vtkp0s)"
}
guests_end() {
	local origin pid
	while read -r origin pid; do
		kill "$pid"
		wait "$pid" || true
	done <"$LAB/guests"
	rm "$LAB/guests"
}
