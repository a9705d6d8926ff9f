# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
. "$LAB_DIR/incidents/kvm-mapped.sh"
title='Eyes that fail, and eyes that lie'
story='The executor sees by another process, snapstate-capture --observe. It is dead, of another release, somebody else could
have put it there, it babbles: nothing is changed, and each is told apart. It is killed at one answer after
the other: --resume finishes. It lies, and says of another mount and of a mapping with another table what the plan expects:
what the executor compares by itself, right beside the act, stops it.'

# observer TEXT: what stands in for snapstate-capture, beside a copy of the executor.
observer() {
	cp /mnt/bin/snapstate-execute /mnt/bin/snapstate-admit "$LAB/eyes/"
	printf '%s\n' "$1" >"$LAB/eyes/snapstate-capture"
	chmod 755 "$LAB/eyes/snapstate-capture"
}
# eyes_apply NAME: NAME.plan, with these eyes.
eyes_apply() {
	more_apply "$1" env PATH="$LAB/eyes:$PATH"
}
eyes_fail() { # TEXT WORDS [MODE]
	observer "$1"
	chmod "${3:-755}" "$LAB/eyes/snapstate-capture"
	eyes_apply sweep
	check "$2: nothing was changed" is "$rc" 5
	check "$2" grep -E "$2" sweep.err
	check 'there is no journal' not journal_has sweep .
	check 'and all is as before' findmnt /mnt/backup
}
# Says what was said before, question by question, whatever the host shows.
liar='#!/usr/bin/perl
$| = 1;
$/ = "\nend\n";
open(my $record, "<", "RECORD") or die;
{ local $/ = "\n"; print scalar <$record>; }
while (<STDIN>) { print scalar <$record> // exit; }'
# Eyes that are right, and note what they say, for liars.
eyes_record() { # NAME
	observer "#!/bin/bash
exec /mnt/bin/snapstate-capture \"\$@\" | tee $LAB/eyes/record"
	eyes_apply "$1"
}

killed_at_answers() {
	local k where
	for ((k = 2; ; k += 5)); do
		rm -rf sweep sweep.*
		quietly stack_make
		more_plan sweep
		more_apply sweep "$LAB/kill_at" -o "$k"
		where=$(grep -E '^(killed before|not reached)' sweep.err)
		[[ "$where" != 'not reached'* ]] || break
		check "answer $k: $where" test "$rc" = 5 -o "$rc" = 4 -o "$rc" = 3
		check 'it says so' grep 'snapstate-capture --observe) is gone' sweep.err
		if [ -d sweep ] && journal_has sweep .; then more_goes_on sweep; else more_apply sweep; fi
		check 'then it is finished' is "$rc" 0
	done
	check 'all steps were done in the last one' is "$rc" 0
	check 'it was swept to the end' test "$k" -gt 8
}

after() {
	check 'kill_at builds' quietly cc -D_GNU_SOURCE -O1 -Wall -o "$LAB/kill_at" "$LAB_DIR/kill_at.c"
	mkdir "$LAB/eyes"
	quietly stack_make
	more_plan sweep
	say 'eyes that fail'
	eyes_fail '#!/bin/false' 'the process that reads the host .* is gone'
	eyes_fail '#!/bin/sh
echo snapstate-observe 0.0.1; cat >/dev/null' 'not of its version'
	eyes_fail '#!/bin/sh' 'must belong to root' 775
	eyes_fail "#!/bin/sh
/mnt/bin/snapstate-capture --observe </dev/null; read -r x; yes no" 'answers more than|observer.s answer:1: '
	eyes_fail '#!/bin/sh
/mnt/bin/snapstate-capture --observe </dev/null; echo read; exec sleep 0.5' 'is gone'
	rm -rf sweep sweep.*

	say 'eyes that lie: of a mount'
	more_plan sweep
	eyes_record sweep
	check 'with eyes that only note what they say, all is done' is "$rc" 0
	mkdir /run/other
	quietly mount -t tmpfs other /run/other # has the number of the mount that is gone
	rm -rf sweep
	quietly stack_make
	observer "${liar/RECORD/$LAB/eyes/record}"
	eyes_apply sweep
	check 'nothing was changed' is "$rc" 3
	check 'the executor has compared by itself' grep -E 'is no longer mount [0-9]+' sweep.err
	check 'the mount is still there' findmnt /mnt/backup
	check 'the mapping is still there' dmsetup info onapp--aaaaaaaa-backup--ddddddddX1

	say 'eyes that lie: another device on the same place, by a mount of the same number'
	quietly umount /mnt/backup
	quietly umount /run/other
	run lvcreate -qq -y -L 8M -n other onapp-aaaaaaaa
	quietly mkfs.ext4 -q /dev/onapp-aaaaaaaa/other
	quietly mount -r /dev/onapp-aaaaaaaa/other /mnt/backup
	rm -rf sweep
	eyes_apply sweep
	check 'nothing was changed' is "$rc" 3
	check 'the executor has compared by itself' grep -E 'is on device [0-9:]+, not' sweep.err
	check 'the mount is still there' findmnt /mnt/backup
	quietly umount /mnt/backup
	quietly lvremove -f onapp-aaaaaaaa/other

	say 'eyes that lie: of a mapping that was made anew, behind a mount that has the number of the old one'
	quietly mount -r /dev/mapper/onapp--aaaaaaaa-backup--ddddddddX1 /mnt/backup
	rm -rf sweep
	eyes_apply sweep
	check 'the step that lied about nothing was done' journal_has sweep '^1 done '
	check 'no other was' is "$rc" 3
	check 'the executor has compared by itself' grep -E 'step 2 changed nothing: (device [0-9:]+ is (no longer .*|gone)|the table)' sweep.err
	check 'the mapping is still there' dmsetup info onapp--aaaaaaaa-backup--ddddddddX1
	quietly kpartx -d -p X /dev/onapp-aaaaaaaa/backup-dddddddd
	quietly lvremove -f onapp-aaaaaaaa/backup-dddddddd
	rm -rf sweep sweep.*

	say 'the eyes are killed at one answer after the other'
	killed_at_answers
	check 'the guests on the origins are alive' guests_alive
	check 'the data of the origins is unchanged' is "$checksums" "$(origin_checksums)"
}
