# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
title='A customer who gives no names away'
story='The host acme-hv7 is captured with --redact: in the archive, in the plan and in the journal all names are
pseudonyms. The plan runs on the host all the same: the executor replaces the names it finds with the same key before it
compares them. The mapping has no uuid, so it is removed by its name, which the plan does not know.'

make() {
	printf 'snapstate-redaction-key 1\n%064d\n' 7 >key
	chmod 600 key
	vg_make onapp-acmecorp
	origin_make onapp-acmecorp acmemail parts ext4
	snapshot_make onapp-acmecorp acmemail backup-acmemail
	run dmsetup create acmemailX1 --table '0 32768 linear /dev/mapper/onapp--acmecorp-backup--acmemail 2048'
	mount_at /dev/mapper/acmemailX1 /mnt/acme/mail
}
after() {
	local file
	for file in capture.snapstate.tar.gz after.snapstate.tar.gz; do
		check "no name is in $file" not grep -i acme <(tar xzOf "$file")
	done
	check 'no name is in the plan' not grep -i acme plan.snapplan
	check 'no name is in the journal' not grep -i acme journal/*.journal
	# what restores the group has to have its names; it stays on the host
	check 'the saved metadata has the names, and is for root alone' is 600 "$(stat -c %a "$(grep -l acme journal/*.vg)")"
	check 'the ticket says where the name is' grep 'real name, with which the file begins' ticket/ticket/RESULT.txt
	for file in before after; do
		check "no name is in the ticket's capture $file" not grep -i acme <(tar xzOf "ticket/ticket/$file.snapstate.tar.gz")
		rm "ticket/ticket/$file.snapstate.tar.gz"
	done
	check 'no name is in the rest of the ticket' not grep -ri acme ticket
	check 'no name is in the review' not grep -i acme review.txt review.json
	check 'the operator sees the names of the host' grep 'umount /mnt/acme/mail' apply.out
	rm -f none.out
	expect_rc 5 none.out snapstate-execute --unsigned --redact-key no-such-key plan.snapplan
}

capture_args=(--redact key)
execute_args=(--unsigned --redact-key key)
expect_verdict 'onapp-[a-z2-7]*/backup-[a-z2-7]*' remove
expect_steps='umount dm-remove lv-remove'
gone_mount='/mnt/acme/mail'
gone_dm='acmemailX1 onapp--acmecorp-backup--acmemail onapp--acmecorp-backup--acmemail-cow onapp--acmecorp-acmemail-real'
gone_lv='onapp-acmecorp/backup-acmemail'
