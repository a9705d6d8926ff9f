#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Inside the guest: builds what random_draw.c drew, and sends it through the whole loop. Takes the place of guest.sh.

set -euo pipefail
cd "$OUT"
# shellcheck source=lib.sh disable=SC2154
. "$LAB_DIR/lib.sh"
# shellcheck source=random-host.sh
. "$LAB_DIR/random-host.sh"

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
	awk 'FILENAME == ARGV[1] { gone[$1]; next } !($1 "/" $2 in gone)' gone.lv "$1/lv" >"$3/lv"
	awk 'FILENAME ~ /gone/ { gone[$1 ":"]; next }
		pass == 1 { name = $1; if (name in gone && sub(/-real:$/, ":", name)) { sub(/^[^ ]* /, ""); real[name] = $0 } next }
		$1 in gone { next }
		$1 in real { print $1, real[$1]; next }
		{ print }' gone.dm pass=1 "$1/table" pass=2 "$1/table" >"$3/table"
}
all_done() { grep -Eq '^(All [0-9]+ steps|[01] steps?) completed and verified' apply.out; }
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
check 'execution' program 0 apply.out snapstate-execute --apply --yes-digest "$digits" --unsigned --journal journal \
	--ticket ticket.tar.gz --before capture.snapstate.tar.gz plan.snapplan
check 'all steps are done' all_done
check 'the ticket says: as predicted, conditions included' ticket_says ticket.tar.gz '^AS PREDICTED: '
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
