/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading what is near some devices against reading all. Law: on any host the facts about
 * them are the same.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "recorded_root.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/device.h"
#include "snapstate/host/places.h"
#include "snapstate/host/source.h"

#define PARTS	(PROBE_IDENTITY | PROBE_DM | PROBE_BLOCKS | PROBE_HOLDERS)
#define HOSTS	150
#define DEVICES 20

static uint32_t dice = 1;

static uint32_t roll(uint32_t sides)
{
	dice = dice * 1103515245u + 12345u;
	return (dice >> 16) % sides;
}

static bool is_wanted(const struct fake_device *device, const struct scope_device *wanted)
{
	if (*wanted->uuid)
		return strcmp(device->uuid, wanted->uuid) == 0;
	if (*wanted->name)
		return strcmp(device->name, wanted->name) == 0;
	return devno_is_equal(wanted->devno, (struct devno){FAKE_MAJOR, device->minor});
}

static int near_find(void *context, struct host *host, const struct scope_device *wanted,
	struct err *err)
{
	const struct fake *fake = context;

	(void)err;
	for (size_t i = 0; i < fake->n_devices; i++) {
		struct device *device;

		if (!is_wanted(&fake->devices[i], wanted))
			continue;
		device = array_add(&host->devices, &host->n_devices);
		device->devno = (struct devno){FAKE_MAJOR, fake->devices[i].minor};
		device->name = host_string(host, fake->devices[i].name);
		device->uuid = host_string(host, fake->devices[i].uuid);
		return 0;
	}
	return 0;
}

static const struct dm_ops near_ops = {
	fake_list, fake_read, fake_driver_version, near_find};

/* ---- a random host ---- */

struct drawn {
	struct fake_device devices[DEVICES];
	char texts[DEVICES][3][64];
};

static void draw(struct drawn *drawn)
{
	for (uint32_t i = 0; i < DEVICES; i++) {
		char *name = drawn->texts[i][0], *uuid = drawn->texts[i][1];
		char *params = drawn->texts[i][2];
		uint32_t below = i ? roll(i + 1) : 0; /* 0 = none; numbers begin at 1 */
		bool is_snapshot = below && roll(2);

		snprintf(name, 64, "name-%u", i);
		if (roll(4))
			snprintf(uuid, 64, "UUID-%u", i);
		else
			*uuid = '\0';
		snprintf(params, 64, is_snapshot ? "700:%u 700:%u P 8" : "700:%u %u",
			is_snapshot ? 1 + roll(DEVICES) : below, below);
		drawn->devices[i] = (struct fake_device){.minor = i + 1,
			.name = name,
			.uuid = uuid,
			.type = is_snapshot ? "snapshot" : "linear",
			.params = params,
			.below = below,
			.flags = roll(8) ? 0 : DEVICE_SUSPENDED};
	}
}

static void put(const struct fake *fake, const char *content, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
static void put(const struct fake *fake, const char *content, const char *format, ...)
{
	char path[128];
	va_list args;

	va_start(args, format);
	vsnprintf(path, sizeof(path), format, args);
	va_end(args);
	root_put(fake->root, path, content);
}

static void claim(
	const struct fake *fake, uint32_t below, const char *name, const char *number)
{
	put(fake, number, "sys/dev/block/700:%u/holders/%s/dev", below, name);
}

static void put_device(const struct fake *fake, const struct fake_device *device)
{
	uint32_t minor = device->minor;
	char number[32], name[32];

	snprintf(number, sizeof(number), "700:%u\n", minor);
	snprintf(name, sizeof(name), "dm-%u", minor);
	put(fake, NULL, "sys/dev/block/700:%u/holders", minor);
	put(fake, number, "sys/class/block/%s/dev", name);
	if (device->below)
		claim(fake, device->below, name, number);
	if (roll(6) == 0) { /* an array, perhaps of several */
		claim(fake, minor, "md7", "9:7\n");
		put(fake, "9:7\n", "sys/class/block/md7/dev");
		put(fake, NULL, "sys/class/block/md7/md");
		put(fake, number, "sys/class/block/md7/slaves/%s/dev", name);
	}
	if (roll(8) == 0) /* a claim that nothing explains */
		claim(fake, minor, "drbd0", "147:0\n");
	if (roll(5) == 0)
		put(fake, NULL, "sys/fs/ext4/%s", name);
	if (roll(5) == 0)
		put(fake, NULL, "sys/fs/btrfs/%u/devices/%s", roll(3), name);
}

/* ---- the law ---- */

static void draw_scope(const struct drawn *drawn, struct scope *scope)
{
	for (uint32_t n = 1 + roll(3); n; n--) {
		const struct fake_device *from = &drawn->devices[roll(DEVICES)];
		const struct device device = {
			/* sometimes its number is another's by now */
			.devno = {FAKE_MAJOR, roll(10) ? from->minor : 1 + roll(DEVICES)},
			.name = from->name,
			.uuid = from->uuid};

		scope_add_device(scope, &device,
			(const enum scope_level[]){
				SCOPE_IDENTITY, SCOPE_TABLE, SCOPE_ALL}[roll(3)]);
	}
}

static void read_facts(
	const struct machine *machine, const struct scope *scope, struct facts *ret)
{
	cleanup_host struct host *host = NULL;
	struct err err = ERR_INIT;

	assert_int_equal(probe_host(machine, PARTS, &host, &err), 0);
	assert_int_equal(host_source(host, "dm")->outcome, OUTCOME_READ);
	host_index_build(host);
	host_facts(host, scope, ret);
}

static void assert_same(const struct facts *all, const struct facts *near)
{
	cleanup_facts struct facts more = FACTS_INIT, less = FACTS_INIT;

	facts_minus(near, all, &more);
	facts_minus(all, near, &less);
	if (more.count)
		fail_msg("near alone has: %s", more.lines[0]);
	if (less.count)
		fail_msg("near has not: %s", less.lines[0]);
}

static void test_near_tells_as_much_as_all(void **state)
{
	unsigned n_facts = 0;

	(void)state;
	for (unsigned i = 0; i < HOSTS; i++) {
		struct drawn drawn;
		struct fake fake = {.devices = drawn.devices, .n_devices = DEVICES};
		struct machine machine;

		draw(&drawn);
		fake.open_minor = 1 + roll(DEVICES);
		fake_open(&fake, &machine, NULL, 0);
		machine.dm = &near_ops;
		for (unsigned d = 0; d < DEVICES; d++)
			put_device(&fake, &drawn.devices[d]);
		for (unsigned s = 0; s < 5; s++) {
			cleanup_scope struct scope scope = {0};
			cleanup_facts struct facts all = FACTS_INIT, near = FACTS_INIT;
			unsigned n_lists;

			draw_scope(&drawn, &scope);
			machine.only = NULL;
			read_facts(&machine, &scope, &all);
			machine.only = &scope;
			n_lists = fake.n_lists;
			read_facts(&machine, &scope, &near);
			assert_int_equal(fake.n_lists, n_lists);
			assert_same(&all, &near);
			n_facts += (unsigned)all.count;
		}
		fake_close(&fake, &machine);
	}
	assert_true(n_facts > 20 * HOSTS);
}

/* A kernel that does not tell what stands on a device. */
static void test_without_holders_all_are_read(void **state)
{
	struct drawn drawn;
	struct fake fake = {.devices = drawn.devices, .n_devices = DEVICES};
	cleanup_scope struct scope scope = {0};
	cleanup_facts struct facts facts = FACTS_INIT;
	struct machine machine;

	(void)state;
	draw(&drawn);
	fake_open(&fake, &machine, NULL, 0);
	machine.dm = &near_ops;
	draw_scope(&drawn, &scope);
	machine.only = &scope;
	read_facts(&machine, &scope, &facts);
	assert_int_equal(fake.n_lists, 2);
	fake_close(&fake, &machine);
}

/* One that vanishes while it is read is no device that was never there. */
static void test_what_vanishes_is_read_again(void **state)
{
	struct drawn drawn;
	struct fake fake = {
		.devices = drawn.devices, .n_devices = DEVICES, .n_vanishing = 1000};
	cleanup_scope struct scope scope = {0};
	cleanup_host struct host *host = NULL;
	struct machine machine;

	(void)state;
	draw(&drawn);
	fake_open(&fake, &machine, NULL, 0);
	machine.dm = &near_ops;
	for (unsigned d = 0; d < DEVICES; d++)
		put_device(&fake, &drawn.devices[d]);
	scope_add_device(&scope,
		&(struct device){.devno = {FAKE_MAJOR, 3},
			.name = drawn.devices[2].name,
			.uuid = drawn.devices[2].uuid},
		SCOPE_ALL);
	machine.only = &scope;
	assert_int_equal(probe_host(&machine, PARTS, &host, NULL), 0);
	assert_int_equal(host_source(host, "dm")->outcome, OUTCOME_CHANGED);
	fake_close(&fake, &machine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_near_tells_as_much_as_all),
		cmocka_unit_test(test_without_holders_all_are_read),
		cmocka_unit_test(test_what_vanishes_is_read_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
