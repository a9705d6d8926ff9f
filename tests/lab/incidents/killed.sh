# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
. "$LAB_DIR/incidents/kvm-mapped.sh"
title='The executor is killed again and again, and goes on'
story='A partition is mapped and mounted; its plan has all kinds of steps of a common leftover. Behind the usual loop the
same state is made anew, and the executor is killed right before a call that records or changes something; --resume has to
finish the plan, with no step done twice. Then lvremove is killed in its midst: --resume finishes, or says what is half done.'

# Every so many calls; all of them with LAB_KILL_STRIDE=1, and a LAB_TIME_LIMIT of half an hour.
stride=${LAB_KILL_STRIDE:-9}

# The same state once more, and a plan for it.
sweep_prepare() {
	rm -rf sweep sweep.*
	quietly stack_make
	more_plan sweep
	mkdir sweep
}
# sweep_apply [WORD...]: sets $rc; WORDs come before or are kill_at and what it takes.
sweep_apply() {
	rc=0
	"$@" snapstate-execute --apply "${sweep_resume[@]}" --unsigned --yes-digest "$more_digits" --journal sweep sweep.plan \
		>>sweep.out 2>>sweep.err || rc=$?
}
sweep_goes_on() {
	sweep_resume=()
	! compgen -G 'sweep/*.journal' >/dev/null || sweep_resume=(--resume)
	sweep_apply env
}
# Nothing is left, the origin is a plain volume, and the journal has one end for each step.
sweep_is_done() {
	local step
	is "$(dmsetup ls | cut -f1 | sort | xargs)" onapp--aaaaaaaa-ekwqx3d1vtkp0s &&
		is "$(lvs --noheadings -o lv_name onapp-aaaaaaaa | xargs)" ekwqx3d1vtkp0s &&
		not findmnt /mnt/backup && grep -q '^0 finished ' sweep/*.journal || return
	for step in 1 2 3; do
		is "$(grep -cE "^$step (done|was-done) " sweep/*.journal)" 1 || return
	done
}
# What a person does when told that a step is half done.
sweep_repair() {
	local name
	for name in $(dmsetup ls | cut -f1); do
		! is_suspended "$name" || run dmsetup resume "$name"
	done
	quietly umount /mnt/backup || true
	quietly kpartx -d -p X /dev/onapp-aaaaaaaa/backup-dddddddd || true
	quietly lvremove -f onapp-aaaaaaaa/backup-dddddddd || true
	for name in onapp--aaaaaaaa-backup--dddddddd onapp--aaaaaaaa-backup--dddddddd-cow; do
		! dmsetup info "$name" >/dev/null 2>&1 || run dmsetup remove "$name"
	done
	quietly lvchange --refresh onapp-aaaaaaaa/ekwqx3d1vtkp0s
}

sweep_self() {
	local k where
	for ((k = 1; ; k += stride)); do
		sweep_prepare
		sweep_resume=()
		sweep_apply "$LAB/kill_at" "$k"
		where=$(grep -E '^(killed before|not reached)' sweep.err)
		if [[ "$where" = 'not reached'* ]]; then
			check "call $k ($where)" is "$rc" 0
			check 'it was swept to the end' test "$k" -gt 30
			break
		fi
		check "call $k: $where" is "$rc" 137
		sweep_goes_on
		check '--resume finished it' is "$rc" 0
		check 'once' sweep_is_done
		[ "$rc" = 0 ] || { cat sweep.out sweep.err; sweep_repair; }
	done
}
sweep_lvm() {
	local k where named='the host is neither as before it nor as after it'
	for ((k = 1; ; k += stride)); do
		sweep_prepare
		sweep_resume=()
		sweep_apply "$LAB/kill_at" -l "$k"
		where=$(grep -E '^(killed before|not reached)' sweep.err)
		[[ "$where" != 'not reached'* ]] || break
		# where nothing had changed, the executor has tried once more by itself
		check "lvremove, call $k: $where" test "$rc" = 0 -o "$rc" -ge 3
		[ "$rc" = 0 ] || sweep_goes_on
		if [ "$rc" = 0 ]; then
			check 'it is finished' sweep_is_done
		else
			sed 's/^/  | /' sweep.err
			check "--resume refused, and names the state (exit code $rc)" grep -E "$named" sweep.err
			sweep_repair
		fi
		check 'the guests on the origins are alive' guests_alive
	done
	check 'lvremove was swept to the end' test "$k" -gt 6
}

after() {
	check 'kill_at builds' quietly cc -D_GNU_SOURCE -O1 -Wall -o "$LAB/kill_at" "$LAB_DIR/kill_at.c"
	say 'the executor is killed'
	sweep_self
	say 'lvremove is killed'
	sweep_lvm
	check 'the data of the origins is unchanged' is "$checksums" "$(origin_checksums)"
}
