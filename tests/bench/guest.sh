# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# A benchmark in a guest of the lab. Sourced by the benchmarks that need real device-mapper.
#
#   guest_prepare FOLDER SCRIPT [FILE...]   a folder with the lab's vocabulary, where SCRIPT takes the place of its loop
#   guest_boot FOLDER OUT BUILD MIB [KEY=VALUE...]   boots it; OUT gets what the guest left in its own $OUT, and its log
#
# The guest sees FOLDER as $LAB_DIR, BUILD's programs in its PATH, and each KEY=VALUE in its environment.

guest_seconds=${GUEST_SECONDS:-1200} # for one guest
guest_bench=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
guest_lab=$guest_bench/../lab
# shellcheck source=../lab/cpu.sh
. "$guest_lab/cpu.sh"

guest_prepare() {
	local folder=$1 script=$2
	shift 2
	mkdir -p "$folder"
	cp "$guest_lab/lib.sh" "$folder/"
	cp "$script" "$folder/guest.sh"
	[ $# -eq 0 ] || cp "$@" "$folder/"
	# An installed time(1) is one more package; this is 80 lines.
	cc -O2 -o "$folder/bench_run" "$guest_bench/bench_run.c"
}

guest_boot() {
	local folder=$1 out=$2 build=$3 memory=$4 status=0
	shift 4
	if ! command -v linux.uml >/dev/null; then
		echo 'no linux.uml: install the packages in tests/lab/packages.txt' >&2
		return 2
	fi
	mkdir -p "$out/tmp"
	cpu_take
	registers_take "$out/tmp"
	HOME=$out/tmp timeout -k 5 "$guest_seconds" "${on_cpu[@]}" linux.uml mem="${memory}M" uml_dir="$out/tmp/" root=/dev/root \
		rootfstype=hostfs rootflags=/ ro quiet loglevel=3 init="$guest_lab/pid1.sh" con=null con0=fd:0,fd:1 \
		con1=fd:0,fd:1 LAB_DIR="$folder" LAB_OUT="$out" LAB_BIN="$build" "$@" \
		</dev/null >"$out/console" 2>&1 || status=$?
	rm -rf "$out/tmp"
	sed 's/\r//g' "$out/console" >"$out/log"
	if [ "$(cat "$out/status" 2>/dev/null)" != 0 ]; then
		tail -n 40 "$out/log" >&2
		echo "the guest failed (status of linux.uml: $status, 124: no end within $guest_seconds s)" >&2
		return 1
	fi
}
