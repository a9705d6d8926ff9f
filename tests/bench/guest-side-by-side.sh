#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Inside the guest: one host with many things planted on it, looked at by snapstate-capture and by the tools that people
# use today. Each runs three times: for the time it takes, under strace for what it does, and once more while a snapshot
# is suspended. Then its archive is searched for each planted thing.
#
# Input:  BENCH_SECONDS, the time limit for one run; BENCH_UNTRACED, the time after which a tool is not traced, and the
#         limit while a snapshot is suspended; BENCH_TOOLS ("snapstate,lsblk"), or nothing for all.
# Output in $OUT: costs "TOOL SECONDS CALLS PROGRAMS WRITTEN BLOCK_OPENS BLOCK_DEVICES LOCKS FLUSHES ETC BYTES",
#         suspended "TOOL STATUS SECONDS BYTES", facts "FACT<TAB>TOOL<TAB>yes|no".
# A tool whose program is not installed is left out. Who reads a suspended device waits: those runs come last.

set -euo pipefail
# shellcheck source=../lab/lib.sh disable=SC2154
. "$LAB_DIR/lib.sh"
limit=${BENCH_SECONDS:-60}
# strace makes some five times as long of it; who needs more than this alone is not traced
traced_limit=$((limit * 5)) untraced=${BENCH_UNTRACED:-60} suspended_limit=${BENCH_UNTRACED:-60}
vg=onapp-aaaaaaaa
snapshot=onapp--aaaaaaaa-backup--dddddddd
mapping=${snapshot}X1

# ---- what is planted ------------------------------------------------------------------------------------

declare -A lv # what for -> the number of its device, "254:7"
volume_make() {
	run lvcreate -qq -y -L 16M -n "planted-$2" $vg
	lv[$1]=$(dmsetup info -c --noheadings --separator : -o major,minor "onapp--aaaaaaaa-planted--$2")
	volume=/dev/$vg/planted-$2
}
holder() { # COMMAND...: a process that holds something; sets $pid
	"$@" </dev/null >/dev/null 2>&1 &
	pid=$!
	until grep -q '^[1-9]' "/proc/$pid/stat" && [[ "$(cat "/proc/$pid/comm")" =~ sleep|python3 ]]; do pause 0.1; done
}

plant_snapshot() {
	vg_make $vg 512M
	files_make
	cp /bin/sleep "$LAB/files/"
	origin_make $vg ekwqx3d1vtkp0s parts ext4
	snapshot_make $vg ekwqx3d1vtkp0s backup-dddddddd
	partitions_map $vg backup-dddddddd
	mkdir -p /mnt/backup
	run mount -r "/dev/mapper/$mapping" /mnt/backup
	snapshot_devno=$(dmsetup info -c --noheadings --separator : -o major,minor $snapshot)
	mapping_devno=$(dmsetup info -c --noheadings --separator : -o major,minor $mapping)
	cow_devno=$(dmsetup info -c --noheadings --separator : -o major,minor $snapshot-cow)
	real_devno=$(dmsetup info -c --noheadings --separator : -o major,minor onapp--aaaaaaaa-ekwqx3d1vtkp0s-real)
}

plant_pending() {
	run dmsetup create planted-pending --table '0 8 linear 7:0 4242'
	run dmsetup load planted-pending --table '0 8 linear 7:0 434343'
}

plant_file_systems() {
	volume_make elsewhere k1
	quietly mkfs.ext4 -q "$volume"
	mkdir -p /mnt/planted-elsewhere
	holder unshare --mount --propagation private sh -c "mount $volume /mnt/planted-elsewhere && exec sleep 100000"

	volume_make pinned k2
	quietly mkfs.ext4 -q "$volume"
	mkdir -p /mnt/planted-pinned /run/keep
	mount --bind --make-private /run/keep /run/keep
	touch /run/keep/mnt
	unshare --mount=/run/keep/mnt --propagation private mount "$volume" /mnt/planted-pinned

	# kept by a loop device on a file of it, so that no process shows it
	volume_make lazy k3
	quietly mkfs.ext4 -q "$volume"
	mkdir -p /mnt/planted-lazy
	mount "$volume" /mnt/planted-lazy
	truncate -s 1M /mnt/planted-lazy/file
	losetup /dev/loop21 /mnt/planted-lazy/file
	umount -l /mnt/planted-lazy
}

plant_processes() {
	holder sh -c 'exec sleep 100000 9</mnt/backup/hostname'
	fd_pid=$pid
	holder sh -c 'cd /mnt/backup/boot && exec sleep 100000'
	cwd_pid=$pid
	holder bash -c 'exec -a sleep /mnt/backup/sleep 100000'
	map_pid=$pid
	# a thread with a table of descriptors of its own: unshare(CLONE_FILES) is 0x400 (sched.h)
	volume_make thread k4
	# not among its arguments, which ps shows
	PLANTED=/dev/dm-${lv[thread]#*:} holder python3 -c '
import ctypes, os, threading, time
def hold():
    assert ctypes.CDLL(None).unshare(0x400) == 0
    os.open(os.environ["PLANTED"], os.O_RDONLY)
    time.sleep(1000000)
threading.Thread(target=hold).start()'
	thread_pid=$pid
	until readlink /proc/"$thread_pid"/task/*/fd/* | grep -q "dm-${lv[thread]#*:}$"; do pause 0.1; done
}

plant_kernel_holders() {
	local md=/sys/block/md_guest/md core=/sys/kernel/config/target/core
	volume_make swap k5
	quietly mkswap "$volume"
	swapon "$volume"
	volume_make loop k6
	losetup -r /dev/loop20 "$volume"
	kernel_module raid1
	volume_make array k7
	echo md_guest >/sys/module/md_mod/parameters/new_array
	echo none >$md/metadata_version
	echo raid1 >$md/level
	echo 1 >$md/raid_disks
	echo "${lv[array]}" >$md/new_dev
	echo 0 >$md/dev-*/slot
	echo 16320 >$md/component_size
	echo readonly >$md/array_state
	volume_make target k8
	kernel_module configfs
	kernel_module target_core_mod
	kernel_module target_core_iblock
	mount -t configfs none /sys/kernel/config
	mkdir -p $core/iblock_0/restore
	echo "udev_path=$volume" >$core/iblock_0/restore/control
	echo 1 >$core/iblock_0/restore/enable
}

# LVM's own copies of the metadata are one change behind what is on the disk: before each tool, since the commands that
# only read write new ones when they find it so (lvm2, check_current_backup()).
stale_copies() {
	rm -rf /etc/lvm/backup/* /etc/lvm/archive/*
	cp "$LAB/stale/backup/"* /etc/lvm/backup/
	cp "$LAB/stale/archive/"* /etc/lvm/archive/
}
plant_metadata() {
	run lvchange -q --autobackup n --addtag planted_tag $vg/planted-k6
	mkdir "$LAB/stale"
	cp -r /etc/lvm/backup /etc/lvm/archive "$LAB/stale/"
	check 'the copies of the metadata are behind' not grep -rq planted_tag "$LAB/stale"
	seqno=$(vgs --noheadings -o vg_seqno $vg | tr -d ' ')
}

# ---- the tools ------------------------------------------------------------------------------------------
# TOOL FOLDER: leaves all that the tool gives below FOLDER. The path of a program of its own or none: nothing else runs
# under strace.

program_of() {
	case $1 in
	snapstate) echo snapstate-capture ;;
	lvmdump | lvmdump-full) echo lvmdump ;;
	sos) echo sos ;;
	lsblk) echo lsblk ;;
	hwloc) echo hwloc-gather-topology ;;
	esac
}
# Sets $command. sos: the plugins that see storage or its holders.
command_of() {
	case $1 in
	snapstate) command=(snapstate-capture -q -o "$2/a.tar.gz") ;;
	lvmdump) command=(env HOME="$2" lvmdump) ;;
	lvmdump-full) command=(env HOME="$2" lvmdump -a -m -s -u) ;;
	sos) command=(sos report --batch --tmp-dir "$2" -o "$sos_plugins") ;;
	lsblk) command=(sh -c 'exec lsblk --json -O >"$0/lsblk.json"' "$2") ;;
	hwloc) command=(hwloc-gather-topology --io --no-cpuid "$2/a") ;;
	esac
}
sos_plugins=block,devicemapper,filesys,kernel,lvm2,md,memory,process

tools=()
for tool in snapstate lvmdump lvmdump-full sos lsblk hwloc; do
	[[ -z "${BENCH_TOOLS:-}" || ",$BENCH_TOOLS," = *",$tool,"* ]] || continue
	! command -v "$(program_of $tool)" >/dev/null || tools+=("$tool")
done

seconds_since() { awk -v a="$1" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }'; }
bytes_in() { find "$1" -type f -printf '%s\n' | awk '{ n += $1 } END { print n + 0 }'; }

# run_tool TOOL FOLDER LIMIT [WRAPPER...]: sets $status and $seconds.
run_tool() {
	local tool=$1 folder=$2 limit=$3 begun
	shift 3
	mkdir -p "$folder"
	stale_copies
	command_of "$tool" "$folder"
	begun=$EPOCHREALTIME status=0
	timeout -k 5 "$limit" "$@" "${command[@]}" </dev/null >"$folder.out" 2>&1 || status=$?
	seconds=$(seconds_since "$begun")
}

# What a trace says: CALLS PROGRAMS WRITTEN BLOCK_OPENS BLOCK_DEVICES LOCKS FLUSHES ETC. Written: to files, and of that
# below /etc. A flush: a status that was asked for without DM_NOFLUSH_FLAG (and no table: tables never flush).
trace_count() {
	perl -ne '
		/^\d+ +(.*)/ or next;
		my $call = $1;
		next if $call =~ /^(\+\+\+|---)/;
		$calls++ unless $call =~ /^<\.\.\. \w+ resumed/;
		$programs++ if $call =~ /^execve\(.* = 0$/;
		$written += $2, $etc += index($1, "/etc/") == 0 ? $2 : 0
			if $call =~ /^(?:p?write(?:64|v|v2)?|sendfile)\(\d+<(\/[^<>]*)>.* = (\d+)$/
			|| $call =~ /^copy_file_range\(\d+<[^<>]*>, [^,]*, \d+<(\/[^<>]*)>.* = (\d+)$/;
		$blocks++, $devices{$1} = 1 if $call =~ /open.*= \d+<[^<>]*<block (\d+:\d+)>>$/;
		$locks++ if $call =~ /^(?:<\.\.\. )?flock.*(?:\/lock\/lvm|resumed)/ || $call =~ /^fcntl\(\d+<[^<>]*\/lock\/lvm.*F_SETLK/;
		$flushes++ if $call =~ /DM_TABLE_STATUS, (.*)/ && (split(/ => /, $1))[0] !~ /DM_(NOFLUSH|STATUS_TABLE)_FLAG/;
		END { print join(" ", map { $_ || 0 } $calls, $programs, $written, $blocks, scalar(keys %devices), $locks, $flushes, $etc), "\n" }'
}

measure() {
	local tool=$1 folder=$LAB/$1
	say "$tool"
	run_tool "$tool" "$folder" "$limit"
	echo "status $status, $seconds s"
	tail -n 3 "$folder.out"
	local plain=$seconds
	[ "$status" -eq 0 ] || plain="none(exit_code_$status)"
	if [ "$status" -ne 0 ] || [ "${seconds%.*}" -ge $untraced ]; then
		echo '? ? ? ? ? ? ? ?' >"$LAB/counts"
	else
		trace "$tool" "$folder.traced"
	fi
	echo "$tool $plain $(cat "$LAB/counts") $(bytes_in "$folder")" >>"$OUT/costs"
}
# trace TOOL FOLDER: leaves $LAB/counts.
trace() {
	mkfifo "$LAB/trace"
	trace_count <"$LAB/trace" >"$LAB/counts" &
	run_tool "$1" "$2" $traced_limit strace -f -yy -s 0 -e signal=none -o "$LAB/trace"
	wait $!
	rm -r "$LAB/trace" "$2"
	echo "traced: status $status, $seconds s"
	[ "$status" -eq 0 ] || sed -i 's/[^ ]*/?/g' "$LAB/counts"
}

# ---- what is in the archives ----------------------------------------------------------------------------

# One text of all that a tool gave: each file's path and content, each link's path and target.
flatten() {
	local folder=$1 archive
	find "$folder" -type f \( -name '*.tar.*' -o -name '*.tgz' \) >"$LAB/archives"
	while read -r archive; do
		tar -xf "$archive" -C "$folder" || true
		rm "$archive"
	done <"$LAB/archives"
	find "$folder" -type l -printf '\0%p -> %l\n'
	find "$folder" -type f -print0 | xargs -0 perl -e '
		for my $path (@ARGV) { open(my $file, "<", $path) or next; local $/; print "\0$path\n", <$file>, "\n" }'
}

# fact NAME REGEX: Perl; \0 stands before each file's path.
declare -a fact_names fact_patterns
fact() { fact_names+=("$1") fact_patterns+=("$2"); }
# A process beside a device or a path, within one line: "PID ... DEVICE", or snapstate's element.
holds() {
	local number="${2#*:}"
	echo "(?:\\b$1\\b|/proc/$1/)[^\\n\\0]*(?:\\b254[:,]$number\\b|dm-$number\\b|${3:-none-such})"
}
# lsblk's objects: KNAME of what is below.
lsblk_under() { echo "\"name\": ?\"$1\"[^{}]*\"pkname\": ?\"dm-${2#*:}\""; }
number() { echo "254:${lv[$1]#*:}\\b|dm-${lv[$1]#*:}\\b|planted--?k$2\\b"; }

facts_declare() {
	local info status uuid sequence
	info=$(dmsetup info -c --noheadings --separator ' ' -o open $snapshot)
	status=$(dmsetup status $snapshot | cut -d ' ' -f 4-)
	uuid=$(dmsetup info -c --noheadings -o uuid $snapshot)
	sequence=$(cat "/sys/dev/block/$snapshot_devno/diskseq")

	fact 'dm: table' "snapshot\"?(?: params=\")? ?$real_devno $cow_devno P 8"
	fact 'dm: uuid' "$uuid\\b(?!-)"
	fact 'dm: status, how full' "\\b$status\\b"
	fact 'dm: open count' "name=\"$snapshot\"[^>]*open=\"$info\"|\\n$snapshot +\\d+ +\\d+ +\\S+ +$info +\\d"
	fact 'dm: what a device stands on' "name=\"$snapshot\"(?:[^<]|<(?!/device))*<dep devno=\"$cow_devno\"|\
\\b$snapshot \\(254:\\d+\\)\\n[^\\n]*(?:-cow|-real) \\(|$(lsblk_under $snapshot "$cow_devno")|\
dm-${snapshot_devno#*:}/slaves/dm-${cow_devno#*:}\\b"
	fact 'dm: a table that waits' '\b434343\b'
	fact 'disk sequence number' "(?:diskseq=\"|DISKSEQ=|\"disk-seq\": ?|dm-${snapshot_devno#*:}/diskseq\\n)$sequence\\b"
	fact 'boot id' "$(cat /proc/sys/kernel/random/boot_id)"
	fact 'LVM: metadata text of today' 'tags ?= ?\[[^\]\n]*planted_tag'
	fact 'LVM: sequence number of today' "(?:seqno\"?[ =:]+\"?|Sequence No +)$seqno\\b"
	fact 'mount: on the host' "\\b$mapping_devno [^\\n]*/mnt/backup |$mapping /mnt/backup |\"mountpoints?\":[^]\\n]*\\n? *\"?/mnt/backup\""
	fact 'mount: in another namespace' '/mnt/planted-elsewhere[ "\n]'
	fact 'mount: in a namespace without a process' '/mnt/planted-pinned[ "\n]'
	fact 'mount: lazily unmounted, still live' "superblock devno=\"${lv[lazy]}\"|fs/ext4/dm-${lv[lazy]#*:}\\b"
	fact 'holder: a descriptor' "$(holds "$fd_pid" "$mapping_devno" /mnt/backup/hostname)"
	fact 'holder: a working directory' "$(holds "$cwd_pid" "$mapping_devno" /mnt/backup/boot)"
	fact 'holder: a running program' "$(holds "$map_pid" "$mapping_devno" /mnt/backup/sleep)"
	fact 'holder: a thread of its own descriptors' "$(holds "$thread_pid" "${lv[thread]}" | sed 's/$/(?! *$)/')"
	fact 'holder: swap' "(?:$(number swap 5))[^\\n]*\\bpartition\\b|<swap [^>]*${lv[swap]}|\
\"name\": ?\"onapp--aaaaaaaa-planted--k5\"[^{}]*\\[SWAP\\]"
	fact 'holder: loop device' "loop20\\b[^\\0]{0,60}(?:$(number loop 6))"
	fact 'holder: md array' "md_guest\\b[^\\n\\0]{0,60}(?:$(number array 7))|$(lsblk_under md_guest "${lv[array]}")|\
kname=\"md_guest\"[^>]*>\\s*<below devno=\"${lv[array]}\""
	fact 'holder: SCSI target (LIO)' "restore\\b[^\\0]{0,60}(?:$(number target 8))|${lv[target]}\"[^\\n>]*restore"
}

facts_search() {
	local tool i
	for tool in "${tools[@]}"; do
		flatten "$LAB/$tool" >"$LAB/flat"
		[ -z "${BENCH_KEEP:-}" ] || cp "$LAB/flat" "$OUT/flat.$tool"
		for i in "${!fact_names[@]}"; do
			printf '%s\t%s\t%s\n' "${fact_names[$i]}" "$tool" "$(
				PATTERN=${fact_patterns[$i]} perl -0777 -ne '
					$found = /$ENV{PATTERN}/s; END { print $found ? "yes" : "no" }' "$LAB/flat"
			)" >>"$OUT/facts"
		done
	done
}

# ---- while a snapshot is suspended ----------------------------------------------------------------------

measure_suspended() {
	local tool=$1 folder=$LAB/$1.suspended
	say "$tool, while $snapshot is suspended"
	dmsetup suspend $snapshot
	run_tool "$tool" "$folder" "$suspended_limit"
	echo "status $status, $seconds s, $(bytes_in "$folder") bytes"
	echo "$tool $status $seconds $(bytes_in "$folder")" >>"$OUT/suspended"
	dmsetup resume $snapshot
	# Those that were waiting for the device can end now.
	pause 3
}

plant_snapshot
plant_pending
plant_file_systems
plant_processes
plant_kernel_holders
plant_metadata
udevadm settle
facts_declare
for tool in "${tools[@]}"; do
	measure "$tool"
done
facts_search
for tool in "${tools[@]}"; do
	measure_suspended "$tool"
done
