#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Inside the guest: stale stacks of each size of BENCH_SIZES ("125,250,500"), removed in three ways, each time built anew:
# by the bare loop of bench_stacks, by snapstate-execute, and, for sizes in BENCH_SHELL, by a shell loop of the commands that
# a person types. udev is away while they are built (it would take as long as all the rest), and handles each removal.
#
# Output in $OUT: times, lines "SIZE WAY SECONDS USER SYSTEM"; USER and SYSTEM are of the program itself and of what it waited
# for. WAY is bare, again (the bare loop once more), rehearsal, execute, shell.

set -euo pipefail
cd "$OUT"
# shellcheck source=../lab/lib.sh disable=SC2154
. "$LAB_DIR/lib.sh"
# shellcheck disable=SC2034 # of lib.sh
lvs_args=(--config 'devices { filter = [ "a|^/dev/loop0$|", "r|.*|" ] }')
no_udev=(--config 'activation { udev_sync = 0 udev_rules = 0 } devices { filter = [ "a|^/dev/loop0$|", "r|.*|" ] }')
snapshot=onapp--bench-backup-
sizes=${BENCH_SIZES//,/ }
largest=$(tr ' ' '\n' <<<"$sizes" | sort -n | tail -n 1)

stacks() { "$LAB_DIR/bench_stacks" "$@"; }
# timed SIZE WAY COMMAND...: its own words go to WAY.out.
timed() {
	local TIMEFORMAT="$1 $2 %R %U %S" size=$1 way=$2 rc=0
	shift 2
	{ time "$@" >"$way.out" 2>"$way.err" || rc=$?; } 2>>"$OUT/times"
	[ $rc -eq 0 ] || { echo "$way with $size stacks: exit code $rc" && tail -n 20 "$way.out" "$way.err" && return 1; }
	tail -n 1 times
}
udev_away() { udevadm settle && udevadm control --exit; }
udev_back() { /lib/systemd/systemd-udevd --daemon 2>/dev/null && udevadm settle; }
# What the stacks of this size are made of: nothing else is on the host.
devices_are() { is "$1" "$(dmsetup info -c --noheadings -o name | wc -l)"; }
build() {
	udev_away
	stacks build "$1"
	udev_back
	devices_are $((largest * 2 + $1 * 3))
}
shell_loop() {
	local i name
	for ((i = 0; i < $1; i++)); do
		printf -v name '%s-%04d' "$snapshot" "$i"
		kpartx -d -p X "/dev/mapper/$name"
		dmsetup remove "$name"
		dmsetup remove "$name-cow"
	done
}
# With the plan of the stacks that are there.
planned() {
	rm -rf journal bench.*
	mkdir journal
	snapstate-capture -q -o bench.snapstate.tar.gz
	snapstate-plan -o bench.snapplan bench.snapstate.tar.gz >bench.review
	is $(($1 * 3)) "$(grep -c '^step ' bench.snapplan)"
	digits=$(sed -n 's/^digest sha256:\(.\{8\}\).*/\1/p' bench.snapplan)
}
execute() { snapstate-execute --apply --unsigned --yes-digest "$digits" --journal journal bench.snapplan; }

# udev would activate the origins
echo 'global { event_activation = 0 } activation { monitoring = 0 }' >/etc/lvm/lvmlocal.conf
truncate -s $((1024 * 1024 + largest * 5 * 64 * 1024)) "$LAB/disk"
losetup /dev/loop0 "$LAB/disk"
stacks metadata "$largest" metadata
udev_away
lvm pvcreate -q --uuid "$(sed -n '/^pv0 {/,/^}/s/^id = "\(.*\)"/\1/p' metadata)" --norestorefile /dev/loop0 "${no_udev[@]}"
lvm vgcfgrestore -q -f metadata onapp-bench "${no_udev[@]}"
stacks origins "$largest" /dev/loop0
udev_back
for size in $sizes; do
	build "$size"
	timed "$size" bare stacks remove "$size"
	devices_are $((largest * 2))
	build "$size"
	planned "$size"
	timed "$size" rehearsal snapstate-execute --unsigned bench.snapplan
	timed "$size" execute execute
	devices_are $((largest * 2))
	grep "^All $((size * 3)) steps completed" execute.out
	build "$size"
	timed "$size" again stacks remove "$size"
	[[ ,$BENCH_SHELL, != *,$size,* ]] || {
		build "$size"
		timed "$size" shell shell_loop "$size"
		devices_are $((largest * 2))
	}
done
