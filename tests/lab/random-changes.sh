# shellcheck shell=bash disable=SC2154,SC2034,SC2016
# SPDX-License-Identifier: Apache-2.0
#
# Inside the guest: what can happen to a stack of a host that random_draw.c drew, and how it is undone. Sourced by
# random-law.sh. The kinds have the names that tests/unit/law_change_*.c give them.
#
# A change is called with the stack in $name, $dm, ... (stack_read), and says with its status whether it could be made.
# It adds to $undo what takes it back; is_spoiled=1 says that this is not the state it was before, by its numbers at least.

undo=()
is_spoiled=
# undo_from N: takes back all but the first N, the last one first.
undo_from() {
	local i
	for ((i = ${#undo[@]} - 1; i >= $1; i--)); do
		# shellcheck disable=SC2086 # words
		if declare -F "${undo[i]%% *}" >/dev/null; then ${undo[i]}; else try ${undo[i]}; fi || {
			is_spoiled=1
			echo "not undone: ${undo[i]}"
		}
	done
	undo=("${undo[@]:0:$1}")
}
# Nothing in the guest may wait for ever: each command has its time.
try() { timeout -k 2 20 "$@" >>"$LAB/said" 2>&1; }
try_lvm() { try lvm "$@" "${no_udev[@]}"; }
# What another host does: this one's device-mapper does not notice.
try_lvm_elsewhere() { try_lvm "$@" --driverloaded n; }
pick() { # WORD...: sets $picked to one of them
	[ $# -gt 0 ] || return
	local words=("$@")
	picked=${words[RANDOM % $#]}
}

# ---- the host's devices and mounts ----------------------------------------------------------------------

declare -A number_of name_of table_of places_of
state_read() {
	local name major minor line source place
	number_of=() name_of=() table_of=() places_of=()
	while read -r name major minor; do
		number_of[$name]=$major:$minor name_of[$major:$minor]=$name
	done < <(dmsetup info -c --noheadings --separator ' ' -o name,major,minor)
	while read -r line; do
		table_of[${line%%: *}]=${line#*: }
	done < <(dmsetup table)
	while read -r source place line; do
		[[ $source != /dev/mapper/* ]] || places_of[${source#/dev/mapper/}]+="$place "
	done </proc/mounts
}
# stack_read VG/LV: sets $name and $dm, $cow, $layer, $origin ("": there is none), $origin_name, $siblings, $maps
# (mappings on it), $top (it and those), $devices (all that it is made of), $places (mounts of $top), $mounted (those of $top
# that have one).
stack_read() {
	local words other
	name=${1#*/} layer='' cow='' origin='' origin_name='' siblings=() maps=() top=() places=() mounted=()
	dm=$(dm_name "$vg" "$name")
	read -ra words <<<"${table_of[$dm]:-}"
	if [ "${words[2]:-}" = snapshot ]; then
		layer=${name_of[${words[3]}]} cow=${name_of[${words[4]}]}
		origin=${layer%-real}
		origin_name=${origin#onapp--aaaa-}
		origin_name=${origin_name//--/-}
	fi
	for other in "${!table_of[@]}"; do
		[ "$other" != "$dm" ] || continue
		case ${table_of[$other]} in
		*" linear ${number_of[$dm]:-none} "*) maps+=("$other") ;;
		*" snapshot ${number_of[${layer:-none}]:-none} "*) siblings+=("$other") ;;
		esac
	done
	devices=()
	for other in "$dm" "$cow" "$layer" "$origin" "${siblings[@]}" "${maps[@]}"; do
		[ -z "$other" ] || [ -z "${table_of[$other]:-}" ] || devices+=("$other")
	done
	for other in "$dm" "${maps[@]}"; do
		[ -n "${table_of[$other]:-}" ] || continue
		top+=("$other")
		# shellcheck disable=SC2206 # words
		[ -z "${places_of[$other]:-}" ] || { places+=(${places_of[$other]}) && mounted+=("$other"); }
	done
}

# ---- device-mapper --------------------------------------------------------------------------------------

suspend_one() {
	pick "${devices[@]}" && ! is_suspended "$picked" && try dmsetup suspend --noflush --nolockfs "$picked" &&
		undo+=("dmsetup resume $picked")
}
load_one() {
	pick "${devices[@]}" && ! is_suspended "$picked" && try dmsetup load "$picked" --table "${table_of[$picked]}" &&
		undo+=("dmsetup clear $picked")
}
# reload NAME TABLE: in force at once; the undo has what it was.
reload() {
	try dmsetup load "$1" --table "$2" && undo+=("table_back $1 ${table_of[$1]}") && try dmsetup resume "$1"
}
table_back() { try dmsetup load "$1" --table "${*:2}" && try dmsetup resume "$1"; }
size_of() { cut -d ' ' -f 2 <<<"${table_of[$1]}"; }
error_one() { pick "${devices[@]}" && reload "$picked" "0 $(size_of "$picked") error"; }
bypass() { [ -n "$origin" ] && reload "$origin" "0 $(size_of "$layer") linear ${number_of[$layer]} 0"; }
move_map() {
	local words
	pick "${maps[@]}" && read -ra words <<<"${table_of[$picked]}" &&
		reload "$picked" "${words[*]:0:4} $((words[4] + 8))"
}
not_persistent() { [ -n "$origin" ] && reload "$dm" "${table_of[$dm]/ P / N }" && is_spoiled=1; }
read_only() {
	pick "${top[@]}" && try dmsetup load -r "$picked" --table "${table_of[$picked]}" &&
		undo+=("table_back $picked ${table_of[$picked]}") && try dmsetup resume "$picked"
}
write_origin() { # KIB
	[ -n "$origin" ] && ! is_suspended "$origin" &&
		try dd if=/dev/urandom of="/dev/mapper/$origin" bs=4K count=$(($1 / 4)) seek=256 conv=notrunc oflag=direct
}
overflow() { is_spoiled=1 && write_origin 1024; }
rename_dm() { pick "$@" && try dmsetup rename "$picked" "other$tag" && undo+=("dmsetup rename other$tag $picked"); }
set_uuid() { pick "${maps[@]}" && is_spoiled=1 && try dmsetup rename "$picked" --setuuid "other-$tag"; }
map_again() {
	local uuid
	pick "${maps[@]}" && [ -z "${places_of[$picked]:-}" ] || return
	uuid=$(dmsetup info -c --noheadings -o uuid "$picked")
	try dmsetup remove "$picked" && is_spoiled=1 && try dmsetup create "$picked" ${uuid:+-u "$uuid"} --table "${table_of[$picked]}"
}
map_gone() { pick "${maps[@]}" && [ -z "${places_of[$picked]:-}" ] && try dmsetup remove "$picked" && is_spoiled=1; }
map_on() { pick "$@" && try dmsetup create "new$tag" --table "0 128 linear /dev/mapper/$picked 0" && undo+=("dmsetup remove new$tag"); }
map_kpartx() { [ ${#maps[@]} -eq 0 ] && try kpartx -a -p X "/dev/mapper/$dm" && undo+=("kpartx -d -p X /dev/mapper/$dm"); }
# One that is open: else it is gone at once.
deferred() { pick "${mounted[@]}" && is_spoiled=1 && try dmsetup remove --deferred "$picked"; }
loop_on() { # FILE
	local loop
	loop=$(timeout 20 losetup -r --find --show "$1") && undo+=("losetup -d $loop")
}
loop_on_device() { pick "${top[@]}" && loop_on "/dev/mapper/$picked"; }
loop_on_file() { pick "${places[@]}" && loop_on "$picked/database"; }

# ---- LVM ------------------------------------------------------------------------------------------------

sibling_pick() { # a sibling that LVM knows; sets $picked to its LVM name
	pick "${siblings[@]}" && picked=${picked#onapp--aaaa-} && picked=${picked//--/-}
}
# LVM delays the merge while the origin is open.
merge_mark() {
	is_spoiled=1
	sibling_pick && by_random_build "open qemu-system-x86 $origin" && try_lvm lvconvert --merge "$vg/$picked"
}
snapshot_add() {
	[ -n "$origin" ] && try_lvm lvcreate -s -l 2 -n "nightly$tag" "$vg/$origin_name" &&
		undo+=("try_lvm lvremove -y $vg/nightly$tag")
}
sibling_off() { pick "${siblings[@]}" && is_spoiled=1 && try dmsetup remove "$picked"; }
sibling_remove() { sibling_pick && is_spoiled=1 && try_lvm lvremove -y "$vg/$picked"; }
remove_elsewhere() { is_spoiled=1 && try_lvm_elsewhere lvremove -f -y "$vg/$name"; }
sibling_remove_elsewhere() { sibling_pick && is_spoiled=1 && try_lvm_elsewhere lvremove -f -y "$vg/$picked"; }
rename_here() { try_lvm lvrename "$vg" "$name" "$name.$tag" && undo+=("try_lvm lvrename $vg $name.$tag $name"); }
rename_elsewhere() { # LV
	[ -n "$1" ] && try_lvm_elsewhere lvrename "$vg" "$1" "$1.$tag" && undo+=("try_lvm_elsewhere lvrename $vg $1.$tag $1")
}
rename_itself() { rename_elsewhere "$name"; }
rename_origin() { rename_elsewhere "$origin_name"; }
extend() { is_spoiled=1 && try_lvm lvextend -l +1 "$vg/$name"; }
tag_add() { try_lvm lvchange --addtag "t$tag" "$vg/$name" && undo+=("try_lvm lvchange --deltag t$tag $vg/$name"); }
unrelated_add() { try_lvm lvcreate -l 1 -n "unrelated$tag" "$vg" && undo+=("try_lvm lvremove -y $vg/unrelated$tag"); }
unrelated_add_elsewhere() {
	try_lvm_elsewhere lvcreate -an -Zn -Wn -l 1 -n "unrelated$tag" "$vg" &&
		undo+=("try_lvm_elsewhere lvremove -y $vg/unrelated$tag")
}

# ---- mounts ---------------------------------------------------------------------------------------------

mount_new() { # -o OPTIONS
	pick "${top[@]}" && mkdir -p "/mnt/s/new$tag" && try mount "$@" "/dev/mapper/$picked" "/mnt/s/new$tag" &&
		undo+=("umount /mnt/s/new$tag")
}
mount_ro() { mount_new -o ro; }
mount_elsewhere() { pick "${top[@]}" && by_random_build "elsewhere tar $picked /mnt/s/new$tag"; }
unmount() { pick "${places[@]}" && is_spoiled=1 && try umount "$picked"; }
unmount_lazily() {
	pick "${places[@]}" && is_spoiled=1 && by_random_build "file tar $picked/database" && try umount -l "$picked"
}
mount_again() { pick "${mounted[@]}" && is_spoiled=1 && try umount "/mnt/s/$picked" && try mount -o ro "/dev/mapper/$picked" "/mnt/s/$picked"; }
remount() { pick "${places[@]}" && try mount -o remount,rw "$picked" && undo+=("mount -o remount,ro $picked"); }
bind() { # BELOW
	pick "${places[@]}" && mkdir -p "/mnt/s/bound$tag" && try mount --bind "$picked$1" "/mnt/s/bound$tag" &&
		undo+=("umount /mnt/s/bound$tag")
}
bind_it() { bind ''; }
bind_folder() { bind /boot; }
# The parent of what is moved must be private.
move_to() { # on a mount of its own, or not
	pick "${places[@]}" && is_spoiled=1 && try mount --make-rprivate / && undo+=("mount --make-rshared /") || return
	mkdir -p "/mnt/s/moved$tag"
	[ "$1" = plain ] || { try mount -t tmpfs none "/mnt/s/moved$tag" && undo+=("umount /mnt/s/moved$tag"); } || return
	mkdir -p "/mnt/s/moved$tag/it"
	try mount --move "$picked" "/mnt/s/moved$tag/it" && undo+=("umount /mnt/s/moved$tag/it")
}
move_it() { move_to plain; }
move_below() { move_to other; }
cover() { # BELOW
	pick "${places[@]}" && try mount -t tmpfs none "$picked$1" && undo+=("umount $picked$1")
}
cover_top() { cover ''; }
cover_below() { cover /boot; }
mount_by_source() {
	pick "${top[@]}" && mkdir -p "/mnt/s/new$tag" && try mount -t tmpfs "/dev/mapper/$picked" "/mnt/s/new$tag" &&
		undo+=("umount /mnt/s/new$tag")
}
swap_file() {
	pick "${places[@]}" && is_spoiled=1 && try mount -o remount,rw "$picked" && try dd if=/dev/zero of="$picked/swap" bs=64K count=2 &&
		try chmod 600 "$picked/swap" && try mkswap "$picked/swap" && try swapon "$picked/swap" && undo+=("swapoff $picked/swap")
}
swap_on() { pick "${maps[@]}" && try swapon "/dev/mapper/$picked" && undo+=("swapoff /dev/mapper/$picked"); }

# ---- configurations -------------------------------------------------------------------------------------

write_file() { # FILE LINE...
	mkdir -p "${1%/*}" && printf '%s\n' "${@:2}" >"$1" && undo+=("rm $1")
}
fstab_add() { # FIELDS
	printf '%s\n' "$1" >>/etc/fstab && undo+=("cp /dev/null /etc/fstab")
}
fstab_place() { pick "${places[@]}" && fstab_add "UUID=0f0f0f0f-1111-2222-3333-444444444444 $picked ext4 defaults 0 0"; }
fstab_device() { pick "${top[@]}" && fstab_add "/dev/mapper/$picked /mnt/s/named ext4 defaults 0 0"; }
unit_mount() {
	write_file "/etc/systemd/system/mnt-s-named$tag.mount" '[Mount]' "What=/dev/mapper/$dm" "Where=/mnt/s/named$tag" 'Type=ext4'
}
unit_swap() { write_file "/etc/systemd/system/dev-mapper-named$tag.swap" '[Swap]' "What=/dev/mapper/$dm"; }
guest_libvirt() {
	write_file "/etc/libvirt/qemu/guest$tag.xml" "<domain type='kvm'><devices>" \
		"<disk type='block' device='disk'><source dev='/dev/$vg/$name'/><target dev='vda'/></disk>" '</devices></domain>'
}
guest_xen() { write_file "/etc/xen/guest$tag.cfg" "disk = [ 'phy:/dev/$vg/$name,xvda,w' ]"; }

# ---- processes ------------------------------------------------------------------------------------------

process_end() { kill -9 "$1"; }
# by_random_build LINE: random_build.c leaves the process of that line, if it leaves one, and it can be ended.
by_random_build() {
	local pid comm
	echo "$1" >"$LAB/line"
	: >"$LAB/left"
	try "$LAB_DIR/random_build" "$LAB/line" "$LAB/left" || return
	while read -r pid comm; do
		undo+=("process_end $pid")
	done <"$LAB/left"
}
guest_on() { [ -n "$origin" ] && by_random_build "open qemu-system-x86 $origin"; }
open_device() { pick "${devices[@]}" && by_random_build "open tar $picked"; }
open_file() { pick "${places[@]}" && by_random_build "file tar $picked/database"; }
work_there() { pick "${places[@]}" && by_random_build "cwd tar $picked/boot"; }
root_there() { pick "${places[@]}" && by_random_build "root tar $picked"; }
map_file() { pick "${places[@]}" && by_random_build "map tar $picked/database"; }

# ---- the whole host, and the group ----------------------------------------------------------------------

nothing() { :; }
stack_any() { # CHANGE: of the first stack to which it can happen
	local label
	for label in "${labels[@]}"; do
		stack_read "$label"
		! "$1" || return 0
	done
	return 1
}
sleeper() { # COMMAND...: it stays
	"$@" sleep 10000 &
	disown
	undo+=("process_end $!")
	pause 0.3
}
namespace_copies() { sleeper unshare -m --propagation private; }
namespace_receives() { sleeper unshare -m --propagation slave; }
process_unrelated() { sleeper env; }
mount_unrelated() { mkdir -p /mnt/s/unrelated && try mount -t tmpfs none /mnt/s/unrelated && undo+=("umount /mnt/s/unrelated"); }
mounts_private() { is_spoiled=1 && try mount --make-rprivate / && undo+=("mount --make-rshared /"); }
# It waits for the group's lock, which another one has.
command_runs() {
	flock -x "/run/lock/lvm/V_$vg" sleep 10000 &
	disown
	undo+=("pkill -P $! sleep")
	until_true 5 grep -q 'FLOCK .* WRITE' /proc/locks || return
	lvm lvchange --addtag waits "$vg" "${no_udev[@]}" >>"$LAB/said" 2>&1 &
	disown
	undo+=("process_end $!")
	pause 0.5
}
node_is() { echo "$1" >/proc/sys/kernel/hostname; }
host_rename() { node_is hv99 && undo+=("node_is hv7"); }
time_passes() { try date -s "@$((EPOCHSECONDS + 7200))"; }
# The group's disk is there twice.
clone_attach() {
	cp --sparse=always "$LAB/disk" "$LAB/clone" && undo+=("rm $LAB/clone") && loop_on "$LAB/clone"
}
group_tag() { try_lvm vgchange --addtag "t$tag" "$vg" && undo+=("try_lvm vgchange --deltag t$tag $vg"); }
group_rename() { try_lvm_elsewhere vgrename "$vg" onapp-bbbb && undo+=("try_lvm_elsewhere vgrename onapp-bbbb $vg"); }
group_written_elsewhere() {
	try unshare --uts sh -c 'echo hv9 >/proc/sys/kernel/hostname && exec "$@"' sh lvm vgchange --addtag "t$tag" "$vg" "${no_udev[@]}" && is_spoiled=1
}
group_extend() {
	truncate -s 16M "$LAB/more" && undo+=("rm $LAB/more") && loop=$(timeout 20 losetup --find --show "$LAB/more") &&
		undo+=("losetup -d $loop") && group_with_loop vgextend && undo+=('group_with_loop vgreduce')
}
group_with_loop() {
	try lvm "$1" "$vg" "$loop" --config "activation { udev_sync = 0 udev_rules = 0 }
		devices { filter = [ \"a|^/dev/loop0\$|\", \"a|^$loop\$|\", \"r|.*|\" ] }"
}
# The metadata are edited and put back, as another host does that has the group.
group_edit() { # SED-SCRIPT
	try_lvm vgcfgbackup -f "$LAB/group.$tag" "$vg" && sed "$1" "$LAB/group.$tag" >"$LAB/group.edited" &&
		! cmp -s "$LAB/group.$tag" "$LAB/group.edited" && try_lvm vgcfgrestore -y --force -f "$LAB/group.edited" "$vg" &&
		undo+=("try_lvm vgcfgrestore -y --force -f $LAB/group.$tag $vg")
}
group_read_only() { group_edit '1,/physical_volumes/s/status = \["RESIZEABLE", "READ", "WRITE"\]/status = ["RESIZEABLE", "READ"]/'; }
group_exported() { group_edit '1,/physical_volumes/s/status = \["RESIZEABLE"/status = ["EXPORTED", "RESIZEABLE"/'; }
group_gone() {
	try dd if=/dev/loop0 of="$LAB/label" bs=1M count=1 iflag=direct &&
		undo+=("dd if=$LAB/label of=/dev/loop0 bs=1M count=1 oflag=direct") &&
		try dd if=/dev/zero of=/dev/loop0 bs=1M count=1 oflag=direct
}

# ---- all of them ----------------------------------------------------------------------------------------

declare -A act
own=() whole=()
own() { own+=("$1") && act[$1]=$2; }
whole() { whole+=("$1") && act[$1]=$2; }

own 'device suspended' suspend_one
own 'inactive table loaded' load_one
own 'table replaced by error' error_one
own 'origin mapped past its snapshots' bypass
own 'linear table moved' move_map
own "snapshot's table not persistent" not_persistent
own 'device read-only' read_only
own 'snapshot overflowed' overflow
own 'snapshot fuller' 'write_origin 4'
own "snapshot's device renamed" 'rename_dm "$dm"'
own 'mapping renamed' 'rename_dm "${maps[@]}"'
own 'mapping given a uuid' set_uuid
own 'device made again' map_again
own 'mapping removed' map_gone
own 'mapping made by hand' 'map_on "${devices[@]}"'
own 'mapping made by kpartx' map_kpartx
own 'device marked for deferred removal' deferred
own 'guest started or stopped on the origin' guest_on
own 'loop device on a device' loop_on_device
own 'loop device on a file' loop_on_file
own 'merge mark set' merge_mark
own 'snapshot added' snapshot_add
own 'snapshot deactivated' sibling_off
own 'snapshot removed' sibling_remove
own 'snapshot removed by another host' remove_elsewhere
own 'volume renamed' rename_here
own 'volume renamed in the metadata' rename_itself
own 'origin renamed in the metadata' rename_origin
own 'snapshot extended' extend
own 'tag added' tag_add
own 'unrelated volume made' unrelated_add
own 'unrelated volume made by another host' unrelated_add_elsewhere
own 'unmounted' unmount
own 'lazily unmounted' unmount_lazily
own 'mounted' mount_ro
own 'mounted in a new namespace' mount_elsewhere
own 'unmounted and mounted again' mount_again
own 'remounted read-only or read-write' remount
own 'mount bound elsewhere' bind_it
own "mount's folder bound elsewhere" bind_folder
own 'something mounted on top' cover_top
own 'something mounted below' cover_below
own 'mounted by the name of its device' mount_by_source
own 'swap file' swap_file
own 'swap on' swap_on
own 'fstab puts another on the mount point' fstab_place
own 'fstab names a device' fstab_device
own 'mount unit names a device' unit_mount
own 'swap unit names a device' unit_swap
own 'libvirt guest names a device' guest_libvirt
own 'Xen guest names a device' guest_xen
own 'process opened a device' open_device
own 'process opened a file' open_file
own 'process has its working directory there' work_there
own 'process has its root there' root_there
own 'process mapped a file' map_file

whole 'nothing' nothing
whole 'physical volume twice' clone_attach
whole 'mount moved' 'stack_any move_it'
whole 'mount moved below another' 'stack_any move_below'
whole 'mounts private' mounts_private
whole 'namespace with copies of all mounts' namespace_copies
whole 'namespace that receives umounts' namespace_receives
whole 'unrelated mount' mount_unrelated
whole 'unrelated process' process_unrelated
whole 'storage command running' command_runs
whole 'host renamed' host_rename
whole 'time passed' time_passes
whole "group's sequence number" group_tag
whole 'group renamed' group_rename
whole 'group read-only or not' group_read_only
whole 'group exported or not' group_exported
whole 'group extended by a local disk' group_extend
whole 'group written by another host' group_written_elsewhere
whole 'group removed' group_gone

# What happens between two steps, before one that it touches: of other steps it does not say whether a new plan has them.
declare -A touches act_between
between=()
between() { between+=("$1") && touches[$1]=$2 && act_between[$1]=${3:-${act[$1]}}; }

between 'nothing' 'umount dm-remove lv-remove'
between 'device suspended' lv-remove 'devices=("$dm" "$cow" "$layer" "$origin") && suspend_one'
between 'inactive table loaded' lv-remove 'devices=("$dm" "$cow" "$layer" "$origin") && load_one'
between 'table replaced by error' lv-remove
between 'snapshot overflowed' lv-remove
between 'mapping made by hand' lv-remove 'map_on "$dm"'
between 'guest started or stopped on the origin' lv-remove
between 'merge mark set' lv-remove
between 'physical volume twice' lv-remove
between 'snapshot added' lv-remove
between 'snapshot deactivated' lv-remove
between 'snapshot removed by another host' lv-remove
between 'volume renamed in the metadata' lv-remove
between 'group read-only or not' lv-remove
between 'mount unit names a device' lv-remove
between 'process opened a device' lv-remove 'devices=("$dm") && open_device'
between 'mounted' lv-remove 'top=("$dm") && mount_ro'
between 'something mounted below' umount
between 'something mounted on top' umount
between 'fstab puts another on the mount point' umount
between 'loop device on a file' umount
between 'namespace with copies of all mounts' umount
between 'swap file' umount
between 'process opened a file' umount
between 'process has its root there' umount
between 'storage command running' 'umount lv-remove'
