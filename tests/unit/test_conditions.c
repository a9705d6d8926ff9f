/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Conditions: each violation by the change of a host that makes it; what must not be one;
 * their text there and back.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sample_host.h"
#include "snapstate/buf.h"
#include "snapstate/cleanup.h"
#include "snapstate/facts.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/config.h"
#include "snapstate/host/device.h"
#include "snapstate/host/lvm.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/places.h"
#include "snapstate/host/process.h"
#include "snapstate/host/source.h"

#define ABOUT	  SAMPLE_VG "/" SAMPLE_ORIGIN
#define SIBLINGS  "condition siblings " ABOUT
#define SETTLED	  "condition settled " ABOUT
#define NOT_CONFIGURED "condition not-configured " SAMPLE_VG "/" SAMPLE_SNAP
#define SNAP_UUID "LVM-" SAMPLE_VG SAMPLE_SNAP
#define OTHER_VG  "77777777777777777777777777777777"
#define MORE_UUID "LVM-" SAMPLE_VG SAMPLE_NEIGHBOUR

static struct lv *volume(struct host *host, const char *uuid)
{
	return host_lv(host, SAMPLE_VG, uuid);
}

/* ---- what must not be a violation ---- */

static void nothing(struct host *host)
{
	(void)host;
}

static void another_backup(struct host *host)
{
	sample_add_neighbour(host);
}

static void in_use_and_filling(struct host *host)
{
	sample_add_use(host, 800, "qemu-system-x86", USE_NODE, 0);
	sample_device(host, 3)->targets[0].status = "30000/32768 128";
	host->vgs[0].seqno++;
	host_sort(host);
}

static void another_is_invalid(struct host *host)
{
	sample_add_neighbour(host);
	sample_device(host, 9)->targets[0].status = "Invalid";
}

/* What an lvremove of the last snapshot leaves. */
static void a_plain_volume(struct host *host)
{
	struct device *origin = sample_device(host, 0);

	sample_make_stale(host);
	for (unsigned minor = 1; minor <= 3; minor++)
		sample_device(host, minor)->is_gone = true;
	origin->targets[0].type = "linear";
	origin->targets[0].params = "7:0 2048";
	origin->n_deps = 0;
}

/* ---- what is one ---- */

static void marked_for_merging(struct host *host)
{
	sample_add_neighbour(host);
	volume(host, SAMPLE_NEIGHBOUR)->is_merging = true;
}

/* The kernel's witness alone. */
static void merging(struct host *host)
{
	sample_add_neighbour(host);
	sample_device(host, 9)->targets[0].type = "snapshot-merge";
}

static void origin_is_merging(struct host *host)
{
	sample_device(host, 0)->targets[0].type = "snapshot-merge";
}

static void not_active(struct host *host)
{
	sample_add_neighbour(host);
	sample_device(host, 9)->is_gone = sample_device(host, 8)->is_gone = true;
	sample_device(host, 1)->open_count--;
}

static void not_persistent(struct host *host)
{
	sample_add_neighbour(host);
	sample_device(host, 9)->targets[0].params = "254:1 254:8 N 8";
}

static void other_cow(struct host *host)
{
	sample_add_neighbour(host);
	sample_device(host, 9)->targets[0].params = "254:1 254:2 P 8";
}

static void removed_elsewhere(struct host *host)
{
	sample_make_stale(host);
}

static void by_hand(struct host *host)
{
	sample_add_device(host, 10, "mine", "", "linear", "254:1 0", 8);
}

static void snapshot_by_hand(struct host *host)
{
	sample_add_device(host, 10, "mine", "", "snapshot", "254:1 254:2 P 8", 8);
}

static void opened(struct host *host)
{
	sample_device(host, 1)->open_count++;
}

static void metadata_unread(struct host *host)
{
	host->vgs[0].has_metadata = false;
}

static void hidden_origin(struct host *host)
{
	volume(host, SAMPLE_ORIGIN)->is_visible = false;
}

static void origin_plain(struct host *host)
{
	sample_device(host, 0)->targets[0].type = "linear";
}

static void origin_inactive(struct host *host)
{
	sample_device(host, 0)->is_gone = true;
	sample_device(host, 1)->open_count--;
}

static void origin_suspended(struct host *host)
{
	sample_device(host, 0)->flags = DEVICE_SUSPENDED;
}

static void cow_of_another_waits(struct host *host)
{
	sample_add_neighbour(host)->flags = DEVICE_HAS_INACTIVE;
}

static void another_is_suspended(struct host *host)
{
	sample_add_neighbour(host);
	sample_device(host, 9)->flags = DEVICE_INTERNAL;
}

static const struct {
	void (*change)(struct host *host);
	const char *siblings, *settled; /* behind the line's begin */
} cases[] = {
	{nothing, " ok", " ok"},
	{another_backup, " ok", " ok"},
	{in_use_and_filling, " ok", " ok"},
	{another_is_invalid, " ok", " ok"},
	{a_plain_volume, " ok", " ok"},
	{marked_for_merging, " merging snap-eeee " SAMPLE_NEIGHBOUR, " ok"},
	{merging, " merging snap-eeee " SAMPLE_NEIGHBOUR, " ok"},
	{origin_is_merging, " merging disk1 " SAMPLE_ORIGIN, " ok"},
	{not_active, " inactive snap-eeee " SAMPLE_NEIGHBOUR, " ok"},
	{not_persistent, " table snap-eeee " SAMPLE_NEIGHBOUR, " ok"},
	{other_cow, " table snap-eeee " SAMPLE_NEIGHBOUR, " ok"},
	{removed_elsewhere, " stale onapp--aaaa-backup--dddd " SNAP_UUID, " ok"},
	{by_hand, " mapped mine -", " ok"},
	{snapshot_by_hand, " stale mine -", " ok"},
	{opened, " opened onapp--aaaa-disk1-real LVM-" SAMPLE_VG SAMPLE_ORIGIN "-real",
		" ok"},
	{metadata_unread, " unread", " ok"},
	{hidden_origin, " hidden disk1 " SAMPLE_ORIGIN, " ok"},
	{origin_plain, " table disk1 " SAMPLE_ORIGIN, " ok"},
	{origin_inactive, " inactive disk1 " SAMPLE_ORIGIN, " ok"},
	{origin_suspended, " ok",
		" suspended onapp--aaaa-disk1 LVM-" SAMPLE_VG SAMPLE_ORIGIN},
	{another_is_suspended, " ok", " suspended onapp--aaaa-snap--eeee " MORE_UUID},
	{cow_of_another_waits, " ok",
		" inactive-table onapp--aaaa-snap--eeee-cow " MORE_UUID "-cow"},
};

static void assert_line(const struct facts *facts, const char *begin, const char *result)
{
	cleanup_buf struct buf line = BUF_INIT;

	buf_printf(&line, "%s%s", begin, result);
	if (facts_has(facts, buf_text(&line)))
		return;
	for (size_t i = 0; i < facts->count; i++)
		if (strncmp(facts->lines[i], "condition ", 10) == 0)
			print_message("found: %s\n", facts->lines[i]);
	fail_msg("missing: %s", buf_text(&line));
}

static void test_each_violation(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cleanup_host struct host *host = sample_host_idle();
		cleanup_facts struct facts facts = FACTS_INIT;
		cleanup_scope struct scope scope = {0};

		cases[i].change(host);
		scope_add_volume_condition(
			&scope, CONDITION_SIBLINGS, SAMPLE_VG, SAMPLE_ORIGIN);
		scope_add_volume_condition(
			&scope, CONDITION_SETTLED, SAMPLE_VG, SAMPLE_ORIGIN);
		host_facts(host, &scope, &facts);
		assert_line(&facts, SIBLINGS, cases[i].siblings);
		assert_line(&facts, SETTLED, cases[i].settled);
	}
}

static void by_udevd(struct host *host)
{
	sample_add_use(host, 800, "(udev-worker)", USE_NODE, 0);
	host->processes[host->n_processes - 1].exe = "/usr/bin/udevadm";
	host_sort(host);
}

/* All that a step reads. */
static void by_somebody(struct host *host)
{
	sample_device(host, 0)->open_count++;
}

static void mount_snapshot(struct host *host, const char *options)
{
	sample_add_mount(host, SAMPLE_NS, 45, 1, 3, "/mnt/work");
	host->mounts[host->n_mounts - 1].super_options = options;
	host_sort(host);
}

static void written_by_udevd(struct host *host)
{
	mount_snapshot(host, "rw");
	by_udevd(host);
}

static void written_while_used(struct host *host)
{
	mount_snapshot(host, "rw");
	by_somebody(host);
}

static void only_read(struct host *host)
{
	mount_snapshot(host, "ro");
}

static void written(struct host *host)
{
	mount_snapshot(host, "rw");
}

/* Who has it open then has nothing to do with the snapshot. */
static void used_past_its_snapshots(struct host *host)
{
	written_while_used(host);
	origin_plain(host);
}

static void written_without_an_origin(struct host *host)
{
	written(host);
	origin_inactive(host);
}

static void test_in_use(void **state)
{
	static const char begin[] = "condition in-use " SAMPLE_VG "/" SAMPLE_SNAP;
	static const struct {
		void (*change)(struct host *host);
		const char *result;
	} rows[] = {
		{nothing, " ok"},
		{only_read, " ok"},
		{written, " idle /mnt/work -"},
		{written_by_udevd, " idle /mnt/work -"},
		{written_while_used, " ok"},
		{used_past_its_snapshots, " inactive /mnt/work -"},
		{written_without_an_origin, " inactive /mnt/work -"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cleanup_host struct host *host = sample_host_idle();
		cleanup_scope struct scope scope = {0};
		cleanup_facts struct facts facts = FACTS_INIT;

		rows[i].change(host);
		scope_add_volume_condition(
			&scope, CONDITION_IN_USE, SAMPLE_VG, SAMPLE_SNAP);
		host_facts(host, &scope, &facts);
		assert_line(&facts, begin, rows[i].result);
	}
}

static void add_line(struct host *host, const char *source, const char *target)
{
	*array_add(&host->fstab, &host->n_fstab) = (struct fstab_entry){
		.line = 4, .source = source, .target = target, .type = "ext4"};
}

static void add_config(struct host *host, enum config_kind kind, const char *device)
{
	*array_add(&host->configs, &host->n_configs) =
		(struct config_entry){.file = "/etc/file",
			.line = 9,
			.kind = kind,
			.device = device,
			.target = kind == CONFIG_MOUNT ? "/srv/x" : ""};
}

/* By each of its names, and by those of what is on it; nothing else. */
static void test_not_configured(void **state)
{
	static const struct {
		const char *device;
		bool is_named;
	} rows[] = {
		{"/dev/onapp-aaaa/backup-dddd", true},
		{"/dev/mapper/onapp--aaaa-backup--dddd", true},
		{"/dev/mapper/onapp--aaaa-backup--dddd-cow", true},
		{"/dev/mapper/onapp--aaaa-backup--ddddX1", true},
		{"/dev/disk/by-id/dm-name-onapp--aaaa-backup--dddd", true},
		{"/dev/disk/by-id/dm-uuid-" SNAP_UUID, true},
		{"/dev/dm-3", true},
		{"/dev/block/254:3", true},
		{"/dev/onapp-aaaa/disk1", false},
		{"/dev/mapper/onapp--aaaa-disk1-real", false},
		{"/dev/onapp-aaaa/backup-ddd", false},
		{"/dev/onapp-aaaa/backup-dddd/x", false},
		{"/dev/dm-0", false},
		{"/dev/dm-", false},
		{"/dev/block/8:3", false},
		{"/dev/block/", false},
		{"/dev/", false},
		{"UUID=0f3c", false},
		{"", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) * 4; i++) {
		const char *device = rows[i / 4].device;
		cleanup_host struct host *host = sample_host();
		cleanup_facts struct facts facts = FACTS_INIT;
		cleanup_scope struct scope scope = {0};
		const char *file = i % 2 ? "/etc/fstab" : "/etc/file";
		cleanup_buf struct buf result = BUF_INIT;

		if (i % 2)
			add_line(host, device, "/srv/x");
		else
			add_config(host, CONFIG_XEN, device);
		if (i % 4 > 1)
			host_index_build(host);
		scope_add_volume_condition(
			&scope, CONDITION_NOT_CONFIGURED, SAMPLE_VG, SAMPLE_SNAP);
		host_facts(host, &scope, &facts);
		buf_printf(
			&result, rows[i / 4].is_named ? " - named %s -" : " - ok", file);
		assert_line(&facts, NOT_CONFIGURED, buf_text(&result));
	}
}

/* Also of a volume without a device; and the mount that was accepted is none. */
static void test_not_configured_but(void **state)
{
	static const struct {
		const char *argument, *target;
		enum config_kind kind;
		bool is_inactive;
		const char *result;
	} rows[] = {
		{"", "/srv/x", CONFIG_MOUNT, true, " - named /etc/fstab -"},
		{"/srv/x", "/srv/x", CONFIG_MOUNT, false, " /srv/x ok"},
		{"/srv/y", "/srv/x", CONFIG_MOUNT, false, " /srv/y named /etc/fstab -"},
		{"/srv/x", "/srv/x", CONFIG_LIBVIRT, false, " /srv/x named /etc/file -"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct condition condition = {.kind = CONDITION_NOT_CONFIGURED,
			.vg_uuid = SAMPLE_VG,
			.lv_uuid = SAMPLE_SNAP,
			.argument = rows[i].argument};
		cleanup_host struct host *host = sample_host_idle();
		cleanup_facts struct facts facts = FACTS_INIT;
		cleanup_scope struct scope scope = {0};

		sample_device(host, 3)->is_gone = rows[i].is_inactive;
		add_line(host, "/dev/onapp-aaaa/backup-dddd", rows[i].target);
		add_config(host, rows[i].kind, "/dev/mapper/onapp--aaaa-backup--dddd");
		scope_add_condition(&scope, &condition);
		host_facts(host, &scope, &facts);
		assert_line(&facts, NOT_CONFIGURED, rows[i].result);
	}
}

static void test_not_configured_unread(void **state)
{
	static const char *const names[] = {"fstab", "configs"};
	static const struct {
		enum outcome outcome;
		bool is_unread;
	} rows[] = {{OUTCOME_READ, false}, {OUTCOME_ABSENT, false},
		{OUTCOME_TRUNCATED, true}, {OUTCOME_TIMED_OUT, true},
		{OUTCOME_DENIED, true}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) * 2; i++) {
		cleanup_host struct host *host = sample_host();
		cleanup_facts struct facts facts = FACTS_INIT;
		cleanup_scope struct scope scope = {0};
		cleanup_buf struct buf result = BUF_INIT;

		host_source_set(host, names[i % 2], rows[i / 2].outcome, "%s", "");
		buf_printf(&result, rows[i / 2].is_unread ? " - unread %s -" : " - ok",
			names[i % 2]);
		scope_add_volume_condition(
			&scope, CONDITION_NOT_CONFIGURED, SAMPLE_VG, SAMPLE_SNAP);
		host_facts(host, &scope, &facts);
		assert_line(&facts, NOT_CONFIGURED, buf_text(&result));
	}
}

/* Of the group's own physical volumes; one that was not asked for cannot be answered. */
static void test_single(void **state)
{
	static const char begin[] = "condition single " SAMPLE_VG;
	static const struct {
		bool is_duplicate;
		enum outcome outcome;
		const char *result;
	} singles[] = {
		{false, OUTCOME_READ, " ok"},
		{false, OUTCOME_ABSENT, " ok"},
		{false, OUTCOME_TIMED_OUT, " unread"},
		{true, OUTCOME_READ, " duplicate /dev/loop0 " SAMPLE_PV},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(singles) / sizeof(singles[0]); i++) {
		cleanup_host struct host *host = sample_host_idle();
		cleanup_facts struct facts facts = FACTS_INIT;
		cleanup_scope struct scope scope = {0};
		struct pv *guests = array_add(&host->pvs, &host->n_pvs);

		*guests = host->pvs[0];
		guests->uuid = guests->vg_uuid = "guests";
		guests->is_duplicate = true;
		host->pvs[0].is_duplicate = singles[i].is_duplicate;
		host_source_set(host, "lvm/pvs.json", singles[i].outcome, "%s", "");
		scope_add_group_condition(&scope, CONDITION_SINGLE, SAMPLE_VG);
		host_facts(host, &scope, &facts);
		assert_line(&facts, begin, singles[i].result);
	}
}

/* ---- where the COW is ---- */

static void set_cow(struct host *host, const char *params)
{
	sample_device(host, 2)->targets[0].params = params;
}

static void cow_moved_here(struct host *host)
{
	set_cow(host, "7:0 400000");
}

static void cow_is_longer(struct host *host)
{
	sample_device(host, 2)->targets[0].length += 8192;
}

/* pvmove on another host: this kernel's table is the old one. */
static void cow_moved_elsewhere(struct host *host)
{
	volume(host, SAMPLE_SNAP)->segments[0].stripes[0].start = 40;
}

static void disk_on_another_device(struct host *host)
{
	host->pvs[0].devno = (struct devno){8, 64};
}

static void disk_nowhere(struct host *host)
{
	host->pvs[0].devno = DEVNO_NONE;
}

static void cow_is_no_mapping(struct host *host)
{
	sample_device(host, 2)->targets[0].type = "error";
}

/* Where it is, and that another volume owns it by now, changes nothing for a stale one. */
static void stale_with_a_victim(struct host *host)
{
	sample_make_stale(host);
	sample_add_victim(host);
}

static void stale_and_nowhere(struct host *host)
{
	sample_make_stale(host);
	disk_nowhere(host);
}

/* vgsplit: the same volume in another group, and on the same sectors. */
static void split_off(struct host *host)
{
	struct vg *vg = array_add(&host->vgs, &host->n_vgs);

	*vg = host->vgs[0];
	vg->uuid = OTHER_VG;
	volume(host, SAMPLE_SNAP)->vg_uuid = OTHER_VG;
	host_sort(host);
}

static void test_storage(void **state)
{
	static const char begin[] = "condition storage " SAMPLE_VG "/" SAMPLE_SNAP;
	static const struct {
		void (*change)(struct host *host);
		const char *result;
	} rows[] = {
		{nothing, " ok"},
		{another_backup, " ok"},
		{in_use_and_filling, " ok"},
		{cow_moved_here, " elsewhere backup-dddd " SAMPLE_SNAP},
		{cow_is_longer, " elsewhere backup-dddd " SAMPLE_SNAP},
		{cow_moved_elsewhere, " elsewhere backup-dddd " SAMPLE_SNAP},
		{disk_on_another_device, " elsewhere backup-dddd " SAMPLE_SNAP},
		{disk_nowhere, " unknown backup-dddd " SAMPLE_SNAP},
		{cow_is_no_mapping, " unknown backup-dddd " SAMPLE_SNAP},
		{metadata_unread, " unknown backup-dddd " SAMPLE_SNAP},
		{removed_elsewhere, " ok"},
		{stale_with_a_victim, " ok"},
		{stale_and_nowhere, " ok"},
		{split_off, " moved onapp--aaaa-backup--dddd-cow " SNAP_UUID "-cow"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) * 2; i++) {
		cleanup_host struct host *host = sample_host_idle();
		cleanup_facts struct facts facts = FACTS_INIT;
		cleanup_scope struct scope scope = {0};

		rows[i / 2].change(host);
		if (i % 2)
			host_index_build(host);
		scope_add_volume_condition(
			&scope, CONDITION_STORAGE, SAMPLE_VG, SAMPLE_SNAP);
		host_facts(host, &scope, &facts);
		assert_line(&facts, begin, rows[i / 2].result);
	}
}

/* ---- of a volume group ---- */

static struct lv *made_elsewhere(struct host *host)
{
	struct lv *lv = volume(host, SAMPLE_ORIGIN);

	lv->creator = "hv9";
	return lv;
}

static void by_another_host(struct host *host)
{
	host->vgs[0].writer = "hv9";
}

static void a_volume_by_another_host(struct host *host)
{
	made_elsewhere(host);
}

static void by_a_captured_host(struct host *host)
{
	made_elsewhere(host)->creator = "hv8";
	host->vgs[0].writer = "hv8";
}

static void by_one_of_a_similar_name(struct host *host)
{
	host->vgs[0].writer = "hv";
}

static void nobody_said(struct host *host)
{
	host->vgs[0].writer = NULL;
	volume(host, SAMPLE_ORIGIN)->creator = "";
}

static void renamed(struct host *host)
{
	host->vgs[0].writer = host->identity.node;
	host->identity.node = "renamed";
}

static void group_gone(struct host *host)
{
	host->vgs[0].uuid = host->pvs[0].vg_uuid = OTHER_VG;
}

static void gone_by_another_host(struct host *host)
{
	by_another_host(host);
	group_gone(host);
}

static void on_fibre_channel(struct host *host)
{
	host->blocks[0].transport = "fc";
}

static void gone_on_multipath(struct host *host)
{
	struct device *real;

	sample_add_device(host, 12, "mpatha", "mpath-36001", "multipath", "0 0 1 1", 8);
	real = sample_device(host, 1);
	*array_add(&real->deps, &real->n_deps) = (struct devno){254, 12};
	group_gone(host);
}

static void another_disk_on_iscsi(struct host *host)
{
	struct block *disk = array_add(&host->blocks, &host->n_blocks);

	*disk = (struct block){.devno = {8, 64},
		.kname = "sde",
		.kind = BLOCK_DISK,
		.backing_file = "",
		.transport = "iscsi"};
}

static void in_a_guest(struct host *host)
{
	sample_add_device(
		host, 12, "guests", "LVM-" OTHER_VG SAMPLE_ORIGIN, "linear", "8:0 0", 8);
	host->pvs[0].devno = (struct devno){254, 12};
}

static void cow_in_a_guest(struct host *host)
{
	struct device *cow;

	sample_add_device(
		host, 12, "guests", "LVM-" OTHER_VG SAMPLE_ORIGIN, "linear", "8:0 0", 8);
	cow = sample_device(host, 2);
	*array_add(&cow->deps, &cow->n_deps) = (struct devno){254, 12};
}

/* A guest's group on a snapshot is another one. */
static void a_guests_group(struct host *host)
{
	sample_add_device(host, 12, "guests", "LVM-" OTHER_VG SAMPLE_ORIGIN, "linear",
		"254:3 0", 8);
}

#define HOSTS  "condition hosts " SAMPLE_VG " hv8,hv7"
#define LOCAL  "condition local " SAMPLE_VG
#define GROUND "condition ground " SAMPLE_VG

static const struct {
	void (*change)(struct host *host);
	const char *hosts, *local, *ground; /* behind the line's begin */
} group_cases[] = {
	{nothing, " ok", " ok", " ok"},
	{another_backup, " ok", " ok", " ok"},
	{in_use_and_filling, " ok", " ok", " ok"},
	{a_plain_volume, " ok", " ok", " ok"},
	{by_another_host, " writer hv9 -", " ok", " ok"},
	{a_volume_by_another_host, " maker hv9 " SAMPLE_ORIGIN, " ok", " ok"},
	{by_a_captured_host, " ok", " ok", " ok"},
	{by_one_of_a_similar_name, " writer hv -", " ok", " ok"},
	{nobody_said, " ok", " ok", " ok"},
	{renamed, " writer cp-17 -", " ok", " ok"},
	{group_gone, " ok", " ok", " ok"},
	{gone_by_another_host, " ok", " ok", " ok"},
	{on_fibre_channel, " ok", " reachable /dev/loop0 " SAMPLE_PV, " ok"},
	{gone_on_multipath, " ok",
		" reachable onapp--aaaa-disk1-real LVM-" SAMPLE_VG SAMPLE_ORIGIN "-real",
		" ok"},
	{another_disk_on_iscsi, " ok", " ok", " ok"},
	{in_a_guest, " ok", " ok", " volume /dev/loop0 " SAMPLE_PV},
	{cow_in_a_guest, " ok", " ok",
		" volume onapp--aaaa-backup--dddd-cow " SNAP_UUID "-cow"},
	{a_guests_group, " ok", " ok", " ok"},
};

static void test_group(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(group_cases) / sizeof(group_cases[0]); i++) {
		cleanup_host struct host *host = sample_host_idle();
		cleanup_facts struct facts facts = FACTS_INIT;
		cleanup_scope struct scope scope = {0};
		const struct condition hosts = {.kind = CONDITION_HOSTS,
			.vg_uuid = SAMPLE_VG,
			.lv_uuid = "",
			.argument = "hv8,hv7"};

		group_cases[i].change(host);
		host_sort(host);
		scope_add_condition(&scope, &hosts);
		scope_add_group_condition(&scope, CONDITION_LOCAL, SAMPLE_VG);
		scope_add_group_condition(&scope, CONDITION_GROUND, SAMPLE_VG);
		host_facts(host, &scope, &facts);
		assert_line(&facts, HOSTS, group_cases[i].hosts);
		assert_line(&facts, LOCAL, group_cases[i].local);
		assert_line(&facts, GROUND, group_cases[i].ground);
	}
}

/* ---- where a guest's group is ---- */

#define GUEST_VG "GGGGGGGGGGGGGGGGGGGGGGGGGGGGGGGG"
#define GUEST_PV "PPPPPPPPPPPPPPPPPPPPPPPPPPPPPPPP"

/* LVM lists the group, with one physical volume. */
static struct pv *know_guests(struct host *host, unsigned major, unsigned minor)
{
	struct pv *pv = array_add(&host->pvs, &host->n_pvs);

	*array_add(&host->vgs, &host->n_vgs) = (struct vg){
		.uuid = GUEST_VG, .name = "guest", .system_id = "", .lock_type = ""};
	*pv = (struct pv){.vg_uuid = GUEST_VG,
		.uuid = GUEST_PV,
		.name = "/dev/x",
		.devno = {major, minor}};
	return pv;
}

static void on_the_snapshot(struct host *host)
{
	know_guests(host, 254, 3);
}

static void on_its_partition(struct host *host)
{
	sample_add_device(host, 11, "x1", "", "linear", "254:3 2048", 8);
	know_guests(host, 254, 11);
}

/* A replay took the partition away, and what LVM had found there. */
static void on_what_is_gone(struct host *host)
{
	on_its_partition(host);
	sample_device(host, 11)->is_gone = true;
}

static void on_the_cow(struct host *host)
{
	know_guests(host, 254, 2);
}

static void on_a_disk(struct host *host)
{
	know_guests(host, 8, 16);
}

static void on_both(struct host *host)
{
	sample_add_device(host, 11, "x1", "", "linear", "254:3 2048", 8);
	sample_add_device(host, 12, "x2", "", "linear", "254:11 0", 8);
	array_add(&sample_device(host, 12)->deps, &sample_device(host, 12)->n_deps)[0] =
		(struct devno){254, 0};
	know_guests(host, 254, 12);
}

static void is_missing(struct host *host)
{
	know_guests(host, 254, 3)->is_missing = true;
}

static void is_twice(struct host *host)
{
	know_guests(host, 254, 3)->is_duplicate = true;
}

static void has_no_disk(struct host *host)
{
	know_guests(host, 254, 3)->vg_uuid = "another";
}

static void test_guest_group(void **state)
{
	static const char begin[] = "condition guest-group " GUEST_VG " " SNAP_UUID;
	static const struct {
		void (*change)(struct host *host);
		const char *result;
	} rows[] = {
		{nothing, " ok"},
		{on_the_snapshot, " ok"},
		{on_its_partition, " ok"},
		{on_what_is_gone, " ok"},
		{on_the_cow, " elsewhere /dev/x " GUEST_PV},
		{on_a_disk, " elsewhere /dev/x " GUEST_PV},
		{on_both, " elsewhere /dev/x " GUEST_PV},
		{is_missing, " missing /dev/x " GUEST_PV},
		{is_twice, " duplicate /dev/x " GUEST_PV},
		{has_no_disk, " nowhere"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct condition condition = {.kind = CONDITION_GUEST_GROUP,
			.vg_uuid = GUEST_VG,
			.lv_uuid = "",
			.argument = SNAP_UUID};
		cleanup_host struct host *host = sample_host_idle();
		cleanup_facts struct facts facts = FACTS_INIT;
		cleanup_scope struct scope scope = {0};

		rows[i].change(host);
		scope_add_condition(&scope, &condition);
		host_facts(host, &scope, &facts);
		assert_line(&facts, begin, rows[i].result);
	}
}

/* ---- what is around its mounts ---- */

static struct mount *add_below(struct host *host, unsigned parent, const char *target)
{
	sample_add_mount(host, SAMPLE_NS, 60, parent, 61, target);
	return &host->mounts[host->n_mounts - 1];
}

static void something_below(struct host *host)
{
	add_below(host, 44, "/mnt/backup/tmp");
}

static void something_on_top(struct host *host)
{
	add_below(host, 44, "/mnt/backup");
}

static void below_another(struct host *host)
{
	add_below(host, 1, "/mnt/other");
}

static void below_in_another_namespace(struct host *host)
{
	add_below(host, 44, "/mnt/backup/tmp")->namespace_id = SAMPLE_NS + 1;
}

/* As a guest's /boot. */
static void its_own_below(struct host *host)
{
	sample_add_device(host, 5, "onapp--aaaa-backup--ddddX2",
		"part2-LVM-" SAMPLE_VG SAMPLE_SNAP, "linear", "254:3 34816", 8);
	sample_add_mount(host, SAMPLE_NS, 60, 44, 5, "/mnt/backup/boot");
}

/* By a replay. */
static void below_and_gone(struct host *host)
{
	add_below(host, 44, "/mnt/backup/tmp")->is_gone = true;
}

static void not_mounted(struct host *host)
{
	add_below(host, 44, "/mnt/backup/tmp");
	for (size_t i = 0; i < host->n_mounts; i++)
		host->mounts[i].is_gone |= host->mounts[i].id == 44;
}

static void put_there(struct host *host, const char *source, bool is_automatic)
{
	add_line(host, source, "/mnt/backup");
	host->fstab[host->n_fstab - 1].is_automatic = is_automatic;
}

static void another_belongs_there(struct host *host)
{
	put_there(host, "UUID=0c0b0a", true);
}

static void another_by_hand(struct host *host)
{
	put_there(host, "UUID=0c0b0a", false);
}

static void itself_belongs_there(struct host *host)
{
	put_there(host, "/dev/mapper/onapp--aaaa-backup--ddddX1", true);
}

static void another_elsewhere(struct host *host)
{
	put_there(host, "UUID=0c0b0a", true);
	host->fstab[0].target = "/mnt";
}

static void fstab_unread(struct host *host)
{
	host_source_set(host, "fstab", OUTCOME_DENIED, "%s", "");
}

static void layer_suspended(struct host *host)
{
	sample_device(host, 1)->flags |= DEVICE_SUSPENDED;
}

static void cow_waits(struct host *host)
{
	sample_device(host, 2)->flags |= DEVICE_HAS_INACTIVE;
}

static void cow_deferred(struct host *host)
{
	sample_device(host, 2)->flags |= DEVICE_DEFERRED;
}

static void origin_only(struct host *host)
{
	sample_device(host, 0)->flags |= DEVICE_SUSPENDED;
}

static void suspended_and_not_mounted(struct host *host)
{
	not_mounted(host);
	sample_device(host, 3)->flags |= DEVICE_SUSPENDED;
}

static void no_namespace(struct host *host)
{
	host->namespaces[0].is_host = false;
}

static void test_mount_points(void **state)
{
	static const char begin[] = "condition mount-points " SAMPLE_VG "/" SAMPLE_SNAP;
	static const struct {
		void (*change)(struct host *host);
		const char *result;
	} rows[] = {
		{nothing, " ok"},
		{below_another, " ok"},
		{below_in_another_namespace, " ok"},
		{its_own_below, " ok"},
		{below_and_gone, " ok"},
		{not_mounted, " ok"},
		{another_by_hand, " ok"},
		{itself_belongs_there, " ok"},
		{another_elsewhere, " ok"},
		{origin_only, " ok"},
		{suspended_and_not_mounted, " ok"},
		{layer_suspended, " unsettled onapp--aaaa-disk1-real LVM-" SAMPLE_VG
				  SAMPLE_ORIGIN "-real"},
		{cow_waits, " unsettled onapp--aaaa-backup--dddd-cow " SNAP_UUID
			      "-cow"},
		{cow_deferred, " deferred onapp--aaaa-backup--dddd-cow " SNAP_UUID
				 "-cow"},
		{something_below, " below /mnt/backup/tmp -"},
		{something_on_top, " below /mnt/backup -"},
		{another_belongs_there, " other /mnt/backup -"},
		{fstab_unread, " unread fstab -"},
		{no_namespace, " unread mounts -"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cleanup_host struct host *host = sample_host();
		cleanup_facts struct facts facts = FACTS_INIT;
		cleanup_scope struct scope scope = {0};

		rows[i].change(host);
		host_sort(host);
		scope_add_volume_condition(
			&scope, CONDITION_MOUNT_POINTS, SAMPLE_VG, SAMPLE_SNAP);
		host_facts(host, &scope, &facts);
		assert_line(&facts, begin, rows[i].result);
	}
}

/* ---- who is at work ---- */

static void runs(struct host *host, const char *comm, const char *exe, unsigned uid)
{
	*array_add(&host->processes, &host->n_processes) = (struct process){
		.pid = 700, .uid = uid, .comm = comm, .exe = exe};
}

static void lvm_shell(struct host *host)
{
	runs(host, "lvm", "/usr/sbin/lvm", 0);
}

static void dmsetup(struct host *host)
{
	runs(host, "dmsetup", "/usr/sbin/dmsetup", 0);
}

/* A process of a user that has this name. */
static void so_called(struct host *host)
{
	runs(host, "lvremove", "/home/user/x", 1000);
}

static void backup(struct host *host)
{
	runs(host, "tar", "/usr/bin/tar", 0);
}

static void test_quiet(void **state)
{
	static const struct {
		void (*change)(struct host *host);
		const char *result;
	} rows[] = {
		{nothing, " ok"},
		{so_called, " ok"},
		{backup, " ok"},
		{lvm_shell, " command lvm -"},
		{dmsetup, " command dmsetup -"},
	};
	const struct condition condition = {
		.kind = CONDITION_QUIET, .vg_uuid = "", .lv_uuid = "", .argument = ""};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cleanup_host struct host *host = sample_host();
		cleanup_facts struct facts facts = FACTS_INIT;
		cleanup_scope struct scope scope = {0};

		rows[i].change(host);
		host_sort(host);
		scope_add_condition(&scope, &condition);
		host_facts(host, &scope, &facts);
		assert_line(&facts, "condition quiet host", rows[i].result);
		facts_drop_momentary(&facts);
		for (size_t line = 0; line < facts.count; line++)
			assert_null(strstr(facts.lines[line], "quiet"));
	}
}

/* Each line that is not "ok" says in words what it is. */
static void test_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cleanup_buf struct buf line = BUF_INIT, words = BUF_INIT;

		buf_printf(&line, "%s%s", SIBLINGS, cases[i].siblings);
		condition_line_print(buf_text(&line), &words);
		assert_int_equal(words.len == 0, strcmp(cases[i].siblings, " ok") == 0);
	}
	cleanup_buf struct buf words = BUF_INIT;

	condition_line_print(SETTLED " suspended a\\x20b U", &words);
	assert_string_equal(buf_text(&words), "a b is suspended: LVM would resume it");
	condition_line_print("device 254:0 name x", &words);
	condition_line_print("condition", &words);
	condition_line_print("condition settled", &words);
	condition_line_print("condition settled x suspended \\x", &words);
	assert_string_equal(buf_text(&words), "a b is suspended: LVM would resume it");
}

static void test_text_there_and_back(void **state)
{
	static const char *const bad[] = {"", "siblings", "siblings ", "siblings a",
		"siblings a/", "siblings /b", "siblinks a/b", "siblings  a/b"};
	struct arena *strings = arena_new();
	struct condition condition;
	size_t len;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(condition_parse(bad[i], strlen(bad[i]), strings,
					 &condition, &len),
			-EINVAL);
	for (int kind = 0; kind < CONDITION_KINDS; kind++) {
		const struct condition written = {.kind = (enum condition_kind)kind,
			.vg_uuid = "a b",
			.lv_uuid = "c",
			.argument = "/mnt/x y"};
		cleanup_buf struct buf text = BUF_INIT, again = BUF_INIT;

		condition_print(&written, &text);
		buf_puts(&text, " ok");
		assert_int_equal(condition_parse(buf_text(&text), text.len, strings,
					 &condition, &len),
			0);
		assert_string_equal(buf_text(&text) + len, " ok");
		condition_print(&condition, &again);
		assert_memory_equal(again.data, text.data, again.len);
		assert_int_equal(again.len, len);
		assert_int_equal(condition_compare(&condition, &condition), 0);
	}
	arena_free(strings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_violation),
		cmocka_unit_test(test_single),
		cmocka_unit_test(test_in_use),
		cmocka_unit_test(test_storage),
		cmocka_unit_test(test_group),
		cmocka_unit_test(test_not_configured),
		cmocka_unit_test(test_not_configured_but),
		cmocka_unit_test(test_not_configured_unread),
		cmocka_unit_test(test_guest_group),
		cmocka_unit_test(test_mount_points),
		cmocka_unit_test(test_quiet),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_text_there_and_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
