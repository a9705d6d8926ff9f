# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Inside the guest: builds what random_draw.c drew, and starts the programs. Sourced by random-guest.sh and random-law.sh.

# Each read of a suspended device waits.
# shellcheck disable=SC2034 # of lib.sh
lvs_args=(--config 'devices { filter = [ "a|^/dev/loop0$|", "r|.*|" ] }')
# Hundreds of events would keep udev busy for as long as all the rest takes: it is away while the host is built, and
# libdevmapper makes the nodes.
no_udev=(--config 'activation { udev_sync = 0 udev_rules = 0 } devices { filter = [ "a|^/dev/loop0$|", "r|.*|" ] }')
vg=onapp-aaaa
mapfile -t plan_args <"$LAB_DIR/plan.args"
mapfile -t victims <"$LAB_DIR/victims"
step() { printf '== %s (%s s)\n' "$1" "$SECONDS"; }
build() { "$LAB_DIR/random_build" "$LAB_DIR/build.$1" "$LAB/holders"; }
# lvm_run COMMAND...: on the disk alone.
lvm_run() { quietly lvm "$@" "${no_udev[@]}"; }

# ---- building -------------------------------------------------------------------------------------------

# The images that the origins get: an ext4 of 2 MiB, and two partitions of 1 MiB, ext4 and swap.
images_make() {
	mkdir -p files/boot
	head -c 256K /dev/urandom >files/database
	truncate -s 2M whole.image
	mkfs.ext4 -q -F -O ^has_journal -d files whole.image
	truncate -s 3M parts.image
	sfdisk -q --no-tell-kernel parts.image <<<$'label: dos\nstart=128, size=2048, type=83\nstart=4096, size=2048, type=82'
	truncate -s 1M part1 part2
	mkfs.ext4 -q -F -O ^has_journal -d files part1
	chmod 600 part2
	quietly mkswap part2
	dd if=part1 of=parts.image bs=64K seek=1 conv=notrunc status=none
	dd if=part2 of=parts.image bs=1M seek=2 conv=notrunc status=none
}
group_make() {
	local uuid
	truncate -s 512M disk
	build 0
	losetup /dev/loop0 disk
	uuid=$(sed -n '/^pv0 {/,/^}/s/^id = "\(.*\)"/\1/p' "$LAB_DIR/metadata.1")
	lvm_run pvcreate --uuid "$uuid" --norestorefile /dev/loop0
	udevadm settle
	step 'udev is settled'
	udevadm control --exit
	step 'udev is away'
	lvm_run vgcfgrestore -f "$LAB_DIR/metadata.1" $vg
	step 'the volumes are in the metadata'
	lvm_run vgchange -ay $vg
}
modules_load() {
	! grep -q '^array' "$LAB_DIR/build.1" || modprobe -d /mnt raid1
	grep -q '^target' "$LAB_DIR/build.1" || return 0
	modprobe -d /mnt -a configfs target_core_mod target_core_iblock
	mount -t configfs none /sys/kernel/config
}
host_build() {
	cd "$LAB" || return
	mkdir /mnt/s
	date -s "@1795000000" >/dev/null # NOW in random_draw.c
	SECONDS=0
	# dmeventd would unmount what overflows, and udev would activate what is not active: each when it gets to it
	echo 'global { event_activation = 0 } activation { monitoring = 0 }' >/etc/lvm/lvmlocal.conf
	images_make
	group_make
	step 'the volumes are active'
	modules_load
	build 1
	step 'stacks and holders are built'
	# Another host changes the metadata: nothing here notices. (It asks, since volumes are active.)
	lvm_run vgcfgrestore -y -f "$LAB_DIR/metadata.2" $vg
	[ ${#victims[@]} -eq 0 ] || lvm_run lvchange -ay -K "${victims[@]}"
	build 2
	/lib/systemd/systemd-udevd --daemon 2>/dev/null
	udevadm settle
	cd "$OUT" || return
}

# ---- the programs ---------------------------------------------------------------------------------------

program_seconds=300
program() { # RC OUTPUT COMMAND...: its exit code, and its words if it is another
	local rc=0 wanted=$1 output=$2
	shift 2
	timeout -k 5 "$program_seconds" "$@" >"$output" 2>"$output.err" || rc=$?
	[[ " $wanted " = *" $rc "* ]] || { echo "exit code $rc" && tail -n 30 "$output" "$output.err" && return 1; }
}
capture() { program 0 "$1.out" snapstate-capture -o "$1.snapstate.tar.gz"; }
# It says 1 where something is kept, and a drawn host has that nearly always; 8 where one destroys data.
plan() { program '0 1 7 8' "$2" snapstate-plan "${plan_args[@]}" "${@:3}" "$1.snapstate.tar.gz"; }
