# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='Overlays that an unprivileged user made'
story='A user has made two overlays, each in a namespace of its own, and has renamed the lower layer of each since. In one
namespace the snapshot is mounted as well, in the other it never was. What a user gives as layers is no evidence. The first may
be on the snapshot: undecided, naming the process that lives there. The second cannot be: when the first is gone, the plan is
made, though the text of the second names the mount of the snapshot.'

# user_overlay NAME LOWER COMMAND: in new user and mount namespaces of user 1000, which have copies of the mounts of today.
user_overlay() {
	install -d -o 1000 "/mnt/user/$1" "/mnt/user/$1/lower" "/mnt/user/$1/merged"
	setpriv --reuid 1000 --regid 1000 --clear-groups unshare --user --map-root-user --mount --propagation slave \
		sh -c "cd /mnt/user/$1 && $3 && mount -t overlay overlay -o lowerdir=$2 merged && : >ready && exec sleep 100000" \
		</dev/null >"$LAB/$1.log" 2>&1 &
	until_true 20 test -e "/mnt/user/$1/ready"
}
make() {
	kernel_module overlay
	vg_make onapp-aaaaaaaa
	origin_make onapp-aaaaaaaa ekwqx3d1vtkp0s whole ext4
	snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	run mount --make-rprivate /
	mkdir -p /mnt/user /mnt/backup
	# of its own folder, by the name of the place where the snapshot will be mounted
	user_overlay before /mnt/backup/etc:/mnt/backup/boot 'mount -t tmpfs none /mnt/backup && mkdir /mnt/backup/etc /mnt/backup/boot'
	before=$!
	run mount --make-rshared /
	mount_at /dev/onapp-aaaaaaaa/backup-dddddddd /mnt/backup
	user_overlay after link:lower 'ln -s /mnt/backup link'
	after=$!
	check 'both run' ls -d "/proc/$before" "/proc/$after"
}

expect_plan_rc=1
expect_verdict onapp-aaaaaaaa/backup-dddddddd undecided
expect_review 'class +unplaced'
expect_review '/mnt/user/after/merged \(an overlay, made by a user\)'

after() {
	check 'the one that cannot be on it is not named' not grep -F /mnt/user/before review.txt
	kill "$after"
	wait "$after" || true
	more_plan since
	check 'now it is removed' grep -E 'REMOVE +onapp-aaaaaaaa/backup-dddddddd' since.review
	more_apply since
	check 'it is done' is "$rc" 0
	check 'the snapshot is gone' not lvs onapp-aaaaaaaa/backup-dddddddd
}
