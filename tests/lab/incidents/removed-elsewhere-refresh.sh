# shellcheck shell=bash disable=SC2034
# SPDX-License-Identifier: Apache-2.0
. "$LAB_DIR/incidents/removed-elsewhere.sh"
title='Removed on another host, and the origin refreshed'
story='As removed-elsewhere, planned with --refresh-origin: one more step, lvchange --refresh, turns the origin back
into a linear device and removes its -real.'

plan_args=(--refresh-origin)
expect_steps='dm-remove dm-remove dm-remove lv-refresh'
gone_dm+=' onapp--aaaaaaaa-ekwqx3d1vtkp0s-real'
