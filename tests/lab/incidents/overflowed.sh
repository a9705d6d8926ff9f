# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
. "$LAB_DIR/incidents/windows-mapping.sh"
title='The snapshot overflowed: status Invalid, reads fail'
story='The guest wrote more than the snapshot could keep. The kernel made it Invalid: reading it or the mapping on
it gives I/O errors. The origin is unharmed, and mapping and snapshot can be removed in order.'

make() {
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s parts ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd 4M
	partitions_map onapp-aaaaaaaa backup-dddddddd
	run dd if=/dev/urandom of=/dev/onapp-aaaaaaaa/ekwqx3d1vtkp0s bs=1M count=6 seek=40 oflag=direct status=none
	check 'the snapshot is Invalid' is "$(dmsetup status onapp--aaaaaaaa-backup--dddddddd)" '0 131072 snapshot Invalid'
	check 'it cannot be read' cannot_read /dev/mapper/onapp--aaaaaaaa-backup--dddddddd
	check 'nor can its mapping' cannot_read /dev/mapper/onapp--aaaaaaaa-backup--ddddddddX1
}
cannot_read() { not dd if="$1" of=/dev/null bs=4096 count=1 iflag=direct; }

expect_review 'invalid|Invalid|overflow'

# What brought the operator here: lvs reads the mapping, which is no volume of LVM by its uuid. LVM 2.02 said "read failed ...
# Input/output error"; 2.03.16 counts it at its debug level only, and not at all where its hints say which disks to read.
lvs_read_errors() {
	lvs -vvvv --config 'devices{hints="none"}' 2>&1 |
		sed -n 's/.*Scanned devices: read errors \([0-9]*\) .*/\1/p'
}
planned() { check 'lvs meets an I/O error' is "$(lvs_read_errors)" 1; }
after() {
	check 'lvs meets none any more' is "$(lvs_read_errors)" 0
	check 'the ticket says that the I/O errors ended' grep 'meet on this host: they have ended' ticket/*/RESULT.txt
	check 'and which they were' grep 'its snapshot is invalid, each read fails' ticket/*/RESULT.txt
}
