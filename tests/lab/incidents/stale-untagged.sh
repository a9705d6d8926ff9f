# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
. "$LAB_DIR/incidents/tagged.sh"
title='After the plan was made, somebody took the tag away'
story='As tagged, but between plan and execution an operator says that the snapshot is to be kept: lvchange --deltag backup.
The tag was why it was selected, so it is among the facts of the plan. Nothing is changed.'

meddle() {
	run lvchange -qq --deltag backup vg0/mail-monday
}

after() {
	check 'the missing tag is named' grep -hE 'no longer has the tag backup' apply.out*
}

expect_stale
