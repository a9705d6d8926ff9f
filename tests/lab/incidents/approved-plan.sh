# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
. "$LAB_DIR/incidents/kvm-mapped.sh"
title='A plan that two have signed'
story='As kvm-mapped, on a host whose site takes no unsigned plans and wants each one approved by an operator of its own, and
younger than a day. Support signs with one key, the operator with another; a plan that only one of them signed, and one that
support approved itself, are refused. Who signed is in the journal, and in what went to syslog.'

policy() { printf '%s\n' "$@" >/etc/snapstate/policy; }

planned() {
	local name
	for name in support operator; do
		ssh-keygen -q -t ed25519 -N '' -C '' -f "$name"
	done
	mkdir -m 755 /etc/snapstate
	printf 'plans@vendor.example %s\n' "$(cat support.pub)" >/etc/snapstate/allowed_signers
	printf 'night-shift@customer.example %s\n' "$(cat operator.pub)" >/etc/snapstate/allowed_approvers
	policy 'unsigned refused' 'second-signature required' 'plan-age-max 1d'
	chmod 644 /etc/snapstate/*

	expect_rc 6 none.out snapstate-execute --unsigned plan.snapplan
	ssh-keygen -q -Y sign -n plan@snapstate -f support plan.snapplan
	expect_rc 6 none.out snapstate-execute plan.snapplan
	ssh-keygen -q -Y sign -n approve@snapstate -f support <plan.snapplan >plan.snapplan.approve.sig
	expect_rc 6 none.out snapstate-execute plan.snapplan
	ssh-keygen -q -Y sign -n plan@snapstate -f operator <plan.snapplan >plan.snapplan.approve.sig
	expect_rc 6 none.out snapstate-execute plan.snapplan
	ssh-keygen -q -Y sign -n approve@snapstate -f operator <plan.snapplan >plan.snapplan.approve.sig
	policy 'unsigned refused' 'second-signature maybe'
	expect_rc 5 none.out snapstate-execute plan.snapplan
	policy 'unsigned refused' 'plan-age-max 1s'
	expect_rc 3 none.out snapstate-execute plan.snapplan
	policy 'unsigned refused' 'second-signature required' 'plan-age-max 1d'
	expect_rc 2 none.out snapstate-execute --apply plan.snapplan
	expect_rc 2 none.out snapstate-execute --apply --yes-digest 00000000 plan.snapplan
	start_syslog
}
after() {
	check 'it says who signed' grep 'signed by plans@vendor.example (ssh-ed25519 SHA256:' apply.out
	check 'it says who approved' grep 'approved by night-shift@customer.example (ssh-ed25519 SHA256:' apply.out
	check 'the journal says so too' grep -E '^0 signed [^ ]+ approve@snapstate ssh-ed25519 SHA256:[^ ]{43} night-shift@customer.example$' journal/*.journal
	kill "$syslog_pid"
	sed 's/^/  | /' syslog.txt
	check 'syslog has who signed' grep -E '^<85>.* 0 signed [^ ]+ plan@snapstate ssh-ed25519 SHA256:[^ ]{43} plans@vendor.example$' syslog.txt
	check 'syslog has each step and its end' is 6 "$(grep -cE '^<85>.* plan [0-9a-f]{16}: [123] (intent|done) ' syslog.txt)"
	check 'syslog has the end' grep -E ' 0 finished ' syslog.txt
}
execute_args=()
