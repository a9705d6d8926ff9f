/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Plan <-> text for swap areas, arrays and loop devices; laws as in test_plan_text.c.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "snapstate/cleanup.h"
#include "snapstate/plan.h"

#define SHA "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

#define F_LOOP                                                                           \
	"block 7:5 name loop5 kind loop uuid - diskseq 21 below 254:4 file "             \
	"/mnt/back\\x20up/image level - state partscan sync - missing 0 size 8"
#define F_MD                                                                             \
	"block 9:127 name md127 kind md uuid 0d0c-0b diskseq 22 below 254:5,254:6 file " \
	"- level raid1 state clean sync idle missing 0 size 8"
#define F_PART                                                                           \
	"block 259:1 name loop5p1 kind partition uuid - diskseq 23 below 7:5 file - "    \
	"level - state - sync - missing 0 size 4"
#define F_SWAP "holder 9:127 swap /dev/md127 unused"

static const char golden[] =
	"#!/usr/sbin/snapstate-execute\n"
	"snapstate-plan 1\n"
	"capture sha256:" SHA " taken 2026-11-22T03:00:00Z\n"
	"created-by x\n"
	"min-age 3600\n"
	"\n"
	"scope device 254:4 uuid - name snapX1 level all\n"
	"scope block 7:5 name loop5\n"
	"scope block 9:127 name md127\n"
	"scope block 259:1 name loop5p1\n"
	"\n"
	"expect host machine-id 7c1e boot-id 8d1e\n"
	"expect " F_PART "\n"
	"expect " F_LOOP "\n"
	"expect " F_MD "\n"
	"expect holder 254:4 loop 7:5\n"
	"expect " F_SWAP "\n"
	"\n"
	"step 1 swap-off\n"
	"# swapoff /dev/md127\n"
	"reason nothing is there\n"
	"target swap 9:127 path /dev/md127\n"
	"gone " F_SWAP "\n"
	"\n"
	"step 2 md-stop\n"
	"# mdadm --stop /dev/md127\n"
	"reason an idle array\n"
	"target block 9:127 name md127 kind md uuid 0d0c-0b diskseq 22 below "
	"254:5,254:6 file -\n"
	"gone " F_MD "\n"
	"\n"
	"step 3 loop-detach\n"
	"# losetup -d /dev/loop5\n"
	"reason an idle loop device\n"
	"target block 7:5 name loop5 kind loop uuid - diskseq 21 below 254:4 file "
	"/mnt/back\\x20up/image\n"
	"gone " F_PART "\n"
	"gone " F_LOOP "\n"
	"gone holder 254:4 loop 7:5\n"
	"\n";

static void seal(struct buf *text)
{
	char digest[SHA256_HEX_LEN + 1];

	sha256_hex(buf_text(text), text->len, digest);
	buf_printf(text, "digest sha256:%s\n", digest);
}

static int read_text(const char *text, size_t len, struct err *err)
{
	cleanup_plan struct plan *plan = NULL;
	/* an exact copy, so that the sanitizer sees a read behind the end */
	cleanup_free char *copy = xcalloc(len, 1);

	memcpy(copy, text, len);
	return plan_read(copy, len, "x.snapplan", &plan, err);
}

static void assert_refused(const char *from, const char *to, const char *rule)
{
	const char *at = strstr(golden, from);
	cleanup_buf struct buf text = BUF_INIT;
	struct err err = ERR_INIT;

	if (!at)
		fail_msg("no \"%s\"", from);
	buf_add(&text, golden, (size_t)(at - golden));
	buf_puts(&text, to);
	buf_puts(&text, at + strlen(from));
	seal(&text);
	assert_int_equal(read_text(text.data, text.len, &err), -EBADMSG);
	if (!strstr(err.msg, rule))
		fail_msg("%s: expected \"%s\", found \"%s\"", to, rule, err.msg);
}

static void test_golden_is_read_and_written_again(void **state)
{
	cleanup_buf struct buf text = BUF_INIT, again = BUF_INIT;
	cleanup_plan struct plan *plan = NULL;
	const struct plan_target *target;
	struct err err = ERR_INIT;

	(void)state;
	buf_puts(&text, golden);
	seal(&text);
	if (plan_read(text.data, text.len, "x.snapplan", &plan, &err) < 0)
		fail_msg("%s", err.msg);
	assert_int_equal(plan->scope.n_blocks, 3);
	assert_string_equal(plan->scope.blocks[2].kname, "loop5p1");
	target = &plan->steps[0].target;
	assert_int_equal(plan->steps[0].op, OP_SWAP_OFF);
	assert_string_equal(target->swap_path, "/dev/md127");
	target = &plan->steps[1].target;
	assert_int_equal(plan->steps[1].op, OP_MD_STOP);
	assert_string_equal(target->kname, "md127");
	assert_string_equal(target->array_uuid, "0d0c-0b");
	assert_int_equal(target->diskseq, 22);
	assert_int_equal(target->n_below, 2);
	assert_int_equal(target->below[1].minor, 6);
	assert_string_equal(target->file, "");
	target = &plan->steps[2].target;
	assert_int_equal(plan->steps[2].op, OP_LOOP_DETACH);
	assert_string_equal(target->file, "/mnt/back up/image");
	assert_int_equal(target->below[0].minor, 4);
	plan_write(plan, &again);
	assert_int_equal(text.len, again.len);
	assert_memory_equal(text.data, again.data, text.len);
}

static void test_named_mutations(void **state)
{
	static const struct {
		const char *from, *to, *rule;
	} cases[] = {
		/* scope */
		{"scope block 7:5 name loop5\nscope block 9:127 name md127\n",
			"scope block 9:127 name md127\nscope block 7:5 name loop5\n",
			"ascending order"},
		{"scope block 7:5 name loop5\n",
			"scope block 7:5 name loop5\nscope block 7:5 name loop5\n",
			"each once"},
		{"scope block 7:5 name loop5\n", "", "about 7:5, which is not in scope"},
		{"scope block 7:5 ", "scope block loop5 ", "a device number"},
		{"name loop5\n", "name loop5 level all\n", "the end of the line"},
		/* swap */
		{"target swap 9:127", "target swap 9:128", "about its target"},
		{"target swap 9:127 path /dev/md127", "target swap 9:127 path /dev/md12",
			"about its target"},
		{"path /dev/md127\ngone", "path md127\ngone", "begins with /"},
		{"target swap", "target block", "expected \"target swap \""},
		{"# swapoff /dev/md127", "# swapoff /dev/md126", "must read"},
		{"gone " F_SWAP, "gone holder 9:127 swap /dev/md127 used",
			"gone, but not expected"},
		/* an array */
		{"name md127 kind md uuid 0d0c-0b diskseq 22 below 254:5,254:6 file -\n",
			"name md127 kind md uuid 0d0c-0b diskseq 22 below 254:5 file "
			"-\n",
			"about its target"},
		{"below 254:5,254:6 file -\n", "below 254:6,254:5 file -\n",
			"ascending order"},
		{"below 254:5,254:6 file -\n", "below 254:5,254:5 file -\n", "each once"},
		{"below 254:5,254:6 file -\n", "below 254:5,254:6, file -\n",
			"must read"},
		{"below 254:5,254:6 file -\n", "below 254:5,,254:6 file -\n",
			"device numbers"},
		{"below 254:5,254:6 file -\n", "below - file -\n", "has members"},
		{"below 254:5,254:6 file -\n", "below 254:5,254:6 file /x\n",
			"expected \" file -\""},
		{"kind md uuid 0d0c-0b diskseq 22 below 254:5,254:6 file -\n",
			"kind loop uuid 0d0c-0b diskseq 22 below 254:5,254:6 file -\n",
			"expected \" kind md uuid \""},
		{"uuid 0d0c-0b diskseq 22 below 254:5,254:6 file -\n",
			"uuid 0d0c-0c diskseq 22 below 254:5,254:6 file -\n",
			"about its target"},
		{"diskseq 22 below 254:5,254:6 file -\n",
			"diskseq 23 below 254:5,254:6 file -\n", "about its target"},
		{"diskseq 22 below 254:5,254:6 file -\n",
			"diskseq -1 below 254:5,254:6 file -\n", "expected a number"},
		{"target block 9:127 name md127", "target block 9:127 name -",
			"has a name"},
		/* a loop device */
		{"file /mnt/back\\x20up/image\n", "file /mnt/back\\x20up/other\n",
			"about its target"},
		{"file /mnt/back\\x20up/image\n", "file -\n", "begins with /"},
		{"file /mnt/back\\x20up/image\n", "file image\n", "begins with /"},
		{"below 254:4 file /mnt/back\\x20up/image\n",
			"below 254:3,254:4 file /mnt/back\\x20up/image\n",
			"on one device"},
		{"target block 7:5 name loop5 kind loop uuid -",
			"target block 7:5 name loop5 kind loop uuid x",
			"expected \" kind loop uuid - diskseq \""},
		{"step 3 loop-detach", "step 3 md-stop", "expected \" kind md uuid \""},
		{"step 3 loop-detach", "step 3 loop-attach", "unknown operation"},
		{"# losetup -d /dev/loop5", "# losetup -d /dev/loop0", "must read"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_refused(cases[i].from, cases[i].to, cases[i].rule);
}

/* More members than md has. */
static void test_members_have_a_limit(void **state)
{
	cleanup_buf struct buf members = BUF_INIT;

	(void)state;
	buf_puts(&members, "below 0:1");
	for (unsigned i = 2; i < PLAN_MEMBERS_MAX + 2; i++)
		buf_printf(&members, ",0:%u", i);
	buf_puts(&members, " file -\n");
	assert_refused("below 254:5,254:6 file -\n", buf_text(&members), "at most 4096");
}

static void test_truncated_and_changed_at_every_byte(void **state)
{
	cleanup_buf struct buf text = BUF_INIT;

	(void)state;
	buf_puts(&text, golden);
	seal(&text);
	for (size_t i = 0; i < text.len; i++) {
		struct err err = ERR_INIT;

		assert_int_equal(read_text(text.data, i, &err), -EBADMSG);
		text.data[i] ^= 1;
		assert_int_equal(read_text(text.data, text.len, &err), -EBADMSG);
		text.data[i] ^= 1;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_golden_is_read_and_written_again),
		cmocka_unit_test(test_named_mutations),
		cmocka_unit_test(test_members_have_a_limit),
		cmocka_unit_test(test_truncated_and_changed_at_every_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
