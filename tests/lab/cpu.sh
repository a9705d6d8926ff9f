# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# One processor of this machine for each guest, and room for its registers. Sourced by what boots guests.
#
# A guest has one processor, but is many processes here, which hand over to each other at each of its system calls. Where
# the next one is on another processor, which has gone to sleep meanwhile, handing over takes many times as long: seen, the
# same work in a third of the time on one processor, and an idle machine slower than a busy one.

# cpu_take: sets $on_cpu to the command that keeps a guest on a processor: on one that no other guest has, while there is
# one. It is given back when the calling shell and the guest have ended.
cpu_take() {
	local allowed range cpu lock folder=${TMPDIR:-/tmp}/snapstate-lab-$UID
	local cpus=()
	allowed=$(taskset -cp "$BASHPID" | sed 's/.*: *//')
	for range in ${allowed//,/ }; do
		for ((cpu = ${range%-*}; cpu <= ${range#*-}; cpu++)); do
			cpus+=("$cpu")
		done
	done
	mkdir -m 700 "$folder" 2>/dev/null || true
	for cpu in "${cpus[@]}"; do
		if [ -L "$folder" ] || [ ! -O "$folder" ]; then break; fi # somebody else's
		exec {lock}>"$folder/cpu$cpu"
		on_cpu=(taskset -c "$cpu")
		! flock -n "$lock" || return 0
		exec {lock}>&-
	done
	# shellcheck disable=SC2034 # of who sources this
	on_cpu=(taskset -c "${cpus[RANDOM % ${#cpus[@]}]}")
}

# registers_take FOLDER: puts in front of $on_cpu what lets the guest run on a processor with more registers than its kernel
# has room for (wide_registers.c), and makes that in FOLDER, which must outlive the guest.
registers_take() {
	cc -D_GNU_SOURCE -O2 -Wall -shared -fPIC -o "$1/wide_registers.so" "${BASH_SOURCE[0]%/*}/wide_registers.c" -ldl
	on_cpu=(/usr/bin/env LD_PRELOAD="$1/wide_registers.so" "${on_cpu[@]}")
}
