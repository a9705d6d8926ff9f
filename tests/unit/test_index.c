/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An index changes no answer: every fact of a random host, and every look-up, is the same
 * with one and without, also in clones in which things go and get other tables.
 *
 * RANDOM_STATES and RANDOM_SEED as in test_random.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <inttypes.h>
#include <stdlib.h>

#include <cmocka.h>

#include "random_host.h"
#include "snapstate/cleanup.h"
#include "snapstate/facts.h"
#include "snapstate/host.h"
#include "snapstate/host/device.h"
#include "snapstate/host/lvm.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/places.h"

#define STATES_DEFAULT 2000

/* As in a replay, and worse: anything may go, and any table may come to any device. */
static void change_clone(struct dice dice, struct host *clone)
{
	for (size_t i = 0; i < clone->n_devices; i++) {
		struct device *device = &clone->devices[i];
		const struct device *other =
			&clone->devices[roll(&dice, clone->n_devices)];

		device->is_gone = one_in(&dice, 6);
		if (!one_in(&dice, 4))
			continue;
		device->targets = other->targets;
		device->n_targets = other->n_targets;
		device->deps = other->deps;
		device->n_deps = other->n_deps;
		host_index_device(clone, device);
	}
	for (size_t i = 0; i < clone->n_mounts; i++)
		clone->mounts[i].is_gone = one_in(&dice, 4);
	for (size_t i = 0; i < clone->n_superblocks; i++)
		clone->superblocks[i].is_gone = one_in(&dice, 4);
	for (size_t i = 0; i < clone->n_lvs; i++)
		clone->lvs[i].is_gone = one_in(&dice, 6);
}

static void assert_same_facts(
	const struct host *plain, const struct host *indexed, uint64_t seed)
{
	cleanup_facts struct facts a = FACTS_INIT, b = FACTS_INIT, wrong = FACTS_INIT;

	host_facts(plain, NULL, &a);
	host_facts(indexed, NULL, &b);
	facts_minus(&a, &b, &wrong);
	facts_minus(&b, &a, &wrong);
	if (wrong.count)
		fail_msg("RANDOM_SEED=%" PRIu64 ": %s", seed, wrong.lines[0]);
	for (size_t i = 0; i < plain->n_devices; i++) {
		const struct device *device = &plain->devices[i];
		struct device *found = host_device_by_uuid(plain, device->uuid);
		struct device *by_index = host_device_by_uuid(indexed, device->uuid);

		assert_int_equal(!found, !by_index);
		assert_true(
			!found || found - plain->devices == by_index - indexed->devices);
	}
}

static void test_an_index_changes_nothing(void **state)
{
	uint64_t first = number_from_environment("RANDOM_SEED", 1);
	uint64_t count = number_from_environment("RANDOM_STATES", STATES_DEFAULT);

	(void)state;
	for (uint64_t seed = first; seed < first + count; seed++) {
		struct dice dice = dice_of_seed(~seed);
		cleanup_host struct host *host = random_host(seed);
		cleanup_host struct host *plain = NULL, *indexed = NULL;

		random_host_add_paths(&dice, host);
		host_sort(host);
		plain = host_clone(host);
		host_index_build(host);
		indexed = host_clone(host);
		assert_same_facts(plain, indexed, seed);
		for (unsigned round = 0; round < 3; round++) {
			roll(&dice, 2);
			change_clone(dice, plain);
			change_clone(dice, indexed);
			assert_same_facts(plain, indexed, seed);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_index_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
