#!/bin/bash
# shellcheck disable=SC2154
# SPDX-License-Identifier: Apache-2.0
#
# Inside each of the two guests of tests/lab/fleet, in the place of guest.sh: makes the incident on both, is a host with an sshd
# until it is told to end, and then checks with plain tools what has become of it.
#
# Input: LAB_NODE, LAB_ADDRESS (of eth0, with its prefix); keys and the file allowed_signers beside this script.

set -euo pipefail
cd "$OUT"
# shellcheck source=lib.sh
. "$LAB_DIR/lib.sh"
# shellcheck source=declare.sh
. "$LAB_DIR/declare.sh"
# shellcheck source=hosts.sh
. "$LAB_DIR/hosts.sh"
# shellcheck source=incidents/two-hosts-active-twice.sh
. "$LAB_DIR/two-hosts-active-twice.sh"

sshd_start() {
	mkdir -p -m 755 /run/sshd /etc/snapstate
	cp "$LAB_DIR/allowed_signers" /etc/snapstate/
	cp "$LAB_DIR/hostkey" /run/hostkey
	chmod 600 /run/hostkey
	echo 'root:*:20000::::::' >/etc/shadow # no password, where none at all would be a locked account
	cat >/run/sshd_config <<-EOF
		HostKey /run/hostkey
		AuthorizedKeysFile $LAB_DIR/key.pub
		PermitRootLogin prohibit-password
		StrictModes no
		UsePAM no
		PidFile none
		Subsystem sftp internal-sftp
	EOF
	ip link set lo up
	ip address add "$LAB_ADDRESS" dev eth0
	ip link set eth0 up
	/usr/sbin/sshd -f /run/sshd_config
}

say "$LAB_INCIDENT: $title"
clock_back
make
clock_now
udevadm settle
inventory inventory.before
checksums=$(origin_checksums)
sshd_start
echo 'reachable by ssh'
until [ -e /run/end ]; do
	pause 0.5
done
inventory inventory.after
inventory_expected inventory.before inventory.expected
check 'plain tools: what the plans remove is gone, and nothing else changed' inventory_same inventory.expected inventory.after
check 'the data of the origins is unchanged' is "$checksums" "$(origin_checksums)"
check 'the guests on the origins are alive' guests_alive
hosts_end
[ $checks_failed -eq 0 ]
