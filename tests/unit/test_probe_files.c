/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the files of loop devices, swap areas and exports are, and the layers of
 * overlays: by the numbers that the kernel tells, whatever their paths say; and what
 * nothing tells.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "recorded_host.h"
#include "snapstate/buf.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/block.h"
#include "snapstate/host/file.h"
#include "snapstate/host/holder.h"
#include "snapstate/host/holders.h"
#include "snapstate/host/mount.h"
#include "snapstate/host/swap.h"

#define LOOP(number, minor, file)                                                        \
	{BLOCK "loop" number "/dev", "700:" minor "\n"},                                 \
		{BLOCK "loop" number "/size", "2048\n"},                                 \
	{                                                                                \
		BLOCK "loop" number "/loop/backing_file", file "\n"                      \
	}

#define OVERLAY(id, minor, target, layers)                                               \
	"40000" id " 4000021 0:" minor " / " target " rw - overlay none rw," layers "\n"

#define ROOT_FS                                                                          \
	{                                                                                \
		0, 21                                                                    \
	} /* a tmpfs, by ROOT_LINE */
#define BACKUP_FS                                                                        \
	{                                                                                \
		700, 5                                                                   \
	}
#define BTRFS                                                                            \
	{                                                                                \
		0, 50                                                                    \
	}
#define SUBVOLUME                                                                        \
	{                                                                                \
		0, 51                                                                    \
	} /* of that btrfs: no mount has this number */
#define NOBODYS_FS                                                                       \
	{                                                                                \
		0, 99                                                                    \
	}

static const struct entry entries[] = {
	{"proc/1/ns/mnt", "-> mnt:[4026531841]"},
	{"proc/1/root", "-> /"},
	{"proc/1/mountinfo", ROOT_LINE BACKUP_LINE
		"4000045 4000021 0:50 / /srv/btrfs rw - btrfs /dev/mapper/vg-backup "
		"rw\n" OVERLAY("50", "60", "/o/placed",
			"lowerdir=/mnt/other\\134:b:/mnt/lower") OVERLAY("51", "61",
			"/o/upper",
			"lowerdir=/mnt/lower,upperdir=/mnt/upper,workdir=/mnt/work")
			OVERLAY("52", "62", "/o/stale", "lowerdir=/mnt/empty:/mnt/lower")
				OVERLAY("53", "63", "/o/relative",
					"lowerdir=lower") OVERLAY("54", "64",
					"/o/elsewhere", "lowerdir=/mnt/other\\134:b")
					OVERLAY("55", "65", "/o/untold", "index=off")},
	{"proc/4999910/ns/mnt", "-> mnt:[4026532010]"},
	{"proc/4999910/root", "-> /"},
	{"proc/4999910/mountinfo",
		ROOT_LINE OVERLAY("70", "66", "/c/of-root", "lowerdir=/mnt/lower")
			OVERLAY("71", "60", "/c/same", "lowerdir=/mnt/lower")},
	{"proc/4999920/ns/mnt", "-> mnt:[4026532020]"},
	{"proc/4999920/root", "-> /"},
	{"proc/4999920/mountinfo",
		ROOT_LINE OVERLAY("80", "67", "/u/inside", "lowerdir=/mnt/lower")},
	{"proc/4999930/ns/mnt", "-> mnt:[4026532030]"},
	{"proc/4999930/root", "-> /"},
	{"proc/4999930/mountinfo",
		"4000091 1 0:68 / / rw - overlay none rw,lowerdir=/mnt/other\n"},
	{"proc/net/rpc/nfsd.export/content",
		"#path domain(flags)\n/srv/export\t*(ro,uuid=1:2:3:4)\n"
		"# /srv/a\\040b\t10.0.0.0/8(rw)\n/srv/gone\thv8(ro)\n/srv/tmpfs\t*(ro)\n"
		"/\thv9(ro)\n"},
	{"proc/net/rpc/nfsd.fh/content",
		"#domain fsidtype fsid [path]\n* 6 0x01 /srv/export\n* 1 0x02\n"},
	LOOP("2", "122", "/mnt/backup/image"),
	LOOP("3", "123", "/image"),		 /* the mount is gone from the tables */
	LOOP("4", "124", "/mnt/backup/on-root"), /* another mount hides it */
	LOOP("5", "125", "/srv/btrfs/image"),
	LOOP("6", "126", "/srv/btrfs/other"), /* another file has its name now */
	LOOP("7", "127", "/dev/mapper/gone"), /* a device by another name */
	LOOP("8", "128", "/mnt/unasked"),
	LOOP("9", "129", "/mnt/nowhere"),
	{"proc/swaps", "Filename Type Size Used Priority\n"
		       "/mnt/backup/swap file 1020 0 -2\n"
		       "/srv/users file 1020 0 -3\n"
		       "/srv/small file 1020 0 -4\n"
		       "/srv/pipe file 1020 0 -5\n"
		       "/gone file 1020 0 -6\n"
		       "/twice file 1020 0 -7\n"
		       "/twice file 1020 0 -8\n"
		       "/srv/btrfs/swap file 1020 0 -9\n"},
};

static int of_loop(const struct machine *machine, const char *kname, struct devno loop,
	struct file_look *ret_look)
{
	static const struct {
		const char *kname;
		struct file_look look;
	} rows[] = {
		{"loop2", {.dev = BACKUP_FS, .inode = 12}},
		{"loop3", {.dev = BACKUP_FS, .inode = 13}},
		{"loop4", {.dev = ROOT_FS, .inode = 14}},
		{"loop5", {.dev = SUBVOLUME, .inode = 15}},
		{"loop6", {.dev = SUBVOLUME, .inode = 16}},
		{"loop7", {.dev = {0, 6}, .inode = 17, .rdev = {700, 4}}},
		{"loop9", {.dev = NOBODYS_FS, .inode = 19}},
	};

	(void)machine;
	assert_int_equal(loop.major, 700);
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (strcmp(rows[i].kname, kname) == 0) {
			*ret_look = rows[i].look;
			return 0;
		}
	return -EACCES;
}

#define SWAP_FILE(fs)                                                                    \
	{                                                                                \
		.dev = fs, .inode = 30, .size = 1024 * 1024, .mode = S_IFREG | 0600      \
	}

static int at_path(const struct machine *machine, uint32_t pid, const char *path,
	struct file_look *ret_look)
{
	static const struct {
		const char *path;
		struct file_look look;
	} rows[] = {
		{"/srv/btrfs/image",
			{.dev = SUBVOLUME, .inode = 15, .mount_id = 4000045}},
		{"/srv/btrfs/other",
			{.dev = SUBVOLUME, .inode = 99, .mount_id = 4000045}},
		{"/mnt/backup/swap", SWAP_FILE(BACKUP_FS)},
		{"/srv/users", {.dev = BACKUP_FS,
				       .size = 1024 * 1024,
				       .mode = S_IFREG | 0600,
				       .uid = 1000}},
		{"/srv/small", {.dev = BACKUP_FS, .size = 4096, .mode = S_IFREG}},
		{"/srv/pipe", {.dev = BACKUP_FS, .size = 1024 * 1024, .mode = S_IFIFO}},
		{"/twice", SWAP_FILE(BACKUP_FS)},
		{"/srv/btrfs/swap", {.dev = SUBVOLUME,
					    .size = 1024 * 1024,
					    .mode = S_IFREG | 0600,
					    .mount_id = 4000045}},
		{"/srv/export", {.dev = BACKUP_FS, .mode = S_IFDIR | 0755}},
		{"/srv/a b", {.dev = BACKUP_FS, .mode = S_IFREG | 0644}},
		{"/srv/tmpfs", {.dev = ROOT_FS, .mode = S_IFDIR | 0755}},
		{"/mnt/lower", {.dev = BACKUP_FS, .mode = S_IFDIR | 0755}},
		{"/mnt/other:b", {.dev = ROOT_FS, .mode = S_IFDIR | 0755}},
		{"/mnt/upper",
			{.dev = ROOT_FS, .mode = S_IFDIR | 0755, .is_empty = true}},
		{"/mnt/work", {.dev = ROOT_FS, .mode = S_IFDIR | 0755}},
		{"/mnt/empty",
			{.dev = ROOT_FS, .mode = S_IFDIR | 0755, .is_empty = true}},
	};

	(void)machine;
	assert_true(pid == 0 || pid == 4999910);
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (strcmp(rows[i].path, path) == 0) {
			*ret_look = rows[i].look;
			return 0;
		}
	return -ENOENT;
}

/* Of the two namespaces beside the host's, one is a user's. */
static bool is_namespace_of_root(const struct machine *machine, uint32_t pid)
{
	(void)machine;
	return pid == 4999910;
}

static const struct file_ops answering = {of_loop, at_path, is_namespace_of_root};

static struct host *probe_files_of(const struct file_ops *files)
{
	struct fake fake = {BACKUP};
	struct machine machine;
	struct host *host = NULL;

	fake_open(&fake, &machine, plain, COUNT_OF(plain));
	for (size_t i = 0; i < COUNT_OF(entries); i++)
		root_put(fake.root, entries[i].path, entries[i].content);
	machine.files = files;
	assert_int_equal(
		probe_host(&machine, PROBE_DM | PROBE_BLOCKS | PROBE_HOLDERS | PROBE_MOUNTS, &host, NULL),
		0);
	fake_close(&fake, &machine);
	host_index_build(host);
	return host;
}

static void assert_place(const char *name, const struct file_at *file,
	enum file_place place, struct devno devno)
{
	if (file->place != place || !devno_is_equal(file->devno, devno))
		fail_msg("%s: place %d on " DEVNO_FMT, name, file->place,
			DEVNO_ARGS(file->devno));
}

static void test_places(void **state)
{
	static const struct {
		const char *kname;
		enum file_place place;
		struct devno devno;
	} loops[] = {
		{"loop2", FILE_FOUND, BACKUP_FS},
		{"loop3", FILE_FOUND, BACKUP_FS},
		{"loop4", FILE_FOUND, {0, 0}},
		{"loop5", FILE_FOUND, {700, 4}},
		{"loop6", FILE_UNPLACED, {0, 0}},
		{"loop7", FILE_FOUND, {700, 4}},
		{"loop8", FILE_UNPLACED, {0, 0}},
		{"loop9", FILE_UNPLACED, {0, 0}},
	};
	static const struct {
		const char *path;
		enum file_place place;
		struct devno devno;
	} swaps[] = {
		{"/gone", FILE_UNPLACED, {0, 0}},
		{"/mnt/backup/swap", FILE_FOUND, BACKUP_FS},
		{"/srv/btrfs/swap", FILE_FOUND, {700, 4}},
		{"/srv/pipe", FILE_UNPLACED, {0, 0}},
		{"/srv/small", FILE_UNPLACED, {0, 0}},
		{"/srv/users", FILE_UNPLACED, {0, 0}},
		{"/twice", FILE_UNPLACED, {0, 0}},
		{"/twice", FILE_UNPLACED, {0, 0}},
	};
	cleanup_host struct host *host = probe_files_of(&answering);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(loops); i++) {
		const struct block *block = host_block_by_kname(host, loops[i].kname);

		assert_non_null(block);
		assert_place(
			loops[i].kname, &block->file, loops[i].place, loops[i].devno);
		assert_true(devno_is_equal(host_loop_devno(host, block), loops[i].devno));
	}
	assert_int_equal(host->n_swaps, COUNT_OF(swaps));
	for (size_t i = 0; i < COUNT_OF(swaps); i++) {
		assert_string_equal(host->swaps[i].path, swaps[i].path);
		assert_place(swaps[i].path, &host->swaps[i].file, swaps[i].place,
			swaps[i].devno);
	}
}

/* Whoever cannot be asked leaves the paths, as a capture of an earlier version does. */
static void test_nobody_to_ask(void **state)
{
	cleanup_host struct host *host = probe_files_of(NULL);

	(void)state;
	for (size_t i = 0; i < host->n_blocks; i++)
		assert_int_equal(host->blocks[i].file.place, FILE_BY_PATH);
	for (size_t i = 0; i < host->n_swaps; i++)
		assert_int_equal(host->swaps[i].file.place, FILE_BY_PATH);
}

/* ---- a server that does not answer ---- */

static int hang_at_loop4(const struct machine *machine, const char *kname,
	struct devno loop, struct file_look *ret_look)
{
	while (strcmp(kname, "loop4") == 0)
		pause();
	return of_loop(machine, kname, loop, ret_look);
}

/* What hangs is not known, and takes nothing else with it. */
static void test_one_hangs(void **state)
{
	static const struct file_ops hanging = {
		hang_at_loop4, at_path, is_namespace_of_root};
	cleanup_host struct host *host = probe_files_of(&hanging);

	(void)state;
	assert_place("loop4", &host_block_by_kname(host, "loop4")->file, FILE_UNPLACED,
		DEVNO_NONE);
	assert_place("loop3", &host_block_by_kname(host, "loop3")->file, FILE_FOUND,
		(struct devno)BACKUP_FS);
	assert_place("loop7", &host_block_by_kname(host, "loop7")->file, FILE_FOUND,
		(struct devno){700, 4});
}

/* ---- what follows from it ---- */

/* What may be on any file system is told of those that are live, not of others. */
static void test_unplaced(void **state)
{
	cleanup_host struct host *host = probe_files_of(&answering);
	struct unplaced_list list;

	(void)state;
	host_unplaced_on(host, (struct devno)BACKUP_FS, &list);
	assert_int_equal(list.count, UNPLACED_MOST);
	assert_string_equal(list.items[0].block->kname, "loop6");
	assert_string_equal(list.items[3].swap->path, "/gone");
	host_unplaced_on(host, (struct devno){700, 3}, &list);
	assert_int_equal(list.count, 0);
}

/* ---- holders ---- */

static void add_holder(struct buf *text, const struct kernel_holder *holder)
{
	buf_printf(text, "%s %s %s", holder_kind_name(holder->kind),
		devno_is_none(holder->devno) ? "unplaced" : "placed", holder->name);
	if (holder->namespace_id)
		buf_printf(text, " in %llu", (unsigned long long)holder->namespace_id);
	buf_puts(text, holder->is_within ? " within\n" : "\n");
	if (!devno_is_none(holder->devno))
		assert_true(devno_is_equal(holder->devno, (struct devno)BACKUP_FS));
}

static void test_holders(void **state)
{
	cleanup_host struct host *host = probe_files_of(&answering);
	cleanup_buf struct buf text = BUF_INIT;

	(void)state;
	for (size_t i = 0; i < host->n_kernel_holders; i++)
		add_holder(&text, &host->kernel_holders[i]);
	assert_string_equal(buf_text(&text),
		"overlay unplaced / in 4026532030\n"
		"overlay unplaced /o/relative\n"
		"overlay unplaced /o/stale\n"
		"overlay unplaced /o/untold\n"
		"overlay unplaced /u/inside in 4026532020 within\n"
		"nfsd unplaced hv8:/srv/gone\n"
		"nfsd unplaced hv9:/\n"
		"overlay placed /c/of-root in 4026532010\n"
		"overlay placed /o/placed\n"
		"overlay placed /o/stale\n"
		"overlay placed /o/upper\n"
		"nfsd placed *:/srv/export\n"
		"nfsd placed 10.0.0.0/8:/srv/a b\n");
}

/* What a user made in a namespace of his can be on what is mounted there alone. */
static void test_within(void **state)
{
	static const struct kernel_holder holder = {
		.kind = HOLDER_OVERLAY, .namespace_id = 4026532020, .is_within = true};
	static const struct kernel_holder anywhere = {.kind = HOLDER_OVERLAY};
	cleanup_host struct host *host = probe_files_of(&answering);

	(void)state;
	assert_false(holder_may_be_on(host, &holder, (struct devno)BACKUP_FS));
	assert_true(holder_may_be_on(host, &anywhere, (struct devno)BACKUP_FS));
	for (size_t i = 0; i < host->n_mounts; i++)
		if (strcmp(host->mounts[i].target, "/mnt/backup") == 0)
			host->mounts[i].namespace_id = 4026532020;
	assert_true(holder_may_be_on(host, &holder, (struct devno)BACKUP_FS));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_nobody_to_ask),
		cmocka_unit_test(test_one_hangs),
		cmocka_unit_test(test_unplaced),
		cmocka_unit_test(test_holders),
		cmocka_unit_test(test_within),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
