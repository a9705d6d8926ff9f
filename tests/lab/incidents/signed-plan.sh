# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
. "$LAB_DIR/incidents/kvm-mapped.sh"
title='A signed plan'
story='As kvm-mapped, but support signed the plan with ssh-keygen, and the host takes signed plans of support only. The
executor verifies the signature before it reads anything of the plan; a signature of somebody else, and a plan in which one
byte was changed, are refused.'

planned() {
	ssh-keygen -q -t ed25519 -N '' -C '' -f support
	ssh-keygen -q -t ed25519 -N '' -C '' -f stranger
	mkdir -m 755 /etc/snapstate
	printf 'plans@vendor.example namespaces="plan@snapstate" %s\n' "$(cat support.pub)" >/etc/snapstate/allowed_signers
	chmod 644 /etc/snapstate/allowed_signers

	expect_rc 6 none.out snapstate-execute plan.snapplan
	ssh-keygen -q -Y sign -n plan@snapstate -f stranger plan.snapplan
	expect_rc 6 none.out snapstate-execute plan.snapplan
	mv plan.snapplan.sig stranger.sig
	ssh-keygen -q -Y sign -n plan@snapstate -f support plan.snapplan
	sed 's/3 hours/4 hours/' plan.snapplan >changed.snapplan
	expect_rc 6 none.out snapstate-execute --signature plan.snapplan.sig changed.snapplan
	expect_rc 6 none.out snapstate-execute --signature stranger.sig plan.snapplan
	chmod 666 /etc/snapstate/allowed_signers
	expect_rc 6 none.out snapstate-execute plan.snapplan
	chmod 644 /etc/snapstate/allowed_signers
}
after() {
	check 'it says who signed' grep 'signed by plans@vendor.example (ssh-ed25519 SHA256:' apply.out
}
execute_args=()
