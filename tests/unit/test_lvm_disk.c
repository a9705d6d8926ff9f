/* SPDX-License-Identifier: Apache-2.0 */
/* A physical volume's own metadata text: from a good disk, and from damaged copies of it.
 */
#include <endian.h>

#include "../../capture/probe/parts.h"
#include "recorded_host.h"
#include "snapstate/cleanup.h"

#define DISK_SIZE 65536
#define AREA	  4096
#define SECOND_AREA 36864
#define AREA_SIZE 8192
#define TEXT	  "vg {\nid = \"x\"\nseqno = 4\n}\n"

struct disk {
	unsigned char bytes[DISK_SIZE];
	size_t text_at; /* in the area */
};

/* Bits from the other end than the reader's, and so of another making. */
static uint32_t crc(const unsigned char *bytes, size_t len)
{
	static const uint32_t nibbles[16] = {0, 0x1db71064, 0x3b6e20c8, 0x26d930ac,
		0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344,
		0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c};
	uint32_t value = 0xf597a6cf;

	for (size_t i = 0; i < len; i++) {
		value = nibbles[(value ^ bytes[i]) & 15] ^ (value >> 4);
		value = nibbles[(value ^ (bytes[i] >> 4)) & 15] ^ (value >> 4);
	}
	return value;
}

static void put32(unsigned char *at, uint32_t value)
{
	value = htole32(value);
	memcpy(at, &value, sizeof(value));
}

static void put64(unsigned char *at, uint64_t value)
{
	value = htole64(value);
	memcpy(at, &value, sizeof(value));
}

/* What belongs to the bytes as they are now. */
static void seal(struct disk *disk)
{
	unsigned char *label = disk->bytes + 512;

	put32(label + 16, crc(label + 20, 492));
	for (size_t at = AREA; at < DISK_SIZE; at += SECOND_AREA - AREA)
		put32(disk->bytes + at, crc(disk->bytes + at + 4, 508));
}

static void make_area(struct disk *disk, size_t at_area, const char *text)
{
	unsigned char *area = disk->bytes + at_area;
	size_t len = strlen(text) + 1;

	memcpy(area + 4, " LVM2 x[5A%r0N*>", 16);
	put32(area + 20, 1);
	put64(area + 24, at_area);
	put64(area + 32, AREA_SIZE);
	put64(area + 40, disk->text_at);
	put64(area + 48, len);
	put32(area + 56, crc((const unsigned char *)text, len));
	for (size_t i = 0; i < len; i++) {
		size_t at = disk->text_at + i;

		area[at < AREA_SIZE ? at : at - AREA_SIZE + 512] = (unsigned char)text[i];
	}
}

static void make_disk(struct disk *disk, size_t text_at, const char *text)
{
	unsigned char *label = disk->bytes + 512;

	memset(disk, 0, sizeof(*disk));
	disk->text_at = text_at;
	memcpy(label, "LABELONE", 8);
	put64(label + 8, 1);
	put32(label + 20, 32);
	memcpy(label + 24, "LVM2 001", 8);
	put64(label + 32 + 40, 16384); /* data, and none; metadata, and none */
	put64(label + 32 + 40 + 32, AREA);
	put64(label + 32 + 40 + 40, AREA_SIZE);
	make_area(disk, AREA, text);
	seal(disk);
}

static int read_disk(
	const struct disk *disk, size_t size, struct buf *ret_text, struct err *err)
{
	char root[] = "/tmp/snapstate-disk-XXXXXX";
	cleanup_close int dir = -1, file = -1;
	int r;

	assert_non_null(mkdtemp(root));
	dir = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	file = openat(dir, "sda", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_int_equal(write(file, disk->bytes, size), size);
	r = lvm_disk_read(dir, "/sda", DEVNO_NONE, ret_text, err);
	assert_int_equal(unlinkat(dir, "sda", 0), 0);
	assert_int_equal(rmdir(root), 0);
	return r;
}

static void assert_text(const struct disk *disk, const char *text)
{
	cleanup_buf struct buf got = BUF_INIT;
	struct err err = ERR_INIT;

	if (read_disk(disk, DISK_SIZE, &got, &err) < 0)
		fail_msg("%s", err.msg);
	assert_string_equal(buf_text(&got), text);
	assert_int_equal(got.len, strlen(text) + 1);
}

static void test_text(void **state)
{
	struct disk disk;

	(void)state;
	make_disk(&disk, 512, TEXT);
	assert_text(&disk, TEXT);
	make_disk(&disk, 5120, TEXT);
	assert_text(&disk, TEXT);
	/* over the end of the area, and on behind its header */
	make_disk(&disk, AREA_SIZE - 5, TEXT);
	assert_text(&disk, TEXT);
	/* the label may be in any of the first four sectors */
	memmove(disk.bytes + 1536, disk.bytes + 512, 512);
	memset(disk.bytes + 512, 0, 512);
	put64(disk.bytes + 1536 + 8, 3);
	assert_text(&disk, TEXT);
}

/* The second area is asked where the first has nothing. */
static void test_second_area(void **state)
{
	struct disk disk;

	(void)state;
	make_disk(&disk, 512, TEXT);
	put64(disk.bytes + 512 + 32 + 40 + 48, AREA);
	put64(disk.bytes + 512 + 32 + 40 + 56, AREA_SIZE);
	put64(disk.bytes + 512 + 32 + 40 + 32, 32768);
	seal(&disk);
	assert_text(&disk, TEXT);
}

enum { LABEL = 512, LISTS = 512 + 32 + 40 };

/* The disk of LVM at work: behind the first header it is another at every read. */
static struct {
	struct disk disk;
	unsigned n_reads, n_changes;
} racing;

static ssize_t racing_read(int fd, void *bytes, size_t len, off_t at)
{
	(void)fd;
	if (racing.n_reads++ >= 2 && racing.n_changes) {
		char text[64];

		snprintf(text, sizeof(text), "vg {\nid = \"x\"\nseqno = %u\n}\n",
			100 + racing.n_changes--);
		make_area(&racing.disk, AREA, text);
		seal(&racing.disk);
	}
	memcpy(bytes, racing.disk.bytes + at, len);
	return (ssize_t)len;
}

static void test_label(void **state)
{
	static const char uuid[] = "QQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQ";
	cleanup_buf struct buf got = BUF_INIT;
	struct err err = ERR_INIT;

	(void)state;
	make_disk(&racing.disk, 512, TEXT);
	memcpy(racing.disk.bytes + LABEL + 32, uuid, 32);
	racing.n_changes = 0;
	assert_int_equal(lvm_disk_uuid(-1, racing_read, &got, &err), -EBADMSG);
	seal(&racing.disk);
	assert_int_equal(lvm_disk_uuid(-1, racing_read, &got, &err), 0);
	assert_string_equal(buf_text(&got), uuid);
}

/* What the first area has does not end the search. */
static void test_two_areas(void **state)
{
	static const char older[] = "vg {\nid = \"x\"\nseqno = 3\n}\n";
	cleanup_buf struct buf got = BUF_INIT;
	struct err err = ERR_INIT;
	struct disk disk;

	(void)state;
	make_disk(&disk, 512, older);
	make_area(&disk, SECOND_AREA, TEXT);
	put64(disk.bytes + LISTS + 48, SECOND_AREA);
	put64(disk.bytes + LISTS + 56, AREA_SIZE);
	seal(&disk);
	assert_int_equal(read_disk(&disk, DISK_SIZE, &got, &err), 0);
	assert_int_equal(got.len, sizeof(older) + sizeof(TEXT));
	assert_memory_equal(got.data, older, sizeof(older));
	assert_memory_equal(got.data + sizeof(older), TEXT, sizeof(TEXT));
	/* equal ones are one */
	make_area(&disk, AREA, TEXT);
	seal(&disk);
	assert_text(&disk, TEXT);
	/* and one that is damaged is none */
	disk.bytes[AREA + 520]++;
	assert_text(&disk, TEXT);
}

static void test_text_that_changes(void **state)
{
	cleanup_buf struct buf got = BUF_INIT;
	struct err err = ERR_INIT;

	(void)state;
	make_disk(&racing.disk, 512, TEXT);
	racing.n_changes = 1;
	assert_int_equal(lvm_disk_texts(-1, racing_read, &got, &err), 0);
	assert_non_null(strstr(buf_text(&got), "seqno = 101"));
	racing.n_reads = 0;
	racing.n_changes = 100;
	assert_int_equal(lvm_disk_texts(-1, racing_read, &got, &err), -EAGAIN);
	assert_non_null(strstr(err.msg, "changing"));
}

/* A node that is another device's by now is not read. */
static void test_another_device(void **state)
{
	cleanup_buf struct buf got = BUF_INIT;
	struct err err = ERR_INIT;
	int root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	(void)state;
	assert_int_equal(
		lvm_disk_read(root, "/proc/self/exe", (struct devno){8, 0}, &got, &err),
		-EAGAIN);
	assert_non_null(strstr(err.msg, "8:0"));
	assert_int_equal(
		lvm_disk_read(root, "/proc/self/exe", DEVNO_NONE, &got, &err), -EBADMSG);
	assert_int_equal(
		lvm_disk_read(root, "/dev/null", DEVNO_NONE, &got, &err), -EAGAIN);
	close(root);
}

static void test_damage(void **state)
{
	static const struct {
		const char *error;
		size_t at;
		uint64_t value;
		bool is_sealed; /* the checksums of the headers are right again */
	} damages[] = {
		{"no label", LABEL + 2, 0, false},
		{"no label", LABEL + 8, 2, true},
		{"no label", LABEL + 300, 1, false},
		{"no label", LABEL + 20, 512, true},
		{"No metadata areas", LISTS + 32, 0, true},
		{"no header of a metadata area", LISTS + 32, 8192, true},
		{"ends before", LISTS + 32, DISK_SIZE, true},
		{"no offset", LISTS + 32, UINT64_MAX - 100, true},
		{"no header of a metadata area", AREA + 4, 0, true},
		{"no header of a metadata area", AREA + 24, 8192, true},
		{"no header of a metadata area", AREA + 400, 1, false},
		{"not in its area", AREA + 40, AREA_SIZE, true},
		{"not in its area", AREA + 40, 8, true},
		{"not in its area", AREA + 48, AREA_SIZE, true},
		{"not in its area", AREA + 48, 0, true},
		{"in no volume group", AREA + 40, 0, true},
		{"not in use", AREA + 60, 1, true},
		{"checksum of the text", AREA + 520, 'x', true},
		{"a text of", AREA + 48, 1 << 25, true},
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(damages); i++) {
		cleanup_buf struct buf got = BUF_INIT;
		struct err err = ERR_INIT;
		struct disk disk;

		make_disk(&disk, 512, TEXT);
		put64(disk.bytes + damages[i].at, damages[i].value);
		if (strcmp(damages[i].error, "a text of") == 0)
			put64(disk.bytes + AREA + 32, 1 << 26);
		if (damages[i].is_sealed)
			seal(&disk);
		if (read_disk(&disk, DISK_SIZE, &got, &err) != -EBADMSG &&
			strcmp(damages[i].error, "a text of") != 0)
			fail_msg("%zu: \"%s\"", i, buf_text(&got));
		if (!strstr(err.msg, damages[i].error))
			fail_msg("%zu: %s", i, err.msg);
	}
}

static void test_short_disk(void **state)
{
	struct disk disk;

	(void)state;
	make_disk(&disk, 512, TEXT);
	for (size_t size = 0; size < AREA + 512 + sizeof(TEXT); size += 7) {
		cleanup_buf struct buf got = BUF_INIT;
		struct err err = ERR_INIT;

		assert_int_equal(read_disk(&disk, size, &got, &err), -EBADMSG);
		assert_non_null(strstr(err.msg, "ends before"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_second_area),
		cmocka_unit_test(test_label),
		cmocka_unit_test(test_two_areas),
		cmocka_unit_test(test_text_that_changes),
		cmocka_unit_test(test_another_device),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_short_disk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
