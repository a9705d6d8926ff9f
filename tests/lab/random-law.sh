#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Inside the guest, in the place of guest.sh: the law of a plan, on a host that random_draw.c drew. In each round every
# removable snapshot gets a plan of its own; then something real happens to the stack of each, at most one thing to those
# of one origin; then each plan is rehearsed, and compared with what a new capture and a new plan say. A plan whose steps
# would not be planned any more must be stopped (a counter-example otherwise); one whose steps would be planned again, and
# that is stopped, must be explained. What was done is undone where that is possible, and the next round begins.

set -euo pipefail
cd "$OUT"
# shellcheck source=lib.sh disable=SC2154
. "$LAB_DIR/lib.sh"
# shellcheck source=random-host.sh
. "$LAB_DIR/random-host.sh"
RANDOM=$LAW_SEED

# Counter-examples that are known, by change.
# A neighbour's own is a sibling's.
known=' merge suspended loaded sibling-suspended sibling-loaded layer-loaded layer-mapped clone on-top remount guest '
# Changes after which a plan may be stopped though its steps would be planned again; tests/unit/test_law.c says why.
explained=' rename extend map map-mount open loop bind umount mount resume '

# ---- what can happen ------------------------------------------------------------------------------------
#
# Each is called with the volume's name, its dm name, and its origin's two names; it is not undone where undo gets nothing.
# Not 0: there is nothing to which it could happen.

undo=()
pick() { # LINES: one of them
	local -a lines
	mapfile -t lines <<<"$1"
	[ -n "$1" ] && echo "${lines[RANDOM % ${#lines[@]}]}"
}
numbers_read() {
	dmsetup info -c --noheadings --separator ' ' -o name,major,minor | awk '{ print $1, $2 ":" $3 }' >numbers
	dmsetup table >tables
}
# Of the same origin: snapshots on its layer, with their stores, but for the one itself.
siblings() { # DM ORIGIN_DM
	awk -v self="$1" -v layer="$2-real" 'FILENAME == ARGV[1] { name[$2] = $1; number[$1] = $2; next }
		$4 == "snapshot" && $5 == number[layer] && $1 != self ":" { sub(":", "", $1); print $1; print name[$6] }' numbers tables
}
mounted_on() { # DM: the place of a mount of it, or of a mapping on it
	awk -v dm="$1" '$1 ~ "^/dev/mapper/" dm "(X[0-9]+)?$" { print $2; exit }' /proc/mounts | grep .
}
suspend_one() {
	is_suspended "$1" && return 1
	dmsetup suspend --noflush --nolockfs "$1" && undo+=("dmsetup resume $1")
}
load_one() {
	is_suspended "$1" && return 1
	dmsetup table "$1" | dmsetup load "$1" && undo+=("dmsetup clear $1")
}

# shellcheck disable=SC2217 # it only has to be open
open_it() { sleep 10000 <"/dev/mapper/$1" & }

change_nothing() { :; }
change_suspended() { suspend_one "$2"; }
change_loaded() { load_one "$2"; }
change_origin_suspended() { suspend_one "$4"; }
change_origin_loaded() { load_one "$4"; }
change_layer_loaded() { load_one "$4-real"; }
change_sibling_suspended() { suspend_one "$(pick "$(siblings "$2" "$4")")"; }
change_sibling_loaded() { load_one "$(pick "$(siblings "$2" "$4")")"; }
# LVM delays the merge while the origin is open.
change_merge() {
	local other
	other=$(lvm lvs --noheadings -o lv_name "${lvs_args[@]}" -S "origin=$3 && lv_name!=$1" $vg | tr -d ' ') || return 1
	other=$(pick "$other") || return 1
	open_it "$4"
	lvm_run lvconvert --merge "$vg/$other"
}
change_snapshot() {
	lvm_run lvcreate -s -l 2 -n "nightly$number.$round" "$vg/$3" && undo+=("lvm_run lvremove -y $vg/nightly$number.$round")
}
change_rename() { lvm_run lvrename $vg "$1" "$1.$round"; }
change_tag() { lvm_run lvchange --addtag "t$round" "$vg/$1"; }
change_extend() { lvm_run lvextend -l +1 "$vg/$1"; }
change_unrelated() { lvm_run lvcreate -l 1 -n "unrelated$number.$round" $vg; }
change_write() {
	is_suspended "$4" && return 1
	dd if=/dev/urandom of="/dev/mapper/$4" bs=4K count=1 seek=800 conv=notrunc status=none
}
change_guest() { open_it "$4" && undo+=("kill $!"); }
change_open() { open_it "$2" && undo+=("kill $!"); }
change_map() {
	dmsetup create "new$number" --table "0 128 linear /dev/mapper/$2 0" && undo+=("dmsetup remove new$number")
}
change_layer_mapped() {
	dmsetup create "new$number" --table "0 128 linear /dev/mapper/$4-real 0" && undo+=("dmsetup remove new$number")
}
change_loop() {
	local loop
	loop=$(losetup -r --find --show "/dev/mapper/$2") && undo+=("losetup -d $loop")
}
change_mount() {
	mkdir -p "/mnt/s/new$number"
	mount -o ro "/dev/mapper/$2" "/mnt/s/new$number" 2>/dev/null && undo+=("umount /mnt/s/new$number")
}
change_umount() {
	local place
	place=$(mounted_on "$2") && umount "$place"
}
change_remount() {
	local place
	place=$(mounted_on "$2") || return 1
	mount -o remount,rw "$place" 2>/dev/null || mount -o remount,ro "$place"
}
change_on_top() {
	local place
	place=$(mounted_on "$2") && mount -t tmpfs none "$place" && undo+=("umount $place")
}
change_bind() {
	local place
	place=$(mounted_on "$2") || return 1
	mkdir -p "/mnt/s/bound$number"
	mount --bind "$place" "/mnt/s/bound$number" && undo+=("umount /mnt/s/bound$number")
}
# Of the whole host: the group's disk is there twice.
clone_attach() {
	local loop
	cp --sparse=always "$LAB/disk" "$LAB/clone"
	loop=$(losetup --find --show "$LAB/clone")
	undo+=("losetup -d $loop" "rm $LAB/clone")
}

changes=(nothing suspended loaded origin_suspended origin_loaded layer_loaded sibling_suspended sibling_loaded merge snapshot
	rename tag extend unrelated write guest open map layer_mapped loop mount umount remount on_top bind)

# ---- a round --------------------------------------------------------------------------------------------

# One line for each removable snapshot of review.json that LVM knows: "VG/LV".
removable_print() {
	tr -d '\n' <"$1" | grep -Eo '"subject": *"[^"]*"|"verdict": *"[^"]*"' | sed 's/.*: *"\(.*\)"/\1/; s/\\//g' |
		paste -d ' ' - - | awk '$2 == "remove" { print $1 }'
}
# What a plan does to what; a name counts where there is no uuid.
steps_print() {
	awk '$1 == "step" { op = $3 } $1 == "target" { sub(/^target /, ""); if ($0 !~ / uuid - /) sub(/ name .*/, ""); print op, $0 }' "$1"
}
# The origin of a snapshot in the kernel, by its layer: its dm name.
origin_of() {
	awk -v dm="$1:" 'FILENAME == ARGV[1] { name[$2] = $1; next } $1 == dm && $4 == "snapshot" { n = name[$5]; sub(/-real$/, "", n); print n }' \
		numbers tables
}
# A change of each snapshot's own; of snapshots of one origin, the first one's.
change_each() {
	local label name dm origin_dm origin change tries
	local -A seen=()
	number=0
	numbers_read
	while read -r label; do
		number=$((number + 1)) change=nothing
		name=${label#*/}
		dm=$(dm_name $vg "$name")
		origin_dm=$(origin_of "$dm")
		origin=${origin_dm#onapp--aaaa-}
		if [ -n "$origin_dm" ] && [ -z "${seen[$origin_dm]:-}" ]; then
			for tries in 1 2 3; do
				change=${changes[RANDOM % ${#changes[@]}]}
				"change_$change" "$name" "$dm" "$origin" "$origin_dm" >"change.$number" 2>&1 && break
				change=nothing
			done
			seen[$origin_dm]=$change
		elif [ -n "$origin_dm" ]; then
			change=neighbour-${seen[$origin_dm]}
		fi
		echo "$label $number ${change//_/-}"
	done <removable >changes
}
plan_each() { # CAPTURE FOLDER
	local label
	mkdir -p "$2"
	number=0
	while read -r label; do
		number=$((number + 1))
		plan "$1" "$2/$number.review" --select "$label" -o "$2/$number" || return 1
	done <removable
}
rehearse() { # PLAN
	local rc=0
	snapstate-execute --unsigned "$1" >"$1.rehearsal" 2>&1 || rc=$?
	echo $rc
}
compare() { # LABEL NUMBER CHANGE RC: says one line; not 0 if something is wrong
	local is_same=no word='' all=" ${3#neighbour-} "
	[ -z "$global" ] || all=" $global "
	steps_print "old/$2" >steps.old
	[ -s steps.old ] || return 0 # it cannot go alone
	steps_print "new/$2" >steps.new
	grep -vxFf steps.new steps.old >/dev/null || is_same=yes
	case $is_same.$4 in
	yes.0) word=same ;;
	no.0) word=COUNTER-EXAMPLE ;;
	yes.*) word=needless ;;
	no.*) word=stopped ;;
	esac
	echo "pair $round.$2 $1 $3${global:+ $global} exit $4: $word"
	[ $word != COUNTER-EXAMPLE ] || [[ $known = *$all* ]] || return 1
	[ $word != needless ] || [[ $explained = *$all* ]] || return 1
}
round_run() {
	local label change rc i bad=0
	capture "c$round" || return 1
	plan "c$round" review.json --json --select 'onapp-*/backup-*' || return 1
	removable_print review.json >removable
	rm -rf old new
	plan_each "c$round" old || return 1
	undo=() global=''
	change_each
	[ $((RANDOM % 5)) -ne 0 ] || { clone_attach && global=clone; }
	while read -r label number change; do
		rehearse "old/$number" >"rc.$number"
	done <changes
	capture "d$round" || return 1
	plan_each "d$round" new || return 1
	while read -r label number change; do
		rc=$(cat "rc.$number")
		compare "$label" "$number" "$change" "$rc" || { tail -n 12 "old/$number.rehearsal" && bad=1; }
	done <changes
	for ((i = ${#undo[@]} - 1; i >= 0; i--)); do
		${undo[i]} >/dev/null 2>&1 || echo "not undone: ${undo[i]}"
	done
	return $bad
}

host_build
step 'the host is built'
for ((round = 1; round <= LAW_ROUNDS; round++)); do
	round_run >"round.$round" 2>&1 && rc=0 || rc=$?
	cat "round.$round"
	check "round $round: no plan is carried out that would not be made" [ "$rc" = 0 ]
	step "round $round"
done
build 3
printf 'summary: %s pairs: %s the same, %s stopped, %s needlessly, %s counter-examples of known kinds; %s s\n' \
	"$(cat round.* | grep -c '^pair')" "$(cat round.* | grep -c ': same$')" "$(cat round.* | grep -c ': stopped$')" \
	"$(cat round.* | grep -c ': needless$')" "$(cat round.* | grep -c 'COUNTER-EXAMPLE$')" "$SECONDS"
[ "$checks_failed" -eq 0 ]
