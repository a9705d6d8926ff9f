# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# Roots of Debian releases, for what has to be seen on them. Sourced; needs root and mmdebstrap.

# The mirror of this machine.
mirror_uri() {
	# shellcheck disable=SC2016 # apt's own variable
	apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -m1 '/debian/$' ||
		echo http://deb.debian.org/debian/
}

# root_make SUITE ROOT PACKAGES LOG: PACKAGES with commas between; a root with the same list in ROOT.packages is used again.
root_make() {
	if [ -d "$2" ] && [ "$(cat "$2.packages" 2>/dev/null)" = "$3" ]; then
		return
	fi
	rm -rf --one-file-system "$2" "$2.packages"
	# a release that is no more kept up to date has an old date
	mmdebstrap -q --variant=minbase --include="$3" --aptopt='Acquire::Check-Valid-Until "false"' "$1" "$2" \
		"deb $(mirror_uri) $1 main" >"$4" 2>&1 || {
		echo "$1: no root was made: is the suite still at the mirror? (released ones move to archive.debian.org); see $4" >&2
		return 1
	}
	echo "$3" >"$2.packages"
}
