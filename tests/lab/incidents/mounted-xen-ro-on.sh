# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
. "$LAB_DIR/mounted.sh"
title='The snapshot of a Xen guest is mounted, read-only, while the guest runs'
story='Two guests run on their origins. Snapshots of both are mounted read-only: one where backups mount them, one on a place of its
own. Nothing was written there: both are leftovers.'

mounted xen ro on remove
