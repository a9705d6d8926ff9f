#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Inside the guest: builds what random_draw.c drew, and sends it through the whole loop. Takes the place of guest.sh.

set -euo pipefail
cd "$OUT"
# shellcheck source=lib.sh disable=SC2154
. "$LAB_DIR/lib.sh"
# Suspended devices make whoever reads them wait.
# shellcheck disable=SC2034 # of lib.sh
lvs_args=(--config 'devices { filter = [ "a|^/dev/loop0$|", "r|.*|" ] }')
# Hundreds of events would keep udev busy for as long as all the rest takes: it is away while the host is built, and
# libdevmapper makes the nodes.
no_udev=(--config 'activation { udev_sync = 0 udev_rules = 0 } devices { filter = [ "a|^/dev/loop0$|", "r|.*|" ] }')
vg=onapp-aaaa
mapfile -t plan_args <"$LAB_DIR/plan.args"
mapfile -t victims <"$LAB_DIR/victims"
step() { printf '== %s (%s s)\n' "$1" "$SECONDS"; }
build() { "$LAB_DIR/random_build" "$LAB_DIR/build.$1" "$LAB/holders"; }
# lvm_run COMMAND...: on the disk alone.
lvm_run() { quietly lvm "$@" "${no_udev[@]}"; }

# ---- building -------------------------------------------------------------------------------------------

# The images that the origins get: an ext4 of 2 MiB, and two partitions of 1 MiB, ext4 and swap.
images_make() {
	mkdir -p files/boot
	head -c 256K /dev/urandom >files/database
	truncate -s 2M whole.image
	mkfs.ext4 -q -F -O ^has_journal -d files whole.image
	truncate -s 3M parts.image
	sfdisk -q --no-tell-kernel parts.image <<<$'label: dos\nstart=128, size=2048, type=83\nstart=4096, size=2048, type=82'
	truncate -s 1M part1 part2
	mkfs.ext4 -q -F -O ^has_journal -d files part1
	chmod 600 part2
	quietly mkswap part2
	dd if=part1 of=parts.image bs=64K seek=1 conv=notrunc status=none
	dd if=part2 of=parts.image bs=1M seek=2 conv=notrunc status=none
}
group_make() {
	local uuid
	truncate -s 512M disk
	build 0
	losetup /dev/loop0 disk
	uuid=$(sed -n '/^pv0 {/,/^}/s/^id = "\(.*\)"/\1/p' "$LAB_DIR/metadata.1")
	lvm_run pvcreate --uuid "$uuid" --norestorefile /dev/loop0
	udevadm settle
	step 'udev is settled'
	udevadm control --exit
	step 'udev is away'
	lvm_run vgcfgrestore -f "$LAB_DIR/metadata.1" $vg
	step 'the volumes are in the metadata'
	lvm_run vgchange -ay $vg
}
modules_load() {
	! grep -q '^array' "$LAB_DIR/build.1" || modprobe -d /mnt raid1
	grep -q '^target' "$LAB_DIR/build.1" || return 0
	modprobe -d /mnt -a configfs target_core_mod target_core_iblock
	mount -t configfs none /sys/kernel/config
}
host_build() {
	cd "$LAB"
	mkdir /mnt/s
	date -s "@1795000000" >/dev/null # NOW in random_draw.c
	SECONDS=0
	# dmeventd would unmount what overflows, and udev would activate what is not active: each when it gets to it
	echo 'global { event_activation = 0 } activation { monitoring = 0 }' >/etc/lvm/lvmlocal.conf
	images_make
	group_make
	step 'the volumes are active'
	modules_load
	build 1
	step 'stacks and holders are built'
	# Another host changes the metadata: nothing here notices. (It asks, since volumes are active.)
	lvm_run vgcfgrestore -y -f "$LAB_DIR/metadata.2" $vg
	[ ${#victims[@]} -eq 0 ] || lvm_run lvchange -ay -K "${victims[@]}"
	build 2
	/lib/systemd/systemd-udevd --daemon 2>/dev/null
	udevadm settle
	cd "$OUT"
}

# ---- checks ---------------------------------------------------------------------------------------------

holders_alive() {
	local pid comm now
	while read -r pid comm; do
		read -r now 2>/dev/null <"/proc/$pid/comm" || now=gone
		[ "$now" = "$comm" ] || { echo "process $pid, $comm: $now" && return 1; }
	done <"$LAB/holders"
}
# Of the volumes that guests use: origins and victims.
data_checksums() {
	local name
	sed -n 's/^\(onapp--aaaa-\(disk\|victim\)[0-9]*\) .*/\1/p' before/dm |
		while read -r name; do
			is_suspended "$name" || sha256sum "/dev/mapper/$name"
		done
}
# One line for each snapshot of review.json: "VG/LV VERDICT CLASS".
verdicts_print() {
	tr -d '\n' <"$1" | grep -Eo '"subject": *"[^"]*"|"class": *"[^"]*"|"verdict": *"[^"]*"' |
		sed 's/.*: *"\(.*\)"/\1/; s/\\//g' | paste -d ' ' - - - | awk '{ print $1, $3, $2 }'
}
# What follows from how it was built, against the planner's verdicts. One that is not there is not removed.
verdicts_right() {
	awk 'FILENAME == ARGV[1] { verdict[$1] = $2; class[$1] = $3; next }
		{ expected[$1]; v = $1 in verdict ? verdict[$1] : "none" }
		$2 == "remove" && v != "remove" || $2 == "keep" && v == "remove" { print $0 " -- is " v, class[$1]; bad = 1 }
		END {
			for (s in verdict)
				if (verdict[s] == "remove" && !(s in expected)) { print s " is removed, and was never built"; bad = 1 }
			exit bad
		}' "$1" "$LAB_DIR/expect"
}
# steps_expected FROM PLAN TO: what is left after the commands of the plan's steps, as a person would say it.
# An origin whose -real goes takes over its table.
steps_expected() {
	mkdir -p "$3"
	awk '$1 == "#" { print substr($0, 3) }' "$2" >commands
	sed -n 's/^umount //p' commands >gone.mount
	{
		sed -n 's/^dmsetup remove -u //p' commands | awk 'NR == FNR { name[$2] = $1; next } { print name[$1] }' "$1/dm" -
		sed -n 's/^dmsetup remove \([^-]\)/\1/p' commands
		sed -n 's/^lvremove -y [^\/]*\///p' commands | sed 's/-/--/g; s/^\(.*\)/onapp--aaaa-\1\nonapp--aaaa-\1-cow/'
	} >gone.dm
	sed -n 's/^lvremove -y //p' commands >gone.lv
	# the origins that lose their last snapshot by lvremove, and those that are refreshed
	{
		sed -n 's/^lvchange --refresh [^\/]*\///p' commands
		awk 'FILENAME == ARGV[1] { gone[$1]; next } NF == 5 && $1 "/" $2 in gone { had[$4] } NF == 5 && !($1 "/" $2 in gone) { has[$4] }
			END { for (o in had) if (!(o in has)) print o }' gone.lv "$1/lv"
	} | sort -u | sed 's/.*/onapp--aaaa-&-real/' >>gone.dm
	awk 'FILENAME == ARGV[1] { gone[$1]; next } !($1 in gone)' gone.dm "$1/dm" >"$3/dm"
	awk 'FILENAME == ARGV[1] { gone[$1]; next } !($1 in gone)' gone.mount "$1/mount" >"$3/mount"
	awk 'FILENAME == ARGV[1] { gone[$1]; next } !($1 "/" $2 in gone)' gone.lv "$1/lv" | sed 's/ *$//' >"$3/lv"
	awk 'FILENAME ~ /gone/ { gone[$1 ":"]; next }
		pass == 1 { name = $1; if (name in gone && sub(/-real:$/, ":", name)) { sub(/^[^ ]* /, ""); real[name] = $0 } next }
		$1 in gone { next }
		$1 in real { print $1, real[$1]; next }
		{ print }' gone.dm pass=1 "$1/table" pass=2 "$1/table" | sort >"$3/table"
}
all_done() { grep -Eq '^steps done: ([0-9]+) of \1, and the host is as the plan predicted' apply.out; }
program() { # RC OUTPUT COMMAND...: its exit code, and its words if it is another
	local rc=0 wanted=$1 output=$2
	shift 2
	"$@" >"$output" 2>"$output.err" || rc=$?
	[[ " $wanted " = *" $rc "* ]] || { echo "exit code $rc" && tail -n 30 "$output" "$output.err" && return 1; }
}
capture() { program 0 "$1.out" snapstate-capture -o "$1.snapstate.tar.gz"; }
# It says 1 where something is kept, and a drawn host has that nearly always.
plan() { program '0 1' "$2" snapstate-plan "${plan_args[@]}" "${@:3}" "$1.snapstate.tar.gz"; }
# What could not go for a neighbour's sake may have become removable with the neighbour; nothing else has.
nothing_left() {
	sed -n 's/^# lvremove -y //p' after.snapplan >left
	awk 'FILENAME == ARGV[1] { class[$1] = $3; next } class[$1] != "disagree" { print "could have gone: " $1; bad = 1 }
		END { exit bad }' verdicts left &&
		{ [ -s left ] || not grep '^step ' after.snapplan; }
}

# ---- the loop -------------------------------------------------------------------------------------------

host_build
step 'the host is built'
cp "$LAB/holders" .
inventory before
sums=$(data_checksums)
check 'capture' capture capture
check 'plan' plan capture review.txt -o plan.snapplan
check 'verdicts' plan capture review.json --json
verdicts_print review.json >verdicts
check 'each snapshot has the verdict that follows from how it was built' verdicts_right verdicts
step 'planned'
check 'a second capture' capture again
check 'it differs in its time stamp only' "$LAB_DIR/compare-captures" capture.snapstate.tar.gz again.snapstate.tar.gz
check 'rehearsal' program 0 rehearsal.out snapstate-execute --unsigned plan.snapplan
inventory rehearsed
check 'the rehearsal changed nothing' inventory_same before rehearsed
step 'rehearsed'
mkdir journal
digits=$(sed -n 's/^digest sha256:\(.\{8\}\).*/\1/p' plan.snapplan)
check 'execution' program 0 apply.out snapstate-execute --apply --yes-digest "$digits" --unsigned --journal journal plan.snapplan
check 'all steps are done' all_done
step 'applied'
inventory after
steps_expected before plan.snapplan expected
check 'plain tools: what the commands remove is gone, and nothing else changed' inventory_same expected after
check 'capture again' capture after
check 'the difference' program 0 diff.txt snapstate-plan --diff capture.snapstate.tar.gz after.snapstate.tar.gz
check 'the captures differ as predicted' "$LAB_DIR/compare-prediction" plan.snapplan diff.txt
check 'the data of origins and victims is unchanged' is "$sums" "$(data_checksums)"
check 'all holders are alive' holders_alive
check 'plan again' plan after review.after -o after.snapplan
check 'nothing is left to remove' nothing_left
build 3
printf 'summary: %s snapshots, %s removed in %s steps, %s kept; %s devices; %s s\n' "$(wc -l <verdicts)" \
	"$(grep -c ' remove ' verdicts)" "$(grep -c '^step ' plan.snapplan)" "$(grep -vc ' remove ' verdicts)" \
	"$(wc -l <before/dm)" "$SECONDS"
[ "$checks_failed" -eq 0 ]
