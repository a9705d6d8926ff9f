/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A VG's metadata text, from a PV's own metadata areas. Input: a device that LVM may look
 * at. Output: the committed text of each area that has one.
 *
 * Before 2.03.05 no command of LVM prints it (`pvck --dump`); vgcfgbackup wants a folder
 * to write into, and both are asked once for each group. The form on disk is the same in
 * every release since 2.02.00: lvm2 lib/format_text/layout.h, lib/label/label.h,
 * lib/misc/crc.h. Header and text are guarded by checksums there.
 *
 * Invariants: read only, past the page cache (another host may have written), in a child
 * that can be given up; nothing but label, headers and text is read. The caller compares
 * the texts, and what LVM reports of the group.
 */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "parts.h"
#include "snapstate/cleanup.h"
#include "snapstate/limits.h"
#include "snapstate/lvm_names.h"

#define SECTOR	      512
#define LABEL_SECTORS 4
#define ALIGN	      4096 /* of what is read past the page cache, with any sector size */
#define INITIAL_CRC   0xf597a6cfu
#define AREAS_MAX     8	 /* LVM makes at most one of data and two of metadata */
#define IGNORED	      1u /* RAW_LOCN_IGNORED: kept out of date by choice */

struct disk_locn {
	uint64_t offset, size;
} __attribute__((packed));

/* The label, and the header of the PV, which it points at. */
struct label_header {
	char id[8];
	uint64_t sector;
	uint32_t crc; /* of what is behind it, to the end of the sector */
	uint32_t offset;
	char type[8];
} __attribute__((packed));

struct pv_header {
	char uuid[LVM_UUID_LEN];
	uint64_t device_size;
	struct disk_locn areas[]; /* data, an empty one, metadata, an empty one */
} __attribute__((packed));

struct raw_locn {
	uint64_t offset, size; /* in the area */
	uint32_t crc, flags;
} __attribute__((packed));

struct mda_header {
	uint32_t crc; /* of what is behind it, to the end of the sector */
	char magic[16];
	uint32_t version;
	uint64_t start, size;
	struct raw_locn committed;
} __attribute__((packed));

struct disk {
	int fd;
	disk_read_fn *read;
};

static const char mda_magic[] = " LVM2 x[5A%r0N*>";

static uint32_t crc_of(uint32_t crc, const void *bytes, size_t len)
{
	const unsigned char *at = bytes;

	for (size_t i = 0; i < len; i++) {
		crc ^= at[i];
		for (int bit = 0; bit < 8; bit++)
			crc = (crc >> 1) ^ (crc & 1 ? 0xedb88320u : 0);
	}
	return crc;
}

static bool sector_is_whole(const void *sector, const void *from, uint32_t crc)
{
	size_t at = (size_t)((const char *)from - (const char *)sector);

	return crc_of(INITIAL_CRC, from, SECTOR - at) == le32toh(crc);
}

/* Appends `len` bytes at `offset`. */
static int disk_read(const struct disk *disk, uint64_t offset, size_t len,
	struct buf *ret_bytes, struct err *err)
{
	uint64_t from = offset & ~(uint64_t)(ALIGN - 1);
	size_t need = offset - from + len, done = 0;
	size_t size = (need + ALIGN - 1) & ~(size_t)(ALIGN - 1);
	cleanup_free char *bytes = aligned_alloc(ALIGN, size);
	ssize_t n = bytes ? 1 : -1;

	while (n > 0 && done < need) {
		n = disk->read(disk->fd, bytes + done, size - done, (off_t)(from + done));
		if (n > 0)
			done += (size_t)n;
	}
	if (n < 0)
		return err_errno(err, errno, "read %zu bytes at %llu", len,
			(unsigned long long)offset);
	if (done < need)
		return err_set(err, -EBADMSG, "ends before %llu",
			(unsigned long long)(offset + len));
	buf_add(ret_bytes, bytes + (offset - from), len);
	return 0;
}

/* The text may go over the end of its area, and then goes on behind the header. */
static int text_read(const struct disk *disk, uint64_t area,
	const struct mda_header *header, struct buf *ret_text, struct err *err)
{
	uint64_t offset = le64toh(header->committed.offset);
	uint64_t size = le64toh(header->committed.size);
	uint64_t end = le64toh(header->size);
	uint64_t first;
	int r;

	if (offset < SECTOR || offset >= end || size > end - SECTOR || size == 0)
		return err_set(err, -EBADMSG, "the text is not in its area");
	if (size > TEXT_METADATA_MAX)
		return err_set(
			err, -EFBIG, "a text of %llu bytes", (unsigned long long)size);
	first = size < end - offset ? size : end - offset;
	r = disk_read(disk, area + offset, first, ret_text, err);
	if (r == 0 && first < size)
		r = disk_read(disk, area + SECTOR, size - first, ret_text, err);
	if (r == 0 && crc_of(INITIAL_CRC, ret_text->data, ret_text->len) !=
			      le32toh(header->committed.crc))
		r = err_set(err, -EBADMSG, "the checksum of the text is wrong");
	return r;
}

static int area_read(const struct disk *disk, uint64_t at, struct buf *ret_sector,
	struct buf *ret_text, struct err *err)
{
	struct mda_header header;
	int r = disk_read(disk, at, SECTOR, ret_sector, err);

	if (r < 0)
		return r;
	memcpy(&header, ret_sector->data, sizeof(header));
	if (memcmp(header.magic, mda_magic, sizeof(header.magic)) != 0 ||
		le32toh(header.version) != 1 || le64toh(header.start) != at ||
		le64toh(header.size) > INT64_MAX / 2 ||
		!sector_is_whole(ret_sector->data, ret_sector->data + sizeof(header.crc),
			header.crc))
		return err_set(err, -EBADMSG, "no header of a metadata area");
	if (le32toh(header.committed.flags) & IGNORED)
		return err_set(err, -EBADMSG, "its metadata area is not in use");
	if (!header.committed.offset)
		return err_set(err, -EBADMSG, "it is in no volume group");
	return text_read(disk, at, &header, ret_text, err);
}

static bool is_same(const struct buf *a, const struct buf *b)
{
	return a->len == b->len && memcmp(buf_text(a), buf_text(b), a->len) == 0;
}

/* The text may be overwritten between the reading of its header and its own: LVM writes
 * the next one into the same ring, and then the header. Only what is wrong under a header
 * that stays is damaged. -EAGAIN: the header does not stay. */
static int area_read_settled(const struct disk *disk, const struct disk_locn *area,
	struct buf *ret_text, struct err *err)
{
	uint64_t at = le64toh(area->offset);

	if (at > INT64_MAX / 2)
		return err_set(err, -EBADMSG, "no offset");
	for (int i = 0; i < PROBE_TRIES; i++) {
		cleanup_buf struct buf before = BUF_INIT, after = BUF_INIT;
		struct err ignored = ERR_INIT;
		int r;

		ret_text->len = 0;
		r = area_read(disk, at, &before, ret_text, err);
		if (r != -EBADMSG || disk_read(disk, at, SECTOR, &after, &ignored) < 0 ||
			is_same(&before, &after))
			return r;
	}
	return err_set(err, -EAGAIN, "its metadata are changing");
}

/* Each with a NUL behind it, as on the disk; one that is there already counts once. */
static void text_add(struct buf *texts, const struct buf *text)
{
	size_t len = strnlen(text->data, text->len);

	for (size_t at = 0; at < texts->len; at += strlen(texts->data + at) + 1)
		if (strlen(texts->data + at) == len &&
			memcmp(texts->data + at, text->data, len) == 0)
			return;
	buf_add(texts, text->data, len);
	buf_add(texts, "", 1);
}

/* The areas behind the first empty one. One that is damaged, or not in use, says nothing
 * where another has a text. */
static int areas_read(const struct disk *disk, const char *sector, size_t at,
	struct buf *ret_texts, struct err *err)
{
	int r = err_set(err, -EBADMSG, "No metadata areas");
	bool is_metadata = false;

	at += sizeof(struct pv_header);
	for (int i = 0; r != -EAGAIN && i < AREAS_MAX; i++) {
		cleanup_buf struct buf text = BUF_INIT;
		struct disk_locn area;

		if (at + sizeof(area) > SECTOR)
			break;
		memcpy(&area, sector + at, sizeof(area));
		at += sizeof(area);
		if (!area.offset && is_metadata)
			break;
		if (!area.offset) {
			is_metadata = true;
		} else if (is_metadata) {
			r = area_read_settled(disk, &area, &text, err);
			if (r == 0)
				text_add(ret_texts, &text);
		}
	}
	return r != -EAGAIN && ret_texts->len ? 0 : r;
}

/* The sector of the label, and where the header of the PV is in it. */
static int label_find(
	const struct disk *disk, struct buf *ret_sector, size_t *ret_at, struct err *err)
{
	cleanup_buf struct buf sectors = BUF_INIT;
	int r = disk_read(disk, 0, (size_t)LABEL_SECTORS * SECTOR, &sectors, err);

	for (size_t i = 0; r == 0 && i < LABEL_SECTORS; i++) {
		const char *sector = sectors.data + i * SECTOR;
		struct label_header label;
		size_t at;

		memcpy(&label, sector, sizeof(label));
		at = le32toh(label.offset);
		if (memcmp(label.id, "LABELONE", sizeof(label.id)) == 0 &&
			memcmp(label.type, "LVM2 001", sizeof(label.type)) == 0 &&
			le64toh(label.sector) == i && at >= sizeof(label) &&
			at + sizeof(struct pv_header) <= SECTOR &&
			sector_is_whole(sector,
				sector + offsetof(struct label_header, offset),
				label.crc)) {
			buf_add(ret_sector, sector, SECTOR);
			*ret_at = at;
			return 0;
		}
	}
	return r < 0 ? r : err_set(err, -EBADMSG, "no label of LVM's");
}

int lvm_disk_texts(int fd, disk_read_fn *read, struct buf *ret_texts, struct err *err)
{
	const struct disk disk = {fd, read};
	cleanup_buf struct buf sector = BUF_INIT;
	size_t at = 0;
	int r = label_find(&disk, &sector, &at, err);

	return r == 0 ? areas_read(&disk, sector.data, at, ret_texts, err) : r;
}

int lvm_disk_uuid(int fd, disk_read_fn *read, struct buf *ret_uuid, struct err *err)
{
	const struct disk disk = {fd, read};
	cleanup_buf struct buf sector = BUF_INIT;
	size_t at = 0;
	int r = label_find(&disk, &sector, &at, err);

	if (r == 0)
		buf_add(ret_uuid, sector.data + at + offsetof(struct pv_header, uuid),
			LVM_UUID_LEN);
	return r;
}

/* A node may be another device's by now, or none. */
static int node_check(int fd, struct devno devno, struct err *err)
{
	struct stat stat;

	if (fstat(fd, &stat) < 0)
		return err_errno(err, errno, "fstat");
	if (devno_is_none(devno)
			? S_ISREG(stat.st_mode)
			: S_ISBLK(stat.st_mode) && major(stat.st_rdev) == devno.major &&
				  minor(stat.st_rdev) == devno.minor)
		return 0;
	return err_set(err, -EAGAIN, "it is not device " DEVNO_FMT " any more",
		DEVNO_ARGS(devno));
}

typedef int disk_look_fn(int fd, disk_read_fn *read, struct buf *ret, struct err *err);

static int disk_look(int root, const char *path, struct devno devno, disk_look_fn *look,
	struct buf *ret, struct err *err)
{
	const int flags = O_RDONLY | O_CLOEXEC | O_NOCTTY;
	cleanup_close int fd = openat(root, path + 1, flags | O_DIRECT);
	int r;

	if (fd < 0 && errno == EINVAL) /* a file in memory has no other way */
		fd = openat(root, path + 1, flags);
	if (fd < 0)
		return err_errno(err, errno, "open");
	r = node_check(fd, devno, err);
	return r == 0 ? look(fd, pread, ret, err) : r;
}

int lvm_disk_read(int root, const char *path, struct devno devno, struct buf *ret_texts,
	struct err *err)
{
	return disk_look(root, path, devno, lvm_disk_texts, ret_texts, err);
}

/* ---- in a child ---- */

/* How a child ends that found nothing: nothing is there, or it changes. */
enum { LOOK_FAILED = 1, LOOK_AGAIN = 3 };

struct look {
	int root;
	const char *path;
	struct devno devno;
	disk_look_fn *look;
};

static int look_at(void *context)
{
	const struct look *look = context;
	cleanup_buf struct buf found = BUF_INIT;
	struct err err = ERR_INIT;
	int r = disk_look(look->root, look->path, look->devno, look->look, &found, &err);

	if (r == 0)
		return child_answer(&found) < 0;
	if (dprintf(STDERR_FILENO, "%s", err.msg) < 0)
		return 2;
	return r == -EAGAIN ? LOOK_AGAIN : LOOK_FAILED;
}

static int look_live(const struct machine *machine, unsigned seconds, struct look *look,
	struct buf *ret, struct err *err)
{
	const struct child_limits limits = {.seconds = seconds,
		.max = (size_t)AREAS_MAX * TEXT_METADATA_MAX,
		.deadline_ms = machine->deadline_ms,
		.ends_itself = true};
	cleanup_buf struct buf said = BUF_INIT;
	int r = child_run(&limits, look_at, look, ret, &said, err);

	return r > 0 ? err_set(err, r == LOOK_AGAIN ? -EAGAIN : -EBADMSG, "%s",
			       buf_text(&said))
		     : r;
}

int lvm_metadata_live(const struct machine *machine, const char *path, struct devno devno,
	unsigned seconds, struct buf *ret_texts, struct err *err)
{
	struct look look = {machine->root, path, devno, lvm_disk_texts};

	return look_live(machine, seconds, &look, ret_texts, err);
}

int lvm_label_live(const struct machine *machine, const char *path, struct devno devno,
	unsigned seconds, struct buf *ret_uuid, struct err *err)
{
	struct look look = {machine->root, path, devno, lvm_disk_uuid};

	return look_live(machine, seconds, &look, ret_uuid, err);
}
