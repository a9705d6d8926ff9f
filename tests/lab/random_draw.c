/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Draws a host for tests/lab/random: many small independent stacks of one volume group,
 * each an origin with its snapshots and with what may be wrong with them or going on
 * there.
 *
 *   random_draw SEED STATES FOLDER
 *
 * Output, in FOLDER; the same seed and count give the same bytes:
 *   metadata.1  the group as LVM made it, for vgcfgrestore: then all volumes are
 * activated metadata.2  the group as it is now: another host removed snapshots, a victim
 * got their extents build.0 .1 .2 .3  scripts for random_build: the disk, stacks and
 * holders, damage after metadata.2, the end expect      "VG/LV VERDICT WHY": "remove",
 * "keep", or "any" where either may be right victims     volumes to activate, each line
 * one plan.args   what the planner is given besides
 *
 * What is expected is known from how each state is built, and uses nothing of the
 * planner.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define VG	   "onapp-aaaa"
#define DM_VG	   "onapp--aaaa"
#define NOW	   1795000000 /* the guest's clock; random-guest.sh sets it */
#define OLD	   (NOW - 3 * 86400)
#define YOUNG	   (NOW - 60)
#define UUID_LEN   32
#define PE_START   2048 /* sectors, LVM's default */
#define DISK_MIB   512	/* random-guest.sh makes it */
#define STATES_MAX 60

/* In extents of 64 KiB. A COW of 2 holds 30 chunks of 4 KiB, less than one write
 * (WRITE_KIB) touches; one of 8 holds it. What is written lies behind the file systems.
 */
#define EXTENT_SECTORS 128
#define ORIGIN_EXTENTS 64
#define COW_EXTENTS  8
#define SMALL_COW    2
#define WRITE_AT_KIB   3072
#define WRITE_KIB      256
#define PART1_SECTORS  "128"
#define PART2_SECTORS  "4096"
#define PART_LENGTH    "2048"

/* ---- dice: as in tests/unit/random_host.c ---- */

static uint64_t dice;

static uint64_t roll(uint64_t sides)
{
	dice ^= dice >> 12;
	dice ^= dice << 25;
	dice ^= dice >> 27;
	return (dice * UINT64_C(2685821657736338717) >> 33) % sides;
}

static bool one_in(uint64_t n)
{
	return roll(n) == 0;
}

/* ---- the drawn host ---- */

enum expected {
	EXPECT_REMOVE,
	EXPECT_ANY,
	EXPECT_KEEP,
};

enum known {
	KNOWN, /* the metadata has the snapshot */
	MERGING,
	STALE, /* it does not, any more */
	HALF,  /* it has a plain volume of that uuid: an lvremove that failed half-way */
};

enum shape {
	WHOLE,
	WITHOUT_SNAPSHOT, /* only the COW is left in the kernel */
	WITHOUT_BOTH,
	LINEAR, /* the snapshot's device got another table */
};

struct snapshot {
	unsigned origin;
	char name[32], dm[64], uuid[UUID_LEN + 1];
	unsigned extent, extents;
	enum known known;
	enum shape shape;
	bool has_victim, is_overflowed;
	long created;
	enum expected expected;
	char why[400];
};

struct origin {
	char name[32], dm[64], uuid[UUID_LEN + 1];
	unsigned extent;
	bool has_parts, is_written, is_busy;
};

static struct origin origins[STATES_MAX];
static struct snapshot snapshots[STATES_MAX * 3];
static unsigned n_origins, n_snapshots, next_extent;
static char vg_uuid[UUID_LEN + 1], pv_uuid[UUID_LEN + 1];
static bool
	may_suspend; /* one state of the guest may be suspended: LVM's commands feel it */

/* ---- scripts: what comes first in each, whatever the order in which it was drawn ----
 */

enum part {
	PART_DISK,
	PART_DM,	/* mappings, tables */
	PART_ELSEWHERE, /* namespaces that copy the host's mounts: before there are any */
	PART_MOUNT,
	PART_HOLD,
	PART_WRITE,  /* origins, until snapshots overflow */
	PART_DAMAGE, /* after metadata.2 */
	PART_LATE,   /* what waits, what is suspended: last of all */
	PART_END,    /* undone before the guest powers off */
	PARTS,
};
static FILE *parts[PARTS];
static char *part_text[PARTS];
static size_t part_len[PARTS];

static void op(enum part part, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
static void op(enum part part, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vfprintf(parts[part], format, args);
	va_end(args);
	fputc('\n', parts[part]);
}

static void expect(struct snapshot *snapshot, enum expected expected, const char *why)
{
	size_t len = strlen(snapshot->why);

	if (expected > snapshot->expected)
		snapshot->expected = expected;
	snprintf(snapshot->why + len, sizeof(snapshot->why) - len, "%s%s",
		len ? ", " : "", why);
}

static void draw_uuid(char *ret)
{
	static const char set[] =
		"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

	for (unsigned i = 0; i < UUID_LEN; i++)
		ret[i] = set[roll(sizeof(set) - 1)];
	ret[UUID_LEN] = '\0';
}

static const char *draw_program(void)
{
	static const char *const programs[] = {"tar", "rsync", "bash", "qemu-system-x86"};

	return programs[roll(4)];
}

/* ---- what is on one device ---- */

/* A device of a snapshot, as holders see it. `has_files`: there is a file system on it.
 */
struct place {
	struct snapshot *snapshot;
	const char *dm;
	bool has_files, has_swap;
};

static void draw_busy_mount(const struct place *place)
{
	static const char *const uses[] = {"file", "cwd", "root", "map"};
	unsigned use = (unsigned)roll(4);
	bool is_folder = use == 1 || use == 2;

	op(PART_MOUNT, "mount %s /mnt/s/%s", place->dm, place->dm);
	op(PART_HOLD, "%s %s /mnt/s/%s%s", uses[use], draw_program(), place->dm,
		is_folder ? "/boot" : "/database");
	expect(place->snapshot, EXPECT_KEEP, "mounted and used");
	if (one_in(2)) {
		op(PART_HOLD, "detach /mnt/s/%s", place->dm);
		expect(place->snapshot, EXPECT_KEEP, "lazily unmounted");
	}
}

static void draw_mount(const struct place *place)
{
	const char *dm = place->dm;

	switch (roll(12)) {
	case 0:
	case 1:
	case 2:
		op(PART_MOUNT, "mount %s /mnt/s/%s", dm, dm);
		return;
	case 3:
		op(PART_MOUNT, "mount %s /mnt/s/%s", dm, dm);
		op(PART_MOUNT, "mount %s /mnt/s/%s-again", dm, dm);
		return;
	case 4:
		draw_busy_mount(place);
		return;
	case 5:
		op(PART_ELSEWHERE, "elsewhere %s %s /mnt/s/%s", draw_program(), dm, dm);
		expect(place->snapshot, EXPECT_KEEP, "mounted in another namespace");
		return;
	case 6:
		op(PART_MOUNT, "mount %s /mnt/s/%s", dm, dm);
		if (one_in(2)) {
			op(PART_MOUNT, "cover /mnt/s/%s/boot", dm);
			expect(place->snapshot, EXPECT_KEEP,
				"something is mounted below");
		} else {
			op(PART_HOLD, "loop-file /mnt/s/%s/database", dm);
			expect(place->snapshot, EXPECT_ANY,
				"a loop device on a file of it");
		}
		return;
	default:
		return;
	}
}

static void draw_holder(const struct place *place)
{
	switch (roll(60)) {
	case 0:
		op(PART_HOLD, "open %s %s", draw_program(), place->dm);
		expect(place->snapshot, EXPECT_KEEP, "open in a process");
		return;
	case 1:
		op(PART_HOLD, "loop %s", place->dm);
		expect(place->snapshot, EXPECT_ANY, "a loop device");
		return;
	case 2:
		if (place->has_files) /* it wants the device for itself */
			return;
		op(PART_HOLD, "target %s %s", place->dm, place->dm);
		expect(place->snapshot, EXPECT_KEEP, "a SCSI target");
		return;
	case 3:
		if (place->has_files)
			return;
		op(PART_HOLD, "array md_%u %s", (unsigned)(place->snapshot - snapshots),
			place->dm);
		expect(place->snapshot, EXPECT_ANY, "an array");
		return;
	case 4:
	case 5:
	case 6:
		if (!place->has_swap)
			return;
		op(PART_HOLD, "swap %s", place->dm);
		expect(place->snapshot, EXPECT_ANY, "swap");
		return;
	case 7:
		op(PART_LATE, "load %s =", place->dm);
		expect(place->snapshot, EXPECT_KEEP, "a table waits");
		return;
	default:
		return;
	}
}

static void draw_on_place(const struct place *place)
{
	if (place->has_files)
		draw_mount(place);
	draw_holder(place);
}

/* ---- partition mappings ---- */

static void draw_mapping(
	struct snapshot *snapshot, unsigned number, bool is_kpartx, bool has_uuid)
{
	char dm[96], uuid[128] = "-", other[UUID_LEN + 1];
	struct place place = {snapshot, dm, number == 1, number == 2};

	snprintf(dm, sizeof(dm), "%sX%u", has_uuid ? snapshot->dm : snapshot->name,
		number);
	if (has_uuid)
		snprintf(uuid, sizeof(uuid), "part%u-LVM-%s%s", number, vg_uuid,
			snapshot->uuid);
	/* a guest's own volume: it goes as a partition does */
	if (!is_kpartx && one_in(40)) {
		draw_uuid(other);
		snprintf(uuid, sizeof(uuid), "LVM-%s%s", other, snapshot->uuid);
	}
	if (!is_kpartx)
		op(PART_DM, "create %s %s 0 " PART_LENGTH " linear @%s %s", dm, uuid,
			snapshot->dm, number == 1 ? PART1_SECTORS : PART2_SECTORS);
	draw_on_place(&place);
}

static void draw_mappings(struct snapshot *snapshot)
{
	uint64_t how = roll(5);

	if (how == 0)
		return;
	if (how == 1) {
		op(PART_DM, "kpartx %s", snapshot->dm);
		draw_mapping(snapshot, 1, true, true);
		draw_mapping(snapshot, 2, true, true);
		return;
	}
	if (!one_in(4))
		draw_mapping(snapshot, 1, false, how < 4);
	if (one_in(2))
		draw_mapping(snapshot, 2, false, how < 4);
}

/* ---- a snapshot ---- */

static void draw_metadata(struct snapshot *snapshot)
{
	uint64_t what = roll(48);

	snapshot->known = what < 16    ? STALE
			  : what == 16 ? HALF
			  : what == 17 ? MERGING
				       : KNOWN;
	snapshot->created = one_in(24) ? YOUNG : one_in(48) ? 0 : OLD;
	if (snapshot->known == STALE)
		snapshot->has_victim = one_in(2);
	if (snapshot->known == HALF)
		expect(snapshot, EXPECT_KEEP, "half removed");
	if (snapshot->known == MERGING)
		expect(snapshot, EXPECT_KEEP, "merging");
	if (snapshot->known == KNOWN && snapshot->created != OLD)
		expect(snapshot, EXPECT_KEEP, "young, or of unknown age");
}

static void draw_shape(struct snapshot *snapshot)
{
	uint64_t what = roll(40);

	if (what == 0)
		snapshot->shape = LINEAR;
	if (what == 1)
		snapshot->shape = WITHOUT_BOTH;
	if (what > 1 && what <= 7 && snapshot->known == STALE)
		snapshot->shape = WITHOUT_SNAPSHOT;
	switch (snapshot->shape) {
	case WHOLE:
		return;
	case WITHOUT_BOTH:
	case WITHOUT_SNAPSHOT:
		op(PART_DAMAGE, "remove %s", snapshot->dm);
		if (snapshot->shape == WITHOUT_BOTH)
			op(PART_DAMAGE, "remove %s-cow", snapshot->dm);
		if (snapshot->shape == WITHOUT_BOTH)
			expect(snapshot, EXPECT_KEEP, "not in the kernel");
		return;
	case LINEAR:
		op(PART_DAMAGE, "reload %s 0 %u linear @%s-cow 0", snapshot->dm,
			snapshot->extents * EXTENT_SECTORS, snapshot->dm);
		expect(snapshot, EXPECT_KEEP, "no snapshot by its table");
		return;
	}
}

/* Written to itself, and its table says that user space will see to it ("PO"). */
static void draw_overflow(struct snapshot *snapshot)
{
	if (snapshot->extents != SMALL_COW || origins[snapshot->origin].is_written ||
		!one_in(3))
		return;
	snapshot->is_overflowed = true;
	op(PART_DM, "reload %s 0 %u snapshot @%s-real @%s-cow PO 8", snapshot->dm,
		ORIGIN_EXTENTS * EXTENT_SECTORS, origins[snapshot->origin].dm,
		snapshot->dm);
	op(PART_WRITE, "overflow %s %u %u", snapshot->dm, WRITE_AT_KIB, WRITE_KIB);
}

static void draw_on_snapshot(struct snapshot *snapshot)
{
	const struct origin *origin = &origins[snapshot->origin];
	char cow[80];

	if (origin->has_parts) {
		draw_mappings(snapshot);
		draw_holder(&(struct place){snapshot, snapshot->dm, true, false});
	} else {
		draw_on_place(&(struct place){snapshot, snapshot->dm, true, false});
	}
	snprintf(cow, sizeof(cow), "%s-cow", snapshot->dm);
	if (one_in(40)) {
		op(PART_HOLD, "open %s %s", draw_program(), cow);
		expect(snapshot, EXPECT_KEEP, "its COW is open in a process");
	}
	if (one_in(40)) {
		op(PART_LATE, "load %s =", cow);
		expect(snapshot, EXPECT_KEEP, "its COW has an inactive table");
	}
	if (may_suspend && one_in(20)) {
		may_suspend = false;
		op(PART_LATE, "suspend %s", snapshot->dm);
		op(PART_END, "resume %s", snapshot->dm);
		expect(snapshot, EXPECT_KEEP, "suspended");
	}
}

static void draw_snapshot(unsigned origin)
{
	struct snapshot *snapshot = &snapshots[n_snapshots++];
	bool is_backup = !one_in(12);

	snapshot->origin = origin;
	snprintf(snapshot->name, sizeof(snapshot->name),
		is_backup ? "backup-%04u" : "snap%04u", n_snapshots);
	snprintf(snapshot->dm, sizeof(snapshot->dm),
		is_backup ? DM_VG "-backup--%04u" : DM_VG "-snap%04u", n_snapshots);
	draw_uuid(snapshot->uuid);
	snapshot->extent = next_extent;
	snapshot->extents = one_in(3) ? SMALL_COW : COW_EXTENTS;
	next_extent += snapshot->extents;
	if (!is_backup)
		expect(snapshot, EXPECT_KEEP, "not asked for");
	draw_metadata(snapshot);
	draw_shape(snapshot);
	if (snapshot->shape != WHOLE)
		return;
	draw_overflow(snapshot);
	draw_on_snapshot(snapshot);
}

/* ---- an origin with its snapshots: one state ---- */

static void expect_all(unsigned origin, enum expected expected, const char *why)
{
	for (unsigned i = 0; i < n_snapshots; i++)
		if (snapshots[i].origin == origin)
			expect(&snapshots[i],
				snapshots[i].shape == WITHOUT_SNAPSHOT ? EXPECT_ANY
								       : expected,
				why);
}

static void draw_origin_damage(unsigned number)
{
	struct origin *origin = &origins[number];

	if (one_in(24)) {
		op(PART_LATE, "load %s =", origin->dm);
		expect_all(number, EXPECT_KEEP, "the origin has an inactive table");
	}
	if (may_suspend && one_in(10)) {
		may_suspend = false;
		op(PART_LATE, "suspend %s", origin->dm);
		op(PART_END, "resume %s", origin->dm);
		expect_all(number, EXPECT_KEEP, "the origin is suspended");
	}
}

static bool is_unsettled(const struct snapshot *snapshot)
{
	return strstr(snapshot->why, "suspended") ||
	       strstr(snapshot->why, "a table wait"); /* waits, waiting */
}

/* What a snapshot's neighbours mean for it: lvremove suspends and resumes all that stand
 * on the -real layer, and turns the origin back into a plain volume when it removes the
 * last one that LVM knows. */
static void expect_of_neighbours(struct snapshot *snapshot)
{
	if (snapshot->known == KNOWN && snapshot->is_overflowed)
		expect(snapshot, EXPECT_KEEP, "its table is not LVM's");
	for (unsigned i = 0; i < n_snapshots; i++) {
		const struct snapshot *other = &snapshots[i];

		if (other == snapshot || other->origin != snapshot->origin)
			continue;
		if (is_unsettled(other) && snapshot->shape == WHOLE)
			expect(snapshot, EXPECT_ANY,
				"beside one in the middle of a change");
		if (snapshot->known != KNOWN)
			continue;
		if ((other->known == STALE || other->known == HALF) &&
			other->shape == WHOLE && other->expected != EXPECT_REMOVE)
			expect(snapshot, other->expected,
				"beside one that LVM does not know and that stays");
		if (other->known == MERGING)
			expect(snapshot, EXPECT_KEEP, "beside one that is to be merged");
		if (other->known == KNOWN &&
			(other->shape != WHOLE || other->is_overflowed))
			expect(snapshot, EXPECT_KEEP, "beside one that LVM would change");
	}
}

static void draw_state(void)
{
	static const unsigned counts[] = {0, 1, 1, 1, 1, 2, 2, 3};
	unsigned number = n_origins++, count = counts[roll(8)];
	struct origin *origin = &origins[number];

	snprintf(origin->name, sizeof(origin->name), "disk%02u", number);
	snprintf(origin->dm, sizeof(origin->dm), DM_VG "-disk%02u", number);
	draw_uuid(origin->uuid);
	origin->extent = next_extent;
	next_extent += ORIGIN_EXTENTS;
	origin->has_parts = one_in(2);
	origin->is_written = count && one_in(4);
	op(PART_DISK, "copy %s.image disk %lu", origin->has_parts ? "parts" : "whole",
		(PE_START + (unsigned long)origin->extent * EXTENT_SECTORS) * 512);
	if (one_in(2))
		op(PART_HOLD, "open qemu-system-x86 %s", origin->dm);
	if (origin->is_written)
		op(PART_WRITE, "write %s %u %u", origin->dm, WRITE_AT_KIB, WRITE_KIB);
	for (unsigned i = 0; i < count; i++)
		draw_snapshot(number);
	draw_origin_damage(number);
}

/* ---- output ---- */

static FILE *file_open(const char *name)
{
	FILE *file = fopen(name, "wx");

	if (!file) {
		perror(name);
		exit(1);
	}
	return file;
}

static void id_print(FILE *file, const char *uuid)
{
	static const unsigned groups[] = {6, 4, 4, 4, 4, 4, 6};

	fputs("id = \"", file);
	for (unsigned i = 0, at = 0; i < 7; at += groups[i++])
		fprintf(file, "%s%.*s", i ? "-" : "", (int)groups[i], uuid + at);
	fputs("\"\n", file);
}

static void volume_begin(
	FILE *file, const char *name, const char *uuid, bool is_visible, long created)
{
	fprintf(file, "%s {\n", name);
	id_print(file, uuid);
	fprintf(file, "status = [\"READ\", \"WRITE\"%s]\nflags = []\n",
		is_visible ? ", \"VISIBLE\"" : "");
	if (created)
		fprintf(file, "creation_time = %ld\ncreation_host = \"hv7\"\n", created);
	fputs("segment_count = 1\nsegment1 {\nstart_extent = 0\n", file);
}

static void volume_print(FILE *file, const char *name, const char *uuid, bool is_visible,
	long created, unsigned extent, unsigned extents)
{
	volume_begin(file, name, uuid, is_visible, created);
	fprintf(file,
		"extent_count = %u\ntype = \"striped\"\nstripe_count = 1\nstripes = "
		"[\"pv0\", %u]\n}\n}\n",
		extents, extent);
}

static void snapshot_print(FILE *file, const struct snapshot *snapshot, bool is_merging)
{
	char name[32], uuid[UUID_LEN + 1];

	snprintf(name, sizeof(name), "snapshot%u", (unsigned)(snapshot - snapshots));
	snprintf(uuid, sizeof(uuid), "S%.*s", UUID_LEN - 1, snapshot->uuid);
	volume_begin(file, name, uuid, true, snapshot->created);
	fprintf(file,
		"extent_count = %u\ntype = \"snapshot\"\nchunk_size = 8\norigin = "
		"\"%s\"\n%s = \"%s\"\n}\n}\n",
		ORIGIN_EXTENTS, origins[snapshot->origin].name,
		is_merging ? "merging_store" : "cow_store", snapshot->name);
}

static void victim_print(FILE *file, const struct snapshot *snapshot)
{
	char name[32], uuid[UUID_LEN + 1];

	snprintf(name, sizeof(name), "victim%04u", (unsigned)(snapshot - snapshots));
	snprintf(uuid, sizeof(uuid), "V%.*s", UUID_LEN - 1, snapshot->uuid);
	volume_print(file, name, uuid, true, OLD, snapshot->extent, snapshot->extents);
}

static void metadata_print(const char *file_name, bool is_now)
{
	FILE *file = file_open(file_name);
	unsigned sectors = DISK_MIB * 2048;

	fprintf(file,
		"contents = \"Text Format Volume Group\"\nversion = 1\ndescription = "
		"\"\"\n"
		"creation_host = \"hv7\"\ncreation_time = %d\n" VG " {\n",
		OLD);
	id_print(file, vg_uuid);
	fprintf(file,
		"seqno = %d\nformat = \"lvm2\"\nstatus = [\"RESIZEABLE\", \"READ\", "
		"\"WRITE\"]\nflags = []\n"
		"extent_size = %u\nmax_lv = 0\nmax_pv = 0\nmetadata_copies = "
		"0\nphysical_volumes {\npv0 {\n",
		is_now ? 20 : 10, EXTENT_SECTORS);
	id_print(file, pv_uuid);
	fprintf(file,
		"device = \"/dev/loop0\"\nstatus = [\"ALLOCATABLE\"]\nflags = "
		"[]\ndev_size = %u\n"
		"pe_start = %u\npe_count = %u\n}\n}\nlogical_volumes {\n",
		sectors, PE_START, (sectors - PE_START) / EXTENT_SECTORS);
	for (unsigned i = 0; i < n_origins; i++)
		volume_print(file, origins[i].name, origins[i].uuid, true, OLD,
			origins[i].extent, ORIGIN_EXTENTS);
	for (unsigned i = 0; i < n_snapshots; i++) {
		const struct snapshot *s = &snapshots[i];

		if (is_now && s->known == STALE) {
			if (s->has_victim)
				victim_print(file, s);
			continue;
		}
		volume_print(file, s->name, s->uuid, is_now && s->known == HALF,
			s->created, s->extent, s->extents);
		if (!is_now || s->known != HALF)
			snapshot_print(file, s, is_now && s->known == MERGING);
	}
	fputs("}\n}\n", file);
	fclose(file);
}

static void script_print(const char *name, enum part first, enum part last)
{
	FILE *file = file_open(name);

	for (enum part part = first; part <= last; part++)
		fwrite(part_text[part], 1, part_len[part], file);
	fclose(file);
}

static void expectations_print(void)
{
	static const char *const words[] = {"remove", "any", "keep"};
	FILE *file = file_open("expect"), *victims = file_open("victims");

	for (unsigned i = 0; i < n_snapshots; i++) {
		fprintf(file, VG "/%s %s %s\n", snapshots[i].name,
			words[snapshots[i].expected],
			*snapshots[i].why ? snapshots[i].why : "idle");
		if (snapshots[i].has_victim)
			fprintf(victims, VG "/victim%04u\n", i);
	}
	fclose(file);
	fclose(victims);
}

static void draw_host(unsigned states)
{
	draw_uuid(vg_uuid);
	draw_uuid(pv_uuid);
	may_suspend = one_in(3);
	for (unsigned i = 0; i < states; i++)
		draw_state();
	if (one_in(2))
		op(PART_ELSEWHERE, "slave bash");
	for (unsigned i = 0; i < n_snapshots; i++)
		if (snapshots[i].has_victim)
			op(PART_DAMAGE, "fill " DM_VG "-victim%04u", i);
	/* known by now: what each one's own state asks for; and stale ones have no
	 * neighbours that matter */
	for (unsigned i = 0; i < n_snapshots; i++)
		if (snapshots[i].known != KNOWN)
			expect_of_neighbours(&snapshots[i]);
	for (unsigned i = 0; i < n_snapshots; i++)
		if (snapshots[i].known == KNOWN)
			expect_of_neighbours(&snapshots[i]);
}

int main(int argc, char **argv)
{
	unsigned states = argc == 4 ? (unsigned)strtoul(argv[2], NULL, 10) : 0;
	FILE *args;

	if (states < 1 || states > STATES_MAX || chdir(argv[3]) < 0) {
		fprintf(stderr,
			"usage: random_draw SEED STATES FOLDER, with 1 to %d states\n",
			STATES_MAX);
		return 2;
	}
	dice = strtoull(argv[1], NULL, 10) * UINT64_C(0x9e3779b97f4a7c15) + 1;
	for (unsigned i = 0; i < PARTS; i++)
		parts[i] = open_memstream(&part_text[i], &part_len[i]);
	draw_host(states);
	for (unsigned i = 0; i < PARTS; i++)
		fclose(parts[i]);
	metadata_print("metadata.1", false);
	metadata_print("metadata.2", true);
	script_print("build.0", PART_DISK, PART_DISK);
	script_print("build.1", PART_DM, PART_WRITE);
	script_print("build.2", PART_DAMAGE, PART_LATE);
	script_print("build.3", PART_END, PART_END);
	expectations_print();
	args = file_open("plan.args");
	fputs(one_in(2) ? "--refresh-origin\n" : "", args);
	fclose(args);
	for (unsigned i = 0; i < PARTS; i++)
		free(part_text[i]);
	return 0;
}
