# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
. "$LAB_DIR/mounted.sh"
title='The snapshot of a Xen guest is mounted, read-write, while the guest runs'
story='Two guests run on their origins. Snapshots of both are mounted read-write: one where backups mount them, one on a place of
its own. The guests use the origins, so these are the working copies, and both snapshots are leftovers; of the second that is
so because its origin is in use, which is a fact of the plan.'

mounted xen rw on remove
