/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Facts: the grammar as examples, and its laws: what changes by itself on a healthy host
 * changes no line; everything else changes one.
 */
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
#include "snapstate/fact_line.h"
#include "snapstate/facts.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/device.h"
#include "snapstate/host/holder.h"
#include "snapstate/host/holders.h"
#include "snapstate/host/lvm.h"
#include "snapstate/host/process.h"
#include "snapstate/host/swap.h"
#include "snapstate/probe_part.h"

#define HOST_LINE                                                                        \
	"host machine-id 0123456789abcdef0123456789abcdef boot-id "                      \
	"8d1e0000-0000-4000-8000-000000000000"

static void test_the_lines_of_a_host(void **state)
{
	cleanup_host struct host *host = sample_host();
	cleanup_facts struct facts facts = FACTS_INIT;
	static const char *const expected[] = {
		"device 254:0 name onapp--aaaa-disk1 uuid LVM-" SAMPLE_VG SAMPLE_ORIGIN
		" diskseq 40 open * flags - size 131072",
		"device 254:2 name onapp--aaaa-backup--dddd-cow uuid LVM-" SAMPLE_VG
			SAMPLE_SNAP "-cow diskseq 42 open 1 flags - size 32768",
		"table 254:3 0 131072 snapshot 254:1 254:2 P 8",
		"status 254:3 0 131072 snapshot valid",
		"holder 254:1 dm 254:3",
		"holder 254:3 dm 254:4",
		"holder 254:4 fs ext4",
		"mount 4026531841:44 device 254:4 root / target /mnt/backup type ext4 access ro",
		"group " SAMPLE_VG
		" name onapp-aaaa access rw lock - system-id - state -",
		"volume " SAMPLE_VG "/" SAMPLE_SNAP
		" name onapp-aaaa/backup-dddd type snapshot origin " SAMPLE_ORIGIN
		" state - segments " SAMPLE_PV ":16+4",
		HOST_LINE,
	};

	(void)state;
	host_facts(host, NULL, &facts);
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
		if (!facts_has(&facts, expected[i]))
			fail_msg("missing: %s", expected[i]);
}

/* ---- what changes a line, and what must not ---- */

static void fill_the_cow(struct host *host)
{
	sample_device(host, 3)->targets[0].status = "30000/32768 128";
}

static void open_the_origin(struct host *host)
{
	sample_device(host, 0)->open_count = 7;
	sample_add_use(host, 800, "qemu-system-x86", USE_NODE, 0);
}

static void bump_seqno(struct host *host)
{
	host->vgs[0].seqno++;
}

static void nothing_known(struct host *host)
{
	host->identity.taken += 1000;
	host->identity.uptime += 100000;
	host->identity.node = "renamed";
}

/* Of no device that the facts are about. */
static void mount_and_run_elsewhere(struct host *host)
{
	sample_add_mount(host, SAMPLE_NS, 60, 1, 98, "/srv/other");
	sample_add_use(host, 801, "tar", USE_FILE, 98);
	host_sort(host);
}

static void (*const harmless[])(struct host *host) = {fill_the_cow, open_the_origin,
	bump_seqno, nothing_known, mount_and_run_elsewhere};

static void overflow(struct host *host)
{
	sample_device(host, 3)->targets[0].status = "Invalid";
}

static void open_the_cow(struct host *host)
{
	sample_device(host, 2)->open_count++;
}

static void open_the_snapshot(struct host *host)
{
	sample_device(host, 3)->open_count++;
}

static void suspend_the_origin(struct host *host)
{
	sample_device(host, 0)->flags |= DEVICE_SUSPENDED;
}

static void recreate(struct host *host)
{
	sample_device(host, 3)->diskseq++;
}

static void reload(struct host *host)
{
	sample_device(host, 4)->targets[0].params = "254:3 4096";
}

static void chdir_into_mount(struct host *host)
{
	sample_add_use(host, 800, "bash", USE_CWD, 4);
}

static void mount_again(struct host *host)
{
	sample_add_mount(host, SAMPLE_NS, 50, 1, 4, "/mnt/other");
}

static void export_as_target(struct host *host)
{
	*array_add(&host->kernel_holders, &host->n_kernel_holders) =
		(struct kernel_holder){.devno = {254, 3}, .kind = HOLDER_LIO, .name = "iblock_0/disk"};
}

static void merge(struct host *host)
{
	host_lv(host, SAMPLE_VG, SAMPLE_SNAP)->is_merging = true;
}

static void move_extents(struct host *host)
{
	host_lv(host, SAMPLE_VG, SAMPLE_SNAP)->segments[0].stripes[0].start++;
}

static void export_group(struct host *host)
{
	host->vgs[0].is_exported = true;
}

static void reboot(struct host *host)
{
	host->identity.boot_id = "8d1e0000-0000-4000-8000-000000000001";
}

static void lose_metadata(struct host *host)
{
	host->vgs[0].has_metadata = false;
}

static void (*const relevant[])(struct host *host) = {overflow, open_the_cow,
	open_the_snapshot, suspend_the_origin, recreate, reload, chdir_into_mount,
	mount_again, export_as_target, merge, move_extents, export_group, reboot,
	lose_metadata};

static void scope_of_sample(struct host *host, struct scope *scope)
{
	scope_add_device(scope, sample_device(host, 4), SCOPE_ALL);
	scope_add_device(scope, sample_device(host, 3), SCOPE_ALL);
	scope_add_device(scope, sample_device(host, 2), SCOPE_ALL);
	scope_add_device(scope, sample_device(host, 0), SCOPE_IDENTITY);
	scope_add_volume(scope, SAMPLE_VG, SAMPLE_SNAP);
	scope_add_group(scope, SAMPLE_VG);
}

static size_t lines_changed_by(void (*change)(struct host *host), bool is_scoped)
{
	cleanup_host struct host *host = sample_host();
	cleanup_scope struct scope scope = {0};
	cleanup_facts struct facts before = FACTS_INIT, after = FACTS_INIT;
	cleanup_facts struct facts gone = FACTS_INIT, new = FACTS_INIT;

	scope_of_sample(host, &scope);
	host_facts(host, is_scoped ? &scope : NULL, &before);
	change(host);
	host_facts(host, is_scoped ? &scope : NULL, &after);
	facts_minus(&before, &after, &gone);
	facts_minus(&after, &before, &new);
	return gone.count + new.count;
}

static void test_a_busy_host_changes_no_fact(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++) {
		assert_int_equal(lines_changed_by(harmless[i], false), 0);
		assert_int_equal(lines_changed_by(harmless[i], true), 0);
	}
}

static void test_holders_in_the_kernel(void **state)
{
	cleanup_host struct host *host = sample_host();
	cleanup_facts struct facts facts = FACTS_INIT;

	(void)state;
	export_as_target(host);
	*array_add(&host->kernel_holders, &host->n_kernel_holders) =
		(struct kernel_holder){.devno = {254, 2}, .kind = HOLDER_XEN, .name = "vbd-3 x"};
	host_sort(host);
	assert_int_equal(host->kernel_holders[0].kind, HOLDER_XEN);
	host_facts(host, NULL, &facts);
	assert_true(facts_has(&facts, "holder 254:3 lio iblock_0/disk"));
	assert_true(facts_has(&facts, "holder 254:2 xen vbd-3\\x20x"));
}

/* What stands on a snapshot without being a mapping. */
static void test_blocks(void **state)
{
	static const char *const expected[] = {
		"holder 254:4 loop 7:5",
		"block 7:5 name loop5 kind loop uuid - diskseq 105 below 254:4 file "
		"/mnt/backup/a\\x20b level - state partscan sync - missing 0 size 1024",
		"holder 7:5 block 259:1",
		"block 259:1 name ghost1 kind partition uuid - diskseq 301 below 7:5 "
		"file - level - state - sync - missing 0 size 512",
		"holder 259:1 fs ext4",
		"holder 254:3 md 9:127",
		"block 9:127 name md127 kind md uuid "
		"0d0c0b0a-0000-4000-8000-000000000000 diskseq 327 below 254:3 file - "
		"level raid1 state clean sync idle missing 0 size 1024",
		"holder 9:127 swap /dev/dm-127 unused",
		"holder 254:3 swap /dev/dm-3 used",
		"holder 254:2 swap /dev/dm-2 unread",
	};
	cleanup_host struct host *host = sample_host();
	cleanup_facts struct facts all = FACTS_INIT, part = FACTS_INIT;
	cleanup_scope struct scope scope = {0};

	(void)state;
	sample_add_loop(host, 5, "/mnt/backup/a b", "partscan");
	sample_add_partition(host, 1, (struct devno){7, 5});
	sample_add_file_system(host, (struct devno){259, 1});
	sample_add_array(host, 127, 3);
	sample_add_swap(host, (struct devno){9, 127});
	sample_add_swap(host, (struct devno){254, 3})->used = 1;
	sample_add_swap(host, (struct devno){254, 2})->has_used = false;
	host_sort(host);
	host_facts(host, NULL, &all);
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++)
		if (!facts_has(&all, expected[i]))
			fail_msg("missing: %s", expected[i]);
	for (size_t i = 0; i < all.count; i++) /* the disk of the group is no fact */
		assert_int_not_equal(strncmp(all.lines[i], "block 7:0 ", 10), 0);
	scope_add_block(&scope, host_block_by_kname(host, "loop5"));
	scope_add_block(&scope, host_block_by_kname(host, "loop5"));
	assert_int_equal(scope.n_blocks, 1);
	host_facts(host, &scope, &part);
	assert_int_equal(part.count, 3); /* the host, it, its partition */
	host_block_by_devno(host, (struct devno){7, 5})->is_gone = true;
	facts_free(&part);
	host_facts(host, &scope, &part);
	assert_int_equal(part.count, 1);
}

static void test_every_relevant_change_shows(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(relevant) / sizeof(relevant[0]); i++) {
		if (!lines_changed_by(relevant[i], false) ||
			!lines_changed_by(relevant[i], true))
			fail_msg("change %zu of the table went unseen", i);
	}
}

/* ---- scope ---- */

/* Device numbers are used again as soon as they are free. */
static void test_a_reused_number_is_not_the_device(void **state)
{
	cleanup_host struct host *host = sample_host();
	cleanup_scope struct scope scope = {0};
	cleanup_facts struct facts facts = FACTS_INIT;

	(void)state;
	scope_add_device(&scope, sample_device(host, 4), SCOPE_ALL);
	sample_device(host, 4)->uuid = "part1-LVM-another";
	host_facts(host, &scope, &facts);
	assert_int_equal(facts.count, 1); /* the host line */
}

static void test_without_uuid_name_and_number_count(void **state)
{
	cleanup_host struct host *host = sample_host();
	cleanup_scope struct scope scope = {0};
	cleanup_facts struct facts same = FACTS_INIT, renamed = FACTS_INIT;

	(void)state;
	sample_device(host, 4)->uuid = "";
	scope_add_device(&scope, sample_device(host, 4), SCOPE_IDENTITY);
	host_facts(host, &scope, &same);
	assert_int_equal(same.count, 2);
	sample_device(host, 4)->name = "other";
	host_facts(host, &scope, &renamed);
	assert_int_equal(renamed.count, 1);
}

static void test_an_absent_volume_is_a_fact(void **state)
{
	cleanup_host struct host *host = sample_host();
	cleanup_scope struct scope scope = {0};
	cleanup_facts struct facts facts = FACTS_INIT;

	(void)state;
	sample_make_stale(host);
	scope_add_volume(&scope, SAMPLE_VG, SAMPLE_SNAP);
	scope_add_group(&scope, "unknown");
	scope_add_volume(&scope, "unknown", "L");
	host_facts(host, &scope, &facts);
	assert_true(facts_has(&facts, "volume " SAMPLE_VG "/" SAMPLE_SNAP " absent"));
	assert_true(facts_has(&facts, "group unknown absent"));
	assert_true(facts_has(&facts, "volume unknown/L absent"));
}

/* It may be on a device that LVM does not list. */
static void test_a_group_that_nobody_looked_for_is_not_absent(void **state)
{
	cleanup_host struct host *host = sample_host();
	cleanup_scope struct scope scope = {0};
	cleanup_facts struct facts facts = FACTS_INIT;

	(void)state;
	sample_add_device(host, 9, "slow", "", "delay", "8:0 0 500", 8192);
	host_sort(host);
	scope_add_group(&scope, "unknown");
	scope_add_volume(&scope, "unknown", "L");
	host_facts(host, &scope, &facts);
	assert_true(facts_has(&facts, "group unknown unread"));
	assert_true(facts_has(&facts, "volume unknown/L unread"));
}

/* ---- sets and subjects ---- */

/* Of a scope, those that it names; of a whole host, all. */
static void test_tags(void **state)
{
	cleanup_host struct host *host = sample_host();
	cleanup_facts struct facts all = FACTS_INIT, named = FACTS_INIT,
				   none = FACTS_INIT;
	cleanup_scope struct scope scope = {0};
	const char *begin = "tag " SAMPLE_VG "/" SAMPLE_SNAP " ";

	(void)state;
	host_lv(host, SAMPLE_VG, SAMPLE_SNAP)->tags = "b:#1,a,c";
	host_facts(host, NULL, &all);
	assert_true(facts_has(&all, "tag " SAMPLE_VG "/" SAMPLE_SNAP " b:#1"));
	assert_string_equal(all.lines[facts_place(&all, begin)],
		"tag " SAMPLE_VG "/" SAMPLE_SNAP " a");
	scope_set_tags(&scope, SAMPLE_VG, SAMPLE_SNAP, "c,d");
	scope_add_volume(&scope, SAMPLE_VG, SAMPLE_SNAP);
	assert_int_equal(scope.n_volumes, 1);
	host_facts(host, &scope, &named);
	assert_int_equal(named.count, 3); /* host, tag, volume */
	assert_string_equal(named.lines[1], "tag " SAMPLE_VG "/" SAMPLE_SNAP " c");
	host_lv(host, SAMPLE_VG, SAMPLE_SNAP)->is_gone = true;
	host_facts(host, &scope, &none);
	assert_int_equal(none.count, 2);
}

/* Of two entries for one volume, the tags are kept. */
static void test_tags_of_united_scopes(void **state)
{
	cleanup_scope struct scope scope = {0}, more = {0};

	(void)state;
	for (int i = 0; i < 2; i++) {
		scope_add_volume(i ? &scope : &more, "v", "l");
		scope_set_tags(i ? &more : &scope, "v", "l", i ? "y" : "x");
		scope_append(&scope, &more);
		scope_unite(&scope);
		assert_int_equal(scope.n_volumes, 1);
		assert_non_null(scope.volumes[0].tags);
	}
}

static void test_sets(void **state)
{
	cleanup_facts struct facts facts = FACTS_INIT;

	(void)state;
	for (int i = 0; i < 100; i++) {
		char line[32];

		snprintf(line, sizeof(line), "device 254:%d", (i * 37) % 100);
		assert_true(facts_insert(&facts, line));
		assert_false(facts_insert(&facts, line));
	}
	assert_int_equal(facts.count, 100);
	for (size_t i = 1; i < facts.count; i++)
		assert_true(strcmp(facts.lines[i - 1], facts.lines[i]) < 0);
	assert_true(facts_remove(&facts, "device 254:64"));
	assert_false(facts_remove(&facts, "device 254:64"));
	for (int i = 0; i < 60; i++)
		assert_true(facts_remove(&facts, facts.lines[0]));
	assert_true(facts_insert(&facts, "device 254:64"));
	assert_int_equal(facts.count, 40);
}

static void test_subjects(void **state)
{
	static const struct {
		const char *line, *subject; /* NULL: not a fact */
	} rows[] = {
		{"device 254:4 name x", "254:4"},
		{"mount 1:2 device 254:4 root /", "254:4"},
		{"volume V/L absent", "V/L"},
		{"group V absent", "V"},
		{"host machine-id x", ""},
		{"device", NULL},
		{"device ", NULL},
		{"mount 1:2 device", NULL},
		{"devices 254:4", NULL},
		{"", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *subject;
		size_t len;
		int r = fact_subject(rows[i].line, &subject, &len);

		assert_int_equal(r == 0, rows[i].subject != NULL);
		if (r == 0) {
			assert_int_equal(len, strlen(rows[i].subject));
			assert_memory_equal(subject, rows[i].subject, len);
		}
	}
}

/* The same lines as a look at every one of them gives. */
/* Each line that the renderer writes is as the row of its kind says, to its end. */
static void assert_is_as_its_row(const char *line)
{
	const char *const *key, *value = NULL;
	enum fact_kind kind;
	size_t len = 0;

	assert_int_equal(fact_kind_of(line, &kind), 0);
	assert_true(fact_is(line, kind));
	assert_int_not_equal(fact_parts(line), 0);
	for (key = fact_row(kind)->keys; *key; key++) {
		value = fact_value(line, *key, &len);
		if (!value)
			fail_msg("no value of %s: %s", *key, line);
	}
	if (value)
		assert_int_equal(value[len], '\0');
}

static void test_the_rows_of_the_kinds(void **state)
{
	const struct condition condition = {.kind = CONDITION_SETTLED,
		.vg_uuid = SAMPLE_VG,
		.lv_uuid = SAMPLE_ORIGIN,
		.argument = ""};
	cleanup_host struct host *host = sample_host();
	cleanup_facts struct facts facts = FACTS_INIT, asked = FACTS_INIT;
	cleanup_scope struct scope scope = {0};
	bool is_seen[FACT_KINDS] = {false};

	(void)state;
	sample_add_loop(host, 5, "/mnt/backup/a b", "partscan");
	sample_add_array(host, 127, 3);
	host->lvs[0].tags = "a";
	host->devices[0].inactive = host->devices[0].targets;
	host->devices[0].n_inactive = 1;
	host_sort(host);
	scope_add_condition(&scope, &condition);
	host_facts(host, NULL, &facts);
	host_facts(host, &scope, &asked);
	for (size_t i = 0; i < asked.count; i++)
		facts_insert(&facts, asked.lines[i]);
	for (size_t i = 0; i < facts.count; i++) {
		enum fact_kind kind;

		assert_is_as_its_row(facts.lines[i]);
		if (fact_kind_of(facts.lines[i], &kind) == 0)
			is_seen[kind] = true;
	}
	for (enum fact_kind kind = 0; kind < FACT_KINDS; kind++)
		if (!is_seen[kind])
			fail_msg("no line of kind %s", fact_row(kind)->word);
	host->devices[0].inactive = NULL;
	host->devices[0].n_inactive = 0;
}

static void test_values(void **state)
{
	static const char device[] = "device 254:4 name a\\x20b uuid - diskseq 4 open * "
				     "flags suspended,read-only size 8";
	static const char *const bad[] = {"", "device", "device 254:4",
		"device 254:4 name", "device 254:4 uuid - name x", "volume V/L absent",
		"holder 254:4 fs ext4", "devices 254:4 name x"};
	cleanup_free char *name = fact_value_text(device, "name");
	uint64_t namespace, id;
	struct devno devno;
	size_t len;

	(void)state;
	assert_string_equal(name, "a b");
	assert_true(fact_value_is(device, "open", "*"));
	assert_true(fact_value_is(device, "size", "8"));
	assert_true(fact_value_has(device, "flags", "suspended"));
	assert_true(fact_value_has(device, "flags", "read-only"));
	assert_false(fact_value_has(device, "flags", "read"));
	assert_false(fact_value_has(device, "name", ""));
	assert_null(fact_value(device, "kind", &len));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_null(fact_value(bad[i], "name", &len));
	assert_true(fact_is_of(device, FACT_DEVICE, (struct devno){254, 4}));
	assert_false(fact_is_of(device, FACT_TABLE, (struct devno){254, 4}));
	assert_false(fact_devno("group V absent", &devno));
	assert_true(fact_mount_id("mount 7:8 device 254:4 root /", &namespace, &id));
	assert_true(namespace == 7 && id == 8);
	assert_false(fact_mount_id("mount 78 device 254:4 root /", &namespace, &id));
	assert_false(fact_mount_id("table 7:8 0 8 linear 7:0 0", &namespace, &id));
}

static void test_what_a_line_follows_from(void **state)
{
	static const struct {
		const char *line;
		unsigned parts;
		const char *holding; /* NULL: no device */
	} rows[] = {
		{"host machine-id m boot-id b", PROBE_IDENTITY, NULL},
		{"device 254:4 name x", PROBE_DM, NULL},
		{"holder 254:4 dm 254:5", PROBE_DM, "254:5"},
		{"holder 254:4 md 9:1", PROBE_BLOCKS | PROBE_HOLDERS, "9:1"},
		{"holder 254:4 loop 7:1", PROBE_BLOCKS | PROBE_HOLDERS | PROBE_MOUNTS,
			"7:1"},
		{"holder 254:4 swap /dev/x unused", PROBE_BLOCKS | PROBE_HOLDERS, NULL},
		{"holder 254:4 cwd pid 1 start 2 comm x", PROBE_PROCESSES, NULL},
		{"holder 254:4 xen vbd-1", PROBE_BLOCKS | PROBE_HOLDERS, NULL},
		{"mount 1:2 device 254:4 root /", PROBE_MOUNTS, NULL},
		{"tag V/L a", PROBE_LVM, NULL},
		{"condition quiet host ok", PROBE_PROCESSES, NULL},
		{"dm 254:5", 0, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *holding = fact_holding_device(rows[i].line);

		assert_int_equal(fact_parts(rows[i].line), rows[i].parts);
		assert_int_equal(holding != NULL, rows[i].holding != NULL);
		if (holding)
			assert_string_equal(holding, rows[i].holding);
	}
}

/* What the model lists as a holder, and what a line of it follows from. */
static unsigned parts_of_holder(enum holder_shape shape, const struct holder_row *row)
{
	if (shape == HELD_BY_TABLE)
		return PROBE_DM;
	if (shape == HELD_BY_PROCESS)
		return PROBE_PROCESSES;
	if (strcmp(row->name, "loop") == 0 || strcmp(row->name, "swap-file") == 0)
		return PROBE_BLOCKS | PROBE_HOLDERS | PROBE_MOUNTS;
	return PROBE_BLOCKS | PROBE_HOLDERS;
}

static void test_each_kind_of_holder(void **state)
{
	(void)state;
	for (enum holder_shape shape = 0; shape < HOLDER_SHAPES; shape++)
		for (unsigned kind = 0; kind < HOLDER_KINDS_MOST; kind++) {
			const struct holder_row *row = holder_row(shape, kind);
			cleanup_buf struct buf line = BUF_INIT;

			if (!row->name || shape == HELD_BY_MOUNT)
				continue;
			buf_printf(&line, "holder 254:4 %s 254:5", row->name);
			assert_true(fact_holder_is(buf_text(&line), row->name));
			assert_int_equal(fact_parts(buf_text(&line)),
				parts_of_holder(shape, row));
			assert_int_equal(fact_holding_device(buf_text(&line)) != NULL,
				shape == HELD_BY_TABLE || shape == HELD_BY_BLOCK);
		}
}

static void test_lines_about_subjects(void **state)
{
	static const char *const wanted[] = {
		"254:2", "254:4", "254", SAMPLE_VG, SAMPLE_VG "/" SAMPLE_SNAP, "host"};
	cleanup_host struct host *host = sample_host();
	cleanup_facts struct facts all = FACTS_INIT;

	(void)state;
	host_facts(host, NULL, &all);
	facts_insert(&all, "condition single " SAMPLE_VG " ok");
	facts_insert(&all, "condition settled " SAMPLE_VG "/" SAMPLE_SNAP " ok");
	facts_insert(&all, "tag " SAMPLE_VG "/" SAMPLE_SNAP " nightly");
	for (unsigned set = 0; set < 1u << (sizeof(wanted) / sizeof(wanted[0])); set++) {
		cleanup_facts struct facts subjects = FACTS_INIT, found = FACTS_INIT;
		size_t n_expected = 0;

		for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
			if (set & 1u << i)
				facts_insert(&subjects, wanted[i]);
		facts_about(&all, &subjects, &found);
		for (size_t i = 0; i < all.count; i++) {
			const char *text;
			size_t len;
			bool is_about;

			assert_int_equal(fact_subject(all.lines[i], &text, &len), 0);
			cleanup_free char *subject = xstrndup(text, len);

			is_about = !len || facts_has(&subjects, subject);
			assert_int_equal(facts_has(&found, all.lines[i]), is_about);
			n_expected += is_about;
		}
		assert_int_equal(found.count, n_expected);
	}
}

/* The same insertions and removals, into a bag and into a sorted set. */
static void test_bags(void **state)
{
	cleanup_facts struct facts set = FACTS_INIT;
	cleanup_bag struct fact_bag bag = {0};
	char lines[500][32];
	size_t n_lines = 0;

	(void)state;
	assert_false(bag_has(&bag, "device 254:0"));
	assert_false(bag_remove(&bag, "device 254:0"));
	for (unsigned i = 0; i < 500; i++)
		snprintf(lines[i], sizeof(lines[i]), "device 254:%u", i * 7 % 300);
	for (unsigned round = 1; round < 8; round++)
		for (unsigned i = 0; i < 500; i++) {
			if (i % round == round / 2)
				assert_int_equal(bag_remove(&bag, lines[i]),
					facts_remove(&set, lines[i]));
			else
				assert_int_equal(bag_insert(&bag, lines[i]),
					facts_insert(&set, lines[i]));
			assert_true(bag_has(&bag, lines[i]) == facts_has(&set, lines[i]));
		}
	for (const char *const *line = bag_next(&bag, NULL); line;
		line = bag_next(&bag, line), n_lines++)
		assert_true(facts_has(&set, *line));
	assert_int_equal(n_lines, set.count);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_lines_of_a_host),
		cmocka_unit_test(test_a_busy_host_changes_no_fact),
		cmocka_unit_test(test_holders_in_the_kernel),
		cmocka_unit_test(test_blocks),
		cmocka_unit_test(test_every_relevant_change_shows),
		cmocka_unit_test(test_a_reused_number_is_not_the_device),
		cmocka_unit_test(test_without_uuid_name_and_number_count),
		cmocka_unit_test(test_an_absent_volume_is_a_fact),
		cmocka_unit_test(test_a_group_that_nobody_looked_for_is_not_absent),
		cmocka_unit_test(test_tags),
		cmocka_unit_test(test_tags_of_united_scopes),
		cmocka_unit_test(test_sets),
		cmocka_unit_test(test_subjects),
		cmocka_unit_test(test_the_rows_of_the_kinds),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_what_a_line_follows_from),
		cmocka_unit_test(test_each_kind_of_holder),
		cmocka_unit_test(test_lines_about_subjects),
		cmocka_unit_test(test_bags),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
