# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: Apache-2.0
#
# An incident on two hosts: two guests, each with its own kernel and identity, that share the disk of a volume group, as
# hosts on a SAN do. Both run the same script, and take turns:
#
#   on NODE COMMAND...   only NODE runs it; the other waits until it has ended
#
# So make() tells what happened in the order in which it happened. After each turn the other host has what NODE has in the
# folder post/: captures, journals. It goes through a second shared disk, the mailbox, since a folder of the machine would
# show up in a capture. Each host writes to its own half only: first a line "TURN STATE BLOCKS", behind it a tar.

san=/dev/ubda
mailbox=/dev/ubdb
mail_block=4096
mail_blocks=1024 # of each half
post=$OUT/post
turn=0 is_over=false
mkdir -p "$post"

is_alone() { [ "$hosts" = "$LAB_NODE" ]; }
other_host() { if [ "$LAB_NODE" = "${hosts%% *}" ]; then echo "${hosts##* }"; else echo "${hosts%% *}"; fi; }
# mail_half NODE: its first block.
mail_half() { if [ "$1" = "${hosts%% *}" ]; then echo 0; else echo $mail_blocks; fi; }
# mail_write BLOCK: of what comes in on stdin. Direct, past the caches of two kernels that know nothing of each other.
mail_write() { dd of=$mailbox bs=$mail_block seek="$1" conv=sync,notrunc iflag=fullblock oflag=direct status=none; }
mail_read() { dd if=$mailbox bs=$mail_block skip="$1" count="$2" iflag=direct status=none; }

# mail_send STATE: the line last, so that who sees it sees the rest.
mail_send() {
	local half blocks=0
	half=$(mail_half "$LAB_NODE")
	if [ "$1" = acts ]; then
		tar -C "$post" -cf "$LAB/mail" .
		blocks=$((($(stat -c %s "$LAB/mail") + mail_block - 1) / mail_block))
		[ $blocks -lt $mail_blocks ] || { echo 'the mailbox is too small' && return 1; }
		mail_write $((half + 1)) <"$LAB/mail"
	fi
	echo "$turn $1 $blocks" | mail_write "$half"
}
# mail_wait: until the other host has come to this turn.
mail_wait() {
	local half seen='' state='' blocks=0
	half=$(mail_half "$(other_host)")
	until [ "${seen:-0}" -ge $turn ]; do
		pause 0.2
		read -r seen state blocks < <(mail_read "$half" 1) || true
		[[ $seen =~ ^[0-9]+$ ]] || seen=0
		[ "$state" != failed ] || { echo "$(other_host) failed" && hosts_end && exit 1; }
	done
	if [ "$state" = acts ]; then
		mail_read $((half + 1)) "$blocks" | tar -C "$post" -mxf -
	fi
}
on() {
	local node=$1
	shift
	turn=$((turn + 1))
	if [ "$node" = "$LAB_NODE" ]; then
		"$@"
		mail_send acts
		mail_wait
	else
		printf -- '-- %s: %s\n' "$node" "$*"
		mail_wait
		mail_send waits
	fi
}
# What each host has in post/, the other has after it.
exchange() {
	local node
	for node in $hosts; do
		on "$node" true
	done
}
hosts_end() { is_over=true; }
# The other one would wait for ever.
hosts_give_up() { $is_over || mail_send failed; }
is_alone || trap hosts_give_up EXIT

# ---- what the two share -----------------------------------------------------------------------------------

# The volume group's disk.
san_vg_make() { run vgcreate -q "$1" "$san"; }
# What another host did to the group, this one's udev was not told of.
san_activate() {
	run lvchange -qq -y -ay "$1"
	run udevadm settle
}

# ---- the loop, on both ------------------------------------------------------------------------------------

host_plans() { find plans -name "*-$1.snapplan" 2>/dev/null | sort; }
# The plans that come before, as arguments of snapstate-execute.
done_args() { sed -n 's|^after .* sha256:\(.*\)|--done post/\1.journal|p' "$1" | xargs; }

hosts_plan() {
	local captures=() node expectation
	say 'capture on both'
	capture before
	cp before.snapstate.tar.gz "$post/$LAB_NODE.snapstate.tar.gz"
	exchange
	for node in $hosts; do
		captures+=("post/$node.snapstate.tar.gz")
	done
	say 'plan, of both captures'
	COLUMNS=100 expect_rc "$expect_plan_rc" review.txt \
		snapstate-plan "${plan_args[@]}" -o plans "${captures[@]}"
	expect_rc "$expect_plan_rc" review.json \
		snapstate-plan "${plan_args[@]}" --json "${captures[@]}"
	for expectation in "${expected_verdicts[@]}"; do
		check "verdict: $expectation" has_verdict "${expectation% *}" "${expectation#* }"
	done
	for expectation in "${expected_reviews[@]}"; do
		check "the review says: ${expectation//$'\n'/ }" review_says "${expectation//@PID@/[0-9]+}"
	done
	# shellcheck disable=SC2046
	cat $(host_plans "$LAB_NODE") /dev/null >plan.snapplan
	show plan.snapplan
	check "the steps on $LAB_NODE are the expected ones" steps_are "$expect_steps"
	sha256sum plans/* >plans.sums 2>/dev/null || true
	cp plans.sums "$post/$LAB_NODE.sums"
	exchange
	check 'both hosts made the same plans, to the byte' cmp "$post/${hosts% *}.sums" "$post/${hosts#* }.sums"
}

# Only the digests of a plan tell which journals it wants; an unchanged host is not enough.
host_execute() {
	local plan=$1 wanted digits
	digits=$(sed -n 's/^digest sha256:\(.\{8\}\).*/\1/p' "$plan")
	read -ra wanted < <(done_args "$plan") || true
	if [ ${#wanted[@]} -gt 0 ]; then
		expect_rc 3 early.out snapstate-execute --apply --yes-digest "$digits" "${execute_args[@]}" --journal early "$plan"
		check 'it names the plan that comes first' grep -q 'has to be carried out first' early.out.err
		check 'no journal was begun' not test -e early
	fi
	expect_rc 0 apply.out snapstate-execute --apply --yes-digest "$digits" "${execute_args[@]}" --journal journal \
		"${wanted[@]}" "$plan"
	cp journal/*.journal "$post/"
}

# On this host, its own plans; and what becomes of the group that both share.
hosts_predicted() {
	local plan
	for plan in plans/*.snapplan; do
		if [[ $plan = *-$LAB_NODE.snapplan ]]; then
			cat "$plan"
		else
			grep -E '^[[:space:]]*(maybe )?(gone|new) (volume|group) ' "$plan" || true
		fi
	done
}

loop_hosts() {
	local plan node
	inventory inventory.before
	checksums=$(origin_checksums)
	hosts_plan
	say 'rehearsal'
	for plan in $(host_plans "$LAB_NODE"); do
		expect_rc 0 rehearsal.out snapstate-execute "${execute_args[@]}" "$plan"
	done
	inventory inventory.rehearsed
	check 'the rehearsal changed nothing' inventory_same inventory.before inventory.rehearsed
	say 'execution, in the order of the plans'
	for plan in plans/*.snapplan; do
		[ -e "$plan" ] || continue
		node=${plan#plans/*-}
		on "${node%.snapplan}" host_execute "$plan"
	done
	inventory inventory.after
	inventory_expected inventory.before inventory.expected
	check 'plain tools: what the plans remove is gone, and nothing else changed' \
		inventory_same inventory.expected inventory.after
	say 'prediction and reality'
	capture after
	expect_rc 0 diff.txt snapstate-plan --diff before.snapstate.tar.gz after.snapstate.tar.gz
	hosts_predicted >predicted
	check 'the captures differ as predicted' "$LAB_DIR/compare-prediction" predicted diff.txt
	check 'the data of the origins is unchanged' is "$checksums" "$(origin_checksums)"
	check 'the guests on the origins are alive' guests_alive
	check 'the backup program is alive' backup_alive
	if declare -F after >/dev/null; then
		after
	fi
}
