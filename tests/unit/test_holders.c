/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every kind of holder: put on a device of the sample host it is found there, alone of
 * its shape, opens the device as often as its row says, and has words for people. With an
 * index and without one; what a replay took away is not found.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sample_host.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/device.h"
#include "snapstate/host/holder.h"
#include "snapstate/host/holders.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/process.h"
#include "snapstate/host/swap.h"
#include "snapstate/ledger.h"

#define HELD	((struct devno){254, 4})
#define UNKNOWN DEVNO_NONE

/* ---- one of each kind ---- */

static void put_table(struct host *host, unsigned kind)
{
	(void)kind;
	sample_add_device(host, 20, "on-it", "", "linear", "254:4 0", 2048);
}

static void put_block(struct host *host, unsigned kind)
{
	struct block *block = sample_add_partition(host, 20, HELD);

	block->kind = (enum block_kind)kind;
}

static void put_loop_on_file(struct host *host, unsigned kind)
{
	(void)kind;
	sample_add_loop(host, 20, "/mnt/backup/disk", "");
}

static void put_superblock(struct host *host, unsigned kind)
{
	(void)kind;
	sample_add_file_system(host, (struct devno){254, 3});
}

static void put_mount(struct host *host, unsigned kind)
{
	(void)kind;
	sample_add_mount(host, SAMPLE_NS, 60, 1, 3, "/mnt/other");
}

static void put_swap(struct host *host, unsigned kind)
{
	if (kind == 0)
		sample_add_swap(host, HELD);
	else
		sample_add_swap(host, UNKNOWN)->path = "/mnt/backup/swap";
}

static void put_kernel(struct host *host, unsigned kind)
{
	*array_add(&host->kernel_holders, &host->n_kernel_holders) =
		(struct kernel_holder){
			.devno = HELD, .kind = (enum holder_kind)kind, .name = "it"};
}

static void put_use(struct host *host, unsigned kind)
{
	sample_add_use(host, 900, "program", (enum use_kind)kind, 4);
}

static const struct example {
	enum holder_shape shape;
	unsigned kind;
	void (*put)(struct host *host, unsigned kind);
	struct devno held;
	uint32_t opens; /* of the device, together with those that were there before */
} examples[] = {
	{HELD_BY_TABLE, 0, put_table, HELD, 1},
	{HELD_BY_BLOCK, BLOCK_DISK, put_block, HELD, 1},
	{HELD_BY_BLOCK, BLOCK_PARTITION, put_block, HELD, 1},
	{HELD_BY_BLOCK, BLOCK_LOOP, put_block, HELD, 1},
	{HELD_BY_BLOCK, BLOCK_LOOP, put_loop_on_file, HELD, 0},
	{HELD_BY_BLOCK, BLOCK_MD, put_block, HELD, 1},
	{HELD_BY_BLOCK, BLOCK_OTHER, put_block, HELD, 1},
	{HELD_BY_SUPERBLOCK, 0, put_superblock, {254, 3}, 1},
	{HELD_BY_MOUNT, 0, put_mount, {254, 3}, 1},
	{HELD_BY_SWAP, 0, put_swap, HELD, 2},
	{HELD_BY_SWAP, 1, put_swap, HELD, 0},
	{HELD_BY_KERNEL, HOLDER_LIO, put_kernel, HELD, 1},
	{HELD_BY_KERNEL, HOLDER_LIO_FILE, put_kernel, HELD, 0},
	{HELD_BY_KERNEL, HOLDER_XEN, put_kernel, HELD, 1},
	{HELD_BY_KERNEL, HOLDER_OTHER, put_kernel, HELD, 1},
	{HELD_BY_KERNEL, HOLDER_OVERLAY, put_kernel, HELD, 0},
	{HELD_BY_KERNEL, HOLDER_NFSD, put_kernel, HELD, 0},
	{HELD_BY_PROCESS, USE_NODE, put_use, HELD, 1},
	{HELD_BY_PROCESS, USE_FILE, put_use, HELD, 0},
	{HELD_BY_PROCESS, USE_CWD, put_use, HELD, 0},
	{HELD_BY_PROCESS, USE_ROOT, put_use, HELD, 0},
	{HELD_BY_PROCESS, USE_MAP, put_use, HELD, 0},
};
#define N_EXAMPLES (sizeof(examples) / sizeof(examples[0]))

/* ---- tests ---- */

static uint32_t explained(const struct host *host, struct devno devno)
{
	struct ledger ledger;

	ledger_of_device(host, host_device_by_devno(host, devno), &ledger);
	return (uint32_t)(ledger.open - ledger.unexplained);
}

/* The one of that shape. */
static struct holder find_holder(const struct host *host, const struct example *example)
{
	struct holders holders = host_holders(host, example->held);
	struct holder found = {0};
	unsigned count = 0;

	for (struct holder holder; holders_next(&holders, &holder);)
		if (holder.shape == example->shape && ++count)
			found = holder;
	assert_int_equal(count, 1);
	return found;
}

static void check_example(const struct example *example, bool has_index)
{
	cleanup_host struct host *host = sample_host();
	uint32_t before = explained(host, example->held);
	struct holder holder;

	example->put(host, example->kind);
	host_sort(host);
	if (has_index)
		host_index_build(host);
	holder = find_holder(host, example);
	assert_ptr_equal(holder.row,
		holder_row(example->shape,
			example->put == put_loop_on_file ? BLOCK_LOOP : example->kind));
	assert_int_equal(holder.opens, example->opens);
	assert_int_equal(explained(host, example->held) - before, example->opens);
	assert_true(host_is_held_by(host, example->held, example->shape));
}

static void test_each_kind_is_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2 * N_EXAMPLES; i++)
		check_example(&examples[i / 2], i % 2);
}

/* The name leads back to the kind: archives have it. What has a file open opens no
 * device. */
static void test_each_kind_has_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_EXAMPLES; i++) {
		const struct example *example = &examples[i];
		const struct holder_row *row = holder_row(example->shape, example->kind);
		enum holder_kind kernel;
		enum use_kind use;

		assert_non_null(row->name);
		assert_false(row->is_of_file && row->opens);
		if (example->shape != HELD_BY_KERNEL && example->shape != HELD_BY_PROCESS)
			continue;
		assert_true(row->is_of_file || row->opens);
		assert_non_null(row->about_device);
		assert_non_null(row->about_holder);
		if (example->shape == HELD_BY_PROCESS) {
			assert_int_equal(use_kind_parse(row->name, &use), 0);
			assert_int_equal(use, example->kind);
			continue;
		}
		assert_non_null(row->unplaced);
		/* of these two the remedy has its own words */
		assert_int_equal(!row->end, example->kind == HOLDER_OVERLAY ||
						    example->kind == HOLDER_NFSD);
		assert_int_equal(!row->end, !row->end_behind);
		assert_int_equal(holder_kind_parse(row->name, &kernel), 0);
		assert_int_equal(kernel, example->kind);
	}
}

static void test_what_is_gone_holds_nothing(void **state)
{
	cleanup_host struct host *host = sample_host();
	cleanup_host struct host *clone = NULL;

	(void)state;
	put_table(host, 0);
	put_block(host, BLOCK_MD);
	put_swap(host, 0);
	host_sort(host);
	host_index_build(host);
	clone = host_clone(host);
	for (enum holder_shape shape = HELD_BY_TABLE; shape <= HELD_BY_SWAP; shape++)
		assert_true(host_is_held_by(clone, HELD, shape));
	host_device_by_devno(clone, (struct devno){254, 20})->is_gone = true;
	for (size_t i = 0; i < clone->n_blocks; i++)
		clone->blocks[i].is_gone = true;
	for (size_t i = 0; i < clone->n_superblocks; i++)
		clone->superblocks[i].is_gone = true;
	for (size_t i = 0; i < clone->n_mounts; i++)
		clone->mounts[i].is_gone = true;
	for (size_t i = 0; i < clone->n_swaps; i++)
		clone->swaps[i].is_gone = true;
	for (enum holder_shape shape = HELD_BY_TABLE; shape <= HELD_BY_SWAP; shape++)
		assert_false(host_is_held_by(clone, HELD, shape));
}

/* A table that comes to a device in a replay. */
static void test_a_new_table_holds(void **state)
{
	cleanup_host struct host *host = sample_host();
	cleanup_host struct host *clone = NULL;
	struct device *device;

	(void)state;
	host_index_build(host);
	clone = host_clone(host);
	device = host_device_by_devno(clone, (struct devno){254, 0});
	device->deps = host_device_by_devno(clone, HELD)->deps;
	device->n_deps = host_device_by_devno(clone, HELD)->n_deps;
	host_index_device(clone, device);
	assert_int_equal(explained(clone, (struct devno){254, 3}),
		explained(host, (struct devno){254, 3}) + 1);
}

/* Several devices: their holders in the order of the list, each device once, and at most
 * as many of each as were asked for. */
static void test_of_several_devices(void **state)
{
	static const struct devno devnos[] = {{254, 4}, {254, 3}, {254, 4}};
	cleanup_host struct host *host = sample_host();
	uint32_t last = 0, count = 0;

	(void)state;
	for (unsigned i = 0; i < 6; i++)
		sample_add_use(host, 900 + i, "program", USE_FILE, 3 + i % 2);
	host_sort(host);
	for (unsigned has_index = 0; has_index < 2; has_index++) {
		cleanup_holders struct holders all = host_holders_of_devices(
			host, HELD_BY_PROCESS, devnos, 3, SIZE_MAX);
		cleanup_holders struct holders few =
			host_holders_of_devices(host, HELD_BY_PROCESS, devnos, 3, 2);

		last = count = 0;
		for (struct holder holder; holders_next(&all, &holder); count++) {
			assert_true(holder.use->pid > last);
			last = holder.use->pid;
		}
		assert_int_equal(count, 6);
		assert_false(holders_are_cut(&all));
		for (struct holder holder; holders_previous(&few, &holder); count--) {
			assert_true(holder.use->pid <= last);
			last = holder.use->pid - 1;
		}
		assert_int_equal(count, 2);
		assert_true(holders_are_cut(&few));
		host_index_build(host);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_kind_is_found),
		cmocka_unit_test(test_each_kind_has_words),
		cmocka_unit_test(test_what_is_gone_holds_nothing),
		cmocka_unit_test(test_a_new_table_holds),
		cmocka_unit_test(test_of_several_devices),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
