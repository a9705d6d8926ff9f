# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Roots of releases of Debian and Ubuntu, for what has to be seen on them. Sourced; needs root and mmdebstrap.

# The mirror of this machine.
mirror_uri() {
	# shellcheck disable=SC2016 # apt's own variable
	apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -m1 '/debian/$' ||
		echo http://deb.debian.org/debian/
}

is_ubuntu() { [[ $1 =~ ^(xenial|bionic|focal|jammy|noble)$ ]]; }
ubuntu_uri=http://archive.ubuntu.com/ubuntu/
# Debian has no package of these keys: Ubuntu's own is unpacked, and of it only the archive's keys of 2012 and 2018 are taken.
ubuntu_keys='790BC7277767219C42C86F933B4FE6ACC0B21F32 F6ECB3762474EDA9D21B7022871920D1991BC93C'

# ubuntu_keyring TO
ubuntu_keyring() {
	local folder
	[ ! -s "$1" ] || return 0
	folder=$(mktemp -d)
	# shellcheck disable=SC2086 # words
	/usr/lib/apt/apt-helper download-file "${ubuntu_uri}pool/main/u/ubuntu-keyring/ubuntu-keyring_2021.03.26_all.deb" "$folder/deb" &&
		dpkg-deb -x "$folder/deb" "$folder" && mkdir -m 700 "$folder/home" &&
		gpg --homedir "$folder/home" --no-default-keyring --keyring "$folder/usr/share/keyrings/ubuntu-archive-keyring.gpg" \
			--export $ubuntu_keys >"$1"
	rm -rf "$folder"
	[ -s "$1" ]
}

# root_make SUITE ROOT PACKAGES LOG: PACKAGES with commas between; a root with the same list in ROOT.packages is used again.
root_make() {
	local source hooks=()
	if [ -d "$2" ] && [ "$(cat "$2.packages" 2>/dev/null)" = "$3" ]; then
		return
	fi
	rm -rf --one-file-system "$2" "$2.packages"
	source="deb $(mirror_uri) $1 main"
	if is_ubuntu "$1"; then
		ubuntu_keyring "$2.keys" >"$4" 2>&1 || { echo "$1: Ubuntu's keys were not had; see $4" >&2 && return 1; }
		source="deb [signed-by=$(realpath "$2.keys")] $ubuntu_uri $1 main universe"
	fi
	# xenial's systemd calls chfn before libpam-runtime has configured these
	# shellcheck disable=SC2016 # mmdebstrap's own
	[ "$1" != xenial ] || hooks=('--extract-hook=for what in auth account password session; do
		echo "$what required pam_permit.so" >"$1/etc/pam.d/common-$what"; done')
	# a release that is no more kept up to date has an old date
	mmdebstrap -q --variant=minbase --include="$3" --aptopt='Acquire::Check-Valid-Until "false"' "${hooks[@]}" "$1" "$2" \
		"$source" >"$4" 2>&1 || {
		echo "$1: no root was made: is the suite still at the mirror? (released ones move to archive.debian.org); see $4" >&2
		return 1
	}
	echo "$3" >"$2.packages"
}
