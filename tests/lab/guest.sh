#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# One incident inside the guest: make it, and unless LAB_MODE is another than "loop", send it through the whole loop: capture,
# plan, rehearsal, execution, capture, and compare what was predicted with what happened, and both with what plain
# tools say. Exit 0 if all checks held.

set -euo pipefail
# bash before 4.4 takes an empty array for one that is not set
[ $((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1])) -ge 404 ] || set +u
cd "$OUT"
# shellcheck source=lib.sh
. "$LAB_DIR/lib.sh"
# shellcheck source=declare.sh
. "$LAB_DIR/declare.sh"
# shellcheck source=hosts.sh
. "$LAB_DIR/hosts.sh"
# shellcheck disable=SC1090
. "$LAB_DIR/incidents/$LAB_INCIDENT.sh"

# expect_rc EXPECTED FILE COMMAND...: runs a program, its stdout into FILE; both are shown and the exit code checked.
expect_rc() {
	local expected=$1 file=$2 status=0
	shift 2
	printf '# %s\n' "$*"
	"$@" >"$file" 2>"$file.err" || status=$?
	show "$file.err"
	[ "$file" = /dev/null ] || [[ "$file" = *.json ]] || show "$file"
	check "exit code $expected" exit_code_is "$expected" "$status" "$file.err"
	[ -s "$file.err" ] || rm "$file.err"
}
exit_code_is() { is "$1" "$2" || { tail -n 5 "$3" && return 1; }; }
# Whatever state the host is in, a capture ends: within its --timeout (60 s), and the guest may be slow.
capture_seconds=90
# An archive is attached to a ticket: an ordinary host's is small.
capture_kib=100
capture() {
	local begun=$SECONDS
	expect_rc 0 "$1.out" snapstate-capture "${capture_args[@]}" -o "$1.snapstate.tar.gz"
	check "it took less than $capture_seconds s" test $((SECONDS - begun)) -lt $capture_seconds
	check "the archive is under $capture_kib KiB" test "$(stat -c %s "$1.snapstate.tar.gz")" -lt $((capture_kib * 1024))
}

# has_verdict VG/LV VERDICT, in review.json: within one object, "subject" stands before "verdict". A JSON writer may
# put a backslash before a slash.
has_verdict() {
	local flat object
	mapfile -t flat <review.json
	flat=${flat[*]//\\/}
	# of each object's rest, the part before the next one
	while [[ "$flat" = *'"subject":'* ]]; do
		flat=${flat#*'"subject":'}
		object=${flat%%[\{\}]*}
		[[ ! "$object" =~ ^\ *\"$1\".*\"verdict\":\ *\"$2\" ]] || return 0
	done
	echo 'review.json says:'
	grep -Eo '"(subject|verdict)": *"[^"]*"' review.json
	return 1
}
# review_says PATTERNS: some line matches them all; one pattern per line.
review_says() {
	local patterns pattern line lines
	mapfile -t patterns <<<"$1"
	mapfile -t lines <review.txt
	for line in "${lines[@]}"; do
		for pattern in "${patterns[@]}"; do
			[[ $line =~ $pattern ]] || continue 2
		done
		return 0
	done
	return 1
}
# What one confirms a plan with; and the operations of its steps, sorted. Sets $digits, $steps.
plan_read() {
	local line words=()
	digits=''
	while read -r line; do
		case $line in
		'digest sha256:'*) digits=${line#digest sha256:} digits=${digits:0:8} ;;
		'step '[0-9]*) words+=("${line#step * }") ;;
		esac
	done <plan.snapplan
	words_sorted "${words[@]}"
	steps=${sorted[*]}
}
# shellcheck disable=SC2086
steps_are() {
	plan_read
	words_sorted $1
	is "${sorted[*]}" "$steps"
}
# The processes below a seccomp filter that this shell or its children started; a host's services may have one as well.
confined() {
	local status own theirs
	own=$(cat /proc/self/cgroup 2>/dev/null) || true
	for status in $(grep -ls '^Seccomp:[[:space:]]*2' /proc/[0-9]*/status); do
		theirs=$(cat "${status%status}cgroup" 2>/dev/null) || true
		[ "$theirs" != "$own" ] || echo "$status"
	done
}
# Another boot than the plan's, or what differs, a line each.
shows_difference() {
	cat apply.out*
	if grep -q 'the plan is for' apply.out*; then
		grep -q 'and this is' apply.out*
	else
		cat apply.out* | grep -A1 'is not as the plan expects it' | grep -Eq '^ +[^ ]'
	fi
}

incident_make() {
	say "$LAB_INCIDENT: $title"
	printf '%s\n\n' "$story"
	clock_back
	make
	clock_now
	udevadm settle
}

has_diskseq() { compgen -G '/sys/block/*/diskseq' >/dev/null; }

# For people; inventory.before has most of it.
incident_show() {
	if [ "${LAB_QUIET:-}" != true ]; then
		say 'what plain tools see'
		run dmsetup ls --tree
		run dmsetup table
		run dmsetup status
		run lvs "${lvs_args[@]}" -a -o +lv_time
		run findmnt -t ext4,fuseblk,ntfs || true
	fi
	check 'the guests on the origins are alive' guests_alive
	check 'the backup program is alive' backup_alive
}

loop_plan() {
	say 'capture'
	capture capture
	[ -s capture.snapstate.tar.gz ] || return
	say 'plan'
	[ -z "$policy" ] || printf '%s\n' "$policy" >policy
	COLUMNS=100 expect_rc "$expect_plan_rc" review.txt \
		snapstate-plan "${plan_args[@]}" -o plan.snapplan capture.snapstate.tar.gz
	[ -s plan.snapplan ] || return
	expect_rc "$expect_plan_rc" review.json \
		snapstate-plan "${plan_args[@]}" --json -o again.snapplan capture.snapstate.tar.gz
	check 'a second plan is the same to the byte' cmp plan.snapplan again.snapplan
	show plan.snapplan

	local expectation
	for expectation in "${expected_verdicts[@]}"; do
		check "verdict: $expectation" has_verdict "${expectation% *}" "${expectation#* }"
	done
	for expectation in "${expected_reviews[@]}"; do
		check "the review says: ${expectation//$'\n'/ }" review_says "${expectation//@PID@/$background_pid}"
	done
	check 'the steps are the expected ones' steps_are "$expect_steps"

	say 'the same again'
	capture again >/dev/null
	check 'a second capture differs in its time stamp only' \
		"$LAB_DIR/compare-captures" capture.snapstate.tar.gz again.snapstate.tar.gz
}

loop_execute() {
	local base=capture
	if declare -F planned >/dev/null; then
		planned
	fi
	say 'rehearsal'
	expect_rc 0 rehearsal.out snapstate-execute "${execute_args[@]}" plan.snapplan
	if ! has_diskseq && [ -n "$expect_steps" ]; then
		check 'the rehearsal says by what a device is known' grep 'has no disk sequence number' rehearsal.out
	fi
	inventory inventory.rehearsed
	check 'the rehearsal changed nothing' inventory_same inventory.before inventory.rehearsed

	if declare -F meddle >/dev/null; then
		say 'between plan and execution'
		meddle
		inventory inventory.before
		base=base
		capture base
		if [ "$expect_apply_rc" = 3 ]; then
			expect_rc 3 rehearsal.out snapstate-execute "${execute_args[@]}" plan.snapplan
		fi
	fi
	checksums=$(origin_checksums)

	say 'execution'
	mkdir journal
	plan_read
	expect_rc "$expect_apply_rc" apply.out \
		snapstate-execute --apply --yes-digest "$digits" "${execute_args[@]}" --journal journal \
		--ticket ticket.tar.gz --before capture.snapstate.tar.gz plan.snapplan
	if [ "$expect_apply_rc" = 3 ]; then
		check 'nothing was begun: there is no ticket' test ! -e ticket.tar.gz
	else
		check 'the ticket says: as predicted' ticket_says ticket.tar.gz '^AS PREDICTED: '
	fi
	# a process that inherited the executor's limits would keep them for good
	check 'no process of the executor stays behind' is '' "$(confined)"
	inventory inventory.after
	inventory_expected inventory.before inventory.expected
	check 'plain tools: what the plan removes is gone, and nothing else changed' \
		inventory_same inventory.expected inventory.after
	[ "$expect_apply_rc" != 3 ] || check 'it shows what it expected and what it found' shows_difference

	say 'prediction and reality'
	capture after
	expect_rc 0 diff.txt \
		snapstate-plan --diff "$base.snapstate.tar.gz" after.snapstate.tar.gz
	if [ "$expect_apply_rc" = 3 ]; then
		check 'the two captures show no difference' not grep '^[-+] ' diff.txt
	else
		check 'the captures differ as predicted' "$LAB_DIR/compare-prediction" plan.snapplan diff.txt
	fi
	check 'the data of the origins is unchanged' is "$checksums" "$(origin_checksums)"
	check 'the guests on the origins are alive' guests_alive
	check 'the backup program is alive' backup_alive
	if declare -F after >/dev/null; then
		after
	fi
}

incident_make
incident_show
if [ "$LAB_MODE" = shell ]; then
	say "a shell in the guest; results and programs: $OUT, /mnt/bin"
	setsid --ctty bash -i </dev/tty0 >/dev/tty0 2>&1 || true
elif [ "$LAB_MODE" = script ]; then
	say "$LAB_SCRIPT"
	bash /mnt/script || fail 'the script'
elif [ "$LAB_MODE" = make ]; then
	if declare -F meddle >/dev/null; then
		say 'between plan and execution'
		meddle
		incident_show
	fi
elif [ "$hosts" != "$LAB_NODE" ]; then
	loop_hosts
else
	inventory inventory.before
	checksums=$(origin_checksums)
	loop_plan || fail 'no plan: the loop ends here'
	[ ! -s plan.snapplan ] || loop_execute
fi

# Not before the other host has what it waits for.
hosts_end
say "$LAB_INCIDENT: $([ $checks_failed -eq 0 ] && echo 'all checks held' || echo "$checks_failed checks failed")"
[ $checks_failed -eq 0 ]
