# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='oVirt: sanlock has the snapshot open'
story='The group is a storage domain of oVirt: its name, and those of its volumes, are uuids. A script of the site made a snapshot of
a volume, and sanlock took it for one with leases. Whoever ends sanlock has its watchdog restart the host; refused, and what to
do says so, and names the tools of that host.'

group=0c4b6f0a-7d1e-4b57-9f5c-2f6b8f6f1a11
volume=6f1d7c9e-52c2-4f0b-8a77-5f4f0f0d3b22
make() {
	vg_make $group
	origin_make $group $volume whole ext4
	snapshot_make $group $volume snap-of-yesterday
	cp /bin/sleep "$LAB/sanlock"
	background sanlock /dev/null /dev/$group/snap-of-yesterday \
		sh -c "exec $LAB/sanlock 100000 </dev/$group/snap-of-yesterday"
}

plan_args=(--select "$group/snap-*")
expect_plan_rc=1
expect_verdict $group/snap-of-yesterday refuse
expect_review 'class +in-use'
expect_review 'never kill it'
expect_review 'sanlock client status'
