# shellcheck shell=bash disable=SC2154
# SPDX-License-Identifier: Apache-2.0
#
# The vocabulary of the incidents: disks, volume groups, origins that guests use, snapshots and what backup
# programs leave on them, and checks. Everything here runs inside the guest and uses plain tools only: what
# snapstate says is checked against dmsetup, lvs, findmnt and sha256sum.

: "${LAB:?}" "${OUT:?}"

# A fork of this shell costs 40 ms in the guest, most of it page faults, and one more program twice as much: what every
# incident does many times is done without.
checks_failed=0
say() { printf '\n== %s\n' "$*"; }
run() {
	printf '# %s\n' "$*"
	"$@"
}
# show FILE...: each line with a margin.
show() {
	local file lines
	for file; do
		mapfile -t lines <"$file"
		[ ${#lines[@]} -eq 0 ] || printf '  | %s\n' "${lines[@]}"
	done
}
# quietly COMMAND...: its output appears only if it fails.
quietly() {
	"$@" >"$LAB/quietly" 2>&1 || { cat "$LAB/quietly" && return 1; }
}
fail() {
	printf 'NOT OK  %s\n' "$*"
	checks_failed=$((checks_failed + 1))
}
# check TEXT COMMAND...: one check, on one line; its output appears only if it fails.
check() {
	local text=$1
	shift
	if "$@" >"$LAB/check" 2>&1; then
		printf 'ok      %s\n' "$text"
	else
		fail "$text"
		sed 's/^/        /' "$LAB/check" | head -n 60
	fi
}
# words_sorted WORD...: sets $sorted; few of them.
words_sorted() {
	local word at
	sorted=()
	for word; do
		for ((at = ${#sorted[@]}; at > 0; at--)); do
			[[ "$word" < "${sorted[at - 1]}" ]] || break
			sorted[at]=${sorted[at - 1]}
		done
		sorted[at]=$word
	done
}
is() { [ "$1" = "$2" ] || { printf 'expected  %s\nfound     %s\n' "$1" "$2" && false; }; }
not() { ! "$@"; }

# ---- the clock ------------------------------------------------------------------------------------------
# Snapshots must look older than the planner's default minimum age: their creation time is in the metadata
# of the volume group. So incidents are made with the clock three hours back.

# bash has no EPOCHSECONDS before 5.0.
clock_move() {
	local now
	printf -v now '%(%s)T' -1
	date -s "@$((now + $1 * 3600))"
}
clock_back() { clock_move -3 >"$LAB/clock"; }
clock_now() {
	if [ -e "$LAB/clock" ]; then
		clock_move 3 >/dev/null
		rm "$LAB/clock"
	fi
}

# kernel_module NAME: one that pid1.sh does not load for all.
kernel_module() { run modprobe -d /mnt "$1"; }

# ---- disks and volume groups ----------------------------------------------------------------------------

# disk NAME SIZE: a disk of the host; sets $disk to its device.
disk() {
	truncate -s "$2" "$LAB/$1.disk"
	disk=$(losetup -f --show "$LAB/$1.disk")
}
# vg_make VG [SIZE]
vg_make() {
	disk "$1" "${2:-256M}"
	run vgcreate -q "$1" "$disk"
}

# ---- origins: the disks of the guests -------------------------------------------------------------------
# An origin's content is made in a file and written to the volume, so that no device needs to be mapped for
# it. fs_make FILE SIZE_MIB FS and image_make FILE FS... (one partition of 16 MiB per FS, from 1 MiB on).

fs_make() {
	truncate -s "$2M" "$1"
	case $3 in
	ext4) ext4_make "$1" ;;
	ntfs) quietly mkfs.ntfs -q -F -Q -L guest -s 512 -p 2048 -H 16 -S 63 "$1" ;;
	swap) chmod 600 "$1" && quietly mkswap -L guest "$1" ;;
	esac
}
# mkfs.ext4 has no -d before 1.43.
ext4_make() {
	if [[ $(mkfs.ext4 -V 2>&1) == *' 1.42'* ]]; then
		mkfs.ext4 -q -F -L guest "$1"
		mkdir -p "$LAB/filled"
		mount -o loop "$1" "$LAB/filled"
		cp -r "$LAB/files/." "$LAB/filled/"
		umount "$LAB/filled"
	else
		mkfs.ext4 -q -F -L guest -d "$LAB/files" "$1"
	fi
}
files_make() {
	[ ! -e "$LAB/files" ] || return 0
	mkdir -p "$LAB/files/boot"
	head -c 3M /dev/urandom >"$LAB/files/database"
	echo 'a guest' >"$LAB/files/hostname"
}
image_make() {
	local image=$1 fs at=1 table='label: dos'
	local -A type=([ext4]=83 [ntfs]=7 [swap]=82)
	shift
	for fs in "$@"; do
		table+=$'\n'"start=$((at * 2048)), size=32768, type=${type[$fs]}"
		at=$((at + 16))
	done
	truncate -s 64M "$image"
	sfdisk -q --no-tell-kernel "$image" <<<"$table"
	at=1
	for fs in "$@"; do
		fs_make "$image.part" 16 "$fs"
		dd if="$image.part" of="$image" bs=1M seek="$at" conv=sparse,notrunc status=none
		rm "$image.part"
		at=$((at + 16))
	done
}

# origin_make VG LV CONTENT...: a volume of 64 MiB in use by a guest throughout; with guest=off its guest is off, and
# nobody uses it. CONTENT is `whole FS` (a file system without partitions, as Xen guests have), `parts FS...` (a
# partition table), or nothing.
origin_make() {
	local vg=$1 lv=$2 form=${3:-} image=$LAB/$2.image
	run lvcreate -qq -y -L 64M -n "$lv" "$vg"
	files_make
	case $form in
	whole) fs_make "$image" 64 "$4" ;;
	parts) image_make "$image" "${@:4}" ;;
	*) cp "$LAB/files/database" "$image" ;;
	esac
	dd if="$image" of="/dev/$vg/$lv" bs=1M conv=sparse,notrunc oflag=direct status=none
	rm "$image"
	if [ "${guest:-on}" = off ]; then
		echo "$vg/$lv" >>"$LAB/origins"
	else
		origin_in_use "$vg" "$lv"
	fi
}

# The guest that runs on an origin: one process that keeps the device open and reads on and on, each time at
# another place so that the answers come from the device. Its pid is in $LAB/guests.
origin_in_use() {
	# shellcheck disable=SC2016 # Perl's variables
	perl -e '
		$0 = "qemu-system-x86_64";
		open(my $disk, "<", $ARGV[0]) or die "$ARGV[0]: $!\n";
		my $size = sysseek($disk, 0, 2);
		for (my $at = 0;; $at = ($at + 266240) % $size) {
			sysseek($disk, $at, 0);
			sysread($disk, my $data, 4096) or die "$ARGV[0] at $at: $!\n";
			select(undef, undef, undef, 0.2);
		}' "/dev/$1/$2" 2>"$LAB/guest.$2" &
	echo "$1/$2 $!" >>"$LAB/guests"
	echo "$1/$2" >>"$LAB/origins"
}

# guest_stop VG LV: shuts the guest down that runs on an origin.
guest_stop() {
	local origin pid
	while read -r origin pid; do
		[ "$origin" = "$1/$2" ] || continue
		printf '# the guest on %s (pid %s) shuts down\n' "$origin" "$pid"
		kill "$pid"
		wait "$pid" || true
	done <"$LAB/guests"
	sed -i "\\|^$1/$2 |d" "$LAB/guests"
	udevadm settle
}

# sha256 of each origin: "VG/LV HEX"; not of one that is suspended: who reads it waits.
origin_checksums() {
	[ -e "$LAB/origins" ] || return 0
	local origin name sum
	while read -r origin; do
		name=${origin//-/--}
		! is_suspended "${name/\//-}" || continue
		sum=$(exec sha256sum <"/dev/$origin")
		echo "$origin ${sum%% *}"
	done <"$LAB/origins"
}
guests_alive() {
	[ -e "$LAB/guests" ] || return 0
	local origin pid
	while read -r origin pid; do
		if [ ! -e "/proc/$pid/exe" ] || [ -s "$LAB/guest.${origin#*/}" ]; then
			echo "the guest on $origin (pid $pid) is gone:"
			cat "$LAB/guest.${origin#*/}"
			return 1
		fi
	done <"$LAB/guests"
}

# ---- snapshots, and what backups put on them ------------------------------------------------------------

# snapshot_make VG ORIGIN NAME [SIZE]
snapshot_make() {
	run lvcreate -qq -y -s -L "${4:-16M}" -n "$3" "$1/$2"
}
# Maps a snapshot's partitions as the backup does: /dev/mapper/VG-NAMEXn.
partitions_map() {
	run kpartx -a -p X "/dev/$1/$2"
	run udevadm settle
}
# mount_at DEVICE FOLDER [FSTYPE]
mount_at() {
	mkdir -p "$2"
	run mount -r ${3:+-t "$3"} "$1" "$2"
}
# mount_writable DEVICE FOLDER: read-write, with a file that is written there. When it returns, nothing more is written
# by itself: a capture shows how full the snapshot is.
mount_writable() {
	mkdir -p "$2"
	run mount -o noinit_itable,noatime,commit=100000 "$1" "$2"
	echo 'written since' >"$2/since"
	sync -f "$2"
}
# array_make NAME: the array md_guest, a mirror of one, on this mapping; without mdadm, through /sys (the kernel's
# admin-guide/md.rst). What is on the mapping is on the array.
array_make() {
	local md=/sys/block/md_guest/md
	echo md_guest >/sys/module/md_mod/parameters/new_array
	echo none >"$md/metadata_version"
	echo raid1 >"$md/level"
	echo 1 >"$md/raid_disks"
	dmsetup info -c --noheadings --separator : -o major,minor "$1" >"$md/new_dev"
	echo 0 >"$md"/dev-*/slot
	echo $(($(blockdev --getsz "/dev/mapper/$1") / 2)) >"$md/component_size" # KiB
	echo readonly >"$md/array_state"
	udevadm settle
}
# The dm name of VG/LV (libdm doubles hyphens).
dm_name() { echo "${1//-/--}-${2//-/--}"; }
# What a review or a report tells a person to type stands between backquotes; one who is asked says yes.
#
# review_do RULE [LABEL]: all of "to do", of LABEL or of what comes first, down to the last thing that answers RULE.
review_do() { review_type review.txt "$@"; }
# review_type FILE RULE [LABEL]
review_type() {
	local text
	text=$(tr -s ' \n' '  ' <"$1" | tr -s ' ')
	[ -z "${3:-}" ] || text=${text#*" $3 class "}
	text=${text#* to do }
	text=${text%%" stack MAJ:MIN "*}
	report_type <(echo "${text%" [$2]"*}")
}
# report_type FILE: all of it. Fails where one of the commands does; the others are typed all the same.
report_type() {
	local command status=0
	# shellcheck disable=SC2016
	while read -r command; do
		printf '# %s\n' "$command"
		bash -c "$command" <<<y || status=$?
	done < <(grep -o '`[^`]*`' "$1" | tr -d '`')
	return $status
}
# By the kernel's list of devices, dm_attr_suspended_show() in drivers/md/dm-sysfs.c: without a program.
is_suspended() {
	local dm name suspended
	for dm in /sys/block/dm-*/dm; do
		{ read -r name <"$dm/name"; } 2>/dev/null || continue
		[ "$name" = "$1" ] || continue
		read -r suspended <"$dm/suspended"
		[ "$suspended" = 1 ]
		return
	done
	return 1
}

# A fifo that nobody drains: what writes into it blocks in the middle of its work. A process of its own keeps it open:
# a descriptor of this shell would be inherited by everything, and LVM complains of those.
fifo_nobody_drains() {
	mkfifo "$1"
	sleep infinity <>"$1" &
}
# background COMM OUTPUT HELD COMMAND...: starts a program and waits until it runs under the name COMM and holds
# HELD (a file or device) open. Its pid is in $background_pid.
background_pid=
background() {
	local comm=$1 output=$2 held=$3 tries=0
	shift 3
	printf '# %s > %s &\n' "$*" "$output"
	"$@" >"$output" 2>"$LAB/background.err" &
	background_pid=$!
	until holds "$background_pid" "$comm" "$held"; do
		tries=$((tries + 1))
		if [ $tries -gt 100 ]; then
			cat "$LAB/background.err"
			echo "$comm does not hold $held"
			return 1
		fi
		pause 0.2
	done
}
# holds PID COMM HELD: no forks, they cost 100 ms here.
holds() {
	local comm fd
	read -r comm 2>/dev/null <"/proc/$1/comm" || return
	[ "$comm" = "$2" ] || return
	for fd in "/proc/$1/fd"/*; do
		[ ! "$fd" -ef "$3" ] || return 0
	done
	return 1
}
background_end() {
	kill "$background_pid"
	wait "$background_pid" || true
	background_pid=
}
# out_of_sight WAY PATH: see out_of_sight.c. Its pid is in $background_pid.
out_of_sight() {
	[ -x "$LAB/out_of_sight" ] ||
		quietly cc -D_GNU_SOURCE -O1 -Wall -Wextra -o "$LAB/out_of_sight" "$LAB_DIR/out_of_sight.c"
	printf '# out_of_sight %s &\n' "$*"
	: >"$LAB/ready"
	"$LAB/out_of_sight" "$@" >"$LAB/ready" &
	background_pid=$!
	until_true 20 test -s "$LAB/ready"
}
# cow_open VG NAME: a process opens the hidden exception store of a snapshot, as one that scans all devices might.
cow_open() {
	local cow
	cow=/dev/mapper/$(dm_name "$1" "$2")-cow
	background sleep /dev/null "$cow" sh -c "exec sleep 100000 <$cow"
}
backup_alive() { [ -z "$background_pid" ] || [ -e "/proc/$background_pid/exe" ]; }
[ -p "$LAB/never" ] || mkfifo "$LAB/never"
pause() { read -r -t "$1" <>"$LAB/never" || true; }

# ---- more than one plan in an incident --------------------------------------------------------------------

# more_plan NAME: captures and plans once more, whatever the age; sets $more_digits.
more_plan() {
	snapstate-capture -q -o "$1.capture" >/dev/null
	snapstate-plan --min-age 0 -o "$1.plan" "$1.capture" >"$1.review" || true
	more_digits=$(sed -n 's/^digest sha256:\(.\{8\}\).*/\1/p' "$1.plan")
}
# more_apply NAME [WORD...]: carries it out, with WORDs before the program's name; sets $rc, and $seconds it took. Its words are
# in NAME.out and NAME.err.
# shellcheck disable=SC2034
more_apply() {
	local name=$1 begun=$SECONDS
	shift
	rc=0
	"${@:-env}" snapstate-execute --apply "${more_resume[@]}" --unsigned --yes-digest "$more_digits" --journal "$name" \
		"$name.plan" >"$name.out" 2>"$name.err" || rc=$?
	seconds=$((SECONDS - begun))
	show "$name.out" "$name.err"
}
more_resume=()
more_goes_on() {
	more_resume=(--resume)
	more_apply "$@"
	more_resume=()
}
# until_true SECONDS COMMAND...: looks again and again.
until_true() {
	local tries=$(($1 * 20))
	shift
	until "$@"; do
		[ $((tries--)) -gt 0 ] || return
		pause 0.05
	done
}
# is_running COMM WORD: a process of that name with that word among its arguments; sets $found_pid. No forks, they cost
# 100 ms here.
is_running() {
	local comm words word
	for found_pid in /proc/[0-9]*; do
		found_pid=${found_pid#/proc/}
		{ read -r comm <"/proc/$found_pid/comm"; } 2>/dev/null || continue
		[ "$comm" = "$1" ] || continue
		words=() # mapfile has no -d before bash 4.4
		while read -r -d '' word; do words+=("$word"); done 2>/dev/null <"/proc/$found_pid/cmdline" || continue
		[[ " ${words[*]} " != *" $2 "* ]] || return 0
	done
	return 1
}
# The site's syslog: it keeps what it is sent in syslog.txt; sets $syslog_pid.
# shellcheck disable=SC2034
start_syslog() {
	python3 -u -c '
import os, socket
log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
log.bind("/dev/log")
while True:
    print(log.recv(4096).decode())' >syslog.txt &
	syslog_pid=$!
	until_true 10 test -S /dev/log
}
# journal_has NAME PATTERN
journal_has() { grep -qE "$2" "$1"/*.journal 2>/dev/null; }

# ---- the host as plain tools see it ---------------------------------------------------------------------

# inventory FOLDER: what dmsetup, lvs and findmnt say, one thing per line, in the order of the name, of the tree of mounts:
# dm "NAME UUID", table "NAME: TABLE", lv "VG LV UUID ORIGIN SEGTYPE", mount "TARGET SOURCE FSTYPE".
inventory() {
	local file line
	[ -d "$1" ] || mkdir -p "$1"
	udevadm settle
	dmsetup info -c --noheadings --separator ' ' -O name -o name,uuid >"$1/dm"
	dmsetup table >"$1/table"
	lvs "${lvs_args[@]}" -a --noheadings --separator ' ' -O vg_name,lv_name -o vg_name,lv_name,lv_uuid,origin,segtype \
		2>/dev/null >"$1/lv"
	findmnt -rn -o TARGET,SOURCE,FSTYPE >"$1/mount"
	for file in "$1/dm" "$1/table"; do
		line=
		read -r line <"$file" || true
		[ "$line" != 'No devices found' ] || : >"$file"
	done
}

# inventory_expected FROM TO: the inventory FROM without what the incident says will be gone.
inventory_expected() {
	mkdir -p "$2"
	: >"$2/dm" >"$2/table" >"$2/lv" >"$2/mount"
	# The table twice: an origin whose -real goes takes over the table of the -real.
	awk -v dm="$gone_dm" -v mount="$gone_mount" -v lv="$gone_lv" -v to="$2" '
		function words(text, set,    a, i) { split(text, a); for (i in a) set[a[i]] }
		BEGIN { words(dm, gone_dm); words(mount, gone_mount); words(lv, gone_lv) }
		{ name = $1; sub(/:$/, "", name) }
		pass == "real" { if (name in gone_dm && sub(/-real$/, "", name)) { sub(/^[^ ]* /, ""); real[name] = $0 }; next }
		pass == "dm" { if (!(name in gone_dm)) print >(to "/dm") }
		pass == "table" && !(name in gone_dm) { print name in real ? $1 " " real[name] : $0 >(to "/table") }
		pass == "lv" { if (!($1 "/" $2 in gone_lv)) print >(to "/lv") }
		pass == "mount" { if (!($1 in gone_mount)) print >(to "/mount") }' \
		pass=real "$1/table" pass=dm "$1/dm" pass=table "$1/table" pass=lv "$1/lv" pass=mount "$1/mount"
}
inventory_same() { diff -r -U0 "$1" "$2"; }

# ticket_says FILE PATTERN: its files are whole, and its first line is this.
ticket_says() {
	local top line
	rm -rf ticket
	mkdir ticket
	tar xzf "$1" -C ticket
	top=$(echo ticket/*)
	(cd "$top" && exec sha256sum --quiet -c SHA256SUMS) || return
	show "$top/RESULT.txt"
	read -r line <"$top/RESULT.txt" && [[ $line =~ $2 ]]
}
