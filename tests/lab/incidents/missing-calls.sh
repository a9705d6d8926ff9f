# shellcheck shell=bash disable=SC2034,SC2154
# SPDX-License-Identifier: Apache-2.0
. "$LAB_DIR/incidents/xen-mounted.sh"
title='A kernel that lacks system calls, and a container whose profile keeps them back'
story='What the programs call came to Linux over the years: openat2 with 5.6, statx with 4.11, memfd_create, getrandom and seccomp
with 3.17. Behind the usual loop each is taken away in turn, by turns as a kernel of old answers (ENOSYS) and as the profile
of a container does (EPERM); then these at once, and every call that Linux 3.10 lacks, known here or not: the plan is carried
out all the same. A trace shows that no call of today is missing from the list. Where there is no other way, nothing is changed,
and the call is named in the rehearsal.'

lacking() { # CALLS ERROR COMMAND...
	"$LAB/without_call" "$@"
}
stack_again() {
	rm -rf lacking lacking.*
	quietly snapshot_make onapp-aaaaaaaa ekwqx3d1vtkp0s backup-dddddddd
	quietly mount_at /dev/onapp-aaaaaaaa/backup-dddddddd /mnt/backup
}
# lacking_plan CALLS ERROR
lacking_plan() {
	rc=0
	lacking "$1" "$2" snapstate-capture -q -o lacking.capture >/dev/null 2>lacking.err || rc=$?
	check "without $1 ($2): captured" is "$rc" 0
	snapstate-plan --min-age 0 -o lacking.plan lacking.capture >lacking.review || true
	more_digits=$(sed -n 's/^digest sha256:\(.\{8\}\).*/\1/p' lacking.plan)
	check '2 steps were planned' is "$(grep -c '^step ' lacking.plan)" 2
}
lacking_rehearsal() { # CALLS ERROR EXPECTED
	rc=0
	lacking "$1" "$2" snapstate-execute --unsigned lacking.plan >lacking.out 2>lacking.err || rc=$?
	[ "$rc" = "$3" ] || show lacking.out lacking.err
	check "without $1 ($2): rehearsed, exit code $3" is "$rc" "$3"
}
lacking_apply() { # CALLS ERROR
	stack_again
	lacking_plan "$1" "$2"
	lacking_rehearsal "$1" "$2" 0
	more_apply lacking "$LAB/without_call" "$1" "$2" >/dev/null
	[ "$rc" = 0 ] || show lacking.out lacking.err
	check "without $1 ($2): carried out" is "$rc" 0
	check 'the snapshot is gone' is "$(dmsetup ls | cut -f1 | xargs)" onapp--aaaaaaaa-ekwqx3d1vtkp0s
}
# Nothing else does what such a call does.
lacking_refused() { # CALLS ERROR WORDS
	lacking_rehearsal "$1" "$2" 5
	check 'it says so' grep -E "$3" lacking.err
	check 'and that nothing was changed' grep 'nothing was changed' lacking.err
	more_apply lacking "$LAB/without_call" "$1" "$2" >/dev/null
	check "without $1 ($2): nothing was changed" is "$rc" 5
	check 'there is no journal' not journal_has lacking .
	check 'the mount is still there' findmnt /mnt/backup
	check 'the snapshot is still there' lvs onapp-aaaaaaaa/backup-dddddddd
}

# Those that are newer than Linux 3.10 (number 313), of all processes of a capture, a rehearsal and an execution, but what the
# C library asks for by itself where it answers (rseq, clone3, faccessat2): "newer" takes those away.
newer_calls() {
	stack_again
	more_plan lacking
	strace -f -qq -n -o lacking.trace snapstate-capture -q -o traced.capture >/dev/null
	strace -f -qq -n -o lacking.trace.rehearsed snapstate-execute --unsigned lacking.plan >/dev/null 2>&1
	more_apply lacking strace -f -qq -n -o lacking.trace.applied >/dev/null
	check 'traced: carried out' is "$rc" 0
	newer=$(sed -n 's/^[0-9]* *\[ *\([0-9]*\)\] \([a-z0-9_]*\)(.*/\1 \2/p' lacking.trace* |
		awk '$1 > 313 && $2 !~ /^(rseq|clone3|faccessat2)$/ { print $2 }' | sort -u | xargs)
}

after() {
	local call error=ENOSYS newer swept='openat2 statx memfd_create getrandom seccomp close_range renameat2'
	check 'without_call builds' quietly cc -D_GNU_SOURCE -O1 -Wall -Wextra -o "$LAB/without_call" "$LAB_DIR/without_call.c"
	say 'calls that are newer than Linux 3.10'
	newer_calls
	printf '%s\n' "$newer"
	check 'all of them are taken away below' is '' "$(tr ' ' '\n' <<<"$newer" | grep -vxE "${swept// /|}" | xargs)"
	for call in $swept kcmp old; do
		if [ "$error" = ENOSYS ]; then error=EPERM; else error=ENOSYS; fi
		say "without $call: $error"
		lacking_apply "$call" "$error"
	done
	say 'as on Linux 3.10'
	lacking_apply newer ENOSYS
	say 'what has no other way'
	stack_again
	more_plan lacking
	lacking_refused umount2 ENOSYS 'umount needs a system call that is missing here: umount2'
	lacking_refused semget EPERM "lv-remove needs a system call that is missing here: semget"
	lacking_refused seccomp,prctl-filter ENOSYS 'limit the system calls .seccomp.'
	check 'the guests on the origins are alive' guests_alive
	check 'the data of the origins is unchanged' is "$checksums" "$(origin_checksums)"
}
