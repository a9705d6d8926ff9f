/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the probe reads of units and guests' configurations: which folders and files; what
 * is no regular file, too large or too much.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "recorded_root.h"
#include "snapstate/cleanup.h"
#include "snapstate/host.h"
#include "snapstate/host/config.h"
#include "snapstate/host/source.h"
#include "snapstate/text.h"

#define UNIT(device) "[Mount]\nWhat=" device "\nWhere=/srv\n"

static struct host *probe_of(const struct machine *machine)
{
	struct host *host = NULL;

	assert_int_equal(probe_host(machine, PROBE_CONFIGS, &host, NULL), 0);
	return host;
}

static void assert_found(const struct host *host, const char *expected)
{
	cleanup_buf struct buf text = BUF_INIT;

	for (size_t i = 0; i < host->n_configs; i++) {
		const struct config_entry *entry = &host->configs[i];

		buf_printf(&text, "%s %s:%u %s%s%s\n", config_kind_name(entry->kind),
			entry->file, entry->line, entry->device,
			*entry->target ? " " : "", entry->target);
	}
	assert_string_equal(buf_text(&text), expected);
}

static void test_files(void **state)
{
	static const struct entry entries[] = {
		{"etc/systemd/system/a.mount", UNIT("/dev/vg/a")},
		{"etc/systemd/system/a.service", UNIT("/dev/vg/no")},
		{"etc/systemd/system/b.mount.d/x.conf", "[Mount]\nWhat=/dev/vg/b\n"},
		{"etc/systemd/system/b.mount.d/x.bak", "[Mount]\nWhat=/dev/vg/no\n"},
		{"etc/systemd/system/c.swap", "What=/dev/vg/c\n"},
		{"etc/systemd/system/masked.mount", "-> /dev/null"},
		{"etc/systemd/system/dangling.mount", "-> nowhere"},
		{"etc/systemd/system/loop.mount", "-> loop.mount"},
		{"etc/systemd/system/folder.mount", NULL},
		{"run/systemd/generator/d.mount", UNIT("/dev/vg/d")},
		{"usr/lib/systemd/system/i.mount", UNIT("/dev/vg/i")},
		{"usr/lib/systemd/system/i.service", UNIT("/dev/vg/no")},
		{"usr/local/lib/systemd/system/k.swap", "What=/dev/vg/k\n"},
		{"etc/auto.misc", "#x :/dev/vg/no\nx -fstype=ext4,ro :/dev/vg/l\n"
				  "y nas:/dev/vg\nz -fstype=nfs nas:/srv/z\n"},
		{"etc/autofs/auto.m", "m :/dev/mapper/vg-m\n"},
		{"etc/autofs.conf", "x :/dev/vg/no\n"},
		{"etc/libvirt/qemu/e.xml", "<source dev='/dev/vg/e'/>"},
		{"etc/libvirt/qemu/f.xml", "<source pool='p' volume='f'/>"},
		{"etc/libvirt/qemu/networks/n.xml", "<source dev='/dev/vg/no'/>"},
		{"etc/libvirt/storage/p.xml",
			"<pool><name>p</name><path>/dev/vgp</path></pool>"},
		{"etc/xen/g", "disk = ['phy:vg/g,xvda,w']"},
		{"etc/xen/auto/g", "-> ../g"},
		{"etc/pve/storage.cfg", "lvm: s\n\tvgname vgs\n"},
		{"etc/pve/qemu-server/100.conf", "scsi0: s:vm-100-disk-0\n"},
		{"etc/pve/lxc/101.conf", "rootfs: /dev/vg/h\n"},
		{"dev/null", "What=/dev/vg/no"},
	};
	struct fake fake = {0};
	struct machine machine;
	cleanup_host struct host *host = NULL;

	(void)state;
	fake_open(&fake, &machine, entries, sizeof(entries) / sizeof(entries[0]));
	host = probe_of(&machine);
	assert_found(host,
		"autofs /etc/auto.misc:2 /dev/vg/l\n"
		"autofs /etc/auto.misc:3 /dev/vg\n"
		"autofs /etc/autofs/auto.m:1 /dev/mapper/vg-m\n"
		"libvirt /etc/libvirt/qemu/e.xml:1 /dev/vg/e\n"
		"libvirt /etc/libvirt/qemu/f.xml:1 /dev/vgp/f\n"
		"proxmox /etc/pve/lxc/101.conf:1 /dev/vg/h\n"
		"proxmox /etc/pve/qemu-server/100.conf:1 /dev/vgs/vm-100-disk-0\n"
		"mount /etc/systemd/system/a.mount:2 /dev/vg/a /srv\n"
		"mount /etc/systemd/system/b.mount.d/x.conf:2 /dev/vg/b\n"
		"swap /etc/systemd/system/c.swap:1 /dev/vg/c\n"
		"xen /etc/xen/auto/g:1 /dev/vg/g\n"
		"xen /etc/xen/g:1 /dev/vg/g\n"
		"mount /run/systemd/generator/d.mount:2 /dev/vg/d /srv\n"
		"mount /usr/lib/systemd/system/i.mount:2 /dev/vg/i /srv\n"
		"swap /usr/local/lib/systemd/system/k.swap:1 /dev/vg/k\n");
	assert_true(host_source_is_read(host, "configs"));
	fake_close(&fake, &machine);
}

/* A FIFO that nobody writes to, and a socket, do not hang it. */
static void test_no_regular_file(void **state)
{
	static const struct entry entries[] = {
		{"etc/xen/good", "disk = ['phy:vg/a,xvda,w']"},
		{"etc/pve/lxc/good.conf", "rootfs: /dev/vg/b\n"}};
	struct fake fake = {0};
	struct machine machine;
	cleanup_host struct host *host = NULL;
	char path[128];

	(void)state;
	fake_open(&fake, &machine, entries, 2);
	snprintf(path, sizeof(path), "%s/etc/xen/fifo", fake.root);
	assert_int_equal(mkfifo(path, 0600), 0);
	snprintf(path, sizeof(path), "%s/etc/pve/lxc/fifo.conf", fake.root);
	assert_int_equal(mkfifo(path, 0600), 0);
	host = probe_of(&machine);
	assert_found(host, "proxmox /etc/pve/lxc/good.conf:1 /dev/vg/b\n"
			   "xen /etc/xen/good:1 /dev/vg/a\n");
	assert_true(host_source_is_read(host, "configs"));
	fake_close(&fake, &machine);
}

static void assert_truncated(const struct machine *machine, const char *file)
{
	cleanup_host struct host *host = probe_of(machine);
	const struct source *source = host_source(host, "configs");

	assert_int_equal(source->outcome, OUTCOME_TRUNCATED);
	assert_non_null(strstr(source->detail, file));
}

static void test_too_large(void **state)
{
	static const struct entry entries[] = {{"etc/xen/a", "x"}};
	struct fake fake = {0};
	struct machine machine;
	char path[128];

	(void)state;
	fake_open(&fake, &machine, entries, 1);
	snprintf(path, sizeof(path), "%s/etc/xen/large", fake.root);
	root_put(fake.root, "etc/xen/large", "x");
	assert_int_equal(truncate(path, TEXT_CONFIG_MAX + 1), 0);
	assert_truncated(&machine, "/etc/xen/large");
	fake_close(&fake, &machine);
}

static void test_too_many(void **state)
{
	static const struct entry entries[] = {{"etc/xen/a", "x"}};
	struct fake fake = {0};
	struct machine machine;
	cleanup_buf struct buf text = BUF_INIT;

	(void)state;
	fake_open(&fake, &machine, entries, 1);
	for (unsigned i = 0; i <= TEXT_CONFIG_NAMES_MAX; i++)
		buf_printf(&text, "/dev/vg/%u ", i);
	root_put(fake.root, "etc/xen/many", buf_text(&text));
	assert_truncated(&machine, "/etc/xen/many");
	fake_close(&fake, &machine);
}

/* A guest's volume in a storage that was not taken would not be found. */
static void test_too_many_storages(void **state)
{
	static const struct entry entries[] = {{"etc/xen/a", "x"}};
	struct fake fake = {0};
	struct machine machine;
	cleanup_buf struct buf text = BUF_INIT;

	(void)state;
	fake_open(&fake, &machine, entries, 1);
	for (unsigned i = 0; i <= TEXT_STORAGES_MAX; i++)
		buf_printf(&text, "lvm: s%u\n\tvgname vg%u\n", i, i);
	root_put(fake.root, "etc/pve/storage.cfg", buf_text(&text));
	assert_truncated(&machine, "/etc/pve/storage.cfg");
	fake_close(&fake, &machine);
}

static void test_too_many_pools(void **state)
{
	static const struct entry entries[] = {{"etc/xen/a", "x"}};
	struct fake fake = {0};
	struct machine machine;

	(void)state;
	fake_open(&fake, &machine, entries, 1);
	for (unsigned i = 0; i <= TEXT_STORAGES_MAX; i++) {
		cleanup_buf struct buf path = BUF_INIT;

		buf_printf(&path, "etc/libvirt/storage/%u.xml", i);
		root_put(fake.root, buf_text(&path),
			"<pool><name>p</name><path>/dev/vgp</path></pool>");
	}
	assert_truncated(&machine, "/etc/libvirt/storage/");
	fake_close(&fake, &machine);
}

/* A host without any of it has read all there is. */
static void test_nothing(void **state)
{
	static const struct entry entries[] = {{"proc", NULL}};
	struct fake fake = {0};
	struct machine machine;
	cleanup_host struct host *host = NULL;

	(void)state;
	fake_open(&fake, &machine, entries, 1);
	host = probe_of(&machine);
	assert_found(host, "");
	assert_true(host_source_is_read(host, "configs"));
	fake_close(&fake, &machine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_no_regular_file),
		cmocka_unit_test(test_too_large),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_too_many_storages),
		cmocka_unit_test(test_too_many_pools),
		cmocka_unit_test(test_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
