/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Configurations of units and guests: which lines name which devices, and what a hostile
 * text makes of it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "snapstate/buf.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/config.h"
#include "snapstate/text.h"

/* "LINE DEVICE TARGET;..." */
static void found(const struct host *host, struct buf *ret)
{
	for (size_t i = 0; i < host->n_configs; i++) {
		const struct config_entry *entry = &host->configs[i];

		buf_printf(ret, "%u %s%s%s;", entry->line, entry->device,
			*entry->target ? " " : "", entry->target);
	}
}

static bool read_text(struct host *host, enum config_kind kind, const char *bytes,
	size_t len, const struct text_storages *storages)
{
	cleanup_buf struct buf text = BUF_INIT;

	buf_add(&text, bytes, len);
	return text_config_read(host, kind, "/etc/file", &text, storages);
}

static void test_names(void **state)
{
	static const struct {
		enum config_kind kind;
		const char *text, *found;
	} rows[] = {
		{CONFIG_MOUNT,
			"[Mount]\n# What=/dev/no\nWhat=/dev/vg/lv\nWhere=/srv/x y\n"
			"Options=password=secret\n",
			"3 /dev/vg/lv /srv/x y;"},
		{CONFIG_MOUNT, " What = \"/dev/mapper/vg-lv\" \r\n",
			"1 /dev/mapper/vg-lv;"},
		{CONFIG_MOUNT, "Where=/a\nWhere=/b\nWhat=/dev/a\nWhat=/dev/b",
			"3 /dev/a /b;4 /dev/b /b;"},
		{CONFIG_MOUNT, "What=//user:secret@nas/share\nWhat=tmpfs\nWhat=\nWhat",
			""},
		{CONFIG_SWAP, "[Swap]\nWhat=/dev/vg/lv\nWhere=/no\n", "2 /dev/vg/lv;"},
		{CONFIG_XEN, "disk = [ 'phy:/dev/vg/lv,xvda,w', 'phy:vg/lv-2,xvdb,w' ]\n",
			"1 /dev/vg/lv;1 /dev/vg/lv-2;"},
		{CONFIG_XEN,
			"name = 'x'\ndisk = ['format=raw, vdev=xvda, "
			"target=/dev/vg/lv',\n 'tap:aio:/dev/mapper/vg-a--b,xvdb,r']\n"
			"vncpasswd='secret'\n",
			"2 /dev/vg/lv;3 /dev/mapper/vg-a--b;"},
		{CONFIG_XEN, "  # disk = [ 'phy:/dev/vg/lv' ]\n#/dev/a\n", ""},
		{CONFIG_XEN, "a = '/srv/dev/vg/lv' '../dev/x' 'file:/srv/x.img'\n", ""},
		{CONFIG_XEN, "a = '//dev//vg/./lv/'\n", "1 /dev/vg/lv;"},
		{CONFIG_XEN, "/dev/disk/by-id/dm-name-vg-a:b=c@d\n/dev/block/254:3\n",
			"1 /dev/disk/by-id/dm-name-vg-a:b=c@d;2 /dev/block/254:3;"},
		{CONFIG_XEN, "x=/dev/vg/lv:/data /dev/vg/lv /dev/vg/lv\n/dev/vg/lv",
			"1 /dev/vg/lv;"},
		{CONFIG_LIBVIRT,
			"<domain>\n<!-- <source dev='/dev/no'/>\n -->\n<disk>"
			"<source dev='/dev/vg/lv'/></disk>\n"
			"<qemu:arg value='file=/dev/vg/b,if=none'/></domain>",
			"4 /dev/vg/lv;5 /dev/vg/b;"},
		{CONFIG_LIBVIRT, "<source dev=\"&#47;de&#x76;/vg/l&#118;\"/>",
			"1 /dev/vg/lv;"},
		{CONFIG_LIBVIRT, "<source dev='/dev/a&amp;b&lt;&#10;\n/dev/c'/>",
			"1 /dev/a;2 /dev/c;"},
		{CONFIG_LIBVIRT, "<source type='volume' pool='p' volume='disk-1'/>",
			"1 /dev/vgp/disk-1;"},
		{CONFIG_LIBVIRT, "<source volume=\"b\"\n pool=\"p\"/>", "1 /dev/vgp/b;"},
		{CONFIG_LIBVIRT,
			"<source pool='q' volume='b'/><x mypool='p' volume='b'/>", ""},
		{CONFIG_LIBVIRT, "<!-- /dev/a", ""},
		{CONFIG_LIBVIRT, "<", ""},
		{CONFIG_PROXMOX,
			"#/dev/no p:no\nscsi0: p:vm-100-disk-0,size=32G\n"
			"scsi1: other:vm-100-disk-1\nmp0: /dev/vg/x,mp=/srv\n",
			"2 /dev/vgp/vm-100-disk-0;4 /dev/vg/x;"},
		{CONFIG_PROXMOX, "p:\np:/x\np: y\n", ""},
		{CONFIG_PROXMOX, "", ""},
	};
	struct text_storage pool = {(char *)"p", (char *)"/dev/vgp"};
	const struct text_storages storages = {&pool, 1, false};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cleanup_host struct host *host = host_new();
		cleanup_buf struct buf text = BUF_INIT;

		assert_true(read_text(host, rows[i].kind, rows[i].text,
			strlen(rows[i].text), &storages));
		found(host, &text);
		if (strcmp(buf_text(&text), rows[i].found) != 0)
			fail_msg("row %zu: %s", i, buf_text(&text));
	}
}

static void test_storages(void **state)
{
	static const char proxmox[] = "dir: local\n\tpath /var/lib/vz\n\nlvm: fast\n"
				      "\tvgname vg-a\n\tcontent images\nlvmthin: thin\n"
				      "\tthinpool data\n\tvgname pve\nlvm:\n\tvgname x\n";
	static const char pool[] = "<pool type='logical'>\n<name>p</name><target>"
				   "<path>/dev/vgp</path></target></pool>";
	struct text_storages storages = {0};

	(void)state;
	text_proxmox_storages_read(proxmox, strlen(proxmox), &storages);
	assert_int_equal(storages.count, 2);
	assert_string_equal(storages.items[0].name, "fast");
	assert_string_equal(storages.items[0].folder, "/dev/vg-a");
	assert_string_equal(storages.items[1].name, "thin");
	assert_string_equal(storages.items[1].folder, "/dev/pve");
	text_libvirt_pool_read(pool, strlen(pool), &storages);
	assert_int_equal(storages.count, 3);
	assert_string_equal(storages.items[2].folder, "/dev/vgp");
	text_libvirt_pool_read("<name>a</name><path>/srv</path>", 31, &storages);
	text_libvirt_pool_read("<name>", 6, &storages);
	text_libvirt_pool_read("", 0, &storages);
	assert_int_equal(storages.count, 3);
	text_storages_free(&storages);
}

/* A comment, or a line that makes no sense, costs that line. */
static void test_odd_storages(void **state)
{
	static const char proxmox[] = "lvm: a\n# vgname no\n#\nnonsense\n\tvgname vga\n"
				      ": x\n\n lvm: no\n\tvgname no\nlvm:b\n\tvgname\n"
				      "\t\xff\x01 \n  vgname  vgb  \nlvm: c\n\tpath /x";
	struct text_storages storages = {0};

	(void)state;
	text_proxmox_storages_read(proxmox, strlen(proxmox), &storages);
	assert_int_equal(storages.count, 2);
	assert_string_equal(storages.items[0].name, "a");
	assert_string_equal(storages.items[0].folder, "/dev/vga");
	assert_string_equal(storages.items[1].name, "b");
	assert_string_equal(storages.items[1].folder, "/dev/vgb");
	text_storages_free(&storages);
}

static void test_too_many_storages(void **state)
{
	cleanup_buf struct buf text = BUF_INIT;
	struct text_storages storages = {0};

	(void)state;
	for (unsigned i = 0; i < TEXT_STORAGES_MAX; i++)
		buf_printf(&text, "lvm: s%u\n\tvgname vg%u\n", i, i);
	text_proxmox_storages_read(buf_text(&text), text.len, &storages);
	assert_int_equal(storages.count, TEXT_STORAGES_MAX);
	assert_false(storages.is_full);
	text_libvirt_pool_read("<name>p</name><path>/dev/v</path>", 33, &storages);
	assert_int_equal(storages.count, TEXT_STORAGES_MAX);
	assert_true(storages.is_full);
	text_storages_free(&storages);
}

/* Each text cut at each byte, and with each byte changed: no more than it holds. */
static void test_any_bytes(void **state)
{
	static const char text[] = "<!-- a -->/dev/vg/lv&#47;<a pool='p' volume='b'/>\n"
				   "p:vm phy:vg/lv\nWhat=\"/dev/x\"\nWhere=/y";
	struct text_storage pool = {(char *)"p", (char *)"/dev/vgp"};
	const struct text_storages storages = {&pool, 1, false};
	static const char bytes[] = {
		'\0', '\n', '\'', '<', '>', '&', ';', '/', '-', (char)0xff};

	(void)state;
	for (size_t at = 0; at < sizeof(text) - 1; at++)
		for (size_t k = 0; k <= sizeof(bytes) * 5; k++) {
			cleanup_host struct host *host = host_new();
			cleanup_free char *copy = xstrdup(text);
			size_t len = sizeof(text) - 1;

			if (k / 5 < sizeof(bytes))
				copy[at] = bytes[k / 5];
			else
				len = at;
			read_text(host, (enum config_kind)(k % 5), copy, len, &storages);
			for (size_t i = 0; i < host->n_configs; i++) {
				assert_int_equal(
					strncmp(host->configs[i].device, "/dev/", 5), 0);
				assert_true(host->configs[i].line >= 1 &&
					    host->configs[i].line <= 5);
			}
		}
}

/* More than any guest has: it is said that not all was taken. */
static void test_too_many(void **state)
{
	cleanup_host struct host *host = host_new();
	cleanup_buf struct buf text = BUF_INIT, path = BUF_INIT;

	(void)state;
	for (unsigned i = 0; i <= TEXT_CONFIG_NAMES_MAX; i++)
		buf_printf(&text, "/dev/vg/lv%u\n", i);
	assert_false(text_config_read(host, CONFIG_XEN, "/etc/file", &text, NULL));
	assert_int_equal(host->n_configs, TEXT_CONFIG_NAMES_MAX);
	buf_puts(&path, "/dev/");
	for (unsigned i = 0; i < TEXT_CONFIG_PATH_MAX; i++)
		buf_puts(&path, "a");
	assert_true(text_config_read(host, CONFIG_XEN, "/etc/other", &path, NULL));
	assert_int_equal(host->n_configs, TEXT_CONFIG_NAMES_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_storages),
		cmocka_unit_test(test_odd_storages),
		cmocka_unit_test(test_too_many_storages),
		cmocka_unit_test(test_any_bytes),
		cmocka_unit_test(test_too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
