#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Inside the guest, in the place of guest.sh: the law of a plan, on a host that random_draw.c drew. Each removable snapshot
# gets a plan of its own. In each round something real happens to each stack (random-changes.sh), or to the whole host;
# the host is captured, each plan is rehearsed, and what happened is undone. random-judge, outside, plans anew from the
# captures and compares: that costs nothing here. At the end each plan that is left is carried out, and something happens
# between the verification of the whole and the end of a step that it touches.
#
# Input:  LAW_SEED LAW_ROUNDS. Output, in $OUT: pairs, a line "ROUND STEP EXIT-CODE PLAN VG/LV KIND" for each plan and round,
# where STEP is "all", and EXIT-CODE of the rehearsal; or STEP is the one before which it happened, and EXIT-CODE 0 if it
# was done nevertheless, else that of the run. ROUND.snapstate.tar.gz is the capture; what was said is in PLAN.ROUND.

set -euo pipefail
cd "$OUT"
# shellcheck source=lib.sh disable=SC2154
. "$LAB_DIR/lib.sh"
# shellcheck source=random-host.sh
. "$LAB_DIR/random-host.sh"
# shellcheck source=random-changes.sh
. "$LAB_DIR/random-changes.sh"
RANDOM=$LAW_SEED
program_seconds=60
round=0
: >pairs

# ---- plans ----------------------------------------------------------------------------------------------

# The removable snapshots of review.json: "VG/LV".
removable_print() {
	tr -d '\n' <"$1" | grep -Eo '"subject": *"[^"]*"|"verdict": *"[^"]*"' | sed 's/.*: *"\(.*\)"/\1/; s/\\//g' |
		paste -d ' ' - - | awk '$2 == "remove" { print $1 }'
}
labels=()
declare -A plan_of is_old # by label: its plan; "1": that is of a state that will not come back
# Plans those anew that need it; one that cannot go alone leaves.
plans_make() {
	local i label kept=()
	[ ${#is_old[@]} -gt 0 ] || return 0
	capture "base.$round" || return
	for i in "${!labels[@]}"; do
		label=${labels[i]}
		if [ -n "${is_old[$label]:-}" ]; then
			plan_of[$label]=old.${label#*/}.$round
			plan "base.$round" review --select "$label" -o "${plan_of[$label]}" || return
			grep -q '^step ' "${plan_of[$label]}" || continue
		fi
		kept+=("$label")
	done
	labels=("${kept[@]}")
	is_old=()
}

# ---- what happens ---------------------------------------------------------------------------------------

# happen LIST: the first kind of that list which can happen does, and goes to its end; sets $kind.
happen() {
	local -n list=$1
	local i n=${#undo[@]}
	for i in "${!list[@]}"; do
		kind=${list[i]}
		echo "-- $round, $name: $kind ($EPOCHREALTIME)" >>"$LAB/said"
		if eval "${act[$kind]}" 2>>"$LAB/said"; then
			list=("${list[@]:0:i}" "${list[@]:i+1}" "$kind")
			return 0
		fi
		undo_from "$n"
	done
	kind=nothing
}
shuffle() {
	local -n list=$1
	local i j kind
	for ((i = ${#list[@]} - 1; i > 0; i--)); do
		j=$((RANDOM % (i + 1))) kind=${list[i]}
		list[i]=${list[j]} list[j]=$kind
	done
}
# Of snapshots of one origin, to the first one's stack.
happen_to_each() {
	local label key
	local -A happened=() spoiled=()
	tag=$round.0
	for label in "${labels[@]}"; do
		stack_read "$label"
		key=${origin:-$dm} tag=$round.$((${tag#*.} + 1))
		if [ -z "${happened[$key]:-}" ]; then
			is_spoiled=''
			happen own
			happened[$key]=$kind spoiled[$key]=$is_spoiled
		fi
		kind_of[$label]=${happened[$key]}
		[ -z "${spoiled[$key]}" ] || is_old[$label]=1
	done
}
all_are_old() {
	local label
	for label in "${labels[@]}"; do
		is_old[$label]=1
	done
}
happen_to_all() {
	local label
	tag=$round is_spoiled='' name=''
	happen whole
	for label in "${labels[@]}"; do
		kind_of[$label]=$kind
	done
	[ -z "$is_spoiled" ] || all_are_old
}

# ---- a round --------------------------------------------------------------------------------------------

rehearse() { # LABEL
	local rc=0 plan=${plan_of[$1]}
	timeout -k 5 60 snapstate-execute --unsigned "$plan" >"$plan.$round" 2>&1 || rc=$?
	echo "$round all $rc $plan $1 ${kind_of[$1]}" >>pairs
}
round_run() {
	local label
	declare -A kind_of=()
	plans_make || return
	state_read
	undo=()
	local begun=$SECONDS happened
	if [ $((round % 3)) = 0 ]; then happen_to_all; else happen_to_each; fi
	happened=$SECONDS
	timeout 20 udevadm settle || true
	capture "$round" || return
	for label in "${labels[@]}"; do
		rehearse "$label"
	done
	echo "changes $((happened - begun)) s, captured and rehearsed $((SECONDS - happened)) s"
	is_spoiled=''
	undo_from 0
	[ -z "$is_spoiled" ] || all_are_old
	timeout 20 udevadm settle || true
}

# ---- between two steps ----------------------------------------------------------------------------------

# step_pick PLAN OPERATION...: sets $number to one of its steps that is such an operation.
step_pick() {
	local word at op steps=()
	while read -r word at op; do
		[[ $word != step || " ${*:2} " != *" $op "* ]] || steps+=("$at")
	done <"$1"
	pick "${steps[@]}" && number=$picked
}
# The executor stands still (kill_at.c): it happens, is captured, and the executor goes on.
happen_between() { # LABEL
	local tries=0
	until read -r -t 0.2 <>due; do
		[ $((tries++)) -lt 9000 ] && [ -e "/proc/$executor" ] || return
	done
	state_read
	stack_read "$1"
	echo "-- $round, $name, before step $number: $kind" >>"$LAB/said"
	eval "${act_between[$kind]}" 2>>"$LAB/said" || kind=nothing
	timeout 20 udevadm settle || true
	capture "$round" || return
	echo >go
}
later_run() { # LABEL: with the next kind that touches one of the plan's steps
	local plan=${plan_of[$1]} executor digits rc=0 i number=''
	for i in "${!between[@]}"; do
		kind=${between[i]}
		# shellcheck disable=SC2086 # words
		step_pick "$plan" ${touches[$kind]} || continue
		between=("${between[@]:0:i}" "${between[@]:i+1}" "$kind")
		break
	done
	[ -n "$number" ] || return 0
	undo=() tag=$round
	digits=$(sed -n 's/^digest sha256:\(.\{8\}\).*/\1/p' "$plan")
	timeout -k 5 2400 "$LAB_DIR/kill_at" -s $((number - 1)) due go snapstate-execute --apply --yes-digest "$digits" --unsigned \
		--journal "journal.$round" "$plan" >"$plan.$round" 2>&1 &
	executor=$!
	happen_between "$1" || { cat "$plan.$round" && return 1; }
	wait $executor || rc=$?
	! grep -q "^$number \(done\|differs\) " "journal.$round"/*.journal || rc=0
	undo_from 0
	echo "$round $number $rc $plan $1 $kind" >>pairs
}
# Each one of another origin.
later_all() {
	local label
	local -A seen=()
	plans_make || return
	mkfifo due go
	for label in "${labels[@]}"; do
		state_read
		stack_read "$label"
		[ -z "${seen[${origin:-$dm}]:-}" ] || continue
		seen[${origin:-$dm}]=1
		round=$((round + 1))
		later_run "$label" || return
	done
}

# However it ends.
trap 'cp "$LAB/said" . && tail -n 5 said.round' EXIT
host_build
step 'the host is built'
check 'capture' capture first
check 'verdicts' plan first review.json --json --select 'onapp-*/backup-*'
mapfile -t labels < <(removable_print review.json)
all_are_old
shuffle own
shuffle whole
shuffle between
for ((round = 1; round <= LAW_ROUNDS && ${#labels[@]} > 0; round++)); do
	round_run >said.round 2>&1 || { fail "round $round" && cat said.round && break; }
	sed 's/^/        /' said.round
	step "round $round: $(grep -c "^$round " pairs || true) pairs"
done
if [ "$checks_failed" -eq 0 ]; then
	all_are_old
	later_all >said.round 2>&1 || { fail 'between two steps' && cat said.round; }
	step "between two steps: $(grep -vc '^[0-9]* all ' pairs || true) pairs"
fi
build 3
[ "$checks_failed" -eq 0 ]
