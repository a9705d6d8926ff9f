/* SPDX-License-Identifier: Apache-2.0 */
/* The kernel's list of devices, as it is and damaged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <linux/dm-ioctl.h>
#include <string.h>

#include "../../capture/probe/parts.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/device.h"

#define ANSWER_MAX 4096

struct answer {
	_Alignas(8) char bytes[ANSWER_MAX];
	size_t size; /* what is written of it */
};

static const size_t head = offsetof(struct dm_name_list, name);

static void begin(struct answer *answer)
{
	const struct dm_ioctl request = {
		.data_size = ANSWER_MAX, .data_start = sizeof(request)};

	memset(answer->bytes, 0, sizeof(answer->bytes));
	memcpy(answer->bytes, &request, sizeof(request));
	answer->size = sizeof(request);
}

/* As list_devices() of dm-ioctl.c lays them out: aligned, with event number, flags and
 * uuid behind the name. */
static void add(
	struct answer *answer, uint64_t number, const char *name, const char *uuid)
{
	size_t len = head + strlen(name) + 1;
	struct dm_name_list entry = {.dev = number};
	char *at = answer->bytes + answer->size;

	len = (len + 7) / 8 * 8 + 2 * sizeof(uint32_t);
	memcpy(at + len, uuid, strlen(uuid) + 1);
	len = (len + strlen(uuid) + 1 + 7) / 8 * 8;
	entry.next = (uint32_t)len;
	memcpy(at, &entry, head);
	memcpy(at + head, name, strlen(name) + 1);
	answer->size += len;
}

static void end(struct answer *answer, size_t last)
{
	const uint32_t none = 0;

	memcpy(answer->bytes + last + offsetof(struct dm_name_list, next), &none,
		sizeof(none));
}

/* Three of them; 0xfe is device-mapper's major in Debian's kernels. */
static void answer_three(struct answer *answer)
{
	size_t last;

	begin(answer);
	add(answer, 0xfe00, "vg-lv", "LVM-a");
	add(answer, 0xfe01, "", "");
	last = answer->size;
	/* a minor above 255: its upper bits stand above the major's (kdev_t.h) */
	add(answer, 0x10fe02, "a name with blanks", "LVM-b");
	end(answer, last);
}

static int parse(const struct answer *answer, size_t size, struct host *host)
{
	/* its end is the end of the memory: a sanitizer sees what reads on */
	cleanup_free char *copy = xcalloc(1, size ? size : 1);
	struct err err = ERR_INIT;

	memcpy(copy, answer->bytes, size);
	return dm_list_parse(copy, size, host, &err);
}

static void test_devices_are_listed(void **state)
{
	struct answer answer;
	cleanup_host struct host *host = host_new();

	(void)state;
	answer_three(&answer);
	assert_int_equal(parse(&answer, answer.size, host), 0);
	assert_int_equal(host->n_devices, 3);
	assert_string_equal(host->devices[0].name, "vg-lv");
	assert_string_equal(host->devices[0].uuid, "");
	assert_int_equal(host->devices[0].devno.major, 0xfe);
	assert_int_equal(host->devices[0].devno.minor, 0);
	assert_string_equal(host->devices[1].name, "");
	assert_string_equal(host->devices[2].name, "a name with blanks");
	assert_int_equal(host->devices[2].devno.major, 0xfe);
	assert_int_equal(host->devices[2].devno.minor, 0x102);
}

static void test_no_device_is_an_empty_list(void **state)
{
	struct answer answer;
	cleanup_host struct host *host = host_new();

	(void)state;
	begin(&answer);
	assert_int_equal(parse(&answer, ANSWER_MAX, host), 0);
	assert_int_equal(host->n_devices, 0);
}

/* Whole names only, and nothing behind the end is read. */
static void test_each_cut_is_no_list(void **state)
{
	struct answer answer;
	size_t last_name = 0;

	(void)state;
	answer_three(&answer);
	for (size_t i = 0; i < answer.size; i++)
		if (strcmp(answer.bytes + i, "a name with blanks") == 0)
			last_name = i;
	for (size_t size = 0; size < last_name + strlen("a name with blanks") + 1;
		size++) {
		cleanup_host struct host *host = host_new();

		assert_int_equal(parse(&answer, size, host), -EBADMSG);
		assert_true(host->n_devices < 3);
	}
}

/* Each step to the next entry leads on, and never beyond the end. */
static void test_each_step_leads_on(void **state)
{
	struct answer answer;
	size_t first = sizeof(struct dm_ioctl);

	(void)state;
	for (uint32_t next = 1; next < ANSWER_MAX; next++) {
		cleanup_host struct host *host = host_new();

		answer_three(&answer);
		memcpy(answer.bytes + first + offsetof(struct dm_name_list, next), &next,
			sizeof(next));
		if (parse(&answer, answer.size, host) == 0)
			assert_true(next > head && first + next < answer.size);
	}
	answer_three(&answer);
	memset(answer.bytes + offsetof(struct dm_ioctl, data_start), 0xff, 4);
	cleanup_host struct host *host = host_new();
	assert_int_equal(parse(&answer, answer.size, host), -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_devices_are_listed),
		cmocka_unit_test(test_no_device_is_an_empty_list),
		cmocka_unit_test(test_each_cut_is_no_list),
		cmocka_unit_test(test_each_step_leads_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
