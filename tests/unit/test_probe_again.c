/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The second look: what happened on a recorded machine after it was read. Each test reads
 * the ordinary host, changes one thing, and looks again.
 */
#include "recorded_host.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/change.h"
#include "snapstate/host/device.h"
#include "snapstate/host/source.h"

#define ARRAY(array) .devices = array, .n_devices = COUNT_OF(array)

static const struct entry first[] = {
	{"proc/1/ns/mnt", "-> mnt:[4026531841]"},
	{"proc/1/root", "-> /"},
	{"proc/1/mountinfo", ROOT_LINE BACKUP_LINE},
	{"sys/kernel/uevent_seqnum", "4711\n"},
};

struct scene {
	struct fake fake; /* first: the fake's operations take it */
	unsigned more_parts;
	unsigned n_open; /* so many readings of the snapshot find it open once more */
	struct machine machine;
	struct host *host;
	size_t n_changes;
};

static int scene_dm_read(
	void *context, struct host *host, struct device *device, struct err *err)
{
	struct scene *scene = context;
	int r = fake_read(context, host, device, err);

	if (device->devno.minor != 4 || !scene->more_parts)
		return r;
	device->open_count = 1; /* by the mapping on it */
	if (scene->n_open) {
		scene->n_open--;
		device->open_count++;
	}
	return r;
}

static const struct dm_ops scene_dm_ops = {
	.list = fake_list, .read = scene_dm_read, .driver_version = fake_driver_version};

static void scene_read(struct scene *scene)
{
	struct err err = ERR_INIT;
	const unsigned parts = PROBE_IDENTITY | PROBE_DM | PROBE_BLOCKS | PROBE_MOUNTS |
			       scene->more_parts;

	fake_open(&scene->fake, &scene->machine, plain, COUNT_OF(plain));
	scene->machine.dm = &scene_dm_ops;
	for (size_t i = 0; i < COUNT_OF(blocks); i++)
		root_put(scene->fake.root, blocks[i].path, blocks[i].content);
	for (size_t i = 0; i < COUNT_OF(first); i++)
		root_put(scene->fake.root, first[i].path, first[i].content);
	assert_int_equal(probe_host(&scene->machine, parts, &scene->host, &err), 0);
}

/* With the devices of `now`. */
static void scene_look(struct scene *scene, const struct fake *now)
{
	scene->fake.devices = now->devices;
	scene->fake.n_devices = now->n_devices;
	scene->fake.open_minor = now->open_minor;
	scene->fake.dm_result = now->dm_result;
	scene->n_changes = probe_look_again(&scene->machine, scene->host);
}

static void scene_end(struct scene *scene)
{
	host_free(scene->host);
	fake_close(&scene->fake, &scene->machine);
}

static void assert_change(const struct scene *scene, const char *words)
{
	cleanup_buf struct buf text = BUF_INIT;

	change_print(&scene->host->changes[0], &text);
	assert_string_equal(buf_text(&text), words);
}

/* What was read, then what is there now: exactly one change, or none for NULL. */
static void expect(const struct fake *now, uint32_t minor, const char *what)
{
	struct scene scene = {.fake = {BACKUP}};

	scene_read(&scene);
	scene_look(&scene, now);
	if (what) {
		if (scene.n_changes != 1 || scene.host->n_changes != 1)
			fail_msg("%s: %zu changes", what, scene.n_changes);
		assert_int_equal(scene.host->changes[0].devno.minor, minor);
		assert_change(&scene, what);
		assert_outcome(scene.host, "again", OUTCOME_CHANGED, "1 of devices");
	} else {
		assert_int_equal(scene.n_changes, 0);
		assert_outcome(scene.host, "again", OUTCOME_READ, "");
	}
	scene_end(&scene);
}

static void test_nothing_changed(void **state)
{
	(void)state;
	expect(&(struct fake){BACKUP}, 0, NULL);
}

static void test_open_counts(void **state)
{
	(void)state;
	expect(&(struct fake){BACKUP, .open_minor = 4}, 4,
		"its open count changed");
	expect(&(struct fake){BACKUP, .open_minor = 2}, 2,
		"its open count changed");
	expect(&(struct fake){BACKUP, .open_minor = 5}, 5,
		"its open count changed");
	/* a guest opens and closes its disk as it likes */
	expect(&(struct fake){BACKUP, .open_minor = 3}, 0, NULL);
	expect(&(struct fake){BACKUP, .open_minor = 1}, 0, NULL);
}

/* Two workers of udev, one when it was read and one now, make no difference of counts. */
static void test_open_at_both_looks(void **state)
{
	static const struct {
		unsigned parts, n_open;
		const char *uevents;
		unsigned found;
	} rows[] = {
		{PROBE_HOLDERS | PROBE_PROCESSES, 3, "4712\n", 1},
		/* it does not rest; nothing happens; processes were not read */
		{PROBE_HOLDERS | PROBE_PROCESSES, 100000, "4712\n", 2},
		{PROBE_HOLDERS | PROBE_PROCESSES, 3, "4711\n", 2},
		{PROBE_HOLDERS, 3, "4712\n", 2},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct scene scene = {.fake = {BACKUP},
			.more_parts = rows[i].parts,
			.n_open = rows[i].n_open};

		scene_read(&scene);
		root_put(scene.fake.root, "sys/kernel/uevent_seqnum", rows[i].uevents);
		scene_look(&scene, &(struct fake){BACKUP});
		assert_int_equal(scene.n_changes, 0);
		assert_int_equal(host_device_by_devno(scene.host, (struct devno){700, 4})
					 ->open_count,
			rows[i].found);
		scene_end(&scene);
	}
}

static void test_came_and_went(void **state)
{
	struct fake_device more[COUNT_OF(backup) + 1];

	(void)state;
	memcpy(more, backup, sizeof(backup));
	more[5] = (struct fake_device){6, "vg-new", "", "linear", "700:4 0", 4, 0};
	expect(&(struct fake){ARRAY(more)}, 4, "something was put on it: vg-new");
	more[5].below = 100; /* somebody else's */
	expect(&(struct fake){ARRAY(more)}, 0, NULL);
	expect(&(struct fake){.devices = backup, .n_devices = 4}, 5,
		"it went away");
}

static void test_replaced(void **state)
{
	static const struct {
		size_t at;
		struct fake_device now;
		const char *what;
	} rows[] = {
		{4,
			{5, "vg-other", "part1-LVM-" VG_UUID SNAP_UUID, "linear",
				"700:4 2048", 4, 0},
			"it was renamed to vg-other"},
		{4, {5, "vg-backupX1", "other", "linear", "700:4 2048", 4, 0},
			"another device has its number"},
		{1,
			{2, "vg-backup-cow", "LVM-" VG_UUID SNAP_UUID "-cow", "error", "",
				100, 0},
			"it has another table"},
		{1,
			{2, "vg-backup-cow", "LVM-" VG_UUID SNAP_UUID "-cow", "linear",
				"700:100 83969", 100, 0},
			"it has another table"},
		{0,
			{1, "vg-disk-real", "LVM-" VG_UUID LV_UUID "-real", "linear",
				"700:100 4096", 100, 0},
			"it has another table"},
		{2,
			{3, "vg-disk", "LVM-" VG_UUID LV_UUID, "snapshot-origin", "700:1",
				1, DEVICE_SUSPENDED},
			"it was suspended, resumed or reloaded"},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct fake_device now[COUNT_OF(backup)];

		memcpy(now, backup, sizeof(backup));
		now[rows[i].at] = rows[i].now;
		expect(&(struct fake){ARRAY(now)}, rows[i].now.minor, rows[i].what);
	}
}

/* The mount table of process 1 becomes `text`. */
static void expect_mounts(const char *text, const char *what)
{
	struct scene scene = {.fake = {BACKUP}};
	const struct fake now = {BACKUP};
	char path[512];

	scene_read(&scene);
	snprintf(path, sizeof(path), "%s/proc/1/mountinfo", scene.fake.root);
	unlink(path);
	root_put(scene.fake.root, "proc/1/mountinfo", text);
	scene_look(&scene, &now);
	assert_int_equal(scene.n_changes, what ? 1 : 0);
	if (what)
		assert_change(&scene, what);
	scene_end(&scene);
}

static void test_mounts(void **state)
{
	(void)state;
	expect_mounts(ROOT_LINE, "it was unmounted from /mnt/backup");
	expect_mounts(ROOT_LINE BACKUP_LINE
		"4000045 4000021 700:4 / /mnt/whole ro - ext4 /dev/mapper/vg-backup ro\n",
		"it was mounted on /mnt/whole");
	/* an origin's file system, or one that is on no device at all */
	expect_mounts(ROOT_LINE BACKUP_LINE
		"4000046 4000021 0:99 / /tmp rw - tmpfs tmpfs rw\n"
		"4000047 4000021 700:101 / /srv rw - ext4 /dev/sda1 rw\n",
		NULL);
}

static void test_what_cannot_be_read(void **state)
{
	struct scene scene = {.fake = {BACKUP}};
	const struct fake denied = {BACKUP, .dm_result = -EACCES};

	(void)state;
	scene_read(&scene);
	assert_int_equal(scene.host->identity.uevents, 4711);
	assert_int_equal(scene.host->identity.uevents_after, 0);
	scene_look(&scene, &denied);
	assert_outcome(scene.host, "again", OUTCOME_DENIED, "no answer");
	assert_int_equal(scene.host->identity.uevents_after, 4711);
	/* looked at a third time: the changes of the second look are forgotten */
	scene_look(&scene, &(struct fake){BACKUP, .open_minor = 4});
	assert_int_equal(scene.n_changes, 1);
	scene_look(&scene, &(struct fake){BACKUP});
	assert_int_equal(scene.n_changes, 0);
	assert_outcome(scene.host, "again", OUTCOME_READ, "");
	scene_end(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_changed),
		cmocka_unit_test(test_open_counts),
		cmocka_unit_test(test_open_at_both_looks),
		cmocka_unit_test(test_came_and_went),
		cmocka_unit_test(test_replaced),
		cmocka_unit_test(test_mounts),
		cmocka_unit_test(test_what_cannot_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
