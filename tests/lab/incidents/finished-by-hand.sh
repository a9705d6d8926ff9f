# shellcheck shell=bash disable=SC2034,SC2154
# SPDX-License-Identifier: Apache-2.0
title='Commands that stopped midway, to be finished by hand'
story='Several commands of LVM and dmsetup stopped in the middle of their work, each at another snapshot: a removal that has
made the volume a plain one in the metadata alone; one that left the raw store under the name of the snapshot; a removal of
the origin that left its hidden layer; a creation that had the metadata, and not the kernel; tables that were loaded and never came
into force, one with its device suspended. No plan touches these: each has to be finished by hand, with the commands of the review.'

# The state of one, made of a snapshot that is whole: stop_STATE ORIGIN SNAPSHOT, the names of their mappings.
stop_plain() {
	run dmsetup create "$2X1" -u "part1-$(dmsetup info -c --noheadings -o uuid "$2")" --table "0 8192 linear /dev/mapper/$2 0"
	run lvconvert -qq -y --splitsnapshot --driverloaded n onapp-aaaaaaaa/backup-plain
}
stop_table() { dmsetup table "$2" | run dmsetup load "$2"; }
stop_suspended() {
	dmsetup table "$2" | run dmsetup load "$2"
	run dmsetup suspend "$2"
}
stop_store() {
	run lvremove -qq --driverloaded n -f onapp-aaaaaaaa/backup-store
	table_replace "$2" "$(dmsetup table "$2-cow")"
}
stop_layer() {
	run lvremove -qq --driverloaded n -f onapp-aaaaaaaa/guest-layer
	run dmsetup remove "$2"
	run dmsetup remove "$2-cow"
	run dmsetup remove "$1"
}
stop_creation() {
	local uuid table
	uuid=$(dmsetup info -c --noheadings -o uuid "$2")
	table=$(dmsetup table "$2-cow")
	run dmsetup remove "$2"
	table_replace "$1" "$(dmsetup table "$1-real")"
	run dmsetup remove "$1-real"
	run dmsetup remove "$2-cow"
	run dmsetup create "$2" -u "$uuid" --table "$table"
}
table_replace() {
	run dmsetup suspend "$1"
	run dmsetup load "$1" --table "$2"
	run dmsetup resume "$1"
}

stack_make() {
	run lvcreate -qq -y -L 16M -n "guest-$1" onapp-aaaaaaaa
	dd if="$LAB/files/database" of="/dev/onapp-aaaaaaaa/guest-$1" bs=1M oflag=direct status=none
	[ "$1" = layer ] || origin_in_use onapp-aaaaaaaa "guest-$1"
	snapshot_make onapp-aaaaaaaa "guest-$1" "backup-$1" 8M
	"stop_$1" "onapp--aaaaaaaa-guest--$1" "onapp--aaaaaaaa-backup--$1"
}
make() {
	local state
	vg_make onapp-aaaaaaaa
	files_make
	for state in plain store layer creation table suspended; do
		stack_make "$state"
	done
}

expect_plan_rc=1
expect_verdict onapp-aaaaaaaa/backup-plain undecided
expect_verdict onapp-aaaaaaaa/backup-store undecided
expect_verdict onapp--aaaaaaaa-guest--layer-real refuse
expect_verdict onapp-aaaaaaaa/backup-creation undecided
expect_verdict onapp-aaaaaaaa/backup-table undecided
expect_verdict onapp-aaaaaaaa/backup-suspended undecided

gone() { not dmsetup info "onapp--aaaaaaaa-$1"; }

after() {
	local state
	say 'a removal that is done in the metadata alone'
	review_do half-removed onapp-aaaaaaaa/backup-plain
	check 'the volume is gone' not lvs onapp-aaaaaaaa/backup-plain
	check 'its snapshot is gone' gone backup--plain
	check 'its store is gone' gone backup--plain-cow
	check 'the layer of its origin is gone' gone guest--plain-real
	say 'the raw store under the name of a snapshot'
	review_do half-removed onapp-aaaaaaaa/backup-store
	check 'it is gone' gone backup--store
	check 'its store is gone' gone backup--store-cow
	say 'a layer whose volume is gone'
	review_do orphan-layer onapp--aaaaaaaa-guest--layer-real
	check 'it is gone' gone guest--layer-real
	say 'a creation'
	review_do half-removed onapp-aaaaaaaa/backup-creation
	check 'it is a snapshot' grep snapshot <(dmsetup table onapp--aaaaaaaa-backup--creation)
	say 'an inactive table'
	review_do unsettled onapp-aaaaaaaa/backup-table
	check 'it is dropped' is "$(dmsetup table --inactive onapp--aaaaaaaa-backup--table)" ''
	say 'one that is suspended too'
	review_do unsettled onapp-aaaaaaaa/backup-suspended
	check 'it is dropped' is "$(dmsetup table --inactive onapp--aaaaaaaa-backup--suspended)" ''
	check 'it is resumed' not is_suspended onapp--aaaaaaaa-backup--suspended
	say 'what is left can be removed'
	more_plan since
	sed 's/^/  | /' since.review
	more_apply since
	check 'it is' is "$rc" 0
	check 'no snapshot is left' is "$(lvs --noheadings -o lv_name -S 'lv_name=~backup' onapp-aaaaaaaa)" ''
	check 'the data of the origins is unchanged' is "$checksums" "$(origin_checksums)"
	check 'the guests go on' guests_alive
}
