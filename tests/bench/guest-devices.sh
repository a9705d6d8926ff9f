#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Inside the guest: a host with more and more device-mapper devices, captured at each size of BENCH_SIZES ("100,1000").
# Plain linear volumes, as most are on a hypervisor, on one disk.
#
# Output in $OUT: times.SIZE, for the capture, for dmsetup and for one LVM command, as bench_run prints them; calls.SIZE,
# lines "CALL COUNT" of the capture's own system calls, an ioctl by the name of its request; bytes.SIZE, the archive's.

set -euo pipefail
# shellcheck source=../lab/lib.sh disable=SC2154
. "$LAB_DIR/lib.sh"
rounds=${BENCH_ROUNDS:-3}
archive=/run/bench.snapstate.tar.gz

# One process makes many: `dmsetup create --concise`. The chunk keeps the argument below the kernel's 128 KiB.
devices_make() {
	perl -e '
		my ($at, $end, $disk) = @ARGV;
		my $vg = "BenchVolumeGroupUuid0123456789AB";
		while ($at < $end) {
			my @chunk;
			for (; $at < $end && @chunk < 500; $at++) {
				push @chunk, sprintf("onapp--%04d-disk%06d,LVM-%s%032d,,rw,0 8 linear %s %d",
					$at / 500, $at, $vg, $at, $disk, $at * 8);
			}
			system("dmsetup", "create", "--noudevsync", "--concise", join(";", @chunk)) == 0 or exit 1;
		}' "$1" "$2" "$disk"
}
calls_count() {
	perl -ne '
		$count{$1}++ if /^\d+ +ioctl\(\d+, (DM_\w+)/ || /^\d+ +(\w+)\(/;
		END { print "$_ $count{$_}\n" for sort keys %count }'
}

disk bench 256M
# Ten thousand events would keep udev busy for as long as the rest takes; libdevmapper makes the nodes itself then.
udevadm control --exit
mkfifo "$LAB/trace"
made=0
for size in ${BENCH_SIZES//,/ }; do
	devices_make "$made" "$size"
	made=$size
	is "$size" "$(dmsetup info -c --noheadings -o name | wc -l)"
	# shellcheck disable=SC2016
	"$LAB_DIR/bench_run" "$rounds" sh -c 'rm -f "$0"; exec snapstate-capture -q --timeout 600 -o "$0"' $archive \
		::: sh -c 'dmsetup table; dmsetup status --noflush; dmsetup deps' \
		::: lvm pvs -a --nolocking --config 'devices { scan_lvs=0 hints="none" }' --devices "$disk" >"$OUT/times.$size"
	stat -c %s $archive >"$OUT/bytes.$size"
	rm $archive
	: >"$OUT/calls.$size"
	[ "$size" -le "$BENCH_TRACED_MOST" ] || { echo "captured with $size devices" && continue; }
	# with its children, but not LVM: that has its own ioctls, and under strace it would not end in time
	calls_count <"$LAB/trace" >"$OUT/calls.$size" &
	strace -f -b execve -s 0 -e signal=none -o "$LAB/trace" snapstate-capture -q --timeout 600 -o $archive
	wait $!
	rm $archive
	echo "captured with $size devices"
done
