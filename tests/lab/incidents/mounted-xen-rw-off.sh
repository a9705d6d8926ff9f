# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
. "$LAB_DIR/mounted.sh"
title='The snapshot of a Xen guest is mounted, read-write, while the guest is off'
story='Two guests are off: nobody uses their origins. Snapshots of both are mounted read-write: one where backups mount them, which
shows that it is a leftover. The other may be what somebody works with, a restored service or the like, and what was written
there since is nowhere else: undecided, with the question to ask.'

mounted xen rw off undecided
