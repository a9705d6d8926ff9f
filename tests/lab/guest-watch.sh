#!/bin/bash
# shellcheck disable=SC2154
# SPDX-License-Identifier: Apache-2.0
#
# Inside a guest that systemd started, in the place of guest.sh: the nightly capture as the shipped unit and timer run it, on a
# host with a leftover. What the unit's limits forbid is tried from within them.

set -euo pipefail
cd "$OUT"
# shellcheck source=lib.sh
. "$LAB_DIR/lib.sh"
# shellcheck source=declare.sh
. "$LAB_DIR/declare.sh"
# shellcheck source=incidents/kvm-mapped.sh
. "$LAB_DIR/kvm-mapped.sh"

unit=snapstate-watch.service
units=/run/systemd/system
folder=/var/lib/snapstate/watch/captures
metrics=/run/snapstate-watch/snapstate.prom

# The shipped files to the byte; only where the programs are is not what the build was told.
install_units() {
	cp "$LAB_DIR/$unit" "$LAB_DIR/snapstate-watch.timer" $units/
	mkdir $units/$unit.d
	printf '[Service]\nExecStart=\nExecStart=%s\nEnvironment=SNAPSTATE_WATCH_PROGRAMS=/mnt/bin\n' "$LAB_DIR/snapstate-watch" \
		>$units/$unit.d/programs.conf
	mkdir -p /etc/default
	echo 'SNAPSTATE_WATCH_KEEP=2' >/etc/default/snapstate-watch
	systemctl daemon-reload
}
newest() { find $folder -name '*.snapstate.tar.gz' | sort | tail -n 1; }
exited_with() { is "$1" "$(systemctl show -P ExecMainStatus "$2")"; }
# Tenths; what adds to it is shown.
exposure_at_most() {
	systemd-analyze security --no-pager --threshold="$1" $unit >"$LAB/exposure" || { grep -v '^✓' "$LAB/exposure" && return 1; }
}
verify() { is '' "$(systemd-analyze verify $units/$unit $units/snapstate-watch.timer 2>&1)"; }

# within COMMAND...: runs it with the limits of the unit.
within() {
	printf '%q ' "$@" >/run/command
	systemctl start within.service
}
forbids() {
	not within "$@" || return 1
	journalctl -q -b -u within.service -o cat | tail -n 20
	journalctl -q -b -u within.service -o cat | tail -n 20 | grep -Eq 'Operation not permitted|Permission denied|Read-only'
}
# timer_fires LAST: there is a newer capture than that within two minutes.
timer_fires() {
	local i
	for ((i = 0; i < 120; i++)); do
		[ "$(newest)" = "$1" ] || return 0
		sleep 1
	done
	date
	systemctl list-timers --no-pager --all snapstate-watch.timer
	journalctl -q -n 20 -o short
	return 1
}
install_within() {
	cp $units/$unit $units/within.service
	mkdir $units/within.service.d
	printf '[Service]\nExecStart=\nExecStart=/bin/bash /run/command\n' >$units/within.service.d/command.conf
	systemctl daemon-reload
}

kill -s RTMIN+21 1 # systemd tells of no start and stop on the console
say 'a host with a leftover, under systemd'
clock_back
make
clock_now
udevadm settle
install_units
systemctl --version | head -n 1

say 'the unit'
check 'systemd-analyze verify finds nothing' verify
check 'exposure of at most 4.0' exposure_at_most 40
tail -n 1 "$LAB/exposure"
check 'it runs' systemctl start $unit
check 'exit code 0' exited_with 0 $unit
journalctl -q -u $unit -o cat
snapstate-capture -q -o "$LAB/plain.snapstate.tar.gz"
check 'within its limits the capture finds what it finds without' \
	"$LAB_DIR/compare-captures" "$LAB/plain.snapstate.tar.gz" "$(newest)"
cp $metrics metrics.first
check 'the leftover is counted' grep -Eq '^snapstate_snapshots\{class="[a-z-]+",verdict="remove"\} 1$' $metrics
check 'everybody may read the metrics' is '755 644' "$(stat -c %a ${metrics%/*} $metrics | xargs)"
check 'nobody but root may read the captures' is '700 600' "$(stat -c %a $folder "$(newest)" | xargs)"

say 'the last two are kept'
first=$(newest)
sleep 1
check 'a second run' systemctl start $unit
second=$(newest)
sleep 1
check 'a third run' systemctl start $unit
check 'the first is dropped' test ! -e "$first"
check 'two are kept' is "$second $(newest)" "$(find $folder -type f | sort | xargs)"
check 'they differ' test "$second" != "$(newest)"

say 'what it must not do'
install_within
truncate -s 1M "$LAB/spare"
spare=$(losetup -f --show "$LAB/spare")
check 'reads a block device' within dd if="$spare" of=/dev/null count=1
check 'asks device-mapper' within dmsetup table
check 'writes no block device' forbids dd if=/dev/zero of="$spare" count=1 conv=notrunc,fsync
check 'reads no memory and no kernel log' forbids cat /dev/mem
check 'mounts nothing' forbids mount -t tmpfs none /mnt/tmp
check 'sets no clock' forbids date -s 2001-01-01
check 'loads no module' forbids modprobe -d /mnt dm-flakey
check 'has no address family but its two' forbids python3 -c 'import socket; socket.socket(socket.AF_INET)'
check 'gives no file away' forbids chown nobody /run/command
check 'makes no device' forbids mknod /run/node b 7 0
check 'sets no host name' forbids hostname other

say 'the timer'
check 'it is off' is inactive "$(systemctl is-active snapstate-watch.timer)"
systemctl start snapstate-watch.timer
next=$(systemctl show -P NextElapseUSecRealtime snapstate-watch.timer)
echo "next: $next"
check 'between 05:30 and 06:00' test "$(date -d "$next" +%H%M)" -ge 530 -a "$(date -d "$next" +%H%M)" -le 600
# each change of the clock draws the delay anew
mkdir $units/snapstate-watch.timer.d
printf '[Timer]\nRandomizedDelaySec=0\n' >$units/snapstate-watch.timer.d/delay.conf
systemctl daemon-reload
systemctl restart snapstate-watch.timer
last=$(newest)
date -s "${next:4:10} 05:30:01" >/dev/null
check 'it starts the unit' timer_fires "$last"

say "watch: $([ $checks_failed -eq 0 ] && echo 'all checks held' || echo "$checks_failed checks failed")"
[ $checks_failed -eq 0 ]
